"""An attack by spoilers as news about the other side's good faith.

A government believes with probability tau that its moderate counterpart is trustworthy. The
moderates have the strength s and make an effort against attacks, e_T if trustworthy and
e_U < e_T if not; an attempted attack succeeds with lambda0 (1 − s e). The government goes on
with the peace where its belief is at least tau_star. The spoiler, who does not know the type,
pays kappa to attack and gains ``gain`` if peace breaks down; it attacks where violence would
derail the peace and its chance of success times the gain covers the cost.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, Words, curve
from offramp.study.models import SLACK, Model, Parameter, Value, demand, said


def belief_after(tau: float, if_true: float, if_not: float) -> float:
    """Bayes' rule for an event with these probabilities; ``tau`` where it cannot happen."""
    whole = tau * if_true + (1 - tau) * if_not
    return tau * if_true / whole if whole > 0 else tau


def _solve(
    tau: float,
    s: float,
    tau_star: float,
    lambda0: float,
    e_T: float,
    e_U: float,
    kappa: float,
    gain: float,
) -> dict[str, Value]:
    demand(e_U < e_T, f"e_U = {said(e_U)} and e_T = {said(e_T)}", "e_U below e_T")
    if_true, if_not = lambda0 * (1 - s * e_T), lambda0 * (1 - s * e_U)
    violence = belief_after(tau, if_true, if_not)
    success = tau * if_true + (1 - tau) * if_not
    derails = violence < tau_star <= tau
    attack = derails and success * gain >= kappa - SLACK
    return {
        "posterior_after_violence": violence,
        "posterior_after_calm": belief_after(tau, 1 - if_true, 1 - if_not),
        "derails": derails,
        "pr_success": success,
        "attack": attack,
        "pr_breakdown": success if attack else 0.0,
    }


def _chart() -> Chart:
    def at(s: float, tau: float) -> float:
        found = _solve(tau, s, 0.5, 0.9, 1.0, 0.1, 0.1, 1.0)
        return float(found["posterior_after_violence"])

    return Chart(
        "What violence says about the moderates",
        Axis("strength of the moderates, s", 0, 1),
        Axis("belief that they are trustworthy, after an attack", 0, 1),
        (
            curve(0, 1, lambda s: at(s, 0.55), "trust before: 0.55", "second"),
            curve(0, 1, lambda s: at(s, 0.7), "0.7", "first"),
            curve(0, 1, lambda s: at(s, 0.9), "0.9", "third"),
            Line((0, 1), (0.5, 0.5), "needed to go on", "ink", dashed=True),
            Words(0.28, 0.1, "below the dashed line violence derails the peace"),
        ),
        "lambda0 = 0.9, e_T = 1, e_U = 0.1. Weak moderates could not have stopped the attack, so "
        "that it says little. Strong ones could have: violence then costs them the trust, and "
        "spoilers have a reason to attack.",
        "Three falling lines. The one from trust 0.55 crosses the threshold of one half at a "
        "strength near 0.2, the one from 0.7 near 0.6, and the one from 0.9 near 0.9.",
    )


MODEL = Model(
    title="Spoilers and trust",
    family="Spoilers and mediators",
    source="Kydd and Walter 2002",
    canonical=False,
    citation=(
        "Kydd, A. and Walter, B. (2002). Sabotaging the Peace: The Politics of Extremist "
        "Violence. International Organization 56(2): 263–296.",
    ),
    teaches="Spoilers derail a peace where moderates look strong enough to stop them and trust "
    "is middling: then an attack is read as bad faith. Where moderates are weak an attack says "
    "nothing, and where trust is very high it does not say enough.",
    parameters={
        "tau": Parameter(
            0.7, "belief that the moderates are trustworthy", 0, 1, unit="probability"
        ),
        "s": Parameter(0.8, "strength of the moderates", 0, 1, unit="share"),
        "tau_star": Parameter(
            0.5, "belief needed to go on with the peace", 0, 1, unit="probability"
        ),
        "lambda0": Parameter(
            0.9, "success of an attack that nobody hinders", 0, 1, "low", "probability"
        ),
        "e_T": Parameter(1.0, "effort of trustworthy moderates", 0, 1, unit="share"),
        "e_U": Parameter(0.1, "effort of untrustworthy moderates", 0, 1, unit="share"),
        "kappa": Parameter(0.1, "the spoiler's cost of an attack", 0, unit="utility"),
        "gain": Parameter(1.0, "the spoiler's gain if peace breaks down", 0, unit="utility"),
    },
    results={
        "posterior_after_violence": "belief after a successful attack",
        "posterior_after_calm": "belief after a period without one",
        "derails": "whether violence ends the peace",
        "pr_success": "probability that an attempted attack succeeds",
        "attack": "whether the spoiler attacks",
        "pr_breakdown": "probability that the peace breaks down",
    },
    solve=_solve,
    chart=_chart,
    cases={"strong_moderates": {}, "weak_moderates": {"s": 0.2}, "low_trust_gain": {"kappa": 0.6}},
    scenario="model-spoiler",
)

"""How strong the moderates must look before an attack by spoilers derails a peace.

The game of spoilers and trust. Where trust suffices before an attack (tau_star ≤ tau), violence
derails the peace if the strength s of the moderates is above
s* = [tau (1 − tau_star) − tau_star (1 − tau)] / [tau (1 − tau_star) e_T − tau_star (1 − tau) e_U].
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, curve
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(tau: float, tau_star: float, e_T: float, e_U: float) -> dict[str, Value]:
    demand(e_U < e_T, f"e_U = {said(e_U)} and e_T = {said(e_T)}", "e_U below e_T")
    demand(
        tau_star <= tau,
        f"tau_star = {said(tau_star)} and tau = {said(tau)}",
        "tau at least tau_star: trust suffices before the attack",
    )
    trust, doubt = tau * (1 - tau_star), tau_star * (1 - tau)
    strength = (trust - doubt) / (trust * e_T - doubt * e_U)
    return {"s_star": strength, "reachable": strength < 1}


def _chart() -> Chart:
    def at(tau: float, lax: float) -> float:
        return float(_solve(tau, 0.5, 1.0, lax)["s_star"])

    return Chart(
        "Strength at which violence derails",
        Axis("trust before the attack, tau", 0.5, 1),
        Axis("threshold of strength, s*", 0, 1),
        (
            curve(0.5, 0.999, lambda t: at(t, 0.0), "e_U = 0", "first"),
            curve(0.5, 0.999, lambda t: at(t, 0.5), "e_U = 0.5", "second"),
            Line((0.5, 1), (1, 1), "", "quiet", dashed=True),
        ),
        "tau_star = 0.5, e_T = 1. Above the line an attack derails the peace. The more trust "
        "there is, the stronger the moderates must look for that; with full trust nothing does.",
        "Two rising lines from zero at trust one half to one at full trust; the one where even "
        "untrustworthy moderates make half an effort lies higher.",
    )


MODEL = Model(
    title="Spoilers: the threshold of strength",
    family="Spoilers and mediators",
    source="Kydd and Walter 2002",
    canonical=False,
    citation=(
        "Kydd, A. and Walter, B. (2002). Sabotaging the Peace: The Politics of Extremist "
        "Violence. International Organization 56(2): 263–296.",
    ),
    teaches="Strong moderates are more open to sabotage than weak ones; high trust protects. An "
    "effort of the untrustworthy that is nearly as good makes attacks say less.",
    parameters={
        "tau": Parameter(
            0.7, "belief that the moderates are trustworthy", 0, 1, "both", "probability"
        ),
        "tau_star": Parameter(
            0.5, "belief needed to go on with the peace", 0, 1, "both", "probability"
        ),
        "e_T": Parameter(1.0, "effort of trustworthy moderates", 0, 1, unit="share"),
        "e_U": Parameter(0.1, "effort of untrustworthy moderates", 0, 1, unit="share"),
    },
    results={
        "s_star": "strength above which violence derails the peace",
        "reachable": "whether moderates can be that strong (s* below 1)",
    },
    solve=_solve,
    chart=_chart,
    cases={"base": {}, "high_trust": {"tau": 0.9, "e_U": 0}},
    scenario="model-spoiler",
)

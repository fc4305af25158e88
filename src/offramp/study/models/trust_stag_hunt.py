"""The security dilemma as a game of trust: how sure one must be to cooperate.

Two sides choose at once to cooperate or to attack. Both cooperate: R each. Who attacks a
cooperator gets F, who is attacked while cooperating S, and both get W if both attack; S < W < R
and F < R. Cooperate where the belief that the other cooperates is at least
t* = (W − S)/[(R − F) + (W − S)]. Cooperation and attack by both are equilibria, and so is mixing
at t*. Peace is risk-dominant where R + S ≥ F + W, that is where t* ≤ 1/2.
"""

from __future__ import annotations

from collections.abc import Mapping

from offramp.study.charts.data import Axis, Chart, Line, curve
from offramp.study.models import SLACK, Model, Parameter, Value, demand, said


def _solve(R: float, F: float, S: float, W: float) -> dict[str, Value]:
    demand(
        S < W < R and F < R,
        f"R = {said(R)}, F = {said(F)}, S = {said(S)}, W = {said(W)}",
        "S below W, and W and F below R",
    )
    return {"t_star": (W - S) / ((R - F) + (W - S)), "risk_dominant_peace": R + S >= F + W - SLACK}


def _regret(profile: Mapping[str, float], R: float, F: float, S: float, W: float) -> float:
    """Of the probabilities ``cooperate_1`` and ``cooperate_2``."""
    chances = (profile["cooperate_1"], profile["cooperate_2"])
    gains = []
    for own, other in (chances, chances[::-1]):
        keep, attack = other * R + (1 - other) * S, other * F + (1 - other) * W
        gains.append(max(keep, attack) - (own * keep + (1 - own) * attack))
    return max(gains)


def _chart() -> Chart:
    def at(F: float, S: float) -> float:
        return float(_solve(1.0, F, S, 0.0)["t_star"])

    return Chart(
        "The trust that peace needs",
        Axis("payoff of striking a cooperator, F", -0.5, 1),
        Axis("least belief that the other cooperates, t*", 0, 1),
        (
            curve(-0.5, 0.999, lambda F: at(F, -1.0), "being struck: S = −1", "war"),
            curve(-0.5, 0.999, lambda F: at(F, -0.5), "S = −0.5", "second"),
            curve(-0.5, 0.999, lambda F: at(F, -0.2), "S = −0.2", "first"),
            Line((-0.5, 1), (0.5, 0.5), "risk dominance", "quiet", dashed=True),
        ),
        "R = 1, W = 0. The trust needed grows with what a first strike brings and with how bad it "
        "is to be struck. Below one half peace is the safer bet as well as the better one.",
        "Three rising lines, all reaching one where striking is as good as peace; the worse it is "
        "to be struck, the higher the line.",
    )


MODEL = Model(
    title="Trust in a security dilemma",
    family="Fear and arms",
    source="Kydd 2005 and Jervis 1978",
    canonical=True,
    citation=(
        "Jervis, R. (1978). Cooperation Under the Security Dilemma. World Politics 30(2): 167–214.",
        "Kydd, A. (2005). Trust and Mistrust in International Relations. Princeton University "
        "Press.",
    ),
    teaches="Two sides that both prefer peace may attack out of fear of each other. Both peace "
    "and war are equilibria; the threshold says how much trust keeps the peace. Making it less "
    "terrible to be struck (defence, survivable forces) lowers it.",
    parameters={
        "R": Parameter(1.0, "payoff if both cooperate", unit="utility"),
        "F": Parameter(0.6, "payoff of attacking a cooperator", unit="utility"),
        "S": Parameter(-1.0, "payoff of being attacked while cooperating", unit="utility"),
        "W": Parameter(0.0, "payoff if both attack", unit="utility"),
    },
    results={
        "t_star": "least belief that the other cooperates; also the mixed equilibrium",
        "risk_dominant_peace": "whether cooperation is risk-dominant",
    },
    solve=_solve,
    chart=_chart,
    cases={"base": {}, "first_strike": {"F": 0.95}, "defensive": {"S": -0.2}},
    regret=_regret,
    scenario="model-trust",
)

"""Deterrence in its barest form: a challenge, and an answer that may be hard.

A keeps the status quo (a_SQ) or challenges; B concedes (a_DC) or resists (a_DD). A hard B
(probability p_B) resists, a soft one concedes; a_DD < a_SQ < a_DC. A challenges where p_B is
below (a_DC − a_SQ)/(a_DC − a_DD).
"""

from __future__ import annotations

from offramp.study.charts.data import Area, Axis, Chart, Words
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(a_DD: float, a_SQ: float, a_DC: float) -> dict[str, Value]:
    demand(
        a_DD < a_SQ < a_DC,
        f"a_DD = {said(a_DD)}, a_SQ = {said(a_SQ)}, a_DC = {said(a_DC)}",
        "a_DD below a_SQ below a_DC",
    )
    return {"p_star": (a_DC - a_SQ) / (a_DC - a_DD)}


def _chart() -> Chart:
    return Chart(
        "How hard a defender must look",
        Axis("the challenger's status quo payoff, a_SQ", 0, 1),
        Axis("probability that the defender is hard, p_B", 0, 1),
        (
            Area((0, 1, 1), (1, 0, 1), "the challenger stays", "peace"),
            Area((0, 1, 0), (0, 0, 1), "the challenger moves", "war"),
            Words(0.7, 0.7, "deterrence holds"),
            Words(0.3, 0.25, "deterrence fails"),
        ),
        "a_DD = 0, a_DC = 1. A challenger who has little to lose by moving needs a defender that "
        "is almost surely hard; making the status quo worth more to it is as good as a threat.",
        "A square cut by the falling diagonal: deterrence holds above it.",
    )


MODEL = Model(
    title="Rudimentary deterrence",
    family="Deterrence",
    source="Zagare and Kilgour 2000",
    canonical=True,
    citation=(
        "Zagare, F. and Kilgour, D. M. (2000). Perfect Deterrence. Cambridge University Press.",
    ),
    teaches="What deters is the probability of resistance against what the challenger has to "
    "lose. A better status quo for the challenger deters as well as a harder defender.",
    parameters={
        "a_DD": Parameter(0.0, "A's payoff of conflict", unit="utility"),
        "a_SQ": Parameter(0.6, "A's payoff of the status quo", unit="utility"),
        "a_DC": Parameter(1.0, "A's payoff if B concedes", unit="utility"),
    },
    results={"p_star": "probability of a hard defender from which on A does not challenge"},
    solve=_solve,
    chart=_chart,
    cases={"base": {}},
    scenario="model-rudimentary-deterrence",
)

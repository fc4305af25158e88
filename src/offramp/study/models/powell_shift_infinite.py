"""Power shifts once, for good: whether the declining side fights today.

A flow pie of 1 is divided in every period, without end, with a common patience delta. A would
win a war with probability p1 in period 1 and p2 > p1 from period 2 on. War ends the game: the
winner takes all of the flow, at one-off costs C_A and C_B (totals, not per period). Complete
information, subgame-perfect equilibrium. If A makes all offers, war in period 1 where
delta p2 − p1 > (1 − delta)² C_B. Whatever the protocol, war in period 1 cannot be avoided where
delta p2 − p1 > (1 − delta)(C_B + delta C_A). Between the two it matters who proposes.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, Words, between, places
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(p1: float, p2: float, delta: float, C_B: float, C_A: float) -> dict[str, Value]:
    demand(p1 < p2, f"p1 = {said(p1)} and p2 = {said(p2)}", "p1 below p2: A is the rising side")
    shift = delta * p2 - p1
    rising = (1 - delta) ** 2 * C_B
    every = (1 - delta) * (C_B + delta * C_A)
    return {
        "lhs": shift,
        "rhs_rising_proposes": rising,
        "rhs_any_protocol": every,
        "war_rising_proposes": shift > rising,
        "war_any_protocol": shift > every,
    }


def _chart() -> Chart:
    at = places(0.5, 0.99)
    low = [min(1.0, (0.3 + (1 - d) ** 2 * 0.5) / d) for d in at]
    high = [min(1.0, (0.3 + (1 - d) * (0.5 + d * 0.5)) / d) for d in at]
    return Chart(
        "How much power may shift",
        Axis("patience, delta", 0.5, 0.99),
        Axis("A's later chance of winning, p2", 0.3, 1),
        (
            between([0.3 for _ in at], low, at, "peace", "peace"),
            between(low, high, at, "depends on who proposes", "second"),
            between(high, [1.0 for _ in at], at, "war now, whatever the protocol", "war"),
            Line(at, tuple(low), "", "second"),
            Line(at, tuple(high), "", "war"),
            Words(0.9, 0.85, "war at once"),
        ),
        "A wins with probability 0.3 today; total costs are 0.5 on each side. The more patient "
        "both are, the smaller the shift that suffices for war: the rising side cannot promise "
        "to forgo its later strength.",
        "Three regions: peace below, a middle band, and war above. Both borders fall as patience "
        "rises and meet at p2 near 0.3 where patience is close to one.",
    )


MODEL = Model(
    title="A lasting shift of power",
    family="Shifting power",
    source="Powell 2006, after Fearon 1995",
    canonical=True,
    citation=(
        "Powell, R. (2006). War as a Commitment Problem. "
        "International Organization 60(1): 169–203.",
        "Powell, R. (1999). In the Shadow of Power. Princeton University Press.",
        "Fearon, J. (1995). Rationalist Explanations for War. "
        "International Organization 49(3): 379–414.",
    ),
    teaches="War without any private information: what the declining side can lock in today and "
    "what the rising side can lock in tomorrow add up to more than there is. It needs a shift "
    "that is large and quick against the costs of war, and patience. Slow shifts are bought off.",
    parameters={
        "p1": Parameter(0.3, "A's probability of winning in period 1", 0, 1, unit="probability"),
        "p2": Parameter(0.7, "A's probability of winning later", 0, 1, unit="probability"),
        "delta": Parameter(0.9, "patience of both", 0, 1, "both", "per period"),
        "C_B": Parameter(0.5, "B's cost of war, total", 0, unit="flow of one period"),
        "C_A": Parameter(0.5, "A's cost of war, total", 0, unit="flow of one period"),
    },
    results={
        "lhs": "the shift, delta p2 − p1",
        "rhs_rising_proposes": "the shift that brings war if the rising side makes all offers",
        "rhs_any_protocol": "the shift that brings war whatever the protocol",
        "war_rising_proposes": "whether there is war in period 1 if A makes all offers",
        "war_any_protocol": "whether war in period 1 cannot be avoided",
    },
    solve=_solve,
    chart=_chart,
    cases={"war": {}, "peace": {"p1": 0.45, "p2": 0.5}, "depends": {"p2": 0.4}},
    scenario="model-lasting-shift",
    note="In the scenario what is agreed in period 2 stands in all later periods, since nothing "
    "changes after the shift. Bargained anew in every period, with offers in steps, the side that "
    "offers would gamble on war for the last step again and again: peace then survives only where "
    "its exact share is a step, and elsewhere the smaller the steps the longer it lasts.",
)

"""Offers in turn for T rounds: the last proposer's advantage, carried backwards.

As without end, but after T refusals both get 0. The proposer of round T takes all; before that,
each proposer leaves the other what that one would get by proposing next round, discounted. With
equal patience d the first proposer gets (1 − (−d)^T)/(1 + d).
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Dots, Line
from offramp.study.models import Model, Parameter, Value


def _solve(delta_1: float, delta_2: float, T: int) -> dict[str, Value]:
    share = 1.0
    for later in range(T, 1, -1):  # the proposer of round `later` answers in the round before
        share = 1 - (delta_1 if later % 2 else delta_2) * share
    return {"share_1": share, "share_2": 1 - share}


def _chart() -> Chart:
    rounds = tuple(range(1, 16))
    shares = tuple(float(_solve(0.9, 0.9, T)["share_1"]) for T in rounds)
    return Chart(
        "The deadline decides",
        Axis("number of rounds, T", 1, 15, (1, 3, 5, 7, 9, 11, 13, 15)),
        Axis("share of player 1", 0, 1),
        (
            Line(rounds, shares, "", "quiet", dashed=True),
            Dots(rounds[::2], shares[::2], "player 1 makes the last offer", "first"),
            Dots(rounds[1::2], shares[1::2], "player 2 makes the last offer", "war"),
            Line((1, 15), (1 / 1.9, 1 / 1.9), "without a deadline", "ink"),
        ),
        "Patience 0.9 on both sides. The side that makes the last offer gets much more; the "
        "advantage fades as the deadline moves away.",
        "Dots that jump above and below 0.53: all for one round, 0.1 for two, 0.91 for three, "
        "and closing in on 0.53 as rounds are added.",
    )


MODEL = Model(
    title="Offers in turn before a deadline",
    family="Offers in turn",
    source="Rubinstein 1982 (the finite game is Ståhl's)",
    canonical=True,
    citation=(
        "Rubinstein, A. (1982). Perfect Equilibrium in a Bargaining Model. "
        "Econometrica 50(1): 97–109.",
        "Ståhl, I. (1972). Bargaining Theory. Stockholm School of Economics.",
    ),
    teaches="A deadline moves shares, not efficiency: who speaks last decides, and agreement is "
    "still immediate. With private information a deadline can make talks fail, which this model "
    "does not show.",
    parameters={
        "delta_1": Parameter(0.9, "patience of player 1", 0, 1, unit="per round"),
        "delta_2": Parameter(0.9, "patience of player 2", 0, 1, unit="per round"),
        "T": Parameter(1, "number of rounds", 1, 1_000_000, unit="rounds", kind="whole"),
    },
    results={"share_1": "share of player 1, who proposes first", "share_2": "share of player 2"},
    solve=_solve,
    chart=_chart,
    cases={"T1": {}, "T4": {"T": 4}, "T7": {"delta_2": 0.8, "T": 7}},
    scenario="model-alternating-offers",
)

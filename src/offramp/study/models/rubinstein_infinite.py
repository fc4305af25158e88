"""Offers in turn without end: patience is bargaining power.

Two players divide a pie of 1. Player 1 proposes in odd rounds, player 2 in even ones; the other
accepts, which ends it, or refuses, and a round passes, worth delta_1 and delta_2 to them. The
only subgame-perfect equilibrium is agreement at once with (1 − delta_2)/(1 − delta_1 delta_2)
for player 1.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import Model, Parameter, Value


def _solve(delta_1: float, delta_2: float) -> dict[str, Value]:
    share = (1 - delta_2) / (1 - delta_1 * delta_2)
    return {"share_1": share, "share_2": 1 - share}


def _chart() -> Chart:
    def share(own: float, other: float) -> float:
        return float(_solve(own, other)["share_1"])

    return Chart(
        "The first proposer's share",
        Axis("patience of player 1, delta_1", 0, 0.99),
        Axis("share of player 1", 0, 1),
        (
            curve(0, 0.99, lambda d: share(d, 0.5), "delta_2 = 0.5", "second"),
            curve(0, 0.99, lambda d: share(d, 0.9), "delta_2 = 0.9", "first"),
            curve(0, 0.99, lambda d: share(d, d), "equal patience", "quiet", dashed=True),
        ),
        "Whoever can wait gets more. With equal patience the first proposer has an edge that "
        "vanishes as both become patient.",
        "Two lines that rise with player 1's patience to near one, the one against a less "
        "patient player 2 lying higher; the line of equal patience falls towards one half.",
    )


MODEL = Model(
    title="Offers in turn without end",
    family="Offers in turn",
    source="Rubinstein 1982",
    canonical=True,
    citation=(
        "Rubinstein, A. (1982). Perfect Equilibrium in a Bargaining Model. "
        "Econometrica 50(1): 97–109.",
    ),
    teaches="Under complete information agreement comes at once; delay costs nothing because it "
    "does not happen. The more patient side gets more. Delay needs something else: private "
    "information, a shift of power, or a window that closes.",
    parameters={
        "delta_1": Parameter(0.9, "patience of player 1", 0, 1, "high", "per round"),
        "delta_2": Parameter(0.9, "patience of player 2", 0, 1, "high", "per round"),
    },
    results={"share_1": "share of player 1, who proposes first", "share_2": "share of player 2"},
    solve=_solve,
    chart=_chart,
    cases={"equal": {}, "unequal": {"delta_2": 0.8}, "patient2": {"delta_1": 0.7, "delta_2": 0.95}},
    scenario="model-alternating-offers",
    note="The language knows shares in steps only. With steps the endless game has many "
    "equilibria, spread over about the size of a step over 1 − delta; the branch that is followed "
    "from precision 0 stays near this one and reaches it as the steps shrink: 0.498, 0.520, 0.525 "
    "for steps of 1/10, 1/50 and 1/200 at a patience of 0.9. The scenario "
    "counts back from a sixtieth round, at a precision that smooths the steps.",
)

"""Offers in turn where player 2 may walk away when it answers.

As offers in turn without end, but player 2, when it answers, may also take an outside option
worth outside_2, which leaves player 1 nothing. Where player 1 proposes first, player 2 gets the
larger of delta_2 (1 − delta_1)/(1 − delta_1 delta_2) and outside_2. An option that can be taken
only after one's own offer was refused gives other results and is not covered.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, curve
from offramp.study.models import Model, Parameter, Value


def _solve(delta_1: float, delta_2: float, outside_2: float) -> dict[str, Value]:
    inside = delta_2 * (1 - delta_1) / (1 - delta_1 * delta_2)
    share = max(inside, outside_2)
    return {"share_1": 1 - share, "share_2": share, "binding": outside_2 > inside}


def _chart() -> Chart:
    def share(option: float, other: float) -> float:
        return float(_solve(other, 0.9, option)["share_2"])

    return Chart(
        "Deal me out",
        Axis("player 2's outside option", 0, 1),
        Axis("share of player 2", 0, 1),
        (
            curve(0, 1, lambda o: share(o, 0.9), "both patient (0.9)", "first"),
            curve(0, 1, lambda o: share(o, 0.5), "player 1 impatient (0.5)", "second"),
            Line((0, 1), (0, 1), "the option itself", "quiet", dashed=True),
        ),
        "An outside option below the share that player 2 would get anyway changes nothing, "
        "because the threat to take it is empty. Above that share player 2 gets the option's "
        "worth and no more.",
        "Two lines that are flat at first and follow the diagonal once the option exceeds the "
        "inside share, 0.47 and 0.82.",
    )


MODEL = Model(
    title="Offers in turn with a way out",
    family="Offers in turn",
    source="Binmore, Shaked and Sutton 1989",
    canonical=True,
    citation=(
        "Binmore, K., Shaked, A. and Sutton, J. (1989). An Outside Option Experiment. "
        "Quarterly Journal of Economics 104(4): 753–770.",
    ),
    teaches="A better alternative helps only where it is better than the deal that would be "
    "struck without it. The work cited has equal patience; for unequal patience the same "
    "maximum is the fixed point of the two offers, which is shown in the tests.",
    parameters={
        "delta_1": Parameter(0.9, "patience of player 1", 0, 1, "high", "per round"),
        "delta_2": Parameter(0.9, "patience of player 2", 0, 1, "high", "per round"),
        "outside_2": Parameter(
            0.3, "worth of player 2's outside option", 0, 1, unit="share of the pie"
        ),
    },
    results={
        "share_1": "share of player 1, who proposes first",
        "share_2": "share of player 2",
        "binding": "whether the option is worth more than the inside share",
    },
    solve=_solve,
    chart=_chart,
    cases={"not_binding": {}, "binding": {"outside_2": 0.6}},
    scenario="model-alternating-offers",
)

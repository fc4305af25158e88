"""What battles teach about who is strong.

One side is strong with some prior probability; it wins a battle with probability pi_strong if it
is, and pi_weak if it is not, independently. After wins and losses the belief follows from
Bayes' rule; it is worked out in log-odds.
"""

from __future__ import annotations

import math

from scipy.special import expit, xlogy

from offramp.study.charts.data import Axis, Chart, Dots, Line
from offramp.study.models import Model, Parameter, Value


def _solve(
    prior: float, pi_strong: float, pi_weak: float, wins: int, losses: int
) -> dict[str, Value]:
    strong = xlogy(wins, pi_strong) + losses * math.log1p(-pi_strong)
    weak = xlogy(wins, pi_weak) + losses * math.log1p(-pi_weak)
    if prior in (0, 1):
        return {"posterior": float(prior)}
    return {"posterior": float(expit(math.log(prior) - math.log1p(-prior) + strong - weak))}


def _chart() -> Chart:
    battles = tuple(range(13))

    def path(share: float) -> tuple[float, ...]:
        counts = [(round(share * n), n - round(share * n)) for n in battles]
        return tuple(float(_solve(0.5, 0.7, 0.4, *count)["posterior"]) for count in counts)

    marks: list[Line | Dots] = []
    for share, name, tone in (
        (0.75, "three in four won", "first"),
        (0.55, "about half won", "quiet"),
        (0.34, "one in three won", "war"),
    ):
        marks += [Line(battles, path(share), name, tone), Dots(battles, path(share), "", tone)]
    return Chart(
        "The battlefield as a teacher",
        Axis("battles fought", 0, 12, tuple(range(0, 13, 2))),
        Axis("belief that the side is strong", 0, 1),
        tuple(marks),
        "A strong side wins 0.7 of its battles, a weak one 0.4. A dozen battles suffice to tell "
        "them apart; close to the middle they say little for a long time.",
        "Three paths from one half: upwards to 0.95, around one half, and down to 0.04.",
    )


MODEL = Model(
    title="Learning from battles",
    family="Learning by fighting",
    source="Bayes' rule, as in Slantchev 2003",
    canonical=True,
    citation=(
        "Slantchev, B. (2003). The Principle of Convergence in Wartime Negotiations. "
        "American Political Science Review 97(4): 621–632.",
    ),
    teaches="Beliefs converge as battles are fought, which removes what made sides optimistic. "
    "Overconfidence after a success is a likelihood given too much weight.",
    parameters={
        "prior": Parameter(0.5, "belief before the first battle", 0, 1, unit="probability"),
        "pi_strong": Parameter(
            0.7, "a strong side's chance in a battle", 0, 1, "both", "probability"
        ),
        "pi_weak": Parameter(0.4, "a weak side's chance in a battle", 0, 1, "both", "probability"),
        "wins": Parameter(3, "battles won", 0, 1_000_000, unit="battles", kind="whole"),
        "losses": Parameter(1, "battles lost", 0, 1_000_000, unit="battles", kind="whole"),
    },
    results={"posterior": "belief that the side is strong"},
    solve=_solve,
    chart=_chart,
    cases={"3of4": {}},
    scenario="model-battlefield-learning",
    note="Bayes' rule is no game. In the scenario four battles are fought, and a side that saw "
    "them gives way from a certain belief on.",
)

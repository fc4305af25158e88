"""A norm as repeated restraint that violations would end.

Two sides meet in every period: T for breaking the norm alone, R for restraint by both, P without
the norm; T > R > P. A violation is noticed with probability m and ends restraint for good.
Restraint is an equilibrium where patience is at least
delta* = (T − R)/[(T − R) + m (R − P)].
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, Words, between, curve, places
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(T: float, R: float, P: float, m: float) -> dict[str, Value]:
    demand(P < R < T, f"T = {said(T)}, R = {said(R)}, P = {said(P)}", "P below R below T")
    return {"delta_star": (T - R) / ((T - R) + m * (R - P))}


def _chart() -> Chart:
    def at(m: float, P: float) -> float:
        return float(_solve(1.5, 1.0, P, m)["delta_star"])

    grid = places(0, 1)
    return Chart(
        "Erosion is a threshold, not a slope",
        Axis("probability that a violation is noticed, m", 0, 1),
        Axis("least patience, delta*", 0, 1),
        (
            between(
                [at(m, 0.0) for m in grid],
                [1.0 for _ in grid],
                grid,
                "restraint holds (P = 0)",
                "peace",
            ),
            curve(0, 1, lambda m: at(m, 0.0), "P = 0", "first"),
            curve(0, 1, lambda m: at(m, 0.6), "P = 0.6", "war"),
            Line((0, 1), (0.6, 0.6), "a patience of 0.6", "quiet", dashed=True),
            Words(0.72, 0.3, "restraint breaks down"),
        ),
        "T = 1.5, R = 1. As violations go unnoticed, or as life without the norm comes to look "
        "less bad (P rises), nothing changes at first. Where the least patience passes that of "
        "the sides, restraint ends at once.",
        "Two falling lines from one; the line for P = 0.6 lies higher and crosses a patience of "
        "0.6 at 0.83, the other one at 0.33.",
    )


MODEL = Model(
    title="Norms as repeated restraint",
    family="Norms",
    source="the folk theorem; Green and Porter 1984 for imperfect detection",
    canonical=False,
    citation=(
        "Green, E. and Porter, R. (1984). Noncooperative Collusion under Imperfect Price "
        "Information. Econometrica 52(1): 87–100. (Their model differs.)",
    ),
    teaches="A slow decline of attention or of what the norm protects has no effect until the "
    "threshold passes the patience of the sides; then restraint collapses. It needs a future: "
    "nothing of this holds in a crisis that happens once.",
    parameters={
        "T": Parameter(1.5, "payoff of breaking the norm alone", unit="utility per period"),
        "R": Parameter(1.0, "payoff of restraint by both", unit="utility per period"),
        "P": Parameter(0.0, "payoff without the norm", unit="utility per period"),
        "m": Parameter(1.0, "probability that a violation is noticed", 0, 1, unit="probability"),
    },
    results={"delta_star": "least patience with which restraint is an equilibrium"},
    solve=_solve,
    chart=_chart,
    cases={"observed": {}, "half_observed": {"m": 0.5}, "after_erosion": {"P": 0.6, "m": 0.5}},
    scenario="model-norm",
)

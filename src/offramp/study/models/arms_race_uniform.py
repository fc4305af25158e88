"""An arms race out of fear: a few who always build, and what they set in motion.

Two sides build (B) or not (N). The cost c_i of building is private and uniform between 0 and
c_max. Payoffs of i: 0 at (N, N), mu − c_i at (B, N), −d at (N, B), −c_i at (B, B), with
d > mu > 0. i builds where c_i ≤ mu (1 − P) + d P, P being the probability that the other builds.
Where d ≥ c_max everybody builds; otherwise those with costs up to
min{c_max, mu/(1 − (d − mu)/c_max)} do.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, Words, curve
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(mu: float, d: float, c_max: float) -> dict[str, Value]:
    demand(mu < d, f"mu = {said(mu)} and d = {said(d)}", "mu below d")
    cutoff = c_max if d >= c_max else min(c_max, mu / (1 - (d - mu) / c_max))
    return {"cutoff": cutoff, "pr_build": cutoff / c_max}


def _chart() -> Chart:
    def at(d: float, mu: float) -> float:
        return float(_solve(mu, d, 1.0)["pr_build"])

    return Chart(
        "How fear multiplies arming",
        Axis("loss from being the only one unarmed, d", 0.2, 1.2),
        Axis("probability of building", 0, 1),
        (
            curve(0.2, 1.2, lambda d: at(d, 0.01), "mu = 0.01", "first", breaks=(1.0,)),
            curve(0.2, 1.2, lambda d: at(d, 0.05), "mu = 0.05", "second", breaks=(1.0,)),
            curve(0.2, 1.2, lambda d: at(d, 0.15), "mu = 0.15", "war", breaks=(1.0,)),
            Line((1, 1), (0, 1), "highest cost of building", "quiet", dashed=True),
            Words(1.1, 0.5, "everybody"),
        ),
        "mu is the share that would build against an unarmed rival, as the highest cost is 1. "
        "However small it is, everybody builds once being the only one unarmed is worse than the "
        "highest cost; below that the race stops in the interior.",
        "Three lines that rise slowly from the share of those who always build, then steeply; "
        "from d = 1 on all are at one.",
    )


MODEL = Model(
    title="Arms races and fear",
    family="Fear and arms",
    source="Baliga and Sjöström 2004",
    canonical=True,
    citation=(
        "Baliga, S. and Sjöström, T. (2004). Arms Races and Negotiations. "
        "Review of Economic Studies 71(2): 351–369.",
    ),
    teaches="A small share of sides that build in any case can make everybody build, although "
    "almost all would rather have no race: each fears the fear of the other. It happens for any "
    "such share where the loss from being unarmed is large enough. The part of the work on cheap "
    "talk is not covered.",
    parameters={
        "mu": Parameter(0.05, "gain of the only one armed", 0, open="low", unit="utility"),
        "d": Parameter(0.6, "loss of the only one unarmed", 0, open="low", unit="utility"),
        "c_max": Parameter(1.0, "highest cost of building", 0, open="low", unit="utility"),
    },
    results={
        "cutoff": "cost up to which a side builds",
        "pr_build": "probability that a side builds",
    },
    solve=_solve,
    chart=_chart,
    cases={"interior": {}, "multiplier": {"mu": 0.01, "d": 1.1}, "steep": {"d": 0.95}},
    scenario="model-arms-race",
    note="The scenario has ten types a side in place of a continuum, and choices soft enough to "
    "bridge the gaps between them: sharper ones add equilibria a type apart.",
)

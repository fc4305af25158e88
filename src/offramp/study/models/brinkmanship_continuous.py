"""Brinkmanship without rungs: how fast the risk grows does not matter.

As on a ladder, with risk that builds up continuously. A type v holds until the cumulative hazard
s(v) = (1/D) ∫_0^v u f(u)/(1 − F(u)) du; for prize values uniform between 0 and 1 that is
(−v − ln(1 − v))/D. Disaster strikes unless the side with the lower v quits first:
Pr(disaster) = 1 − 2 ∫_0^1 (1 − m)^(1 + 1/D) e^(m/D) dm, which is 11 − 4e at D = 1. The integral
is an incomplete gamma function.
"""

from __future__ import annotations

import math

from scipy.special import gammainc

from offramp.study.charts.data import Axis, Chart, Line, curve
from offramp.study.models import Model, Parameter, Value


def _solve(F: str, D: float) -> dict[str, Value]:
    rate = 1 / D
    # ∫ t^(1 + rate) e^(rate (1 − t)) dt over (0, 1), by t = 1 − m
    power = 2 + rate
    log_scale = rate + math.lgamma(power) - power * math.log(rate)
    peace = 2 * math.exp(log_scale + math.log(gammainc(power, rate)))
    return {"pr_disaster": 1 - peace}


def _chart() -> Chart:
    from offramp.study.models.brinkmanship_ladder import MODEL as LADDER

    rungs = (*(0.1,) * 10, 1.0)
    one = 11 - 4 * math.e
    return Chart(
        "How bad disaster is decides how likely it is",
        Axis("loss from disaster, D", 0.1, 4),
        Axis("probability of disaster", 0, 0.6),
        (
            curve(
                0.1,
                4,
                lambda D: float(_solve("uniform[0,1]", D)["pr_disaster"]),
                "continuous risk",
                "first",
            ),
            curve(
                0.1,
                4,
                lambda D: float(LADDER.solve(rungs, D)["pr_disaster"]),
                "ten rungs of 0.1, then war",
                "war",
                dashed=True,
            ),
            Line((0.1, 1, 1), (one, one, 0), "11 − 4e at D = 1", "quiet", dashed=True),
        ),
        "The worse disaster would be, the sooner sides give way and the less often it happens. "
        "How fast the risk builds up makes no difference, and rungs little.",
        "Two falling lines close together, from about 0.5 to 0.04; at D = 1 the lower is 0.127.",
    )


MODEL = Model(
    title="Brinkmanship without rungs",
    family="Brinkmanship",
    source="Nalebuff 1986",
    canonical=True,
    citation=(
        "Nalebuff, B. (1986). Brinkmanship and Nuclear Deterrence: The Neutrality of Escalation. "
        "Conflict Management and Peace Science 9(2): 19–30.",
    ),
    teaches="Neutrality of escalation: how quickly risk accumulates is irrelevant, since players "
    "adjust how far they go. What counts is what disaster costs against what is at stake.",
    parameters={
        "F": Parameter(
            "uniform[0,1]", "distribution of prize values", kind="word", words=("uniform[0,1]",)
        ),
        "D": Parameter(1.0, "loss from disaster", 0, open="low", unit="highest prize value"),
    },
    results={"pr_disaster": "probability of disaster"},
    solve=_solve,
    chart=_chart,
    cases={"uniform": {}},
    scenario="model-brinkmanship",
)

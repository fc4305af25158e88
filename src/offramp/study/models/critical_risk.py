"""Brinkmanship with known stakes: the most risk that a side would run.

Prevailing is worth w, submitting s, disaster −D. A side stands firm against a risk of disaster
of at most R = (w − s)/(w + D). Where both values of R are known, the side with the lower one
gives way at once, and no risk is run.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(w: float, s: float, D: float) -> dict[str, Value]:
    demand(
        -D < s < w,
        f"w = {said(w)}, s = {said(s)}, −D = {said(-D)}",
        "submitting between disaster and prevailing",
    )
    return {"R": (w - s) / (w + D)}


def _chart() -> Chart:
    def at(stake: float, disaster: float) -> float:
        return float(_solve(stake, 0.0, disaster)["R"])

    return Chart(
        "The most risk worth running",
        Axis("worth of prevailing, w (submitting: 0)", 0, 4),
        Axis("critical risk, R", 0, 1),
        (
            curve(0.001, 4, lambda w: at(w, 1), "disaster −1", "war"),
            curve(0.001, 4, lambda w: at(w, 3), "disaster −3", "first"),
            curve(0.001, 4, lambda w: at(w, 10), "disaster −10", "third"),
        ),
        "The more is at stake against the disaster, the more risk is worth running. If both "
        "sides know both numbers the one with the lower R gives way before any risk is run.",
        "Three lines rising from zero with the stake; the worse the disaster, the lower.",
    )


MODEL = Model(
    title="Critical risk",
    family="Brinkmanship",
    source="Ellsberg, Schelling and Powell 1990",
    canonical=True,
    citation=(
        "Powell, R. (1990). Nuclear Deterrence Theory: The Search for Credibility. "
        "Cambridge University Press.",
    ),
    teaches="Resolve is a ratio: what giving way costs against what disaster costs. Under "
    "complete information it decides who gives way, without any risk being run; that crises are "
    "dangerous comes from not knowing the other's resolve.",
    parameters={
        "w": Parameter(1.0, "worth of prevailing", unit="utility"),
        "s": Parameter(0.2, "worth of submitting", unit="utility"),
        "D": Parameter(3.0, "loss from disaster", 0, open="low", unit="utility"),
    },
    results={"R": "most risk of disaster that the side would run"},
    solve=_solve,
    chart=_chart,
    cases={"base": {}, "high_stakes": {"w": 2, "s": 0}},
    scenario="model-critical-risk",
    note="In the scenario risk rises in rungs of 0.03, taken in turn: which of two sides gives way "
    "is settled where their critical risks differ by a rung or more.",
)

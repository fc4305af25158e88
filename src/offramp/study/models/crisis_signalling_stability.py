"""Which equilibria of crisis signalling survive best-reply iteration.

The game of crisis signalling. B's reply, as a function of the probability that B resists, has a
slope in every equilibrium; iterating best replies comes back to the equilibrium after a small
push where the slope is below 1 in size, and runs away where it is above.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, ndtr

from offramp.study.charts.data import Axis, Chart, Dots, Line
from offramp.study.models import Model, Value
from offramp.study.models.crisis_signalling_probit import CITATION, CRISIS, crisis_of


def _solve(**values: float) -> dict[str, Value]:
    crisis = crisis_of(**values)
    found: dict[str, Value] = {}
    for number, odds in enumerate(crisis.roots()):
        slope = crisis.slope(odds)
        found |= {f"stable_{number}": abs(slope) < 1, f"slope_{number}": slope}
    return found


def _chart() -> Chart:
    crisis = crisis_of(**{name: one.default for name, one in CRISIS.items()})
    odds = np.linspace(-4, 5, 161)
    resist = tuple(float(p) for p in expit(odds))
    reply = tuple(float(p) for p in ndtr(crisis.reply(odds)[0]))
    roots = [float(expit(one)) for one in crisis.roots()]
    return Chart(
        "B's reply to its own probability of resisting",
        Axis("probability that B resists, p_R", 0, 1),
        Axis("B's best reply to it", 0, 1),
        (
            Line((0, 1), (0, 1), "equal", "quiet", dashed=True),
            Line(resist, reply, "reply", "first"),
            Dots(tuple(roots[::2]), tuple(roots[::2]), "stable", "peace"),
            Dots(tuple(roots[1:2]), tuple(roots[1:2]), "unstable", "war", hollow=True),
        ),
        "Equilibria are where the reply meets the diagonal. Where it crosses from below, at the "
        "ring, the slope is above 1 and iteration runs away to one of the outer equilibria.",
        "A curve that crosses the diagonal three times, at 0.25, 0.59 and 0.81; only at 0.59 is "
        "it steeper than the diagonal.",
    )


MODEL = Model(
    title="Stability in crisis signalling",
    family="Signals and audiences",
    source="Crisman-Cox and Gibilisco 2021",
    canonical=True,
    citation=CITATION,
    teaches="An estimator or solver that iterates best replies can never return the middle "
    "equilibrium, whatever the data say. Finding every root of the equation and looking at the "
    "slope avoids that.",
    parameters=CRISIS,
    results={
        "stable_*": "whether best-reply iteration returns, equilibrium by equilibrium",
        "slope_*": "slope of B's reply",
    },
    solve=_solve,
    chart=_chart,
    cases={"three_eq": {}},
    scenario="model-crisis-signalling",
)

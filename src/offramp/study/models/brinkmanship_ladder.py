"""A ladder of rungs, each with a risk of disaster that nobody controls.

Two sides value the prize at v, private and uniform between 0 and 1; disaster costs both D. At
each rung both hold or quit at once. One quits: the other gets its v. Both quit: nothing. Both
hold: disaster with the rung's risk h, else the next rung; the last has h = 1. Symmetric cutoff
equilibrium: types below x_k have quit by rung k, x_0 = 0 and
(x_k − x_{k−1}) x_k = h_k D (1 − x_k). Pr(disaster) = Σ_k h_k (1 − x_k)² Π_{j<k} (1 − h_j).
"""

from __future__ import annotations

import math

from offramp.study.charts.data import Axis, Chart, Dots, Line
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(h: tuple[float, ...], D: float) -> dict[str, Value]:
    demand(h[-1] == 1, f"h ends with {said(h[-1])}", "1 as the last risk: play ends there")
    cutoffs: list[float] = []
    before, alive, disaster = 0.0, 1.0, 0.0
    for risk in h:
        lean, cost = before - risk * D, risk * D
        root = math.sqrt(lean * lean + 4 * cost)
        # The larger root; for a negative lean the form without cancellation.
        cutoff = (lean + root) / 2 if lean > 0 else 2 * cost / (root - lean)
        disaster += alive * risk * (1 - cutoff) ** 2
        alive *= 1 - risk
        cutoffs.append(cutoff)
        before = cutoff
    return {
        "cutoff_0": cutoffs[0],
        "cutoff_last": cutoffs[-1],
        "pr_disaster": disaster,
        "pr_hold_rung_0": 1 - cutoffs[0],
        "cutoffs": tuple(cutoffs),
    }


def _chart() -> Chart:
    risks = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

    def ladder(risk: float) -> tuple[float, ...]:
        """Equal rungs up to a cumulative risk of 99.9 %, then certain war."""
        count = math.ceil(math.log(0.001) / math.log1p(-risk)) if risk < 1 else 0
        return (*(risk for _ in range(count)), 1.0)

    danger = tuple(float(_solve(ladder(risk), 1.0)["pr_disaster"]) for risk in risks)
    limit = 11 - 4 * math.e
    return Chart(
        "Coarse ladders are a little more dangerous",
        Axis("risk of each rung, h", 0, 1),
        Axis("probability of disaster", 0.12, 0.16),
        (
            Line(risks, danger, "", "war", dashed=True),
            Dots(risks, danger, "equal rungs", "war"),
            Line((0, 1), (limit, limit), "continuous limit, 11 − 4e", "ink"),
        ),
        "D = 1; the scale begins at 0.12. Every coarse ladder is more dangerous than the "
        "continuous one, but not by much, and not more so the coarser it is: a bigger step makes "
        "more types quit before it.",
        "Dots from 0.132 at a risk of 0.01 a rung to 0.152 between 0.3 and 0.5 and back to 0.146 "
        "at one certain rung, above a line at 0.127.",
    )


MODEL = Model(
    title="Brinkmanship on a ladder",
    family="Brinkmanship",
    source="Nalebuff 1986 and Powell 1990 (a discrete version)",
    canonical=False,
    citation=(
        "Nalebuff, B. (1986). Brinkmanship and Nuclear Deterrence: The Neutrality of Escalation. "
        "Conflict Management and Peace Science 9(2): 19–30.",
        "Powell, R. (1990). Nuclear Deterrence Theory: The Search for Credibility. "
        "Cambridge University Press.",
    ),
    teaches="Skipping rungs hardly matters: players who foresee a bigger step quit earlier, and "
    "later rungs do not change what is done now. That missing rungs are dangerous needs something "
    "that the model lacks, such as players who cannot quit at the jump. How bad disaster is "
    "matters far more. The statements lean on the rule that nobody gets anything if both quit.",
    parameters={
        "h": Parameter(
            (1.0,),
            "risk of disaster on each rung; the last is 1",
            0,
            1,
            "low",
            "probability",
            "numbers",
        ),
        "D": Parameter(1.0, "loss from disaster", 0, open="low", unit="highest prize value"),
    },
    results={
        "cutoff_0": "value below which a side quits on the first rung",
        "cutoff_last": "value below which it has quit by the last rung",
        "pr_disaster": "probability of disaster",
        "pr_hold_rung_0": "probability that a side holds on the first rung",
        "cutoffs": "the cutoff of every rung",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "one_rung": {},
        "fine_10x0.1_then_war": {"h": (*(0.1,) * 10, 1)},
        "coarse_2x0.5_then_war": {"h": (0.5, 0.5, 1)},
        "skip": {"h": (0.1, 0.1, 0.6, 1)},
        "high_D": {"h": (*(0.1,) * 10, 1), "D": 3},
        "low_D": {"h": (*(0.1,) * 10, 1), "D": 0.3},
    },
    scenario="model-brinkmanship",
)

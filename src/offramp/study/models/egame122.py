"""Two branches, the second player answering both: four outcomes (the model egame122).

Player 1 goes left or right; player 2 then chooses between Y1 (worth 0) and Y2 on the left, Y3
(worth 0) and Y4 on the right. With the link f, p4 = f(u22), p6 = f(u24) and
p2 = f((1 − p6) u13 + p6 u14 − (1 − p4) u11 − p4 u12) is the probability of right.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import Model, Value
from offramp.study.models._links import (
    CITATION,
    LAMBDA,
    TEACHES,
    chosen,
    error_parameter,
    utilities,
)


def _solve(
    u11: float,
    u12: float,
    u13: float,
    u14: float,
    u22: float,
    u24: float,
    error: str,
    lambda_: float,
) -> dict[str, Value]:
    second, fourth = chosen(u22, error, lambda_), chosen(u24, error, lambda_)
    right_is = (1 - fourth) * u13 + fourth * u14
    left_is = (1 - second) * u11 + second * u12
    right = chosen(right_is - left_is, error, lambda_)
    return {
        "Y1": (1 - right) * (1 - second),
        "Y2": (1 - right) * second,
        "Y3": right * (1 - fourth),
        "Y4": right * fourth,
    }


def _chart() -> Chart:
    def at(precision: float, key: str) -> float:
        return float(_solve(0.3, -0.2, 1.0, -0.6, 0.5, -0.4, "logit", precision)[key])

    return Chart(
        "From chance to best replies",
        Axis("precision of the logit errors", 0.01, 10, (2, 4, 6, 8, 10)),
        Axis("probability", 0, 1),
        (
            curve(0.01, 10, lambda x: at(x, "Y1"), "Y1", "second"),
            curve(0.01, 10, lambda x: at(x, "Y2"), "Y2", "quiet"),
            curve(0.01, 10, lambda x: at(x, "Y3"), "Y3", "first"),
            curve(0.01, 10, lambda x: at(x, "Y4"), "Y4", "war"),
        ),
        "At precision 0 every outcome has a quarter. As precision grows the outcomes go to that "
        "of backward induction, Y3.",
        "Four lines that start at a quarter; Y3 rises towards one, the others fall to zero.",
    )


MODEL = Model(
    title="Two branches with errors",
    family="Choice with error",
    source="Signorino 1999",
    canonical=True,
    citation=CITATION,
    teaches=TEACHES,
    parameters={
        **utilities(u11=0.3, u12=-0.2, u13=1.0, u14=-0.6, u22=0.5, u24=-0.4),
        "error": error_parameter("probit_agent", "logit"),
        "lambda_": LAMBDA,
    },
    results={f"Y{number}": f"probability of outcome {number}" for number in (1, 2, 3, 4)},
    solve=_solve,
    chart=_chart,
    cases={"probit_agent": {}, "logit": {"error": "logit"}},
    scenario="model-two-fronts",
    note="The scenario is the logit form; the language has no probit errors.",
)

"""Challenge and answer with errors: three outcomes (the model egame12).

Player 1 stays (Y1) or moves on; then player 2 gives in (Y3, worth 0 to it) or resists (Y4). With
the link f of a difference of utility, p4 = f(u24), p2 = f((1 − p4) u13 + p4 u14 − u11), and the
outcomes have probabilities 1 − p2, p2 (1 − p4), p2 p4. With private information of player 1 and
2 about their own payoffs (`probit_private`) p4 = Φ(u24/√2) and
p2 = Φ(Δ/√((1 − p4)² + p4² + 1)), Δ the difference above.
"""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtr

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
    u11: float, u13: float, u14: float, u24: float, error: str, lambda_: float
) -> dict[str, Value]:
    resists = chosen(u24, error, lambda_)
    better = (1 - resists) * u13 + resists * u14 - u11
    if error == "probit_private":
        spread = sqrt((1 - resists) ** 2 + resists**2 + 1)
        moves = float(ndtr(better / spread))
    else:
        moves = chosen(better, error, lambda_)
    return {"Y1": 1 - moves, "Y3": moves * (1 - resists), "Y4": moves * resists}


def _chart() -> Chart:
    def at(u24: float, key: str) -> float:
        return float(_solve(0.2, 1.0, -0.8, u24, "logit", 1.0)[key])

    return Chart(
        "Deterrence with errors",
        Axis("player 2's utility of resisting, u24", -4, 4),
        Axis("probability", 0, 1),
        (
            curve(-4, 4, lambda u: at(u, "Y1"), "Y1: player 1 stays", "peace"),
            curve(-4, 4, lambda u: at(u, "Y3"), "Y3: player 2 gives in", "second"),
            curve(-4, 4, lambda u: at(u, "Y4"), "Y4: conflict", "war"),
        ),
        "Logit errors with precision 1; u11 = 0.2, u13 = 1, u14 = −0.8. The more player 2 gains "
        "by resisting, the more often player 1 stays; conflict grows all the same up to a "
        "point, because it is the answer to challenges that errors produce.",
        "Staying rises from 0.33 to 0.73, giving in falls from 0.66 to near zero, and conflict "
        "rises from near zero to 0.27.",
    )


MODEL = Model(
    title="Challenge and answer with errors",
    family="Choice with error",
    source="Signorino 1999 and Signorino and Tarar 2006",
    canonical=True,
    citation=CITATION,
    teaches=TEACHES,
    parameters={
        **utilities(u11=0.2, u13=1.0, u14=-0.8, u24=0.4),
        "error": error_parameter("probit_agent", "probit_private", "logit"),
        "lambda_": LAMBDA,
    },
    results={
        "Y1": "probability that player 1 stays",
        "Y3": "probability that player 2 gives in",
        "Y4": "probability of conflict",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "probit_agent": {},
        "probit_private": {"error": "probit_private"},
        "logit": {"error": "logit"},
    },
    scenario="model-strategic-choice",
)

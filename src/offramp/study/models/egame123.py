"""Three in turn: a challenge, an answer and a last word (the model egame123).

Player 1 stays (Y1) or moves on; player 2 stays (Y3) or moves on; player 3 chooses Y5 (worth 0 to
it) or Y6. With the link f, p6 = f(u36), p4 = f((1 − p6) u25 + p6 u26 − u23) and
p2 = f((1 − p4) u13 + p4 ((1 − p6) u15 + p6 u16) − u11).
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
    u13: float,
    u15: float,
    u16: float,
    u23: float,
    u25: float,
    u26: float,
    u36: float,
    error: str,
    lambda_: float,
) -> dict[str, Value]:
    last = chosen(u36, error, lambda_)
    answers = chosen((1 - last) * u25 + last * u26 - u23, error, lambda_)
    ahead = (1 - answers) * u13 + answers * ((1 - last) * u15 + last * u16)
    moves = chosen(ahead - u11, error, lambda_)
    return {
        "Y1": 1 - moves,
        "Y3": moves * (1 - answers),
        "Y5": moves * answers * (1 - last),
        "Y6": moves * answers * last,
    }


def _chart() -> Chart:
    def at(u36: float, key: str) -> float:
        return float(_solve(0.1, 0.8, -0.5, 1.2, 0.2, 0.6, -0.7, u36, "logit", 2.0)[key])

    return Chart(
        "A third party changes what the first two do",
        Axis("player 3's utility of Y6, u36", -3, 3),
        Axis("probability", 0, 1),
        (
            curve(-3, 3, lambda u: at(u, "Y1"), "Y1: player 1 stays", "peace"),
            curve(-3, 3, lambda u: at(u, "Y3"), "Y3: player 2 stays", "second"),
            curve(-3, 3, lambda u: at(u, "Y5"), "Y5", "third"),
            curve(-3, 3, lambda u: at(u, "Y6"), "Y6", "war"),
        ),
        "Logit errors with precision 2. What player 3 would do is anticipated: the nearer Y6 is, "
        "which player 2 dislikes, the more often player 2 stays and player 1 moves.",
        "Y1 falls and Y3 rises as player 3 comes to prefer Y6; Y5 falls, and Y6 rises a little.",
    )


MODEL = Model(
    title="Three in turn with errors",
    family="Choice with error",
    source="Signorino 1999",
    canonical=True,
    citation=CITATION,
    teaches=TEACHES,
    parameters={
        **utilities(u11=0.1, u13=0.8, u15=-0.5, u16=1.2, u23=0.2, u25=0.6, u26=-0.7, u36=0.3),
        "error": error_parameter("probit_agent", "logit"),
        "lambda_": LAMBDA,
    },
    results={f"Y{number}": f"probability of outcome {number}" for number in (1, 3, 5, 6)},
    solve=_solve,
    chart=_chart,
    cases={"probit_agent": {}, "logit": {"error": "logit"}},
    scenario="model-three-in-turn",
    note="The scenario is the logit form; the language has no probit errors.",
)

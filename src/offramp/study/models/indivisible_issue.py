"""An issue that can be divided in a few ways only, or not at all.

Only divisions in a finite list are feasible; a division gives A that share and B the rest. War
gives (p − c_A, 1 − p − c_B). Both prefer a division to war where it lies between p − c_A and
p + c_B. Where none does, an enforceable lottery over the feasible divisions still can: its
expected share may be any number between the smallest and the largest of them.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, Words, between, places
from offramp.study.models import SLACK, Model, Parameter, Value


def _solve(p: float, c_A: float, c_B: float, divisions: tuple[float, ...]) -> dict[str, Value]:
    low, high = p - c_A, p + c_B
    inside = [one for one in divisions if low - SLACK <= one <= high + SLACK]
    return {
        "range_low": low,
        "range_high": high,
        "peace_possible": bool(inside),
        "lottery_peace_possible": max(low, min(divisions)) <= min(high, max(divisions)) + SLACK,
    }


def _chart() -> Chart:
    at = places(0, 1)
    low, high = [p - 0.2 for p in at], [p + 0.2 for p in at]
    return Chart(
        "What both prefer to war, and what can be divided",
        Axis("probability that A wins, p", 0, 1),
        Axis("A's share", 0, 1),
        (
            between(low, high, at, "divisions that both prefer to war", "peace"),
            Line((0, 1), (0, 0), "feasible: all or nothing", "ink"),
            Line((0, 1), (1, 1), "", "ink"),
            Line((0.2, 0.2), (0, 1), "", "quiet", dashed=True),
            Line((0.8, 0.8), (0, 1), "", "quiet", dashed=True),
            Words(0.5, 0.9, "no feasible division"),
            Words(0.1, 0.5, "B gets all"),
            Words(0.9, 0.5, "A gets all"),
        ),
        "Both costs are 0.2. The band holds the divisions that both prefer to war. An issue that "
        "can only go to one side as a whole can be settled where the band meets 0 or 1, and not "
        "between the dashed lines, unless a lottery or a side payment can be enforced.",
        "A rising band around the diagonal. It touches zero up to p = 0.2 and one from p = 0.8 "
        "on; between them no feasible division lies in the band.",
    )


MODEL = Model(
    title="An issue that cannot be divided",
    family="Bargaining in the shadow of war",
    source="Fearon 1995 and Powell 2006",
    canonical=True,
    citation=(
        "Fearon, J. (1995). Rationalist Explanations for War. "
        "International Organization 49(3): 379–414.",
        "Powell, R. (2006). War as a Commitment Problem. "
        "International Organization 60(1): 169–203.",
    ),
    teaches="Indivisibility alone does not explain war: a lottery or a side payment that can be "
    "enforced lies in the range that both prefer. What is missing is the means to enforce it, "
    "which makes it a problem of commitment.",
    parameters={
        "p": Parameter(0.5, "probability that A wins a war", 0, 1, unit="probability"),
        "c_A": Parameter(0.2, "A's cost of war", 0, unit="share of the pie"),
        "c_B": Parameter(0.2, "B's cost of war", 0, unit="share of the pie"),
        "divisions": Parameter(
            (0.0, 1.0), "feasible shares of A", 0, 1, unit="share of the pie", kind="numbers"
        ),
    },
    results={
        "range_low": "smallest share of A that A prefers to war",
        "range_high": "largest share of A that B prefers to war",
        "peace_possible": "whether a feasible division lies in the range",
        "lottery_peace_possible": "whether a lottery over feasible divisions does",
    },
    solve=_solve,
    chart=_chart,
    cases={"war": {}, "peace": {"p": 0.85, "c_A": 0.1}, "three_way": {"divisions": (0, 0.5, 1)}},
    scenario="model-indivisible",
)

"""Two sides that believe different things about who would win, and do not learn from it.

A believes that A wins with probability p_A, B believes that A wins with p_B. War costs c_A and
c_B. A accepts shares from p_A − c_A on, B leaves A shares up to p_B + c_B. A division that
both prefer exists where p_A − p_B ≤ c_A + c_B. The two beliefs have no common prior.
"""

from __future__ import annotations

from offramp.study.charts.data import Area, Axis, Chart, Line, Words
from offramp.study.models import SLACK, Model, Parameter, Value


def _solve(p_A: float, p_B: float, c_A: float, c_B: float) -> dict[str, Value]:
    gap = p_A - p_B
    return {"gap": gap, "range_width": c_A + c_B - gap, "peace_possible": c_A + c_B - gap >= -SLACK}


def _chart() -> Chart:
    return Chart(
        "Optimism against the costs of war",
        Axis("A's belief that A wins, p_A", 0, 1),
        Axis("B's belief that A wins, p_B", 0, 1),
        (
            Area((0, 0.2, 1, 1, 0), (0, 0, 0.8, 1, 1), "a settlement both prefer exists", "peace"),
            Area((0.2, 1, 1), (0, 0, 0.8), "none exists", "war"),
            Line((0, 1), (0, 1), "equal beliefs", "quiet", dashed=True),
            Words(0.78, 0.22, "both are optimistic"),
        ),
        "Costs of 0.1 on each side. Below the diagonal both sides think better of their chances "
        "than the other does. The range closes where the two beliefs differ by more than both "
        "costs together.",
        "A square of beliefs. Right of the diagonal, from a gap of 0.2 on, no settlement exists.",
    )


MODEL = Model(
    title="Optimism on both sides",
    family="Bargaining in the shadow of war",
    source="Fearon 1995",
    canonical=True,
    citation=(
        "Fearon, J. (1995). Rationalist Explanations for War. "
        "International Organization 49(3): 379–414.",
        "Fey, M. and Ramsay, K. (2007). Mutual Optimism and War. "
        "American Journal of Political Science 51(4): 738–754.",
    ),
    teaches="Disagreement about the odds closes the range where it exceeds both costs together. "
    "Only the inequality is claimed. With a common prior such disagreement cannot be common "
    "knowledge, and must come from private signals (see the demand against a private cost).",
    parameters={
        "p_A": Parameter(0.7, "A's belief that A wins", 0, 1, unit="probability"),
        "p_B": Parameter(0.4, "B's belief that A wins", 0, 1, unit="probability"),
        "c_A": Parameter(0.1, "A's cost of war", 0, unit="share of the pie"),
        "c_B": Parameter(0.1, "B's cost of war", 0, unit="share of the pie"),
    },
    results={
        "gap": "how far the beliefs differ",
        "range_width": "width of the range that both prefer; negative where it is empty",
        "peace_possible": "whether such a division exists",
    },
    solve=_solve,
    chart=_chart,
    cases={"war": {}, "peace": {"p_A": 0.6, "p_B": 0.45}},
    scenario="model-optimism",
    note="In the language chances are the same for everybody. The scenario puts what each side "
    "expects of a war into its payoffs, so that expected payoffs are each side's own.",
)

"""A first-strike advantage narrows what can be agreed, and can close it.

At a division x, A and B choose at once to wait or to strike. If only A strikes, A wins with
probability p_f; if only B strikes, with p_s ≤ p_f; if both do, with something between. War
costs c_A and c_B. Waiting on both sides is an equilibrium where p_f − c_A ≤ x ≤ p_s + c_B; such
an x exists where p_f − p_s ≤ c_A + c_B. Striking on both sides is an equilibrium at every x:
whoever expects to be struck does no worse by striking.
"""

from __future__ import annotations

from collections.abc import Mapping

from offramp.study.charts.data import Axis, Chart, Line, Words, between, places
from offramp.study.models import SLACK, Model, Parameter, Value, demand, said


def _solve(p_f: float, p_s: float, c_A: float, c_B: float) -> dict[str, Value]:
    demand(p_s <= p_f, f"p_s = {said(p_s)} and p_f = {said(p_f)}", "p_s no larger than p_f")
    low, high = p_f - c_A, p_s + c_B
    return {
        "range_low": low,
        "range_high": high,
        "width": high - low,
        "peace_eq_exists": high - low >= -SLACK,
        "strike_eq_exists": True,
    }


def _regret(profile: Mapping[str, float], p_f: float, p_s: float, c_A: float, c_B: float) -> float:
    """Of ``strike_A`` and ``strike_B`` (probabilities) at the division ``x``.

    ``p_both`` is A's probability of winning when both strike; the middle where it is not given.
    """
    a, b, x = profile["strike_A"], profile["strike_B"], profile["x"]
    both = profile.get("p_both", (p_f + p_s) / 2)
    strike_a = b * (both - c_A) + (1 - b) * (p_f - c_A)
    wait_a = b * (p_s - c_A) + (1 - b) * x
    strike_b = a * (1 - both - c_B) + (1 - a) * (1 - p_s - c_B)
    wait_b = a * (1 - p_f - c_B) + (1 - a) * (1 - x)
    gain_a = max(strike_a, wait_a) - (a * strike_a + (1 - a) * wait_a)
    gain_b = max(strike_b, wait_b) - (b * strike_b + (1 - b) * wait_b)
    return max(gain_a, gain_b)


def _chart() -> Chart:
    at = places(0, 0.3)
    low, high = [0.5 + gap / 2 - 0.15 for gap in at], [0.5 - gap / 2 + 0.15 for gap in at]
    return Chart(
        "The range that a first-strike advantage leaves",
        Axis("first-strike advantage, p_f − p_s", 0, 0.5),
        Axis("A's share x", 0.2, 0.8),
        (
            between(low, high, at, "waiting is an equilibrium", "peace"),
            Line((0.3, 0.3), (0.2, 0.8), "advantage equal to both costs together", "war", True),
            Words(0.1, 0.5, "peace possible"),
            Words(0.4, 0.5, "striking only"),
        ),
        "Costs of 0.15 on each side and equal strength. The range of divisions at which nobody "
        "strikes shrinks with the advantage of striking first and vanishes where the advantage "
        "exceeds both costs together. Striking on both sides is an equilibrium everywhere.",
        "A band around one half that narrows from 0.35–0.65 to a point at an advantage of 0.3.",
    )


MODEL = Model(
    title="First-strike advantage",
    family="Bargaining in the shadow of war",
    source="Fearon 1995",
    canonical=True,
    citation=(
        "Fearon, J. (1995). Rationalist Explanations for War. "
        "International Organization 49(3): 379–414.",
    ),
    teaches="Under complete information an advantage of striking first makes war unavoidable "
    "only where it exceeds the costs of both sides together; a smaller one narrows the range. "
    "Mutual striking is an equilibrium as well, so that which one is played hangs on "
    "expectations.",
    parameters={
        "p_f": Parameter(
            0.6, "A's probability of winning if A strikes first", 0, 1, unit="probability"
        ),
        "p_s": Parameter(
            0.4, "A's probability of winning if B strikes first", 0, 1, unit="probability"
        ),
        "c_A": Parameter(0.15, "A's cost of war", 0, unit="share of the pie"),
        "c_B": Parameter(0.15, "B's cost of war", 0, unit="share of the pie"),
    },
    results={
        "range_low": "smallest share at which A waits",
        "range_high": "largest share of A at which B waits",
        "width": "width of the range; negative where it is closed",
        "peace_eq_exists": "whether waiting is an equilibrium at some division",
        "strike_eq_exists": "whether striking on both sides is an equilibrium",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "open": {},
        "closed": {"p_f": 0.7, "p_s": 0.35},
        "knife_edge": {"p_f": 0.65, "p_s": 0.35},
    },
    regret=_regret,
    scenario="model-first-strike",
)

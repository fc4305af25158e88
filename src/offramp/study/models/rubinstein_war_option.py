"""Offers in turn where whoever answers may fight instead.

As offers in turn without end with common patience delta, but whoever answers may also go to war,
worth w_A = p − c_A and w_B = 1 − p − c_B at that moment. In the stationary subgame-perfect
equilibrium A keeps x = 1 − max(delta y, w_B) when it proposes and B keeps
y = 1 − max(delta x, w_A). Each of the four combinations of active terms is linear; the pair is
the only fixed point, since the map shrinks distances by delta.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, curve
from offramp.study.models import SLACK, Model, Parameter, Value


def _solve(p: float, c_A: float, c_B: float, delta: float) -> dict[str, Value]:
    war_a, war_b = p - c_A, 1 - p - c_B
    inside = 1 / (1 + delta)
    # A's share and B's share when each proposes: nobody, B, A, or both held by the war option.
    candidates = (
        (inside, inside),
        (1 - war_b, 1 - delta * (1 - war_b)),
        (1 - delta * (1 - war_a), 1 - war_a),
        (1 - war_b, 1 - war_a),
    )
    x, y = min(
        candidates,
        key=lambda pair: (
            abs(pair[0] - 1 + max(delta * pair[1], war_b))
            + abs(pair[1] - 1 + max(delta * pair[0], war_a))
        ),
    )
    return {
        "share_A_when_proposing": x,
        "share_B_when_proposing": y,
        "war_holds_A": war_a > delta * x + SLACK,
        "war_holds_B": war_b > delta * y + SLACK,
    }


def _chart() -> Chart:
    def share(p: float, cost: float) -> float:
        return float(_solve(p, cost, cost, 0.95)["share_A_when_proposing"])

    return Chart(
        "Power matters only where war is a better answer",
        Axis("probability that A wins, p", 0, 1),
        Axis("A's share when it proposes", 0, 1),
        (
            curve(0, 1, lambda p: share(p, 0.1), "war costs 0.1 each", "war"),
            curve(0, 1, lambda p: share(p, 0.3), "war costs 0.3 each", "first"),
            Line((0, 1), (0, 1), "p itself", "quiet", dashed=True),
        ),
        "Patience 0.95. In the middle nobody would rather fight than wait, and the balance of "
        "power does not matter. Towards the ends the strong side must be given what war would give "
        "it; dear wars widen the middle.",
        "Two lines, flat near 0.51 in the middle and following p at the ends; the flat part is "
        "wider where war is dearer.",
    )


MODEL = Model(
    title="Offers in turn in the shadow of war",
    family="Offers in turn",
    source="Powell 1999",
    canonical=True,
    citation=(
        "Powell, R. (1999). In the Shadow of Power, chapter 3. Princeton University Press.",
        "Rubinstein, A. (1982). Perfect Equilibrium in a Bargaining Model. "
        "Econometrica 50(1): 97–109.",
    ),
    teaches="The distribution of power matters where it differs from the distribution of "
    "benefits: a war option changes the deal only where it beats waiting for the next offer.",
    parameters={
        "p": Parameter(0.3, "probability that A wins a war", 0, 1, unit="probability"),
        "c_A": Parameter(0.1, "A's cost of war", 0, unit="share of the pie"),
        "c_B": Parameter(0.1, "B's cost of war", 0, unit="share of the pie"),
        "delta": Parameter(0.95, "patience of both", 0, 1, "high", "per round"),
    },
    results={
        "share_A_when_proposing": "A's share where A proposes",
        "share_B_when_proposing": "B's share where B proposes",
        "war_holds_A": "whether A's war option binds when A answers",
        "war_holds_B": "whether B's war option binds when B answers",
    },
    solve=_solve,
    chart=_chart,
    cases={"B_constrained": {}, "none_binding": {"p": 0.5, "c_A": 0.3, "c_B": 0.3}},
    scenario="model-alternating-offers",
)

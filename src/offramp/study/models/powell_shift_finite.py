"""Power shifts over a number of periods: when the declining side fights.

A pie of 1 is divided in each of T periods; A would win a war in period t with probability p[t].
In every period A offers B a share or fights; B accepts or fights. War ends the game: the winner
takes the pies that are left, at one-off costs C_A and C_B. Complete information, solved
backwards. With S the discounted sum of the pies left, war in t is worth p[t] S − C_A and
(1 − p[t]) S − C_B. A keeps at most m = 1 + delta V_B − (B's war value). There is war where m is
negative, or where keeping min(1, m) is worse for A than war.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Dots, Line
from offramp.study.models import SLACK, Model, Parameter, Value


def _solve(p: tuple[float, ...], delta: float, C_A: float, C_B: float) -> dict[str, Value]:
    value_a = value_b = left = 0.0
    shares: list[float] = []
    first_war = -1
    for period in reversed(range(len(p))):
        left = 1 + delta * left
        war_a, war_b = p[period] * left - C_A, (1 - p[period]) * left - C_B
        most = 1 + delta * value_b - war_b
        kept = min(1.0, most)
        if most < -SLACK or kept + delta * value_a < war_a - SLACK:
            first_war, value_a, value_b = period, war_a, war_b
            shares.insert(0, float("nan"))
        else:
            kept = max(0.0, kept)
            value_a, value_b = kept + delta * value_a, 1 - kept + delta * value_b
            shares.insert(0, kept)
    # A war further on ends play only if no earlier period has one: the earliest is the last set.
    found: dict[str, Value] = {"V_A": value_a, "V_B": value_b, "first_war_period": first_war}
    if first_war != 0:
        found["x_0"] = shares[0]
        found["shares"] = tuple(shares[: first_war if first_war > 0 else len(p)])
    return found


def _chart() -> Chart:
    marks: list[Line | Dots] = []
    for case, name, tone in (
        ("T5_ramp", "slow rise, 0.3 to 0.7", "peace"),
        ("T5_jump_late", "late jump, 0.3 to 0.95", "war"),
    ):
        kept = MODEL.evaluate(case=case)["shares"]
        at = tuple(float(period + 1) for period in range(len(kept)))
        marks += [Line(at, kept, name, tone), Dots(at, kept, "", tone)]
    marks.append(Dots((3.0,), (0.3025,), "war in period 3 (not a share)", "risk", hollow=True))
    return Chart(
        "What the rising side keeps, period by period",
        Axis("period", 1, 5, (1, 2, 3, 4, 5)),
        Axis("A's share in the period", 0, 1),
        tuple(marks),
        "A slow rise (costs 0.2, patience 0.9) is bought off: A concedes almost everything at "
        "first and is paid later. A jump after period 3 (costs 0.05, patience 0.95) is not: B "
        "fights in the last period before the jump, and not at once.",
        "A rising line over five periods for the slow rise. For the late jump, shares in periods "
        "1 and 2 only, and a ring in period 3 that marks war.",
    )


MODEL = Model(
    title="Power that shifts over several periods",
    family="Shifting power",
    source="Powell 1999 and 2006",
    canonical=True,
    citation=(
        "Powell, R. (1999). In the Shadow of Power. Princeton University Press.",
        "Powell, R. (2006). War as a Commitment Problem. "
        "International Organization 60(1): 169–203.",
    ),
    teaches="The same commitment problem with an end and any path of power. A gradual rise is "
    "bought off period by period; a jump is not, and the declining side fights in the last "
    "period before it. Ties go to peace.",
    parameters={
        "p": Parameter(
            (0.2, 0.95),
            "A's probability of winning in each period",
            0,
            1,
            unit="probability",
            kind="numbers",
        ),
        "delta": Parameter(1.0, "patience of both", 0, 1, "low", "per period"),
        "C_A": Parameter(0.05, "A's cost of war, total", 0, unit="pie of one period"),
        "C_B": Parameter(0.05, "B's cost of war, total", 0, unit="pie of one period"),
    },
    results={
        "V_A": "A's value at the start",
        "V_B": "B's value at the start",
        "first_war_period": "period of the war, counted from 0; −1 for peace throughout",
        "x_0": "A's share in the first period; missing where war breaks out in it",
        "shares": "A's shares up to the war; missing where war breaks out at once",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "T2_war": {},
        "T2_peace": {"p": (0.45, 0.55), "C_A": 0.1, "C_B": 0.1},
        "T5_ramp": {"p": (0.3, 0.4, 0.5, 0.6, 0.7), "delta": 0.9, "C_A": 0.2, "C_B": 0.2},
        "T5_jump_late": {"p": (0.3, 0.3, 0.3, 0.95, 0.95), "delta": 0.95},
    },
    scenario="model-shifting-power",
)

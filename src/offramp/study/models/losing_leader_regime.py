"""A losing leader and how different losses are punished.

A leader fights on, at a cost c: wins with probability q (V_win), or loses badly (V_bad) and is
punished by K_bad. Or it settles (V_settle) and is punished by K_settle. It fights on where q is
above q* = (V_settle − K_settle − V_bad + K_bad + c)/(V_win − V_bad + K_bad).
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(
    V_win: float, V_settle: float, V_bad: float, c: float, K_settle: float, K_bad: float
) -> dict[str, Value]:
    stake = V_win - V_bad + K_bad
    demand(stake > 0, f"V_win − V_bad + K_bad = {said(stake)}", "winning better than losing badly")
    return {"q_star": (V_settle - K_settle - V_bad + K_bad + c) / stake}


def _chart() -> Chart:
    def at(bad: float, settle: float) -> float:
        return float(_solve(1.0, 0.5, 0.0, 0.1, settle, bad)["q_star"])

    return Chart(
        "When a losing leader fights on",
        Axis("punishment of a bad loss, K_bad", 0, 1.5),
        Axis("least chance of winning to fight on, q*", 0, 1),
        (
            curve(0, 1.5, lambda k: at(k, 0.0), "only bad losses are punished", "peace"),
            curve(0, 1.5, lambda k: at(k, k / 2), "a settlement half as much", "second"),
            curve(0, 1.5, lambda k: at(k, k), "every loss alike", "war"),
        ),
        "V_win = 1, V_settle = 0.5, V_bad = 0, c = 0.1. Punishing bad losses only makes leaders "
        "settle. Punishing a settlement as hard as a disaster makes them fight at long odds: "
        "there is nothing left to lose.",
        "Three lines from 0.6: one rises to 0.84, one stays near 0.5, and one falls to 0.24.",
    )


MODEL = Model(
    title="Punishment of losing leaders",
    family="Leaders",
    source="Goemans 2000",
    canonical=False,
    citation=(
        "Goemans, H. (2000). War and Punishment: The Causes of War Termination and the First "
        "World War. Princeton University Press.",
    ),
    teaches="Leaders fight on at long odds where small and large losses are punished alike and "
    "hard (Goemans' semi-repressive regimes), and settle soonest where only disasters are "
    "punished. A guarantee that makes settling safe works like a smaller K_settle.",
    parameters={
        "V_win": Parameter(1.0, "worth of winning", unit="utility"),
        "V_settle": Parameter(0.5, "worth of settling", unit="utility"),
        "V_bad": Parameter(0.0, "worth of losing badly", unit="utility"),
        "c": Parameter(0.1, "cost of fighting on", 0, unit="utility"),
        "K_settle": Parameter(0.0, "punishment after settling", 0, unit="utility"),
        "K_bad": Parameter(0.0, "punishment after a bad loss", 0, unit="utility"),
    },
    results={"q_star": "chance of winning from which on the leader fights"},
    solve=_solve,
    chart=_chart,
    cases={
        "no_punishment": {},
        "large_loss_only": {"K_bad": 1},
        "any_loss_mild": {"K_settle": 0.3, "K_bad": 0.3},
        "any_loss_severe": {"K_settle": 1, "K_bad": 1},
    },
    scenario="model-losing-leader",
)

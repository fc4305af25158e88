"""One demand against a private cost of war, uniformly distributed: the risk-return trade-off.

A demands a share x of a pie of 1. B knows its own cost of war, A knows only that it is uniform
between c_B_low and c_B_high. B accepts, and the shares are (x, 1 − x), or fights, and the
payoffs are (p − c_A, 1 − p − c_B). B accepts where c_B ≥ x − p, so that A's demand is a plain
maximisation: x = p + t with t = min{1 − p, max{c_B_low, (c_B_high − c_A)/2}}, and war breaks out
with probability (t − c_B_low)/(c_B_high − c_B_low), cut to 0 and 1.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(p: float, c_A: float, c_B_low: float, c_B_high: float) -> dict[str, Value]:
    demand(
        c_B_low < c_B_high,
        f"c_B_low = {said(c_B_low)} and c_B_high = {said(c_B_high)}",
        "c_B_low below c_B_high",
    )
    over = min(1 - p, max(c_B_low, (c_B_high - c_A) / 2))
    x, width = p + over, c_B_high - c_B_low
    war = min(1.0, max(0.0, (over - c_B_low) / width))
    # The costs of the types that fight run from c_B_low to c_B_low + war * width.
    paid = war * (c_B_low + war * width / 2)
    return {
        "x": x,
        "pr_war": war,
        "EU_A": (1 - war) * x + war * (p - c_A),
        "EU_B": (1 - war) * (1 - x) + war * (1 - p) - paid,
    }


def _chart() -> Chart:
    def at(cost: float, high: float) -> float:
        return float(_solve(0.5, cost, 0.0, high)["pr_war"])

    return Chart(
        "War under uncertainty about the other's cost",
        Axis("A's own cost of war, c_A", 0, 0.6),
        Axis("probability of war", 0, 0.6),
        (
            curve(0, 0.6, lambda cost: at(cost, 0.2), "B's cost 0 to 0.2", "second"),
            curve(0, 0.6, lambda cost: at(cost, 0.4), "0 to 0.4", "first"),
            curve(0, 0.6, lambda cost: at(cost, 0.6), "0 to 0.6", "war"),
        ),
        "Probability of war when A may demand what it likes (p = 0.5). The dearer war is for A, "
        "the less it risks; where c_A reaches c_B_high − 2 c_B_low it risks nothing. A wider "
        "spread of B's cost makes A bolder.",
        "Three falling lines. With B's cost up to 0.2, 0.4 and 0.6 the probability of war is one "
        "half where war costs A nothing, and reaches zero where A's cost equals B's highest cost.",
    )


MODEL = Model(
    title="A demand against a private cost of war",
    family="Bargaining in the shadow of war",
    source="Fearon 1995",
    canonical=True,
    citation=(
        "Fearon, J. (1995). Rationalist Explanations for War. "
        "International Organization 49(3): 379–414.",
    ),
    teaches="Private information about the cost of war is enough for war, although both sides "
    "would gain from a settlement: a higher demand brings more if it is accepted and risks more. "
    "There is no risk at all where c_A ≥ c_B_high − 2 c_B_low, and none under complete "
    "information. In the interior, the balance of power p moves the demand and not the risk. "
    "Private information about p itself, which both sides' payoffs depend on, needs another model.",
    parameters={
        "p": Parameter(0.5, "probability that A wins a war", 0, 1, "both", "probability"),
        "c_A": Parameter(0.1, "A's cost of war", 0, unit="share of the pie"),
        "c_B_low": Parameter(0.0, "B's lowest cost of war", 0, unit="share of the pie"),
        "c_B_high": Parameter(0.4, "B's highest cost of war", 0, unit="share of the pie"),
    },
    results={
        "x": "A's demand",
        "pr_war": "probability of war",
        "EU_A": "A's expected payoff",
        "EU_B": "B's expected payoff over its types",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "base": {},
        "no_risk": {"c_A": 0.3, "c_B_low": 0.15},
        "corner_x1": {"p": 0.9, "c_A": 0.05, "c_B_high": 0.6},
    },
    scenario="model-ultimatum",
)

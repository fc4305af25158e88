"""One demand against a rival that is tough or soft: risk the war, or give up the difference.

A demands a share x of a pie of 1. B's cost of war is c_B_low with probability q_low (tough) and
c_B_high otherwise, and B knows which. B accepts (x, 1 − x) or fights (p − c_A, 1 − p − c_B). A
asks for what the tough type just accepts, p + c_B_low, or for what only the soft type accepts,
p + c_B_high (no more than 1). The second is better where q_low is below
q* = (c_B_high − c_B_low)/(c_B_high + c_A); then war has the probability q_low.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, Words, curve
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(p: float, c_A: float, c_B_low: float, c_B_high: float, q_low: float) -> dict[str, Value]:
    demand(
        c_B_low < c_B_high,
        f"c_B_low = {said(c_B_low)} and c_B_high = {said(c_B_high)}",
        "c_B_low below c_B_high",
    )
    safe, risky = min(1.0, p + c_B_low), min(1.0, p + c_B_high)
    threshold = (risky - safe) / (risky - p + c_A)
    daring = q_low < threshold
    x = risky if daring else safe
    war = q_low if daring else 0.0
    return {
        "q_star": threshold,
        "x": x,
        "pr_war": war,
        "EU_A": (1 - war) * x + war * (p - c_A),
        "EU_B": (1 - war) * (1 - x) + war * (1 - p - c_B_low),
    }


def _chart() -> Chart:
    def at(q: float) -> float:
        return float(_solve(0.5, 0.1, 0.1, 0.3, q)["pr_war"])

    return Chart(
        "War when B may be tough",
        Axis("probability that B is tough, q_low", 0, 1),
        Axis("probability of war", 0, 0.6),
        (
            curve(0, 1, at, "probability of war", "war", breaks=(0.5,)),
            Line((0.5, 0.5), (0, 0.6), "q*", "quiet", dashed=True),
            Words(0.25, 0.08, "A demands 0.8: risky"),
            Words(0.75, 0.08, "A demands 0.6: safe"),
        ),
        "Below q* A takes the risk, and war is exactly as likely as a tough rival. Above q* A "
        "asks for less and there is peace: the more likely a tough rival is, the safer it gets.",
        "A line that rises from zero to one half at q* = 0.5 and is zero from there on.",
    )


MODEL = Model(
    title="A demand against a tough or a soft rival",
    family="Bargaining in the shadow of war",
    source="Fearon 1995",
    canonical=True,
    citation=(
        "Fearon, J. (1995). Rationalist Explanations for War. "
        "International Organization 49(3): 379–414.",
    ),
    teaches="The risk-return trade-off with two types. War is a by-product of a demand that is "
    "right on average; it happens against the tough type only. The risk rises with the share of "
    "tough rivals up to a threshold and then falls to nothing.",
    parameters={
        "p": Parameter(0.5, "probability that A wins a war", 0, 1, "both", "probability"),
        "c_A": Parameter(0.1, "A's cost of war", 0, unit="share of the pie"),
        "c_B_low": Parameter(0.1, "the tough type's cost of war", 0, unit="share of the pie"),
        "c_B_high": Parameter(0.3, "the soft type's cost of war", 0, unit="share of the pie"),
        "q_low": Parameter(0.4, "probability that B is tough", 0, 1, unit="probability"),
    },
    results={
        "q_star": "share of tough rivals from which on A asks for the safe amount",
        "x": "A's demand",
        "pr_war": "probability of war",
        "EU_A": "A's expected payoff",
        "EU_B": "B's expected payoff over its types",
    },
    solve=_solve,
    chart=_chart,
    cases={"risky": {}, "safe": {"q_low": 0.6}},
    scenario="model-two-types",
)

"""A mediator who knows more: whose word is believed.

Player 1 demands from a rival whose cost of war is l (tough, probability q) or h. A mediator sees
the type with an accuracy and reports `tough` or `weak`. Player 1 demands p + h (risky) or p + l
(safe) after it. The mediator gets beta times the demand in peace and beta p − c_M in war: beta is
its weight on player 1's interest, c_M its own cost of war. With the beliefs mu_tough and
mu_weak that the rival is tough after each report, an honest `weak` needs
beta ≥ c_M mu_weak/[(1 − mu_weak) h − l], an honest `tough`
beta [(1 − mu_tough) h − l] ≤ mu_tough c_M. Reports are useful where player 1 asks for the
risky amount after `weak` only.
"""

from __future__ import annotations

import math

from offramp.study.charts.data import Axis, Chart, Line, Words, between, places
from offramp.study.models import SLACK, Model, Parameter, Value, demand, said


def _solve(
    q: float,
    h: float,
    l: float,  # noqa: E741
    c_1: float,
    c_M: float,
    accuracy: float,
) -> dict[str, Value]:
    demand(l < h, f"l = {said(l)} and h = {said(h)}", "l below h")
    tough = q * accuracy / (q * accuracy + (1 - q) * (1 - accuracy))
    weak = q * (1 - accuracy) / (q * (1 - accuracy) + (1 - q) * accuracy)
    daring, careful = (1 - weak) * h - l, (1 - tough) * h - l
    return {
        "mu_tough": tough,
        "mu_weak": weak,
        "beta_min": c_M * weak / daring if daring > 0 else math.inf,
        "beta_max": c_M * tough / careful if careful > 0 else math.inf,
        "useful": daring >= weak * c_1 - SLACK and careful <= tough * c_1 + SLACK,
    }


def _chart() -> Chart:
    at = places(0.6, 1)

    def least(accuracy: float, cost: float) -> float:
        return float(_solve(0.4, 0.3, 0.1, 0.1, cost, accuracy)["beta_min"])

    low = [min(1.2, least(one, 0.2)) for one in at]
    return Chart(
        "How biased a mediator must be",
        Axis("accuracy of what the mediator sees", 0.6, 1),
        Axis("weight on player 1's interest, beta", 0, 1.2),
        (
            between(low, [1.2 for _ in at], at, "a report “weak” is believed (c_M = 0.2)", "peace"),
            Line(at, tuple(min(1.2, least(one, 0.2)) for one in at), "", "peace"),
            Line(at, tuple(least(one, 0.6) for one in at), "least beta, c_M = 0.6", "war"),
            Line((0.6, 1), (1, 1), "player 1's own interest", "quiet", dashed=True),
            Words(0.7, 0.06, "a mediator for peace at any price"),
        ),
        "q = 0.4, h = 0.3, l = 0.1. A mediator who only wants to avoid war would always say "
        "“tough”; a report that the rival is weak is believed from one who is on player 1's side. "
        "The less it can be wrong and the cheaper war is to it, the less bias is needed.",
        "The least weight falls with accuracy from 0.57 to zero; the line for a mediator with a "
        "higher cost of war lies higher and exceeds one below an accuracy of 0.7.",
    )


MODEL = Model(
    title="A biased mediator",
    family="Spoilers and mediators",
    source="Kydd 2003",
    canonical=False,
    citation=(
        "Kydd, A. (2003). Which Side Are You On? Bias, Credibility, and Mediation. "
        "American Journal of Political Science 47(4): 597–611.",
    ),
    teaches="Bias toward the one who listens makes bad news credible: only such a mediator's "
    "word that the rival can be pressed is believed, and so only its word that the rival cannot. "
    "An unbiased mediator whose knowledge is uncertain is not believed; with perfect knowledge "
    "it is merely indifferent. Do not carry this over to building trust, where bias hurts.",
    parameters={
        "q": Parameter(0.4, "probability that the rival is tough", 0, 1, "both", "probability"),
        "h": Parameter(0.3, "the weak type's cost of war", 0, unit="share of the pie"),
        "l": Parameter(0.1, "the tough type's cost of war", 0, unit="share of the pie"),
        "c_1": Parameter(0.1, "player 1's cost of war", 0, unit="share of the pie"),
        "c_M": Parameter(0.2, "the mediator's cost of war", 0, unit="share of the pie"),
        "accuracy": Parameter(
            0.8, "probability that the mediator sees the true type", 0.5, 1, unit="probability"
        ),
    },
    results={
        "mu_tough": "belief that the rival is tough after the report “tough”",
        "mu_weak": "the same after the report “weak”",
        "beta_min": "least weight on player 1 with which “weak” is honest; inf where none is",
        "beta_max": "largest weight with which “tough” is honest; inf where every one is",
        "useful": "whether the reports change what player 1 demands",
    },
    solve=_solve,
    chart=_chart,
    cases={"base": {}, "accurate": {"accuracy": 0.95}, "costly_war_mediator": {"c_M": 0.6}},
    scenario="model-biased-mediator",
    note="Talk costs nothing, so that nobody's listening is an equilibrium beside the one in "
    "which reports are honest, and claims on them are open. The branch that the scenario follows, "
    "with a few mediators who cannot but say what they saw, leads to honest reports from "
    "beta_min on and to war as without a mediator below it.",
)

"""Preemption when neither side is sure what the other sees.

The game of trust with the value of peace theta in place of R: both at peace theta, attacking the
peaceful F, being struck S, both attack W; F > S and W > S. Each sees theta with an error that is
uniform between −sigma and sigma, with a diffuse prior. The only symmetric cutoff equilibrium:
peace where the signal is at least F + W − S − sigma/3, which goes to F + W − S, the threshold of
risk dominance. If theta is commonly known, peace is an equilibrium from theta = F on.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, Words, between, places
from offramp.study.models import Model, Parameter, Value, demand, said


def _solve(F: float, S: float, W: float, sigma: float) -> dict[str, Value]:
    demand(S < F and S < W, f"F = {said(F)}, S = {said(S)}, W = {said(W)}", "S below F and below W")
    limit = F + W - S
    return {"theta_cutoff": limit - sigma / 3, "theta_limit": limit, "theta_complete_info": F}


def _chart() -> Chart:
    at = places(-1, -1e-6)
    limit = [float(_solve(1.0, S, 0.0, 0.02)["theta_cutoff"]) for S in at]
    return Chart(
        "Strategic risk asks for more than peace being better",
        Axis("payoff of being struck, S", -1, 0),
        Axis("value of peace, theta", 0.5, 2.5),
        (
            between(limit, [2.5 for _ in at], at, "peace", "peace"),
            between([1.0 for _ in at], limit, at, "peace only if theta is commonly known", "war"),
            Line(at, tuple(limit), "cutoff under strategic risk", "first"),
            Line((-1, 0), (1, 1), "under complete information", "ink", dashed=True),
            Words(-0.5, 0.75, "war in any case"),
        ),
        "F = 1, W = 0, sigma = 0.02. If all is commonly known, it does not matter for peace how "
        "bad it is to be struck. Once each side is unsure what the other sees it does: making a "
        "first strike less terrible brings peace within reach.",
        "A falling line from 2 to 1; peace above it. Below it and above one, a band in which "
        "peace needs common knowledge.",
    )


MODEL = Model(
    title="Preemption under strategic risk",
    family="Fear and arms",
    source="Chassang and Padró i Miquel 2010 (a static version)",
    canonical=False,
    citation=(
        "Chassang, S. and Padró i Miquel, G. (2010). Conflict and Deterrence under Strategic "
        "Risk. Quarterly Journal of Economics 125(4): 1821–1858.",
    ),
    teaches="Forces that survive a first strike keep the peace although they do not matter under "
    "complete information: what is feared is the other's fear. The dynamic game of the work "
    "cited is not covered.",
    parameters={
        "F": Parameter(1.0, "payoff of attacking the peaceful", unit="utility"),
        "S": Parameter(-1.0, "payoff of being struck while at peace", unit="utility"),
        "W": Parameter(0.0, "payoff if both attack", unit="utility"),
        "sigma": Parameter(0.02, "largest error of the signals", 0, open="low", unit="utility"),
    },
    results={
        "theta_cutoff": "signal from which on a side stays at peace",
        "theta_limit": "the same for vanishing errors",
        "theta_complete_info": "value of peace from which on peace is an equilibrium if known",
    },
    solve=_solve,
    chart=_chart,
    cases={"base": {}, "secure_second_strike": {"S": -0.2}, "no_advantage": {"F": 0.2, "S": -0.2}},
    scenario="model-preemption",
    note="The scenario language draws from finite sets only. The scenario has 24 equally likely "
    "values of peace in place of a diffuse prior, and five errors in place of a continuum, so "
    "that the cutoff comes in steps of two fifths of sigma.",
)

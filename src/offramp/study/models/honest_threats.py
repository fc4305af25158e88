"""Threats that cost nothing and are believed as long as none was found empty.

Every period the defender is resolved with probability pi, by an independent private draw: then
war is worth w_R to it; otherwise it would concede, worth 0. It may threaten, at no cost. A share
r of challengers attacks whatever is said, the others attack unless they expect resistance. The
prize is 1. In the honest profile the defender threatens exactly when resolved; a bluff that is
called costs the reputation for N periods, in which threats are ignored and all challengers
attack. Honesty is an equilibrium where 1 − delta ≤ delta r pi (1 − w_R)(1 − delta^N); for an
endless memory where delta ≥ 1/(1 + r pi (1 − w_R)).
"""

from __future__ import annotations

import math
from typing import Any

from scipy.optimize import brentq

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import Model, Parameter, Value


def _worth(delta: float, stake: float, memory: float) -> float:
    """The stake summed over the periods of lost reputation, minus the gain of one bluff."""
    if math.isinf(memory):
        return stake * delta / (1 - delta) - 1 if delta < 1 else math.inf
    lost = memory if delta == 1 else delta * -math.expm1(memory * math.log(delta)) / (1 - delta)
    return stake * lost - 1


def _solve(r: float, pi: float, w_R: float, N: float) -> dict[str, Value]:
    stake = r * pi * (1 - w_R)
    if _worth(1.0, stake, N) <= 0 or stake == 0:
        return {"delta_star": math.inf, "possible": False}
    low = 1 / (1 + stake)  # an endless memory needs the least patience
    if math.isinf(N) or _worth(low, stake, N) >= 0:
        return {"delta_star": low, "possible": True}
    least: Any = brentq(_worth, low, 1.0, args=(stake, N), xtol=1e-15)
    return {"delta_star": float(least), "possible": True}


def _chart() -> Chart:
    def at(r: float, memory: float) -> float:
        found = float(_solve(r, 0.5, 0.1, memory)["delta_star"])
        return found if math.isfinite(found) else math.nan

    return Chart(
        "The patience that honest threats need",
        Axis("share of challengers that test every threat, r", 0.02, 1),
        Axis("least patience, delta*", 0.6, 1),
        (
            curve(0.02, 1, lambda r: at(r, math.inf), "never forgotten", "first"),
            curve(0.02, 1, lambda r: at(r, 10), "forgotten after 10 periods", "second"),
            curve(0.02, 1, lambda r: at(r, 4), "after 4 periods", "war"),
        ),
        "pi = 0.5, w_R = 0.1. A threat that is seldom put to the test cannot be honest: there is "
        "nothing to lose by bluffing. A short memory needs more patience, and below r = 0.56 no "
        "patience is enough where bluffs are forgotten after 4 periods.",
        "Three falling lines that approach patience one on the left; the shorter the memory, the "
        "higher the line and the further right it begins.",
    )


MODEL = Model(
    title="Honest threats",
    family="Signals and audiences",
    source="Sartori 2002 and Guisinger and Smith 2002",
    canonical=False,
    citation=(
        "Sartori, A. (2002). The Might of the Pen: A Reputational Theory of Communication in "
        "International Disputes. International Organization 56(1): 121–149.",
        "Guisinger, A. and Smith, A. (2002). Honest Threats: The Interaction of Reputation and "
        "Political Institutions in International Crises. "
        "Journal of Conflict Resolution 46(2): 175–200.",
    ),
    teaches="Credibility is used up by bluffs that are called. It can be kept only by threats "
    "that are sometimes tested, by those who need it often, and while bluffs are remembered. "
    "Without tests cheap threats say nothing at all.",
    parameters={
        "r": Parameter(
            0.3, "share of challengers that attack whatever is said", 0, 1, unit="share"
        ),
        "pi": Parameter(0.5, "probability of being resolved in a period", 0, 1, unit="probability"),
        "w_R": Parameter(0.1, "worth of war when resolved", 0, 1, "both", "share of the prize"),
        "N": Parameter(
            math.inf,
            "periods for which a called bluff is remembered",
            1,
            unit="periods; inf for ever",
            kind="whole",
        ),
    },
    results={
        "delta_star": "least patience with which threats are honest; inf where none is enough",
        "possible": "whether any patience below 1 is enough",
    },
    solve=_solve,
    chart=_chart,
    cases={"forever": {}, "forever_rare_test": {"r": 0.1}, "N10": {"r": 0.5, "pi": 0.8, "N": 10}},
    scenario="model-honest-threats",
    note="In the language a variable that nothing reads makes no difference, so that a reputation "
    "cannot be a mere convention: in the scenario threats cannot be heard, and everybody attacks, "
    "once a bluff was called. Memory is endless or of ten periods, since rules hold no "
    "parameters.",
)

"""Two ways to be believed: pay now, or stake something on not giving in.

A defender values the prize at v_weak (it would rather concede than fight) or v_tough (it would
fight): p v_weak < c < p v_tough. It may signal at a cost m. A share rho of challengers attacks
whatever is said; the others are deterred by whoever signals, and attack whoever does not. Left
alone the defender gets v, attacked and conceding 0, in war p v − c. Sinking costs: m is paid in
any case. Tying hands: m is paid only on conceding after an attack. The least m that only the
tough type sends: (1 − rho) v_weak by sinking; (1 − rho) v_weak/rho by tying, which keeps the
types apart only while m ≤ c − p v_weak, for beyond it the weak type, once committed, would fight.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Line, between, curve, places
from offramp.study.models import SLACK, Model, Parameter, Value, demand, said


def _solve(v_weak: float, v_tough: float, p: float, c: float, rho: float) -> dict[str, Value]:
    demand(
        p * v_weak < c < p * v_tough,
        f"p v_weak = {said(p * v_weak)}, c = {said(c)}, p v_tough = {said(p * v_tough)}",
        "c between p v_weak and p v_tough",
    )
    sink, tie = (1 - rho) * v_weak, (1 - rho) * v_weak / rho
    fights = p * v_tough - c
    believed = (1 - rho) * v_tough + rho * fights
    return {
        "m_sink": sink,
        "sink_separates": believed - sink >= fights - SLACK,
        "tough_payoff_sink": believed - sink,
        "m_tie": tie,
        "tie_separates": tie <= c - p * v_weak + SLACK,
        "tough_payoff_tie": believed,
    }


def _chart() -> Chart:
    at = places(0.15, 1)
    tie = [(1 - rho) * 0.5 / rho for rho in at]
    return Chart(
        "The stake that keeps the types apart",
        Axis("share of challengers that attack whatever is said, rho", 0.15, 1),
        Axis("least signal, m", 0, 1.4),
        (
            between([0.0 for _ in at], [0.35 for _ in at], at, "tying can separate", "peace"),
            Line(at, tuple(tie), "by tying hands", "first"),
            curve(0.15, 1, lambda rho: (1 - rho) * 0.5, "by sinking costs", "war"),
            Line((0.15, 1), (0.35, 0.35), "", "peace", dashed=True),
        ),
        "v_weak = 0.5, p = 0.5, c = 0.6. A stake that is rarely called must be high. Where it "
        "exceeds c − p v_weak = 0.35 the weak type would rather fight than pay it, so that tied "
        "hands say nothing about the type any more, although they are credible.",
        "The line of tied hands falls steeply from 2.8 to zero and enters the shaded band below "
        "0.35 at rho = 0.59; the line of sunk costs falls straight from 0.43 to zero.",
    )


MODEL = Model(
    title="Sinking costs or tying hands",
    family="Signals and audiences",
    source="Fearon 1997",
    canonical=False,
    citation=(
        "Fearon, J. (1997). Signaling Foreign Policy Interests: Tying Hands versus Sinking "
        "Costs. Journal of Conflict Resolution 41(1): 68–90.",
    ),
    teaches="Both ways separate the tough type from the weak one at the right size. The tough "
    "type is better off by tying its hands, since it never pays. A stake is tested only by "
    "challengers who come anyway; where these are rare the stake needed is so high that the "
    "weak type would fight as well. Fearon's own conclusions have this direction (no bluffing, "
    "tying preferred, more risk of war); his theorem is not reproduced.",
    parameters={
        "v_weak": Parameter(
            0.5, "worth of the prize to the weak type", 0, open="low", unit="utility"
        ),
        "v_tough": Parameter(
            1.5, "worth of the prize to the tough type", 0, open="low", unit="utility"
        ),
        "p": Parameter(
            0.5, "probability that the defender wins a war", 0, 1, "both", "probability"
        ),
        "c": Parameter(0.6, "cost of war", 0, open="low", unit="utility"),
        "rho": Parameter(
            0.6, "share of challengers that attack whatever is said", 0, 1, "low", "share"
        ),
    },
    results={
        "m_sink": "least sunk cost that the weak type does not pay",
        "sink_separates": "whether the tough type pays it",
        "tough_payoff_sink": "the tough type's payoff by sinking",
        "m_tie": "least stake that the weak type does not risk",
        "tie_separates": "whether the weak type would still concede with that stake",
        "tough_payoff_tie": "the tough type's payoff by tying its hands",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "tie_ok": {},
        "tie_fails": {"v_weak": 0.8, "rho": 0.3},
        "risky_world": {"v_weak": 1.4, "v_tough": 1.6, "p": 0.9, "c": 1.3, "rho": 0.2},
    },
    scenario="model-two-signals",
    note="The language knows no continuous choice: the scenario has four signals, and the tough "
    "send the least of them that will do. The game has other equilibria, silence by all among "
    "them, which the branch from precision 0 would follow where a sunk cost is the same for "
    "every type; a few stubborn defenders keep every signal in use.",
)

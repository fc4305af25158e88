"""A public contest of nerves in which backing down costs more by the hour.

Two states contest a prize. At every moment each waits, quits or attacks. Who quits at time t
pays a_i t, and the other gets the prize. War gives i a payoff w_i, known to i only and uniform
between −W_i and 0. Perfect Bayesian equilibrium in continuous time, in units of the prize: there
is a horizon t*, the smaller of the t_i with a_i t (1 + a_j t) = W_i. Types with w_i < −a_i t*
quit before it, all others never do, and war comes at t* if nobody has quit. i never quits with
probability a_i t*/W_i. The state with the larger t_i quits at once with some probability.
Uniqueness is not claimed.
"""

from __future__ import annotations

import math

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import Model, Parameter, Value


def _horizon(own: float, other: float, worst: float) -> float:
    """The t with own t (1 + other t) = worst, without cancellation for small ``worst``."""
    return 2 * worst / (own + math.sqrt(own * own + 4 * own * other * worst))


def _solve(a1: float, a2: float, W1: float, W2: float, prize: float) -> dict[str, Value]:
    a, worst = (a1 / prize, a2 / prize), (W1 / prize, W2 / prize)
    horizon = min(_horizon(a[0], a[1], worst[0]), _horizon(a[1], a[0], worst[1]))
    stays = [a[i] * horizon / worst[i] for i in (0, 1)]
    begins = [min(1.0, stays[i] * (1 + a[1 - i] * horizon)) for i in (0, 1)]
    return {
        "t_star": horizon,
        "pr_war": stays[0] * stays[1],
        "pr_1_quits_at_0": 1 - begins[0],
        "pr_2_quits_at_0": 1 - begins[1],
        "pr_1_stays_to_end": stays[0],
        "pr_2_stays_to_end": stays[1],
    }


def _chart() -> Chart:
    def at(rate: float, key: str) -> float:
        return float(_solve(rate, 1, 2, 2, 1)[key])

    return Chart(
        "Audience costs and who backs down",
        Axis("audience cost rate of state 1 (state 2: 1)", 0.2, 4),
        Axis("probability", 0, 1),
        (
            curve(0.2, 4, lambda r: 1 - at(r, "pr_1_stays_to_end"), "state 1 ever quits", "first"),
            curve(0.2, 4, lambda r: 1 - at(r, "pr_2_stays_to_end"), "state 2 ever quits", "second"),
            curve(0.2, 4, lambda r: at(r, "pr_war"), "war", "war"),
        ),
        "W1 = W2 = 2. The probability of ever quitting if the other does not. The state "
        "whose leaders pay more for backing down backs down less. War is likeliest where both pay "
        "the same.",
        "State 1's line falls and state 2's rises as state 1's rate grows; they cross at equal "
        "rates, where the probability of war has its peak of one quarter.",
    )


MODEL = Model(
    title="A contest of nerves before an audience",
    family="Signals and audiences",
    source="Fearon 1994",
    canonical=True,
    citation=(
        "Fearon, J. (1994). Domestic Political Audiences and the Escalation of International "
        "Disputes. American Political Science Review 88(3): 577–592.",
    ),
    teaches="A public crisis lets resolve be shown by staying in, because staying makes quitting "
    "dearer. The side with the higher audience cost is believed sooner and backs down less "
    "often. With equal rates on both sides the level of the rates only changes how long it "
    "takes, not how often it ends in war. It needs an audience that punishes backing down.",
    parameters={
        "a1": Parameter(1.0, "state 1's audience cost rate", 0, open="low", unit="per unit time"),
        "a2": Parameter(1.0, "state 2's audience cost rate", 0, open="low", unit="per unit time"),
        "W1": Parameter(1.0, "state 1's worst war payoff is −W1", 0, open="low", unit="utility"),
        "W2": Parameter(1.0, "state 2's worst war payoff is −W2", 0, open="low", unit="utility"),
        "prize": Parameter(1.0, "worth of the prize", 0, open="low", unit="utility"),
    },
    results={
        "t_star": "horizon at which war comes",
        "pr_war": "probability of war",
        "pr_1_quits_at_0": "probability that state 1 quits at once",
        "pr_2_quits_at_0": "probability that state 2 quits at once",
        "pr_1_stays_to_end": "probability that state 1 never quits",
        "pr_2_stays_to_end": "probability that state 2 never quits",
    },
    solve=_solve,
    chart=_chart,
    cases={"symmetric": {}, "asym_cost": {"a1": 2}, "asym_war": {"W2": 2}},
    scenario="model-audience-costs",
)

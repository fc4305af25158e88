"""Bargaining while fighting: refusals and battles tell who is tough.

B is tough (probability mu) or weak. Period 1: A offers y to B. Accepted: (1 − y, y). Refused: a
battle, costs c_A and c_low (tough) or c_high (weak); with probability d it is decisive (A wins
all with probability p), else period 2: A makes a last offer, and a refusal means war to the end,
costs k_A and k_low or k_high. No discounting. Perfect Bayesian equilibrium.
With r(k) = 1 − p − k and mu* = (k_high − k_low)/(k_high + k_A), A's last offer is r(k_low) where
it believes in a tough rival with at least mu*, else r(k_high). A chooses the best of: *pool*, a
first offer that both accept; *screen*, one that the weak type accepts while the tough one fights
once; below mu* also *semi*, one that the weak type accepts so often that a refusal raises the
belief to mu* exactly; and *none*, no offer that anyone accepts. Ties go to the earlier one.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from offramp.study.charts.data import Axis, Chart, curve
from offramp.study.models import SLACK, Model, Parameter, Value, demand, said


def _rising(name: str, low: float, high: float) -> None:
    """The demand that the cost of the strong type is the lower one."""
    demand(
        low < high,
        f"{name}_low = {said(low)} and {name}_high = {said(high)}",
        f"{name}_low below {name}_high",
    )


def _solve(
    mu: float,
    p: float,
    d: float,
    c_A: float,
    c_low: float,
    c_high: float,
    k_A: float,
    k_low: float,
    k_high: float,
) -> dict[str, Value]:
    _rising("c", c_low, c_high)
    _rising("k", k_low, k_high)
    threshold = (k_high - k_low) / (k_high + k_A)

    def refusing(cost: float, later: float) -> float:
        return -cost + d * (1 - p) + (1 - d) * (1 - p - later)

    pool, screen, semi = refusing(c_low, k_low), refusing(c_high, k_low), refusing(c_high, k_high)
    found = f"the weak type's worth of refusing is {said(semi)}"
    demand(semi >= 0, found, "0 or more: offers cannot be negative")
    battle = -c_A + d * p

    def last(belief: float) -> float:
        """A's worth of period 2: the safe or the risky offer."""
        return max(p + k_low, (1 - belief) * (p + k_high) + belief * (p - k_A))

    screened = (1 - mu) * (1 - screen) + mu * (battle + (1 - d) * (p + k_low))
    options = [("pool", 1 - pool, pool, 0.0, 0.0), ("screen", screened, screen, mu, 0.0)]
    if mu < threshold:
        accepts = 1 - mu * (1 - threshold) / (threshold * (1 - mu))
        fought = 1 - (1 - mu) * accepts
        worth = (1 - fought) * (1 - semi) + fought * (battle + (1 - d) * last(threshold))
        options.append(("semi", worth, semi, fought, (1 - d) * mu))
    risky = mu < threshold
    options.append(("none", battle + (1 - d) * last(mu), 0.0, 1.0, (1 - d) * mu if risky else 0.0))
    best = max(worth for _, worth, *_ in options)
    choice, worth, offer, fought, final = next(one for one in options if one[1] >= best - SLACK)
    return {
        "mu_star": threshold,
        "y_pool": pool,
        "y_screen": screen,
        "y_semi": semi,
        "EU_A": worth,
        "choice": choice,
        "y_first": offer,
        "pr_battle": fought,
        "pr_final_war": final,
    }


def _changes(choice: Callable[[float], Value], low: float, high: float) -> list[float]:
    """Where a choice changes between two numbers, by bisection of 200 pieces."""
    grid = [low + i * (high - low) / 200 for i in range(201)]
    found = []
    for left, right in pairwise(grid):
        low_end, high_end, first = left, right, choice(left)
        if first == choice(right):
            continue
        for _ in range(40):
            middle = (low_end + high_end) / 2
            if choice(middle) == first:
                low_end = middle
            else:
                high_end = middle
        found.append(high_end)
    return found


def _chart() -> Chart:
    def at(mu: float, key: str) -> float:
        return float(_solve(mu, 0.5, 0.3, 0.05, 0.03, 0.12, 0.1, 0.05, 0.25)[key])

    def choice(mu: float) -> Value:
        return _solve(mu, 0.5, 0.3, 0.05, 0.03, 0.12, 0.1, 0.05, 0.25)["choice"]

    jumps = _changes(choice, 0.001, 0.999)
    return Chart(
        "Battles as a way to find out",
        Axis("probability that B is tough, mu", 0.001, 0.999, (0.2, 0.4, 0.6, 0.8)),
        Axis("probability, share", 0, 1),
        (
            curve(0.001, 0.999, lambda m: at(m, "pr_battle"), "a battle", "war", breaks=jumps),
            curve(
                0.001,
                0.999,
                lambda m: at(m, "pr_final_war"),
                "war to the end",
                "risk",
                breaks=jumps,
            ),
            curve(
                0.001, 0.999, lambda m: at(m, "y_first"), "first offer to B", "first", breaks=jumps
            ),
        ),
        "Where a tough rival is unlikely A offers little, and a refusal is not yet proof (semi): "
        "some wars go to the end. In the middle A offers what only the weak type accepts "
        "(screen), and one battle is the price of finding out. Where a tough rival is likely A "
        "makes an offer that both accept (pool).",
        "Three stretches. The probability of a battle rises to 0.65, falls back at 0.38, rises "
        "again to 0.53 and drops to zero. War to the end occurs in the first stretch only. The "
        "first offer steps up from 0.21 to 0.35 and 0.44.",
    )


MODEL = Model(
    title="Bargaining while fighting",
    family="Learning by fighting",
    source="Filson and Werner 2002, Slantchev 2003 and Powell 2004",
    canonical=False,
    citation=(
        "Filson, D. and Werner, S. (2002). A Bargaining Model of War and Peace: Anticipating the "
        "Onset, Duration, and Outcome of War. American Journal of Political Science 46(4): "
        "819–837.",
        "Slantchev, B. (2003). The Principle of Convergence in Wartime Negotiations. "
        "American Political Science Review 97(4): 621–632.",
        "Powell, R. (2004). Bargaining and Learning While Fighting. "
        "American Journal of Political Science 48(2): 344–361.",
    ),
    teaches="Fighting reveals, because a battle costs the weak side more; a refusal is news, so "
    "the second offer is better for B. Wars that persist long after everybody knows who is "
    "tough are hard to explain in this way and point to commitment.",
    parameters={
        "mu": Parameter(0.4, "probability that B is tough", 0, 1, "both", "probability"),
        "p": Parameter(0.5, "probability that A wins", 0, 1, "both", "probability"),
        "d": Parameter(0.3, "probability that a battle is decisive", 0, 1, unit="probability"),
        "c_A": Parameter(0.05, "A's cost of a battle", 0, unit="share of the pie"),
        "c_low": Parameter(0.03, "the tough type's cost of a battle", 0, unit="share of the pie"),
        "c_high": Parameter(0.12, "the weak type's cost of a battle", 0, unit="share of the pie"),
        "k_A": Parameter(0.1, "A's cost of war to the end", 0, unit="share of the pie"),
        "k_low": Parameter(0.05, "the tough type's cost of it", 0, unit="share of the pie"),
        "k_high": Parameter(0.25, "the weak type's cost of it", 0, unit="share of the pie"),
    },
    results={
        "mu_star": "belief from which on A's last offer is safe",
        "y_pool": "least offer that the tough type accepts",
        "y_screen": "least offer that the weak type accepts if refusing shows it as tough",
        "y_semi": "least offer that the weak type accepts if a low last offer follows",
        "EU_A": "A's expected payoff",
        "choice": "A's best way: pool, screen, semi or none",
        "y_first": "A's first offer; 0 for none",
        "pr_battle": "probability of a battle",
        "pr_final_war": "probability of war to the end",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "screen": {},
        "pool": {"mu": 0.75, "c_A": 0.2},
        "semi": {"mu": 0.1, "d": 0.05, "c_A": 0.02, "c_low": 0.01, "c_high": 0.03, "k_high": 0.4},
    },
    scenario="model-fighting-talks",
)

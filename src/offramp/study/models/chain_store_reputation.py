"""A reputation for not conceding, and how long it lasts.

One incumbent meets entrants in turn, of whom entrants_left are still to come. It is strong with
probability p_strong (then it always fights) or weak: fighting −1, acquiescing 0, and a > 1 where
nobody enters. An entrant gets 0 by staying out, b unopposed and b − 1 fought, 0 < b < 1. With n
left and belief p, a weak incumbent fights for sure where p ≥ b^(n−1) and n > 1, else with
probability (1 − b^(n−1)) p/[(1 − p) b^(n−1)], after which the belief is b^(n−1). The entrant
stays out where p > b^n and enters where p < b^n; at equality it stays out with probability 1/a.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Dots, Line
from offramp.study.models import SLACK, Model, Parameter, Value


def _order(p: float, bar: float) -> int:
    """−1, 0 or 1 as p is below, at or above the bar."""
    return 0 if abs(p - bar) <= SLACK * bar else (1 if p > bar else -1)


def _solve(entrants_left: int, p_strong: float, a: float, b: float) -> dict[str, Value]:
    n, p = entrants_left, p_strong
    if n > 1 and _order(p, b ** (n - 1)) >= 0:
        fights = 1.0
    else:
        fights = (1 - b ** (n - 1)) * p / ((1 - p) * b ** (n - 1))
    resisted = p + (1 - p) * fights
    side = _order(p, b**n)
    staying_out = 0
    while staying_out < n and _order(p, b ** (n - staying_out)) > 0:
        staying_out += 1
    value = a * staying_out
    if staying_out < n and _order(p, b ** (n - staying_out)) == 0:
        value += 1.0
    first = 1
    while _order(p, b**first) <= 0:
        first += 1
    return {
        "pr_weak_fights": fights,
        "posterior_after_fight": p / resisted,
        "entrant_payoff_if_enters": b - resisted,
        "entry": side < 0,
        "pr_entry": {-1: 1.0, 0: 1 - 1 / a, 1: 0.0}[side],
        "deterrence_from_n": first,
        "value_weak": value,
    }


def _chart() -> Chart:
    left = tuple(range(1, 11))
    marks: list[Line | Dots] = []
    for p, tone in ((0.02, "war"), (0.1, "first"), (0.3, "third")):
        chances = tuple(float(_solve(n, p, 2.0, 0.5)["pr_weak_fights"]) for n in left)
        marks += [Line(left, chances, "", tone, dashed=True), Dots(left, chances, f"p = {p}", tone)]
    return Chart(
        "The weak fight while many are watching",
        Axis("entrants left", 1, 10, left),
        Axis("probability that a weak incumbent fights", 0, 1),
        tuple(marks),
        "b = 0.5. A weak incumbent fights for sure while enough challengers are still to come, "
        "even if it is hardly ever strong, and gives in to the last one. A smaller prior needs a "
        "longer row of challengers.",
        "Three rows of dots that rise from zero at one entrant left to one; the smaller the "
        "prior, the more entrants it takes, seven for a prior of 0.02.",
    )


MODEL = Model(
    title="Reputation for not conceding",
    family="Deterrence",
    source="Kreps and Wilson 1982",
    canonical=True,
    citation=(
        "Kreps, D. and Wilson, R. (1982). Reputation and Imperfect Information. "
        "Journal of Economic Theory 27(2): 253–279.",
        "Alt, J., Calvert, R. and Humes, B. (1988). Reputation and Hegemonic Stability: A "
        "Game-Theoretic Analysis. American Political Science Review 82(2): 445–466.",
    ),
    teaches="A concession is read as weakness where a lasting trait is uncertain and further "
    "challengers watch. Even a small doubt deters while the row is long; it does nothing "
    "against the last one. With a single opponent and a final issue there is nothing to protect.",
    parameters={
        "entrants_left": Parameter(
            3, "challengers still to come", 1, 1000, unit="challengers", kind="whole"
        ),
        "p_strong": Parameter(
            0.1, "belief that the incumbent is strong", 0, 1, "both", "probability"
        ),
        "a": Parameter(
            2.0, "the incumbent's gain where nobody enters", 1, open="low", unit="utility"
        ),
        "b": Parameter(0.5, "an entrant's gain if unopposed", 0, 1, "both", "utility"),
    },
    results={
        "pr_weak_fights": "probability that a weak incumbent fights an entrant now",
        "posterior_after_fight": "belief that it is strong after a fight",
        "entrant_payoff_if_enters": "the entrant's expected payoff by entering",
        "entry": "whether the entrant enters for sure",
        "pr_entry": "probability that it enters",
        "deterrence_from_n": "challengers left from which on the entrant stays out",
        "value_weak": "value of the game to a weak incumbent",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "n3_mix": {},
        "n5_deter": {"entrants_left": 5},
        "n2_mix": {"entrants_left": 2, "p_strong": 0.3, "b": 0.6},
    },
    scenario="model-reputation",
)

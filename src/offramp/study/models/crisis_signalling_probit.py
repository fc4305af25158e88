"""Crisis signalling with private information on both sides: all equilibria, the unstable too.

A keeps the status quo (S_A for A) or challenges. After a challenge B concedes (V_A, C_B) or
resists. After resistance A stands firm (W_A, W_B) or backs down (a, V_B). Private: A knows
W_A = barW_A + e1 and a = bar_a + e2, B knows W_B = barW_B + e3; the errors are normal with
standard deviation sigma and independent. −a is A's audience cost. Perfect Bayesian equilibrium.
With p_R, p_C, p_F the probabilities that B resists, A challenges, and A stands firm after both:
c* = (S_A − (1 − p_R) V_A)/p_R is what A must expect from resistance, and

- p_C = 1 − Φ((c* − barW_A)/sigma) Φ((c* − bar_a)/sigma)
- p_F p_C = ∫_{w ≥ c*} φ((w − barW_A)/sigma)/sigma Φ((w − bar_a)/sigma) dw
- p_R = Φ((p_F barW_B + (1 − p_F) V_B − C_B)/(p_F sigma))

which is one equation in p_R. It is solved in log-odds, so that roots within 1e−300 of 0 or 1 are
found as well: beyond ±40 the right side no longer changes, and the root is its log-odds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, log_ndtr, logsumexp, ndtr

from offramp.study.charts.data import Axis, Chart, Dots, Line
from offramp.study.models import Model, Parameter, Value, demand, said

Array = NDArray[np.float64]
EDGE, STEPS = 40.0, 4001
"""Log-odds up to which p_R is scanned, and points of the scan."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


@dataclass(frozen=True)
class Crisis:
    """The payoffs and the spread of the private ones."""

    S_A: float
    V_A: float
    C_B: float
    barW_A: float
    barW_B: float
    bar_a: float
    V_B: float
    sigma: float

    def reply(self, odds: Array) -> tuple[Array, Array, Array]:
        """At log-odds of p_R (any shape): argument of Φ in B's reply, log p_C and p_F."""
        resist, concede = expit(odds), expit(-odds)
        least = (self.S_A - concede * self.V_A) / resist
        alpha, beta = (least - self.barW_A) / self.sigma, (least - self.bar_a) / self.sigma
        # 1 − Φ(alpha) Φ(beta) as a sum of what is left out, so that nothing cancels.
        challenge = np.logaddexp(log_ndtr(-alpha), log_ndtr(alpha) + log_ndtr(-beta))
        firm = np.exp(np.minimum(self._log_firm(alpha) - challenge, 0.0))
        wish = (self.barW_B - self.V_B + (self.V_B - self.C_B) / firm) / self.sigma
        return wish, challenge, firm

    def _log_firm(self, alpha: Array) -> Array:
        """Log of the probability that A's war payoff is above both c* and its other payoff.

        Gauss-Legendre on four panels, from c* (or ten deviations below the mean) to where the
        density has fallen by a factor of exp(-45).
        """
        low = np.maximum(alpha, -10.0)
        high = low + np.where(low > 0, -low + np.sqrt(low * low + 90), np.sqrt(90) - low)
        edges = low[..., None] + (high - low)[..., None] * np.linspace(0, 1, 5)
        middle = (edges[..., 1:] + edges[..., :-1]) / 2
        half = (edges[..., 1:] - edges[..., :-1]) / 2
        z = middle[..., None] + half[..., None] * NODES
        shift = (self.barW_A - self.bar_a) / self.sigma
        logs = -z * z / 2 - math.log(2 * math.pi) / 2 + log_ndtr(z + shift)
        return np.asarray(logsumexp(logs, b=half[..., None] * WEIGHTS, axis=(-2, -1)))

    def excess(self, odds: Array) -> Array:
        """Log-odds of p_R minus those of B's reply to it; zero in an equilibrium."""
        wish = self.reply(odds)[0]
        return odds - (log_ndtr(wish) - log_ndtr(-wish))

    def roots(self) -> list[float]:
        """Log-odds of p_R in every equilibrium, in rising order."""
        grid = np.linspace(-EDGE, EDGE, STEPS)
        off = self.excess(grid)
        found = []
        if off[0] >= 0:  # below the scan the reply is constant: the root is its log-odds
            found.append(float(grid[0] - off[0]))
        for i in range(STEPS - 1):
            if off[i] == 0 or off[i] * off[i + 1] < 0:
                found.append(self._between(grid[i], grid[i + 1]))
            elif i and off[i - 1] * off[i] > 0 and abs(off[i]) <= min(abs(off[i - 1 : i + 2])):
                found += self._hidden(grid[i - 1], grid[i + 1], float(np.sign(off[i])))
        if off[-1] <= 0:
            found.append(float(grid[-1] - off[-1]))
        return sorted(found)

    def _between(self, low: float, high: float) -> float:
        root: Any = brentq(self._at, low, high, xtol=1e-13, rtol=np.float64(1e-14))
        return float(root)

    def _hidden(self, low: float, high: float, sign: float) -> list[float]:
        """Two roots between points of the scan with the same sign, where there are any."""
        nearest = minimize_scalar(
            lambda odds: sign * self._at(odds),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-10},
        )
        if nearest.fun >= 0:
            return []
        return [self._between(low, nearest.x), self._between(nearest.x, high)]

    def _at(self, odds: float) -> float:
        return float(self.excess(np.asarray(odds)))

    def profile(self, odds: float) -> dict[str, float]:
        """Probabilities at log-odds of p_R: choices and outcomes."""
        _, challenge, firm = (float(one) for one in self.reply(np.asarray(odds)))
        resist, concede, p_C = float(expit(odds)), float(expit(-odds)), math.exp(challenge)
        return {
            "pR": resist,
            "pC": p_C,
            "pF": firm,
            "SQ": -math.expm1(challenge),
            "CD": p_C * concede,
            "SF": p_C * resist * firm,
            "BD": p_C * resist * (1 - firm),
        }

    def slope(self, odds: float) -> float:
        """Derivative of B's reply by p_R; an equilibrium is stable where it is below 1 in size."""
        wish, challenge, firm = (float(one) for one in self.reply(np.asarray(odds)))
        resist, p_C = float(expit(odds)), math.exp(challenge)
        least = (self.S_A - float(expit(-odds)) * self.V_A) / resist
        alpha, beta = (least - self.barW_A) / self.sigma, (least - self.bar_a) / self.sigma
        firmness = -_density(alpha) * ndtr(beta)
        boldness = -_density(alpha) * ndtr(beta) - ndtr(alpha) * _density(beta)
        by_least = (firmness - firm * boldness) / (p_C * self.sigma)
        by_firm = -(self.V_B - self.C_B) / (self.sigma * firm * firm)
        return float(
            _density(wish) * by_firm * by_least * (self.V_A - self.S_A) / (resist * resist)
        )


def crisis_of(**values: float) -> Crisis:
    """The payoffs, checked; ModelError where A would not gain from B's concession."""
    demand(
        values["S_A"] < values["V_A"],
        f"S_A = {said(values['S_A'])} and V_A = {said(values['V_A'])}",
        "S_A below V_A: A prefers B's concession to the status quo",
    )
    return Crisis(**values)


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _solve(**values: float) -> dict[str, Value]:
    crisis = crisis_of(**values)
    roots = crisis.roots()
    found: dict[str, Value] = {"n_equilibria": len(roots)}
    for number, odds in enumerate(roots):
        found |= {f"{name}_{number}": value for name, value in crisis.profile(odds).items()}
    if len(roots) == 1:
        found["pr_war"] = found["SF_0"]
    return found


def _regret(profile: Mapping[str, float], **values: float) -> float:
    """How far ``pR`` is from B's reply to it; A's choices follow from ``pR``."""
    resist = profile["pR"]
    crisis = crisis_of(**values)
    # Log-odds beyond ±700 overflow; there p_R is 0 or 1 in double precision anyway.
    odds = (
        math.log(resist) - math.log1p(-resist)
        if 0 < resist < 1
        else math.copysign(700.0, resist - 0.5)
    )
    return abs(resist - float(ndtr(crisis.reply(np.asarray(odds))[0])))


def _chart() -> Chart:
    base = {"S_A": 0.0, "V_A": 1.0, "C_B": 0.0, "barW_A": -1.9, "bar_a": -1.2, "V_B": 1.0}
    odds = np.linspace(-3.2, 6.0, 161)
    # Every p_R is an equilibrium of one barW_B: the equation is linear in it.
    wish = Crisis(**base, barW_B=0.0, sigma=1.0).reply(odds)[0]
    own = (np.sqrt(2) * _erfinv_of(odds)) - wish
    stable = [
        abs(Crisis(**base, barW_B=float(w), sigma=1.0).slope(float(o))) < 1
        for w, o in zip(own, odds, strict=True)
    ]
    resist = expit(odds)
    firmly = tuple(float(p) if s else math.nan for p, s in zip(resist, stable, strict=True))
    shaky = tuple(math.nan if s else float(p) for p, s in zip(resist, stable, strict=True))
    return Chart(
        "One crisis, up to three equilibria",
        Axis("B's mean war payoff", -3.2, -2.2),
        Axis("probability that B resists, p_R", 0, 1),
        (
            Line(tuple(own), firmly, "stable under best replies", "first"),
            Line(tuple(own), shaky, "unstable", "war", dashed=True),
            Dots((-2.9,) * 3, (0.251104616, 0.594722829, 0.81332172), "at −2.9", "ink"),
        ),
        "Equilibrium probability of resistance as war becomes less bad for B. Between about −2.95 "
        "and −2.75 there are three equilibria. A solver that iterates best replies never finds "
        "the middle one, and which of the outer two is played hangs on expectations.",
        "An S-shaped curve. It rises slowly on the left, turns back in the middle, where three "
        "values of p_R belong to one payoff, and is close to one on the right.",
    )


def _erfinv_of(odds: Array) -> Array:
    from scipy.special import erfinv

    return erfinv(2 * expit(odds) - 1)


CRISIS = {
    "S_A": Parameter(0.0, "A's payoff of the status quo", unit="utility"),
    "V_A": Parameter(1.0, "A's payoff if B concedes", unit="utility"),
    "C_B": Parameter(0.0, "B's payoff if it concedes", unit="utility"),
    "barW_A": Parameter(-1.9, "mean of A's war payoff", unit="utility"),
    "barW_B": Parameter(-2.9, "mean of B's war payoff", unit="utility"),
    "bar_a": Parameter(-1.2, "mean of A's payoff of backing down", unit="utility"),
    "V_B": Parameter(1.0, "B's payoff if A backs down", unit="utility"),
    "sigma": Parameter(
        1.0, "standard deviation of the private payoffs", 0, open="low", unit="utility"
    ),
}
CITATION = (
    "Schultz, K. (1998). Domestic Opposition and Signaling in International Crises. "
    "American Political Science Review 92(4): 829–844.",
    "Lewis, J. and Schultz, K. (2003). Revealing Preferences: Empirical Estimation of a Crisis "
    "Bargaining Game with Incomplete Information. Political Analysis 11(4): 345–367.",
    "Crisman-Cox, C. and Gibilisco, M. (2021). Estimating Signaling Games in International "
    "Relations: Problems and Solutions. Political Science Research and Methods 9(3): 565–582.",
)

MODEL = Model(
    title="Crisis signalling",
    family="Signals and audiences",
    source="Schultz 1998 and Lewis and Schultz 2003",
    canonical=True,
    citation=CITATION,
    teaches="A challenge signals resolve, and how much it says depends on how costly backing "
    "down is. The same numbers can support several equilibria, from a challenge that is never "
    "resisted to one that almost always is. A higher audience cost does not simply lower or "
    "raise the risk of war: with barW_B = −2.6 it is 0.025, 0.029, 0.048 and 0.013 at audience "
    "costs of 0.8, 1.2, 1.6 and 2.4.",
    parameters=CRISIS,
    results={
        "n_equilibria": "how many equilibria there are",
        "pR_*": "probability that B resists, equilibrium by equilibrium from the lowest",
        "pC_*": "probability that A challenges",
        "pF_*": "probability that A stands firm after resistance",
        "SQ_*": "probability of the status quo",
        "CD_*": "probability that B concedes",
        "SF_*": "probability that A stands firm: war",
        "BD_*": "probability that A backs down",
        "pr_war": "probability of war; missing where there are several equilibria",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "three_eq": {},
        "one_eq_low": {"barW_B": -3},
        "one_eq_high": {"barW_B": -2.6},
        "other": {"barW_B": -2.2},
        "interior": {
            "S_A": 0.5,
            "C_B": 0.1,
            "barW_A": 0.2,
            "barW_B": -0.3,
            "bar_a": -0.8,
            "V_B": 0.8,
        },
        "audience_0.8": {"barW_B": -2.6, "bar_a": -0.8},
        "audience_1.6": {"barW_B": -2.6, "bar_a": -1.6},
        "audience_2.4": {"barW_B": -2.6, "bar_a": -2.4},
    },
    regret=_regret,
    scenario="model-crisis-signalling",
    note="The scenario language draws private values from finite sets only. The scenario has "
    "eight, five and five in place of normal ones, a step apart that was chosen so that all three "
    "equilibria of three_eq are met; see 'How fine a grid has to be' in the gallery.",
)

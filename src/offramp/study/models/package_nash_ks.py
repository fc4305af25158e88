"""Packages over several issues: the frontier, and what Nash and Kalai-Smorodinsky choose.

Issue k is divided, z_k to A and the rest to B. u_A = Σ a_k z_k and u_B = Σ b_k (1 − z_k);
without agreement d_A and d_B. The Pareto frontier gives A issues in falling order of a_k/b_k and
is piecewise linear. There is a zone of agreement where it passes above (d_A, d_B). Nash: the
largest (u_A − d_A)(u_B − d_B), in closed form on each segment. Kalai-Smorodinsky: the frontier
point on the line from (d_A, d_B) to the ideal point, where each gets its best subject to the
other's getting d. Linkage gains where the ratios a_k/b_k differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from offramp.study.charts.data import Area, Axis, Chart, Dots, Line
from offramp.study.models import SLACK, Model, Parameter, Value, demand

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Corners:
    """Corners from B's best to A's best, and the issue that is handed over on each segment."""

    x: Numbers
    y: Numbers
    issues: tuple[int, ...]

    def at(self, u_A: float) -> float:
        """Most that B gets while A gets ``u_A``."""
        for i in range(len(self.issues)):
            if u_A <= self.x[i + 1] or i == len(self.issues) - 1:
                part = (u_A - self.x[i]) / (self.x[i + 1] - self.x[i])
                return self.y[i] + max(part, 0.0) * (self.y[i + 1] - self.y[i])
        return self.y[0]

    def package(self, u_A: float) -> Numbers:
        """Shares z_k of a package on the frontier that gives A ``u_A``."""
        shares = [0.0] * len(self.issues)
        for i, issue in enumerate(self.issues):
            part = (u_A - self.x[i]) / (self.x[i + 1] - self.x[i])
            shares[issue] = min(1.0, max(0.0, part))
        return tuple(shares)


def _frontier(a: Numbers, b: Numbers) -> Corners:
    order = sorted(range(len(a)), key=lambda k: (-a[k] / b[k], k))
    x, y = [0.0], [sum(b)]
    for k in order:
        x.append(x[-1] + a[k])
        y.append(y[-1] - b[k])
    return Corners(tuple(x), (*y[:-1], 0.0), tuple(order))


def _nash(frontier: Corners, d_A: float, d_B: float) -> tuple[float, float]:
    """The best of the best points of the segments, each cut to what both prefer to d."""
    best = (-1.0, d_A, d_B)
    for i in range(len(frontier.issues)):
        x, y = frontier.x[i], frontier.y[i]
        gain, cost = frontier.x[i + 1] - x, y - frontier.y[i + 1]
        low, high = max(0.0, (d_A - x) / gain), min(1.0, (y - d_B) / cost)
        if low > high + SLACK:
            continue
        part = (gain * (y - d_B) - cost * (x - d_A)) / (2 * gain * cost)
        part = min(max(part, low), high)
        u_A, u_B = x + part * gain, y - part * cost
        best = max(best, ((u_A - d_A) * (u_B - d_B), u_A, u_B))
    return best[1], best[2]


def _ideal(frontier: Corners, d_A: float, d_B: float) -> tuple[float, float]:
    """Each side's best while the other gets at least d."""
    mirror = Corners(frontier.y[::-1], frontier.x[::-1], frontier.issues[::-1])
    return mirror.at(max(d_B, 0.0)), frontier.at(max(d_A, 0.0))


def _towards(frontier: Corners, d: tuple[float, float], ideal: tuple[float, float]) -> float:
    """How far along the line from d to the ideal point the frontier is met, 0 to 1."""
    reach = 1.0
    for i in range(len(frontier.issues)):
        x, y = frontier.x[i], frontier.y[i]
        gain, cost = frontier.x[i + 1] - x, y - frontier.y[i + 1]
        # Every segment's line bounds the concave region from above: cost u_A + gain u_B ≤ level.
        level = cost * x + gain * y
        start = cost * d[0] + gain * d[1]
        rise = cost * (ideal[0] - d[0]) + gain * (ideal[1] - d[1])
        if rise > 0:
            reach = min(reach, (level - start) / rise)
    return max(0.0, reach)


def _solve(a: Numbers, b: Numbers, d_A: float, d_B: float) -> dict[str, Value]:
    demand(
        len(a) == len(b),
        f"{len(a)} weights of A and {len(b)} of B",
        "a weight of both for every issue",
    )
    frontier = _frontier(a, b)
    ratios = [one / other for one, other in zip(a, b, strict=True)]
    found: dict[str, Value] = {
        "zone": d_A <= sum(a) + SLACK and d_B <= frontier.at(max(d_A, 0.0)) + SLACK,
        "linkage_gains": max(ratios) > min(ratios) * (1 + SLACK),
    }
    if not found["zone"]:
        return found
    nash, ideal = _nash(frontier, d_A, d_B), _ideal(frontier, d_A, d_B)
    reach = _towards(frontier, (d_A, d_B), ideal)
    fair = (d_A + reach * (ideal[0] - d_A), d_B + reach * (ideal[1] - d_B))
    return found | {
        "nash_A": nash[0],
        "nash_B": nash[1],
        "nash_product": (nash[0] - d_A) * (nash[1] - d_B),
        "nash_package": frontier.package(nash[0]),
        "ideal_A": ideal[0],
        "ideal_B": ideal[1],
        "ks_A": fair[0],
        "ks_B": fair[1],
        "ks_package": frontier.package(fair[0]),
    }


def _chart() -> Chart:
    frontier = _frontier((0.7, 0.3), (0.2, 0.8))
    found = _solve((0.7, 0.3), (0.2, 0.8), 0.3, 0.3)
    zone_x = (0.3, 0.3, 0.7, float(found["ideal_A"]))
    zone_y = (0.3, float(found["ideal_B"]), 0.8, 0.3)
    return Chart(
        "Two issues that the sides weigh differently",
        Axis("A's utility", 0, 1.05, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        Axis("B's utility", 0, 1.05, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (
            Area(zone_x, zone_y, "zone of agreement", "peace"),
            Line(frontier.x, frontier.y, "Pareto frontier", "first"),
            Line((0, 1), (1, 0), "each issue split alike", "quiet", dashed=True),
            Line((0.3, float(found["ideal_A"])), (0.3, float(found["ideal_B"])), "", "quiet"),
            Dots((0.3,), (0.3,), "no agreement", "ink"),
            Dots((float(found["nash_A"]),), (float(found["nash_B"]),), "Nash", "war"),
            Dots((float(found["ks_A"]),), (float(found["ks_B"]),), "Kalai-Smorodinsky", "third"),
            Dots(
                (float(found["ideal_A"]),),
                (float(found["ideal_B"]),),
                "ideal point",
                "quiet",
                hollow=True,
            ),
        ),
        "A cares mostly for the first issue, B for the second. Giving each its own beats "
        "splitting both: the bulge of the frontier over the dashed line is the gain from linking "
        "the issues. Nash takes the corner; Kalai-Smorodinsky gives in proportion to what each "
        "could hope for.",
        "A frontier from (0, 1) over a corner at (0.7, 0.8) to (1, 0). The Nash point is the "
        "corner, the Kalai-Smorodinsky point lies just right of it.",
    )


MODEL = Model(
    title="Packages over several issues",
    family="Positions and packages",
    source="Nash 1950 and Kalai and Smorodinsky 1975",
    canonical=True,
    citation=(
        "Nash, J. (1950). The Bargaining Problem. Econometrica 18(2): 155–162.",
        "Kalai, E. and Smorodinsky, M. (1975). Other Solutions to Nash's Bargaining Problem. "
        "Econometrica 43(3): 513–518.",
    ),
    teaches="Linking issues makes room for agreement where the sides weigh them differently, and "
    "only there. The two solutions agree on one issue and differ by little on several; a better "
    "alternative moves both in its owner's favour.",
    parameters={
        "a": Parameter(
            (0.7, 0.3), "A's weight of each issue", 0, open="low", unit="utility", kind="numbers"
        ),
        "b": Parameter(
            (0.2, 0.8), "B's weight of each issue", 0, open="low", unit="utility", kind="numbers"
        ),
        "d_A": Parameter(0.3, "A's utility without agreement", unit="utility"),
        "d_B": Parameter(0.3, "B's utility without agreement", unit="utility"),
    },
    results={
        "zone": "whether there is a zone of agreement; without one the rest is missing",
        "linkage_gains": "whether the ratios of the weights differ",
        "nash_A": "A's utility in the Nash package",
        "nash_B": "B's utility in the Nash package",
        "nash_product": "product of the gains over no agreement",
        "nash_package": "A's share of each issue in the Nash package",
        "ideal_A": "A's best while B gets d_B",
        "ideal_B": "B's best while A gets d_A",
        "ks_A": "A's utility in the Kalai-Smorodinsky package",
        "ks_B": "B's utility in the Kalai-Smorodinsky package",
        "ks_package": "A's share of each issue in it",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "two_issue_logroll": {},
        "single_pie": {"a": (1,), "b": (1,), "d_A": 0.2, "d_B": 0.5},
        "interior": {"a": (0.5, 0.5), "b": (0.4, 0.6), "d_A": 0.4, "d_B": 0.2},
        "three": {"a": (0.5, 0.3, 0.2), "b": (0.2, 0.3, 0.5), "d_A": 0.35, "d_B": 0.45},
    },
    scenario="model-packages",
    note="Neither solution is an equilibrium, so that the scenario states the issues and 'offramp "
    "packages model-packages' works the solutions out, on a menu of tenths. Its game, offers "
    "in turn at the risk that talks fail, leads to Nash's package as risk and steps vanish; "
    "it has none that leads to Kalai and Smorodinsky's.",
)

"""Brute-force logit equilibria and absorption of a small game given as plain lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import splu

# pay per party (an end's payoff, discounted where due, already in it), odds, target node or -1,
# whether it goes on into a further round, (outcome, value of its `by` variable) or None
Edge = tuple[tuple[float, ...], float | None, int, bool, tuple[str, str | None] | None]


@dataclass
class Play:
    """A game: one mover and a list of edges per node; node 0 is the start."""

    patience: list[float]
    precision: list[float]
    entropy: bool
    limit: int
    movers: list[int] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    edges: list[list[Edge]] = field(default_factory=list)
    weights: list[list[float]] = field(default_factory=list)  # per node; none at all are all 1

    def weight(self, node: int) -> np.ndarray:
        """How often each move is chosen beside others as good."""
        own = self.weights[node] if self.weights else [1.0] * len(self.edges[node])
        return np.array(own)


@dataclass
class Solved:
    """Values under the convention, the discounted pays, and every node's probabilities."""

    value: np.ndarray  # (node, party)
    payoff: np.ndarray  # (node, party)
    sigma: list[np.ndarray]


def logit(precision: float, totals: np.ndarray, weight: np.ndarray) -> np.ndarray:
    shares = weight * np.exp(precision * (totals - totals.max()))
    return shares / shares.sum()


def log_mean_exp(precision: float, totals: np.ndarray, weight: np.ndarray) -> float:
    """(log Σ w exp(precision · Q) − log Σ w) / precision; the mean at precision 0."""
    share = weight / weight.sum()
    middle = share @ totals
    if precision == 0:
        return float(middle)
    if abs(precision) * np.ptp(totals) < 1:  # no cancellation at small precisions
        return float(middle + np.log1p(share @ np.expm1(precision * (totals - middle))) / precision)
    top = totals.max()
    return float(top + np.log(share @ np.exp(precision * (totals - top))) / precision)


def solve_limited(play: Play) -> Solved:
    """Backward through the rounds: nodes were found in order of time, so last ones first."""
    size, parties = len(play.movers), len(play.patience)
    value, payoff = np.zeros((size, parties)), np.zeros((size, parties))
    sigma: list[np.ndarray] = [np.zeros(0)] * size
    for node in reversed(range(size)):
        totals = np.array([edge_total(play, edge, value) for edge in play.edges[node]])
        raw = np.array([edge_total(play, edge, payoff) for edge in play.edges[node]])
        mover = play.movers[node]
        if mover < 0:
            sigma[node] = np.array([edge[1] for edge in play.edges[node]])
        else:
            sigma[node] = logit(play.precision[mover], totals[:, mover], play.weight(node))
        value[node], payoff[node] = sigma[node] @ totals, sigma[node] @ raw
        if play.entropy and mover >= 0:
            value[node, mover] = log_mean_exp(
                play.precision[mover], totals[:, mover], play.weight(node)
            )
    return Solved(value, payoff, sigma)


def edge_total(play: Play, edge: Edge, value: np.ndarray) -> np.ndarray:
    pay, _, target, turns, _ = edge
    if target < 0:
        return np.array(pay)
    return np.array(pay) + (np.array(play.patience) if turns else 1.0) * value[target]


class Curve:
    """The equilibrium equations V − T(V; t) = 0 with every precision multiplied by t."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.size, self.parties = len(play.movers), len(play.patience)
        self.unknowns = self.size * self.parties

    def backed_up(self, value: np.ndarray, t: float) -> tuple[np.ndarray, Any, np.ndarray]:
        """T(V; t), its Jacobian in V (sparse), and its derivative in t."""
        play, parties = self.play, self.parties
        rows: list[int] = []
        columns: list[int] = []
        entries: list[float] = []
        new, slope = np.zeros_like(value), np.zeros_like(value)
        for node, (mover, edges) in enumerate(zip(play.movers, play.edges, strict=True)):
            totals = np.array([edge_total(play, edge, value) for edge in edges])
            sigma = self.sigma(node, totals, t)
            new[node] = mean = sigma @ totals
            tilt = np.zeros((len(edges), parties))  # d V_j / d Q_mover(a)
            if mover >= 0:
                precision = play.precision[mover]
                tilt = t * precision * sigma[:, None] * (totals - mean)
                gap = totals[:, mover] - mean[mover]
                slope[node] = precision * (sigma * gap) @ totals
                if play.entropy:
                    tilt[:, mover] = 0
                    new[node, mover] = log_mean_exp(
                        t * precision, totals[:, mover], play.weight(node)
                    )
                    change = mean[mover] - new[node, mover]
                    small = precision * (sigma @ gap**2) / 2
                    slope[node, mover] = change / t if abs(t) > 1e-6 else small
            for place, (_, _, target, turns, _) in enumerate(edges):
                if target < 0:
                    continue
                for j in range(parties):
                    rows.append(node * parties + j)
                    columns.append(target * parties + j)
                    entries.append(sigma[place] * (play.patience[j] if turns else 1.0))
                    if mover >= 0 and tilt[place, j] != 0:
                        rows.append(node * parties + j)
                        columns.append(target * parties + mover)
                        entries.append(tilt[place, j] * (play.patience[mover] if turns else 1.0))
        shape = (self.unknowns, self.unknowns)
        return new, sparse.csc_matrix((entries, (rows, columns)), shape=shape), slope

    def sigma(self, node: int, totals: np.ndarray, t: float) -> np.ndarray:
        mover = self.play.movers[node]
        if mover < 0:
            return np.array([edge[1] for edge in self.play.edges[node]])
        return logit(t * self.play.precision[mover], totals[:, mover], self.play.weight(node))

    def parts(self, point: np.ndarray) -> tuple[np.ndarray, Any, np.ndarray]:
        """F = V − T, F_V and F_t at a point (V, t) of the curve."""
        value = point[:-1].reshape(self.size, self.parties)
        new, jacobian, slope = self.backed_up(value, float(point[-1]))
        return (value - new).ravel(), sparse.identity(self.unknowns) - jacobian, -slope.ravel()

    def bordered(self, jacobian: Any, slope: np.ndarray, row: np.ndarray) -> Any:
        weights = row.copy()
        weights[:-1] /= self.unknowns  # distances in V are root mean squares
        left = sparse.hstack([jacobian, sparse.csc_matrix(slope[:, None])])
        return splu(sparse.vstack([left, sparse.csc_matrix(weights[None, :])]).tocsc())

    def length(self, row: np.ndarray) -> float:
        return float(np.sqrt(np.mean(row[:-1] ** 2) + row[-1] ** 2))

    def tangent(self, point: np.ndarray, before: np.ndarray) -> np.ndarray:
        _, jacobian, slope = self.parts(point)
        wanted = np.zeros(self.unknowns + 1)
        wanted[-1] = 1
        row = self.bordered(jacobian, slope, before).solve(wanted)
        return row / self.length(row)

    def corrected(self, guess: np.ndarray, row: np.ndarray) -> tuple[np.ndarray | None, int]:
        """Newton in the plane through the guess; None where it does not settle quickly."""
        point = guess.copy()
        for count in range(7):
            gap, jacobian, slope = self.parts(point)
            if np.abs(gap).max() < 1e-11:
                return point, count
            step = self.bordered(jacobian, slope, row).solve(np.append(gap, 0.0))
            point = point - step
        return None, 7


def solve_unlimited(play: Play, longest: float = 0.25) -> Solved:
    """Follow the curve from precision 0 until all precisions are reached for the first time.

    Pseudo-arclength, so folds are passed; then plain Newton at the full precision.
    `longest` is the longest step along the curve (payoff units and t alike).
    """
    curve = Curve(play)
    here = np.zeros(curve.unknowns + 1)
    ahead = np.append(np.zeros(curve.unknowns), 1.0)
    start, _ = curve.corrected(here, ahead)  # linear at t = 0: one Newton step is exact
    assert start is not None
    here, step = start, 0.05
    ahead = curve.tangent(here, ahead)
    for _ in range(3000):
        there, count = curve.corrected(here + step * ahead, ahead)
        if there is not None and there[-1] >= -1e-9:
            turn = curve.tangent(there, ahead)
            agree = float(np.mean(turn[:-1] * ahead[:-1]) + turn[-1] * ahead[-1])
            if agree > 0.95 and curve.length(there - here) < 2 * step:
                if there[-1] >= 1:
                    return finished(curve, here, there)
                here, ahead = there, turn
                step = min(step * (1.6 if count <= 3 and agree > 0.99 else 1.0), longest)
                continue
        step /= 2
        if step < 1e-9:
            break
    raise ArithmeticError("the curve of equilibria could not be followed")


def finished(curve: Curve, before: np.ndarray, after: np.ndarray) -> Solved:
    """The point at t = 1 between two points of the curve, to rounding."""
    share = (1 - before[-1]) / (after[-1] - before[-1])
    point = before + share * (after - before)
    point[-1] = 1
    guess = point.copy()
    for _ in range(12):
        gap, jacobian, _ = curve.parts(point)
        if np.abs(gap).max() < 1e-13 * max(1.0, np.abs(point).max()):
            break
        point[:-1] -= splu(jacobian.tocsc()).solve(gap)
    drift = curve.length(point - guess)
    if np.abs(gap).max() > 1e-11 or drift > curve.length(after - before):
        raise ArithmeticError(f"no equilibrium near the curve's end (drift {drift})")
    return from_values(curve, point[:-1].reshape(curve.size, curve.parties))


def from_values(curve: Curve, value: np.ndarray) -> Solved:
    play = curve.play
    sigma = []
    for node, edges in enumerate(play.edges):
        totals = np.array([edge_total(play, edge, value) for edge in edges])
        sigma.append(curve.sigma(node, totals, 1.0))
    payoff = value if not play.entropy else discounted(play, sigma)
    return Solved(value, payoff, sigma)


def discounted(play: Play, sigma: list[np.ndarray]) -> np.ndarray:
    """Each party's expected discounted pays when everybody plays sigma, by dense solves."""
    size, payoff = len(play.movers), []
    for j, patience in enumerate(play.patience):
        matrix, pays = np.eye(size), np.zeros(size)
        for node, edges in enumerate(play.edges):
            for p, (pay, _, target, turns, _) in zip(sigma[node], edges, strict=True):
                pays[node] += p * pay[j]
                if target >= 0:
                    matrix[node, target] -= p * (patience if turns else 1.0)
        payoff.append(np.linalg.solve(matrix, pays))
    return np.stack(payoff, axis=1)


def reach(play: Play, sigma: list[np.ndarray]) -> tuple[set[int], set[int]]:
    """Nodes that can be reached with positive probability, and those that can reach an end."""
    seen, waiting = {0}, [0]
    while waiting:
        node = waiting.pop()
        for p, edge in zip(sigma[node], play.edges[node], strict=True):
            if p > 0 and edge[2] >= 0 and edge[2] not in seen:
                seen.add(edge[2])
                waiting.append(edge[2])
    ending: set[int] = set()
    grown = True
    while grown:
        grown = False
        for node in reversed(range(len(play.movers))):
            if node not in ending and any(
                p > 0 and (edge[2] < 0 or edge[2] in ending)
                for p, edge in zip(sigma[node], play.edges[node], strict=True)
            ):
                ending.add(node)
                grown = True
    return seen, ending


def forward(play: Play, sigma: list[np.ndarray]) -> tuple[dict[Any, float], float]:
    """Chances of the ends, and expected further rounds, where time only goes forward."""
    counts, turns = np.zeros(len(play.movers)), 0.0
    ends: dict[Any, float] = {}
    counts[0] = 1
    for node, edges in enumerate(play.edges):
        for p, (_, _, target, turning, end) in zip(sigma[node], edges, strict=True):
            if end is not None:
                ends[end] = ends.get(end, 0.0) + counts[node] * p
            else:
                counts[target] += counts[node] * p
                turns += counts[node] * p * turning
    return ends, turns


def eliminated(play: Play, sigma: list[np.ndarray]) -> tuple[dict[Any, float], float]:
    """The same where play may come back: nodes are taken out one by one, the start last.

    A node's chance to leave itself is a sum and never 1 − p (Grassmann, Taksar & Heyman 1985), so
    that even an end that is a million rounds away comes out to rounding.
    """
    seen, ending = reach(play, sigma)
    transient = sorted(seen & ending)
    if 0 not in transient:
        return {("unresolved", None): 1.0}, 0.0
    place = {node: index for index, node in enumerate(transient)}
    names: list[Any] = [("unresolved", None)]
    names += dict.fromkeys(e[4] for node in transient for e in play.edges[node] if e[4])
    size = len(transient)
    inner, out, turns = np.zeros((size, size)), np.zeros((size, len(names))), np.zeros(size)
    for node, row in place.items():
        for p, (_, _, target, turning, end) in zip(sigma[node], play.edges[node], strict=True):
            if target in place:
                inner[row, place[target]] += p
            else:
                out[row, names.index(end) if end else 0] += p
            turns[row] += p * (turning and target >= 0)
    for k in reversed(range(1, size)):
        into, onto = np.flatnonzero(inner[:k, k]), np.flatnonzero(inner[k, :k])
        leave = inner[k, onto].sum() + out[k].sum()
        share = inner[into, k] / leave
        inner[np.ix_(into, onto)] += np.outer(share, inner[k, onto])
        out[into] += np.outer(share, out[k])
        turns[into] += share * turns[k]
    leave = out[0].sum()
    return dict(zip(names, (out[0] / leave).tolist(), strict=True)), float(turns[0] / leave)


def report(play: Play, solved: Solved, parties: list[str], outcomes: list[str]) -> dict[str, Any]:
    """Absorption and expectations of a solved game."""
    found, turns = (forward if play.limit else eliminated)(play, solved.sigma)
    ends: dict[str, float] = dict.fromkeys([*outcomes, "unresolved"], 0.0)
    by: dict[str, dict[str, float]] = {}
    for (outcome, value), p in found.items():
        ends[outcome] += float(p)
        if value is not None:
            by.setdefault(outcome, {})[value] = float(p)
    return {
        "nodes": len(play.movers),
        "outcomes": ends,
        "outcomes_by": by,
        "by_round": by_round(play, solved, outcomes),
        "payoff": dict(zip(parties, solved.payoff[0].tolist(), strict=True)),
        "value": dict(zip(parties, solved.value[0].tolist(), strict=True)),
        "rounds": None if ends["unresolved"] > 0 else float(turns),
    }


def by_round(play: Play, solved: Solved, outcomes: list[str]) -> dict[str, list[float]]:
    """Probability of each outcome by the end of round 1, 2, …"""
    total = dict.fromkeys(outcomes, 0.0)
    result: dict[str, list[float]] = {name: [] for name in outcomes}
    chances = {0: 1.0}
    for _ in range(play.limit or 6):
        later: dict[int, float] = {}
        while chances:
            after: dict[int, float] = {}
            for node, chance in chances.items():
                for p, edge in zip(solved.sigma[node], play.edges[node], strict=True):
                    if edge[4] is not None:
                        total[edge[4][0]] += chance * p
                    else:
                        goes = later if edge[3] else after
                        goes[edge[2]] = goes.get(edge[2], 0.0) + chance * p
            chances = after
        chances = later
        for name in outcomes:
            result[name].append(float(total[name]))
    return result

"""Logit equilibria in decimals of 60 digits, by Newton's method from a given guess: an own reading.

Nothing of the solvers is used. Only for games of a dozen nodes: the linear algebra is plain
Gaussian elimination with pivoting.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables

DIGITS = 60
Row = list[Decimal]


def exact_payoffs(
    structure: Structure, tables: Tables, draw: int, guess: NDArray[np.float64], steps: int = 30
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Payoffs (node, party) of the equilibrium next to ``guess``, and the play (edge,).

    Payoff convention. None where Newton's method does not converge from there.
    """
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = DIGITS, -999_999, 999_999
        game = _Game(structure, tables, draw)
        value = [Decimal(float(v)) for v in guess.ravel()]
        for _ in range(steps):
            missed, matrix, chance = game.linearised(value)
            step = _solve(matrix, missed)
            if step is None:
                return None
            value = [v - s for v, s in zip(value, step, strict=True)]
            largest = max((abs(v) for v in value), default=Decimal(0))
            if all(abs(s) <= Decimal("1e-35") * largest for s in step):
                payoffs = np.array([float(v) for v in value]).reshape(guess.shape)
                return payoffs, np.array([float(c) for c in chance])
    return None


class _Game:
    """One draw in decimals."""

    def __init__(self, structure: Structure, tables: Tables, draw: int) -> None:
        self.structure, self.parties = structure, structure.parties

        def exact(numbers: NDArray[np.float64]) -> list[Row]:
            return [[Decimal(float(n)) for n in row] for row in numbers]

        self.pay, self.ends = exact(tables.pay[draw]), exact(tables.end_pay[draw])
        self.odds = [Decimal(float(n)) for n in tables.odds[draw]]
        self.patience = [Decimal(float(n)) for n in tables.patience[draw]]
        self.precision = [Decimal(float(n)) for n in tables.precision[draw]]

    def linearised(self, value: Row) -> tuple[Row, list[Row], Row]:
        """V - T(V), the matrix I - dT/dV, and play."""
        game, parties = self.structure, self.parties
        size = len(value)
        missed, chance = list(value), []
        matrix = [[Decimal(int(i == k)) for k in range(size)] for i in range(size)]
        for node in range(game.nodes):
            edges = range(game.first[node], game.first[node + 1])
            total = [self._totals(edge, value) for edge in edges]
            mover = int(game.mover[node])
            share = self._shares(mover, list(edges), total)
            chance += share
            for j in range(parties):
                row = node * parties + j
                mean = sum(p * t[j] for p, t in zip(share, total, strict=True))
                missed[row] -= mean
                for p, t, edge in zip(share, total, edges, strict=True):
                    goal = int(game.target[edge])
                    if goal < 0:
                        continue
                    keep = self._discount(edge)
                    matrix[row][goal * parties + j] -= p * keep[j]
                    if mover >= 0:
                        bend = self.precision[mover] * p * (t[j] - mean) * keep[mover]
                        matrix[row][goal * parties + mover] -= bend
        return missed, matrix, chance

    def _discount(self, edge: int) -> Row:
        return self.patience if self.structure.turns[edge] else [Decimal(1)] * self.parties

    def _totals(self, edge: int, value: Row) -> Row:
        goal, parties = int(self.structure.target[edge]), self.parties
        after = value[goal * parties : (goal + 1) * parties] if goal >= 0 else self.ends[-goal - 1]
        paid = self.pay[self.structure.pay_class[edge]]
        return [p + d * a for p, d, a in zip(paid, self._discount(edge), after, strict=True)]

    def _shares(self, mover: int, edges: list[int], total: list[Row]) -> Row:
        if mover < 0:  # probabilities: what rounding took from their sum would pass for impatience
            odds = [self.odds[self.structure.odds_class[edge]] for edge in edges]
            return [one / sum(odds) for one in odds]
        worth = [self.precision[mover] * t[mover] for t in total]
        weight = [(w - max(worth)).exp() for w in worth]
        return [w / sum(weight) for w in weight]


def _solve(matrix: list[Row], right: Row) -> Row | None:
    """Gaussian elimination with the largest pivot of each column, relative to its row."""
    rows = [[*row, one] for row, one in zip(matrix, right, strict=True)]
    size = len(rows)
    for k in range(size):
        best = max(range(k, size), key=lambda i: abs(rows[i][k]) / max(map(abs, rows[i][:-1])))
        if rows[best][k] == 0:
            return None
        rows[k], rows[best] = rows[best], rows[k]
        for i in range(k + 1, size):
            factor = rows[i][k] / rows[k][k]
            if factor:
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    answer: Row = [Decimal(0)] * size
    for k in range(size - 1, -1, -1):
        rest = sum(rows[k][i] * answer[i] for i in range(k + 1, size))
        answer[k] = (rows[k][size] - rest) / rows[k][k]
    return answer

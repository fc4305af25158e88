"""Absorption in components too large to eliminate: GMRES on their heads.

One application of the operator is one forward walk of a round through the component, so
nothing is assembled. The mass in the residual bounds the error of every outcome's
probability, because no unit of it can be misplaced by more than itself; to it is added what
rounding can hide in a residual. Very slow absorption is therefore refused here, not misread.

Source: Saad & Schultz (1986), GMRES: a generalized minimal residual algorithm for solving
nonsymmetric linear systems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.kernels import emit
from offramp.core.compiling import njit

if TYPE_CHECKING:
    from offramp.game.structure import Structure

MEMORY = 40
CYCLES = 60
ENOUGH = 1e-15
ROUNDING = 2.3e-16

Numbers = NDArray[np.float64]


class Component:
    """One component, entered at one strategy after the other."""

    def __init__(
        self, structure: Structure, home: NDArray[np.int64], which: int, nodes: NDArray[np.int64]
    ) -> None:
        self._structure, self._home, self._which = structure, home, which
        self._nodes = nodes
        """By falling step."""
        self._inside = home == which
        self._odds: Numbers = np.empty(0)
        self._escapes = np.empty(0, bool)
        self._heads = np.empty(0, np.int64)

    def absorb(self, odds: Numbers, mass: Numbers, ends: Numbers) -> tuple[float, float]:
        """Turn the arrivals ``mass`` (node,) into visits and pass them on; (error, lost) mass."""
        game, nodes = self._structure, self._nodes
        if not mass[nodes].any():
            return 0.0, 0.0
        self._odds = odds
        self._escapes = escaping(nodes, self._inside, game.first, game.target, odds)
        caught = nodes[~self._escapes[nodes]]
        endless = np.zeros(game.nodes, bool)
        endless[caught] = mass[caught] > 0
        lost = float(mass[caught].sum())
        mass[caught] = 0.0
        entered = float(mass[nodes].sum())
        self._heads = nodes[(game.step[nodes] == 0) & self._escapes[nodes]]
        behind = np.where(self._inside & (game.step > 0), mass, 0.0)
        arrivals = mass[self._heads] + self._walk(behind)
        mass[self._heads], error = self._solve(arrivals, entered)
        lost += spread_visits(
            nodes,
            game.step,
            self._inside,
            self._escapes,
            game.first,
            game.target,
            odds,
            mass,
            endless,
        )
        emit(nodes, self._home, self._which, game.first, game.target, odds, mass, ends)
        mass[endless] = np.inf
        return error, lost

    def _walk(self, held: Numbers) -> Numbers:
        """What of ``held`` (node,) comes to each head (head,) at the next round's beginning."""
        game = self._structure
        arrived = np.zeros(game.nodes)
        walk_round(
            self._nodes,
            game.step,
            self._inside,
            self._escapes,
            game.first,
            game.target,
            self._odds,
            held,
            arrived,
        )
        return arrived[self._heads]

    def _after(self, x: Numbers) -> Numbers:
        """``x P`` over the heads."""
        held = np.zeros(self._structure.nodes)
        held[self._heads] = x
        return self._walk(held)

    def _solve(self, arrivals: Numbers, entered: float) -> tuple[Numbers, float]:
        """Visits of the heads, and a bound on the mass that is misplaced in them."""
        x = best = arrivals
        least = np.inf
        for _cycle in range(CYCLES):
            residual = arrivals - (x - self._after(x))
            error = float(np.abs(residual).sum())
            if not np.isfinite(error):
                return x, error
            if error < least:
                least, best = error, x
            if error <= ENOUGH * entered:
                break
            x = np.maximum(x + self._correction(residual), 0.0)
        return best, least + ROUNDING * float(best.sum())

    def _staying(self, x: Numbers) -> Numbers:
        """``x - x P`` over the heads."""
        return x - self._after(x)

    def _correction(self, residual: Numbers) -> Numbers:
        """One cycle of GMRES: c (head,) with c - c P close to ``residual``."""
        from scipy.sparse.linalg import LinearOperator, gmres

        size = len(residual)
        operator: Any = LinearOperator  # its stubs do not know the argument
        stays = operator((size, size), matvec=self._staying, dtype=np.float64)
        memory = min(MEMORY, size)
        found, _ = gmres(stays, residual, rtol=ENOUGH, atol=0.0, restart=memory, maxiter=1)
        return found


@njit(cache=True, nogil=True)
def escaping(nodes, inside, first, target, odds):
    """The nodes (node,) of a component from which play can leave it in this draw."""
    escapes = np.zeros(first.size - 1, np.bool_)
    changed = True
    while changed:
        changed = False
        for node in nodes:
            if escapes[node]:
                continue
            for edge in range(first[node], first[node + 1]):
                goal = target[edge]
                out = goal < 0 or not inside[goal] or escapes[goal]
                if out and odds[edge] != 0.0:
                    escapes[node] = True
                    changed = True
                    break
    return escapes


@njit(cache=True, nogil=True)
def walk_round(nodes, step, inside, escapes, first, target, odds, held, arrived):
    """Carry ``held`` through one round; what comes to step 0 again is added to ``arrived``.

    ``nodes`` come by falling step, so they are walked backwards. What leaves is dropped, and so is
    what falls into nodes without escape. ``held`` and ``arrived`` are (node,), ``odds`` (edge,).
    """
    for at in range(nodes.size - 1, -1, -1):
        node = nodes[at]
        if held[node] == 0.0 or not escapes[node]:
            continue
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal >= 0 and inside[goal] and escapes[goal]:
                if step[goal] == 0:
                    arrived[goal] += held[node] * odds[edge]
                else:
                    held[goal] += held[node] * odds[edge]


@njit(cache=True, nogil=True)
def spread_visits(nodes, step, inside, escapes, first, target, odds, mass, endless):
    """Visits of all nodes from those of the heads; the mass that falls into closed classes.

    ``mass`` and ``endless`` are (node,), ``odds`` (edge,).
    """
    lost = 0.0
    for at in range(nodes.size - 1, -1, -1):
        node = nodes[at]
        if not escapes[node]:
            continue
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal < 0 or not inside[goal]:
                continue
            flow = mass[node] * odds[edge]
            if not escapes[goal]:
                lost += flow
                endless[goal] |= flow > 0.0
            elif step[goal] > 0:
                mass[goal] += flow
    changed = True
    while changed:
        changed = False
        for at in range(nodes.size - 1, -1, -1):
            node = nodes[at]
            if not endless[node]:
                continue
            for edge in range(first[node], first[node + 1]):
                goal = target[edge]
                if odds[edge] > 0.0 and not endless[goal]:
                    endless[goal] = True
                    changed = True
    return lost

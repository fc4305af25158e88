"""Play of games with information sets unfolded and certified, written on a tape of its own.

Given the log-odds at the sets: play, values and beliefs; then play anew from these values and
beliefs, for the residual; then every party's best reply (see gains.py), for the regret. Values
are those of the play up to rounding, so that regrets need no other error bound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.imperfect.best_replies import Orders
from offramp.solvers.imperfect.hidden_sets import Veil
from offramp.solvers.imperfect.small.tape import (
    FAR,
    MINUS,
    MORE,
    ONE,
    PLAIN,
    TAKE,
    TOP,
    ZERO,
    Cells,
    Facts,
    Tape,
    load_tape,
    read_lines,
)
from offramp.solvers.imperfect.small.tape_writer import Scribe
from offramp.solvers.kernels.layout import Layout

Floats = NDArray[np.float64]


class Sheet(NamedTuple):
    """The certified play of draws; nodes and edges in the order of the structure."""

    value: Floats
    payoff: Floats
    strategy: Floats
    belief: Floats
    residual: Floats
    regret: Floats
    anywhere: Floats


class Verdicts(NamedTuple):
    """The tape, and the cells from which sheets are filled."""

    tape: Tape
    value: Cells
    """(node, party)."""
    payoff: Cells
    belief: Cells
    """(node,)."""
    chance: Cells
    """(edge,)."""
    residual: Cells
    """(party,)."""
    gain: Cells
    """(party,) at the start."""
    most: Cells
    """(party,) at any decision."""
    depth: float
    """Longest play, in steps."""


@njit(cache=True, nogil=True, error_model="numpy")
def certify_draws(
    verdicts: Verdicts, cells, masks, pay, odds, end_pay, patience, precision, draws, scale,
    log_odds, rows, sheet: Sheet,
):  # fmt: skip
    """Unfold log-odds ``(draw, unknown)`` with their certificates into rows of a sheet."""
    tape = verdicts.tape
    value, payoff, belief, chance = (
        verdicts.value, verdicts.payoff, verdicts.belief, verdicts.chance
    )  # fmt: skip
    for k in range(len(draws)):
        draw, row = draws[k], rows[k]
        load_tape(
            tape, cells, masks[draw], pay[draw], odds[draw], end_pay[draw], patience[draw],
            precision[draw], scale[k],
        )  # fmt: skip
        for i in range(log_odds.shape[1]):
            cells[tape.z + i] = log_odds[k, i]
        read_lines(tape.runs, tape.lines, tape.weigh, cells, tape.begin[PLAIN], len(tape.runs))
        for e in range(len(chance)):
            sheet.strategy[row, e] = cells[chance[e]]
        sheet.residual[row] = 0.0
        for j in range(patience.shape[1]):
            scope = 0.0
            for n in range(len(belief)):
                sheet.value[row, n, j] = cells[value[n, j]]
                sheet.payoff[row, n, j] = cells[payoff[n, j]]
                sheet.belief[row, n] = cells[belief[n]]
                scope = max(scope, abs(cells[payoff[n, j]]))
            for n in range(end_pay.shape[1]):
                scope = max(scope, abs(end_pay[draw, n, j]))
            rounding, gain = 2e-15 * scope * verdicts.depth, cells[verdicts.gain[j]]
            sheet.regret[row, j] = gain + rounding
            sheet.anywhere[row, j] = max(gain, cells[verdicts.most[j]]) + rounding
            sheet.residual[row] = max(sheet.residual[row], cells[verdicts.residual[j]])


def write_verdicts(layout: Layout, veil: Veil, orders: Orders, facts: Facts) -> Verdicts:
    """What unfolds and certifies the play of a structure."""
    scribe, shape = Scribe(veil, facts, {}), layout.shape
    parties, nodes = range(scribe.parties), range(scribe.nodes)
    for n in nodes:
        scribe.write_values(n, list(parties), True)
    scribe.write_reach()
    belief = [ONE] * scribe.nodes
    for members, cells in zip(scribe.members, scribe.beliefs, strict=True):
        for n, cell in zip(members, cells, strict=True):
            belief[n] = cell
    judge = _Judge(scribe, belief)
    replies = [judge.reply(j, orders.unit[orders.first[j] : orders.first[j + 1]]) for j in parties]
    residual, most = judge.residual(), [judge.most(j, replies[j]) for j in parties]
    gain = [judge.gain(j, replies[j][layout.start], layout.start) for j in parties]
    place = np.argsort(shape.node)
    edges = [(e, n) for n in nodes for e in scribe.edges(n)]
    chance = np.empty(len(edges), np.uint32)
    chance[shape.edge] = [scribe.chance(e, n) for e, n in edges]
    value = np.array([[scribe.value[n][j] for j in parties] for n in nodes], np.uint32)
    payoff = np.array([[judge.payoff[n][j] for j in parties] for n in nodes], np.uint32)
    return Verdicts(
        tape=scribe.finish(),
        value=value[place],
        payoff=payoff[place],
        belief=np.array(belief, np.uint32)[place],
        chance=chance,
        residual=np.array(residual, np.uint32),
        gain=np.array(gain, np.uint32),
        most=np.array(most, np.uint32),
        depth=float((layout.structure.limit or 1) * shape.steps),
    )


class _Judge:
    """Writes residuals and best replies down, given play, values and beliefs."""

    def __init__(self, scribe: Scribe, belief: list[int]) -> None:
        self.scribe, self.belief = scribe, belief
        self.payoff = scribe.value
        """By position and party, values without entropy."""
        if scribe.facts.entropy:
            self.payoff = [{} for _ in range(scribe.nodes)]
            for n in range(scribe.nodes):
                for party in range(scribe.parties):
                    self.payoff[n][party] = self._mean(n, party)

    def _mean(self, node: int, party: int) -> int:
        """Values without entropy from those behind them."""
        scribe, cell = self.scribe, ZERO
        for e in scribe.edges(node):
            target = scribe.target[e]
            inner = target < scribe.nodes
            after = self.payoff[target][party] if inner else scribe.end_pay(target, party)
            worth = scribe.add_pay(e, party, after)
            cell = scribe.total(cell, scribe.chance(e, node), worth)
        return cell

    def residual(self) -> list[int]:
        """By party, the largest |V - T(V)|: play from values and beliefs, values from play."""
        scribe = self.scribe
        worst = [self._clear() for _ in range(scribe.parties)]
        weighed = [(members, self._weighed(members)) for members in self._decisions()]
        shared = [(members, scribe.share(cells)) for members, cells in weighed]
        gaps: list[tuple[int, int, int]] = []
        for members, share in shared:
            mover = scribe.mover[members[0]]
            short = scribe.shortfall(share, mover) if scribe.facts.entropy else ZERO
            for n in members:
                for party in range(scribe.parties):
                    fresh = ZERO
                    for c, e in enumerate(scribe.edges(n)):
                        worth = scribe.worth(e, party)
                        fresh = scribe.total(fresh, scribe.give[share] + c, worth)
                    if party == mover:
                        fresh = scribe.total(fresh, MINUS, short)
                    gaps.append((worst[party], scribe.value[n][party], fresh))
        for gap in gaps:
            self._raise(FAR, *gap)
        return worst

    def _decisions(self) -> list[list[int]]:
        """The positions of every decision: sets, and those that their mover knows."""
        scribe = self.scribe
        known = [[n] for n in range(scribe.nodes) if scribe.set_of[n] < 0 and scribe.decides(n)]
        return [*known, *scribe.members]

    def _weighed(self, members: list[int]) -> list[int]:
        """By move, the precision times what it is worth at a set, given its beliefs."""
        scribe, found = self.scribe, []
        mover = scribe.mover[members[0]]
        for c in range(len(scribe.edges(members[0]))):
            cell = ZERO
            for n in members:
                worth = scribe.worth(scribe.first[n] + c, mover)
                cell = scribe.total(cell, self.belief[n], worth)
            found.append(scribe.total(ZERO, scribe.sharp[mover], cell))
        return found

    def _clear(self) -> int:
        """A new cell that is 0 at every reading."""
        cell = self.scribe.reserve(1, PLAIN)
        return self.scribe.total(ZERO, ZERO, ZERO, into=cell)

    def _raise(self, kind: int, into: int, one: int, other: int) -> None:
        """Let a cell not fall below a difference."""
        self.scribe.note(PLAIN, kind, (into, into, one, other))

    def reply(self, party: int, order: NDArray[np.int64]) -> dict[int, int]:
        """By position, what the best reply of a party to the others' play is worth to it."""
        scribe, best = self.scribe, {}
        for unit in order.tolist():
            members = [unit] if unit >= 0 else scribe.members[-unit - 1]
            if scribe.mover[members[0]] == party and scribe.decides(members[0]):
                self._choose(party, members, best)
                continue
            cell = ZERO
            for e in scribe.edges(unit):
                cell = scribe.total(cell, scribe.chance(e, unit), self._ahead(e, party, best))
            best[unit] = cell
        return best

    def _ahead(self, edge: int, party: int, best: dict[int, int], into: int = -1) -> int:
        """The total of an edge if best replies follow."""
        scribe, target = self.scribe, self.scribe.target[edge]
        after = best[target] if target < scribe.nodes else scribe.end_pay(target, party)
        return scribe.add_pay(edge, party, after, into)

    def _choose(self, party: int, members: list[int], best: dict[int, int]) -> None:
        """The best move at a set, or at a position of the party that is no set."""
        scribe, moves = self.scribe, len(self.scribe.edges(members[0]))
        rows = [scribe.reserve(moves, PLAIN) for _ in members]
        totals, choice = scribe.reserve(moves, PLAIN), scribe.reserve(1, PLAIN)
        for n, row in zip(members, rows, strict=True):
            for c, e in enumerate(scribe.edges(n)):
                self._ahead(e, party, best, into=row + c)
        for c in range(moves):
            cell = ZERO
            for n, row in zip(members, rows, strict=True):
                cell = scribe.total(cell, self.belief[n], row + c)
            scribe.total(cell, ZERO, ZERO, into=totals + c)
        scribe.note(PLAIN, TOP, (choice, totals, moves, 0))
        for n, row in zip(members, rows, strict=True):
            best[n] = scribe.reserve(1, PLAIN)
            scribe.note(PLAIN, TAKE, (best[n], row, 0, choice))

    def gain(self, party: int, best: int, start: int) -> int:
        """What the best reply gains at the start, at least 0."""
        cell = self._clear()
        self._raise(MORE, cell, best, self.payoff[start][party])
        return cell

    def most(self, party: int, best: dict[int, int]) -> int:
        """The most that it gains at a decision of the party, given its beliefs."""
        scribe, cell, gaps = self.scribe, self._clear(), []
        for members in self._decisions():
            if scribe.mover[members[0]] != party:
                continue
            now, then = ZERO, ZERO
            for n in members:
                now = scribe.total(now, self.belief[n], self.payoff[n][party])
                then = scribe.total(then, self.belief[n], best[n])
            gaps.append((cell, then, now))
        for gap in gaps:
            self._raise(MORE, *gap)
        return cell

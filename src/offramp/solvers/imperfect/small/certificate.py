"""Play of games with information sets unfolded and certified, written on a tape of its own.

Given the log-odds at the sets: play, values and beliefs; then play anew from these values and
beliefs, for the residual; then every party's best reply (see gains.py), for the regret. Values
are those of the play up to rounding, so that regrets need no other error bound.

Beliefs and regrets at every set are those of Kreps & Wilson (1982), Sequential equilibria.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.imperfect.best_replies import Orders
from offramp.solvers.imperfect.hidden_sets import InfoSets
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
    DrawNumbers,
    Facts,
    Tape,
    load_tape,
    read_lines,
)
from offramp.solvers.imperfect.small.tape_writer import TapeWriter
from offramp.solvers.kernels.layout import Layout

Floats = NDArray[np.float64]


class PlayRows(NamedTuple):
    """The certified play of draws; nodes and edges in the order of the structure."""

    value: Floats
    payoff: Floats
    strategy: Floats
    belief: Floats
    residual: Floats
    regret: Floats
    anywhere: Floats


class CertificateTape(NamedTuple):
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
    certificate: CertificateTape,
    cells,
    numbers: DrawNumbers,
    draws,
    scale,
    log_odds,
    rows,
    play: PlayRows,
):
    """Unfold log-odds ``(draw, unknown)`` with their certificates into rows of ``play``."""
    tape, end_pay = certificate.tape, numbers.end_pay
    value, payoff, belief, chance = (
        certificate.value,
        certificate.payoff,
        certificate.belief,
        certificate.chance,
    )
    for k in range(len(draws)):
        draw, row = draws[k], rows[k]
        load_tape(
            tape,
            cells,
            numbers.masks[draw],
            numbers.pay[draw],
            numbers.odds[draw],
            end_pay[draw],
            numbers.patience[draw],
            numbers.precision[draw],
            scale[k],
        )
        for i in range(log_odds.shape[1]):
            cells[tape.z + i] = log_odds[k, i]
        read_lines(tape.runs, tape.lines, tape.weigh, cells, tape.begin[PLAIN], len(tape.runs))
        for e in range(len(chance)):
            play.strategy[row, e] = cells[chance[e]]
        play.residual[row] = 0.0
        for j in range(numbers.patience.shape[1]):
            scope = 0.0
            for n in range(len(belief)):
                play.value[row, n, j] = cells[value[n, j]]
                play.payoff[row, n, j] = cells[payoff[n, j]]
                play.belief[row, n] = cells[belief[n]]
                scope = max(scope, abs(cells[payoff[n, j]]))
            for n in range(end_pay.shape[1]):
                scope = max(scope, abs(end_pay[draw, n, j]))
            rounding, gain = 2e-15 * scope * certificate.depth, cells[certificate.gain[j]]
            play.regret[row, j] = gain + rounding
            play.anywhere[row, j] = max(gain, cells[certificate.most[j]]) + rounding
            play.residual[row] = max(play.residual[row], cells[certificate.residual[j]])


def write_certificate(
    layout: Layout, infosets: InfoSets, orders: Orders, facts: Facts
) -> CertificateTape:
    """What unfolds and certifies the play of a structure."""
    writer, shape = TapeWriter(infosets, facts, {}), layout.shape
    parties, nodes = range(writer.parties), range(writer.nodes)
    for n in nodes:
        writer.write_values(n, list(parties), True)
    writer.write_reach()
    belief = [ONE] * writer.nodes
    for members, cells in zip(writer.members, writer.beliefs, strict=True):
        for n, cell in zip(members, cells, strict=True):
            belief[n] = cell
    certifier = _CertificateWriter(writer, belief)
    replies = [
        certifier.reply(j, orders.unit[orders.first[j] : orders.first[j + 1]]) for j in parties
    ]
    residual, most = certifier.residual(), [certifier.most(j, replies[j]) for j in parties]
    gain = [certifier.gain(j, replies[j][layout.start], layout.start) for j in parties]
    place = np.argsort(shape.node)
    edges = [(e, n) for n in nodes for e in writer.edges(n)]
    chance = np.empty(len(edges), np.uint32)
    chance[shape.edge] = [writer.chance(e, n) for e, n in edges]
    value = np.array([[writer.value[n][j] for j in parties] for n in nodes], np.uint32)
    payoff = np.array([[certifier.payoff[n][j] for j in parties] for n in nodes], np.uint32)
    return CertificateTape(
        tape=writer.finish(),
        value=value[place],
        payoff=payoff[place],
        belief=np.array(belief, np.uint32)[place],
        chance=chance,
        residual=np.array(residual, np.uint32),
        gain=np.array(gain, np.uint32),
        most=np.array(most, np.uint32),
        depth=float((layout.structure.limit or 1) * shape.steps),
    )


class _CertificateWriter:
    """Writes residuals and best replies down, given play, values and beliefs."""

    def __init__(self, writer: TapeWriter, belief: list[int]) -> None:
        self.writer, self.belief = writer, belief
        self.payoff = writer.value
        """By position and party, values without entropy."""
        if writer.facts.entropy:
            self.payoff = [{} for _ in range(writer.nodes)]
            for n in range(writer.nodes):
                for party in range(writer.parties):
                    self.payoff[n][party] = self._mean(n, party)

    def _mean(self, node: int, party: int) -> int:
        """Values without entropy from those behind them."""
        writer, cell = self.writer, ZERO
        for e in writer.edges(node):
            target = writer.target[e]
            inner = target < writer.nodes
            after = self.payoff[target][party] if inner else writer.end_pay(target, party)
            worth = writer.add_pay(e, party, after)
            cell = writer.total(cell, writer.chance(e, node), worth)
        return cell

    def residual(self) -> list[int]:
        """By party, the largest |V - T(V)|: play from values and beliefs, values from play."""
        writer = self.writer
        worst = [self._clear() for _ in range(writer.parties)]
        weighed = [(members, self._weighed(members)) for members in self._decisions()]
        shared = [(members, writer.share(cells)) for members, cells in weighed]
        gaps: list[tuple[int, int, int]] = []
        for members, share in shared:
            mover = writer.mover[members[0]]
            short = writer.shortfall(share, mover) if writer.facts.entropy else ZERO
            for n in members:
                for party in range(writer.parties):
                    fresh = ZERO
                    for c, e in enumerate(writer.edges(n)):
                        worth = writer.worth(e, party)
                        fresh = writer.total(fresh, writer.give[share] + c, worth)
                    if party == mover:
                        fresh = writer.total(fresh, MINUS, short)
                    gaps.append((worst[party], writer.value[n][party], fresh))
        for gap in gaps:
            self._raise(FAR, *gap)
        return worst

    def _decisions(self) -> list[list[int]]:
        """The positions of every decision: sets, and those that their mover knows."""
        writer = self.writer
        known = [[n] for n in range(writer.nodes) if writer.set_of[n] < 0 and writer.decides(n)]
        return [*known, *writer.members]

    def _weighed(self, members: list[int]) -> list[int]:
        """By move, the precision times what it is worth at a set, given its beliefs."""
        writer, found = self.writer, []
        mover = writer.mover[members[0]]
        for c in range(len(writer.edges(members[0]))):
            cell = ZERO
            for n in members:
                worth = writer.worth(writer.first[n] + c, mover)
                cell = writer.total(cell, self.belief[n], worth)
            lean = writer.log_weight(writer.first[members[0]] + c)
            found.append(writer.total(lean, writer.sharp[mover], cell))
        return found

    def _clear(self) -> int:
        """A new cell that is 0 at every reading."""
        cell = self.writer.reserve(1, PLAIN)
        return self.writer.total(ZERO, ZERO, ZERO, into=cell)

    def _raise(self, kind: int, into: int, one: int, other: int) -> None:
        """Let a cell not fall below a difference."""
        self.writer.note(PLAIN, kind, (into, into, one, other))

    def reply(self, party: int, order: NDArray[np.int64]) -> dict[int, int]:
        """By position, what the best reply of a party to the others' play is worth to it."""
        writer, best = self.writer, {}
        for unit in order.tolist():
            members = [unit] if unit >= 0 else writer.members[-unit - 1]
            if writer.mover[members[0]] == party and writer.decides(members[0]):
                self._choose(party, members, best)
                continue
            cell = ZERO
            for e in writer.edges(unit):
                cell = writer.total(cell, writer.chance(e, unit), self._ahead(e, party, best))
            best[unit] = cell
        return best

    def _ahead(self, edge: int, party: int, best: dict[int, int], into: int = -1) -> int:
        """The total of an edge if best replies follow."""
        writer, target = self.writer, self.writer.target[edge]
        after = best[target] if target < writer.nodes else writer.end_pay(target, party)
        return writer.add_pay(edge, party, after, into)

    def _choose(self, party: int, members: list[int], best: dict[int, int]) -> None:
        """The best move at a set, or at a position of the party that is no set."""
        writer, moves = self.writer, len(self.writer.edges(members[0]))
        rows = [writer.reserve(moves, PLAIN) for _ in members]
        totals, choice = writer.reserve(moves, PLAIN), writer.reserve(1, PLAIN)
        for n, row in zip(members, rows, strict=True):
            for c, e in enumerate(writer.edges(n)):
                self._ahead(e, party, best, into=row + c)
        for c in range(moves):
            cell = ZERO
            for n, row in zip(members, rows, strict=True):
                cell = writer.total(cell, self.belief[n], row + c)
            writer.total(cell, ZERO, ZERO, into=totals + c)
        writer.note(PLAIN, TOP, (choice, totals, moves, 0))
        for n, row in zip(members, rows, strict=True):
            best[n] = writer.reserve(1, PLAIN)
            writer.note(PLAIN, TAKE, (best[n], row, 0, choice))

    def gain(self, party: int, best: int, start: int) -> int:
        """What the best reply gains at the start, at least 0."""
        cell = self._clear()
        self._raise(MORE, cell, best, self.payoff[start][party])
        return cell

    def most(self, party: int, best: dict[int, int]) -> int:
        """The most that it gains at a decision of the party, given its beliefs."""
        writer, cell, gaps = self.writer, self._clear(), []
        for members in self._decisions():
            if writer.mover[members[0]] != party:
                continue
            now, then = ZERO, ZERO
            for n in members:
                now = writer.total(now, self.belief[n], self.payoff[n][party])
                then = writer.total(then, self.belief[n], best[n])
            gaps.append((cell, then, now))
        for gap in gaps:
            self._raise(MORE, *gap)
        return cell

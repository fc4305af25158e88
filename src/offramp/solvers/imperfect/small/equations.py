"""The equations of a game with information sets written on a tape, with all their slopes.

With t the share of the precision, ``z`` the log-odds at the sets (see information.py) and Q
the mover's totals, the equations are z_a = t precision (Q_a - Q_0) + log(w_a / w_0), where w are
the weights of the moves, and at a set Q is the mean over its nodes weighted by their reach.
``lean`` adds (1 - t) lean to the right-hand side, for branches that begin elsewhere. Slopes follow
by the chain rule.

Source: McKelvey & Palfrey (1998), Quantal response equilibria for extensive form games (agent
form). Log-odds, not probabilities, since these vanish at high precision.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.imperfect.hidden_sets import InfoSets
from offramp.solvers.imperfect.small.tape import MINUS, ONE, STEEP, TIME, ZERO, Facts, Tape
from offramp.solvers.imperfect.small.tape_writer import TapeWriter, Terms

Row = dict[int, int]
"""Slopes: the cell of each by unknown; unknown K is t."""


class Equations(NamedTuple):
    """The tape, and what following a branch needs besides."""

    tape: Tape
    shares: NDArray[np.uint32]
    """Cells of all probabilities and beliefs."""
    row: NDArray[np.int64]
    """(set + 1,) its first unknown."""
    owner: NDArray[np.int64]
    """(set,) the party that moves there."""


def write_equations(infosets: InfoSets, facts: Facts) -> Equations:
    """The equations of a structure; what is 0 or 1 in all draws is left out."""
    size = infosets.unknowns
    writer = TapeWriter(infosets, facts, {"lean": size, "gap": size, "slopes": (size + 1) ** 2})
    asked, needed = _ask(writer), infosets.needed.tolist()
    for n in range(writer.nodes):
        choosing = bool(asked[n]) or needed[n]
        writer.write_values(n, sorted(asked[n]), choosing)
    writer.write_reach()
    gaps = _GapWriter(writer)
    slopes = _SlopeWriter(writer, gaps)
    for n in range(writer.nodes):
        slopes.write_values(n, sorted(asked[n]))
    for s in range(len(infosets.choices)):
        slopes.write_matrix(s)
    owner = infosets.mover[infosets.member[infosets.member_first[:-1]]].astype(np.int64)
    row = np.append(infosets.row, size).astype(np.int64)
    return Equations(writer.finish(), np.array(writer.shares(), np.uint32), row, owner)


def _ask(writer: TapeWriter) -> list[set[int]]:
    """By position, the parties whose values there are read by somebody before it."""
    asked: list[set[int]] = [set() for _ in range(writer.nodes)]
    needed = writer.infosets.needed.tolist()
    for n in range(writer.nodes - 1, -1, -1):
        parties = set(asked[n])
        if writer.decides(n) and (writer.set_of[n] >= 0 or needed[n] or parties):
            parties.add(writer.mover[n])
        for e in writer.edges(n):
            if writer.target[e] < writer.nodes:
                asked[writer.target[e]] |= parties
    return asked


class _GapWriter:
    """Left side minus right side of all equations, and what their slopes need of them."""

    def __init__(self, writer: TapeWriter) -> None:
        self.writer = writer
        precision = writer.home["precision"]
        self.blunt = [writer.total(ZERO, MINUS, precision + j) for j in range(writer.parties)]
        self.dull = [writer.total(ZERO, TIME, cell) for cell in self.blunt]
        self.late = writer.total(MINUS, ONE, TIME)
        self.ahead_of: dict[tuple[int, int], int] = {}
        self.spread = [self._write(s) for s in range(len(writer.choices))]
        """By set and move, by how much it is worth more than the first one."""

    def _write(self, one: int) -> list[int]:
        writer, found = self.writer, []
        members = writer.members[one]
        mover = writer.mover[members[0]]
        for c in range(1, writer.choices[one]):
            spread, at = ZERO, writer.row[one] + c - 1
            for n, belief in zip(members, writer.beliefs[one], strict=True):
                spread = writer.total(spread, belief, self.ahead(n, c))
            first = writer.first[members[0]]
            more, less = writer.log_weight(first + c), writer.log_weight(first)
            ahead = writer.total(more, MINUS, less) if more != less else ZERO
            gap = writer.total(writer.home["z"] + at, self.dull[mover], spread)
            gap = writer.total(gap, MINUS, ahead)
            lean = writer.home["lean"] + at
            writer.total(gap, self.late, lean, into=writer.home["gap"] + at)
            found.append(spread)
        return found

    def ahead(self, node: int, move: int) -> int:
        """The cell of by how much a move is worth more to its mover than the first one."""
        key, writer = (node, move), self.writer
        if key not in self.ahead_of:
            first, mover = writer.first[node], writer.mover[node]
            more, less = writer.worth(first + move, mover), writer.worth(first, mover)
            self.ahead_of[key] = writer.total(more, MINUS, less)
        return self.ahead_of[key]


class _SlopeWriter:
    """Slopes of values and of logarithms of reach, and the matrix of those of the gaps."""

    def __init__(self, writer: TapeWriter, gaps: _GapWriter) -> None:
        self.writer, self.gaps = writer, gaps
        writer.least = STEEP
        self.rise: list[dict[int, Row]] = [{} for _ in range(writer.nodes)]
        """Of the values by party."""
        self.fans: dict[int, list[Row]] = {}
        """Of what a share weighs, where it is not the choice at a set."""
        self.log_rows: dict[int, Row] = {}
        sets = enumerate(writer.members)
        self.set_of_share = {writer.play[members[0]]: s for s, members in sets}

    def combine(self, terms: list[tuple[int, Row]]) -> Row:
        """Slopes of a weighted sum; terms are cells of weights and slopes."""
        found: Row = {}
        for weight, row in terms:
            for key, cell in row.items():
                found[key] = self.writer.total(found.get(key, ZERO), weight, cell)
        return found

    def write_values(self, node: int, parties: list[int]) -> None:
        """Slopes of the values at a node, and of what its own choice weighs."""
        writer = self.writer
        share, edges, one = writer.play[node], writer.edges(node), writer.set_of[node]
        lone = share >= 0 and one < 0
        if lone:
            self.fans[share] = self._weighed(node)
        for party in parties:
            terms = [(writer.chance(e, node), self.rise_of(e, party)) for e in edges]
            envelope = writer.facts.entropy and party == writer.mover[node]
            if share >= 0 and not (lone and envelope):
                own: Row = {}
                for c, e in enumerate(edges):
                    gain = writer.total(writer.worth(e, party), MINUS, writer.mean[node][party])
                    gain = writer.total(ZERO, writer.give[share] + c, gain)
                    if lone:
                        terms.append((gain, self.fans[share][c]))
                    elif c:
                        own[writer.row[one] + c - 1] = gain
                terms.append((ONE, own))
            if share >= 0 and envelope:
                terms.append((ONE, self._fade(node)))
            self.rise[node][party] = self.combine(terms)

    def _weighed(self, node: int) -> list[Row]:
        """Slopes of precision times totals at a node that is no set."""
        writer, mover, last = self.writer, self.writer.mover[node], self.writer.unknowns
        precision, fans = writer.home["precision"] + mover, []
        for e in writer.edges(node):
            fan = self.combine([(writer.sharp[mover], self.rise_of(e, mover))])
            worth = writer.worth(e, mover)
            fan[last] = writer.total(fan.get(last, ZERO), precision, worth)
            fans.append(fan)
        return fans

    def rise_of(self, edge: int, party: int) -> Row:
        """Slopes of the total of an edge for a party."""
        target = self.writer.target[edge]
        if target >= self.writer.nodes:
            return {}
        factor, row = self.writer.discount(edge, party), self.rise[target][party]
        return row if factor == ONE else self.combine([(factor, row)])

    def _fade(self, node: int) -> Row:
        """Slopes of minus the shortfall of entropy over the precision."""
        writer = self.writer
        share, one = writer.play[node], writer.set_of[node]
        short = writer.shortfall(share, writer.mover[node])
        row: Row = {writer.unknowns: short + 1}
        if one < 0:
            return row
        count, give, mean = len(writer.weigh[share]), writer.give[share], ZERO
        for c in range(count):
            mean = writer.total(mean, give + c, give + count + c)
        for c in range(1, count):
            less = writer.total(mean, MINUS, give + count + c)
            less = writer.total(ZERO, give + c, less)
            row[writer.row[one] + c - 1] = writer.total(ZERO, short + 2, less)
        return row

    def climb_of(self, cells: Terms) -> Row:
        """Slopes of a sum of logarithms."""
        return self.combine([(ONE, self._log_row(cell)) for cell in cells])

    def _log_row(self, cell: int) -> Row:
        """Slopes of a logarithm; none if it is one of nature's odds."""
        if cell not in self.writer.origin:
            return {}
        if cell not in self.log_rows:
            share, entry = self.writer.origin[cell]
            if share in self.set_of_share:
                row = self._set_row(share, entry)
            else:
                if share not in self.fans:
                    self.fans[share] = [self.climb_of(way) for way in self.writer.ways[share]]
                fans, give = self.fans[share], self.writer.give[share]
                row = self.combine([(give + c, fan) for c, fan in enumerate(fans)])
                if entry >= 0:
                    row = self.combine([(ONE, fans[entry]), (MINUS, row)])
            self.log_rows[cell] = row
        return self.log_rows[cell]

    def _set_row(self, share: int, entry: int) -> Row:
        """Slopes of the logarithm of the choice of a move at a set."""
        writer, row = self.writer, {}
        count, give = len(writer.weigh[share]), writer.give[share]
        first = writer.row[self.set_of_share[share]] - 1
        for c in range(1, count):
            if c == entry:
                row[first + c] = give if count == 2 else writer.total(ONE, MINUS, give + c)
            else:
                row[first + c] = writer.total(ZERO, MINUS, give + c)
        return row

    def write_matrix(self, one: int) -> None:
        """Slopes of the gaps of a set; the matrix begins as that of z itself."""
        writer, gaps, size = self.writer, self.gaps, self.writer.unknowns + 1
        members, row = writer.members[one], writer.row[one]
        mover, spread = writer.mover[members[0]], gaps.spread[one]
        lines = [writer.home["slopes"] + (row + c) * size for c in range(len(spread))]
        for c, line in enumerate(lines):
            self._add(line, ONE, {size - 1: writer.home["lean"] + row + c})
            self._add(line, gaps.blunt[mover], {size - 1: spread[c]})
        pairs = zip(members, writer.beliefs[one], writer.apart[one], strict=True)
        for n, belief, way in pairs:
            less = writer.total(ZERO, gaps.dull[mover], belief)
            more = writer.total(ZERO, writer.sharp[mover], belief)
            climb, first = self.climb_of(way), writer.first[n]
            for c, line in enumerate(lines):
                self._add(line, less, self.rise_of(first + c + 1, mover))
                self._add(line, more, self.rise_of(first, mover))
                if climb:
                    over = writer.total(gaps.ahead(n, c + 1), MINUS, spread[c])
                    self._add(line, writer.total(ZERO, less, over), climb)

    def _add(self, line: int, weight: int, row: Row) -> None:
        """Add weighted slopes to a line of the matrix."""
        for key, cell in row.items():
            self.writer.total(line + key, weight, cell, into=line + key)

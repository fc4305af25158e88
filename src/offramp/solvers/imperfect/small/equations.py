"""The equations of a game with information sets written on a tape, with all their slopes.

With t the share of the precision, ``z`` the log-odds at the sets (see information.py) and Q
the mover's totals, the equations are z_a = t precision (Q_a - Q_0), where at a set Q is the mean
over its nodes weighted by their reach. ``lean`` adds (1 - t) lean to the right-hand side,
for branches that begin elsewhere. Slopes follow by the chain rule.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.imperfect.hidden_sets import Veil
from offramp.solvers.imperfect.small.tape import MINUS, ONE, STEEP, TIME, ZERO, Facts, Tape
from offramp.solvers.imperfect.small.tape_writer import Scribe, Terms

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


def write_equations(veil: Veil, facts: Facts) -> Equations:
    """The equations of a structure; what is 0 or 1 in all draws is left out."""
    size = veil.unknowns
    scribe = Scribe(veil, facts, {"lean": size, "gap": size, "slopes": (size + 1) ** 2})
    asked, needed = _ask(scribe), veil.needed.tolist()
    for n in range(scribe.nodes):
        choosing = bool(asked[n]) or needed[n]
        scribe.write_values(n, sorted(asked[n]), choosing)
    scribe.write_reach()
    gaps = _Gaps(scribe)
    slopes = _Slopes(scribe, gaps)
    for n in range(scribe.nodes):
        slopes.write_values(n, sorted(asked[n]))
    for s in range(len(veil.choices)):
        slopes.write_matrix(s)
    owner = veil.mover[veil.member[veil.member_first[:-1]]].astype(np.int64)
    row = np.append(veil.row, size).astype(np.int64)
    return Equations(scribe.finish(), np.array(scribe.shares(), np.uint32), row, owner)


def _ask(scribe: Scribe) -> list[set[int]]:
    """By position, the parties whose values there are read by somebody before it."""
    asked: list[set[int]] = [set() for _ in range(scribe.nodes)]
    needed = scribe.veil.needed.tolist()
    for n in range(scribe.nodes - 1, -1, -1):
        parties = set(asked[n])
        if scribe.decides(n) and (scribe.set_of[n] >= 0 or needed[n] or parties):
            parties.add(scribe.mover[n])
        for e in scribe.edges(n):
            if scribe.target[e] < scribe.nodes:
                asked[scribe.target[e]] |= parties
    return asked


class _Gaps:
    """Left side minus right side of all equations, and what their slopes need of them."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe = scribe
        precision = scribe.home["precision"]
        self.blunt = [scribe.total(ZERO, MINUS, precision + j) for j in range(scribe.parties)]
        self.dull = [scribe.total(ZERO, TIME, cell) for cell in self.blunt]
        self.late = scribe.total(MINUS, ONE, TIME)
        self.ahead_of: dict[tuple[int, int], int] = {}
        self.spread = [self._write(s) for s in range(len(scribe.choices))]
        """By set and move, by how much it is worth more than the first one."""

    def _write(self, one: int) -> list[int]:
        scribe, found = self.scribe, []
        members = scribe.members[one]
        mover = scribe.mover[members[0]]
        for c in range(1, scribe.choices[one]):
            spread, at = ZERO, scribe.row[one] + c - 1
            for n, belief in zip(members, scribe.beliefs[one], strict=True):
                spread = scribe.total(spread, belief, self.ahead(n, c))
            gap = scribe.total(scribe.home["z"] + at, self.dull[mover], spread)
            lean = scribe.home["lean"] + at
            scribe.total(gap, self.late, lean, into=scribe.home["gap"] + at)
            found.append(spread)
        return found

    def ahead(self, node: int, move: int) -> int:
        """The cell of by how much a move is worth more to its mover than the first one."""
        key, scribe = (node, move), self.scribe
        if key not in self.ahead_of:
            first, mover = scribe.first[node], scribe.mover[node]
            more, less = scribe.worth(first + move, mover), scribe.worth(first, mover)
            self.ahead_of[key] = scribe.total(more, MINUS, less)
        return self.ahead_of[key]


class _Slopes:
    """Slopes of values and of logarithms of reach, and the matrix of those of the gaps."""

    def __init__(self, scribe: Scribe, gaps: _Gaps) -> None:
        self.scribe, self.gaps = scribe, gaps
        scribe.least = STEEP
        self.rise: list[dict[int, Row]] = [{} for _ in range(scribe.nodes)]
        """Of the values by party."""
        self.fans: dict[int, list[Row]] = {}
        """Of what a share weighs, where it is not the choice at a set."""
        self.log_rows: dict[int, Row] = {}
        sets = enumerate(scribe.members)
        self.set_of_share = {scribe.play[members[0]]: s for s, members in sets}

    def combine(self, terms: list[tuple[int, Row]]) -> Row:
        """Slopes of a weighted sum; terms are cells of weights and slopes."""
        found: Row = {}
        for weight, row in terms:
            for key, cell in row.items():
                found[key] = self.scribe.total(found.get(key, ZERO), weight, cell)
        return found

    def write_values(self, node: int, parties: list[int]) -> None:
        """Slopes of the values at a node, and of what its own choice weighs."""
        scribe = self.scribe
        share, edges, one = scribe.play[node], scribe.edges(node), scribe.set_of[node]
        lone = share >= 0 and one < 0
        if lone:
            self.fans[share] = self._weighed(node)
        for party in parties:
            terms = [(scribe.chance(e, node), self.rise_of(e, party)) for e in edges]
            envelope = scribe.facts.entropy and party == scribe.mover[node]
            if share >= 0 and not (lone and envelope):
                own: Row = {}
                for c, e in enumerate(edges):
                    gain = scribe.total(scribe.worth(e, party), MINUS, scribe.mean[node][party])
                    gain = scribe.total(ZERO, scribe.give[share] + c, gain)
                    if lone:
                        terms.append((gain, self.fans[share][c]))
                    elif c:
                        own[scribe.row[one] + c - 1] = gain
                terms.append((ONE, own))
            if share >= 0 and envelope:
                terms.append((ONE, self._fade(node)))
            self.rise[node][party] = self.combine(terms)

    def _weighed(self, node: int) -> list[Row]:
        """Slopes of precision times totals at a node that is no set."""
        scribe, mover, last = self.scribe, self.scribe.mover[node], self.scribe.unknowns
        precision, fans = scribe.home["precision"] + mover, []
        for e in scribe.edges(node):
            fan = self.combine([(scribe.sharp[mover], self.rise_of(e, mover))])
            worth = scribe.worth(e, mover)
            fan[last] = scribe.total(fan.get(last, ZERO), precision, worth)
            fans.append(fan)
        return fans

    def rise_of(self, edge: int, party: int) -> Row:
        """Slopes of the total of an edge for a party."""
        target = self.scribe.target[edge]
        if target >= self.scribe.nodes:
            return {}
        factor, row = self.scribe.discount(edge, party), self.rise[target][party]
        return row if factor == ONE else self.combine([(factor, row)])

    def _fade(self, node: int) -> Row:
        """Slopes of minus the shortfall of entropy over the precision."""
        scribe = self.scribe
        share, one = scribe.play[node], scribe.set_of[node]
        short = scribe.shortfall(share, scribe.mover[node])
        row: Row = {scribe.unknowns: short + 1}
        if one < 0:
            return row
        count, give, mean = len(scribe.weigh[share]), scribe.give[share], ZERO
        for c in range(count):
            mean = scribe.total(mean, give + c, give + count + c)
        for c in range(1, count):
            less = scribe.total(mean, MINUS, give + count + c)
            less = scribe.total(ZERO, give + c, less)
            row[scribe.row[one] + c - 1] = scribe.total(ZERO, short + 2, less)
        return row

    def climb_of(self, cells: Terms) -> Row:
        """Slopes of a sum of logarithms."""
        return self.combine([(ONE, self._log_row(cell)) for cell in cells])

    def _log_row(self, cell: int) -> Row:
        """Slopes of a logarithm; none if it is one of nature's odds."""
        if cell not in self.scribe.origin:
            return {}
        if cell not in self.log_rows:
            share, entry = self.scribe.origin[cell]
            if share in self.set_of_share:
                row = self._set_row(share, entry)
            else:
                if share not in self.fans:
                    self.fans[share] = [self.climb_of(way) for way in self.scribe.ways[share]]
                fans, give = self.fans[share], self.scribe.give[share]
                row = self.combine([(give + c, fan) for c, fan in enumerate(fans)])
                if entry >= 0:
                    row = self.combine([(ONE, fans[entry]), (MINUS, row)])
            self.log_rows[cell] = row
        return self.log_rows[cell]

    def _set_row(self, share: int, entry: int) -> Row:
        """Slopes of the logarithm of the choice of a move at a set."""
        scribe, row = self.scribe, {}
        count, give = len(scribe.weigh[share]), scribe.give[share]
        first = scribe.row[self.set_of_share[share]] - 1
        for c in range(1, count):
            if c == entry:
                row[first + c] = give if count == 2 else scribe.total(ONE, MINUS, give + c)
            else:
                row[first + c] = scribe.total(ZERO, MINUS, give + c)
        return row

    def write_matrix(self, one: int) -> None:
        """Slopes of the gaps of a set; the matrix begins as that of z itself."""
        scribe, gaps, size = self.scribe, self.gaps, self.scribe.unknowns + 1
        members, row = scribe.members[one], scribe.row[one]
        mover, spread = scribe.mover[members[0]], gaps.spread[one]
        lines = [scribe.home["slopes"] + (row + c) * size for c in range(len(spread))]
        for c, line in enumerate(lines):
            self._add(line, ONE, {size - 1: scribe.home["lean"] + row + c})
            self._add(line, gaps.blunt[mover], {size - 1: spread[c]})
        pairs = zip(members, scribe.beliefs[one], scribe.apart[one], strict=True)
        for n, belief, way in pairs:
            less = scribe.total(ZERO, gaps.dull[mover], belief)
            more = scribe.total(ZERO, scribe.sharp[mover], belief)
            climb, first = self.climb_of(way), scribe.first[n]
            for c, line in enumerate(lines):
                self._add(line, less, self.rise_of(first + c + 1, mover))
                self._add(line, more, self.rise_of(first, mover))
                if climb:
                    over = scribe.total(gaps.ahead(n, c + 1), MINUS, spread[c])
                    self._add(line, scribe.total(ZERO, less, over), climb)

    def _add(self, line: int, weight: int, row: Row) -> None:
        """Add weighted slopes to a line of the matrix."""
        for key, cell in row.items():
            self.scribe.total(line + key, weight, cell, into=line + key)

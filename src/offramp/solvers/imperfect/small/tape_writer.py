"""Writing the tape of a game with information sets: play, values, reach and beliefs.

Only what is asked for is written down, and what does not depend on the unknowns comes first,
to be done once a draw. Reach is kept in logarithms, so that no belief is lost.

The equations are those of `equations`; tapes: `tape`.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from offramp.solvers.imperfect.hidden_sets import InfoSets
from offramp.solvers.imperfect.small.tape import (
    LOSS,
    MINUS,
    ONCE,
    ONE,
    PAIR,
    PLAIN,
    SHARE,
    STEEP,
    SUM,
    TIME,
    ZERO,
    Facts,
    Tape,
)

Line = tuple[int, int, int, int]
Terms = tuple[int, ...]
"""Cells that are added up."""


class TapeWriter:
    """Writes a tape; cells are named by their number."""

    def __init__(self, infosets: InfoSets, facts: Facts, room: dict[str, int]) -> None:
        self.infosets, self.facts, self.parties = infosets, facts, len(facts.patient)
        self.nodes, self.unknowns = len(infosets.mover), infosets.unknowns
        self.first, self.mover = infosets.first.tolist(), infosets.mover.tolist()
        self.target, self.set_of = infosets.target.tolist(), infosets.set_of.tolist()
        self.row, self.choices = infosets.row.tolist(), infosets.choices.tolist()
        bounds = infosets.member_first.tolist()
        self.members: list[list[int]] = [infosets.member[a:b].tolist() for a, b in pairwise(bounds)]
        self.when: list[int] = []
        """(cell,) the part of the tape that fills it."""
        self.least = ONCE
        self.lines: list[list[Line]] = [[], [], []]
        self.runs: list[list[list[int]]] = [[], [], []]
        self.weigh: list[list[int]] = []
        self.give: list[int] = []
        self.logs: list[bool] = []
        self.home = self._lay_out(room)
        self.play: list[int] = [-1] * self.nodes
        """(position,) the share of its own choice."""
        self.mean: list[dict[int, int]] = [{} for _ in range(self.nodes)]
        """Values by party without entropy."""
        self.value: list[dict[int, int]] = [{} for _ in range(self.nodes)]
        self.totals: dict[tuple[int, int], int] = {}
        self.short: dict[int, int] = {}
        self.reach: dict[int, Terms] = {}
        self.origin: dict[int, tuple[int, int]] = {}
        """Of a logarithm: the share it comes from, and which of its entries (-1: the sum)."""
        self.ways: dict[int, list[Terms]] = {}
        """Of a share that ways to a position have: what each adds up."""
        self.beliefs: list[list[int]] = []
        self.apart: list[list[Terms]] = []
        """By set, what the logarithms of its members' reach do not have in common."""
        self._share_sets()

    def _lay_out(self, room: dict[str, int]) -> dict[str, int]:
        """Cells with a place of their own; those of z and t change from point to point."""
        facts, home = self.facts, {}
        self.reserve(4)
        self.when[TIME] = PLAIN
        masks = (len(self.infosets.inward) + self.nodes) * facts.masked
        for name, count in (
            ("patience", self.parties),
            ("precision", self.parties),
            ("pay", len(facts.paid)),
            ("odds", facts.odds),
            ("log_odds", facts.odds),
            ("end_pay", facts.terminals * self.parties),
            ("masks", masks),
        ):
            home[name] = self.reserve(count)
        home["z"] = self.reserve(self.unknowns, PLAIN)
        for name in ("lean", "gap", "slopes"):
            home[name] = self.reserve(room.get(name, 0), STEEP if name == "slopes" else PLAIN)
        precision = home["precision"]
        self.sharp = [self.total(ZERO, TIME, precision + j) for j in range(self.parties)]
        return home

    def reserve(self, count: int, when: int = ONCE) -> int:
        """New cells that are filled from a part of the tape on; the first of them."""
        first = len(self.when)
        self.when.extend([when] * count)
        return first

    def total(self, plus: int, left: int, right: int, into: int = -1) -> int:
        """Write ``plus + left * right`` down; the cell that holds it."""
        if into < 0 and (left == ZERO or right == ZERO):
            return plus
        if into < 0 and plus == ZERO and (left == ONE or right == ONE):
            return right if left == ONE else left
        when = self.when
        part = max(self.least, when[plus], when[left], when[right])
        if into < 0:
            into = len(when)
            when.append(part)
        self.note(part, SUM, (into, plus, left, right))
        return into

    def note(self, part: int, kind: int, line: Line) -> None:
        """Put a line down."""
        lines, runs = self.lines[part], self.runs[part]
        if not runs or runs[-1][0] != kind:
            runs.append([kind, len(lines), len(lines)])
        lines.append(line)
        runs[-1][2] += 1

    def add_up(self, cells: Terms) -> int:
        """The cell of a plain sum."""
        total = ZERO
        for cell in cells:
            total = self.total(total, ONE, cell)
        return total

    def share(self, weigh: list[int]) -> int:
        """Write down shares in proportion to exponentials; the number of the share."""
        part, number = max(self.when[cell] for cell in weigh), len(self.give)
        self.give.append(self.reserve(2 * len(weigh) + 1, part))
        self.weigh.append(weigh)
        self.logs.append(False)
        self.note(part, PAIR if len(weigh) == 2 else SHARE, (number, 0, 0, 0))
        return number

    def logarithm(self, share: int, entry: int) -> int:
        """The cell of the logarithm of a share; entry -1 is the sum of all."""
        count = len(self.weigh[share])
        cell = self.give[share] + count + (entry if entry >= 0 else count)
        self.logs[share] = True
        self.origin[cell] = (share, entry)
        return cell

    def shortfall(self, share: int, party: int) -> int:
        """The cell of what a choice is short of the largest entropy, over its precision."""
        if share not in self.short:
            self.logs[share] = True
            part = max(self.when[self.give[share]], self.when[self.sharp[party]])
            into = self.short[share] = self.reserve(3, part)
            line = (self.give[share], self.sharp[party], into, len(self.weigh[share]))
            self.note(part, LOSS, line)
        return self.short[share]

    def edges(self, node: int) -> range:
        """The edges of a node."""
        return range(self.first[node], self.first[node + 1])

    def decides(self, node: int) -> bool:
        """Whether somebody has a choice there."""
        return self.mover[node] >= 0 and self.first[node + 1] - self.first[node] > 1

    def chance(self, edge: int, node: int) -> int:
        """The cell of the probability of an edge of a node."""
        if self.mover[node] < 0:
            return self.home["odds"] + int(self.infosets.odds_class[edge])
        if self.play[node] < 0:
            return ONE
        return self.give[self.play[node]] + edge - self.first[node]

    def log_weight(self, edge: int) -> int:
        """The cell of the logarithm of the weight of a party's move; 0 without."""
        kind = int(self.infosets.weight_class[edge])
        return ZERO if kind < 0 else self.home["odds"] + kind

    def discount(self, edge: int, party: int) -> int:
        """The cell of the factor on what comes after an edge."""
        if self.infosets.turns[edge] and not self.facts.patient[party]:
            return self.home["patience"] + party
        return ONE

    def add_pay(self, edge: int, party: int, after: int, into: int = -1) -> int:
        """The cell of the total of an edge, given the cell of what comes after it."""
        pay, entry = ZERO, int(self.infosets.pay_class[edge]) * self.parties + party
        if self.facts.paid[entry]:
            pay = self.home["pay"] + entry
        return self.total(pay, self.discount(edge, party), after, into)

    def end_pay(self, target: int, party: int) -> int:
        """The cell of what a terminal is worth."""
        return self.home["end_pay"] + (target - self.nodes) * self.parties + party

    def worth(self, edge: int, party: int) -> int:
        """The cell of the total of an edge for a party."""
        key = (edge, party)
        if key not in self.totals:
            target = self.target[edge]
            inner = target < self.nodes
            after = self.value[target][party] if inner else self.end_pay(target, party)
            self.totals[key] = self.add_pay(edge, party, after)
        return self.totals[key]

    def _share_sets(self) -> None:
        """Probabilities at the sets from log-odds."""
        for s, count in enumerate(self.choices):
            z = self.home["z"] + self.row[s]
            share = self.share([ZERO, *range(z, z + count - 1)])
            for n in self.members[s]:
                self.play[n] = share

    def write_values(self, node: int, parties: list[int], choosing: bool) -> None:
        """Values at a node, those behind it known; its choice by the logit formula if asked."""
        mover, edges = self.mover[node], self.edges(node)
        if choosing and self.decides(node) and self.set_of[node] < 0:
            sharp = self.sharp[mover]
            self.play[node] = self.share(
                [self.total(self.log_weight(e), sharp, self.worth(e, mover)) for e in edges]
            )
        for party in parties:
            cell = ZERO
            for e in edges:
                cell = self.total(cell, self.chance(e, node), self.worth(e, party))
            self.mean[node][party] = self.value[node][party] = cell
            if self.facts.entropy and party == mover and self.decides(node):
                short = self.shortfall(self.play[node], mover)
                self.value[node][party] = self.total(cell, MINUS, short)

    def write_reach(self) -> None:
        """Reach as sums of logarithms, and beliefs at the sets."""
        infosets = self.infosets
        first, inward, source = (
            infosets.inward_first.tolist(),
            infosets.inward.tolist(),
            infosets.inward_node.tolist(),
        )
        for n in np.flatnonzero(infosets.needed)[::-1].tolist():
            into = range(first[n], first[n + 1])
            ways = [self.reach[source[i]] + self._log_chance(inward[i], source[i]) for i in into]
            self.reach[n] = ways[0] if ways else ()
            if len(ways) > 1:
                share = self._share_reach(ways, list(into))
                self.reach[n], self.ways[share] = (self.logarithm(share, -1),), ways
        for members in self.members:
            self.beliefs.append(self._write_belief(members))

    def _write_belief(self, members: list[int]) -> list[int]:
        """Beliefs at a set; what all its nodes' reach has in common cancels."""
        if len(members) == 1:
            self.apart.append([()])
            return [ONE]
        ways = [list(self.reach[n]) for n in members]
        for cell in list(ways[0]):
            if all(cell in way for way in ways):
                for way in ways:
                    way.remove(cell)
        self.apart.append([tuple(way) for way in ways])
        shift = len(self.infosets.inward)
        share = self._share_reach(self.apart[-1], [shift + n for n in members])
        return [self.give[share] + i for i in range(len(members))]

    def _share_reach(self, ways: list[Terms], masks: list[int]) -> int:
        """Shares of reach; what is negligible by nature's zeros is masked."""
        if self.facts.masked:
            home = self.home["masks"]
            ways = [(*way, home + mask) for way, mask in zip(ways, masks, strict=True)]
        return self.share([self.add_up(way) for way in ways])

    def _log_chance(self, edge: int, node: int) -> Terms:
        """The cell of the logarithm of an edge's probability, none where it is 1."""
        if self.mover[node] < 0:
            return (self.home["log_odds"] + int(self.infosets.odds_class[edge]),)
        if self.play[node] < 0:
            return ()
        return (self.logarithm(self.play[node], edge - self.first[node]),)

    def shares(self) -> list[int]:
        """All cells that hold shares: probabilities and beliefs."""
        pairs = zip(self.give, self.weigh, strict=True)
        return [cell for give, weigh in pairs for cell in range(give, give + len(weigh))]

    def finish(self) -> Tape:
        """Everything in arrays."""
        first = np.cumsum([0, *(len(weigh) for weigh in self.weigh)]).tolist()
        lines: list[Line] = []
        runs: list[tuple[int, int, int]] = []
        for part in range(3):
            for kind, low, high in self.runs[part]:
                runs.append((kind, len(lines), len(lines) + high - low))
                fresh = self.lines[part][low:high]
                if kind in (PAIR, SHARE):
                    fresh = [self._share_line(line[0], first) for line in fresh]
                lines += fresh
        return Tape(
            begin=np.cumsum([0] + [len(part) for part in self.runs]).astype(np.int64),
            runs=np.array(runs, np.int64).reshape(-1, 3),
            lines=np.array(lines, np.uint32).reshape(-1, 4),
            weigh=np.array([cell for weigh in self.weigh for cell in weigh], np.uint32),
            cells=len(self.when),
            **self.home,
        )

    def _share_line(self, share: int, first: list[int]) -> Line:
        """The line of a share, now that it is known whether logarithms are wanted."""
        give, weigh, logs = self.give[share], self.weigh[share], int(self.logs[share])
        if len(weigh) == 2:
            return give, weigh[0], weigh[1], logs
        return give, first[share], len(weigh), logs

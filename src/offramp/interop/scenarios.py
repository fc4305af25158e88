"""A scenario as a finite tree that other programs can read: every history by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from offramp.core.errors import GameError
from offramp.core.provenance import versions
from offramp.game import Game, build
from offramp.game.structure import Structure, Tables
from offramp.interop.trees import (
    CHANCE,
    MAX_PLAYERS,
    NONE,
    ExtensiveGame,
    InformationSet,
    Node,
    Outcome,
    check_game,
)
from offramp.scenario import Scenario

MAX_HISTORIES = 200_000
"""Nodes of a tree that is written; a limited crisis grows by a factor with every round."""


def tree_of(scenario: Scenario, *, logit: bool = False) -> ExtensiveGame:
    """The game of a scenario at nominal values as a tree, with a limit of rounds.

    Payoffs are present worths at the start. With ``logit`` they are counted so that the agent
    logit equilibrium at a common precision of 1 is Offramp's: in units of 1 / precision, and
    from each round on, where a party discounts: it then is one player for each round. GameError
    for a crisis that need not end, for more than MAX_HISTORIES nodes, and for ``logit`` under
    the entropy convention or with more players than a file may have.
    """
    game = build(scenario)
    tables = game.tables(game.nominal())
    _check_size(game)
    if logit and tables.entropy:
        raise GameError(
            "the values of this scenario follow the entropy convention",
            expected="the payoff convention, which Gambit has",
            repair="leave --logit out, or write 'values: payoff'",
        )
    seats = _seats(game, tables, logit)
    return _Unfolded(game, tables, seats, _comment(game, tables, logit)).tree()


@dataclass(frozen=True)
class Seat:
    """A player of the file: a party from a round on, its payoffs times ``scale``."""

    name: str
    party: int
    since: int
    scale: float


def _check_size(game: Game) -> None:
    """A GameError where play need not end, or has too many histories."""
    structure = game.structure
    if structure.cyclic.any():
        raise GameError(
            "play of this scenario need not end, so it has no finite tree",
            expected="a limit of rounds, and the outcome that happens when it is reached",
            repair="write into the scenario, for example, 'rounds: 3' and "
            f"'at_end: {game.meaning.outcomes[-1].name}'",
        )
    histories = _histories(structure) if structure.nodes <= MAX_HISTORIES else structure.nodes
    if histories > MAX_HISTORIES:
        raise GameError(
            f"a tree of {float(histories):.3g} nodes, one for every history",
            expected=f"at most {MAX_HISTORIES:,}",
            repair="a smaller limit of rounds, or fewer moves",
        )


def _histories(structure: Structure) -> int:
    """Nodes of the tree, ends among them."""
    below = [0] * structure.nodes
    first, target = structure.first.tolist(), structure.target.tolist()
    for node in structure.order.tolist():
        ahead = target[first[node] : first[node + 1]]
        below[node] = min(1 + sum(below[t] if t >= 0 else 1 for t in ahead), 10**300)
    return below[structure.start]


def _seats(game: Game, tables: Tables, logit: bool) -> tuple[Seat, ...]:
    """The players of the file."""
    parties = game.meaning.parties
    if not logit:
        return tuple(Seat(name, i, 0, 1.0) for i, name in enumerate(parties))
    if game.structure.weighed:
        raise GameError(
            "moves with weights, which no payoff can stand for",
            expected="moves without 'weight'",
            repair="leave --logit out, or the weights",
        )
    rounds = int(max(1, game.structure.limit))
    seats = []
    for i, name in enumerate(parties):
        precision, patience = float(tables.precision[0, i]), float(tables.patience[0, i])
        if patience == 1 or rounds == 1:
            seats.append(Seat(name, i, 0, precision))
        else:
            seats += [Seat(f"{name} {r + 1}", i, r, precision) for r in range(rounds)]
    if len(seats) > MAX_PLAYERS:
        raise GameError(
            f"{len(seats)} players: a party that discounts is one for each round",
            expected=f"at most {MAX_PLAYERS} players in a file",
            repair="leave --logit out, or a smaller limit of rounds",
        )
    return tuple(seats)


def _comment(game: Game, tables: Tables, logit: bool) -> str:
    """Where the file comes from, and what its numbers mean."""
    parties = game.meaning.parties
    patience = ", ".join(f"{n} {p:.6g}" for n, p in zip(parties, tables.patience[0], strict=True))
    sharp = ", ".join(f"{n} {p:.6g}" for n, p in zip(parties, tables.precision[0], strict=True))
    counted = (
        "Payoffs are in units of 1 / precision, counted from the round in a player's name on: the "
        "agent logit equilibrium at precision 1 is that of Offramp."
        if logit
        else "Payoffs are present worths at the start."
    )
    source = f"Offramp {versions()['offramp']} from the scenario {game.scenario.content_hash}"
    return (
        f"Written by {source} at nominal values. {counted} "
        f"Patience: {patience}. Precision: {sharp}."
    )


class _Unfolded:
    """Walks through every history once and collects what the file says of it."""

    def __init__(self, game: Game, tables: Tables, seats: Sequence[Seat], comment: str) -> None:
        self.game, self.tables, self.seats, self.comment = game, tables, seats, comment
        self.structure = game.structure
        self.nodes: list[tuple[int, int]] = []
        self.sets: dict[tuple[int, int], int] = {}
        self.infosets: list[InformationSet] = []
        self.counts: dict[int, int] = {}
        self.outcomes: dict[tuple[str, tuple[Fraction, ...]], int] = {}
        self.visit = np.full(self.structure.nodes, -1, np.int64)

    def tree(self) -> ExtensiveGame:
        self._walk()
        order = sorted(range(len(self.infosets)), key=lambda i: self.infosets[i].player)
        place = {old: new for new, old in enumerate(order)}
        game = ExtensiveGame(
            title=self.game.scenario.title,
            players=tuple(seat.name for seat in self.seats),
            infosets=tuple(self.infosets[i] for i in order),
            outcomes=tuple(self._outcomes()),
            nodes=tuple(Node("", place.get(i, NONE), outcome) for i, outcome in self.nodes),
            comment=self.comment,
        )
        check_game(game)
        return game

    def _walk(self) -> None:
        """All histories in the order of a file, with what each seat was paid on the way."""
        structure, tables = self.structure, self.tables
        stack = [(structure.start, 0, np.zeros(len(self.seats)))]
        party = np.array([seat.party for seat in self.seats], np.int64)
        since = np.array([seat.since for seat in self.seats], np.int64)
        patience = tables.patience[0, party]
        while stack:
            node, turn, paid = stack.pop()
            if node < 0:
                self.nodes.append((NONE, self._outcome(-node - 1, paid)))
                continue
            self.visit[node] = len(self.nodes)
            self.nodes.append((self._infoset(node, turn), NONE))
            for edge in range(
                int(structure.first[node + 1]) - 1, int(structure.first[node]) - 1, -1
            ):
                target, after = int(structure.target[edge]), turn + bool(structure.turns[edge])
                total = paid + self._worth(
                    tables.pay[0, structure.pay_class[edge], party], turn, since, patience
                )
                if target < 0:
                    end = tables.end_pay[0, -target - 1, party]
                    total = total + self._worth(end, after, since, patience)
                stack.append((target, after, total))

    def _worth(self, pay, turn: int, since, patience):
        """What is paid in a round, as each seat counts it; nothing before a seat's round."""
        return np.where(turn >= since, pay * patience ** np.maximum(turn - since, 0), 0.0)

    def _infoset(self, node: int, turn: int) -> int:
        """The information set of a history; the same odds of nature are one set too."""
        structure = self.structure
        mover, shared = int(structure.mover[node]), int(structure.infoset[node])
        instance = len(self.nodes) if shared < 0 else int(self.visit[self.known[shared]])
        key = (shared, instance)
        known = self.sets.get(key, NONE)
        if known != NONE:
            return known
        edges = range(int(structure.first[node]), int(structure.first[node + 1]))
        names = [self.game.moves[self.game.edge_move[e]].partition(".") for e in edges]
        player = CHANCE if mover < 0 else self._seat(mover, turn)
        number = self.counts[player] = self.counts.get(player, 0) + 1
        odds = _exact_odds(
            [float(self.tables.odds[0, structure.odds_class[e]]) for e in edges]
            if mover < 0
            else []
        )
        one = InformationSet(
            player, number, f"{names[0][0]} {number}", tuple(n[2] for n in names), odds
        )
        self.sets[key] = len(self.infosets)
        self.infosets.append(one)
        return self.sets[key]

    def _seat(self, party: int, turn: int) -> int:
        """The seat of a party that moves in a round."""
        own = [k for k, seat in enumerate(self.seats) if seat.party == party]
        return own[0] if len(own) == 1 else own[min(turn, len(own) - 1)]

    @cached_property
    def known(self) -> dict[int, int]:
        """For every information set, the last node before it through which every way goes."""
        above = _dominators(self.structure)
        depth: dict[int, int] = {}
        for node in reversed(self.structure.order.tolist()):
            depth[node] = depth.get(above[node], -1) + 1 if node != self.structure.start else 0
        result: dict[int, int] = {}
        for node in np.flatnonzero(self.structure.infoset >= 0).tolist():
            infoset = int(self.structure.infoset[node])
            other = result.get(infoset, node)
            result[infoset] = _meet(node, other, above, depth)
        return result

    def _outcome(self, terminal: int, paid) -> int:
        """The outcome of a history; equal names and payoffs are one outcome."""
        name = self.game.meaning.outcomes[int(self.structure.terminal_outcome[terminal])].name
        scaled = paid * [seat.scale for seat in self.seats]
        payoffs = tuple(Fraction(repr(float(value) + 0.0)) for value in scaled)
        return self.outcomes.setdefault((name, payoffs), len(self.outcomes))

    def _outcomes(self) -> Iterator[Outcome]:
        """Outcomes with labels that differ."""
        used: dict[str, int] = {}
        for number, (name, payoffs) in enumerate(self.outcomes, 1):
            used[name] = used.get(name, 0) + 1
            yield Outcome(number, f"{name} {used[name]}", payoffs)


def _exact_odds(odds: Sequence[float]) -> tuple[Fraction, ...]:
    """Odds as written numbers that add up to 1 exactly: the largest takes the rounding."""
    exact = [Fraction(repr(p)) for p in odds]
    if exact:
        largest = max(range(len(exact)), key=exact.__getitem__)
        exact[largest] += 1 - sum(exact)
    return tuple(exact)


def _dominators(structure: Structure) -> list[int]:
    """The immediate dominator of every node of an acyclic structure (Cooper, Harvey & Kennedy)."""
    above = [-1] * structure.nodes
    depth = {structure.start: 0}
    first, target = structure.first.tolist(), structure.target.tolist()
    for node in reversed(structure.order.tolist()):
        if node not in depth:
            if above[node] < 0:
                continue  # cannot be reached
            depth[node] = depth[above[node]] + 1
        for following in target[first[node] : first[node + 1]]:
            if following >= 0:
                before = above[following]
                above[following] = node if before < 0 else _meet(node, before, above, depth)
    return above


def _meet(one: int, other: int, above: Sequence[int], depth: dict[int, int]) -> int:
    """The last common dominator of two nodes."""
    while one != other:
        if depth[one] >= depth[other]:
            one = above[one]
        else:
            other = above[other]
    return one

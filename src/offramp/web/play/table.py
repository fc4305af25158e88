"""One game at play: where it stands, who sits where, what each sees and has done.

A seat that nobody takes is played by the solved play, and so is one whose player has left: nobody
waits. Moves of nature and turns with a single move are made at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np

from offramp.core.errors import OfframpError
from offramp.game import Game
from offramp.study.solving.experiment import Solved
from offramp.study.solving.labels import spoken
from offramp.web.play.worths import Worths

LONGEST = 500
"""Rounds after which a game at play is stopped."""
NATURE = -1


@dataclass(frozen=True)
class Happened:
    """One move: at which full node, by whom (-1 nature), and whether a person chose it."""

    round: int
    node: int
    edge: int
    mover: int
    by_hand: bool


@dataclass(eq=False)
class Table:
    """A game at play; ``people`` are the positions of the parties that persons play."""

    solved: Solved
    people: set[int]
    seed: int = field(default_factory=lambda: secrets.randbits(32))
    past: list[Happened] = field(default_factory=list[Happened])
    turn: int = 1
    outcome: int | None = None
    stopped: bool = False
    held: bool = False
    """Whether it has not begun: whoever sits there waits for the others."""

    def __post_init__(self) -> None:
        self.lock = RLock()
        self._random = np.random.default_rng(self.seed)
        self.at = 0
        self.go_on()

    @cached_property
    def worths(self) -> Worths:
        """What moves are worth in the solved play."""
        return Worths(self.solved)

    @property
    def game(self) -> Game:
        """The game that is played."""
        return self.solved.game

    @property
    def over(self) -> bool:
        """Whether it has ended, or was stopped."""
        return self.outcome is not None or self.stopped

    @property
    def node(self) -> int:
        """The solved node at which play stands."""
        return int(self.game.merged.node[self.at])

    @property
    def mover(self) -> int:
        """Whose turn it is; -1 when it is over."""
        return NATURE if self.over else int(self.game.structure.mover[self.node])

    def sit(self, party: int) -> None:
        """A person takes a seat, also in the middle of a game."""
        with self.lock:
            self.people.add(party)

    def leave(self, party: int) -> None:
        """The solved play takes a seat over, at once."""
        with self.lock:
            self.people.discard(party)
            self.go_on()

    def begin(self) -> None:
        """Begin with who is there; the solved play takes the empty seats."""
        with self.lock:
            self.held = False
            self.go_on()

    def choose(self, party: int, place: int, stamp: int) -> None:
        """A person makes the move in ``place`` at their turn; ``stamp`` is `past`'s length then.

        Raises OfframpError where it is not their turn, or no longer that one.
        """
        with self.lock:
            if self.held or self.over or self.mover != party or stamp != len(self.past):
                raise OfframpError("it is not your turn any more", expected="a move at your turn")
            edges = self.worths.edges(self.node)
            if not 0 <= place < len(edges):
                raise OfframpError("there is no such move", expected="one of the moves on offer")
            self._take(edges[place], by_hand=True)
            self.go_on()

    def go_on(self) -> None:
        """Play on until a person has a choice to make or the game is over."""
        while not (self.over or self.held):
            edges = self.worths.edges(self.node)
            free = self.mover in self.people and len(edges) > 1
            if free:
                return
            odds = np.cumsum(self.worths.play[edges.start : edges.stop])
            place = int(np.searchsorted(odds, self._random.random() * odds[-1], "right"))
            self._take(edges[min(place, len(edges) - 1)], by_hand=False)

    def _take(self, edge: int, *, by_hand: bool) -> None:
        """Make a move: an edge of the solved node, the same in place at the full node."""
        game, structure = self.game, self.game.structure
        self.past.append(Happened(self.turn, self.at, edge, self.mover, by_hand))
        full = int(game.reached.first[self.at]) + edge - int(structure.first[self.node])
        goal = int(game.reached.target[full])
        self.turn += int(structure.turns[edge])
        if goal < 0:
            self.outcome = int(structure.terminal_outcome[-int(structure.target[edge]) - 1])
        elif self.turn > LONGEST:
            self.stopped = True
        else:
            self.at = goal

    def got(self, party: int) -> float:
        """What the party was paid, discounted to the start, as payoffs are counted."""
        structure, tables = self.game.structure, self.solved.tables
        total, weight = 0.0, 1.0
        for one in self.past:
            total += weight * float(tables.pay[0][structure.pay_class[one.edge], party])
            weight *= float(tables.patience[0][party]) if structure.turns[one.edge] else 1.0
            goal = int(structure.target[one.edge])
            if goal < 0:
                total += weight * float(tables.end_pay[0][-goal - 1, party])
        return total

    def view(self, party: int, *, odds: bool = False) -> dict[str, Any]:
        """What a person in the party's seat sees; with ``odds`` the solved play at their turn."""
        with self.lock:
            mine = self.mover == party and not self.over and not self.held
            told: dict[str, Any] = {
                "party": _party(self.game, party),
                "over": self.over,
                "stopped": self.stopped,
                "held": self.held,
                "round": self.turn,
                "round_word": self.game.scenario.time.round,
                "stamp": len(self.past),
                "mine": mine,
                "whose": "" if self.over else _party(self.game, self.mover),
                "history": list(self._seen(party)),
                "state": list(self._state(party)),
                "moves": list(self._moves(odds)) if mine else [],
                "step": self._step_words() if mine else "",
            }
            if self.over:
                told["outcome"] = "" if self.outcome is None else _end(self.game, self.outcome)
                told["got"] = self.got(party)
                told["expected"] = float(self.worths.node[self.game.structure.start, party])
            return told

    def _step_words(self) -> str:
        step = self.game.scenario.round[int(self.game.structure.step[self.node])]
        return step.label or spoken(step.name)

    def _moves(self, odds: bool) -> Iterator[dict[str, Any]]:
        for place, edge in enumerate(self.worths.edges(self.node)):
            told: dict[str, Any] = {"place": place, "label": move_words(self.game, edge)}
            if odds:
                told["probability"] = float(self.worths.play[edge])
            yield told

    def _seen(self, party: int) -> Iterator[dict[str, Any]]:
        """The moves that a party has seen, round by round; all of them when it is over."""
        hidden = self._hidden(party)
        for one in self.past:
            position = int(self.game.structure.step[int(self.game.merged.node[one.node])])
            if not self.over:
                if position < 0 and not self._knows_draw(party, position):
                    continue
                if one.round == self.turn and position in hidden:
                    continue
            if self._forced(one):
                continue
            yield {
                "round": one.round,
                "by": _party(self.game, one.mover),
                "says": move_words(self.game, one.edge),
                "own": one.mover == party,
            }

    def _forced(self, one: Happened) -> bool:
        """Whether it was the only move and did not end the crisis."""
        node = int(self.game.merged.node[one.node])
        last = int(self.game.structure.target[one.edge]) < 0
        return len(self.worths.edges(node)) == 1 and not last

    def _hidden(self, party: int) -> set[int]:
        """Steps of this round whose moves the party does not see at the turns it still has."""
        now = 0 if self.over else int(self.game.structure.step[self.node])
        return {
            unseen
            for position, step in enumerate(self.game.meaning.steps)
            if step.mover == party and position >= now
            for unseen in step.unseen
        }

    def _knows_draw(self, party: int, position: int) -> bool:
        _, variable = self.game.meaning.rules[position].path
        for one in self.game.meaning.variables:
            if one.name == str(variable):
                return one.known_to is None or party in one.known_to
        return False

    def _state(self, party: int) -> Iterator[dict[str, str]]:
        """Variables whose values the party knows: the same at all nodes that it holds possible."""
        game = self.game
        if self.over or (game.structure.hidden and self.mover != party):
            return
        nodes = self.worths.alike(self.node) if self.mover == party else np.array([self.node])
        rows = game.reached.rows[np.flatnonzero(np.isin(game.merged.node, nodes))]
        own = game.reached.rows[self.at]
        known: Mapping[str, Any] = {one.name: one for one in game.meaning.variables}
        for place, name in enumerate(game.reached.columns.names):
            one = known.get(name)
            if one is None or (game.structure.hidden and len(set(rows[:, place].tolist())) > 1):
                continue
            words = game.scenario.state.get(name) or game.scenario.private.get(name)
            label = (getattr(words, "label", None)) or spoken(name)
            yield {"label": label, "value": spoken(one.word(int(own[place])))}


def move_words(game: Game, edge: int) -> str:
    """A move by its label."""
    number = int(game.edge_move[edge])
    step, _, name = game.moves[number].partition(".")
    for words in game.scenario.round:
        if words.name == step:
            return words.moves[name].label or spoken(name)
    return spoken(name)


def _party(game: Game, position: int) -> str:
    if position < 0:
        return "Chance"
    name = game.meaning.parties[position]
    return game.scenario.parties[name].label or spoken(name)


def _end(game: Game, outcome: int) -> str:
    name = game.meaning.outcomes[outcome].name
    return game.scenario.outcomes[name].label or spoken(name)

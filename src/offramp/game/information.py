"""Information sets: nodes that their mover cannot tell apart, from who sees which move.

A party sees its private variables, and every move of earlier rounds and of this one except at
the steps that are unseen where it moves now. It never forgets, which the reading of the
scenario has checked; here it is checked that it is offered the same moves at all nodes of a set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.game.exploration import ROUND, Reached, words_of
from offramp.game.kernels import Numbering, first_of_each
from offramp.game.merging import Merged
from offramp.game.unfolding import edges_of
from offramp.scenario import Meaning, MoveMeaning

Integers = NDArray[np.int64]


def information_sets(meaning: Meaning, reached: Reached, merged: Merged) -> NDArray[np.int32]:
    """(node,) the information set of every solved node, -1 where its mover knows the node.

    Raises GameError where a party is offered different moves at nodes it cannot tell apart.
    """
    result = np.full(len(merged.representative), -1, np.int32)
    if reached.entered is None:
        return result
    sights = _Sights(meaning, reached, merged)
    label = sights.labels()
    alike = np.flatnonzero(label >= 0)
    group, count = _numbered(label[alike])
    several = np.bincount(group, minlength=count)[group] > 1
    alike, (group, count) = alike[several], _numbered(group[several])
    if count:
        sights.check_moves(alike, alike[first_of_each(group, count)][group])
    result[alike] = group
    return result


@dataclass(frozen=True, eq=False)
class _Sights:
    """What each party has seen on the way to each solved node."""

    meaning: Meaning
    reached: Reached
    merged: Merged

    def labels(self) -> Integers:
        """(node,) equal for nodes that their mover cannot tell apart; -1 at nature's."""
        label = np.full(len(self.step), -1, np.int64)
        used = 0
        for position, step in enumerate(self.meaning.steps):
            nodes = np.flatnonzero(self.step == position)
            if step.mover >= 0 and len(nodes):
                label[nodes] = used + self._at_step(nodes, position)
                used = int(label[nodes].max()) + 1
        return label

    def _at_step(self, nodes: Integers, position: int) -> Integers:
        """Labels of the nodes at one step: what was seen up to the first unseen step, and since."""
        step = self.meaning.steps[position]
        since = step.unseen[0] if step.unseen else position
        way = [nodes]
        for _ in range(since, position):
            way.append(self.before[way[-1]])
        label = self.view(step.mover)[way.pop()]
        for at in range(since, position):
            after = way.pop()
            label = self._joined(label, after, at not in step.unseen)
        return label

    def view(self, party: int) -> Integers:
        """(node,) equal where a party that sees every move of a round has seen the same.

        Without private variables all nodes differ: everybody knows the one from which histories
        are kept apart.
        """
        return self.views[party] if self.meaning.draws else np.arange(len(self.step))

    @cached_property
    def views(self) -> tuple[Integers, ...]:
        """The views of all parties in a tree of histories."""
        reached, steps = self.reached, len(self.meaning.steps)
        rounds = reached.rows[:, reached.columns.names.index(ROUND)].astype(np.int64)
        depth = (rounds - 1) * steps + self.step
        order = np.argsort(depth, kind="stable")
        levels = np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)
        return tuple(self._view(party, levels[1:]) for party in range(len(self.meaning.parties)))

    def _view(self, party: int, levels: list[Integers]) -> Integers:
        known = [self._knows(party, draw) for draw in range(len(self.meaning.draws))]
        view, used = np.zeros(len(self.step), np.int64), 1
        for depth, nodes in enumerate(levels):
            seen = depth >= len(known) or known[depth]
            view[nodes] = used + self._joined(view[self.before[nodes]], nodes, seen)
            used = int(view[nodes].max()) + 1
        return view

    def _knows(self, party: int, draw: int) -> bool:
        ((variable, _),) = self.meaning.draws[draw].moves[0].then
        return party in (self.meaning.variables[variable].known_to or ())

    def _joined(self, label: Integers, nodes: Integers, seen: bool) -> Integers:
        """Labels and the last moves to ``nodes`` as one label, from 0; what is shown is seen."""
        sign = self._shown[nodes] * (len(self._moves) + 1)
        sign += self.move[nodes] + 1 if seen else 0
        width = int(self._shown.max() + 1) * (len(self._moves) + 1)
        return _numbered(label * width + sign)[0]

    def check_moves(self, nodes: Integers, leads: Integers) -> None:
        """That each of ``nodes`` offers the same moves as the one beside it in ``leads``."""
        first, full = self.reached.first, self.merged.representative
        one, other = full[nodes], full[leads]
        count = first[one + 1] - first[one]
        wrong = count != first[other + 1] - first[other]
        fine = np.flatnonzero(~wrong)
        total, move = np.cumsum(count[fine]), self.reached.move
        apart = move[edges_of(first, one[fine])] != move[edges_of(first, other[fine])]
        wrong[fine[np.searchsorted(total, np.flatnonzero(apart), side="right")]] = True
        if wrong.any():
            place = int(np.argmax(wrong))
            self._differ(int(one[place]), int(other[place]))

    def _differ(self, one: int, other: int) -> NoReturn:
        """The error for two full nodes that one party cannot tell apart."""
        meaning, reached = self.meaning, self.reached
        offers = [
            set(reached.move[reached.first[n] : reached.first[n + 1]].tolist())
            for n in (one, other)
        ]
        number = int(min(offers[0] ^ offers[1]))
        there = (one, other) if number in offers[0] else (other, one)
        step = meaning.steps[int(reached.step[one])]
        move, who = self._moves[number], meaning.parties[step.mover]
        words = [words_of(meaning, reached.columns, reached.rows[n]) for n in there]
        path = move.path if move.when is None else (*move.path, "when")
        raise GameError(
            f"at '{step.name}' '{move.name}' is offered in one of two states that '{who}' cannot "
            f"tell apart ({words[0]}) and not in the other ({words[1]})",
            expected="the same moves wherever the mover sees the same",
            repair=f"let 'when' read only what '{who}' has seen",
            place=meaning.place(path),
            path=".".join(map(str, path)),
        )

    @cached_property
    def step(self) -> NDArray[np.int16]:
        """(node,)"""
        return self.reached.step[self.merged.representative]

    @cached_property
    def before(self) -> Integers:
        """(node,) the node from which a node with a way of its own is reached; -1 elsewhere."""
        entered = self._entered
        source = np.searchsorted(self.reached.first, entered, side="right") - 1
        return np.where(entered >= 0, self.merged.node[source], -1)

    @cached_property
    def move(self) -> Integers:
        """(node,) the move by which it is reached; -1 where there may be several."""
        entered = self._entered
        return np.where(entered >= 0, self.reached.move[entered].astype(np.int64), -1)

    @cached_property
    def _entered(self) -> Integers:
        assert self.reached.entered is not None
        return self.reached.entered[self.merged.representative]

    @cached_property
    def _moves(self) -> tuple[MoveMeaning, ...]:
        return tuple(move for step in self.meaning.rules for move in step.moves)

    @cached_property
    def _shown(self) -> Integers:
        """(node,) the values of what everybody sees, as one number."""
        shown = frozenset(v.name for v in self.meaning.variables if v.shown)
        columns = self.reached.columns
        rows = self.reached.rows[self.merged.representative]
        return columns.code(rows, columns.mask(shown))


def _numbered(keys: Integers) -> tuple[Integers, int]:
    """Keys (>= 0) by first appearance, and how many different ones there are."""
    numbering = Numbering()
    return numbering.number(keys), numbering.count

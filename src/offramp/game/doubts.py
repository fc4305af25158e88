"""Doubts that only the game can raise: ends and moves never reached, parties without a choice.

All games that can be meant are explored before anything is called unreachable: those of all
accounts, and of every option of the switches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from offramp.core.errors import OfframpError
from offramp.expressions import Number
from offramp.game.combinations import combinations_of
from offramp.game.compilation import Game
from offramp.game.draws import Draws, draw, fix, nominal_draw
from offramp.scenario import Doubt, Meaning, Scenario, doubt_at, off_values, with_values

TRIED = 8
"""Draws in which two games are compared."""


@dataclass
class _Seen:
    """What can be reached in some of the games: moves (by number), outcomes, choices of parties."""

    moves: set[int] = field(default_factory=set[int])
    outcomes: set[int] = field(default_factory=set[int])
    choosers: set[int] = field(default_factory=set[int])

    def add(self, game: Game) -> None:
        structure = game.structure
        self.moves |= set(map(int, np.unique(game.edge_move)))
        self.outcomes |= set(map(int, np.unique(structure.terminal_outcome)))
        several = np.diff(structure.first) > 1
        self.choosers |= set(map(int, np.unique(structure.mover[several])))

    def whole(self, meaning: Meaning) -> bool:
        """Whether nothing is left that could be doubted."""
        moves = sum(len(step.moves) for step in meaning.rules)
        parties = {*range(len(meaning.parties))}
        return (
            len(self.moves) == moves
            and len(self.outcomes) == len(meaning.outcomes)
            and parties <= self.choosers
        )


def game_doubts(
    meaning: Meaning, games: Sequence[Game], make: Callable[[Scenario], Game]
) -> tuple[Doubt, ...]:
    """The doubts about the ``games`` of a scenario and its accounts; ``make`` builds further ones.

    ``games[0]`` is that of the scenario as written.
    """
    seen = _Seen()
    for game in games:
        for one in game.every():
            seen.add(one)
    scenario = meaning.scenario
    for name, words in scenario.switches.items():
        for option in words.options:
            if not seen.whole(meaning):
                try:
                    seen.add(make(with_values(scenario, {name: option})))
                except OfframpError:  # an option that nobody takes need not make a game
                    continue
    return (
        *_never(meaning, seen),
        *_idle_parties(meaning, seen),
        *_one_sided(scenario),
        *_unconnected(meaning, games[0]),
    )


def _never(meaning: Meaning, seen: _Seen) -> Iterator[Doubt]:
    """Ends never reached, steps never reached, moves never on offer."""
    scenario = meaning.scenario
    for place, outcome in enumerate(meaning.outcomes):
        if place not in seen.outcomes:
            yield doubt_at(
                scenario,
                "W201",
                f"no play reaches the end '{outcome.name}'",
                f"write 'end: {outcome.name}' at a move that can be made, or remove the end",
                ("outcomes", outcome.name),
            )
    number = 0
    for step in meaning.steps:
        own = range(number, number + len(step.moves))
        number += len(step.moves)
        if not seen.moves.intersection(own):
            yield doubt_at(
                scenario,
                "W203",
                f"no play reaches the step '{step.name}'",
                "let a move of an earlier step go on, or remove the step",
                step.path,
            )
            continue
        for move, place in zip(step.moves, own, strict=True):
            if place not in seen.moves:
                yield doubt_at(
                    scenario,
                    "W202",
                    f"the move '{move.name}' of '{step.name}' is offered in no state that can be "
                    "reached",
                    "change its 'when', or let a move lead to where it holds",
                    move.path,
                )


def _idle_parties(meaning: Meaning, seen: _Seen) -> Iterator[Doubt]:
    """Parties that never choose, and parties to whom nothing is ever paid."""
    scenario = meaning.scenario
    pays = [pay for step in meaning.steps for move in step.moves for pay in move.pay]
    pays += [pay for outcome in meaning.outcomes for pay in outcome.pay]
    paid = {party for party, one in pays if not (isinstance(one, Number) and one.value == 0)}
    for place, party in enumerate(meaning.parties):
        if place not in seen.choosers:
            if scenario.parties[party].about:  # it says itself what it is there for
                continue
            yield doubt_at(
                scenario,
                "W204",
                f"the party '{party}' never has a choice",
                f"give it a step with two moves (by: {party}), or say in its 'about' what it is "
                "there for",
                ("parties", party),
            )
        elif place not in paid:
            yield doubt_at(
                scenario,
                "W205",
                f"nothing is ever paid to the party '{party}', so that it chooses at random",
                f"write 'pay: {{{party}: …}}' at ends or moves",
                ("parties", party),
            )


def _one_sided(scenario: Scenario) -> Iterator[Doubt]:
    """A party all of whose moves are called delay or force, where another has other moves."""
    kinds: dict[str, list[bool]] = {}
    for step in scenario.round:
        for name, move in step.moves.items() if step.by != "nature" else ():
            words = f"{name.replace('_', ' ')} {move.label or ''}".lower()
            kinds.setdefault(step.by, []).append(move.force or _delays(words))
    for party, moves in kinds.items():
        others = [all(own) for one, own in kinds.items() if one != party]
        if len(moves) >= LEAST and all(moves) and others and not any(others):
            yield doubt_at(
                scenario,
                "W206",
                f"every move of '{party}' is labelled as delay or force, and those of the others "
                "are not",
                "give it the moves that it would name itself, or say in other words what it does",
                ("parties", party),
            )


LEAST = 3
"""Moves of a party from which on their labels say something about it."""
DELAYS = re.compile(
    r"wait|delay|stall|postpone|drag|linger|puts? .*off|plays? for time|buys? time|holds? out"
)


def _delays(words: str) -> bool:
    return DELAYS.search(words) is not None


def _unconnected(meaning: Meaning, game: Game) -> Iterator[Doubt]:
    """Mechanisms whose off values change neither rules nor numbers."""
    scenario = meaning.scenario
    for name, record in scenario.mechanisms.items():
        if record.off and not record.gives and not is_connected(game, name):
            yield doubt_at(
                scenario,
                "W111",
                f"the mechanism '{name}' is not connected: at its off values the game is the same",
                f"let moves or ends of the scenario read what it adds; offramp show {record.from_} "
                "says what it gives",
                ("mechanisms", name),
            )


def is_connected(game: Game, mechanism: str) -> bool:
    """Whether the game differs, in rules or numbers, where a mechanism is at its off values.

    A mechanism that is at its off values already, in all of a few draws and at nominal values,
    counts as connected: somebody switched it off on purpose.
    """
    meaning = game.whole
    off = off_values(meaning, mechanism)
    ranged = any(one.distribution is not None for one in meaning.assumptions)
    for here in (nominal_draw(meaning), *([draw(meaning, TRIED, 0)] if ranged else [])):
        there = fix(meaning, here, off)
        if np.array_equal(here.values, there.values):
            continue
        return not _alike_at(game, here, there)
    return True


def _alike_at(game: Game, here: Draws, there: Draws) -> bool:
    try:
        pairs = zip(_games(game, here), _games(game, there), strict=True)
        return all(alike(*one, *two) for one, two in pairs)
    except (OfframpError, ValueError):  # the combinations are not even as many
        return False


def _games(game: Game, draws: Draws) -> list[tuple[Game, Draws]]:
    meaning = game.whole
    return [
        (game if game.family is None else game.family.at(values), draws.rows(rows))
        for values, rows in combinations_of(meaning, draws)
    ]


def alike(game: Game, here: Draws, other: Game, there: Draws) -> bool:
    """Whether two games are the same, and pay the same in these draws."""
    if other.structure.content != game.structure.content:
        return False
    one, two = game.valuation.tables(here), other.valuation.tables(there)
    return all(
        np.array_equal(getattr(one, name), getattr(two, name))
        for name in ("pay", "odds", "end_pay", "patience", "precision")
    )

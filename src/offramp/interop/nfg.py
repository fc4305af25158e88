"""Gambit's .nfg files: games in strategic form, by payoffs or by outcomes, read and written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from pathlib import Path

from offramp.core.files import write_text
from offramp.interop.frame import note_rest, open_game, read_head
from offramp.interop.tokens import (
    FormatError,
    Reader,
    number_text,
    quoted,
)
from offramp.interop.trees import (
    NONE,
    ExtensiveGame,
    InformationSet,
    Node,
    Outcome,
    check_game,
)

MAX_CELLS = 300_000
MAX_STRATEGIES = 10_000


@dataclass(frozen=True)
class StrategicGame:
    """A game in which everybody chooses once and unseen.

    ``cells`` has the index of the outcome of every combination of strategies, NONE where nothing
    is paid; the first player's strategy changes fastest. ``listed`` is a file that gives payoffs
    only: its outcomes are numbered and without names. ``notes`` are sentences on how the file
    was read where that could be asked.
    """

    title: str
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    outcomes: tuple[Outcome, ...]
    cells: tuple[int, ...]
    comment: str = ""
    listed: bool = False
    notes: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def tree(self) -> ExtensiveGame:
        """The same game as a tree: one player after the other, nobody sees what was chosen."""
        infosets = tuple(
            InformationSet(player, 1, "", actions) for player, actions in enumerate(self.strategies)
        )
        game = ExtensiveGame(
            title=self.title,
            players=self.players,
            infosets=infosets,
            outcomes=self.outcomes,
            nodes=tuple(_nodes(self)),
            comment=self.comment,
            notes=self.notes,
        )
        check_game(game)
        return game

    def _repr_html_(self) -> str:
        from offramp.interop.tree_drawing import tree_picture

        return tree_picture(self.tree)


def read_nfg(path: str | Path) -> StrategicGame:
    """The game of an .nfg file; a FormatError with file, line and column where it is unfit."""
    return _game(open_game(path))


def parse_nfg(text: str, name: str = "game.nfg") -> StrategicGame:
    """The game of the text of an .nfg file; ``name`` stands in errors."""
    return _game(Reader(text, name))


def _game(reader: Reader) -> StrategicGame:
    """The game of a file's words."""
    title, players = read_head(reader, "NFG", "EFG", "1")
    at = reader.ahead.offset
    strategies = _strategies(reader, len(players))
    cells = prod(map(len, strategies))
    if cells > MAX_CELLS:
        reader.fail(f"{cells:,} combinations of strategies", f"at most {MAX_CELLS:,}", "", at)
    comment = reader.step().value if reader.ahead.kind == "text" else ""
    listed = reader.ahead.kind != "{"
    if listed:
        outcomes = tuple(_listed_payoffs(reader, len(players), cells))
        numbers = tuple(range(cells))
    else:
        outcomes = tuple(_outcomes(reader, len(players)))
        numbers = _numbers(reader, len(outcomes), cells)
    if reader.at_number:
        reader.fail(expected=f"the end of the file after {cells:,} combinations of strategies",
                    repair="take away what is too many, or count the strategies again")  # fmt: skip
    note_rest(reader, "the game")
    return StrategicGame(
        title, players, strategies, outcomes, numbers, comment, listed, reader.notes
    )


def write_nfg(game: StrategicGame, path: str | Path) -> Path:
    """Write a game as an .nfg file, whole or not at all; the path."""
    return write_text(path, nfg_text(game))


def nfg_text(game: StrategicGame) -> str:
    """A game in the version that it was read in; numbers exactly. Reading it gives the same."""
    players = " ".join(map(quoted, game.players))
    lines = [f"NFG 1 R {quoted(game.title)} {{ {players} }}", "", "{"]
    lines += [f"{{ {' '.join(map(quoted, names))} }}" for names in game.strategies]
    lines += ["}", quoted(game.comment), ""]
    if game.listed:
        pays = (game.outcomes[cell].payoffs for cell in game.cells)
        lines += [" ".join(map(number_text, payoffs)) for payoffs in pays]
    else:
        lines.append("{")
        lines += [
            f"{{ {quoted(one.label)} {', '.join(map(number_text, one.payoffs))} }}"
            for one in game.outcomes
        ]
        lines += ["}", " ".join(str(cell + 1) for cell in game.cells)]
    return "\n".join(lines) + "\n"


def _strategies(reader: Reader, players: int) -> tuple[tuple[str, ...], ...]:
    """Names of every player's strategies: from lists of names, or numbers from their counts."""
    at = reader.ahead.offset
    reader.take("{", "the strategies, between braces")
    strategies: list[tuple[str, ...]] = []
    while not reader.skip("}"):
        if reader.skip("{"):
            names = reader.names("a strategy", MAX_STRATEGIES, "strategies")
        else:
            count = reader.whole("how many strategies the player has", MAX_STRATEGIES)
            names = tuple(str(k + 1) for k in range(count))
        if not names:
            reader.fail(f"player {len(strategies) + 1} has no strategy", "at least one", "", at)
        strategies.append(names)
        if len(strategies) > players:
            reader.fail("strategies of more players than are named", f"{players} lists", "", at)
        reader.skip(",")
    if len(strategies) != players:
        reader.fail(f"strategies of {len(strategies)} players", f"those of {players}", "", at)
    return tuple(strategies)


def _listed_payoffs(reader: Reader, players: int, cells: int) -> Iterator[Outcome]:
    """One outcome for every combination of strategies, of payoffs one after the other."""
    for cell in range(cells):
        payoffs = []
        for _ in range(players):
            payoffs.append(reader.number("a payoff"))
            reader.skip(",")
        yield Outcome(cell + 1, "", tuple(payoffs))


def _outcomes(reader: Reader, players: int) -> Iterator[Outcome]:
    """Outcomes in their order, each with its label and payoffs."""
    reader.take("{", "the outcomes, between braces")
    number = 0
    while not reader.skip("}"):
        number += 1
        at = reader.ahead.offset
        reader.take("{", f"outcome {number}, between braces")
        label = reader.step().value if reader.ahead.kind == "text" else ""
        payoffs: list[Fraction] = []
        while not reader.skip("}"):
            payoffs.append(reader.number("a payoff, or '}'"))
            reader.skip(",")
        if len(payoffs) != players:
            reader.fail(f"{len(payoffs)} payoffs for {players} players",
                        "a payoff for every player", f"complete outcome {number}", at)  # fmt: skip
        if number > MAX_CELLS:
            reader.fail("too many outcomes", f"at most {MAX_CELLS:,}", "", at)
        yield Outcome(number, label, tuple(payoffs))
        reader.skip(",")


def _numbers(reader: Reader, outcomes: int, cells: int) -> tuple[int, ...]:
    """The outcome of every combination of strategies, NONE where the file has 0."""
    at = reader.ahead.offset
    numbers = tuple(
        reader.whole("the number of an outcome, 0 for none", outcomes) - 1 for _ in range(cells)
    )
    if NONE in numbers and outcomes and outcomes - 1 not in numbers:
        reader.note(
            "nothing is paid where a combination has the number 0, as this format counts outcomes "
            f"from 1; outcome {outcomes}, the last, is at no combination", at)  # fmt: skip
    return numbers


def _nodes(game: StrategicGame) -> Iterator[Node]:
    """The nodes of the tree, each before what follows it."""
    sizes = [len(names) for names in game.strategies]
    total = sum(prod(sizes[:k]) for k in range(len(sizes) + 1))
    if total > 4 * MAX_CELLS:
        raise FormatError(f"a tree of {total:,} nodes", expected=f"at most {4 * MAX_CELLS:,}")
    stride = [prod(sizes[:k]) for k in range(len(sizes))]
    for combination in product(*(range(size) for size in sizes)):
        changed = next((k for k in range(len(sizes)) if any(combination[k:]) is False), len(sizes))
        for player in range(changed, len(sizes)):
            yield Node("", player, NONE)
        cell = sum(k * step for k, step in zip(combination, stride, strict=True))
        yield Node("", NONE, game.cells[cell])

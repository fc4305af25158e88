"""Gambit's .nfg files: games in strategic form, by payoffs or by outcomes, read and written."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from pathlib import Path

from offramp.interop.formats import Format, Game
from offramp.interop.frame import note_rest, open_game, read_head
from offramp.interop.strategic import MAX_CELLS, StrategicGame
from offramp.interop.strategies import strategic_form
from offramp.interop.tokens import Reader, number_text, quoted
from offramp.interop.trees import NONE, Outcome

MAX_STRATEGIES = 10_000


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
        reader.fail(
            expected=f"the end of the file after {cells:,} combinations of strategies",
            repair="take away what is too many, or count the strategies again",
        )
    note_rest(reader, "the game")
    return StrategicGame(
        title, players, strategies, outcomes, numbers, comment, listed, reader.notes
    )


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
            reader.fail(
                f"{len(payoffs)} payoffs for {players} players",
                "a payoff for every player",
                f"complete outcome {number}",
                at,
            )
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
            f"from 1; outcome {outcomes}, the last, is at no combination",
            at,
        )
    return numbers


def _text(game: Game) -> str:
    return nfg_text(game if isinstance(game, StrategicGame) else strategic_form(game))


FORMAT = Format("the strategic form, of small games", read_nfg, _text)

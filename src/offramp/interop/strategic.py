"""Games in strategic form: everybody chooses once and unseen; and the same as trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import prod

from offramp.core.showing import Brief
from offramp.interop.tokens import FormatError
from offramp.interop.trees import NONE, ExtensiveGame, InformationSet, Node, Outcome, check_game

MAX_CELLS = 300_000


@dataclass(frozen=True, repr=False)
class StrategicGame(Brief):
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

"""Finite games as trees with information sets: the records, and what they must fulfil."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from offramp.core.errors import Place
from offramp.core.showing import Brief
from offramp.interop.tokens import FormatError

MAX_PLAYERS = 64
MAX_NODES = 1_000_000
MAX_DEPTH = 10_000
CHANCE = -1
NONE = -1


@dataclass(frozen=True)
class Outcome:
    """What is paid where play passes or ends; ``number`` is the file's own."""

    number: int
    label: str
    payoffs: tuple[Fraction, ...]


@dataclass(frozen=True)
class InformationSet:
    """Nodes that their mover cannot tell apart, or draws of chance with the same odds.

    ``player`` counts from 0, CHANCE is nature's; ``odds`` is empty at a player's.
    """

    player: int
    number: int
    label: str
    actions: tuple[str, ...]
    odds: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class Node:
    """A place in the tree; ``infoset`` NONE is an end, ``outcome`` NONE pays nothing.

    ``moves`` has the action of each branch in the order of the file, and is empty where that is
    the order of the information set.
    """

    label: str
    infoset: int
    outcome: int
    moves: tuple[int, ...] = ()


@dataclass(frozen=True, repr=False)
class ExtensiveGame(Brief):
    """A finite game as a tree, as its file says; ``nodes`` are in the order of the file.

    That order is the one in which a reader walks the tree: each node before what follows it,
    the action first that the file lists first. ``infosets`` are ordered by player (chance before
    all) and by their first node, as Gambit orders them: their numbers in the file need not rise.
    ``where`` is the place of every node in its file, empty for a game that was not read;
    ``notes`` are sentences on how the file was read where that could be asked.
    """

    title: str
    players: tuple[str, ...]
    infosets: tuple[InformationSet, ...]
    outcomes: tuple[Outcome, ...]
    nodes: tuple[Node, ...]
    comment: str = ""
    where: tuple[Place, ...] = field(default=(), compare=False, repr=False)
    notes: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def parents(self) -> tuple[tuple[int, int], ...]:
        """Parent and number of the action that leads here, by node; (NONE, NONE) at the root."""
        return tuple(_parents(self))

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The nodes that follow, by node and action."""
        following = [
            [] if record.infoset == NONE else [NONE] * len(self.infosets[record.infoset].actions)
            for record in self.nodes
        ]
        for node, (parent, action) in enumerate(self.parents):
            if parent != NONE:
                following[parent][action] = node
        return tuple(map(tuple, following))

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """The nodes of every information set."""
        inside: list[list[int]] = [[] for _ in self.infosets]
        for node, record in enumerate(self.nodes):
            if record.infoset != NONE:
                inside[record.infoset].append(node)
        return tuple(map(tuple, inside))

    @cached_property
    def decisions(self) -> tuple[int, ...]:
        """The information sets of players, by player and first node."""
        return tuple(i for i, one in enumerate(self.infosets) if one.player != CHANCE)

    @cached_property
    def inner(self) -> tuple[int, ...]:
        """The nodes where somebody moves: node k of ``structure_of(game)`` is ``inner[k]``.

        A game that is one end only has that one.
        """
        inner = tuple(n for n, record in enumerate(self.nodes) if record.infoset != NONE)
        return inner or (0,)

    def place(self, node: int) -> Place | None:
        """Where a node stands in its file."""
        return self.where[node] if self.where else None

    def owner(self, infoset: int) -> str:
        """The name of whoever moves at an information set."""
        player = self.infosets[infoset].player
        return "chance" if player == CHANCE else f"player {player + 1} '{self.players[player]}'"


def check_game(game: ExtensiveGame) -> None:
    """A FormatError where the records do not make a tree of bounded size that can be played."""
    if not game.nodes:
        raise FormatError("a game without a node", expected="a tree")
    _bound(len(game.players), MAX_PLAYERS, "players")
    _bound(len(game.nodes), MAX_NODES, "nodes")
    for infoset in game.infosets:
        if infoset.player == CHANCE and len(infoset.odds) != len(infoset.actions):
            raise FormatError(
                f"{len(infoset.odds)} odds for {len(infoset.actions)} moves",
                expected="a probability for every move of chance",
            )
    for number, node in enumerate(game.nodes):
        if node.moves and sorted(node.moves) != [*range(len(game.infosets[node.infoset].actions))]:
            raise FormatError(
                "a branch without an action of its own",
                place=game.place(number),
                expected="every action of the information set once",
            )
    for _ in _parents(game):
        pass


def _bound(count: int, most: int, what: str) -> None:
    if count > most:
        raise FormatError(
            f"{count:,} {what}", expected=f"at most {most:,}", repair="solve a smaller game"
        )


def _parents(game: ExtensiveGame) -> Iterator[tuple[int, int]]:
    """Parent and action of every node in order; a FormatError where the tree is not whole."""
    open_: list[list[int]] = []
    for node, record in enumerate(game.nodes):
        while open_ and open_[-1][1] == open_[-1][2]:
            open_.pop()
        if node and not open_:
            raise FormatError(
                "a node after the end of the tree",
                place=game.place(node),
                expected="the end of the file",
            )
        if open_:
            parent, branch, _ = open_[-1]
            moves = game.nodes[parent].moves
            yield parent, moves[branch] if moves else branch
            open_[-1][1] += 1
        else:
            yield NONE, NONE
        if record.infoset != NONE:
            open_.append([node, 0, len(game.infosets[record.infoset].actions)])
            _bound(len(open_), MAX_DEPTH, "moves one after the other")
    while open_ and open_[-1][1] == open_[-1][2]:
        open_.pop()
    if open_:
        raise FormatError(
            "a tree that is not whole",
            place=game.place(open_[-1][0]),
            expected="a node after every action",
            repair="add the nodes that are missing",
        )

"""Gambit's .efg files: extensive games, read in the old and the new dialect, and written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import count
from pathlib import Path

from offramp.core.numbers import told_apart
from offramp.interop.chances import NOISE, rounding
from offramp.interop.formats import Format, Game
from offramp.interop.frame import note_rest, open_game, read_head
from offramp.interop.strategic import StrategicGame
from offramp.interop.tokens import Reader, number_text, quoted
from offramp.interop.trees import (
    CHANCE,
    MAX_DEPTH,
    MAX_NODES,
    NONE,
    ExtensiveGame,
    InformationSet,
    Node,
    Outcome,
    check_game,
)

LARGEST_NUMBER = 10**15
NODES = ("c", "p", "t")
"""How the nodes of chance, those of players and ends begin."""
Record = tuple[str, int, int, tuple[int, ...]]
"""What a Node has, its information set as the parser numbers it."""


def read_efg(path: str | Path) -> ExtensiveGame:
    """The game of an .efg file; a FormatError with file, line and column where it is unfit."""
    return _Parser(open_game(path)).game()


def parse_efg(text: str, name: str = "game.efg") -> ExtensiveGame:
    """The game of the text of an .efg file; ``name`` stands in errors."""
    return _Parser(Reader(text, name)).game()


def efg_text(game: ExtensiveGame) -> str:
    """A game in the present dialect: every node in full, numbers exactly.

    Reading it gives the same game; a label loses a backslash's place only at its end.
    """
    check_game(game)
    players = " ".join(map(quoted, game.players))
    lines = [f"EFG 2 R {quoted(game.title)} {{ {players} }}", quoted(game.comment), ""]
    pays = [_outcome_text(one) for one in game.outcomes]

    @cache
    def set_text(infoset: int, moves: tuple[int, ...]) -> str:
        return _set_text(game.infosets[infoset], moves)

    for node in game.nodes:
        pay = "0" if node.outcome == NONE else pays[node.outcome]
        kind = "t" if node.infoset == NONE else "cp"[game.infosets[node.infoset].player != CHANCE]
        inside = "" if node.infoset == NONE else set_text(node.infoset, node.moves) + " "
        lines.append(f"{kind} {quoted(node.label)} {inside}{pay}")
    return "\n".join(lines) + "\n"


def _set_text(one: InformationSet, moves: tuple[int, ...]) -> str:
    told = [quoted(action) for action in one.actions]
    if one.player == CHANCE:
        told = [f"{name} {number_text(odds)}" for name, odds in zip(told, one.odds, strict=True)]
    inside = " ".join(told[k] for k in moves or range(len(told)))
    mover = "" if one.player == CHANCE else f"{one.player + 1} "
    return f"{mover}{one.number} {quoted(one.label)} {{ {inside} }}"


def _outcome_text(one: Outcome) -> str:
    return f"{one.number} {quoted(one.label)} {{ {', '.join(map(number_text, one.payoffs))} }}"


class _Parser:
    """Walks through the text once; information sets and outcomes are kept by their numbers.

    ``bare`` and ``paid`` are where outcome 0 stands at an end or with a label, but without
    payoffs, and where it has payoffs: the first places.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.players: tuple[str, ...] = ()
        self.sets: dict[tuple[int, int], int] = {}
        self.infosets: list[InformationSet] = []
        self.numbers: dict[int, int] = {}
        self.outcomes: list[Outcome] = []
        self.bare: int | None = None
        self.paid = 0

    def game(self) -> ExtensiveGame:
        reader = self.reader
        title, comment = self._prologue()
        nodes, offsets = self._tree()
        if reader.ahead.kind == "word" and reader.ahead.value in NODES:
            reader.fail(
                expected="the end of the tree, as every action has its node already",
                repair="take it away, or give an action to a node before it",
            )
        note_rest(reader, "the tree")
        self._number_zero()
        order = sorted(range(len(self.infosets)), key=lambda i: self.infosets[i].player)
        place = {old: new for new, old in enumerate(order)}
        game = ExtensiveGame(
            title=title,
            players=self.players,
            infosets=tuple(self.infosets[i] for i in order),
            outcomes=tuple(self.outcomes),
            nodes=tuple(
                Node(label, place.get(infoset, NONE), outcome, moves)
                for label, infoset, outcome, moves in nodes
            ),
            comment=comment,
            where=tuple(reader.place(offset) for offset in offsets),
            notes=reader.notes,
        )
        check_game(game)
        return game

    def _prologue(self) -> tuple[str, str]:
        """Title and comment; the players are kept."""
        reader = self.reader
        title, self.players = read_head(reader, "EFG", "NFG", "2")
        return title, reader.step().value if reader.ahead.kind == "text" else ""

    def _tree(self) -> tuple[list[Record], list[int]]:
        """Every node, and its offset in the text."""
        nodes: list[Record] = []
        offsets: list[int] = []
        missing = [1]  # nodes that are still to come, by depth
        while missing:
            if not missing[-1]:
                missing.pop()
                continue
            missing[-1] -= 1
            offsets.append(self.reader.ahead.offset)
            nodes.append(self._node())
            infoset = nodes[-1][1]
            if len(nodes) > MAX_NODES or len(missing) > MAX_DEPTH:
                what = f"{MAX_NODES:,} nodes" if len(nodes) > MAX_NODES else f"depth {MAX_DEPTH:,}"
                self.reader.fail(f"a tree of more than {what}", f"at most {what}", "", offsets[-1])
            if infoset != NONE:
                missing.append(len(self.infosets[infoset].actions))
        return nodes, offsets

    def _node(self) -> Record:
        kind = self.reader.ahead
        if kind.kind != "word" or kind.value not in NODES:
            self.reader.fail(
                expected="a node: 'c' for chance, 'p' for a player or 't' for an end",
                repair="every action needs a node after it" if kind.kind == "end" else "",
            )
        self.reader.step()
        label = self.reader.step().value if self.reader.ahead.kind == "text" else ""
        infoset, moves = (NONE, ()) if kind.value == "t" else self._infoset(kind.value == "c")
        return label, infoset, self._outcome(infoset == NONE), moves

    def _infoset(self, chance: bool) -> tuple[int, tuple[int, ...]]:
        """The information set of the node at hand, new or known by its number, and its moves."""
        reader, player = self.reader, CHANCE
        if not chance:
            at = reader.ahead.offset
            player = reader.whole("the number of the player who moves", LARGEST_NUMBER) - 1
            if not 0 <= player < len(self.players):
                reader.fail(
                    f"player {player + 1}", f"a player from 1 to {len(self.players)}", "", at
                )
        at = reader.ahead.offset
        number = reader.whole("the number of the information set", LARGEST_NUMBER)
        known = self.sets.get((player, number), NONE)
        label = reader.step().value if reader.ahead.kind == "text" else ""
        if not reader.skip("{"):
            if known == NONE:
                reader.fail(
                    expected=f"the actions of information set {number}, between braces",
                    repair="its first node must list them",
                )
            return known, ()
        one = self._actions(player, number, label, at)
        if known != NONE:
            return known, self._moves(self.infosets[known], one, at)
        self.sets[player, number] = len(self.infosets)
        self.infosets.append(one)
        return len(self.infosets) - 1, ()

    def _actions(self, player: int, number: int, label: str, at: int) -> InformationSet:
        """Actions, and odds where chance moves, up to the closing brace."""
        reader = self.reader
        if player != CHANCE:
            actions, odds = reader.names("an action", MAX_NODES, "actions"), ()
        else:
            names: list[str] = []
            words: list[str] = []
            values: list[Fraction] = []
            while not reader.skip("}"):
                names.append(reader.take("text", "a move of chance in quotes, or '}'").value)
                words.append(reader.ahead.value)
                values.append(reader.number("its probability"))
                reader.skip(",")
            actions, odds = tuple(names), self._odds(values, words, at)
        if not actions:
            reader.fail("an information set without actions", "at least one action", "", at)
        return InformationSet(player, number, label, actions, odds)

    def _odds(self, values: list[Fraction], words: list[str], at: int) -> tuple[Fraction, ...]:
        """Probabilities that add up to 1; those of rounded decimals are divided by their sum."""
        if not values:
            return ()
        if min(values) < 0 or max(values) > 1:
            wrong = "a negative probability" if min(values) < 0 else "a probability above 1"
            self.reader.fail(wrong, "probabilities from 0 to 1, such as 1/4 for 25 %", "", at)
        total, slack = sum(values, Fraction(0)), rounding(words)
        missed, told = abs(total - 1), told_apart(total, 1)
        if missed >= max(slack, NOISE):
            more = f"; rounding of these decimals explains less than {float(slack):g} more or less"
            self.reader.fail(
                f"probabilities that add up to {told}",
                "a sum of 1" + (more if slack else ""),
                "look for a slip; odds that decimals do not write exactly are "
                "fractions such as 1/3",
                at,
            )
        if missed > NOISE:
            self.reader.note(
                f"odds that add up to {told}, as rounded decimals do, were divided by their sum", at
            )
        return tuple(p / total for p in values)

    def _moves(self, known: InformationSet, one: InformationSet, at: int) -> tuple[int, ...]:
        """The set's own number of each action listed again, empty where the order is the same."""
        if (one.actions, one.odds) == (known.actions, known.odds):
            return ()
        reader, number = self.reader, one.number
        if len(known.actions) != len(one.actions):
            reader.fail(
                f"information set {number} with {len(one.actions)} actions here and "
                f"{len(known.actions)} before",
                "the same actions at all its nodes",
                "give this node an information set of its own",
                at,
            )
        moves = _matched(known.actions, one.actions)
        if not moves:
            reader.fail(
                f"information set {number} with the actions {_listed(one.actions)} here and "
                f"{_listed(known.actions)} before",
                "the same actions at all its nodes; in another order only where no two have the "
                "same name",
                "name them as before, or give this node an information set of its own",
                at,
            )
        if any(known.odds[k] != p for k, p in zip(moves, one.odds, strict=False)):
            reader.fail(
                f"information set {number} of chance with other odds than before",
                "the same odds at all its nodes",
                "give this node an information set of its own",
                at,
            )
        if moves == tuple(range(len(moves))):
            actions = tuple(a or b for a, b in zip(known.actions, one.actions, strict=True))
            self.infosets[self.sets[known.player, number]] = replace(known, actions=actions)
            return ()
        reader.note(
            "actions that stand in another order than before were matched by their names", at
        )
        return moves

    def _outcome(self, at_end: bool) -> int:
        """The outcome at the node at hand, new or known by its number; NONE for a bare 0."""
        reader = self.reader
        at = reader.ahead.offset
        number = reader.whole("the number of an outcome, 0 for none", LARGEST_NUMBER)
        label = reader.step().value if reader.ahead.kind == "text" else None
        known = self.numbers.get(number, NONE)
        if not reader.skip("{"):
            if number and known == NONE:
                reader.fail(
                    expected=f"the payoffs of outcome {number}, between braces",
                    repair="its first node must list them",
                )
            if not number and (at_end or label) and self.bare is None:
                self.bare = at
            return known if number else NONE
        one = Outcome(number, label or "", self._payoffs(number, at))
        if known == NONE:
            if not number:
                self.paid = at
            known = self.numbers[number] = len(self.outcomes)
            self.outcomes.append(one)
        elif self.outcomes[known].payoffs != one.payoffs:
            reader.fail(
                f"outcome {number} with other payoffs than before",
                "the same payoffs wherever an outcome is named",
                "give this outcome a number of its own",
                at,
            )
        return known

    def _number_zero(self) -> None:
        """Give an outcome of number 0 that has payoffs a free number: 0 is for none."""
        known = self.numbers.get(0, NONE)
        if known == NONE:
            return
        if any(self.outcomes[known].payoffs):
            where = self.reader.place(self.paid)
            if self.bare is not None:
                self.reader.fail(
                    f"outcome 0 without payoffs, while outcome 0 has payoffs in line {where.line}",
                    "0 for no outcome, or the payoffs of outcome 0",
                    "count outcomes from 1 and write 0 where nothing is paid",
                    self.bare,
                )
            self.reader.note(
                "outcome 0, a number that stands for none, has payoffs: they are counted here; "
                "where 0 stands alone nothing is paid",
                self.paid,
            )
        free = next(number for number in count(1) if number not in self.numbers)
        self.outcomes[known] = replace(self.outcomes[known], number=free)

    def _payoffs(self, number: int, at: int) -> tuple[Fraction, ...]:
        payoffs = []
        while not self.reader.skip("}"):
            payoffs.append(self.reader.number("a payoff, or '}'"))
            self.reader.skip(",")
        if len(payoffs) != len(self.players):
            self.reader.fail(
                f"{len(payoffs)} payoffs for {len(self.players)} players",
                "a payoff for every player",
                f"complete outcome {number}",
                at,
            )
        return tuple(payoffs)


def _matched(known: tuple[str, ...], listed: tuple[str, ...]) -> tuple[int, ...]:
    """Which of the known actions each of as many listed ones is; empty where that is not clear.

    Names tell where they are the same and each is there once; otherwise they have to stand in
    the same places, and one that is missing on one side is that of its place.
    """
    if len(set(known)) == len(known) and set(known) == set(listed):
        return tuple(map(known.index, listed))
    if all(a == b or not a or not b for a, b in zip(known, listed, strict=True)):
        return tuple(range(len(known)))
    return ()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _text(game: Game) -> str:
    return efg_text(game.tree if isinstance(game, StrategicGame) else game)


FORMAT = Format("the tree", read_efg, _text)

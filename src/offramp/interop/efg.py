"""Gambit's .efg files: extensive games, read in the old and the new dialect, and written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from offramp.core.files import write_text
from offramp.interop.tokens import Reader, number_text, quoted, read_game_text, read_head
from offramp.interop.trees import (
    CHANCE,
    MAX_DEPTH,
    MAX_NODES,
    MAX_PLAYERS,
    NONE,
    ExtensiveGame,
    InformationSet,
    Node,
    Outcome,
    check_game,
)

LARGEST_NUMBER = 10**15
LOOSE = Fraction(1, 1000)
"""Odds that miss 1 by no more, as rounded decimals do, are divided by their sum."""


def read_efg(path: str | Path) -> ExtensiveGame:
    """The game of an .efg file; a FormatError with file, line and column where it is unfit."""
    return parse_efg(read_game_text(path), str(path))


def parse_efg(text: str, name: str = "game.efg") -> ExtensiveGame:
    """The game of the text of an .efg file; ``name`` stands in errors."""
    return _Parser(Reader(text, name)).game()


def write_efg(game: ExtensiveGame, path: str | Path) -> Path:
    """Write a game as an .efg file, whole or not at all; the path."""
    return write_text(path, efg_text(game))


def efg_text(game: ExtensiveGame) -> str:
    """A game in the present dialect: every node in full, numbers exactly.

    Reading it gives the same game; a label loses a backslash's place only at its end.
    """
    check_game(game)
    players = " ".join(map(quoted, game.players))
    lines = [f"EFG 2 R {quoted(game.title)} {{ {players} }}", quoted(game.comment), ""]
    sets = [_set_text(one) for one in game.infosets]
    pays = [_outcome_text(one) for one in game.outcomes]
    for node in game.nodes:
        pay = "0" if node.outcome == NONE else pays[node.outcome]
        kind = "t" if node.infoset == NONE else "cp"[game.infosets[node.infoset].player != CHANCE]
        inside = "" if node.infoset == NONE else sets[node.infoset] + " "
        lines.append(f"{kind} {quoted(node.label)} {inside}{pay}")
    return "\n".join(lines) + "\n"


def _set_text(one: InformationSet) -> str:
    if one.player == CHANCE:
        moves = [
            f"{quoted(action)} {number_text(odds)}"
            for action, odds in zip(one.actions, one.odds, strict=True)
        ]
        return f"{one.number} {quoted(one.label)} {{ {' '.join(moves)} }}"
    moves = map(quoted, one.actions)
    return f"{one.player + 1} {one.number} {quoted(one.label)} {{ {' '.join(moves)} }}"


def _outcome_text(one: Outcome) -> str:
    return f"{one.number} {quoted(one.label)} {{ {', '.join(map(number_text, one.payoffs))} }}"


class _Parser:
    """Walks through the text once; information sets and outcomes are kept by their numbers."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.players: tuple[str, ...] = ()
        self.sets: dict[tuple[int, int], int] = {}
        self.infosets: list[InformationSet] = []
        self.numbers: dict[int, int] = {}
        self.outcomes: list[Outcome] = []

    def game(self) -> ExtensiveGame:
        reader = self.reader
        title, comment = self._prologue()
        nodes, offsets = self._tree()
        if reader.ahead.kind != "end":
            reader.fail(expected="the end of the file, as every action has its node already",
                        repair="take it away, or give an action to a node before it")  # fmt: skip
        order = sorted(range(len(self.infosets)), key=lambda i: self.infosets[i].player)
        place = {old: new for new, old in enumerate(order)}
        game = ExtensiveGame(
            title=title,
            players=self.players,
            infosets=tuple(self.infosets[i] for i in order),
            outcomes=tuple(self.outcomes),
            nodes=tuple(Node(label, place.get(infoset, NONE), outcome)
                        for label, infoset, outcome in nodes),
            comment=comment,
            where=tuple(reader.place(offset) for offset in offsets),
        )  # fmt: skip
        check_game(game)
        return game

    def _prologue(self) -> tuple[str, str]:
        """Title and comment; the players are kept."""
        reader = self.reader
        title = read_head(reader, "EFG", "NFG", "2")
        reader.take("{", "the players, between braces")
        self.players = self._names("a player's name in quotation marks", MAX_PLAYERS, "players")
        return title, reader.step().value if reader.ahead.kind == "text" else ""

    def _names(self, expected: str, most: int, what: str) -> tuple[str, ...]:
        """Quoted names up to the closing brace."""
        names = []
        while not self.reader.skip("}"):
            if len(names) == most:
                self.reader.fail(f"more than {most} {what}", f"at most {most} {what}",
                                 "solve a smaller game")  # fmt: skip
            names.append(self.reader.take("text", f"{expected}, or '}}'").value)
            self.reader.skip(",")
        return tuple(names)

    def _tree(self) -> tuple[list[tuple[str, int, int]], list[int]]:
        """Label, information set and outcome of every node, and its offset in the text."""
        nodes, offsets = [], []
        missing = [1]  # nodes that are still to come, by depth
        while missing:
            if not missing[-1]:
                missing.pop()
                continue
            missing[-1] -= 1
            offsets.append(self.reader.ahead.offset)
            label, infoset, outcome = self._node()
            nodes.append((label, infoset, outcome))
            if len(nodes) > MAX_NODES or len(missing) > MAX_DEPTH:
                what = f"{MAX_NODES:,} nodes" if len(nodes) > MAX_NODES else f"depth {MAX_DEPTH:,}"
                self.reader.fail(f"a tree of more than {what}", f"at most {what}", "", offsets[-1])
            if infoset != NONE:
                missing.append(len(self.infosets[infoset].actions))
        return nodes, offsets

    def _node(self) -> tuple[str, int, int]:
        kind = self.reader.ahead
        if kind.kind != "word" or kind.value not in ("c", "p", "t"):
            self.reader.fail(
                expected="a node: 'c' for chance, 'p' for a player or 't' for an end",
                repair="every action needs a node after it" if kind.kind == "end" else "",
            )
        self.reader.step()
        label = self.reader.step().value if self.reader.ahead.kind == "text" else ""
        infoset = NONE if kind.value == "t" else self._infoset(kind.value == "c")
        return label, infoset, self._outcome()

    def _infoset(self, chance: bool) -> int:
        """The information set of the node at hand, new or known by its number."""
        reader, player = self.reader, CHANCE
        if not chance:
            at = reader.ahead.offset
            player = reader.whole("the number of the player who moves", LARGEST_NUMBER) - 1
            if not 0 <= player < len(self.players):
                reader.fail(f"player {player + 1}", f"a player from 1 to {len(self.players)}", "",
                            at)  # fmt: skip
        at = reader.ahead.offset
        number = reader.whole("the number of the information set", LARGEST_NUMBER)
        known = self.sets.get((player, number), NONE)
        label = reader.step().value if reader.ahead.kind == "text" else ""
        if reader.skip("{"):
            one = self._actions(player, number, label, at)
            if known == NONE:
                known = self.sets[player, number] = len(self.infosets)
                self.infosets.append(one)
            self._agree(self.infosets[known], one, at)
        elif known == NONE:
            reader.fail(expected=f"the actions of information set {number}, between braces",
                        repair="its first node must list them")  # fmt: skip
        return known

    def _actions(self, player: int, number: int, label: str, at: int) -> InformationSet:
        """Actions, and odds where chance moves, up to the closing brace."""
        if player != CHANCE:
            actions = self._names("an action in quotation marks", MAX_NODES, "actions")
            odds: list[Fraction] = []
        else:
            names, odds = [], []
            while not self.reader.skip("}"):
                names.append(self.reader.take("text", "a move of chance in quotes, or '}'").value)
                odds.append(self.reader.number("its probability"))
                self.reader.skip(",")
            actions = tuple(names)
        if not actions:
            self.reader.fail("an information set without actions", "at least one action", "", at)
        return InformationSet(player, number, label, actions, self._odds(odds, at))

    def _odds(self, odds: list[Fraction], at: int) -> tuple[Fraction, ...]:
        """Probabilities that add up to 1; those of rounded decimals are divided by their sum."""
        if not odds:
            return ()
        if min(odds) < 0:
            self.reader.fail("a negative probability", "probabilities from 0 to 1", "", at)
        total = sum(odds, Fraction(0))
        if abs(total - 1) > LOOSE:
            self.reader.fail(f"probabilities that add up to {float(total):.6g}", "a sum of 1",
                             "write fractions such as 1/3", at)  # fmt: skip
        return tuple(odds) if total == 1 else tuple(p / total for p in odds)

    def _agree(self, known: InformationSet, one: InformationSet, at: int) -> None:
        """The same information set must have the same moves (labels may differ) and odds."""
        if len(known.actions) != len(one.actions):
            self.reader.fail(
                f"information set {one.number} with {len(one.actions)} actions here and "
                f"{len(known.actions)} before", "the same actions at all its nodes",
                "give this node an information set of its own", at)  # fmt: skip
        if known.odds != one.odds:
            self.reader.fail(f"information set {one.number} of chance with other odds than before",
                             "the same odds at all its nodes",
                             "give this node an information set of its own", at)  # fmt: skip

    def _outcome(self) -> int:
        """The outcome at the node at hand, new or known by its number; NONE where it is 0."""
        reader = self.reader
        at = reader.ahead.offset
        number = reader.whole("the number of an outcome, 0 for none", LARGEST_NUMBER)
        label = reader.step().value if reader.ahead.kind == "text" else None
        known = self.numbers.get(number, NONE)
        if reader.skip("{"):
            one = Outcome(number, label or "", self._payoffs(number, at))
            if not number:
                return NONE
            if known == NONE:
                known = self.numbers[number] = len(self.outcomes)
                self.outcomes.append(one)
            elif self.outcomes[known].payoffs != one.payoffs:
                reader.fail(f"outcome {number} with other payoffs than before",
                            "the same payoffs wherever an outcome is named",
                            "give this outcome a number of its own", at)  # fmt: skip
        elif number and known == NONE:
            reader.fail(expected=f"the payoffs of outcome {number}, between braces",
                        repair="its first node must list them")  # fmt: skip
        return known

    def _payoffs(self, number: int, at: int) -> tuple[Fraction, ...]:
        payoffs = []
        while not self.reader.skip("}"):
            payoffs.append(self.reader.number("a payoff, or '}'"))
            self.reader.skip(",")
        if len(payoffs) != len(self.players):
            self.reader.fail(
                f"{len(payoffs)} payoffs for {len(self.players)} players",
                "a payoff for every player", f"complete outcome {number}", at,
            )  # fmt: skip
        return tuple(payoffs)

"""Trees at random, what they are worth by a reckoning of its own, and files of them with quirks.

Nothing here is taken from the reader: a file is written as other programs and people may write it,
with moves of an information set in any order, outcomes counted from 0, notes in other letters, and
so on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from random import Random

from offramp.interop.trees import CHANCE, NONE, ExtensiveGame

WORDS = ("east", "west", 'say "no"', "é", "", "{ 1 }", "a, b", "wait", "press", "0", "//")
Profile = dict[tuple[int, int, str], Fraction]
"""Probability of every action, by player (-1 is chance), number of the set and name."""


@dataclass(frozen=True)
class Branching:
    """A place of a tree: who moves at which information set, and the branches by name."""

    player: int = NONE
    number: int = 0
    branches: dict[str, Branching] = field(default_factory=dict)
    outcome: int = NONE
    end: bool = True


@dataclass(frozen=True)
class Sample:
    """A tree, its players, the payoffs of its outcomes and a profile that plays it."""

    title: str
    players: tuple[str, ...]
    root: Branching
    outcomes: tuple[tuple[Fraction, ...], ...]
    profile: Profile

    @property
    def worth(self) -> tuple[Fraction, ...]:
        """What everybody expects."""
        total = [Fraction(0)] * len(self.players)
        stack = [(self.root, Fraction(1))]
        while stack:
            here, chance = stack.pop()
            if here.outcome != NONE:
                total = [
                    t + chance * x for t, x in zip(total, self.outcomes[here.outcome], strict=True)
                ]
            stack += [
                (after, chance * self.profile[here.player, here.number, name])
                for name, after in here.branches.items()
            ]
        return tuple(total)


def sample(seed: int, words: tuple[str, ...] = WORDS) -> Sample:
    """A tree of up to some 30 places; every end has an outcome."""
    draw = Random(seed)
    players = tuple(f"P{k}" for k in range(draw.randint(1, 3)))
    outcomes = tuple(
        tuple(
            draw.choice([Fraction(draw.randint(-9, 9)), Fraction(draw.randint(-99, 99), 8)])
            for _ in players
        )
        for _ in range(draw.randint(1, 5))
    )
    sets: dict[tuple[int, int], tuple[str, ...]] = {}
    left = [30]

    def grow(depth: int) -> Branching:
        left[0] -= 1
        outcome = draw.randrange(len(outcomes))
        if depth == 4 or left[0] < 4 or (depth and draw.random() < 0.25):
            return Branching(outcome=outcome)
        key = draw.randint(CHANCE, len(players) - 1), draw.randint(1, 3)
        names = sets.setdefault(key, tuple(draw.sample(words, draw.randint(1, 3))))
        branches = {name: grow(depth + 1) for name in names}
        return Branching(*key, branches, outcome if draw.random() < 0.2 else NONE, False)

    root = grow(0)
    profile: Profile = {}
    for key, names in sets.items():
        weights = [draw.randint(1, 4) for _ in names]
        for name, weight in zip(names, weights, strict=True):
            profile[*key, name] = Fraction(weight, sum(weights))
    return Sample(draw.choice(["", "A game", 'of "war"']), players, root, outcomes, profile)


def plain_text(game: Sample) -> str:
    """The file as the format has it, which other programs read too."""
    return _Writing(game, None).text()


def quirky_text(game: Sample, seed: int) -> str:
    """A file of the same game with quirks."""
    return _Writing(game, Random(seed)).text()


class _Writing:
    def __init__(self, game: Sample, draw: Random | None) -> None:
        self.game, self.draw = game, draw
        self.first = draw.randint(0, 1) if draw else 1
        self.known: set[tuple[int, int]] = set()
        self.paid: set[int] = set()
        self.words: list[str] = []

    def odd(self) -> bool:
        return self.draw is not None and self.draw.random() < 0.5

    def text(self) -> str:
        game = self.game
        self.words = ["EFG", "2", "R", quote(game.title), "{", *map(quote, game.players), "}"]
        if not self.odd():
            self.words.append(quote("a comment,\nof two lines"))
        self.place(game.root)
        if self.odd():
            self.words.append(Random(len(self.words)).choice(["</game>", "\x1a", "EFG 2", '"x']))
        if self.draw is None:
            return " ".join(self.words)
        gaps = self.draw.choices([" ", "\n", "\t", "\r\n", "  ", " \r"], k=len(self.words))
        return "".join(word + gap for word, gap in zip(self.words, gaps, strict=True))

    def place(self, here: Branching) -> None:
        self.words += ["t" if here.end else "c" if here.player == CHANCE else "p", '""']
        names = list(here.branches)
        if not here.end:
            key = here.player, here.number
            self.words += [] if here.player == CHANCE else [str(here.player + 1)]
            self.words.append(str(here.number))
            if key not in self.known or not self.odd():
                if key in self.known and self.draw is not None:
                    self.draw.shuffle(names)
                self.listed(here, names)
            self.known.add(key)
        self.outcome(here.outcome)
        for name in names:
            self.place(here.branches[name])

    def listed(self, here: Branching, names: list[str]) -> None:
        self.words += ['""', "{"]
        for name in names:
            self.words.append(quote(name))
            if here.player == CHANCE:
                self.words.append(str(self.game.profile[here.player, here.number, name]))
        self.words.append("}")

    def outcome(self, index: int) -> None:
        number = index + self.first
        if index == NONE:
            self.words.append("0")
            return
        self.words.append(str(number))
        if index in self.paid and number and self.odd():
            return
        self.paid.add(index)
        self.words += [quote(f"o{index}"), "{"]
        comma = "" if self.odd() else ","
        last = len(self.game.players) - 1
        for k, value in enumerate(self.game.outcomes[index]):
            self.words.append(self.number(value) + (comma if k < last else ""))
        self.words.append("}")

    def number(self, value: Fraction) -> str:
        return repr(float(value)) if self.odd() else str(value)


def quote(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def worth_of(game: ExtensiveGame, profile: Profile) -> tuple[Fraction, ...]:
    """What everybody expects of a game that was read, when it is played by names."""
    total = [Fraction(0)] * len(game.players)
    reach = {0: Fraction(1)}
    for node, (parent, action) in enumerate(game.parents):
        if parent != NONE:
            one = game.infosets[game.nodes[parent].infoset]
            reach[node] = reach[parent] * profile[one.player, one.number, one.actions[action]]
        outcome = game.nodes[node].outcome
        if outcome != NONE:
            pays = game.outcomes[outcome].payoffs
            total = [t + reach[node] * x for t, x in zip(total, pays, strict=True)]
    return tuple(total)


Table = dict[tuple[int, ...], tuple[Fraction, ...]]


def strategic_sample(seed: int) -> tuple[tuple[int, ...], Table]:
    """How many strategies everybody has, and what each combination pays."""
    draw = Random(seed)
    sizes = tuple(draw.randint(1, 3) for _ in range(draw.randint(1, 3)))
    kinds = [tuple(Fraction(draw.randint(-9, 9), 4) for _ in sizes) for _ in range(3)]
    kinds.append((Fraction(0),) * len(sizes))
    return sizes, {cell: draw.choice(kinds) for cell in product(*map(range, sizes))}


def strategic_text(sizes: tuple[int, ...], table: Table, seed: int) -> str:
    """A file of a strategic game: by payoffs or by outcomes, with names or counts of strategies."""
    draw = Random(seed)
    words = ["NFG", "1", "RD"[draw.randint(0, 1)], quote('a "game"'), "{"]
    words += [quote(f"P{k}") for k in range(len(sizes))] + ["}", "{"]
    named = draw.random() < 0.5
    for size in sizes:
        words += ["{", *(quote(f"s{k}") for k in range(size)), "}"] if named else [str(size)]
    words += ["}", quote("two\nlines")] if draw.random() < 0.5 else ["}"]
    cells = [cell[::-1] for cell in product(*map(range, sizes[::-1]))]
    if draw.random() < 0.5:
        words += [str(value) for cell in cells for value in table[cell]]
    else:
        zero = (Fraction(0),) * len(sizes)
        kinds = sorted(set(table.values()) - {zero})
        words.append("{")
        for k, pays in enumerate(kinds):
            words += ["{", quote(f"o{k}"), ", ".join(map(str, pays)), "}"]
        words.append("}")
        words += [str(kinds.index(table[cell]) + 1 if table[cell] != zero else 0) for cell in cells]
    gaps = draw.choices([" ", "\n", "\t", "\r\n", "  "], k=len(words))
    return "".join(word + gap for word, gap in zip(words, gaps, strict=True))


ENCODINGS: tuple[tuple[str, Callable[[str], bytes]], ...] = (
    ("UTF-8", lambda text: text.encode()),
    ("UTF-8", lambda text: text.encode("utf-8-sig")),
    ("UTF-16", lambda text: text.encode("utf-16-le")),
    ("UTF-16", lambda text: text.encode("utf-16-be")),
    ("UTF-16", lambda text: "\ufeff".encode("utf-16-le") + text.encode("utf-16-le")),
    ("UTF-16", lambda text: "\ufeff".encode("utf-16-be") + text.encode("utf-16-be")),
    ("UTF-32", lambda text: text.encode("utf-32")),
    ("Windows-1252", lambda text: text.encode("cp1252")),
)
"""The name of an encoding as a note says it, and how a text is written in it."""

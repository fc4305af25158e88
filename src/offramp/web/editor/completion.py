"""What could stand at a place: the words of our schema, and the names that the text has itself."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from offramp.core.errors import OfframpError
from offramp.scenario.model import Document, Mechanism, Use
from offramp.scenario.shelf import SUFFIXES, library_files
from offramp.web.editor.whereabouts import Walk, locate, walk

FUNCTIONS = ("min", "max", "abs", "exp", "log", "sqrt", "clip", "if", "and", "or", "not")
RANGES = {
    "uniform(0, 1)": "every number from a to b as often",
    "triangular(0, 0.5, 1)": "least, most often, most",
    "pert(0, 0.5, 1)": "least, most often, most; rounder",
    "normal(0, 1)": "mean and standard deviation",
    "lognormal(0, 1)": "of the logarithm",
    "beta(2, 2)": "on 0 to 1",
    "choice(0, 1)": "each as often",
}
QUANTITIES = {
    "P(outcome)": "probability that play ends so",
    "P(kind agreement)": "all ends of a kind together",
    "P(ever predicate)": "whether it holds at any time",
    "P(reach party.step = move)": "whether the step is ever reached with the move on offer",
    "E(payoff[party])": "expected discounted pays",
    "E(rounds)": "how many further rounds",
    "do(party.step = move)": "a commitment that all foresee",
    "bar(party.step = move)": "the move is taken away",
    "surprise(party.step = move)": "made once, foreseen by nobody",
    "set(parameter = 0)": "an assumption is fixed",
    "off(mechanism)": "the mechanism does nothing",
    "start(variable = level)": "begun from that state",
    "given predicate": "where that came true",
}
FORMULAS = (
    "when",
    "then",
    "pay",
    "odds",
    "value",
    "weight",
    "worth",
    "patience",
    "precision",
    "start",
)
MOST = 200


@dataclass(frozen=True)
class Word:
    """Something that could stand there: its ``kind`` in a word, and what it means."""

    label: str
    kind: str
    about: str = ""
    insert: str = ""

    def as_dict(self) -> dict[str, str]:
        """The word as plain data."""
        return asdict(self)


def completions(text: str, line: int, column: int, folder: Path | None) -> list[Word]:
    """The words that could stand at a place of a text, the likeliest kinds first."""
    at = locate(text, line, column)
    names = _Names(walk(text), folder)
    found = _keys(at.path, names, at.flow) if at.wants_key else _values(at.path, names)
    seen: dict[str, Word] = {}
    for one in found:
        seen.setdefault(one.label, one)
    return list(seen.values())[:MOST]


class _Names:
    """The names that a text has, by what they are, though it may be broken elsewhere."""

    def __init__(self, done: Walk, folder: Path | None) -> None:
        self._seen, self._values, self.folder = done.seen, done.values, folder

    def of(self, *sections: str) -> Iterator[Word]:
        """The entries of sections."""
        for path in self._seen:
            if len(path) == 2 and path[0] in sections:
                yield Word(path[1], _SINGULAR.get(path[0], path[0]), self.label(path))

    def label(self, path: tuple[str, ...]) -> str:
        return self._values.get((*path, "label"), self._values.get((*path, "title"), ""))

    def keys(self, *path: str) -> Iterator[Word]:
        """The keys below a path, in which '*' stands for any one."""
        for one in self._seen:
            if len(one) == len(path) + 1 and _fits(one, path):
                yield Word(one[-1], _SINGULAR.get(path[-1], path[-1]), self.label(one))

    def listed(self, *path: str) -> Iterator[Word]:
        """The entries of a list below a path."""
        for one, value in self._values.items():
            if len(one) == len(path) + 1 and one[-1].isdigit() and _fits(one, path):
                yield Word(value, "level" if path[-1] == "levels" else "option")

    def steps(self) -> Iterator[Word]:
        for path, value in self._values.items():
            if len(path) == 3 and path[0] == "round" and path[2] == "name":
                yield Word(value, "step", self.label(path[:2]))

    def moves(self) -> Iterator[Word]:
        """Moves as claims name them: party.step = move."""
        for path in self._seen:
            if len(path) == 4 and path[0] == "round" and path[2] == "moves":
                by = self._values.get((*path[:2], "by"), "party")
                step = self._values.get((*path[:2], "name"), "step")
                yield Word(f"{by}.{step} = {path[3]}", "move", self.label(path))

    def numbers(self) -> Iterator[Word]:
        """Parameters, those of a family by their keys."""
        families = {path[1] for path in self._seen if len(path) > 2 and path[2] == "each"}
        for path in self._seen:
            if path[0] != "parameters":
                continue
            if len(path) == 2 and path[1] not in families:
                yield Word(path[1], "number", self._values.get((*path, "note"), ""))
            if len(path) == 4 and path[2] == "each":
                yield Word(f"{path[1]}[{path[3]}]", "number")

    def mechanisms(self) -> Iterator[Word]:
        """Mechanisms in use, as they are called here."""
        for path, value in self._values.items():
            if len(path) == 3 and path[0] == "round" and path[2] in ("use", "as"):
                yield Word(value, "mechanism")

    def used(self, path: tuple[str, ...]) -> Mechanism | None:
        """The mechanism of the `use` at a path of the round."""
        name = self._values.get((*path[:2], "use"), "")
        file = _mechanisms(self.folder).get(name)
        return _mechanism(file) if file else None


def _fits(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return all(b in ("*", a) for a, b in zip(path, pattern, strict=False))


def _mechanisms(folder: Path | None) -> dict[str, Path]:
    found = dict(library_files("mechanisms"))
    for place in (folder, folder / "mechanisms") if folder else ():
        for path in sorted(place.glob("*.y*ml")) if place.is_dir() else ():
            if path.suffix in SUFFIXES and not path.is_symlink():
                found.setdefault(path.stem, path)
    return found


def _mechanism(path: Path) -> Mechanism | None:
    from offramp.scenario.expansion import read_mechanism

    try:
        return read_mechanism(path)[0]
    except OfframpError:
        return None


_SINGULAR = {
    "parties": "party",
    "parameters": "number",
    "switches": "switch",
    "define": "formula",
    "issues": "issue",
    "packages": "package",
    "state": "variable",
    "private": "variable",
    "outcomes": "end",
    "sources": "source",
    "claims": "claim",
    "accounts": "account",
    "levers": "lever",
    "each": "key",
}
_Maker = Callable[[_Names, tuple[str, ...]], Iterable[Word]]
_Rule = tuple[tuple[str, ...], _Maker]


def _keys(path: tuple[str, ...], names: _Names, flow: bool) -> Iterator[Word]:
    """Keys that could stand in the mapping at ``path``: names first, then words of the schema."""
    for pattern, make in _KEYS:
        if len(pattern) == len(path) and _fits(path, pattern):
            yield from make(names, path)
    for record in _records(path):
        for name, field in record.model_fields.items():
            word = field.alias or name
            about = field.description or _first_line(record, word)
            needed = "needed" if field.is_required() else "word"
            yield Word(word, needed, about, f"{word}: ")
    if len(path) == 1 and path[0] == "round" and not flow:
        yield Word("name", "needed", "a step", "name: ")
        yield Word("use", "word", "a mechanism", "use: ")


def _of(*sections: str) -> Callable[[_Names, tuple[str, ...]], Iterator[Word]]:
    return lambda names, path: names.of(*sections)


def _needs(names: _Names, path: tuple[str, ...]) -> Iterator[Word]:
    """What the mechanism of a `use` takes under `with`."""
    mechanism = names.used(path)
    if mechanism is not None:
        for name, need in mechanism.with_.items():
            yield Word(name, need.kind, need.about or "", f"{name}: ")
        for name in (*mechanism.parameters, *mechanism.switches):
            yield Word(name, "number", "replaces the mechanism's own", f"{name}: ")


_KEYS: tuple[_Rule, ...] = (
    (("round", "*", "moves", "*", "pay"), _of("parties")),
    (("round", "*", "moves", "*", "then"), _of("state")),
    (("round", "*", "with"), _needs),
    (("outcomes", "*", "pay"), _of("parties")),
    (("issues", "*", "weight"), _of("parties")),
    (("issues", "*", "worth"), _of("parties")),
    (("packages", "*"), _of("issues")),
    (("parameters", "*", "each"), lambda n, p: (*n.of("parties", "packages"), *_levels(n))),
    (("accounts", "*", "parameters"), lambda n, p: n.numbers()),
    (("accounts", "*", "switches"), _of("switches")),
    (("accounts", "*", "start"), _of("state")),
    (("switches", "*", "weights"), lambda n, p: n.listed("switches", p[1], "options")),
    (("private", "*", "odds"), lambda n, p: n.listed("private", p[1], "levels")),
)


def _levels(names: _Names) -> Iterator[Word]:
    yield from names.listed("state", "*", "levels")
    yield from names.listed("private", "*", "levels")
    yield from names.listed("switches", "*", "options")


def _values(path: tuple[str, ...], names: _Names) -> Iterator[Word]:
    """What could stand as the value at ``path``."""
    bare = tuple(part for part in path if not part.isdigit() or part == path[0])
    key = bare[-1] if bare else ""
    for word in _choices(bare, path):
        yield Word(word, "word")
    if key in _BY_KEY:
        yield from _BY_KEY[key](names, path)
    elif path[:1] == ("packages",) and len(path) == 3:
        yield from names.listed("issues", path[2], "options")
    elif len(bare) > 1 and bare[-2] in ("switches", "with"):
        yield from names.listed("switches", key, "options")
        yield from names.of("parties", "state", "outcomes", "packages", "parameters")
    if any(part in FORMULAS for part in bare):
        yield from _formula(names)


def _formula(names: _Names) -> Iterator[Word]:
    yield from names.of("state", "private", "switches", "define")
    yield from names.numbers()
    yield from _levels(names)
    yield from names.of("packages", "parties")
    yield Word("worth[party, package]", "formula", "what a package is worth")
    yield Word("round_number", "formula", "the number of the round, where rounds are limited")
    for name in FUNCTIONS:
        yield Word(name, "function")


def _quantities(names: _Names, path: tuple[str, ...]) -> Iterator[Word]:
    for label, about in QUANTITIES.items():
        yield Word(label, "quantity", about)
    yield from names.of("outcomes", "parties")
    yield from names.moves()
    yield from names.mechanisms()
    yield from names.of("state", "switches")
    yield from names.numbers()
    yield from _levels(names)


def _uses(names: _Names, path: tuple[str, ...]) -> Iterator[Word]:
    for name, file in sorted(_mechanisms(names.folder).items()):
        yield Word(name, "mechanism", _about(file))


@cache
def _about(path: Path) -> str:
    from offramp.presentation.shelves import file_entry

    return file_entry("mechanisms", path.stem, path).about.partition(". ")[0]


def _ranges(names: _Names, path: tuple[str, ...]) -> Iterator[Word]:
    del names, path
    for label, about in RANGES.items():
        yield Word(label, "range", about, f'"{label}"')


_BY_KEY: Mapping[str, _Maker] = {
    "by": lambda n, p: (
        n.of("state") if p[0] == "outcomes" else (*n.of("parties"), Word("nature", "chance"))
    ),
    "end": _of("outcomes"),
    "at_end": _of("outcomes"),
    "source": _of("sources"),
    "use": _uses,
    "held_by": _of("parties"),
    "known_to": _of("parties"),
    "unseen": lambda n, p: n.steps(),
    "parameter": lambda n, p: n.numbers(),
    "switch": _of("switches"),
    "to": lambda n, p: n.listed("switches", "*", "options"),
    "denies": lambda n, p: n.mechanisms(),
    "asserts": lambda n, p: (*n.mechanisms(), *n.of("switches"), *n.numbers()),
    "bar": lambda n, p: n.moves(),
    "holds_when": _quantities,
    "range": lambda n, p: () if p[0] in ("state", "private") else _ranges(n, p),
    "rounds": lambda n, p: iter((Word("unlimited", "word"), Word("12", "number"))),
    "force": lambda n, p: iter((Word("true", "word", "an act of force"),)),
    "label": lambda n, p: iter(()),
}


def _records(path: tuple[str, ...]) -> Iterator[type[BaseModel]]:
    """The records that the mapping at ``path`` may be."""
    kinds = _walked(path)
    for one in kinds:
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one


def _choices(bare: tuple[str, ...], path: tuple[str, ...]) -> Iterator[str]:
    """The fixed words that the value at ``path`` may be."""
    del bare
    for one in _walked(path):
        if get_origin(one) is Literal:
            yield from (str(word) for word in get_args(one))


def _walked(path: tuple[str, ...]) -> list[Any]:
    kinds = [Document]
    for part in path:
        kinds = [below for one in kinds for below in _below(one, part)]
    return [plain for one in kinds for plain in _plain(one)]


def _plain(kind: Any) -> Iterator[Any]:
    """The kinds that an annotation allows."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _plain(get_args(kind)[0])
    elif origin in (Union, types.UnionType):
        for one in get_args(kind):
            yield from _plain(one)
    else:
        yield kind


def _below(kind: Any, part: str) -> Iterator[Any]:
    """What may stand under a key, or as an entry of a list."""
    for one in _plain(kind):
        origin, parts = get_origin(one), get_args(one)
        if origin is dict:
            yield parts[1]
        elif origin is tuple and part.isdigit():
            yield parts[0]
        elif isinstance(one, type) and issubclass(one, BaseModel):
            for name, field in one.model_fields.items():
                if part == (field.alias or name):
                    yield field.annotation


def _first_line(record: type[BaseModel], word: str) -> str:
    if record is Use and word == "use":
        return "the mechanism that is put here"
    return _ABOUT.get(word, "")


_ABOUT = {
    "title": "what it is called",
    "about": "what it is, in sentences",
    "parties": "who decides",
    "parameters": "the numbers",
    "switches": "assumptions about the game itself",
    "issues": "what is on the table",
    "packages": "an option of every issue",
    "state": "what changes during the crisis",
    "private": "what only some parties know",
    "round": "the steps of every round",
    "outcomes": "how it can end",
    "rounds": "unlimited, or their number",
    "at_end": "the end when the last round is over",
    "sources": "where assumptions come from",
    "accounts": "the same crisis as different speakers tell it",
    "levers": "what somebody could change on purpose",
    "claims": "what somebody says follows",
    "when": "offered only where this holds",
    "pay": "what the move pays each party",
    "then": "what the move changes",
    "end": "the crisis ends so",
    "odds": "of chance's moves; rest takes what is left",
    "label": "what readers see",
    "by": "who decides, or nature",
    "unit": "of what",
    "note": "why this number",
    "source": "where it comes from",
}

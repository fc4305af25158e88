"""YAML text to a tree of plain values that remembers where each one stood.

The safe core of YAML 1.2 only: mappings, sequences and scalars. Tags, anchors and
aliases are refused (a scenario is read by people, and aliases are how small files
become huge ones), and size, depth and number of values are bounded.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from offramp.core.directions import complaint_of, left_open, positions_of_controls
from offramp.core.errors import Place, TextError, UnreadableError
from offramp.core.files import read_regular

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_VALUES = 50_000
MAX_WORD = 50_000
MOST_QUOTED = 500
"""Characters of a line that a repair may write again."""
KEPT, KEPT_LETTERS = 48, 100_000
"""Trees of the last texts that are kept, and letters of a text that is kept at most."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Node:
    """One value of the document with its place; ``keys`` are the places of a mapping's keys.

    ``quoted`` marks a scalar in quotes, in which nothing can be torn apart.
    """

    value: Scalar | tuple[Node, ...] | dict[str, Node]
    place: Place
    keys: dict[str, Place] | None = None
    quoted: bool = False

    @property
    def mapping(self) -> dict[str, Node]:
        """The entries of a mapping; an empty one for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> tuple[Node, ...]:
        """The entries of a sequence; an empty one for anything else."""
        return self.value if isinstance(self.value, tuple) else ()

    def plain(self) -> Any:
        """The value without places, as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value

    def at(self, path: tuple[str | int, ...]) -> Place:
        """The place of the value at ``path``, or of its nearest ancestor that exists."""
        node, place = self, self.place
        for part in path:
            if isinstance(part, str) and part in node.mapping:
                place = (node.keys or {}).get(part, place)
                node = node.mapping[part]
            elif isinstance(part, int) and part < len(node.items):
                node = node.items[part]
                place = node.place
            else:
                return place
        return place

    def value_place(self, path: tuple[str | int, ...]) -> Place:
        """The place where the value at ``path`` begins (not its key)."""
        node = self
        for part in path:
            if isinstance(part, str) and part in node.mapping:
                node = node.mapping[part]
            elif isinstance(part, int) and part < len(node.items):
                node = node.items[part]
            else:
                return node.place
        return node.place


def read_text(path: Path) -> str:
    """The text of a file, bounded in size; a ScenarioError where it cannot be had."""
    content = read_regular(path, MAX_BYTES, expected="a scenario in YAML", kind=UnreadableError)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(error, Place(str(path), 1, 1)) from None


def _not_utf8(error: UnicodeDecodeError, place: Place) -> TextError:
    return TextError(
        f"byte {error.start + 1} is not UTF-8",
        code="E102",
        expected="a text file in UTF-8",
        repair="save the file as UTF-8",
        place=place,
    )


def parse_yaml(text: str, file: str) -> Node:
    """The one document in ``text`` as a Node tree, which is read only: the last ones are kept."""
    return (_parsed if len(text) > KEPT_LETTERS else _kept)(text, file)


def _parsed(text: str, file: str) -> Node:
    if len(text) > MAX_BYTES:
        raise TextError(
            f"the text has {len(text):,} characters",
            code="E104",
            expected=f"at most {MAX_BYTES:,}",
            place=Place(file, 1, 1),
        )
    _check_words(text, file)
    composer = _Composer(_events(text, file), text, file)
    return composer.document()


_kept = lru_cache(KEPT)(_parsed)


def _check_words(text: str, file: str) -> None:
    """The reader below takes the square of its length for a word, so words are bounded."""
    for word in re.finditer(r"[^\s,\[\]{}\"']+", text):
        if word.end() - word.start() >= MAX_WORD:
            raise TextError(
                f"a word of {len(word.group()):,} characters",
                code="E104",
                expected=f"words of fewer than {MAX_WORD:,} characters",
                repair="is this the right file?",
                place=_place_in(text, word.start(), file),
            )


def _place_in(text: str, position: int, file: str) -> Place:
    before = text[:position]
    return Place(file, before.count("\n") + 1, position - before.rfind("\n"))


def _events(text: str, file: str) -> Iterator[Any]:
    """The parser's events; its complaints become ScenarioErrors."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    reader = cast(Any, YAML(typ="safe", pure=True))  # its methods carry no types
    reader.version = (1, 2)
    try:
        yield from reader.parse(text)
    except YAMLError as error:
        raise _yaml_complaint(error, text, file) from None
    except (ValueError, AttributeError, AssertionError, TypeError, IndexError, KeyError) as error:
        raise TextError(
            f"the text is not YAML ({type(error).__name__})",
            expected="YAML 1.2",
            place=Place(file, 1, 1),
        ) from None


def _yaml_complaint(error: Any, text: str, file: str) -> TextError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = (
        Place(file, mark.line + 1, mark.column + 1)
        if mark
        else _place_in(text, int(getattr(error, "position", 0)), file)
    )
    problem = str(getattr(error, "problem", None) or str(error).splitlines()[0]).strip()
    lines = text.splitlines()
    line = lines[place.line - 1] if mark and place.line <= len(lines) else ""
    repair = "check indentation, colons and closing brackets on this line and the one above"
    colon = "but got ':'" in problem or "mapping values" in problem
    quoted = _quoted_at_colon(line, place.column) if colon else ""
    if "\t" in line[: place.column]:
        repair = "YAML is indented with spaces; replace the tab"
    elif quoted:
        repair = f"put the text in quotes: {quoted}"
    elif _has_commas_within(line) or re.search(r"but got '[\[{]'", problem):
        repair = (
            "inside { } an expression that contains , [ ] { } or # needs quotes: "
            'then: {x: "max(x - 1, 0)"}'
        )
    elif colon:
        repair = "put the text in quotes: a text that contains a colon and a space needs them"
    elif "special characters" in problem:
        problem = "a control character"
        repair = "save the file as plain UTF-8 text"
    return TextError(
        f"the text is not YAML here: {problem}", expected="YAML 1.2", repair=repair, place=place
    )


def _has_commas_within(line: str) -> bool:
    """Whether a comma follows a bracket that follows a brace or a bracket."""
    first = re.search(r"[{\[]", line)
    second = re.compile(r"[(\[]").search(line, first.end()) if first else None
    return second is not None and "," in line[second.end() :]


def _quoted_at_colon(line: str, column: int) -> str:
    """Key and text of a text with a colon in it, with quotes; '' where none is seen."""
    if len(line) > MOST_QUOTED:
        return ""
    flow = re.search(r"([A-Za-z_]\w*):\s+([^\s,{}\[\]\"':][^,{}\[\]\":]*)$", line[: column - 1])
    if flow is None:
        return ""
    inside = bool(re.search(r"[{\[]", line[: flow.start()]))
    rest = re.match(r"[^,{}\[\]]*" if inside else r"[^#]*", line[column - 1 :])
    text = f"{flow[2]}{rest[0] if rest else ''}".strip()
    return f"{flow[1]}: {json.dumps(text, ensure_ascii=False)}"


class _Composer:
    """Builds Nodes from events with an explicit stack, so that depth is ours to bound."""

    def __init__(self, events: Iterator[Any], text: str, file: str) -> None:
        self._events = events
        self._text = text
        self._file = file
        self._count = 0

    def document(self) -> Node:
        stack: list[_Open] = []
        root: Node | None = None
        for event in self._events:
            kind = type(event).__name__
            place = Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)
            self._refuse_marks(event, kind, place)
            if kind in ("MappingStartEvent", "SequenceStartEvent"):
                stack.append(self._opened(event, kind, place, len(stack)))
                continue
            if kind == "ScalarEvent":
                inside = place.shifted(1) if event.style in ("'", '"') else place
                lines = event.end_mark.line > event.start_mark.line
                self._refuse_turning(event)
                node = Node(
                    _scalar(event, place),
                    replace(inside, whole=lines),
                    quoted=event.style is not None,
                )
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                node = stack.pop().closed()
            elif kind == "DocumentStartEvent" and root is not None:
                raise _second_document(place)
            else:
                continue
            self._counted(place)
            if kind == "ScalarEvent" and stack and stack[-1].wants_key and self._alone(event):
                stack[-1].tear(self._text[stack[-1].begun : event.end_mark.index])
            elif stack:
                stack[-1].add(node, event.start_mark.index)
            else:
                root = node
        if root is None:
            raise _nothing_written(self._file)
        return root

    def _alone(self, event: Any) -> bool:
        """Whether no colon follows a word."""
        after = self._text[event.end_mark.index : event.end_mark.index + MAX_WORD]
        return event.style is None and after.lstrip()[:1] in (",", "}")

    def _opened(self, event: Any, kind: str, place: Place, depth: int) -> _Open:
        if depth >= MAX_DEPTH:
            raise TextError(
                f"values are nested more than {MAX_DEPTH} deep",
                code="E104",
                expected="a scenario needs about six levels",
                repair="remove brackets or indentation",
                place=place,
            )
        return _Open(place, kind.startswith("Map"), bool(event.flow_style))

    def _refuse_turning(self, event: Any) -> None:
        """A direction character without its partner would turn round what a reader sees."""
        at = left_open(event.value)
        if at is None:
            return
        written = self._text[event.start_mark.index : event.end_mark.index]
        number = positions_of_controls(event.value).index(at)
        places = positions_of_controls(written)
        if event.style == '"':
            places = [match.start() for match in _DIRECTION.finditer(written) if match[1]]
        found, expected, repair = complaint_of(event.value[at])
        place = _place_in(self._text, event.start_mark.index + places[number], self._file)
        raise TextError(found, expected=expected, repair=repair, place=place)

    def _counted(self, place: Place) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise TextError(
                f"more than {MAX_VALUES:,} values in one file", code="E104", place=place
            )

    def _refuse_marks(self, event: Any, kind: str, place: Place) -> None:
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise TextError(
                f"an anchor or alias ('{getattr(event, 'anchor', '')}')",
                expected="every value written out where it is used",
                repair="write the value again, or make it a parameter",
                place=place,
            )
        tag = getattr(event, "tag", None)
        if tag and str(tag) not in ("!", "None"):
            raise TextError(
                f"the tag '{tag}'",
                expected="plain YAML without tags",
                repair="remove the tag",
                place=place,
            )


# in double quotes: as itself or as an escape; an escaped backslash begins none
_DIRECTION = re.compile(
    r"\\\\|([\u202a-\u202e\u2066-\u2069]|\\u20(?:2[a-eA-E]|6[6-9])|\\U000020(?:2[a-eA-E]|6[6-9]))"
)


def _second_document(place: Place) -> TextError:
    return TextError(
        "a second document begins",
        expected="one scenario in a file",
        repair="remove the line '---'",
        place=place,
    )


def _nothing_written(file: str) -> TextError:
    return TextError(
        "the file is empty",
        code="E102",
        expected="a scenario that begins with 'offramp: 1'",
        repair="'offramp new NAME' writes one to start from",
        place=Place(file, 1, 1),
    )


class _Open:
    """A mapping or sequence whose end has not been seen yet."""

    def __init__(self, place: Place, mapping: bool, flow: bool) -> None:
        self._place, self._mapping, self._flow = place, mapping, flow
        self._entries: dict[str, Node] = {}
        self._keys: dict[str, Place] = {}
        self._items: list[Node] = []
        self._key: str | None = None
        self._torn = ""
        self._skip = False
        self.begun = 0
        """Where the last entry begins in the text."""

    @property
    def wants_key(self) -> bool:
        """Whether what comes next in { } is a key that may be the rest of a text."""
        last = next(reversed(self._entries.values()), None)
        return (
            self._flow
            and self._mapping
            and self._key is None
            and not self._skip
            and last is not None
            and not last.quoted
            and isinstance(last.value, str | int | float)
            and not isinstance(last.value, bool)
        )

    def tear(self, whole: str) -> None:
        """Take a word without a colon as the rest of the text before it, torn off at a comma."""
        self._torn = " ".join(whole.split())
        self._skip = True

    def add(self, node: Node, begun: int) -> None:
        if self._skip:  # the empty value of a word without a colon
            self._skip = False
            return
        self._tell_torn()
        self.begun = begun
        if not self._mapping:
            self._items.append(node)
        elif self._key is None:
            self._key = self._name(node)
        else:
            self._check_quotes(self._key, node)
            self._entries[self._key] = node
            self._key = None

    def closed(self) -> Node:
        self._tell_torn()
        if self._mapping:
            return Node(self._entries, self._place, self._keys)
        return Node(tuple(self._items), self._place)

    def _tell_torn(self) -> None:
        """Raise the error of a text or number that a comma inside { } has torn apart."""
        if not self._torn:
            return
        key, node = next(reversed(self._entries.items()))
        if DECIMAL_COMMA.fullmatch(self._torn):
            raise TextError(
                f"'{self._torn}' is no number",
                code="E105",
                expected="a number with a decimal point",
                repair=f"write the decimal point: {key}: {self._torn.replace(',', '.')}",
                place=node.place,
            )
        raise TextError(
            f"'{self._torn}' is torn apart at a comma",
            expected="quotes around a text that contains , inside { }",
            repair=f"put the text in quotes: {key}: {json.dumps(self._torn, ensure_ascii=False)}",
            place=node.place,
        )

    def _name(self, node: Node) -> str:
        value = node.value
        if isinstance(value, bool) or value is None:
            shown = "null" if value is None else str(value).lower()
            raise TextError(
                f"'{shown}' stands where a name is needed",
                expected="a name",
                repair=f'put it in quotes ("{shown}") or choose another name',
                place=node.place,
            )
        if isinstance(value, (dict, tuple, float)):
            raise TextError(
                "a key that is no name", expected="a name before the colon", place=node.place
            )
        key = str(value)
        if key in self._entries:
            first = self._keys[key]
            raise TextError(
                f"the key '{key}' stands twice",
                code="E103",
                expected="every key once",
                repair=f"it stood first on line {first.line}; remove or rename one",
                place=node.place,
            )
        self._keys[key] = node.place
        return key

    def _check_quotes(self, key: str, node: Node) -> None:
        torn = key.count("(") != key.count(")") or (
            self._flow and node.value is None and re.search(r"[()\[\]]", key)
        )
        whole = node.value
        if (
            self._flow
            and isinstance(whole, str)
            and not node.quoted
            and whole.count("(") > whole.count(")")
        ):
            torn, key = True, f"{key}: {whole}"
        if self._flow and torn:
            raise TextError(
                f"the expression is torn apart at a comma near '{key}'",
                expected="quotes around an expression that contains , [ ] { } or # inside { }",
                repair='write {x: "max(x - 1, 0)"}',
                place=self._keys.get(key, node.place),
            )


DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+([eE][-+]?\d+)?")
_BASED = re.compile(r"0x[0-9a-fA-F]{1,12}\Z|0o[0-7]{1,16}\Z")
_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


def _scalar(event: Any, place: Place) -> Scalar:
    """The value of a plain scalar by the core schema; quoted ones are strings."""
    text = _whole_characters(cast(str, event.value), place)
    if event.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _BASED.match(text):
        return int(text, 0)
    if _INTEGER.match(text) and "_" not in text:
        if len(text) > 18:
            raise _too_large(text, place)
        return int(text)
    if _FLOAT.match(text):
        number = float(text)
        if math.isinf(number):
            raise _too_large(text, place)
        return number
    if text.lower().lstrip("+-") in (".nan", ".inf"):
        raise TextError(
            f"'{text}' is no finite number",
            code="E105",
            expected="a finite number",
            repair="write a number",
            place=place,
        )
    return text


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


def _whole_characters(text: str, place: Place) -> str:
    """The text with halves of characters (as JSON writes them) joined; no control characters."""
    try:
        joined = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        joined = "\0"
    if _CONTROL.search(joined):
        raise TextError(
            "a control character, or half of a character, in a text",
            expected="characters that can be printed",
            repair="take the escape (\\x.., \\u....) out",
            place=place,
        )
    return joined


def _too_large(text: str, place: Place) -> TextError:
    return TextError(
        f"the number {text[:24]} is too large",
        code="E105",
        expected="a number below 1e308, whole ones below 1e18",
        repair="write a smaller number, or choose another unit",
        place=place,
    )

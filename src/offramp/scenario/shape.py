"""From a tree of values to records: the shape of the text, with complaints that name a place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from offramp.core.errors import Place, ScenarioError, suggestion
from offramp.scenario.model import Words
from offramp.scenario.yaml_text import Node

Record = TypeVar("Record", bound=Words)

_EXPECTED = {
    "string_type": "a text",
    "dict_type": "a mapping (name: value)",
    "tuple_type": "a list [ … ]",
    "list_type": "a list [ … ]",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "too_short": "at least one entry",
    "formula": "a number or an expression",
    "number": "a number",
    "greater_than": "a number above 0",
    "rounds": "a number of rounds from 1 to 10000, or the word 'unlimited'",
}

_REPAIR = {
    "dict_type": "write 'name: value' with an indent, or { name: value }",
    "mapping": "write 'name: value' with an indent, or { name: value }",
    "tuple_type": "put it in brackets: [first, second]",
    "list_type": "put it in brackets: [first, second]",
    "formula": "write a number like 0.5 or an expression like 1 - x",
    "rounds": "write 'rounds: 12' or 'rounds: unlimited'",
    "string_type": "write a text, in quotes where it has special characters",
    "too_short": "add an entry",
}


def shaped(record: type[Record], node: Node, path: tuple[str | int, ...] = ()) -> Record:
    """``node`` as a ``record``; a ScenarioError with place, expectation and repair otherwise."""
    try:
        return record.model_validate(node.plain())
    except ValidationError as error:
        raise _complaints(error, node, path)[0] from None


def complaints(record: type[Words], node: Node) -> tuple[ScenarioError, ...]:
    """Everything that keeps ``node`` from being a ``record``, in the order of the text."""
    try:
        record.model_validate(node.plain())
    except ValidationError as error:
        return tuple(_complaints(error, node, ()))
    return ()


def _complaints(
    error: ValidationError, node: Node, path: tuple[str | int, ...]
) -> list[ScenarioError]:
    details = error.errors()
    # A list with an unfit entry is also called too short; the entry is the cause.
    causes = [detail for detail in details if detail["type"] != "too_short"] or details
    told = [_complaint(detail, node, path) for detail in causes]
    return sorted(told, key=lambda one: one.place or Place("", 0, 0))


@dataclass(frozen=True)
class _Found:
    """One thing that is wrong: pydantic's detail, and where it stands in the text."""

    detail: Any
    node: Node
    steps: tuple[str | int, ...]
    dotted: str

    @property
    def context(self) -> dict[str, Any]:
        return self.detail.get("ctx", {})

    def error(
        self, code: str, found: str, expected: str, repair: str, place: Place
    ) -> ScenarioError:
        return ScenarioError(
            found, expected=expected, repair=repair, place=place, path=self.dotted, code=code
        )


def _complaint(detail: Any, node: Node, prefix: tuple[str | int, ...]) -> ScenarioError:
    steps = _real_path(detail["loc"], node)
    found = _Found(detail, node, steps, ".".join(str(part) for part in (*prefix, *steps)))
    return _TELLING.get(detail["type"], _of_value)(found)


def _of_unknown_word(found: _Found) -> ScenarioError:
    word, words = str(found.context["word"]), found.context["words"]
    place = found.node.at((*found.steps, word))
    return found.error(
        "E201",
        f"unknown word '{word}'",
        "one of: " + ", ".join(words),
        suggestion(word, words),
        place,
    )


def _of_missing_word(found: _Found) -> ScenarioError:
    word = str(found.detail["loc"][-1])
    return found.error(
        "E202",
        f"'{word}' is missing",
        f"an entry '{word}: …' here",
        f"add '{word}:'",
        found.node.at(found.steps),
    )


def _of_name(found: _Found) -> ScenarioError:
    given = found.detail.get("input")
    expected = "a letter, then letters, digits and _ (at most 64)"
    repair = _as_name(given)
    if found.steps and found.steps[-1] == "source":
        expected, repair = "the name of a source, with or without a place in it", _cited(str(given))
    return found.error("E203", f"{_shown(given)} is no name", expected, repair, _place(found))


def _cited(text: str) -> str:
    """How a source and a place in it are written, from the two as one text."""
    name, _, place = text.partition(" ")
    told = name.rstrip(",:;")
    if place.strip() and told.isidentifier():
        return f"write source: {{{told}: {json.dumps(place.strip(), ensure_ascii=False)}}}"
    return f"{_as_name(text)}, or source: {{name: place}}"


def _of_choice(found: _Found) -> ScenarioError:
    given = found.detail.get("input")
    if found.steps == ("offramp",):
        later = isinstance(given, int) and given > 1
        repair = "a later Offramp may read it" if later else "write 'offramp: 1'"
        what = f"{_shown(given)} as the version of the language"
        return found.error("E204", what, "1, the only version so far", repair, _place(found))
    allowed = [word.strip("' ") for word in _listed(found.context["expected"])]
    expected, repair = "one of: " + ", ".join(allowed), suggestion(str(given), allowed)
    return found.error("E204", _shown(given), expected, repair, _place(found))


def _of_value(found: _Found) -> ScenarioError:
    kind, words = found.detail["type"], found.context.get("words")
    expected = _EXPECTED.get(kind, str(found.detail["msg"]).lower())
    if words:
        expected = "a mapping with: " + ", ".join(words)
    repair = _REPAIR.get(kind, f"write {expected}")
    if kind == "string_type" and found.steps[-1:] == ("range",):
        repair = _ends(found.detail.get("input")) or repair
    return found.error("E205", _shown(found.detail.get("input")), expected, repair, _place(found))


def _of_experts(found: _Found) -> ScenarioError:
    told = found.context
    place = found.node.at((*found.steps, "experts"))
    return found.error("E406", told["found"], told["expected"], told["repair"], place)


_TELLING: dict[str, Callable[[_Found], ScenarioError]] = {
    "unknown_word": _of_unknown_word,
    "missing": _of_missing_word,
    "string_pattern_mismatch": _of_name,
    "string_too_long": _of_name,
    "literal_error": _of_choice,
    "experts": _of_experts,
}


def _ends(given: Any) -> str:
    """The repair of a range that is written as a list of numbers; '' of anything else."""
    numbers = cast("list[Any]", given) if isinstance(given, (list, tuple)) else []
    if len(numbers) not in (2, 3) or not all(isinstance(one, (int, float)) for one in numbers):
        return ""
    name = "uniform" if len(numbers) == 2 else "triangular"
    return f'write "{name}({", ".join(f"{one:g}" for one in sorted(numbers))})"'


def _place(found: _Found) -> Place:
    """Where the wrong value begins, or the key where a key is wrong."""
    location = found.detail["loc"]
    of_key = bool(location) and location[-1] == "[key]"
    return found.node.at(found.steps) if of_key else found.node.value_place(found.steps)


def _listed(text: str) -> list[str]:
    return text.replace(" or ", ", ").split(", ")


def _real_path(location: tuple[Any, ...], node: Node) -> tuple[str | int, ...]:
    """The location without the union tags that pydantic puts between."""
    path: list[str | int] = []
    for part in location:
        if isinstance(part, str) and part in node.mapping:
            node = node.mapping[part]
        elif isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            continue
        path.append(part)
    return tuple(path)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list" if cast("list[object]", value) else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"'{str(value).lower()}' (a truth value)"
    text = str(value)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _as_name(value: Any) -> str:
    text = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in str(value))[:64]
    if text[:1].isdigit():
        text = "_" + text
    return f"write '{text}'" if text.strip("_") else "choose a name"

"""From a tree of values to records: the shape of the text, with complaints that name a place."""

from __future__ import annotations

from typing import Any, TypeVar

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

PLANNED = ("private", "claims", "accounts", "levers", "unseen")
"""Words of the language that this version does not read yet."""


def shaped(record: type[Record], node: Node, path: tuple[str | int, ...] = ()) -> Record:
    """``node`` as a ``record``; a ScenarioError with place, expectation and repair otherwise."""
    try:
        return record.model_validate(node.plain())
    except ValidationError as error:
        complaints = [_complaint(detail, node, path) for detail in error.errors()]
        raise min(complaints, key=lambda c: c.place or Place("", 0, 0)) from None


def _complaint(detail: Any, node: Node, prefix: tuple[str | int, ...]) -> ScenarioError:
    kind, context = detail["type"], detail.get("ctx", {})
    steps = _real_path(detail["loc"], node)
    dotted = ".".join(str(part) for part in (*prefix, *steps))
    found = _shown(detail.get("input"))
    if kind == "unknown_word":
        word = context["word"]
        if word in PLANNED:
            return ScenarioError(
                f"'{word}' is a word of the language that this version cannot read yet",
                expected="one of: " + ", ".join(context["words"]),
                repair="remove it, or use a later version of Offramp",
                place=node.at((*steps, word)),
                path=dotted,
            )
        return ScenarioError(
            f"unknown word '{word}'",
            expected="one of: " + ", ".join(context["words"]),
            repair=suggestion(word, context["words"]),
            place=node.at((*steps, word)),
            path=dotted,
        )
    if kind == "missing":
        word = str(detail["loc"][-1])
        return ScenarioError(
            f"'{word}' is missing",
            expected=f"an entry '{word}: …' here",
            repair=f"add '{word}:'",
            place=node.at(steps),
            path=dotted,
        )
    place = node.at(steps) if detail["loc"] and detail["loc"][-1] == "[key]" else (
        node.value_place(steps)
    )  # fmt: skip
    if kind == "string_pattern_mismatch" or kind == "string_too_long":
        return ScenarioError(
            f"{found} is no name",
            expected="a letter, then letters, digits and _ (at most 64)",
            repair=_as_name(detail.get("input")),
            place=place,
            path=dotted,
        )
    if kind == "literal_error":
        allowed = [word.strip("' ") for word in _listed(context["expected"])]
        return ScenarioError(
            f"{found}",
            expected="one of: " + ", ".join(allowed),
            repair=suggestion(str(detail.get("input")), allowed),
            place=place,
            path=dotted,
        )
    expected = context.get("words") or _EXPECTED.get(kind, detail["msg"].lower())
    if isinstance(expected, list):
        expected = "a mapping with: " + ", ".join(expected)
    repair = _REPAIR.get(kind, f"write {expected}")
    return ScenarioError(found, expected=expected, repair=repair, place=place, path=dotted)


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
        return "a list" if value else "an empty list"
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

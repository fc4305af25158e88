"""Claims from sentences: what somebody says follows, with places to fill in, and its condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offramp.core.errors import OfframpError
from offramp.web.forms.values import mapping, number, sequence, text_of

Fields = Mapping[str, Any]
KINDS = ("agreement", "ceasefire", "capitulation", "stalemate", "war", "catastrophe")


@dataclass(frozen=True)
class Pattern:
    """A sentence with places in ``{}``, the condition that means it, and what fills the places."""

    name: str
    words: str
    condition: str
    places: tuple[str, ...]


PATTERNS = (
    Pattern("likely", "{end} is more likely than not", "P({end}) > 0.5", ("end",)),
    Pattern(
        "by",
        "{end} has come by the end of round {number}",
        "P({end} by {number}) > 0.5",
        ("end", "number"),
    ),
    Pattern(
        "likelier", "{end} is likelier than {other}", "P({end}) > P({other})", ("end", "other")
    ),
    Pattern(
        "commits_more",
        "{end} becomes likelier if {move} whenever it can, and all know it",
        "P({end} | do({move})) > P({end})",
        ("end", "move"),
    ),
    Pattern(
        "commits_less",
        "{end} becomes less likely if {move} whenever it can, and all know it",
        "P({end} | do({move})) < P({end})",
        ("end", "move"),
    ),
    Pattern(
        "gains",
        "{party} is better off if {move} whenever it can, and all know it",
        "E(payoff[{party}] | do({move})) > E(payoff[{party}])",
        ("party", "move"),
    ),
    Pattern(
        "without_more",
        "without {mechanism}, {end} is likelier",
        "P({end} | off({mechanism})) > P({end})",
        ("mechanism", "end"),
    ),
    Pattern(
        "without_less",
        "without {mechanism}, {end} is less likely",
        "P({end} | off({mechanism})) < P({end})",
        ("mechanism", "end"),
    ),
    Pattern(
        "raised_more",
        "{end} is likelier at {parameter} = {number} than at {parameter} = {from}",
        "P({end} | set({parameter} = {number})) > P({end} | set({parameter} = {from}))",
        ("end", "parameter", "number", "from"),
    ),
)
"""Not one of them gives advice: each compares what follows with what follows otherwise."""


def claim_of(document: Any, fields: Fields) -> tuple[str, str]:
    """What is said and when it holds. Raises OfframpError where a place is not filled in."""
    pattern = next((one for one in PATTERNS if one.name == fields.get("pattern")), None)
    if pattern is None:
        says, condition = (str(fields.get(word, "")).strip() for word in ("says", "holds_when"))
        if not says or not condition:
            raise OfframpError(
                "a claim needs words and a condition",
                expected="what is claimed, and when it holds",
                repair="choose a sentence, or write both",
            )
        return says, condition
    filled: dict[str, str] = {}
    told: dict[str, str] = {}
    for place in pattern.places:
        given = str(fields.get(place, "")).strip()
        if not given:
            raise OfframpError(f"the sentence has no {_PLACES[place]} yet", expected=_PLACES[place])
        filled[place] = (
            text_of(number(given, "the sentence")) if place in ("number", "from") else given
        )
        told[place] = _told(document, place, filled[place])
    says = _fill(pattern.words, told)
    return f"{says[0].upper()}{says[1:]}.", _fill(pattern.condition, filled)


_PLACES = {
    "end": "end",
    "other": "second end",
    "move": "move",
    "party": "party",
    "mechanism": "mechanism",
    "parameter": "number to change",
    "number": "value",
    "from": "value to compare with",
}


def _fill(sentence: str, places: Mapping[str, str]) -> str:
    for place, words in places.items():
        sentence = sentence.replace("{" + place + "}", words)
    return sentence


def _told(document: Any, place: str, given: str) -> str:
    """What fills a place, as a sentence names it."""
    if place in ("end", "other"):
        return (
            given.removeprefix("kind ")
            if given.startswith("kind ")
            else _label(document, "outcomes", given)
        )
    if place == "party":
        return _label(document, "parties", given)
    if place == "move":
        return _move(document, given)
    return given


def _label(document: Any, part: str, name: str) -> str:
    entry = mapping(mapping(document.get(part)).get(name))
    return str(entry.get("label") or name.replace("_", " "))


def _move(document: Any, given: str) -> str:
    """'North waits' of 'north.act = wait'."""
    who, _, rest = given.partition(".")
    step, _, move = (part.strip() for part in rest.partition("="))
    for one in sequence(document.get("round")):
        if mapping(one).get("name") == step:
            label = mapping(mapping(mapping(one).get("moves")).get(move)).get("label")
            return f"{_label(document, 'parties', who)} {label or move.replace('_', ' ')}"
    return given

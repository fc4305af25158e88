"""Ends and what each is worth: first by ordering alone, then by numbers with ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from offramp.core.errors import OfframpError
from offramp.web.forms.roundtrip import flow, section
from offramp.web.forms.values import mapping, name_of, names_in, sequence, text_of

Fields = Mapping[str, Any]
KINDS = ("agreement", "ceasefire", "capitulation", "stalemate", "war", "catastrophe")
NOTE = "by its place in an ordering of the ends; judgement"


def add_end(document: Any, fields: Fields) -> None:
    """An end of a kind, worth 0 to everybody until somebody says otherwise."""
    label = " ".join(str(fields.get("label", "")).split())
    if not label or fields.get("kind") not in KINDS:
        raise OfframpError("an end needs a name and a kind", expected=", ".join(KINDS))
    ends = section(document, "outcomes")
    name = name_of(label, ends)
    entry: dict[str, Any] = {"kind": str(fields["kind"])}
    if name != label:
        entry["label"] = label
    ends[name] = flow(entry)
    if isinstance(document.get("rounds"), int) and not document.get("at_end"):
        document["at_end"] = name


def order_ends(document: Any, fields: Fields) -> None:
    """Numbers from each party's ordering of the ends, from the one it likes least to most.

    Ends on one place are worth the same. The lowest place is worth 0 and the highest 1; each other
    number has a range half way to its neighbours: the order stays, and the size is open.
    """
    parties = list(mapping(document.get("parties")))
    ends = list(mapping(document.get("outcomes")))
    places = {party: _places(fields, party, ends) for party in parties}
    if not parties or not ends:
        raise OfframpError("there is nothing to order", expected="parties and ends")
    numbers = section(document, "parameters")
    for end in ends:
        name = _number_name(document, end)
        each = {party: _worth(places[party], end) for party in parties}
        numbers[name] = flow({"each": flow(each), "unit": "worth", "note": NOTE})
        document["outcomes"][end]["pay"] = flow({party: f"{name}[{party}]" for party in parties})


def _number_name(document: Any, end: str) -> str:
    """The family of numbers that says what an end is worth; the one that is there already."""
    pays = mapping(mapping(document["outcomes"][end]).get("pay")).values()
    for told in pays:
        base = str(told).partition("[")[0]
        family = mapping(mapping(document.get("parameters")).get(base))
        if "each" in family and family.get("note") == NOTE:
            return base
    return name_of(f"{end}_worth", names_in(document))


def _places(fields: Fields, party: str, ends: list[str]) -> dict[str, int]:
    """End to its place from 0 (liked least), as the form gives it."""
    given = fields.get(f"order.{party}")
    if not isinstance(given, dict) or set(given) != set(ends):
        raise OfframpError(f"the order of {party} does not name every end once")
    ranks = sorted({int(place) for place in given.values()})
    return {end: ranks.index(int(given[end])) for end in ends}


def _worth(places: Mapping[str, int], end: str) -> Any:
    last = max(places.values())
    if last == 0:
        return 0
    step = 1 / last
    value = places[end] * step
    if not 0 < places[end] < last:
        return 1 if places[end] else 0
    low, high = max(value - step / 2, 0.0), min(value + step / 2, 1.0)
    return flow({"value": round(value, 3), "range": f"uniform({_short(low)}, {_short(high)})"})


def worth_of_table(document: Any, fields: Fields) -> None:
    """An end that is worth to each party what the package is worth that lies on the table."""
    packages = mapping(document.get("packages"))
    table = next(
        (
            name
            for name, one in mapping(document.get("state")).items()
            if any(level in packages for level in sequence(mapping(one).get("levels")))
        ),
        None,
    )
    if table is None:
        raise OfframpError("nothing can lie on the table yet", expected="a package")
    end = document["outcomes"][fields["end"]]
    parties = mapping(document.get("parties"))
    end["pay"] = flow({party: f"worth[{party}, {table}]" for party in parties})
    end["by"] = table


def _short(value: float) -> str:
    return text_of(round(value, 3))


ACTS: Mapping[str, Callable[[Any, Fields], None]] = {
    "add_end": add_end,
    "order_ends": order_ends,
    "worth_of_table": worth_of_table,
}

"""What a `use` may say otherwise of a mechanism: labels of moves, numbers, what a round is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from offramp.core.errors import MechanismError, suggestion
from offramp.scenario.yaml_text import Node

ROUND = "{round}"
"""Stands in a mechanism's texts for what one round is."""
TOLD = ("unit", "note", "label", "about", "line")
JUDGED = re.compile(r"[;,] *(the )?analyst's judgement *$")


def in_rounds(node: Node, word: str) -> Node:
    """The text of a mechanism in which one round is called ``word``."""
    if node.items:
        return replace(node, value=tuple(in_rounds(one, word) for one in node.items))
    entries = {
        key: replace(one, value=str(one.value).replace(ROUND, word))
        if key in TOLD and isinstance(one.value, str)
        else in_rounds(one, word)
        for key, one in node.mapping.items()
    }
    return replace(node, value=entries) if entries else node


def replacing(own: Node, given: Node) -> Node:
    """A number that a scenario gives in place of a mechanism's own.

    Unit and note stay where the scenario has none of its own; where it gives neither value nor
    range nor keys, all stays that it does not name. A number with a source is no judgement.
    """
    kept = own.mapping
    if not kept:
        return given
    entries = given.mapping or {"value": given}
    if not {"value", "range", "each"} & entries.keys():
        return _joined(own, {**kept, **entries})
    base = {key: kept[key] for key in ("unit", "note") if key in kept}
    if "source" in entries and "note" in base:
        note = base["note"]
        base["note"] = replace(note, value=JUDGED.sub("", str(note.plain())))
    return _joined(given, {**base, **entries})


def _joined(at: Node, entries: dict[str, Node]) -> Node:
    places = {key: one.place for key, one in entries.items()}
    return Node(entries, at.place, {**places, **(at.keys or {})})


def relabelled(steps: Sequence[Node], called: Node) -> list[Node]:
    """The steps of a mechanism with the labels that a scenario gives their moves.

    A move is named alone, or as step.move where several steps have one of that name.
    """
    known = [
        (str(step.mapping["name"].plain()), move)
        for step in steps
        if "moves" in step.mapping
        for move in step.mapping["moves"].mapping
    ]
    names = [*(move for _, move in known), *(f"{step}.{move}" for step, move in known)]
    for name in called.mapping:
        if name not in names or names.count(name) > 1:
            several = name in names
            raise MechanismError(
                f"the mechanism has {'several moves' if several else 'no move'} '{name}'",
                expected="a move of this mechanism, as step.move where several have the name",
                repair=suggestion(name, names),
                place=called.at((name,)),
            )
    return [_step(step, called) for step in steps]


def _step(step: Node, called: Node) -> Node:
    if "moves" not in step.mapping:
        return step
    own, moves = str(step.mapping["name"].plain()), step.mapping["moves"]
    told: dict[str, Node] = {}
    for name, move in moves.mapping.items():
        words = called.mapping.get(f"{own}.{name}", called.mapping.get(name))
        told[name] = move if words is None else _joined(move, {**move.mapping, **words.mapping})
    return _joined(step, {**step.mapping, "moves": _joined(moves, told)})

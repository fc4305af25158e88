"""All errors of a text at once: what is wrong is put aside, and the rest is read again.

A text is read until its first error, as ever. What stands there is then taken out, or replaced
by something that fits there always, and the text is read again. An error that only comes of that
is not told: reading ends where one speaks of a name that was taken out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from offramp.core.errors import OfframpError, ScenarioError
from offramp.scenario.citing import WORDS
from offramp.scenario.expansion import expand_uses
from offramp.scenario.model import Document, Scenario, Words
from offramp.scenario.reading import refuse_game, source_name, understood_tree
from offramp.scenario.shape import complaints
from offramp.scenario.shelf import scenario_path
from offramp.scenario.transcripts.attaching import with_evidence
from offramp.scenario.yaml_text import Node, parse_yaml, read_text

UNKNOWN = re.compile(r"unknown word '(.*)'")
MOST = 30
"""Errors that are looked for."""
KEPT: dict[str, str | float] = {"precision": 1, "patience": 0.5, "value": 1, "odds": "rest"}
"""What stands in place of a formula that has to be there."""


def all_errors(file: str) -> tuple[OfframpError, ...]:
    """The errors of a scenario in a file or of the library, in the order of the text.

    None where it reads well. Where the text is no YAML, or a mechanism is not there, the one
    error that keeps it from being read.
    """
    try:
        path = scenario_path(file)
        refuse_game(path)
        text = read_text(path)
    except OfframpError as error:
        return (error,)
    return all_errors_in(text, str(source_name(path, file)), path)


def all_errors_in(text: str, file: str, path: Path | None) -> tuple[OfframpError, ...]:
    """The same of a text that need not be saved, called ``file``, read as if it lay at ``path``."""
    try:
        tree = parse_yaml(text, file)
        found = _of_shape(Document, tree)
        if found or "round" not in tree.mapping:
            return found or _only(lambda: understood_tree(tree))
        expanded = expand_uses(tree, None if path is None else path.parent)
    except OfframpError as error:
        return (error,)
    return _of_shape(Scenario, expanded) or _one_after_the_other(expanded, path)


def _of_shape(record: type[Words], tree: Node) -> tuple[OfframpError, ...]:
    """All complaints about the shape; unknown words are taken out, since they hide the others."""
    found: list[OfframpError] = []
    for _ in range(MOST):
        told = complaints(record, tree)
        unknown = [(one, match) for one in told if (match := UNKNOWN.fullmatch(one.found))]
        if not unknown:
            found += told
            break
        for one, match in unknown:
            found += [one] if _where(one) not in map(_where, found) else []
            path = tuple(one.path.split(".")) if one.path else ()
            tree = _dropped(tree, (*path, match[1]))
    return tuple(sorted(found, key=_where))


def _only(work: Callable[[], object]) -> tuple[OfframpError, ...]:
    try:
        work()
    except OfframpError as error:
        return (error,)
    return ()


def _one_after_the_other(tree: Node, file: Path | None) -> tuple[OfframpError, ...]:
    found: list[OfframpError] = []
    gone: list[str] = []
    while len(found) < MOST:
        errors = _only(lambda now=tree: with_evidence(understood_tree(now), file))
        if not errors:
            break
        error = errors[0]
        if found and any(f"'{name}'" in error.found for name in gone):
            break
        if any(error.place == one.place and error.found == one.found for one in found):
            break
        found.append(error)
        mended = _without(tree, tuple(error.path.split(".")) if error.path else _at(tree, error))
        if mended is None:
            break
        tree, name = mended
        gone += [name] if name else []
    return tuple(sorted(found, key=_where))


def _where(error: OfframpError) -> tuple[str, int, int]:
    place = error.place
    return (place.file, place.line, place.column) if place else ("", 0, 0)


def _at(tree: Node, error: OfframpError) -> tuple[str, ...]:
    """The path of the value in which an error stands that only has a place."""
    best: tuple[int, tuple[str, ...]] = (0, ())
    waiting: list[tuple[Node, tuple[str, ...]]] = [(tree, ())]
    while waiting:
        node, path = waiting.pop()
        waiting += [(one, (*path, key)) for key, one in node.mapping.items()]
        waiting += [(one, (*path, str(i))) for i, one in enumerate(node.items)]
        at = error.place
        inner = not node.mapping and not node.items
        if inner and at is not None and (node.place.file, node.place.line) == (at.file, at.line):
            best = max(best, (node.place.column, path)) if node.place.column <= at.column else best
    return best[1]


def _without(tree: Node, path: tuple[str, ...]) -> tuple[Node, str] | None:
    """The text without what stands at ``path``, and the name that is gone; None where it cannot be.

    Claims, accounts and levers go whole; of a number its value, of a step or an end one formula.
    """
    if len(path) < 2:
        return None
    head = path[0]
    if path[-1] == "file" and head == "sources":
        return None
    if path[-1] in ("quote", *WORDS) or "source" in path[1:-1]:
        at = path.index("source", 1) if "source" in path[1:-1] else len(path) - 1
        return _unsourced(tree, path[:at]), ""
    if head in ("claims", "accounts", "levers"):
        return _dropped(tree, path[:2]), path[1]
    if head == "sources" or path[-1] in ("source", "when", "range", "weight", "end", "by"):
        if path[-1] == "by" and head == "round":
            return _put(tree, path, _mover(tree, path)), ""
        return _dropped(tree, path), ""
    if path[-1] in KEPT:
        return _put(tree, path, KEPT[path[-1]]), ""
    if head == "parameters":
        whole = path[:4] if len(path) > 3 and path[2] == "each" else path[:2]
        return _put(tree, whole, 1), ""
    inside = len(path) > 2 and path[-2] in ("pay", "then")
    return (_dropped(tree, path), "") if inside else None


def _unsourced(tree: Node, path: tuple[str, ...]) -> Node:
    """The text without what the entry at ``path`` cites and quotes."""
    entry = tree
    for part in path:
        entry = entry.items[int(part)] if entry.items else entry.mapping[part]
    for word in ("source", "quote"):
        tree = _dropped(tree, (*path, word)) if word in entry.mapping else tree
    return tree


def _mover(tree: Node, path: tuple[str, ...]) -> str:
    """Who could move at a step whose mover is unknown: chance where a move has odds."""
    moves = tree.mapping["round"].items[int(path[1])].mapping.get("moves")
    odds = moves and any("odds" in one.mapping for one in moves.mapping.values())
    return "nature" if odds else next(iter(tree.mapping["parties"].mapping))


def _dropped(node: Node, path: tuple[str, ...]) -> Node:
    return _changed(node, path, None)


def _put(node: Node, path: tuple[str, ...], value: str | float) -> Node:
    return _changed(node, path, value)


def _changed(node: Node, path: tuple[str, ...], value: str | float | None) -> Node:
    """The tree with another value at ``path``, or with nothing there."""
    if not path:
        return replace(node, value=value)
    first, rest = path[0], path[1:]
    if node.items and first.isdigit():
        items = list(node.items)
        items[int(first)] = _changed(items[int(first)], rest, value)
        return replace(node, value=tuple(items))
    entries = dict(node.mapping)
    if first not in entries:
        raise ScenarioError(f"nothing stands at '{first}'")
    if not rest and value is None:
        del entries[first]
    else:
        entries[first] = _changed(entries[first], rest, value)
    return replace(node, value=entries)

"""A change of a scenario's text that leaves all else as it stands, comments and spacing too.

The text is read with its comments, changed, and written again. A writer of YAML has habits of its
own, so of what did not change the old lines are put back: section by section, entry by entry.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from offramp.core.errors import OfframpError, Place
from offramp.scenario.yaml_text import parse_yaml

WIDTH = 100
"""Letters of a line; an entry that would be longer is written on several lines."""
UNFOLDED = 1_000_000
"""The width that the writer is told: where it folds a text, it may change it."""
SECTIONS = (
    "offramp",
    "title",
    "about",
    "time",
    "values",
    "sources",
    "parties",
    "parameters",
    "switches",
    "define",
    "issues",
    "packages",
    "state",
    "private",
    "round",
    "outcomes",
    "rounds",
    "at_end",
    "claims",
    "accounts",
    "levers",
)
"""The order in which a person writes them."""
Change = Callable[[Any], None]


def rewritten(text: str, file: str, change: Change) -> str:
    """The text with a change of its document. Raises OfframpError where it is no YAML."""
    was = parse_yaml(text, file).plain()  # bounded, without tags; it says where it is wrong
    writer = _writer(text)
    document = writer.load(text)
    if document is None or not hasattr(document, "insert"):
        raise OfframpError("the text is not a scenario", place=Place(file, 1, 1))
    change(document)
    _drop_empty(document)
    for name, entries in document.items():
        if isinstance(was, dict) and was.get(name) != entries:
            _opened(entries, was.get(name))
    stream = io.StringIO()
    writer.dump(document, stream)
    return _spliced(text, stream.getvalue(), file)


def flow(entries: dict[str, Any]) -> Any:
    """A mapping that is written on one line."""
    from ruamel.yaml.comments import CommentedMap

    made = CommentedMap(entries)
    made.fa.set_flow_style()
    return made


def row(entries: list[Any]) -> Any:
    """A list that is written on one line."""
    from ruamel.yaml.comments import CommentedSeq

    made = CommentedSeq(entries)
    made.fa.set_flow_style()
    return made


def section(document: Any, name: str, *, of_list: bool = False) -> Any:
    """A section of the document; where it is missing or empty, a new one at its place."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    found = document.get(name)
    if found:
        return found
    made = CommentedSeq() if of_list else CommentedMap()
    if name in document:
        document[name] = made
        return made
    before = SECTIONS[: SECTIONS.index(name)]
    at = sum(1 for key in document if key in before or key not in SECTIONS)
    document.insert(at, name, made)
    return document[name]


def _writer(text: str) -> Any:
    from ruamel.yaml import YAML

    writer = YAML(typ="rt")
    writer.version = None
    writer.preserve_quotes = True
    writer.width = UNFOLDED
    indented = re.search(r"^round:\s*(?:#.*)?\n(?:\s*(?:#.*)?\n)*( *)- ", text, re.MULTILINE)
    offset = len(indented[1]) if indented else 2
    writer.indent(mapping=2, sequence=offset + 2, offset=offset)
    return writer


def _opened(entries: Any, was: Any) -> None:
    """Entries that changed and no longer fit on a line are written on several."""
    if isinstance(entries, list):
        for one in entries:
            if not isinstance(was, list) or one not in was:
                _unfold(one, 4)
    elif isinstance(entries, dict):
        for name, one in entries.items():
            if not isinstance(was, dict) or was.get(name) != one:
                _unfold(one, 4 + len(str(name)))


def _unfold(node: Any, margin: int) -> None:
    if not hasattr(node, "items"):
        return
    if node.fa.flow_style() and margin + len(str(_bare(node))) > WIDTH:
        node.fa.set_block_style()
    if not node.fa.flow_style():
        for name, below in node.items():
            _unfold(below, 8 + len(str(name)))


def _bare(node: Any) -> Any:
    """The value as plain data, whose text is about as long as it is on one line."""
    if isinstance(node, dict):
        return {str(key): _bare(one) for key, one in node.items()}
    return [_bare(one) for one in node] if isinstance(node, list) else node


def _drop_empty(document: Any) -> None:
    """Sections that a change has emptied go; the two that have to be there stay."""
    for name in [key for key in document if key not in ("parties", "round")]:
        if document[name] in ({}, []):
            del document[name]


def _spliced(old: str, new: str, file: str) -> str:
    """The new text with the old lines of every section and entry whose content is the same."""
    was, now = parse_yaml(old, file).plain(), parse_yaml(new, file).plain()
    old_blocks = dict(_blocks(old.splitlines(keepends=True), 0))
    lines: list[str] = []
    for name, block in _blocks(new.splitlines(keepends=True), 0):
        before = old_blocks.get(name)
        if before is None or name == "":
            lines += old_blocks.get("", []) if name == "" and "" in old_blocks else block
        elif was.get(name) == now.get(name):
            lines += before
        else:
            lines += _entries(before, block, was.get(name), now.get(name))
    told = "".join(lines)
    return told if parse_yaml(told, file).plain() == now else new


def _entries(old: list[str], new: list[str], was: Any, now: Any) -> list[str]:
    """The lines of a section, those of entries that are the same as they stood."""
    if isinstance(was, list) and isinstance(now, list):
        return _items(old, new, was, now)
    if not isinstance(was, dict) or not isinstance(now, dict):
        return new
    old_blocks = dict(_blocks(old[1:], _margin(old)))
    lines = [old[0] if _is_head(old[0]) and _is_head(new[0]) else new[0]]
    for name, block in _blocks(new[1:], _margin(new)):
        same = name in old_blocks and name in was and was[name] == now.get(name)
        lines += old_blocks[name] if same and _margin(old) == _margin(new) else block
    return lines


def _items(old: list[str], new: list[str], was: list[Any], now: list[Any]) -> list[str]:
    old_items = list(_pieces(old[1:]))
    new_items = list(_pieces(new[1:]))
    if len(old_items) != len(was) or len(new_items) != len(now):
        return new
    lines = [old[0] if _is_head(old[0]) else new[0]]
    left = list(zip(was, old_items, strict=True))
    for value, block in zip(now, new_items, strict=True):
        found = next((i for i, (one, _) in enumerate(left) if one == value), None)
        lines += block if found is None else left.pop(found)[1]
    return lines


def _is_head(line: str) -> bool:
    """Whether a line is only the name of a section whose entries follow."""
    return re.fullmatch(r"[\w.\"']+:\s*(#.*)?\n?", line) is not None


def _margin(block: list[str]) -> int:
    """The margin of a section's entries."""
    for line in block[1:]:
        if line.strip() and not line.lstrip().startswith("#"):
            return len(line) - len(line.lstrip())
    return 0


def _blocks(lines: list[str], margin: int) -> Iterator[tuple[str, list[str]]]:
    """Name to lines of every entry at a margin; what stands before the first has the name ''."""
    name, block = "", list[str]()
    pattern = re.compile(rf" {{{margin}}}(\"[^\"]*\"|'[^']*'|[^\s#\"'-][^:#]*?)\s*:(\s|$)")
    for line in lines:
        match = pattern.match(line)
        if match:
            if block or name:
                yield name, block
            name, block = match[1].strip("\"'"), []
        block.append(line)
    if block or name:
        yield name, block


def _pieces(lines: list[str]) -> Iterator[list[str]]:
    """The lines of every entry of a list."""
    margin = next((len(one) - len(one.lstrip()) for one in lines if one.lstrip()[:2] == "- "), 0)
    block: list[str] = []
    begun = False
    for line in lines:
        if re.match(rf" {{{margin}}}- ", line):
            if begun:
                yield block
                block = []
            begun = True
        block.append(line)
    if begun:
        yield block

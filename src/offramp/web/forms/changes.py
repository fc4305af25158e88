"""What a form may do to a text: values put, entries dropped and moved, and what sections add."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from offramp.core.errors import OfframpError
from offramp.web.forms import additions, ends, pieces
from offramp.web.forms.roundtrip import flow, rewritten, row, section
from offramp.web.forms.values import MOST_LETTERS, mapping, number_or_text, step_at, words

Fields = Mapping[str, Any]
Act = Callable[[Any, Fields], None]
DEEPEST = 12


def changed(text: str, file: str, change: str, fields: Fields) -> str:
    """The text after a change by its name. Raises OfframpError where it does not fit."""
    act = ACTS.get(change)
    if act is None:
        raise OfframpError(f"'{change}' is no change of a form")
    try:
        return rewritten(text, file, lambda document: act(document, fields))
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise OfframpError(
            f"the text has no place for this: {type(error).__name__} at {error}",
            expected="a text of the usual shape",
            repair="mend the errors that are marked in the text first",
        ) from None


def _path(fields: Fields) -> list[Any]:
    path = fields["path"]
    fits = isinstance(path, list) and 0 < len(path) <= DEEPEST
    if not fits or not all(isinstance(part, (str, int)) for part in path):
        raise OfframpError("there is no such place in the text")
    return path


def _put(document: Any, fields: Fields) -> None:
    """Put a value at a path; what is empty is taken out."""
    path, given = _path(fields), fields.get("value", "")
    value = _typed(given, str(fields.get("kind", "text")))
    *above, last = path
    node = document
    for at, part in enumerate(above):
        node = section(document, part) if at == 0 and part != "round" else _inside(node, part)
    if value is None:
        if not isinstance(node, list) and last in node:
            del node[last]
        return
    node[last] = value


def _inside(node: Any, part: Any) -> Any:
    """What stands under a part of a path, a new mapping where nothing does."""
    if isinstance(node, list):
        return node[step_at(node, part)]
    below = node.get(part)
    if below is None:
        node[part] = flow({})
    elif not isinstance(below, (dict, list)):
        node[part] = flow({"value": below})
    return node[part]


def _typed(given: Any, kind: str) -> Any:
    """What a field holds as a value of the text; None where it is empty."""
    if isinstance(given, bool):
        return True if given else None
    if isinstance(given, list):
        return row([str(one) for one in given]) if given else None
    text = str(given).strip()
    if len(text) > MOST_LETTERS:
        raise OfframpError(f"the text has {len(text):,} letters", expected=f"{MOST_LETTERS:,}")
    if not text:
        return None
    if kind == "names":
        return row(list(words(text)))
    if kind == "values":
        return row([number_or_text(one) for one in text.split(",")])
    return number_or_text(text) if kind == "formula" else " ".join(text.split())


def _drop(document: Any, fields: Fields) -> None:
    node, last = _place(document, fields)
    del node[last]
    *above, _ = fields["path"]
    if above[-1:] == ["experts"] and not node:  # the number is nobody's but its own again
        _drop(document, {"path": above})


def _place(document: Any, fields: Fields) -> tuple[Any, Any]:
    """The list or mapping that holds an entry, and the key of the entry in it."""
    node, path = document, _path(fields)
    for at, part in enumerate(path):
        key = step_at(node, part) if isinstance(node, list) else part
        if at + 1 == len(path):
            return node, key
        node = node[key]
    raise AssertionError("a path has a last part")


def _move(document: Any, fields: Fields) -> None:
    """Move a step by so many places, or to the place of another one."""
    steps, at = _place(document, fields)
    to = at + int(fields["by"]) if "by" in fields else step_at(steps, fields["to"])
    steps.insert(min(max(to, 0), len(steps) - 1), steps.pop(at))


def _rounds(document: Any, fields: Fields) -> None:
    """How long it can go on: unlimited, or a number of rounds and the end after the last."""
    given = str(fields.get("rounds", "")).strip()
    if given in ("", "unlimited"):
        document["rounds"] = "unlimited"
        document.pop("at_end", None)
        return
    value = number_or_text(given)
    if not isinstance(value, int) or not 1 <= value <= 10_000:
        raise OfframpError(f"'{given}' is no number of rounds", expected="1 to 10,000")
    document["rounds"] = value
    end = str(fields.get("at_end", "")) or next(iter(mapping(document.get("outcomes"))), "")
    if end:
        document["at_end"] = end


ACTS: Mapping[str, Act] = {
    "put": _put,
    "drop": _drop,
    "move": _move,
    "rounds": _rounds,
    **additions.ACTS,
    **pieces.ACTS,
    **ends.ACTS,
}

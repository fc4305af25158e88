"""Values between fields and text: what a person typed, as YAML would have it; names from labels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from offramp.core.errors import OfframpError

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
WHOLE = re.compile(r"[-+]?\d+")
UNIFORM = re.compile(r"uniform\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)")
RESERVED = {"rest", "nature", "worth", "payoff", "rounds", "round_number", "and", "or", "not", "if"}
MOST_LETTERS = 4000


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one: a text in progress may hold anything."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def number_or_text(given: str) -> int | float | str:
    """A number where the text is one, else the text."""
    text = given.strip()
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text


def number(given: Any, what: str) -> int | float:
    """A finite number. Raises OfframpError with ``what`` it is for."""
    found = number_or_text(str(given).replace(",", "."))
    if isinstance(found, str) or abs(found) > 1e12:
        raise OfframpError(f"'{given}' is no number", expected=f"a number for {what}")
    return found


def words(given: str) -> list[str]:
    """Names with commas between them."""
    return [name_of(one) for one in re.split(r"[,\n]", given) if one.strip()]


def text_of(value: Any) -> str:
    """A value as a field shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(text_of, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def name_of(label: str, taken: Iterable[str] = ()) -> str:
    """A name of the language made from what a person typed; another one where it is taken.

    Raises OfframpError where nothing is left of it.
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    bare = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()[:48]
    if not bare:
        bare = "_".join(f"u{ord(c):x}" for c in label.strip()[:8] if c.isalnum())
    if not bare:
        raise OfframpError(
            f"'{label}' makes no name", expected="a name with a letter in it", repair="say north"
        )
    bare = f"n_{bare}" if bare[0].isdigit() else bare
    bare = f"{bare}_" if bare in RESERVED else bare
    used, name, turn = set(taken), bare, 2
    while name in used:
        name, turn = f"{bare}_{turn}", turn + 1
    return name


def names_in(document: Any) -> set[str]:
    """Every name that shares the one space of names, as far as the text itself has it."""
    found: set[str] = set()
    for part in ("parties", "parameters", "switches", "define", "state", "private", "packages"):
        found |= set(map(str, mapping(document.get(part))))
    for part in ("state", "private", "switches"):
        for one in mapping(document.get(part)).values():
            found |= set(map(str, sequence(mapping(one).get("levels"))))
            found |= set(map(str, sequence(mapping(one).get("options"))))
    for one in mapping(document.get("issues")).values():
        found |= set(map(str, sequence(mapping(one).get("options"))))
    return found


def step_name(step: Any) -> str:
    """What a step or a use of a mechanism is called; '' where nothing says so."""
    own = mapping(step)
    return text_of(own.get("as") or own.get("use") or own.get("name"))


def step_at(steps: Any, key: Any) -> int:
    """Where a step stands now, counted from 0, by its name, or by its place where it has none.

    Raises OfframpError where no step is called so.
    """
    if isinstance(key, int) or str(key).isdigit():
        return int(key)
    for at, step in enumerate(steps):
        if step_name(step) == key:
            return at
    raise OfframpError(f"there is no step '{key}' any more")


def range_of(given: Any) -> tuple[str, str] | None:
    """Lower and upper bound of a range that is uniform; None for any other."""
    match = UNIFORM.fullmatch(str(given or "").strip())
    return (match[1], match[2]) if match else None


def spread(value: Any, low: Any, high: Any, note: str = "judgement") -> dict[str, Any]:
    """An entry with a value and a uniform range, marked as judgement."""
    entry: dict[str, Any] = {"value": value}
    if low is not None and high is not None and low != high:
        entry["range"] = f"uniform({text_of(low)}, {text_of(high)})"
    entry["note"] = note
    return entry

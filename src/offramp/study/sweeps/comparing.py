"""Whether a store is of what is asked for, and if not, what differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError, ResultError
from offramp.scenario import Scenario, read
from offramp.study.sweeps.ordering import Order
from offramp.study.sweeps.store import unfit

SAME = "the scenario, options and version that the store was begun with"
ELSE = "or name another --store"
LONGEST = 40
REPAIRS = {
    "scenario": f"put the scenario back as it was (its text is in sweep/order.json), {ELSE}",
    "seed": f"leave --seed out, {ELSE}",
    "account": f"say --account as before, {ELSE}",
    "chunk": f"leave --chunk out, {ELSE}",
    "keep": f"leave --keep out, {ELSE}",
    "quantities": f"leave --quantity out, {ELSE}",
    "starts": f"leave --starts out, {ELSE}",
    "device": f"go on with --device and a machine as before, {ELSE}",
    "version": f"go on with that version of Offramp, {ELSE}",
}


def differing(root: Path, old: Order, new: Order, scenario: Scenario) -> ResultError | None:
    """The error that tells a store of ``old`` from what is asked for; None where they agree."""
    told = [
        (name, f"{word} {_worded(getattr(old, name))}, not {_worded(getattr(new, name))}")
        for name, word in (
            ("version", "version"),
            ("account", "account"),
            ("seed", "seed"),
            ("precision_scale", "precision scale"),
            ("keep", "kept"),
            ("quantities", "quantities"),
            ("starts", "starts"),
            ("chunk", "chunks of"),
            ("device", "device"),
        )
        if getattr(old, name) != getattr(new, name)
    ]
    if old.scenario_hash != scenario.content_hash:
        told.append(("scenario", f"the scenario differs ({_where(old, scenario)})"))
    if not told:
        return None
    repair = REPAIRS.get(told[0][0], f"say it as before, {ELSE}")
    listed = "; ".join(words for _, words in told)
    return unfit(f"'{root}' is a sweep of something else: {listed}", SAME, repair)


def _worded(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing more"
    if value == "":
        return "none"
    return str(value)


def _where(old: Order, scenario: Scenario) -> str:
    """The first entry in which two scenarios differ."""
    try:
        before = read(old.scenario).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    except OfframpError:
        return "that of the store cannot be read any more"
    after = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for path, one, other in _apart((), before, after):
        here = ".".join(map(str, path))
        return f"{here}: {_short(one)} in the store, {_short(other)} here"
    return "the order of its entries"


NOTHING = object()


def _apart(path: tuple[Any, ...], one: Any, other: Any) -> Iterator[tuple[Any, Any, Any]]:
    """(path, value, other value) of every leaf in which two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            yield from _apart((*path, key), one.get(key, NOTHING), other.get(key, NOTHING))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from _apart((*path, number), *pair)
    elif one != other:
        yield path, one, other


def _short(value: Any) -> str:
    text = "nothing" if value is NOTHING else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

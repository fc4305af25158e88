"""Doubts: what can be read and yet looks like a slip, each with its code and place.

A nominal value outside its own range is one: it is allowed (a speaker may hold a number that
the analyst's range leaves out), but then no draw comes near the nominal result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from offramp.core.errors import Place
from offramp.core.numbers import told_apart
from offramp.scenario.accounts import with_account
from offramp.scenario.meaning import Meaning, understand
from offramp.scenario.meant import Path
from offramp.scenario.model import Scenario
from offramp.scenario.setting import nominal_values


@dataclass(frozen=True)
class Doubt:
    """One sentence on something that was read as it stands, and the nearest repair.

    ``code`` stays the same from version to version; docs/reference/warnings.md lists all.
    """

    code: str
    found: str
    repair: str
    path: str
    place: Place | None

    def __str__(self) -> str:
        where = ": ".join(str(part) for part in (self.place, self.path) if part)
        told = f"{self.code}: {self.found}; {self.repair}"
        return f"{where}: {told}" if where else told

    def as_dict(self) -> dict[str, Any]:
        """Code, place and sentences as plain data."""
        place = self.place
        return {
            "code": self.code,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "path": self.path,
            "found": self.found,
            "repair": self.repair,
        }


def doubt_at(scenario: Scenario, code: str, found: str, repair: str, path: Path) -> Doubt:
    """A doubt about what stands at ``path``, placed at its key."""
    try:
        place = scenario.place(*path, of_value=False)
    except (KeyError, IndexError, TypeError):
        place = None
    return Doubt(code, found, repair, ".".join(map(str, path)), place)


def outside_doubts(meaning: Meaning) -> tuple[Doubt, ...]:
    """Nominal values outside their ranges, in a scenario and its accounts, each place once."""
    found = {one.place or one.path: one for one in _outside(meaning, "")}
    for name in meaning.scenario.accounts:
        told = understand(with_account(meaning.scenario, name))
        for one in _outside(told, name):
            found.setdefault(one.place or one.path, one)
    return tuple(found.values())


def _outside(meaning: Meaning, account: str) -> Iterator[Doubt]:
    """Nominal values outside their own ranges."""
    values = nominal_values(meaning)
    where = f" (in the account '{account}')" if account else ""
    for one in meaning.assumptions:
        value = values.get(one.name)
        if one.distribution is None or value is None:
            continue
        low, high = one.distribution.bounds
        slack = 1e-9 * max(1.0, abs(value))
        if low - slack <= value <= high + slack:
            continue
        path = (*one.path, "value")
        yield Doubt(
            "W101",
            f"the nominal value {told_apart(value, low, high)} of '{one.name}' lies outside its "
            f"range {one.distribution}{where}, so that no draw has it",
            f"choose a value from {told_apart(low, value)} to {told_apart(high, value)}, or widen "
            "the range",
            ".".join(map(str, path)),
            meaning.place(path),
        )

"""The sound texts from which the spoilt ones are made, and a scenario that uses a mechanism."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from offramp.scenario.model import Mechanism
from offramp.scenario.shape import shaped
from offramp.scenario.shelf import library_files
from offramp.scenario.yaml_text import parse_yaml

from ..oracle.generate import scenario_text
from ..scenario.base import BASE, changed

GIVEN = {
    "party": "south",
    "number": "1",
    "expression": "odd",
    "condition": 1,
    "level": "deal",
    "outcome": "settled",
    "package": "deal",
    "parameter": "gain",
    "step": "weather",
}


WEATHER = "  - {name: weather, by: nature, moves: {fair: {odds: rest}}}\n"
VARIABLES = ("rung", "left", "table", "spare", "other", "further", "more")


@dataclass(frozen=True)
class Seed:
    """A scenario's text, or a mechanism's with the scenario that uses it from the same folder."""

    name: str
    text: str
    user: str = ""
    weight: int = 1


def user_of(text: str, name: str) -> str:
    """BASE with a `use` of the mechanism in ``text``: every need met by something of its kind."""
    mechanism = shaped(Mechanism, parse_yaml(text, name))
    free = [variable for variable in VARIABLES if variable not in mechanism.with_]
    given = {
        need: (need if need in VARIABLES else free.pop(0))
        if words.kind == "variable"
        else GIVEN[words.kind]
        for need, words in mechanism.with_.items()
    }
    entries = ", ".join(f"{need}: {value}" for need, value in given.items())
    return changed(
        (
            "  left:",
            "".join(f"  {v}: {{range: [0, 2], start: 0}}\n" for v in VARIABLES[3:]) + "  left:",
        ),
        ("  - name: act", f"{WEATHER}  - use: {name}\n    with: {{{entries}}}\n  - name: act"),
    )


@cache
def seeds() -> tuple[Seed, ...]:
    """Everything that is mutated; small texts weigh more, since they are quick to read."""
    worked = Path(__file__).parents[1] / "oracle" / "worked_example.yaml"
    limited = BASE.replace("rounds: unlimited", "rounds: 3\nat_end: war")
    found = [
        Seed("base", BASE, weight=12),
        Seed("limited", limited, weight=6),
        Seed("worked", worked.read_text(encoding="utf-8"), weight=12),
        *(Seed(f"generated {n}", scenario_text(n), weight=2) for n in range(6)),
        *(Seed(f"generated {n}, limited", scenario_text(n, limit=3)) for n in range(3)),
    ]
    for name, path in library_files("scenarios").items():
        found.append(Seed(name, path.read_text(encoding="utf-8")))
    for name, path in library_files("mechanisms").items():
        text = path.read_text(encoding="utf-8")
        found.append(Seed(name, text, user_of(text, name)))
    return tuple(found)

"""The same crisis in rounds half as long: how far ends and timing are made by the round.

Converted are numbers whose unit is *per round*: odds p become 1 − √(1 − p), everything else is
halved; patience becomes its root, a limit of rounds doubles. Other numbers stay, and are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offramp.core.showing import Brief
from offramp.expressions import names, parse
from offramp.scenario import Scenario, read, scenario_text
from offramp.scenario.model import Family, Quantity
from offramp.study.solving.experiment import outcomes, solve
from offramp.study.solving.workspace import Workspace

TIMING = 1 / 3
"""Share by which a timing may change before it is called a property of the round."""


@dataclass(frozen=True, repr=False)
class Halved(Brief):
    """Ends and timing with whole and with half rounds, at nominal values; time in whole rounds."""

    unit: str
    ends: Mapping[str, tuple[float, float]]
    further: tuple[float, float]
    """How often play goes on into a further round, in whole rounds."""
    converted: tuple[str, ...]
    """Numbers that were converted."""

    @property
    def timing_moves(self) -> bool:
        """Whether the timing changes by more than a third."""
        before, after = self.further
        return not abs(after - before) <= TIMING * before

    @property
    def largest(self) -> float:
        """Largest change of the probability of an end."""
        return max(abs(after - before) for before, after in self.ends.values())

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "ends": {name: list(pair) for name, pair in self.ends.items()},
            "further": list(self.further),
            "timing_moves": self.timing_moves,
            "converted": list(self.converted),
        }


def halve_rounds(scenario: Scenario) -> Halved:
    """The scenario solved at nominal values in its own rounds and in rounds half as long."""
    shorter, converted = with_rounds_halved(scenario)
    pair = [outcomes(solve(Workspace(one).game()), rounds=0) for one in (scenario, shorter)]
    shares = [one["probability"].values[0].tolist() for one in pair]
    rounds = [float(one["rounds"].values[0]) for one in pair]
    names_of = [str(one) for one in pair[0]["outcome"].values]
    return Halved(
        scenario.time.round,
        dict(zip(names_of, zip(*shares, strict=True), strict=True)),
        (rounds[0], rounds[1] / 2),
        converted,
    )


def with_rounds_halved(scenario: Scenario) -> tuple[Scenario, tuple[str, ...]]:
    """The scenario with rounds half as long, and the numbers that were converted."""
    chances = _read_as_odds(scenario)
    entries, converted = dict(scenario.parameters), list[str]()
    for name, entry in scenario.parameters.items():
        per = re.search(r"(?:per|an?|each|every) (\w+)$", getattr(entry, "unit", None) or "")
        if per is None or per[1] not in ("round", scenario.time.round):
            continue
        converted.append(name)
        if isinstance(entry, Family):
            each = {key: _halved(one, name in chances) for key, one in entry.each.items()}
            entries[name] = entry.model_copy(update={"each": each})
        else:
            entries[name] = _halved(entry, name in chances)
    parties = {
        name: party.model_copy(update={"patience": f"sqrt({party.patience})"})
        for name, party in scenario.parties.items()
    }
    update: dict[str, Any] = {"parameters": entries, "parties": parties}
    if scenario.limit:
        update["rounds"] = 2 * scenario.limit
    return read(scenario_text(scenario.model_copy(update=update))), tuple(converted)


def _halved(entry: Any, chance: bool) -> Quantity:
    kept = entry if isinstance(entry, Quantity) else Quantity(value=entry)
    value = kept.value
    told = f"1 - sqrt(1 - ({value}))" if chance else f"({value}) / 2"
    return kept.model_copy(update={"value": told, "range": None})


def _read_as_odds(scenario: Scenario) -> set[str]:
    """Names that the odds of a chance move read, directly or through other numbers."""
    found: set[str] = set()
    for step in scenario.round:
        for move in step.moves.values():
            if move.odds is not None:
                found |= set(_bases(move.odds))
    return found


def _bases(formula: Any) -> Iterator[str]:
    for name in names(parse(formula)):
        yield name.partition("[")[0]

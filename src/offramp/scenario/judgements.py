"""Experts' judgements from a CSV file: shares and values, or chips in bins; into a scenario.

One row is one judgement: `assumption, expert, weight, share, value` says that the expert holds a
share of 0.25 below this value (0 and 1 are the ends of what is thought possible);
`assumption, expert, weight, low, high, chips` is a bin with its chips. The weight may be left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from offramp.core.errors import Place, ScenarioError, suggestion
from offramp.core.files import read_regular
from offramp.scenario.distributions import Distribution
from offramp.scenario.meaning import understand
from offramp.scenario.model import Family, Quantity, Scenario
from offramp.scenario.pooling import exact_text, from_chips, from_quantiles

MAX_BYTES = 1_000_000
QUANTILES, CHIPS = ("share", "value"), ("low", "high", "chips")
EXPECTED = "columns assumption, expert, weight and either share, value or low, high, chips"


@dataclass(frozen=True)
class Judgement:
    """What one expert says of one number."""

    expert: str
    weight: float
    range: Distribution


@dataclass
class _Said:
    """The rows of one expert on one number."""

    weight: float | None = None
    points: dict[float, float] = field(default_factory=dict[float, float])
    bins: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    line: int = 0


Judgements = Mapping[str, tuple[Judgement, ...]]
"""Assumption to what each expert says, in the order of the file."""


def read_judgements(path: str | Path) -> Judgements:
    """The judgements in a CSV file; a ScenarioError with line for a row that does not fit."""
    content = read_regular(path, MAX_BYTES, expected=EXPECTED, kind=ScenarioError)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        _fail(path, 1, "the file is not UTF-8", "save it as CSV in UTF-8")
    found: dict[str, dict[str, _Said]] = {}
    for line, row in _rows(path, text):
        name, expert = row.get("assumption", ""), row.get("expert", "")
        if not name or not expert:
            _fail(path, line, "a row without assumption or expert", "name both in every row")
        said = found.setdefault(name.replace(" ", ""), {}).setdefault(expert, _Said(line=line))
        _add(path, line, row, said)
    if not found:
        _fail(path, 1, "no judgements", "write a row for each share, or for each bin")
    return {
        name: tuple(_judgement(path, expert, said) for expert, said in experts.items())
        for name, experts in found.items()
    }


def _rows(path: str | Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Number of line and cells by column of every row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    heads: list[str] = []
    try:
        for cells in reader:
            told = [cell.strip() for cell in cells]
            if not any(told):
                continue
            if not heads:
                heads = [head.casefold() for head in told]
                missing = {"assumption", "expert"} - set(heads)
                kinds = set(QUANTILES) <= set(heads) or set(CHIPS) <= set(heads)
                if missing or not kinds:
                    _fail(path, reader.line_num, "columns that are not those of judgements", "")
                continue
            yield reader.line_num, dict(zip(heads, told, strict=False))
    except csv.Error as error:
        _fail(path, reader.line_num, f"the file is not CSV: {error}", "save it as CSV")


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _add(path: str | Path, line: int, row: Mapping[str, str], said: _Said) -> None:
    """One row more of an expert on a number."""
    if row.get("weight"):
        weight = _number(path, line, row["weight"])
        if weight <= 0 or said.weight not in (None, weight):
            _fail(path, line, f"the weight {row['weight']}", "one weight above 0 for an expert")
        said.weight = weight
    if row.get("share"):
        share = _number(path, line, row["share"])
        if share in said.points:
            _fail(path, line, f"the share {row['share']} stands twice", "say every share once")
        said.points[share] = _number(path, line, row.get("value", ""))
    elif row.get("chips"):
        low, high, chips = (_number(path, line, row.get(word, "")) for word in CHIPS)
        said.bins.append((low, high, chips))
    else:
        _fail(path, line, "a row with neither share nor chips", "fill in one of the two")


def _judgement(path: str | Path, expert: str, said: _Said) -> Judgement:
    if said.points and said.bins:
        _fail(path, said.line, f"'{expert}' gives shares and chips", "one of the two for a number")
    try:
        spread = from_quantiles(said.points) if said.points else from_chips(said.bins)
    except ScenarioError as error:
        raise ScenarioError(
            f"'{expert}': {error.found}",
            expected=error.expected,
            repair=error.repair,
            place=Place(str(path), said.line, 1),
            code="E406",
        ) from None
    return Judgement(expert, said.weight or 1.0, spread)


def _number(path: str | Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) > 1e300:
        _fail(path, line, f"'{text}' is no number", "write it with a decimal point")
    return value


def _fail(path: str | Path, line: int, found: str, repair: str) -> NoReturn:
    place = Place(str(path), line, 1)
    raise ScenarioError(found, expected=EXPECTED, repair=repair, place=place, code="E406")


def with_judgements(scenario: Scenario, judgements: Judgements, path: str | Path) -> Scenario:
    """The scenario with these experts in place of the ranges of the numbers that they judge.

    The nominal value stays where there is one. Raises ScenarioError for a number that is not
    there, or that is worked out from others.
    """
    entries = dict(scenario.parameters)
    known = [one.name for one in understand(scenario).assumptions if one.path[0] == "parameters"]
    for name, experts in judgements.items():
        if name not in known:
            raise ScenarioError(
                f"'{name}' is no number of the scenario",
                expected="a parameter, or family[key]",
                repair=suggestion(name, known),
                place=Place(str(path), 1, 1),
                code="E406",
            )
        base, _, key = name.partition("[")
        entry = entries[base]
        if isinstance(entry, Family):
            one = _with_experts(entry.each[key[:-1]], experts)
            entries[base] = entry.model_copy(update={"each": {**entry.each, key[:-1]: one}})
        else:
            entries[base] = _with_experts(entry, experts)
    return scenario.model_copy(update={"parameters": entries})


def _with_experts(entry: Any, experts: tuple[Judgement, ...]) -> Quantity:
    words: dict[str, Any] = {"value": entry} if not isinstance(entry, Quantity) else {}
    if isinstance(entry, Quantity):
        words = entry.model_dump(by_alias=True, exclude_defaults=True)
    words.pop("range", None)
    told: dict[str, dict[str, Any]] = {}
    for one in experts:
        key = _key(one.expert, told)
        told[key] = {"range": exact_text(one.range), "weight": one.weight}
        told[key] |= {"note": one.expert} if key != one.expert else {}
    return Quantity.model_validate({**words, "experts": told})


def _key(expert: str, taken: Mapping[str, object]) -> str:
    """A name for an expert; as it is written where that is one."""
    name = re.sub(r"\W+", "_", expert, flags=re.ASCII).strip("_")[:60] or "expert"
    name = name if not name[0].isdigit() else f"_{name}"
    number = 2
    key = name
    while key in taken:
        key, number = f"{name}_{number}", number + 1
    return key

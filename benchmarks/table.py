"""What was measured: rows with peer, target and certificate, and the table that holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

FORMAT = 1


@dataclass(frozen=True)
class Peer:
    """Another program's figure for the same work, in the row's unit; or why there is none."""

    name: str
    figure: float | None = None
    missing: str = ""
    """The reason where there is no figure; never both."""
    source: str = ""
    """The work a quoted figure is taken from; empty where it was measured in this run."""
    note: str = ""
    beyond: bool = False
    """Whether it was stopped at ``figure`` without an answer."""

    def __post_init__(self) -> None:
        if (self.figure is None) == (not self.missing):
            raise ValueError(f"{self.name}: either a figure or the reason why there is none")


@dataclass(frozen=True)
class Aim:
    """What is to be reached: a bound on our own figure, or on the peer's figure over ours."""

    bound: float
    of: Literal["own", "ratio"] = "own"
    stretch: bool = False

    def met(self, own: float, ratio: float | None) -> bool | None:
        """Whether it is reached; None where the peer is missing."""
        if self.of == "own":
            return own <= self.bound
        return None if ratio is None else ratio >= self.bound


@dataclass(frozen=True)
class Certificate:
    """What was certified of the draws whose time is told, in payoff units."""

    draws: int
    solved: int
    residual: float
    """Largest |V - T(V)| of any draw."""
    regret: float | None = None
    """Most that a best reply gains anybody at the start of any draw, error bound included."""
    bound: float | None = None
    """Largest of the bounds on what logit play can lose."""
    branch: str = ""
    uniqueness: str = ""
    difference: float | None = None
    """Largest gap to the peer's answer."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    work: str
    own: float | None
    """Our figure; None where it could not be measured, and ``note`` says why."""
    unit: str
    clock: str = ""
    """Which seconds: 'processor' (one core), 'wall' (all cores); empty where it is no time."""
    peer: Peer | None = None
    aim: Aim | None = None
    certificate: Certificate | None = None
    facts: Mapping[str, float | str] = field(default_factory=dict)
    """What else was measured in the same run, by a name with its unit."""
    note: str = ""
    group: str = ""

    @property
    def ratio(self) -> float | None:
        """The peer's figure over ours; at least so much where the peer was stopped.

        None where the peer's figure is missing or quoted, from other work on another machine.
        """
        peer = self.peer
        if peer is None or peer.figure is None or peer.source or not self.own:
            return None
        return peer.figure / self.own

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached; None where there is none or the peer is missing."""
        if self.aim is None or self.own is None:
            return None
        return self.aim.met(self.own, self.ratio)


class Group(NamedTuple):
    """A heading of the table: its key, its title, and a sentence about the work in it."""

    name: str
    title: str
    about: str


@dataclass(frozen=True)
class Table:
    """Everything that one run measured."""

    taken: str
    """Day of the run, YYYY-MM-DD."""
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    quick: bool = False
    """Whether sizes were cut down to see that everything runs; such figures are not published."""
    seconds: float = 0.0
    """How long the run took."""

    def rows_of(self, group: str) -> tuple[Row, ...]:
        """The rows under one heading."""
        return tuple(row for row in self.rows if row.group == group)

    def row(self, name: str) -> Row:
        """One row; raises KeyError where it was not measured."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def with_rows(self, rows: Iterable[Row]) -> Table:
        """This table with rows of the same name replaced, in the order of this table."""
        new = {row.name: row for row in rows}
        kept = tuple(new.pop(row.name, row) for row in self.rows)
        return Table(**{**vars(self), "rows": (*kept, *new.values())})


def write_table(table: Table, path: Path) -> None:
    """The table as JSON; infinities and nans are written as null."""
    told = {"format": FORMAT, **asdict(table)}
    told["groups"] = [group._asdict() for group in table.groups]
    text = json.dumps(_plain(told), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_table(path: Path) -> Table:
    """The table that ``write_table`` wrote; raises ValueError for another format."""
    told = json.loads(path.read_text(encoding="utf-8"))
    if told.pop("format", None) != FORMAT:
        raise ValueError(f"{path.name} was written by another version of these benchmarks")
    told["groups"] = tuple(Group(**group) for group in told["groups"])
    told["rows"] = tuple(_row(row) for row in told["rows"])
    return Table(**told)


def _row(told: dict[str, Any]) -> Row:
    parts = {"peer": Peer, "aim": Aim, "certificate": Certificate}
    made = {name: kind(**told[name]) for name, kind in parts.items() if told[name] is not None}
    return Row(**{**told, **made})


def _plain(value: Any) -> Any:
    """The same with numbers rounded to six digits."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bool) or not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None

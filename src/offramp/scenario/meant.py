"""The records that `meaning` fills: a scenario with positions in place of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from offramp.core.errors import Place
from offramp.core.showing import Brief
from offramp.expressions import Expression
from offramp.scenario.binding import Vocabulary
from offramp.scenario.distributions import Distribution
from offramp.scenario.model import Scenario

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class VariableMeaning:
    """A variable: integers ``low``..``high``; ``levels`` are their names or empty.

    ``known_to`` holds the positions of the parties that know a private variable, and is None
    where the variable is part of the state. ``shown`` says that everybody sees its value,
    whatever else is unseen. Where ``begins`` is a formula of switches, ``start`` is its nominal
    value until the game is settled; ``reset`` is the value at the beginning of further rounds
    where that is not ``start``.
    """

    name: str
    low: int
    high: int
    start: int
    every_round: bool
    levels: tuple[str, ...]
    known_to: tuple[int, ...] | None = None
    shown: bool = False
    begins: Expression | None = None
    reset: int | None = None

    def word(self, value: int) -> str:
        """The level's name, or the number."""
        return self.levels[value - self.low] if self.levels else str(value)


@dataclass(frozen=True)
class Assumption:
    """One number of the scenario: a parameter, one entry of a family, or a switch.

    ``options`` are the names of a switch's values 0, 1, …. What is ``structural`` may be read by
    the rules themselves: switches, and where accounts differ in it where a variable begins and
    whether a move is there.
    """

    name: str
    formula: Expression | None
    distribution: Distribution | None
    unit: str | None
    source: str | Mapping[str, str] | None
    note: str | None
    path: Path
    options: tuple[str, ...] = ()
    structural: bool = False

    def word(self, value: float) -> str:
        """The option's name, or the number."""
        place = round(value) if value == value else -1
        return self.options[place] if 0 <= place < len(self.options) else f"{value:.6g}"


@dataclass(frozen=True)
class MoveMeaning:
    """A move: formulas bound; ``odds`` None for a party's move, ``rest`` for what is left."""

    name: str
    when: Expression | None
    pay: tuple[tuple[int, Expression], ...]
    then: tuple[tuple[int, Expression], ...]
    end: int | None
    odds: Expression | None
    rest: bool
    path: Path
    weight: Expression | None = None


@dataclass(frozen=True)
class StepMeaning:
    """A step: ``mover`` is the party's position, or -1 for nature.

    ``unseen`` are the positions of the earlier steps whose moves the mover does not observe,
    in rising order.
    """

    name: str
    mover: int
    moves: tuple[MoveMeaning, ...]
    path: Path
    unseen: tuple[int, ...] = ()


@dataclass(frozen=True)
class OutcomeMeaning:
    """An outcome: pay per party, and the position of its ``by`` variable or None."""

    name: str
    kind: str
    pay: tuple[tuple[int, Expression], ...]
    by: int | None


@dataclass(frozen=True, repr=False)
class Meaning(Brief):
    """A scenario whose names are all known; positions stand for names.

    ``steps`` are those of a round, ``draws`` the steps of nature before round 1 that draw the
    private variables.
    """

    scenario: Scenario
    parties: tuple[str, ...]
    patience: tuple[Expression, ...]
    precision: tuple[Expression, ...]
    variables: tuple[VariableMeaning, ...]
    assumptions: tuple[Assumption, ...]
    steps: tuple[StepMeaning, ...]
    outcomes: tuple[OutcomeMeaning, ...]
    limit: int
    at_end: int | None
    vocabulary: Vocabulary
    draws: tuple[StepMeaning, ...] = ()
    settled_at: tuple[tuple[str, float], ...] = ()
    """Switches that its rules read no more, and the options that they were settled at."""

    @cached_property
    def structural(self) -> tuple[str, ...]:
        """The assumptions that the rules may read."""
        return tuple(one.name for one in self.assumptions if one.structural)

    @property
    def rules(self) -> tuple[StepMeaning, ...]:
        """The steps of a round from position 0 on; the draws are counted back from the end (-1)."""
        return (*self.steps, *self.draws)

    def place(self, path: Path) -> Place | None:
        """Where the value at ``path`` stood in the text."""
        return self.scenario.place(*path)

"""The emulator of a scenario's quantities: what it says, always with how far it may be off.

Nothing here was solved. Every number that comes out is called emulated, and stands beside the
error that was found on draws which the emulator had not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import Place, ResultError, suggestion
from offramp.core.showing import Tabled
from offramp.study.emulation.fitting import Fitted
from offramp.study.emulation.held_out import Errors
from offramp.study.emulation.inputs import Input, place_chunks, places_of
from offramp.study.emulation.variance import VarianceShare

if TYPE_CHECKING:
    import xarray as xr

    from offramp.study.sweeps import Order

Array = NDArray[np.float64]
QUANTILES = {"q05": 0.05, "q50": 0.50, "q95": 0.95}
LABEL = "emulated, not solved"
MOST = 10_000_000


@dataclass(frozen=True)
class SolvedDraws:
    """What the solver said of the quantity in the draws that were learnt from."""

    mean: float
    deviation: float
    least: float
    greatest: float


@dataclass(frozen=True, eq=False)
class Emulator:
    """One quantity emulated: its fit, its errors, and the shares of its variance.

    ``held_out`` (2, draw) are solved and emulated values of draws that the fit had not seen,
    of at most the first thousand; ``tried`` is the root mean square error of each way.
    """

    quantity: str
    fit: Fitted
    error: Errors
    solved: SolvedDraws
    shares: tuple[VarianceShare, ...]
    held_out: Array
    tried: Mapping[str, float]

    @property
    def method(self) -> str:
        """The method and the scale on which it is fitted."""
        return said_recipe(self.fit.recipe.method, self.fit.recipe.scale)

    @property
    def is_probability(self) -> bool:
        """Whether it lies between 0 and 1."""
        return (self.fit.low, self.fit.high) == (0.0, 1.0)


@dataclass(frozen=True)
class Origin:
    """Where an emulator comes from; goes into everything that it writes."""

    title: str
    premises: str
    scenario_hash: str
    source: str
    seed: int
    """Of folds, subsets and points."""
    offered: int
    used: int
    spare: int
    several: int
    folds: int
    last: int
    """Greatest number of a draw that was learnt from."""
    left_out: Mapping[str, int]
    fixed: Mapping[str, float]
    versions: Mapping[str, str]
    created: str
    command: str = ""


@dataclass(frozen=True)
class Outside:
    """An assumption asked for outside the training draws; the emulator was read at ``read``."""

    name: str
    asked: float
    read: float
    least: float
    greatest: float


@dataclass(frozen=True)
class Reading:
    """One quantity at one point, with the ends of what its error leaves open.

    ``low`` to ``high`` is the process's own 95 % interval where ``own``, else the value give
    or take what 95 % of held-out errors stay within.
    """

    quantity: str
    value: float
    low: float
    high: float
    own: bool


@dataclass(frozen=True)
class Point:
    """What an emulator says at one point; assumptions not named in ``given`` are usual."""

    given: Mapping[str, float]
    values: Mapping[str, float]
    readings: tuple[Reading, ...]
    outside: tuple[Outside, ...]


@dataclass(frozen=True)
class EmulatedSpread:
    """Mean, deviation and quantiles of one emulated quantity over many draws."""

    quantity: str
    draws: int
    mean: float
    deviation: float
    q05: float
    q50: float
    q95: float


@dataclass(frozen=True, eq=False, repr=False)
class Surrogate(Tabled):
    """Emulators of several quantities over the same inputs.

    ``complete``: the quantities are the probabilities of all outcomes; what is emulated is
    then divided by its sum, which on held-out draws was between the two of ``sums``.
    """

    inputs: tuple[Input, ...]
    emulators: tuple[Emulator, ...]
    complete: bool
    sums: tuple[float, float]
    origin: Origin
    order: Order | None = None

    @property
    def quantities(self) -> tuple[str, ...]:
        """Texts of the quantities, in order."""
        return tuple(one.quantity for one in self.emulators)

    def of(self, quantity: str) -> Emulator:
        """The emulator of one quantity. Raises ResultError where there is none."""
        text = " ".join(quantity.split())
        for one in self.emulators:
            if one.quantity == text:
                return one
        raise ResultError(
            f"'{text}' is not emulated",
            expected="a quantity that was fitted",
            repair=suggestion(text, self.quantities),
            place=Place("quantity", 1, 1),
        )

    def predict(self, places: Array) -> Array:
        """(draw, quantity) emulated values at places (draw, input), shares of every range."""
        told = np.column_stack([one.fit.predict(places) for one in self.emulators])
        return together(told) if self.complete else told

    def at(self, given: Mapping[str, float] | None = None) -> Point:
        """What the quantities are at one point, with their errors.

        Assumptions that are not given have their nominal values (the middle of the draws where
        no scenario is known). Raises ResultError for one that did not vary in the draws.
        """
        asked = dict(given or {})
        for name, value in asked.items():
            self._check(name, value)
        values = {one.name: float(asked.get(one.name, one.usual)) for one in self.inputs}
        row = np.array([[values[one.name] for one in self.inputs]])
        places = places_of(self.inputs, row)
        outside = tuple(
            Outside(
                one.name,
                values[one.name],
                float(one.value(places[:, i])[0]),
                one.least,
                one.greatest,
            )
            for i, one in enumerate(self.inputs)
            if not one.holds(values[one.name]) and one.name in asked
        )
        told = self.predict(places)[0]
        readings = tuple(
            _reading(one, float(value), places)
            for one, value in zip(self.emulators, told, strict=True)
        )
        return Point(asked, values, readings, outside)

    def over(self, count: int = 100_000, seed: int | None = None) -> tuple[EmulatedSpread, ...]:
        """Mean and quantiles of every quantity over ``count`` points of the ranges."""
        parts = [self.predict(places) for places in self.points(count, seed)]
        told = np.concatenate(parts)
        return tuple(
            EmulatedSpread(
                one.quantity,
                count,
                float(column.mean()),
                float(column.std()),
                *(float(q) for q in np.quantile(column, list(QUANTILES.values()))),
            )
            for one, column in zip(self.emulators, told.T, strict=True)
        )

    def emulated_draws(self, count: int, seed: int | None = None) -> xr.Dataset:
        """Emulated values of ``count`` points of the ranges, as one labelled dataset.

        ``emulated`` (draw, quantity) and ``emulation_error`` (quantity,), the root mean square
        error on held-out draws; ``parameters`` (draw, parameter). No name in it is one that
        solved results have, but that of the parameters.
        """
        import xarray as xr

        used = self.origin.seed if seed is None else seed
        parts = [(self.values(one), self.predict(one)) for one in self.points(count, used)]
        values, told = (np.concatenate(one) for one in zip(*parts, strict=True))
        about = {"units": "as asked", "long_name": "Emulated value of the quantity, not solved"}
        off = {"units": "as asked", "long_name": "Root mean square error on held-out draws"}
        errors = [one.error.rms for one in self.emulators]
        return xr.Dataset(
            {
                "emulated": (("draw", "quantity"), told, about),
                "emulation_error": (("quantity",), errors, off),
                "parameters": (
                    ("draw", "parameter"),
                    values,
                    {"units": "1", "long_name": "Value of the parameter"},
                ),
            },
            {
                "draw": np.arange(count),
                "quantity": list(self.quantities),
                "parameter": [one.name for one in self.inputs],
            },
            {
                "emulated": 1,
                "label": LABEL,
                "title": self.origin.title,
                "seed": used,
                "scenario_hash": self.origin.scenario_hash,
            },
        )

    def points(self, count: int, seed: int | None = None) -> Iterator[Array]:
        """``count`` points of the ranges as places (draw, input), some at a time."""
        if not 1 <= count <= MOST:
            raise ResultError(
                f"{count:,} draws to emulate",
                expected=f"1 to {MOST:,}",
                repair="say --over 100000",
                place=Place("--over", 1, 1),
            )
        return place_chunks(count, len(self.inputs), self.origin.seed if seed is None else seed)

    def values(self, places: Array) -> Array:
        """(draw, input) values of the assumptions at places."""
        return np.column_stack([one.value(places[:, i]) for i, one in enumerate(self.inputs)])

    def _check(self, name: str, value: float) -> None:
        """A ResultError for an assumption that cannot be given."""
        known = [one.name for one in self.inputs]
        if name in known:
            if np.isfinite(value):
                return
            raise ResultError(
                f"{name} = {value}", expected="a finite number", place=Place("--at", 1, 1)
            )
        if name in self.origin.fixed:
            raise ResultError(
                f"'{name}' was {self.origin.fixed[name]:g} in all draws",
                expected="an assumption that varied in them",
                repair="solve draws in which it has a range",
                place=Place("--at", 1, 1),
            )
        raise ResultError(
            f"no assumption '{name}' was learnt from",
            place=Place("--at", 1, 1),
            expected="an assumption that varied in the draws",
            repair=suggestion(name, known),
        )

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row per quantity: method and errors; every row says that it is emulated."""
        return [
            {"emulated": True, "quantity": one.quantity, "method": one.method, **asdict(one.error)}
            for one in self.emulators
        ]


def together(told: Array) -> Array:
    """Probabilities (draw, outcome) divided by their sum."""
    whole = told.sum(axis=1, keepdims=True)
    return np.where(whole > 0, told / np.where(whole > 0, whole, 1), 1 / told.shape[1])


def said_recipe(method: str, scale: str) -> str:
    """A method and its scale in words."""
    words = {"clipped": "", "log-odds": " of the log-odds", "logarithm": " of the logarithm"}
    return f"{method}{words[scale]}"


def _reading(one: Emulator, value: float, places: Array) -> Reading:
    ends = one.fit.interval(places)
    if ends is not None:
        return Reading(one.quantity, value, float(ends[0][0]), float(ends[1][0]), True)
    low, high = value - one.error.reach, value + one.error.reach
    return Reading(one.quantity, value, max(low, one.fit.low), min(high, one.fit.high), False)

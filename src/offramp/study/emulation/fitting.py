"""Fitting one quantity: a method on a scale on which values cannot leave their bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ResultError, suggestion
from offramp.study.emulation.inputs import Input
from offramp.study.emulation.polynomials import fit_polynomial
from offramp.study.emulation.processes import Process, fit_process
from offramp.study.emulation.training import Target

Array = NDArray[np.float64]
POLYNOMIAL, PROCESS, CONSTANT = "polynomial chaos", "Gaussian process", "constant"
METHODS = {"polynomial": POLYNOMIAL, "process": PROCESS}
"""Word of the command line to method; 'auto' is both."""
CLIPPED, LOG_ODDS, LOGARITHM = "clipped", "log-odds", "logarithm"
EDGE = 1e-6
"""Probabilities nearer to 0 or 1 are taken as this near in log-odds."""


class Recipe(NamedTuple):
    """How a quantity is fitted: the method, and the scale on which it is fitted."""

    method: str
    scale: str


class Regression(Protocol):
    """What is fitted on a scale; places are (draw, input), values (draw,)."""

    def predict(self, places: Array) -> Array:
        """Values at places."""
        ...

    def interval(self, places: Array) -> tuple[Array, Array] | None:
        """The ends of the model's own 95 % interval; None where it states none."""
        ...


@dataclass(frozen=True)
class Constant:
    """A quantity that is the same in all draws."""

    value: float

    def predict(self, places: Array) -> Array:
        """The same everywhere."""
        return np.full(len(places), self.value)

    def interval(self, places: Array) -> tuple[Array, Array] | None:
        """A constant states no interval."""
        del places
        return None


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model and its scale; values never leave ``low`` to ``high``."""

    recipe: Recipe
    model: Regression
    low: float
    high: float

    def predict(self, places: Array) -> Array:
        """(draw,) values of the quantity at places (draw, input)."""
        return self._back(self.model.predict(places))

    def interval(self, places: Array) -> tuple[Array, Array] | None:
        """(draw,) ends of the model's own 95 % interval."""
        ends = self.model.interval(places)
        return None if ends is None else (self._back(ends[0]), self._back(ends[1]))

    def _back(self, told: Array) -> Array:
        if self.recipe.scale == LOG_ODDS:
            return 1 / (1 + np.exp(-np.clip(told, -700, 700)))
        if self.recipe.scale == LOGARITHM:
            told = np.expm1(np.minimum(told, 700))
        return np.clip(told, self.low, self.high)


def methods_of(word: str) -> tuple[str, ...]:
    """The methods that a word names. Raises ResultError for no such word."""
    if word == "auto":
        return tuple(METHODS.values())
    if word not in METHODS:
        raise ResultError(
            f"no method '{word}'",
            expected="auto, polynomial or process",
            repair=suggestion(word, ("auto", *METHODS)),
        )
    return (METHODS[word],)


def scales_of(target: Target) -> tuple[str, ...]:
    """The scales that a quantity is tried on: as it is, and one that its bounds cannot be left."""
    if target.is_probability:
        return CLIPPED, LOG_ODDS
    return (CLIPPED, LOGARITHM) if target.low == 0 else (CLIPPED,)


def fit_recipes(
    inputs: Sequence[Input],
    places: Array,
    target: Target,
    recipes: Sequence[Recipe],
    seed: int,
    near: Mapping[Recipe, Fitted] | None = None,
) -> dict[Recipe, Fitted]:
    """The quantity fitted in several ways to the same draws.

    A process is told what each input weighs by the polynomial of the same draws; its search
    begins where that of ``near``, fits to other draws, ended.
    """
    found: dict[Recipe, Fitted] = {}
    for scale in dict.fromkeys(one.scale for one in recipes):
        values = _onto(target.values, scale)
        spread = float(values.std())
        polynomial = fit_polynomial(inputs, places, values) if spread > 0 else None
        for recipe in (one for one in recipes if one.scale == scale):
            model: Regression
            if polynomial is None:
                model = Constant(float(values[0]))
            elif recipe.method == POLYNOMIAL:
                model = polynomial
            else:
                before = near[recipe].model if near else None
                model = fit_process(
                    inputs,
                    places,
                    values,
                    polynomial.weights,
                    seed,
                    before if isinstance(before, Process) else None,
                )
            found[recipe] = Fitted(recipe, model, target.low, target.high)
    return found


def constant_fit(target: Target) -> Fitted:
    """The fit of a quantity that does not vary."""
    recipe = Recipe(CONSTANT, CLIPPED)
    return Fitted(recipe, Constant(float(target.values.mean())), target.low, target.high)


def _onto(values: Array, scale: str) -> Array:
    if scale == LOG_ODDS:
        held = np.clip(values, EDGE, 1 - EDGE)
        return np.log(held / (1 - held))
    return np.log1p(values) if scale == LOGARITHM else values

"""Honest errors: every draw is predicted by a fit that has not seen it.

Draws are dealt to folds at random by a recorded seed, since neighbours in a Sobol sequence are
laid out to be apart. All recipes are fitted without each fold in turn. The recipe of a fold is
chosen by the errors in the other folds, so that a choice among several is paid for as well; what
is kept in the end is the recipe with the least error over all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.study.emulation.fitting import Fitted, Recipe, constant_fit, fit_recipes, scales_of
from offramp.study.emulation.training import Target, Training

Array = NDArray[np.float64]
FOLDS, FEWER = 10, 5
LARGE = 2000
"""Draws above which there are five folds in place of ten."""
REACH = 0.95
OUTER = 0.1
"""Share of the draws that count as corners."""
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Errors:
    """How far an emulator is from the solver on draws that it has not seen.

    ``rms`` root mean square, ``largest`` (in the draw of that number), ``bias`` mean of
    emulated minus solved, ``reach`` what 95 % of the errors stay within, ``corners`` root mean
    square over the outermost tenth of the draws; all in units of the quantity. ``explained``
    is the share of the variance, ``coverage`` the share of draws in the model's own 95 %
    interval; nan where there is none. ``relative`` is ``rms`` itself for a probability, else
    in parts of the span of solved values.
    """

    rms: float
    largest: float
    draw: int
    bias: float
    reach: float
    corners: float
    explained: float
    coverage: float
    relative: float
    draws: int


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Solved and emulated values (draw,) of one quantity, each draw by a fit that left it out.

    ``fold_fits`` are fits of the recipe that was kept, each without one fold; ``tried`` is the
    root mean square error of every recipe.
    """

    solved: Array
    emulated: Array
    inside: NDArray[np.bool_]
    """(draw,) whether the model's own interval holds the solved value."""
    stated: NDArray[np.bool_]
    """(draw,) whether there was such an interval."""
    recipe: Recipe
    fold_fits: tuple[Fitted, ...]
    tried: dict[Recipe, float]


def folds_of(count: int, seed: int) -> NDArray[np.int64]:
    """(draw,) the fold of every draw, all folds alike in size."""
    folds = FEWER if count > LARGE else FOLDS
    found = np.arange(count) % folds
    np.random.default_rng(seed).shuffle(found)
    return found


def hold_out(
    training: Training, target: Target, methods: Sequence[str], seed: int, told: Told | None = None
) -> HeldOut:
    """Every draw predicted without itself, in every way, and the way that is kept."""
    solved = target.values
    if not target.varies:
        none, fit = np.zeros(len(solved), np.bool_), constant_fit(target)
        return HeldOut(solved, fit.predict(training.places), none, none, fit.recipe, (fit,), {})
    recipes = [Recipe(method, scale) for scale in scales_of(target) for method in methods]
    folds = folds_of(len(solved), seed)
    count = int(folds.max()) + 1
    emulated = np.empty((len(recipes), len(solved)))
    inside = np.zeros(emulated.shape, np.bool_)
    stated = np.zeros(emulated.shape, np.bool_)
    fits: list[dict[Recipe, Fitted]] = []
    for fold in range(count):
        out = folds == fold
        own = Target(target.text, solved[~out], target.low, target.high)
        before = fits[0] if fits else None
        places = training.places[~out]
        fits.append(fit_recipes(training.inputs, places, own, recipes, seed, before))
        for row, recipe in enumerate(recipes):
            found = (emulated[row], inside[row], stated[row])
            _tell_apart(fits[-1][recipe], training.places, solved, out, *found)
        if told is not None:
            told(fold + 1, count)
    square = (emulated - solved) ** 2
    choice = _chosen(square, folds)
    rows = np.arange(len(solved))
    best = int(np.argmin(square.mean(axis=1)))
    return HeldOut(
        solved,
        emulated[choice, rows],
        inside[choice, rows],
        stated[choice, rows],
        recipes[best],
        tuple(one[recipes[best]] for one in fits),
        {one: float(np.sqrt(square[row].mean())) for row, one in enumerate(recipes)},
    )


def errors_of(held: HeldOut, training: Training, target: Target, weights: Array) -> Errors:
    """The errors of held-out draws; ``weights`` (input,) say which way is far out."""
    corners = (weights * (2 * training.places - 1) ** 2).sum(axis=1)
    outer = corners >= np.quantile(corners, 1 - OUTER)
    return measured(
        held.solved, held.emulated, training.numbers, target, outer, held.inside[held.stated]
    )


def measured(
    solved: Array,
    emulated: Array,
    numbers: NDArray[np.int64],
    target: Target,
    outer: NDArray[np.bool_],
    inside: NDArray[np.bool_],
) -> Errors:
    """Errors of emulated values (draw,) beside solved ones; ``outer`` (draw,) marks corners."""
    error = emulated - solved
    rms = float(np.sqrt((error**2).mean()))
    worst = int(np.argmax(np.abs(error)))
    variance = float(solved.var()) if target.varies else 0.0
    span = float(np.ptp(target.values))
    return Errors(
        rms=rms,
        largest=float(abs(error[worst])),
        draw=int(numbers[worst]),
        bias=float(error.mean()),
        reach=float(np.quantile(np.abs(error), REACH)),
        corners=float(np.sqrt((error[outer] ** 2).mean())) if outer.any() else float("nan"),
        explained=1 - rms**2 / variance if variance > 0 else float("nan"),
        coverage=float(inside.mean()) if len(inside) else float("nan"),
        relative=rms if target.is_probability else rms / span if target.varies else 0.0,
        draws=len(solved),
    )


def _tell_apart(
    fit: Fitted,
    places: Array,
    solved: Array,
    out: NDArray[np.bool_],
    emulated: Array,
    inside: NDArray[np.bool_],
    stated: NDArray[np.bool_],
) -> None:
    """Fill in what a fit says of the draws that it has not seen."""
    emulated[out] = fit.predict(places[out])
    ends = fit.interval(places[out])
    if ends is not None:
        stated[out] = True
        inside[out] = (ends[0] <= solved[out]) & (solved[out] <= ends[1])


def _chosen(square: Array, folds: NDArray[np.int64]) -> NDArray[np.int64]:
    """(draw,) the recipe with the least error in the folds other than the draw's own."""
    choice = np.empty(len(folds), np.int64)
    for fold in range(int(folds.max()) + 1):
        choice[folds == fold] = np.argmin(square[:, folds != fold].mean(axis=1))
    return choice

"""Sobol indices of an emulator, with what its training draws leave open.

Saltelli's estimators (Saltelli et al. 2010, as SALib has them) on the emulator's own values,
clipped as they are. The interval beside an index holds two things: the emulator fitted without
each fold gives it again (the jackknife over groups of draws), and eight stretches of the points
that it is worked out from give it eight times. What the emulator does not explain of the
variance of solved draws is in no index, and stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.study.emulation.fitting import Fitted
from offramp.study.emulation.inputs import Input, even_places

Array = NDArray[np.float64]
POINTS = 2048
STRETCHES = 8
SINGLE = 12
"""Inputs that stand by themselves; the others are one group."""
OTHERS = "all others together"
STILL = 1e-12


@dataclass(frozen=True)
class VarianceShare:
    """First-order and total share of one input in the emulator's variance, each ± its reach.

    ``reach`` is half of the 95 % interval over folds and points; nan with a single fit.
    """

    name: str
    members: tuple[str, ...]
    first: float
    first_reach: float
    total: float
    total_reach: float


def variance_shares(
    inputs: Sequence[Input],
    fit: Fitted,
    fold_fits: Sequence[Fitted],
    weights: Array,
    seed: int,
    points: int = POINTS,
) -> tuple[VarianceShare, ...]:
    """Shares of the inputs that weigh most (input,), and of the others together; largest first.

    Empty where the emulator is the same everywhere.
    """
    groups = _groups(weights)
    sample = _sample(len(inputs), groups, points, seed)
    whole = _shares(fit, sample, len(groups))
    if whole is None:
        return ()
    again = [one for one in (_shares(f, sample, len(groups)) for f in fold_fits) if one is not None]
    parts = [_shares(fit, part, len(groups)) for part in np.split(sample, STRETCHES, axis=1)]
    apart = np.array([one for one in parts if one is not None])
    reach = np.full(whole.shape, np.nan)
    if len(again) > 1 and len(apart) > 1:
        reach = _reach(np.array(again), apart)
    found = [
        VarianceShare(
            inputs[group[0]].name if len(group) == 1 else OTHERS,
            tuple(inputs[i].name for i in group),
            float(whole[0, g]),
            float(reach[0, g]),
            float(whole[1, g]),
            float(reach[1, g]),
        )
        for g, group in enumerate(groups)
    ]
    return tuple(sorted(found, key=lambda one: (len(one.members) > 1, -one.total)))


def _groups(weights: Array) -> list[list[int]]:
    """The inputs that weigh most one by one, and the others."""
    order = [int(i) for i in np.argsort(-weights, kind="stable")]
    if len(order) <= SINGLE + 1:
        return [[i] for i in order]
    return [*([i] for i in order[:SINGLE]), order[SINGLE:]]


def _sample(inputs: int, groups: Sequence[Sequence[int]], points: int, seed: int) -> Array:
    """(A, one a group, B; point, input) places: A with each group in turn taken from B."""
    both = even_places(points, 2 * inputs, seed)
    first, last = both[:, :inputs], both[:, inputs:]
    mixed = []
    for group in groups:
        one = first.copy()
        one[:, list(group)] = last[:, list(group)]
        mixed.append(one)
    return np.stack([first, *mixed, last])


def _shares(fit: Fitted, sample: Array, groups: int) -> Array | None:
    """(first or total, group) of one fit; None where it is the same everywhere."""
    from SALib.analyze import sobol

    values = fit.predict(sample.reshape(-1, sample.shape[2])).reshape(sample.shape[:2])
    own = values[[0, -1]]
    if own.std() <= STILL:
        return None
    values = (values - own.mean()) / own.std()
    first, mixed, last = values[0], values[1:-1], values[-1]
    return np.array(
        [
            [float(estimate(first, mixed[g], last)) for g in range(groups)]
            for estimate in (sobol.first_order, sobol.total_order)
        ]
    )


def _reach(again: Array, apart: Array) -> Array:
    """Half of the 95 % interval.

    ``again`` (fold, …) are the same numbers without each fold, ``apart`` (stretch, …) those of
    each stretch of the points.
    """
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    folds = len(again)
    learnt = (folds - 1) * again.var(axis=0)
    worked_out = apart.var(axis=0, ddof=1) / len(apart)
    return float(special.stdtrit(folds - 1, 0.975)) * np.sqrt(learnt + worked_out)

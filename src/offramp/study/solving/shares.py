"""Shares of the combinations of assumptions tried, with the sampling interval of each share.

Draws come from eight independent scramblings of a Sobol sequence that take turns: draw i is
point i // 8 of scrambling i % 8. Points of one scrambling are not independent of each other,
so the binomial formula does not apply; the eight scramblings are, so the interval is made
from their eight shares by Student's t (Owen 1997 on scrambled nets; L'Ecuyer and Lemieux 2002
on replicated ones). What it measures is how far the share would move if other combinations of
the same assumptions had been tried, and nothing else.

The second weighting keeps every range but concentrates it on the nominal value: the position
in the range is drawn from a triangle whose top is at the nominal value, so that a
uniform(a, b) becomes a triangular(a, nominal, b). These are draws of their own, not weights on
the first ones: with dozens of assumptions such weights would leave a handful of draws.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from offramp.game import Draws, draw, nominal_draw
from offramp.scenario import Meaning
from offramp.scenario.distributions import Distribution

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]
SCRAMBLINGS = 8
LEVEL = 0.95
_HALVINGS = 60


def spread_draws(meaning: Meaning, count: int, seed: int | None = None) -> Draws:
    """``count`` draws from eight scramblings that take turns; ``seed`` None draws one."""
    used = secrets.randbits(32) if seed is None else seed
    seeds = np.random.SeedSequence(used).generate_state(SCRAMBLINGS)
    parts = [
        draw(meaning, len(range(turn, count, SCRAMBLINGS)), int(seeds[turn])).values
        for turn in range(min(SCRAMBLINGS, count))
    ]
    values = np.empty((count, len(meaning.assumptions)))
    for turn, part in enumerate(parts):
        values[turn::SCRAMBLINGS] = part
    return Draws(tuple(a.name for a in meaning.assumptions), values, used)


def is_ranged(meaning: Meaning) -> bool:
    """Whether any assumption has a range, so that draws differ from each other."""
    return any(assumption.distribution is not None for assumption in meaning.assumptions)


def concentrate(meaning: Meaning) -> Meaning:
    """The same assumptions with every range concentrated on its nominal value."""
    nominal = nominal_draw(meaning).values[0]
    changed = [
        assumption
        if assumption.distribution is None
        else replace(
            assumption,
            distribution=cast("Any", _Concentrated(assumption.distribution, float(value))),
        )
        for assumption, value in zip(meaning.assumptions, nominal, strict=True)
    ]
    return replace(meaning, assumptions=tuple(changed))


@dataclass(frozen=True)
class _Concentrated:
    """A range whose positions are drawn from a triangle with its top at the nominal value."""

    range: Distribution
    nominal: float

    def quantile(self, share: Array) -> Array:
        """The value below which ``share`` of the concentrated distribution lies."""
        top = _top(self.range, self.nominal)
        low = np.sqrt(share * top)
        high = 1 - np.sqrt((1 - share) * (1 - top))
        return self.range.quantile(np.where(share < top, low, high))


@lru_cache(maxsize=4096)
def _top(of: Distribution, nominal: float) -> float:
    """The position (0 to 1) of the nominal value in its range; the middle of a tie."""
    return sum(_position(of, nominal, strict) for strict in (True, False)) / 2


def _position(of: Distribution, nominal: float, strict: bool) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        value = float(of.quantile(np.array([middle]))[0])
        below = value < nominal if strict else value <= nominal
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class Share:
    """A share of the draws that count, and what became of the others.

    ``share`` is None where no draw counts; ``low`` and ``high`` are its 95 % sampling interval.
    """

    share: float | None
    low: float | None
    high: float | None
    held: int
    counted: int
    tried: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends, or None."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def share_of(holds: Truths, counts: Truths, *, only_one: bool = False) -> Share:
    """The share of ``holds`` (draw,) among the draws that ``counts`` (draw,), by scrambling.

    The interval: the eight scramblings' deviations from the pooled share (the ratio estimator,
    as a scrambling may have lost draws) with t at one degree of freedom less than scramblings.
    Where fewer draws than scramblings hold, or fail, their spread cannot be seen in the eight
    shares; there the interval also covers the exact binomial one of Clopper and Pearson (1934),
    so that a share of 0 or 1 keeps an interval. ``only_one``: no assumption has a range, all
    draws are the same one, and the share is exact.
    """
    held, counted = int((holds & counts).sum()), int(counts.sum())
    if counted == 0:
        return Share(None, None, None, 0, 0, len(holds))
    share = held / counted
    if only_one:
        return Share(share, share, share, held, counted, len(holds))
    turns = [slice(turn, None, SCRAMBLINGS) for turn in range(SCRAMBLINGS)]
    sizes = np.array([counts[turn].sum() for turn in turns], float)
    hits = np.array([(holds & counts)[turn].sum() for turn in turns], float)
    low, high = _by_scrambling(hits[sizes > 0], sizes[sizes > 0], share)
    if min(held, counted - held) < SCRAMBLINGS:
        exact = _exact(held, counted)
        low, high = min(low, exact[0]), max(high, exact[1])
    return Share(share, max(0.0, low), min(1.0, high), held, counted, len(holds))


def _by_scrambling(hits: Array, sizes: Array, share: float) -> tuple[float, float]:
    groups = len(sizes)
    if groups < 2:
        return 0.0, 1.0
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    apart = (hits - share * sizes) / sizes.mean()
    error = math.sqrt(float((apart**2).sum()) / (groups * (groups - 1)))
    reach = float(special.stdtrit(groups - 1, (1 + LEVEL) / 2)) * error
    return share - reach, share + reach


def _exact(held: int, counted: int) -> tuple[float, float]:
    """The exact binomial interval of Clopper and Pearson."""
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    tail = (1 - LEVEL) / 2
    low = 0.0 if held == 0 else float(special.betaincinv(held, counted - held + 1, tail))
    full = held == counted
    high = 1.0 if full else float(special.betaincinv(held + 1, counted - held, 1 - tail))
    return low, high

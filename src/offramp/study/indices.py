"""Sobol indices: which share of the variance of a quantity comes from which assumptions.

Saltelli's design and estimators are SALib's (Saltelli et al. 2010), on eight independent
scramblings of Sobol's points. The bootstrap that goes with them takes the points for
independent draws and covers too much; the interval here is the jackknife over scramblings,
which are independent (Owen 1997), with seven degrees of freedom.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ResultError, suggestion
from offramp.game import Draws, fix, nominal_draw
from offramp.scenario import Meaning, Query
from offramp.study.experiment import Progress
from offramp.study.queries import evaluate_queries

Array = NDArray[np.float64]
Groups = str | Mapping[str, Sequence[str]] | None
SCRAMBLINGS = 8
FEWEST = 32
"""Base points: four for each scrambling."""
FLAGGED = 0.01
"""Share of failed or open points above which indices are withheld."""
EDGE = 2.0**-31
T_SEVEN = 2.364624251592784
"""97.5 % quantile of Student's t with seven degrees of freedom."""
STILL = 1e-12
"""Standard deviation below which a quantity does not vary."""


@dataclass(frozen=True, eq=False)
class Indices:
    """First and total-order indices of groups of assumptions; arrays are read-only.

    ``first`` and ``total`` (group,) are nan where they are withheld, and ``withheld`` says why;
    the intervals (group, 2) are for 95 %. ``flags`` counts the points by status.
    """

    groups: Mapping[str, tuple[str, ...]]
    first: Array
    first_interval: Array
    total: Array
    total_interval: Array
    mean: float
    variance: float
    points: int
    evaluations: int
    flags: Mapping[str, int]
    seed: int
    withheld: str = ""

    def __post_init__(self) -> None:
        for array in (self.first, self.first_interval, self.total, self.total_interval):
            array.setflags(write=False)

    @property
    def flagged(self) -> float:
        """Share of the points that failed, were open, or had no value."""
        bad = sum(count for status, count in self.flags.items() if status in UNFIT)
        return bad / self.evaluations

    @property
    def knowing(self) -> Array:
        """(group,) variance that knowing its value would take away on average."""
        return np.clip(self.first, 0.0, 1.0) * self.variance


UNFIT = ("failed", "open", "undefined")


def sobol_indices(
    meaning: Meaning, query: Query, *, points: int = 128, seed: int | None = None,
    groups: Groups = None, progress: Progress | None = None,
) -> Indices:  # fmt: skip
    """Indices of ``query`` from ``points`` base points (a power of two, 32 or more).

    It takes points * (groups + 2) solves. ``groups`` None takes every assumption with a range
    by itself; 'family' those of one family together; 'mechanism' those of one mechanism, and
    the rest by family; a mapping names them, and the rest stay at their nominal values. A base
    point of which any evaluation is failed or open is left out; above 1 % of these nothing is
    estimated. ``seed`` None draws one and records it.
    """
    if points < FEWEST or points & (points - 1):
        nearest = max(FEWEST, 1 << max(0, points - 1).bit_length())
        raise ResultError(f"{points} base points", expected="a power of two, 32 or more",
                          repair=f"write {nearest}")  # fmt: skip
    chosen = grouped(meaning, groups)
    if not chosen:
        raise ResultError("no assumption has a range", expected="at least one with a range",
                          repair="write 'range: uniform(low, high)' at a parameter")  # fmt: skip
    used = secrets.randbits(32) if seed is None else seed
    found = evaluate_queries(
        meaning, [query], _draws(meaning, chosen, points, used), progress=progress
    )
    values, status = found.values[:, 0], found.status[:, 0]
    kinds, counts = np.unique(status, return_counts=True)
    flags = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
    return _estimated(chosen, values, np.isin(status, UNFIT), flags, points, used)


def grouped(meaning: Meaning, groups: Groups) -> dict[str, tuple[str, ...]]:
    """Group to its assumptions with a range; a ResultError for a name that is none."""
    ranged = [a.name for a in meaning.assumptions if a.distribution is not None]
    if isinstance(groups, Mapping):
        return _as_named(meaning, groups, ranged)
    if groups not in (None, "family", "mechanism"):
        raise ResultError(f"no grouping '{groups}'", expected="'family', 'mechanism' or a mapping",
                          repair=suggestion(str(groups), ("family", "mechanism")))  # fmt: skip
    mechanism = {
        base: name
        for name, record in meaning.scenario.mechanisms.items()
        for base in record.parameters
    }
    found: dict[str, list[str]] = {}
    for name in ranged:
        base = name.partition("[")[0]
        group = name if groups is None else base
        if groups == "mechanism" and base in mechanism:
            group = f"mechanism {mechanism[base]}"
        found.setdefault(group, []).append(name)
    return {group: tuple(members) for group, members in found.items()}


def _as_named(
    meaning: Meaning, groups: Mapping[str, Sequence[str]], ranged: list[str]
) -> dict[str, tuple[str, ...]]:
    """Groups as the caller names them: assumptions, or families for all their entries."""
    known = [assumption.name for assumption in meaning.assumptions]
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for group, members in groups.items():
        own: list[str] = []
        for member in members:
            entries = [n for n in known if n == member or n.partition("[")[0] == member]
            if not entries:
                raise ResultError(f"no assumption '{member}'", expected="an assumption or family",
                                  repair=suggestion(member, known))  # fmt: skip
            own += [n for n in entries if n in ranged]
        if taken & set(own):
            raise ResultError(f"'{min(taken & set(own))}' is in two groups",
                              expected="every assumption in one group")  # fmt: skip
        taken |= set(own)
        if own:
            found[group] = tuple(own)
    return found


def _draws(
    meaning: Meaning, groups: Mapping[str, tuple[str, ...]], points: int, seed: int
) -> Draws:
    """Saltelli's points of every scrambling through the ranges, one block after the other."""
    from SALib.sample import sobol

    names = [name for members in groups.values() for name in members]
    problem: dict[str, Any] = {
        "num_vars": len(names),
        "names": names,
        "bounds": [[0.0, 1.0]] * len(names),
        "groups": [group for group, members in groups.items() for _ in members],
    }
    seeds = np.random.SeedSequence(seed).generate_state(SCRAMBLINGS)
    shares = np.concatenate([
        sobol.sample(
            problem, points // SCRAMBLINGS, calc_second_order=False, scramble=True,
            seed=int(one) or 1,
        )
        for one in seeds
    ])  # fmt: skip
    if len(groups) == 1:  # SALib takes a single group apart; exchanging it all gives B
        shares = shares.reshape(points, -1, len(names))[:, [0, -1, -1]].reshape(-1, len(names))
    shares = np.clip(shares, EDGE, 1 - EDGE)
    spread = {a.name: a.distribution for a in meaning.assumptions}
    values: dict[str, Array] = {}
    for i, name in enumerate(names):
        distribution = spread[name]
        assert distribution is not None
        values[name] = distribution.quantile(shares[:, i])
    nominal = nominal_draw(meaning)
    base = Draws(nominal.names, np.repeat(nominal.values, len(shares), axis=0), None)
    placed = fix(meaning, base, values)
    return Draws(placed.names, placed.values, seed)


def _estimated(
    groups: Mapping[str, tuple[str, ...]], values: Array, unfit: NDArray[np.bool_],
    flags: Mapping[str, int], points: int, seed: int,
) -> Indices:  # fmt: skip
    """Indices and intervals, or none and why."""
    rows = values.reshape(points, len(groups) + 2)
    kept = ~unfit.reshape(rows.shape).any(axis=1)
    scrambling = np.repeat(np.arange(SCRAMBLINGS), points // SCRAMBLINGS)[kept]
    own = rows[kept][:, [0, -1]]
    mean = float(own.mean()) if own.size else float("nan")
    variance = float(own.var()) if own.size else float("nan")
    withheld = _reason(float(unfit.mean()), variance, mean)
    found = np.full((2, len(groups)), np.nan)
    interval = np.full((2, len(groups), 2), np.nan)
    if not withheld:
        found = _indices(rows[kept])
        left = np.stack([_indices(rows[kept][scrambling != k]) for k in range(SCRAMBLINGS)])
        error = np.sqrt((SCRAMBLINGS - 1) * left.var(axis=0))
        interval = found[:, :, None] + T_SEVEN * error[:, :, None] * np.array([-1.0, 1.0])
    return Indices(
        dict(groups), found[0], interval[0], found[1], interval[1], mean, variance, points,
        rows.size, flags, seed, withheld,
    )  # fmt: skip


def _reason(flagged: float, variance: float, mean: float) -> str:
    """Why indices are withheld, or nothing."""
    if flagged > FLAGGED:
        return (
            f"In {100 * flagged:.1f} % of the points the quantity was not solved, had several "
            "values, or had none: indices are withheld above 1 %."
        )
    if not np.sqrt(variance) > STILL * max(1.0, abs(mean)):
        return "The quantity is the same in all points, so that nothing can be attributed."
    return ""


def _indices(rows: Array) -> Array:
    """(first or total, group) from the rows (base point, A, one a group, B)."""
    from SALib.analyze import sobol

    scaled = (rows - rows.mean()) / rows.std()
    first, last, mixed = scaled[:, 0], scaled[:, -1], scaled[:, 1:-1]
    return np.array([
        [float(estimate(first, column, last)) for column in mixed.T]
        for estimate in (sobol.first_order, sobol.total_order)
    ])  # fmt: skip

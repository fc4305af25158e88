"""Sobol indices: which share of the variance of a quantity comes from which assumptions.

They are told from any solved draws, those of a run or draws made for the purpose (see
`partition`), each with a 95 % interval. What comes from several assumptions together is told
only where its interval excludes 0, and withheld otherwise.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ResultError, suggestion
from offramp.core.showing import Brief
from offramp.game import Draws, draw, fix, nominal_draw
from offramp.scenario import Assumption, Meaning, Query
from offramp.study.quantities.evaluation import evaluate_queries
from offramp.study.solving.experiment import Progress
from offramp.study.solving.workspace import Workspace

if TYPE_CHECKING:
    from offramp.study.sensitivity.partition import Parts

Array = NDArray[np.float64]
Groups = str | Mapping[str, Sequence[str]] | None
FEWEST = 32
"""Base points."""
LEAST = 64
"""Draws below which nothing is told."""
FLAGGED = 0.01
"""Share of failed or open points above which indices are withheld."""
UNKNOWN = 0.5
"""Share of the variance that cannot be assigned above which indices are withheld."""
STRETCHES = 8
"""Batches that draws are taken in."""
STILL = 1e-12
"""Standard deviation below which a quantity does not vary."""


@dataclass(frozen=True, eq=False)
class Tried:
    """Draws and what a quantity is in them, told apart by the batch that each belongs to.

    Draws of one batch may depend on each other; batches are, as far as can be, independent.
    See `stretches`.
    """

    draws: Draws
    values: Array
    """(draw,)"""
    status: NDArray[np.str_]
    """(draw,) as in `QueryValues`."""
    batch: NDArray[np.intp]
    """(draw,) from 0 to 7."""

    @property
    def unfit(self) -> NDArray[np.bool_]:
        """(draw,) whether there is no value, or not one only."""
        return np.isin(self.status, UNFIT) | ~np.isfinite(self.values)


@dataclass(frozen=True, eq=False, repr=False)
class Indices(Brief):
    """First and total-order indices of groups of assumptions; arrays are read-only.

    ``first`` and ``total`` (group,) are nan where they are withheld, and ``withheld`` says why;
    the intervals (group, 2) are for 95 %. ``together`` is the share that comes from several
    groups and from none of them alone, nan where its interval holds 0; nothing of it is then in
    ``total`` either. ``unassigned`` is the share that the fit leaves (see `partition`). ``flags``
    counts the draws by status; ``points`` is 0 where they are not made for the purpose.
    """

    groups: Mapping[str, tuple[str, ...]]
    first: Array
    first_interval: Array
    total: Array
    total_interval: Array
    together: float
    together_interval: Array
    unassigned: float
    mean: float
    variance: float
    points: int
    evaluations: int
    flags: Mapping[str, int]
    seed: int
    withheld: str = ""

    def __post_init__(self) -> None:
        for array in (
            self.first,
            self.first_interval,
            self.total,
            self.total_interval,
            self.together_interval,
        ):
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


def stretches(count: int) -> NDArray[np.intp]:
    """(draw,) number of the stretch of a scrambling, one of eight, that each draw belongs to.

    All draws together leave no gap at the ends of a range, where functions bend most, as several
    short scramblings would; and each stretch is even by itself.
    """
    return np.arange(count) * STRETCHES // count


def sobol_indices(
    meaning: Meaning,
    query: Query,
    *,
    points: int = 128,
    seed: int | None = None,
    groups: Groups = None,
    workspace: Workspace | None = None,
    progress: Progress | None = None,
) -> Indices:
    """Indices of ``query`` from ``points`` base points (a power of two, 32 or more).

    It takes points * (groups + 2) solves, of draws as a run makes them. ``groups`` None takes
    every assumption with a range by itself; 'family' those of one family together; 'mechanism'
    those of one mechanism, and the rest by family; a mapping names them, and the rest stay at
    their nominal values. ``seed`` None draws one and records it.
    """
    if points < FEWEST or points & (points - 1):
        nearest = max(FEWEST, 1 << max(0, points - 1).bit_length())
        raise ResultError(
            f"{points} base points",
            expected="a power of two, 32 or more",
            repair=f"write {nearest}",
        )
    chosen = grouped(meaning, groups)
    if not chosen:
        raise ResultError(
            "no assumption has a range",
            expected="at least one with a range",
            repair="write 'range: uniform(low, high)' at a parameter",
        )
    used = secrets.randbits(32) if seed is None else seed
    draws = _draws(meaning, chosen, points * (len(chosen) + 2), used)
    found = evaluate_queries(meaning, [query], draws, workspace=workspace, progress=progress)
    tried = Tried(draws, found.values[:, 0], found.status[:, 0], stretches(len(draws)))
    return indices_of(meaning, tried, groups, points=points)


def indices_of(
    meaning: Meaning, tried: Tried, groups: Groups = None, *, points: int = 0
) -> Indices:
    """Indices told from draws that are solved already; ``groups`` as in `sobol_indices`.

    Draws that are failed or open are left out; above 1 % of these nothing is estimated, nor
    where the draws do not tell where half of the variance comes from.
    """
    chosen, unfit = grouped(meaning, groups), tried.unfit
    kinds, counts = np.unique(tried.status, return_counts=True)
    flags = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
    own = tried.values[~unfit]
    mean, variance = (float(own.mean()), float(own.var())) if len(own) else (np.nan, np.nan)
    withheld, parts = _reason(float(unfit.mean()), variance, mean), None
    if not withheld:
        parts = _divided(meaning, tried, chosen, ~unfit)
        variance = parts.variance
        if parts.unexplained > UNKNOWN and len(chosen) > 1:
            withheld = (
                "Too few combinations were tried to tell which assumptions most of its variance "
                "comes from."
            )
    about = (mean, variance, points, len(own) + int(unfit.sum()), flags, tried.draws.seed or 0)
    if withheld or parts is None:
        none, nowhere = np.full(len(chosen), np.nan), np.full((len(chosen), 2), np.nan)
        whole = (np.nan, np.full(2, np.nan), np.nan)
        return Indices(dict(chosen), none, nowhere, none, nowhere, *whole, *about, withheld)
    found = bool(parts.together_interval[0] > 0) or len(chosen) == 1
    return Indices(
        dict(chosen),
        parts.alone,
        parts.alone_interval,
        parts.involved if found else parts.alone,
        parts.involved_interval,
        parts.together if found else np.nan,
        parts.together_interval,
        parts.unexplained,
        *about,
    )


def grouped(meaning: Meaning, groups: Groups) -> dict[str, tuple[str, ...]]:
    """Group to its assumptions with a range; a ResultError for a name that is none."""
    ranged = [a.name for a in meaning.assumptions if a.distribution is not None]
    if isinstance(groups, Mapping):
        return _as_named(meaning, groups, ranged)
    if groups not in (None, "family", "mechanism"):
        raise ResultError(
            f"no grouping '{groups}'",
            expected="'family', 'mechanism' or a mapping",
            repair=suggestion(str(groups), ("family", "mechanism")),
        )
    mechanism = {
        base: name
        for name, record in meaning.scenario.mechanisms.items()
        for base in (*record.parameters, *record.switches)
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
                raise ResultError(
                    f"no assumption '{member}'",
                    expected="an assumption or family",
                    repair=suggestion(member, known),
                )
            own += [n for n in entries if n in ranged]
        if taken & set(own):
            raise ResultError(
                f"'{min(taken & set(own))}' is in two groups",
                expected="every assumption in one group",
            )
        taken |= set(own)
        if own:
            found[group] = tuple(own)
    return found


def _draws(meaning: Meaning, groups: Mapping[str, tuple[str, ...]], count: int, seed: int) -> Draws:
    """Draws in which the groups vary; the rest is nominal."""
    spread, nominal = draw(meaning, count, seed), nominal_draw(meaning)
    values = {
        name: spread.values[:, spread.names.index(name)]
        for members in groups.values()
        for name in members
    }
    base = Draws(nominal.names, np.repeat(nominal.values, count, axis=0), None)
    return Draws(spread.names, fix(meaning, base, values).values, seed)


def _divided(
    meaning: Meaning, tried: Tried, groups: Mapping[str, tuple[str, ...]], fine: NDArray[np.bool_]
) -> Parts:
    """The parts of the variance; assumptions that are the same in all draws hold none."""
    from offramp.study.emulation.inputs import input_of
    from offramp.study.sensitivity.partition import divide

    known: dict[str, Assumption] = {one.name: one for one in meaning.assumptions}
    columns, inputs, belongs = [], [], []
    for number, members in enumerate(groups.values()):
        for name in members:
            column = tried.draws.values[fine, tried.draws.names.index(name)]
            if column.min() < column.max():
                inputs.append(input_of(name, column, known[name].distribution, None))
                columns.append(column)
                belongs.append(number)
    return divide(
        inputs,
        np.column_stack(columns),
        tried.values[fine],
        tried.batch[fine],
        belongs,
        len(groups),
    )


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

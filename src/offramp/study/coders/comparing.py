"""Several encodings of one account beside each other: what differs, and how far results spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ScenarioError
from offramp.scenario import Scenario, read
from offramp.scenario.queries import parse_query
from offramp.study.claims.checking import check
from offramp.study.claims.verdicts import Verdict
from offramp.study.coders.agreement import kappa_of
from offramp.study.coders.aligning import aligned
from offramp.study.coders.records import Aligned, Coders, Split
from offramp.study.quantities.evaluation import evaluate_queries
from offramp.study.solving.experiment import Progress
from offramp.study.solving.shares import is_ranged, spread_draws
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]


def coders(
    scenarios: Sequence[str | Path | Scenario],
    *,
    quantities: Sequence[str] = (),
    draws: int = 256,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Coders:
    """Compare independent encodings of one account.

    ``quantities`` are written as in claims and have to mean something in every encoding; without
    any it is the probability of every kind of end that some encoding has. Each encoding is solved
    at nominal values and in ``draws`` of its own ranges. Claims are those of the scenario as
    written. Raises ScenarioError for fewer than two, or where a quantity means nothing.
    """
    if len(scenarios) < 2:
        raise ScenarioError(
            "one encoding alone",
            expected="two or more encodings of one account",
            repair="name the files of two coders",
        )
    read_ones = [one if isinstance(one, Scenario) else read(one) for one in scenarios]
    names = tuple(one.title if isinstance(one, Scenario) else str(one) for one in scenarios)
    spaces = [Workspace(one) for one in read_ones]
    wanted = tuple(quantities) or _kinds(read_ones)
    values: list[tuple[Array, Array]] = []
    used = seed
    for space in spaces:
        found, used = _values(space, wanted, draws, used, progress)
        values.append(found)
    splits = tuple(
        split_of(text, [one[0][:, i] for one in values], [one[1][:, i] for one in values])
        for i, text in enumerate(wanted)
    )
    entries = aligned(read_ones)
    verdicts = _verdicts(spaces, entries, draws, used)
    pairs = [
        kappa_of(*_both(verdicts, first, second), (first, second))
        for first, second in combinations(range(len(spaces)), 2)
    ]
    titles = tuple(one.title for one in read_ones)
    return Coders(names, titles, entries, splits, verdicts, tuple(pairs), draws, used)


def _kinds(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """The probability of every kind of end, in the order in which kinds are met."""
    kinds = dict.fromkeys(one.kind for told in scenarios for one in told.outcomes.values())
    return tuple(f"P(kind {kind})" for kind in kinds)


def _values(
    space: Workspace, wanted: Sequence[str], draws: int, seed: int | None, progress: Progress | None
) -> tuple[tuple[Array, Array], int | None]:
    """Values (1, quantity) at nominal assumptions and (draw, quantity) over draws, and the seed.

    A kind of end that an encoding does not have has probability 0 in it.
    """
    meaning = space.meaning()
    own = {one.kind for one in space.scenario.outcomes.values()}
    absent = [text for text in wanted if _kind_in(text) not in (None, *own)]
    queries = {text: parse_query(text, meaning) for text in wanted if text not in absent}
    nominal = evaluate_queries(meaning, queries.values(), workspace=space, progress=progress)
    drawn = nominal
    if draws and is_ranged(meaning):
        spread = spread_draws(meaning, draws, seed)
        seed = spread.seed
        drawn = evaluate_queries(
            meaning, queries.values(), spread, workspace=space, progress=progress
        )

    def column(found: object, text: str) -> Array:
        values = drawn if found is drawn else nominal
        return np.zeros(len(values.values)) if text in absent else values.of(queries[text])

    at, over = ([column(found, text) for text in wanted] for found in (nominal, drawn))
    return (np.stack(at, axis=1), np.stack(over, axis=1)), seed


def _kind_in(text: str) -> str | None:
    """The kind in `P(kind war)`, where the quantity is just that."""
    inside = text.removeprefix("P(kind ").removesuffix(")")
    return inside if text == f"P(kind {inside})" and inside.isalpha() else None


def split_of(quantity: str, nominal: Sequence[Array], drawn: Sequence[Array]) -> Split:
    """Means and variances by coder, and the variance of all parted into within and between.

    ``nominal`` and ``drawn`` are values (draw,) of each coder; those that are not finite are left
    out and not counted. The law of total variance, with all coders alike.
    """
    fine = [values[np.isfinite(values)] for values in drawn]
    means = [float(one.mean()) if len(one) else None for one in fine]
    spreads = [float(one.var()) if len(one) else None for one in fine]
    known = [one for one in means if one is not None]
    within = float(np.mean([one for one in spreads if one is not None])) if known else None
    between = float(np.var(known)) if known else None
    first = [float(one[0]) if len(one) and np.isfinite(one[0]) else None for one in nominal]
    counted = tuple(len(one) for one in fine)
    return Split(quantity, tuple(first), tuple(means), tuple(spreads), counted, within, between)


def _verdicts(
    spaces: Sequence[Workspace], entries: Sequence[Aligned], draws: int, seed: int | None
) -> Mapping[str, tuple[str | None, ...]]:
    """The class of every claim that some coder has, by the name that the first one gives it."""
    told = [{one.name: one.kind for one in _checked(space, draws, seed)} for space in spaces]
    found: dict[str, tuple[str | None, ...]] = {}
    for one in entries:
        if one.kind == "claim":
            both = zip(one.names, told, strict=True)
            found[one.name] = tuple(own.get(name) if name else None for name, own in both)
    return found


def _checked(space: Workspace, draws: int, seed: int | None) -> Sequence[Verdict]:
    """The verdicts on the scenario as written; none where it has no claims."""
    if not space.scenario.claims:
        return ()
    return check(space, draws=draws, seed=seed, accounts=("",), brief=True)


def _both(
    verdicts: Mapping[str, tuple[str | None, ...]], first: int, second: int
) -> tuple[list[str], list[str]]:
    """The classes of the claims that two coders both have."""
    pairs = [(one[first], one[second]) for one in verdicts.values()]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in both], [b for _, b in both]

"""Scans: how the ends move as one or two assumptions go through values, the others nominal.

Every point is a draw of the same game, so that all are solved abreast on the principal branch.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from offramp.core.errors import ResultError, suggestion
from offramp.game import Draws, fix, nominal_draw
from offramp.scenario import Assumption, Meaning, Query, Scenario, parse_query
from offramp.study.solving.experiment import Progress, kind_probability, outcomes, solve_all
from offramp.study.solving.workspace import Workspace

if TYPE_CHECKING:
    import xarray as xr

    from offramp.game import Game

Array = NDArray[np.float64]
MOST_AXES = 2
MOST_POINTS = 10_000
POINTS = 21
"""Values of an assumption that is scanned over its range without a number of them."""
EDGE = 0.025
"""Share of a range without ends that is left out at either side."""
KEPT = ("probability", "payoff", "value", "rounds")
CERTIFIED = ("residual", "regret_anywhere", "several", "status", "message")
"""What is kept of every point's certificate."""


def scan(
    scenario: Scenario | Workspace,
    over: Mapping[str, ArrayLike | str | None] | None = None,
    *,
    account: str | None = None,
    quantities: Sequence[str] = (),
    precision_scale: float = 1.0,
    starts: int = 2,
    progress: Progress | None = None,
    **axes: ArrayLike | str | None,
) -> xr.Dataset:
    """How play ends along one or two assumptions, all others at their nominal values.

    ``over`` (or keywords, for names without brackets) maps an assumption, ``cost[north]``, or a
    whole family, ``cost``, to its values; None stands for 21 points over its range. Options of a
    switch go by their names. The dataset has a dimension for each assumption, and ``probability``
    (…, outcome), ``kind_probability`` (…, kind), ``payoff`` (…, party), ``rounds`` (…),
    ``quantity`` (…, asked) of the ``quantities`` asked for as claims write them, and the
    certificate of every point; what was not solved is nan, with ``status`` and ``message``.
    Raises ResultError for an unknown assumption and for values that are none, GameError where
    values on the way make no game.
    """
    workspace = Workspace.of(scenario)
    meaning = workspace.meaning(account)
    asked = {**(over or {}), **axes}
    lines = {name: _values(meaning, name, values) for name, values in asked.items()}
    _check(lines)
    shape = tuple(len(values) for values in lines.values())
    draws = _points(meaning, lines)
    game = workspace.build(meaning)
    done = (lambda count, total: progress("points solved", count, total)) if progress else None
    solved = solve_all(game, draws, precision_scale=precision_scale, starts=starts, progress=done)
    flat = outcomes(solved, rounds=0)
    found = _shaped(flat, game, lines, shape)
    if quantities:
        queries = [parse_query(text, meaning) for text in quantities]
        values = _asked(workspace, meaning, queries, draws, precision_scale, starts)
        dims = (*lines, "asked")
        found["quantity"] = (dims, values.reshape(*shape, len(queries)))
        found = found.assign_coords(asked=[query.text for query in queries])
    return found.assign_attrs(
        title=workspace.scenario.title,
        scenario_hash=workspace.scenario.content_hash,
        account=account or "",
        round_unit=workspace.scenario.time.round,
    )


def assumptions_of(meaning: Meaning, name: str) -> list[Assumption]:
    """The assumption called ``name``, or the members of the family; a ResultError for none."""
    bare = name.replace(" ", "")
    own = [one for one in meaning.assumptions if one.name == bare]
    own = own or [one for one in meaning.assumptions if one.name.startswith(f"{bare}[")]
    if not own:
        families = {one.name.partition("[")[0] for one in meaning.assumptions}
        known = (*(one.name for one in meaning.assumptions), *families)
        raise ResultError(
            f"no assumption '{name}' to scan",
            expected="a parameter, a family, family[key] or a switch",
            repair=suggestion(bare, known),
        )
    return own


def _values(meaning: Meaning, name: str, given: ArrayLike | str | None) -> Array | list[str]:
    """The values of an axis, (point,); the names of options for a switch."""
    own = assumptions_of(meaning, name)
    options = own[0].options
    if options:
        chosen = list(options) if given is None else [str(one) for one in np.atleast_1d(given)]
        unknown = [one for one in chosen if one not in options]
        if unknown:
            raise ResultError(
                f"{name} = {unknown[0]}",
                expected="options of the switch: " + ", ".join(options),
                repair=suggestion(unknown[0], options),
            )
        return chosen
    if given is None:
        return _over_range(own, name)
    try:
        values = np.atleast_1d(np.asarray(given, np.float64)).ravel()
    except (TypeError, ValueError):
        values = np.zeros(0)
    if not len(values) or not np.isfinite(values).all():
        raise ResultError(
            f"the values of '{name}' are no list of finite numbers",
            expected="numbers, say numpy.linspace(0, 1, 21), or None for its range",
        )
    return values


def _over_range(own: Sequence[Assumption], name: str) -> Array:
    ranges = [one.distribution for one in own if one.distribution is not None]
    if not ranges:
        raise ResultError(
            f"'{name}' has no range to go through",
            expected="values, or an assumption with a range",
            repair=f"say {name}=0:1:21, or give it a range in the text",
        )
    low = min(one.bounds[0] for one in ranges)
    high = max(one.bounds[1] for one in ranges)
    ends = np.array([EDGE, 1 - EDGE])
    low = low if np.isfinite(low) else min(float(one.quantile(ends)[0]) for one in ranges)
    high = high if np.isfinite(high) else max(float(one.quantile(ends)[1]) for one in ranges)
    return np.linspace(low, high, POINTS)


def _check(lines: Mapping[str, Array | list[str]]) -> None:
    if not 1 <= len(lines) <= MOST_AXES:
        raise ResultError(
            f"{len(lines)} assumptions to scan over",
            expected="one or two",
            repair="say offramp.scan(scenario, {'name': values})",
        )
    count = int(np.prod([len(values) for values in lines.values()]))
    if count > MOST_POINTS:
        raise ResultError(
            f"{count:,} points in one scan",
            expected=f"at most {MOST_POINTS:,}",
            repair="ask for fewer values, or sweep",
        )


def _points(meaning: Meaning, lines: Mapping[str, Array | list[str]]) -> Draws:
    """A draw for every point, the last axis fastest."""
    points = list(itertools.product(*lines.values()))
    nominal = nominal_draw(meaning)
    rows = Draws(nominal.names, np.repeat(nominal.values, len(points), axis=0), None)
    values: dict[str, Array] = {}
    for place, name in enumerate(lines):
        for one in assumptions_of(meaning, name):
            column = [point[place] for point in points]
            values[one.name] = np.array(
                [one.options.index(str(v)) if one.options else float(v) for v in column], np.float64
            )
    return fix(meaning, rows, values)


def _shaped(
    flat: xr.Dataset, game: Game, lines: Mapping[str, Array | list[str]], shape: tuple[int, ...]
) -> xr.Dataset:
    """The dataset of the draws with the axes of the scan in place of the draws."""
    import xarray as xr

    variables: dict[str, Any] = {}
    for name in (*KEPT, *CERTIFIED):
        if name in flat:
            one = flat[name]
            dims = (*lines, *one.dims[1:])
            variables[name] = (dims, one.values.reshape(*shape, *one.shape[1:]), one.attrs)
    kinds = kind_probability(game, flat["probability"].values)
    together = np.stack([np.asarray(value) for value in kinds.values()], axis=-1)
    variables["kind_probability"] = (
        (*lines, "kind"),
        together.reshape(*shape, len(kinds)),
        {"long_name": "Probability of the kind of outcomes", "units": "1"},
    )
    labels = {dim: flat[dim].values for dim in ("outcome", "party") if dim in flat.coords}
    coords = {**lines, **labels, "kind": list(kinds)}
    return xr.Dataset(variables, coords)


def _asked(
    workspace: Workspace,
    meaning: Meaning,
    queries: Sequence[Query],
    draws: Draws,
    scale: float,
    starts: int,
) -> Array:
    """(point, query) the quantities asked for, nan where they have no value."""
    from offramp.study.quantities.evaluation import evaluate_queries

    found = evaluate_queries(
        meaning,
        queries,
        draws,
        precision_scale=scale,
        traced=(),
        starts=starts,
        workspace=workspace,
    )
    return np.column_stack([found.of(query) for query in queries])

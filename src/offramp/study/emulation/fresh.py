"""The emulator put to the test: further draws of the same ranges, solved by the real solver."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import Place, ResultError
from offramp.study.emulation.held_out import OUTER, Errors, measured
from offramp.study.emulation.inputs import places_of
from offramp.study.emulation.sources import meaning_of, order_to_check
from offramp.study.emulation.surrogates import Emulator, Surrogate
from offramp.study.emulation.training import Target, target_of, words_of
from offramp.study.sweeps import Order

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """Errors of an emulator on draws ``first`` and on of ``seed``, solved for this purpose.

    ``errors`` and ``within`` (share of the draws whose error stays within the emulator's
    stated ``reach``) are by quantity; ``unsolved`` counts draws by status.
    """

    seed: int
    first: int
    draws: int
    solved: int
    unsolved: Mapping[str, int]
    errors: Mapping[str, Errors]
    within: Mapping[str, float]


def _further(surrogate: Surrogate, count: int) -> tuple[Order, int]:
    """What to solve, and the first further draw; a ResultError where that is not known."""
    if count < 1:
        raise ResultError(
            f"{count} draws to check with",
            expected="at least one",
            repair="say --check 64",
            place=Place("--check", 1, 1),
        )
    if surrogate.order is None:
        raise ResultError(
            "the scenario of these draws is not known, so that nothing can be solved",
            expected="scenario.yaml beside the draws, or --scenario",
            place=Place("--check", 1, 1),
        )
    order, first = surrogate.order, surrogate.origin.last + 1
    return (replace(order, seed=secrets.randbits(32)), 0) if order.seed < 0 else (order, first)


def check_fresh(surrogate: Surrogate, count: int) -> Check:
    """Solve ``count`` further draws and see how far off the emulator is there.

    They follow the last draw that was learnt from in the Sobol sequence of the draws' seed (of
    another seed where that is not known). Raises ResultError where the scenario is not known,
    or too few of the draws are solved.
    """
    order, first = _further(surrogate, count)
    draws = _solved(surrogate, order, first, count)
    status = words_of(draws, "status")
    targets = [target_of(draws, text, meaning_of(order)) for text in surrogate.quantities]
    fine = (status == "solved") & np.isfinite(np.column_stack([one.values for one in targets])).all(
        axis=1
    )
    if not fine.any():
        raise ResultError(
            f"none of {count} fresh draws was solved",
            expected="at least one",
            repair="say --check with more draws",
        )
    names = [one.name for one in surrogate.inputs]
    values = draws["parameters"].sel(parameter=names).values[fine]
    places = places_of(surrogate.inputs, values)
    told = surrogate.predict(places)
    kinds, counts = np.unique(status[status != "solved"], return_counts=True)
    numbers = np.arange(first, first + count)[fine]
    errors = {
        one.quantity: _errors(one, target, fine, told[:, i], places, numbers, names)
        for i, (one, target) in enumerate(zip(surrogate.emulators, targets, strict=True))
    }
    within = {
        one.quantity: float(
            (np.abs(told[:, i] - targets[i].values[fine]) <= one.error.reach + 1e-12).mean()
        )
        for i, one in enumerate(surrogate.emulators)
    }
    unsolved = dict(zip(kinds.tolist(), map(int, counts), strict=True))
    return Check(order.seed, first, count, int(fine.sum()), unsolved, errors, within)


def _errors(
    one: Emulator,
    target: Target,
    fine: NDArray[np.bool_],
    told: Array,
    places: Array,
    numbers: NDArray[np.int64],
    names: Sequence[str],
) -> Errors:
    """The errors of one quantity on fresh draws."""
    own = Target(target.text, target.values[fine], target.low, target.high)
    ends = one.fit.interval(places)
    inside = np.zeros(0, np.bool_)
    if ends is not None:
        inside = (ends[0] <= own.values) & (own.values <= ends[1])
    weights = np.array([_weight(one, name) for name in names])
    corners = (weights * (2 * places - 1) ** 2).sum(axis=1)
    return measured(
        own.values, told, numbers, own, corners >= np.quantile(corners, 1 - OUTER), inside
    )


def _weight(one: Emulator, name: str) -> float:
    """What an input weighs, by its total share of the emulator's variance."""
    for share in one.shares:
        if name in share.members:
            return max(share.total, 0.0) / len(share.members)
    return 1.0


def _solved(surrogate: Surrogate, order: Any, first: int, count: int) -> Any:
    """The fresh draws as a labelled dataset."""
    import xarray as xr

    from offramp.analysis.results import UNRESOLVED
    from offramp.study.sweeps import Part, plan_for, solve_chunk
    from offramp.study.sweeps.codes import decode

    kept = tuple(text for text in surrogate.quantities if text in order.quantities)
    asked = order_to_check(order, kept)
    plan = plan_for(asked)
    data = solve_chunk(asked, Part(0, first, count), plan=plan, threads=os.cpu_count() or 1).data
    meaning = plan.game.meaning
    labels: dict[str, list[str]] = {
        "outcome": [*(one.name for one in meaning.outcomes), UNRESOLVED],
        "party": list(meaning.parties),
        "parameter": [one.name for one in meaning.assumptions],
        "quantity": list(kept),
    }
    dims = {
        "probability": ("draw", "outcome"),
        "payoff": ("draw", "party"),
        "rounds": ("draw",),
        "parameters": ("draw", "parameter"),
        "quantity_value": ("draw", "quantity"),
    }
    variables: dict[str, Any] = {name: (dims[name], data[name]) for name in dims if name in data}
    variables["status"] = ("draw", decode("status", data["status"]))
    if kept:
        variables["quantity_status"] = (
            ("draw", "quantity"),
            decode("quantity_status", data["quantity_status"]),
        )
    used = {dim for one in variables.values() for dim in np.atleast_1d(one[0]).tolist()}
    return xr.Dataset(variables, {dim: names for dim, names in labels.items() if dim in used})

"""Emulators of quantities from solved draws, refused where they are further off than allowed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ResultError
from offramp.core.provenance import now, versions
from offramp.study.emulation.fitting import Fitted, constant_fit, fit_recipes, methods_of
from offramp.study.emulation.held_out import HeldOut, errors_of, hold_out
from offramp.study.emulation.polynomials import fit_polynomial
from offramp.study.emulation.sources import Source, open_draws, source_of
from offramp.study.emulation.surrogates import Emulator, Origin, SolvedDraws, Surrogate, together
from offramp.study.emulation.training import MOST, Target, Training, training_of
from offramp.study.emulation.variance import variance_shares

if TYPE_CHECKING:
    import xarray as xr

    from offramp.scenario import Scenario

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
ALLOWED = 0.02
"""Root mean square error that is allowed unless another is named."""
SHOWN = 1000
"""Most held-out draws that are kept for the figure."""


def emulate(
    draws: str | Path | xr.Dataset,
    quantities: str | Sequence[str] = (),
    *,
    scenario: Scenario | str | Path | None = None,
    allow: float = ALLOWED,
    anyway: bool = False,
    method: str = "auto",
    most: int = MOST,
    seed: int | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Surrogate:
    """Emulators of ``quantities`` learnt from solved ``draws``.

    ``draws`` is a run's folder, its draws.nc, a sweep's store, or a labelled dataset. A quantity
    is P(outcome), P(kind KIND), E(payoff[party]), E(rounds), or one that a sweep kept;
    none stand for the probabilities of all outcomes. ``scenario`` gives ranges and nominal
    values where none is beside the draws. At most ``most`` solved draws are used. ``method``
    is 'auto', 'polynomial' or 'process'. ``seed`` (None draws one) deals the draws to folds.

    Raises ResultError where the root mean square error on held-out draws exceeds ``allow`` (of a
    quantity that is no probability, in parts of the span of its solved values), unless
    ``anyway``; and where there are too few solved draws.
    """
    _check(allow, most)
    methods = methods_of(method)
    source = _source(draws, scenario)
    texts = (quantities,) if isinstance(quantities, str) else tuple(quantities)
    training = training_of(source.draws, texts, meaning=source.meaning(), most=most)
    used = secrets.randbits(32) if seed is None else seed
    with _one_thread():
        held = _all_held_out(training, methods, used, progress)
        sums = (1.0, 1.0)
        if training.complete:
            held, sums = _in_sum(held)
        emulators = tuple(
            _emulator(training, target, one, used)
            for target, one in zip(training.targets, held, strict=True)
        )
    found = Surrogate(
        training.inputs,
        emulators,
        training.complete,
        sums,
        _origin(source, training, used, held, command),
        source.order,
    )
    if not anyway:
        refuse_far_off(found, allow)
    return found


def _check(allow: float, most: int) -> None:
    if not allow > 0:
        raise ResultError(
            f"an allowed error of {allow:g}", expected="a number above 0", repair="say 0.02"
        )
    if most < 1:
        raise ResultError(
            f"{most} draws to learn from", expected="at least one", repair=f"say {MOST}"
        )
    if find_spec("sklearn") is None:
        raise ResultError(
            "scikit-learn is not installed",
            expected="the extra 'emulation'",
            repair='pip install "offramp[emulation]"',
        )


def _one_thread() -> Any:
    """Small matrices are worked out faster by one thread than by many that wait for each other."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _source(draws: str | Path | xr.Dataset, scenario: Scenario | str | Path | None) -> Source:
    if not isinstance(draws, str | Path):
        return source_of(draws, "", scenario)
    if scenario is None or isinstance(scenario, str | Path):
        return open_draws(draws, scenario)
    return source_of(open_draws(draws).draws, str(draws), scenario)


def _all_held_out(
    training: Training, methods: Sequence[str], seed: int, progress: Progress | None
) -> list[HeldOut]:
    """Every quantity, held out fold by fold."""
    found: list[HeldOut] = []
    for target in training.targets:

        def told(done: int, total: int, target: Target = target) -> None:
            if progress is not None:
                progress(f"emulating {target.text}", done, total)

        found.append(hold_out(training, target, methods, seed, told))
    return found


def _in_sum(held: Sequence[HeldOut]) -> tuple[list[HeldOut], tuple[float, float]]:
    """Held-out probabilities divided by their sum, and the least and greatest sum there was."""
    told = np.column_stack([one.emulated for one in held])
    sums = told.sum(axis=1)
    divided = together(told)
    changed = [
        HeldOut(
            one.solved, divided[:, i], one.inside, one.stated, one.recipe, one.fold_fits, one.tried
        )
        for i, one in enumerate(held)
    ]
    return changed, (float(sums.min()), float(sums.max()))


def _emulator(training: Training, target: Target, held: HeldOut, seed: int) -> Emulator:
    """The recipe that was kept, fitted to all draws, with its errors and shares of variance."""
    fit = _final(training, target, held, seed)
    weights = _weights(training, target)
    error = errors_of(held, training, target, weights)
    shares = variance_shares(training.inputs, fit, held.fold_fits, weights, seed)
    values = target.values
    solved = SolvedDraws(
        *(float(one) for one in (values.mean(), values.std(), values.min(), values.max()))
    )
    tried = {f"{one.method}, {one.scale}": error for one, error in held.tried.items()}
    pairs = np.stack([held.solved, held.emulated])[:, :SHOWN].copy()
    return Emulator(target.text, fit, error, solved, shares, pairs, tried)


def _final(training: Training, target: Target, held: HeldOut, seed: int) -> Fitted:
    if not target.varies:
        return constant_fit(target)
    near = {held.recipe: held.fold_fits[0]}
    return fit_recipes(training.inputs, training.places, target, [held.recipe], seed, near)[
        held.recipe
    ]


def _weights(training: Training, target: Target) -> Array:
    """(input,) what each input weighs, by the polynomial of all draws."""
    if not target.varies:
        return np.full(len(training.inputs), 1 / len(training.inputs))
    return fit_polynomial(training.inputs, training.places, target.values).weights


def _origin(
    source: Source, training: Training, seed: int, held: Sequence[HeldOut], command: str
) -> Origin:
    packages: Mapping[str, str] = versions()
    attrs = source.draws.attrs
    return Origin(
        title=str(attrs.get("title", source.name)),
        premises=source.premises,
        scenario_hash=str(attrs.get("scenario_hash", "")),
        source=source.name,
        seed=seed,
        offered=training.offered,
        used=training.count,
        spare=training.spare,
        several=training.several,
        folds=max(len(one.fold_fits) for one in held),
        last=int(training.numbers.max()),
        left_out=training.left_out,
        fixed=training.fixed,
        versions={**packages, **_version("scikit-learn")},
        created=now(),
        command=command,
    )


def _version(package: str) -> dict[str, str]:
    from importlib.metadata import version

    return {package: version(package)}


def refuse_far_off(found: Surrogate, allow: float) -> None:
    """A ResultError where a quantity is further off than allowed.

    Looked at is the root mean square error on held-out draws: of a probability as it is, else
    in parts of the span of its solved values.
    """
    worst = max(found.emulators, key=lambda one: one.error.relative)
    if worst.error.relative <= allow:
        return
    part = "" if worst.is_probability else " of the span of its solved values"
    raise ResultError(
        f"the emulator of {worst.quantity} is off by {worst.error.relative:.2g}{part} (root mean "
        f"square over {worst.error.draws:,} held-out draws; largest error "
        f"{worst.error.largest:.2g})",
        expected=f"at most {allow:g}",
        repair="learn from more solved draws, allow more (--allow), or take it anyway (--anyway)",
    )

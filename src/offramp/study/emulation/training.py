"""What an emulator learns from: places of solved draws in their ranges, and quantities' values.

Only solved draws in which every quantity has a value are used; how many are left out, and why,
goes with the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import Place, ResultError, suggestion
from offramp.study.emulation.inputs import Input, input_of, places_of

if TYPE_CHECKING:
    import xarray as xr

    from offramp.scenario import Meaning

Array = NDArray[np.float64]
MOST = 10_000
"""Most draws that are learnt from, unless more are asked for."""
FEWEST = 40
"""Fewest solved draws that anything is learnt from."""
SAME = 1e-12
VALUELESS = "without a value"
FORMS = "P(outcome), P(kind KIND), E(payoff[party]), E(rounds), or a quantity that a sweep kept"


@dataclass(frozen=True, eq=False)
class Target:
    """One quantity: its text, its values (draw,) and the bounds that it cannot leave."""

    text: str
    values: Array
    low: float
    high: float

    @property
    def is_probability(self) -> bool:
        """Whether it lies between 0 and 1."""
        return (self.low, self.high) == (0.0, 1.0)

    @property
    def varies(self) -> bool:
        """Whether it is not the same in all draws."""
        return bool(self.values.std() > SAME * max(1.0, float(np.abs(self.values).max())))


@dataclass(frozen=True, eq=False)
class Training:
    """Solved draws as an emulator sees them.

    ``places`` (draw, input); ``numbers`` (draw,) of the draws; ``fixed`` are assumptions
    that were the same in all of them; ``offered`` draws there were, of which ``left_out``
    by reason were not used, and ``spare`` because there were enough. In ``several`` of those
    used other equilibria were found; the reported one is learnt.
    """

    inputs: tuple[Input, ...]
    places: Array
    numbers: NDArray[np.int64]
    targets: tuple[Target, ...]
    fixed: Mapping[str, float]
    offered: int
    left_out: Mapping[str, int]
    spare: int
    several: int
    complete: bool
    """Whether the targets are the probabilities of all outcomes, which add up to one."""

    @property
    def count(self) -> int:
        """Draws that are learnt from."""
        return len(self.places)


def training_of(
    draws: xr.Dataset,
    quantities: Sequence[str] = (),
    *,
    meaning: Meaning | None = None,
    most: int = MOST,
) -> Training:
    """Inputs and targets of labelled draws, the first ``most`` that are solved.

    Without ``quantities`` the probabilities of all outcomes. ``meaning`` gives the ranges, the
    nominal values and the kinds of outcomes. Raises ResultError for a quantity that the draws
    do not hold, and for too few solved draws.
    """
    for name in ("parameters", "probability"):
        if name not in draws:
            raise ResultError(
                f"the draws have no '{name}'",
                repair="give draws.nc of a run, or a sweep's store",
                expected="a labelled dataset of draws",
            )
    rows, left_out, spare = _rows(draws, most)
    run = len(rows) and rows[-1] - rows[0] == len(rows) - 1  # a slice is read faster
    kept = draws.isel(draw=slice(rows[0], rows[-1] + 1) if run else rows).load()
    texts = tuple(dict.fromkeys(" ".join(text.split()) for text in quantities))
    outcomes = [f"P({name})" for name in draws["outcome"].values.tolist()]
    targets = [target_of(kept, text, meaning) for text in texts or outcomes]
    fine = np.isfinite(np.column_stack([one.values for one in targets])).all(axis=1)
    values = np.asarray(kept["parameters"].values, float)
    fine &= np.isfinite(values).all(axis=1)
    if not fine.all():
        left_out[VALUELESS] = left_out.get(VALUELESS, 0) + int((~fine).sum())
    if fine.sum() < FEWEST:
        raise ResultError(
            f"{int(fine.sum())} of {draws.sizes['draw']} draws are solved and have a value",
            expected=f"at least {FEWEST}",
            repair="solve more draws",
        )
    names = [str(name) for name in draws["parameter"].values.tolist()]
    inputs, fixed = _inputs(names, values[fine], meaning)
    columns = [names.index(one.name) for one in inputs]
    several = kept["several"].values[fine] > 0 if "several" in kept else np.zeros(0)
    return Training(
        inputs,
        places_of(inputs, values[fine][:, columns]),
        np.asarray(kept["draw"].values, np.int64)[fine],
        tuple(Target(one.text, one.values[fine], one.low, one.high) for one in targets),
        fixed,
        int(draws.sizes["draw"]),
        left_out,
        spare,
        int(several.sum()),
        set(outcomes) == {one.text for one in targets},
    )


def target_of(draws: xr.Dataset, text: str, meaning: Meaning | None = None) -> Target:
    """The values of one quantity in draws; a ResultError where they do not hold it."""
    if "quantity" in draws.coords and text in (known := draws["quantity"].values.tolist()):
        return _kept(draws, text, known.index(text))
    match = re.fullmatch(
        r"P\s*\(\s*(?:(kind)\s+)?(\w+)\s*\)|E\s*\(\s*(?:payoff\s*\[\s*(\w+)\s*\]|(rounds))\s*\)",
        text,
    )
    if match is None:
        raise _no_quantity(
            text, FORMS, "solve it in every draw: offramp sweep --quantity, or offramp claims"
        )
    kind, name, party, _ = match.groups()
    if kind:
        return _kind(draws, text, name, meaning)
    if name:
        return Target(text, _labelled(draws, "probability", "outcome", name, text), 0.0, 1.0)
    if party:
        values = _labelled(draws, "payoff", "party", party, text)
        return Target(text, values, -np.inf, np.inf)
    if "rounds" not in draws:
        raise _no_quantity(text, "draws with 'rounds'", "")
    return Target(text, np.asarray(draws["rounds"].values, float), 0.0, np.inf)


def words_of(draws: xr.Dataset, name: str) -> NDArray[np.str_]:
    """A variable of words, also where it is stored as numbers with the words in attributes."""
    values, about = draws[name].values, draws[name].attrs
    if values.dtype.kind not in "iu":
        return values.astype(str)
    words = dict(
        zip(about.get("flag_values", ()), str(about.get("flag_meanings", "")).split(), strict=False)
    )
    return np.array([words.get(int(one), str(one)) for one in values.tolist()])


def _rows(draws: xr.Dataset, most: int) -> tuple[NDArray[np.int64], dict[str, int], int]:
    """Rows of the first solved draws, how many are not solved by status, and how many are spare."""
    count = int(draws.sizes["draw"])
    if "status" not in draws:
        return np.arange(count)[:most], {}, max(0, count - most)
    status = words_of(draws, "status")
    rows = np.flatnonzero(status == "solved")
    kinds, counts = np.unique(status[status != "solved"], return_counts=True)
    left_out = dict(zip(kinds.tolist(), map(int, counts), strict=True))
    return rows[:most], left_out, max(0, len(rows) - most)


def _inputs(
    names: Sequence[str], values: Array, meaning: Meaning | None
) -> tuple[tuple[Input, ...], dict[str, float]]:
    """Assumptions that vary, and those that do not.

    Where the scenario is known, one that follows others by formula is no input.
    """
    spread, nominal = {}, {}
    if meaning is not None:
        from offramp.game import nominal_draw

        spread = {one.name: one.distribution for one in meaning.assumptions}
        usual = nominal_draw(meaning)
        nominal = dict(zip(usual.names, map(float, usual.values[0]), strict=True))
    rules = () if meaning is None else meaning.structural
    inputs, fixed = [], {}
    for column, name in enumerate(names):
        own = values[:, column]
        if name in rules and own.min() != own.max():
            raise ResultError(
                f"the switch '{name}' varies in these draws",
                expected="draws of one game: an emulator is a smooth function of numbers",
                repair=f"fix it where they are made, say --set {name}=…, one emulator per option",
            )
        if own.min() == own.max():
            fixed[name] = float(own[0])
        elif meaning is None or spread.get(name) is not None:
            inputs.append(input_of(name, own, spread.get(name), nominal.get(name)))
    if not inputs:
        raise ResultError(
            "no assumption varies in the draws", expected="draws over at least one range"
        )
    return tuple(inputs), fixed


def _kept(draws: xr.Dataset, text: str, position: int) -> Target:
    """A quantity that a sweep evaluated in every draw."""
    values = np.asarray(draws["quantity_value"].values[:, position], float)
    if "quantity_status" in draws:
        raw = draws[["quantity_status"]].isel(quantity=position)
        values = np.where(words_of(raw, "quantity_status") == "solved", values, np.nan)
    bounds = (0.0, 1.0) if re.match(r"P\s*\(", text) else (-np.inf, np.inf)
    return Target(text, values, *bounds)


def _kind(draws: xr.Dataset, text: str, kind: str, meaning: Meaning | None) -> Target:
    """The probability of all outcomes of one kind together."""
    names = draws["outcome"].values.tolist()
    if meaning is not None:
        kinds = {one.name: one.kind for one in meaning.outcomes}
    elif "outcome_kind" in draws.coords:
        kinds = dict(zip(names, draws["outcome_kind"].values.tolist(), strict=True))
    else:
        raise _no_quantity(
            text,
            "the scenario, which says which outcome is of which kind",
            "give it with --scenario, or name outcomes",
        )
    own = [position for position, name in enumerate(names) if kinds.get(name) == kind]
    if not own:
        raise _no_quantity(
            text,
            "a kind of an outcome of these draws",
            suggestion(kind, [one for one in kinds.values() if one]),
        )
    values = np.asarray(draws["probability"].values, float)[:, own].sum(axis=1)
    return Target(text, values, 0.0, 1.0)


def _labelled(draws: xr.Dataset, variable: str, dim: str, name: str, text: str) -> Array:
    known = draws[dim].values.tolist() if variable in draws else []
    if name not in known:
        raise _no_quantity(
            text, f"an {dim}" if dim == "outcome" else f"a {dim}", suggestion(name, map(str, known))
        )
    return np.asarray(draws[variable].values, float)[:, known.index(name)]


def _no_quantity(text: str, expected: str, repair: str) -> ResultError:
    return ResultError(
        f"the draws do not hold '{text}'",
        expected=expected,
        repair=repair,
        place=Place("quantity", 1, 1),
    )

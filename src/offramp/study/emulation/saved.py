"""An emulator as plain JSON, which any program can read, and back; nothing in it is run.

The format: ``inputs`` with their ranges; for each quantity its scale and either the terms of a
polynomial (pairs of input and degree, with a coefficient) or the points of a Gaussian process
with their pulls; errors, shares of variance, held-out values; ``origin`` and the order with
the scenario's text, so that the emulator can be checked against the solver.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from offramp.core.errors import Place, ResultError
from offramp.core.files import atomic_write, read_json, write_text
from offramp.study.emulation.fitting import Constant, Fitted, Recipe
from offramp.study.emulation.held_out import Errors
from offramp.study.emulation.inputs import Input
from offramp.study.emulation.polynomials import Polynomial
from offramp.study.emulation.processes import Process
from offramp.study.emulation.surrogates import LABEL, Emulator, Origin, SolvedDraws, Surrogate
from offramp.study.emulation.variance import VarianceShare
from offramp.study.sweeps import Order

FORMAT = "offramp emulator"
VERSION = 1


def write_surrogate(found: Surrogate, path: str | Path) -> Path:
    """Write an emulator, whole or not at all. Raises ResultError where that cannot be done."""
    text = json.dumps(packed(found), ensure_ascii=False, allow_nan=False)
    try:
        return write_text(path, text + "\n")
    except OSError as error:
        raise _unwritable(path, error, "--out") from None


def write_emulated_table(
    found: Surrogate, path: str | Path, count: int, seed: int | None = None
) -> Path:
    """Write ``count`` emulated draws as CSV: a row each, with every column named as emulated.

    Columns are the draw, the assumptions, for each quantity 'emulated Q' and 'emulation error
    Q' (root mean square on held-out draws). Raises ResultError where it cannot be written.
    """
    chunks = found.points(count, seed)
    heads = ["draw", *(one.name for one in found.inputs)]
    for quantity in found.quantities:
        heads += [f"emulated {quantity}", f"emulation error {quantity}"]
    errors = [one.error.rms for one in found.emulators]

    def writer(temporary: Path) -> None:
        with open(temporary, "w", encoding="utf-8", newline="") as out:
            lines = csv.writer(out, lineterminator="\n")
            lines.writerow(heads)
            number = 0
            for places in chunks:
                rows = zip(found.values(places), found.predict(places), strict=True)
                for values, told in rows:
                    pairs = zip(told.tolist(), errors, strict=True)
                    lines.writerow([number, *values.tolist(), *(x for pair in pairs for x in pair)])
                    number += 1

    try:
        return atomic_write(path, writer)
    except OSError as error:
        raise _unwritable(path, error, "--table") from None


def read_surrogate(path: str | Path) -> Surrogate:
    """An emulator that ``Surrogate.save`` wrote; what it says is the same to the last digit.

    Raises ResultError where there is none, or it is of another version of the format.
    """
    try:
        plain = read_json(path)
    except ResultError as error:
        raise _unfit(path, f"'{path}' cannot be read: {error.found}") from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise _unfit(path, f"'{path}' is no saved emulator")
    if plain.get("version") != VERSION:
        raise _unfit(path, f"'{path}' has version {plain.get('version')} of the format")
    try:
        return unpacked(plain)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _unfit(path, f"'{path}' is damaged ({type(error).__name__}: {error})") from None


def packed(found: Surrogate) -> dict[str, Any]:
    """The emulator as JSON has it; numbers that do not exist are null."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "emulated": True,
        "label": LABEL,
        "complete": found.complete,
        "sums": list(found.sums),
        "origin": _plain(asdict(found.origin)),
        "inputs": [_plain(asdict(one)) for one in found.inputs],
        "emulators": [_packed(one) for one in found.emulators],
        "order": None if found.order is None else found.order.plain(),
    }


def unpacked(plain: Mapping[str, Any]) -> Surrogate:
    """The emulator again. Raises KeyError, TypeError or ValueError where something is missing."""
    inputs = tuple(Input(**one) for one in plain["inputs"])
    for one in inputs:
        _ = one.distribution  # a range that cannot be read is a ScenarioError with its place
    low, high = plain["sums"]
    return Surrogate(
        inputs,
        tuple(_unpacked(one, inputs) for one in plain["emulators"]),
        bool(plain["complete"]),
        (float(low), float(high)),
        Origin(**plain["origin"]),
        None if plain["order"] is None else Order.of(plain["order"]),
    )


def _packed(one: Emulator) -> dict[str, Any]:
    return {
        "quantity": one.quantity,
        "method": one.fit.recipe.method,
        "scale": one.fit.recipe.scale,
        "low": _number(one.fit.low),
        "high": _number(one.fit.high),
        "model": _model(one.fit.model),
        "error": _plain(asdict(one.error)),
        "solved": _plain(asdict(one.solved)),
        "shares": [_plain(asdict(share)) for share in one.shares],
        "tried": dict(one.tried),
        "held_out": one.held_out.tolist(),
    }


def _model(model: Any) -> dict[str, Any]:
    if isinstance(model, Constant):
        return {"value": model.value}
    if isinstance(model, Polynomial):
        terms = [[list(factor) for factor in term] for term in model.terms]
        return {
            "constant": model.constant,
            "terms": terms,
            "coefficients": model.coefficients.tolist(),
        }
    return {
        name: one.tolist() if isinstance(one := getattr(model, name), np.ndarray) else float(one)
        for name in _process_fields()
    }


def _unpacked(plain: Mapping[str, Any], inputs: tuple[Input, ...]) -> Emulator:
    low, high = (
        edge if plain[name] is None else float(plain[name])
        for name, edge in (("low", -math.inf), ("high", math.inf))
    )
    recipe = Recipe(plain["method"], plain["scale"])
    shares = tuple(
        VarianceShare(
            **{**_numbers(one, ("first_reach", "total_reach")), "members": tuple(one["members"])}
        )
        for one in plain["shares"]
    )
    errors = _numbers(plain["error"], [one.name for one in fields(Errors)])
    return Emulator(
        plain["quantity"],
        Fitted(recipe, _model_again(plain["model"], inputs), low, high),
        Errors(**errors),
        SolvedDraws(**plain["solved"]),
        shares,
        np.array(plain["held_out"], float),
        plain["tried"],
    )


def _model_again(plain: Mapping[str, Any], inputs: tuple[Input, ...]) -> Any:
    if "value" in plain:
        return Constant(float(plain["value"]))
    if "terms" in plain:
        terms = tuple(tuple((int(i), int(degree)) for i, degree in term) for term in plain["terms"])
        if any(not 0 <= i < len(inputs) for term in terms for i, _ in term):
            raise ValueError("a term of an input that is not there")
        coefficients = np.array(plain["coefficients"], float)
        if len(coefficients) != len(terms):
            raise ValueError("terms without coefficients")
        return Polynomial(inputs, float(plain["constant"]), terms, coefficients)
    told = {
        name: np.array(plain[name], float) if isinstance(plain[name], list) else float(plain[name])
        for name in _process_fields()
    }
    return Process(inputs=inputs, **told)  # pyright: ignore[reportArgumentType]


def _process_fields() -> list[str]:
    return [one.name for one in fields(Process) if one.name != "inputs"]


def _plain(value: Any) -> Any:
    """What JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _numbers(plain: Mapping[str, Any], names: Any) -> dict[str, Any]:
    """The same with nan where a number does not exist."""
    return {key: math.nan if one is None and key in names else one for key, one in plain.items()}


def _unwritable(path: str | Path, error: OSError, option: str) -> ResultError:
    return ResultError(
        f"'{path}' cannot be written: {error.strerror or error}",
        expected="a file that can be written",
        repair=f"name another with {option}",
        place=Place(str(path), 1, 1),
    )


def _unfit(path: str | Path, found: str) -> ResultError:
    return ResultError(
        found,
        expected="a file that 'offramp emulate --out' wrote",
        repair="fit the emulator again",
        place=Place(str(path), 1, 1),
    )

"""The explorer's programs say what `evaluate` says, with a fault where it has no value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offramp.core.errors import ExpressionError
from offramp.expressions import Expression, Name, Number, evaluate, parse
from offramp.game.programs import Writer, run_program

from ..expressions.trees import trees

COLUMNS = ("x", "y", "z", "k")


def run(writer: Writer, start: int, row: tuple[int, ...]) -> float:
    rows = np.array([row], np.int32)
    stack = np.empty(writer.depth)
    return run_program(writer.code, writer.numbers, start, rows, 0, stack)


def agrees(expression: Expression, row: tuple[int, ...]) -> None:
    writer = Writer(COLUMNS)
    writer.add(Number(1))  # so that jumps are right in a program that is not the first
    found = run(writer, writer.add(expression), row)
    values = {name: float(value) for name, value in zip(COLUMNS, row, strict=True)}
    try:
        expected = float(evaluate(expression, values).ravel()[0])
    except ExpressionError:
        assert math.isnan(found)
        return
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-300)


@settings(max_examples=200)
@given(trees(lookups=True), st.tuples(*[st.integers(-3, 3)] * 4))
def test_a_program_is_its_formula(expression: Expression, row: tuple[int, ...]) -> None:
    agrees(expression, row)


@pytest.mark.parametrize(
    "text",
    [
        "0 <= x < y <= 2",
        "0 < x / y < 2",
        "1 < 0 < 1 / (x - x)",
        "0 <= (0 <= x < 3) < 2",
        "x and 1 / x > 0",
        "not x or 2 / x",
        "if(x, 1 / x, 7)",
        "clip(x, y, 1)",
        "max(x, y, 3, -x)",
        "sqrt(x)",
        "log(x)",
        "exp(1000 * x)",
        "(-8) ** (1 / 3)",
        "0 ** -1",
        "x ** y",
        "-x**2",
        "+x",
    ],
)
def test_corners(text: str) -> None:
    for x in (-2, -1, 0, 1, 2):
        for y in (-1, 0, 2):
            agrees(parse(text), (x, y, 0, 0))


def test_chains_inside_chains_take_no_longer() -> None:
    """Fifty chains in one another: looked at once each, not twice for every level."""
    text = "0 <= (" * 50 + "x" + " <= 2) <= 2" * 50
    writer = Writer(COLUMNS)
    assert run(writer, writer.add(parse(text)), (1, 0, 0, 0)) == 1
    assert evaluate(parse(text), {"x": np.array([[1.0], [0.0], [3.0]])}).ravel().tolist() == [
        1,
        1,
        1,
    ]


def test_a_chain_inside_looks_no_further_than_it_must() -> None:
    points = {"x": np.array([[0.0], [1.0], [2.0]]), "y": np.array([[0.0, 4.0]])}
    assert evaluate(parse("0 < x < 2 / x < y + 3"), points).tolist() == [[0, 0], [1, 1], [0, 0]]
    assert evaluate(parse("y < x < 8 / x"), points).tolist() == [[0, 0], [1, 0], [1, 0]]


def test_a_name_that_is_no_column_has_no_program() -> None:
    with pytest.raises(KeyError):
        Writer(()).add(Name("x"))

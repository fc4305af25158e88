"""Arrays in, arrays out: as a scalar reading says, and only where it is needed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offramp.core.errors import ExpressionError, Place
from offramp.expressions import (
    Choose,
    EvaluationError,
    Expression,
    Name,
    Number,
    evaluate,
    parse,
    simplify,
)
from tests.expressions.trees import NoValueError, oracle, trees

# Hypothesis notes how it made each tree, which grows large in a long search.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

ROWS = np.array([-1.0, 0.0, 1.0, 2.0])[:, None]
DRAWS = np.array([0.0, 1.0, -2.5])[None, :]
BOTH = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [0.5, 0.0, 3.0], [1.0, -2.0, 0.0]])
VALUES: dict[str, Any] = {"x": ROWS, "y": DRAWS, "z": BOTH, "k": np.array([[0], [1], [2], [0]])}


def _point(row: int, draw: int) -> dict[str, float]:
    return {
        name: float(np.broadcast_to(array, BOTH.shape)[row, draw]) for name, array in VALUES.items()
    }


def _agrees_with_the_oracle(tree: Expression) -> None:
    expected: dict[tuple[int, int], float | None] = {}
    for row, draw in np.ndindex(BOTH.shape):
        try:
            expected[row, draw] = oracle(tree, _point(row, draw))
        except NoValueError:
            expected[row, draw] = None
    if None in expected.values():
        with pytest.raises(EvaluationError) as caught:
            evaluate(tree, VALUES)
        assert expected[caught.value.row, caught.value.draw] is None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = np.broadcast_to(evaluate(tree, VALUES), BOTH.shape)
    wanted = np.array([expected[at] for at in np.ndindex(BOTH.shape)]).reshape(BOTH.shape)
    np.testing.assert_allclose(result, wanted, rtol=1e-12)


@given(trees(lookups=True))
def test_evaluate_is_the_scalar_reading_at_every_point(tree: Expression) -> None:
    _agrees_with_the_oracle(tree)


@given(trees(lookups=True))
def test_simplify_keeps_values_and_failures(tree: Expression) -> None:
    simple = simplify(tree)
    assert simplify(simple) == simple
    try:
        before = evaluate(tree, VALUES)
    except EvaluationError:
        with pytest.raises(EvaluationError):
            evaluate(simple, VALUES)
        return
    np.testing.assert_array_equal(
        np.broadcast_to(before, BOTH.shape), np.broadcast_to(evaluate(simple, VALUES), BOTH.shape)
    )


GUARDED = [
    "if({c} > 0, log({c}) + {e}, {e})",
    "{c} != 0 and {e} / {c} > 1",
    "{c} == 0 or {e} / {c} > 1",
    "if({c} != 0 and 1 / {c} > 0, sqrt({c}), if({e} != 0, {c} / {e}, 0))",
    "0 < {c} < 1 / ({c} * ({c} > 0) + ({c} <= 0))",
    "if({c} == 0, 0, if({e} == 0, 0, 1 / ({c} * {e})))",
]


@pytest.mark.parametrize("text", GUARDED)
@pytest.mark.parametrize("condition", ["x", "y", "z", "(x + y)"])
@pytest.mark.parametrize("extra", ["1", "x", "y", "z"])
def test_a_guarded_branch_never_fails(text: str, condition: str, extra: str) -> None:
    tree = parse(text.format(c=condition, e=extra))
    assert np.isfinite(evaluate(tree, VALUES)).all()
    _agrees_with_the_oracle(tree)


@pytest.mark.parametrize("index", ["k", "k * (y > 0)", "y > 0", "1"])
def test_a_family_looks_only_at_the_member_that_is_read(index: str) -> None:
    cases = ((0, parse("y + 1")), (1, parse("1 / (k * (y + 2)) * if(k == 0, 1 / y, z)")))
    tree = Choose(parse(index), cases, parse("sqrt(k - 1) + y * z"))
    _agrees_with_the_oracle(tree)


def test_a_missing_key_is_named() -> None:
    tree = Choose(Name("k"), ((0, Number(1)), (1, Name("y"))), offset=4)
    with pytest.raises(EvaluationError) as caught:
        evaluate(tree, VALUES)
    error = caught.value
    assert (error.row, error.draw, error.value, error.offset) == (2, 0, 2.0, 4)
    assert "'k' = 2" in error.found
    assert error.expected == "one of the keys 0, 1"


@pytest.mark.parametrize(
    ("text", "row", "draw", "words"),
    [
        ("log(x - 1)", 0, 0, "log of -2 is not defined"),
        ("sqrt(y)", 0, 2, "sqrt of -2.5 is not defined"),
        ("1 / z", 0, 0, "1 is divided by 0"),
        ("0 / x", 1, 0, "0 is divided by 0"),
        ("exp(x * 1000)", 2, 0, "exp of 1000 is too large"),
        ("(x - 1) ** 0.5", 0, 0, "(-2) ** 0.5 is not a real number"),
        ("x ** -1", 1, 0, "is too large"),
        ("1e200 * x * 1e200", 0, 0, "is too large"),
        ("if(x > 0, 1 / (x - 2), 0)", 3, 0, "divided by 0"),
        ("if(y < 0, 1 / (x - 2), 0)", 3, 2, "divided by 0"),
        ("if(z > 1, 1 / (x - 1), 0)", 2, 2, "divided by 0"),
        ("if(z >= 0, if(x > 0, 1 / (z - 3), 0), 0)", 2, 2, "divided by 0"),
        ("if(x > 0, if(y > 0, if(z == 0, 1 / z, 0), 0), 0)", 2, 1, "divided by 0"),
        ("0 * (1 / (1 / x))", 1, 0, "divided by 0"),
    ],
)
def test_the_first_failing_point_is_named(text: str, row: int, draw: int, words: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        evaluate(parse(text), VALUES)
    error = caught.value
    assert (error.row, error.draw) == (row, draw)
    assert not np.isfinite(error.value)
    assert f"row {row}, draw {draw}" in error.found
    assert words in error.found
    assert error.expected
    assert error.repair
    placed = error.located(Place("crisis.yaml", 4, 10), "round.act")
    assert placed.place == Place("crisis.yaml", 4, 10 + error.offset)
    assert (placed.row, placed.draw) == (row, draw)


def test_the_repair_of_a_guardable_failure_repairs_it() -> None:
    for text in ("log(x)", "sqrt(x)", "1 / x", "exp(x * 1000)"):
        with pytest.raises(EvaluationError) as caught:
            evaluate(parse(text), VALUES)
        assert np.isfinite(evaluate(parse(caught.value.repair), VALUES)).all()


def test_shapes_follow_the_names_that_are_used() -> None:
    shapes = {"1 + 1": (1, 1), "x": (4, 1), "y * 2": (1, 3), "x * y": (4, 3), "if(1, y, x)": (1, 3)}
    for text, shape in shapes.items():
        result = evaluate(parse(text), VALUES)
        assert result.shape == shape
        assert result.dtype == np.float64
        assert not result.flags.writeable
    assert ROWS.flags.writeable
    assert evaluate(parse("a * 2"), {"a": 3}).item() == 6.0


def test_no_rows_are_no_trouble() -> None:
    empty = np.empty((0, 1))
    for text in ("x + y", "if(x > 0, 1 / x, y)", "x > 0 and log(x) > 0"):
        assert evaluate(parse(text), {"x": empty, "y": DRAWS}).shape[0] == 0


def test_names_without_values() -> None:
    with pytest.raises(ExpressionError, match="'rong'") as caught:
        evaluate(parse("rong + 1"), {"rung": ROWS})
    assert "'rung'" in caught.value.repair
    with pytest.raises(ExpressionError, match="looked up"):
        evaluate(parse("cost[1]"), {"cost": ROWS})
    with pytest.raises(EvaluationError, match="row 1, draw 0"):
        evaluate(parse("x"), {"x": np.array([[1.0], [np.nan]])})


@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_a_batch_is_its_points(rows: int, draws: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = {"x": rng.normal(size=(rows, 1)), "y": rng.normal(size=(1, draws))}
    tree = parse("if(x > y, sqrt(x - y), if(x > 0, log(x), y ** 2)) + (x > 0 and 1 / x > y)")
    batch = np.broadcast_to(evaluate(tree, values), (rows, draws))
    for row, draw in np.ndindex(rows, draws):
        point = {"x": values["x"][row, 0], "y": values["y"][0, draw]}
        assert batch[row, draw] == pytest.approx(evaluate(tree, point).item(), rel=1e-14)

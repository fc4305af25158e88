"""The derivative is what small differences say, on the branch that is active."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from offramp.expressions import (
    Choose,
    EvaluationError,
    Expression,
    Name,
    derivative,
    evaluate,
    parse,
)
from tests.expressions.trees import NoValueError, oracle, trees

# Hypothesis notes how it made each tree, which grows large in a long search.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


def _at(tree: Expression, **values: float) -> float:
    return evaluate(tree, values).item()


@given(trees(lookups=True), st.integers(0, 170))
def test_derivative_is_the_limit_of_differences(tree: Expression, place: int) -> None:
    step = 1e-6
    # Values that no simple arithmetic makes equal: two kinks at one place can cancel.
    x, others = 0.3 + math.pi / 1000 + place / 100, {"y": math.sqrt(2), "z": math.e / 2, "k": 1.0}
    try:
        low, here, high = (oracle(tree, {"x": x + d, **others}) for d in (-step, 0.0, step))
    except NoValueError:
        assume(False)
        raise
    left, right = (here - low) / step, (high - here) / step
    # Neither a kink, a jump nor a bend too sharp for this step.
    assume(max(map(abs, (low, here, high))) < 1e3)
    assume(math.isclose(left, right, rel_tol=1e-4, abs_tol=1e-4))
    slope = _at(derivative(tree, "x"), x=x, **others)
    assert slope == pytest.approx((left + right) / 2, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("x ** 2", 3, 6),
        ("x ** 2", 0, 0),
        ("x ** 0", 0, 0),
        ("x ** 1", 0, 1),
        ("x ** y", 0, 0),
        ("2 ** x", 3, 8 * math.log(2)),
        ("x ** x", 2, 4 * (1 + math.log(2))),
        ("y / x", 2, -0.5),
        ("abs(x)", -2, -1),
        ("min(x, 2 * x, 5)", 1, 1),
        ("min(x, 2 * x, 5)", -1, 2),
        ("max(x, 2 * x, 5)", 1, 0),
        ("clip(x, 0, 1)", 0.5, 1),
        ("clip(x, 0, 1)", 2, 0),
        ("clip(1, 2 * x, 9)", 3, 2),
        ("clip(1, 5, 2 * x)", 1, 2),
        ("if(x > 1, x ** 3, log(x))", 2, 12),
        ("if(x > 1, x ** 3, log(x))", 0.5, 2),
        ("if(x > 0, log(x), 0)", -1, 0),
        ("(x > 1) * x", 2, 1),
        ("x > 1 and x", 2, 0),
        ("sqrt(x)", 4, 0.25),
        ("exp(-3 * x)", 0, -3),
        ("cost[x]", 1, 0),
    ],
)
def test_slopes(text: str, x: float, slope: float) -> None:
    assert _at(derivative(parse(text), "x"), x=x, y=2.0) == pytest.approx(slope, rel=1e-14)


def test_what_does_not_depend_on_the_name_has_slope_zero() -> None:
    assert str(derivative(parse("y * exp(y) / log(y) ** y"), "x")) == "0"
    assert str(derivative(parse("3 * x + y"), "x")) == "3"


def test_a_family_follows_the_member_that_is_read() -> None:
    tree = Choose(Name("k"), ((0, parse("x ** 2")), (1, parse("y"))), parse("3 * x"))
    slope = derivative(tree, "x")
    assert [_at(slope, x=5.0, y=1.0, k=k) for k in (0, 1, 2)] == [10.0, 0.0, 3.0]


def test_an_infinite_slope_is_refused() -> None:
    with pytest.raises(EvaluationError, match="divided by 0"):
        _at(derivative(parse("sqrt(x)"), "x"), x=0.0)

"""Formulas in LaTeX say what the expression says."""

from __future__ import annotations

import pytest
from hypothesis import given

from offramp.expressions import Choose, Expression, Name, Number, latex, parse, simplify
from tests.expressions.trees import trees

# Hypothesis notes how it made each tree, which grows large in a long search.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

FORMULAS = {
    "x + 1": "x + 1",
    "-cost * x": r"-\mathrm{cost} \cdot x",
    "a - (b - c)": r"a - \left( b - c \right)",
    "a - -b": r"a - \left( -b \right)",
    "a - -b * c": r"a - \left( -b \cdot c \right)",
    "(a + b) / 2": r"\frac{a + b}{2}",
    "(a / b) ** 2": r"{\left( \frac{a}{b} \right)}^{2}",
    "x ** (a + b)": "{x}^{a + b}",
    "(-1) ** x": r"{\left( -1 \right)}^{x}",
    "1e-7": r"1 \times 10^{-7}",
    "2 * 1e-7": r"2 \cdot \left( 1 \times 10^{-7} \right)",
    "x * (a == b)": r"x \cdot \left[ a = b \right]",
    "a <= b < c": r"a \le b < c",
    "not a and (b or c)": r"\neg a \wedge \left( b \vee c \right)",
    "cost[n] + worth[n, t]": r"{\mathrm{cost}}_{n} + {\mathrm{worth}}_{n, t}",
    "abs(x) + sqrt(y)": r"\left| x \right| + \sqrt{y}",
    "max(x, log(y))": r"\max\left(x, \log\left(y\right)\right)",
    "clip(x, 0, 1)": r"\operatorname{clip}\left(x, 0, 1\right)",
    "if(x > 0, x, 0)": r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    "rung_factor": r"\mathrm{rung\_factor}",
}


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas(text: str) -> None:
    assert latex(parse(text)) == FORMULAS[text]


def test_symbols() -> None:
    symbols = {"patience": r"\delta", "cost[north]": "c_N", "cost": "c"}
    text = latex(parse("patience * cost[north] + cost[south]"), symbols)
    assert text == r"\delta \cdot c_N + {c}_{\mathrm{south}}"


def test_a_family_is_set_as_cases() -> None:
    tree = Choose(Name("k"), ((0, Name("a")),), Number(2))
    formula = r"\begin{cases} a & \text{if } k = 0 \\ 2 & \text{otherwise} \end{cases}"
    assert latex(tree) == formula


@given(trees(families=True, lookups=True))
def test_braces_balance(tree: Expression) -> None:
    text = latex(tree)
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") - text.count(r"\le ") == text.count(r"\right") - text.count(r"\le ")


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("1 + 2 * 3 + x * 1", "7 + x"),
        ("x + 0 - 0", "x"),
        ("if(1 > 0, x, 1 / 0)", "x"),
        ("x and 0 and 1 / 0", "x and 0"),
        ("x or 0", "x != 0"),
        ("1 and x > 1", "x > 1"),
        ("- -x", "x"),
        ("0 * x", "0"),
        ("0 * log(x)", "0 * log(x)"),
        ("1 / 0", "1 / 0"),
        ("toll[1 + 1]", "toll[2]"),
    ],
)
def test_simplified(text: str, simple: str) -> None:
    assert str(simplify(parse(text))) == simple

"""A text becomes the tree that Python's precedence gives, or an error that helps."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offramp.core.errors import ExpressionError, Place
from offramp.expressions import (
    Binary,
    Compare,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    ReadingError,
    Unary,
    children,
    names,
    parse,
    references,
    transform,
)
from tests.expressions.trees import trees

# Hypothesis notes how it made each tree, which grows large in a long search.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

x, y, z = Name("x"), Name("y"), Name("z")
one, two = Number(1), Number(2)

READINGS = {
    "-x**2": Unary("-", Binary("**", x, two)),
    "-2**x": Unary("-", Binary("**", two, x)),
    "2**-1": Binary("**", two, Number(-1)),
    "x**y**z": Binary("**", x, Binary("**", y, z)),
    "x - y - z": Binary("-", Binary("-", x, y), z),
    "x / y * z": Binary("*", Binary("/", x, y), z),
    "x + y * z": Binary("+", x, Binary("*", y, z)),
    "x - -1": Binary("-", x, Number(-1)),
    "-(1)": Unary("-", one),
    "not x == y": Unary("not", Compare(x, (("==", y),))),
    "x < y <= z": Compare(x, (("<", y), ("<=", z))),
    "(x < y) < z": Compare(Compare(x, (("<", y),)), (("<", z),)),
    "x or y and z": Logical("or", (x, Logical("and", (y, z)))),
    "x or y or z": Logical("or", (x, y, z)),
    "(x or y) or z": Logical("or", (Logical("or", (x, y)), z)),
    "worth[x, y + 1]": Index("worth", (x, Binary("+", y, one))),
    " 1e3 ": Number(1000),
    ".5": Number(0.5),
    "5.": Number(5),
    "1.5E-2": Number(0.015),
    "-0": Number(0),
    "x\n  + 1": Binary("+", x, one),
}


@pytest.mark.parametrize("text", READINGS)
def test_precedence(text: str) -> None:
    assert parse(text) == READINGS[text]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("(a*b)+(c)", "a * b + c"),
        ("(-a)**b", "(-a) ** b"),
        ("(a**b)**c", "(a ** b) ** c"),
        ("not (a and b)", "not (a and b)"),
        ("(a<b)*c", "(a < b) * c"),
        ("a/(b*c)", "a / (b * c)"),
        ("1000000", "1000000"),
        ("0.1", "0.1"),
    ],
)
def test_written_with_the_fewest_brackets(text: str, written: str) -> None:
    assert str(parse(text)) == written


@given(trees(families=True))
def test_what_is_written_reads_back(tree: Expression) -> None:
    text = str(tree)
    assert parse(text) == tree
    assert str(parse(text)) == text
    assert hash(parse(text)) == hash(tree)


@given(trees(families=True))
def test_every_bracket_is_needed(tree: Expression) -> None:
    """Leaving out any pair of grouping brackets changes the tree."""
    text = str(tree)
    for start, end in _groups(text):
        without = f"{text[:start]} {text[start + 1 : end]} {text[end + 1 :]}"
        try:
            assert parse(without) != tree
        except ReadingError:
            continue


def _groups(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, letter in enumerate(text):
        if letter == "(":
            opened.append(place)
        elif letter == ")":
            start = opened.pop()
            if start == 0 or not (text[start - 1].isalnum()):
                found.append((start, place))
    return found


@given(st.text(alphabet="xyz01.+-*/<>=!&|()[], andorif\n'é", max_size=30))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    error = _refusal(text)
    if error is not None:
        assert 0 <= error.offset <= len(text)
        assert error.found
        assert error.expected or error.repair


def _refusal(text: str) -> ReadingError | None:
    try:
        parse(text)
    except ReadingError as error:
        return error
    return None


# text, offset of the mistake, a word of what was found, of what was expected, of the repair
MISTAKES = [
    ("x ^ 2", 2, "'^'", "", "'**'"),
    ("x && y", 2, "'&&'", "", "'and'"),
    ("x || y", 2, "'||'", "", "'or'"),
    ("x & y", 2, "'&'", "", "'and'"),
    ("!x", 0, "'!'", "", "'not'"),
    ("x = 1", 2, "'='", "", "'=='"),
    ("x === 1", 2, "'==='", "", "'=='"),
    ("x => 1", 2, "'=>'", "", "'>='"),
    ("x =< 1", 2, "'=<'", "", "'<='"),
    ("x <> 1", 2, "'<>'", "", "'!='"),
    ("x ≤ 1", 2, "'≤'", "", "'<='"),
    ("x × 2", 2, "'×'", "", "'*'"),
    ("x − 2", 2, "'−'", "", "'-'"),
    ("x²", 1, "'²'", "", "'** 2'"),
    ("x // 2", 2, "'//'", "", "'/'"),
    ("x *** 2", 2, "'***'", "", "'**'"),
    ("x % 2", 2, "'%'", "", "0.05"),
    ("x.y", 1, "'.'", "", "base[key]"),
    ("'x'", 0, "quotation mark", "", "without quotes"),
    ('x == "calm"', 5, "'\"'", "", "without quotes"),
    ("x ? 1 : 2", 2, "'?'", "", "if(condition, then, else)"),
    ("{x}", 0, "'{'", "", "'('"),
    ("é + 1", 0, "'é'", "", "letters a to z"),
    ("x +\u00a01", 3, "U+00A0", "", "a plain space"),
    ("x \u200b", 2, "U+200B", "", "take the character out"),
    ("x @ y", 2, "'@'", "", "take '@' out"),
    ("1 + sqr(x)", 4, "'sqr' is not a function", "sqrt", "'sqrt'"),
    ("Max(1, 2)", 0, "'Max' is not a function", "max", "'max'"),
    ("cost(north)", 0, "'cost' is not a function", "", "cost[key]"),
    ("z(2)", 0, "'z' is not a function", "", "'*'"),
    ("1 + clip(x, 1)", 4, "2 arguments", "clip(x, low, high)", "clip(x, low, high)"),
    ("if(x, 1)", 0, "2 arguments", "if(condition, then, else)", ""),
    ("min(x)", 0, "1 argument", "min(x, y, ...)", ""),
    ("log(x, 2)", 0, "2 arguments", "log(x)", ""),
    ("abs()", 3, "nothing", "abs(x)", ""),
    ("1 + max", 4, "function", "max(x, y, ...)", ""),
    ("x if y else z", 2, "'if'", "", "if(condition, then, else)"),
    ("if x > 1", 0, "'if' is a function", "if(condition, then, else)", ""),
    ("max(1, 2,)", 8, "comma", "max(x, y, ...)", "take the comma out"),
    ("cost[a,]", 6, "comma", "", "take the comma out"),
    ("(x, y)", 0, "list", "", "one expression"),
    ("x, y", 1, "','", "", "0.5"),
    ("cost[]", 4, "nothing", "", ""),
    ("cost[a][b]", 7, "second index", "", "cost[first, second]"),
    ("(1 + x", 0, "never closed", "')'", "')'"),
    ("max(1, (2)", 3, "never closed", "')'", "')'"),
    ("cost[a", 4, "never closed", "']'", "']'"),
    ("1 + x)", 5, "')'", "", "take ')' out"),
    ("(x]", 2, "']'", "')'", ""),
    ("", 0, "nothing", "a number", "0"),
    ("   ", 0, "nothing", "a number", "0"),
    ("1 +", 3, "stops after '+'", "a number", ""),
    ("x y", 2, "'y'", "an operator", "between 'x' and 'y'"),
    ("2x", 0, "'2x'", "an operator", "2 * x"),
    ("2 (x)", 2, "'('", "an operator", "between"),
    ("* 2", 0, "'*'", "a number", "before"),
    ("x + * 2", 4, "'*'", "a number", "before"),
    ("x == not y", 5, "'not'", "", "(not ...)"),
    ("-not x", 1, "'not'", "", "(not ...)"),
    ("x AND y", 2, "'AND'", "", "'and'"),
    ("x in y", 2, "'in'", "", "'=='"),
    ("True", 0, "'True'", "", "write 1"),
    ("1e999", 0, "too large", "1.8e308", ""),
    ("-1e999", 1, "too large", "1.8e308", ""),
    ("(" * 65 + "x" + ")" * 65, 64, "nested too deeply", "64", "parameters"),
    ("-" * 500 + "x", 160, "nested too deeply", "160", "parameters"),
    ("x" + "+x" * 400, 799, "nested too deeply", "160", "parameters"),
    ("1 or 1 and not 1<1+1*-(" * 80, 0, "nested too deeply", "160", "parameters"),
    ("x" * 2001, 2000, "2001 characters", "2000", "parameters"),
]


@pytest.mark.parametrize(
    ("text", "offset", "found", "expected", "repair"), MISTAKES, ids=[m[0][:20] for m in MISTAKES]
)
def test_mistakes(text: str, offset: int, found: str, expected: str, repair: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, Place("crisis.yaml", 7, 11))
    error = caught.value
    assert found in error.found
    assert expected in error.expected
    assert repair in error.repair
    assert error.expected or error.repair
    if offset or not text.startswith("1 or"):
        assert error.place == Place("crisis.yaml", 7, 11 + offset)
    assert error.__cause__ is None


def test_a_place_may_be_given_later() -> None:
    with pytest.raises(ReadingError) as caught:
        parse("x ^ 2")
    error = caught.value
    assert (error.place, error.offset) == (None, 2)
    placed = error.located(Place("crisis.yaml", 3, 5), "round.answer.when")
    assert placed.place == Place("crisis.yaml", 3, 7)
    assert placed.located(Place("other.yaml", 1, 1)).place == placed.place
    assert str(placed).startswith("crisis.yaml:3:7: round.answer.when: '^'")


@pytest.mark.parametrize("value", [True, float("inf"), float("nan"), None, [1], 10**400])
def test_values_that_are_no_expression(value: object) -> None:
    with pytest.raises(ReadingError):
        parse(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, 3, -2, 0.1, -1e-300, 1e22])
def test_numbers_are_read_as_their_text(value: float) -> None:
    assert parse(value) == parse(str(value)) == Number(value)


def test_offsets_point_at_the_operation() -> None:
    tree = parse("x + log(y)")
    assert [node.offset for node in (tree, *children(tree))] == [2, 0, 4]


def test_a_long_sum_is_read() -> None:
    tree = parse(" + ".join(["x"] * 150))
    assert parse(str(tree)) == tree
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert hash(tree) == hash(parse(str(tree)))


def test_references_in_reading_order() -> None:
    tree = parse("b + worth[north, table + a] * if(c > 1, b, 0)")
    assert [str(each) for each in references(tree)] == [
        "b",
        "worth[north, table + a]",
        "north",
        "table",
        "a",
        "c",
        "b",
    ]
    assert names(tree) == {"a", "b", "c", "worth", "north", "table"}


def test_transform_replaces_keys_before_their_index() -> None:
    def leaf(node: Name | Index) -> Expression:
        if isinstance(node, Index):
            return Name(f"{node.base}_{node.keys[0]}")
        return Number(1) if node.id == "rung" else node

    assert str(transform(parse("x + toll[rung] * rung"), leaf)) == "x + toll_1 * 1"


@given(trees(families=True))
def test_transform_with_nothing_to_do_gives_the_tree_itself(tree: Expression) -> None:
    assert transform(tree, lambda node: node) is tree

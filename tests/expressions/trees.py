"""Random expressions for the laws, and a slow reading of them one point at a time."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from offramp.expressions import (
    Binary,
    Call,
    Choose,
    Compare,
    Expression,
    Logical,
    Name,
    Number,
    Unary,
)
from offramp.expressions import Index as Member

NUMBERS = st.one_of(
    st.integers(-3, 12).map(float), st.sampled_from([0.5, 0.05, -2.5, 1e-7, 1e22, 123456.75])
)
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def trees(*, lookups: bool = False, families: bool = False) -> st.SearchStrategy[Expression]:
    """Expressions over x, y, z and k; with Choose nodes, or with families."""
    names = st.sampled_from(["x", "y", "z", "k"]).map(Name)
    leaves: st.SearchStrategy[Any] = names | NUMBERS.map(Number)

    def grown(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        few = st.lists(part, min_size=2, max_size=3).map(tuple)
        link = st.tuples(st.sampled_from(COMPARISONS), part)
        kinds: list[st.SearchStrategy[Any]] = [
            st.builds(Unary, st.sampled_from(["-", "+", "not"]), part),
            st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "**"]), part, part),
            st.builds(Compare, part, st.lists(link, min_size=1, max_size=3).map(tuple)),
            st.builds(Logical, st.sampled_from(["and", "or"]), few),
            st.builds(Call, st.sampled_from(["min", "max"]), few),
            st.builds(Call, st.sampled_from(["abs", "exp", "log", "sqrt"]), st.tuples(part)),
            st.builds(Call, st.sampled_from(["clip", "if"]), st.tuples(part, part, part)),
        ]
        if families:
            kinds.append(st.builds(Member, st.sampled_from(["cost", "toll"]), few))
        if lookups:
            cases = st.lists(
                st.tuples(st.integers(-1, 2), part), max_size=3, unique_by=lambda c: c[0]
            )
            index = st.just(Name("k")) | part
            kinds.append(st.builds(Choose, index, cases.map(tuple), st.none() | part))
        return st.one_of(kinds)

    return st.recursive(leaves, grown, max_leaves=8)


class NoValueError(Exception):
    """The slow reading found no finite value."""


def oracle(node: Expression, values: Mapping[str, float]) -> float:
    """The value at one point, as plainly as can be."""
    result = _oracle(node, values)
    if not math.isfinite(result):
        raise NoValueError
    return float(result)


def _oracle(node: Expression, values: Mapping[str, float]) -> float:
    match node:
        case Number(value):
            return value
        case Name(name):
            return values[name]
        case Unary(op, operand):
            value = oracle(operand, values)
            return {"-": -value, "+": value, "not": float(value == 0)}[op]
        case Binary(op, left, right):
            return _arithmetic(op, oracle(left, values), oracle(right, values))
        case Compare(first, rest):
            before = oracle(first, values)
            for sign, part in rest:
                after = oracle(part, values)
                if not HOLDS[sign](before, after):
                    return 0.0
                before = after
            return 1.0
        case Logical("and", parts):
            return float(all(oracle(part, values) for part in parts))
        case Logical(_, parts):
            return float(any(oracle(part, values) for part in parts))
        case Call("if", (condition, then, other)):
            return oracle(then if oracle(condition, values) else other, values)
        case Call(function, args):
            return _function(function, [oracle(arg, values) for arg in args])
        case Choose(index, cases, default):
            chosen = dict(cases).get(oracle(index, values), default)  # type: ignore[call-overload]
            if chosen is None:
                raise NoValueError
            return oracle(chosen, values)
        case _:
            raise AssertionError(node)


def _arithmetic(op: str, left: float, right: float) -> float:
    if op == "/" and right == 0:
        raise NoValueError
    with np.errstate(all="ignore"):
        return float(ARITHMETIC[op](np.array([left]), np.array([right]))[0])


def _function(function: str, args: list[float]) -> float:
    match function:
        case "min":
            return min(args)
        case "max":
            return max(args)
        case "clip":
            return min(max(args[0], args[1]), args[2])
        case "abs":
            return abs(args[0])
        case _:
            with np.errstate(all="ignore"):
                return float(getattr(np, function)(np.array(args))[0])


HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}

"""The expression language: parse, names, arrays in → arrays out, derivative, LaTeX."""

from __future__ import annotations

from offramp.expressions.differentiation import derivative
from offramp.expressions.evaluation import EvaluationError, evaluate
from offramp.expressions.parsing import ReadingError, parse
from offramp.expressions.simplification import simplify
from offramp.expressions.tree import (
    FUNCTIONS,
    RESERVED,
    Binary,
    Call,
    Choose,
    Compare,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Unary,
    children,
    names,
    number_text,
    rebuild,
    references,
    transform,
)

__all__ = [
    "parse",
    "evaluate",
    "references",
    "names",
    "transform",
    "simplify",
    "derivative",
    "EvaluationError",
    "ReadingError",
    "FUNCTIONS",
    "RESERVED",
    "Expression",
    "Number",
    "Name",
    "Index",
    "Unary",
    "Binary",
    "Compare",
    "Logical",
    "Call",
    "Choose",
    "children",
    "rebuild",
    "number_text",
]

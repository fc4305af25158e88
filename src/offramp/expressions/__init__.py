"""The expression language: parse, names, arrays in → arrays out, derivative, LaTeX."""

from __future__ import annotations

from offramp.expressions.evaluation import EvaluationError, evaluate
from offramp.expressions.parsing import ReadingError, parse
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
    references,
    transform,
)

__all__ = [
    "FUNCTIONS",
    "RESERVED",
    "Binary",
    "Call",
    "Choose",
    "Compare",
    "EvaluationError",
    "Expression",
    "Index",
    "Logical",
    "Name",
    "Number",
    "ReadingError",
    "Unary",
    "children",
    "evaluate",
    "names",
    "parse",
    "references",
    "transform",
]

"""Formulas of the structure as short programs on a stack of numbers, which the explorer runs.

`when` and `then` are looked at once per state and move, one state at a time; a program of
a few instructions is quicker there than arrays, however narrow and deep a crisis is. The
meaning is that of `expressions.evaluate`: `and`, `or`, `if`, chains and families look only
at what they need, and a value that is not finite is a fault.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import LINKED, njit
from offramp.expressions import (
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
)

(
    HALT,
    NUMBER,
    COLUMN,
    JUMP,
    UNLESS,
    WHERE,
    DUP,
    TUCK,
    DROP,
    FAULT,
    NEGATE,
    NOT,
    ABS,
    EXP,
    LOG,
    SQRT,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    POWER,
    MIN,
    MAX,
    LESS,
    AT_MOST,
    MORE,
    AT_LEAST,
    EQUAL,
    UNEQUAL,
) = range(29)

_ARITHMETIC = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY, "/": DIVIDE, "**": POWER}
_COMPARISON = {"<": LESS, "<=": AT_MOST, ">": MORE, ">=": AT_LEAST, "==": EQUAL, "!=": UNEQUAL}
_FUNCTION = {"abs": ABS, "exp": EXP, "log": LOG, "sqrt": SQRT}


class Writer:
    """Writes programs one after the other; ``code`` and ``numbers`` hold them all."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = {name: i for i, name in enumerate(columns)}
        self._code: list[list[int]] = []
        self._numbers: list[float] = []
        self._longest = 1

    def add(self, expression: Expression) -> int:
        """Where the program of ``expression`` (over the columns) begins."""
        start = len(self._code)
        self._put(expression)
        self._emit(HALT)
        self._longest = max(self._longest, len(self._code) - start)
        return start

    @property
    def code(self) -> NDArray[np.int32]:
        """(instruction, 2): operation and its argument."""
        return np.array(self._code, np.int32).reshape(-1, 2)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """(number,) the constants that the programs name by position."""
        return np.array(self._numbers, np.float64)

    @property
    def depth(self) -> int:
        """Room that the stack needs for any of the programs."""
        return self._longest

    def _emit(self, operation: int, argument: int = 0) -> int:
        self._code.append([operation, argument])
        return len(self._code) - 1

    def _constant(self, value: float) -> None:
        self._numbers.append(value)
        self._emit(NUMBER, len(self._numbers) - 1)

    def _land(self, *jumps: int) -> None:
        """Let earlier jumps arrive at the next instruction."""
        for jump in jumps:
            self._code[jump][1] = len(self._code)

    def _put(self, node: Expression) -> None:
        match node:
            case Number():
                self._constant(node.value)
            case Name():
                self._emit(COLUMN, self._columns[node.id])
            case Unary():
                self._put(node.operand)
                if node.op != "+":
                    self._emit(NOT if node.op == "not" else NEGATE)
            case Binary():
                self._put(node.left)
                self._put(node.right)
                self._emit(_ARITHMETIC[node.op])
            case Compare():
                self._chain(node)
            case Logical():
                self._logical(node)
            case Call():
                self._call(node)
            case Choose():
                self._choose(node)
            case Index():
                raise TypeError(f"'{node}' has not been looked up")

    def _chain(self, node: Compare) -> None:
        """``a < b <= c``: b is kept under the first answer, c looked at only where that is 1."""
        self._put(node.first)
        failed: list[int] = []
        for op, part in node.rest[:-1]:
            self._put(part)
            self._emit(TUCK)
            self._emit(_COMPARISON[op])
            failed.append(self._emit(UNLESS))
        op, part = node.rest[-1]
        self._put(part)
        self._emit(_COMPARISON[op])
        if failed:
            over = self._emit(JUMP)
            self._land(*failed)
            self._emit(DROP)
            self._constant(0)
            self._land(over)

    def _logical(self, node: Logical) -> None:
        either = node.op == "or"
        settled: list[int] = []
        for part in node.parts:
            self._put(part)
            settled.append(self._emit(WHERE if either else UNLESS))
        self._constant(0 if either else 1)
        over = self._emit(JUMP)
        self._land(*settled)
        self._constant(1 if either else 0)
        self._land(over)

    def _call(self, node: Call) -> None:
        if node.function == "if":
            self._put(node.args[0])
            otherwise = self._emit(UNLESS)
            self._put(node.args[1])
            over = self._emit(JUMP)
            self._land(otherwise)
            self._put(node.args[2])
            self._land(over)
            return
        self._put(node.args[0])
        if node.function in _FUNCTION:
            self._emit(_FUNCTION[node.function])
            return
        rest = (
            (MAX, MIN)
            if node.function == "clip"
            else ((MIN if node.function == "min" else MAX,) * (len(node.args) - 1))
        )
        for part, operation in zip(node.args[1:], rest, strict=True):
            self._put(part)
            self._emit(operation)

    def _choose(self, node: Choose) -> None:
        self._put(node.index)
        over: list[int] = []
        for key, part in node.cases:
            self._emit(DUP)
            self._constant(key)
            self._emit(EQUAL)
            other = self._emit(UNLESS)
            self._emit(DROP)
            self._put(part)
            over.append(self._emit(JUMP))
            self._land(other)
        if node.default is None:
            self._emit(FAULT)
        else:
            self._emit(DROP)
            self._put(node.default)
        self._land(*over)


@njit(nogil=True, error_model="numpy", **LINKED)
def _of_one(operation: int, x: float) -> float:
    if operation == NEGATE:
        return -x
    if operation == NOT:
        return 1.0 if x == 0 else 0.0
    if operation == ABS:
        return abs(x)
    if operation == EXP:
        return np.exp(x)
    if operation == LOG:
        return np.log(x) if x > 0 else np.nan
    return np.sqrt(x) if x >= 0 else np.nan


@njit(nogil=True, error_model="numpy", **LINKED)
def _of_two(operation: int, x: float, y: float) -> float:
    if operation == ADD:
        return x + y
    if operation == SUBTRACT:
        return x - y
    if operation == MULTIPLY:
        return x * y
    if operation == DIVIDE:
        return x / y
    if operation == POWER:
        return x**y
    if operation == MIN:
        return min(x, y)
    if operation == MAX:
        return max(x, y)
    if operation == LESS:
        return 1.0 if x < y else 0.0
    if operation == AT_MOST:
        return 1.0 if x <= y else 0.0
    if operation == MORE:
        return 1.0 if x > y else 0.0
    if operation == AT_LEAST:
        return 1.0 if x >= y else 0.0
    if operation == EQUAL:
        return 1.0 if x == y else 0.0
    return 1.0 if x != y else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def run_program(
    code: NDArray[np.int32],
    numbers: NDArray[np.float64],
    at: int,
    rows: NDArray[np.int32],
    node: int,
    stack: NDArray[np.float64],
) -> float:
    """The value of the program that begins ``at`` in the state ``rows[node]``; NaN is a fault."""
    top = -1
    while True:
        operation, argument = code[at, 0], code[at, 1]
        at += 1
        if operation == HALT:
            return stack[0]
        if operation == NUMBER:
            top += 1
            stack[top] = numbers[argument]
        elif operation == COLUMN:
            top += 1
            stack[top] = rows[node, argument]
        elif operation == JUMP:
            at = argument
        elif operation in (UNLESS, WHERE):
            if (stack[top] == 0) == (operation == UNLESS):
                at = argument
            top -= 1
        elif operation == DUP:
            top += 1
            stack[top] = stack[top - 1]
        elif operation == TUCK:
            top += 1
            stack[top] = stack[top - 1]
            stack[top - 1] = stack[top - 2]
            stack[top - 2] = stack[top]
        elif operation == DROP:
            top -= 1
        elif operation == FAULT:
            return np.nan
        else:
            if operation < ADD:
                stack[top] = _of_one(operation, stack[top])
            else:
                top -= 1
                stack[top] = _of_two(operation, stack[top], stack[top + 1])
            if not np.isfinite(stack[top]):
                return np.nan

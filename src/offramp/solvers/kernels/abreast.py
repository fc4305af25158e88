"""Eight draws abreast: a number for each of them, worked on by single machine instructions.

numba has no type for a machine's vectors, and its compiler does not turn loops over draws
into them where the memory read depends on the node. So here is one: rows of an array (row, 8)
are loaded into an `Abreast`, calculated with, and stored again. The same kernels also take
arrays (row,), for one draw alone: there `load` gives a plain number. Every operation is the
same in both, in the same order and without contraction, so that a draw's result has the same
bits whoever stands beside it, and whether or not the machine has wide vectors.

Nothing checks that a row is there, unless NUMBA_BOUNDSCHECK is 1 when kernels are compiled (into
a NUMBA_CACHE_DIR of their own).

The equations that are computed so stand in `backup`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.errors import TypingError
from numba.extending import intrinsic, overload, register_model

from offramp.core.compiling import njit

EPSILON = 2.0**-53
"""Half the distance from 1 to the next number: what rounding loses of a number at most."""
WIDTH = 8
"""Draws abreast; on machines with narrower vectors an instruction each for some of them."""


_bare: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
jit_inside: Any = njit(cache=True, nogil=True, error_model="numpy", **_bare)
"""Compiles what only compiled code calls: without the wrappers that Python would need."""
jit_inlined: Any = njit(cache=True, nogil=True, error_model="numpy", forceinline=True, **_bare)
"""The same for what is called once a node: a call would hand over all arrays of its records."""


class Abreast(types.Type):
    """The type of a row: one float64 for each of eight draws."""

    def __init__(self) -> None:
        super().__init__(name="Abreast")


@register_model(Abreast)
class _AbreastModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ROW)


class Quartet(types.Type):
    """The numbers of four parties: four rows, or of one draw alone, one vector."""

    def __init__(self, alone: bool) -> None:
        self.alone = alone
        super().__init__(name=f"Quartet({alone})")


@register_model(Quartet)
class _QuartetModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        four = ir.VectorType(ir.DoubleType(), 4) if kind.alone else ir.ArrayType(ROW, 4)
        super().__init__(manager, kind, four)


ROW = ir.VectorType(ir.DoubleType(), WIDTH)
BITS = ir.VectorType(ir.IntType(64), WIDTH)
abreast = Abreast()


def _row_of(kind: Any) -> Any:
    """What a row of an array of this kind is: eight numbers or one."""
    if kind.layout != "C":
        raise TypingError("rows of this array do not lie one after the other")
    return abreast if kind.ndim == 2 else types.float64


def _address(context: Any, builder: Any, kind: Any, array: Any, row: Any, wide: int = 1) -> Any:
    """Where a row begins, or ``wide`` numbers of a draw alone."""
    data = _data(context, builder, kind, array, row, wide)
    if kind.ndim == 2:
        row, wide = builder.mul(row, ir.IntType(64)(WIDTH)), WIDTH
    first = builder.gep(data, [row])
    if wide == 1:
        return first
    return builder.bitcast(first, ir.VectorType(ir.DoubleType(), wide).as_pointer())


def _data(context: Any, builder: Any, kind: Any, array: Any, row: Any, wide: int = 1) -> Any:
    """Where an array begins; with NUMBA_BOUNDSCHECK a row that it has not is an error."""
    _row_of(kind)
    made = context.make_array(kind)(context, builder, array)
    if getattr(config, "BOUNDSCHECK", None):
        same = ir.FunctionType(row.type, [row.type])  # hidden from what LLVM knows of loops:
        row = builder.asm(same, "", "=r,0", [row], False)  # it might divide 128 bits for it
        length = builder.extract_value(made.shape, 0)
        last = builder.sub(length, ir.IntType(64)(wide if kind.ndim == 1 else 1))
        bad = builder.icmp_signed(">", row, last)
        bad = builder.or_(bad, builder.icmp_signed("<", row, ir.IntType(64)(0)))
        if kind.ndim == 2:
            across = builder.extract_value(made.shape, 1)
            bad = builder.or_(bad, builder.icmp_signed("!=", across, ir.IntType(64)(WIDTH)))
        with builder.if_then(bad, likely=False):
            context.call_conv.return_user_exc(builder, IndexError, ("no such row",))
    return made.data


def _read(context: Any, builder: Any, kind: Any, array: Any, row: Any, wide: int = 1) -> Any:
    return builder.load(_address(context, builder, kind, array, row, wide), align=8)


def _written(code: Callable[..., Any]) -> Any:
    """An operation of compiled code whose instructions are written here."""
    return intrinsic(code)


@_written
def load(typing: Any, array: Any, row: Any) -> Any:
    """Row ``row`` of an array (row, 8), or the number there in an array (row,)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _read(context, builder, signature.args[0], *args)

    return _row_of(array)(array, types.intp), generate


@_written
def save(typing: Any, array: Any, row: Any, value: Any) -> Any:
    """Write a row, or one number into all of it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        content = args[2]
        if kind.ndim == 2 and signature.args[2] != abreast:
            content = _spread(builder, content)
        builder.store(content, _address(context, builder, kind, args[0], args[1]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value if value == abreast else types.float64), generate


@_written
def worth(
    typing: Any,
    value: Any,
    at: Any,
    paid: Any,
    pay: Any,
    row: Any,
    waits: Any,
    patience: Any,
    party: Any,
) -> Any:
    """``value[at]``, times ``patience[party]`` if it ``waits``, plus ``pay[row]`` if ``paid``.

    What is left out would be times 1 or plus 0; the sign of a zero is the same either way, if
    no pay is -0.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _worth(context, builder, signature.args, args, 1)[0]

    rows = (value, types.intp, types.intp, pay, types.intp, types.intp, patience, types.intp)
    return _row_of(value)(*rows), generate


@_written
def add_worth(
    typing: Any,
    total: Any,
    share: Any,
    value: Any,
    at: Any,
    paid: Any,
    pay: Any,
    row: Any,
    waits: Any,
    patience: Any,
    party: Any,
) -> Any:
    """The total of four parties plus ``share`` times the ``worth`` of each of them."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        totals = _quarters(builder, signature.args[0], args[0])
        kinds, rest = signature.args[2:], args[2:]
        share, shared = args[1], []
        if signature.args[0].alone:
            share = _spread(builder, share, 4)
        for total, one in zip(totals, _worth(context, builder, kinds, rest, 4), strict=False):
            shared.append(builder.fadd(total, builder.fmul(share, one)))
        return _quartet(builder, signature.args[0], shared)

    rows = (value, types.intp, types.intp, pay, types.intp, types.intp, patience, types.intp)
    return total(total, _row_of(value), *rows), generate


@_written
def four_worth(
    typing: Any,
    value: Any,
    at: Any,
    paid: Any,
    pay: Any,
    row: Any,
    waits: Any,
    patience: Any,
    party: Any,
) -> Any:
    """The ``worth`` of four parties."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        parts = _worth(context, builder, signature.args, args, 4)
        return _quartet(builder, signature.return_type, parts)

    rows = (value, types.intp, types.intp, pay, types.intp, types.intp, patience, types.intp)
    return Quartet(value.ndim == 1)(*rows), generate


def _worth(context: Any, builder: Any, kinds: Any, args: Any, parties: int) -> list[Any]:
    """``worth`` of some parties, rows or, of one draw alone, all in one vector."""
    value, at, paid, pay, row, waits, patience, party = args
    zero = ir.IntType(64)(0)
    alone = kinds[0].ndim == 1
    steps = [ir.IntType(64)(k) for k in range(1 if alone else parties)]
    wide = parties if alone else 1

    def read(which: int, array: Any, at: Any) -> list[Any]:
        return [
            _read(context, builder, kinds[which], array, builder.add(at, step), wide)
            for step in steps
        ]

    totals = read(0, value, at)
    if alone:
        later, more = read(6, patience, party)[0], read(3, pay, row)[0]
        one = _constant(later.type, 1.0)
        later = builder.select(builder.icmp_signed("!=", waits, zero), later, one)
        return [builder.fadd(builder.fmul(totals[0], later), more)]
    start = builder.block
    with builder.if_then(builder.icmp_signed("!=", waits, zero)):
        later = [builder.fmul(a, b) for a, b in zip(totals, read(6, patience, party), strict=True)]
        inside = builder.block
    totals = [_joined(builder, (a, start), (b, inside)) for a, b in zip(totals, later, strict=True)]
    unpaid = [builder.fadd(total, _constant(ROW, 0.0)) for total in totals]
    start = builder.block
    with builder.if_then(builder.icmp_signed("!=", paid, zero)):
        more = [builder.fadd(a, b) for a, b in zip(totals, read(3, pay, row), strict=True)]
        inside = builder.block
    return [_joined(builder, (a, start), (b, inside)) for a, b in zip(unpaid, more, strict=True)]


@_written
def four_of(typing: Any, array: Any, row: Any) -> Any:
    """The numbers of four parties, in rows one after the other."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind, (array, row) = signature.args[0], args
        if kind.ndim == 1:
            return _read(context, builder, kind, array, row, 4)
        rows = [builder.add(row, ir.IntType(64)(k)) for k in range(4)]
        found = [_read(context, builder, kind, array, at) for at in rows]
        return _quartet(builder, signature.return_type, found)

    return Quartet(array.ndim == 1)(array, types.intp), generate


@_written
def save_four(typing: Any, array: Any, row: Any, total: Any) -> Any:
    """Write the numbers of four parties into rows one after the other."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        for k, part in enumerate(_quarters(builder, signature.args[2], args[2])):
            at = builder.add(args[1], ir.IntType(64)(k))
            wide = 4 if kind.ndim == 1 else 1
            builder.store(part, _address(context, builder, kind, args[0], at, wide), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, total), generate


@_written
def nothing_in(typing: Any, array: Any) -> Any:
    """Zero for four parties of as many draws as stand abreast in the array."""
    kind = Quartet(array.ndim == 1)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if kind.alone:
            return ir.Constant(ir.VectorType(ir.DoubleType(), 4), [0.0] * 4)
        return ir.Constant(ir.ArrayType(ROW, 4), [_constant(ROW, 0.0)] * 4)

    return kind(array), generate


@_written
def sum_of(typing: Any, total: Any) -> Any:
    """The sum over four parties, added up in their order."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if total.alone:
            places = [ir.Constant(ir.IntType(32), k) for k in range(4)]
            parts = [builder.extract_element(args[0], place) for place in places]
        else:
            parts = _quarters(builder, total, args[0])
        return reduce(builder.fadd, parts)

    return (types.float64 if total.alone else abreast)(total), generate


@_written
def most_of(typing: Any, total: Any) -> Any:
    """The largest over four parties."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if total.alone:
            places = [ir.Constant(ir.IntType(32), k) for k in range(4)]
            parts = [builder.extract_element(args[0], place) for place in places]
        else:
            parts = _quarters(builder, total, args[0])
        return reduce(lambda a, b: _choose(builder, a, b, a, b), parts)

    return (types.float64 if total.alone else abreast)(total), generate


def _quarters(builder: Any, kind: Any, total: Any) -> list[Any]:
    return [total] if kind.alone else [builder.extract_value(total, k) for k in range(4)]


def _quartet(builder: Any, kind: Any, parts: list[Any]) -> Any:
    if kind.alone:
        return parts[0]
    whole = ir.Constant(ir.ArrayType(ROW, 4), ir.Undefined)
    for k, part in enumerate(parts):
        whole = builder.insert_value(whole, part, k)
    return whole


def _joined(builder: Any, *ways: tuple[Any, Any]) -> Any:
    """The value that one of several (value, block) ways brings."""
    joined = builder.phi(ways[0][0].type)
    for value, block in ways:
        joined.add_incoming(value, block)
    return joined


@_written
def many(typing: Any, array: Any) -> Any:
    """How many draws stand abreast in a row of the array: 8 or 1."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return ir.IntType(64)(WIDTH if signature.args[0].ndim == 2 else 1)

    return types.intp(array), generate


@_written
def get(typing: Any, array: Any, row: Any, place: Any) -> Any:
    """The number of the draw at ``place`` in a row."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_spot(context, builder, signature.args[0], *args))

    return array.dtype(array, types.intp, types.intp), generate


@_written
def put(typing: Any, array: Any, row: Any, place: Any, value: Any) -> Any:
    """Write the number of the draw at ``place`` in a row."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[3], _spot(context, builder, signature.args[0], *args[:3]))
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, array.dtype), generate


def _spot(context: Any, builder: Any, kind: Any, array: Any, row: Any, place: Any) -> Any:
    data = _data(context, builder, kind, array, row)
    if kind.ndim == 2:
        row = builder.add(builder.mul(row, ir.IntType(64)(WIDTH)), place)
    return builder.gep(data, [row])


@njit(cache=True, nogil=True)
def new_rows(count):
    """Zeros (row, 8) that begin where a vector may: a row then never lies across two lines."""
    line = np.int64(8 * WIDTH)
    raw = np.zeros((count + 1) * WIDTH)
    skip = ((-np.int64(raw.ctypes.data)) % line) // 8
    return raw[skip : skip + count * WIDTH].reshape((count, WIDTH))


def rows_like(like: Any, count: int) -> Any:
    """Zeros for ``count`` rows of as many draws as stand abreast in ``like``."""
    raise NotImplementedError("compiled code only")


@overload(rows_like, strict=False)
def _rows_like(like: Any, count: Any) -> Any:
    if like.ndim == 2:
        return lambda like, count: new_rows(count)
    return lambda like, count: np.zeros(count)


def _constant(kind: Any, value: float) -> Any:
    """A number, or eight times the same."""
    return ir.Constant(kind, [value] * kind.count if isinstance(kind, ir.VectorType) else value)


def _spread(builder: Any, number: Any, count: int = WIDTH) -> Any:
    """The same number side by side, known only when the program runs."""
    empty = ir.Constant(ir.VectorType(ir.DoubleType(), count), ir.Undefined)
    first = builder.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
    return builder.shuffle_vector(first, empty, zeros)


def _parts(builder: Any, kind: Any, value: Any, like: Any) -> list[Any]:
    """An operand as the machine's vectors or numbers that an operation on ``like`` takes."""
    if isinstance(kind, Quartet):
        return _quarters(builder, kind, value)
    if isinstance(like, Quartet) and like.alone:
        return [_spread(builder, value, 4)]
    row = value if like == types.float64 or kind == abreast else _spread(builder, value)
    return [row] * (4 if isinstance(like, Quartet) else 1)


def _widest(kinds: tuple[Any, ...]) -> Any:
    """The type of an operation's result: four parties, else a row, else a number."""
    for wanted in (Quartet, Abreast):
        for kind in kinds:
            if isinstance(kind, wanted):
                return kind
    return types.float64


def _generated(emit: Callable[..., Any], kinds: tuple[Any, ...]) -> Any:
    """Signature and code of an operation that is done part by part."""
    like = _widest(kinds)
    mine = (Quartet, Abreast)
    spelled = [kind if isinstance(kind, mine) else types.float64 for kind in kinds]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pairs = zip(signature.args, args, strict=True)
        columns = [_parts(builder, kind, arg, like) for kind, arg in pairs]
        parts = [emit(builder, *column) for column in zip(*columns, strict=True)]
        return _quartet(builder, like, parts) if isinstance(like, Quartet) else parts[0]

    return like(*spelled), generate


def _of_one(emit: Callable[..., Any]) -> Any:
    """An operation on one operand: a number, a row, or four of either."""
    return _written(lambda typing, a: _generated(emit, (a,)))


def _of_two(emit: Callable[..., Any]) -> Any:
    """An operation on two operands; the narrower one counts for each part of the other."""
    return _written(lambda typing, a, b: _generated(emit, (a, b)))


def _of_four(emit: Callable[..., Any]) -> Any:
    """An operation on four operands."""
    return _written(lambda typing, a, b, c, d: _generated(emit, (a, b, c, d)))


def _choose(builder: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return builder.select(builder.fcmp_ordered(">", a, b), c, d)


def _size(builder: Any, a: Any) -> Any:
    less = builder.fneg(a)
    return builder.select(builder.fcmp_ordered("<", a, less), less, a)


def _root(builder: Any, a: Any) -> Any:
    wide = f"v{a.type.count}" if isinstance(a.type, ir.VectorType) else ""
    kind = ir.FunctionType(a.type, [a.type])
    root = cgutils.get_or_insert_function(builder.module, kind, f"llvm.sqrt.{wide}f64")
    return builder.call(root, [a])


larger = _of_two(lambda builder, a, b: _choose(builder, a, b, a, b))
"""The larger one; ``b`` where one of them is not a number."""
smaller = _of_two(lambda builder, a, b: _choose(builder, b, a, a, b))
"""The smaller one; ``b`` where one of them is not a number."""
size = _of_one(_size)
"""Without its sign."""
root = _of_one(_root)
"""The square root."""
where_more = _of_four(_choose)
"""``where_more(a, b, c, d)``: c where a > b, else d."""

_PLAIN = {
    operator.add: "fadd",
    operator.sub: "fsub",
    operator.mul: "fmul",
    operator.truediv: "fdiv",
}


def _teach(operation: Any, name: str) -> None:
    """Let an operator of the language take rows."""
    emit = _of_two(lambda builder, a, b: getattr(builder, name)(a, b))

    @overload(operation, strict=False)
    def choose(a: Any, b: Any) -> Any:
        if _widest((a, b)) != types.float64:
            return lambda a, b: emit(a, b)  # noqa: PLW0108  (numba wants a function)
        return None


for _operation, _name in _PLAIN.items():
    _teach(_operation, _name)

LEAST = -690.0
"""Exponents below this are taken for minus infinity."""
SHIFT = 1.5 * 2.0**52
"""Added to a number, it leaves the nearest integer in the last bits."""
LOG_TWO = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""log(2) as a number with 20 zero bits at its end and what is missing from it."""


def _exponential(builder: Any, x: Any) -> Any:
    """2^n exp(r) with |r| <= log(2) / 2, by the series of exp up to r^13."""

    def constant(value: float) -> Any:
        return _constant(x.type, value)

    shifted = builder.fadd(builder.fmul(x, constant(1.0 / math.log(2.0))), constant(SHIFT))
    n = builder.fsub(shifted, constant(SHIFT))
    r = builder.fsub(x, builder.fmul(n, constant(LOG_TWO[0])))
    r = builder.fsub(r, builder.fmul(n, constant(LOG_TWO[1])))
    powers = [r]
    for _ in range(3):
        powers.append(builder.fmul(powers[-1], powers[-1]))
    terms = [constant(1.0 / math.factorial(k)) for k in range(2, 14)]
    level = 0
    while len(terms) > 1:
        pairs = [terms[k : k + 2] for k in range(0, len(terms), 2)]
        terms = [
            builder.fadd(pair[0], builder.fmul(pair[1], powers[level]))
            if len(pair) > 1
            else pair[0]
            for pair in pairs
        ]
        level += 1
    total = builder.fadd(r, builder.fmul(powers[1], terms[0]))
    total = builder.fadd(constant(1.0), total)
    whole = BITS if isinstance(x.type, ir.VectorType) else ir.IntType(64)
    power = builder.shl(builder.bitcast(shifted, whole), _bits(whole, 52))
    result = builder.bitcast(builder.add(builder.bitcast(total, whole), power), x.type)
    return _choose(builder, constant(LEAST), x, constant(0.0), result)


def _bits(kind: Any, value: int) -> Any:
    return ir.Constant(kind, [value] * kind.count if isinstance(kind, ir.VectorType) else value)


exponential = _of_one(_exponential)
"""exp(x) for x <= 0, to 2 units in the last place; 0 below exp(-690)."""

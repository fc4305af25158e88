"""One compiled loop that takes each state in turn, tries its moves and notes where they lead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import LINKED, njit
from offramp.game.kernels import place_of_key
from offramp.game.programs import run_program

Integers = NDArray[np.int64]
Rows = NDArray[np.int32]
Programs = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]
Rules = tuple[Integers, Integers, Integers, Integers, NDArray[np.bool_]]
Limits = tuple[int, int, int, int]
HashTable = tuple[Integers, Integers]

NO_FAULT, NOT_FINITE_WHEN, NOT_FINITE_THEN, OUTSIDE, STUCK, TOO_MANY = range(6)
DONE, NODES, EDGES, ENDS, FAULT, FAULT_MOVE, FAULT_THEN = range(7)
"""Positions in the counters."""
WHEN, THEN_FIRST, THEN_LAST, END = range(4)
"""Positions in a row of ``moves``: -1 for no ``when`` and no ``end``."""
LOW, SIZE, START, EVERY_ROUND = range(4)
"""Positions in a row of ``columns``."""
TARGET, MOVE, KIND = range(3)
"""Positions in a row of ``edges``; kinds are below."""
GOES_ON, TURNS, AT_END = range(3)


@njit(cache=True, nogil=True)
def advance(
    programs: Programs,
    rules: Rules,
    limits: Limits,
    counters: Integers,
    rows: Rows,
    first: Integers,
    edges: Rows,
    ends: Rows,
    node_table: HashTable,
    end_table: HashTable,
) -> None:
    """Expand nodes in the order they were found, until none is left or the room is full.

    ``programs`` are (code, numbers, stack) as `run_program` wants them. ``rules`` are
    ``step_first`` (step + 1,) into ``moves`` (move, 4), whose ``then`` are rows (column,
    program) of ``then``; ``columns`` (column, 4); and ``kept`` (outcome, column), which tells
    ends apart. ``limits``: a round ends with step ``last``, and what stands behind it comes
    before round 1; the limit of rounds, the outcome at it, and the most nodes.
    What is found: ``rows`` (node, column + 1) with the step last, ``first`` (node + 1,),
    ``edges`` (edge, 3), ``ends`` (end, column + 1) with the outcome last, and the hash tables
    (keys, numbers) of both. ``counters`` (7,) say how far each is filled and which move is at
    fault.
    """
    step_first, moves = rules[0], rules[1]
    columns, most = rules[3], limits[3]
    wide = len(columns)
    after = np.empty(wide, np.int32)
    widest = 0
    for step in range(len(step_first) - 1):
        widest = max(widest, step_first[step + 1] - step_first[step])
    while counters[DONE] < counters[NODES]:
        node = counters[DONE]
        room = min(len(rows) - counters[NODES], len(edges) - counters[EDGES])
        if min(room, len(ends) - counters[ENDS]) < widest:
            return
        if counters[NODES] > most:
            counters[FAULT] = TOO_MANY
            return
        step = rows[node, wide]
        before = counters[EDGES]
        for move in range(step_first[step], step_first[step + 1]):
            counters[FAULT_MOVE] = move
            if not _offered(programs, moves[move, WHEN], rows, node, counters):
                if counters[FAULT] != NO_FAULT:
                    return
                continue
            for c in range(wide):
                after[c] = rows[node, c]
            if not _change(programs, rules, move, rows, node, after, counters):
                return
            kind, outcome = _turn(columns, limits, step, moves[move, END], after)
            if outcome < 0:
                target = _number_node(rules, limits, step, after, counters, rows, node_table)
            else:
                target = _number_end(rules, outcome, after, counters, ends, end_table)
            edge = counters[EDGES]
            edges[edge, TARGET], edges[edge, MOVE], edges[edge, KIND] = target, move, kind
            counters[EDGES] += 1
        if counters[EDGES] == before:
            counters[FAULT] = STUCK
            return
        counters[DONE] += 1
        first[counters[DONE]] = counters[EDGES]


@njit(nogil=True, **LINKED)
def _offered(programs: Programs, when: int, rows: Rows, node: int, counters: Integers) -> bool:
    """Whether the condition of a move holds at a node; ``rows`` (node, column + 1)."""
    if when < 0:
        return True
    code, numbers, stack = programs
    holds = run_program(code, numbers, when, rows, node, stack)
    if np.isnan(holds):
        counters[FAULT] = NOT_FINITE_WHEN
        return False
    return holds != 0.0


@njit(nogil=True, **LINKED)
def _change(
    programs: Programs,
    rules: Rules,
    move: int,
    rows: Rows,
    node: int,
    after: Rows,
    counters: Integers,
) -> bool:
    """Write what a move changes to ``after`` (column,); no where a value has no place."""
    code, numbers, stack = programs
    moves, then, columns = rules[1], rules[2], rules[3]
    for i in range(moves[move, THEN_FIRST], moves[move, THEN_LAST]):
        counters[FAULT_THEN] = i
        value = run_program(code, numbers, then[i, 1], rows, node, stack)
        if np.isnan(value):
            counters[FAULT] = NOT_FINITE_THEN
            return False
        c = then[i, 0]
        top = columns[c, LOW] + columns[c, SIZE] - 1
        if value < columns[c, LOW] or value > top or value != np.floor(value):
            counters[FAULT] = OUTSIDE
            return False
        after[c] = np.int32(value)
    return True


@njit(nogil=True, **LINKED)
def _turn(
    columns: Integers, limits: Limits, step: int, outcome: int, after: Rows
) -> tuple[int, int]:
    """Begin the next round in ``after`` (column,) where this one is over: how an edge goes on.

    ``columns`` is (column, 4).
    """
    last, limit, at_end = limits[0], limits[1], limits[2]
    if outcome >= 0 or step != last:
        return GOES_ON, outcome
    for c in range(len(columns)):
        if columns[c, EVERY_ROUND] == 1:
            after[c] = columns[c, START]
    count = len(columns) - 1
    if limit > 0 and after[count] >= limit:
        return AT_END, at_end
    if limit > 0:
        after[count] += 1
    return TURNS, outcome


@njit(nogil=True, **LINKED)
def _number_node(
    rules: Rules,
    limits: Limits,
    step: int,
    after: Rows,
    counters: Integers,
    rows: Rows,
    table: HashTable,
) -> int:
    """The number of the node ``after`` (column,) behind ``step``; written down if it is new."""
    columns, steps = rules[3], len(rules[0]) - 1
    keys, ids = table
    wide, key = len(columns), 0
    for c in range(wide):
        key = key * columns[c, SIZE] + (after[c] - columns[c, LOW])
    following = 0 if step in (limits[0], steps - 1) else step + 1
    key = key * steps + following
    place = place_of_key(key, keys)
    if keys[place] == -1:
        fresh = counters[NODES]
        keys[place], ids[place] = key, fresh
        for c in range(wide):
            rows[fresh, c] = after[c]
        rows[fresh, wide] = following
        counters[NODES] += 1
    return int(ids[place])


@njit(nogil=True, **LINKED)
def _number_end(
    rules: Rules, outcome: int, after: Rows, counters: Integers, ends: Rows, table: HashTable
) -> int:
    """Minus one less the number of the end ``after`` (column,); written down if it is new."""
    columns, kept = rules[3], rules[4]
    keys, ids = table
    wide, key = len(columns), 0
    for c in range(wide):
        if kept[outcome, c]:
            key = key * columns[c, SIZE] + (after[c] - columns[c, LOW])
    key = key * len(kept) + outcome
    place = place_of_key(key, keys)
    if keys[place] == -1:
        fresh = counters[ENDS]
        keys[place], ids[place] = key, fresh
        for c in range(wide):
            ends[fresh, c] = after[c] if kept[outcome, c] else columns[c, START]
        ends[fresh, wide] = outcome
        counters[ENDS] += 1
    return -(int(ids[place]) + 1)

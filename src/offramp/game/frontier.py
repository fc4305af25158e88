"""One compiled loop that takes each state in turn, tries its moves and notes where they lead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.game.kernels import place_of_key
from offramp.game.programs import run_program

Integers = NDArray[np.int64]

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
    code: NDArray[np.int32],
    numbers: NDArray[np.float64],
    stack: NDArray[np.float64],
    step_first: Integers,
    moves: Integers,
    then: Integers,
    columns: Integers,
    kept: NDArray[np.bool_],
    last: int,
    limit: int,
    at_end: int,
    most: int,
    counters: Integers,
    rows: NDArray[np.int32],
    first: Integers,
    edges: NDArray[np.int32],
    ends: NDArray[np.int32],
    node_keys: Integers,
    node_ids: Integers,
    end_keys: Integers,
    end_ids: Integers,
) -> None:
    """Expand nodes in the order they were found, until none is left or the room is full.

    The rules: programs; ``step_first`` (step + 1,) into ``moves`` (move, 4), whose ``then``
    are rows (column, program) of ``then``; ``kept`` (outcome, column) is what tells ends
    apart; a round ends with the step ``last``, and what stands behind it comes before round 1.
    What is found: ``rows`` (node, column + 1) with the step last, ``first`` (node + 1,),
    ``edges`` (edge, 3), ``ends`` (end, column + 1) with the outcome last, and the hash tables
    of both. ``counters`` say how far each is filled and which move is at fault.
    """
    steps, wide, outcomes = len(step_first) - 1, len(columns), len(kept)
    after = np.empty(wide, np.int32)
    widest = 0
    for k in range(steps):
        widest = max(widest, step_first[k + 1] - step_first[k])
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
            if moves[move, WHEN] >= 0:
                holds = run_program(code, numbers, moves[move, WHEN], rows, node, stack)
                if np.isnan(holds):
                    counters[FAULT] = NOT_FINITE_WHEN
                    return
                if holds == 0.0:
                    continue
            for c in range(wide):
                after[c] = rows[node, c]
            for i in range(moves[move, THEN_FIRST], moves[move, THEN_LAST]):
                counters[FAULT_THEN] = i
                value = run_program(code, numbers, then[i, 1], rows, node, stack)
                if np.isnan(value):
                    counters[FAULT] = NOT_FINITE_THEN
                    return
                c = then[i, 0]
                top = columns[c, LOW] + columns[c, SIZE] - 1
                if value < columns[c, LOW] or value > top or value != np.floor(value):
                    counters[FAULT] = OUTSIDE
                    return
                after[c] = np.int32(value)
            kind, outcome = GOES_ON, moves[move, END]
            if outcome < 0 and step == last:
                kind = TURNS
                for c in range(wide):
                    if columns[c, EVERY_ROUND] == 1:
                        after[c] = columns[c, START]
                if limit > 0 and after[wide - 1] >= limit:
                    kind, outcome = AT_END, at_end
                elif limit > 0:
                    after[wide - 1] += 1
            key = 0
            for c in range(wide):
                if outcome < 0 or kept[outcome, c]:
                    key = key * columns[c, SIZE] + (after[c] - columns[c, LOW])
            if outcome < 0:
                following = 0 if step in (last, steps - 1) else step + 1
                key = key * steps + following
                place = place_of_key(key, node_keys)
                if node_keys[place] == -1:
                    fresh = counters[NODES]
                    node_keys[place], node_ids[place] = key, fresh
                    for c in range(wide):
                        rows[fresh, c] = after[c]
                    rows[fresh, wide] = following
                    counters[NODES] += 1
                target = node_ids[place]
            else:
                key = key * outcomes + outcome
                place = place_of_key(key, end_keys)
                if end_keys[place] == -1:
                    fresh = counters[ENDS]
                    end_keys[place], end_ids[place] = key, fresh
                    for c in range(wide):
                        ends[fresh, c] = after[c] if kept[outcome, c] else columns[c, START]
                    ends[fresh, wide] = outcome
                    counters[ENDS] += 1
                target = -(end_ids[place] + 1)
            edge = counters[EDGES]
            edges[edge, TARGET], edges[edge, MOVE], edges[edge, KIND] = target, move, kind
            counters[EDGES] += 1
        if counters[EDGES] == before:
            counters[FAULT] = STUCK
            return
        counters[DONE] += 1
        first[counters[DONE]] = counters[EDGES]

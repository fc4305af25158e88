"""The elimination of `kernels` for eight draws abreast: each node and edge is looked up once.

Every draw is added up in the order of `kernels` and so has the same bits. Where a draw has next
to no way out of a component that it comes to, its batch is left to `kernels` and `faint`.

Source: Grassmann, Taksar & Heyman (1985), Regenerative analysis and steady state distributions for
Markov chains.
"""

from __future__ import annotations

from offramp.analysis.kernels import DIRECT, FAINT, widest_parts
from offramp.core.compiling import LINKED, njit
from offramp.solvers.kernels.abreast import (
    WIDTH,
    get,
    larger,
    load,
    new_rows,
    put,
    save,
    smaller,
    where_more,
)


@njit(nogil=True, error_model="numpy", **LINKED)
def _add(rows, at, value):
    """Add to a row of ``rows`` (row, 8)."""
    save(rows, at, load(rows, at) + value)


@njit(nogil=True, error_model="numpy", **LINKED)
def _close_total(total, at, out, met, worst):
    """Write an outflow that is divided by, and note the least of a draw that comes here.

    All are (row, 8), ``met`` and ``worst`` of one row.
    """
    save(total, at, where_more(out, FAINT, out, 1.0))
    save(worst, 0, smaller(load(worst, 0), where_more(load(met, 0), 0.0, out, 1.0)))


@njit(nogil=True, error_model="numpy", **LINKED)
def _censor_rows(graph, triangles, which, odds, factors, leave, work, met, worst):
    """See `kernels`; arrays of numbers are (row, 8), ``tail`` (row * width + column, 8)."""
    first, target, order, component, home, _, fulls, place = graph
    lower_first, lower_index, upper_first, upper_index = triangles
    lower, upper, tail, total = factors
    base, full = component[which], fulls[which]
    size = component[which + 1] - base
    width = size - full
    for row in range(size):
        here = base + row
        node = order[here]
        nothing = load(worst, 1)
        out = nothing
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal >= 0 and home[goal] == which:
                _add(work, place[goal], load(odds, edge))
            else:
                out = out + load(odds, edge)
        for at in range(lower_first[here], lower_first[here + 1]):
            past = lower_index[at]
            flow = load(work, past)
            save(lower, at, flow)
            save(work, past, nothing)
            share = flow / load(total, past)
            out = out + share * load(leave, past)
            for up in range(upper_first[base + past], upper_first[base + past + 1]):
                _add(work, upper_index[up], share * load(upper, up))
        save(leave, row, out)
        save(work, row, nothing)
        if row < full:
            for up in range(upper_first[here], upper_first[here + 1]):
                flow = load(work, upper_index[up])
                save(upper, up, flow)
                out = out + flow
                save(work, upper_index[up], nothing)
            _close_total(total, row, out, met, worst)
        else:
            for column in range(full, size):
                save(tail, (row - full) * width + column - full, load(work, column))
                save(work, column, nothing)


@njit(nogil=True, error_model="numpy", **LINKED)
def _censor_full(size, full, tail, total, leave, met, worst):
    """See `kernels`; ``tail`` is (row * size + column, 8), the others begin at ``full``."""
    for at in range(size):
        row = at * size
        out = load(leave, full + at)
        past = 0
        while past + 4 <= at:
            one, two, three, four = (
                past * size,
                (past + 1) * size,
                (past + 2) * size,
                (past + 3) * size,
            )
            a = load(tail, row + past) / load(total, full + past)
            _add(tail, row + past + 1, a * load(tail, one + past + 1))
            b = load(tail, row + past + 1) / load(total, full + past + 1)
            both = a * load(tail, one + past + 2) + b * load(tail, two + past + 2)
            _add(tail, row + past + 2, both)
            c = load(tail, row + past + 2) / load(total, full + past + 2)
            both = a * load(tail, one + past + 3) + b * load(tail, two + past + 3)
            _add(tail, row + past + 3, both + c * load(tail, three + past + 3))
            d = load(tail, row + past + 3) / load(total, full + past + 3)
            out = out + (a * load(leave, full + past) + b * load(leave, full + past + 1))
            out = out + (c * load(leave, full + past + 2) + d * load(leave, full + past + 3))
            past += 4
            for item in range(past, size):
                more = a * load(tail, one + item) + b * load(tail, two + item)
                rest = c * load(tail, three + item) + d * load(tail, four + item)
                _add(tail, row + item, more + rest)
        while past < at:
            share = load(tail, row + past) / load(total, full + past)
            out = out + share * load(leave, full + past)
            past += 1
            for item in range(past, size):
                _add(tail, row + item, share * load(tail, (past - 1) * size + item))
        save(leave, full + at, out)
        for column in range(at + 1, size):
            out = out + load(tail, row + column)
        _close_total(total, full + at, out, met, worst)


@njit(nogil=True, error_model="numpy", **LINKED)
def _substitute(graph, triangles, which, factors, work, mass, nothing):
    """See `kernels`; ``work`` is (row, 8), ``mass`` (node, 8)."""
    order, component, fulls = graph[2], graph[3], graph[6]
    lower_first, lower_index, upper_first, upper_index = triangles
    lower, upper, tail, total = factors
    base, full = component[which], fulls[which]
    size = component[which + 1] - base
    width = size - full
    for row in range(size):
        save(work, row, load(mass, order[base + row]))
    for row in range(full):
        share = load(work, row) / load(total, row)
        for up in range(upper_first[base + row], upper_first[base + row + 1]):
            _add(work, upper_index[up], share * load(upper, up))
    for row in range(full, size):
        share = load(work, row) / load(total, row)
        for column in range(row + 1, size):
            _add(work, column, share * load(tail, (row - full) * width + column - full))
    for row in range(size - 1, -1, -1):
        visit = load(work, row) / load(total, row)
        save(work, row, load(nothing, 1))
        save(mass, order[base + row], visit)
        for column in range(full, row):
            _add(work, column, visit * load(tail, (row - full) * width + column - full))
        for at in range(lower_first[base + row], lower_first[base + row + 1]):
            _add(work, lower_index[at], visit * load(lower, at))


@njit(nogil=True, error_model="numpy", **LINKED)
def _emit(members, home, which, first, target, odds, mass, ends):
    """See `kernels`; ``mass`` is (node, 8), ``odds`` (edge, 8), ``ends`` (terminal, 8)."""
    for node in members:
        held = load(mass, node)
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal < 0:
                _add(ends, -goal - 1, held * load(odds, edge))
            elif home[goal] != which:
                _add(mass, goal, held * load(odds, edge))


@njit(nogil=True, error_model="numpy", **LINKED)
def _come_to(members, mass, met, worst):
    """Whether any draw comes to the nodes; ``met`` (1, 8) becomes the largest mass of each."""
    save(met, 0, load(worst, 1))
    for node in members:
        save(met, 0, larger(load(mass, node), load(met, 0)))
    found = False
    for lane in range(WIDTH):
        found |= get(met, 0, lane) > 0.0
    return found


@njit(nogil=True, error_model="numpy", **LINKED)
def _absorb_batch(bottom, top, graph, triangles, odds, factors, room, mass, ends):
    """Walk the components of one batch; no where a draw has next to no way out of one."""
    first, target, order, component, home, kind, full, _ = graph
    leave, work, met, worst = room
    for which in range(top - 1, bottom - 1, -1):
        base, size = component[which], component[which + 1] - component[which]
        members = order[base : base + size]
        if not _come_to(members, mass, met, worst):
            continue
        if kind[which] == DIRECT:
            save(worst, 0, 1.0)
            _censor_rows(graph, triangles, which, odds, factors, leave, work, met, worst)
            begin = full[which]
            _censor_full(size - begin, begin, factors[2], factors[3], leave, met, worst)
            for lane in range(WIDTH):
                if get(worst, 0, lane) <= FAINT:
                    return False
            _substitute(graph, triangles, which, factors, work, mass, worst)
        _emit(members, home, which, first, target, odds, mass, ends)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def absorb_abreast(low, high, bottom, top, graph, triangles, strategy, visits, ends, left):
    """Walk the components ``bottom`` to ``top`` backwards in draws ``low`` to ``high``.

    See ``kernels.absorb_draws``. ``left`` (draw,) becomes True for the draws of a batch in which
    one stands still; nothing is written for them.
    """
    component, home, kind, full = graph[3], graph[4], graph[5], graph[6]
    widest, fullest = widest_parts(component, kind, full)
    odds, mass, ended = new_rows(strategy.shape[1]), new_rows(home.size), new_rows(ends.shape[1])
    lower, upper = new_rows(triangles[1].size), new_rows(triangles[3].size)
    factors = (lower, upper, new_rows(fullest * fullest), new_rows(widest))
    room = (new_rows(widest), new_rows(widest), new_rows(1), new_rows(2))
    for begin in range(low, high, WIDTH):
        for lane in range(WIDTH):
            draw = min(begin + lane, high - 1)
            for edge in range(strategy.shape[1]):
                put(odds, edge, lane, strategy[draw, edge])
            for node in range(home.size):
                put(mass, node, lane, visits[draw, node])
            for end in range(ends.shape[1]):
                put(ended, end, lane, ends[draw, end])
        fine = _absorb_batch(bottom, top, graph, triangles, odds, factors, room, mass, ended)
        for lane in range(min(WIDTH, high - begin)):
            draw = begin + lane
            left[draw] = not fine
            if fine:
                for node in range(home.size):
                    visits[draw, node] = get(mass, node, lane)
                for end in range(ends.shape[1]):
                    ends[draw, end] = get(ended, end, lane)

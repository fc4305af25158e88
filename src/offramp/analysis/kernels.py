"""Compiled loops of absorption: elimination of each component of the chain.

Imported only when something is computed, so that opening the room does not import numba.
A draw's numbers depend on that draw alone, so how draws are shared among threads changes nothing.

Source: Grassmann, Taksar & Heyman (1985), Regenerative analysis and steady state distributions for
Markov chains: elimination without subtractions keeps all digits.
"""

from __future__ import annotations

import numpy as np

from offramp.core.compiling import LINKED, njit

FAINT = 1e-100
"""With an outflow below this, or none, products may underflow: `faint` takes the component."""
ACYCLIC, DIRECT, ITERATIVE = 0, 1, 2


@njit(cache=True, nogil=True, inline="always")
def _ones(word):
    """Number of bits set in a 64-bit word."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(nogil=True, **LINKED)
def _members(row, found):
    """Write the places of the bits set in ``row`` to ``found``; their number.

    ``row`` is (word,), ``found`` (place,).
    """
    count = 0
    for word in range(row.size):
        bits = row[word]
        while bits != np.uint64(0):
            rest = bits & (bits - np.uint64(1))
            found[count] = 64 * word + _ones((bits ^ rest) - np.uint64(1))
            count += 1
            bits = rest
    return count


@njit(nogil=True, **LINKED)
def _merge(rows, degree, item, other, pivot):
    """Join the neighbours of ``pivot`` to those of ``item``, without the two themselves.

    ``rows`` is (place, word), ``degree`` (place,).
    """
    one = np.uint64(1)
    count = 0
    for word in range(rows.shape[1]):
        bits = rows[item, word] | other[word]
        if word == item >> 6:
            bits &= ~(one << np.uint64(item & 63))
        if word == pivot >> 6:
            bits &= ~(one << np.uint64(pivot & 63))
        rows[item, word] = bits
        count += _ones(bits)
    degree[item] = count


@njit(nogil=True, **LINKED)
def _cheapest(alive, ahead, behind):
    """The node whose elimination adds fewest edges (Markowitz's count). All are (place,)."""
    best, price = -1, np.int64(0)
    for item in range(alive.size):
        if alive[item]:
            cost = ahead[item] * behind[item]
            if best < 0 or cost < price:
                best, price = item, cost
    return best


@njit(nogil=True, **LINKED)
def _neighbours(nodes, home, place, first, target):
    """Bit tables of a component's edges, forwards and backwards, without loops.

    They are (place, word).
    """
    size = nodes.size
    out = np.zeros((size, (size + 63) // 64), np.uint64)
    into = np.zeros((size, (size + 63) // 64), np.uint64)
    for item in range(size):
        for edge in range(first[nodes[item]], first[nodes[item] + 1]):
            goal = target[edge]
            if goal >= 0 and home[goal] == home[nodes[0]] and place[goal] != item:
                other = place[goal]
                out[item, other >> 6] |= np.uint64(1) << np.uint64(other & 63)
                into[other, item >> 6] |= np.uint64(1) << np.uint64(item & 63)
    return out, into


@njit(cache=True, nogil=True)
def eliminate_symbolically(nodes, home, place, first, target, limit):
    """Order of elimination of one component, where its full part begins, and its bit tables.

    The order is empty where more than ``limit`` multiplications would be needed. A row of the
    tables holds, in places, what a pivot flows into and from when its turn comes. Where at least
    half of what remains is filled, the rest is kept as a full matrix. ``nodes`` is (place,), the
    tables are (place, word).
    """
    size = nodes.size
    out, into = _neighbours(nodes, home, place, first, target)
    ahead = np.zeros(size, np.int64)
    behind = np.zeros(size, np.int64)
    sources = np.empty(size, np.int64)
    goals = np.empty(size, np.int64)
    for item in range(size):
        ahead[item] = _members(out[item], goals)
        behind[item] = _members(into[item], sources)
    alive = np.ones(size, np.bool_)
    order = np.empty(size, np.int64)
    spent = np.int64(0)
    full = size
    for turn in range(size):
        pivot = _cheapest(alive, ahead, behind)
        spent += ahead[pivot] * behind[pivot]
        rest = size - turn
        if 4 * ahead[pivot] * behind[pivot] > rest * rest:
            full = turn
            spent += rest * rest * rest // 3
        if spent > limit:
            return order[:0], full, out, into
        if full < size:
            last = turn
            for item in range(size):
                if alive[item]:
                    order[last] = item
                    last += 1
            break
        order[turn] = pivot
        alive[pivot] = False
        many = _members(into[pivot], sources)
        more = _members(out[pivot], goals)
        for at in range(many):
            _merge(out, ahead, sources[at], out[pivot], pivot)
        for at in range(more):
            _merge(into, behind, goals[at], into[pivot], pivot)
    return order, full, out, into


@njit(cache=True, nogil=True)
def triangles(order, full, out, into):
    """Row pointers and columns of both triangles, in order of elimination.

    Only what is outside the full part is listed: rows before it whole, later rows left of it.
    ``order`` is (place,), ``out`` and ``into`` are (place, word).
    """
    size = order.size
    turn = np.empty(size, np.int64)
    for at in range(size):
        turn[order[at]] = at
    found = np.empty(size, np.int64)
    lower_first = np.zeros(size + 1, np.int64)
    upper_first = np.zeros(size + 1, np.int64)
    for at in range(full):
        upper_first[at + 1] = _members(out[order[at]], found)
        for item in range(_members(into[order[at]], found)):
            lower_first[turn[found[item]] + 1] += 1
    for at in range(size):
        lower_first[at + 1] += lower_first[at]
        upper_first[at + 1] += upper_first[at]
    lower = np.empty(lower_first[size], np.int64)
    upper = np.empty(upper_first[size], np.int64)
    free = lower_first.copy()
    for at in range(full):
        _members(out[order[at]], found)
        start = upper_first[at]
        for item in range(upper_first[at + 1] - start):
            upper[start + item] = turn[found[item]]
        for item in range(_members(into[order[at]], found)):
            row = turn[found[item]]
            lower[free[row]] = at
            free[row] += 1
    return lower_first, lower, upper_first, upper


@njit(nogil=True, **LINKED)
def _censor_rows(graph, triangles, which, odds, factors, leave, work):
    """Censor the nodes before the full part one by one, without a subtraction (GTH).

    After it ``lower`` holds the flow from a row into an earlier pivot, ``upper`` into later ones,
    ``leave`` what leaves the component, ``total`` the whole outflow; ``tail`` is the full part. No
    where an outflow is faint; ``work`` ends as zeros. ``tail`` is (row, column), ``total``,
    ``leave`` and ``work`` are (row,). See ``absorb_draws`` for the rest.
    """
    first, target, order, component, home, _, fulls, place = graph
    lower_first, lower_index, upper_first, upper_index = triangles
    lower, upper, tail, total = factors
    base, full = component[which], fulls[which]
    size = component[which + 1] - base
    for row in range(size):
        here = base + row
        node = order[here]
        out = 0.0
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal >= 0 and home[goal] == which:
                work[place[goal]] += odds[edge]
            else:
                out += odds[edge]
        for at in range(lower_first[here], lower_first[here + 1]):
            past = lower_index[at]
            lower[at] = work[past]
            work[past] = 0.0
            if lower[at] == 0.0:
                continue
            share = lower[at] / total[past]
            out += share * leave[past]
            for up in range(upper_first[base + past], upper_first[base + past + 1]):
                work[upper_index[up]] += share * upper[up]
        leave[row] = out
        work[row] = 0.0
        if row < full:
            for up in range(upper_first[here], upper_first[here + 1]):
                upper[up] = work[upper_index[up]]
                out += upper[up]
                work[upper_index[up]] = 0.0
            total[row] = out
            if out <= FAINT:
                return False
        else:
            for column in range(full, size):
                tail[row - full, column - full] = work[column]
                work[column] = 0.0
    return True


@njit(nogil=True, **LINKED)
def _censor_full(size, tail, total, leave):
    """The same for a full matrix in place, four pivots at a time; no where an outflow is faint.

    ``tail`` is (row, column), ``total`` and ``leave`` are (row,).
    """
    for at in range(size):
        row = tail[at]
        out = leave[at]
        past = 0
        while past + 4 <= at:
            one, two, three, four = tail[past], tail[past + 1], tail[past + 2], tail[past + 3]
            a = row[past] / total[past]
            row[past + 1] += a * one[past + 1]
            b = row[past + 1] / total[past + 1]
            row[past + 2] += a * one[past + 2] + b * two[past + 2]
            c = row[past + 2] / total[past + 2]
            row[past + 3] += a * one[past + 3] + b * two[past + 3] + c * three[past + 3]
            d = row[past + 3] / total[past + 3]
            out += a * leave[past] + b * leave[past + 1]
            out += c * leave[past + 2] + d * leave[past + 3]
            past += 4
            rest = row[past:size]
            p, q, r, s = one[past:size], two[past:size], three[past:size], four[past:size]
            for item in range(rest.size):
                rest[item] += (a * p[item] + b * q[item]) + (c * r[item] + d * s[item])
        while past < at:
            share = row[past] / total[past]
            out += share * leave[past]
            past += 1
            rest, p = row[past:size], tail[past - 1, past:size]
            for item in range(rest.size):
                rest[item] += share * p[item]
        leave[at] = out
        for column in range(at + 1, size):
            out += row[column]
        total[at] = out
        if out <= FAINT:
            return False
    return True


@njit(nogil=True, **LINKED)
def _substitute(graph, triangles, which, factors, work, mass):
    """Turn the arrivals ``mass`` of a factored component into visits; ``work`` ends as zeros.

    ``work`` is (row,), ``mass`` (node,). See ``absorb_draws`` for the rest.
    """
    _, _, order, component, _, _, fulls, _ = graph
    lower_first, lower_index, upper_first, upper_index = triangles
    lower, upper, tail, total = factors
    base, full = component[which], fulls[which]
    size = component[which + 1] - base
    for row in range(size):
        work[row] = mass[order[base + row]]
    for row in range(full):
        share = work[row] / total[row]
        for up in range(upper_first[base + row], upper_first[base + row + 1]):
            work[upper_index[up]] += share * upper[up]
    for row in range(full, size):
        share = work[row] / total[row]
        for column in range(row + 1, size):
            work[column] += share * tail[row - full, column - full]
    for row in range(size - 1, -1, -1):
        visit = work[row] / total[row]
        work[row] = 0.0
        mass[order[base + row]] = visit
        for column in range(full, row):
            work[column] += visit * tail[row - full, column - full]
        for at in range(lower_first[base + row], lower_first[base + row + 1]):
            work[lower_index[at]] += visit * lower[at]


@njit(cache=True, nogil=True)
def emit(nodes, home, which, first, target, odds, mass, ends):
    """Pass the visits of a component's nodes on to later components and to the ends.

    ``mass`` is (node,), ``odds`` (edge,), ``ends`` (terminal,).
    """
    for node in nodes:
        if mass[node] != 0.0:
            for edge in range(first[node], first[node + 1]):
                goal = target[edge]
                if goal < 0:
                    ends[-goal - 1] += mass[node] * odds[edge]
                elif home[goal] != which:
                    mass[goal] += mass[node] * odds[edge]


@njit(nogil=True, **LINKED)
def widest_parts(component, kind, full):
    """Largest size and largest full part of an eliminated component.

    ``component`` is (component + 1,), ``kind`` and ``full`` are (component,).
    """
    widest, fullest = 1, 0
    for which in range(kind.size):
        size = component[which + 1] - component[which]
        if kind[which] == DIRECT:
            widest = max(widest, size)
            fullest = max(fullest, size - full[which])
    return widest, fullest


@njit(nogil=True, **LINKED)
def _reached(nodes, mass):
    """Whether any mass has come to the nodes. ``mass`` is (node,)."""
    found = False
    for node in nodes:
        found |= mass[node] != 0.0
    return found


@njit(cache=True, nogil=True)
def absorb_draws(low, high, bottom, top, graph, triangles, strategy, visits, ends, stopped):
    """Walk the components ``bottom`` to ``top`` backwards, none of them iterated, in some draws.

    ``visits`` holds what has arrived and becomes the visits; ``ends`` grows. ``graph`` is first
    (node + 1,), target (edge,), order (node,), component (component + 1,), home (node,), kind
    (component,), full (component,) and place (node,): ``order`` has the nodes by component,
    sinks first, and inside an eliminated component by its order of elimination. ``triangles``
    are the rows of the factors: lower_first, lower, upper_first, upper. ``stopped``
    (draw,) becomes the component before which a draw stands still, as its ways out are faint
    there, or stays as it was.
    """
    first, target, order, component, home, kind, full, _ = graph
    _, lower_index, _, upper_index = triangles
    widest, fullest = widest_parts(component, kind, full)
    lower = np.empty(lower_index.size)
    upper = np.empty(upper_index.size)
    tail = np.empty((fullest, fullest))
    total = np.empty(widest)
    leave = np.empty(widest)
    work = np.zeros(widest)
    factors = (lower, upper, tail, total)
    for draw in range(low, high):
        odds, mass = strategy[draw], visits[draw]
        for which in range(top - 1, bottom - 1, -1):
            base, size = component[which], component[which + 1] - component[which]
            members = order[base : base + size]
            if not _reached(members, mass):
                continue
            if kind[which] == DIRECT:
                begin = full[which]
                fine = _censor_rows(graph, triangles, which, odds, factors, leave, work)
                if fine:
                    fine = _censor_full(size - begin, tail, total[begin:size], leave[begin:size])
                if not fine:
                    stopped[draw] = which
                    break
                _substitute(graph, triangles, which, factors, work, mass)
            emit(members, home, which, first, target, odds, mass, ends[draw])

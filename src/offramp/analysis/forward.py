"""Compiled loops that play forwards: round by round, play by play; and the best way to an end."""

from __future__ import annotations

import numpy as np

from offramp.core.compiling import njit


@njit(cache=True, nogil=True)
def _play_round(sweep, step, first, target, odds, mass, arrived, ended):
    """Carry ``mass`` from the beginning of a round to the beginning of the next.

    ``sweep`` has the nodes by rising step. ``arrived`` (node,) is zero before and after.
    """
    for node in sweep:
        held = mass[node]
        if held == 0.0:
            continue
        mass[node] = 0.0
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal < 0:
                ended[-goal - 1] += held * odds[edge]
            elif step[goal] == 0:
                arrived[goal] += held * odds[edge]
            else:
                mass[goal] += held * odds[edge]
    for node in sweep:
        if step[node] > 0:
            break
        mass[node] = arrived[node]
        arrived[node] = 0.0


@njit(cache=True, nogil=True)
def play_rounds(low, high, sweep, step, first, target, strategy, mass, label, ended, state):
    """Fill cumulative ``ended`` (draw, round, terminal) and ``state`` (draw, round, level).

    ``mass`` (draw, node) is the distribution at the beginning of the first of these rounds and
    becomes that after the last. Heads labelled -1 add to no level; without levels nothing does.
    """
    arrived = np.zeros(step.size)
    for draw in range(low, high):
        for turn in range(ended.shape[1]):
            if state.shape[2] > 0:
                for node in sweep:
                    if step[node] > 0:
                        break
                    if label[node] >= 0:
                        state[draw, turn, label[node]] += mass[draw, node]
            if turn > 0:
                for end in range(ended.shape[2]):
                    ended[draw, turn, end] = ended[draw, turn - 1, end]
            _play_round(
                sweep, step, first, target, strategy[draw], mass[draw], arrived, ended[draw, turn]
            )


@njit(cache=True, nogil=True, inline="always")
def _mixed(word):
    """Scatter the bits of a 64-bit word (the finish of splitmix64; Steele, Lea & Flood 2014)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@njit(cache=True, nogil=True)
def play_many(low, high, seed, most, start, first, target, going_on, odds, terminal, rounds):
    """Play the plays ``low:high`` once each; the random numbers of a play depend on its index.

    ``terminal`` is -1 for a play that was stopped after ``most`` moves.
    """
    stride = np.uint64(0x9E3779B97F4A7C15)
    for play in range(low, high):
        word = _mixed(_mixed(np.uint64(seed)) + np.uint64(play + 1) * stride)
        node = start
        terminal[play] = -1
        rounds[play] = 0
        for _move in range(most):
            word += stride
            left = np.float64(_mixed(word) >> np.uint64(11)) * 2.0**-53
            taken = np.int64(-1)
            for edge in range(first[node], first[node + 1]):
                if odds[edge] > 0.0:
                    taken = edge
                    left -= odds[edge]
                    if left < 0.0:
                        break
            rounds[play] += going_on[taken]
            node = target[taken]
            if node < 0:
                terminal[play] = -node - 1
                break


@njit(cache=True, nogil=True)
def best_ahead(order, component, first, target, log_odds, at_end, ahead, left):
    """Log probability of the likeliest way from each node to an end, and its number of edges.

    ``at_end`` (terminal,) is 0 for ends that count and -inf for others. Sinks come first in
    ``order``, so a component is repeated only until it no longer changes.
    """
    for which in range(component.size - 1):
        changed = True
        while changed:
            changed = False
            for at in range(component[which], component[which + 1]):
                node = order[at]
                for edge in range(first[node], first[node + 1]):
                    goal = target[edge]
                    on = at_end[-goal - 1] if goal < 0 else ahead[goal]
                    if log_odds[edge] + on > ahead[node]:
                        ahead[node] = log_odds[edge] + on
                        changed = True
        changed = True
        while changed:
            changed = False
            for at in range(component[which], component[which + 1]):
                node = order[at]
                for edge in range(first[node], first[node + 1]):
                    goal = target[edge]
                    on = at_end[-goal - 1] if goal < 0 else ahead[goal]
                    more = 0 if goal < 0 else left[goal]
                    if (
                        more < left[node] - 1
                        and on > -np.inf
                        and log_odds[edge] + on >= ahead[node]
                    ):
                        left[node] = more + 1
                        changed = True

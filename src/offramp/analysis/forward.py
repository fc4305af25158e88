"""Compiled loops that play forwards: round by round, play by play; and the best way to an end.

Forward equations of the chain: Kemeny & Snell (1960), Finite Markov chains; the best way is that of
`histories`.
"""

from __future__ import annotations

import numpy as np

from offramp.core.compiling import LINKED, njit


@njit(nogil=True, **LINKED)
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

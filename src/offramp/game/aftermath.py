"""After a commitment made once has passed, the game is the one without it: which node is which.

So a solved game gives the values of every game that differs from it by such a commitment, as
far as the commitment has passed; what comes before is often acyclic and exact in one backup.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game.compilation import Game
from offramp.game.unfolding import edges_of

Integers = NDArray[np.int64]


def nodes_behind(base: Game, changed: Game) -> Integers:
    """The node of ``base`` that each node of ``changed`` is when hidden variables are left out.

    ``changed`` has the variables of ``base`` and perhaps hidden ones, and reaches no state
    that ``base`` does not reach.
    """
    full = changed.merged.representative
    if base.reached.entered is not None:
        return base.merged.node[_by_moves(base, changed)[full]]
    own = list(base.reached.columns.names)
    kept = [changed.reached.columns.names.index(name) for name in own]
    rows = np.ascontiguousarray(changed.reached.rows[full][:, kept])
    steps = len(base.meaning.steps)
    wanted = base.reached.columns.code(rows) * steps + changed.reached.step[full]
    known = base.reached.columns.code(base.reached.rows) * steps + base.reached.step
    order = np.argsort(known, kind="stable")
    found = order[np.searchsorted(known[order], wanted)]
    assert (known[found] == wanted).all(), "a change of the rules reaches only known states"
    return base.merged.node[found]


def _by_moves(base: Game, changed: Game) -> Integers:
    """The node of ``base`` to which the same moves lead as to each of ``changed``; none merged."""
    here, there = base.reached, changed.reached
    count = len(base.moves)
    known = np.repeat(np.arange(len(here.step)), np.diff(here.first)) * count + here.move
    behind = np.full(len(there.step), -1, np.int64)
    behind[0] = 0
    frontier = np.zeros(1, np.int64)
    while len(frontier):
        own = edges_of(there.first, frontier)
        before = np.repeat(behind[frontier], np.diff(there.first)[frontier])
        same = here.target[np.searchsorted(known, before * count + there.move[own])]
        goal = there.target[own]
        fresh = np.flatnonzero((goal >= 0) & (behind[np.maximum(goal, 0)] < 0))
        behind[goal[fresh]] = same[fresh]
        frontier = np.unique(goal[fresh])
    return behind


def nodes_after(base: Game, changed: Game) -> Integers | None:
    """The node of ``base`` with the same continuation as each node of ``changed``.

    None unless every commitment of ``changed`` has passed wherever play may come round again:
    then a node before that only has its value once those behind it have theirs. None as well
    where somebody does not see everything, since what is believed then depends on what was
    committed before.
    """
    if base.structure.hidden or changed.structure.hidden:
        return None
    own = set(base.reached.columns.names)
    hidden = [i for i, name in enumerate(changed.reached.columns.names) if name not in own]
    rows = changed.reached.rows[changed.merged.representative]
    passed = np.all(rows[:, hidden] != 0, axis=1)
    structure = changed.structure
    component = np.repeat(np.arange(len(structure.cyclic)), np.diff(structure.component))
    again = structure.order[structure.cyclic[component]]
    if not hidden or not passed[again].all():
        return None
    return nodes_behind(base, changed)

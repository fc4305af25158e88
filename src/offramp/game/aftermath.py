"""After a commitment made once has passed, the game is the one without it: which node is which.

So a solved game gives the values of every game that differs from it by such a commitment, as
far as the commitment has passed; what comes before is often acyclic and exact in one backup.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game.compilation import Game

Integers = NDArray[np.int64]


def nodes_behind(base: Game, changed: Game) -> Integers:
    """The node of ``base`` that each node of ``changed`` is when hidden variables are left out.

    ``changed`` has the variables of ``base`` and perhaps hidden ones, and reaches no state
    that ``base`` does not reach.
    """
    full = changed.merged.representative
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


def aftermath(base: Game, changed: Game) -> Integers | None:
    """The node of ``base`` with the same continuation as each node of ``changed``.

    None unless every commitment of ``changed`` has passed wherever play may come round again:
    then a node before that only has its value once those behind it have theirs.
    """
    own = set(base.reached.columns.names)
    hidden = [i for i, name in enumerate(changed.reached.columns.names) if name not in own]
    passed = changed.reached.rows[changed.merged.representative][:, hidden].all(axis=1)
    structure = changed.structure
    component = np.repeat(np.arange(len(structure.cyclic)), np.diff(structure.component))
    again = structure.order[structure.cyclic[component]]
    if not hidden or not passed[again].all():
        return None
    return nodes_behind(base, changed)

"""How often a move is made where its party has a choice: forced turns are not counted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from offramp.analysis import absorb, edge_uses
from offramp.study.solving.experiment import Solved


def choice_shares(solved: Solved) -> Mapping[str, float]:
    """'step.move' to the share of the turns, with it and another open, in which it is made.

    Of the first draw of ``solved``, every turn that is to be expected counted; a move that never
    stands beside another is left out. Nothing where the draw was not solved.
    """
    game, structure = solved.game, solved.game.structure
    if solved.equilibria.status[0] != "solved":
        return {}
    play = solved.strategy[:1]
    absorbed = absorb(structure, play)
    if absorbed.failed[0]:
        return {}
    uses = np.nan_to_num(edge_uses(structure, play, absorbed.visits)[0], posinf=np.inf)
    counts = np.diff(structure.first)
    source = np.repeat(np.arange(structure.nodes), counts)
    met = np.bincount(source, uses, structure.nodes)
    free = counts[source] > 1
    names = [f"{step.name}.{move.name}" for step in game.meaning.steps for move in step.moves]
    made = np.bincount(game.edge_move[free], uses[free], len(names))
    open_ = np.bincount(game.edge_move[free], met[source][free], len(names))
    told = [i for i in range(len(names)) if 0 < open_[i] < np.inf]  # inf where play never ends
    return {names[i]: float(made[i] / open_[i]) for i in told}

"""Games that the solvers' tests share."""

from __future__ import annotations

import numpy as np

from offramp.game.structure import Structure, Tables


def stop_or_continue(
    precision: float, patience: float = 0.95, pay: float = 0.08
) -> tuple[Structure, Tables]:
    """One party stops (worth 0) or goes on for another round (worth ``pay``)."""
    structure = Structure(
        mover=np.array([0], np.int16),
        first=np.array([0, 2]),
        target=np.array([-1, 0]),
        turns=np.array([False, True]),
        pay_class=np.array([0, 1], np.int32),
        odds_class=np.array([-1, -1], np.int32),
        step=np.array([0], np.int16),
        start=0,
        parties=1,
        terminals=1,
        order=np.array([0]),
        component=np.array([0, 1]),
        cyclic=np.array([True]),
        limit=0,
        terminal_outcome=np.array([0], np.int32),
        terminal_by=np.array([-1], np.int32),
        at_end_edge=np.array([False, False]),
    )
    tables = Tables(
        pay=np.array([[[0.0], [pay]]]),
        odds=np.zeros((1, 0)),
        end_pay=np.zeros((1, 1, 1)),
        patience=np.array([[patience]]),
        precision=np.array([[precision]]),
    )
    return structure, tables

"""How it ends with one switch at another option: what the game itself, not a number, decides.

Every account (and the analyst's middle) at its nominal values, one switch changed at a time. Only
switches that the draws vary over are looked at: what is fixed is nobody's open question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from offramp.game import Draws, fix, nominal_draw
from offramp.study.solving.experiment import outcomes, solve_all
from offramp.study.solving.workspace import Workspace

MOST = 8
"""Most switches at other options that are looked at on an account."""


@dataclass(frozen=True)
class Switched:
    """One account with one switch at another option than its own."""

    account: str
    switch: str
    label: str
    option: str
    outcomes: Mapping[str, float]
    """Outcome (and `unresolved`) to its probability; empty where it was not solved."""


def ends_switched(workspace: Workspace, accounts: Sequence[str]) -> tuple[Switched, ...]:
    """Every account with each switch that has a range at each other option, at nominal values."""
    found: list[Switched] = []
    for account in accounts:
        meaning = workspace.meaning(account)
        own = nominal_draw(meaning)
        asked = [
            (one.name, position, option)
            for one in meaning.assumptions
            if one.options and one.distribution is not None
            for position, option in enumerate(one.options)
            if own.values[0, own.names.index(one.name)] != position
        ][:MOST]
        if not asked:
            continue
        rows = [fix(meaning, own, {name: float(place)}).values for name, place, _ in asked]
        draws = Draws(own.names, np.concatenate(rows), None)
        solved = solve_all(workspace.game(account), draws, starts=0)
        told = outcomes(solved, rounds=0)
        names = [str(name) for name in told["outcome"].values]
        fine = told["status"].values == "solved"
        for row, (name, _, option) in enumerate(asked):
            values = map(float, told["probability"].values[row])
            ends = dict(zip(names, values, strict=True)) if fine[row] else {}
            switch = workspace.scenario.switches.get(name)
            label = (switch.label if switch else None) or name.replace("_", " ")
            found.append(Switched(account, name, label, option, ends))
    return tuple(found)

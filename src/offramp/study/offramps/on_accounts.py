"""The same change on every account: how probable the aim is there, without it and with it.

No account is the base, so a change found on one set of premises is told on the others too, at
their own nominal values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.game import Draws, Game, fix, nominal_draw
from offramp.scenario import Meaning
from offramp.study.offramps.records import Change
from offramp.study.solving.variation import Bench
from offramp.study.solving.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Tellings:
    """The nominal values of every account, as rows of a game that all of them share."""

    accounts: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    draws: Draws
    """(account, assumption)."""

    def before(self, bench: Bench) -> Mapping[str, float]:
        """Account to the probability of the aim without any change; nan where it is not solved."""
        return self._reached(bench, self.draws)

    def after(self, bench: Bench, changes: Sequence[Change]) -> Mapping[str, float]:
        """The same with levers moved, on a ``bench`` that may have a first step in its game.

        An assumption that lies beyond the value to which a lever would move it keeps its own.
        """
        return self._reached(bench, self._moved(changes))

    def _reached(self, bench: Bench, draws: Draws) -> Mapping[str, float]:
        reached = bench.stand(draws).reached
        return dict(zip(self.accounts, map(float, reached), strict=True))

    def _moved(self, changes: Sequence[Change]) -> Draws:
        wanted: dict[str, tuple[float, float]] = {}
        for one in changes:  # levers on one assumption add their moves
            start, to = wanted.get(one.parameter, (one.start, one.start))
            wanted[one.parameter] = start, to + one.to - one.start
        rows: list[NDArray[np.float64]] = []
        for meaning, own in zip(self.meanings, self.draws.values, strict=True):
            values: dict[str, float] = {}
            for name, (start, to) in wanted.items():
                here = float(own[self.draws.names.index(name)])
                values[name] = min(here, to) if to < start else max(here, to)
                if name in meaning.scenario.switches:
                    values[name] = to
            row = Draws(self.draws.names, own[None, :].copy(), None)
            rows.append(fix(meaning, row, values).values if values else row.values)
        return Draws(self.draws.names, np.concatenate(rows), None)


def tellings_of(workspace: Workspace, game: Game) -> Tellings | None:
    """The accounts of a scenario at their nominal values; None without any."""
    if not workspace.scenario.accounts:
        return None
    names = tuple(workspace.scenario.accounts)
    meanings = tuple(workspace.meaning(name) for name in names)
    rows = np.concatenate([nominal_draw(meaning).values for meaning in meanings])
    return Tellings(names, meanings, Draws(game.nominal().names, rows, None))

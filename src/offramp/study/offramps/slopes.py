"""What moving levers a little further does to the probability of the aim and of danger."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.responses import ending, respond_draws
from offramp.game import Draws, Game
from offramp.game.slopes import Derivatives, table_slopes
from offramp.study.offramps.levers import Handle, moved
from offramp.study.solving.experiment import solve
from offramp.study.solving.variation import Bench, find_fit

Array = NDArray[np.float64]


class LeverSlopes:
    """Probabilities at points between the nominal values and the limits of levers, and slopes."""

    def __init__(self, bench: Bench, levers: Sequence[Handle]) -> None:
        self.bench, self.levers = bench, levers
        self._derivatives: dict[int, Derivatives] = {}

    def at(self, points: Array) -> list[tuple[Array, Array]]:
        """Probability of aim and danger (2,) at every point (point, lever), and slopes (2, lever).

        The slopes are by parts of the way: from the adjoint, and where that withholds them from
        solving a little further along. Where the numbers make no game nothing is reached.
        """
        game = self.bench.game
        draws = moved(game, self.levers, points)
        fit = np.flatnonzero(find_fit(game, draws))
        found = [(np.array([0.0, 1.0]), np.zeros((2, len(self.levers))))] * len(points)
        for rows, own in game.parts(draws.rows(fit)) if len(fit) else ():
            each = self._in_one_game(own, draws.rows(fit[rows]))
            for row, values, slopes in zip(fit[rows].tolist(), *each, strict=True):
                fine = np.isfinite(slopes).all()
                found[row] = values, slopes if fine else self._differences(points[row])
        return found

    def _in_one_game(self, game: Game, draws: Draws) -> tuple[Array, Array]:
        """The same in draws of one game, (draw, 2) and (draw, 2, lever); nan where withheld."""
        structure = game.structure
        solved = solve(game, draws, starts=0)
        aims = [ending(structure, self.bench.aim), ending(structure, self.bench.danger)]
        responses = respond_draws(structure, solved.tables, solved.equilibria, aims)
        names = list(dict.fromkeys(lever.assumption for lever in self.levers))
        symbols = self._derivatives.setdefault(id(game.valuation), Derivatives(game.valuation))
        rule = table_slopes(game.valuation, draws, names, fixed=names, derivatives=symbols)
        way = np.array([lever.limit - lever.start for lever in self.levers])
        which = [names.index(lever.assumption) for lever in self.levers]
        slopes = [rule.dots(one.slopes)[:, which] * way for one in responses]
        values = np.nan_to_num(np.stack([one.value for one in responses], axis=1))
        return values, np.stack(slopes, axis=1)

    def _differences(self, parts: Array) -> Array:
        step = np.where(parts > 0.5, -1e-4, 1e-4)
        stand = self.bench.stand(
            moved(self.bench.game, self.levers, np.vstack([parts, parts + np.diag(step)]))
        )
        both = np.array([stand.reached, stand.danger])
        return np.nan_to_num((both[:, 1:] - both[:, :1]) / step)

"""What certificates and exact slopes add to a solve, and what differences would cost instead."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.climbing import climber
from benchmarks.rows.throughput import WORDS, Kind, game_of
from benchmarks.table import Aim, Peer, Row
from benchmarks.timing import Effort, least
from offramp.analysis import absorb, eliminate
from offramp.analysis.responses import Aim as Quantity
from offramp.analysis.responses import earning, ending, respond_draws
from offramp.game import Draws, Game
from offramp.game.slopes import Derivatives, table_slopes
from offramp.solvers import Options, solve
from offramp.solvers.kernels.layout import arrange

PLACE = 60
TITLE = "Certificates and slopes, as shares of a solve"
ABOUT = """
A solve here is one draw of a crisis of a thousand nodes, not certified, on one processor. The
certificate is residual and regret of all parties against all deviations. The gradient is that of
one quantity by all assumptions (adjoint of the implicit function theorem), the formulas of the
scenario included; beside it the same by central differences, two solves for each assumption.
"""
STEP = 1e-4


class Gradient(NamedTuple):
    """Seconds for the gradient of one quantity in one draw, and by differences; and their gap."""

    seconds: float
    differences: float
    gap: float
    assumptions: int


@cache
def solving(kind: Kind, draws: int, repeats: int) -> tuple[float, float]:
    """Seconds of a draw, not certified and certified."""
    game = game_of(kind)
    tables, one = game.tables(game.draws(draws, seed=1)), Options(workers=1)
    structure = game.structure
    bare, _ = least(climber(structure, tables), repeats)
    full, _ = least(lambda: solve(structure, tables, traced=(), starts=0, options=one), repeats)
    return bare / draws, full / draws


def certificate(kind: Kind, effort: Effort) -> Row:
    """The certificate as a share of the solve."""
    bare, full = solving(kind, effort.pick(200, 20), effort.pick(5, 1))
    return Row(
        name=f"certificate-{kind}",
        work=f"certificate, {WORDS[kind]}",
        own=max(0.0, full - bare) / bare,
        unit="of a solve",
        aim=Aim(0.7),
        facts={"solve, ms": 1000 * bare, "certified, ms": 1000 * full},
    )


def slopes(kind: Kind, what: str, effort: Effort) -> Row:
    """The gradient of one quantity as a share of the solve."""
    bare, _ = solving(kind, effort.pick(200, 20), effort.pick(5, 1))
    seen = gradient(game_of(kind), what, effort.pick(200, 8), effort.pick(5, 1))
    return Row(
        name=f"gradient-{what}-{kind}",
        work=f"gradient of {WHAT[what]} by {seen.assumptions} assumptions, {WORDS[kind]}",
        own=seen.seconds / bare,
        unit="of a solve",
        peer=Peer("central differences", seen.differences / bare, note="our own solver"),
        aim=Aim(0.7),
        facts={"gradient, ms": 1000 * seen.seconds, "largest gap to differences": seen.gap},
    )


WHAT = {"payoff": "a party's payoff", "probability": "an outcome's probability"}


def gradient(game: Game, what: str, draws: int, repeats: int) -> Gradient:
    """Of the first party's payoff, or of the probability of the first outcome."""
    structure, spread = game.structure, game.draws(draws, seed=1)
    tables, one = game.tables(spread), Options(workers=1)
    found = solve(structure, tables, traced=(), starts=0, options=one)
    names = [assumption.name for assumption in game.meaning.assumptions]
    layout, plan, formulas = arrange(structure), eliminate(structure), Derivatives(game.valuation)
    quantity = earning(0) if what == "payoff" else ending(structure, [0])

    def work() -> NDArray[np.float64]:
        made = table_slopes(game.valuation, spread, names, derivatives=formulas)
        (response,) = respond_draws(
            structure, tables, found, [quantity], layout=layout, elimination=plan, workers=1
        )
        return made.dots(response.slopes)

    seconds, exact = least(work, repeats)
    moved = _moved(game, spread)
    differing, rough = least(lambda: _differences(game, moved, quantity, len(names)), 1, warm=False)
    gap = float(np.abs(exact[0] - rough).max() / np.abs(exact[0]).max())
    return Gradient(seconds / draws, differing, gap, len(names))


def _moved(game: Game, spread: Draws) -> Draws:
    """The first draw with every assumption moved up, then with every assumption moved down."""
    size = STEP * np.maximum(np.abs(spread.values[0]), 0.01)
    up, down = spread.values[0] + np.diag(size), spread.values[0] - np.diag(size)
    return Draws(spread.names, np.concatenate([up, down]), None)


def _differences(game: Game, moved: Draws, quantity: Quantity, count: int) -> NDArray[np.float64]:
    """Central differences of a quantity by every assumption."""
    structure = game.structure
    found = solve(structure, game.tables(moved), traced=(), starts=0, options=Options(workers=1))
    if quantity.what == "payoff":
        value = found.payoff[:, structure.start, quantity.party]
    else:
        assert quantity.at_end is not None
        value = absorb(structure, found.strategy).terminal @ quantity.at_end
    width = np.diag(moved.values[:count] - moved.values[count:])
    return (value[:count] - value[count:]) / width


ROWS = {
    "certificate-layered": lambda effort: certificate("layered", effort),
    "certificate-whole": lambda effort: certificate("whole", effort),
    "gradient-payoff-layered": lambda effort: slopes("layered", "payoff", effort),
    "gradient-probability-layered": lambda effort: slopes("layered", "probability", effort),
    "gradient-payoff-whole": lambda effort: slopes("whole", "payoff", effort),
    "gradient-probability-whole": lambda effort: slopes("whole", "probability", effort),
}

"""Games with hidden nodes that have cycles or many unknowns, and limits of the largest games.

Method and sources: `equations` and `continuation` of `imperfect.large`.
"""

from __future__ import annotations

from offramp.solvers.engine import Engine, Request
from offramp.solvers.equilibria import Equilibria


def takes_game(request: Request) -> bool:
    """Whether somebody does not know the node, or a limit is asked for."""
    return request.structure.hidden or request.regret is not None


def solve(request: Request) -> Equilibria:
    """Equilibria of every draw."""
    from offramp.solvers.imperfect.large.draws import solve_large

    return solve_large(request)


def limit(request: Request) -> Equilibria:
    """Limits of every draw."""
    from offramp.solvers.imperfect.large.draws import limit_large

    return limit_large(request)


ENGINE = Engine(
    order=30,
    policy="Other games in which somebody does not know the node: every draw "
    "follows its branch; those that are not traced are searched for others less.",
    takes=takes_game,
    solve=solve,
    limit=limit,
)

"""Trees of few unknowns with hidden nodes, and the limits of all such trees.

Method and sources: `equations` and `continuation` of `imperfect.small`.
"""

from __future__ import annotations

from offramp.solvers.engine import Engine, Request
from offramp.solvers.equilibria import Equilibria


def takes_game(request: Request) -> bool:
    """Whether the game has no cycle and few unknowns; with a limit asked for more may be."""
    far = request.regret is not None
    if not (far or request.structure.hidden):
        return False
    if request.structure.weighed and request.tables.entropy:
        return False  # its tape measures entropy against moves that are all alike
    from offramp.solvers.imperfect.small.branch_tasks import unknowns_of

    return unknowns_of(request.structure, far) is not None


def solve(request: Request) -> Equilibria:
    """Equilibria of every draw."""
    from offramp.solvers.imperfect.small.draws import solve_small

    return solve_small(request)


def limit(request: Request) -> Equilibria:
    """Limits of every draw."""
    from offramp.solvers.imperfect.small.limits import find_limits

    return find_limits(request)


ENGINE = Engine(
    order=20,
    policy="Trees of up to a hundred unknowns in which somebody does not know the node: every "
    "draw follows its branch; those that are not traced are searched for others less.",
    takes=takes_game,
    solve=solve,
    limit=limit,
)

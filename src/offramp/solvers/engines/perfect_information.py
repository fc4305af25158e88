"""Games in which everybody always knows the node, on the processor.

Method and sources: `branch` and `turning` of `perfect`.
"""

from __future__ import annotations

from offramp.solvers.engine import Engine, Request
from offramp.solvers.equilibria import Equilibria


def takes_game(request: Request) -> bool:
    """Whether everybody always knows the node."""
    return not request.structure.hidden


def solve(request: Request) -> Equilibria:
    """Equilibria of every draw."""
    from offramp.solvers.perfect.draws import solve_perfect

    return solve_perfect(request)


ENGINE = Engine(
    order=40,
    policy="Games in which everybody knows the node: every draw follows its branch; those that are "
    "not traced are searched for others less.",
    takes=takes_game,
    solve=solve,
)

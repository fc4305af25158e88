"""Games in which everybody always knows the node, on the processor.

Method and sources: `ladder` and `continuation` of `perfect`.
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
    policy="Games in which everybody knows the node: draws that are not traced climb a ladder of "
    "precisions, which follows the branch without proving that it did.",
    takes=takes_game,
    solve=solve,
)

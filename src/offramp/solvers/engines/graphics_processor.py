"""Games without hidden nodes, first climbed on a graphics processor where one is asked for.

Method: `jax_sweeps`; sources: as there.

Method and sources: `jax_sweeps`.
"""

from __future__ import annotations

from offramp.solvers.engine import Engine, Request
from offramp.solvers.equilibria import Equilibria


def takes_game(request: Request) -> bool:
    """Whether a device was asked for, is of use, and nothing is known already."""
    if request.options.device == "cpu" or request.structure.weighed:
        return False
    from offramp.solvers.gpu.jax_draws import device_for

    device = device_for(request.structure, request.options.device)
    return device is not None and request.known is None


def solve(request: Request) -> Equilibria:
    """Equilibria of every draw."""
    from offramp.solvers.gpu.jax_draws import solve_on_device

    return solve_on_device(request)


ENGINE = Engine(
    order=10,
    policy="Games in which everybody knows the node, where a device is asked for: draws that are "
    "not traced climb the ladder of precisions on the device, and the processor confirms them.",
    takes=takes_game,
    solve=solve,
)

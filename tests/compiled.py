"""Compiles the kernels once, before several processes of the tests would each compile them."""

from __future__ import annotations

import offramp
from offramp.solvers import limit, solve
from offramp.testing.conformance import offered_games


def main() -> None:
    """Solve a game of every family, and run a scenario of the library; quick once compiled."""
    for _, structure, tables in offered_games(1):
        solve(structure, tables)
        if structure.limit == 1:
            limit(structure, tables)
    offramp.investigate(offramp.read("border-standoff"), draws=2, seed=0)


if __name__ == "__main__":
    main()

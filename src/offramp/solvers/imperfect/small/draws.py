"""Games with information sets: every draw's branch traced, certified, and searched for others.

Equations and sources: `equations`, `continuation` and `certificate`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import share_out, threads_for
from offramp.solvers.engine import Request, Results
from offramp.solvers.equilibria import SEVERAL, Equilibria, not_refuted
from offramp.solvers.imperfect.accuracy import GAIN, is_loose
from offramp.solvers.imperfect.small.branch_tasks import (
    TaskRunner,
    TreeSystem,
    gather_numbers,
    write_system,
)
from offramp.solvers.imperfect.small.certificate import PlayRows
from offramp.solvers.imperfect.small.continuation import REACHED
from offramp.solvers.imperfect.small.tape import facts_of

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def solve_small(request: Request) -> Equilibria:
    """See ``offramp.solvers.solve``; for trees in which somebody does not know the node."""
    results = SmallResults(
        request, write_system(request.structure, facts_of(request.tables), False)
    )
    results.plan_search(request.traced, request.starts, request.seed)
    results.solve()
    return results.equilibria()


class SmallResults(Results):
    """The rows that blocks of draws fill."""

    def __init__(self, request: Request, system: TreeSystem) -> None:
        super().__init__(request, system.layout, "traced")
        draws, tables = self.tables.draws, self.tables
        self.system, self.numbers = system, gather_numbers(system, tables)
        self.valid = np.array([not text for text in self.invalid], bool)
        self.effort, self.seed = np.zeros((draws, 3), np.int64), 0
        self.belief = np.ones((draws, self.structure.nodes))
        self.play = PlayRows(
            self.value,
            self.payoff,
            self.strategy,
            self.belief,
            self.residual,
            self.regret,
            self.anywhere,
        )
        self.why: dict[int, str] = {}
        """Why a draw is not solved."""
        self.forked: dict[int, str] = {}
        """What to say of a fork on the way of a draw."""
        self.tried = np.zeros(draws, np.int64)
        self.scale = np.ones(draws)
        self.branch = np.full(draws, "traced", dtype="<U11")

    def plan_search(self, traced: frozenset[int], starts: int, seed: int) -> None:
        """How hard to look for others, by draw: starts by Newton, by branches, steps beyond.

        Not at all where no starts are asked for.
        """
        options, nodes = self.options, self.structure.nodes
        share = options.newton_nodes / max(options.newton_nodes, nodes)
        newton = max(4, int(options.newton_starts * share))
        self.effort[:, 0], self.seed = starts, seed
        for draw in traced if starts else ():
            self.effort[draw] = newton + starts, newton // 2, 40

    def blocks(self) -> list[Ints]:
        """Draws for one task each."""
        draws, threads = np.flatnonzero(self.valid), threads_for(self.options.workers)
        size = max(1, min(512, 100_000 // self.structure.nodes, -(-len(draws) // threads)))
        return [draws[k : k + size] for k in range(0, len(draws), size)]

    def solve(self) -> None:
        """Solve all draws."""
        threads, invalid = threads_for(self.options.workers), int((~self.valid).sum())
        share_out(
            self.solve_block, self.blocks(), threads, progress=self.request.progress, before=invalid
        )

    def solve_block(self, draws: Ints) -> None:
        """Trace, certify and search the draws of a block."""
        runner = TaskRunner(self.system, self.numbers)
        traced = runner.trace(draws, self.scale[draws], self.effort[draws, 2])
        self.sweeps[draws] = traced.steps
        self.forked |= traced.forked
        runner.certify(draws, self.scale[draws], traced.odds, draws, self.play)
        loose = is_loose(self.play.residual[draws], self.numbers.span[draws])
        good = ~loose & (traced.ended == REACHED)
        for row in np.flatnonzero(~good).tolist():
            self.why[int(draws[row])] = traced.message(row)
            good[row] = self._rescue(runner, int(draws[row]), traced.odds[row])
        if not (traced.beside or self.effort[draws].any()):
            return
        tried, others = runner.search(
            draws[good],
            traced.odds[good],
            self.effort[draws[good]],
            self.seed,
            traced.beside,
            self.bound,
        )
        self.tried[draws[good]] = tried
        for other in others:
            self.others[other.draw].append(other)

    def _rescue(self, runner: TaskRunner, draw: int, odds: Array) -> bool:
        """Look for any solution of a draw whose branch was lost; ``odds`` are replaced by it."""
        found = runner.seek(draw, odds, self.seed)
        if found is None:
            return False
        odds[:] = found
        where = np.array([draw])
        runner.certify(where, self.scale[where], found[None], where, self.play)
        if is_loose(self.play.residual[where], self.numbers.span[where])[0]:
            return False
        self.branch[draw] = "fixed_point"
        del self.why[draw]
        return True

    def equilibria(self) -> Equilibria:
        """Everything together, read-only."""
        over = self.uncertified()
        unsolved = ~self.valid
        unsolved[list(self.why)] = True
        status = np.full(self.tables.draws, "solved", dtype="<U11")
        status[over] = "uncertified"
        status[unsolved] = "failed"
        status[~self.valid] = "invalid"
        self.regret[unsolved] = np.nan
        self.anywhere[unsolved] = np.nan
        self.status, self.message = status, self._messages(status)
        self.uniqueness, self.reached = self._uniqueness(), self.reached_precision()
        return super().equilibria()

    def uncertified(self) -> NDArray[np.bool_]:
        """Which draws have a regret above its bound."""
        return np.asarray((self.play.anywhere > self.bound + GAIN).any(axis=1))

    def reached_precision(self) -> Array:
        """(draw, party) the precision that was reached where the limit was asked for, else nan."""
        return np.full_like(self.tables.precision, np.nan)

    def doubt(self, draw: int) -> str:
        """Why a draw is not certified."""
        return (
            "A party could gain more than logit play can lose; please report this "
            "scenario, and lower the precision meanwhile."
        )

    def detour(self) -> str:
        """What is told of play found from another start."""
        return (
            "The branch from precision 0 could not be followed; this is an equilibrium "
            "found from another start. Lower the precision."
        )

    def _uniqueness(self) -> NDArray[np.str_]:
        """A tag for every draw."""
        counts, where = np.unique(self.tried, return_inverse=True)
        tags = np.array([not_refuted(count) for count in counts])[where]
        tags[[bool(others) for others in self.others]] = SEVERAL
        return tags

    def _messages(self, status: NDArray[np.str_]) -> NDArray[np.str_]:
        """A sentence for every draw that is not quite as it was asked for."""
        odd = (status != "solved") | (self.branch != "traced")
        odd[list(self.forked)] = True
        texts = {
            int(draw): self._message(int(draw), str(status[draw])) for draw in np.flatnonzero(odd)
        }
        messages = np.full(
            self.tables.draws, "", dtype=f"<U{max(map(len, texts.values()), default=1)}"
        )
        for draw, text in texts.items():
            messages[draw] = text
        return messages

    def _message(self, draw: int, status: str) -> str:
        if status == "invalid":
            return self.invalid[draw]
        if status == "failed":
            return f"The principal branch was not traced: {self.why[draw]}. Lower the precision."
        if status == "uncertified":
            return self.doubt(draw)
        return self.forked[draw] if self.branch[draw] == "traced" else self.detour()

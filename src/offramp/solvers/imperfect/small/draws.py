"""Games with information sets: every draw's branch traced, certified, and searched for others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import Progress, share_out, threads_for
from offramp.game.structure import Structure, Tables
from offramp.solvers.equilibria import Equilibria, Options, Other
from offramp.solvers.imperfect.small.branch_tasks import (
    GAIN,
    Rulebook,
    Workshop,
    blank_sheet,
    gather_numbers,
    is_loose,
    write_rulebook,
)
from offramp.solvers.imperfect.small.continuation import REACHED
from offramp.solvers.imperfect.small.tape import facts_of
from offramp.solvers.kernels.certificate import bound_regret
from offramp.solvers.perfect.draws import find_invalid

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def solve_hidden(
    structure: Structure,
    tables: Tables,
    traced: Sequence[int],
    starts: int,
    seed: int,
    progress: Progress | None,
    options: Options,
) -> Equilibria:
    """See ``offramp.solvers.solve``; for structures in which somebody does not know the node."""
    book = write_rulebook(structure, facts_of(tables), False)
    if book is None:
        from offramp.solvers.imperfect.large.draws import solve_large

        return solve_large(structure, tables, traced, starts, seed, progress, options)
    job = HiddenJob(book, tables, options)
    job.plan_search(frozenset(int(draw) for draw in traced), starts, seed)
    job.solve(progress)
    return job.result()


class HiddenJob:
    """The arrays that blocks of draws fill; every draw writes only its own rows."""

    def __init__(self, book: Rulebook, tables: Tables, options: Options) -> None:
        self.book, self.tables, self.options = book, tables, options
        self.structure = structure = book.layout.structure
        self.invalid = find_invalid(book.layout, tables)
        self.valid = np.array([not text for text in self.invalid], bool)
        draws = tables.draws
        self.numbers = gather_numbers(book, tables)
        self.bound = bound_regret(book.layout, tables)
        self.others: dict[int, list[Other]] = {}
        self.effort, self.seed = np.zeros((draws, 3), np.int64), 0
        self.sheet = blank_sheet(structure, draws)
        self.why: dict[int, str] = {}
        """Why a draw is not solved."""
        self.steps, self.tried = np.zeros(draws, np.int64), np.zeros(draws, np.int64)
        self.scale = np.ones(draws)
        self.branch = np.full(draws, "traced", dtype="<U11")

    def plan_search(self, traced: frozenset[int], starts: int, seed: int) -> None:
        """How hard to look for others, by draw: starts by Newton, by branches, steps beyond."""
        options, nodes = self.options, self.structure.nodes
        share = options.newton_nodes / max(options.newton_nodes, nodes)
        newton = max(4, int(options.newton_starts * share))
        self.effort[:, 0], self.seed = starts, seed
        for draw in traced:
            self.effort[draw] = newton + starts, newton // 2, 40

    def blocks(self) -> list[Ints]:
        """Draws for one task each."""
        draws, threads = np.flatnonzero(self.valid), threads_for(self.options.workers)
        size = max(1, min(512, 100_000 // self.structure.nodes, -(-len(draws) // threads)))
        return [draws[k : k + size] for k in range(0, len(draws), size)]

    def solve(self, progress: Progress | None) -> None:
        """Solve all draws."""
        threads, invalid = threads_for(self.options.workers), int((~self.valid).sum())
        share_out(self.solve_block, self.blocks(), threads, progress=progress, before=invalid)

    def solve_block(self, draws: Ints) -> None:
        """Trace, certify and search the draws of a block."""
        shop = Workshop(self.book, self.numbers)
        traced = shop.trace(draws, self.scale[draws], self.effort[draws, 2])
        self.steps[draws] = traced.steps
        shop.certify(draws, self.scale[draws], traced.odds, draws, self.sheet)
        loose = is_loose(self.sheet.residual[draws], self.numbers.span[draws])
        good = ~loose & (traced.ended == REACHED)
        for row in np.flatnonzero(~good).tolist():
            self.why[int(draws[row])] = traced.message(row)
            good[row] = self._rescue(shop, int(draws[row]), traced.odds[row])
        if not (traced.beside or self.effort[draws].any()):
            return
        tried, others = shop.search(
            draws[good], traced.odds[good], self.effort[draws[good]], self.seed, traced.beside,
            self.bound,
        )  # fmt: skip
        self.tried[draws[good]] = tried
        for other in others:
            self.others.setdefault(other.draw, []).append(other)

    def _rescue(self, shop: Workshop, draw: int, odds: Array) -> bool:
        """Look for any solution of a draw whose branch was lost; ``odds`` are replaced by it."""
        found = shop.seek(draw, odds, self.seed)
        if found is None:
            return False
        odds[:] = found
        where = np.array([draw])
        shop.certify(where, self.scale[where], found[None], where, self.sheet)
        if is_loose(self.sheet.residual[where], self.numbers.span[where])[0]:
            return False
        self.branch[draw] = "fixed_point"
        del self.why[draw]
        return True

    def result(self) -> Equilibria:
        """Everything together, read-only."""
        sheet, tables, draws = self.sheet, self.tables, self.tables.draws
        over = self.uncertified()
        unsolved = ~self.valid
        unsolved[list(self.why)] = True
        status = np.full(draws, "solved", dtype="<U11")
        status[over] = "uncertified"
        status[unsolved] = "failed"
        status[~self.valid] = "invalid"
        sheet.regret[unsolved] = np.nan
        sheet.anywhere[unsolved] = np.nan
        return Equilibria(
            value=sheet.value,
            payoff=sheet.payoff if tables.entropy else sheet.value,
            strategy=sheet.strategy,
            residual=sheet.residual,
            regret=sheet.regret,
            regret_anywhere=sheet.anywhere,
            regret_bound=self.bound,
            branch=self.branch,
            uniqueness=self._uniqueness(),
            others=tuple(other for draw in sorted(self.others) for other in self.others[draw]),
            condition=np.full(draws, np.nan),
            sweeps=self.steps,
            status=status,
            message=self._messages(status),
            belief=sheet.belief,
            reached=self.reached(),
        )

    def uncertified(self) -> NDArray[np.bool_]:
        """Which draws have a regret above its bound."""
        return np.asarray((self.sheet.anywhere > self.bound + GAIN).any(axis=1))

    def reached(self) -> Array:
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
        tags = np.array([f"not refuted by {count} starts" for count in counts])[where]
        tags[list(self.others)] = "several found"
        return tags

    def _messages(self, status: NDArray[np.str_]) -> NDArray[np.str_]:
        """A sentence for every draw that is not quite as it was asked for."""
        odd = (status != "solved") | (self.branch != "traced")
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
        return self.detour()

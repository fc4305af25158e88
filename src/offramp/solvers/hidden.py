"""Games with information sets: every draw's branch traced, certified, and searched for others."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers.blocks import Sheet
from offramp.solvers.certificate import bound_regret
from offramp.solvers.driver import check_shapes, find_invalid
from offramp.solvers.equilibria import Equilibria, Options, Other
from offramp.solvers.information import Veil, draw_veil
from offramp.solvers.layout import Layout, arrange
from offramp.solvers.searching import rough_span
from offramp.solvers.workshop import Rulebook, Workshop, blank_sheet, write_rulebook

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Progress = Callable[[int, int], None]
SMALL = 100
"""Most unknowns that are solved by dense elimination; more go to the solver for large games."""
DENSE = 400
"""The same for limits, where it is slower but surer."""
FEW = 80
"""Most unknowns at which every decision is one, which suits high precision."""
STEEPEST = 1e13
"""Precisions are raised until moves differ by so much in units of log-odds."""


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
    check_shapes(structure, tables)
    layout = arrange(structure)
    veil = choose_veil(layout)
    if veil is None:
        from offramp.solvers.large import solve_large

        return solve_large(structure, tables, traced, starts, seed, progress, options)
    job = HiddenJob(layout, veil, tables, options)
    job.plan_search(frozenset(int(draw) for draw in traced), starts, seed)
    job.solve(progress)
    return job.result()


def find_limit(
    structure: Structure,
    tables: Tables,
    regret: float,
    progress: Progress | None,
    options: Options,
) -> Equilibria:
    """See ``offramp.solvers.limit``."""
    check_shapes(structure, tables)
    layout = arrange(structure)
    veil = None if structure.cyclic.any() else draw_veil(layout, lone=structure.hidden)
    if veil is None or veil.unknowns > DENSE:
        from offramp.solvers.large import limit_large

        return limit_large(structure, tables, regret, progress, options)
    job = HiddenJob(layout, veil, tables, options)
    job.target = regret
    job.solve(progress)
    return job.result()


def choose_veil(layout: Layout) -> Veil | None:
    """The unknowns to solve for: all decisions if they are few, else those at shared sets.

    None where a structure has cycles or too many unknowns for dense elimination.
    """
    if layout.structure.cyclic.any():
        return None
    veil = draw_veil(layout, lone=True)
    if veil.unknowns <= FEW:
        return veil
    veil = draw_veil(layout)
    return veil if veil.unknowns <= SMALL else None


class HiddenJob:
    """The arrays that blocks of draws fill; every draw writes only its own rows."""

    def __init__(self, layout: Layout, veil: Veil, tables: Tables, options: Options) -> None:
        self.layout, self.tables, self.options = layout, tables, options
        self.structure = structure = layout.structure
        self.book: Rulebook = write_rulebook(layout, veil, tables)
        self.invalid = find_invalid(layout, tables)
        self.valid = np.array([not text for text in self.invalid], bool)
        draws = tables.draws
        self.others: list[list[Other]] = [[] for _ in range(draws)]
        self.effort, self.seed, self.target = np.zeros((draws, 3), np.int64), 0, 0.0
        self.sheet = blank_sheet(structure, draws)
        self.failed = np.full(draws, "", dtype=object)
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
        draws, workers = np.flatnonzero(self.valid), self.workers()
        size = max(1, min(512, 100_000 // self.structure.nodes, -(-len(draws) // (4 * workers))))
        return [draws[k : k + size] for k in range(0, len(draws), size)]

    def workers(self) -> int:
        """How many threads."""
        return self.options.workers or os.cpu_count() or 1

    def solve(self, progress: Progress | None) -> None:
        """Solve all draws."""
        blocks, done, lock = self.blocks(), int((~self.valid).sum()), Lock()

        def run(block: Ints) -> None:
            nonlocal done
            self.solve_block(block)
            with lock:
                done += len(block)
                if progress is not None:
                    progress(done, self.tables.draws)

        if len(blocks) <= 1 or self.workers() == 1:
            for block in blocks:
                run(block)
            return
        with ThreadPoolExecutor(self.workers()) as pool:
            for _ in pool.map(run, blocks):
                pass

    def solve_block(self, draws: Ints) -> None:
        """Trace, certify and search the draws of a block."""
        shop = Workshop(self.book)
        if self.target:
            self.solve_limit(shop, draws)
            return
        traced = shop.trace(draws, self.scale[draws], self.effort[draws, 2])
        self.steps[draws] = traced.steps
        shop.certify(draws, self.scale[draws], traced.odds, draws, self.sheet)
        scale = np.abs(self.sheet.value[draws]).max(axis=(1, 2), initial=1e-300)
        for row, draw in enumerate(draws):
            unsettled = not self.sheet.residual[draw] <= 1e-8 * scale[row]
            self.failed[draw] = traced.message[row] or (
                "Newton's method did not settle at its end" if unsettled else ""
            )
            if self.failed[draw]:
                self._rescue(shop, int(draw), traced.odds[row])
        good = np.array([not self.failed[draw] for draw in draws], bool)
        tried, others = shop.search(
            draws[good], traced.odds[good], self.effort[draws[good]], self.seed, traced.beside
        )
        self.tried[draws[good]] = tried
        for other in others:
            self.others[other.draw].append(other)

    def _rescue(self, shop: Workshop, draw: int, odds: Array) -> None:
        """Look for any solution of a draw whose branch was lost; ``odds`` are replaced by it."""
        found = shop.seek(draw, odds, self.seed)
        if found is None:
            return
        odds[:] = found
        where = np.array([draw])
        shop.certify(where, self.scale[where], found[None], where, self.sheet)
        self.branch[draw], self.failed[draw] = "fixed_point", ""

    def solve_limit(self, shop: Workshop, draws: Ints) -> None:
        """Follow the branches of draws until no regret exceeds the target.

        Where that fails after going to the side of a fork, once more straight on.
        """
        for straight in (False, True):
            shop.straight = straight
            before = Sheet(*(field[draws] for field in self.sheet)), self.scale[draws]
            self.scale[draws] = 1.0 / np.maximum(1.0, rough_span(self.tables)[draws])
            traced = shop.trace(draws, self.scale[draws], np.zeros(len(draws), np.int64))
            self.steps[draws] += traced.steps
            shop.certify(draws, self.scale[draws], traced.odds, draws, self.sheet)
            for row, draw in enumerate(draws):
                self.failed[draw] = traced.message[row]
            there = np.array([not self.failed[draw] for draw in draws], bool)
            self._climb(shop, draws[there], draws, traced.odds)
            if straight:
                self._keep_better(draws, *before)
            draws = draws[self._open(draws)]
            if not len(draws):
                return

    def _open(self, draws: Ints) -> NDArray[np.bool_]:
        """Which draws have a regret above the target and what rounding hides."""
        scope = np.abs(self.sheet.value[draws]).max(axis=(1, 2), initial=0.0)
        return ~(self.sheet.anywhere[draws].max(axis=1) <= self.target + 1e-14 * scope)

    def _keep_better(self, draws: Ints, sheet: Sheet, scale: Array) -> None:
        """Go back to an earlier sheet where its regret was smaller."""
        worse = ~(self.sheet.anywhere[draws].max(axis=1) <= sheet.anywhere.max(axis=1))
        for now, old in zip(self.sheet, sheet, strict=True):
            now[draws[worse]] = old[worse]
        self.scale[draws[worse]] = scale[worse]

    def _climb(self, shop: Workshop, active: Ints, draws: Ints, odds: Array) -> None:
        """Raise precisions tenfold again and again until no regret exceeds the target."""
        begun, factor = self.scale.copy(), np.full(self.tables.draws, 10.0)
        where = np.zeros(self.tables.draws, np.int64)
        where[draws] = np.arange(len(draws))
        while len(active):
            open_ = self._open(active) & (factor[active] > 1.01)
            active = active[open_ & (self.scale[active] < STEEPEST * begun[active])]
            if not len(active):
                break
            rows = where[active]
            onward = shop.go_on(active, self.scale[active], odds[rows], factor[active])
            self.steps[active] += onward.steps
            there = np.array([not why for why in onward.message], bool)
            arrived = active[there]
            odds[rows[there]] = onward.odds[there]
            self.scale[arrived] *= factor[arrived]
            shop.certify(arrived, self.scale[arrived], onward.odds[there], arrived, self.sheet)
            factor[active[~there]] **= 0.5

    def result(self) -> Equilibria:
        """Everything together, read-only."""
        sheet, tables, draws = self.sheet, self.tables, self.tables.draws
        limited = self.target > 0.0
        reached = tables.precision * self.scale[:, None]
        bound = bound_regret(self.layout, replace(tables, precision=reached))
        scale = np.abs(sheet.payoff).max(axis=(1, 2), initial=0.0)[:, None]
        over = (sheet.anywhere > bound + 1e-9 * scale).any(axis=1)
        unsolved = np.array([bool(why) for why in self.failed], bool) | ~self.valid
        status = np.full(draws, "solved", dtype="<U11")
        status[over] = "uncertified"
        status[unsolved] = "failed"
        status[~self.valid] = "invalid"
        sheet.regret[unsolved] = np.nan
        sheet.anywhere[unsolved] = np.nan
        unique = [
            "several found" if found else f"not refuted by {tried} starts"
            for found, tried in zip(self.others, self.tried, strict=True)
        ]
        return Equilibria(
            value=sheet.value,
            payoff=sheet.payoff if tables.entropy else sheet.value,
            strategy=sheet.strategy,
            residual=sheet.residual,
            regret=sheet.regret,
            regret_anywhere=sheet.anywhere,
            regret_bound=bound,
            branch=self.branch,
            uniqueness=np.array(unique, dtype=str),
            others=tuple(other for found in self.others for other in found),
            condition=np.full(draws, np.nan),
            sweeps=self.steps,
            status=status,
            message=np.array([self._message(d, str(status[d])) for d in range(draws)], dtype=str),
            belief=sheet.belief,
            reached=reached if limited else np.full_like(reached, np.nan),
        )

    def _message(self, draw: int, status: str) -> str:
        if self.branch[draw] == "fixed_point":
            return (
                "The branch from precision 0 could not be followed; this is an equilibrium "
                "found from another start. Lower the precision."
            )
        if status == "invalid":
            return self.invalid[draw]
        if status == "failed":
            return f"The principal branch was not traced: {self.failed[draw]}. Lower the precision."
        regret = float(self.sheet.anywhere[draw].max())
        if self.target and self._open(np.array([draw]))[0]:
            return (
                f"The regret stays at {regret:.2g}: no higher precision than "
                f"{self.scale[draw]:.3g} times the given one was reached."
            )
        if status == "uncertified":
            return (
                "A party could gain more than logit play can lose; please report this "
                "scenario, and lower the precision meanwhile."
            )
        return ""

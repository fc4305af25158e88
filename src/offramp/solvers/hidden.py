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
from offramp.solvers.blocks import (
    FAILED,
    INVALID,
    SOLVED,
    UNCERTIFIED,
    Place,
    Sheet,
    lay_desk,
    solve_draws,
)
from offramp.solvers.branching import REACHED, room_to_walk
from offramp.solvers.certificate import bound_regret
from offramp.solvers.driver import _check_shapes, find_invalid
from offramp.solvers.equilibria import Equilibria, Options, Other
from offramp.solvers.gains import order_replies
from offramp.solvers.information import Veil, draw_veil, find_pattern
from offramp.solvers.layout import Layout, arrange
from offramp.solvers.searching import room_to_hoard
from offramp.solvers.unveiling import (
    Bench,
    Figures,
    evaluate,
    gather_figures,
    lay_out,
    room_for,
)

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]
SMALL = 300
"""Most unknowns that are solved by dense elimination."""
FEW = 80
"""Most unknowns at which every decision is one, which suits high precision."""


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
    _check_shapes(structure, tables)
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
    _check_shapes(structure, tables)
    layout = arrange(structure)
    veil = None if structure.cyclic.any() else draw_veil(layout, lone=structure.hidden)
    if veil is None or veil.unknowns > SMALL:
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
        self.layout, self.veil, self.tables, self.options = layout, veil, tables, options
        self.structure = structure = layout.structure
        self.pattern = find_pattern(veil, tables.entropy)
        self.orders = order_replies(layout, veil)
        rounds = structure.limit or 1
        self.place = Place(
            layout.shape.node, layout.shape.edge, layout.start, float(rounds * layout.shape.steps)
        )
        self.invalid = find_invalid(layout, tables)
        self.others: list[list[Other]] = [[] for _ in range(tables.draws)]
        self.effort, self.seed = np.zeros((tables.draws, 3), np.int64), 0
        self.target = 0.0
        self.sheet = _blank_sheet(structure, tables)
        for draw in np.flatnonzero([bool(text) for text in self.invalid]):
            self.sheet.verdict[draw] = INVALID

    def plan_search(self, traced: frozenset[int], starts: int, seed: int) -> None:
        """How hard to look for other equilibria, by draw."""
        options, nodes = self.options, self.structure.nodes
        share = options.newton_nodes / max(options.newton_nodes, nodes)
        newton = max(4, int(options.newton_starts * share))
        self.effort[:, 0], self.seed = starts, seed
        for draw in traced:
            self.effort[draw] = newton + starts, newton // 2, 40

    def blocks(self) -> list[range]:
        """Ranges of draws for one task each."""
        draws, workers = self.tables.draws, self.workers()
        size = max(1, min(256, 100_000 // self.structure.nodes, -(-draws // (4 * workers))))
        return [range(k, min(k + size, draws)) for k in range(0, draws, size)]

    def workers(self) -> int:
        """How many threads."""
        return self.options.workers or os.cpu_count() or 1

    def solve(self, progress: Progress | None) -> None:
        """Solve all draws."""
        blocks, done, lock = self.blocks(), 0, Lock()

        def run(block: range) -> None:
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

    def solve_block(self, block: range) -> None:
        """Trace and certify the draws of a block."""
        tables, veil = self.tables, self.veil
        terminals, parties = self.structure.terminals, self.structure.parties
        hoard = room_to_hoard(veil, 4 * len(block) + 60)
        figures = room_for(veil, terminals, parties)._replace(entropy=tables.entropy)
        bench = lay_out(veil, self.pattern, terminals, parties)
        solve_draws(
            veil, self.pattern, self.orders, self.place, figures, bench,
            lay_desk(veil, terminals, parties), room_to_walk(veil.unknowns), hoard,
            tables.pay, tables.odds, tables.end_pay, tables.patience, tables.precision,
            block.start, block.stop, 2000, self.effort, self.seed,
            self.target, self.sheet,
        )  # fmt: skip
        for row in range(int(hoard.count[0])):
            draw = int(hoard.draw[row])
            self.others[draw].append(self._unfold(draw, hoard.odds[row], figures, bench))

    def _unfold(self, draw: int, odds: Array, figures: Figures, bench: Bench) -> Other:
        """The values and play that log-odds mean, in the order of the structure."""
        tables, place, nodes = self.tables, self.place, self.structure.nodes
        gather_figures(
            self.veil, figures, tables.pay[draw], tables.odds[draw], tables.end_pay[draw],
            tables.patience[draw], tables.precision[draw],
        )  # fmt: skip
        evaluate(self.veil, self.pattern, figures, bench, odds, odds, 1.0, 0.0)
        value, strategy = np.empty((nodes, self.structure.parties)), np.empty(self.structure.edges)
        value[place.node], strategy[place.edge] = bench.value[:nodes], bench.chance
        value.setflags(write=False)
        strategy.setflags(write=False)
        return Other(draw, value, strategy)

    def result(self) -> Equilibria:
        """Everything together, read-only."""
        sheet, tables = self.sheet, self.tables
        draws, limited = tables.draws, self.target > 0.0
        reached = tables.precision * (sheet.reached if limited else np.ones(draws))[:, None]
        bound = bound_regret(self.layout, replace(tables, precision=reached))
        over = self._judge(bound)
        unique = [
            "several found" if found else f"not refuted by {tried} starts"
            for found, tried in zip(sheet.found, sheet.tried, strict=True)
        ]
        status = np.array(["solved", "failed", "invalid", "uncertified"])[sheet.verdict]
        message = [self._message(draw, over[draw]) for draw in range(draws)]
        return Equilibria(
            value=sheet.value,
            payoff=sheet.payoff if tables.entropy else sheet.value,
            strategy=sheet.strategy,
            residual=sheet.residual,
            regret=sheet.regret,
            regret_anywhere=sheet.anywhere,
            regret_bound=bound,
            branch=np.full(draws, "traced"),
            uniqueness=np.array(unique, dtype=str),
            others=tuple(other for draw in self.others for other in draw),
            condition=np.full(draws, np.nan),
            sweeps=sheet.steps,
            status=status,
            message=np.array(message, dtype=str),
            belief=sheet.belief,
            reached=reached if limited else np.full_like(reached, np.nan),
        )

    def _judge(self, bound: Array) -> NDArray[np.int64]:
        """Mark draws whose regret exceeds what logit play can lose; (draw,) the party or -1."""
        sheet = self.sheet
        scale = np.abs(sheet.payoff).max(axis=(1, 2), initial=0.0)[:, None]
        over = sheet.anywhere > bound + 1e-9 * scale + 1e-12
        solved = sheet.verdict == SOLVED
        party = np.where(over.any(axis=1) & solved, over.argmax(axis=1), -1)
        sheet.verdict[party >= 0] = UNCERTIFIED
        failed = (sheet.verdict == FAILED) | (sheet.verdict == INVALID)
        sheet.regret[failed] = np.nan
        sheet.anywhere[failed] = np.nan
        return party

    def _message(self, draw: int, over: int) -> str:
        sheet = self.sheet
        if sheet.verdict[draw] == INVALID:
            return self.invalid[draw]
        if sheet.verdict[draw] == FAILED:
            reason = {1: "steps became too short", 2: "too many steps", 3: "it led back"}
            why = reason.get(int(sheet.ended[draw]), "Newton's method did not settle")
            return (
                f"Following the branch stopped at {sheet.reached[draw]:.3g} of the precision: "
                f"{why}. Lower the precision."
            )
        if self.target and sheet.anywhere[draw].max() > self.target:
            return (
                f"The regret stays at {sheet.anywhere[draw].max():.2g}: no higher precision than "
                f"{sheet.reached[draw]:.3g} times the given one was reached."
            )
        if over >= 0:
            return (
                f"Party {over} could gain more than logit play can lose; "
                "please report this scenario, and lower the precision meanwhile."
            )
        return ""


def _blank_sheet(structure: Structure, tables: Tables) -> Sheet:
    """Room for the results; what is never filled in says so (nan, every move alike)."""
    draws, nodes, parties = tables.draws, structure.nodes, structure.parties
    count = np.diff(structure.first)
    value = np.full((draws, nodes, parties), np.nan)
    return Sheet(
        value=value,
        payoff=np.full_like(value, np.nan),
        strategy=np.tile(np.repeat(1.0 / count, count), (draws, 1)),
        belief=np.ones((draws, nodes)),
        residual=np.full(draws, np.nan),
        regret=np.full((draws, parties), np.nan),
        anywhere=np.full((draws, parties), np.nan),
        reached=np.zeros(draws),
        steps=np.zeros(draws, np.int64),
        tried=np.zeros(draws, np.int64),
        found=np.zeros(draws, np.int64),
        ended=np.full(draws, REACHED, np.int64),
        verdict=np.full(draws, SOLVED, np.int64),
    )

"""One call for many draws: solve, certify, look for other equilibria, and never stop half-way."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.game.structure import Structure, Tables
from offramp.solvers.backup import Numbers, step_back
from offramp.solvers.certificate import (
    bound_regret,
    check_fixed_point,
    estimate_condition,
    numbers_of,
    pile_up,
    reply_tolerance,
)
from offramp.solvers.equilibria import Equilibria, Options, Other
from offramp.solvers.homotopy import trace_branch
from offramp.solvers.layout import Layout, arrange
from offramp.solvers.starts import restart, rough_box, search_others
from offramp.solvers.sweeps import fill_terminals
from offramp.solvers.throughput import (
    PASSES,
    Found,
    certify,
    given_of,
    room_for,
    sheets_of,
    solve_draws,
)
from offramp.solvers.uniqueness import prove_unique, value_box

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]


def solve_game(
    structure: Structure,
    tables: Tables,
    traced: Sequence[int],
    starts: int,
    seed: int,
    progress: Progress | None,
    options: Options,
    known: Array | None = None,
) -> Equilibria:
    """See ``offramp.solvers.solve``."""
    check_shapes(structure, tables)
    follow = frozenset(int(draw) for draw in traced)
    job = _Job(structure, tables, follow, starts, seed, options, known)
    blocks = job.blocks()
    done, lock = 0, Lock()

    def run(block: range) -> None:
        nonlocal done
        job.solve_block(block)
        with lock:
            done += len(block)
            if progress is not None:
                progress(done, tables.draws)

    workers = options.workers or os.cpu_count() or 1
    if len(blocks) <= 1 or workers == 1:
        for block in blocks:
            run(block)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(run, blocks):
                pass
    return job.result()


def check_shapes(structure: Structure, tables: Tables) -> None:
    """Tables that do not fit the structure are a mistake in the caller, not in a draw."""
    draws, parties = tables.draws, structure.parties
    odds = int(structure.odds_class.max(initial=-1)) + 1
    expected = {
        "pay": (draws, int(structure.pay_class.max()) + 1, parties),
        "odds": (draws, odds),
        "end_pay": (draws, structure.terminals, parties),
        "patience": (draws, parties),
        "precision": (draws, parties),
    }
    for name, shape in expected.items():
        found = getattr(tables, name).shape
        fits = len(found) == len(shape) and found[0] == shape[0] and found[2:] == shape[2:]
        exact = name in ("end_pay", "patience", "precision")
        if not fits or found[1] < shape[1] or (exact and found != shape):
            raise GameError(
                f"the table '{name}' has shape {found}", expected=f"a shape of {shape} or more rows"
            )


class _Job:
    """The arrays that the blocks of draws fill; every draw writes only its own rows."""

    def __init__(
        self, structure: Structure, tables: Tables, traced: frozenset[int],
        starts: int, seed: int, options: Options, known: Array | None,
    ) -> None:  # fmt: skip
        self.structure, self.tables, self.traced = structure, tables, traced
        self.known = np.zeros((0, 0, 0)) if known is None else np.ascontiguousarray(known)
        self.starts, self.seed, self.options = starts, seed, options
        self.layout: Layout = arrange(structure)
        draws, parties = tables.draws, structure.parties
        self.given, self.sheets = given_of(structure), sheets_of(tables)
        self.found: Found = room_for(structure, tables, self.layout.shape.lanes)
        self.value, self.payoff = self.found.value, self.found.payoff
        self.strategy = self.found.strategy
        self.residual = np.full(draws, np.nan)
        self.regret = np.full((draws, parties), np.nan)
        self.anywhere = np.full((draws, parties), np.nan)
        self.bound = bound_regret(self.layout, tables)
        self.piled = pile_up(self.layout, tables.patience)
        self.condition = np.full(draws, np.nan)
        self.sweeps = self.found.sweeps
        self.branch = ["traced" if self.layout.acyclic else "continued"] * draws
        self.uniqueness = ["not refuted by 0 starts"] * draws
        self.status = ["solved"] * draws
        self.message = [""] * draws
        self.others: list[list[Other]] = [[] for _ in range(draws)]
        self.invalid = find_invalid(self.layout, tables)
        count = np.diff(structure.first)
        self.evenly = np.repeat(1.0 / count, count)

    def blocks(self) -> list[range]:
        """Ranges of draws for one task each: short enough to share out and report on."""
        draws, workers = self.tables.draws, self.options.workers or os.cpu_count() or 1
        size = max(1, min(64, 40_000 // self.structure.nodes, -(-draws // (2 * workers))))
        return [range(k, min(k + size, draws)) for k in range(0, draws, size)]

    def solve_block(self, block: range) -> None:
        """Solve and certify the draws of a block."""
        sound = [draw for draw in block if not self.invalid[draw]]
        for draw in sorted(set(block) - set(sound)):
            self.fail(draw, "invalid", self.invalid[draw])
            self.value[draw] = self.payoff[draw] = np.nan
            self.strategy[draw] = self.evenly
        follow = [draw for draw in sound if self.may_trace(draw) and self.traces(draw)]
        climbing = np.array(sorted(set(sound) - set(follow)), np.int64)
        solve_draws(
            self.layout.shape, self.given, self.sheets, climbing, self.known,
            self.options.tolerance, reply_tolerance(self.layout), self.options.sweeps, self.found,
        )  # fmt: skip
        for draw in climbing.tolist():
            used, self.sweeps[draw] = self.sweeps[draw], abs(self.sweeps[draw])
            if used >= 0:
                self.finish(draw)
            else:
                self.rescued(draw)

    def opened(self, draw: int) -> tuple[Numbers, Array]:
        """The numbers of a draw, and flat values with its terminals filled in."""
        shape, tables = self.layout.shape, self.tables
        numbers = numbers_of(self.layout, tables, draw)
        values = np.zeros((self.structure.nodes + self.structure.terminals) * shape.lanes)
        fill_terminals(shape, tables.end_pay[draw], values)
        return numbers, values

    def settled(self, draw: int) -> Array:
        """The flat values of a solved draw."""
        _, values = self.opened(draw)
        shape = self.layout.shape
        table = values.reshape(-1, shape.lanes)[: self.structure.nodes, : self.structure.parties]
        table[:] = self.value[draw, shape.node]
        return values

    def traces(self, draw: int) -> bool:
        """Solve a draw along its branch; no if the branch could not be followed."""
        numbers, values = self.opened(draw)
        scale = self.found.scale[draw]
        if not self.trace(draw, numbers, values, scale):
            return False
        self.close(draw, numbers, values)
        return True

    def rescued(self, draw: int) -> None:
        """A draw for which the ladder failed."""
        numbers, values = self.opened(draw)
        if self.rescue(draw, numbers, values, self.found.scale[draw]):
            self.close(draw, numbers, values)

    def close(self, draw: int, numbers: Numbers, values: Array) -> None:
        """Certify a draw that was solved on its own."""
        shape = self.layout.shape
        certify(
            shape, self.given, self.sheets, numbers, draw, reply_tolerance(self.layout), values,
            self.found,
        )  # fmt: skip
        self.found.proved[draw] = prove_unique(
            shape, numbers, values, self.found.scale[draw], PASSES
        )
        self.finish(draw)

    def may_trace(self, draw: int) -> bool:
        """Whether the branch of a draw is asked for and the game small enough."""
        small = self.structure.nodes <= self.options.trace_nodes
        return draw in self.traced and small and not self.layout.acyclic

    def trace(self, draw: int, numbers: Numbers, values: Array, scale: Array) -> bool:
        """Follow the principal branch; on failure leave a message and say no."""
        trace = trace_branch(self.layout, numbers, values)
        self.sweeps[draw] = trace.steps
        if trace.message:
            self.message[draw] = f"The principal branch was not traced: {trace.message}."
            return False
        self.branch[draw] = "traced"
        values[:], scale[:] = trace.values, trace.scale
        return True

    def rescue(self, draw: int, numbers: Numbers, values: Array, scale: Array) -> bool:
        """After the ladder failed: trace the branch, then try from random starts."""
        shape = self.layout.shape
        small = self.structure.nodes <= self.options.rescue_nodes
        if small and draw not in self.traced and self.trace(draw, numbers, values, scale):
            return True
        scale[:] = self.rough_scale(draw)
        floor, ceiling = np.zeros(shape.lanes), np.zeros(shape.lanes)
        value_box(shape, numbers, values, 60, floor, ceiling)
        nowhere = np.full_like(values, np.inf)
        few = self.structure.nodes > self.options.start_nodes
        for start in range(1 if few else 8):
            ended = restart(
                self.layout, numbers, values, nowhere, (floor, ceiling), scale,
                self.seed, start, self.options.tolerance, self.options.sweeps,
            )  # fmt: skip
            if ended:
                self.branch[draw] = "fixed_point"
                self.message[draw] = (
                    "The branch from precision 0 could not be followed; this is a fixed point "
                    "found from a random start. Lower the precision, or trace the draw."
                )
                return True
        self.keep(draw, values)
        self.residual[draw] = self.check(draw, self.value[draw], self.strategy[draw]).max()
        self.payoff[draw] = self.value[draw]
        self.fail(
            draw,
            "failed",
            f"No fixed point was reached within {self.options.sweeps} sweeps at any rung. "
            "Lower the precision or the patience, or trace the draw.",
        )
        return False

    def rough_scale(self, draw: int) -> Array:
        """Scale of values per lane from the pays alone."""
        tables, scale = self.tables, np.ones(self.layout.shape.lanes)
        top = np.abs(tables.pay[draw]).max(axis=0, initial=0.0)
        top = np.maximum(top, np.abs(tables.end_pay[draw]).max(axis=0, initial=0.0))
        scale[: self.structure.parties] = np.where(top > 0.0, top, 1.0)
        return scale

    def fail(self, draw: int, status: str, message: str) -> None:
        """A draw without a solution: nothing about it is certified."""
        self.status[draw], self.message[draw] = status, message
        self.uniqueness[draw] = "not refuted by 0 starts"

    def keep(self, draw: int, values: Array) -> None:
        """Store flat values in the order of the structure."""
        shape = self.layout.shape
        table = values.reshape(-1, shape.lanes)[: self.structure.nodes, : self.structure.parties]
        self.value[draw, shape.node] = table

    def finish(self, draw: int) -> None:
        """Weigh what was certified of a solved draw, and look for other equilibria."""
        self.weigh(draw)
        self.look_around(draw)
        small = self.value[draw].size <= self.options.condition_unknowns
        if draw in self.traced and small and self.branch[draw] == "traced":
            value = self.value[draw]
            self.condition[draw] = estimate_condition(self.structure, self.tables, draw, value)

    def weigh(self, draw: int) -> None:
        """Residual and regrets of one draw, with the bounds on their errors added."""
        tables, parties, found = self.tables, self.structure.parties, self.found
        residual, scale = found.residual[draw], found.scale[draw]
        self.residual[draw] = residual.max()
        rounding = 8.0 * np.finfo(float).eps * scale[:parties]
        error = 0.0 if tables.entropy else residual
        error = (error + rounding) * self.piled[draw] + found.slack[draw]
        self.regret[draw] = found.gain[draw] + error
        self.anywhere[draw] = found.anywhere[draw] + error
        over = self.anywhere[draw] > self.bound[draw] + 1e-9 * scale[:parties] + 4.0 * error
        if over.any():
            self.status[draw] = "uncertified"
            self.message[draw] = (
                f"Party {int(np.flatnonzero(over)[0])} could gain more than logit play can lose; "
                "please report this scenario, and lower the precision meanwhile."
            )

    def check(self, draw: int, value: Array, strategy: Array) -> Array:
        """Residual per party of any values, filling in the strategy they mean."""
        structure, tables = self.structure, self.tables
        residual = np.zeros(structure.parties)
        check_fixed_point(
            structure.mover, structure.first, structure.target, structure.turns,
            structure.pay_class, structure.odds_class, tables.pay[draw], tables.odds[draw],
            tables.end_pay[draw], tables.patience[draw], tables.precision[draw],
            tables.entropy, value, strategy, residual,
        )  # fmt: skip
        return residual

    def look_around(self, draw: int) -> None:
        """Search for other equilibria, unless the one found is certainly the only one."""
        if self.layout.acyclic or self.found.proved[draw]:
            self.uniqueness[draw] = "proved"
            return
        shape, options = self.layout.shape, self.options
        traced = draw in self.traced and self.branch[draw] == "traced"
        if self.structure.nodes > options.start_nodes or not (traced or self.starts):
            return
        numbers, values = numbers_of(self.layout, self.tables, draw), self.settled(draw)
        scale, box = self.found.scale[draw], rough_box(self.layout, values)
        tried, found = 0, []
        if traced:
            value_box(shape, numbers, values, 60, *box)
            share = options.newton_nodes / max(options.newton_nodes, self.structure.nodes)
            newton = max(4, int(options.newton_starts * share))
            tried, found = search_others(
                self.layout, numbers, values, scale, box, newton, self.seed
            )
        for start in range(self.starts):
            other = values.copy()
            ended = restart(
                self.layout, numbers, other, values, box, scale,
                self.seed, start + 1000, options.tolerance, 100,
            )  # fmt: skip
            tried += int(ended > 0)
            if ended == 2 and all(np.abs(other - old).max() > 1e-6 for old in found):
                found.append(other)
        self.note_others(draw, numbers, found, tried)

    def note_others(self, draw: int, numbers: Numbers, found: list[Array], tried: int) -> None:
        """Keep other equilibria in the order of the structure, and the tag."""
        shape, parties = self.layout.shape, self.structure.parties
        scratch = np.zeros(2 * shape.widest + shape.lanes)
        self.uniqueness[draw] = "several found" if found else f"not refuted by {tried} starts"
        for flat in found:
            step_back(shape, numbers, flat, 0, self.structure.nodes, scratch)
            value, strategy = np.zeros_like(self.value[draw]), np.zeros(self.structure.edges)
            value[shape.node] = flat.reshape(-1, shape.lanes)[: len(shape.node), :parties]
            self.check(draw, value, strategy)
            value.setflags(write=False)
            strategy.setflags(write=False)
            self.others[draw].append(Other(draw, value, strategy))

    def result(self) -> Equilibria:
        """Everything together, read-only."""
        return Equilibria(
            value=self.value,
            payoff=self.payoff,
            strategy=self.strategy,
            residual=self.residual,
            regret=self.regret,
            regret_anywhere=self.anywhere,
            regret_bound=self.bound,
            branch=np.array(self.branch, dtype=str),
            uniqueness=np.array(self.uniqueness, dtype=str),
            others=tuple(other for draw in self.others for other in draw),
            condition=self.condition,
            sweeps=self.sweeps,
            status=np.array(self.status, dtype=str),
            message=np.array(self.message, dtype=str),
        )


def find_invalid(layout: Layout, tables: Tables) -> list[str]:
    """Per draw, a sentence where its numbers describe no game, else the empty string."""
    cyclic = not layout.acyclic
    with np.errstate(invalid="ignore"):
        finite = np.ones(tables.draws, bool)
        for table in (tables.pay, tables.odds, tables.end_pay):
            finite &= np.isfinite(table).all(axis=tuple(range(1, table.ndim)))
        patient = ((tables.patience > 0) & (tables.patience <= 1)).all(axis=1)
        endless = (tables.patience >= 1).any(axis=1) & cyclic
        sharp = ((tables.precision > 0) & np.isfinite(tables.precision)).all(axis=1)
    sentences = [
        (~finite, "A pay or an odds is not a finite number. Mend the expression that gives it."),
        (~patient, "A patience is outside (0, 1]. Mend the parameter or its range."),
        (endless, "A patience of 1 has no finite value in a crisis without a limit of rounds. "
                  "Lower the patience or give a limit."),
        (~sharp, "A precision is not a positive number. Mend the parameter or its range."),
    ]  # fmt: skip
    return [
        next((text for wrong, text in sentences if wrong[draw]), "") for draw in range(tables.draws)
    ]

"""One call for many draws: solve, certify, look for other equilibria, and never stop half-way.

Equations and sources: `backup`, `ladder`, `continuation` and `certificate`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import runs_of, share_out, threads_for
from offramp.game.structure import Tables
from offramp.solvers.engine import Request, Results
from offramp.solvers.equilibria import Equilibria, Other
from offramp.solvers.kernels.abreast import WIDTH
from offramp.solvers.kernels.backup import Numbers
from offramp.solvers.kernels.certificate import (
    estimate_condition,
    given_of,
    numbers_of,
    pile_up,
    play_under,
    reply_tolerance,
)
from offramp.solvers.kernels.contraction import value_box
from offramp.solvers.kernels.layout import arrange
from offramp.solvers.perfect.anderson import fill_terminals
from offramp.solvers.perfect.compiled_loop import ELSEWHERE, SAME, solve_draws
from offramp.solvers.perfect.continuation import trace_branch
from offramp.solvers.perfect.random_starts import random_places, restart, rough_box, search_others
from offramp.solvers.perfect.records import (
    Settings,
    Solutions,
    TableArrays,
    arrays_of,
    like_for,
    settings_of,
    solutions_in,
)
from offramp.solvers.perfect.sharpening import RIGHT, Sharpened, sharpen, stakes_on_the_way

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
BLURRED = (
    "Payoffs could not be told to a hundred-millionth of what is at stake: patience is too near "
    "1, or a pay too large beside the others. Lower the patience, or the pay."
)


def solve_perfect(request: Request) -> Equilibria:
    """See ``offramp.solvers.solve``; for games in which everybody always knows the node."""
    results = PerfectResults(request)
    threads = threads_for(request.options.workers)
    share_out(results.solve_block, results.blocks(), threads, progress=request.progress)
    return results.equilibria()


class PerfectResults(Results):
    """Solves blocks of draws into the rows."""

    def __init__(self, request: Request) -> None:
        layout = arrange(request.structure)
        super().__init__(request, layout, "traced" if layout.acyclic else "continued")
        structure, tables, options, shape = self.structure, self.tables, self.options, layout.shape
        self.known = np.zeros((0, 0, 0))
        if request.known is not None:
            self.known = np.ascontiguousarray(request.known)
        self.like, self.given, self.arrays = like_for(shape), given_of(structure), arrays_of(tables)
        self.settings = settings_of(options, reply_tolerance(structure.nodes))
        small = structure.nodes <= options.start_nodes and options.certified
        self.starts = request.starts if small and not layout.acyclic else 0
        self.places = np.zeros((self.starts, len(shape.heads) * shape.lanes))
        for start in range(self.starts):
            self.places[start] = random_places(shape, request.seed, start + 1000).ravel()
        self.found: Solutions = solutions_in(
            self.value, self.payoff, self.strategy, shape, self.starts
        )
        self.sweeps = self.found.sweeps
        self.piled = pile_up(layout, tables.patience)
        self.elsewhere: list[list[Array]] = [[] for _ in range(tables.draws)]

    def blocks(self) -> list[range]:
        """Ranges of draws for one task each: whole batches, few enough to share and report on."""
        draws, threads = self.tables.draws, threads_for(self.options.workers)
        abreast = WIDTH if self.like.ndim == 2 else 1
        size = min(256, 400_000 // self.structure.nodes, -(-draws // (2 * threads)))
        size = abreast * max(1, -(-size // abreast))
        return runs_of(draws, size)

    def solve_block(self, block: range) -> None:
        """Solve and certify the draws of a block."""
        sound = [draw for draw in block if not self.invalid[draw]]
        follow = [draw for draw in sound if self.may_trace(draw) and self.traces(draw)]
        climbing = np.array(sorted(set(sound) - set(follow)), np.int64)
        if len(climbing):
            self.sweep(climbing, self.known, self.settings)
        fine = self.sweeps[climbing] > 0
        self.sweeps[climbing] = np.abs(self.sweeps[climbing])
        rescued = [draw for draw in climbing[~fine].tolist() if self.rescued(draw)]
        closing = np.array(follow + rescued, np.int64)
        if len(closing):
            steps = self.sweeps[closing]
            self.sweep(closing, self.value.copy(), self.settings._replace(confirming=0))
            self.sweeps[closing] = steps
        solved = np.concatenate([climbing[fine], closing])
        self.sharpen(solved)
        self.certify(solved)
        for draw in solved.tolist():
            self.search_draw(draw)

    def sweep(self, draws: NDArray[np.int64], known: Array, settings: Settings) -> None:
        """Solve and certify draws in compiled code; where random starts led elsewhere is kept."""
        pairs, others = solve_draws(
            self.like,
            self.layout.shape,
            self.given,
            self.arrays,
            draws,
            known,
            self.places,
            settings,
            self.found,
        )
        for (draw, start), other in zip(pairs.tolist(), others, strict=True):
            if self.found.ended[draw, start] == ELSEWHERE:
                self.elsewhere[draw].append(other.copy())

    def opened(self, draw: int) -> tuple[Numbers, Array]:
        """The numbers of a draw, and flat values with its terminals filled in."""
        shape, tables = self.layout.shape, self.tables
        numbers = numbers_of(self.layout, tables, draw)
        values = np.zeros((self.structure.nodes + self.structure.terminals) * shape.lanes)
        fill_terminals(shape, tables.end_pay[draw], values)
        return numbers, values

    def alone(self, draw: int) -> Tables:
        """The tables of one draw."""
        rows = {
            name: getattr(self.tables, name)[draw : draw + 1] for name in TableArrays._fields[:-1]
        }
        return replace(self.tables, **rows)

    def solved_values(self, draw: int) -> Array:
        """The flat values of a solved draw."""
        _, values = self.opened(draw)
        shape = self.layout.shape
        table = values.reshape(-1, shape.lanes)[: self.structure.nodes, : self.structure.parties]
        table[:] = self.value[draw, shape.node]
        return values

    def traces(self, draw: int) -> bool:
        """Solve a draw along its branch; no if the branch could not be followed."""
        numbers, values = self.opened(draw)
        if not self.trace(draw, numbers, values):
            return False
        self.keep(draw, values)
        return True

    def rescued(self, draw: int) -> bool:
        """Solve a draw for which the ladder failed in another way; no if nothing helps."""
        numbers, values = self.opened(draw)
        if not self.rescue(draw, numbers, values, self.found.scale[draw]):
            return False
        self.keep(draw, values)
        return True

    def may_trace(self, draw: int) -> bool:
        """Whether the branch of a draw is asked for and the game small enough."""
        small = self.structure.nodes <= self.options.trace_nodes
        return draw in self.request.traced and small and not self.layout.acyclic

    def trace(self, draw: int, numbers: Numbers, values: Array) -> bool:
        """Follow the principal branch; on failure leave a message and say no."""
        trace = trace_branch(self.layout, numbers, values)
        self.sweeps[draw] = trace.steps
        if trace.message:
            self.message[draw] = f"The principal branch was not traced: {trace.message}."
            return False
        self.branch[draw] = "traced"
        values[:] = trace.values
        return True

    def rescue(self, draw: int, numbers: Numbers, values: Array, scale: Array) -> bool:
        """After the ladder failed: trace the branch, then try from random starts."""
        shape = self.layout.shape
        small = self.structure.nodes <= self.options.rescue_nodes
        if small and self.branch[draw] != "traced" and self.trace(draw, numbers, values):
            self.message[draw] = ""
            return True
        fill_terminals(shape, self.tables.end_pay[draw], values)
        scale[: self.structure.parties] = self.rough_scale(draw)[: self.structure.parties]
        floor, ceiling = np.zeros(shape.lanes), np.zeros(shape.lanes)
        value_box(shape, numbers, values, 60, floor, ceiling)
        nowhere = np.full_like(values, np.inf)
        few = self.structure.nodes > self.options.start_nodes
        for start in range(1 if few else 8):
            ended = restart(
                self.layout,
                self.alone(draw),
                values,
                nowhere,
                (floor, ceiling),
                scale,
                self.request.seed,
                start,
                self.options.tolerance,
                self.options.sweeps,
            )
            if ended:
                self.branch[draw] = "fixed_point"
                self.message[draw] = (
                    "The branch from precision 0 could not be followed; this is a fixed point "
                    "found from a random start. Lower the precision, or trace the draw."
                )
                return True
        self.give_up(draw, values)
        return False

    def give_up(self, draw: int, values: Array) -> None:
        """Keep where the sweeps of a draw ended, told as failed."""
        self.keep(draw, values)
        play, residual = play_under(self.structure, self.tables, draw, self.value[draw])
        self.strategy[draw], self.residual[draw] = play, residual.max()
        self.payoff[draw] = self.value[draw]
        self.fail(
            draw,
            "failed",
            f"No fixed point was reached within {self.options.sweeps} sweeps at any rung. "
            "Lower the precision or the patience, or trace the draw.",
        )

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

    def sharpen(self, draws: NDArray[np.int64]) -> None:
        """See to it that payoffs of solved draws are right, or say that they are not."""
        small = self.structure.nodes * self.structure.parties <= self.options.sharpen_unknowns
        better: dict[int, Sharpened] = {}
        for draw in self.blurred(draws):
            if small:
                better[draw] = sharpen(self.structure, self.tables, draw, self.value[draw])
            if not small or (better[draw].error > RIGHT).any():
                better.pop(draw, None)
                self.status[draw] = "uncertified"
                self.message[draw] = BLURRED
        if not better:
            return
        for draw, one in better.items():
            self.value[draw] = one.value
        again, steps = np.array(list(better)), self.sweeps[list(better)]
        self.sweep(again, self.value.copy(), self.settings._replace(confirming=0))
        self.sweeps[again] = steps
        for draw, one in better.items():
            self.value[draw], self.strategy[draw] = one.value, one.strategy
            self.payoff[draw], self.found.residual[draw] = one.payoff, one.residual

    def blurred(self, draws: NDArray[np.int64]) -> list[int]:
        """Draws whose residual, and what rounding hides of it, may add up to wrong payoffs."""
        if self.layout.acyclic or not len(draws):
            return []
        hidden = 4.0 * np.finfo(float).eps * np.abs(self.value[draws, self.structure.start])
        missed = self.found.residual[draws] + hidden
        missed *= self.piled[draws] / self.layout.shape.steps
        wrong = self.too_wrong(draws, missed, self.value)
        if self.tables.entropy:
            wrong |= self.too_wrong(draws, self.found.slack[draws], self.payoff)
        return draws[wrong].tolist()

    def too_wrong(self, draws: NDArray[np.int64], error: Array, values: Array) -> Bools:
        """Which draws' errors (draw, party) exceed the share of what is at stake that is right.

        The largest value at the start is enough for nearly all; only others are looked at closely.
        """
        here = np.abs(values[draws, self.structure.start])
        wrong = np.asarray((error > RIGHT * here).any(axis=1))
        for row in np.flatnonzero(wrong):
            one = int(draws[row])
            stakes = stakes_on_the_way(
                self.structure, self.tables, one, values[one], self.strategy[one]
            )
            wrong[row] = (error[row] > RIGHT * stakes).any()
        return wrong

    def certify(self, draws: NDArray[np.int64]) -> None:
        """Residual and regrets of solved draws, with the bounds on their errors added.

        What best replies may be too high by counts for no more than settled ones leave.
        """
        found, parties = self.found, self.structure.parties
        residual, scale = found.residual[draws], found.scale[draws, :parties]
        self.residual[draws] = residual.max(axis=1, initial=0.0)
        rounding = 8.0 * np.finfo(float).eps * scale
        error = 0.0 if self.tables.entropy else residual
        error = (error + rounding) * self.piled[draws] + found.slack[draws]
        self.regret[draws] = found.gain[draws] + error
        self.anywhere[draws] = found.anywhere[draws] + error
        most = 4.0 * np.count_nonzero(self.layout.shape.cyclic)
        most = most * (self.settings.reply_tolerance * scale + rounding * self.piled[draws])
        loose = np.minimum(found.loose[draws], most) + 1e-9 * scale + 4.0 * error
        over = self.anywhere[draws] > self.bound[draws] + loose
        for row in np.flatnonzero(over.any(axis=1)).tolist():
            self.status[draws[row]] = "uncertified"
            self.message[draws[row]] = (
                f"Party {int(np.flatnonzero(over[row])[0])} could gain more than logit play can "
                "lose; please report this scenario, and lower the precision meanwhile."
            )

    def search_draw(self, draw: int) -> None:
        """Other equilibria, unless the one found is certainly the only one; the condition."""
        if self.layout.acyclic or self.found.proved[draw]:
            self.uniqueness[draw] = "proved"
        elif self.settings.certified:
            found, tried = self.elsewhere[draw], int(np.count_nonzero(self.found.ended[draw]))
            if self.follows(draw) and self.structure.nodes <= self.options.start_nodes:
                ended, more = self.search(draw)
                found, tried = [*more, *found], tried + ended
            self.note_others(draw, found, tried)
        small = self.value[draw].size <= self.options.condition_unknowns and self.settings.certified
        if self.follows(draw) and small:
            value = self.value[draw]
            self.condition[draw] = estimate_condition(self.structure, self.tables, draw, value)

    def follows(self, draw: int) -> bool:
        """Whether a draw was solved along its branch, as was asked for."""
        return draw in self.request.traced and self.branch[draw] == "traced"

    def search(self, draw: int) -> tuple[int, list[Array]]:
        """Newton's method from random starts: how many ended, and other equilibria."""
        layout, nodes, options = self.layout, self.structure.nodes, self.options
        numbers, values = numbers_of(layout, self.tables, draw), self.solved_values(draw)
        box = rough_box(layout, values)
        value_box(layout.shape, numbers, values, 60, *box)
        share = options.newton_nodes / max(options.newton_nodes, nodes)
        starts, scale = max(4, int(options.newton_starts * share)), self.found.scale[draw]
        tried, found = search_others(layout, numbers, values, scale, box, starts, self.request.seed)
        tables = [np.empty_like(self.value[draw]) for _ in found]
        for table, flat in zip(tables, found, strict=True):
            inner = flat.reshape(-1, layout.shape.lanes)[:nodes, : self.structure.parties]
            table[layout.shape.node] = inner
        return tried, tables

    def note_others(self, draw: int, found: list[Array], tried: int) -> None:
        """Keep other equilibria (node, party), each once, and the tag."""
        kept: list[Array] = []
        scale = self.found.scale[draw, : self.structure.parties]
        for value in found:
            if all((np.abs(value - old) / scale).max() > SAME for old in kept):
                kept.append(value)
                strategy, _ = play_under(self.structure, self.tables, draw, value)
                value.setflags(write=False)
                strategy.setflags(write=False)
                self.others[draw].append(Other(draw, value, strategy))
        self.uniqueness[draw] = "several found" if kept else f"not refuted by {tried} starts"

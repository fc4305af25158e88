"""One call for many draws: solve, certify, look for other equilibria, and never stop half-way.

Equations and sources: `backup`, `branch`, `turning` and `certificate`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import runs_of, share_out, threads_for
from offramp.solvers.engine import Request, Results
from offramp.solvers.equilibria import PROVED, SEVERAL, Equilibria, Other, not_refuted
from offramp.solvers.kernels.abreast import WIDTH
from offramp.solvers.kernels.certificate import (
    estimate_condition,
    given_of,
    pile_up,
    play_under,
    reply_tolerance,
)
from offramp.solvers.kernels.layout import arrange
from offramp.solvers.perfect.compiled_loop import (
    CLOSE,
    LAST,
    finish_draws,
    follow_branches,
    search_draws,
)
from offramp.solvers.perfect.condensed import rows_of
from offramp.solvers.perfect.random_starts import random_places
from offramp.solvers.perfect.records import (
    Settings,
    Solutions,
    arrays_of,
    like_for,
    settings_of,
    solutions_in,
)
from offramp.solvers.perfect.searching import SAME
from offramp.solvers.perfect.sharpening import RIGHT, Sharpened, sharpen, stakes_on_the_way
from offramp.solvers.perfect.turning import ARRIVED, PAST, STUCK, follow_around

Array = NDArray[np.float64]
CAUTION = ((1.0, 1), (2.0, 2), (4.0, 4))
"""How careful steps around turning points are, and how many times as many of them may be taken as
on other ways: more so where less has led nowhere, over a fork, or around"""
WINDING = 4
"""more turns than these: the more of them, the nearer other branches come."""
BEYOND, FARTHER = 0.01, 8.0
"""That far past a turn, in log(1 + s t) as in `branch`, steps of the precision are tried again, and
so many times as far where they are refused."""
TURNS = 12
"""Times that a branch may be left and taken up again before it is followed around as a whole."""
RESCUES = 8
"""Random starts where a branch could not be followed."""
FORKED = "The branch forks on its way; it was followed straight on."
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
        wanted = self.starts_wanted() if small and not layout.acyclic else np.zeros(0, np.int64)
        self.places = random_places(shape, request.seed, max(RESCUES, wanted.max(initial=0)))
        self.found: Solutions = solutions_in(
            self.value, self.payoff, self.strategy, shape.lanes, len(self.places)
        )
        self.found.wanted[: len(wanted)] = wanted
        self.sweeps = self.found.sweeps
        self.piled = pile_up(layout, tables.patience)
        self.elsewhere: list[list[Array]] = [[] for _ in range(tables.draws)]

    def starts_wanted(self) -> NDArray[np.int64]:
        """(draw,) random starts: more of them for draws to be traced, in small games.

        None where none are asked for.
        """
        options, nodes, draws = self.options, self.structure.nodes, self.tables.draws
        wanted = np.full(draws, self.request.starts, np.int64)
        if self.request.starts == 0:
            return wanted
        share = options.newton_nodes / max(options.newton_nodes, nodes)
        asked = [draw for draw in self.request.traced if 0 <= draw < draws]
        wanted[asked] = max(4, int(options.newton_starts * share), self.request.starts)
        return wanted

    def blocks(self) -> list[range]:
        """Ranges of draws for one task each: whole batches, few enough to share and report on."""
        draws, threads = self.tables.draws, threads_for(self.options.workers)
        abreast = WIDTH if self.like.ndim == 2 else 1
        most, parts = (256, 2 * threads) if threads > 1 else (1024, 1)
        size = min(most, 1600 * most // self.structure.nodes, -(-draws // parts))
        size = abreast * max(1, -(-size // abreast))
        return runs_of(draws, size)

    def solve_block(self, block: range) -> None:
        """Solve and certify the draws of a block."""
        sound = np.array([draw for draw in block if not self.invalid[draw]], np.int64)
        asked = np.isin(sound, list(self.request.traced)) | (len(self.known) == 0)
        for draws, known in ((sound[asked], self.known[:0]), (sound[~asked], self.known)):
            if len(draws):
                self.sweep(draws, known, self.settings)
        fine = self.sweeps[sound] > 0
        self.sweeps[sound] = np.abs(self.sweeps[sound])
        for draw in sound[fine & self.found.followed[sound]].tolist():
            self.branch[draw] = "traced"
        closing = np.array([one for one in sound[~fine].tolist() if self.rescued(one)], np.int64)
        if len(closing):
            steps = self.sweeps[closing]
            self.sweep(closing, self.value.copy(), self.settings._replace(confirming=0))
            self.sweeps[closing] = steps
        solved = np.concatenate([sound[fine], closing])
        self.sharpen(solved)
        self.certify(solved)
        self.certify_others(solved)
        for draw in solved.tolist():
            self.search_draw(draw)

    def sweep(self, draws: NDArray[np.int64], known: Array, settings: Settings) -> None:
        """Solve, certify and search draws in compiled code; other solutions are kept.

        Values that are ``known`` (draw, node, party) are confirmed, or else branches are followed.
        """
        if len(known):
            self.finish(
                draws, self.heads_of(known[draws]), np.zeros(len(draws), np.int64), settings
            )
            left = draws[self.sweeps[draws] < 0] if settings.climbing else draws[:0]
        else:
            left = draws
        if len(left):
            shape = self.layout.shape
            ends = np.empty((len(left), len(shape.heads) * shape.lanes))
            steps, stops = np.ones(len(left), np.int64), np.zeros((len(left), 2))
            if len(shape.heads):
                follow_branches(self.like, shape, self.arrays, left, settings, ends, steps, stops)
                self.pass_turns(left, ends, steps, stops, settings)
            self.finish(left, ends, steps, settings)
            lost = left[self.sweeps[left] < 0]
            if len(lost) and len(shape.heads) and self.structure.nodes <= self.options.rescue_nodes:
                self.follow_whole(lost, settings)
            self.found.followed[left] = self.sweeps[left] > 0
        if settings.certified and self.found.wanted[draws].any():
            self.look_elsewhere(draws, settings)

    def pass_turns(
        self,
        draws: NDArray[np.int64],
        ends: Array,
        steps: NDArray[np.int64],
        stops: Array,
        settings: Settings,
    ) -> None:
        """Follow branches that turn back in arclength past the turn, and on from there abreast.

        ``ends`` is (item, head * lanes + lane), ``steps`` (item,), ``stops`` (item, 2).
        """
        if self.structure.nodes > self.options.rescue_nodes:
            return
        beyond = np.full(len(draws), BEYOND)
        for _ in range(TURNS):
            left = np.flatnonzero((steps < 0) & (stops[:, 0] > 0.0))
            if not len(left):
                return
            told, places, reached = self.around(draws[left], beyond[left], ends[left], stops[left])
            stops[left] = 0.0
            arrived, passed = left[told[:, 0] == ARRIVED], told[:, 0] == PAST
            ends[arrived], steps[arrived] = places[told[:, 0] == ARRIVED], np.abs(steps[arrived])
            some, places, reached = left[passed], places[passed], reached[passed]
            stops[some], further = reached, np.ones(len(some), np.int64)
            shape = self.layout.shape
            follow_branches(
                self.like, shape, self.arrays, draws[some], settings, places, further, reached
            )
            refused = (further < 0) & (reached[:, 0] == 0.0)  # another component is still turned
            reached[refused] = stops[some[refused]]
            beyond[some[refused]] *= FARTHER
            ends[some], stops[some] = places, reached
            steps[some] = np.sign(further) * (np.abs(steps[some]) + np.abs(further))

    def follow_whole(self, draws: NDArray[np.int64], settings: Settings) -> None:
        """Follow the branches of ``draws`` in arclength from precision 0, and finish them."""
        shape, count = self.layout.shape, len(draws)
        nowhere = np.zeros((count, len(shape.heads) * shape.lanes))
        told, ends, _ = self.around(draws, np.zeros(count), nowhere, np.zeros((count, 2)))
        steps = np.maximum(1, told[:, 1])
        self.value[np.ix_(draws, shape.node[shape.heads])] = ends.reshape(
            count, len(shape.heads), shape.lanes
        )[:, :, : self.structure.parties]
        self.finish(draws, ends, np.where(told[:, 0] == ARRIVED, steps, -steps), settings)

    def around(
        self, draws: NDArray[np.int64], beyond: Array, ends: Array, stops: Array
    ) -> tuple[NDArray[np.int64], Array, Array]:
        """Follow branches in arclength, more carefully where that fails or meets a fork.

        From where ``stops`` (item, 2) and the values at heads ``ends`` (item, head * lanes + lane)
        say, so far ``beyond`` (item,). What `follow_around` tells, with the steps of all tries,
        and where it came to, ends and stops.
        """
        shape, rows = self.layout.shape, rows_of(self.structure)
        told = np.zeros((len(draws), 4), np.int64)
        told[:, 0] = STUCK
        places, reached, left = ends.copy(), stops.copy(), np.arange(len(draws))
        for caution, times in CAUTION:
            here, there, found = ends[left], stops[left], np.zeros((len(left), 4), np.int64)
            follow_around(
                shape,
                rows,
                self.arrays,
                draws[left],
                caution,
                times * self.options.sweeps,
                beyond[left],
                here,
                there,
                found,
            )
            found[:, 1] += told[left, 1]
            ended = np.isin(found[:, 0], (ARRIVED, PAST))
            taken = ended | ~np.isin(told[left, 0], (ARRIVED, PAST))
            these = left[taken]
            places[these], reached[these], told[these] = here[taken], there[taken], found[taken]
            winding = (found[:, 2] > WINDING) & (caution == CAUTION[0][0])
            left = left[~ended | (found[:, 3] > 0) | winding]
            if not len(left):
                break
        for item in np.flatnonzero(np.isin(told[:, 0], (ARRIVED, PAST)) & (told[:, 3] > 0)):
            self.message[draws[item]] = FORKED
        return told, places, reached

    def finish(
        self, draws: NDArray[np.int64], ends: Array, steps: NDArray[np.int64], settings: Settings
    ) -> None:
        """Newton's method from values at heads (item, head * lanes + lane), and certificates.

        ``steps`` (item,) are sweeps so far: 0 for values known beforehand, negative on failure.
        """
        known = not steps.any()
        finish_draws(
            self.like,
            self.layout.shape,
            self.given,
            self.arrays,
            draws,
            ends,
            steps,
            CLOSE if known else np.inf,
            settings.confirming if known else LAST,
            settings,
            self.found,
        )

    def heads_of(self, known: Array) -> Array:
        """Values (draw, node, party) at the heads, (draw, head * lanes + lane)."""
        shape = self.layout.shape
        ends = np.zeros((len(known), len(shape.heads), shape.lanes))
        ends[:, :, : self.structure.parties] = known[:, shape.node[shape.heads]]
        return ends.reshape(len(known), -1)

    def look_elsewhere(self, draws: NDArray[np.int64], settings: Settings) -> None:
        """Search draws from random starts, and keep where these led elsewhere."""
        pairs, others = search_draws(
            self.like, self.layout.shape, self.arrays, draws, self.places, settings, self.found
        )
        for (draw, _), other in zip(pairs.tolist(), others, strict=True):
            self.elsewhere[draw].append(other.copy())

    def rescued(self, draw: int) -> bool:
        """Solve a draw whose branch was not followed in another way; no if nothing helps."""
        if self.structure.nodes > self.options.rescue_nodes:
            self.value[draw] = 0.0
        elsewhere = self.found_anywhere(draw)
        if not elsewhere:
            self.give_up(draw)
            return False
        self.value[draw] = elsewhere[0]
        self.branch[draw] = "fixed_point"
        self.message[draw] = (
            "The branch from precision 0 could not be followed; this is a fixed point "
            "found from a random start. Lower the precision."
        )
        return True

    def found_anywhere(self, draw: int) -> list[Array]:
        """Solutions (node, party) found from random starts around the values of a draw."""
        wanted = int(self.found.wanted[draw])
        self.found.wanted[draw] = RESCUES
        settings = self.settings._replace(certified=True, confirming=0)
        self.sweep(np.array([draw]), self.value.copy(), settings)
        found, self.elsewhere[draw] = self.elsewhere[draw], []
        self.found.wanted[draw], self.found.ended[draw] = wanted, 0
        return found

    def give_up(self, draw: int) -> None:
        """A draw for which nothing led to a solution keeps its last values."""
        play, residual = play_under(self.structure, self.tables, draw, self.value[draw])
        self.strategy[draw], self.residual[draw] = play, residual.max()
        self.payoff[draw] = self.value[draw]
        self.status[draw], self.uniqueness[draw] = "failed", not_refuted(0)
        self.message[draw] = (
            "The branch from precision 0 could not be followed, and no start at random led to a "
            "fixed point. Lower the precision or the patience."
        )

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
        """What is known of other equilibria, and the condition of draws that were to be traced."""
        if self.layout.acyclic or self.found.proved[draw]:
            self.uniqueness[draw] = PROVED
        elif self.others[draw]:
            self.uniqueness[draw] = SEVERAL
        else:
            self.uniqueness[draw] = not_refuted(int(np.count_nonzero(self.found.ended[draw])))
        small = self.value[draw].size <= self.options.condition_unknowns and self.settings.certified
        if small and draw in self.request.traced and self.branch[draw] == "traced":
            value = self.value[draw]
            self.condition[draw] = estimate_condition(self.structure, self.tables, draw, value)

    def certify_others(self, draws: NDArray[np.int64]) -> None:
        """Keep other equilibria, each once and only with residual and regrets of its own."""
        rows, values = [], []
        for draw in draws.tolist():
            kept = [self.value[draw]]
            scale = self.found.scale[draw, : self.structure.parties]
            for value in self.elsewhere[draw]:
                if all((np.abs(value - old) / scale).max() > SAME for old in kept):
                    kept.append(value)
            rows += [draw] * (len(kept) - 1)
            values += kept[1:]
        if not rows:
            return
        request = self.request.of(np.array(rows), np.array(values), None)
        request = replace(request, traced=frozenset(), starts=0)
        found = PerfectResults(request)
        found.settings = found.settings._replace(confirming=0, climbing=False)
        every = np.arange(len(rows))
        found.sweep(every, found.known, found.settings)
        found.certify(every)
        scale = found.found.scale[:, : self.structure.parties]
        fine = (found.found.residual <= RIGHT * scale).all(axis=1)
        for one in np.flatnonzero(fine & (np.array(found.status) == "solved")).tolist():
            value, strategy, regret = found.value[one], found.strategy[one], found.anywhere[one]
            for array in (value, strategy, regret):
                array.setflags(write=False)
            residual = float(found.residual[one])
            self.others[rows[one]].append(Other(rows[one], value, strategy, residual, regret))

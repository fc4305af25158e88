"""Sweeps and the ladder of precisions for a whole batch of draws at once, in JAX.

Draws stand side by side in the last axis: whole rounds
backwards, Anderson's method on the values at the heads, a ladder of warm-started precisions
that every draw climbs at its own pace. What differs is that a rung is cut and sweeps are
remembered by simpler rules, that the components of one stage share their weights, that
parties in a round of one step answer each other piece by piece, and that a draw which needs
long is given up: it is for the compiled solver to climb. All is float64.

Sources: Anderson (1965), Iterative procedures for nonlinear integral equations; `backup`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from offramp.solvers.gpu.waves import Outline, Waves

MEMORY = 5
FLOOR = 2e-15
"""Residual, relative to the scale of values, below which rounding hides all progress."""
ROUGH = 1e-3
"""Tolerance on the rungs below the last."""
SHORT = 60
"""Most sweeps of a stage on a rung below the last."""

Array = jax.Array


class BatchArrays(NamedTuple):
    """The numbers of a batch, as in Tables: the draw comes first; only pays in use."""

    pay: Any
    odds: Any
    end_pay: Any
    patience: Any
    precision: Any


class Limits(NamedTuple):
    """When to stop: the tolerance, most sweeps on a rung and most in all."""

    tolerance: float
    sweeps: int
    total: int


class BatchNumbers(NamedTuple):
    """The numbers of a batch with draws last; the last rows of pay and values are naught."""

    pay: Array
    odds: Array
    patience: Array
    precision: Array


class Mixing(NamedTuple):
    """Anderson's method in every draw: the past at a stage's heads and how it goes."""

    values: Array
    kept: Array
    gap: Array
    steps: Array
    """(memory, head row, party, draw) differences of the values, and"""
    bends: Array
    """of their gaps."""
    gram: Array
    """(memory, memory, draw)."""
    count: Array
    slot: Array
    damping: Array
    best: Array
    stride: Array
    sweep: Array
    used: Array
    """(draw,) sweeps when it ended, negative where it failed."""
    active: Array
    begun: Array
    """(draw,) those that were active at first."""
    over: Array
    """Whether all are settled, and the nodes behind the stage are done."""


class DeviceLadder(NamedTuple):
    """Where every draw stands on its ladder."""

    values: Array
    past: Array
    """(3, head, party, draw) values at the heads on the last rungs, reached"""
    when: Array
    """(3, draw) there."""
    known: Array
    """(draw,) how many rungs are remembered, up to 3; 0 before the one at precision 0."""
    weight: Array
    """(party, draw) one over the scale of values."""
    steep: Array
    """(draw,) the largest precision times scale; rungs are even in log(1 + steep t)."""
    top: Array
    least: Array
    now: Array
    stride: Array
    total: Array
    solved: Array
    active: Array


def with_float64() -> AbstractContextManager[Any]:
    """Float64 in JAX in this thread only, for the length of a ``with`` block."""
    switch: Any = getattr(jax, "enable_x64", None)
    if switch is None:  # before JAX 0.8
        from jax import experimental

        switch = getattr(experimental, "enable_x64")  # noqa: B009
    return switch(True)


@partial(jax.jit, static_argnames=("outline", "entropy"))
def climb_all(
    waves: Waves, arrays: BatchArrays, limits: Limits, outline: Outline, entropy: bool
) -> tuple[Array, Array, Array]:
    """Values (draw, node, party), whether they solve the game, and the sweeps of every draw."""
    numbers = BatchNumbers(
        pay=jnp.pad(arrays.pay.transpose(1, 2, 0), ((0, 1), (0, 0), (0, 0))),
        odds=arrays.odds.T,
        patience=arrays.patience.T,
        precision=arrays.precision.T,
    )
    batch = _Program(waves, outline, numbers, limits, entropy)
    values = batch.opened(arrays.end_pay)
    everywhere = jnp.ones(len(arrays.precision), bool)
    if outline.stages:
        found = batch.climb(values, everywhere)
        values, solved, sweeps = found.values, found.solved, found.total
    else:
        values = batch.sweep(values, numbers, 0, len(waves.kind), everywhere)
        solved, sweeps = everywhere, jnp.ones(everywhere.shape, jnp.int32)
    solved &= jnp.isfinite(values).all(axis=(0, 1))
    return values[waves.row].transpose(2, 0, 1), solved, sweeps


class _Program:
    """The pieces of the program that is compiled; nothing here is kept between calls."""

    def __init__(
        self, waves: Waves, outline: Outline, numbers: BatchNumbers, limits: Limits, entropy: bool
    ) -> None:
        self.waves, self.outline, self.numbers = waves, outline, numbers
        self.limits, self.entropy = limits, entropy
        self.pay_scale = jnp.abs(numbers.pay).max(axis=0)
        rate = 1.0 / jnp.maximum(1e-9, 1.0 - numbers.patience.max(axis=0))
        self.patience_gain = jnp.maximum(1.0, rate)

    def opened(self, end_pay: Array) -> Array:
        """Values (row, party, draw) of naught, with the terminals filled in."""
        outline = self.outline
        rows = outline.nodes + max(outline.terminals + 1, outline.longest)
        values = jnp.zeros((rows, outline.parties, len(end_pay)))
        return values.at[outline.nodes : outline.nodes + outline.terminals].set(
            end_pay.transpose(1, 2, 0)
        )

    def scale(self, values: Array) -> Array:
        """(party, draw) the largest pay, end or value met; 1 where all are 0."""
        most = jnp.maximum(self.pay_scale, jnp.abs(values).max(axis=0))
        return jnp.where(most == 0.0, 1.0, most)

    # One sweep

    def sweep(
        self,
        values: Array,
        numbers: BatchNumbers,
        low: int | Array,
        high: int | Array,
        active: Array,
    ) -> Array:
        """Back up the pieces from ``low`` to ``high`` in the draws that are active."""

        def piece(k: Array, values: Array) -> Array:
            branches = [partial(self.back_up, width) for width in self.outline.widths]
            fresh = lax.switch(self.waves.kind[k], branches, values, numbers, k)
            fresh = lax.optimization_barrier(fresh)
            row = k * self.outline.rows
            old = lax.dynamic_slice_in_dim(values, row, self.outline.rows)
            return lax.dynamic_update_slice_in_dim(values, jnp.where(active, fresh, old), row, 0)

        return lax.fori_loop(low, high, piece, values)

    def back_up(self, width: int, values: Array, numbers: BatchNumbers, k: Array) -> Array:
        """The values (row, party, draw) of one piece whose nodes have up to ``width`` moves."""
        waves, rows = self.waves, self.outline.rows

        def moves(array: Any) -> Array:
            taken = lax.dynamic_slice_in_dim(array, waves.slot[k], rows * width)
            return taken.reshape(rows, width)

        mover = lax.dynamic_slice_in_dim(waves.mover, k * rows, rows)
        own = jnp.maximum(mover, 0)
        target, paid, turns = moves(waves.target), moves(waves.pay), moves(waves.turns)
        there, precision = moves(waves.there)[..., None], numbers.precision[own]
        factor = jnp.where(turns[..., None], numbers.patience[own][:, None], 1.0)
        total = _take(numbers.pay, paid, own[:, None])
        total += factor * _take(values, target, own[:, None])
        total = jnp.where(there, total, -jnp.inf)
        top = total.max(axis=1)
        lean = jnp.where(there, total - top[:, None], 0.0)
        weight = jnp.where(there, jnp.exp(precision[:, None] * lean), 0.0)
        chance = weight / weight.sum(axis=1, keepdims=True)
        if self.outline.nature:
            odds = jnp.where(there, _take(numbers.odds, moves(waves.odds)), 0.0)
            chance = jnp.where((mover < 0)[:, None, None], odds, chance)
        factor = jnp.where(turns[..., None, None], numbers.patience, 1.0)
        worth = _take(numbers.pay, paid) + factor * _take(values, target)
        fresh = (chance[:, :, None] * worth).sum(axis=1)
        if not self.entropy:
            return fresh
        shocked = top + _spread_worth(lean, weight, there, precision)
        mine = (jnp.arange(self.outline.parties) == mover[:, None])[..., None]
        return jnp.where(mine, shocked[:, None], fresh)

    # One rung: stage after stage

    def settle_all(
        self,
        values: Array,
        share: Array,
        tolerance: Array,
        limit: Array,
        weight: Array,
        active: Array,
    ) -> tuple[Array, Array]:
        """Solve every stage, sinks first: values, and sweeps (draw,), negative on failure."""
        numbers = self.numbers._replace(precision=self.numbers.precision * share)

        def stage(s: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
            values, most = state
            begun = _begin(values, self.outline.longest, active & (most > 0), s > 0)
            turn = partial(self.turn, numbers, s, tolerance, limit, weight)
            done = lax.while_loop(lambda state: ~state.over, turn, begun)
            failed = (most < 0) | (done.used < 0)
            most = jnp.where(failed, jnp.minimum(most, done.used), jnp.maximum(most, done.used))
            return done.values, most

        most = jnp.ones(active.shape, jnp.int32)
        return lax.fori_loop(0, self.outline.stages + 1, stage, (values, most))

    def turn(
        self,
        numbers: BatchNumbers,
        s: Array,
        tolerance: Array,
        limit: Array,
        weight: Array,
        state: Mixing,
    ) -> Mixing:
        """One sweep of a stage's components, or, when all are settled, of the nodes behind."""
        begin, end = self.waves.turn[s, 0], self.waves.turn[s, 1]
        size = self.outline.longest
        inside = (jnp.arange(size) < end - begin)[:, None, None]
        wide = jnp.where(inside, weight, 0.0)
        before = jnp.where(inside, lax.dynamic_slice_in_dim(state.values, begin, size), 0.0)
        over = ~state.active.any()
        part = 2 * s + over
        swept = jnp.where(over, state.begun & (state.used > 0), state.active)
        values = self.sweep(
            state.values, numbers, self.waves.cut[part], self.waves.cut[part + 1], swept
        )
        after = lax.dynamic_slice_in_dim(values, begin, size)
        gap = jnp.where(inside, after - before, 0.0)
        state = self.judge(state, gap, wide, tolerance, limit)
        state, onward = _mix(state, before, gap, wide)
        written = jnp.where(inside & state.active, onward, after)
        values = lax.dynamic_update_slice_in_dim(values, written, begin, 0)
        return state._replace(values=values, over=over)

    def judge(
        self, state: Mixing, gap: Array, wide: Array, tolerance: Array, limit: Array
    ) -> Mixing:
        """End the draws that are settled, have failed or took too long; damp those that stray."""
        sweep = state.sweep + 1
        worst = _largest(gap * wide)
        slack = _largest((gap - state.gap) * wide)
        seen = (sweep > 1) & (slack > 0.0)
        gain = jnp.where(seen, state.stride / jnp.where(seen, slack, 1.0), 0.0)
        gain = jnp.maximum(gain, self.patience_gain)
        gain = jnp.where(tolerance > 1e-8, jnp.maximum(1.0, gain / self.patience_gain), gain)
        settled = (worst * gain <= tolerance) | (worst <= FLOOR)
        failed = ~jnp.isfinite(worst)
        late = sweep >= limit
        ended = state.active & (settled | failed | late)
        used = jnp.where(settled & ~failed, sweep, -sweep)
        strays = worst > 2.5 * state.best
        better = (sweep > 1) & (worst < state.best)
        slower = jnp.maximum(0.1, 0.5 * state.damping)
        faster = jnp.where(better, jnp.minimum(1.0, 1.1 * state.damping), state.damping)
        return state._replace(
            sweep=sweep,
            used=jnp.where(ended, used, state.used),
            active=state.active & ~ended,
            count=jnp.where(strays, 0, state.count),
            slot=jnp.where(strays, 0, state.slot),
            damping=jnp.where(strays, slower, faster),
            best=jnp.where(strays, worst, jnp.minimum(state.best, worst)),
        )

    # The ladder

    def climb(self, values: Array, active: Array) -> DeviceLadder:
        """Follow the branch from precision 0 rung by rung; see ``sweeps.climb``."""
        nothing, one = jnp.zeros(active.shape), jnp.ones(active.shape)
        at = values[self.waves.heads]
        begun = DeviceLadder(
            values=values,
            past=jnp.zeros((3, *at.shape)),
            when=jnp.zeros((3, len(active))),
            known=jnp.zeros(active.shape, jnp.int32),
            weight=1.0 / self.scale(values),
            steep=one,
            top=nothing,
            least=nothing,
            now=nothing,
            stride=nothing,
            total=jnp.zeros(active.shape, jnp.int32),
            solved=jnp.zeros(active.shape, bool),
            active=active,
        )
        return lax.while_loop(lambda state: state.active.any(), self.rung, begun)

    def rung(self, state: DeviceLadder) -> DeviceLadder:
        """Try the next rung in every draw that still climbs; the first is at precision 0."""
        limits, heads, active, begin = self.limits, self.waves.heads, state.active, state.known == 0
        after = state.now + state.stride
        last = ~begin & (after > state.top - 0.3 * state.stride)
        after = jnp.where(last, state.top, after)
        share = jnp.where(last, 1.0, jnp.expm1(after) / state.steep)
        start = _guess(state, after)
        values = state.values.at[heads].set(
            jnp.where(active, start, state.values[heads]), unique_indices=True
        )
        short = jnp.minimum(limits.sweeps, SHORT)
        values, used = self.settle_all(
            values,
            share,
            jnp.where(last, limits.tolerance, ROUGH),
            jnp.where(last | begin, limits.sweeps, short),
            state.weight,
            active,
        )
        at = values[heads]
        moved = _largest((at - start) * state.weight)
        again = ~begin & ((used < 0) | ~(moved <= 0.4)) & (state.stride > state.least)
        reached = active & (used > 0) & ~again
        total = state.total + jnp.where(active, jnp.abs(used), 0)
        stride = jnp.where(again, 0.5 * state.stride, state.stride)
        longer = jnp.minimum(1.5 * stride, 1.0 + 16.0 * state.least)
        lost = (~again & (used < 0)) | (total > limits.total)
        state = state._replace(
            values=values,
            past=jnp.where(reached, jnp.stack([at, state.past[0], state.past[1]]), state.past),
            when=jnp.where(reached, jnp.stack([after, *state.when[:2]]), state.when),
            known=jnp.where(reached, jnp.minimum(3, state.known + 1), state.known),
            now=jnp.where(reached, after, state.now),
            stride=jnp.where(reached & (moved < 0.15), longer, stride),
            total=total,
            solved=state.solved | (reached & last),
            active=active & ~lost & ~(reached & last),
        )
        return self.set_out(state, begin)

    def set_out(self, state: DeviceLadder, begin: Array) -> DeviceLadder:
        """The length of the ladder, known once the game is solved at precision 0."""
        scale = self.scale(state.values)
        steep = (self.numbers.precision * scale).max(axis=0)
        top = jnp.log1p(steep)
        stride = top / jnp.clip(jnp.ceil(1.5 * top), 2.0, 8.0)
        return state._replace(
            weight=jnp.where(begin, 1.0 / scale, state.weight),
            steep=jnp.where(begin, steep, state.steep),
            top=jnp.where(begin, top, state.top),
            least=jnp.where(begin, stride / 16.0, state.least),
            stride=jnp.where(begin, stride, state.stride),
        )


def _begin(values: Array, size: int, begun: Array, moving: Array) -> Mixing:
    """Nothing known yet; nothing to be settled either where the stage is not ``moving``."""
    draws = len(begun)
    at = jnp.zeros((size, values.shape[1], draws))
    many = jnp.zeros((MEMORY, *at.shape))
    none, whole = jnp.zeros(draws), jnp.zeros(draws, jnp.int32)
    return Mixing(
        values=values,
        kept=at,
        gap=at,
        steps=many,
        bends=many,
        gram=jnp.zeros((MEMORY, MEMORY, draws)),
        count=whole,
        slot=whole,
        damping=none + 1.0,
        best=none + jnp.inf,
        stride=none,
        sweep=jnp.zeros((), jnp.int32),
        used=whole + 1,
        active=begun & moving,
        begun=begun,
        over=jnp.zeros((), bool),
    )


def _mix(state: Mixing, before: Array, gap: Array, wide: Array) -> tuple[Mixing, Array]:
    """Remember the last step, and the values from which the next sweep begins."""
    push = (state.sweep > 1) & (state.stride > 0.0)
    place = jnp.arange(MEMORY)[:, None]
    here = push & (place == state.slot)
    step, bend = before - state.kept, gap - state.gap
    steps = jnp.where(here[:, None, None], step, state.steps)
    bends = jnp.where(here[:, None, None], bend, state.bends)
    count = jnp.where(push, jnp.minimum(state.count + 1, MEMORY), state.count)
    square = wide * wide
    along = (square * bend * bends).sum(axis=(1, 2))
    gram = jnp.where(here[:, None], along[None], state.gram)
    gram = jnp.where(here[None, :], along[:, None], gram)
    length = (square * bend * bend).sum(axis=(0, 1))
    count = jnp.where(push & ~(length > 0.0), 0, count)
    slot = jnp.where(push, jnp.where(count > 0, (state.slot + 1) % MEMORY, 0), state.slot)
    right = (square * gap * bends).sum(axis=(1, 2))
    mix = _solve_small(gram, right, count)
    onward = before + state.damping * gap
    onward -= (mix[:, None, None] * (steps + state.damping * bends)).sum(axis=0)
    stride = _largest((onward - before) * wide)
    return state._replace(
        kept=before,
        gap=gap,
        steps=steps,
        bends=bends,
        gram=gram,
        count=count,
        slot=slot,
        stride=stride,
    ), onward


def _solve_small(gram: Array, right: Array, count: Array) -> Array:
    """Least-squares weights (memory, draw) from normal equations, scaled and regularised."""
    place = jnp.arange(MEMORY)
    used, same = place[:, None] < count, (place[:, None] == place)[..., None]
    size = jnp.where(used, jnp.sqrt(gram[place, place]), 1.0)
    both = used[:, None] & used[None]
    matrix = jnp.where(both, gram / (size[:, None] * size[None]), 0.0)
    matrix += jnp.where(same, jnp.where(used, 1e-13, 1.0), 0.0)
    right = jnp.where(used, right / size, 0.0)

    def eliminate(i: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        matrix, right = state
        factor = jnp.where((place == i)[:, None], 0.0, matrix[:, i] / matrix[i, i])
        return matrix - factor[:, None] * matrix[i], right - factor * right[i]

    matrix, right = lax.fori_loop(0, MEMORY, eliminate, (matrix, right))
    return right / (matrix[place, place] * size)


def _guess(state: DeviceLadder, after: Array) -> Array:
    """Values at the heads on the line or parabola through the last rungs."""

    def over(one: Array, other: Array, enough: Array) -> Array:
        return jnp.where(enough, 1.0 / jnp.where(enough, one - other, 1.0), 0.0)

    past, when, known = state.past, state.when, state.known
    slope = (past[0] - past[1]) * over(when[0], when[1], known > 1)
    older = (past[1] - past[2]) * over(when[1], when[2], known > 2)
    bend = (slope - older) * over(when[0], when[2], known > 2)
    ahead = after - when[0]
    return past[0] + slope * ahead + bend * ahead * (after - when[1])


def _spread_worth(lean: Array, weight: Array, there: Array, precision: Array) -> Array:
    """(log mean exp(precision lean)) / precision over the moves; see ``worth_with_shocks``."""
    count = there.sum(axis=1)
    width = precision * -lean.min(axis=1)
    mean = lean.sum(axis=1) / count
    off = jnp.where(there, lean - mean[:, None], 0.0)
    flat = mean + 0.5 * precision * (off * off).sum(axis=1) / count
    sharp = jnp.where(precision > 0.0, precision, 1.0)
    near = jnp.log1p(jnp.expm1(precision[:, None] * lean).sum(axis=1) / count) / sharp
    far = jnp.log(weight.sum(axis=1) / count) / sharp
    return jnp.where(width < 1e-7, flat, jnp.where(width < 0.1, near, far))


def _take(array: Array, *places: Array) -> Array:
    """Rows of an array at places that certainly are inside it."""
    return array.at[places].get(mode="promise_in_bounds")


def _largest(array: Array) -> Array:
    """Largest size in every draw; nan where there is one."""
    return jnp.abs(array).max(axis=(0, 1))

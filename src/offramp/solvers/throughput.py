"""Many draws in one compiled call: solved up the ladder, certified, and proved unique or not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers.backup import Numbers, gather_numbers, step_back
from offramp.solvers.certificate import check_fixed_point
from offramp.solvers.layout import Shape
from offramp.solvers.replies import follow
from offramp.solvers.sweeps import climb, fill_scale, settle_all, workspace
from offramp.solvers.uniqueness import prove_unique

Array = NDArray[np.float64]
PASSES = 60
"""How often the box of all values is shrunk in a proof of uniqueness."""


class Given(NamedTuple):
    """The structure as it was given, from which certificates are computed."""

    mover: NDArray[np.int16]
    first: NDArray[np.int64]
    target: NDArray[np.int64]
    turns: NDArray[np.bool_]
    pay_class: NDArray[np.int32]
    odds_class: NDArray[np.int32]


class Sheets(NamedTuple):
    """The numbers of all draws, as in Tables."""

    pay: Array
    odds: Array
    end_pay: Array
    patience: Array
    precision: Array
    entropy: bool


class Found(NamedTuple):
    """What is found, one row per draw; ``payoff`` is ``value`` under the payoff convention."""

    value: Array
    """(draw, node, party)."""
    payoff: Array
    """(draw, node, party)."""
    strategy: Array
    """(draw, edge)."""
    residual: Array
    """(draw, party) largest |V - T(V)|, from the structure as given."""
    gain: Array
    """(draw, party) most that a best reply gains at the start, and"""
    anywhere: Array
    """(draw, party) anywhere; upper bounds up to the error of the payoffs."""
    slack: Array
    """(draw, party) bound on the error of the payoffs."""
    scale: Array
    """(draw, lane) scale of the values."""
    sweeps: NDArray[np.int64]
    """(draw,) how many were needed; negative where no fixed point was reached."""
    proved: NDArray[np.bool_]
    """(draw,) whether there is certainly no other equilibrium."""


def given_of(structure: Structure) -> Given:
    """The arrays of a structure that certificates read."""
    return Given(*(getattr(structure, name) for name in Given._fields))


def sheets_of(tables: Tables) -> Sheets:
    """The arrays of the tables."""
    return Sheets(*(getattr(tables, name) for name in Sheets._fields))


def room_for(structure: Structure, tables: Tables, lanes: int) -> Found:
    """Rows for all draws, still to be filled."""
    draws, nodes, parties = tables.draws, structure.nodes, structure.parties
    value = np.zeros((draws, nodes, parties))
    return Found(
        value=value,
        payoff=np.zeros_like(value) if tables.entropy else value,
        strategy=np.zeros((draws, structure.edges)),
        residual=np.full((draws, parties), np.nan),
        gain=np.full((draws, parties), np.nan),
        anywhere=np.full((draws, parties), np.nan),
        slack=np.full((draws, parties), np.nan),
        scale=np.ones((draws, lanes)),
        sweeps=np.zeros(draws, np.int64),
        proved=np.zeros(draws, np.bool_),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def solve_draws(
    shape: Shape,
    given: Given,
    sheets: Sheets,
    draws,
    known,
    tolerance,
    reply_tolerance,
    limit,
    found: Found,
):
    """Solve, certify and, where it can be, prove unique every one of ``draws``.

    ``known`` (draw, node, party), or empty, are values to be confirmed in place of the ladder.
    """
    nodes, lanes = len(shape.mover), shape.lanes
    work, scratch = workspace(shape)
    for draw in draws:
        numbers = gather_numbers(
            shape, sheets.pay[draw], sheets.odds[draw], sheets.patience[draw],
            sheets.precision[draw], sheets.entropy,
        )  # fmt: skip
        values, scale = np.zeros((nodes + shape.terminals) * lanes), found.scale[draw]
        for k in range(shape.terminals):
            for j in range(sheets.end_pay.shape[2]):
                values[(nodes + k) * lanes + j] = sheets.end_pay[draw, k, j]
        used = -1
        if len(known):
            used = confirm(shape, numbers, known[draw], tolerance, values, scale, work, scratch)
        if used < 0 and len(shape.heads):
            used = climb(shape, numbers, values, scale, tolerance, limit, work, scratch)
        elif used < 0:
            step_back(shape, numbers, values, 0, nodes, scratch)
            fill_scale(shape, numbers, values, scale)
            used = 1
        found.sweeps[draw] = used
        if used >= 0:
            certify(shape, given, sheets, numbers, draw, reply_tolerance, values, found)
            found.proved[draw] = prove_unique(shape, numbers, values, scale, PASSES)


@njit(cache=True, nogil=True, error_model="numpy")
def confirm(shape: Shape, numbers: Numbers, known, tolerance, values, scale, work, scratch):
    """Sweeps after which values known beforehand solve the game; negative if they do not."""
    nodes, lanes, total = len(shape.mover), shape.lanes, 0.0
    for i in range(nodes):
        for j in range(known.shape[1]):
            values[i * lanes + j] = known[shape.node[i], j]
            total += abs(known[shape.node[i], j])
    if not total < np.inf:
        values[: nodes * lanes] = 0.0
        return -1
    fill_scale(shape, numbers, values, scale)
    used = settle_all(shape, numbers, values, 1.0 / scale, tolerance, 5, work, scratch)
    if used < 0:
        values[: nodes * lanes] = 0.0
    return used


@njit(cache=True, nogil=True, error_model="numpy")
def certify(
    shape: Shape, given: Given, sheets: Sheets, numbers: Numbers, draw, tolerance, values,
    found: Found,
):  # fmt: skip
    """Fill a draw's rows with values, play, payoffs, residual and what best replies gain."""
    lanes, parties = shape.lanes, found.value.shape[2]
    nodes, edges = len(shape.mover), len(shape.target)
    for i in range(nodes):
        for j in range(parties):
            found.value[draw, shape.node[i], j] = values[i * lanes + j]
    check_fixed_point(
        given.mover, given.first, given.target, given.turns, given.pay_class, given.odds_class,
        sheets.pay[draw], sheets.odds[draw], sheets.end_pay[draw], sheets.patience[draw],
        sheets.precision[draw], sheets.entropy, found.value[draw], found.strategy[draw],
        found.residual[draw],
    )  # fmt: skip
    chance, slack, spare = np.empty(edges), np.zeros(lanes), np.zeros(lanes)
    for e in range(edges):
        chance[e] = found.strategy[draw, shape.edge[e]]
    raw, scale = values.copy(), found.scale[draw]
    if numbers.entropy:
        follow(shape, numbers, chance, raw, False, scale, 1e-12, 1000, slack)
    best = raw.copy()
    follow(shape, numbers, chance, best, True, scale, tolerance, 400, spare)
    for j in range(parties):
        found.slack[draw, j], found.anywhere[draw, j] = slack[j], 0.0
    for i in range(nodes):
        for j in range(parties):
            gain = max(0.0, best[i * lanes + j] - raw[i * lanes + j])
            found.payoff[draw, shape.node[i], j] = raw[i * lanes + j]
            found.anywhere[draw, j] = max(found.anywhere[draw, j], gain)
            if shape.node[i] == shape.start:
                found.gain[draw, j] = gain

"""A graphics processor climbs the ladder for many draws at once; the compiled solver confirms.

Whatever a device finds is only a proposal: it is handed to the compiled solver as values
known beforehand, which sweeps once or twice more and computes every certificate as always.
A draw that the device gave up, or that is traced, is left to the compiled solver altogether.

Equations and method: `jax_sweeps`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import OfframpError, suggestion
from offramp.game.structure import Structure, Tables
from offramp.solvers.engine import Request
from offramp.solvers.equilibria import Equilibria, Options
from offramp.solvers.gpu.waves import Outline, Waves, lay_out
from offramp.solvers.kernels.layout import Layout, arrange
from offramp.solvers.perfect.draws import solve_perfect

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
DEVICES = ("cpu", "gpu", "jax")
MOST_SWEEPS = 300
"""Sweeps after which a device gives a draw up, since all others would wait for it."""
LANES = {"cpu": 64}
"""Most draws at once by JAX's name of the kind of device;"""
MANY_LANES = 2048
"""on any other."""
MEMORY_SHARE = 0.4
"""Share of a device's memory that a batch may fill."""
USUAL_MEMORY = 2 << 30
"""Bytes of memory assumed of a device that does not say."""


class DeviceError(OfframpError):
    """The device that was asked for is not known, or what drives it is not installed."""


class Proposal(NamedTuple):
    """What a device found for a batch of draws."""

    value: Array
    """(draw, node, party)."""
    solved: NDArray[np.bool_]
    """(draw,) whether the top of the ladder was reached."""
    sweeps: NDArray[np.int64]
    """(draw,)."""


def device_for(structure: Structure, name: str) -> Any | None:
    """JAX's device for a game; None, with a warning that says why, where it is of no use.

    ``name`` is 'gpu' for a graphics processor, 'jax' for whatever JAX runs on, 'cpu' for
    none. Raises DeviceError for any other name and where JAX is not installed.
    """
    if name not in DEVICES:
        raise DeviceError(
            f"there is no device '{name}'",
            expected="'cpu' or 'gpu'",
            repair=suggestion(name, DEVICES[:2]),
        )
    if name == "cpu":
        return None
    device, reason = _look_for(name)
    if structure.hidden:
        reason = "A game in which somebody moves without knowing where"
        reason += " is solved by the compiled solver, not on a graphics processor."
    elif name == "gpu" and device is not None and not structure.cyclic.any():
        reason = "A game without cycles is solved in one pass, as long as confirming it takes:"
        reason += " the compiled solver does it, not the graphics processor."
    if not reason:
        return device
    warnings.warn(reason, stacklevel=3)
    return None


def _look_for(name: str) -> tuple[Any | None, str]:
    """A device, or a sentence that says why there is none."""
    try:
        import jax
    except ImportError:
        raise DeviceError(
            f"the device '{name}' needs JAX, which is not installed",
            repair='pip install "offramp[gpu]"',
        ) from None
    try:
        found = jax.devices()
    except RuntimeError as error:  # a driver or plug-in of JAX that does not start
        found, why = [], f" ({str(error).splitlines()[0][:200]})" if str(error) else ""
    else:
        why = ""
    usable = [one for one in found if one.platform in ("gpu", "cuda", "rocm")]
    if name == "jax":
        usable += [one for one in found if one.platform == "cpu"]
    if usable:
        return usable[0], ""
    return None, f"JAX finds no graphics processor{why}: the compiled solver is used instead."


def solve_on_device(request: Request) -> Equilibria:
    """See ``offramp.solvers.solve``; draws that need no tracing are first solved on the device.

    While one batch is certified the device is at work on the next one.
    """
    structure, tables, progress = request.structure, request.tables, request.progress
    device, _ = _look_for(request.options.device)
    layout = arrange(structure)
    solver = DeviceSolver(layout, device, request.options)
    ours = np.array([not text for text in request.invalid], bool)
    if structure.nodes <= request.options.trace_nodes and not layout.acyclic:
        ours[[draw for draw in request.traced if 0 <= draw < tables.draws]] = False
    parts, done = [], 0
    for rows, known, sweeps in _ahead(solver, tables, ours):

        def tell(count: int, _total: int, before: int = done) -> None:
            if progress is not None:
                progress(before + count, tables.draws)

        part = solve_perfect(request.of(rows, known, tell))
        parts.append((rows, replace(part, sweeps=part.sweeps + sweeps)))
        done += len(rows)
    return join(parts, tables.entropy)


def _ahead(
    solver: DeviceSolver, tables: Tables, ours: NDArray[np.bool_]
) -> Iterator[tuple[Rows, Array | None, NDArray[np.int64]]]:
    """Draws, with their values where the device found them and its sweeps, batch by batch."""
    mine = np.flatnonzero(ours)
    pieces = [mine[k : k + solver.lanes] for k in range(0, len(mine), solver.lanes)]
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(solver.propose, tables, rows) for rows in pieces[:1]]
        theirs = np.flatnonzero(~ours)
        if len(theirs) or not tables.draws:
            yield theirs, None, np.zeros(len(theirs), np.int64)
        for number, rows in enumerate(pieces):
            found = coming.pop().result()
            coming += [
                pool.submit(solver.propose, tables, after)
                for after in pieces[number + 1 : number + 2]
            ]
            fine = found.solved
            if fine.any():
                yield rows[fine], found.value[fine], found.sweeps[fine]
            if not fine.all():
                yield rows[~fine], None, found.sweeps[~fine]


class DeviceSolver:
    """A structure laid out on a device, for one batch of draws after the other."""

    def __init__(self, layout: Layout, device: Any, options: Options) -> None:
        import jax

        self.device, self.options = device, options
        waves, self.outline, self.used = lay_out(layout)
        self.waves: Waves = jax.device_put(waves, device)
        self.lanes = lanes_for(self.outline, waves, len(self.used), device)

    def propose(self, tables: Tables, rows: Rows) -> Proposal:
        """Values of up to ``lanes`` draws; nothing, with a warning, if the device breaks down."""
        try:
            return self._propose(tables, rows)
        except RuntimeError as error:  # out of memory, say, or lost
            sentence = (str(error) or type(error).__name__).splitlines()[0][:200]
            warnings.warn(
                f"The device gave {len(rows)} draws back to the compiled solver: {sentence}",
                stacklevel=2,
            )
        shape = (len(rows), len(self.waves.row), self.outline.parties)
        return Proposal(
            np.broadcast_to(0.0, shape), np.zeros(len(rows), bool), np.zeros(len(rows), np.int64)
        )

    def _propose(self, tables: Tables, rows: Rows) -> Proposal:
        import jax

        from offramp.solvers.gpu.jax_sweeps import BatchArrays, Limits, climb_all, with_float64

        count, lane = len(rows), np.resize(rows, self.lanes)
        arrays = BatchArrays(
            pay=tables.pay[np.ix_(lane, self.used)],
            odds=tables.odds[lane],
            end_pay=tables.end_pay[lane],
            patience=tables.patience[lane],
            precision=tables.precision[lane],
        )
        limits = Limits(self.options.tolerance, min(self.options.sweeps, MOST_SWEEPS), MOST_SWEEPS)
        with with_float64():
            given = jax.device_put(arrays, self.device)
            found = climb_all(self.waves, given, limits, self.outline, tables.entropy)
            value, solved, sweeps = (np.asarray(one)[:count] for one in found)
        return Proposal(value, solved, sweeps.astype(np.int64))


def lanes_for(outline: Outline, waves: Waves, pays: int, device: Any) -> int:
    """Draws in a batch, a power of two: it depends on the game and the device, on no draw."""
    parties, rows = outline.parties, outline.nodes + outline.terminals
    heads, piece = outline.longest, outline.rows * outline.widths[-1]
    numbers = parties * (4 * rows + 2 * pays + 24 * heads + 8 * len(waves.heads) + 4 * piece)
    memory = int((device.memory_stats() or {}).get("bytes_limit", USUAL_MEMORY))
    fitting = int(MEMORY_SHARE * memory) // (8 * (numbers + 2 * int(waves.odds.max() + 1)))
    most = LANES.get(device.platform, MANY_LANES)
    return 1 << (max(1, min(fitting, most)).bit_length() - 1)


def join(parts: Sequence[tuple[Rows, Equilibria]], entropy: bool) -> Equilibria:
    """Equilibria of parts of the draws, in the order of the draws."""
    place = np.argsort(np.concatenate([rows for rows, _ in parts]))
    others = [
        other._replace(draw=int(rows[other.draw])) for rows, part in parts for other in part.others
    ]
    nothing = np.zeros((0, 0))  # everybody knows the node, and no limit was asked for
    values: dict[str, Any] = {"belief": nothing, "reached": nothing}
    values["others"] = tuple(sorted(others, key=lambda other: other.draw))
    for one in fields(Equilibria):
        if one.name not in values:
            whole = np.concatenate([getattr(part, one.name) for _, part in parts])
            values[one.name] = whole if (np.diff(place) == 1).all() else whole[place]
    if not entropy:
        values["payoff"] = values["value"]
    return replace(parts[0][1], **values)

"""Sweeps: a great many draws of one scenario, chunk by chunk into one store, nothing lost."""

from __future__ import annotations

from offramp.study.sweeps.conducting import Wishes, run_sweep, sweep
from offramp.study.sweeps.ordering import KEPT, Order, Part
from offramp.study.sweeps.reading import read_sweep, task_of, write_sweep_table
from offramp.study.sweeps.solving import Chunk, Plan, Stopped, plan_for, plan_of, solve_chunk
from offramp.study.sweeps.summing import sweep_summary
from offramp.study.sweeps.tallies import Going

__all__ = [
    # from beginning to end
    "sweep",
    "run_sweep",
    "Wishes",
    "Going",
    # what is read
    "read_sweep",
    "sweep_summary",
    "task_of",
    "write_sweep_table",
    # what whoever solves parts needs
    "Order",
    "Part",
    "Chunk",
    "Plan",
    "plan_for",
    "plan_of",
    "solve_chunk",
    "Stopped",
    "KEPT",
]

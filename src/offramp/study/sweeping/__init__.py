"""Sweeps: a great many draws of one scenario, chunk by chunk into one store, nothing lost."""

from __future__ import annotations

from offramp.study.sweeping.orders import KEPT, Order, Part
from offramp.study.sweeping.solving import Chunk, Plan, Stopped, plan_for, plan_of, solve_chunk

__all__ = [
    "Chunk",
    "KEPT",
    "Order",
    "Part",
    "Plan",
    "plan_for",
    "plan_of",
    "solve_chunk",
    "Stopped",
]

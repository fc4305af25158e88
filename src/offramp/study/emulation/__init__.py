"""Emulation: a quick stand-in for the solver, used only where asked for and always labelled."""

from __future__ import annotations

from offramp.study.emulation.emulation import ALLOWED, emulate, refuse_far_off
from offramp.study.emulation.fresh import Check, check_fresh
from offramp.study.emulation.saved import read_surrogate, write_emulated_table, write_surrogate
from offramp.study.emulation.surrogates import EmulatedSpread, Emulator, Point, Surrogate

__all__ = [
    "emulate",
    "ALLOWED",
    "refuse_far_off",
    "Surrogate",
    "Emulator",
    "Point",
    "EmulatedSpread",
    "check_fresh",
    "Check",
    "read_surrogate",
    "write_surrogate",
    "write_emulated_table",
]

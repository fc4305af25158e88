"""Emulation: a quick stand-in for the solver, used only where asked for and always labelled."""

from __future__ import annotations

from offramp.study.emulating.emulation import ALLOWED, emulate, refuse_far_off
from offramp.study.emulating.fresh import Check, check_fresh
from offramp.study.emulating.saved import read_surrogate, write_emulated_table, write_surrogate
from offramp.study.emulating.surrogates import Emulator, Point, Spread, Surrogate
from offramp.study.emulating.telling import BANNER, told_check

__all__ = [
    "emulate",
    "ALLOWED",
    "refuse_far_off",
    "Surrogate",
    "Emulator",
    "Point",
    "Spread",
    "check_fresh",
    "Check",
    "told_check",
    "BANNER",
    "read_surrogate",
    "write_surrogate",
    "write_emulated_table",
]

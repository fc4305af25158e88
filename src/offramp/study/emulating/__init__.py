"""Emulation: a quick stand-in for the solver, used only where asked for and always labelled."""

from __future__ import annotations

from offramp.study.emulating.emulation import ALLOWED, emulate
from offramp.study.emulating.fresh import Check, check_fresh
from offramp.study.emulating.saved import packed, read_surrogate, write_surrogate
from offramp.study.emulating.surrogates import Emulator, Point, Spread, Surrogate
from offramp.study.emulating.telling import told_check

__all__ = [
    "emulate",
    "ALLOWED",
    "Surrogate",
    "Emulator",
    "Point",
    "Spread",
    "check_fresh",
    "Check",
    "told_check",
    "read_surrogate",
    "write_surrogate",
    "packed",
]

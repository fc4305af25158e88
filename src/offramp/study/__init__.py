"""What would change it: solving again for draws, and with mechanisms switched off."""

from __future__ import annotations

from offramp.study.digest import summary
from offramp.study.effects import MechanismEffect, mechanism_effects
from offramp.study.experiment import Solved, outcomes, solve
from offramp.study.investigation import investigate
from offramp.study.saving import write_results

__all__ = [
    "MechanismEffect",
    "Solved",
    "investigate",
    "mechanism_effects",
    "outcomes",
    "solve",
    "summary",
    "write_results",
]

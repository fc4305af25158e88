"""What people write: a frozen Scenario from YAML with line numbers, and back."""

from __future__ import annotations

from offramp.scenario.meaning import (
    Assumption,
    Meaning,
    MoveMeaning,
    OutcomeMeaning,
    StepMeaning,
    VariableMeaning,
    understand,
)
from offramp.scenario.model import Scenario
from offramp.scenario.reading import read
from offramp.scenario.writing import scenario_text

__all__ = [
    "Assumption",
    "Meaning",
    "MoveMeaning",
    "OutcomeMeaning",
    "Scenario",
    "StepMeaning",
    "VariableMeaning",
    "read",
    "scenario_text",
    "understand",
]

"""What people write: a frozen Scenario from YAML with line numbers, and back."""

from __future__ import annotations

from offramp.scenario.accounts import with_account
from offramp.scenario.claims import Claim, read_claim, read_claims
from offramp.scenario.doubting import doubts_of
from offramp.scenario.doubts import Doubt, doubt_at
from offramp.scenario.fixing import fixed
from offramp.scenario.meaning import (
    Assumption,
    Meaning,
    MoveMeaning,
    OutcomeMeaning,
    StepMeaning,
    VariableMeaning,
    understand,
)
from offramp.scenario.model import Account, Lever, Scenario
from offramp.scenario.queries import Intervention, Query, parse_query
from offramp.scenario.reading import read
from offramp.scenario.setting import off_values, with_values
from offramp.scenario.writing import scenario_text

__all__ = [
    # what is written
    "read",
    "scenario_text",
    "Scenario",
    "Account",
    "Lever",
    "with_account",
    "with_values",
    "fixed",
    # what it means
    "understand",
    "Meaning",
    "Assumption",
    "VariableMeaning",
    "StepMeaning",
    "MoveMeaning",
    "OutcomeMeaning",
    "off_values",
    "doubts_of",
    "Doubt",
    "doubt_at",
    # what is claimed and asked
    "read_claims",
    "read_claim",
    "Claim",
    "parse_query",
    "Query",
    "Intervention",
]

"""What happened: outcomes, histories and frequencies of the solved chain."""

from offramp.analysis.absorption import (
    Absorbed,
    absorb,
    edge_uses,
    move_uses,
    outcome_probability,
    probability_by,
    visits,
)
from offramp.analysis.elimination import Elimination, eliminate

__all__ = [
    "Absorbed",
    "Elimination",
    "absorb",
    "edge_uses",
    "eliminate",
    "move_uses",
    "outcome_probability",
    "probability_by",
    "visits",
]

"""What happened: outcomes, histories and frequencies of the solved chain."""

from __future__ import annotations

from offramp.analysis.absorption import (
    Absorbed,
    absorb,
    edge_uses,
    move_uses,
    outcome_probability,
    probability_by,
    probability_ever,
    visits,
)
from offramp.analysis.by_round import (
    StateByRound,
    ended_by_round,
    outcome_by_round,
    rounds_shown,
    state_by_round,
)
from offramp.analysis.elimination import Elimination, eliminate
from offramp.analysis.histories import History, Search, likeliest, likeliest_by_outcome
from offramp.analysis.results import (
    QUANTITIES,
    UNRESOLVED,
    assemble,
    join,
    load,
    long_table,
    save,
    solved,
    summarise,
    write_table,
)

__all__ = [
    # how play ends
    "absorb",
    "Absorbed",
    "visits",
    "outcome_probability",
    "probability_by",
    "probability_ever",
    "edge_uses",
    "move_uses",
    "eliminate",
    "Elimination",
    # when
    "ended_by_round",
    "outcome_by_round",
    "rounds_shown",
    "state_by_round",
    "StateByRound",
    # how it goes
    "likeliest",
    "likeliest_by_outcome",
    "History",
    "Search",
    # what is handed on
    "QUANTITIES",
    "UNRESOLVED",
    "assemble",
    "join",
    "solved",
    "summarise",
    "long_table",
    "write_table",
    "save",
    "load",
]

"""What is handed to presentation: datasets, histories and what the scenario said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Moment:
    """One move of a history, in words."""

    round: int
    """Number of the round, from 1."""
    step: str
    by: str
    """Label of the party, or ``nature``."""
    move: str
    sentence: str


@dataclass(frozen=True)
class Story:
    """A complete history in words; ``probability`` is its own, not its outcome's."""

    probability: float
    outcome: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, eq=False)
class StateOverTime:
    """How a state variable stands as each round begins, at nominal values."""

    variable: str
    levels: tuple[str, ...]
    level: NDArray[np.float64]
    """(round, level) probability; what is missing to 1 has ended before."""


@dataclass(frozen=True, eq=False)
class Findings:
    """All that a report is made of."""

    scenario: Any
    """The Scenario; opaque to this room."""
    nominal: xr.Dataset
    """One draw: the nominal values (see ``results``)."""
    draws: xr.Dataset | None = None
    histories: tuple[Story, ...] = ()
    """The likeliest of all, likeliest first."""
    history_by_outcome: tuple[Story, ...] = ()
    """The likeliest of each outcome that has one."""
    histories_complete: bool = True
    """False where the search for histories was stopped at its bound."""
    state_by_round: tuple[StateOverTime, ...] = ()
    mechanism_effects: tuple[Any, ...] = ()
    other_outcomes: tuple[Mapping[str, float], ...] = ()
    """Outcome probabilities in every other equilibrium found at nominal values."""
    provenance: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    """The account as which the scenario is told; '' is the scenario as written."""
    verdicts: tuple[Any, ...] = ()
    """Claims on every account, '' (the scenario as written) first."""
    comparison: Any | None = None
    """Two accounts compared; further pairs stand in ``comparisons``."""
    comparisons: tuple[Any, ...] = ()
    sensitivity: Any | None = None
    bargaining: Any | None = None
    """What could be agreed on the scenario's issues; None without any."""
    offramps: Any | None = None
    turning: Any | None = None
    """Turning points and likeliest histories, at nominal values."""
    accounts: Mapping[str, xr.Dataset] = field(default_factory=dict)
    """Account to its outcomes at nominal values."""

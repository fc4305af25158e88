"""Offramp: an account of a crisis becomes a game, the game is solved, a report says what follows.

>>> import offramp
>>> scenario = offramp.read("border-standoff")
>>> findings = offramp.investigate(scenario, draws=0)
>>> offramp.summary(findings)["nodes"]
45
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from offramp.core.version import VERSION

__version__ = VERSION

_DOORS = {
    "read": "offramp.scenario",
    "Scenario": "offramp.scenario",
    "scenario_text": "offramp.scenario",
    "build": "offramp.game",
    "draw": "offramp.game",
    "emulate": "offramp.study.emulation",
    "evidence": "offramp.scenario.transcripts.ledger",
    "solve": "offramp.study",
    "outcomes": "offramp.study",
    "claims": "offramp.study.claims.checking",
    "coders": "offramp.study.coders.comparing",
    "compare": "offramp.study.accounts.comparison",
    "histories": "offramp.study.histories.retelling",
    "investigate": "offramp.study",
    "offramps": "offramp.study.offramps.proposals",
    "packages": "offramp.study.packages.packaging",
    "scan": "offramp.study.scanning",
    "sensitivity": "offramp.study.sensitivity.hanging_on",
    "describe": "offramp.presentation",
    "sentences": "offramp.presentation",
    "summary": "offramp.presentation",
    "sweep": "offramp.study.sweeps",
    "read_sweep": "offramp.study.sweeps",
    "write_results": "offramp.presentation",
    "figure": "offramp.presentation",
    "report": "offramp.presentation",
    "OfframpError": "offramp.core.errors",
}
"""Every name and the room it comes from; a room is entered when its first name is used."""

__all__ = [
    "build",
    "claims",
    "coders",
    "compare",
    "describe",
    "draw",
    "emulate",
    "evidence",
    "figure",
    "histories",
    "investigate",
    "OfframpError",
    "offramps",
    "outcomes",
    "packages",
    "read",
    "read_sweep",
    "report",
    "Scenario",
    "scan",
    "scenario_text",
    "sensitivity",
    "sentences",
    "solve",
    "summary",
    "sweep",
    "write_results",
]

if TYPE_CHECKING:
    from offramp.core.errors import OfframpError as OfframpError
    from offramp.game import build as build
    from offramp.game import draw as draw
    from offramp.presentation import describe as describe
    from offramp.presentation import figure as figure
    from offramp.presentation import report as report
    from offramp.presentation import sentences as sentences
    from offramp.presentation import summary as summary
    from offramp.presentation import write_results as write_results
    from offramp.scenario import Scenario as Scenario
    from offramp.scenario import read as read
    from offramp.scenario import scenario_text as scenario_text
    from offramp.scenario.transcripts.ledger import evidence as evidence
    from offramp.study import investigate as investigate
    from offramp.study import outcomes as outcomes
    from offramp.study import solve as solve
    from offramp.study.accounts.comparison import compare as compare
    from offramp.study.claims.checking import claims as claims
    from offramp.study.coders.comparing import coders as coders
    from offramp.study.emulation import emulate as emulate
    from offramp.study.histories.retelling import histories as histories
    from offramp.study.offramps.proposals import offramps as offramps
    from offramp.study.packages.packaging import packages as packages
    from offramp.study.scanning import scan as scan
    from offramp.study.sensitivity.hanging_on import sensitivity as sensitivity
    from offramp.study.sweeps import read_sweep as read_sweep
    from offramp.study.sweeps import sweep as sweep


def __getattr__(name: str) -> Any:
    """Open a room when one of its names is asked for."""
    if name not in _DOORS:
        raise AttributeError(f"module 'offramp' has no attribute '{name}'")
    return getattr(import_module(_DOORS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_DOORS])

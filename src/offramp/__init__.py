"""Offramp: an account of a crisis becomes a game, the game is solved, a report says what follows.

>>> import offramp
>>> scenario = offramp.read("border-standoff")
>>> findings = offramp.investigate(scenario, draws=0)
>>> offramp.summary(findings)["nodes"]
45

Write: read, with_values, with_account, scenario_text, describe.
Solve: build, draw, solve, outcomes, scan, investigate; sweep and read_sweep for very many draws.
Argue: claims, compare, sensitivity, offramps, packages, histories, diff, emulate.
Tell: sentences, figure, report, write_brief, summary, as_json, write_results, save, load.
Models and games of other programs: find_models, model_named, read_game, write_game, tree_of,
solve_tree.

Whatever is found shows itself in one line, and in a notebook as a table; ``frame()`` and
``latex()`` give that table. Messages go to the logger 'offramp'.
"""

from __future__ import annotations

from importlib import import_module
from logging import NullHandler, getLogger
from typing import TYPE_CHECKING, Any

from offramp.core.version import VERSION

__version__ = VERSION
getLogger(__name__).addHandler(NullHandler())

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
    "diff": "offramp.study.versions",
    "sensitivity": "offramp.study.sensitivity.hanging_on",
    "describe": "offramp.presentation",
    "sentences": "offramp.presentation",
    "summary": "offramp.presentation",
    "sweep": "offramp.study.sweeps",
    "read_sweep": "offramp.study.sweeps",
    "write_results": "offramp.presentation",
    "figure": "offramp.presentation",
    "report": "offramp.presentation",
    "with_values": "offramp.scenario",
    "with_account": "offramp.scenario",
    "load": "offramp.analysis",
    "save": "offramp.analysis",
    "find_models": "offramp.study",
    "model_named": "offramp.study",
    "Workspace": "offramp.study",
    "as_json": "offramp.presentation",
    "Figure": "offramp.presentation",
    "Plot": "offramp.presentation",
    "write_brief": "offramp.presentation",
    "read_game": "offramp.interop",
    "write_game": "offramp.interop",
    "tree_of": "offramp.interop",
    "solve_tree": "offramp.interop",
    "OfframpError": "offramp.core.errors",
}
"""Every name and the room it comes from; a room is entered when its first name is used."""

__all__ = [
    "as_json",
    "build",
    "claims",
    "coders",
    "compare",
    "describe",
    "diff",
    "draw",
    "emulate",
    "evidence",
    "Figure",
    "figure",
    "find_models",
    "histories",
    "investigate",
    "load",
    "model_named",
    "OfframpError",
    "offramps",
    "outcomes",
    "packages",
    "Plot",
    "read",
    "read_game",
    "read_sweep",
    "report",
    "save",
    "scan",
    "Scenario",
    "scenario_text",
    "sensitivity",
    "sentences",
    "solve",
    "solve_tree",
    "summary",
    "sweep",
    "tree_of",
    "with_account",
    "with_values",
    "Workspace",
    "write_brief",
    "write_game",
    "write_results",
]

if TYPE_CHECKING:
    from offramp.analysis import load as load
    from offramp.analysis import save as save
    from offramp.core.errors import OfframpError as OfframpError
    from offramp.game import build as build
    from offramp.game import draw as draw
    from offramp.interop import read_game as read_game
    from offramp.interop import solve_tree as solve_tree
    from offramp.interop import tree_of as tree_of
    from offramp.interop import write_game as write_game
    from offramp.presentation import Figure as Figure
    from offramp.presentation import Plot as Plot
    from offramp.presentation import as_json as as_json
    from offramp.presentation import describe as describe
    from offramp.presentation import figure as figure
    from offramp.presentation import report as report
    from offramp.presentation import sentences as sentences
    from offramp.presentation import summary as summary
    from offramp.presentation import write_brief as write_brief
    from offramp.presentation import write_results as write_results
    from offramp.scenario import Scenario as Scenario
    from offramp.scenario import read as read
    from offramp.scenario import scenario_text as scenario_text
    from offramp.scenario import with_account as with_account
    from offramp.scenario import with_values as with_values
    from offramp.scenario.transcripts.ledger import evidence as evidence
    from offramp.study import Workspace as Workspace
    from offramp.study import find_models as find_models
    from offramp.study import investigate as investigate
    from offramp.study import model_named as model_named
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
    from offramp.study.versions import diff as diff


def __getattr__(name: str) -> Any:
    """Open a room when one of its names is asked for."""
    if name not in _DOORS:
        raise AttributeError(f"module 'offramp' has no attribute '{name}'")
    return getattr(import_module(_DOORS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_DOORS])

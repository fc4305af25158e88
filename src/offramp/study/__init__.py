"""What would change it: solving again for draws, and with mechanisms switched off."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_DOORS = {
    "evaluate_play": "solving.play",
    "evaluate_queries": "quantities.evaluation",
    "find_doubts": "runs.doubts",
    "find_models": "models",
    "find_quantities": "quantities",
    "Findings": "runs.findings",
    "MechanismEffect": "runs.effects",
    "mechanism_effects": "runs.effects",
    "Model": "models",
    "model_named": "models",
    "Play": "solving.play",
    "play_of": "solving.play",
    "Quantity": "quantities",
    "QuantitySlopes": "sensitivity.slopes",
    "QueryValues": "quantities.evaluation",
    "Reach": "quantities.evaluation",
    "read_sweep": "sweeps",
    "Sensitivity": "sensitivity.hanging_on",
    "SlopeFinder": "sensitivity.slopes",
    "Solved": "solving.experiment",
    "investigate": "runs.investigation",
    "outcomes": "solving.experiment",
    "Mixture": "solving.experiment",
    "solve": "solving.mixtures",
    "sweep": "sweeps",
    "Workspace": "solving.workspace",
}
"""Every name and the file it comes from, which is loaded when the name is first used: what one
study needs, another need not wait for."""

__all__ = [
    "evaluate_play",
    "evaluate_queries",
    "find_doubts",
    "find_models",
    "find_quantities",
    "Findings",
    "MechanismEffect",
    "Mixture",
    "Model",
    "model_named",
    "Play",
    "play_of",
    "Quantity",
    "QuantitySlopes",
    "QueryValues",
    "Reach",
    "read_sweep",
    "Sensitivity",
    "SlopeFinder",
    "Solved",
    "investigate",
    "mechanism_effects",
    "outcomes",
    "solve",
    "sweep",
    "Workspace",
]

if TYPE_CHECKING:
    from offramp.study.models import Model, find_models, model_named
    from offramp.study.quantities import Quantity, find_quantities
    from offramp.study.quantities.evaluation import QueryValues, Reach, evaluate_queries
    from offramp.study.runs.doubts import find_doubts
    from offramp.study.runs.effects import MechanismEffect, mechanism_effects
    from offramp.study.runs.findings import Findings
    from offramp.study.runs.investigation import investigate
    from offramp.study.sensitivity.hanging_on import Sensitivity
    from offramp.study.sensitivity.slopes import QuantitySlopes, SlopeFinder
    from offramp.study.solving.experiment import Mixture, Solved, outcomes
    from offramp.study.solving.mixtures import solve
    from offramp.study.solving.play import Play, evaluate_play, play_of
    from offramp.study.solving.workspace import Workspace
    from offramp.study.sweeps import read_sweep, sweep


def __getattr__(name: str) -> Any:
    """Load a study when one of its names is asked for."""
    if name not in _DOORS:
        raise AttributeError(f"module 'offramp.study' has no attribute '{name}'")
    return getattr(import_module(f"offramp.study.{_DOORS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_DOORS])

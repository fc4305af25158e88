"""What would change it: solving again for draws, and with mechanisms switched off."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_DOORS = {
    "evaluate_play": "play",
    "evaluate_queries": "queries",
    "find_models": "models",
    "find_quantities": "quantities",
    "MechanismEffect": "effects",
    "mechanism_effects": "effects",
    "Model": "models",
    "model_named": "models",
    "Play": "play",
    "play_of": "play",
    "Quantity": "quantities",
    "QuantitySlopes": "slopes",
    "QueryValues": "queries",
    "Reach": "queries",
    "read_sweep": "sweeping",
    "Sensitivity": "sensitivities",
    "sensitivity": "sensitivities",
    "SlopeFinder": "slopes",
    "Solved": "experiment",
    "investigate": "investigation",
    "outcomes": "experiment",
    "solve": "experiment",
    "summary": "digest",
    "sweep": "sweeping",
    "write_results": "saving",
}
"""Every name and the file it comes from, which is loaded when the name is first used: what one
study needs, another need not wait for."""

__all__ = [
    "evaluate_play",
    "evaluate_queries",
    "find_models",
    "find_quantities",
    "MechanismEffect",
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
    "sensitivity",
    "SlopeFinder",
    "Solved",
    "investigate",
    "mechanism_effects",
    "outcomes",
    "solve",
    "summary",
    "sweep",
    "write_results",
]

if TYPE_CHECKING:
    from offramp.study.digest import summary
    from offramp.study.effects import MechanismEffect, mechanism_effects
    from offramp.study.experiment import Solved, outcomes, solve
    from offramp.study.investigation import investigate
    from offramp.study.models import Model, find_models, model_named
    from offramp.study.play import Play, evaluate_play, play_of
    from offramp.study.quantities import Quantity, find_quantities
    from offramp.study.queries import QueryValues, Reach, evaluate_queries
    from offramp.study.saving import write_results
    from offramp.study.sensitivities import Sensitivity, sensitivity
    from offramp.study.slopes import QuantitySlopes, SlopeFinder
    from offramp.study.sweeping import read_sweep, sweep


def __getattr__(name: str) -> Any:
    """Load a study when one of its names is asked for."""
    if name not in _DOORS:
        raise AttributeError(f"module 'offramp.study' has no attribute '{name}'")
    return getattr(import_module(f"offramp.study.{_DOORS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_DOORS])

"""What would change it: solving again for draws, and with mechanisms switched off."""

from __future__ import annotations

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
    "Sensitivity",
    "sensitivity",
    "SlopeFinder",
    "Solved",
    "investigate",
    "mechanism_effects",
    "outcomes",
    "solve",
    "summary",
    "write_results",
]

"""For people who extend Offramp: conformance checks, random games and crises, a slow solver."""

from __future__ import annotations

from offramp.testing.conformance import (
    NotConforming,
    check_case,
    check_engine,
    check_figure,
    check_format,
    check_mechanism,
    check_model,
    check_quantity,
    check_scenario,
    check_section,
    example_findings,
)

__all__ = [
    "check_case",
    "check_engine",
    "check_figure",
    "check_format",
    "check_mechanism",
    "check_model",
    "check_quantity",
    "check_scenario",
    "check_section",
    "example_findings",
    "NotConforming",
]

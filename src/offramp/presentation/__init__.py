"""What readers see: words, figures and one self-contained report; nothing is computed anew here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_DOORS = {
    "as_json": "records",
    "describe": "describing",
    "Description": "describing",
    "figure": "telling",
    "sentences": "telling",
    "report": "page",
    "brief_of": "brief",
    "write_brief": "brief_files",
    "summary": "run_summary",
    "write_results": "files",
    "Figure": "gallery",
    "Panel": "gallery",
    "Plot": "plots",
    "Table": "gallery",
    "find_figures": "gallery",
}
"""Every name and the file it comes from, which is loaded when the name is first used."""

__all__ = [
    "as_json",
    "describe",
    "Description",
    "figure",
    "sentences",
    "report",
    "brief_of",
    "write_brief",
    "summary",
    "write_results",
    "Figure",
    "Panel",
    "Plot",
    "Table",
    "find_figures",
]

if TYPE_CHECKING:
    from offramp.presentation.brief import brief_of
    from offramp.presentation.brief_files import write_brief
    from offramp.presentation.describing import Description, describe
    from offramp.presentation.files import write_results
    from offramp.presentation.gallery import Figure, Panel, Table, find_figures
    from offramp.presentation.page import report
    from offramp.presentation.plots import Plot
    from offramp.presentation.records import as_json
    from offramp.presentation.run_summary import summary
    from offramp.presentation.telling import figure, sentences


def __getattr__(name: str) -> Any:
    """Load what tells when one of its names is asked for."""
    if name not in _DOORS:
        raise AttributeError(f"module 'offramp.presentation' has no attribute '{name}'")
    return getattr(import_module(f"offramp.presentation.{_DOORS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_DOORS])

"""What readers see: words, figures and one self-contained report; nothing is computed anew here."""

from __future__ import annotations

from offramp.presentation.gallery import Figure, Panel, Table, find_figures
from offramp.presentation.page import report, write_report

__all__ = ["Figure", "Panel", "Table", "find_figures", "report", "write_report"]

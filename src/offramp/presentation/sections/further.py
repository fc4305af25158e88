"""Figures that name no section of the report, or one that it lacks."""

from __future__ import annotations

from offramp.presentation.contents import Section

SECTION = Section("Further figures", 160, folded=True)

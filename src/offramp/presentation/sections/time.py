"""When the crisis ends: a place for figures."""

from __future__ import annotations

from offramp.presentation.contents import Section

SECTION = Section("When it ends", 50, folded=True)

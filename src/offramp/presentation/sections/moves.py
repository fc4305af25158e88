"""Who moves when: a place for figures."""

from __future__ import annotations

from offramp.presentation.contents import Section

SECTION = Section("Who moves when", 60, folded=True)

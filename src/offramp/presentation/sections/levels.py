"""How the variables of the state move from round to round: a place for figures."""

from __future__ import annotations

from offramp.presentation.contents import Section

SECTION = Section("Where things stand over time", 100, folded=True)

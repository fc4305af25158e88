"""What each party gets: a place for figures."""

from __future__ import annotations

from offramp.presentation.contents import Section

SECTION = Section("What each party gets", 40, folded=True)

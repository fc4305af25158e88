"""What the report cannot tell; its template holds all the words."""

from __future__ import annotations

from offramp.presentation.contents import Section

SECTION = Section("What this cannot tell", 190)

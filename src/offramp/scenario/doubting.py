"""All doubts that the text alone raises: numbers outside their ranges, and what nobody reads."""

from __future__ import annotations

from offramp.scenario.doubts import Doubt, outside_doubts
from offramp.scenario.meaning import Meaning
from offramp.scenario.unread import unread_doubts


def doubts_of(meaning: Meaning) -> tuple[Doubt, ...]:
    """The doubts about a scenario and its accounts that need no game, each place once."""
    return (*outside_doubts(meaning), *unread_doubts(meaning.scenario))

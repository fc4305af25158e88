"""All doubts that the text alone raises: numbers outside ranges, what nobody reads, passages."""

from __future__ import annotations

from offramp.scenario.doubts import Doubt, outside_doubts
from offramp.scenario.meaning import Meaning
from offramp.scenario.transcripts.doubts import evidence_doubts
from offramp.scenario.unread import unread_doubts


def doubts_of(meaning: Meaning) -> tuple[Doubt, ...]:
    """The doubts about a scenario and its accounts that need no game, each place once."""
    scenario = meaning.scenario
    return (*outside_doubts(meaning), *unread_doubts(scenario), *evidence_doubts(scenario))

"""The ledger of evidence in the report: assumptions without a passage, passages without a use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation.contents import Content, Section
from offramp.presentation.text.evidence import STATUS_WORDS, evidence_sentences, shown_passages
from offramp.scenario.transcripts.ledger import evidence

if TYPE_CHECKING:
    from offramp.scenario.transcripts.ledger import Use
    from offramp.study.runs.findings import Findings

MOST_UNUSED = 400
"""Stretches of a transcript that are listed."""


def _there(findings: Findings) -> bool:
    """Whether some source has a transcript."""
    return any(one.file for one in findings.scenario.sources.values())


def _content(findings: Findings) -> Content:
    ledger = evidence(findings.scenario)
    scenario = findings.scenario
    cited: dict[tuple[str, str], list[Use]] = {}
    for use in ledger.uses:
        cited.setdefault((use.found.source, use.found.at), []).append(use)
    several = sum(bool(one.file) for one in scenario.sources.values()) > 1
    return {
        "sentences": tuple(evidence_sentences(ledger)),
        "cited": tuple(
            {
                "at": at,
                "source": (scenario.sources[key].title or key) if several else "",
                "status": STATUS_WORDS[uses[0].found.status],
                "used": tuple((one.kind, one.name) for one in uses),
                "words": shown_passages(scenario, {key: at}, 1_200),
            }
            for (key, at), uses in cited.items()
        ),
        "bare": ledger.bare,
        "unused": tuple(
            {
                "at": one.at,
                "source": (scenario.sources[one.source].title or one.source) if several else "",
                "speaker": one.passages[0].speaker if one.passages else "",
                "words": " ".join(part.text for part in one.passages).strip(),
            }
            for one in ledger.unused[:MOST_UNUSED]
        ),
        "left": max(0, len(ledger.unused) - MOST_UNUSED),
    }


SECTION = Section("The ledger of evidence", 175, _content, _there, folded=True)

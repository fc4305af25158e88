"""Doubts about evidence: files that are not there, words nobody has accepted, words that moved."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.scenario.citing import citations_of
from offramp.scenario.doubts import Doubt, doubt_at
from offramp.scenario.model import Scenario
from offramp.scenario.transcripts.attaching import cited_parts

ACCEPT = "offramp evidence FILE --accept"


def evidence_doubts(scenario: Scenario) -> Iterator[Doubt]:
    """A doubt for every file that is not there and every passage that is not where it was."""
    evidence = scenario.evidence
    for key, file in evidence.missing.items():
        cited = sum(one.source == key for one in evidence.spans.values())
        number = "its passage" if cited == 1 else f"its {cited:,} passages"
        so = f", so that {number} cannot be compared" if cited else ""
        yield doubt_at(
            scenario,
            "W112",
            f"the file '{file}' of the source '{key}' is not at hand{so}",
            "put it beside the scenario, or leave it away on purpose",
            ("sources", key, "file"),
        )
    told: set[tuple[str, str]] = set()
    new = sum(one.status == "new" for one in evidence.spans.values())
    for cited in citations_of(scenario):
        for key, part in cited_parts(scenario, cited):
            one = evidence.spans.get((key, part.written))
            if one is None or (key, part.written) in told:
                continue
            told.add((key, part.written))
            path = (*cited.path, "source", key)
            if one.status == "moved":
                yield doubt_at(
                    scenario,
                    "W114",
                    f"the words of passage {one.at} of '{key}' have moved: they stand at {one.now}",
                    f"write {one.now} for {one.at}",
                    path,
                )
            elif one.status == "new":
                whole = f"nobody has accepted the words of passage {one.at} of '{key}'"
                if not evidence.locked:
                    number = "the passage" if new == 1 else f"the {new:,} passages"
                    whole = f"nobody has accepted the words of {number} that are cited"
                found = f"{whole}, so that a change of the file would go unnoticed"
                yield doubt_at(scenario, "W113", found, f"read them, then: {ACCEPT}", path)
                if not evidence.locked:
                    return

"""Words in quotation marks: whether they are literally in a passage, and how they are withheld."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from offramp.core.errors import EvidenceError
from offramp.scenario.citing import WORDS, Cited, citations_of
from offramp.scenario.model import Scenario
from offramp.scenario.transcripts.records import Evidence, Found, Transcript, without_words
from offramp.scenario.transcripts.turns import clean

QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"")
_LEFT_OUT = re.compile(r"\s*(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\s*")
_EDGES = " \t\n.,;:!?"
RUN = 5
"""So many words of a transcript in a row are a quotation, whether marked as one or not."""
WITHHELD = "[words withheld]"
_TEXTS = frozenset((*WORDS, "title", "stance", "unit", "speaker"))
_TOKEN = re.compile(r"\w+(?:['’]\w+)?")


def check_quote(scenario: Scenario, cited: Cited, spans: Sequence[Found]) -> None:
    """A ScenarioError where an entry with `quote: true` quotes what its passages do not say.

    What stands in quotation marks is the quotation; without any, all of the first of its texts.
    """
    said = [" ".join(one.text for one in span.passages) for span in spans]
    for word, quotation in quotations(cited):
        if not any(_says(text, quotation) for text in said):
            told = ", ".join(span.at for span in spans)
            raise EvidenceError(
                f"‹{quotation}› is not literally in passage {told}",
                code="E803",
                expected="the words of the passage, with […] where some are left out",
                repair="quote it as it stands there, or remove 'quote: true' and the marks",
                place=scenario.place(*cited.path, word),
                path=".".join(map(str, (*cited.path, word))),
            )


def quotations(cited: Cited) -> Iterator[tuple[str, str]]:
    """The words that an entry gives as a quotation, with the name of the text they stand in."""
    marked = [
        (word, match[1] or match[2])
        for word, text in cited.texts.items()
        for match in QUOTED.finditer(text)
    ]
    first = next(iter(cited.texts.items()), None)
    yield from marked or ([first] if first else [])


def _says(text: str, quotation: str) -> bool:
    """Whether the pieces of a quotation stand in a text, in their order and as whole words."""
    at = 0
    for piece in _LEFT_OUT.split(clean(quotation)):
        words = piece.strip(_EDGES)
        if not words:
            continue
        match = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)").search(text, at)
        if match is None:
            return False
        at = match.end()
    return at > 0


def without_passages(scenario: Scenario) -> Scenario:
    """The scenario without any words of its transcripts, for material that must not travel.

    Left out are all passages, what is quoted by `quote: true`, what stands in quotation marks and
    is in a transcript, and five words of a transcript in a row wherever they stand in a text. Where
    a transcript is not at hand, nobody can tell which words are its own: then every text of five
    words or more is left out whole, and whatever stands in quotation marks.
    """
    evidence = scenario.evidence
    if not any(one.file for one in scenario.sources.values()):
        return scenario
    flagged = {one.path: one for one in citations_of(scenario) if one.quote}
    keeper = _Keeper(tuple(evidence.transcripts.values()), all_texts=bool(evidence.missing))
    content = keeper.kept(
        scenario.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    )  # first whole runs: what is cut at a quotation mark inside them would be too short
    for path, cited in flagged.items():
        entry: Any = content
        for part in path:
            entry = entry[part]
        entry.pop("quote")
        marked = any(QUOTED.search(text) for text in cited.texts.values())
        for number, word in enumerate(cited.texts):
            if marked:
                entry[word] = QUOTED.sub(WITHHELD, str(entry[word]))
            elif number == 0:
                entry[word] = WITHHELD
    told = Scenario.model_validate(content)
    if scenario.text is not None:
        told = told.from_text(scenario.text)
    spans = {
        at: replace(one, passages=without_words(one.passages)) for at, one in evidence.spans.items()
    }
    places = {key: one.bare() for key, one in evidence.transcripts.items()}
    bare = Evidence(places, spans, evidence.missing, evidence.locked, withheld=True)
    return told.without_moves(scenario.barred).with_evidence(bare)


class _Keeper:
    """Keeps back what is in transcripts; with ``all_texts`` whatever may be in another one."""

    def __init__(self, transcripts: tuple[Transcript, ...], all_texts: bool) -> None:
        self._all_texts = all_texts
        self._texts = [" ".join(one.text for one in whole.passages) for whole in transcripts]
        self._runs = {run for text in self._texts for run, _, _ in _runs(text)}

    def kept(self, value: Any, word: str = "") -> Any:
        """The same content, its texts without what is in a transcript."""
        if isinstance(value, Mapping):
            entries = cast("Mapping[str, Any]", value)
            return {key: self.kept(one, str(key)) for key, one in entries.items()}
        if isinstance(value, (list, tuple)):
            return [self.kept(one) for one in cast("Sequence[Any]", value)]
        return self._text(value) if isinstance(value, str) and word in _TEXTS else value

    def _text(self, text: str) -> str:
        if self._all_texts and next(_runs(text), None):
            return WITHHELD
        spans = [(start, end) for run, start, end in _runs(text) if run in self._runs]
        for start, end in reversed(tuple(_merged(spans))):
            text = f"{text[:start]}{WITHHELD}{text[end:]}"
        return QUOTED.sub(self._marked, text)

    def _marked(self, match: re.Match[str]) -> str:
        words = match[1] or match[2]
        own = self._all_texts or any(_says(text, words) for text in self._texts)
        return WITHHELD if own else match.group()


def _runs(text: str) -> Iterator[tuple[str, int, int]]:
    """Every run of ``RUN`` words in small letters, with where it begins and ends."""
    words = list(_TOKEN.finditer(text))
    for first in range(len(words) - RUN + 1):
        run = words[first : first + RUN]
        yield " ".join(one.group().lower() for one in run), run[0].start(), run[-1].end()


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that overlap as one."""
    start = end = -1
    for first, last in spans:
        if first > end and end >= 0:
            yield start, end
            start = first
        start = first if end < 0 else start
        end = last
    if end >= 0:
        yield start, end

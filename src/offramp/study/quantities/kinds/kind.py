"""P(kind agreement): the probability of all outcomes of one kind together."""

from __future__ import annotations

from offramp.core.errors import suggestion
from offramp.scenario import Meaning, Query
from offramp.scenario.queries import KINDS, QueryReader
from offramp.scenario.text_cuts import Cut
from offramp.study.quantities import Quantity
from offramp.study.quantities.dependence import names_played
from offramp.study.quantities.kinds.outcome import aim_at_ends, end_probability


def _read(reader: QueryReader, head: Cut) -> Query | None:
    first, rest = head.word()
    if first != "kind" or not rest.text:
        return None
    word, more = rest.word()
    if word not in KINDS:
        reader.fail(
            rest,
            f"'{word or rest.text}' is no kind of outcome",
            "one of: " + ", ".join(KINDS),
            suggestion(word, KINDS),
        )
    predicate, by = reader.narrowed(more, f"kind {word}")
    positions = tuple(i for i, o in enumerate(reader.meaning.outcomes) if o.kind == word)
    return Query("", "kind", positions, predicate, by)


def _worded(query: Query, meaning: Meaning) -> str | None:
    if query.predicate is not None or query.by is not None:
        return None
    kind = meaning.outcomes[query.outcomes[0]].kind
    return f"probability of {'an' if kind[0] in 'aeiou' else 'a'} {kind}"


QUANTITY = Quantity(
    about="probability that play ends in an outcome of a kind",
    evaluate=end_probability,
    arguments=_read,
    letters="P",
    form="P(kind {})",
    words=_worded,
    slope=aim_at_ends,
    reads=names_played,
)

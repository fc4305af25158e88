"""Which quantity is meant: a word and a name, the text of a quantity, or one already read."""

from __future__ import annotations

from collections.abc import Sequence

from offramp.core.errors import ResultError
from offramp.scenario import Meaning, Query
from offramp.scenario.queries import parse_query
from offramp.study.quantities import find_quantities

Asked = Query | str | Sequence[str]


def ask(quantity: Asked, meaning: Meaning) -> Query:
    """The quantity as a Query: from one, from a text as in claims, or from a pair.

    Pairs are ('outcome', name), ('kind', kind), ('payoff', party) and ('rounds',). A
    ScenarioError says what is wrong with a name, a ResultError that there is no such word.
    """
    if isinstance(quantity, Query):
        return quantity
    if isinstance(quantity, str):
        return parse_query(quantity, meaning)
    word, *names = quantity
    form = _form(word)
    if not form or len(names) != form.count("{}"):
        raise ResultError(
            f"{tuple(quantity)!r} is no quantity",
            expected="('outcome', name), ('kind', kind), ('payoff', party) or ('rounds',)",
        )
    return parse_query(form.format(*names), meaning)


def ask_again(query: Query, meaning: Meaning) -> Query:
    """The same quantity where positions may have changed: read anew from its own text."""
    return parse_query(query.text, meaning)


def worded(query: Query, meaning: Meaning) -> str:
    """The quantity in words that can stand after 'the', with its interventions as written."""
    words = find_quantities()[query.kind].words
    told = words(query, meaning) if words is not None else None
    if told is None:
        return f"quantity {query.text}"
    _, bar, under = query.text.partition("|")
    return f"{told} under {under.strip().rstrip(')')})" if bar else told


def _form(kind: str) -> str:
    """How a kind of quantity is written of one name; '' where there is no such kind or form."""
    found = find_quantities().get(kind)
    return "" if found is None else found.form

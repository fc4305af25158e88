"""Which quantity is meant: a word and a name, the text of a quantity, or one already read."""

from __future__ import annotations

from collections.abc import Sequence

from offramp.core.errors import ResultError
from offramp.scenario import Meaning, Query
from offramp.scenario.queries import parse_query
from offramp.study.solving.labels import spoken

Asked = Query | str | Sequence[str]
FORMS = {
    "outcome": "P({})",
    "kind": "P(kind {})",
    "payoff": "E(payoff[{}])",
    "rounds": "E(rounds)",
}


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
    if word not in FORMS or len(names) != (word != "rounds"):
        raise ResultError(
            f"{tuple(quantity)!r} is no quantity",
            expected="('outcome', name), ('kind', kind), ('payoff', party) or ('rounds',)",
        )
    return parse_query(FORMS[word].format(*names), meaning)


def ask_again(query: Query, meaning: Meaning) -> Query:
    """The same quantity where positions may have changed: read anew from its own text."""
    return parse_query(query.text, meaning)


def worded(query: Query, meaning: Meaning) -> str:
    """The quantity in words that can stand after 'the', with its interventions as written."""
    _, bar, under = query.text.partition("|")
    scenario = meaning.scenario
    names = [_outcome(meaning, i) for i in query.outcomes]
    match query.kind:
        case "outcome" if query.predicate is None and query.by is None:
            words = f"probability of {names[0]}"
        case "kind" if query.predicate is None and query.by is None:
            words = f"probability of {_article(meaning.outcomes[query.outcomes[0]].kind)}"
        case "payoff" if query.party is not None:
            party = meaning.parties[query.party]
            words = f"expected payoff of {scenario.parties[party].label or spoken(party)}"
        case "rounds":
            words = "expected number of further rounds"
        case _:
            return f"quantity {query.text}"
    return f"{words} under {under.strip().rstrip(')')})" if bar else words


def _outcome(meaning: Meaning, position: int) -> str:
    """An outcome by its label in quotation marks, else by its name."""
    if position < 0:
        return "no end"
    name = meaning.outcomes[position].name
    label = meaning.scenario.outcomes[name].label
    return f"“{label}”" if label else spoken(name)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"

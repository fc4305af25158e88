"""The rules of a round in plain sentences: who moves, what each sees, what is paid, what follows.

Of scenarios and of mechanisms alike: what is told is what is written, names and all, so that a
reader could write the rules again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from offramp.presentation.text.formulas import change_words, condition_words, formula_words
from offramp.presentation.text.numbers import listed

if TYPE_CHECKING:
    from offramp.scenario.model import Move, Outcome, Private, Scenario, Step, Variable

KIND_WORDS: Mapping[str, str] = {
    "agreement": "an agreement",
    "ceasefire": "a ceasefire",
    "capitulation": "a capitulation",
    "stalemate": "a stalemate",
    "war": "war",
    "catastrophe": "a catastrophe",
}


def named(name: str, label: str | None) -> str:
    """A label with the name in brackets, or the name alone."""
    return f"{label} ({name})" if label and label != name else name


def step_sentence(
    step: Step, labels: Mapping[str, str], earlier: Sequence[str], hidden: Sequence[str] = ()
) -> str:
    """Who moves at a step and what they see; ``earlier`` are the steps before it in the round.

    ``hidden`` is what was drawn before the first round and is not known to who moves.
    """
    about = _said(step.about)
    told = named(step.name, step.label)
    if step.by == "nature":
        return f"By chance, {told}.{about}"
    who = labels.get(step.by, step.by)
    if step.unseen:
        sees = f"without seeing {listed(step.unseen)} of this round"
    else:
        sees = "having seen all earlier moves" if earlier else "knowing all that has happened"
    link = "nor" if step.unseen else "but not"
    without = f", {link} {listed(hidden)}" if hidden else ""
    return f"{who} decides at {told}, {sees}{without}.{about}"


def unknown_at(scenario: Scenario, step: Step) -> list[str]:
    """What was drawn before the first round and is not known to who moves at a step."""
    return [name for name, one in scenario.private.items() if step.by not in one.known_to]


def move_sentences(step: Step, ends: Mapping[str, str]) -> Iterator[str]:
    """Every move of a step: when it is on offer, its odds, what it pays, changes and ends."""
    for name, move in step.moves.items():
        yield f"{named(name, move.label)}{_consequences(move, ends)}{_said(move.about)}"


def _consequences(move: Move, ends: Mapping[str, str]) -> str:
    where = "" if move.when is None else f", offered where {condition_words(move.when)}"
    told: list[str] = []
    if move.odds is not None:
        told.append(f"has {_share(move.odds)}")
    if move.weight is not None:
        told.append(f"has the weight {formula_words(move.weight)}")
    told += [f"{party} gets {formula_words(pay)}" for party, pay in move.pay.items()]
    told += [change_words(name, formula) for name, formula in move.then.items()]
    if move.end is not None:
        told.append(f"the crisis ends in {ends.get(move.end, move.end)}")
    if move.force:
        told.append("an act of force")
    return f"{where}: {'; '.join(told)}." if told else f"{where}: nothing else follows."


def variable_sentence(name: str, words: Variable) -> str:
    """The values of a variable, where it begins, and whether every round resets it."""
    values = _values(words)
    reset = ", and again every round" if words.scope == "round" else ""
    return (
        f"{named(name, words.label)}: {values}; begins at {formula_words(words.start)}{reset}."
        f"{_said(words.about)}"
    )


def private_sentence(name: str, words: Private) -> str:
    """What is drawn once before the first round, with what odds, and who knows it."""
    odds = listed([f"{value} with {_share(one)}" for value, one in words.odds.items()])
    known = f"known to {listed(words.known_to)} only" if words.known_to else "known to nobody"
    return (
        f"{named(name, words.label)}: {_values(words)}; drawn once before the first round, {odds}; "
        f"{known}.{_said(words.about)}"
    )


def outcome_sentence(name: str, words: Outcome) -> str:
    """The kind of an end and what it is worth to each party."""
    pays = [f"{formula_words(pay)} to {party}" for party, pay in words.pay.items()]
    worth = f"is worth {'; '.join(pays)}" if pays else "is worth 0 to everybody"
    by = f"; reported by {words.by}" if words.by else ""
    kind = KIND_WORDS[words.kind]
    return f"{named(name, words.label)}, {kind}: {worth}{by}.{_said(words.about)}"


def _said(about: str | None) -> str:
    """What a text says of one of its parts, behind a space; '' where it says nothing."""
    return f" {' '.join(about.split())}" if about else ""


def _share(odds: int | float | str) -> str:
    rest = str(odds).strip() == "rest"
    return "what is left of the odds" if rest else f"odds of {formula_words(odds)}"


def _values(words: Variable | Private) -> str:
    if words.levels:
        return f"levels {', '.join(words.levels)}"
    low, high = words.range or (0, 0)
    return f"whole numbers from {formula_words(low)} to {formula_words(high)}"

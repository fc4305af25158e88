"""Histories and turning points in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import percent, sentence
from offramp.study.histories.turning import NOTICED
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.histories.retelling import Retold
    from offramp.study.histories.turning import TurningPoint


def histories_sentences(found: Retold) -> tuple[str, ...]:
    """The histories, then the turning points, each outcome's first ones first."""
    return (histories_sentence(found), *map(turning_sentence, found.turning))


def histories_sentence(found: Retold) -> str:
    """How much of what can happen the histories told make up."""
    ends = f" that ends in {spoken(found.outcome)}" if found.outcome else ""
    if not found.histories:
        return f"On the premises of {found.whose}, as encoded here, there is no history{ends}."
    share = found.told / found.probability if found.probability else 0.0
    count = len(found.histories)
    which = "likeliest history" if count == 1 else f"{count} likeliest histories"
    verb = "makes" if count == 1 else "make"
    return (
        f"On the premises of {found.whose}, as encoded here, the {which}{ends} {verb} up "
        f"{percent(share)} of the probability of such an end at nominal values."
    )


def turning_sentence(one: TurningPoint) -> str:
    """The change of the probability by the move."""
    who = "" if one.by == "nature" else f"{one.by}: "
    size = abs(one.change)
    way = "raises" if one.change > 0 else "lowers"
    if size < NOTICED:
        way, size = "raises at some times and lowers at others", one.decides / one.uses
    ends = ", which ends the crisis," if one.ends else ""
    return sentence(
        f"‹{who}{one.label}› ({one.step}.{one.move}){ends} {way} the probability of an end "
        f"by {spoken(one.outcome)} by {100 * size:.1f} points on average; it is "
        f"made {one.uses:.2g} times in a history on average"
    )

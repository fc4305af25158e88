"""What is known of other equilibria, in words: never a count of draws in which nobody looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import count_of
from offramp.solvers.equilibria import PROVED, SEVERAL, UNSEARCHED, starts_tried

if TYPE_CHECKING:
    from offramp.study.solving.searches import Searches

_WORDS = {
    PROVED: "it is proved to be the only equilibrium",
    SEVERAL: "other equilibria were found",
    UNSEARCHED: "other equilibria were not looked for",
}


def uniqueness_words(tag: str) -> str:
    """The tag of one solution as a clause."""
    starts = starts_tried(tag)
    if starts:
        told = count_of(starts, "further start")
        return f"{told} led to no other equilibrium, which is no proof that there is none"
    return _WORDS.get(tag, tag if starts is None else _WORDS[UNSEARCHED])


def starts_words(found: Searches) -> str:
    """'from 2 starts each', 'from 2 to 16 starts each'; '' where no draw has such a count."""
    if not found.most:
        return ""
    if found.least == found.most:
        return f"from {count_of(found.most, 'start')} each"
    return f"from {found.least:,} to {found.most:,} starts each"


def searches_sentence(found: Searches) -> str:
    """In how many of the combinations others were looked for, and from where; '' without any."""
    if not found.draws:
        return ""
    of_all = f"of {count_of(found.draws, 'combination')} solved"
    if found.proved == found.draws:
        return f"In all {of_all} the equilibrium is proved to be the only one."
    if not found.looked and not found.proved:
        return f"In none {of_all} were other equilibria looked for."
    told = [f"Other equilibria were looked for in {found.looked:,} {of_all}"]
    if words := starts_words(found):
        told[0] += f", {words}"
    if found.proved:
        told.append(f"in {found.proved:,} it is proved that there is no other")
    if found.unlooked:
        told.append(f"in {found.unlooked:,} nobody looked")
    return f"{'; '.join(told)}."


def open_words(opened: int, found: Searches) -> str:
    """'3 open', '0 open of the 64 looked at', or that nobody looked."""
    if not found.known:
        return "open: not looked for"
    return f"{opened:,} open{_of_those(found)}"


def open_cell(opened: int, found: Searches, nothing: str = "not looked for") -> str:
    """The same as a cell of a table: '3', '0 of 64'."""
    if not found.known:
        return nothing
    return f"{opened:,} of {found.known:,}" if found.unlooked else f"{opened:,}"


def _of_those(found: Searches) -> str:
    return f" of the {found.known:,} looked at" if found.unlooked else ""


def searches_sentences(found: Searches) -> tuple[str, ...]:
    """What was looked for, and in how many combinations more than one equilibrium was met."""
    told = (searches_sentence(found),)
    if not found.looked:
        return tuple(text for text in told if text)
    if not found.several:
        return (*told, "In none of those was another equilibrium met.")
    met = count_of(found.several, "combination")
    return (*told, f"In {met} more than one equilibrium was met.")


def of_claims(found: Sequence[Searches]) -> str:
    """The sentence of all claims, or where they differ that of the one of which least is known."""
    told = [one for one in found if one.draws]
    if not told:
        return ""
    said = searches_sentence(min(told, key=lambda one: one.known))
    if len({searches_sentence(one) for one in told}) == 1:
        return said
    return f"Of the claim of which least is known: {said[0].lower()}{said[1:]}"

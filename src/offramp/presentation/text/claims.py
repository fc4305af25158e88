"""Claims in plain sentences: on whose premises they hold, in what share of what was tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import between, listed, percent, share_holds
from offramp.study.claims.restating import ROW
from offramp.study.claims.verdicts import FAILS, HOLDS, OPEN, UNSOLVED, VACUOUS
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.claims.deciding import Condition, Deciding
    from offramp.study.claims.verdicts import Verdict

NOMINALLY = {
    HOLDS: "holds",
    FAILS: "does not hold",
    OPEN: "is open (equilibria found disagree on it)",
    VACUOUS: "says nothing (a step that it commits is never reached)",
    UNSOLVED: "has no verdict (a game that it needs was not solved)",
}


MANNERS = {
    "foreseen": "are foreseen by all",
    "as a surprise": "come as a surprise",
    "unanswered": "go on while nobody answers them",
}
"""How a claim's committed moves come, see `Query.manner`."""


def verdict_sentences(one: Verdict) -> tuple[str, ...]:
    """Whose premises, which claim, and in what share of what was tried; then the remarks."""
    return (verdict_sentence(one), *verdict_remarks(one))


def verdict_sentence(one: Verdict) -> str:
    """Whose premises, which claim, and in what share of what was tried."""
    says = one.says.strip().rstrip(".")
    lead = f"On the premises of {one.premises}, as encoded here, “{says}”"
    return f"{lead} {verdict_words(one)}{manner_words(one.manner)}."


def manner_words(manner: str) -> str:
    """'; its committed moves are foreseen' behind a verdict; '' where it commits none."""
    told = [MANNERS[word] for word in manner.split(" and ") if word]
    return f"; its committed moves {listed(told)}" if told else ""


def verdict_words(one: Verdict) -> str:
    """'holds in 62 % of the combinations of assumptions tried (…); …', without a subject."""
    if not one.declared.tried:
        return f"{NOMINALLY[one.state]} at nominal values"
    return share_holds(one.declared, solved=one.solved, open_=one.open, vacuous=one.vacuous)


def verdict_remarks(one: Verdict) -> Iterator[str]:
    """What else is to be said: nominal values, interval, second weighting, premises."""
    if one.declared.tried:
        yield f"At nominal values it {NOMINALLY[one.state]}."
    if one.interval is not None and one.declared.tried > 1:
        yield (
            "The sampling interval of that share, from eight scramblings, is "
            f"{between(*one.interval)}."
        )
    if one.share_other is not None:
        yield (
            f"With the ranges concentrated on the nominal values it holds in "
            f"{percent(one.share_other)} of {one.concentrated.counted:,} combinations."
        )
    if one.restates:
        lost = one.without[one.restates].lost
        over = (
            ""
            if lost is None
            else (
                f" and in {percent(lost)} of the combinations looked at in which it otherwise holds"
            )
        )
        said = premise(one.restates, one.without[one.restates].label)
        yield (
            f"It restates premise {said}: with that mechanism off it does not hold at nominal "
            f"values{over}."
        )
    elif one.rests_on:
        told = [premise(name, one.without[name].label) for name in one.rests_on]
        yield f"At nominal values it rests on {listed(told)}: without, it does not hold."
    yield from _more_remarks(one)


def _more_remarks(one: Verdict) -> Iterator[str]:
    if one.other_way is not None:
        yield other_way_sentence(one)
    if one.deciding is not None:
        yield deciding_sentence(one.deciding)
    words = {True: "holds", False: "does not hold", None: "has no single verdict"}
    others = [f"×{k:g} it {words[v]}" for k, v in one.precision.items() if k != 1]
    if others:
        yield f"With all choices' precision {listed(others)} (nominal values)."
    if one.open and one.declared.tried:
        yield (
            f"In {one.open:,} of {one.declared.tried:,} combinations the equilibria found disagree."
        )
    if one.searched:
        yield (
            "As several equilibria were found, every combination was searched for further ones "
            "by following the branch and by Newton's method from random starts."
        )
    if one.vacuous and one.declared.tried:
        yield (
            f"In {one.vacuous:,} of {one.declared.tried:,} combinations a step that it commits is "
            "never reached, so that it says nothing."
        )
    for text, share in one.unoffered.items():
        yield (
            f"In {percent(share)} of the turns of the committed step the move of {text} is not "
            "offered, and the party chooses freely."
        )


def other_way_sentence(one: Verdict) -> str:
    """What becomes of the claim where its moves come the other way; '' where there is none."""
    if one.other_way is None:
        return ""
    manner, state = one.other_way
    return f"If its committed moves {MANNERS[manner]}, it {NOMINALLY[state]} at nominal values."


def deciding_sentence(found: Deciding) -> str:
    """Where in the ranges the claim mostly holds, or does not."""
    where = " and ".join(condition_words(one) for one in found.conditions)
    verb = "holds" if found.holds else "does not hold"
    return (
        f"It {verb} in {percent(found.density)} of the combinations tried in which {where} "
        f"(of all combinations: {percent(found.base)}); they are {percent(found.coverage)} of "
        f"those in which it {verb}."
    )


def condition_words(one: Condition) -> str:
    """'attention decay is at least 0.31', or of a switch 'the draft is absent'."""
    if one.options:
        options = listed([spoken(option) for option in one.options], "or")
        return f"{one.label or spoken(one.name)} is {options}"
    side = "at least" if one.sign == ">=" else "at most"
    return f"{one.label or spoken(one.name)} is {side} {one.threshold:.3g}"


def premise(mechanism: str, label: str) -> str:
    """How a premise is called: 'S12 (The leader's office)', or the label alone."""
    rows = ROW.findall(label)
    rest = re.sub(r"\s*\([A-Z]\d+(?:,\s*[A-Z]\d+)*\)\s*$", "", label) or mechanism
    return f"{', '.join(rows)} ({rest})" if rows else f"“{rest}”"

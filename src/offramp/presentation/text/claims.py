"""Claims in plain sentences: on whose premises they hold, in what share of what was tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import (
    MINUS,
    between,
    figure_of,
    listed,
    percent,
    share_holds,
)
from offramp.presentation.text.searches import searches_sentence
from offramp.study.claims.classes import RESTATES, TAUTOLOGY, WITHOUT_PREMISE, WORTHS
from offramp.study.claims.restating import ROW
from offramp.study.claims.verdicts import FAILS, HOLDS, OPEN, UNSOLVED, VACUOUS
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.claims.deciding import Condition, Deciding
    from offramp.study.claims.force import ForceHarm
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
    """Whose premises, which claim, in what share of what was tried, and the harm of its force."""
    says = one.says.strip().rstrip(".")
    harm = "".join(f"; {harm_words(act)}" for act in one.force)
    return (
        f"On the premises of {one.premises}, as encoded here, the claim ‹{says}› "
        f"({paraphrase(one.source, one.quoted)}) {verdict_words(one)}"
        f"{manner_words(one.manner)}{harm}."
    )


def manner_words(manner: str) -> str:
    """'; its committed moves are foreseen' behind a verdict; '' where it commits none."""
    told = [MANNERS[word] for word in manner.split(" and ") if word]
    return f"; its committed moves {listed(told)}" if told else ""


def paraphrase(where: str, quoted: bool = False) -> str:
    """Whose words a claim is in: the analyst's, or where it is quoted those of the source."""
    if quoted:
        return f"in the words of {where}" if where else "in the words of the source"
    return f"the analyst's paraphrase of {where}" if where else "the analyst's words"


def verdict_words(one: Verdict) -> str:
    """'holds in 62 % of the combinations of assumptions tried (…), not at …; …', no subject."""
    if not one.declared.tried:
        return f"{NOMINALLY[one.state]} at nominal values"
    return share_holds(
        one.declared, solved=one.solved, open_=one.open, vacuous=one.vacuous, beside=_centrally(one)
    )


def _centrally(one: Verdict) -> str:
    """What stands in one breath with the share: whether it holds at nominal values too."""
    if one.share is None or one.declared.tried < 2:
        return ""
    if one.state in (HOLDS, FAILS):
        return ", and at nominal values" if one.nominal else ", not at nominal values"
    return f", and at nominal values it {NOMINALLY[one.state]}"


def share_words(one: Verdict) -> str:
    """Share and verdict in one short phrase: 'holds in 84 % of the combinations; …'."""
    if one.share is None or one.declared.tried < 2:
        return NOMINALLY[one.state].partition(" (")[0]
    if one.nominal is None:
        beside = f"{one.state} at nominal values"
    else:
        beside = "at nominal values too" if one.nominal else "not at nominal values"
    return f"holds in {percent(one.share)} of the combinations; {beside}"


def class_words(one: Verdict) -> str:
    """Its class, and of a claim that was put in how: 'put in: restates premise S9 (…)'."""
    if one.put_in == RESTATES:
        return f"put in: restates premise {premise(one.restates, one.without[one.restates].label)}"
    if one.put_in == WORTHS:
        return "put in: it compares worths alone, no play enters it"
    if one.put_in == TAUTOLOGY:
        return "put in: one side is 0 by the rules, whatever the numbers"
    if one.kind == WITHOUT_PREMISE:
        told = listed([premise(name, one.without[name].label) for name in one.about])
        return f"{WITHOUT_PREMISE}: it holds with {told} off as well"
    return one.kind


def harm_words(act: ForceHarm) -> str:
    """What an act of force does, to be said in one line with the claim that commits it."""
    dangers = [
        f"{'that of ' * bool(place)}{kind} from {percent(before)} to {percent(after)}"
        for place, (kind, (before, after)) in enumerate(act.danger.items())
    ]
    told = f"the probability of {listed(dangers)}" if dangers else ""
    gains = [f"{party} {signed_gain(gain)}" for party, gain in act.gains.items()]
    joined = "; expected payoffs move by " if told else "moves expected payoffs by "
    return (
        f"the act of force in it (‹{act.act}›) {'moves ' if told else ''}{told}{joined}"
        f"{listed(gains)} (nominal values, beside the same without it)"
    )


def harm_brief(act: ForceHarm) -> str:
    """The same in figures: 'war 12 % → 24 %, catastrophe 1.0 % → 3.1 %; North −0.1, South 0'."""
    told = [f"{kind} {percent(b)} → {percent(a)}" for kind, (b, a) in act.danger.items()]
    gains = [f"{party} {signed_gain(gain)}" for party, gain in act.gains.items()]
    return "; ".join(part for part in (", ".join(told), ", ".join(gains)) if part)


def signed_gain(value: float) -> str:
    """'+0.12', '−0.12', or 0."""
    if not abs(value) >= 1e-3:
        return "0" if value == value else "not known"
    return f"{'+' if value > 0 else MINUS}{figure_of(abs(value), 2)}"


def verdict_remarks(one: Verdict) -> Iterator[str]:
    """What else is to be said: class, interval, second weighting, premises."""
    if one.put_in in (WORTHS, TAUTOLOGY) or one.kind == WITHOUT_PREMISE:
        yield f"{class_words(one)[0].upper()}{class_words(one)[1:]}."
    if one.static:
        yield (
            "It measures by what its condition names; the other readings of what each has without "
            "agreement stand beside each other in one table, and may judge otherwise."
        )
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
    words = {True: "holds", False: "does not hold", None: "has no verdict"}
    others = [f"×{k:g} it {words[v]}" for k, v in one.precision.items() if k != 1]
    if others:
        yield f"With all choices' precision {listed(others)} (nominal values)."
    if one.looked and one.declared.tried > 1:
        yield searches_sentence(one.searches)
    if not one.looked and one.declared.tried:
        yield "Other equilibria were looked for at nominal values only, not in the combinations."
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


def deciding_sentence(found: Deciding, where: str = "") -> str:
    """Where in the ranges the claim mostly holds, or does not; ``where`` in other words."""
    where = where or " and ".join(condition_words(one) for one in found.conditions)
    verb = "holds" if found.holds else "does not hold"
    return (
        f"In the half of the combinations on which this was tried out, it {verb} in "
        f"{percent(found.density)} of those in which {where}, against {percent(found.base)} of "
        f"all; these are {percent(found.coverage)} of those in which it {verb}."
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
    return f"{', '.join(rows)} ({rest})" if rows else f"‹{rest}›"

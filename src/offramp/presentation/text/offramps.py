"""Off-ramps in plain sentences: facts of the game as encoded, never advice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import (
    count_of,
    figure_of,
    listed,
    percent,
    sentence,
    share_holds,
    told_apart_in_percent,
)
from offramp.study.offramps.levers import Harm, Idle
from offramp.study.offramps.records import LOSES, WHOLE_OFFER
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offramp.study.offramps.levers import Excluded
    from offramp.study.offramps.records import Change, OffRamp, OffRamps

EQUAL = 1e-9
AIMS = {"agreement": "an agreement", "ceasefire": "a ceasefire"}
RULES = (
    "Only changes that aim at agreement or ceasefire are looked for; acts of force, levers that "
    "raise another party's harm, first steps that raise others' losses if the same moves follow, "
    "and changes that raise the probability of war and catastrophe at the nominal values or in "
    "more than 5 % of the solved draws are left out; they can be tested as claims.",
    "Efforts are in the levers' own units; those of different holders are never added up.",
    "What a party has without agreement has several readings, side by side in one table. A "
    "settlement that is worth less to it than any of them when it comes is called imposed.",
    "A first step by which its holder loses, or which takes what another put forward as it is, is "
    "no off-ramp; such steps stand apart.",
)

APART = {
    LOSES: "it is no off-ramp, as {who} loses by it and on its own payoffs would not agree",
    WHOLE_OFFER: "it is no off-ramp, as {who} takes by it what another put forward, whole and as "
    "it is",
}

GROUNDS = {
    "pays": "it lowers what some move or end pays {who}, or makes losses there likelier",
    "chance": "it makes war or catastrophe likelier even if everybody plays as before",
    "cost": "it costs {who} something at once",
    "danger": "it makes war or catastrophe likelier if the same moves follow",
    "losses": "it raises the losses of {who} if the same moves follow",
    "draws": "it raises the probability of war and catastrophe in {share} of the solved draws",
    "numbers": "on the way there the numbers make no game",
    "branch": "on the principal branch it does not bring about what is asked",
}


def offramp_sentences(ramp: OffRamp) -> tuple[str, ...]:
    """What changes and what follows; effort; gains; draws; whatever needs a warning."""
    told = [_effect(ramp), _effort(ramp), _gains(ramp), *_draws(ramp), *_warnings(ramp)]
    return tuple(text for text in told if text)


def offramps_sentence(ramps: OffRamps) -> str:
    """The answer in one sentence."""
    lead = f"On the premises of {ramps.whose}, as encoded here,"
    aim, asked = aim_in_words(ramps.outcome), percent(ramps.at_least)
    if ramps.met:
        return f"{lead} {aim} has a probability of {percent(ramps.before)} without any change."
    if ramps.found:
        count, kinds = len(ramps.found), len(ramps.groups)
        changes = "1 change was" if count == 1 else f"{count} changes were"
        if kinds < count:
            changes = f"{count} changes, of {count_of(kinds, 'set')} of levers or steps, were"
        return (
            f"{lead} {changes} found that bring{'s' if count == 1 else ''} the probability of "
            f"{aim} from {percent(ramps.before)} to {asked} or more{_halved(ramps)}"
            f"{_stand_apart(ramps)}."
        )
    text = (
        f"{lead} no change of its levers within their limits and no first step was found that "
        f"brings the probability of {aim} from {percent(ramps.before)} to {asked}{_halved(ramps)}"
    )
    if ramps.nearest is None:
        return f"{text}, and none that raises it{_stand_apart(ramps)}."
    before, asked, near = told_apart_in_percent(ramps.before, ramps.at_least, ramps.nearest.after)
    text = (
        f"{lead} no change of its levers within their limits and no first step was found that "
        f"brings the probability of {aim} from {before} to {asked}{_halved(ramps)}"
    )
    what = _what(ramps.nearest).rstrip(",")
    return f"{text}{_stand_apart(ramps)}; the nearest that was found brings it to {near}: {what}."


def _halved(ramps: OffRamps) -> str:
    """That what is asked for is half of what was missing, where nobody said how much."""
    return ", which halves what is missing" if ramps.halved else ""


def _stand_apart(ramps: OffRamps) -> str:
    """How many first steps bring it about and are no off-ramps; '' for none."""
    count = len(ramps.apart)
    if not count:
        return ""
    if count == 1:
        return ", apart from 1 first step that is no off-ramp"
    return f", apart from {count} first steps that are no off-ramps"


def account_sentences(ramps: OffRamps) -> tuple[str, ...]:
    """On every account: how it stands there, and how many of the changes suffice."""
    return tuple(
        _on_account(ramps, name, before)
        for name, before in ramps.accounts.items()
        if math.isfinite(before)
    )


def _on_account(ramps: OffRamps, name: str, before: float) -> str:
    label, asked = ramps.account_labels.get(name, spoken(name)), percent(ramps.at_least)
    text = (
        f"On the premises of the account ‹{label}›, as encoded here, {aim_in_words(ramps.outcome)} "
        f"has a probability of {percent(before)} without any change"
    )
    if before >= ramps.at_least - EQUAL:
        return f"{text}."
    least, count = ramps.at_least - EQUAL, len(ramps.found)
    enough = sum(one.accounts.get(name, 0.0) >= least for one in ramps.found)
    if not count:
        return f"{text}."
    if count == 1:
        does = "brings" if enough else "does not bring"
        return f"{text}, and the same change {does} it to {asked} or more."
    which = {0: "none", count: "each"}.get(enough, f"{enough}")
    bring = "bring" if 1 < enough < count else "brings"
    return f"{text}, and {which} of these {count} changes {bring} it to {asked} or more."


def offramps_sentences(ramps: OffRamps) -> tuple[str, ...]:
    """Every sentence of the answer."""
    told = [*ramps.found, *([ramps.nearest] if ramps.nearest else [])]
    own = [text for ramp in told for text in offramp_sentences(ramp)]
    return (offramps_sentence(ramps), *account_sentences(ramps), *own, *offramps_remarks(ramps))


def offramps_remarks(ramps: OffRamps) -> tuple[str, ...]:
    """The rules, what stands apart, and what was left out."""
    apart = (apart_sentence(one) for one in ramps.apart)
    return (*RULES, *apart, *(left_out_sentence(one) for one in ramps.excluded))


def apart_sentence(ramp: OffRamp) -> str:
    """A first step that brings about what is asked and is no off-ramp, and why."""
    who = listed([ramp.labels[name] for name in ramp.holders])
    loss = ramp.gains[ramp.holders[0]]
    told = APART[ramp.apart].format(who=who)
    if ramp.apart == WHOLE_OFFER:
        told += f"; it {_more_or_less(loss)}{_by_itself(loss)}"
    imposed = [f"{percent(ramp.below[name])} on {ramp.labels[name]}" for name in ramp.imposed_on]
    also = f"; of the settlements that follow are imposed: {listed(imposed)}" if imposed else ""
    return sentence(
        f"the first step ‹{ramp.step_label}› makes {aim_in_words(ramp.outcome)} "
        f"{percent(ramp.after)} probable (from {percent(ramp.before)}), but {told}{also}"
    )


def left_out_sentence(one: Excluded) -> str:
    """What is not proposed, and why."""
    named = listed([f"‹{label}›" for label in one.labels])
    what = named if len(one.labels) == 1 else f"The change of {named} together"
    return sentence(f"{what} is left out: {_why(one.why)}")


def _why(why: Harm | Idle) -> str:
    """The ground on which a change is left out."""
    if isinstance(why, Idle):
        if not why.whole:
            return f"{why.assumption} is at or beyond its limit of {why.limit:g} already"
        return (
            f"{why.assumption} takes whole numbers, and its limit of {why.limit:g} is less than "
            "1 away"
        )
    text = GROUNDS[why.ground].format(who=listed(why.parties), share=percent(why.share))
    return f"{text}, in most of the draws" if why.mostly else text


def aim_in_words(outcome: str) -> str:
    """'an agreement', or the name of an outcome."""
    return AIMS.get(outcome, f"‹{spoken(outcome)}›")


def _effect(ramp: OffRamp) -> str:
    bring = "brings" if len(ramp.changes) < 2 else "together bring"
    return (
        f"On the premises of {ramp.whose}, as encoded here, {_what(ramp)} {bring} the probability "
        f"of {aim_in_words(ramp.outcome)} from {percent(ramp.before)} to {percent(ramp.after)}, "
        f"and that of war and catastrophe from {percent(ramp.danger_before)} to "
        f"{percent(ramp.danger_after)}."
    )


def _what(ramp: OffRamp) -> str:
    if ramp.first_step:
        ends = ", which itself ends the crisis," if ramp.step_ends else ","
        return (
            f"the first step ‹{ramp.step_label}› ({ramp.first_step}){ends} made the first time "
            "that it is open, with everything else decided anew,"
        )
    return listed([_moved(change) for change in ramp.changes])


def _moved(change: Change) -> str:
    way = "raised" if change.to > change.start else "lowered"
    unit = f" {change.unit}" if change.unit and change.unit != "1" else ""
    called = change.called or spoken(change.parameter)
    if change.options:
        here, there = spoken(change.option(change.start)), spoken(change.option(change.to))
        return f"‹{change.label}› ({called}: {there} in place of {here})"
    return (
        f"‹{change.label}› ({called} {way} from {figure_of(change.start)} to "
        f"{figure_of(change.to, 4)}{unit})"
    )


def _effort(ramp: OffRamp) -> str:
    if not ramp.effort:
        return ""
    parts = [f"{figure_of(e)} from {ramp.labels[p]}" for p, e in ramp.effort.items()]
    apart = "; these are not added up" if len(parts) > 1 else ""
    return f"It takes an effort of {listed(parts)}, in the units of the levers{apart}."


def _gains(ramp: OffRamp) -> str:
    """Who expects more and who less; the holders first, and whether they gain."""
    told: list[str] = []
    for name in ramp.holders:
        gain = ramp.gains[name]
        who = f"{ramp.labels[name]}, who {'takes the step' if ramp.first_step else 'holds it'},"
        told.append(f"{who} {_more_or_less(gain)}{_by_itself(gain)}")
    others = [name for name in ramp.gains if name not in ramp.holders]
    told += [f"{ramp.labels[name]} {_more_or_less(ramp.gains[name])}" for name in others]
    counted = "" if ramp.first_step else ", no effort counted"
    return f"At the nominal values, compared with no change{counted}: {'; '.join(told)}."


def _more_or_less(gain: float) -> str:
    if not abs(gain) > EQUAL:
        return "expects as much as before"
    return f"expects {figure_of(abs(gain))} {'more' if gain > 0 else 'less'}"


def _by_itself(gain: float) -> str:
    """Whether the holder would agree, as a fact of its payoffs in the game."""
    if gain > EQUAL:
        return " and so gains by it"
    if gain < -EQUAL:
        return " and so loses by it: on its own payoffs it would not agree"
    return ""


def _draws(ramp: OffRamp) -> list[str]:
    if ramp.works is None:
        return []
    told_beside = share_holds(ramp.works, beside=_without(ramp))
    text = f"That the probability is then at least {percent(ramp.at_least)} {told_beside}."
    told = [text]
    if ramp.works_other is not None and ramp.works_other.share is not None:
        told.append(
            "With the ranges concentrated on the nominal values it holds in "
            f"{percent(ramp.works_other.share)}."
        )
    return told


def _without(ramp: OffRamp) -> str:
    """In how many combinations it is so without the change, in one breath with the share."""
    if ramp.works is None or ramp.without is None or ramp.without.tried < 2:
        return ""
    if ramp.works.share is None or ramp.without.share is None:
        return ""
    return (
        f", without the change in {percent(ramp.without.share)}: "
        f"a gain of {100 * (ramp.works.share - ramp.without.share):.0f} points"
    )


def works_words(ramp: OffRamp) -> str:
    """'50 % in 58 of 100 combinations; 47 without the change'; '' where none were tried."""
    if ramp.works is None or ramp.works.share is None:
        return ""
    text = (
        f"{percent(ramp.at_least)} in {100 * ramp.works.share:.0f} of 100 combinations"
        if ramp.works.tried > 1
        else f"{percent(ramp.at_least)} or more"
    )
    if ramp.without is None or ramp.without.share is None or ramp.without.tried < 2:
        return text
    return f"{text}; {100 * ramp.without.share:.0f} without the change"


def _jump(changes: Sequence[Change], below: float, above: float) -> str:
    """Where the probability jumps over what is asked, of itself or because steps are taken."""
    first = next((one for one in changes if one.beside != one.to), changes[0])
    called = first.called or spoken(first.parameter)
    beside, to = figure_of(first.beside, 6), figure_of(first.to, 6)
    if first.options:
        return (
            f"With ‹{called}› at {spoken(first.option(first.beside))} the probability is "
            f"{percent(below)}, at {spoken(first.option(first.to))} it is {percent(above)}."
        )
    if first.stepped:
        takes = "whole numbers only" if first.whole else "some values only"
        return (
            f"The assumption ‹{called}› takes {takes}: with {beside} the probability is "
            f"{percent(below)}, with {to} it is {percent(above)}."
        )
    return (
        f"The probability jumps there, from {percent(below)} to {percent(above)}, with {called} "
        f"between {beside} and {to}."
    )


def _warnings(ramp: OffRamp) -> list[str]:
    told: list[str] = []
    if ramp.jump is not None:
        told.append(_jump(ramp.changes, *ramp.jump))
    if ramp.imposed_on:
        shares = listed(
            [
                f"{percent(ramp.below[name])} are worth less to {ramp.labels[name]}"
                for name in ramp.imposed_on
            ]
        )
        each = "it has" if len(ramp.imposed_on) == 1 else "that party has"
        told.append(
            f"Of the settlements that follow, {shares} than what {each} without agreement on at "
            "least one reading: these are called imposed."
        )
    if math.isfinite(ramp.elsewhere):
        told.append(
            "Another equilibrium was found of the game so changed, in which the probability is "
            f"{percent(ramp.elsewhere)}."
        )
    return told

"""Claims in words and bars: which of them follow on whose premises, and what that hangs on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.presentation.contents import Content, Section
from offramp.presentation.premises import source_words
from offramp.presentation.sections.ledger import meanings_of
from offramp.presentation.text.claims import (
    class_words,
    condition_words,
    deciding_sentence,
    harm_brief,
    harm_words,
    other_way_sentence,
    paraphrase,
    premise,
    share_words,
    verdict_sentence,
)
from offramp.presentation.text.evidence import Shown, shown_passages
from offramp.presentation.text.numbers import (
    between,
    count_of,
    figure_of,
    inside,
    listed,
    percent,
    sentence,
)
from offramp.presentation.text.searches import open_words, searches_sentence
from offramp.presentation.text.speaking import numbers_sentence, pair_words, speaker_sentences
from offramp.scenario.citing import where_words
from offramp.study.claims.classes import (
    CLASSES,
    DOES_NOT,
    FOLLOWS,
    MIXED,
    NO_CLASS,
    OPEN_CLASS,
    PUT_IN,
    WITHOUT_PREMISE,
)
from offramp.study.claims.speakers import by_speaker, own_first
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.claims.verdicts import Verdict
    from offramp.study.runs.findings import Findings
    from offramp.study.solving.shares import Share

MARKS = {"holds": "yes", "does not hold": "no"}
"""State to its mark; any other is open."""
TRUTHS = {True: "holds", False: "does not hold", None: "no verdict"}
COUNTED = {
    PUT_IN: "put in rather than found are",
    FOLLOWS: "it follows for",
    WITHOUT_PREMISE: "it follows without the premise that it is about for",
    MIXED: "mixed (in 20 to 80 % of the combinations) are",
    DOES_NOT: "it does not for",
    OPEN_CLASS: "open are",
    NO_CLASS: "no verdict was found for",
}
"""How each class of claims begins where they are counted."""
FACTORS = {0.5: "×½", 2.0: "×2", 5.0: "×5"}


@dataclass(frozen=True)
class Bar:
    """A share of combinations with its sampling interval, in words and in per cent of a bar."""

    text: str
    interval: str
    counted: str
    width: float
    low: float
    high: float


@dataclass(frozen=True)
class Side:
    """One claim on the premises of one account."""

    account: str
    state: str
    mark: str
    kind: str
    """Its class, as `offramp.study.claims.classes` has it."""
    kind_words: str
    share: str
    """Share and verdict at nominal values in one phrase."""
    harm: str
    """What the acts of force in it do; empty without any."""
    harm_brief: str
    """The same in figures."""
    sentence: str
    declared: Bar | None
    other: Bar | None
    margin: str
    own: bool
    """Whether it is looked at on premises of its own speaker."""
    pairs: tuple[tuple[str, str, str, str], ...]
    """Every comparison at nominal values: as written, left, right, margin."""
    elsewhere: tuple[str, ...]
    """The two numbers in other equilibria found."""
    open: str
    restates: str
    off: tuple[str, ...]
    precision: str
    deciding: str
    remarks: tuple[str, ...]

    @property
    def restating(self) -> str:
        """'restates S9': the premise by its rows alone, where it has any."""
        return re.sub(r"premise (S[^(]*?) \(.*\)$", r"\1", self.restates)


@dataclass(frozen=True)
class ClaimTold:
    """A claim in the account's words, with one side per account."""

    name: str
    label: str
    says: str
    source: str
    condition: str
    about: str
    quantities: tuple[tuple[str, str], ...]
    sides: tuple[Side, ...]
    studies: tuple[tuple[str, str], ...]
    passages: tuple[Shown, ...] = ()

    def on(self, account: str) -> Side | None:
        """What was found on the premises of an account, by its label."""
        return next((one for one in self.sides if one.account == account), None)

    @property
    def harms(self) -> tuple[str, ...]:
        """What acts of force in it do, account by account; empty without any."""
        return tuple(f"{one.account}: {one.harm_brief}" for one in self.sides if one.harm)


def claims_of(findings: Findings) -> tuple[ClaimTold, ...]:
    """Every claim in its order with what was found of it on every account."""
    told = shown_verdicts(findings)
    names = dict.fromkeys(one.name for one in told)
    return tuple(_claim(findings, [one for one in told if one.name == name]) for name in names)


def shown_verdicts(findings: Findings) -> tuple[Verdict, ...]:
    """The verdicts, account by account as the text has them, the analyst's middle last.

    Those of the middle are left out where an account has the same ones.
    """
    verdicts: tuple[Verdict, ...] = tuple(findings.verdicts)
    bare = {one.name: _numbers(one) for one in verdicts if not one.account}
    for account in dict.fromkeys(one.account for one in verdicts if one.account):
        if {one.name: _numbers(one) for one in verdicts if one.account == account} == bare:
            return tuple(one for one in verdicts if one.account)
    return tuple(sorted(verdicts, key=lambda one: not one.account))


def accounts_shown(findings: Findings) -> tuple[str, ...]:
    """Names of the accounts with verdicts, in their order."""
    return tuple(dict.fromkeys(one.account for one in shown_verdicts(findings)))


def account_label(findings: Findings, name: str) -> str:
    """An account's label, or its name as words; '' is the analyst's middle, no account's."""
    if not name:
        return "The analyst's middle, no account's premises"
    account = findings.scenario.accounts.get(name)
    return (account.label if account and account.label else "") or spoken(name).capitalize()


def claim_label(findings: Findings, name: str) -> str:
    """'C1 · label', the label alone where the name is a word, or the claim's words."""
    claim = findings.scenario.claims.get(name)
    label = (claim.label if claim else None) or spoken(name).capitalize()
    return f"{name} · {label}" if is_short(name) else label


def is_short(name: str) -> bool:
    """Whether a name is a number like C1."""
    return bool(re.fullmatch(r"[A-Za-z]{0,2}\d+[a-z]?", name))


def claims_answer(findings: Findings) -> str:
    """One sentence without its beginning: the claims by class, on every account.

    A claim that commits an act of force is not counted; it stands with its harm further down.
    """
    shown = [one for one in shown_verdicts(findings) if not one.force]
    if not shown:
        return ""
    names = tuple(dict.fromkeys(one.name for one in shown))
    rows = {name: [one.kind for one in shown if one.name == name] for name in names}
    parts: list[str] = []
    for kind in CLASSES:
        alike = [name for name, kinds in rows.items() if set(kinds) == {kind}]
        if alike:
            parts.append(f"{COUNTED[kind]} {listed([_short(findings, name) for name in alike])}")
    differ = [name for name, kinds in rows.items() if len(set(kinds)) > 1]
    if differ:
        told = listed([_short(findings, name) for name in differ])
        parts.append(f"it hangs on the account for {told}")
    force = {one.name for one in shown_verdicts(findings) if one.force}
    apart = f"; {len(force)} that commit an act of force are not counted here" if force else ""
    where = " on every account" if len({one.account for one in shown}) > 1 else ""
    return f"of {count_of(len(names), 'claim')}{where}, {'; '.join(parts)}{apart}."


def _short(findings: Findings, name: str) -> str:
    """A claim where several are listed: its name where that is a number, else its label."""
    return name if is_short(name) else f"‹{claim_label(findings, name)}›"


def _numbers(one: Verdict) -> tuple[object, ...]:
    return (
        one.state,
        one.share,
        one.interval,
        one.open,
        one.vacuous,
        tuple(one.quantities.values()),
    )


def _claim(findings: Findings, verdicts: Sequence[Verdict]) -> ClaimTold:
    first = verdicts[0]
    words = findings.scenario.claims.get(first.name)
    studies: dict[str, str] = {}
    for one in verdicts:
        for mechanism, text in one.literature.items():
            studies[_mechanism(findings, mechanism)] = text
    return ClaimTold(
        name=first.name,
        label=claim_label(findings, first.name),
        says=first.says.strip(),
        source=paraphrase(
            _source(findings, words.source if words else None), bool(words and words.quote)
        ),
        passages=shown_passages(findings.scenario, words.source if words else None),
        condition=" ".join(first.holds_when.split()),
        about=" ".join(((words.about if words else "") or "").split()),
        quantities=tuple(
            (text, "no value" if value is None else figure_of(value, 4))
            for text, value in first.quantities.items()
        ),
        sides=tuple(_side(findings, one) for one in own_first(verdicts)),
        studies=tuple(studies.items()),
    )


def _source(findings: Findings, source: str | Mapping[str, str] | None) -> str:
    """'part 6 of the interview of 27 January 2026': a place, and no name of a person beside it."""
    if source is None:
        return ""
    if isinstance(source, str):
        return source_words(source, findings.scenario)
    scenario = findings.scenario
    places = [(where_words(scenario, key, where), key) for key, where in source.items()]
    return listed([f"{where} of {source_words(key, scenario)}" for where, key in places])


def _side(findings: Findings, one: Verdict) -> Side:
    state, mark = one.state, MARKS.get(one.state, "open")
    return Side(
        account=account_label(findings, one.account),
        state=state,
        mark=mark,
        kind=one.kind,
        kind_words=class_words(one),
        share=share_words(one),
        harm="; ".join(map(harm_words, one.force)),
        harm_brief=" · ".join(f"‹{act.act}›: {harm_brief(act)}" for act in one.force),
        sentence=verdict_sentence(one),
        declared=bar_of(one.declared),
        other=bar_of(one.concentrated),
        margin=_margin(one),
        own=one.own,
        pairs=tuple((pair.text, *pair_words(pair)) for pair in one.compared),
        elsewhere=tuple(numbers_sentence(pair) for pair in one.compared if pair.elsewhere),
        open=_apart(one),
        restates=premise_words(findings, one),
        off=tuple(_off(findings, one)),
        precision=_precision(one),
        deciding=_deciding(findings, one),
        remarks=tuple(_asides(one)),
    )


def bar_of(share: Share) -> Bar | None:
    """A share as a bar; None where there is none or only one combination."""
    if share.share is None or share.tried < 2:
        return None
    low, high = share.interval or (share.share, share.share)
    return Bar(
        percent(share.share),
        between(low, high),
        f"{share.held:,} of {share.counted:,}",
        100 * share.share,
        100 * low,
        100 * high,
    )


def premise_words(findings: Findings, one: Verdict) -> str:
    """'restates premise S9 (Threats wear out)', or nothing."""
    if not one.restates:
        return ""
    return f"restates premise {premise(one.restates, _mechanism(findings, one.restates))}"


def _mechanism(findings: Findings, name: str) -> str:
    record = findings.scenario.mechanisms.get(name)
    return (record.label if record else None) or spoken(name).capitalize()


def _margin(one: Verdict) -> str:
    if one.margin_nominal is None:
        return ""
    text = f"{figure_of(one.margin_nominal)} at the nominal values"
    if one.margin is not None and one.declared.tried > 1:
        text += f", median {figure_of(one.margin)}"
    return text


def _precision(one: Verdict) -> str:
    """The verdict at nominal values with every choice less or more precise, alike ones together."""
    found: dict[str, list[str]] = {}
    for factor, truth in one.precision.items():
        if factor != 1:
            found.setdefault(TRUTHS[truth], []).append(FACTORS.get(factor, f"×{factor:g}"))
    told = [f"{listed(factors)}: {truth}" for truth, factors in found.items()]
    return f"With the precision of all choices {'; '.join(told)}." if told else ""


def _apart(one: Verdict) -> str:
    if one.declared.tried < 2:
        return ""
    opened = open_words(one.open, one.searches)
    return f"{opened}, {one.vacuous:,} vacuous, {one.declared.tried - one.solved:,} unsolved"


def _off(findings: Findings, one: Verdict) -> Iterator[str]:
    """The verdict with each mechanism off that changes it, or that none does."""
    same = 0
    for name, without in one.without.items():
        if without.nominal == one.nominal and name != one.restates:
            same += 1
            continue
        share = ""
        if without.share is not None and without.draws > 1:
            share = f"; holds in {percent(without.share)} of {without.draws:,} combinations"
        yield f"Without {_mechanism(findings, name)}: {TRUTHS[without.nominal]}{share}."
    if same:
        yield f"{count_of(same, 'mechanism')} switched off alone: same verdict."


def _deciding(findings: Findings, one: Verdict) -> str:
    """Where in the ranges the claim mostly holds, or does not, in words."""
    found = one.deciding
    if found is None:
        return ""
    meanings = meanings_of(findings)
    where = []
    for condition in found.conditions:
        if condition.options:
            where.append(condition_words(condition))
            continue
        side = "at least" if condition.sign == ">=" else "at most"
        meaning = meanings.get(condition.name, "").rstrip(".")
        told = f" ({inside(meaning)})" if meaning else ""
        called = condition.label or spoken(condition.name)
        where.append(f"{called}{told} is {side} {figure_of(condition.threshold)}")
    return deciding_sentence(found, listed(where))


def _asides(one: Verdict) -> Iterator[str]:
    if one.other_way is not None:
        yield other_way_sentence(one)
    for text, share in one.unoffered.items():
        yield sentence(
            f"in {percent(share)} of the turns of the committed step the move of {text} is not "
            "offered, and the party chooses freely"
        )
    if one.looked and one.declared.tried > 1:
        yield searches_sentence(one.searches)
    if one.searched:
        yield "Several equilibria were found, so every combination was searched for further ones."


def _content(findings: Findings) -> Content:
    names = accounts_shown(findings)
    told = claims_of(findings)
    speakers = by_speaker(shown_verdicts(findings))
    return {
        "claims": told,
        "accounts": [account_label(findings, name) for name in names],
        "speakers": [
            (speaker, [one for one in told if one.name in claims])
            for speaker, claims in speakers.items()
        ],
        "sentences": speaker_sentences(shown_verdicts(findings)),
    }


SECTION = Section("Which claims follow", 20, _content, lambda findings: findings.verdicts)

"""Claims in words and bars: which of them follow on whose premises, and what that hangs on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.presentation.contents import Content, Section
from offramp.presentation.premises import cited
from offramp.presentation.sections.ledger import meanings_of
from offramp.presentation.text.claims import (
    condition_words,
    other_way_sentence,
    premise,
    verdict_sentence,
)
from offramp.presentation.text.numbers import (
    between,
    count_of,
    figure_of,
    listed,
    percent,
    sentence,
)
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.claims.verdicts import Verdict
    from offramp.study.runs.findings import Findings
    from offramp.study.solving.shares import Share

STATES = {
    "holds": ("holds", "yes"),
    "fails": ("does not hold", "no"),
    "open": ("open", "open"),
    "vacuous": ("says nothing", "open"),
    "unsolved": ("not solved", "open"),
}
TRUTHS = {True: "holds", False: "does not hold", None: "no single verdict"}
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
    sentence: str
    declared: Bar | None
    other: Bar | None
    margin: str
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


def claims_of(findings: Findings) -> tuple[ClaimTold, ...]:
    """Every claim in its order with what was found of it on every account."""
    told = shown_verdicts(findings)
    names = dict.fromkeys(one.name for one in told)
    return tuple(_claim(findings, [one for one in told if one.name == name]) for name in names)


def shown_verdicts(findings: Findings) -> tuple[Verdict, ...]:
    """The verdicts; those of the bare text only where no account has the same ones."""
    verdicts: tuple[Verdict, ...] = tuple(findings.verdicts)
    bare = {one.name: _numbers(one) for one in verdicts if not one.account}
    for account in dict.fromkeys(one.account for one in verdicts if one.account):
        if {one.name: _numbers(one) for one in verdicts if one.account == account} == bare:
            return tuple(one for one in verdicts if one.account)
    return verdicts


def accounts_shown(findings: Findings) -> tuple[str, ...]:
    """Names of the accounts with verdicts, in their order."""
    return tuple(dict.fromkeys(one.account for one in shown_verdicts(findings)))


def account_label(findings: Findings, name: str) -> str:
    """An account's label, or its name as words; '' is the scenario as written."""
    if not name:
        return "The scenario as written"
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
    """One sentence without its beginning: how many claims hold, and how many restate a premise."""
    verdicts: tuple[Verdict, ...] = tuple(findings.verdicts)
    if not verdicts:
        return ""
    own = [one for one in verdicts if one.account == findings.account] or [
        one for one in verdicts if one.account == verdicts[0].account
    ]
    groups = [
        ("holds", "hold", [one for one in own if one.nominal is True]),
        ("does not hold", "do not hold", [one for one in own if one.nominal is False]),
        (
            "has no single verdict",
            "have no single verdict",
            [one for one in own if one.nominal is None],
        ),
    ]
    parts = [
        f"{len(group)} {one if len(group) == 1 else many}{_named(findings, group)}"
        for one, many, group in groups
        if group
    ]
    text = f"of {count_of(len(own), 'claim')} tested at the nominal values, {listed(parts)}"
    restating = [one for one in own if one.restates]
    if restating:
        several = len(restating) != 1
        text += (
            f"; {len(restating)} of those that hold restate{'' if several else 's'} "
            f"a premise{_named(findings, restating)}"
        )
    differ = _differing(verdicts)
    if len({one.account for one in verdicts}) > 1:
        text += (
            f"; on one account or another {listed([_short(findings, n) for n in differ])}"
            + (" fare otherwise" if len(differ) > 1 else " fares otherwise")
            if differ
            else "; on every account they have the same verdicts"
        )
    return f"{text}."


def _short(findings: Findings, name: str) -> str:
    """A claim where several are listed: its name where that is a number, else its label."""
    return name if is_short(name) else f"“{claim_label(findings, name)}”"


def _named(findings: Findings, group: Sequence[Verdict]) -> str:
    return f" ({listed([_short(findings, one.name) for one in group])})"


def _differing(verdicts: Sequence[Verdict]) -> list[str]:
    """Claims whose verdict at nominal values is not the same on every account."""
    states: dict[str, set[str]] = {}
    for one in verdicts:
        states.setdefault(one.name, set()).add(one.state)
    return [name for name, found in states.items() if len(found) > 1]


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
        source=_source(findings, words.source if words else None),
        condition=" ".join(first.holds_when.split()),
        about=" ".join(((words.about if words else "") or "").split()),
        quantities=tuple(
            (text, "no value" if value is None else figure_of(value, 4))
            for text, value in first.quantities.items()
        ),
        sides=tuple(_side(findings, one) for one in verdicts),
        studies=tuple(studies.items()),
    )


def _source(findings: Findings, source: str | Mapping[str, str] | None) -> str:
    if source is None:
        return ""
    if isinstance(source, str):
        return cited(source, findings.scenario)
    return listed([f"{cited(key, findings.scenario)} ({where})" for key, where in source.items()])


def _side(findings: Findings, one: Verdict) -> Side:
    state, mark = STATES[one.state]
    return Side(
        account=account_label(findings, one.account),
        state=state,
        mark=mark,
        sentence=verdict_sentence(one),
        declared=bar_of(one.declared),
        other=bar_of(one.concentrated),
        margin=_margin(one),
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
    return (
        f"{one.open:,} open, {one.vacuous:,} vacuous, {one.declared.tried - one.solved:,} unsolved"
    )


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
        told = f" ({meaning[:1].lower()}{meaning[1:]})" if meaning else ""
        called = condition.label or spoken(condition.name)
        where.append(f"{called}{told} is {side} {figure_of(condition.threshold)}")
    verb = "holds" if found.holds else "does not hold"
    return (
        f"It {verb} in {percent(found.density)} of the combinations tried in which "
        f"{listed(where)}, "
        f"against {percent(found.base)} of all; these are {percent(found.coverage)} of those in "
        f"which it {verb}."
    )


def _asides(one: Verdict) -> Iterator[str]:
    if one.other_way is not None:
        yield other_way_sentence(one)
    for text, share in one.unoffered.items():
        yield sentence(
            f"in {percent(share)} of the turns of the committed step the move of {text} is not "
            "offered, and the party chooses freely"
        )
    if one.searched:
        yield "Several equilibria were found, so every combination was searched for further ones."


def _content(findings: Findings) -> Content:
    return {"claims": claims_of(findings)}


SECTION = Section("Which claims follow", 20, _content, lambda findings: findings.verdicts)

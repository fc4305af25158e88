"""Why accounts disagree: pairs of accounts side by side, and which assumptions part them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.gallery import Table
from offramp.presentation.palette import MUTED
from offramp.presentation.sections.claims import account_label, claim_label
from offramp.presentation.sections.ledger import meanings_of, with_meaning
from offramp.presentation.text.claims import harm_words, share_words
from offramp.presentation.text.comparison import amount, apart
from offramp.presentation.text.numbers import inside, listed, sentence

if TYPE_CHECKING:
    import xarray as xr

    from offramp.study.accounts.differences import Comparison
    from offramp.study.runs.findings import Findings

LONG = 100
"""Characters of a meaning that a sentence can hold."""


@dataclass(frozen=True)
class Dispute:
    """One pair of accounts as the report tells it."""

    title: str
    sentence: str
    interaction: str
    verdicts: Table | None


def comparisons_of(findings: Findings) -> tuple[Comparison, ...]:
    """Every pair of accounts compared, once."""
    found: dict[tuple[tuple[str, str], str], Comparison] = {}
    for one in findings.comparisons:
        found.setdefault((one.accounts, one.quantity), one)
    return tuple(found.values())


def disputes_of(findings: Findings) -> tuple[Dispute, ...]:
    """Every pair in words, with the claims on which the two part."""
    return tuple(_dispute(findings, one) for one in comparisons_of(findings))


def pair_title(findings: Findings, one: Comparison) -> str:
    """'As the north tells it, and as the south tells it'."""
    return " · ".join(account_label(findings, name) for name in one.accounts)


def group_label(findings: Findings, name: str, label: str) -> str:
    """A group of assumptions by its mechanism's label, or by name as words and what it means."""
    if name in findings.scenario.mechanisms:
        return label
    meanings = meanings_of(findings)
    members = [one for one in meanings if one.partition("[")[0] == name or one == name]
    meaning = next((meanings[one] for one in members if meanings[one]), "")
    return with_meaning(label, meaning)


def outcomes_by_account(findings: Findings) -> Mapping[str, Mapping[str, float]]:
    """Account to the probability of every outcome at its own nominal values.

    The accounts in the order of the text, '' (the analyst's middle) last; nothing without any.
    """
    found: dict[str, dict[str, float]] = {}
    for name, dataset in findings.accounts.items():
        found[name] = _probabilities(dataset)
    for one in comparisons_of(findings):
        for place, account in enumerate(one.accounts):
            if account not in found:
                rows = {row.outcome: row.nominal[place] for row in one.outcomes}
                found[account] = {
                    name: float("nan") if value is None else value for name, value in rows.items()
                }
    if not found or findings.account:
        return found
    found.pop("", None)
    return {**found, "": _probabilities(findings.nominal)}


def account_ends(findings: Findings) -> tuple[facts.End, ...]:
    """The ends that come about on some account, the likeliest on any first; of many, few.

    Their ``spread`` is that of the account on which they are likeliest, without draws.
    """
    found = outcomes_by_account(findings)
    highest: dict[str, float] = {}
    for own in found.values():
        for name, value in own.items():
            highest[name] = max(highest.get(name, 0.0), float(np.nan_to_num(value)))
    colours = facts.colours_of(findings)
    ends = [
        facts.End(
            (name,),
            facts.outcome_label(findings, name),
            facts.outcome_kind(findings, name),
            colours.get(name, MUTED),
            facts.Spread(value, None),
        )
        for name, value in highest.items()
        if value > 0
    ]
    return facts.few_ends(sorted(ends, key=lambda end: -end.spread.nominal))


def _probabilities(dataset: xr.Dataset) -> dict[str, float]:
    values = dataset["probability"].isel(draw=0)
    names = facts.names_along(dataset, "outcome")
    return dict(zip(names, np.asarray(values.values, float).tolist(), strict=True))


def quantity_words(one: Comparison) -> str:
    """The quantity compared: 'the probability of an agreement', or as it is written."""
    return one.words or one.quantity


def _dispute(findings: Findings, one: Comparison) -> Dispute:
    return Dispute(
        pair_title(findings, one),
        _explained(findings, one),
        _interaction(findings, one),
        _verdicts(findings, one),
    )


def _explained(findings: Findings, one: Comparison) -> str:
    """The sentence, with what an assumption means behind its name."""
    text, meanings = apart(one), meanings_of(findings)
    for part in one.contributions:
        if part.group in findings.scenario.mechanisms:
            continue
        told = dict.fromkeys(meanings.get(name, "") for name in part.assumptions)
        meaning = next((each for each in told if each and len(each) <= LONG), "")
        if meaning:
            name = f"‹{part.label}› ("
            text = text.replace(name, f"{name}{inside(meaning)}; ", 1)
    return text


def _interaction(findings: Findings, one: Comparison) -> str:
    pair = one.interaction
    if pair is None:
        none = "No two groups of assumptions together add much beyond what each adds by itself."
        return none if one.interactions else ""
    labels = {part.group: part.label for part in one.contributions}
    way = "more" if pair.value > 0 else "less"
    both = listed([f"‹{labels[name]}›" for name in (pair.first, pair.second)])
    error = "" if one.exact else f" (standard error {amount(one, pair.error)})"
    return sentence(
        f"{both} work together: both changed at once give {amount(one, abs(pair.value))} {way} "
        f"than the two changes one at a time give when added up{error}"
    )


def _verdicts(findings: Findings, one: Comparison) -> Table | None:
    """Claims on which the two accounts have other verdicts, or shares a tenth apart."""
    there = {(v.name, v.account): v for v in (*one.verdicts, *findings.verdicts)}
    rows = []
    for name in dict.fromkeys(v.name for v in one.verdicts):
        pair = [there.get((name, account)) for account in one.accounts]
        if any(v is None for v in pair):
            continue
        shares = [v.share for v in pair if v is not None and v.share is not None]
        far = len(shares) == 2 and abs(shares[0] - shares[1]) >= 0.1
        if len({v.state for v in pair if v is not None}) > 1 or far:
            told = [
                "; ".join((f"{v.kind}: {share_words(v)}", *map(harm_words, v.force)))
                for v in pair
                if v is not None
            ]
            rows.append((claim_label(findings, name), *told))
    columns = ("Claim", *(account_label(findings, name) for name in one.accounts))
    note = (
        "Class, and the share of the combinations of assumptions tried in which it holds; this "
        "describes the assumptions, not the world."
    )
    return Table(columns, tuple(rows), note=note) if rows else None


def _content(findings: Findings) -> Content:
    return {"disputes": disputes_of(findings)}


SECTION = Section("Why accounts disagree", 110, _content, comparisons_of, folded=True)

"""What each has without agreement: every reading in one table, account by account."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from offramp.presentation.contents import Content, Section
from offramp.presentation.gallery import Table
from offramp.presentation.sections.claims import account_label
from offramp.presentation.sections.packages import package_label
from offramp.presentation.text.numbers import figure_of, listed
from offramp.presentation.text.without import MEANINGS, READING_WORDS, reading_names

if TYPE_CHECKING:
    from offramp.study.packages.without import WithoutAgreement
    from offramp.study.runs.findings import Findings


def table_of(findings: Findings) -> Table | None:
    """A row for every account and reading, a column for every party."""
    found = findings.without
    if not found:
        return None
    labels = found[0].labels
    rows = [
        (
            account_label(findings, one.account) if len(found) > 1 else findings.scenario.title,
            READING_WORDS[reading],
            *(_cell(one.readings[reading][party]) for party in labels),
        )
        for one in found
        for reading in one.known()
    ]
    columns = ("On the premises of", "Reading", *labels.values())
    return Table(columns, tuple(rows), frozenset(range(2, len(columns))))


def packages_beside(findings: Findings) -> Table | None:
    """Which named packages lie below which reading of whom, on the premises that are told."""
    found = findings.packages
    if found is None:
        return None
    rows = []
    for i in found.told:
        if not found.packages[i].name:
            continue
        below = found.below(i)
        said = [f"{found.labels[party]} ({reading_names(names)})" for party, names in below.items()]
        rows.append(
            (
                package_label(found, i),
                *(_cell(found.worth_of(i, party)) for party in found.parties),
                listed(said) if said else "nobody: in the zone by every reading",
            )
        )
    columns = (
        "Package",
        *(f"Worth to {found.labels[p]}" for p in found.parties),
        "Below a reading of",
    )
    numeric = frozenset(range(1, len(found.parties) + 1))
    return Table(columns, tuple(rows), numeric) if rows else None


def apart_words(findings: Findings) -> str:
    """For whom the readings differ in sign or by more than half of the largest; '' for nobody."""
    told = [one for one in findings.without if _far(one)]
    if not told:
        return ""
    one = told[-1]
    return (
        f"The readings lie far apart for {listed(_far(one))}: whether a package leaves such a "
        "party better off than no agreement hangs on which of them is meant."
    )


def _far(one: WithoutAgreement) -> list[str]:
    far: list[str] = []
    for party, label in one.labels.items():
        known = [own[party] for own in one.readings.values() if math.isfinite(own[party])]
        if known and max(known) - min(known) > 0.5 * max(abs(value) for value in known):
            far.append(label)
    return far


def _cell(value: float) -> str:
    return figure_of(value) if math.isfinite(value) else "–"


def _content(findings: Findings) -> Content:
    readings = {name for one in findings.without for name in one.known()}
    return {
        "table": table_of(findings),
        "packages": packages_beside(findings),
        "apart": apart_words(findings),
        "meanings": [
            (READING_WORDS[name], text) for name, text in MEANINGS.items() if name in readings
        ],
    }


SECTION = Section(
    "What each has without agreement", 125, _content, lambda findings: findings.without
)

"""How the crisis ends, and what the packages say in which it may end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.gallery import Table
from offramp.presentation.sections.claims import account_label
from offramp.presentation.sections.comparison import outcomes_by_account
from offramp.presentation.text.numbers import figure_of, percent
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings
    from offramp.study.solving.precisions import AtPrecision


def packages_of(findings: Findings) -> Table | None:
    """What each package says on each issue; None without packages."""
    scenario = findings.scenario
    if not scenario.packages:
        return None
    rows = [
        (
            issue.label or spoken(name).capitalize(),
            *(
                spoken(package.get(name, "not part of it"))
                for package in scenario.packages.values()
            ),
        )
        for name, issue in scenario.issues.items()
    ]
    columns = ("Issue", *(spoken(name).capitalize() for name in scenario.packages))
    return Table(columns, tuple(rows))


def ends_by_precision(findings: Findings, most: int = 0) -> Table:
    """The two likeliest ends, account by account, at every precision that was looked at.

    The accounts in the order of the text, at most ``most`` (0: all), the analyst's middle last.
    """
    found = outcomes_by_account(findings) or {"": _nominal(findings)}
    names = [name for name in found if name][: most or None]
    scales = list(dict.fromkeys(one.asked for one in findings.precisions)) or [1.0]
    at = {(one.account, one.asked): one for one in findings.precisions}
    rows = [
        (
            _whose(findings, name, len(found)),
            *(_likeliest(findings, found[name], at.get((name, scale)), scale) for scale in scales),
        )
        for name in (*names, *([""] if "" in found else []))
    ]
    rows += _switched(findings, found, scales, (*names, ""))
    heads = [
        "central precision" if s == 1 else f"choices ×{figure_of(s)} as precise" for s in scales
    ]
    note = (
        "The two likeliest ends at nominal values. Precision says how closely choices follow what "
        "they bring; nobody observes it."
    )
    return Table(("On the premises of", *heads), tuple(rows), note=note)


def _switched(
    findings: Findings,
    found: Mapping[str, Mapping[str, float]],
    scales: Sequence[float],
    names: Sequence[str],
) -> list[tuple[str, ...]]:
    """The same with a switch at another option, where that makes another end the likeliest."""
    rows: list[tuple[str, ...]] = []
    for one in findings.switched:
        own = found.get(one.account)
        if one.account not in names or not own or not one.outcomes:
            continue
        here = max(own, key=lambda n, own=own: own[n])
        if here != max(one.outcomes, key=lambda n: one.outcomes[n]):
            whose = _whose(findings, one.account, len(found))
            cells = [
                _likeliest(findings, one.outcomes, None, 1.0) if scale == 1 else ""
                for scale in scales
            ]
            rows.append((f"{whose}, with {one.label}: {spoken(one.option)}", *cells))
    return rows


def _whose(findings: Findings, name: str, count: int) -> str:
    return findings.scenario.title if not name and count == 1 else account_label(findings, name)


def _nominal(findings: Findings) -> dict[str, float]:
    values = np.asarray(findings.nominal["probability"].isel(draw=0).values, float)
    return dict(zip(facts.names_along(findings.nominal, "outcome"), values.tolist(), strict=True))


def _likeliest(
    findings: Findings, own: Mapping[str, float], at: AtPrecision | None, scale: float
) -> str:
    """'Settlement 44 %, Truce 25 %'; where it was solved at a lower precision, at which."""
    ends = own if scale == 1 else (at.outcomes if at is not None else {})
    first = sorted((n for n in ends if ends[n] > 0), key=lambda n: -ends[n])[:2]
    if not first:
        return "not solved"
    told = ", ".join(f"{facts.outcome_label(findings, n)} {percent(ends[n])}" for n in first)
    lower = at is not None and scale != 1 and at.scale != scale
    return f"{told} (at ×{figure_of(at.scale)})" if lower and at is not None else told


def _content(findings: Findings) -> Content:
    solved, tried = facts.counts(findings)
    return {
        "solved": solved,
        "tried": tried,
        "packages": packages_of(findings),
        "precisions": ends_by_precision(findings) if findings.precisions else None,
    }


SECTION = Section("How the crisis ends", 30, _content)

"""How the crisis ends, and what the packages say in which it may end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.gallery import Table
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings


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


def _content(findings: Findings) -> Content:
    solved, tried = facts.counts(findings)
    return {"solved": solved, "tried": tried, "packages": packages_of(findings)}


SECTION = Section("How the crisis ends", 30, _content)

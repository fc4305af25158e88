"""What could be agreed: the zone of agreement and its packages, as the report tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.presentation.contents import Content, Section
from offramp.presentation.text.numbers import sentence
from offramp.presentation.text.packages import package_remarks, package_words, zone_sentences
from offramp.study.packages.zones import DECLARED, GAME
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.packages.zones import Packages, Zone
    from offramp.study.runs.findings import Findings

HEADINGS = {
    GAME: "Beside what this game gives without an agreement",
    DECLARED: "Beside the scenario's own reservation values",
}
OTHERWISE = "Beside the reservation values that were given"


@dataclass(frozen=True)
class ZoneTold:
    """One zone of agreement: where its reservation values come from, and the sentences on it."""

    heading: str
    sentences: tuple[str, ...]


def packages_of(findings: Findings) -> Packages | None:
    """What was found of the issues; None without any."""
    return findings.packages


def zones_of(findings: Findings) -> tuple[ZoneTold, ...]:
    """Every zone in words."""
    found = packages_of(findings)
    if found is None:
        return ()
    return tuple(
        ZoneTold(heading_of(zone), tuple(zone_sentences(found, zone))) for zone in found.zones
    )


def heading_of(zone: Zone) -> str:
    """Where the reservation values of a zone come from."""
    return HEADINGS.get(zone.basis, OTHERWISE)


def package_label(found: Packages, package: int) -> str:
    """A package by its name, by what it is, or by its options."""
    one = found.packages[package]
    if one.name:
        return spoken(one.name).capitalize()
    points = [
        what
        for what, own in (("Nash", "nash"), ("Kalai–Smorodinsky", "kalai_smorodinsky"))
        for zone in found.zones
        if package in getattr(zone, own)[:1]
    ]
    if points:
        names = dict.fromkeys(points)
        return f"{' and '.join(names)} package"
    return sentence(package_words(found, package)).rstrip(".")


def _content(findings: Findings) -> Content:
    found = packages_of(findings)
    return {"zones": zones_of(findings), "remarks": package_remarks(found) if found else ()}


SECTION = Section("What could be agreed", 130, _content, packages_of, folded=True)

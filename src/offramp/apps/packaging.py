"""What `packages` answers: what could be agreed, as words or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from offramp.apps.options import Asked, on_command_line, refuse
from offramp.apps.progress import progress_bar
from offramp.apps.telling import number_cell, paragraph, share_cell, table_of

if TYPE_CHECKING:
    from offramp.study.packages.zones import Packages, Zone

HEADINGS = {
    "game": "Beside what the game gives without an agreement",
    "declared": "Beside the scenario's own reservation values",
    "given": "Beside the reservation values that were given",
}


def told_packages(asked: Asked, parties: str, reservations: Sequence[str]) -> tuple[Any, bool]:
    """Packages, zones and reference points, and whether the game without agreement was solved."""
    scenario = asked.scenario()
    if not scenario.issues:
        raise refuse(
            f"'{asked.file}' has no issues",
            "a scenario with a block 'issues'",
            "see 'issues' in the reference of the language",
        )
    names = [name.strip() for name in parties.split(",") if name.strip()]
    given = dict(_given(text) for text in reservations)
    from offramp.core.errors import ResultError, ScenarioError
    from offramp.study.packages.packaging import packages

    with progress_bar() as progress:
        try:
            found = packages(
                scenario,
                draws=asked.tried,
                seed=asked.seed,
                account=asked.account,
                parties=names,
                reservations=given,
                progress=progress,
            )
        except (ResultError, ScenarioError) as error:
            raise on_command_line(error, "command line") from None
    solved = found.zones[0].known
    if not asked.json:
        return packages_words(scenario.title, found), solved
    from offramp.presentation.records import as_json, plain

    head = {
        "title": scenario.title,
        "scenario_hash": scenario.content_hash,
        "command": asked.words(found.seed),
        "account": asked.account or "",
        "draws": asked.tried,
        "seed": found.seed,
    }
    return plain(head | as_json(found)), solved


def _given(text: str) -> tuple[str, str]:
    """``party=formula``."""
    party, sign, formula = text.partition("=")
    if not sign or not party.strip() or not formula.strip():
        raise refuse(
            f"--reservation '{text}'",
            "party=number or party=formula",
            f"write --reservation '{party.strip() or 'north'}=0.4'",
        )
    return party.strip(), formula.strip()


def packages_words(title: str, found: Packages) -> str:
    """For every zone a table of the packages told, and the sentences."""
    from offramp.presentation.text.packages import package_remarks, zone_sentences

    lines = [title]
    for zone in found.zones:
        lines += ["", f"{HEADINGS[zone.basis]}:"]
        lines += table_of(
            (
                "package",
                *(f"worth to {name}" for name in found.parties),
                "in the zone",
                "share",
                "frontier",
            ),
            [_row(found, zone, i) for i in _shown(found, zone)] + [_floor(found, zone)],
        )
        lines += ["", *(paragraph(text) for text in zone_sentences(found, zone))]
    return "\n".join([*lines, "", *(paragraph(text) for text in package_remarks(found))])


def _shown(found: Packages, zone: Zone) -> list[int]:
    own = [*zone.nash[:1], *zone.kalai_smorodinsky[:1]]
    return [i for i in found.told if found.packages[i].name or i in own]


def _row(found: Packages, zone: Zone, package: int) -> tuple[str, ...]:
    share = zone.shares.get(package)
    points = [
        word
        for word, tied in (("Nash", zone.nash), ("Kalai-Smorodinsky", zone.kalai_smorodinsky))
        if package in tied
    ]
    name = found.packages[package].name
    words = f"{name} ({', '.join(points)})" if name and points else name or ", ".join(points)
    return (
        words,
        *(number_cell(found.worth_of(package, party)) for party in found.parties),
        "yes" if zone.inside[package] else "no" if zone.known else "–",
        share_cell(None if share is None else share.share),
        {True: "no", False: "yes", None: "–"}[found.dominated(package)],
    )


def _floor(found: Packages, zone: Zone) -> tuple[str, ...]:
    return (
        "without agreement",
        *(number_cell(zone.reservation[p]) for p in found.parties),
        "",
        "",
        "",
    )

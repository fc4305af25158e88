"""Who draws which conclusion, and on which accounts it stands on its own premises.

A claim is its speaker's: of every account that cites one of the claim's sources, or a source of
the same speaker. An account that names no source speaks for the source that is called as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.scenario import Scenario
    from offramp.study.claims.verdicts import Verdict

Citation = str | Mapping[str, str] | None
NOBODY = "the analyst"
"""Who speaks where a claim names no source."""


@dataclass(frozen=True)
class Speaker:
    """Somebody whose claims are tried: ``accounts`` are told on this speaker's own premises."""

    label: str
    accounts: tuple[str, ...]
    """Names of the speaker's own accounts; none where the scenario has none of this speaker."""
    claims: tuple[str, ...]


def find_speakers(scenario: Scenario) -> tuple[Speaker, ...]:
    """Everybody who draws a conclusion, in the order of the claims."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, claim in scenario.claims.items():
        own = _own_accounts(scenario, claim.source)
        found.setdefault((_label(scenario, claim.source, own), own), []).append(name)
    return tuple(Speaker(label, own, tuple(names)) for (label, own), names in found.items())


def speaker_of(scenario: Scenario, claim: str) -> Speaker:
    """Who draws the conclusion ``claim``; a KeyError where there is none of that name."""
    return next(one for one in find_speakers(scenario) if claim in one.claims)


def own_first(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Verdicts of one claim: on the speaker's own premises, on the others', the middle last."""
    return sorted(verdicts, key=lambda one: (not one.own, not one.account))


def by_speaker(verdicts: Iterable[Verdict]) -> dict[str, dict[str, list[Verdict]]]:
    """Speaker to claim to its verdicts, the speaker's own premises first, in the given order."""
    found: dict[str, dict[str, list[Verdict]]] = {}
    for one in verdicts:
        found.setdefault(one.speaker, {}).setdefault(one.name, []).append(one)
    return {
        speaker: {name: own_first(same) for name, same in claims.items()}
        for speaker, claims in found.items()
    }


def _keys(source: Citation) -> tuple[str, ...]:
    if source is None:
        return ()
    return (source,) if isinstance(source, str) else tuple(source)


def _own_accounts(scenario: Scenario, source: Citation) -> tuple[str, ...]:
    cited = _keys(source)
    voices = {scenario.sources[key].speaker for key in cited if key in scenario.sources} - {None}
    found: list[str] = []
    for name, account in scenario.accounts.items():
        spoken_for = _keys(account.source) or ((name,) if name in scenario.sources else ())
        same = {scenario.sources[key].speaker for key in spoken_for if key in scenario.sources}
        if set(spoken_for) & set(cited) or same & voices:
            found.append(name)
    return tuple(found)


def _label(scenario: Scenario, source: Citation, own: tuple[str, ...]) -> str:
    if own:
        names = [scenario.accounts[name].label or spoken(name) for name in own]
        return " and ".join(f"‹{name}›" for name in names)
    told = [scenario.sources[key] for key in _keys(source) if key in scenario.sources]
    names = [one.speaker or one.title or "" for one in told]
    return " and ".join(f"‹{name}›" for name in dict.fromkeys(names) if name) or NOBODY

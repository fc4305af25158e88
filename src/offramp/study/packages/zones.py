"""What could be agreed, as it is handed on: packages, zones of agreement, reference points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.showing import Brief, Tabled
from offramp.study.packages.without import WithoutAgreement
from offramp.study.solving.shares import Share

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]
GAME, DECLARED, GIVEN = "game", "declared", "given"
"""Where reservation values come from: the solved game, the scenario, whoever asks."""
MOST_ROWS = 200
"""Most packages of the frontier, and of ties, that are listed."""


@dataclass(frozen=True)
class Package:
    """One option on every issue that it covers; ``name`` is empty unless the scenario names it."""

    name: str
    options: Mapping[str, str]


@dataclass(frozen=True, eq=False, repr=False)
class Zone(Brief):
    """The packages that nobody whose consent is needed holds worse than its reservation value.

    Arrays and positions are those of ``Packages.packages``, at nominal values.
    """

    basis: str
    """'game', 'declared' or 'given'."""
    reservation: Mapping[str, float]
    """Party to its reservation value; nan where the game without agreement was not solved."""
    inside: Truths
    """(package,)."""
    ideal: Mapping[str, float]
    """Party to the most that it can get in the zone; nan where the zone is empty."""
    nash: tuple[int, ...]
    """Every package with the largest product of gains; none where nobody or not all can gain."""
    kalai_smorodinsky: tuple[int, ...]
    lottery: float
    """Where the zone is empty, the largest least gain of a lottery over packages; else nan."""
    left: float
    """Probability of agreement that stays in the game without agreement; nan for other bases."""
    shares: Mapping[int, Share]
    """Told packages to the share of the draws in which they lie in the zone; empty without any."""
    shares_other: Mapping[int, Share]
    """The same with the ranges concentrated on the nominal values."""
    often: Array
    """(package,) that share for every package, or of length 0."""
    some: Share | None
    """Share of the draws in which the zone holds any package."""
    some_other: Share | None

    def __post_init__(self) -> None:
        self.inside.setflags(write=False)
        self.often.setflags(write=False)

    @property
    def known(self) -> bool:
        """Whether every reservation value is a number."""
        return all(math.isfinite(value) for value in self.reservation.values())

    @property
    def count(self) -> int:
        """How many packages lie in it."""
        return int(self.inside.sum())


@dataclass(frozen=True, eq=False, repr=False)
class Packages(Tabled):
    """What the options of a scenario's issues allow, and what of it parties could agree on."""

    whose: str
    """What stands behind 'On the premises of'."""
    account: str
    parties: tuple[str, ...]
    """Those whose consent an agreement takes, in the scenario's order."""
    parties_from: str
    """'rules', 'given', or 'issues' where the rules name fewer than two."""
    labels: Mapping[str, str]
    """Party to how it is called, for every party that has a stake or takes part."""
    issues: Mapping[str, str]
    """Issue to how it is called."""
    packages: tuple[Package, ...]
    complete: bool
    """Whether every combination of options is there; otherwise the named packages and the frontier
    are, or the named ones alone."""
    searched: bool
    """Whether the frontier of all combinations is there."""
    alike: Array
    """(package,) how many combinations it stands for, as worth the same to all ``parties``."""
    idle: tuple[str, ...]
    """Those of ``parties`` to whom no option is worth anything."""
    combinations: int
    """How many combinations of options there are."""
    worth: Array
    """(package, party) at nominal values; the parties are those of ``labels``."""
    frontier: Truths
    """(package,) whether no other is worth as much to all of ``parties`` and more to one."""
    zones: tuple[Zone, ...]
    paid: tuple[str, str, float, float, float] | None
    """The widest gap between worth and pay in an agreement of the game: package, party, worth,
    least and largest pay; None where agreements pay the worths."""
    without: WithoutAgreement
    """Every reading of what each party has without an agreement, at nominal values."""
    draws: int
    seed: int | None

    def __post_init__(self) -> None:
        self.worth.setflags(write=False)
        self.alike.setflags(write=False)
        self.frontier.setflags(write=False)

    @property
    def told(self) -> tuple[int, ...]:
        """Positions of the named packages, then of reference points without a name."""
        named = [i for i, one in enumerate(self.packages) if one.name]
        points = [i for zone in self.zones for i in (*zone.nash[:1], *zone.kalai_smorodinsky[:1])]
        return tuple(dict.fromkeys([*named, *points]))

    def ties(self, tied: Sequence[int]) -> int:
        """How many combinations these packages stand for."""
        return int(self.alike[list(tied)].sum())

    def dominated(self, package: int) -> bool | None:
        """Whether some package is worth as much to all and more to one; None if not known."""
        return None if self.frontier[package] and not self.searched else not self.frontier[package]

    def empty(self, zone: Zone) -> bool | None:
        """Whether the zone holds no package at all; None if not known."""
        return None if not zone.known or not (zone.count or self.searched) else not zone.count

    def worth_of(self, package: int, party: str) -> float:
        """What a package is worth to a party at nominal values."""
        return float(self.worth[package, list(self.labels).index(party)])

    def short(self, zone: Zone, package: int) -> dict[str, float]:
        """Parties to how far a package stays below their reservation values; {} in the zone."""
        if zone.inside[package]:
            return {}
        gaps = {p: zone.reservation[p] - self.worth_of(package, p) for p in self.parties}
        return {party: gap for party, gap in gaps.items() if gap > 0 or not math.isfinite(gap)}

    def below(self, package: int) -> dict[str, tuple[str, ...]]:
        """Parties to the readings of what they have without agreement that lie above its worth."""
        own = {p: self.without.below(p, self.worth_of(package, p)) for p in self.parties}
        return {party: names for party, names in own.items() if names}

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for every package told and every one of the frontier, zone by zone."""
        shown = dict.fromkeys([*self.told, *np.flatnonzero(self.frontier)[:MOST_ROWS].tolist()])
        return [row for i in shown for row in self._rows(i)]

    @property
    def every(self) -> list[dict[str, Any]]:
        """The same for every package."""
        return [row for i in range(len(self.packages)) for row in self._rows(i)]

    def _rows(self, package: int) -> Iterator[dict[str, Any]]:
        one = self.packages[package]
        for zone in self.zones:
            share = zone.shares.get(package)
            yield {
                "package": one.name,
                "basis": zone.basis,
                **{f"issue {name}": one.options.get(name, "") for name in self.issues},
                **{f"worth {p}": self.worth_of(package, p) for p in self.labels},
                "in_zone": bool(zone.inside[package]),
                "frontier": self.on_frontier(package),
                "nash": package in zone.nash,
                "kalai_smorodinsky": package in zone.kalai_smorodinsky,
                "share": (float(zone.often[package]) if len(zone.often) else None)
                if share is None
                else share.share,
            }

    def on_frontier(self, package: int) -> bool | None:
        """Whether no package is worth as much to all and more to one; None if not known."""
        dominated = self.dominated(package)
        return None if dominated is None else not dominated

"""What could be agreed in plain sentences: facts of the account as encoded, never advice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import figure_of, listed, percent, sentence, share_holds
from offramp.study.packages.zones import DECLARED, GAME, GIVEN
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from offramp.study.packages.zones import Packages, Zone

NASH = "Nash 1950"
KALAI = "Kalai and Smorodinsky 1975"
SOURCES = {
    GAME: "what each gets in this game without an agreement",
    DECLARED: "the reservation values that the scenario itself declares",
    GIVEN: "the reservation values that were given",
}
FEW = 2
"""Issues on which a package without a name may differ from one that has a name."""
LOTTERIES = (
    "Packages are taken as they are: a lottery between two of them, which could lie between "
    "them or beyond the frontier, is not counted."
)
POINTS = (
    f"The Nash package ({NASH}) has the largest product of what the parties gain over their "
    f"reservation values. The Kalai–Smorodinsky package ({KALAI}; for more than two parties Imai "
    "1983) sets what each party gains beside the most that it could gain in the zone: the "
    "smallest of these parts is as large as it can be. Both are reference points of bargaining "
    "theory: they say neither what parties will agree on nor what would be right."
)
PARTIES = {
    "rules": "Counted are the parties that could keep every agreement from coming by their own "
    "moves alone, whatever others do and whatever happens by chance: {}.",
    "given": "Counted are the parties that were named: {}.",
    "issues": "The rules of the game do not say whose consent an agreement takes; counted is "
    "every party that an issue lists: {}.",
}


def package_sentences(found: Packages) -> tuple[str, ...]:
    """Each zone, its packages and reference points, and how far they hang on the assumptions."""
    return tuple(text for zone in found.zones for text in zone_sentences(found, zone))


def zone_sentences(found: Packages, zone: Zone) -> tuple[str, ...]:
    """The sentences on one zone of agreement."""
    if not zone.known:
        return (
            f"On the premises of {found.whose}, as encoded here, the game without an agreement "
            "was not solved, so that it says nothing about the zone of agreement.",
        )
    told = [
        _how_many(found, zone),
        _named(found, zone),
        _empty(found, zone),
        _points(found, zone),
        _some(zone),
        *_shares(found, zone),
    ]
    return tuple(text for text in told if text)


def package_remarks(found: Packages) -> tuple[str, ...]:
    """Whose consent counts, what a reservation value is, and what is left out."""
    told = [PARTIES[found.parties_from].format(listed([found.labels[p] for p in found.parties]))]
    told += _reservations(found)
    told += [POINTS, LOTTERIES]
    told += _looked_at(found)
    return (*told, *_paid(found), *_idle(found))


def _looked_at(found: Packages) -> list[str]:
    """Which packages are looked at where they are not all."""
    if found.complete:
        return []
    many = (
        f"The options allow {found.combinations:,} combinations, which is more than are looked at "
        "one by one"
    )
    if not found.searched:
        return [
            f"{many}, and those of the frontier are too many too: only the packages that have a "
            "name are told, and nothing is said about the others."
        ]
    told = [
        f"{many}: told are the packages that have a name and the frontier, on which the reference "
        "points lie, with one package for all that are worth the same to everybody counted."
    ]
    if any(zone.some is None and len(zone.often) for zone in found.zones):
        told.append(
            "In how many combinations of assumptions the zone holds any package is not told, as "
            "the frontier is another one in each."
        )
    return told


def _how_many(found: Packages, zone: Zone) -> str:
    floors = [f"{found.labels[p]} {figure_of(zone.reservation[p])}" for p in found.parties]
    return (
        f"On the premises of {found.whose}, as encoded here, {_which_lie(found, zone)} in the "
        f"zone of agreement at the nominal values, measured by {SOURCES[zone.basis]}: "
        f"{listed(floors)}."
    )


def _which_lie(found: Packages, zone: Zone) -> str:
    """'3 of the 9 packages that the options allow lie'; without numbers where not all are here."""
    which, total = "packages that the options allow", len(found.packages)
    lie = "lies" if zone.count == 1 else "lie"
    if not found.complete and found.searched:
        return f"{'some' if zone.count else 'none'} of the {found.combinations:,} {which} lie"
    if not found.complete:
        which = "packages with a name"
    if zone.count == total > 1:
        return f"all {total:,} {which} {lie}"
    many = f"{zone.count:,}" if zone.count else "none"
    return f"{many} of the {total:,} {which} {lie}"


def _named(found: Packages, zone: Zone) -> str:
    """Which of the named packages lie in the zone, and who would be worse off with the others."""
    named = [i for i in found.told if found.packages[i].name]
    if not named:
        return ""
    inside = [f"‹{spoken(found.packages[i].name)}›" for i in named if zone.inside[i]]
    outside = [
        f"‹{spoken(found.packages[i].name)}› (below the reservation value of "
        f"{listed([found.labels[p] for p in found.short(zone, i)])})"
        for i in named
        if not zone.inside[i]
    ]
    own = f"{listed(inside)} {'lies' if len(inside) == 1 else 'lie'} in it" if inside else ""
    verb = "does" if len(outside) == 1 else "do"
    others = f"{listed(outside)} {verb} not" if outside else ""
    if not inside:
        others = f"{listed(outside)} {verb} not lie in it"
    return f"Of the packages with a name, {'; '.join(part for part in (own, others) if part)}."


def _empty(found: Packages, zone: Zone) -> str:
    """What an empty zone means, and whether lotteries would open it."""
    if not found.empty(zone):
        return ""
    text = "So there is no package that nobody holds worse than having no agreement"
    if not math.isfinite(zone.lottery):
        return f"{text}."
    if zone.lottery >= 0:
        return (
            f"{text}; a lottery between packages would give each of these parties its reservation "
            "value or more, each by what it expects."
        )
    return f"{text}, and no lottery between packages would change that."


def _points(found: Packages, zone: Zone) -> str:
    """The two reference points, with ties."""
    if not zone.count or not found.searched:
        return ""
    nash, kalai = zone.nash, zone.kalai_smorodinsky
    if nash and nash == kalai:
        return sentence(
            f"the Nash package and the Kalai–Smorodinsky package are {_same(found, nash)}"
        )
    one = (
        f"the Nash package is {_which(found, nash)}"
        if nash
        else "there is no Nash package, as no package gains something for each of these parties"
    )
    return f"{sentence(one)} The Kalai–Smorodinsky package is {_which(found, kalai)}."


def _same(found: Packages, tied: Sequence[int]) -> str:
    if found.ties(tied) == 1:
        return f"the same: {package_words(found, tied[0])}"
    return f"the same, with a tie: {_tied(found, tied)}"


def _which(found: Packages, tied: Sequence[int]) -> str:
    if found.ties(tied) == 1:
        return package_words(found, tied[0])
    return f"not one, as {_tied(found, tied)}"


def _tied(found: Packages, tied: Sequence[int]) -> str:
    count = found.ties(tied)
    if len(tied) == count <= 3:
        return f"{count} tie, {listed([package_words(found, i) for i in tied])}"
    return f"{count:,} tie, among them {package_words(found, tied[0])}"


def package_words(found: Packages, package: int) -> str:
    """A package by its name, by how it differs from the nearest named one, or by its options."""
    own = found.packages[package].options
    if found.packages[package].name:
        return f"‹{spoken(found.packages[package].name)}›"
    named = [one for one in found.packages if one.name and {*one.options} == {*own}]
    apart = [{issue: o for issue, o in own.items() if one.options[issue] != o} for one in named]
    near = min(range(len(named)), key=lambda i: len(apart[i]), default=None)
    if near is not None and len(apart[near]) <= min(FEW, len(own) - 1):
        return (
            f"one without a name, which is ‹{spoken(named[near].name)}› except for "
            f"{_options(found, apart[near])}"
        )
    return f"one without a name ({_options(found, own)})"


def _options(found: Packages, options: Mapping[str, str]) -> str:
    return listed([f"‹{found.issues[i]}: {spoken(one)}›" for i, one in options.items()])


def _some(zone: Zone) -> str:
    """In what share of the draws there is a zone of agreement at all."""
    if zone.some is None or zone.some.tried < 2:
        return ""
    text = f"That the zone of agreement holds at least one package {share_holds(zone.some)}"
    if zone.some_other is not None and zone.some_other.share is not None:
        text += (
            "; with the ranges concentrated on the nominal values it holds in "
            f"{percent(zone.some_other.share)}"
        )
    return f"{text}."


def _shares(found: Packages, zone: Zone) -> list[str]:
    """The same for every named package, in one sentence."""
    parts = []
    for i in found.told:
        share, other = zone.shares.get(i), zone.shares_other.get(i)
        if not found.packages[i].name or share is None or share.share is None:
            continue
        again = "" if other is None or other.share is None else f" ({percent(other.share)})"
        parts.append(f"for ‹{spoken(found.packages[i].name)}› {percent(share.share)}{again}")
    if not parts or zone.some is None or zone.some.tried < 2:
        return []
    return [
        "The share of these combinations of assumptions in which a package lies in the zone is "
        f"{listed(parts)}"
        + (", in brackets with the ranges concentrated." if zone.shares_other else ".")
    ]


def _reservations(found: Packages) -> list[str]:
    """What the reservation values are that are used."""
    told = []
    for zone in found.zones:
        if zone.basis == GAME:
            text = (
                "A party's reservation value in this game is what it expects at the start if every "
                "move of a party into an agreement is taken away where it has another; all pays on "
                "the way count, the costs of the conflict included"
            )
            if zone.left > 1e-9:
                text += (
                    f". An agreement still comes about there with probability {percent(zone.left)},"
                    " as chance brings it or a step offers nothing else"
                )
            told.append(f"{text}.")
        elif zone.basis == DECLARED:
            told.append("The scenario's own values are its parameters ‹reservation›.")
    return told


def _paid(found: Packages) -> list[str]:
    if found.paid is None:
        return []
    package, party, worth, low, high = found.paid
    pays = figure_of(low)
    if high - low > 1e-9:
        pays = f"between {pays} and {figure_of(high)}"
    return [
        "Worths are those of the issues alone. An agreement in this game can pay otherwise: on "
        f"‹{spoken(package)}› it pays {found.labels[party]} {pays}, where the package is worth "
        f"{figure_of(worth)}."
    ]


def _idle(found: Packages) -> list[str]:
    idle = [found.labels[p] for p in found.idle]
    if not idle:
        return []
    return [f"No issue is worth anything to {listed(idle)}: every package is worth 0 there."]

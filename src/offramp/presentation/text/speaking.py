"""Claims by speaker in words: whose conclusions follow on their own premises, and on others'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from offramp.presentation.text.numbers import MINUS, count_of, figure_of, listed
from offramp.study.claims.classes import (
    CLASSES,
    DOES_NOT,
    FOLLOWS,
    MIXED,
    NO_CLASS,
    OPEN_CLASS,
    PUT_IN,
    WITHOUT_PREMISE,
)
from offramp.study.claims.speakers import NOBODY, by_speaker

if TYPE_CHECKING:
    from offramp.study.claims.two_sides import TwoSides
    from offramp.study.claims.verdicts import Verdict

COUNTS = {
    PUT_IN: ("was put in", "were put in"),
    FOLLOWS: ("follows", "follow"),
    WITHOUT_PREMISE: ("follows without its premise", "follow without their premise"),
    MIXED: ("is mixed", "are mixed"),
    DOES_NOT: ("does not follow", "do not follow"),
    OPEN_CLASS: ("is open", "are open"),
    NO_CLASS: ("has no verdict", "have no verdict"),
}
"""Each class behind a number of claims, one or more."""
MIDDLE = "the analyst's middle"


def speaker_sentences(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """A sentence or two for every speaker: own premises first, then each other account's.

    Claims that commit an act of force are not counted; they stand with its harm by themselves.
    """
    return tuple(_of_speaker(name, claims) for name, claims in by_speaker(verdicts).items())


def _of_speaker(speaker: str, claims: dict[str, list[Verdict]]) -> str:
    forced = [name for name, own in claims.items() if any(one.force for one in own)]
    plain = [one for name, own in claims.items() if name not in forced for one in own]
    told: dict[str, list[Verdict]] = {}
    for one in sorted(plain, key=lambda one: (not one.own, not one.account)):
        told.setdefault(one.account, []).append(one)
    counted = len(claims) - len(forced)
    drawn = count_of(len(claims), "conclusion")
    who = speaker if speaker != NOBODY else f"{NOBODY} (no source is named)"
    parts = [
        f"{_premises_of(own[0], place == 0)} {_counted(own)}"
        for place, own in enumerate(told.values())
    ]
    apart = ""
    if forced:
        apart = (
            f" {count_of(len(forced), 'claim')} committing an act of force "
            f"{'stands' if len(forced) == 1 else 'stand'} apart, with what that act does."
        )
    if not counted:
        return f"Of {who}: {drawn}.{apart}"
    body = "; ".join(parts)
    return f"Of {who}: {drawn}. {body[0].upper()}{body[1:]}.{apart}"


def _premises_of(one: Verdict, first: bool) -> str:
    if one.own:
        return f"on the speaker's own premises ({one.premises.removeprefix('the account ')})"
    return f"on {'the premises' if first else 'those'} of {one.premises}"


def _counted(own: Sequence[Verdict]) -> str:
    """'2 follow and 1 does not follow'."""
    kinds = [one.kind for one in own]
    return listed(
        [
            f"{kinds.count(kind):,} {COUNTS[kind][kinds.count(kind) > 1]}"
            for kind in CLASSES
            if kind in kinds
        ]
    )


def side_words(one: Verdict) -> str:
    """On whose premises a verdict is, in a table: '‹The memo›, own', or the analyst's middle."""
    if not one.account:
        return MIDDLE if "middle" in one.premises else one.premises
    return one.premises.removeprefix("the account ") + (", own" if one.own else "")


def pair_words(one: TwoSides) -> tuple[str, str, str]:
    """Left, right and margin with as many digits as tell the two sides apart; dashes for none."""
    left, right = one.left_value, one.right_value
    return (*_apart(left, right), signed(one.margin))


def _apart(left: float | None, right: float | None) -> tuple[str, str]:
    told = ("–", "–")
    for digits in range(3, 8):
        told = (
            "–" if left is None else figure_of(left, digits),
            "–" if right is None else figure_of(right, digits),
        )
        if told[0] != told[1] or left == right or left is None or right is None:
            break
    return told


def numbers_words(compared: Sequence[Mapping[str, Any]]) -> str:
    """Both numbers and the margin of every comparison as JSON has them: '0.31, 0.28, +0.03'."""
    told = [
        (*_apart(one["left_value"], one["right_value"]), signed(one["margin"])) for one in compared
    ]
    return "; ".join(", ".join(parts) for parts in told) or "–"


def signed(value: float | None) -> str:
    """'+0.12', '−0.12', '0' or a dash."""
    if value is None:
        return "–"
    if abs(value) < 1e-12:
        return "0"
    return f"{'+' if value > 0 else MINUS}{figure_of(abs(value), 3)}"


def numbers_sentence(one: TwoSides) -> str:
    """Both numbers and the margin in a sentence: 'P(war) is 0.31, P(truce) 0.28: margin +0.03'."""
    left, right, margin = pair_words(one)
    told = f"‹{one.left}› is {left} and ‹{one.right}› is {right}, a margin of {margin}"
    if one.elsewhere:
        pairs = listed([f"{figure_of(a)} and {figure_of(b)}" for a, b in one.elsewhere])
        told += f"; in other equilibria found, {pairs}"
    return f"At the nominal values {told}."

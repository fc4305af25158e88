"""Several experts on one number in plain sentences: what each says, and who drives the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import GAP, count_of, figure_of, percent
from offramp.scenario.distributions import parse_distribution
from offramp.study.elicitation.driving import judged

if TYPE_CHECKING:
    from offramp.scenario import Meaning
    from offramp.study.elicitation.driving import Driven, Voice

SMALL = 0.01
"""Probabilities that are nearer to each other than this do not differ in any way that matters."""


def driven_sentences(found: Driven) -> Iterator[str]:
    """The pool's mean, which part of the variance lies between experts, and who moves it most."""
    experts = count_of(len(found.voices), "expert")
    if found.mean is None:
        what = f"what some of the {experts} say of {found.assumption}"
        yield f"{found.quantity} has no value over {what}."
        return
    yield (
        f"Over the pool of {experts} on {found.assumption}, {found.quantity} is in the mean "
        f"{figure_of(found.mean)}."
    )
    if found.share_between is None:
        yield "It does not vary with any of the ranges."
    else:
        yield (
            f"Of its variance {percent(found.share_between)} lies between experts, the rest within "
            "the ranges that each gave and those of other assumptions."
        )
    driver = found.driver
    if driver is not None and driver.without is not None:
        yield (
            f"{called(driver)} moves it most: without {called(driver)} it would be "
            f"{figure_of(driver.without)}."
        )


def shares_sentences(told: Sequence[Driven]) -> Iterator[str]:
    """Probabilities of kinds of ends: on which the experts differ most, and who moves that."""
    known = [one for one in told if one.between is not None]
    if len(known) < len(told):
        yield (
            "A dash stands where too few combinations fall into what an expert holds possible; "
            "a run with more of them fills it."
        )
    if not known:
        return
    apart = {one: _apart(one) for one in known}
    widest = max(known, key=lambda one: apart[one])
    if apart[widest] < SMALL:
        yield (
            "Whichever of them is believed, no kind of end becomes more or less probable by as "
            "much as a percentage point."
        )
        return
    yield (
        f"The experts differ most on {widest.quantity}, by {_points(apart[widest])}. "
        f"Of the variance of its probability {percent(widest.share_between or 0.0)} lies between "
        "them, the rest within what each of them says and in the other assumptions."
    )
    driver = widest.driver
    if driver is not None and driver.shift:
        lower = "lower" if driver.shift > 0 else "higher"
        yield (
            f"{called(driver)} moves it most: without {called(driver)} it would be "
            f"{_points(driver.shift)} {lower} in the mean."
        )


def _points(change: float) -> str:
    """The size of a change of a probability."""
    return f"{100 * abs(change):.1f}{GAP}percentage points"


def _apart(found: Driven) -> float:
    means = [one.mean for one in found.voices if one.mean is not None]
    return max(means) - min(means)


def expert_words(meaning: Meaning) -> Mapping[str, tuple[str, ...]]:
    """Assumption to what each expert says of it: 'Anna (67 % of the pool): 0 to 1, median 0.5'."""
    told: dict[str, tuple[str, ...]] = {}
    for one, experts in judged(meaning):
        total = sum(expert.weight for expert in experts.values())
        told[one.name] = tuple(
            f"{expert.note or name} ({percent(expert.weight / total)} of the pool): "
            f"{figure_of(own.bounds[0])} to {figure_of(own.bounds[1])}, median "
            f"{figure_of(own.median)}"
            for name, expert in experts.items()
            for own in [parse_distribution(expert.range)]
        )
    return told


def called(one: Voice) -> str:
    """An expert as the file names him or her."""
    return one.note or one.name

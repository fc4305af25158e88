"""Several experts on one number in plain sentences: what each says, and who drives the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import count_of, figure_of, percent
from offramp.scenario.distributions import parse_distribution
from offramp.study.elicitation.driving import judged

if TYPE_CHECKING:
    from offramp.scenario import Meaning
    from offramp.study.elicitation.driving import Driven, Voice


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

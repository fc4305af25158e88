"""Encodings by several coders in plain sentences: what differs, and how far results spread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import count_of, figure_of, listed, percent

if TYPE_CHECKING:
    from offramp.study.coders.records import Agreement, Coders, Split

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def coder_name(number: int) -> str:
    """'A', 'B', …, after Z 'coder 27'."""
    return LETTERS[number] if number < len(LETTERS) else f"coder {number + 1}"


def coders_sentences(found: Coders) -> Iterator[str]:
    """How many entries differ, where results spread, and how far coders agree on claims."""
    differing = [one for one in found.aligned if one.differs]
    kinds = dict.fromkeys(one.kind for one in differing)
    counted = [(kind, sum(one.kind == kind for one in differing)) for kind in kinds]
    parts = [f"{kind} {number:,}" for kind, number in counted]
    yield (
        f"Of {count_of(len(found.aligned), 'entry', 'entries')} that some coder has, "
        f"{len(differing):,} differ or are missing somewhere"
        + (f" ({listed(parts)})." if parts else ".")
    )
    yield (
        "Entries are taken for the same by name, by label, or where they cite the same passages; "
        "never by likeness."
    )
    for split in found.splits:
        yield split_sentence(split)
    for one in found.agreements:
        yield agreement_sentence(one)


def split_sentence(split: Split) -> str:
    """The means of the coders, and which part of the variance lies between them."""
    told = [
        f"{coder_name(i)} {figure_of(mean)}"
        for i, mean in enumerate(split.means)
        if mean is not None
    ]
    if not told:
        return f"{split.quantity} has no value with any coder."
    means = f"{split.quantity} is in the mean {listed(told)}"
    if split.share_between is None:
        return f"{means}; nothing varies."
    between, within = percent(split.share_between), percent(1 - split.share_between)
    return (
        f"{means}. Of its variance over all their draws {between} lies between coders and {within} "
        "within the ranges that each gave."
    )


def agreement_sentence(one: Agreement) -> str:
    """Cohen's kappa of two coders with its interval, or why there is none."""
    pair = f"{coder_name(one.first)} and {coder_name(one.second)}"
    if one.claims == 0:
        return f"{pair} have no claim in common."
    claims = count_of(one.claims, "claim")
    same = percent(one.observed or 0.0)
    if one.kappa is None:
        return (
            f"{pair} have {claims} in common, all of one class, so that there is no kappa "
            f"(same class: {same})."
        )
    few = " Of so few claims the interval says little." if one.claims < 20 else ""
    interval = "without an interval, as its large-sample error is 0 here"
    if one.low is not None and one.high is not None:
        interval = f"95 % interval {figure_of(one.low)} to {figure_of(one.high)}"
    return (
        f"{pair} have {claims} in common and give {same} of them the same class; by chance it "
        f"would be {percent(one.expected or 0.0)}. Cohen's kappa is {figure_of(one.kappa)} "
        f"({interval}).{few}"
    )

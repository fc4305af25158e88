"""Classes of claims: what was put into the premises, what follows from them, and what does not.

A claim holds on an account where it does in at least four fifths of the combinations of
assumptions with a verdict (of one combination alone: where it does there), and does not where it
does in at most a fifth; between these it is *mixed*. One that holds is

- *put in* where nothing had to be played to see it: it restates a mechanism (see `restating`), it
  compares worths alone, or one of its sides is 0 by the rules, so that it says no more than that
  something can happen at all;
- *follows without its premise* where the mechanisms that it is about can be off, each alone, and
  it holds all the same (at nominal values);
- else it *follows*.

It is *open* where the equilibria found disagree on it, and has no class where it says nothing or
a game that it needs was not solved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from offramp.expressions import Compare

if TYPE_CHECKING:
    from offramp.scenario import Claim
    from offramp.study.claims.restating import Without
    from offramp.study.quantities.evaluation import QueryValues


class Judged(Protocol):
    """As much of a verdict as its class hangs on; see `Verdict` for what each says."""

    @property
    def state(self) -> str: ...

    @property
    def open(self) -> int: ...

    @property
    def solved(self) -> int: ...

    @property
    def restates(self) -> str: ...

    @property
    def static(self) -> bool: ...

    @property
    def tautology(self) -> bool: ...

    @property
    def about(self) -> tuple[str, ...]: ...

    @property
    def share(self) -> float | None: ...

    @property
    def without(self) -> Mapping[str, Without]: ...


PUT_IN = "put in"
FOLLOWS = "follows"
WITHOUT_PREMISE = "follows without its premise"
DOES_NOT = "does not follow"
MIXED = "mixed"
OPEN_CLASS = "open"
NO_CLASS = "no verdict"
CLASSES = (PUT_IN, FOLLOWS, WITHOUT_PREMISE, MIXED, DOES_NOT, OPEN_CLASS, NO_CLASS)
"""In the order in which they are told."""
RESTATES, TAUTOLOGY, WORTHS = "restates", "tautology", "static worths"
MOSTLY, HARDLY = 0.8, 0.2
"""Least share in which a claim holds, and largest in which it does not; between them: mixed."""


def class_of(one: Judged) -> str:
    """The class of a verdict, one of `CLASSES`."""
    found = _by_share(one)
    if found != FOLLOWS:
        return found
    if put_in(one):
        return PUT_IN
    off = [one.without[name].nominal for name in one.about if name in one.without]
    return WITHOUT_PREMISE if off and all(off) else FOLLOWS


def put_in(one: Judged) -> str:
    """How a claim that holds was put in: restates, tautology, static worths; '' if it was not."""
    if one.restates:
        return RESTATES
    if one.static:
        return WORTHS
    return TAUTOLOGY if one.tautology else ""


def is_static(claim: Claim) -> bool:
    """Whether a claim compares worths and parameters alone, so that no play enters it."""
    return all(query.kind == "static" for query in claim.quantities.values())


def is_tautology(claim: Claim, here: QueryValues) -> bool:
    """Whether one side of a comparison is a probability that is 0 by the rules.

    Every move that is offered is made with a probability above 0, so one of exactly 0 at nominal
    values belongs to what cannot come about; whether that hangs on a number is seen in the draws.
    """
    formula = claim.formula
    if not isinstance(formula, Compare) or len(formula.rest) != 1:
        return False
    values = {
        query.text: float(here.of(query)[0])
        for query in claim.quantities.values()
        if query.kind in ("outcome", "kind", "ever")
    }
    none = [value for value in values.values() if value == 0.0]
    return len(values) == len(claim.quantities) == 2 and len(none) == 1


def _by_share(one: Judged) -> str:
    """The class as far as the share tells it, or the verdict at nominal values without one."""
    if one.state == OPEN_CLASS or (one.open and 2 * one.open >= max(1, one.solved)):
        return OPEN_CLASS
    share = one.share
    if share is None:
        share = {"holds": 1.0, "does not hold": 0.0}.get(one.state, np.nan)
    if not np.isfinite(share):
        return NO_CLASS
    if share >= MOSTLY:
        return FOLLOWS
    return DOES_NOT if share <= HARDLY else MIXED

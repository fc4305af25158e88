"""Whether a claim follows, or merely restates a premise: its verdict with each mechanism off.

A claim *rests on* a mechanism if it holds at nominal values and fails there with the mechanism
at its off values. That alone is no reproach: a conclusion has to rest on something. It
*restates* the mechanism if, beyond that, the mechanism is what the claim is about:

- the claim itself does not vary it (`off(mechanism)`, `set` of one of its parameters): a claim
  that compares play with and without a mechanism asks for its effect, and the comparison is
  empty without it; and
- the claim reads or commits one of its parameters, variables or steps, or its words name the
  row that the mechanism's label names, say (S12).

Of several the one that takes the verdict with it in the largest share of draws is named. A
mechanism that the claim is not about may carry the conclusion all the same: the claim then
rests on it and restates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from offramp.expressions import names
from offramp.scenario import Claim, Intervention, Meaning, Query
from offramp.scenario.model import MechanismRecord
from offramp.study.quantities.dependence import traced_back

ROW = re.compile(r"\b[A-Z]\d+\b")
"""The number of a row, as labels and claims name it."""


@dataclass(frozen=True)
class Without:
    """A claim with one mechanism off.

    ``nominal`` is its verdict at nominal values (None: open, vacuous or not solved), ``share``
    that over ``draws`` draws in which it has a verdict, and ``lost`` the share of those in
    which it holds with the mechanism and fails without, among those in which it holds with it;
    None where no draws were looked at.
    """

    mechanism: str
    label: str
    nominal: bool | None
    share: float | None = None
    lost: float | None = None
    draws: int = 0

    def plain(self) -> dict[str, object]:
        """As numbers and strings."""
        return {
            "nominal": self.nominal,
            "share": self.share,
            "lost": self.lost,
            "draws": self.draws,
        }


@dataclass(frozen=True)
class Concern:
    """What a claim has to do with a mechanism: it varies it, reads or commits it, names its row."""

    varied: bool
    named: bool

    @property
    def any(self) -> bool:
        """Whether it has anything to do with it."""
        return self.varied or self.named


def concern_of(meaning: Meaning, claim: Claim, mechanism: str) -> Concern:
    """What ``claim`` has to do with ``mechanism``."""
    record = meaning.scenario.mechanisms[mechanism]
    varied, named = False, _rows(claim) & set(ROW.findall(record.label or "")) != set()
    own = {*record.parameters, *record.switches, *record.state}
    for query in claim.quantities.values():
        named |= bool({_base(name) for name in _reads(meaning, query)} & own)
        for one in query.interventions:
            varied |= _varies(one, mechanism, record)
            named |= one.step is not None and meaning.steps[one.step].name in record.steps
    return Concern(varied, named)


def restated(
    nominal: bool | None, without: Mapping[str, Without], concern: Mapping[str, Concern]
) -> tuple[str, tuple[str, ...]]:
    """The mechanism that a claim restates ('' for none), and all that it rests on."""
    if not nominal:
        return "", ()
    rests = tuple(name for name, one in without.items() if one.nominal is False)
    about = [name for name in rests if concern[name].named and not concern[name].varied]
    return max(about, key=lambda name: without[name].lost or 0.0, default=""), rests


def literature_of(about: str | None) -> str:
    """The part of a mechanism's words that says when its effect holds and when it does not."""
    text = " ".join((about or "").split())
    match = re.search(r"(?:^|(?<=[.:;] ))(Holds\b|Does not hold\b)", text)
    return text[match.start() :] if match else ""


def _rows(claim: Claim) -> set[str]:
    return set(ROW.findall(" ".join((claim.says, claim.label or "", claim.about or ""))))


def _reads(meaning: Meaning, query: Query) -> frozenset[str]:
    """Variables and assumptions that a quantity names, and those from which these follow."""
    whens = [one.when for one in query.interventions]
    formulas = [query.predicate, query.expression, *whens]
    read = frozenset[str]().union(*(names(f) for f in formulas if f is not None))
    return read | traced_back(meaning, read)


def _varies(one: Intervention, mechanism: str, record: MechanismRecord) -> bool:
    if one.mechanism:
        return one.mechanism == mechanism
    return any(_base(name) in (*record.parameters, *record.switches) for name, _ in one.values)


def _base(name: str) -> str:
    return name.partition("[")[0]

"""Verdicts: what is found of a claim on the premises of an account, in numbers.

Per draw a claim holds, does not hold, is *open* (equilibria found disagree on it), *says nothing*
(a step that it commits is never reached) or is *not solved*. Its share is taken over the draws in
which it holds or does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.showing import Tabled, frame_of, html_of, latex_of
from offramp.study.claims.classes import class_of, put_in
from offramp.study.claims.deciding import Deciding
from offramp.study.claims.force import ForceHarm
from offramp.study.claims.restating import Without
from offramp.study.claims.two_sides import TwoSides
from offramp.study.solving.searches import Searches
from offramp.study.solving.shares import Share

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
HOLDS, FAILS, OPEN = "holds", "does not hold", "open"
VACUOUS, UNSOLVED = "says nothing", "not solved"
STATES = (HOLDS, FAILS, OPEN, VACUOUS, UNSOLVED)
"""What becomes of a claim in one combination of assumptions; the same words everywhere."""


@dataclass(frozen=True, eq=False, repr=False)
class Verdict(Tabled):
    """One claim on the premises of one account ('' is the analyst's middle, no account's).

    Shares are None where no draw has a verdict or none was drawn. Arrays are read-only.
    """

    name: str
    says: str
    holds_when: str
    account: str
    premises: str
    """What stands behind 'On the premises of'."""
    state: str
    """At nominal values: one of `STATES`."""
    declared: Share
    """Over the declared ranges."""
    concentrated: Share
    """Over the same ranges concentrated on the nominal values."""
    solved: int
    open: int
    """Draws on which equilibria found disagree; without draws, 1 if so at nominal values."""
    vacuous: int
    """Draws in which a committed step is never reached; without draws as ``open``."""
    margin: float | None
    """Of a single comparison, left minus right: the median over draws with a verdict."""
    margin_nominal: float | None
    margins: Array
    """(draw,) left minus right, nan where there is no verdict; empty for other claims."""
    quantities: Mapping[str, float | None]
    """Quantity as written to its value at nominal assumptions."""
    precision: Mapping[float, bool | None]
    """Factor on every precision to the verdict at nominal values."""
    without: Mapping[str, Without]
    restates: str = ""
    """The mechanism that the claim restates, see ``offramp.study.claims.restating``."""
    rests_on: tuple[str, ...] = ()
    """Mechanisms without which the claim, which holds at nominal values, does not."""
    deciding: Deciding | None = None
    literature: Mapping[str, str] = field(default_factory=dict[str, str])
    """Mechanism that the claim is about or rests on to when its effect holds and does not."""
    unoffered: Mapping[str, float] = field(default_factory=dict[str, float])
    """Quantity to the share of turns in which its committed move is not offered (nominal)."""
    searched: bool = False
    """Whether every draw was searched thoroughly for further equilibria, as the nominal one is."""
    seed: int | None = None
    manner: str = ""
    """How the moves that it commits come: 'foreseen', 'as a surprise', 'unanswered', or several;
    '' where it commits none."""
    other_way: tuple[str, str] | None = None
    """How its moves come in the other claim, and its state at nominal values; see `manners`."""
    source: str = ""
    """The places of the claim's sources, 'part 6'; '' where none is named."""
    quoted: bool = False
    """Whether the claim's words are literally those of its source."""
    about: tuple[str, ...] = ()
    """Mechanisms that the claim is about: it reads or commits one of their pieces, or names one."""
    static: bool = False
    """Whether it compares worths and parameters alone."""
    tautology: bool = False
    """Whether one of its two sides is 0 by the rules."""
    searches: Searches = field(default_factory=Searches)
    """In how many of the draws other equilibria were looked for; ``open`` counts only these."""
    force: tuple[ForceHarm, ...] = ()
    """What every act of force that it commits does; none where it commits none."""

    compared: tuple[TwoSides, ...] = ()
    """Both sides of every comparison in it, at nominal values."""
    speaker: str = ""
    """Who draws the conclusion, as `offramp.study.claims.speakers` has it."""
    own: bool = False
    """Whether it is looked at on premises of its own speaker."""

    def _shown(self) -> Iterator[str]:
        whose = self.account or "the text as written"
        yield f"{self.name!r} {self.kind} on {whose}"
        if self.share is not None:
            yield f"(holds in {100 * self.share:.0f} % of {self.declared.counted:,} combinations)"

    @property
    def looked(self) -> bool:
        """Whether other equilibria were looked for in the draws, so that ``open`` says something.

        None need be where the one that was found is proved to be the only one.
        """
        return self.searches.known > 0

    @property
    def kind(self) -> str:
        """Its class, see `offramp.study.claims.classes`."""
        return class_of(self)

    @property
    def put_in(self) -> str:
        """How it was put in where it was: restates, tautology or static worths; else ''."""
        return put_in(self) if self.kind == "put in" else ""

    @property
    def nominal(self) -> bool | None:
        """Whether it holds at nominal values; None where that is open, vacuous or unsolved."""
        return truth_of(self.state)

    @property
    def share(self) -> float | None:
        """Share of the draws with a verdict in which it holds."""
        return self.declared.share

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % sampling interval of the share."""
        return self.declared.interval

    @property
    def share_other(self) -> float | None:
        """The share under the second weighting."""
        return self.concentrated.share

    @property
    def table(self) -> list[dict[str, Any]]:
        """Long rows: what, value, and for shares the interval and the draws that count."""
        rows: list[dict[str, Any]] = [
            _row(self, "nominal", self.nominal),
            _row(self, "share", self.declared),
            _row(self, "share, ranges concentrated on nominal values", self.concentrated),
            _row(self, "margin", self.margin),
        ]
        rows += [_row(self, f"precision ×{k:g}", v) for k, v in self.precision.items()]
        rows += [_row(self, f"without {k}", v.nominal) for k, v in self.without.items()]
        return rows + [_row(self, text, value) for text, value in self.quantities.items()]


class Verdicts(tuple[Verdict, ...]):
    """Verdicts of several claims, on several accounts: a tuple that shows itself as a table."""

    __slots__ = ()

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for every claim on every account, with both numbers of its first comparison."""
        return [_of_claim(one) for one in self]

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas DataFrame."""
        return frame_of(self.table)

    def latex(self, **more: Any) -> str:
        """The rows as a LaTeX table in the style of booktabs; ``more`` goes to pandas."""
        return latex_of(self.frame(), **more)

    def __repr__(self) -> str:
        claims = dict.fromkeys(one.name for one in self)
        accounts = dict.fromkeys(one.account for one in self)
        return f"<Verdicts: {len(claims)} claims on {len(accounts)} accounts>"

    def _repr_html_(self) -> str:
        return html_of(repr(self), self.frame())


def _of_claim(one: Verdict) -> dict[str, Any]:
    """A verdict in one row."""
    pair = one.compared[0] if one.compared else None
    low, high = one.interval or (None, None)
    return {
        "claim": one.name,
        "account": one.account,
        "speaker": one.speaker,
        "own": one.own,
        "class": one.kind,
        "nominal": one.state,
        "left": None if pair is None else pair.left_value,
        "right": None if pair is None else pair.right_value,
        "margin": None if pair is None else pair.margin,
        "share": one.share,
        "low": low,
        "high": high,
        "draws": one.declared.counted,
        "open": one.open,
        "vacuous": one.vacuous,
    }


def _row(one: Verdict, what: str, value: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "claim": one.name,
        "account": one.account,
        "what": what,
        "value": value,
        "low": None,
        "high": None,
        "draws": None,
    }
    if isinstance(value, Share):
        row |= {"value": value.share, "low": value.low, "high": value.high, "draws": value.counted}
    return row


def truth_of(state: str) -> bool | None:
    """Whether a claim in this state holds; None for open, vacuous and unsolved."""
    return {HOLDS: True, FAILS: False}.get(state)

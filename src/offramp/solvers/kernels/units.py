"""Payoffs in units of what each party has at stake, so that no tolerance depends on its units.

Multiplying a party's payoffs by a positive number and dividing its precision by it leaves all
play as it is, and so does a constant added to everything that it gets at the ends where nothing
is discounted (von Neumann & Morgenstern 1944: payoffs are given up to scale and origin). Solvers
see payoffs whose largest stake is between 1 and 2. The factors are powers of two, so they round
nothing; an origin is moved only where zero lies far from all ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.equilibria import Equilibria, Other

if TYPE_CHECKING:
    from offramp.game.structure import Structure, Tables

Array = NDArray[np.float64]
FAR_AWAY = 4.0
"""An origin is moved where the middle of the ends is so many times their spread away from it."""


@dataclass(frozen=True, eq=False)
class Units:
    """The units of each party in each draw: payoff = 2**exponent * number + origin."""

    exponent: NDArray[np.int64]
    """(draw, party)."""
    origin: Array
    """(draw, party) in payoff units."""

    @property
    def plain(self) -> bool:
        """Whether numbers are payoffs as they stand."""
        return not (self.exponent.any() or self.origin.any())

    def numbers(self, payoffs: Array) -> Array:
        """Values (draw, node, party) in these units."""
        less = payoffs - self.origin[:, None] if self.origin.any() else payoffs
        return less * self.power(-1)[:, None]

    def payoffs(self, numbers: Array) -> Array:
        """Values (draw, node, party) in payoff units."""
        found = numbers * self.power(1)[:, None]
        return found + self.origin[:, None] if self.origin.any() else found

    def power(self, sign: int) -> Array:
        """(draw, party) what a number in these units (1), or a payoff (-1), is multiplied by."""
        return np.ldexp(1.0, sign * self.exponent)

    def differences(self, numbers: Array) -> Array:
        """Differences of payoffs (draw, party), such as regrets, in payoff units."""
        return numbers * self.power(1)


def units_of(structure: Structure, tables: Tables) -> Units:
    """The units that suit the stakes of each party: its largest pay, or end from its origin.

    Pays that no move has do not count.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        low, high = _spread(tables.end_pay)
        origin = _origins(structure, tables, low, high)
        stake = np.maximum(high - origin, origin - low)
        low, high = _spread(pays_of(structure, tables))
        stake = np.maximum(stake, np.maximum(high, -low))
        fit = np.isfinite(stake) & np.isfinite(origin)
        exponent = np.frexp(np.where(fit & (stake > 0.0), stake, 1.0))[1].astype(np.int64) - 1
    return Units(np.where(fit, exponent, 0), np.where(fit, origin, 0.0))


def pays_of(structure: Structure, tables: Tables) -> Array:
    """(draw, pay class, party) the pays that some move has: tables may hold others."""
    used = np.zeros(tables.pay.shape[1], bool)
    used[structure.pay_class] = True
    return tables.pay if used.all() else tables.pay[:, used]


def in_units(tables: Tables, units: Units) -> Tables:
    """The same game with payoffs and precisions in ``units``."""
    if units.plain:
        return tables
    with np.errstate(over="ignore"):
        return replace(
            tables,
            pay=tables.pay * units.power(-1)[:, None],
            end_pay=units.numbers(tables.end_pay),
            precision=tables.precision * units.power(1),
        )


def with_even_span(structure: Structure, tables: Tables, regret: float) -> tuple[Tables, Array]:
    """Tables whose precisions let moves differ by about 1 in log-odds, and regrets (draw,).

    In a limit precisions count by what they are to each other only; ``regret`` is a share of
    the smallest stakes.
    """
    span, stakes = rough_span(structure, tables), rough_stakes(structure, tables)
    span = np.where(np.isfinite(span) & (span > 0.0), span, 1.0)
    target = regret * np.where(stakes > 0.0, stakes, 1.0).min(axis=1, initial=1.0)
    return replace(tables, precision=tables.precision / span[:, None]), target


def rough_span(structure: Structure, tables: Tables) -> Array:
    """(draw,) how strongly moves can differ, from the payoffs alone, in units of log-odds."""
    with np.errstate(invalid="ignore", over="ignore"):
        return (tables.precision * rough_stakes(structure, tables)).max(axis=1, initial=0.0)


def rough_stakes(structure: Structure, tables: Tables) -> Array:
    """(draw, party) by how much what is paid at ends and on the way can differ."""
    with np.errstate(invalid="ignore", over="ignore"):
        spread, pays = np.ptp(tables.end_pay, axis=1), pays_of(structure, tables)
        return spread + np.ptp(pays, axis=1) if pays.shape[1] else spread


def in_payoffs(found: Equilibria, units: Units) -> Equilibria:
    """Equilibria found in ``units``, in payoff units; residuals stay relative to the stakes."""
    if units.plain:
        return found
    value = units.payoffs(found.value)
    with np.errstate(over="ignore"):
        return replace(
            found,
            value=value,
            payoff=value if found.payoff is found.value else units.payoffs(found.payoff),
            regret=units.differences(found.regret),
            regret_anywhere=units.differences(found.regret_anywhere),
            regret_bound=units.differences(found.regret_bound),
            others=tuple(_in_payoffs(other, units) for other in found.others),
            reached=found.reached * units.power(-1),
        )


def _in_payoffs(other: Other, units: Units) -> Other:
    value = np.ldexp(other.value, units.exponent[other.draw]) + units.origin[other.draw]
    value.setflags(write=False)
    regret = other.regret
    if regret.size:
        regret = np.ldexp(regret, units.exponent[other.draw])
        regret.setflags(write=False)
    return other._replace(value=value, regret=regret)


def _origins(structure: Structure, tables: Tables, low: Array, high: Array) -> Array:
    """The middle (draw, party) of the ends where that is far from 0 and moving it costs nothing.

    A constant at all ends is worth nothing to anybody only where every play ends, and at once.
    """
    middle = 0.5 * low + 0.5 * high
    if structure.cyclic.any():
        return np.zeros_like(middle)
    far = np.abs(middle) > FAR_AWAY * (high - low)
    undiscounted = (tables.patience == 1.0) | (not structure.turns.any())
    return np.where(far & undiscounted, middle, 0.0)


def _spread(numbers: Array) -> tuple[Array, Array]:
    """The least and the largest (draw, party) of numbers (draw, row, party); 0 where none are."""
    if not numbers.shape[1]:
        nothing = numbers.sum(axis=1)
        return nothing, nothing
    rows = np.moveaxis(numbers, 1, 0)
    return np.minimum.reduce(rows), np.maximum.reduce(rows)

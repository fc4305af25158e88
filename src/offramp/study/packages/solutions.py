"""Bargaining over a finite set of packages: zone, Pareto frontier, Nash and Kalai-Smorodinsky.

A package is a row of worths (package, party), d the reservation values (party,). The zone of
agreement holds the packages that every party holds no worse than its own d. The frontier holds
those beside which no other is worth as much to all and more to one. Inside the zone the Nash
package has the largest product of gains u - d (Nash 1950), the Kalai-Smorodinsky package the
largest least share of what each party could gain at most in the zone, then the largest next
share, and so on (Kalai and Smorodinsky 1975 for two parties; Imai 1983 for more). Both are
looked for among the packages as they are, with no lottery between them, so several can tie.

Worths of one party count as equal within 1e-12 of its largest one; products and shares within
1e-9 of the largest. Nothing here changes if a party's worths and its d are multiplied by one
positive number, or if one number is added to them all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]
EQUAL = 1e-12
"""Worths this near each other, in parts of the party's largest one, are equal."""
TIE = 1e-9
"""Products and shares this near each other are ties."""


def in_zone(worth: Array, reservation: Array) -> Truths:
    """(..., package) whether every party holds it no worse than its reservation value.

    ``worth`` (..., package, party), ``reservation`` (..., party); leading dims are draws. A
    reservation value that is not known (nan) leaves the zone empty.
    """
    margin = _margin(worth, reservation)
    with np.errstate(invalid="ignore"):
        inside: Truths = np.all(worth - reservation[..., None, :] >= -margin, axis=-1)
    return inside


def undominated(worth: Array) -> Truths:
    """(package,) whether no other is worth as much to all and more to one; equal ones all stay.

    ``worth`` (package, party).
    """
    margin = _margin(worth, np.zeros(worth.shape[1]))[0]
    if worth.shape[1] == 2:
        return _undominated_pairs(worth, margin)
    scale = np.where(margin > 0, margin, 1.0)
    kept = np.ones(len(worth), np.bool_)
    front, count = np.empty_like(worth), 0
    for i in np.argsort(-(worth / scale).sum(axis=1), kind="stable"):
        own, seen = worth[i], front[:count]
        as_good = (seen >= own - margin).all(axis=1)
        if bool((as_good & (seen > own + margin).any(axis=1)).any()):
            kept[i] = False
        elif not as_good.any():  # equals of one that is kept bring nothing new
            front[count] = own
            count += 1
    return kept


def _undominated_pairs(worth: Array, margin: Array) -> Truths:
    """The same for two parties: the most for the second among those that serve the first."""
    order = np.argsort(-worth[:, 0], kind="stable")
    first, second = worth[order].T
    most = np.r_[-np.inf, np.maximum.accumulate(second)]
    own, other = worth.T
    as_good = most[np.searchsorted(-first, -(own - margin[0]), "right")]
    better = most[np.searchsorted(-first, -(own + margin[0]), "left")]
    kept: Truths = (as_good <= other + margin[1]) & (better < other - margin[1])
    return kept


def ideal_point(worth: Array, reservation: Array) -> Array:
    """(party,) the most that each can get in the zone; nan where the zone is empty."""
    inside = in_zone(worth, reservation)
    return worth[inside].max(axis=0) if inside.any() else np.full(worth.shape[1], np.nan)


def nash_packages(worth: Array, reservation: Array) -> tuple[int, ...]:
    """Packages of the zone with the largest product of gains, ties included.

    None where no package of the zone gains something for every party: the product is then 0
    throughout and tells nothing apart.
    """
    inside = np.flatnonzero(in_zone(worth, reservation))
    if not len(inside):
        return ()
    product = _shares(worth, reservation, inside).prod(axis=1)
    most = product.max()
    return tuple(int(i) for i in inside[product >= most * (1 - TIE)]) if most > 0 else ()


def kalai_smorodinsky_packages(worth: Array, reservation: Array) -> tuple[int, ...]:
    """Packages of the zone whose least share of the ideal gains is largest, ties included.

    Among equal least shares the next ones decide. A party that can gain nothing in the zone
    takes no part; where none can, every package of the zone ties.
    """
    inside = np.flatnonzero(in_zone(worth, reservation))
    if not len(inside):
        return ()
    shares = _shares(worth, reservation, inside)
    shares = np.sort(shares[:, shares.max(axis=0) > 0], axis=1)
    rows = np.arange(len(inside))
    for column in range(shares.shape[1]):
        rows = rows[shares[rows, column] >= shares[rows, column].max() - TIE]
    return tuple(int(i) for i in inside[rows])


def lottery_gain(worth: Array, reservation: Array) -> float:
    """The largest least gain over the reservation values that a lottery over packages has.

    At least 0 where chance between packages, each party judging by its expected worth, can give
    every party its reservation value; nan where a reservation value is not known.
    """
    if not np.isfinite(reservation).all() or not len(worth):
        return float("nan")
    from scipy.optimize import linprog  # pyright: ignore[reportMissingTypeStubs]

    count, parties = worth.shape
    gains = np.concatenate([-(worth - reservation).T, np.ones((parties, 1))], axis=1)
    found = linprog(
        np.r_[np.zeros(count), -1.0],
        A_ub=gains,
        b_ub=np.zeros(parties),
        A_eq=np.r_[np.ones(count), 0.0][None],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
    )
    return float(-found.fun) if found.status == 0 else float("nan")


def _margin(worth: Array, reservation: Array) -> Array:
    """(..., 1, party) below which worths of one party are equal."""
    largest = np.abs(worth).max(axis=-2, keepdims=True)
    return EQUAL * np.fmax(largest, np.abs(reservation)[..., None, :])


def _shares(worth: Array, reservation: Array, inside: NDArray[np.intp]) -> Array:
    """(package of the zone, party) gains in parts of the most that the party can gain there."""
    gains = worth[inside] - reservation
    gains = np.where(gains > _margin(worth, reservation), gains, 0.0)
    most = gains.max(axis=0)
    return gains / np.where(most > 0, most, 1.0)

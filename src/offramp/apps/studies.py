"""The commands that put an account to the test: claims, accounts, sensitivity, off-ramps."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated, Any

from cyclopts import Parameter

from offramp.apps.asking import MOST_DRAWN, MOST_HISTORIES
from offramp.apps.options import (
    Account,
    Asked,
    Draws,
    Json,
    Nominal,
    NoPassages,
    Quantities,
    Scale,
    Seed,
    Settings,
    real,
    whole,
)
from offramp.apps.speaking import hand_over, say
from offramp.core.bounds import MAX_POINTS

Reserved = Annotated[
    tuple[str, ...],
    Parameter(
        name="--reservation",
        negative="",
        help="Give a party a reservation value: party=number or party=formula of parameters; may "
        "be repeated.",
    ),
]
Points = Annotated[int | None, whole(0, MAX_POINTS, 128)]


def claims_command(
    file: str,
    *,
    draws: Draws = 1000,
    seed: Seed = None,
    nominal: Nominal = False,
    account: Account = None,
    set_: Settings = (),
    no_passages: NoPassages = False,
    json: Json = False,
    precision_scale: Scale = 1.0,
) -> None:
    """Say which claims of FILE follow from its premises, on every account.

    The time grows with the draws, the claims and the accounts whose numbers differ.

    For example: offramp claims model-honest-threats --nominal

    Parameters
    ----------
    draws
        How many combinations of assumptions each account is tried in; an eighth as many,
        but at least 64, are tried with the ranges concentrated on the nominal values.
    """
    from offramp.apps.asking import told_claims

    scale, told = precision_scale, tuple(set_)
    asked = Asked("claims", file, draws, seed, nominal, json, told, account, scale)
    _tell(told_claims(replace(asked, no_passages=no_passages)), json)


def compare_command(
    file: str,
    *,
    accounts: str = "",
    quantity: Quantities = (),
    draws: Draws = 64,
    seed: Seed = None,
    nominal: Nominal = False,
    single: Annotated[bool, Parameter(negative="")] = False,
    set_: Settings = (),
    no_passages: NoPassages = False,
    json: Json = False,
    precision_scale: Scale = 1.0,
) -> None:
    """Set two accounts of FILE side by side and say what explains their difference.

    For example: offramp compare trilateral-talks --accounts as_broadcast,kyiv_as_reported

    Parameters
    ----------
    accounts
        Two names with a comma between; no name before or after the comma is the scenario as
        written. Without the option: the two accounts, where there are two.
    quantity
        What the difference is explained of, such as 'P(war)', or the name of a claim; may be
        repeated. Default: the probability of an agreement.
    draws
        How many combinations of assumptions the means are taken over; each is solved for many
        mixtures of the two accounts.
    single
        Every assumption by itself, in place of mechanisms and families.
    """
    from offramp.apps.asking import told_comparison

    more = {"--accounts": accounts} if accounts else {}
    asked = Asked(
        "compare", file, draws, seed, nominal, json, tuple(set_), None, precision_scale, more
    )
    asked = replace(asked, no_passages=no_passages)
    _tell(told_comparison(asked, accounts, tuple(quantity), single), json)


def sensitivity_command(
    file: str,
    *,
    quantity: Quantities = (),
    points: Points = None,
    groups: str = "mechanism",
    menu: Annotated[bool, Parameter(negative="")] = False,
    draws: Draws = 4096,
    seed: Seed = None,
    nominal: Nominal = False,
    account: Account = None,
    set_: Settings = (),
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Say which assumptions of FILE a quantity hangs on, over their ranges and locally.

    For example: offramp sensitivity border-standoff --quantity 'P(disaster)'

    Parameters
    ----------
    quantity
        Such as 'P(war)' or 'E(payoff[north])'; may be repeated. Default: the probability of an
        agreement.
    points
        How much is tried for the shares of the variance: a power of two from 32 on; each takes
        as many solves as there are groups, and two. Default: as many as --draws allows, at most
        128.
    groups
        What is varied together: mechanism, family, or none.
    menu
        See also what writing each move twice would do; one solve for each move.
    draws
        Most combinations of assumptions that are solved, where --points is not given.
    """
    from offramp.apps.asking import told_sensitivity

    asked = Asked("sensitivity", file, draws, seed, nominal, json, tuple(set_), account)
    asked = replace(asked, no_passages=no_passages)
    _tell(told_sensitivity(asked, tuple(quantity), points, groups, menu), json)


def packages_command(
    file: str,
    *,
    parties: str = "",
    reservation: Reserved = (),
    draws: Draws = 256,
    seed: Seed = None,
    nominal: Nominal = False,
    account: Account = None,
    set_: Settings = (),
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Say what could be agreed on the issues of FILE, beside what parties have without it.

    For example: offramp packages model-packages

    Parameters
    ----------
    parties
        Those whose consent is taken, with commas between. Default: every party that could keep
        every agreement from coming by its own moves alone.
    draws
        In how many combinations of assumptions it is looked at which packages lie in the zone
        of agreement; the game without an agreement is solved in each.
    """
    from offramp.apps.packaging import told_packages

    more = {"--parties": parties} if parties else {}
    asked = Asked(
        "packages",
        file,
        draws,
        seed,
        nominal,
        json,
        tuple(set_),
        account,
        1.0,
        more,
        tuple(("--reservation", one) for one in reservation),
        no_passages,
    )
    _tell(told_packages(asked, parties, tuple(reservation)), json)


def offramps_command(
    file: str,
    *,
    outcome: str = "agreement",
    at_least: Annotated[float | None, real()] = None,
    draws: Draws = 256,
    seed: Seed = None,
    nominal: Nominal = False,
    account: Account = None,
    set_: Settings = (),
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Look for the smallest changes of FILE that make an agreement as probable as asked.

    For example: offramp offramps trilateral-talks --at-least 0.6

    Parameters
    ----------
    outcome
        agreement, ceasefire, or an outcome of one of these kinds.
    at_least
        The probability that is asked for. Default: 0.5, or, where it is as probable already,
        half of what is missing to 1.
    draws
        In how many combinations of assumptions every change found is tried.
    """
    from offramp.apps.asking import told_offramps

    asked = Asked("offramps", file, draws, seed, nominal, json, tuple(set_), account)
    asked = replace(asked, no_passages=no_passages)
    _tell(told_offramps(asked, outcome, at_least), json)


def histories_command(
    file: str,
    *,
    outcome: str | None = None,
    count: Annotated[int, whole(1, MOST_HISTORIES, 5)] = 5,
    draws: Annotated[int, whole(0, MOST_DRAWN, 100)] = 0,
    seed: Seed = None,
    nominal: Annotated[
        bool,
        Parameter(
            name="--nominal", negative="", help="As without it: all is told at nominal values."
        ),
    ] = False,
    account: Account = None,
    set_: Settings = (),
    no_passages: NoPassages = False,
    json: Json = False,
    precision_scale: Scale = 1.0,
) -> None:
    """Tell the likeliest histories of FILE and the turning points, at nominal values.

    For example: offramp histories border-standoff --count 3

    Parameters
    ----------
    outcome
        Only histories that end so: an outcome, or a kind of outcomes.
    count
        How many histories, and turning points of each end, are told.
    draws
        How many histories are drawn at random besides, all at nominal values; --json lists
        their moves.
    """
    from offramp.apps.asking import told_histories

    asked = Asked(
        "histories", file, max(draws, 1), seed, nominal, json, tuple(set_), account, precision_scale
    )
    asked = replace(asked, no_passages=no_passages)
    _tell(told_histories(asked, outcome, count, draws), json)


def _tell(answer: tuple[Any, bool], as_json: bool) -> None:
    """Print words or JSON; exit code 1 where the game is not solved at nominal values."""
    told, solved = answer
    hand_over(told) if as_json else say(told)
    if not solved:
        sys.exit(1)

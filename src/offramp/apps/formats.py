"""The commands for other programs' games: solve a Gambit file, write a scenario as one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from offramp.apps.options import Account, Json, Settings, real
from offramp.apps.speaking import hand_over, say

Flag = Annotated[bool, Parameter(negative="")]


def add_formats(app: App) -> None:
    """Give an application the commands of this module."""
    for command in (solve_command, export_command):
        app.command(command, name=command.__name__.removesuffix("_command"))


def solve_command(
    game: str, *, precision: Annotated[float, real()] = 1.0, limit: Flag = False,
    picture: Path | None = None, json: Json = False,
) -> None:  # fmt: skip
    """Solve GAME, a Gambit file (.efg or .nfg): agent logit play and its certificate.

    The profile is ordered by player, information set and action, as in the file.

    Parameters
    ----------
    precision
        How sharply players choose, the same for all.
    limit
        Follow the branch to where nobody gains by another strategy.
    picture
        Write the tree with its probabilities as this SVG file.
    """
    from offramp.apps.gaming import told_solution

    _tell(told_solution(game, precision, limit, picture, json), json)


def export_command(
    scenario: str, *, to: Path, logit: Flag = False, account: Account = None, set_: Settings = (),
    json: Json = False,
) -> None:  # fmt: skip
    """Write the game of SCENARIO, at nominal values, as a Gambit file or a picture.

    Parameters
    ----------
    to
        The file to write: its name ends in .efg (the tree), .nfg (the strategic form, of small
        games) or .svg (a picture of the tree).
    logit
        Count payoffs so that Gambit's agent logit equilibrium at precision 1 is Offramp's: in
        units of each party's precision, and a player for each round in which a party's future
        counts less.
    """
    from offramp.apps.gaming import told_export

    _tell(told_export(scenario, to, logit, account, tuple(set_), json), json)


def _tell(answer: tuple[Any, bool], as_json: bool) -> None:
    """Print words or JSON; exit code 1 where the game is not solved."""
    told, solved = answer
    hand_over(told) if as_json else say(told)
    if not solved:
        sys.exit(1)

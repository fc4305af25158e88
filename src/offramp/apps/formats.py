"""The commands for other programs' games: solve one from a file, write a scenario as one."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from offramp.apps.options import Account, Json, NoPassages, Settings, real
from offramp.apps.speaking import hand_over, say
from offramp.core.registry import suffixes_in_words

Flag = Annotated[bool, Parameter(negative="")]


def _with_formats(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the formats that are installed in its help."""
    words = inspect.getdoc(command) or ""
    command.__doc__ = words.format(read=suffixes_in_words(), written=suffixes_in_words(".svg"))
    return command


@_with_formats
def solve_command(
    game: str,
    *,
    precision: Annotated[float, real()] = 1.0,
    limit: Flag = False,
    picture: Path | None = None,
    json: Json = False,
) -> None:
    """Solve GAME, a file of another program: agent logit play and its certificate.

    GAME is a file ending in {read}. The profile is ordered by player,
    information set and action, as in the file.

    For example: offramp solve game.efg --precision 2

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


@_with_formats
def export_command(
    scenario: str,
    *,
    to: Path,
    logit: Flag = False,
    account: Account = None,
    set_: Settings = (),
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Write the game of SCENARIO, at nominal values, as a file.

    Its name ends in {written}. A picture of the tree is an .svg file;
    Gambit's are .efg, the tree, and .nfg, the strategic form of a small game.

    For example: offramp export model-two-types --to two-types.efg

    Parameters
    ----------
    to
        The file to write; the end of its name says in which format.
    logit
        Count payoffs so that Gambit's agent logit equilibrium at precision 1 is Offramp's: in
        units of each party's precision, and a player for each round in which a party's future
        counts less.
    """
    from offramp.apps.gaming import told_export

    _tell(told_export(scenario, to, logit, account, tuple(set_), json, no_passages), json)


def _tell(answer: tuple[Any, bool], as_json: bool) -> None:
    """Print words or JSON; exit code 1 where the game is not solved."""
    told, solved = answer
    hand_over(told) if as_json else say(told)
    if not solved:
        sys.exit(1)

"""Trees with information sets beside Gambit: the same games in the memory of one process."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from benchmarks import peers_gambit as gambit_side
from benchmarks.judging import certificate_of
from benchmarks.table import Aim, Peer, Row
from benchmarks.timing import ChildError, Effort, ask_child, least, least_wall
from offramp.game import Draws, Game, build
from offramp.scenario import Scenario, read
from offramp.solvers import Options, limit, solve
from offramp.testing.random_information import haggle

PLACE = 20
TITLE = "Trees with information sets beside Gambit"
ABOUT = """
Crisis signalling with two types of either side (six information sets), and alternating offers
over a pie: eleven offers, three rounds, with and without two types of the second party. Gambit
follows the branch of the agent logit equilibrium (`logit_solve_lambda`, and `logit_solve` for
its end) with its default steps and holds the games in memory already.
"""
OFFERS_WAIT = 20.0


class Signalling(NamedTuple):
    """The scenario, its game, and draws of its assumptions."""

    scenario: Scenario
    game: Game
    spread: Draws


@cache
def signalling(draws: int) -> Signalling:
    """The crisis-signalling game and so many draws."""
    scenario = read(gambit_side.SIGNALLING)
    game = build(scenario)
    return Signalling(scenario, game, game.draws(draws, seed=1))


def to_precision(effort: Effort) -> Row:
    """Every draw at precision 10, on one processor."""
    one = Options(workers=1)
    crisis = signalling(effort.pick(200, 20))
    structure, tables = crisis.game.structure, crisis.game.tables(crisis.spread)
    own, found = least(lambda: solve(structure, tables, starts=0, options=one), effort.pick(7, 2))
    return _beside(
        "signalling-precision",
        "signalling, precision 10",
        crisis,
        own,
        found,
        gambit_side.to_precision,
        effort,
    )


def to_limit(effort: Effort) -> Row:
    """Every draw where the branch ends, on one processor."""
    one = Options(workers=1)
    crisis = signalling(effort.pick(200, 20))
    structure, tables = crisis.game.structure, crisis.game.tables(crisis.spread)
    own, found = least(
        lambda: limit(structure, tables, regret=1e-8, options=one), effort.pick(7, 2)
    )
    return _beside(
        "signalling-limit",
        "signalling, the limit to regret 10⁻⁸",
        crisis,
        own,
        found,
        gambit_side.to_limit,
        effort,
    )


def many_draws(effort: Effort) -> Row:
    """Ten thousand draws on all processors."""
    count = effort.pick(10_000, 500)
    game = signalling(20).game
    tables = game.tables(game.draws(count, seed=1))
    own, found = least_wall(lambda: solve(game.structure, tables, starts=0), effort.pick(5, 1))
    return Row(
        name="signalling-draws",
        work=f"signalling, {count:,} draws, precision 10",
        own=own,
        unit="s",
        clock="wall",
        aim=Aim(1.5 * count / 10_000),
        certificate=certificate_of(found),
        facts={"draws": count},
    )


def offers(effort: Effort) -> Row:
    """Eleven offers, one type: everything is seen."""
    structure, tables = haggle(types=1, draws=20)
    one = Options(workers=1)
    own, found = least(
        lambda: solve(structure, tables, traced=(), starts=0, options=one), effort.pick(7, 2)
    )
    return Row(
        name="offers",
        work="11 offers, 3 rounds, precision 10",
        own=own / 20,
        unit="s",
        clock="processor",
        peer=Peer("pygambit", missing="left out of a quick run") if effort.quick else _on_offers(),
        aim=Aim(0.005),
        certificate=certificate_of(found),
        facts={"information sets": gambit_side.count_sets(structure), "nodes": structure.nodes},
    )


def two_types(precision: float, bound: float, effort: Effort) -> Row:
    """The same with two types of one party."""
    structure, tables = haggle(types=2, precision=precision)
    one = Options(workers=1)
    own, found = least(lambda: solve(structure, tables, starts=0, options=one), effort.pick(5, 1))
    return Row(
        name=f"types-precision-{precision:g}",
        work=f"11 offers, two types, precision {precision:g}",
        own=own,
        unit="s",
        clock="processor",
        peer=_unfinished(),
        aim=Aim(bound),
        certificate=certificate_of(found),
        facts=_sizes(structure),
    )


def two_types_limit(effort: Effort) -> Row:
    """The end of its branch."""
    structure, tables = haggle(types=2, precision=50.0)
    one = Options(workers=1)
    own, found = least(
        lambda: limit(structure, tables, regret=1e-4, options=one), effort.pick(5, 1)
    )
    return Row(
        name="types-limit",
        work="11 offers, two types, the limit to regret 10⁻⁴",
        own=own,
        unit="s",
        clock="processor",
        peer=_unfinished(),
        aim=Aim(2.0),
        certificate=certificate_of(found),
        facts=_sizes(structure) | {"precision reached": float(np.min(found.reached))},
    )


def _beside(
    name: str, work: str, crisis: Signalling, own: float, found: Any, solver: Any, effort: Effort
) -> Row:
    """A row with Gambit on the same draws."""
    draws, structure = len(crisis.spread), crisis.game.structure
    peer, difference = Peer("pygambit", missing="not installed (extra peers)"), None
    gambit = gambit_side.load_gambit()
    if gambit is not None:
        games = gambit_side.games_of(gambit, crisis.scenario, crisis.spread)
        seconds, profiles = least(
            lambda: [solver(gambit, game) for game in games], effort.pick(3, 1)
        )
        peer = Peer(f"pygambit {gambit.__version__}", seconds / draws)
        difference = max(
            gambit_side.apart(found, structure, draw, profile)
            for draw, profile in enumerate(profiles)
        )
    return Row(
        name=name,
        work=work,
        own=own / draws,
        unit="s",
        clock="processor",
        peer=peer,
        aim=Aim(40.0, "ratio"),
        certificate=certificate_of(found, difference),
        facts={"draws": draws, **_sizes(structure)},
    )


def _sizes(structure: Any) -> dict[str, float | str]:
    ends = int((structure.target < 0).sum())
    return {
        "information sets": gambit_side.count_sets(structure),
        "nodes": structure.nodes,
        "nodes and ends": structure.nodes + ends,
    }


@cache
def _on_offers() -> Peer:
    """Gambit on the game of alternating offers, stopped after a while."""
    gambit = gambit_side.load_gambit()
    if gambit is None:
        return Peer("pygambit", missing="not installed (extra peers)")
    name = f"pygambit {gambit.__version__}"
    try:
        return Peer(name, ask_child("gambit-offers", timeout=OFFERS_WAIT)["seconds"])
    except ChildError as stopped:
        if "no answer" not in str(stopped):
            return Peer(name, missing=str(stopped))
        return Peer(name, OFFERS_WAIT, note="stopped, at patience 1", beyond=True)


def _unfinished() -> Peer:
    """With types the game is twice as large; who does not finish the smaller one is not asked."""
    return Peer("pygambit", missing="not tried: it does not finish the game with one type")


ROWS = {
    "signalling-precision": to_precision,
    "signalling-limit": to_limit,
    "signalling-draws": many_draws,
    "offers": offers,
    "types-precision-10": lambda effort: two_types(10.0, 0.1, effort),
    "types-precision-50": lambda effort: two_types(50.0, 0.2, effort),
    "types-limit": two_types_limit,
}

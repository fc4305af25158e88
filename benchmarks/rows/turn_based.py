"""Turn-based stochastic games beside sgamesolver: the same random games as arrays on both sides."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from benchmarks.games import as_arrays
from benchmarks.judging import certificate_of
from benchmarks.table import Aim, Peer, Row
from benchmarks.timing import Effort, least
from offramp.game import Draws
from offramp.game.structure import Tables
from offramp.solvers import Options, solve
from tests.peers.games import PRECISION, TurnGame, random_game
from tests.peers.offramp_side import offramp_game
from tests.peers.sgamesolver_side import load_sgamesolver, peer_game, peer_solve

PLACE = 10
TITLE = "Turn-based stochastic games beside sgamesolver"
ABOUT = f"""
Random games of three parties with three moves in every state, precision {PRECISION:g}, patience
0.9, where play never ends; both programs follow the logit equilibrium up from precision 0 and
hold the game as arrays already. A move leads to three states, or (dense) to any. Seconds of one
processor for one solve: sgamesolver at its default tolerances, ours to 10⁻¹² and certified, in a
batch of 50 draws; one draw on its own, and the same game written as a scenario, stand among the
facts.
"""
BATCH = 50
LEAST = {50: 1_000.0, 100: 5_000.0, 200: 50_000.0}


def compare(states: int, effort: Effort, *, dense: bool = False) -> Row:
    """One size: our time for a draw of a batch, and the peer's for one solve."""
    game = random_game(states, 1, successors=None if dense else 3)
    structure, tables = as_arrays(game)
    one, many = Options(workers=1), repeated(tables, BATCH)
    repeats = effort.pick(5, 2)
    own, found = least(lambda: solve(structure, many, traced=(), starts=0, options=one), repeats)
    single, _ = least(lambda: solve(structure, tables, traced=(), starts=0, options=one), repeats)
    facts = {
        "states": states,
        "nodes": structure.nodes,
        "edges": structure.edges,
        "draws": BATCH,
        "sweeps": float(found.sweeps[0]),
        "one draw alone, ms": 1000 * single,
    }
    if not dense and not (effort.quick and states > 50):
        facts["as a scenario, ms"] = 1000 * _as_scenario(game, one, repeats)
    peer, difference = beside(game, found.value[0, :states], effort)
    return Row(
        name=f"turn-based-{'dense-' if dense else ''}{states}",
        work=f"{states} states{', dense' if dense else ''}",
        own=own / BATCH,
        unit="s",
        clock="processor",
        peer=peer,
        aim=None if dense else Aim(LEAST[states], "ratio"),
        certificate=certificate_of(found, difference),
        facts=facts,
    )


def repeated(tables: Tables, draws: int) -> Tables:
    """The numbers of one draw, so many times."""
    names = ("pay", "odds", "end_pay", "patience", "precision")
    copies = {name: np.repeat(getattr(tables, name), draws, axis=0) for name in names}
    return Tables(**copies, entropy=tables.entropy)


def _as_scenario(game: TurnGame, options: Options, repeats: int) -> float:
    """Seconds of a draw of the same game read from its text."""
    built = offramp_game(game)
    nominal = built.nominal()
    draws = Draws(nominal.names, np.repeat(nominal.values, BATCH, axis=0), None)
    structure, tables = built.structure, built.tables(draws)
    seconds, _ = least(
        lambda: solve(structure, tables, traced=(), starts=0, options=options), min(repeats, 3)
    )
    return seconds / BATCH


def beside(game: TurnGame, value: Any, effort: Effort) -> tuple[Peer, float | None]:
    """The peer's time, and how far its values are from ours."""
    try:
        module = _peer()
    except ImportError as absent:
        return Peer("sgamesolver", missing=f"not installed ({absent})"), None
    if effort.quick and game.states > 50:
        return Peer("sgamesolver", missing="left out of a quick run"), None
    held = peer_game(game)
    try:
        seconds, answer = least(lambda: peer_solve(held, tight=False), 1, warm=False)
    except RuntimeError as failed:
        return Peer("sgamesolver", missing=str(failed)), None
    difference = float(np.abs(value - answer.equilibrium.values).max())
    return Peer(f"sgamesolver {module.__version__}", seconds), difference


@cache
def _peer() -> Any:
    """The package, once it has solved a small game: what it loads late is not timed."""
    module = load_sgamesolver()
    peer_solve(peer_game(random_game(5, 1)), tight=False)
    return module


ROWS = {
    "turn-based-50": lambda effort: compare(50, effort),
    "turn-based-100": lambda effort: compare(100, effort),
    "turn-based-200": lambda effort: compare(200, effort),
    "turn-based-dense-50": lambda effort: compare(50, effort, dense=True),
    "turn-based-dense-100": lambda effort: compare(100, effort, dense=True),
}

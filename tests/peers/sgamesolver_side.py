"""sgamesolver's answer to a turn-based game: its Markov QRE path, stopped at a precision."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from .games import PRECISION, Floats, TurnGame, arrays, shared_games

VALUES_FILE = Path(__file__).with_name("sgamesolver_values.json")


@dataclass(frozen=True)
class PeerAnswer:
    """What sgamesolver found.

    value: discounted totals, (state, party). strategy: odds of the owner's moves, (state, move),
    zero where there is no such move. precision: the precision it stopped at. residual: largest
    error in its own equations. steps: predictor-corrector steps along the path.
    """

    value: Floats
    strategy: Floats
    precision: float
    residual: float
    steps: int


def load_sgamesolver() -> Any:
    """The package; raises ImportError where it is not installed.

    Its release 1.0.2 reads `np.NaN`, which numpy 2 no longer has.
    """
    np.__dict__.setdefault("NaN", np.nan)
    return import_module("sgamesolver")


def peer_game(game: TurnGame) -> Any:
    """The game as sgamesolver holds it."""
    return load_sgamesolver().SGame(*arrays(game))


def peer_solve(held: Any, *, tight: bool = True) -> Any:
    """Follow the path from precision 0 to `PRECISION`; returns its homotopy object.

    tight: stop within 1e-11 of the precision asked for, the equations met to 1e-12; otherwise
    within its own defaults, 1e-7 each.
    """
    homotopy = load_sgamesolver().homotopy.QRE(held)
    homotopy.solver_setup(target_lambda=PRECISION)
    homotopy.solver.verbose = 0
    if tight:
        homotopy.solver.set_parameters(convergence_tol=1e-11, corrector_tol=1e-12)
    homotopy.solve()
    if not homotopy.solver.converged:
        raise RuntimeError("sgamesolver did not reach the precision asked for")
    return homotopy


def peer_answer(game: TurnGame) -> PeerAnswer:
    """Solve the game with tight tolerances and read off what is compared."""
    homotopy = peer_solve(peer_game(game))
    every = np.nan_to_num(homotopy.equilibrium.strategies)
    return PeerAnswer(
        value=np.array(homotopy.equilibrium.values),
        strategy=every[np.arange(game.states), list(game.owner)],
        precision=float(homotopy.solver.y[-1]),
        residual=float(np.abs(homotopy.H(homotopy.solver.y)).max()),
        steps=int(homotopy.solver.step),
    )


def fingerprint(game: TurnGame) -> str:
    """A hash of the game's numbers, so that kept values are never compared with another game."""
    digest = sha256()
    for numbers in (game.pay, game.odds, np.array(game.patience)):
        digest.update(np.ascontiguousarray(numbers, dtype="<f8").tobytes())
    digest.update(json.dumps([game.owner, game.moves]).encode())
    return digest.hexdigest()


def record(path: Path = VALUES_FILE) -> None:
    """Solve every shared game with the sgamesolver installed here and write the values down."""
    games: dict[str, Any] = {}
    for game in shared_games():
        answer = peer_answer(game)
        games[game.name] = {
            "fingerprint": fingerprint(game),
            "residual": float(f"{answer.residual:.1e}"),
            "value": np.round(answer.value, 10).tolist(),
        }
    facts = {
        "about": "Values of every state for every party: Markov logit QRE, payoff convention.",
        "sgamesolver": version("sgamesolver"),
        "numpy": version("numpy"),
        "precision": PRECISION,
        "games": games,
    }
    text = json.dumps(facts, indent=1)
    path.write_text(_one_line_rows(text), encoding="utf-8")


def stored_values() -> dict[str, Any]:
    """The facts that `record` wrote."""
    return json.loads(VALUES_FILE.read_text(encoding="utf-8"))


def _one_line_rows(text: str) -> str:
    """Put the numbers of a state on one line."""
    lines: list[str] = []
    inside: list[str] | None = None
    for line in text.splitlines():
        bare = line.strip()
        if inside is None and bare == "[":
            inside = [line]
        elif inside is not None:
            inside.append(bare)
            if bare in ("]", "],"):
                lines.append(" ".join(inside).replace("[ ", "[").replace(" ]", "]"))
                inside = None
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    record()

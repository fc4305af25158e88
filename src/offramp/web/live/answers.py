"""What follows from a setting, in three honest layers: at once, followed, and the claims.

At once: the nominal values solved and certified. Followed: the same traced along the principal
branch with a search for other equilibria, as `offramp run` does it, and a band of 64 draws. Claims:
the verdicts of the account shown. Every number is that of the command line named beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.analysis import absorb, ended_by_round, outcome_by_round, outcome_probability
from offramp.analysis.histories import likeliest
from offramp.analysis.results import UNRESOLVED
from offramp.game import Game
from offramp.presentation.palette import KINDS, outcome_colours
from offramp.presentation.text.claims import share_words, verdict_sentence
from offramp.presentation.text.numbers import NOT_THE_WORLD, figure_of, percent
from offramp.study.claims.checking import Effort, check
from offramp.study.histories.likeliest import story_of
from offramp.study.solving.experiment import UNABSORBED, Mixture, Solved, outcomes, solve, solve_all
from offramp.study.solving.labels import spoken, whose_premises
from offramp.study.solving.shares import is_ranged
from offramp.web.live.games import Compiled
from offramp.web.live.setting import Setting

DRAWS, SEED = 64, 1
"""Draws of the band and of claims, and their seed, so that a setting has one answer."""
ROUNDS = 60
"""Rounds of which the ends are drawn."""
HISTORIES = 5
SAME = 1e-9
"""Probabilities that differ by less are of the same play."""
QUANTILES = (0.05, 0.5, 0.95)
EFFORT = Effort(0, 8, 0, scales=())


def at_once(compiled: Compiled, setting: Setting, file: str = "FILE") -> dict[str, Any]:
    """Ends, payoffs, time and likeliest histories at the setting, as plain numbers and words.

    Raises OfframpError where the values make no game; a game that is not solved is told as that.
    """
    solved = solved_at_once(compiled, setting)
    told = _told(solved)
    told["histories"], told["complete"] = _histories(solved)
    return _about(compiled, setting, file) | told


def solved_at_once(compiled: Compiled, setting: Setting) -> Solved:
    """The nominal values solved and certified, neither followed nor searched."""
    game, row = compiled.nominal(setting)
    scale = setting.precision
    return solve(game, row, precision_scale=scale, traced=(), starts=0, workers=1)


def followed(compiled: Compiled, setting: Setting, file: str = "FILE") -> dict[str, Any]:
    """The play followed from precision 0, what else was found, and the band of 64 draws.

    ``jumped`` says that the play told at once is on another branch. Raises as `at_once` does.
    """
    _, game = compiled.telling(setting)
    near = solved_at_once(compiled, setting)
    solved = solve(game, precision_scale=setting.precision, workers=1)
    told = _about(compiled, setting, file) | _told(solved)
    told["histories"], told["complete"] = _histories(solved)
    told["jumped"] = not np.allclose(_ends(near), _ends(solved), atol=SAME, rtol=0, equal_nan=True)
    found = solved.equilibria
    told["certificate"] |= {
        "branch": str(found.branch[0]),
        "uniqueness": str(found.uniqueness[0]),
        "others": [_other(game, other.strategy) for other in found.others_of(0)],
    }
    return told | {"band": band(compiled, setting, file)}


def band(compiled: Compiled, setting: Setting, file: str = "FILE") -> dict[str, Any]:
    """Ends and payoffs over 64 combinations of the assumptions that nobody has moved."""
    _, game = compiled.telling(setting)
    command = setting.command(file, "--draws", str(DRAWS), "--seed", str(SEED))
    if not is_ranged(game.whole):
        return {"draws": 0, "solved": 0, "command": command, "ends": {}, "payoffs": {}}
    found = drawn(compiled, setting)
    told = outcomes(found, rounds=0)
    fine = told["status"].values == "solved"
    kept = told.isel(draw=np.flatnonzero(fine))
    return {
        "draws": DRAWS,
        "solved": int(fine.sum()),
        "command": command,
        "says": f"5 to 95 % of {int(fine.sum())} solved of {DRAWS} combinations tried; "
        f"{NOT_THE_WORLD}",
        "ends": _spread(kept["probability"].values, map(str, told["outcome"].values)),
        "payoffs": _spread(kept["payoff"].values, map(str, told["party"].values)),
    }


def drawn(compiled: Compiled, setting: Setting) -> Solved | Mixture:
    """The draws of the band, solved."""
    _, game = compiled.telling(setting)
    draws = game.draws(DRAWS, SEED)
    return solve_all(game, draws, precision_scale=setting.precision, starts=0, workers=1)


def claims_as_of(compiled: Compiled, setting: Setting, file: str = "FILE") -> dict[str, Any]:
    """The verdict on every claim, on the account of the setting, over the draws of the band."""
    workspace, game = compiled.telling(setting)
    verdicts = check(
        workspace,
        draws=DRAWS if is_ranged(game.whole) else 0,
        seed=SEED,
        accounts=(setting.account,),
        precision_scale=setting.precision,
        brief=True,
        effort=EFFORT,
    )
    about = _about(compiled, setting, file)
    rest = ("--draws", str(DRAWS), "--seed", str(SEED))
    about["command"] = setting.command(file, *rest, name="claims")
    return about | {
        "claims": [
            {
                "name": one.name,
                "says": one.says,
                "state": one.state,
                "share": one.share,
                "short": share_words(one),
                "sentence": verdict_sentence(one),
                "force": bool(one.force),
            }
            for one in verdicts
        ]
    }


def _about(compiled: Compiled, setting: Setting, file: str) -> dict[str, Any]:
    """Whose premises, which setting, and the command line that gives the same."""
    return {
        "key": compiled.key,
        "query": setting.query,
        "whose": whose_premises(compiled.scenario, setting.account),
        "moved": [name for name, _ in setting.values],
        "command": setting.command(file, "--nominal"),
    }


def _told(solved: Solved) -> dict[str, Any]:
    """Ends, payoffs, rounds and certificate of the first draw.

    As `outcomes` works them out, without a labelled dataset: that takes longer than the solving.
    """
    game, found, structure = solved.game, solved.equilibria, solved.game.structure
    scenario, strategy = game.scenario, solved.strategy[:1]
    count = len(game.meaning.outcomes)
    absorbed = absorb(structure, strategy)
    ended = ended_by_round(structure, strategy, ROUNDS)
    by_round = outcome_by_round(structure, ended, count)[0]
    probability = outcome_probability(structure, absorbed, count)[0]
    fine, lost = found.status[0] == "solved", bool(absorbed.failed[0])
    payoffs = found.payoff[0, structure.start].tolist() if fine else [np.nan] * structure.parties
    labels = [scenario.parties[name].label or spoken(name) for name in game.meaning.parties]
    return {
        "status": "unabsorbed" if fine and lost else str(found.status[0]),
        "message": UNABSORBED if fine and lost else str(found.message[0]),
        "ends": list(_end_rows(game, probability, by_round)),
        "payoffs": [
            {"party": name, "label": label, "value": _number(value), "told": figure_of(value)}
            for name, label, value in zip(game.meaning.parties, labels, payoffs, strict=True)
        ],
        "rounds": _number(float(absorbed.rounds[0])),
        "round": scenario.time.round,
        "certificate": {
            "residual": _number(float(found.residual[0])),
            "regret": _number(float(np.max(found.regret_anywhere[0], initial=0.0))),
        },
    }


def _end_rows(
    game: Game, probability: NDArray[Any], by_round: NDArray[Any]
) -> Iterator[dict[str, Any]]:
    """Every end, in the order of the text, and last that play never ends."""
    names = [*(one.name for one in game.meaning.outcomes), UNRESOLVED]
    kinds = [one.kind for one in game.meaning.outcomes]
    colours = [*outcome_colours(kinds), KINDS["unresolved"]]
    for place, name in enumerate(names):
        words = game.scenario.outcomes.get(name)
        value = _number(float(probability[place]))
        yield {
            "name": name,
            "label": (words.label if words else None) or spoken(name),
            "kind": kinds[place] if place < len(kinds) else "unresolved",
            "colour": colours[place],
            "probability": value,
            "told": "not known" if value is None else percent(value),
            "by_round": [_number(one) for one in by_round[place].tolist()],
        }


def _histories(solved: Solved) -> tuple[list[dict[str, Any]], bool]:
    """The likeliest ways through the game in words, and whether none was missed."""
    if solved.equilibria.status[0] != "solved":
        return [], True
    game = solved.game
    search = likeliest(game.structure, solved.strategy[0], HISTORIES)
    told: list[dict[str, Any]] = []
    for history in search.histories:
        story = story_of(game, history)
        label = game.scenario.outcomes[story.outcome].label or spoken(story.outcome)
        moments = [{"round": one.round, "says": one.sentence} for one in story.moments]
        told.append(
            {
                "probability": story.probability,
                "told": percent(story.probability),
                "outcome": story.outcome,
                "label": label,
                "moments": moments,
            }
        )
    return told, search.complete


def _ends(solved: Solved) -> NDArray[np.float64]:
    """(outcome + 1,) of the first draw; nan where it is not solved."""
    structure = solved.game.structure
    absorbed = absorb(structure, solved.strategy[:1])
    return outcome_probability(structure, absorbed, len(solved.game.meaning.outcomes))[0]


def _other(game: Game, strategy: NDArray[np.float64]) -> dict[str, float | None]:
    """Probability of every end in another equilibrium."""
    absorbed = absorb(game.structure, strategy[None])
    found = outcome_probability(game.structure, absorbed, len(game.meaning.outcomes))[0]
    names = [*(one.name for one in game.meaning.outcomes), "unresolved"]
    return {name: _number(value) for name, value in zip(names, found.tolist(), strict=True)}


def _spread(values: NDArray[Any], names: Any) -> dict[str, list[float | None]]:
    """Name to its 5, 50 and 95 % quantiles over the draws (draw, name)."""
    found: dict[str, list[float | None]] = {}
    for place, name in enumerate(names):
        column = values[:, place]
        there = column[np.isfinite(column)]
        blank: list[float | None] = [None] * 3
        found[name] = np.quantile(there, QUANTILES).tolist() if len(there) else blank
    return found


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None

"""One run: nominal values, draws, mechanisms, histories, and where it all came from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from logging import getLogger
from typing import Any

import numpy as np

from offramp.analysis.results import join, with_all_ends
from offramp.core.errors import ResultError
from offramp.core.provenance import now, versions
from offramp.game import Draws, Game
from offramp.scenario import Scenario, understand
from offramp.study.histories.likeliest import states_over_time, stories
from offramp.study.histories.turning import find_turning_points
from offramp.study.packages.packaging import packages
from offramp.study.packages.without import without_agreement
from offramp.study.packages.zones import Packages
from offramp.study.runs.choices import choice_shares
from offramp.study.runs.doubts import find_doubts
from offramp.study.runs.effects import mechanism_effects
from offramp.study.runs.findings import Findings
from offramp.study.runs.flips import find_flips
from offramp.study.runs.inquiry import MOST_NODES, Extent, argument
from offramp.study.runs.kept_draws import SIZE, KeptDraws
from offramp.study.runs.switched import ends_switched
from offramp.study.solving.experiment import Progress, Solved, outcomes, solve, solve_all
from offramp.study.solving.labels import as_told
from offramp.study.solving.precisions import AtPrecision, at_precisions
from offramp.study.solving.workspace import Workspace

LOG = getLogger(__name__)
CHUNK_BYTES = 200_000_000
EFFECT_DRAWS = 64
NARRATED = 200_000
RESERVED = 64
"""Draws in which the game without agreement is solved."""
VALUED = 4096
"""Draws in which packages are valued."""
FIRST = "nominal values (the very first run compiles)"


@dataclass(frozen=True)
class Request:
    """What was asked for; kept with the answer."""

    draws: int
    seed: int | None
    precision_scale: float
    command: str
    brief: bool


def investigate(
    scenario: Scenario | Workspace,
    *,
    draws: int = 1000,
    seed: int | None = None,
    account: str = "",
    precision_scale: float = 1.0,
    command: Callable[[int | None], str] | None = None,
    brief: bool = False,
    progress: Progress | None = None,
    kept: KeptDraws | None = None,
) -> Findings:
    """Solve a scenario at nominal values and for ``draws`` of its assumptions (0: nominal only).

    ``seed`` None draws one and records it; ``command`` gives the words that repeat the run;
    ``account`` tells the scenario as that account does. Claims are looked at in every draw of
    every account (or of the one named); accounts are compared at nominal values; off-ramps are
    tried, and the game without agreement is solved, in at most 64 draws. ``brief`` leaves out
    histories, mechanisms, probabilities by round, comparison and sensitivity. All draws are
    checked before any is solved. ``progress(what, done, total)`` is told how far it is. Where
    draws are ``kept``, those finished before are taken from there: the same numbers, sooner.
    """
    begun = time.perf_counter()
    workspace = Workspace.of(scenario)
    told = as_told(workspace.scenario, account) if account else workspace.scenario
    game = workspace.build(understand(told))
    spread = game.draws(draws, seed) if draws else None
    _check_all(game, spread)
    used = spread.seed if spread is not None else None
    said = command(used) if command else _python(draws, used, account)
    request = Request(draws, used, precision_scale, said, brief)
    attrs = _attributes(game, request)
    (progress or _silent)(FIRST, 0, 1)
    solved = solve(game, precision_scale=precision_scale)
    nominal = outcomes(solved, rounds=0 if brief else None, attrs=attrs)
    (progress or _silent)(FIRST, 1, 1)
    over = None
    if spread is not None:
        over = _over_draws(game, spread, request, nominal, progress, kept)
        nominal, over = with_all_ends([nominal, over])
    further = argument(
        workspace,
        game,
        Extent(draws, used, brief, precision_scale),
        account=account,
        solved=solved.equilibria.status[0] == "solved",
        over=over,
        progress=progress,
    )
    others, more = _others(solved), {} if further is None else vars(further)
    found = Findings(told, nominal, over, other_outcomes=others, account=account, **more)
    if not brief:
        found = _narrated(found, solved, spread, request, progress, decided=further is not None)
    return replace(
        found,
        flips=find_flips(told, nominal, over),
        precisions=() if brief else _over_precisions(workspace, game, account, request, progress),
        packages=_bargained(workspace, game, account, request, progress),
        **_on_accounts(workspace, game, account, request),
        doubts=find_doubts(workspace),
        provenance=_provenance(attrs, time.perf_counter() - begun),
    )


def _silent(what: str, done: int, total: int) -> None:
    """Where nobody watches."""


def _check_all(game: Game, draws: Draws | None) -> None:
    """Value every draw once, a slice at a time, so that an unfit one stops the run at once."""
    game.tables(game.nominal())
    for part in [] if draws is None else _slices(game, draws):
        for rows, own in game.parts(part):
            own.tables(part.rows(rows))


def _slices(game: Game, draws: Draws, most: int = 2000) -> list[Draws]:
    """Consecutive draws whose values fit the memory that one solve may take."""
    each = 8 * (game.structure.nodes * game.structure.parties + 4 * game.structure.edges)
    size = max(1, min(CHUNK_BYTES // each, most))
    return [
        Draws(draws.names, draws.values[low : low + size], draws.seed, draws.first + low)
        for low in range(0, len(draws), size)
    ]


def _over_draws(
    game: Game,
    draws: Draws,
    request: Request,
    nominal: Any,
    progress: Progress | None,
    kept: KeptDraws | None,
) -> Any:
    """The draws' outcomes, by as many rounds as the nominal ones."""
    rounds, attrs = nominal.sizes.get("round", 0), nominal.attrs
    parts, done = [], 0
    for part in _slices(game, draws) if kept is None else _slices(game, draws, SIZE):
        start = done

        def step(count: int, _total: int, start: int = start) -> None:
            if progress is not None:
                progress("draws solved", start + count, len(draws))

        def work(part: Draws = part, step: Callable[[int, int], None] = step) -> Any:
            scale = request.precision_scale
            solved = solve_all(game, part, precision_scale=scale, progress=step)
            return outcomes(solved, rounds=rounds, attrs=attrs)

        parts.append(work() if kept is None else kept.part(part.first, len(part), work))
        done += len(part)
        step(len(part), len(part))
    return join(parts).assign_attrs(attrs)  # files have numbers of another kind there


def _narrated(
    found: Findings,
    solved: Solved,
    draws: Draws | None,
    request: Request,
    progress: Progress | None,
    *,
    decided: bool,
) -> Findings:
    """With histories, states over time and effects of mechanisms, where the game is not too large.

    ``decided`` asks for the moves that decide about each end as well.
    """
    game, play = solved.game, solved.equilibria
    if game.nodes > NARRATED or play.status[0] != "solved":
        return found
    likely, by_outcome, complete = stories(game, play.strategy[0])
    few = None
    if draws is not None:
        count = min(EFFECT_DRAWS, len(draws))
        few = Draws(draws.names, draws.values[:count], draws.seed, draws.first)
    return replace(
        found,
        choices=choice_shares(solved),
        turning=find_turning_points(solved) if decided else (),
        histories=likely,
        history_by_outcome=by_outcome,
        histories_complete=complete,
        state_by_round=states_over_time(game, play.strategy, found.nominal.sizes.get("round", 0)),
        mechanism_effects=mechanism_effects(
            game, few, precision_scale=request.precision_scale, progress=progress
        ),
    )


def _over_precisions(
    workspace: Workspace, game: Game, account: str, request: Request, progress: Progress | None
) -> tuple[AtPrecision, ...]:
    """Every account, or the one chosen, at other precisions; none of a game that is too large."""
    if game.structure.nodes > MOST_NODES:
        return ()
    whose = (account,) if account else ("", *workspace.scenario.accounts)
    return at_precisions(
        workspace, whose, precision_scale=request.precision_scale, progress=progress
    )


def _bargained(
    workspace: Workspace, game: Game, account: str, request: Request, progress: Progress | None
) -> Packages | None:
    """What could be agreed, where there are issues and no precision was changed by hand."""
    if not workspace.scenario.issues or request.precision_scale != 1:
        return None
    few = RESERVED if game.structure.nodes <= MOST_NODES else 0
    try:
        return packages(
            workspace,
            draws=min(request.draws, VALUED),
            seed=request.seed,
            account=account or None,
            most_solved=few,
            progress=progress,
        )
    except ResultError:  # too many combinations, and none has a name
        return None


def _on_accounts(
    workspace: Workspace, game: Game, account: str, request: Request
) -> dict[str, Any]:
    """What each has without agreement, and ends with a switch changed, the middle last."""
    if request.precision_scale != 1 or game.structure.nodes > MOST_NODES:
        return {}
    names = (account,) if account else (*workspace.scenario.accounts, "")
    found = (without_agreement(workspace, name) for name in names)
    return {
        "without": tuple(one for one in found if one is not None),
        "switched": () if request.brief else ends_switched(workspace, names),
    }


def _others(solved: Solved) -> tuple[dict[str, float], ...]:
    """Outcome probabilities in the other equilibria found at nominal values."""
    from offramp.analysis import absorb, outcome_probability

    found = solved.equilibria.others_of(0)
    if not found:
        return ()
    game = solved.game
    strategy = np.stack([other.strategy for other in found])
    absorbed = absorb(game.structure, strategy)
    probability = outcome_probability(game.structure, absorbed, len(game.meaning.outcomes))
    names = [outcome.name for outcome in game.meaning.outcomes] + ["unresolved"]
    return tuple(dict(zip(names, map(float, row), strict=True)) for row in probability)


def _attributes(game: Game, request: Request) -> dict[str, Any]:
    scenario = game.scenario
    return {
        "title": scenario.title,
        "scenario_hash": scenario.content_hash,
        "nodes": game.nodes,
        "solved_nodes": game.structure.nodes,
        "round_unit": scenario.time.round,
        "round_limit": scenario.limit,
        "values": scenario.values,
        "seed": "" if request.seed is None else request.seed,
        "precision_scale": request.precision_scale,
        "command": request.command,
        **{f"version_{name}": version for name, version in versions().items()},
    }


def _provenance(attrs: dict[str, Any], seconds: float) -> dict[str, str]:
    LOG.info("%s: seed %s, %.1f seconds", attrs["title"], attrs["seed"] or "none", seconds)
    told = {key: str(value) for key, value in attrs.items()}
    return told | {"created": now(), "seconds": f"{seconds:.1f}"}


def _python(draws: int, seed: int | None, account: str) -> str:
    whose = f", account={account!r}" if account else ""
    return f"offramp.investigate(scenario, draws={draws}, seed={seed}{whose})"

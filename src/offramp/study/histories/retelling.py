"""Histories told: the likeliest ways through the game at nominal values, of all or of one end.

With them come the turning points (see `turning`) and, where asked for, histories drawn at
random. A history's share of the ends asked for is its probability given such an end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offramp.analysis import absorb, outcome_probability
from offramp.analysis.histories import History, likeliest
from offramp.core.bounds import MAX_DRAWS, whole_number
from offramp.core.errors import ResultError, suggestion
from offramp.core.showing import Tabled
from offramp.game import Game
from offramp.scenario import Scenario
from offramp.study.histories.likeliest import Story, story_of
from offramp.study.histories.turning import TurningPoint, find_turning_points, sample_histories
from offramp.study.solving.experiment import solve
from offramp.study.solving.labels import whose_premises
from offramp.study.solving.workspace import Workspace


@dataclass(frozen=True, repr=False)
class Retold(Tabled):
    """The likeliest histories, likeliest first; ``complete`` says that no likelier one is missed.

    ``probability`` is that of the ends asked for, all ends without any.
    """

    whose: str
    outcome: str
    probability: float
    histories: tuple[Story, ...]
    complete: bool
    turning: tuple[TurningPoint, ...] = ()
    """The moves that decide most about each outcome asked for, or about every one."""
    drawn: tuple[Mapping[str, Any], ...] = ()
    """Histories drawn at random, one row for every move."""
    seed: int | None = None
    """Of the histories drawn at random."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Each history's probability given the ends asked for."""
        return tuple(
            one.probability / self.probability if self.probability else 0.0
            for one in self.histories
        )

    @property
    def told(self) -> float:
        """Probability of the histories told, all together."""
        return sum(one.probability for one in self.histories)

    @property
    def table(self) -> list[dict[str, Any]]:
        """Long rows: one for every move of every history."""
        return [
            {
                "history": number,
                "probability": one.probability,
                "outcome": one.outcome,
                "round": moment.round,
                "step": moment.step,
                "by": moment.by,
                "move": moment.move,
                "sentence": moment.sentence,
            }
            for number, one in enumerate(self.histories, 1)
            for moment in one.moments
        ]


def histories(
    scenario: Scenario | Workspace,
    outcome: str | None = None,
    *,
    count: int = 5,
    account: str | None = None,
    precision_scale: float = 1.0,
    drawn: int = 0,
    seed: int | None = None,
) -> Retold:
    """The ``count`` likeliest histories at nominal values, of one outcome or kind or of all.

    As many turning points of each such outcome come with them, and ``drawn`` histories drawn at
    random (of all ends), for which ``seed`` None draws one and records it. Raises ResultError
    for an unknown outcome and where the nominal values are not solved.
    """
    count = whole_number(count, "count", 1, MAX_DRAWS, say=5)
    drawn = whole_number(drawn, "drawn", 0, MAX_DRAWS)
    workspace = Workspace.of(scenario)
    game = workspace.game(account)
    wanted = _wanted(game, outcome)
    solved = solve(game, precision_scale=precision_scale, starts=0)
    if solved.equilibria.status[0] != "solved":
        raise ResultError(
            "the game is not solved at its nominal values",
            expected="a game that `offramp run` can solve",
        )
    absorbed = absorb(game.structure, solved.strategy)
    ends = outcome_probability(game.structure, absorbed, len(game.meaning.outcomes))[0]
    found: list[History] = []
    complete = True
    for position in wanted:
        search = likeliest(
            game.structure, solved.strategy[0], count, outcome=position if outcome else None
        )
        found += search.histories
        complete = complete and search.complete
    found.sort(key=lambda one: -one.probability)
    stories = tuple(story_of(game, one) for one in found[:count])
    total = sum(float(ends[position]) for position in wanted) if outcome else float(ends[:-1].sum())
    names = [game.meaning.outcomes[position].name for position in wanted]
    points = [p for p in find_turning_points(solved, count) if not outcome or p.outcome in names]
    rows, used = sample_histories(game, solved.strategy[0], drawn, seed) if drawn else ([], None)
    return Retold(
        whose_premises(workspace.scenario, account or ""),
        outcome or "",
        total,
        stories,
        complete,
        tuple(points),
        tuple(rows),
        used,
    )


retell = histories
"""The same as a verb."""


def _wanted(game: Game, outcome: str | None) -> Sequence[int]:
    """Positions of the outcomes asked for; one position, whichever, without any."""
    known = game.meaning.outcomes
    if outcome is None:
        return (0,)
    found = [i for i, one in enumerate(known) if outcome in (one.name, one.kind)]
    if not found:
        fit = {one.name for one in known} | {one.kind for one in known}
        raise ResultError(
            f"no outcome '{outcome}'",
            expected="an outcome, or a kind of outcomes",
            repair=suggestion(outcome, fit),
        )
    return found

"""Does the list of moves decide? Each move of a party written twice, and what that changes.

Logit choice takes the list of moves as given: a move written twice, or split into two that
do the same, is chosen more often. What changes much under this rests on how the moves were
listed, not on what they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from offramp.scenario import Meaning, Query, Scenario, understand
from offramp.scenario.model import Move
from offramp.study.quantities.asking import ask_again
from offramp.study.quantities.evaluation import evaluate_queries
from offramp.study.solving.experiment import Progress
from offramp.study.solving.workspace import Workspace

DOING = "moves written twice"


@dataclass(frozen=True)
class MenuChange:
    """One move of one party written twice, at nominal values; ``value`` is nan if unsolved."""

    party: str
    step: str
    move: str
    before: float
    value: float
    status: str

    @property
    def change(self) -> float:
        """What writing it twice adds to the quantity."""
        return self.value - self.before


def menu_changes(
    meaning: Meaning,
    query: Query,
    *,
    workspace: Workspace | None = None,
    progress: Progress | None = None,
) -> tuple[MenuChange, ...]:
    """The quantity at nominal values with each move of a party written twice, largest first.

    Moves that the quantity's own interventions commit are left alone. Every game is solved
    and traced anew.
    """
    games = workspace or Workspace(meaning.scenario)
    before = float(evaluate_queries(meaning, [query], workspace=games).values[0, 0])
    committed = {(one.step, one.move) for one in query.interventions}
    wanted = [
        (s, m)
        for s, step in enumerate(meaning.steps)
        for m in range(len(step.moves))
        if step.mover >= 0 and len(step.moves) > 1 and (s, m) not in committed
    ]
    found: list[MenuChange] = []
    for done, (s, m) in enumerate(wanted, 1):
        step = meaning.steps[s]
        doubled = understand(with_move_twice(meaning.scenario, s, step.moves[m].name))
        result = evaluate_queries(doubled, [ask_again(query, doubled)], workspace=games)
        found.append(
            MenuChange(
                meaning.parties[step.mover],
                step.name,
                step.moves[m].name,
                before,
                float(result.values[0, 0]),
                str(result.status[0, 0]),
            )
        )
        if progress is not None:
            progress(DOING, done, len(wanted))
    return tuple(sorted(found, key=lambda one: -abs(one.change)))


def with_move_twice(scenario: Scenario, step: int, move: str) -> Scenario:
    """The scenario in which a move of a step is followed by a copy of itself."""
    steps = list(scenario.round)
    moves: dict[str, Move] = {}
    for name, words in steps[step].moves.items():
        moves[name] = words
        if name == move:
            moves[_fresh(name, steps[step].moves)] = words
    steps[step] = steps[step].model_copy(update={"moves": moves})
    return scenario.model_copy(update={"round": tuple(steps)})


def _fresh(name: str, taken: Mapping[str, Move]) -> str:
    twin = f"{name[:56]}_again"
    while twin in taken:
        twin += "_"
    return twin

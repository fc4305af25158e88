"""All doubts about a scenario: from its text, from the games that it means, from its claims."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.core.errors import OfframpError
from offramp.game import Game, game_doubts
from offramp.scenario import Doubt, Scenario, doubts_of, understand
from offramp.study.claims.foregone import foregone_doubts
from offramp.study.runs.decisions import decision_doubts
from offramp.study.solving.workspace import Workspace


def find_doubts(scenario: Scenario | Workspace) -> tuple[Doubt, ...]:
    """What can be read and yet looks like a slip, each with a code, a place and a repair.

    The games of the scenario and of its accounts are explored; a small one is solved where a
    precision is suspiciously large, and no other. Where the scenario cannot be explored at all,
    its own error is raised.
    """
    workspace = Workspace.of(scenario)
    meaning = workspace.meaning()
    games = (workspace.game(), *_told(workspace))

    def make(other: Scenario) -> Game:
        return workspace.build(understand(other))

    return (
        *doubts_of(meaning),
        *game_doubts(meaning, games, make),
        *decision_doubts(workspace),
        *foregone_doubts(meaning),
    )


def _told(workspace: Workspace) -> Iterator[Game]:
    """The games of the accounts that change the rules, where they can be explored."""
    for name, account in workspace.scenario.accounts.items():
        if account.switches or account.start or account.bar or account.denies:
            try:
                yield workspace.game(name)
            except OfframpError:  # told by whoever asks for that account
                continue

"""What the studies of one scenario have compiled: it goes from study to study, not the text."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from threading import Lock
from weakref import WeakValueDictionary

from offramp.core.memory import bytes_of
from offramp.game import Game, Structure, build, family_of, is_open, rules_of
from offramp.scenario import Meaning, Scenario, understand, with_account

MOST_BYTES = 500_000_000
"""What the games that are kept may take together, with all that is remembered of them."""


class Workspace:
    """A scenario, what each of its accounts means, and the games that were made of them.

    A game is known by its rules and the variables watched: accounts that differ in numbers only
    share it. Games of equal shape share one structure, so that its layout and its order of
    elimination are found once. Above ``MOST_BYTES`` the games not used for longest are forgotten.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._meanings: dict[str, Meaning] = {}
        self._games: dict[Hashable, Game] = {}
        self._structures: WeakValueDictionary[Hashable, Structure] = WeakValueDictionary()
        self._building = Lock()
        self._new = 0

    @staticmethod
    def of(scenario: Scenario | Workspace) -> Workspace:
        """The workspace itself, or a new one for a scenario."""
        return scenario if isinstance(scenario, Workspace) else Workspace(scenario)

    def beside(self, scenario: Scenario) -> Workspace:
        """A workspace of another telling, such as one with numbers fixed, with the same games."""
        other = Workspace(scenario)
        other._games, other._structures = self._games, self._structures
        other._building = self._building
        return other

    def meaning(self, account: str | None = None) -> Meaning:
        """What the scenario means as an account tells it, or as written."""
        name = account or ""
        if name not in self._meanings:
            told = with_account(self.scenario, name) if name else self.scenario
            self._meanings[name] = understand(told)
        return self._meanings[name]

    def alike(self, accounts: Sequence[str]) -> dict[str, str]:
        """By account the first of them with the same numbers."""
        known: dict[str, object] = {}
        same: dict[str, str] = {}
        for account in accounts:
            assumptions = self.meaning(account).assumptions
            numbers = [(one.formula, one.distribution) for one in assumptions]
            first = next((other for other, theirs in known.items() if theirs == numbers), account)
            same[account] = first
            known.setdefault(first, numbers)
        return same

    def game(self, account: str | None = None) -> Game:
        """The game of the scenario as an account tells it, or as written."""
        return self.build(self.meaning(account))

    def build(self, meaning: Meaning, watched: Iterable[str] = ()) -> Game:
        """See ``offramp.game.build``; a game that is known is not built again."""
        kept = frozenset(watched)
        if is_open(meaning):
            return family_of(meaning, kept, self._built)
        return self._built(meaning, kept)

    def _built(self, meaning: Meaning, kept: frozenset[str]) -> Game:
        """The game of settled rules."""
        rules = rules_of(meaning), kept
        with self._building:
            game = self._games.pop(rules, None)
            if game is None:
                game = self._sharing(build(meaning, kept))
                self._forget()
            self._games[rules] = game
        return game if game.meaning is meaning else game.told_as(meaning)

    def _sharing(self, game: Game) -> Game:
        """The game on the structure of an earlier one of equal shape."""
        return game.on(self._structures.setdefault(game.structure.content, game.structure))

    def _forget(self) -> None:
        """Drop the games not used for longest while all together take too much.

        That is weighed again when an eighth of them are new: it takes a look at every array.
        """
        self._new += 1
        if 8 * self._new <= len(self._games):
            return
        self._new = 0
        while self._games and bytes_of(self._games) > MOST_BYTES:
            del self._games[next(iter(self._games))]

"""The one space of names usable in formulas: one name, one meaning; a clash is an error."""

from __future__ import annotations

from typing import NoReturn

from offramp.core.errors import ScenarioError
from offramp.expressions import RESERVED
from offramp.scenario.meant import Path
from offramp.scenario.model import Private, Scenario, Variable

SPOKEN = RESERVED | {"rest", "nature", "worth", "round_number"}
"""Words of formulas: the language's own in every place."""
TAKEN = SPOKEN | {"payoff", "rounds"}


class Names:
    """The one space of names usable in formulas; a clash is an error."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._taken: dict[str, str] = dict.fromkeys(sorted(TAKEN), "a word of the language")
        self.levels: dict[str, int] = {}
        for kind, section in (
            ("party", "parties"),
            ("parameter", "parameters"),
            ("variable", "state"),
            ("private variable", "private"),
            ("package", "packages"),
        ):
            for name in getattr(scenario, section):
                self._take(name, f"a {kind}", (section, name))
        variables: dict[Path, Variable | Private] = {
            **{("state", name): words for name, words in scenario.state.items()},
            **{("private", name): words for name, words in scenario.private.items()},
        }
        for at, words in variables.items():
            own: set[str] = set()
            for position, level in enumerate(words.levels or ()):
                path: Path = (*at, "levels", position)
                if level in own:
                    self._twice(level, path)
                own.add(level)
                self._level(level, position, path)

    def _take(self, name: str, kind: str, path: Path) -> None:
        if name in self._taken:
            self._clash(name, self._taken[name], kind, path)
        self._taken[name] = kind

    def _twice(self, level: str, path: Path) -> NoReturn:
        raise ScenarioError(
            f"the level '{level}' stands twice",
            expected="every level once",
            repair="rename or remove one",
            place=self._scenario.place(*path),
            path=".".join(map(str, path)),
        )

    def _level(self, level: str, position: int, path: Path) -> None:
        taken = self._taken.get(level)
        if taken is not None and taken != "a package":
            self._clash(level, taken, "a level", path)
        if self.levels.setdefault(level, position) != position:
            raise ScenarioError(
                f"the level '{level}' stands at position {position} here and "
                f"{self.levels[level]} elsewhere",
                expected="a level name shared by two variables at the same position in both",
                repair="rename one of the two levels",
                place=self._scenario.place(*path),
                path=".".join(map(str, path)),
            )

    def _clash(self, name: str, first: str, second: str, path: Path) -> NoReturn:
        raise ScenarioError(
            f"'{name}' is {second} here and {first} already",
            expected="one name, one meaning",
            repair=f"rename one of the two, say '{name}_{second.split()[-1]}'",
            place=self._scenario.place(*path, of_value=second == "a level"),
            path=".".join(map(str, path)),
        )

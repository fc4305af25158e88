"""Names usable in formulas share one space: one name, one meaning."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import NoReturn, cast

from offramp.core.errors import ScenarioError
from offramp.expressions import RESERVED, names
from offramp.scenario.meant import Assumption, Path
from offramp.scenario.model import Private, Scenario, Variable
from offramp.scenario.switching import option_number

SPOKEN = RESERVED | {"rest", "nature", "worth", "round_number"}
"""Words of formulas: the language's own in every place."""
TAKEN = SPOKEN | {"payoff", "rounds"}


class Names:
    """The one space of names usable in formulas; a clash is a ScenarioError.

    ``levels`` are the numbers that levels and options mean, ``switches`` the nominal ones.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._taken: dict[str, str] = dict.fromkeys(sorted(TAKEN), "a word of the language")
        self.levels: dict[str, int] = {}
        self.switches: dict[str, int] = {}
        for kind, section in (
            ("party", "parties"),
            ("parameter", "parameters"),
            ("switch", "switches"),
            ("definition", "define"),
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
        for name, words in scenario.switches.items():
            for position, option in enumerate(words.options):
                path = ("switches", name, "options", position)
                if option in words.options[:position]:
                    self._twice(option, path)
                self._level(option, position, path)
            at = ("switches", name, "value")
            self.switches[name] = option_number(scenario, name, words.value, at)

    def _take(self, name: str, kind: str, path: Path) -> None:
        if name in self._taken:
            self._clash(name, self._taken[name], kind, path)
        self._taken[name] = kind

    def _twice(self, level: str, path: Path) -> NoReturn:
        raise ScenarioError(
            f"the level '{level}' stands twice",
            code="E301",
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
                code="E301",
                expected="a level name shared by two variables at the same position in both",
                repair="rename one of the two levels",
                place=self._scenario.place(*path),
                path=".".join(map(str, path)),
            )

    def _clash(self, name: str, first: str, second: str, path: Path) -> NoReturn:
        raise ScenarioError(
            f"'{name}' is {second} here and {first} already",
            code="E301",
            expected="one name, one meaning",
            repair=f"rename one of the two, say '{name}_{second.split()[-1]}'",
            place=self._scenario.place(*path, of_value=second == "a level"),
            path=".".join(map(str, path)),
        )


def check_circles(assumptions: tuple[Assumption, ...], scenario: Scenario) -> None:
    """A parameter may not depend on itself through the values of others."""
    needs = {a.name: sorted(names(a.formula)) if a.formula else () for a in assumptions}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(reversed(cast("list[str]", error.args[1])))[:-1]
        first = next(a for a in assumptions if a.name in circle)
        start = circle.index(first.name)
        round_trip = (*circle[start:], *circle[:start], first.name)
        raise ScenarioError(
            f"the value of '{first.name}' depends on itself: {' → '.join(round_trip)}",
            code="E302",
            expected="values that do not come back to themselves",
            repair="give one of them a number",
            place=scenario.place(*first.path),
            path=".".join(map(str, first.path)),
        ) from None

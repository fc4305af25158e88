"""Who sees what: the steps that a mover does not observe, and that nobody forgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from offramp.core.codes import section_code
from offramp.core.errors import ScenarioError, suggestion
from offramp.scenario.meant import Path, StepMeaning
from offramp.scenario.model import Scenario


def with_unseen(
    scenario: Scenario, parties: Sequence[str], steps: Sequence[StepMeaning]
) -> tuple[StepMeaning, ...]:
    """The steps of a round with the positions of those that each mover does not observe.

    A party remembers everything: a ScenarioError where it would forget a move of its own, or
    one that it has observed at an earlier step.
    """
    reader = _Reader(scenario, parties, steps)
    found: list[StepMeaning] = []
    last: dict[int, int] = {}
    for position, step in enumerate(steps):
        hidden = tuple(sorted(reader.hidden(position)))
        if step.mover >= 0:
            # What the party had seen when it last moved, it has seen; so that is enough to look at.
            before = last.get(step.mover, 0)
            unseen = frozenset(found[before].unseen) if before else frozenset[int]()
            if any(one < before and one not in unseen for one in hidden):
                reader.tell_forgotten(position, hidden, found)
            last[step.mover] = position
        found.append(replace(step, unseen=hidden))
    return tuple(found)


class _Reader:
    """Reads the ``unseen`` of one scenario's steps."""

    def __init__(
        self, scenario: Scenario, parties: Sequence[str], steps: Sequence[StepMeaning]
    ) -> None:
        self.scenario, self.parties, self.steps = scenario, parties, steps
        self.names = [step.name for step in steps]
        self.positions = {name: position for position, name in enumerate(self.names)}

    def hidden(self, position: int) -> set[int]:
        """The positions that a step's ``unseen`` names."""
        words, step = self.scenario.round[position].unseen, self.steps[position]
        if words and step.mover < 0:
            self.fail(
                (*step.path, "unseen"),
                f"'unseen' at the step '{step.name}' of nature",
                "'unseen' at steps of parties: chance observes nothing",
                "remove it",
                of_value=False,
            )
        return {
            self._earlier(position, name, (*step.path, "unseen", number))
            for number, name in enumerate(words)
        }

    def _earlier(self, position: int, name: str, path: Path) -> int:
        """The position of an earlier step of somebody else."""
        step, expected = self.steps[position], "an earlier step of the round"
        if name not in self.positions:
            self.fail(
                path, f"'{name}' is no step", expected, suggestion(name, self.names[:position])
            )
        earlier = self.positions[name]
        if earlier >= position:
            told = "itself" if earlier == position else f"'{name}', which comes later"
            self.fail(
                path,
                f"the step '{step.name}' does not observe {told}",
                expected,
                "remove it: what comes later cannot be observed",
            )
        if self.steps[earlier].mover == step.mover:
            who = self.parties[step.mover]
            self.fail(
                path,
                f"at '{step.name}' '{who}' would forget its own move at '{name}'",
                "steps of others or of nature: a party remembers what it did",
                f"take '{name}' out of 'unseen'",
            )
        return earlier

    def tell_forgotten(
        self, position: int, hidden: tuple[int, ...], earlier: Sequence[StepMeaning]
    ) -> NoReturn:
        """The error of a step that hides what its party has observed at an ``earlier`` one."""
        step = self.steps[position]
        before, one = next(
            (before, one)
            for before, other in enumerate(earlier)
            for one in hidden
            if other.mover == step.mover and one < before and one not in other.unseen
        )
        name, who = self.names[one], self.parties[step.mover]
        number = self.scenario.round[position].unseen.index(name)
        self.fail(
            (*step.path, "unseen", number),
            f"at '{step.name}' '{who}' would forget the move at '{name}', "
            f"which it has observed at '{self.names[before]}'",
            "that a party remembers what it has seen",
            f"take '{name}' out of 'unseen' here, or add it there too",
        )

    def fail(
        self, path: Path, found: str, expected: str, repair: str, of_value: bool = True
    ) -> NoReturn:
        """The error at ``path``."""
        raise ScenarioError(
            found,
            expected=expected,
            repair=repair,
            place=self.scenario.place(*path, of_value=of_value),
            path=".".join(map(str, path)),
            code=section_code(path),
        )

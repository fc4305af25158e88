"""What packages are worth to whom, from the issues on the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from offramp.expressions import Expression
from offramp.scenario.binding import Binder, Vocabulary
from offramp.scenario.meant import Path
from offramp.scenario.model import Scenario


class Reader(Protocol):
    """As much of the reader of a scenario as is needed here."""

    scenario: Scenario
    parties: tuple[str, ...]

    def known(
        self, name: str, among: Iterable[str], what: str, path: Path, key: bool = False
    ) -> int:
        """The position of a name among names of one kind."""
        ...

    def fail(
        self, path: Path, found: str, expected: str = "", repair: str = "", key: bool = False
    ) -> NoReturn:
        """The error at a path."""
        ...

    def bound(
        self,
        formula: int | float | str,
        path: Path,
        binder: Binder | None,
        where: str,
        mover: int = -1,
    ) -> Expression:
        """A formula bound."""
        ...


@dataclass(frozen=True)
class Worths:
    """Reads issues and packages for one reader of a scenario."""

    reader: Reader

    def of(self, vocabulary: Vocabulary) -> dict[tuple[str, str], Expression]:
        """worth[party, package] as a formula of parameters: the sum over the package's issues."""
        binder = Binder(vocabulary)
        worths: dict[tuple[str, str], Expression] = {}
        for name in self.reader.scenario.issues:
            self._check_issue(name)
        for package, choice in self.reader.scenario.packages.items():
            for issue_name, option in choice.items():
                path = ("packages", package, issue_name)
                self.reader.known(issue_name, self.reader.scenario.issues, "issue", path, key=True)
                options = self.reader.scenario.issues[issue_name].options
                self.reader.known(option, options, f"option of '{issue_name}'", path)
            for party in self.reader.parties:
                terms = [
                    self._issue_term(binder, issue, option, party)
                    for issue, option in choice.items()
                    if party in self.reader.scenario.issues[issue].weight
                ]
                worths[party, package] = binder.total(terms)
        return worths

    def _check_issue(self, name: str) -> None:
        issue = self.reader.scenario.issues[name]
        if len(set(issue.options)) < len(issue.options):
            self.reader.fail(
                ("issues", name, "options"),
                "an option stands twice",
                "every option once",
                "rename or remove one",
            )
        for part in ("weight", "worth"):
            for party in getattr(issue, part):
                self.reader.known(
                    party, self.reader.parties, "party", ("issues", name, part, party), key=True
                )
        for party in set(issue.weight) ^ set(issue.worth):
            has, lacks = ("weight", "worth") if party in issue.weight else ("worth", "weight")
            self.reader.fail(
                ("issues", name, has, party),
                f"'{party}' is in {has} but not in {lacks}",
                "a party in both or in neither",
                f"add '{party}' to {lacks}",
                key=True,
            )
        for party, worth in issue.worth.items():
            if len(worth) != len(issue.options):
                self.reader.fail(
                    ("issues", name, "worth", party),
                    f"{len(worth)} worths for {len(issue.options)} options",
                    "one worth per option, in their order",
                    "the options are: " + ", ".join(issue.options),
                )

    def _issue_term(
        self, binder: Binder, issue: str, option: str, party: str
    ) -> tuple[Expression, Expression]:
        words = self.reader.scenario.issues[issue]
        position = words.options.index(option)
        weight = self.reader.bound(
            words.weight[party], ("issues", issue, "weight", party), binder, "fixed"
        )
        worth = self.reader.bound(
            words.worth[party][position],
            ("issues", issue, "worth", party, position),
            binder,
            "fixed",
        )
        return weight, worth

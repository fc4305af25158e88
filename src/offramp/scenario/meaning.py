"""What the words of a scenario mean: every name known, every formula bound, or an error.

Names usable in formulas share one space: one name, one meaning. Binding lowers each
formula to numbers, state variables and parameter entries (`cost[north]` is the name of
one entry; `slide[rung]` a choice among entries), so that nothing after this room has to
know about families, levels, packages or parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NoReturn

from offramp.core.codes import section_code
from offramp.core.errors import OfframpError, ScenarioError, suggestion
from offramp.core.numbers import told_apart
from offramp.expressions import (
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Unary,
    evaluate,
    names,
    parse,
    transform,
)
from offramp.scenario.binding import Binder, Level, Vocabulary
from offramp.scenario.citing import citations_of
from offramp.scenario.defining import with_definitions
from offramp.scenario.distributions import parse_distribution
from offramp.scenario.information import with_unseen
from offramp.scenario.meant import (
    Assumption,
    Meaning,
    MoveMeaning,
    OutcomeMeaning,
    Path,
    StepMeaning,
    VariableMeaning,
)
from offramp.scenario.model import Family, Move, Private, Quantity, Scenario, Step, Variable
from offramp.scenario.naming import Names, check_circles
from offramp.scenario.switching import (
    barred,
    begins,
    begun_by_accounts,
    moves_barred_by_accounts,
    structural,
    switch_assumptions,
)
from offramp.scenario.worths import Worths

MAX_RANGE = 100_000
MAX_INTEGER = 1_000_000_000


def understand(scenario: Scenario) -> Meaning:
    """The meaning of a scenario; a ScenarioError for a name or formula that has none."""
    return _Reader(scenario).meaning()


class _Reader:
    """Reads one scenario; holds its vocabulary while formulas are bound."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.parties = tuple(scenario.parties)
        self.outcomes = tuple(scenario.outcomes)
        self.words = Names(scenario)
        self.begun = begun_by_accounts(scenario)
        self.barred = moves_barred_by_accounts(scenario)
        numbered = [(step.name, position) for position, step in enumerate(scenario.round)]
        self.first_of = dict(reversed(numbered))
        self.variables = (
            *(self._variable(name) for name in scenario.state),
            *(self._private(name) for name in scenario.private),
        )
        self.vocabulary = self._vocabulary()
        self.binder = Binder(self.vocabulary)

    def meaning(self) -> Meaning:
        scenario = self.scenario
        self._check_ends()
        assumptions = (*self._assumptions(), *self._of_the_rules())
        check_circles(assumptions, scenario)
        self._check_citations()
        steps = tuple(self._step(i, step) for i, step in enumerate(scenario.round))
        return Meaning(
            scenario=scenario,
            parties=self.parties,
            patience=tuple(self._of_party(party, "patience") for party in self.parties),
            precision=tuple(self._of_party(party, "precision") for party in self.parties),
            variables=self.variables,
            assumptions=assumptions,
            steps=with_unseen(scenario, self.parties, steps),
            outcomes=tuple(self._outcome(name) for name in self.outcomes),
            limit=scenario.limit,
            at_end=None if scenario.at_end is None else self.outcomes.index(scenario.at_end),
            vocabulary=self.vocabulary,
            draws=tuple(self._draw(name) for name in scenario.private),
        )

    # names and constants

    def fail(
        self, path: Path, found: str, expected: str = "", repair: str = "", key: bool = False
    ) -> NoReturn:
        place = self.scenario.place(*path, of_value=not key)
        dotted = ".".join(str(part) for part in path)
        code = section_code(path)
        raise ScenarioError(
            found, expected=expected, repair=repair, place=place, path=dotted, code=code
        )

    def known(
        self, name: str, among: Iterable[str], what: str, path: Path, key: bool = False
    ) -> int:
        """The position of ``name`` among names of one kind, or an error naming the nearest."""
        names_of_kind = tuple(among)
        if name not in names_of_kind:
            article = "an" if what[0] in "aeiou" else "a"
            self.fail(
                path,
                f"'{name}' is no {what}",
                f"{article} {what} of this scenario",
                suggestion(name, names_of_kind),
                key,
            )
        return names_of_kind.index(name)

    def _variable(self, name: str) -> VariableMeaning:
        words = self.scenario.state[name]
        path: Path = ("state", name)
        low, high = self._span(name, words, path)
        start = self._constant(words.start, (*path, "start"), self.words.switches)
        if not low <= start <= high:
            self.fail(
                (*path, "start"),
                f"'{name}' starts at {start}",
                f"{low} to {high}",
                f"write 'start: {min(max(start, low), high)}'",
            )
        return VariableMeaning(
            name,
            low,
            high,
            start,
            words.scope == "round",
            words.levels or (),
            begins=self._beginning(name, words, start),
        )

    def _beginning(self, name: str, words: Variable, start: int) -> Expression | None:
        """Where a variable begins as a formula, where that may differ; None where it cannot."""
        if name in self.begun:
            return Name(begins(name))
        return self._started(words.start, ("state", name, "start"))

    def _started(self, formula: int | float | str, path: Path) -> Expression | None:
        """A start over switches; None where it reads none."""
        expression, words = self._parsed(formula, path), self.words
        if not names(expression) & words.switches.keys():
            return None
        return transform(
            expression,
            lambda leaf: (
                leaf
                if isinstance(leaf, Index) or leaf.id in words.switches
                else Number(words.levels[leaf.id], leaf.offset)
            ),
        )

    def _private(self, name: str) -> VariableMeaning:
        """A private variable; it stands at its lowest value until it is drawn."""
        words, path = self.scenario.private[name], ("private", name)
        low, high = self._span(name, words, path)
        known = {
            self.known(party, self.parties, "party", (*path, "known_to", position))
            for position, party in enumerate(words.known_to)
        }
        if not self.scenario.limit:
            self.fail(
                path,
                f"the private variable '{name}' in a crisis without a limit of rounds",
                "'rounds:' with a number and 'at_end:'",
                f"write 'rounds: 12' for 'rounds: unlimited', and 'at_end: {self.outcomes[-1]}'",
                key=True,
            )
        return VariableMeaning(
            name, low, high, low, False, words.levels or (), known_to=tuple(sorted(known))
        )

    def _span(self, name: str, words: Variable | Private, path: Path) -> tuple[int, int]:
        """Lowest and highest value."""
        if (words.levels is None) == (words.range is None):
            count = "both" if words.levels else "neither"
            self.fail(
                path,
                f"'{name}' has {count} levels and range",
                "either 'levels: [a, b]' or 'range: [low, high]'",
                "keep one of the two",
                key=True,
            )
        if words.levels is not None:
            low, high = 0, len(words.levels) - 1
        else:
            assert words.range is not None
            low, high = (
                self._constant(end, (*path, "range", i)) for i, end in enumerate(words.range)
            )
        if not low <= high <= low + MAX_RANGE:
            self.fail(
                (*path, "range"),
                f"the range [{low}, {high}]",
                f"low <= high, at most {MAX_RANGE:,} values",
                "narrow the range",
            )
        return low, high

    def _constant(
        self, formula: int | float | str, path: Path, switches: Mapping[str, int] | None = None
    ) -> int:
        """A whole number written with numbers, level names and perhaps switches only."""
        expression = self._parsed(formula, path)
        levels = {**self.words.levels, **(switches or {})}
        for name in sorted(names(expression)):
            if name not in levels:
                self.fail(
                    path,
                    f"'{name}' stands where a number or level is needed",
                    "numbers and levels only",
                    suggestion(name, levels),
                )
        value = self._valued(expression, {name: levels[name] for name in names(expression)}, path)
        if value != int(value):
            self.fail(
                path,
                f"{told_apart(value, round(value))} is no whole number",
                "a whole number or a level",
                f"write {round(value)}",
            )
        if abs(value) > MAX_INTEGER:
            self.fail(
                path,
                f"{told_apart(value, MAX_INTEGER)} is too large",
                f"at most {MAX_INTEGER:,}",
                "count from 0",
            )
        return int(value)

    def _valued(self, expression: Expression, values: Mapping[str, float], path: Path) -> float:
        import numpy as np

        arrays = {name: np.array([[float(value)]]) for name, value in values.items()}
        try:
            return float(evaluate(expression, arrays).ravel()[0])
        except OfframpError as error:
            raise error.located(self.scenario.place(*path), ".".join(map(str, path))) from None

    def _parsed(self, formula: int | float | str, path: Path) -> Expression:
        try:
            return parse(formula, self.scenario.place(*path))
        except OfframpError as error:
            raise error.located(self.scenario.place(*path), ".".join(map(str, path))) from None

    def _vocabulary(self) -> Vocabulary:
        scenario = self.scenario
        families = {
            name: {key: f"{name}[{key}]" for key in entry.each}
            for name, entry in scenario.parameters.items()
            if isinstance(entry, Family)
        }
        vocabulary = Vocabulary(
            parties=self.parties,
            numbers=frozenset(n for n in scenario.parameters if n not in families),
            families=families,
            variables={v.name: Level(v.low, v.levels) for v in self.variables},
            private={name: words.known_to for name, words in scenario.private.items()},
            levels=self.words.levels,
            packages=tuple(scenario.packages),
            limited=scenario.limit > 0,
            outcomes=self.outcomes,
            switches={name: Level(0, one.options) for name, one in scenario.switches.items()},
        )
        for name, keys in families.items():
            for key in keys:
                self._family_key(name, key, vocabulary)
        known = vocabulary.with_worth(Worths(self).of(vocabulary))
        return with_definitions(known, scenario)

    def _family_key(self, name: str, key: str, vocabulary: Vocabulary) -> None:
        if key.lstrip("-").isdigit() or key in vocabulary.parties:
            return
        if key not in vocabulary.levels and key not in vocabulary.packages:
            known = (*vocabulary.parties, *vocabulary.levels, *vocabulary.packages)
            self.fail(
                ("parameters", name, "each", key),
                f"the key '{key}' of the family '{name}'",
                "a party, level, package or whole number",
                suggestion(key, known),
                key=True,
            )

    # formulas

    def bound(
        self,
        formula: int | float | str,
        path: Path,
        binder: Binder | None,
        where: str,
        mover: int = -1,
    ) -> Expression:
        """A formula bound for one of: fixed (parameters), structure (state only), play (both).

        Where a party is the ``mover``, it may not read what is private to others.
        """
        expression = self._parsed(formula, path)
        reader = self.parties[mover] if mover >= 0 else ""
        try:
            place = self.scenario.place(*path)
            return (binder or self.binder).bind(expression, where, place, reader)
        except OfframpError as error:
            raise error.located(self.scenario.place(*path), ".".join(map(str, path))) from None

    def _of_party(self, party: str, word: str) -> Expression:
        formula = getattr(self.scenario.parties[party], word)
        return self.bound(formula, ("parties", party, word), None, "fixed")

    def _assumptions(self) -> Iterable[Assumption]:
        for name, entry in self.scenario.parameters.items():
            path: Path = ("parameters", name)
            if not isinstance(entry, Family):
                yield self._assumption(name, entry, path, None)
                continue
            for key, one in entry.each.items():
                yield self._assumption(f"{name}[{key}]", one, (*path, "each", key), entry)

    def _of_the_rules(self) -> Iterable[Assumption]:
        """Switches, and where accounts differ in the rules."""
        scenario = self.scenario
        yield from switch_assumptions(scenario)
        for name in self.begun:
            words, path = scenario.state[name], ("state", name, "start")
            begun = self._started(words.start, path)
            if begun is None:
                begun = Number(self._constant(words.start, path))
            yield structural(begins(name), begun, path, words.levels or ())
        for (step, move), path in self.barred.items():
            gone = Number(float((step, move) in scenario.barred))
            yield structural(barred(step, move), gone, path, ("there", "barred"))

    def _assumption(
        self, name: str, entry: int | float | str | Quantity, path: Path, family: Family | None
    ) -> Assumption:
        if not isinstance(entry, Quantity):
            quantity, value_path = Quantity(value=entry), path
        else:
            quantity, value_path = entry, (*path, "value")
        if quantity.value is None and quantity.range is None:
            self.fail(
                path,
                f"'{name}' has neither value nor range",
                "a value, a range, or both",
                "add 'value: …'",
                key=True,
            )
        spread = None
        if quantity.range is not None:
            range_path = (*path, "range")
            spread = parse_distribution(quantity.range, self.scenario.place(*range_path))
        formula = (
            Number(spread.median)
            if quantity.value is None and spread is not None
            else self.bound(quantity.value or 0, value_path, None, "fixed")
        )
        return Assumption(
            name,
            formula,
            spread,
            quantity.unit or (family.unit if family else None),
            quantity.source or (family.source if family else None),
            quantity.note or (family.note if family else None),
            path,
        )

    # the round

    def _step(self, position: int, step: Step) -> StepMeaning:
        path: Path = ("round", position)
        if self.first_of[step.name] < position:
            self.fail(
                (*path, "name"),
                f"the step name '{step.name}' stands twice",
                "every step name once",
                f"rename it, say '{step.name}_{position}'",
            )
        mover = (
            -1
            if step.by == "nature"
            else self.known(step.by, (*self.parties, "nature"), "party", (*path, "by"))
        )
        moves = tuple(
            self._unless_barred(step.name, self._move(name, move, mover, (*path, "moves", name)))
            for name, move in step.moves.items()
        )
        return StepMeaning(step.name, mover, moves, path)

    def _unless_barred(self, step: str, move: MoveMeaning) -> MoveMeaning:
        """The move, not on offer where an account bars it."""
        if (step, move.name) not in self.barred:
            return move
        there: Expression = Unary("not", Name(barred(step, move.name)))
        both = there if move.when is None else Logical("and", (there, move.when))
        return replace(move, when=both)

    def _draw(self, name: str) -> StepMeaning:
        """The draw of a private variable as a step of nature; no person can write its name."""
        words, path = self.scenario.private[name], ("private", name)
        number = len(self.scenario.state) + list(self.scenario.private).index(name)
        variable = self.variables[number]
        values = {variable.word(value): value for value in range(variable.low, variable.high + 1)}
        for key in words.odds:
            self.known(key, values, f"value of '{name}'", (*path, "odds", key), key=True)
        for word in values:
            if word not in words.odds:
                self.fail(
                    (*path, "odds"),
                    f"'{name}' has no odds of '{word}'",
                    "odds of every value",
                    f"add '{word}: …' (a probability, or rest)",
                    key=True,
                )
        moves = tuple(
            self._drawn(word, (number, value), words.odds[word], (*path, "odds", word))
            for word, value in values.items()
        )
        return StepMeaning(f"private {name}", -1, moves, path)

    def _drawn(
        self, word: str, then: tuple[int, int], odds: int | float | str, path: Path
    ) -> MoveMeaning:
        rest = isinstance(odds, str) and odds.strip() == "rest"
        formula = None if rest else self.bound(odds, path, None, "fixed")
        change = ((then[0], Number(then[1])),)
        return MoveMeaning(word, None, (), change, None, formula, rest, path)

    def _check_odds(self, name: str, move: Move, mover: int, path: Path) -> None:
        """Odds on all moves of nature, and on no others."""
        if mover < 0 and move.odds is None:
            self.fail(
                path,
                f"nature's move '{name}' has no odds",
                "odds on every move of nature",
                "add 'odds: …' (a probability, or rest)",
                key=True,
            )
        if mover >= 0 and move.odds is not None:
            self.fail(
                (*path, "odds"),
                f"the move '{name}' of a party has odds",
                "odds on nature's moves only",
                "remove it: a party chooses",
                key=True,
            )

    def _move(self, name: str, move: Move, mover: int, path: Path) -> MoveMeaning:
        self._check_odds(name, move, mover, path)
        rest = isinstance(move.odds, str) and move.odds.strip() == "rest"
        then = tuple(
            (
                self._set(variable, (*path, "then", variable)),
                self.bound(formula, (*path, "then", variable), None, "structure", mover),
            )
            for variable, formula in move.then.items()
        )
        return MoveMeaning(
            name,
            None
            if move.when is None
            else self.bound(move.when, (*path, "when"), None, "structure", mover),
            self._pay(move.pay, (*path, "pay")),
            then,
            None
            if move.end is None
            else self.known(move.end, self.outcomes, "outcome", (*path, "end")),
            None
            if move.odds is None or rest
            else self.bound(move.odds, (*path, "odds"), None, "play"),
            rest,
            path,
            self._weight(name, move, mover, path),
        )

    def _weight(self, name: str, move: Move, mover: int, path: Path) -> Expression | None:
        """How often a move is chosen beside others as good; it may read what the mover knows."""
        if move.weight is None:
            return None
        if mover < 0:
            self.fail(
                (*path, "weight"),
                f"nature's move '{name}' has a weight",
                "weights on moves of parties only",
                "change its 'odds'",
                key=True,
            )
        return self.bound(move.weight, (*path, "weight"), None, "play", mover)

    def _set(self, variable: str, path: Path) -> int:
        """The position of a variable that a move sets."""
        if variable in self.scenario.private:
            self.fail(
                path,
                f"the private variable '{variable}' is set by a move",
                "a variable of the state: what is private is drawn once and stays",
                "keep what changes in a variable under 'state'",
                key=True,
            )
        return self.known(variable, self.scenario.state, "variable", path, key=True)

    def _pay(
        self, pay: Mapping[str, int | float | str], path: Path
    ) -> tuple[tuple[int, Expression], ...]:
        return tuple(
            (
                self.known(party, self.parties, "party", (*path, party), key=True),
                self.bound(formula, (*path, party), None, "play"),
            )
            for party, formula in pay.items()
        )

    def _outcome(self, name: str) -> OutcomeMeaning:
        words = self.scenario.outcomes[name]
        path: Path = ("outcomes", name)
        if name == "unresolved":
            self.fail(
                path,
                "the outcome 'unresolved'",
                "another name: this one means play that never ends",
                "rename it",
                key=True,
            )
        by = (
            None
            if words.by is None
            else self.known(
                words.by, [variable.name for variable in self.variables], "variable", (*path, "by")
            )
        )
        return OutcomeMeaning(name, words.kind, self._pay(words.pay, (*path, "pay")), by)

    def _check_ends(self) -> None:
        scenario = self.scenario
        if scenario.limit and scenario.at_end is None:
            self.fail(
                ("rounds",),
                "a limit of rounds without 'at_end'",
                "the outcome that happens when the last round is completed",
                f"add 'at_end: {self.outcomes[-1]}'",
            )
        if not scenario.limit and scenario.at_end is not None:
            self.fail(
                ("at_end",),
                "'at_end' in a crisis without a limit of rounds",
                "'rounds:' with a number",
                "write 'rounds: 12' for 'rounds: unlimited', or remove 'at_end'",
                key=True,
            )
        if scenario.at_end is not None:
            self.known(scenario.at_end, self.outcomes, "outcome", ("at_end",))

    def _check_citations(self) -> None:
        for cited in citations_of(self.scenario):
            for key in cited.keys:
                self.known(key, self.scenario.sources, "source", (*cited.path, "source"))

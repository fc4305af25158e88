"""Quantities and interventions: `P(war | do(north.act = wait))` becomes a frozen Query.

What stands between the brackets of P( ) and E( ) is read by the kinds of quantity, one file
each; a number that does not depend on play stands without brackets. Behind either may follow
``| intervention, …``. A Query holds positions and bound formulas, so that equal interventions
are equal and a game that several quantities share is solved once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn, Protocol, runtime_checkable

from offramp.core.errors import OfframpError, Place, ScenarioError, suggestion
from offramp.core.registry import QUANTITIES, plugins
from offramp.expressions import Expression, evaluate, names, parse
from offramp.scenario.binding import Binder
from offramp.scenario.meaning import Meaning
from offramp.scenario.setting import off_values
from offramp.scenario.text_cuts import Cut

UNRESOLVED = -1
MOST_ROUNDS = 10_000
KINDS = ("agreement", "ceasefire", "capitulation", "stalemate", "war", "catastrophe")
WORDS = ("do", "bar", "deviate", "surprise", "start", "set", "off", "after", "given")
CONDITIONS = ("given", "after", "reach")
"""Kinds that condition a probability; reach is asked for as a quantity only."""
CONDITIONED = ("outcome", "kind", "ever", "reach")
"""Kinds of quantity that may stand under a condition on what happens."""
_FORMS = "P(outcome), P(outcome and …), P(outcome by n), P(kind …), P(ever …), P(reach …)"
_EXPECTATIONS = "E(payoff[party]), E(rounds), E(times …) or a parameter"
_BY_UNIT = re.compile(r"by\s+(?:(?P<before>\d+)\s*[A-Za-z]+|[A-Za-z]+\s+(?P<after>\d+))\s*$")
"""'by 13 days' or 'by day 13', where 'by 13' is meant."""


@dataclass(frozen=True)
class Intervention:
    """One change of a game: a committed, barred or deviating move, a start, fixed assumptions.

    ``kind`` is do, bar, deviate, start, set or off, or given or after, which change nothing and
    condition a probability on what happens; a surprise is a deviate made once. ``step`` and
    ``move`` are positions (None of all but a move's); ``once`` and ``when`` (bound, None for
    always) narrow a committed move, and ``when`` is what is ``given``; ``values`` are
    (assumption, number) pairs of a set or off, whose ``mechanism`` is named; ``starts`` are
    (position of a variable, value) pairs of a start.
    """

    kind: str
    step: int | None = None
    move: int | None = None
    once: bool = False
    when: Expression | None = None
    values: tuple[tuple[str, float], ...] = ()
    mechanism: str = ""
    starts: tuple[tuple[int, int], ...] = ()

    @property
    def condition(self) -> bool:
        """Whether it conditions a probability and changes nothing."""
        return self.kind in CONDITIONS


@dataclass(frozen=True)
class Query:
    """One quantity of a game under interventions; equal ones hash equal.

    ``text`` is the quantity as written with single spaces; ``kind`` names its plug-in:
    outcome, kind, ever, payoff, rounds, static or another. ``outcomes`` are positions (-1 is
    `unresolved`), ``predicate`` and ``expression`` bound formulas, ``by`` a number of rounds,
    ``party`` a position and ``arguments`` the words in brackets of another plug-in's quantity;
    ``made`` is the move (position of step and move) that it is about.
    """

    text: str
    kind: str
    outcomes: tuple[int, ...] = ()
    predicate: Expression | None = None
    by: int | None = None
    party: int | None = None
    expression: Expression | None = None
    arguments: tuple[str, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    made: tuple[int, int] | None = None

    @property
    def conditions(self) -> tuple[Intervention, ...]:
        """What it is conditioned on."""
        return tuple(one for one in self.interventions if one.condition)

    @property
    def manner(self) -> str:
        """How its committed moves come: 'foreseen', 'as a surprise', 'unanswered', or both.

        A do is foreseen by all. A deviation made once is a surprise: play before it is that
        without it, and what follows is the equilibrium from there. Any other deviation goes on
        while nobody answers it. '' where it commits nothing.
        """
        told = {
            "foreseen": any(one.kind == "do" for one in self.interventions),
            "as a surprise": any(one.kind == "deviate" and one.once for one in self.interventions),
            "unanswered": any(one.kind == "deviate" and not one.once for one in self.interventions),
        }
        return " and ".join(word for word, here in told.items() if here)

    @property
    def reads(self) -> frozenset[str]:
        """Variables that must not be merged away: those of the predicate and conditions."""
        asked = [self.predicate, *(one.when for one in self.conditions)]
        return frozenset[str]().union(*(names(one) for one in asked if one is not None))

    def under(self, outer: tuple[Intervention, ...], text: str) -> Query:
        """The same quantity with further interventions, written ``text``, before its own."""
        if not outer:
            return self
        if self.text[-1] == ")" and re.match(r"[PE]\s*\(", self.text):
            joined = f"{self.text[:-1]}{', ' if '|' in self.text else ' | '}{text})"
        else:
            joined = f"{self.text} | {text}"
        return replace(self, text=joined, interventions=(*outer, *self.interventions)).trimmed()

    def trimmed(self) -> Query:
        """Without the interventions that a number which does not depend on play cannot feel."""
        if self.kind != "static":
            return self
        kept = tuple(one for one in self.interventions if one.values)
        return replace(self, interventions=kept)


def parse_query(text: str, meaning: Meaning, place: Place | None = None) -> Query:
    """The quantity written in ``text``, say `P(war by 3 | set(slide = 0.2))`.

    A ScenarioError names the place (column counted from ``place``), what was expected and
    the nearest repair.
    """
    return QueryReader(meaning, place or Place("quantity", 1, 1)).query(Cut(text))


@runtime_checkable
class Quantity(Protocol):
    """As much of a kind of quantity as the language needs; studies have the whole record.

    ``letters`` are those by which it is asked for. ``arguments`` reads what stands in brackets
    before any ``|``, or answers None where that is another kind's; without it the kind is asked
    for by its name, with words in square brackets or none.
    """

    @property
    def letters(self) -> str:
        """``P``, ``E`` or both; '' of a kind that is asked for without any."""
        ...

    @property
    def arguments(self) -> Callable[[QueryReader, Cut], Query | None] | None:
        """Its grammar."""
        ...


@dataclass(frozen=True)
class QueryReader:
    """Reads quantities and interventions of one scenario from cuts of a text at ``place``."""

    meaning: Meaning
    place: Place | None
    path: str = ""

    def fail(self, cut: Cut, found: str, expected: str = "", repair: str = "") -> NoReturn:
        """The error at the beginning of ``cut``."""
        raise ScenarioError(
            found, expected=expected, repair=repair, place=self.at(cut), path=self.path, code="E701"
        )

    def at(self, cut: Cut) -> Place | None:
        """Where a cut begins."""
        return None if self.place is None else self.place.shifted(cut.offset)

    def query(self, whole: Cut) -> Query:
        """A quantity that fills ``whole``."""
        cut, bar, tail = whole.stripped().partition("|")
        cut = cut.stripped()
        match = re.match(r"([PE])\s*\(", cut.text)
        if match and cut.closing(match.end() - 1) == len(cut.text) - 1:
            found = self.called(match[1], cut)
        else:
            if match or re.match(r"[A-Z]\s*\(", cut.text):
                self.fail(
                    cut,
                    f"'{cut.text}' is no single quantity",
                    f"{_FORMS}, {_EXPECTATIONS}",
                    "write one quantity without arithmetic",
                )
            found = self.static(cut)
        if not bar:
            return found
        return self.fitting(found.under(self.interventions(tail), tail.spaced()), tail)

    def fitting(self, query: Query, cut: Cut) -> Query:
        """The quantity itself where its kind may stand under its conditions."""
        if query.conditions and query.kind not in CONDITIONED:
            self.fail(
                cut,
                f"a condition stands behind '{query.text.partition('|')[0].strip()}'",
                "conditions behind P(outcome), P(kind …), P(ever …) and P(reach …)",
                "take 'given' and 'after' out",
            )
        if query.conditions and query.kind == "ever" and query.by is not None:
            self.fail(
                cut,
                "a condition stands behind 'ever … by n'",
                "'by' or a condition",
                "take one of the two out",
            )
        return query

    def called(self, letter: str, cut: Cut) -> Query:
        """The quantity ``P(…)`` or ``E(…)`` that ``cut`` is."""
        inside = cut.part(cut.text.index("(") + 1, len(cut.text) - 1)
        head, bar, tail = inside.partition("|")
        if bar and "|" in tail.text:
            self.fail(
                tail.partition("|")[2],
                "a second '|' in one quantity",
                "one '|', then interventions",
                "put a comma between them",
            )
        head = head.stripped()
        if not head.text:
            self.fail(
                head, f"nothing stands in {letter}( )", _FORMS if letter == "P" else _EXPECTATIONS
            )
        found = self.probability(head) if letter == "P" else self.expectation(head)
        interventions = self.interventions(tail) if bar else ()
        told = replace(found, text=cut.spaced(), interventions=interventions).trimmed()
        return self.fitting(told, tail)

    # what is asked

    def probability(self, head: Cut) -> Query:
        """The event of ``P(…)``."""
        found = self._asked("P", head)
        if found is not None:
            return found
        word, rest = head.word()
        if word == "not":
            self.fail(head, "'not' stands before an outcome", _FORMS, f"write 1 - P({rest.text})")
        if word == "unresolved":
            self.fail(
                rest,
                "'unresolved' is no end, so it has neither state nor round",
                "P(unresolved)",
                "take the rest out",
            )
        outcomes = [outcome.name for outcome in self.meaning.outcomes]
        found = f"'{word or head.text}' is no outcome"
        repair = suggestion(word, (*outcomes, "kind", "ever", "reach", "unresolved"))
        if word in KINDS:
            repair = f"'{word}' is a kind of outcomes: write P(kind {head.spaced()})"
        self.fail(head, found, _FORMS, repair)

    def expectation(self, head: Cut) -> Query:
        """What is expected in ``E(…)``."""
        found = self._asked("E", head)
        return found if found is not None else self.static(head)

    def _asked(self, letter: str, head: Cut) -> Query | None:
        """What the first kind that knows ``head`` reads in it; grammars of their own come first."""
        kinds = plugins(*QUANTITIES, "QUANTITY", Quantity)
        for name, kind in sorted(kinds.items(), key=lambda one: one[1].arguments is None):
            if letter in kind.letters:
                read = kind.arguments
                found = self._words(name, head) if read is None else read(self, head)
                if found is not None:
                    return found
        return None

    def _words(self, kind: str, head: Cut) -> Query | None:
        """``name`` or ``name[word, …]``, how a kind without a grammar of its own is asked for."""
        match = re.match(r"([A-Za-z_]\w*)\s*(?:\[(.*)\])?$", head.text)
        if match is None or match[1] != kind:
            return None
        words = [part.spaced() for part in Cut(match[2] or "").split(",")] if match[2] else []
        return Query("", kind, arguments=tuple(words))

    def narrowed(self, rest: Cut, event: str) -> tuple[Expression | None, int | None]:
        """What follows an outcome: ``and predicate``, ``by n``, both or nothing."""
        rest, by = self.split_by(rest)
        if not rest.text:
            return None, by
        word, tail = rest.word()
        if word != "and":
            repair = f"write P({event} and …)" if word else f"write P({event})"
            timed = _BY_UNIT.match(rest.text)
            if word in ("or", "+"):
                repair = f"add probabilities: P({event}) + P(…)"
            elif timed:
                number = timed["before"] or timed["after"]
                repair = f"'by' counts rounds, without a unit: write P({event} by {number})"
            self.fail(rest, f"'{rest.text}' follows '{event}'", "'and predicate' or 'by n'", repair)
        if tail.has_word("or"):
            self.fail(
                tail,
                "'or' stands beside 'and'",
                "brackets that say which comes first",
                f"write {event} and ({tail.text})",
            )
        return self.predicate(tail), by

    def split_by(self, rest: Cut) -> tuple[Cut, int | None]:
        """What stands before ``by n``, and the number of rounds; None without."""
        match = re.search(r"(?<![\w.])by\s+([\w.-]+)\s*$", rest.text)
        if match is None:
            return rest, None
        number = match[1]
        if not number.isdigit() or not 1 <= int(number) <= MOST_ROUNDS:
            expected = f"a whole number from 1 to {MOST_ROUNDS}"
            self.fail(
                rest.part(match.start(1)),
                f"'{number}' is no number of rounds",
                expected,
                "write P(outcome by 3)",
            )
        return rest.part(0, match.start()).stripped(), int(number)

    def predicate(self, cut: Cut, reader: str = "") -> Expression:
        """A condition on the state: numbers, levels and variables only.

        A party that is the ``reader`` cannot act on what is private to others.
        """
        cut = cut.stripped()
        if not cut.text:
            self.fail(cut, "a predicate is missing", "a condition on the state, say rung == calm")
        return self.bound(cut, "structure", reader)

    def static(self, cut: Cut) -> Query:
        """A number that does not depend on play: parameters and worth."""
        cut = cut.stripped()
        expression = self.bound(cut, "play")
        own = {assumption.name for assumption in self.meaning.assumptions}
        for name in sorted(names(expression) - own):
            self.fail(
                cut,
                f"'{name}' changes during play",
                f"{_FORMS}, {_EXPECTATIONS}",
                f"write P(ever {cut.text}) or P(outcome and {cut.text})",
            )
        return Query(cut.spaced(), "static", expression=expression)

    def bound(self, cut: Cut, where: str, reader: str = "") -> Expression:
        """The formula that ``cut`` is, bound for 'structure' or 'play'."""
        place = self.at(cut)
        try:
            tree = parse(cut.text, place)
            return Binder(self.meaning.vocabulary).bind(tree, where, place, reader)
        except OfframpError as error:
            raise error.located(place, self.path) from None

    # interventions

    def interventions(self, cut: Cut) -> tuple[Intervention, ...]:
        """The list after ``|``."""
        return tuple(one for part in cut.split(",") for one in self._intervention(part.stripped()))

    def _intervention(self, cut: Cut) -> tuple[Intervention, ...]:
        if cut.word()[0] == "given":
            return (Intervention("given", when=self.predicate(cut.word()[1])),)
        match = re.match(r"([A-Za-z_]\w*)\s*\(", cut.text)
        expected = (
            "do(…), bar(…), deviate(…), surprise(…), start(…), set(…), off(…), after(…) "
            "or given predicate"
        )
        if match is None or cut.closing(match.end() - 1) != len(cut.text) - 1:
            repair = "write it inside: do(party.step = move, once)"
            word = cut.word()[0]
            if word not in ("once", "when"):
                repair = suggestion(word, WORDS) or "write do(party.step = move)"
            self.fail(cut, f"'{cut.text}' is no intervention", expected, repair)
        word, inside = match[1], cut.part(match.end(), len(cut.text) - 1)
        if word not in WORDS:
            self.fail(cut, f"'{word}' is no intervention", expected, suggestion(word, WORDS))
        parts = [part.stripped() for part in inside.split(",")]
        if not parts[0].text:
            self.fail(inside, f"nothing stands in {word}( )", _EXAMPLES[word])
        if word == "set":
            return (Intervention("set", values=tuple(map(self._assigned, parts))),)
        if word == "off":
            return tuple(self._switched(part) for part in parts)
        if word == "start":
            return (Intervention("start", starts=tuple(map(self._begun, parts))),)
        if word == "after":
            if len(parts) > 1:
                self.fail(parts[1], f"'{parts[1].text}' stands in after( )", _EXAMPLES[word])
            return (Intervention("after", *self._move(word, parts[0])),)
        return (self._committed(word, parts),)

    def _assigned(self, part: Cut) -> tuple[str, float]:
        """``parameter = value``."""
        left, value = self._sides(part, "set")
        name = re.sub(r"\s+", "", left.text)
        switches = self.meaning.vocabulary.switches
        if name in switches:
            options = switches[name].names
            if value.text not in options:
                self.fail(
                    value,
                    f"'{value.text}' is no option of '{name}'",
                    "one of: " + ", ".join(options),
                    suggestion(value.text, options),
                )
            return name, float(options.index(value.text))
        known = [one.name for one in self.meaning.assumptions if one.options or not one.structural]
        if name not in known:
            families = self.meaning.vocabulary.families
            repair = suggestion(name, known)
            if name in families:
                repair = f"write {next(iter(families[name].values()))}"
            self.fail(left, f"'{left.text}' is no parameter", "a parameter or family[key]", repair)
        expression = self.bound(value, "fixed")
        if names(expression):
            self.fail(value, f"'{value.text}' is no number", "a number", "write the number")
        try:
            return name, float(evaluate(expression, {}).ravel()[0])
        except OfframpError as error:
            raise error.located(self.at(value), self.path) from None

    def _begun(self, part: Cut) -> tuple[int, int]:
        """``variable = level`` of a start: the variable's position, and the value."""
        left, value = self._sides(part, "start")
        state = [v.name for v in self.meaning.variables if v.known_to is None]
        if left.text not in state:
            what = (
                "a private variable"
                if left.text in self.meaning.scenario.private
                else "no variable"
            )
            self.fail(
                left, f"'{left.text}' is {what}", _EXAMPLES["start"], suggestion(left.text, state)
            )
        place = next(i for i, v in enumerate(self.meaning.variables) if v.name == left.text)
        variable = self.meaning.variables[place]
        expression = self.bound(value, "structure")
        if names(expression):
            self.fail(value, f"'{value.text}' is no level", "a level or a whole number")
        try:
            found = float(evaluate(expression, {}).ravel()[0])
        except OfframpError as error:
            raise error.located(self.at(value), self.path) from None
        if found != int(found) or not variable.low <= found <= variable.high:
            fit = variable.levels or (f"{variable.low} to {variable.high}",)
            self.fail(
                value,
                f"'{value.text}' is no value of '{left.text}'",
                "one of: " + ", ".join(fit),
                suggestion(value.text, fit) if variable.levels else "",
            )
        return place, int(found)

    def _switched(self, part: Cut) -> Intervention:
        """The mechanism named in ``off(…)``."""
        mechanisms = self.meaning.scenario.mechanisms
        able = [name for name, record in mechanisms.items() if record.off]
        if part.text not in mechanisms:
            self.fail(
                part,
                f"'{part.text}' is no mechanism of this scenario",
                "off(mechanism)",
                suggestion(part.text, able),
            )
        if part.text not in able:
            self.fail(
                part,
                f"the mechanism '{part.text}' has no off value",
                "one that has",
                "set its parameters: set(parameter = value)",
            )
        values = tuple(off_values(self.meaning, part.text).items())
        return Intervention("off", values=values, mechanism=part.text)

    def _committed(self, word: str, parts: list[Cut]) -> Intervention:
        """``party.step = move``, then ``once`` and ``when condition`` in either order."""
        step, move = self._move(word, parts[0])
        once, when = word == "surprise", None
        for part in parts[1:]:
            head, rest = part.word()
            if head == "once" and word == "surprise":
                self.fail(
                    part, "'once' stands in surprise( )", "a surprise comes once", "take it out"
                )
            if head == "once" and not rest.text and not once:
                once = True
            elif head == "when" and when is None:
                when = self.predicate(rest, self._owner(self.meaning.steps[step].mover))
            else:
                twice = " a second time" if head in ("once", "when") else ""
                self.fail(
                    part,
                    f"'{part.text}' stands in {word}( ){twice}",
                    "'once' and 'when condition', each at most once",
                    suggestion(head, ("once", "when")),
                )
        return Intervention("deviate" if word == "surprise" else word, step, move, once, when)

    def made(self, part: Cut, form: str) -> tuple[int, int]:
        """The positions of a step and its move, written as in ``form``."""
        return self._move(form, part)

    def _move(self, word: str, part: Cut) -> tuple[int, int]:
        """The positions of a step and its move."""
        left, right = self._sides(part, word)
        match = re.match(r"([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)$", left.text)
        if match is None:
            steps = [f"{self._owner(s.mover)}.{s.name}" for s in self.meaning.steps if s.mover >= 0]
            self.fail(
                left,
                f"'{left.text}' names no step of a party",
                _EXAMPLES[word],
                suggestion(left.text, steps),
            )
        step = self._step(left, match[1], left.part(match.start(2)), match[2])
        moves = [move.name for move in self.meaning.steps[step].moves]
        if right.text not in moves:
            self.fail(
                right,
                f"the step '{match[2]}' has no move '{right.text}'",
                "one of: " + ", ".join(moves),
                suggestion(right.text, moves),
            )
        return step, moves.index(right.text)

    def _step(self, left: Cut, party: str, at: Cut, name: str) -> int:
        steps = [step.name for step in self.meaning.steps]
        chance = name in steps and self.meaning.steps[steps.index(name)].mover < 0
        if party == "nature" or (party in self.meaning.parties and chance):
            self.fail(
                left,
                "nature may not be committed",
                "a step of a party",
                "change the odds: set(parameter = value)",
            )
        if party not in self.meaning.parties:
            self.fail(
                left,
                f"'{party}' is no party",
                "do(party.step = move)",
                suggestion(party, self.meaning.parties),
            )
        own = [s.name for s in self.meaning.steps if self._owner(s.mover) == party]
        if name not in steps:
            self.fail(at, f"'{name}' is no step", f"a step of '{party}'", suggestion(name, own))
        owner = self._owner(self.meaning.steps[steps.index(name)].mover)
        if owner != party:
            self.fail(
                at,
                f"the step '{name}' is one of '{owner}'",
                f"a step of '{party}'",
                f"write {owner}.{name}",
            )
        return steps.index(name)

    def _owner(self, mover: int) -> str:
        return self.meaning.parties[mover] if mover >= 0 else "nature"

    def _sides(self, part: Cut, word: str) -> tuple[Cut, Cut]:
        """Both sides of ``=``."""
        left, sign, right = part.partition("=")
        if not sign or right.text.startswith("="):
            found = "'==' compares" if sign else f"'{part.text}' assigns nothing"
            self.fail(part, found, _EXAMPLES[word], "'=' assigns: write one '='")
        if not right.stripped().text or not left.stripped().text:
            self.fail(part, f"'{part.text}' is half an assignment", _EXAMPLES[word])
        return left.stripped(), right.stripped()


_EXAMPLES = {
    "do": "do(party.step = move)",
    "bar": "bar(party.step = move)",
    "deviate": "deviate(party.step = move)",
    "surprise": "surprise(party.step = move)",
    "start": "start(variable = level)",
    "after": "after(party.step = move)",
    "given": "given predicate",
    "times": "E(times party.step = move)",
    "reach": "P(reach party.step = move)",
    "set": "set(parameter = value)",
    "off": "off(mechanism)",
}

"""A scenario before it is solved: its rules, ends and numbers in plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from offramp.expressions import names
from offramp.game import End, build, ends_of
from offramp.presentation.premises import cited
from offramp.presentation.text.elicitation import expert_words
from offramp.presentation.text.evidence import shown_passages
from offramp.presentation.text.formulas import formula_words
from offramp.presentation.text.numbers import figure_of, listed
from offramp.presentation.text.rules import (
    move_sentences,
    named,
    outcome_sentence,
    private_sentence,
    step_sentence,
    unknown_at,
    variable_sentence,
)
from offramp.scenario import understand
from offramp.scenario.citing import where_words
from offramp.scenario.model import Effort
from offramp.scenario.setting import nominal_values

if TYPE_CHECKING:
    from offramp.scenario import Assumption, Meaning, Scenario
    from offramp.scenario.model import Account

JUDGEMENT = "the analyst's judgement"
SAID = re.compile(r"(^|; *)(the )?(analyst's )?judgement\b *", re.IGNORECASE)
"""What a note need not say again of a number without a source."""


@dataclass(frozen=True)
class Passage:
    """A heading and its sentences; ``under`` are those that belong to the sentence before them."""

    heading: str
    sentences: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Description:
    """A scenario in plain sentences. ``print`` shows it; ``as_dict`` is ready for JSON.

    ``best`` and ``worst`` name for each party the end that is worth most and least to it at
    nominal values, with that worth.
    """

    title: str
    about: str
    parts: tuple[Passage, ...]
    best: Mapping[str, tuple[str, float]]
    worst: Mapping[str, tuple[str, float]]

    def __repr__(self) -> str:
        return f"Description of “{self.title}”: {listed([one.heading for one in self.parts])}"

    def __str__(self) -> str:
        lines = [self.title, *([self.about] if self.about else [])]
        for part in self.parts:
            lines += ["", part.heading]
            for told, under in part.sentences:
                lines.append(f"  {told}")
                lines += [f"     - {one}" for one in under]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        about = f"<p>{escape(self.about)}</p>" if self.about else ""
        return f"<h3>{escape(self.title)}</h3>{about}" + "".join(
            f"<h4>{escape(part.heading)}</h4>{_list_of(part)}" for part in self.parts
        )

    def as_dict(self) -> dict[str, Any]:
        """Headings, sentences and ends as plain data."""
        return {
            "title": self.title,
            "about": self.about,
            "parts": [
                {
                    "heading": part.heading,
                    "sentences": [
                        {"says": told, "under": list(under)} for told, under in part.sentences
                    ],
                }
                for part in self.parts
            ],
            "best": {party: {"end": end, "worth": pay} for party, (end, pay) in self.best.items()},
            "worst": {
                party: {"end": end, "worth": pay} for party, (end, pay) in self.worst.items()
            },
        }


def _list_of(part: Passage) -> str:
    """The sentences of a part as a list of HTML, with what stands under each."""
    told: list[str] = []
    for says, under in part.sentences:
        below = "".join(f"<li>{escape(one)}</li>" for one in under)
        told.append(f"<li>{escape(says)}{f'<ul>{below}</ul>' if below else ''}</li>")
    return f"<ul>{''.join(told)}</ul>"


EXTREMES = "Best and worst end at nominal values, what moves pay on the way not counted"


def describe(scenario: Scenario) -> Description:
    """The scenario in plain sentences: who moves when and sees what, what is paid, ends, numbers.

    Nothing is solved. Best and worst ends are at nominal values and options, of all ends that
    can be reached. Every number is told with its source, or as the analyst's judgement.
    """
    meaning = understand(scenario)
    ends = ends_of(build(meaning))
    best = {party: _extreme(scenario, ends, i, max) for i, party in enumerate(meaning.parties)}
    worst = {party: _extreme(scenario, ends, i, min) for i, party in enumerate(meaning.parties)}
    parts = [
        Passage("Who decides", _alone(_parties(scenario))),
        Passage("What is on the table", _alone(_issues(scenario))),
        Passage("What changes, and what only some know", _alone(_state(scenario))),
        Passage(f"Every {scenario.time.round}, in this order", tuple(_steps(scenario))),
        Passage("How it can end", _cited(scenario, scenario.outcomes, _endings(scenario))),
        Passage(EXTREMES, _alone(_extremes(scenario, best, worst))),
        Passage("Switches", _cited(scenario, scenario.switches, _switches(scenario))),
        Passage("Formulas with a name", _alone(_definitions(scenario))),
        Passage("Mechanisms", _cited(scenario, scenario.mechanisms, _mechanisms(scenario))),
        Passage("Accounts", _cited(scenario, scenario.accounts, _accounts(scenario))),
        Passage("Claims", _cited(scenario, scenario.claims, _claims(scenario))),
        Passage("Levers", _cited(scenario, scenario.levers, _levers(scenario))),
        Passage("Numbers and where they come from", tuple(_numbers(meaning))),
    ]
    told = " ".join(
        line for part in parts for one, under in part.sentences for line in (one, *under)
    )
    parts.append(Passage("How this is meant", _alone(_meant(scenario, told))))
    about = " ".join((scenario.about or "").split())
    kept = tuple(part for part in parts if part.sentences)
    return Description(scenario.title, about, kept, best, worst)


def _alone(sentences: Iterator[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((one, ()) for one in sentences)


def _cited(
    scenario: Scenario, entries: Mapping[str, Any], sentences: Iterator[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A sentence for each entry with the passages that it cites under it; then further ones."""
    told: list[tuple[str, tuple[str, ...]]] = []
    left = list(entries.values())
    for sentence in sentences:
        told.append((sentence, _words(scenario, left.pop(0).source if left else None)))
    return tuple(told)


def _words(scenario: Scenario, source: Any) -> tuple[str, ...]:
    return tuple(map(str, shown_passages(scenario, source)))


def _labels(scenario: Scenario) -> dict[str, str]:
    return {name: named(name, one.label) for name, one in scenario.parties.items()}


def _parties(scenario: Scenario) -> Iterator[str]:
    unit = scenario.time.round
    for name, one in scenario.parties.items():
        about = f" {' '.join(one.about.split())}" if one.about else ""
        yield (
            f"{named(name, one.label)}: patience {formula_words(one.patience)} per {unit}, "
            f"precision {formula_words(one.precision)}.{about}"
        )

    if scenario.values == "entropy":
        yield "Values follow the entropy convention: a choice among more moves is worth more."


def _meant(scenario: Scenario, told: str) -> Iterator[str]:
    """How the words of the rules are meant, as far as ``told`` uses them."""
    weight = "weight × " if "has the weight" in told else ""
    yield (
        f"Patience is what the next {scenario.time.round} weighs beside this one. A party chooses "
        f"a move in proportion to {weight}exp(precision × what the move is worth to it from then "
        "on)."
    )
    yield (
        "Who is not named gets 0. What a move gives and changes is worked out before it is made; "
        "what an end is worth, after the move that leads there, and for good."
    )
    if "what is left of the odds" in told:
        yield "Those that have what is left of the odds share it equally."
    if "levels" in told:
        yield "Levels count 0, 1, 2, … in their order where they are compared or reckoned with."
    if re.search(r" (==|!=|<|<=|>|>=) ", told):
        yield "A comparison within a formula counts 1 where it holds and 0 where it does not."
    if scenario.issues:
        yield (
            "worth[party, package] is the sum over the issues of weight × worth of the option; of "
            "what is no package it is 0."
        )


def _issues(scenario: Scenario) -> Iterator[str]:
    for name, issue in scenario.issues.items():
        worth = [
            f"{party} with weight {formula_words(issue.weight.get(party, 0))}: "
            + ", ".join(map(formula_words, issue.worth[party]))
            for party in issue.worth
        ]
        from_ = _from(scenario, issue.source, issue.about)
        yield (
            f"{named(name, issue.label)}: options {', '.join(issue.options)}; worth to "
            f"{'; to '.join(worth) or 'nobody anything'}{from_}."
        )
    for name, package in scenario.packages.items():
        chosen = ", ".join(f"{issue} {option}" for issue, option in package.items())
        yield f"Package {name}: {chosen}."


def _state(scenario: Scenario) -> Iterator[str]:
    for name, words in scenario.state.items():
        yield variable_sentence(name, words)
    for name, words in scenario.private.items():
        yield private_sentence(name, words)


def _steps(scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    labels, earlier = _labels(scenario), list[str]()
    ends = {name: named(name, one.label) for name, one in scenario.outcomes.items()}
    for number, step in enumerate(scenario.round, 1):
        told = f"{number}. {step_sentence(step, labels, earlier, unknown_at(scenario, step))}"
        said = [" ".join(_words(scenario, one.source)) for one in step.moves.values()]
        moves = zip(move_sentences(step, ends), said, strict=True)
        own = _words(scenario, step.source)
        yield told, (*own, *(f"{move} {words}".rstrip() for move, words in moves))
        earlier.append(step.name)


def _endings(scenario: Scenario) -> Iterator[str]:
    for name, words in scenario.outcomes.items():
        yield outcome_sentence(name, words)
    unit = scenario.time.round
    if scenario.at_end is None:
        yield f"Otherwise it goes on into the next {unit}, without a limit."
        return
    end = scenario.outcomes[scenario.at_end]
    last = named(scenario.at_end, end.label)
    one = scenario.limit == 1
    passes = (
        f"There is one such {unit}; if it passes" if one else f"If {unit} {scenario.limit} passes"
    )
    counts = f"a second {unit}" if one else f"{unit} {scenario.limit + 1}"
    yield f"{passes} without an end, it ends in {last}, which counts as happening in {counts}."


def _extreme(
    scenario: Scenario, ends: tuple[End, ...], party: int, choose: Any
) -> tuple[str, float]:
    """The end that is worth most or least to a party; the first of several."""
    if not ends:
        return "none can be reached", float("nan")
    found = choose(ends, key=lambda end: end.pay[party])
    told = named(found.outcome, scenario.outcomes[found.outcome].label)
    return (f"{told}, {found.by}" if found.by else told), found.pay[party]


def _extremes(
    scenario: Scenario,
    best: Mapping[str, tuple[str, float]],
    worst: Mapping[str, tuple[str, float]],
) -> Iterator[str]:
    for party, words in scenario.parties.items():
        (high, most), (low, least) = best[party], worst[party]
        if most == least:
            yield f"{named(party, words.label)}: every end is worth {figure_of(most)}."
            continue
        yield (
            f"{named(party, words.label)}: best {high}, worth {figure_of(most)}; "
            f"worst {low}, worth {figure_of(least)}."
        )


def _switches(scenario: Scenario) -> Iterator[str]:
    for name, words in scenario.switches.items():
        varies = "" if words.range is None else f", varied over {words.range}"
        weights = ", ".join(f"{key} {value:g}" for key, value in words.weights.items())
        often = f", weights {weights}" if weights else ""
        yield (
            f"{named(name, words.label)}: one of {', '.join(words.options)}; {words.value} at "
            f"nominal values{varies}{often}{_from(scenario, words.source, words.note)}."
        )


def _definitions(scenario: Scenario) -> Iterator[str]:
    for name, formula in scenario.define.items():
        yield f"{name} is {formula_words(formula)}."


def _mechanisms(scenario: Scenario) -> Iterator[str]:
    for name, words in scenario.mechanisms.items():
        about = " ".join((words.about or "").split()).partition(". ")[0].rstrip(".")
        told = [f"adds {listed([*words.parameters, *words.switches, *words.state, *words.steps])}"]
        if words.off:
            off = listed([f"{key} = {value}" for key, value in words.off.items()])
            told.append(f"does nothing at {off}")
        told += [f"{kind} is expected {way}" for kind, way in words.expects.items()]
        from_ = "" if words.from_ == name else f", the library's {words.from_}"
        yield f"{named(name, words.label)}{from_}: {about}; {'; '.join(told)}."


def _accounts(scenario: Scenario) -> Iterator[str]:
    for name, words in scenario.accounts.items():
        told = [_changed(words)] if words.parameters else []
        told += [f"puts {switch} to {_option(one)}" for switch, one in words.switches.items()]
        told += [f"begins {one} at {formula_words(at)}" for one, at in words.start.items()]
        told += [f"has no {one}" for one in words.bar]
        told += [f"denies {listed(words.denies)}"] if words.denies else []
        told += [f"asserts {listed(words.asserts)}"] if words.asserts else []
        says = "; ".join(told) or "changes nothing"
        yield f"{named(name, words.label)}: {says}{_from(scenario, words.source, judged=False)}."


def _changed(words: Account) -> str:
    """The entries that an account replaces, with their values."""
    told: list[str] = []
    for name, entry in words.parameters.items():
        each: Mapping[str, Any] | None = getattr(entry, "each", None)
        if each is not None:
            told += [f"{name}[{key}] = {_entry(one)}" for key, one in each.items()]
        else:
            told.append(f"{name} = {_entry(entry)}")
    return f"has {', '.join(told)}"


def _entry(entry: Any) -> str:
    value, spread = getattr(entry, "value", entry), getattr(entry, "range", None)
    told = "" if value is None else formula_words(value)
    return f"{told} ({spread})".strip() if spread else told


def _option(entry: Any) -> str:
    return str(getattr(entry, "value", entry))


def _claims(scenario: Scenario) -> Iterator[str]:
    for name, words in scenario.claims.items():
        says = " ".join(words.says.split())
        yield (
            f"{named(name, words.label)} says: {says.rstrip('.')}. It holds when "
            f"{words.holds_when}{_from(scenario, words.source, judged=False)}."
        )


def _levers(scenario: Scenario) -> Iterator[str]:
    for name, words in scenario.levers.items():
        if words.switch is not None:
            told = f"{listed(words.held_by)} can put {words.switch} to {words.to}"
        else:
            limit = formula_words(words.limit or 0.0)
            told = f"{listed(words.held_by)} can move {words.parameter} {words.towards}, to {limit}"
        told += f", at an effort of {_effort(words.effort)}"
        yield f"{named(name, words.label)}: {told}{_from(scenario, words.source, judged=False)}."


def _effort(effort: Effort | float) -> str:
    if isinstance(effort, Effort):
        return f"{effort.cost:g} for every {effort.per:g}"
    return f"{effort:g}"


def _numbers(meaning: Meaning) -> Iterator[tuple[str, tuple[str, ...]]]:
    experts, nominal = expert_words(meaning), nominal_values(meaning)
    for one in meaning.assumptions:
        if one.path[0] == "parameters":
            own = experts.get(one.name, ())
            yield (
                _number(meaning, one, nominal.get(one.name)),
                (*own, *_words(meaning.scenario, one.source)),
            )


def _number(meaning: Meaning, one: Assumption, nominal: float | None) -> str:
    value = "" if one.formula is None else f" = {one.formula}"
    if nominal is not None and one.formula is not None and names(one.formula):
        value += f" ({figure_of(nominal)} at nominal values)"
    spread = "" if one.distribution is None else f", range {one.distribution}"
    unit = f", {one.unit}" if one.unit else ""
    return f"{one.name}{value}{spread}{unit}{_from(meaning.scenario, one.source, one.note)}."


def _from(scenario: Scenario, source: Any, note: str | None = None, judged: bool = True) -> str:
    """Where something comes from, behind a dash; '' for what needs no source and has none."""
    if source is None:
        told = [JUDGEMENT] if judged else []
    elif isinstance(source, str):
        told = [f"source: {cited(source, scenario)}"]
    else:
        places = [
            f"{cited(key, scenario)}, {where_words(scenario, key, where)}"
            for key, where in source.items()
        ]
        told = [f"source: {'; '.join(places)}"]
    said = " ".join((note or "").split()).rstrip(".")
    if source is None and judged:
        said = SAID.sub("", said).strip("; ")
    told += [said] if said else []
    return f" – {'; '.join(told)}" if told else ""

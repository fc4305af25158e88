"""The questions of a presentation and their answers, in the order in which they are told.

Each answer is a list of steps that are revealed one after the other; claims are worked out while
the first questions are being told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from offramp.presentation.text.numbers import figure_of, percent
from offramp.presentation.text.rules import step_sentence, unknown_at
from offramp.scenario import Scenario
from offramp.study.solving.labels import AS_WRITTEN, spoken
from offramp.web.live.answers import at_once
from offramp.web.live.games import Compiled
from offramp.web.live.setting import Setting

MOST_STEPS, MOST = 14, 24
"""Steps of an answer, and rounds of a history; more do not fit a screen."""


@dataclass(frozen=True)
class Step:
    """One thing that is revealed: a text, and of a bar its share, colour and figure."""

    says: str
    share: float | None = None
    told: str = ""
    colour: str = ""
    parts: tuple[tuple[str, float, str, str], ...] = ()
    """Of a bar of several ends: label, share, colour, figure."""


@dataclass(frozen=True)
class Question:
    """One screen."""

    name: str
    asks: str
    lead: str
    steps: tuple[Step, ...]


def questions_of(compiled: Compiled, setting: Setting) -> dict[str, Any]:
    """Everything that is presented of a scenario at a setting, as plain data."""
    scenario = compiled.scenario
    told = at_once(compiled, setting)
    found = [
        _parties(scenario, told),
        _round(scenario),
        _moved(setting),
        _ends(told),
        _when(told),
        *_history(told),
        _accounts(compiled, setting),
        _claims(scenario),
        _limits(),
    ]
    return {
        "title": scenario.title,
        "whose": told["whose"],
        "status": told["status"],
        "message": told["message"],
        "questions": [asdict(one) for one in found if one is not None],
    }


def _parties(scenario: Scenario, told: dict[str, Any]) -> Question:
    """Who is there, with what each expects left for later."""
    steps = tuple(Step(one["label"]) for one in told["payoffs"])
    lead = " ".join((scenario.about or "").split())
    return Question("parties", "Who is at the table?", lead[:420], steps[:MOST_STEPS])


def _round(scenario: Scenario) -> Question:
    labels = {name: one.label or spoken(name) for name, one in scenario.parties.items()}
    names = [one.name for one in scenario.round]
    steps = [
        Step(step_sentence(one, labels, names[:place], unknown_at(scenario, one)))
        for place, one in enumerate(scenario.round)
    ]
    lead = f"One {scenario.time.round}, step by step."
    return Question("round", f"What can happen in a {scenario.time.round}?", lead, tuple(steps))


def _moved(setting: Setting) -> Question | None:
    if not setting.values and setting.precision == 1:
        return None
    steps = [
        Step(f"{spoken(name)}: {value if isinstance(value, str) else figure_of(value)}")
        for name, value in setting.values
    ]
    if setting.precision != 1:
        steps.append(Step(f"All precisions times {figure_of(setting.precision)}"))
    return Question("moved", "What was changed by hand?", "", tuple(steps[:MOST_STEPS]))


def _ends(told: dict[str, Any]) -> Question:
    ends = [one for one in told["ends"] if one["probability"]]
    ends.sort(key=lambda one: -one["probability"])
    steps = [
        Step(one["label"], one["probability"], one["told"], one["colour"])
        for one in ends[:MOST_STEPS]
    ]
    return Question(
        "ends", "How does it end?", "In the game as encoded; no forecast.", tuple(steps)
    )


def _when(told: dict[str, Any]) -> Question:
    rounds, word = told["rounds"], told["round"]
    if rounds is None:
        first = "Play may never end, so its length has no expected value."
    else:
        first = f"On average {figure_of(rounds)} {word}s are completed before the end."
    steps = [Step(first)]
    ends = [one for one in told["ends"] if one["name"] != "unresolved"]
    for after in (1, 3, 6, 12, 24):
        if ends and after <= len(ends[0]["by_round"]):
            share = sum(one["by_round"][after - 1] or 0.0 for one in ends)
            steps.append(Step(f"Over by the end of {word} {after}", share, percent(share)))
    return Question("when", "When does it end?", "", tuple(steps))


def _history(told: dict[str, Any]) -> Iterator[Question]:
    if told["histories"]:
        one = told["histories"][0]
        rounds: dict[int, list[str]] = {}
        for moment in one["moments"]:
            rounds.setdefault(moment["round"], []).append(moment["says"])
        few = len(one["moments"]) < MOST_STEPS  # then each is revealed by itself
        steps = [
            Step(f"{told['round'].capitalize()} {number}: {text}")
            for number, said in rounds.items()
            for text in (said if few else ["; ".join(said)])
        ]
        steps.append(Step(f"It ends in ‹{one['label']}›."))
        lead = f"The likeliest single history has a probability of {one['told']}."
        yield Question("history", "What is the likeliest way there?", lead, tuple(steps[-MOST:]))


def _accounts(compiled: Compiled, setting: Setting) -> Question | None:
    """How it ends on every account: no account is the base."""
    scenario = compiled.scenario
    if not scenario.accounts:
        return None
    steps: list[Step] = []
    for name in (*scenario.accounts, ""):
        ends = at_once(compiled, Setting(name, setting.values, setting.precision))["ends"]
        label = (scenario.accounts[name].label or spoken(name)) if name else AS_WRITTEN
        parts = tuple(
            (one["label"], one["probability"], one["colour"], one["told"])
            for one in ends
            if one["probability"]
        )
        steps.append(Step(label, parts=parts))
    lead = "No account is the base; each at its own nominal values."
    return Question("accounts", "Do the accounts agree?", lead, tuple(steps[:MOST_STEPS]))


def _claims(scenario: Scenario) -> Question | None:
    if not scenario.claims:
        return None
    lead = "In 64 combinations of the assumptions; shares describe the assumptions, not the world."
    return Question("claims", "Which claims follow from these premises?", lead, ())


def _limits() -> Question:
    steps = (
        Step("Whether the premises are true: an account is encoded here, not verified."),
        Step("What will happen: other assumptions give other figures."),
        Step("What anyone should do: payoffs are facts about premises, not advice."),
        Step("What nobody wrote down: other parties, moves and ends do not exist in this game."),
    )
    return Question("limits", "What can this not tell?", "", steps)

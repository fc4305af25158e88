"""A question at the desk: levers, aim and holders in; changes, who gains and loses, harm out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from offramp.core.errors import OfframpError
from offramp.presentation.records import as_json
from offramp.presentation.text.numbers import figure_of, percent, points
from offramp.study.offramps.proposals import AIMS, offramps
from offramp.study.offramps.records import OffRamp, OffRamps
from offramp.study.solving.labels import assumption_words, spoken, whose_premises
from offramp.web.live.games import Compiled
from offramp.web.live.setting import Setting

DRAWS, SEED = 32, 1
"""Combinations in which each change is tried again, and their seed."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Question:
    """What is asked; no levers or no holders named means all of them."""

    outcome: str
    at_least: float = 0.5
    levers: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


def choices_of(compiled: Compiled, setting: Setting) -> dict[str, Any]:
    """What can be chosen: levers with their holders, aims, parties; and whose premises hold."""
    scenario = compiled.scenario
    label = {name: one.label or spoken(name) for name, one in scenario.parties.items()}
    kinds = {one.kind for one in scenario.outcomes.values()}
    aims = [{"name": kind, "label": f"any {kind}"} for kind in AIMS if kind in kinds]
    aims += [
        {"name": name, "label": one.label or spoken(name)}
        for name, one in scenario.outcomes.items()
        if one.kind in AIMS
    ]
    levers = [
        {
            "name": name,
            "label": one.label or spoken(name),
            "about": one.about or "",
            "moves": assumption_words(scenario, one.parameter or one.switch or ""),
            "towards": one.towards or f"to {spoken(one.to or '')}",
            "limit": "" if one.limit is None else figure_of(float(one.limit)),
            "holders": [label.get(party, party) for party in one.held_by],
        }
        for name, one in scenario.levers.items()
    ]
    return {
        "whose": whose_premises(scenario, setting.account),
        "aims": aims,
        "levers": levers,
        "parties": [{"name": name, "label": told} for name, told in label.items()],
    }


def find_ramps(
    compiled: Compiled, setting: Setting, question: Question, progress: Progress | None = None
) -> dict[str, Any]:
    """Every change found by the rules of off-ramps, and the setting that tries it on the sliders.

    Raises OfframpError for an aim that is no agreement or ceasefire, and where no lever is left.
    """
    workspace, _ = compiled.telling(setting)
    scenario = workspace.scenario
    holders = set(question.holders) or set(scenario.parties)
    kept = {
        name: one
        for name, one in scenario.levers.items()
        if (not question.levers or name in question.levers) and set(one.held_by) <= holders
    }
    if not kept:
        raise OfframpError(
            "no lever is left by what was chosen",
            expected="at least one lever whose holders are all chosen",
            repair="choose more levers or more holders",
        )
    found = offramps(
        workspace.beside(scenario.model_copy(update={"levers": kept})),
        outcome=question.outcome,
        at_least=question.at_least,
        draws=DRAWS,
        seed=SEED,
        account=setting.account or None,
        progress=progress,
    )
    told = as_json(found)
    shown = [one for one in found.found if set(one.holders) <= holders]
    told["offramps"] = [_told(found, ramp, setting) for ramp in shown]
    told["nearest"] = None if found.nearest is None else _told(found, found.nearest, setting)
    told["frontier"] = [_frontier(found, i) for i in range(len(found.frontier))]
    return told


def _told(found: OffRamps, ramp: OffRamp, setting: Setting) -> dict[str, Any]:
    """One change with who gains and loses, what it does to war, and where it is tried."""
    return {
        "sentences": as_json(ramp)["sentences"],
        "what": _what(ramp),
        "holders": [ramp.labels.get(name, name) for name in ramp.holders],
        "before": percent(ramp.before),
        "after": percent(ramp.after),
        "danger": f"{percent(ramp.danger_before)} → {percent(ramp.danger_after)}",
        "danger_change": points(ramp.danger_after - ramp.danger_before),
        "effort": {
            ramp.labels.get(name, name): figure_of(one) for name, one in ramp.effort.items()
        },
        "gains": [
            {"party": ramp.labels.get(name, name), "gain": gain, "told": _signed(gain)}
            for name, gain in ramp.gains.items()
        ],
        "imposed": [ramp.labels.get(name, name) for name in ramp.imposed_on],
        "accounts": [
            {"label": found.account_labels.get(name, spoken(name)), "told": percent(value)}
            for name, value in ramp.accounts.items()
        ],
        "query": _tried(ramp, setting),
        "first_step": ramp.first_step,
    }


def _what(ramp: OffRamp) -> str:
    if not ramp.changes:
        return f"First step: {ramp.step_label}"
    return "; ".join(_moved(ramp))


def _moved(ramp: OffRamp) -> Iterator[str]:
    for one in ramp.changes:
        start = one.option(one.start) or figure_of(one.start)
        to = one.option(one.to) or figure_of(one.to)
        yield f"{one.label}: {one.called or spoken(one.parameter)} from {start} to {to}"


def _tried(ramp: OffRamp, setting: Setting) -> str | None:
    """The end of an address at which the change is made by hand; None of a first step."""
    if not ramp.changes:
        return None
    values = dict(setting.values)
    moves: dict[str, float] = {}
    for one in ramp.changes:
        if one.options:
            values[one.parameter] = one.option(one.to)
        else:
            moves[one.parameter] = moves.get(one.parameter, one.start) + one.to - one.start
    return Setting(setting.account, tuple(sorted((values | moves).items())), 1.0).query


def _frontier(found: OffRamps, place: int) -> dict[str, Any]:
    one = found.frontier[place]
    return {
        "holders": [found.labels.get(name, name) for name in one.holders],
        "effort": one.effort.tolist(),
        "probability": one.probability.tolist(),
    }


def _signed(value: float) -> str:
    told = figure_of(value, 2)
    return f"+{told}" if value > 0 else told

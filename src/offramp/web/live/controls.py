"""What can be moved by hand: sliders for ranges, buttons for switches and accounts, precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from offramp.expressions import Number
from offramp.presentation.premises import cited
from offramp.presentation.text.evidence import shown_passages
from offramp.presentation.text.numbers import figure_of, listed
from offramp.presentation.text.precisions import odds_words
from offramp.scenario import Assumption, Meaning, Scenario
from offramp.scenario.distributions import Distribution
from offramp.study.solving.labels import AS_WRITTEN, assumption_words, spoken
from offramp.study.solving.precisions import STAKE, odds_of
from offramp.web.live.games import Compiled
from offramp.web.live.setting import Setting

POSITIONS = 200
"""Positions of a slider between the ends of its range."""
FARTHEST = 0.01
"""Share of an endless range that is cut off at each end."""
SCALES = (0.25, 16.0)
"""The precisions are multiplied by a number between these."""


@dataclass(frozen=True)
class Control:
    """One assumption as it is moved by hand.

    ``kind`` is 'slider', 'choice' (some numbers only) or 'switch' (options). ``own`` is the value
    without the hand: on the account chosen, followers at what they follow from. ``fixed`` says
    that the account states it, and ``formula`` what it follows from.
    """

    name: str
    label: str
    kind: str
    own: float
    value: float
    moved: bool
    low: float
    high: float
    step: float
    options: tuple[str, ...]
    values: tuple[float, ...]
    unit: str
    note: str
    sources: tuple[dict[str, str], ...]
    passages: tuple[str, ...]
    """The words of transcripts that its sources point at."""
    formula: str
    range: str
    group: str
    line: int | None
    fixed: bool


def controls_of(compiled: Compiled, setting: Setting) -> dict[str, Any]:
    """Everything that can be moved, as the account of the setting has it, ready for JSON.

    Raises OfframpError for a setting that makes no game.
    """
    _, game = compiled.telling(setting)
    own = compiled.telling(Setting(setting.account))[1].whole
    as_written = {one.name: one.distribution for one in compiled.workspace.meaning().assumptions}
    here = dict(zip(game.nominal().names, game.nominal().values[0].tolist(), strict=True))
    nominal = compiled.telling(Setting(setting.account))[1].nominal()
    without = dict(zip(nominal.names, nominal.values[0].tolist(), strict=True))
    groups = _groups(compiled.scenario)
    found = [
        _control(own, one, as_written.get(one.name), without, here, setting, groups)
        for one in own.assumptions
        if not one.structural or one.path[0] == "switches"
    ]
    return {
        "controls": [asdict(one) for one in found if one.kind],
        "held": [asdict(one) for one in found if not one.kind],
        "accounts": list(_accounts(compiled.scenario, setting)),
        "precision": precision_control(compiled, setting),
    }


def precision_control(compiled: Compiled, setting: Setting) -> dict[str, Any]:
    """The factor on every precision, and what it means: odds for a stake, party by party."""
    _, game = compiled.telling(setting)
    row = game.tables(game.nominal()).precision[0] * setting.precision
    parties = compiled.scenario.parties
    odds = {
        name: odds_words(odds_of(float(one)), STAKE)
        for name, one in zip(game.meaning.parties, row, strict=True)
    }
    return {
        "low": SCALES[0],
        "high": SCALES[1],
        "value": setting.precision,
        "odds": [
            {"party": name, "label": parties[name].label or spoken(name), "says": says}
            for name, says in odds.items()
        ],
    }


def _groups(scenario: Scenario) -> Mapping[str, str]:
    """Parameter or switch to the mechanism that brought it."""
    return {
        name: record.label or spoken(key).capitalize()
        for key, record in scenario.mechanisms.items()
        for name in (*record.parameters, *record.switches)
    }


def _accounts(scenario: Scenario, setting: Setting) -> Iterator[dict[str, Any]]:
    if not scenario.accounts:
        return
    for name, account in scenario.accounts.items():
        yield {
            "name": name,
            "label": account.label or spoken(name),
            "about": account.about or "",
            "chosen": name == setting.account,
        }
    yield {"name": "", "label": AS_WRITTEN, "about": "", "chosen": not setting.account}


def _control(
    meaning: Meaning,
    one: Assumption,
    as_written: Distribution | None,
    without: Mapping[str, float],
    here: Mapping[str, float],
    setting: Setting,
    groups: Mapping[str, str],
) -> Control:
    spread = one.distribution or as_written
    own, value = without[one.name], here.get(one.name, without[one.name])
    low, high = ends_of(spread, own, value) if spread is not None else (own, own)
    kind, options = _kind(one, spread, high > low)
    formula = one.formula
    place = meaning.place(one.path)
    return Control(
        name=one.name,
        label=assumption_words(meaning.scenario, one.name),
        kind=kind,
        own=own,
        value=value,
        moved=one.name in setting.given,
        low=low,
        high=high,
        step=_step(low, high),
        options=options,
        values=tuple(sorted({*spread.arguments, own})) if kind == "choice" and spread else (),
        unit=one.unit or "",
        note=one.note or "",
        sources=tuple(_sources(meaning.scenario, one)),
        passages=tuple(map(str, shown_passages(meaning.scenario, one.source))),
        formula="" if formula is None or isinstance(formula, Number) else str(formula),
        range="" if one.distribution is None else _range_words(one, low, high),
        group=groups.get(one.name.partition("[")[0], ""),
        line=None if place is None else place.line,
        fixed=one.distribution is None and as_written is not None,
    )


def _kind(one: Assumption, spread: Distribution | None, wide: bool) -> tuple[str, tuple[str, ...]]:
    if one.options:
        return "switch", one.options
    if spread is None or not wide:
        return "", ()
    return ("choice" if spread.name == "choice" else "slider"), ()


def ends_of(spread: Distribution, *within: float) -> tuple[float, float]:
    """Ends of a slider: those of the range, or of 98 % of an endless one; ``within`` has room."""
    low, high = spread.bounds
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = map(float, spread.quantile(np.array([FARTHEST, 1 - FARTHEST])))
    return min(low, *within), max(high, *within)


def _step(low: float, high: float) -> float:
    """A round step of which about `POSITIONS` lie between the ends."""
    if not high > low:
        return 1.0
    exact = (high - low) / POSITIONS
    power = 10.0 ** math.floor(math.log10(exact))
    return next(power * k for k in (1.0, 2.0, 5.0, 10.0) if power * k >= exact * (1 - 1e-9))


def _range_words(one: Assumption, low: float, high: float) -> str:
    if one.options:
        return listed([spoken(option) for option in one.options], "or")
    return f"{figure_of(low)} to {figure_of(high)}"


def _sources(scenario: Scenario, one: Assumption) -> Iterator[dict[str, str]]:
    given = one.source
    if given is None:
        return
    for key, where in ({given: ""} if isinstance(given, str) else given).items():
        source = scenario.sources.get(key)
        yield {
            "key": key,
            "cited": cited(key, scenario),
            "where": str(where),
            "title": (source.title if source else None) or "",
            "note": (source.note if source else None) or "",
        }

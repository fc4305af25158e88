"""Findings made up from a scenario: right in shape and labels, random in numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import offramp
from offramp.analysis.results import assemble
from offramp.scenario import Scenario, read, understand
from offramp.study.histories.likeliest import Moment, StateOverTime, Story
from offramp.study.runs.effects import MechanismEffect
from offramp.study.runs.findings import Findings

LIBRARY = Path(offramp.__file__).parent / "library" / "scenarios"
ROUNDS = 18


def scenario_named(name: str) -> Scenario:
    return read(LIBRARY / f"{name}.yaml")


def findings_of(scenario: Scenario, draws: int = 200, seed: int = 5, failed: int = 0) -> Findings:
    """Findings of ``scenario`` with random numbers; no draws where ``draws`` is 0."""
    random = np.random.default_rng(seed)
    outcomes = [*scenario.outcomes, "unresolved"]
    base = np.append(random.dirichlet(np.full(len(outcomes) - 1, 1.4)), 0.0)
    parts = [_dataset(scenario, base, 1, random, 0)]
    if draws:
        parts.append(_dataset(scenario, base, draws, random, failed))
    likely = tuple(
        _story(scenario, name, 0.02 / (i + 1), random)
        for i, name in enumerate([*scenario.outcomes][:3])
    )
    return Findings(
        scenario=scenario,
        nominal=parts[0],
        draws=parts[1] if draws else None,
        histories=likely,
        history_by_outcome=tuple(
            _story(scenario, name, 0.004, random) for name in scenario.outcomes
        ),
        state_by_round=_states(scenario, random),
        mechanism_effects=_effects(scenario, draws, random),
        provenance={"created": "2026-02-01T12:00:00Z", "command": "offramp run scenario.yaml"},
    )


def _dataset(scenario: Scenario, base, draws: int, random, failed: int):
    meaning = understand(scenario)
    spread = 0.0 if draws == 1 else 1.0
    weights = base + 1e-6 + spread * random.gamma(1.2, 0.08, (draws, len(base)))
    weights[:, -1] = 0
    probability = weights / weights.sum(axis=1, keepdims=True)
    pace = np.clip(0.25 + spread * random.normal(0, 0.08, draws), 0.05, 0.9)
    ended = 1 - (1 - pace[:, None]) ** np.arange(1, ROUNDS + 1)
    moves = [f"{step.name}.{move}" for step in scenario.round for move in step.moves]
    parties = list(scenario.parties)
    ends = [
        f"{name}: {level}"
        for name, outcome in scenario.outcomes.items()
        if outcome.by
        for level in scenario.state[outcome.by].levels or ()
    ]
    status = np.full(draws, "solved", dtype="<U12")
    message = np.full(draws, "", dtype="<U80")
    status[:failed], message[:failed] = "stalled", "iteration stalled; a smaller precision helps"
    payoff = np.linspace(-0.4, 0.9, len(parties)) + spread * random.normal(
        0, 0.1, (draws, len(parties))
    )
    payoff[:failed], probability[:failed] = np.nan, np.nan
    values = {
        "probability": probability,
        "probability_by": probability[:, :1] * random.dirichlet(np.ones(max(1, len(ends))), draws),
        "by_round": probability[:, :, None] * ended[:, None, :],
        "payoff": payoff,
        "rounds": 1 / pace - 1,
        "move_uses": random.gamma(2, 0.5, (draws, len(moves))),
        "parameters": _parameters(meaning, draws, random),
        "residual": random.uniform(1e-14, 3e-12, draws),
        "regret": random.uniform(0, 0.02, (draws, len(parties))),
        "regret_bound": np.full((draws, len(parties)), 0.31),
        "several": (random.uniform(size=draws) < 0.02).astype(int) if draws > 1 else [0],
        "status": status,
        "message": message,
        "branch": np.array(["traced" if i % 8 == 0 else "continued" for i in range(draws)]),
        "uniqueness": np.array(["not refuted by 2 starts"] * draws),
    }
    labels = {
        "outcome": [*scenario.outcomes, "unresolved"],
        "party": parties,
        "package_end": ends,
        "move": moves,
        "parameter": [one.name for one in meaning.assumptions],
        "parameter_unit": [one.unit or "" for one in meaning.assumptions],
    }
    if not ends:
        del values["probability_by"]
    attrs = {"title": scenario.title, "scenario_hash": scenario.content_hash, "seed": 5}
    return assemble(values, labels, attrs)


def _parameters(meaning, draws: int, random) -> np.ndarray:
    columns = []
    for one in meaning.assumptions:
        middle = getattr(one.formula, "value", 0.5)
        if one.distribution is None or draws == 1:
            columns.append(np.full(draws, float(middle)))
        else:
            columns.append(one.distribution.quantile(random.uniform(size=draws)))
    return np.column_stack(columns) if columns else np.zeros((draws, 0))


def _story(scenario: Scenario, outcome: str, probability: float, random) -> Story:
    moments = []
    for number in (1, 2, 3, 3, 4):
        for step in scenario.round:
            name = list(step.moves)[0 if number < 3 else int(random.integers(len(step.moves)))]
            move = step.moves[name]
            by = "nature" if step.by == "nature" else scenario.parties[step.by].label or step.by
            words = move.label or name
            told = words if by == "nature" else f"{by}: {words}"
            moments.append(Moment(number, step.name, by, name, told))
    return Story(probability, outcome, tuple(moments))


def _states(scenario: Scenario, random) -> tuple[StateOverTime, ...]:
    found = []
    for variable in understand(scenario).variables:
        if variable.every_round or variable.high == variable.low:
            continue
        words = tuple(variable.word(n) for n in range(variable.low, variable.high + 1))
        going = 0.75 ** np.arange(ROUNDS)
        level = random.dirichlet(np.ones(len(words)), ROUNDS) * going[:, None]
        found.append(StateOverTime(variable.name, words, level))
    return tuple(found)


def _effects(scenario: Scenario, draws: int, random) -> tuple[MechanismEffect, ...]:
    return tuple(
        MechanismEffect(
            name,
            record.label or name,
            record.about or "",
            {str(kind): str(way) for kind, way in record.expects.items()},
            {kind: float(random.normal(0, 0.05)) for kind in (*record.expects, "stalemate")},
            {kind: float(random.integers(0, 65)) / 64 for kind in record.expects} if draws else {},
            64 if draws else 0,
            {},
        )
        for name, record in scenario.mechanisms.items()
        if record.off
    )

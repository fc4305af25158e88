"""What each mechanism does: outcomes with it against outcomes with it switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from offramp.analysis import absorb, outcome_probability
from offramp.game import Draws, Game, fix, is_connected
from offramp.scenario import off_values
from offramp.study.solving.experiment import Mixture, Progress, kind_probability, solve_all

NO_CHANGE = 1e-9


@dataclass(frozen=True)
class MechanismEffect:
    """One mechanism switched off, beside the direction that the library expects.

    ``change`` is the probability of each kind of outcome with the mechanism minus without
    it, at nominal values; ``share`` the share of solved draws in which an expected
    direction is found. One that is not ``connected`` changes neither rules nor numbers of the
    game: nothing reads what it adds, and there is no effect to speak of.
    """

    name: str
    label: str
    about: str
    expects: Mapping[str, str]
    change: Mapping[str, float]
    share: Mapping[str, float]
    draws: int
    off: Mapping[str, float]
    connected: bool = True

    def held(self, kind: str) -> bool:
        """Whether the outcome kind moves as the library expects, at nominal values."""
        return _agrees(self.change[kind], self.expects[kind])


def mechanism_effects(
    game: Game,
    draws: Draws | None,
    *,
    precision_scale: float = 1.0,
    progress: Progress | None = None,
) -> tuple[MechanismEffect, ...]:
    """The effect of every mechanism that has an off value, at nominal values and over draws."""
    switched = [name for name, record in game.scenario.mechanisms.items() if record.off]
    here = _Effects(game, precision_scale)
    at_nominal = here.kinds(game.nominal())
    over_draws = here.kinds(draws) if draws is not None else None
    effects: list[MechanismEffect] = []
    for done, name in enumerate(switched, 1):
        off = off_values(game.meaning, name)
        without = here.kinds(fix(game.meaning, game.nominal(), off))
        change = {kind: float(at_nominal[kind][0] - without[kind][0]) for kind in at_nominal}
        record = game.scenario.mechanisms[name]
        expects = {kind: way for kind, way in record.expects.items() if kind in change}
        share: dict[str, float] = {}
        if draws is not None and over_draws is not None and expects:
            apart = here.kinds(fix(game.meaning, draws, off))
            share = {
                kind: _share(over_draws[kind] - apart[kind], way) for kind, way in expects.items()
            }
        effects.append(
            MechanismEffect(
                name,
                record.label or name.replace("_", " "),
                record.about or "",
                expects,
                change,
                share,
                0 if draws is None else len(draws),
                off,
                is_connected(game, name),
            )
        )
        if progress is not None:
            progress("mechanisms switched off", done, len(switched))
    return tuple(effects)


@dataclass(frozen=True, eq=False)
class _Effects:
    game: Game
    precision_scale: float

    def kinds(self, draws: Draws) -> dict[str, np.ndarray]:
        found = solve_all(self.game, draws, precision_scale=self.precision_scale, starts=0)
        count = len(self.game.meaning.outcomes)
        probability = np.empty((len(draws), count + 1))
        parts = found.parts if isinstance(found, Mixture) else ((np.arange(len(draws)), found),)
        for rows, solved in parts:
            structure = solved.game.structure
            absorbed = absorb(structure, solved.strategy)
            probability[rows] = outcome_probability(structure, absorbed, count)
        return kind_probability(self.game, probability)


def _agrees(change: float, way: str) -> bool:
    return change > NO_CHANGE if way == "higher" else change < -NO_CHANGE


def _share(change: np.ndarray, way: str) -> float:
    there = change[np.isfinite(change)]
    if not len(there):
        return float("nan")
    return float(np.mean(there > NO_CHANGE if way == "higher" else there < -NO_CHANGE))

"""Crises of any size for the benchmarks: the rules of a library scenario, more or fewer levels.

Two parties bargain and escalate, a broker mediates and a patron restrains; nature may end it.
A crisis is `layered` where will and attention are only ever spent, so that it falls into many
components that are solved one after another, as most scenarios of the library do; it is `whole`
where they come back, so that nearly all of it is one component. `LAYERED` and `WHOLE` hold the
sizes by their order of magnitude in solved nodes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from offramp.game import Game, build
from offramp.game.structure import Structure, Tables
from offramp.scenario import read, with_values
from offramp.testing.random_games import assembled

if TYPE_CHECKING:
    from tests.peers.games import TurnGame

RULES = """
offramp: 1
title: A crisis for the benchmarks
parties:
  north: {{patience: "patience[north]", precision: precision}}
  south: {{patience: "patience[south]", precision: precision}}
  broker: {{patience: "patience[broker]", precision: precision}}
  patron: {{patience: "patience[patron]", precision: precision}}
parameters:
  precision: {{value: 20, range: "uniform(10, 20)"}}
  patience:
    each:
      north: {{value: {patience}, range: "uniform({lowest}, {highest})"}}
      south: {{value: {patience}, range: "uniform({lowest}, {highest})"}}
      broker: {{value: {patience}, range: "uniform({lowest}, {highest})"}}
      patron: {{value: {patience}, range: "uniform({lowest}, {highest})"}}
  toll:
    each:
      north: {{value: 0.02, range: "uniform(0.01, 0.04)"}}
      south: {{value: 0.03, range: "uniform(0.01, 0.05)"}}
      broker: {{value: 0.01, range: "uniform(0, 0.02)"}}
      patron: {{value: 0.01, range: "uniform(0, 0.02)"}}
  share: {{value: 0.5, range: "uniform(0.35, 0.65)"}}
  ruin: {{value: -1, range: "uniform(-1.5, -0.5)"}}
  reward: {{value: 0.4, range: "uniform(0.2, 0.6)"}}
  effort: {{value: 0.03, range: "uniform(0, 0.06)"}}
  slide: {{value: {slide}, range: "uniform({slide_low}, {slide_high})"}}
  freeze: {{value: {freeze}, range: "uniform({freeze_low}, {freeze_high})"}}
  quiet: {{value: {quiet}, range: "uniform({quiet_low}, {quiet_high})"}}
{odds}\
state:
  rung: {{range: [0, {rung}], start: 0}}
  trust: {{range: [0, {trust}], start: 0}}
  north_will: {{range: [0, {will}], start: {will}}}
  south_will: {{range: [0, {will}], start: {will}}}
  attention: {{range: [0, {attention}], start: {attention}}}
  table: {{levels: [empty, low, high], start: empty, scope: round}}
round:
  - name: propose
    by: north
    moves: {{hold: {{}}, low: {{then: {{table: low}}}}, high: {{then: {{table: high}}}}}}
  - name: answer
    by: south
    moves:
      accept: {{when: table != empty, end: settlement}}
      refuse: {{then: {{trust: "max(trust - 1, 0)"}}}}
      soothe: {{when: trust < {trust}, then: {{trust: trust + 1}}}}
  - name: mediate
    by: broker
    moves:
      wait: {{}}
      press:
        when: attention > 0
        pay: {{broker: -effort}}
        then: {{attention: attention - 1, trust: "min(trust + 1, {trust})"}}
  - name: act
    by: north
    moves:
      wait: {{}}
      climb:
        when: rung < {rung} and north_will > 0
        then: {{rung: rung + 1, north_will: north_will - 1}}
      step_down: {{when: rung > 0, then: {{rung: rung - 1}}}}
  - name: reply
    by: south
    moves:
      wait: {{}}
      climb:
        when: rung < {rung} and south_will > 0
        then: {{rung: rung + 1, south_will: south_will - 1}}
      step_down: {{when: rung > 0, then: {{rung: rung - 1}}}}
  - name: back
    by: patron
    moves:
      stand_by: {{}}
      restrain: {{when: rung > 0, pay: {{patron: -effort}}, then: {{rung: rung - 1}}}}
  - name: fortune
    by: nature
    moves:
      disaster: {{when: rung > 0, odds: slide * rung, end: disaster}}
      freeze: {{odds: freeze, end: frozen}}
{relief}
      nothing:
        odds: rest
        pay:
          north: quiet - toll[north] * rung
          south: quiet - toll[south] * rung
          broker: -toll[broker] * rung
          patron: -toll[patron] * rung
outcomes:
  settlement:
    kind: agreement
    by: table
    pay:
      north: "share + if(table == high, 0.2, -0.1) + 0.02 * trust"
      south: "1 - share - if(table == high, 0.2, -0.1) + 0.02 * trust"
      broker: reward
      patron: reward / 2 + 0.05 * trust
  frozen: {{kind: stalemate, pay: {{north: 0.1, south: 0.1, broker: 0, patron: 0.1}}}}
  disaster: {{kind: war, pay: {{north: ruin, south: ruin, broker: ruin / 2, patron: ruin / 2}}}}
rounds: unlimited
"""
ODDS = """\
  relief: {value: 0.3, range: "uniform(0.1, 0.5)"}
"""
RELIEF = """\
      relief:
        odds: relief
        then:
          north_will: "min(north_will + 1, {will})"
          south_will: "min(south_will + 1, {will})"
          attention: "min(attention + 1, {attention})"
"""


class Size(NamedTuple):
    """Highest level of each variable, from 0."""

    rung: int
    trust: int
    will: int
    attention: int


LAYERED = {3: Size(2, 4, 1, 2), 4: Size(4, 3, 4, 2), 5: Size(4, 4, 9, 4), 6: Size(5, 5, 18, 8)}
WHOLE = {3: Size(2, 4, 1, 1), 4: Size(3, 3, 4, 2), 5: Size(4, 4, 9, 4), 6: Size(5, 5, 18, 8)}


def crisis_text(
    size: Size, *, whole: bool = False, patience: float = 0.95, lasting: float = 0.45
) -> str:
    """The scenario in words.

    ``lasting`` is what going on in quiet for ever is worth to the two who bargain; agreement is
    worth about half a unit to each, so that more of it makes play absorb slowly. Nature's odds
    of ending it are of the order of 1 - ``patience``.
    """
    spread, quiet, ends = (1 - patience) / 2, lasting * (1 - patience), 20 * (1 - patience)
    return RULES.format(
        **size._asdict(),
        patience=patience,
        lowest=round(patience - spread, 6),
        highest=round(patience + spread, 6),
        slide=0.02 * ends,
        slide_low=0.01 * ends,
        slide_high=0.04 * ends,
        freeze=0.02 * ends,
        freeze_low=0.01 * ends,
        freeze_high=0.03 * ends,
        quiet=quiet,
        quiet_low=0.9 * quiet,
        quiet_high=1.1 * quiet,
        relief=RELIEF.format(**size._asdict()) if whole else "",
        odds=ODDS if whole else "",
    )


@lru_cache(maxsize=4)
def crisis(
    size: Size, *, whole: bool = False, patience: float = 0.95, lasting: float = 0.45
) -> Game:
    """The game of ``crisis_text``."""
    return build(read(crisis_text(size, whole=whole, patience=patience, lasting=lasting)))


def settled_game(name: str) -> Game:
    """The game of a text, with every switch at its last option: one game for all draws."""
    scenario = read(name)
    return build(
        with_values(scenario, {k: one.options[-1] for k, one in scenario.switches.items()})
    )


def as_arrays(game: TurnGame, precision: float = 3.0) -> tuple[Structure, Tables]:
    """A turn-based game as a structure: its states in order, then a node of nature for each move.

    A state's node belongs to its owner; what a move pays is paid on its edge, and nature's draw
    of the next state ends the round.
    """
    states, parties = game.states, game.pay.shape[2]
    rows = [(s, m) for s, moves in enumerate(game.moves) for m in range(moves)]
    reached = [np.flatnonzero(game.odds[row]) for row in rows]
    moves, ways = np.array(game.moves), np.array([len(after) for after in reached])
    nature = np.concatenate([np.zeros(len(rows), bool), np.ones(ways.sum(), bool)])
    structure = assembled(
        np.concatenate([game.owner, np.full(len(rows), -1)]),
        np.concatenate([[0], np.cumsum(np.concatenate([moves, ways]))]),
        np.concatenate([states + np.arange(len(rows)), *reached]),
        turns=nature,
        at_end=np.zeros(len(nature), bool),
        pay_class=np.concatenate([1 + np.arange(len(rows)), np.zeros(ways.sum(), int)]),
        step=np.concatenate([np.zeros(states, int), np.ones(len(rows), int)]).astype(np.int16),
        sizes=(parties, 1, 0),
    )
    pay = np.concatenate([np.zeros((1, parties)), [game.pay[row] for row in rows]])
    odds = np.concatenate([game.odds[row][after] for row, after in zip(rows, reached, strict=True)])
    return structure, Tables(
        pay=pay[None],
        odds=odds[None],
        end_pay=np.zeros((1, 1, parties)),
        patience=np.array(game.patience)[None],
        precision=np.full((1, parties), precision),
        entropy=False,
    )

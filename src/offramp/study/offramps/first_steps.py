"""First steps: one move of one party, made the first time that it is open, that changes the rest.

Counted are the moves that the first round may offer beside others and that are no act of
force. A step raises another party's harm if it pays such a party at once a negative amount
that is less than what its turn pays it as played now; or if, with the same moves after it as
after what else would be done, war and catastrophe become likelier or the others' losses
greater, within two rounds or over the whole crisis (see `side_by_side`). An escalation that
takes its time is one too, and so is one whose price others pay at their own turns, unless
they give in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.game import Game, intervene
from offramp.scenario import Intervention
from offramp.study.offramps.levers import EQUAL, Harm
from offramp.study.offramps.unmoved import SideBySide, idle_moves
from offramp.study.solving.labels import spoken
from offramp.study.solving.variation import Bench, bench_of
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
ROUNDS = (2, 5000)
"""Rounds over which the same moves are followed after a step: at first, and in all."""


@dataclass(frozen=True, eq=False)
class FirstStep:
    """A move made the first time that its step offers it, on a bench of its own.

    ``name`` reads 'north.act = wait'; ``ends`` says that the move itself ends the crisis,
    ``idle`` that it changes nothing in the state.
    """

    name: str
    label: str
    party: int
    ends: bool
    idle: bool
    bench: Bench
    commitment: Intervention


def find_first_steps(bench: Bench, workspace: Workspace) -> Iterator[FirstStep]:
    """Every first step of a game, each with the game that it makes."""
    game = bench.game
    for step, move in _open_at_first(game):
        meaning = game.meaning.steps[step]
        words = game.scenario.round[step]
        name = meaning.moves[move].name
        if words.moves[name].force or meaning.mover < 0:
            continue
        party = game.meaning.parties[meaning.mover]
        who = game.scenario.parties[party].label or spoken(party)
        commitment = Intervention("do", step, move, once=True)
        changed = intervene(game.whole, [commitment])
        yield FirstStep(
            f"{party}.{meaning.name} = {name}",
            f"{who}: {words.moves[name].label or spoken(name)}",
            meaning.mover,
            meaning.moves[move].end is not None,
            move in idle_moves(game, step),
            bench_of(workspace.build(changed.meaning, changed.watched), bench.aim),
            commitment,
        )


def step_harms(bench: Bench, first: FirstStep) -> Harm | None:
    """Why a first step raises another party's harm; None where it does not."""
    solved = bench.nominal
    if solved.equilibria.status[0] != "solved":
        return None
    strategy = solved.strategy
    paid = _paid_less(bench.game, first, strategy[0], solved.tables.pay[0])
    if paid:
        return Harm("cost", paid)
    if first.idle:
        return None
    pair = SideBySide(
        bench,
        first.commitment.step or 0,
        first.commitment.move or 0,
        strategy[0],
        solved.tables.pay[0],
        solved.tables.patience[0],
    )
    for rounds in ROUNDS:
        pair.follow(rounds)
        if pair.danger[0] > pair.danger[1] + EQUAL:
            return Harm("danger")
        worse = pair.losses[0] < pair.losses[1] - EQUAL
        worse[first.party] = False
        if worse.any() and not first.ends:
            return Harm("losses", _labels(bench.game, worse))
    return None


def _open_at_first(game: Game) -> list[tuple[int, int]]:
    """(step, move) that some node of the first round offers beside others, in order."""
    structure = game.structure
    near, waiting = {structure.start}, [structure.start]
    offered: set[int] = set()
    while waiting:
        node = waiting.pop()
        edges = np.arange(structure.first[node], structure.first[node + 1])
        if len(edges) > 1:
            offered |= set(game.edge_move[edges].tolist())
        for edge in edges:
            goal = int(structure.target[edge])
            if goal >= 0 and not structure.turns[edge] and goal not in near:
                near.add(goal)
                waiting.append(goal)
    pairs = [(s, m) for s, step in enumerate(game.meaning.steps) for m in range(len(step.moves))]
    return [pairs[number] for number in sorted(offered) if number < len(pairs)]


def _paid_less(game: Game, first: FirstStep, strategy: Array, pay: Array) -> tuple[str, ...]:
    """Labels of the other parties whom the move costs more than the step does now."""
    structure, move = game.structure, first.commitment.move or 0
    step = first.commitment.step or 0
    number = sum(len(one.moves) for one in game.meaning.steps[:step]) + move
    hurt = np.zeros(structure.parties, np.bool_)
    for node in np.flatnonzero(structure.step == step):
        edges = np.arange(structure.first[node], structure.first[node + 1])
        paid = pay[structure.pay_class[edges]]
        chosen = paid[game.edge_move[edges] == number]
        if len(chosen):
            hurt |= chosen[0] < np.minimum(0.0, strategy[edges] @ paid) - EQUAL
    hurt[first.party] = False
    return _labels(game, hurt)


def _labels(game: Game, which: NDArray[np.bool_]) -> tuple[str, ...]:
    names = [game.meaning.parties[i] for i in np.flatnonzero(which)]
    return tuple(game.scenario.parties[name].label or spoken(name) for name in names)

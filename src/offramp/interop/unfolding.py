"""From a game tree of a file to the arrays that the solvers take."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.interop.recall import require_recall
from offramp.interop.tokens import FormatError
from offramp.interop.trees import CHANCE, NONE, ExtensiveGame


def structure_of(game: ExtensiveGame) -> Structure:
    """The shape of a tree: its inner nodes in order, ends as terminals, one round.

    Terminals are ends in the order of the file, and their outcome is ``outcomes``' index, or one
    more than the last where nothing is paid. A FormatError where somebody forgets.
    """
    require_recall(game)
    inner = game.inner
    sets = [game.nodes[n].infoset for n in inner]
    mover = [CHANCE if i == NONE else game.infosets[i].player for i in sets]
    target, source, ends, outcomes = _edges(game)
    first = first_edges(game)
    return Structure(
        mover=np.array(mover),
        first=first,
        target=np.array(target),
        turns=np.zeros(len(target), bool),
        pay_class=np.array(
            [
                _outcome(game, inner[k]) if len(game.nodes) > 1 else len(game.outcomes)
                for k in source
            ]
        ),
        odds_class=_odds_classes(game, sets, source, first),
        step=_steps(target, source, len(inner)),
        start=0,
        parties=len(game.players),
        terminals=ends,
        order=np.arange(len(inner))[::-1],
        component=np.arange(len(inner) + 1),
        cyclic=np.zeros(len(inner), bool),
        limit=1,
        terminal_outcome=np.array(outcomes),
        terminal_by=np.full(ends, -1),
        at_end_edge=np.zeros(len(target), bool),
        infoset=_hidden(game, sets),
    )


def tables_of(game: ExtensiveGame) -> Tables:
    """The numbers of a tree: one draw, no discounting, precision 1 for everybody.

    An outcome on the way is paid by whatever is chosen there.
    """
    parties = len(game.players)
    pay = np.zeros((1, len(game.outcomes) + 1, parties))
    for i, outcome in enumerate(game.outcomes):
        pay[0, i] = [_finite(value, outcome.label) for value in outcome.payoffs]
    odds = [float(p) for one in game.infosets if one.player == CHANCE for p in one.odds]
    end_pay = pay[:, [_outcome(game, n) for n, one in enumerate(game.nodes) if one.infoset == NONE]]
    return Tables(
        pay=pay,
        odds=np.array([odds or [1.0]]),
        end_pay=end_pay,
        patience=np.ones((1, parties)),
        precision=np.ones((1, parties)),
    )


def first_edges(game: ExtensiveGame) -> NDArray[np.int64]:
    """(inner node + 1,) number of the first edge of every inner node; a lone end has one edge."""
    counts = [len(game.children[node]) for node in game.inner] if len(game.nodes) > 1 else [1]
    return np.concatenate([[0], np.cumsum(counts)])


def edge_slices(game: ExtensiveGame) -> list[tuple[int, int, int]]:
    """For every information set of a player in order: it, and the edges of its first node."""
    first = first_edges(game)
    spot = {node: k for k, node in enumerate(game.inner)}
    return [
        (i, int(first[spot[game.members[i][0]]]), int(first[spot[game.members[i][0]] + 1]))
        for i in game.decisions
        if game.members[i]
    ]


def _edges(game: ExtensiveGame) -> tuple[list[int], list[int], int, list[int]]:
    """Target and source of every edge, the number of ends, and the outcome of each."""
    spot = {node: k for k, node in enumerate(game.inner)}
    ends = {}
    for node, record in enumerate(game.nodes):
        if record.infoset == NONE:
            ends[node] = len(ends)
    outcomes = [_outcome(game, node) for node in ends]
    if len(game.nodes) == 1:
        return [-1], [0], 1, outcomes
    target, source = [], []
    for k, node in enumerate(game.inner):
        for child in game.children[node]:
            target.append(spot[child] if child in spot else -ends[child] - 1)
            source.append(k)
    return target, source, len(ends), outcomes


def _outcome(game: ExtensiveGame, node: int) -> int:
    outcome = game.nodes[node].outcome
    return len(game.outcomes) if outcome == NONE else outcome


def _odds_classes(game: ExtensiveGame, sets: list[int], source: list[int], first: np.ndarray):
    """Row of the odds of every edge of chance; the odds of one information set are shared."""
    begin, count = {}, 0
    for i, one in enumerate(game.infosets):
        if one.player == CHANCE:
            begin[i] = count
            count += len(one.odds)
    base = np.array([begin.get(i, 0 if i == NONE else -1) for i in sets])
    owner = np.array(source)
    return np.where(base[owner] < 0, -1, base[owner] + np.arange(len(source)) - first[owner])


def _steps(target: list[int], source: list[int], nodes: int):
    step = np.zeros(nodes, np.int16)
    for one, other in zip(target, source, strict=True):
        if one >= 0:
            step[one] = step[other] + 1
    return step


def _hidden(game: ExtensiveGame, sets: list[int]):
    """Number of the information set of every inner node, -1 where its mover knows it."""
    shared = [i for i in game.decisions if len(game.members[i]) > 1]
    number = {i: k for k, i in enumerate(shared)}
    return np.array([number.get(i, -1) for i in sets])


def _finite(value: Fraction, label: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise FormatError(
            f"a payoff of outcome '{label}' that is too large", expected="a number below 1e308"
        ) from None

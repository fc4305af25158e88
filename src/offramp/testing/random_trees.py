"""Random trees with private types and unseen steps, and the game of signals in a crisis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.testing.random_information import _Draft, random_tables


def random_tree(
    seed: int,
    *,
    types: tuple[int, ...] = (2, 2),
    steps: int = 3,
    rounds: int = 1,
    moves: int = 2,
    ending: float = 0.2,
    unseen: float = 0.4,
    nature: float = 0.2,
    draws: int = 1,
    precision: tuple[float, float] = (0.5, 5.0),
    patience: tuple[float, float] = (0.6, 1.0),
    entropy: bool = False,
) -> tuple[Structure, Tables]:
    """A random tree of ``rounds`` rounds; party j has ``types[j]`` types that it alone knows.

    Every step has up to ``moves`` moves and a mover, nature with probability ``nature``; moves
    of others at earlier steps of the round are unseen with probability ``unseen`` (nobody
    forgets what it saw). A move ends play with probability ``ending``. Pays lie in [-1, 1].
    """
    rng = np.random.default_rng(seed)
    parties = len(types)
    mover = np.where(rng.random(steps) < nature, -1, rng.integers(0, parties, steps))
    mover[:2] = rng.permutation(parties)[:2]
    hidden = _unseen(rng, mover, unseen)
    width = rng.integers(2, moves + 1, steps)
    draft = _Draft()
    drawing = [party for party in range(parties) if types[party] > 1]
    frontier: list[tuple[int, tuple[int, ...]]] = [
        (draft.node(_mover(0, drawing, mover), 0, None), ())
    ]
    total = len(drawing) + rounds * steps
    while frontier:
        node, history = frontier.pop(0)
        depth = len(history)
        place = (depth - len(drawing)) % steps
        count = types[drawing[depth]] if depth < len(drawing) else int(width[place])
        last = depth >= len(drawing) and place == steps - 1
        for move in range(count):
            pay = int(rng.integers(0, 200))
            ends = depth >= len(drawing) and rng.random() < ending
            if ends or depth + 1 == total:
                edge = (-1 - int(rng.integers(0, 4 * parties)), last and not ends, pay)
            else:
                after = (*history, move)
                who = _mover(depth + 1, drawing, mover)
                key = _memory(after, who, drawing, hidden)
                child = draft.node(who, depth + 1, key)
                frontier.append((child, after))
                edge = (child, last, pay)
            draft.edges[node].append(edge)
    structure = draft.finish(parties, 4 * parties, limit=rounds)
    return structure, random_tables(rng, structure, draws, precision, patience, entropy)


def _unseen(rng: np.random.Generator, mover: NDArray, share: float) -> list[set[int]]:
    """For every step of a round, the earlier ones unseen by its mover."""
    hidden: list[set[int]] = []
    for step, party in enumerate(mover):
        chosen = {k for k in range(step) if mover[k] != party and rng.random() < share}
        for earlier in range(step):
            if mover[earlier] == party:
                chosen = {k for k in chosen if k >= earlier or k in hidden[earlier]}
        hidden.append(chosen)
    return hidden


def _mover(depth: int, drawing: list[int], mover: NDArray) -> int:
    """Who moves at a depth of the tree: nature draws the types first."""
    return -1 if depth < len(drawing) else int(mover[(depth - len(drawing)) % len(mover)])


def _memory(
    history: tuple[int, ...], who: int, drawing: list[int], hidden: list[set[int]]
) -> tuple[object, ...] | None:
    """What a party knows after a history: its type, and the moves it has seen."""
    if who < 0:
        return None
    begin, steps = len(drawing), len(hidden)
    place = (len(history) - begin) % steps
    round_begins = len(history) - place
    kind = tuple(history[k] for k, party in enumerate(drawing) if party == who)
    seen = tuple(
        move
        for k, move in enumerate(history)
        if k >= begin and (k < round_begins or k - round_begins not in hidden[place])
    )
    return (who, len(history), kind, seen)


def signalling_game(types_a: int, types_b: int) -> Structure:
    """A challenges or not, B resists or concedes, A stands firm or backs down; own types known.

    Terminals: status quo, concession, then backing down by type of A, then standing firm by
    type of A and type of B. Edges of nature: types of A, then (same odds everywhere) of B.
    """
    draft = _Draft()
    root = draft.node(-1, 0, None)
    for a in range(types_a):
        chance = draft.node(-1, 1, None)
        draft.edges[root].append((chance, False, 0))
        for b in range(types_b):
            challenge = draft.node(0, 2, ("challenge", a))
            resist = draft.node(1, 3, ("resist", b))
            firm = draft.node(0, 4, ("firm", a))
            draft.edges[chance].append((challenge, False, 0))
            draft.edges[challenge] += [(-1, False, 0), (resist, False, 0)]
            draft.edges[resist] += [(-2, False, 0), (firm, False, 0)]
            stands = -3 - types_a - a * types_b - b
            draft.edges[firm] += [(-3 - a, False, 0), (stands, False, 0)]
    return draft.finish(2, 2 + types_a + types_a * types_b, limit=1)


def signalling_tables(
    precision: float,
    odds_a: NDArray,
    odds_b: NDArray,
    war_a: NDArray,
    back_a: NDArray,
    war_b: NDArray,
    *,
    worth: float = 1.0,
    conceded: float = 0.0,
    bluff: float = 1.0,
) -> Tables:
    """One draw for ``signalling_game``: ``worth`` to A and ``conceded`` to B of a concession,
    ``war_a`` and ``back_a`` by type of A, ``war_b`` by type of B, ``bluff`` to B if A backs down.
    """
    types_a, types_b = len(odds_a), len(odds_b)
    end = np.zeros((1, 2 + types_a + types_a * types_b, 2))
    end[0, 1] = worth, conceded
    end[0, 2 : 2 + types_a, 0], end[0, 2 : 2 + types_a, 1] = back_a, bluff
    end[0, 2 + types_a :, 0] = np.repeat(war_a, types_b)
    end[0, 2 + types_a :, 1] = np.tile(war_b, types_a)
    return Tables(
        pay=np.zeros((1, 1, 2)),
        odds=np.concatenate([odds_a, np.tile(odds_b, types_a)])[None, :],
        end_pay=end,
        patience=np.ones((1, 2)),
        precision=np.full((1, 2), precision),
    )

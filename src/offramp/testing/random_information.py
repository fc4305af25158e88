"""Random games with steps that later movers have not seen, and a haggle with hidden types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.testing.random_games import Ranges, assembled, filled


@dataclass
class _Draft:
    """A structure while it is written down: one list entry for each node and edge."""

    mover: list[int] = field(default_factory=list)
    step: list[int] = field(default_factory=list)
    infoset: list[int] = field(default_factory=list)
    edges: list[list[tuple[int, bool, int]]] = field(default_factory=list)
    """By node: (target, turns, pay class)."""
    keys: dict[tuple[object, ...], int] = field(default_factory=dict)

    def node(self, mover: int, step: int, key: tuple[object, ...] | None) -> int:
        """A new node; nodes with equal keys form an information set."""
        self.mover.append(mover)
        self.step.append(step)
        self.infoset.append(-1 if key is None else self.keys.setdefault(key, len(self.keys)))
        self.edges.append([])
        return len(self.mover) - 1

    def finish(self, parties: int, terminals: int, limit: int = 0) -> Structure:
        """The structure; information sets of one node are taken off."""
        count = [len(edges) for edges in self.edges]
        flat = [edge for edges in self.edges for edge in edges]
        target = np.array([edge[0] for edge in flat])
        turns = np.array([edge[1] for edge in flat])
        mover, infoset = np.array(self.mover, np.int16), np.array(self.infoset)
        size = np.bincount(infoset[infoset >= 0], minlength=max(1, len(self.keys)))
        alone = (infoset >= 0) & (size[np.maximum(infoset, 0)] == 1)
        return assembled(
            mover,
            np.concatenate([[0], np.cumsum(count)]),
            target,
            turns=turns,
            at_end=turns & (target < 0),
            pay_class=np.array([edge[2] for edge in flat]),
            step=np.array(self.step, np.int16),
            sizes=(parties, terminals, limit),
            infoset=np.where(alone, -1, infoset),
        )


def random_unseen_game(
    seed: int,
    *,
    heads: int = 3,
    steps: int = 3,
    parties: int = 2,
    moves: int = 2,
    terminals: int = 4,
    ending: float = 0.2,
    unseen: float = 0.6,
    nature: float = 0.2,
    levels: int = 1,
    draws: int = 1,
    **numbers: Unpack[Ranges],
) -> tuple[Structure, Tables]:
    """A random unlimited game whose rounds are small trees with information sets.

    Every round starts at one of ``heads`` states (on each of ``levels``, which play only
    climbs) in public; each step's mover has not seen the moves of each earlier step of others
    with probability ``unseen``, as far as perfect recall allows. An edge ends play with
    probability ``ending``, steps are nature's with probability ``nature``. Pays of ends lie in
    [-1, 1], those on the way in a tenth of that.
    """
    rng = np.random.default_rng(seed)
    mover = rng.integers(0, parties, steps)
    mover[rng.random(steps) < nature] = -1
    if (mover < 0).all():
        mover[0] = 0
    width = rng.integers(2, moves + 1, steps)
    hidden = _hide(rng, mover, unseen)
    if not any(hidden):
        mover[:2] = 0, 1
        hidden = _hide(rng, mover, unseen)
        hidden[1] = {0}
    draft = _Draft()
    for _ in range(heads * levels):
        draft.node(int(mover[0]), 0, None)
    for head in range(heads * levels):
        _grow(rng, draft, head, heads, levels, mover, width, hidden, terminals, ending)
    structure = _reachable(draft).finish(parties, terminals)
    precision = numbers.get("precision", (0.5, 6.0))
    patience = numbers.get("patience", (0.6, 0.95))
    entropy = numbers.get("entropy", False)
    return structure, random_tables(rng, structure, draws, precision, patience, entropy)


def _hide(rng: np.random.Generator, mover: NDArray, unseen: float) -> list[set[int]]:
    """For every step the earlier ones that its mover has not seen; nobody forgets."""
    hidden: list[set[int]] = []
    for step, party in enumerate(mover):
        mine = {k for k in range(step) if party >= 0 and mover[k] != party}
        chosen = {k for k in mine if rng.random() < unseen}
        for earlier in range(step):
            if mover[earlier] == party:
                chosen = {k for k in chosen if k >= earlier or k in hidden[earlier]}
        hidden.append(chosen)
    return hidden


def _grow(
    rng: np.random.Generator,
    draft: _Draft,
    head: int,
    heads: int,
    levels: int,
    mover: NDArray,
    width: NDArray,
    hidden: list[set[int]],
    terminals: int,
    ending: float,
) -> None:
    """Write down the tree of one round."""
    level, steps = head // heads, len(mover)
    frontier: list[tuple[int, tuple[int, ...]]] = [(head, ())]
    while frontier:
        node, history = frontier.pop(0)
        step = len(history)
        for move in range(width[step]):
            pay = int(rng.integers(0, 200))
            if rng.random() < ending and (head or step == steps - 1):
                edge = (-1 - int(rng.integers(0, terminals)), False, pay)
            elif step == steps - 1:
                onto = min(level + int(rng.random() < 0.3), levels - 1)
                edge = (onto * heads + int(rng.integers(0, heads)), True, pay)
            else:
                after = (*history, move)
                seen = tuple(m for k, m in enumerate(after) if k not in hidden[step + 1])
                key = None if mover[step + 1] < 0 else (head, step + 1, seen)
                child = draft.node(int(mover[step + 1]), step + 1, key)
                frontier.append((child, after))
                edge = (child, False, pay)
            draft.edges[node].append(edge)


def _reachable(draft: _Draft) -> _Draft:
    """The draft without what play cannot reach."""
    seen, stack = {0}, [0]
    while stack:
        for target, _, _ in draft.edges[stack.pop()]:
            if target >= 0 and target not in seen:
                seen.add(target)
                stack.append(target)
    keep = sorted(seen)
    index = {old: new for new, old in enumerate(keep)}
    return _Draft(
        mover=[draft.mover[k] for k in keep],
        step=[draft.step[k] for k in keep],
        infoset=[draft.infoset[k] for k in keep],
        edges=[
            [(index[t] if t >= 0 else t, turns, pay) for t, turns, pay in draft.edges[k]]
            for k in keep
        ],
        keys=draft.keys,
    )


def random_tables(
    rng: np.random.Generator,
    structure: Structure,
    draws: int,
    precision: tuple[float, float],
    patience: tuple[float, float],
    entropy: bool = False,
) -> Tables:
    """Random numbers for a structure: pays in [-0.1, 0.1] on the way, in [-1, 1] at the end."""
    odds = int(structure.odds_class.max(initial=-1)) + 1
    weight = rng.random((draws, odds)) + 0.05
    return filled(rng, structure, weight, precision, patience, entropy)


def haggle(
    offers: int = 11,
    rounds: int = 3,
    *,
    types: int = 2,
    informed: int = 1,
    precision: float = 10.0,
    patience: float = 0.9,
    fight: tuple[float, ...] = (0.1, 0.4),
    draws: int = 1,
) -> tuple[Structure, Tables]:
    """Alternating offers over a pie of 1, with ``types`` of the ``informed`` party.

    Party 0 offers first; a refusal ends a round, the last one ends in a fight that is worth
    ``fight`` to the informed party's type and 0.2 to the other. Types are equally likely, and
    known to the informed party only; with one type everything is seen. Draws after the first
    differ slightly in what the ends pay.
    """
    draft = _Draft()
    root = draft.node(-1, 0, None) if types > 1 else -1
    shares = np.linspace(0.0, 1.0, offers)
    for kind in range(types):
        _haggle_on(draft, root, kind, (), offers, rounds, informed)
    structure = draft.finish(2, types + offers, limit=0)
    end = np.zeros((draws, types + offers, 2))
    end[:, :offers, 0], end[:, :offers, 1] = shares, 1.0 - shares
    for kind in range(types):
        end[:, offers + kind, informed], end[:, offers + kind, 1 - informed] = fight[kind], 0.2
    end *= 1.0 + 0.01 * np.arange(draws)[:, None, None]
    tables = Tables(
        pay=np.zeros((draws, 1, 2)),
        odds=np.full((draws, types if types > 1 else 0), 1.0 / types),
        end_pay=end,
        patience=np.full((draws, 2), patience),
        precision=np.full((draws, 2), precision),
    )
    return structure, tables


def _haggle_on(
    draft: _Draft,
    before: int,
    kind: int,
    past: tuple[int, ...],
    offers: int,
    rounds: int,
    informed: int,
) -> None:
    """Write down the game after the offers ``past``, all of which were refused."""
    turn, base = len(past), 1 if before >= 0 else 0
    proposer = turn % 2
    known = (kind,) if proposer == informed else ()
    node = draft.node(proposer, base + 2 * turn, ("offer", past, *known))
    if before >= 0:
        draft.edges[before].append((node, turn > 0, 0))
    for offer in range(offers):
        known = (kind,) if proposer != informed else ()
        reply = draft.node(1 - proposer, base + 2 * turn + 1, ("reply", past, offer, *known))
        draft.edges[node].append((reply, False, 0))
        draft.edges[reply].append((-1 - offer, False, 0))
        if turn + 1 < rounds:
            _haggle_on(draft, reply, kind, (*past, offer), offers, rounds, informed)
        else:
            draft.edges[reply].append((-1 - offers - kind, True, 0))

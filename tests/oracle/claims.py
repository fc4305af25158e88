"""A slow, obvious reading of quantities under interventions: states in dictionaries.

Written from the language's description, on the yardstick's explorer. Commitments filter what
a step offers in a state; `once` is one more number of the state; a deviation is a policy in
the deviated game, looked up by the state that the game without it would be in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .naive import Edge, Explorer, Scenario, Scope, integer, load, look_up, parsed, value_of
from .play import Play, Solved, discounted, solve_limited, solve_unlimited


@dataclass(frozen=True)
class Change:
    """One intervention: ``kind`` is do, bar, deviate or surprise."""

    kind: str
    party: str
    step: str
    move: str
    once: bool = False
    when: str | None = None

    @property
    def deviating(self) -> bool:
        """Whether nobody responds to it."""
        return self.kind in ("deviate", "surprise")

    @property
    def passes(self) -> bool:
        """Whether it holds the first time only."""
        return self.once or self.kind == "surprise"

    def __str__(self) -> str:
        more = ", once" * self.once + (f", when {self.when}" if self.when else "")
        return f"{self.kind}({self.party}.{self.step} = {self.move}{more})"


Spot = tuple[Any, tuple[int, ...]]  # a node of the yardstick, and which `once` have passed


@dataclass
class Ground:
    """A game under some changes, explored: its spots, and what each offers."""

    game: Scenario
    explorer: Explorer
    changes: list[Change]
    offers: dict[Spot, list[tuple[Edge, tuple[int, ...]]]]
    forced: dict[Spot, bool]  # whether a deviation left one of several moves


def explored(
    text: str, changes: list[Change], values: dict[str, float], begun: dict[str, int] | None = None
) -> Ground:
    """Everything that can be reached from the start, or from where it is ``begun``."""
    game = load(text)
    begun = begun or {}
    for name, value in values.items():
        assert name in game.numbers, "the yardstick sets single numbers that no formula reads"
        game.numbers[name] = value
    ground = Ground(game, Explorer(game), changes, {}, {})
    start = (min(game.limit, 1), 0, tuple(begun.get(v.name, v.start) for v in game.variables))
    waiting: deque[Spot] = deque([(start, (0,) * len(changes))])
    known = set(waiting)
    while waiting:
        spot = waiting.popleft()
        ground.offers[spot] = offered(ground, spot)
        for edge, flags in ground.offers[spot]:
            if edge.node is not None and (edge.node, flags) not in known:
                known.add((edge.node, flags))
                waiting.append((edge.node, flags))
    return ground


def offered(ground: Ground, spot: Spot) -> list[tuple[Edge, tuple[int, ...]]]:
    """What is left of a step's moves, and the flags afterwards."""
    node, flags = spot
    edges, after = ground.explorer.offered(node), list(flags)
    ground.forced[spot] = False
    for place, change in enumerate(ground.changes):
        if ground.explorer.steps[node[1]]["name"] != change.step:
            continue
        scope = ground.explorer.structural(node)
        here = [edge for edge in edges if edge.move == change.move]
        if not here or (change.when and not value_of(parsed(change.when), scope)):
            continue
        if change.passes:
            after[place] = 1
            if flags[place]:
                continue
        if change.kind == "bar":
            edges = [edge for edge in edges if edge.move != change.move] or edges
        else:
            ground.forced[spot] |= change.deviating and len(edges) > 1
            edges = here
    return [(edge, tuple(after)) for edge in edges]


def as_play(ground: Ground) -> Play:
    """The game as lists; the ends are named by the spot and the move that lead to them."""
    game, explorer = ground.game, ground.explorer
    scope = Scope(game.numbers, lambda base, keys, s: look_up(game, base, keys, s))
    scope = replace(scope, numbers={**game.levels, **game.switches, **game.numbers})
    described = game.data["parties"].values()
    play = Play(
        patience=[value_of(parsed(party.get("patience", 1)), scope) for party in described],
        precision=[value_of(parsed(party["precision"]), scope) for party in described],
        entropy=game.entropy,
        limit=game.limit,
    )
    place = {spot: index for index, spot in enumerate(ground.offers)}
    for spot, offers in ground.offers.items():
        node = spot[0]
        by = explorer.steps[node[1]]["by"]
        play.movers.append(-1 if by == "nature" else game.parties.index(by))
        play.rounds.append(node[0])
        play.edges.append([])
        for edge, flags in offers:
            if edge.node is not None:
                to = place[edge.node, flags]
                play.edges[-1].append((edge.pay, edge.odds, to, edge.turns, None))
                continue
            assert edge.outcome is not None
            there = (node[0], node[1], edge.final)
            pay_end = explorer.pays(game.data["outcomes"][edge.outcome].get("pay"), there)
            factor = play.patience if edge.turns else [1.0] * len(pay_end)
            pay = tuple(u + f * e for u, f, e in zip(edge.pay, factor, pay_end, strict=True))
            end = (edge.outcome, f"{place[spot]} {edge.move}")
            play.edges[-1].append((pay, edge.odds, -1, edge.turns, end))
        play.weights.append([edge.weight for edge, _ in offers])
    return play


def solved(play: Play) -> Solved:
    return solve_limited(play) if play.limit else solve_unlimited(play)


@dataclass
class Played:
    """A game and how it is played: what every quantity is read from."""

    ground: Ground
    play: Play
    sigma: list[np.ndarray]
    payoff: np.ndarray

    @property
    def spots(self) -> list[Spot]:
        return list(self.ground.offers)


def played(
    text: str, changes: list[Change], values: dict[str, float], begun: dict[str, int] | None = None
) -> Played:
    """The equilibrium under do and bar; with deviations put into it, nobody responding."""
    lasting = [change for change in changes if not change.deviating]
    base = explored(text, lasting, values, begun)
    play = as_play(base)
    answer = solved(play)
    if len(lasting) == len(changes):
        return Played(base, play, answer.sigma, answer.payoff)
    order = lasting + [change for change in changes if change.deviating]
    ground = explored(text, order, values, begun)
    policy = {
        (spot, edge.move): p
        for (spot, offers), sigma in zip(base.offers.items(), answer.sigma, strict=True)
        for (edge, _), p in zip(offers, sigma, strict=True)
    }
    sigma = [
        np.array(
            [
                1.0
                if ground.forced[spot]
                else policy[(spot[0], spot[1][: len(lasting)]), edge.move]
                for edge, _ in offers
            ]
        )
        for spot, offers in ground.offers.items()
    ]
    deviated = as_play(ground)
    return Played(ground, deviated, sigma, discounted(deviated, sigma))


def after(ground: Ground, spot: Spot, edge: Edge) -> Scope:
    """The state after `then`, before a round's variables are reset."""
    node = spot[0]
    step = ground.explorer.steps[node[1]]
    then = (step["moves"][edge.move] or {}).get("then", {})
    scope, state = ground.explorer.structural(node), list(node[2])
    for place, variable in enumerate(ground.game.variables):
        if variable.name in then:
            state[place] = integer(then[variable.name], scope)
    return ground.explorer.structural((node[0], node[1], tuple(state)))


def absorbing(one: Played, chosen: list[list[bool]]) -> float:
    """The chance that play ever takes one of the chosen edges, by a dense solve."""
    size = len(one.play.movers)
    matrix, right = np.eye(size), np.zeros(size)
    hopeful = hoping(one, chosen)
    for node, edges in enumerate(one.play.edges):
        if node not in hopeful:
            continue
        for p, edge, marked in zip(one.sigma[node], edges, chosen[node], strict=True):
            if marked:
                right[node] += p
            elif edge[2] >= 0:
                matrix[node, edge[2]] -= p
    return float(np.linalg.solve(matrix, right)[0])


def hoping(one: Played, chosen: list[list[bool]]) -> set[int]:
    """Nodes from which a chosen edge can still be taken."""
    found: set[int] = set()
    grown = True
    while grown:
        grown = False
        for node in reversed(range(len(one.play.movers))):
            if node not in found and any(
                p > 0 and (marked or edge[2] in found)
                for p, edge, marked in zip(
                    one.sigma[node], one.play.edges[node], chosen[node], strict=True
                )
            ):
                found.add(node)
                grown = True
    return found


def ending(one: Played, outcomes: set[str], predicate: str | None = None) -> list[list[bool]]:
    """Which edges end in one of the outcomes, the predicate holding after `then`."""
    return [
        [
            edge.outcome in outcomes
            and (predicate is None or holds(predicate, after(one.ground, spot, edge)))
            for edge, _ in offers
        ]
        for spot, offers in one.ground.offers.items()
    ]


def holds(predicate: str, scope: Scope) -> bool:
    return bool(value_of(parsed(predicate), scope))


def ever(one: Played, predicate: str) -> float:
    """The chance that a predicate is ever true, at a node or after a `then`."""
    marked = [
        [
            holds(predicate, one.ground.explorer.structural(spot[0]))
            or holds(predicate, after(one.ground, spot, edge))
            for edge, _ in offers
        ]
        for spot, offers in one.ground.offers.items()
    ]
    return absorbing(one, marked)


def true_at(one: Played, predicate: str) -> list[list[bool]]:
    """Where a predicate is true before a move or after its `then`."""
    return [
        [
            holds(predicate, one.ground.explorer.structural(spot[0]))
            or holds(predicate, after(one.ground, spot, edge))
            for edge, _ in offers
        ]
        for spot, offers in one.ground.offers.items()
    ]


def making(one: Played, step: str, move: str) -> list[list[bool]]:
    """Which edges are a move."""
    return [
        [step_of(one, spot) == step and edge.move == move for edge, _ in offers]
        for spot, offers in one.ground.offers.items()
    ]


def offering(one: Played, step: str, move: str) -> list[list[bool]]:
    """Which edges leave a node where the move is on offer."""
    return [
        [step_of(one, spot) == step and move in {e.move for e, _ in offers}] * len(offers)
        for spot, offers in one.ground.offers.items()
    ]


def step_of(one: Played, spot: Spot) -> str:
    return one.ground.explorer.steps[spot[0][1]]["name"]


def uses(one: Played, chosen: list[list[bool]]) -> float | None:
    """How often chosen edges are taken; None where that may be for ever."""
    ending = hoping(one, ending_anyhow(one))
    alive = sorted(reached(one) & ending)
    for node in reached(one) - ending:
        if any(p > 0 and marked for p, marked in zip(one.sigma[node], chosen[node], strict=True)):
            return None
    if 0 not in alive:
        return 0.0
    place = {node: index for index, node in enumerate(alive)}
    matrix, right = np.eye(len(alive)), np.zeros(len(alive))
    for node in alive:
        for p, edge, marked in zip(
            one.sigma[node], one.play.edges[node], chosen[node], strict=True
        ):
            right[place[node]] += p * marked
            if edge[2] in place:
                matrix[place[node], place[edge[2]]] -= p
    return float(np.linalg.solve(matrix, right)[0])


def ending_anyhow(one: Played) -> list[list[bool]]:
    return [[edge[2] < 0 for edge in edges] for edges in one.play.edges]


def together(one: Played, events: list[list[list[bool]]], last: list[list[bool]] | None) -> float:
    """The chance that all events have come, and, where there is one, that the end is of ``last``.

    The chain over (node, which events have come) is written out and solved densely.
    """
    size, count = len(one.play.movers), 1 << len(events)
    every = count - 1
    matrix, right = np.eye(size * count), np.zeros(size * count)
    chosen: list[list[bool]] = []
    edges: list[list[tuple[float, int, bool]]] = []
    for node in range(size):
        for come in range(count):
            own: list[tuple[float, int, bool]] = []
            for place, (p, edge) in enumerate(
                zip(one.sigma[node], one.play.edges[node], strict=True)
            ):
                now = come
                for bit, event in enumerate(events):
                    now |= event[node][place] << bit
                target = edge[2] * count + now if edge[2] >= 0 else -1
                hit = now == every and (last is None or last[node][place])
                own.append((float(p), target, hit))
            edges.append(own)
            chosen.append([hit for _, _, hit in own])
    hopeful: set[int] = set()
    grown = True
    while grown:
        grown = False
        for row, own in enumerate(edges):
            if row not in hopeful and any(p > 0 and (hit or to in hopeful) for p, to, hit in own):
                hopeful.add(row)
                grown = True
    for row in hopeful:
        for p, target, hit in edges[row]:
            if hit:
                right[row] += p
            elif target >= 0:
                matrix[row, target] -= p
    return float(np.linalg.solve(matrix, right)[0])


def ever_by(one: Played, chosen: list[list[bool]], rounds: int) -> float:
    """The chance of having taken a chosen edge by the end of a round."""
    total, now = 0.0, {0: 1.0}
    for _ in range(rounds):
        later: dict[int, float] = {}
        while now:
            onward: dict[int, float] = {}
            for node, chance in now.items():
                lists = (one.sigma[node], one.play.edges[node], chosen[node])
                for p, edge, wanted in zip(*lists, strict=True):
                    if wanted:
                        total += chance * p
                    elif edge[2] >= 0:
                        goes = later if edge[3] else onward
                        goes[edge[2]] = goes.get(edge[2], 0.0) + chance * p
            now = onward
        now = later
    return total


def ended_by(one: Played, outcomes: set[str], rounds: int, predicate: str | None) -> float:
    """The chance of having ended so by the end of a round, chances carried forwards."""
    marked, total = ending(one, outcomes, predicate), 0.0
    now = {0: 1.0}
    for _ in range(rounds):
        later: dict[int, float] = {}
        while now:
            onward: dict[int, float] = {}
            for node, chance in now.items():
                lists = (one.sigma[node], one.play.edges[node], marked[node])
                for p, edge, wanted in zip(*lists, strict=True):
                    if edge[2] >= 0:
                        goes = later if edge[3] else onward
                        goes[edge[2]] = goes.get(edge[2], 0.0) + chance * p
                    elif wanted:
                        total += chance * p
            now = onward
        now = later
    return total


def further_rounds(one: Played) -> float | None:
    """Expected number of turns into a further round; None where play may never end."""
    everything = {edge.outcome for offers in one.ground.offers.values() for edge, _ in offers}
    everything -= {None}
    if absorbing(one, ending(one, everything)) < 1 - 1e-9:  # type: ignore[arg-type]
        return None
    size = len(one.play.movers)
    matrix, right = np.eye(size), np.zeros(size)
    for node, edges in enumerate(one.play.edges):
        for p, edge in zip(one.sigma[node], edges, strict=True):
            if edge[2] >= 0:
                matrix[node, edge[2]] -= p
                right[node] += p * edge[3]
    alive = sorted(reached(one))
    inner = matrix[np.ix_(alive, alive)]
    return float(np.linalg.solve(inner, right[alive])[alive.index(0)])


def reached(one: Played) -> set[int]:
    found, waiting = {0}, [0]
    while waiting:
        node = waiting.pop()
        for p, edge in zip(one.sigma[node], one.play.edges[node], strict=True):
            if p > 0 and edge[2] >= 0 and edge[2] not in found:
                found.add(edge[2])
                waiting.append(edge[2])
    return found


def alike(change: Change, kind: str) -> Change:
    """The same commitment of another kind."""
    return replace(change, kind=kind)

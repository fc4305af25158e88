"""A slow, obvious reading of private variables and unseen steps: every history a node of its own.

Written from the language's description, on the yardstick's explorer. With private variables a
node is a whole history; without them it is the history of a round, from the state in which the
round begins. What a mover has seen is written down as a tuple, and nodes with equal tuples are
one information set. Equilibria are followed from precision 0 with all precisions scaled
together; derivatives are taken by a complex step.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from .claims import Change, Ground, Played, offered
from .naive import Edge, Explorer, NaiveError, Scope, load, look_up, parsed, value_of
from .play import Play, discounted

Spot = tuple[Any, tuple[int, ...], tuple[Any, ...]]  # node, flags, how it came about


def explored(text: str, changes: list[Change], values: dict[str, float]) -> Ground:
    """Every history that can be reached from the start."""
    game = load(text, veils=True)
    for name, value in values.items():
        game.numbers[name] = value
    ground = Ground(game, Explorer(game), changes, {}, {})
    state = tuple(v.start for v in game.variables)
    start: Spot = ((min(game.limit, 1), -1 if private(ground) else 0, state), (), ())
    start = (start[0], (0,) * len(changes), ())
    waiting: deque[Spot] = deque([start])
    known = {start}
    while waiting:
        spot = waiting.popleft()
        here = spot[:2]
        offers = draws(ground, here[0]) if here[0][1] < 0 else offered(ground, here)  # type: ignore[arg-type]
        ground.offers[spot] = [  # type: ignore[index]
            (edge, spot[1] if here[0][1] < 0 else flags) for edge, flags in offers
        ]
        for edge, flags in ground.offers[spot]:  # type: ignore[index]
            if edge.node is not None:
                following = onward(ground, spot, edge, flags)
                if following not in known:
                    known.add(following)
                    waiting.append(following)
    return ground


def private(ground: Ground) -> dict[str, Any]:
    return ground.game.data.get("private") or {}


def draws(ground: Ground, node: Any) -> list[tuple[Edge, tuple[int, ...]]]:
    """One draw of all private variables together."""
    explorer, game = ground.explorer, ground.game
    places = [i for i, v in enumerate(game.variables) if v.name in private(ground)]
    each = []
    for place in places:
        variable = game.variables[place]
        odds = private(ground)[variable.name]["odds"]
        words = [variable.word(x) for x in range(variable.low, variable.high + 1)]
        moves = {
            word: {"odds": odds.get(word, odds.get(int(word) if word.isdigit() else 0))}
            for word in words
        }
        chances = explorer.odds(moves, node)
        each.append([(variable.low + i, chances[word]) for i, word in enumerate(words)])
    found = []
    for drawn in itertools.product(*each):
        state = list(node[2])
        for place, (value, _) in zip(places, drawn, strict=True):
            state[place] = value
        odds = float(np.prod([p for _, p in drawn]))
        move = " ".join(str(value) for value, _ in drawn)
        pay = (0.0,) * len(game.parties)
        found.append((Edge(move, pay, odds, False, node=(node[0], 0, tuple(state))), ()))
    return found


def onward(ground: Ground, spot: Spot, edge: Edge, flags: tuple[int, ...]) -> Spot:
    """Where an edge leads, and how that came about."""
    node, _, way = spot
    assert edge.node is not None
    item = (node[0], node[1], edge.move, flags)
    if private(ground):
        return edge.node, flags, (*way, item)
    if edge.turns:
        return edge.node, flags, ()
    return edge.node, flags, (*(way or (spot[:2],)), item)


def view(ground: Ground, spot: Spot) -> Any:
    """What the mover has seen; equal for nodes that it cannot tell apart."""
    node, flags, way = spot
    game, step = ground.game, ground.explorer.steps[node[1]]
    names = [one["name"] for one in ground.explorer.steps]
    unseen = step.get("unseen", [])
    hidden = {names.index(name) for name in ([unseen] if isinstance(unseen, str) else unseen)}
    seen: list[Any] = [node[:2]]
    if private(ground):
        for variable, value in zip(game.variables, node[2], strict=True):
            entry = private(ground).get(variable.name)
            if entry is not None and step["by"] in np.atleast_1d(entry["known_to"]).tolist():
                seen.append((variable.name, value))
    else:
        seen.append(way[0] if way else spot[:2])
    for number, at, move, passed in way[0 if private(ground) else 1 :]:
        if at >= 0:
            veiled = number == node[0] and at in hidden
            seen.append((number, at, None if veiled else move, passed))
    return (*seen, flags)


@dataclass
class Veiled:
    """A game as lists, with the sets of nodes that their movers cannot tell apart."""

    play: Play
    steps: list[tuple[int, int]]  # round and step of every node
    sets: list[list[int]]  # of two nodes or more
    heads: list[int]  # where rounds begin, without a limit
    rooted: bool  # whether beliefs are counted from the start of play


def as_veiled(ground: Ground) -> Veiled:
    """The game of a ground; raises where a set offers different moves."""
    game, explorer = ground.game, ground.explorer
    scope = Scope(game.numbers, lambda base, keys, s: look_up(game, base, keys, s))
    described = game.data["parties"].values()
    play = Play(
        patience=[value_of(parsed(party.get("patience", 1)), scope) for party in described],
        precision=[value_of(parsed(party["precision"]), scope) for party in described],
        entropy=game.entropy,
        limit=game.limit,
    )
    place = {spot: index for index, spot in enumerate(ground.offers)}
    together: dict[Any, list[int]] = {}
    for spot, offers in ground.offers.items():
        node = spot[0]
        by = "nature" if node[1] < 0 else explorer.steps[node[1]]["by"]
        play.movers.append(-1 if by == "nature" else game.parties.index(by))
        play.rounds.append(node[0])
        play.edges.append([line(ground, place, spot, *offer) for offer in offers])  # type: ignore[arg-type]
        if by != "nature":
            together.setdefault(view(ground, spot), []).append(place[spot])  # type: ignore[arg-type]
    moves = [[edge.move for edge, _ in offers] for offers in ground.offers.values()]
    for nodes in together.values():
        if any(moves[node] != moves[nodes[0]] for node in nodes):
            raise NaiveError("a set offers different moves")
    heads = [] if game.limit else [n for spot, n in place.items() if spot[0][1] == 0]
    steps = [(spot[0][0], spot[0][1]) for spot in place]
    sets = [nodes for nodes in together.values() if len(nodes) > 1]
    return Veiled(play, steps, sets, heads, bool(private(ground)))


def line(
    ground: Ground, place: dict[Any, int], spot: Spot, edge: Edge, flags: tuple[int, ...]
) -> Any:
    """One edge as the lists have it."""
    if edge.node is not None:
        to = place[onward(ground, spot, edge, flags)]
        return edge.pay, edge.odds, to, edge.turns, None
    assert edge.outcome is not None
    node, game = spot[0], ground.game
    scope = Scope(game.numbers, lambda base, keys, s: look_up(game, base, keys, s))
    described = game.data["parties"].values()
    patience = [value_of(parsed(party.get("patience", 1)), scope) for party in described]
    pays = ground.explorer.pays(
        game.data["outcomes"][edge.outcome].get("pay"), (node[0], node[1], edge.final)
    )
    factor = patience if edge.turns else [1.0] * len(pays)
    pay = tuple(u + f * e for u, f, e in zip(edge.pay, factor, pays, strict=True))
    return pay, edge.odds, -1, edge.turns, (edge.outcome, f"{place[spot]} {edge.move}")


# --- equilibrium ------------------------------------------------------------------------------


class Equations:
    """Worth of every move of every set to its mover, and of every head: they must come back.

    Unknowns in this order; all arrays carry a last axis of points that are tried together.
    """

    def __init__(self, veiled: Veiled) -> None:
        self.veiled, self.play = veiled, veiled.play
        self.set_of = {node: i for i, nodes in enumerate(veiled.sets) for node in nodes}
        counts = [len(self.play.edges[nodes[0]]) for nodes in veiled.sets]
        self.begin = np.concatenate([[0], np.cumsum(counts)]).astype(int)
        self.parties = len(self.play.patience)
        self.head = {node: i for i, node in enumerate(veiled.heads)}
        self.size = int(self.begin[-1]) + len(self.head) * self.parties
        self.order = sorted(range(len(self.play.movers)), key=lambda n: veiled.steps[n])

    def sigma_of_set(self, which: int, unknown: np.ndarray, t: np.ndarray) -> np.ndarray:
        mover = self.play.movers[self.veiled.sets[which][0]]
        worth = unknown[self.begin[which] : self.begin[which + 1]]
        return logit(t * self.play.precision[mover], worth)

    def back(self, unknown: np.ndarray, t: np.ndarray) -> tuple[list[Any], list[Any], list[Any]]:
        """Totals of the edges, probabilities and values of all nodes, last ones first."""
        play, size = self.play, len(self.play.movers)
        totals: list[Any] = [None] * size
        sigma: list[Any] = [None] * size
        value: list[Any] = [None] * size
        heads = unknown[self.begin[-1] :].reshape(len(self.head), self.parties, len(t))
        patience = np.array(play.patience)[:, None]
        for node in reversed(self.order):
            rows = []
            for pay, _, target, turns, _ in play.edges[node]:
                row = np.array(pay)[:, None] + np.zeros_like(t)
                if target >= 0:
                    on = heads[self.head[target]] if turns and self.head else value[target]
                    row = row + (patience if turns else 1.0) * on
                rows.append(row)
            totals[node] = q = np.array(rows)  # (edge, party, point)
            mover = play.movers[node]
            if mover < 0:
                odds = np.array([edge[1] for edge in play.edges[node]])
                sigma[node] = odds[:, None] + np.zeros_like(t)
            elif node in self.set_of:
                sigma[node] = self.sigma_of_set(self.set_of[node], unknown, t)
            else:
                sigma[node] = logit(t * play.precision[mover], q[:, mover])
            value[node] = (sigma[node][:, None] * q).sum(axis=0)
            if play.entropy and mover >= 0:
                value[node][mover] += surprise(sigma[node], t * play.precision[mover])
        return totals, sigma, value

    def reach(self, sigma: list[Any], t: np.ndarray) -> list[Any]:
        """How probable each node is, from the start of play or of its round."""
        found = [np.zeros_like(t) for _ in sigma]
        for node, (_, step) in enumerate(self.veiled.steps):
            if node == 0 or (step == 0 and not self.veiled.rooted):
                found[node] = np.ones_like(t)
        for node in self.order:
            for p, edge in zip(sigma[node], self.play.edges[node], strict=True):
                if edge[2] >= 0 and (self.veiled.rooted or not edge[3]):
                    found[edge[2]] = found[edge[2]] + p * found[node]
        return found

    def gap(self, unknown: np.ndarray, t: np.ndarray) -> np.ndarray:
        """What is given minus what comes back; (unknown, point)."""
        totals, sigma, value = self.back(unknown, t)
        reach = self.reach(sigma, t)
        back = np.zeros_like(unknown)
        for which, nodes in enumerate(self.veiled.sets):
            whole = sum(reach[node] for node in nodes)
            mover = self.play.movers[nodes[0]]
            for node in nodes:
                part = reach[node] / whole * totals[node][:, mover]
                back[self.begin[which] : self.begin[which + 1]] += part
        for node, place in self.head.items():
            low = int(self.begin[-1]) + place * self.parties
            back[low : low + self.parties] = value[node]
        return unknown - back

    def parts(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The gap at a point (unknown, t), and its derivatives by a complex step."""
        size, tiny = len(point), 1e-40
        tried = np.tile(point[:, None].astype(complex), size + 1)
        tried[np.arange(size), np.arange(size)] += 1j * tiny
        found = self.gap(tried[:-1], tried[-1])
        return np.real(found[:, -1]), np.imag(found[:, :size]) / tiny


def logit(precision: np.ndarray, worth: np.ndarray) -> np.ndarray:
    scaled = precision * worth
    weight = np.exp(scaled - np.real(scaled).max(axis=0))
    return weight / weight.sum(axis=0)


def surprise(sigma: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """(entropy − log of the number of moves) / precision, 0 at precision 0."""
    with np.errstate(all="ignore"):
        short = (-(sigma * np.log(sigma)).sum(axis=0) - np.log(len(sigma))) / precision
    return np.where(np.abs(precision) < 1e-12, 0.0, short)


def followed(equations: Equations, longest: float = 0.3) -> np.ndarray:
    """The unknowns at full precision, on the branch that begins at precision 0."""
    size = equations.size
    here = np.zeros(size + 1)
    gap, slopes = equations.parts(here)
    if size:
        here[:-1] -= np.linalg.solve(slopes[:, :-1], gap)
    ahead, step = np.append(np.zeros(size), 1.0), min(0.05, longest)
    while here[-1] < 1:
        ahead = tangent(equations, here, ahead)
        while True:
            there = corrected(equations, here + step * ahead, ahead)
            if there is not None and abs(there - here).max() < 3 * step:
                break
            step /= 2
            if step < 1e-8:
                raise ArithmeticError("the branch could not be followed")
        if there[-1] >= 1:
            return finished(equations, here, there)
        here, step = there, min(1.8 * step, longest)
    raise ArithmeticError("the branch went back to precision 0")


def tangent(equations: Equations, point: np.ndarray, before: np.ndarray) -> np.ndarray:
    _, slopes = equations.parts(point)
    wanted = np.append(np.zeros(len(point) - 1), 1.0)
    row = np.linalg.solve(np.vstack([slopes, before[None]]), wanted)
    return row / np.linalg.norm(row)


def corrected(equations: Equations, guess: np.ndarray, row: np.ndarray) -> np.ndarray | None:
    point = guess.copy()
    for _ in range(6):
        gap, slopes = equations.parts(point)
        if not np.isfinite(gap).all():
            return None
        if np.abs(gap).max(initial=0) < 1e-12:
            return point
        point = point - np.linalg.solve(np.vstack([slopes, row[None]]), np.append(gap, 0.0))
    return None


def finished(equations: Equations, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    share = (1 - before[-1]) / (after[-1] - before[-1])
    point = before + share * (after - before)
    point[-1] = 1
    for _ in range(8):
        gap, slopes = equations.parts(point)
        if equations.size:
            point[:-1] -= np.linalg.solve(slopes[:, :-1], gap)
    assert np.abs(equations.parts(point)[0]).max(initial=0) < 1e-11
    return point[:-1]


def played(text: str, changes: list[Change], values: dict[str, float]) -> Played:
    """The equilibrium under do and bar; with deviations put into it, nobody responding."""
    lasting = [change for change in changes if change.kind != "deviate"]
    base = explored(text, lasting, values)
    veiled = as_veiled(base)
    equations = Equations(veiled)
    unknown = followed(equations)
    _, found, _ = equations.back(unknown[:, None], np.ones(1))
    sigma = [one[:, 0] for one in found]
    if len(lasting) == len(changes):
        return Played(base, veiled.play, sigma, discounted(veiled.play, sigma))
    order = lasting + [change for change in changes if change.kind == "deviate"]
    ground = explored(text, order, values)
    policy = {
        (spot, edge.move): p
        for (spot, offers), own in zip(base.offers.items(), sigma, strict=True)
        for (edge, _), p in zip(offers, own, strict=True)
    }
    sigma = [
        np.array(
            [
                1.0
                if ground.forced.get(spot[:2])
                else policy[without(spot, len(lasting)), edge.move]
                for edge, _ in offers
            ]
        )
        for spot, offers in ground.offers.items()
    ]
    deviated = as_veiled(ground).play
    return Played(ground, deviated, sigma, discounted(deviated, sigma))


def without(spot: Any, flags: int) -> Any:
    """A spot as it is without the flags of deviations."""

    def cut(item: Any) -> Any:
        return (*item[:-1], item[-1][:flags])

    return spot[0], spot[1][:flags], tuple(cut(item) for item in spot[2])

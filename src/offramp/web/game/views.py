"""What a game looks like at a setting: its picture, its likeliest ways as a flow, its states.

The flow joins the likeliest histories where they pass the same state; a state is told with what
came before it, the moves from it, and what each party expects from there on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from offramp.analysis.histories import History, likeliest
from offramp.core.errors import OfframpError, ResultError
from offramp.game import Game
from offramp.presentation.charts.game_tree import tree_picture
from offramp.presentation.charts.round_strip import round_picture
from offramp.presentation.palette import CHANCE, KINDS, PLAYERS, outcome_colours
from offramp.presentation.text.numbers import figure_of, percent
from offramp.solvers import solve as solve_numbers
from offramp.study.solving.experiment import Solved
from offramp.study.solving.labels import spoken, whose_premises
from offramp.web.live.answers import solved_at_once
from offramp.web.live.games import Compiled
from offramp.web.live.setting import Setting
from offramp.web.play.table import move_words
from offramp.web.play.worths import Worths

TREE = 200
"""Nodes of a game with a last round up to which it is drawn as a tree."""
WAYS = 12
"""Histories in a flow."""
STEPS = 40
"""Moves of a history that are drawn."""
LISTED = 60
"""States that are listed, the most visited first."""


def overview(compiled: Compiled, setting: Setting) -> dict[str, Any]:
    """The picture of the game, the flow of its likeliest ways and its most visited states."""
    solved = _solved(compiled, setting)
    game = solved.game
    worths = Worths(solved)
    tree = _tree(solved)
    return {
        "whose": whose_premises(compiled.scenario, setting.account),
        "nodes": game.nodes,
        "solved_nodes": game.structure.nodes,
        "tree": tree,
        "strip": "" if tree else round_picture(game.scenario),
        "flow": flow(worths),
        "states": list(_listed(worths)),
    }


def state_at(compiled: Compiled, setting: Setting, node: int) -> dict[str, Any]:
    """One state: where play comes from, its moves with probabilities, and every party's value.

    Raises ResultError for a number that is no state.
    """
    worths = Worths(_solved(compiled, setting))
    game = worths.solved.game
    if not 0 <= node < game.structure.nodes:
        raise ResultError(f"there is no state {node}", expected=f"0 to {game.structure.nodes - 1}")
    before = np.flatnonzero(game.structure.target == node)
    share = worths.reach[worths.source[before]] * worths.play[before]
    order = np.argsort(-share, kind="stable")[:LISTED]
    alike = worths.alike(node)
    return {
        "whose": whose_premises(compiled.scenario, setting.account),
        **_about(worths, node),
        "mover_colour": _colour(game, int(game.structure.mover[node])),
        "state": list(_words(game, node)),
        "alike": [int(one) for one in alike if one != node][:LISTED],
        "moves": list(_moves(worths, node)),
        "before": [
            {
                "node": int(worths.source[edge]),
                "by": _mover(game, int(game.structure.mover[worths.source[edge]])),
                "move": move_words(game, int(edge)),
                "uses": float(share[place]),
            }
            for place, edge in ((int(i), int(before[i])) for i in order)
        ],
        "values": [
            {"party": _party(game, i), "told": figure_of(float(worths.node[node, i]))}
            for i in range(game.structure.parties)
        ],
    }


def flow(worths: Worths) -> dict[str, Any]:
    """The likeliest histories as one graph: states by the number of moves made, moves between.

    ``weight`` of a move is the probability of the histories drawn that make it there.
    """
    game = worths.solved.game
    search = likeliest(game.structure, worths.play, WAYS)
    boxes: dict[tuple[int, int], dict[str, Any]] = {}
    lines: dict[tuple[tuple[int, int], tuple[int, int]], dict[str, Any]] = {}
    for history in search.histories:
        last: tuple[int, int] | None = None
        said = ""
        for depth, (key, box, move) in enumerate(_stations(worths, history)):
            boxes.setdefault(key, {**box, "weight": 0.0})["weight"] += history.probability
            if last is not None:
                line = lines.setdefault((last, key), {"weight": 0.0, "says": said})
                line["weight"] += history.probability
            last, said = key, move
            if depth > STEPS:
                break
    number = {key: i for i, key in enumerate(boxes)}
    return {
        "told": sum(one.probability for one in search.histories),
        "ways": len(search.histories),
        "complete": search.complete,
        "boxes": [{"depth": key[0], **box} for key, box in boxes.items()],
        "lines": [
            {"from": number[one], "to": number[two], **line} for (one, two), line in lines.items()
        ],
    }


def _stations(
    worths: Worths, history: History
) -> Iterator[tuple[tuple[int, int], dict[str, Any], str]]:
    """(key, box, move made) of every choice of a history, and last its end."""
    game, structure = worths.solved.game, worths.solved.game.structure
    depth = 0
    turn = 1
    for edge in history.edges:
        node = int(worths.source[edge])
        if len(worths.edges(node)) > 1:
            step = int(structure.step[node])
            box = {
                "node": node,
                "round": turn,
                "label": _mover(game, int(structure.mover[node])),
                "step": _step(game, step),
                "colour": _colour(game, int(structure.mover[node])),
            }
            yield (depth, node), box, move_words(game, edge)
            depth += 1
        turn += int(structure.turns[edge])
    kinds = [one.kind for one in game.meaning.outcomes]
    colour = outcome_colours(kinds)[history.outcome] if kinds else KINDS["unresolved"]
    name = game.meaning.outcomes[history.outcome].name
    label = game.scenario.outcomes[name].label or spoken(name)
    box = {"node": None, "round": turn, "label": label, "step": "", "colour": colour}
    yield (depth, -1 - history.outcome), box, ""


def _solved(compiled: Compiled, setting: Setting) -> Solved:
    """The play told at once; a ResultError where the game is not solved."""
    solved = solved_at_once(compiled, setting)
    if solved.equilibria.status[0] != "solved":
        raise ResultError(
            f"the game is not solved at this setting: {solved.equilibria.message[0]}",
            expected="a setting that is solved",
        )
    return solved


def _tree(solved: Solved) -> str:
    """A small game with a last round as a tree; '' where it is neither, or cannot be one."""
    from offramp.interop import SolvedGame, structure_of, tables_of, tree_of

    game, tables = solved.game, solved.tables
    if not game.structure.limit or game.nodes > TREE:
        return ""
    try:
        tree = tree_of(game.scenario)
    except OfframpError:
        return ""
    played = None
    if (tables.patience == 1).all() and not tables.entropy:
        told = replace(tables_of(tree), precision=tables.precision)
        found = solve_numbers(structure_of(tree), told, starts=0)
        played = SolvedGame(tree, found, 0.0, tuple(map(float, tables.precision[0])))
    return tree_picture(tree, played)


def _listed(worths: Worths) -> Iterator[dict[str, Any]]:
    """The states with a choice that play visits most."""
    game = worths.solved.game
    free = np.diff(game.structure.first) > 1
    order = np.argsort(-np.where(free, worths.reach, -1.0), kind="stable")
    for node in order[:LISTED].tolist():
        if free[node] and worths.reach[node] > 0:
            yield _about(worths, node) | {"state": list(_words(game, node))}


def _about(worths: Worths, node: int) -> dict[str, Any]:
    game = worths.solved.game
    return {
        "node": node,
        "by": _mover(game, int(game.structure.mover[node])),
        "step": _step(game, int(game.structure.step[node])),
        "visits": figure_of(float(worths.reach[node])),
    }


def _moves(worths: Worths, node: int) -> Iterator[dict[str, Any]]:
    game, structure = worths.solved.game, worths.solved.game.structure
    kinds = [one.kind for one in game.meaning.outcomes]
    colours = outcome_colours(kinds)
    for edge in worths.edges(node):
        goal = int(structure.target[edge])
        end = None if goal >= 0 else int(structure.terminal_outcome[-goal - 1])
        yield {
            "says": move_words(game, edge),
            "probability": float(worths.play[edge]),
            "told": percent(float(worths.play[edge])),
            "node": goal if goal >= 0 else None,
            "to": _goal(game, goal, end),
            "colour": colours[end] if end is not None else None,
            "next_round": bool(structure.turns[edge]),
            "worth": [figure_of(float(one)) for one in worths.edge[edge]],
        }


def _goal(game: Game, goal: int, end: int | None) -> str:
    if end is not None:
        name = game.meaning.outcomes[end].name
        return game.scenario.outcomes[name].label or spoken(name)
    mover, step = int(game.structure.mover[goal]), int(game.structure.step[goal])
    return f"{_mover(game, mover)}: {_step(game, step)}"


def _words(game: Game, node: int) -> Iterator[dict[str, str]]:
    """Variables and their values at a solved node; of some only the values that still matter."""
    full = np.flatnonzero(game.merged.node == node)
    rows = game.reached.rows[full]
    known = {one.name: one for one in game.meaning.variables}
    for place, name in enumerate(game.reached.columns.names):
        one = known.get(name)
        values: Sequence[int] = sorted(set(rows[:, place].tolist()))
        words = game.scenario.state.get(name)
        label = (words.label if words else None) or spoken(name)
        if one is None:
            told = str(values[0]) if len(values) == 1 else "any"
        else:
            told = spoken(one.word(values[0])) if len(values) == 1 else "any: it matters no more"
        yield {"label": label, "value": told}


def _step(game: Game, position: int) -> str:
    if position < 0:
        return spoken(game.meaning.rules[position].name)
    step = game.scenario.round[position]
    return step.label or spoken(step.name)


def _mover(game: Game, position: int) -> str:
    return "Chance" if position < 0 else _party(game, position)


def _party(game: Game, position: int) -> str:
    name = game.meaning.parties[position]
    return game.scenario.parties[name].label or spoken(name)


def _colour(game: Game, mover: int) -> str:
    return CHANCE if mover < 0 else PLAYERS[mover % len(PLAYERS)]

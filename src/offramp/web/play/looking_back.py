"""After a game: every choice beside the solved play, what it cost or gained, how others chose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from offramp.web.play.table import Table, move_words

Choice = tuple[int, int, int]
"""Party, the first of the nodes that its mover cannot tell apart, the place of the move."""


def debrief(table: Table, party: int, others: Iterable[Table] = ()) -> dict[str, Any]:
    """The choices of a seat, the solved probabilities and worths of every move on offer.

    What a move is worth is what its mover expects from there on if all play on as solved; ``cost``
    is what it lacks of the most valuable one. ``others`` are further games of the same crisis.
    """
    chosen = _counts(others)
    told = list(_choices(table, party, chosen))
    start = table.game.structure.start
    return {
        "choices": told,
        "got": table.got(party),
        "expected": float(table.worths.node[start, party]),
        "cost": sum(one["cost"] for one in told),
        "likely": sum(one["likeliest"] for one in told),
    }


def choice_rows(table: Table) -> Iterator[dict[str, Any]]:
    """Every choice that persons made at a table, as rows of a file."""
    for party in sorted({one.mover for one in table.past if one.by_hand}):
        for one in _choices(table, party, {}):
            best = next(each for each in one["moves"] if each["chosen"])
            yield {
                "party": table.game.meaning.parties[party],
                "round": one["round"],
                "step": one["step"],
                "move": best["label"],
                "solved_probability": best["probability"],
                "cost": one["cost"],
            }


def _choices(
    table: Table, party: int, chosen: dict[tuple[int, int], dict[int, int]]
) -> Iterator[dict[str, Any]]:
    game, worths = table.game, table.worths
    for one in table.past:
        if not one.by_hand or one.mover != party:
            continue
        node = int(game.merged.node[one.node])
        edges = worths.edges(node)
        worth = worths.of_moves(node, party)
        place = edges.index(one.edge)
        odds = worths.play[edges.start : edges.stop]
        counts = chosen.get((party, _known_as(table, node)), {})
        step = game.scenario.round[int(game.structure.step[node])]
        yield {
            "round": one.round,
            "step": step.label or step.name.replace("_", " "),
            "cost": float(worth.max() - worth[place]),
            "likeliest": bool(odds[place] >= odds.max() - 1e-12),
            "others": sum(counts.values()),
            "moves": [
                {
                    "label": move_words(game, edge),
                    "chosen": edge == one.edge,
                    "probability": float(worths.play[edge]),
                    "worth": float(worth[i]),
                    "others": counts.get(i, 0),
                }
                for i, edge in enumerate(edges)
            ],
        }


def _counts(tables: Iterable[Table]) -> dict[tuple[int, int], dict[int, int]]:
    """How often persons chose each move where they stood as they knew it."""
    found: dict[tuple[int, int], dict[int, int]] = {}
    for table in tables:
        for one in table.past:
            if one.by_hand:
                node = int(table.game.merged.node[one.node])
                key = one.mover, _known_as(table, node)
                place = table.worths.edges(node).index(one.edge)
                counts = found.setdefault(key, {})
                counts[place] = counts.get(place, 0) + 1
    return found


def _known_as(table: Table, node: int) -> int:
    return int(table.worths.alike(node)[0])

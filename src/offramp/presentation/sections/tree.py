"""The game as a tree, for crises that end after a few rounds: drawn where it can be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.presentation.contents import Content, Section
from offramp.solvers import solve

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

MOST = 600
"""Nodes of a game up to which it is drawn; beyond some sixty the picture folds branches."""


def drawable(findings: Findings) -> bool:
    """Whether the crisis has an end and few enough nodes."""
    return bool(findings.scenario.limit) and int(findings.nominal.attrs["nodes"]) <= MOST


def tree_drawn(findings: Findings) -> Markup | None:
    """The tree as SVG at nominal values, or None where it cannot be written as one.

    The probabilities of moves stand in it where nobody discounts, so that the payoffs at the
    ends are those by which moves are chosen.
    """
    from offramp.interop import SolvedGame, structure_of, tables_of, tree_of
    from offramp.presentation.charts.game_tree import tree_picture

    game = build(findings.scenario)
    tables = game.tables(game.nominal())
    try:
        tree = tree_of(findings.scenario)
    except OfframpError:
        return None
    solved = None
    if (tables.patience == 1).all() and not tables.entropy:
        told = replace(tables_of(tree), precision=tables.precision)
        found = solve(structure_of(tree), told, starts=0)
        solved = SolvedGame(tree, found, 0.0, tuple(map(float, tables.precision[0])))
    return Markup(tree_picture(tree, solved))


def _content(findings: Findings) -> Content:
    return {"picture": tree_drawn(findings)}


SECTION = Section("The game as a tree", 70, _content, drawable, folded=True)

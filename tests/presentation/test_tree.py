"""The report draws the tree of a crisis that ends after a few rounds."""

from __future__ import annotations

from pathlib import Path

import offramp
from tests.presentation.mock import findings_of, scenario_named

RESOLVE = Path(__file__).parents[1] / "game" / "scenarios" / "resolve.yaml"


def test_a_small_tree_stands_in_the_report_with_play_and_payoffs() -> None:
    page = offramp.report(offramp.investigate(offramp.read(RESOLVE), draws=0))
    assert "The game as a tree" in page
    tree = page[page.index('aria-label="The game as a tree"') :]
    for words in ("press 0.550", "press 0.870", "resist 0.660", "stroke-dasharray"):
        assert words in tree[: tree.index("</svg>")]


def test_a_crisis_without_end_has_no_tree() -> None:
    page = offramp.report(findings_of(scenario_named("border-standoff"), 0))
    assert "The game as a tree" not in page

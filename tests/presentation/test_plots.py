"""Drawings as plain data: what plotly's own schema says of them, and what stands in the page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache

import plotly.graph_objects as go
import pytest

from offramp.core.directions import Isolation
from offramp.presentation import Figure, Plot, find_figures
from offramp.presentation.drawing import figure_json
from offramp.study.runs.findings import Findings
from tests.presentation.crises import WORDS, crisis
from tests.presentation.mock import findings_of, scenario_named
from tests.presentation.scenes import border, levered, with_study
from tests.presentation.test_packages_section import told


@cache
def scenes() -> tuple[Findings, ...]:
    """Findings in which every figure has something to draw."""
    return (
        with_study(findings_of(border(), 60)),
        levered(),
        told("trilateral-talks"),
        told("haggle"),
        findings_of(scenario_named("trilateral-talks"), 0),
        *(crisis(words) for words in WORDS),
    )


def plots_of(figure: Figure) -> Iterator[Plot]:
    for findings in scenes():
        drawn = figure.plot(findings)
        panels = drawn if isinstance(drawn, Sequence) else []
        for one in [panel.drawing for panel in panels] or ([drawn] if drawn else []):
            assert isinstance(one, Plot)
            yield one


@pytest.mark.parametrize("figure", find_figures(), ids=lambda figure: figure.name)
def test_plotly_takes_every_drawing_as_it_is(figure: Figure) -> None:
    plots = list(plots_of(figure))
    assert plots
    for plot in plots:
        checked = plot.to_plotly()  # raises where its schema lacks a property or a value
        isolation = Isolation()
        assert json.loads(figure_json(plot, isolation)) == json.loads(
            figure_json(checked, isolation)
        )


def test_lines_are_those_of_plotly() -> None:
    line = {"color": "#123456", "width": 1.5}
    ours, theirs = Plot(), go.Figure()
    for drawing in (ours, theirs):
        drawing.add_vline(x=0.5, line=line)
        drawing.add_hline(y=2, line=line)
    assert ours.to_plotly_json()["layout"]["shapes"] == theirs.to_dict()["layout"]["shapes"]


def test_a_wrong_property_is_found_by_the_check() -> None:
    with pytest.raises(ValueError, match="colour"):
        Plot([{"type": "scatter", "line": {"colour": "red"}}]).to_plotly()

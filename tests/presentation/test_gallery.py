"""Figures: found by a folder scan, one file each, with captions and numbers."""

from __future__ import annotations

from pathlib import Path

import plotly.offline
import pytest

from offramp.core.errors import OfframpError
from offramp.presentation import Figure, find_figures, report
from offramp.presentation import figures as folder
from offramp.presentation.contents import find_sections
from offramp.presentation.page import STATIC
from offramp.testing import check_figure
from tests.presentation.mock import findings_of, scenario_named

FILE = """
from offramp.presentation.gallery import Figure, Table
FIGURE = Figure(
    "{name}", "A figure of one's own", 5, lambda findings: "What it shows.",
    lambda findings: None, lambda findings: Table(("A", "B"), (("one", "two"),)),
    section="{section}",
)
"""


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is scanned beside the room's own."""
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
    return tmp_path


def test_a_new_figure_is_one_new_file(another: Path) -> None:
    (another / "my_own_figure.py").write_text(FILE.format(name="mine", section="payoffs"))
    (another / "my_far_figure.py").write_text(FILE.format(name="far", section="elsewhere"))
    text = report(findings_of(scenario_named("border-standoff"), 0))
    assert 'id="figure-mine"' in text
    assert text.index('id="payoffs"') < text.index('id="figure-mine"') < text.index('id="time"')
    assert "Further figures" in text
    assert 'id="figure-far"' in text


def test_two_figures_of_one_name_are_an_error(another: Path) -> None:
    (another / "my_twin_figure.py").write_text(FILE.format(name="outcome_spread", section=""))
    with pytest.raises(OfframpError, match="two figures are called 'outcome_spread'") as caught:
        find_figures()
    assert "my_twin_figure" in str(caught.value)


def test_a_file_without_a_figure_is_an_error(another: Path) -> None:
    (another / "my_empty_figure.py").write_text("FIGURES = 3\n")
    with pytest.raises(OfframpError, match=r"'my_empty_figure\.py' has no Figure"):
        find_figures()


def test_the_bundle_is_the_one_that_plotly_was_made_for() -> None:
    bundle = (STATIC / "plotly-cartesian.min.js").read_text(encoding="utf-8")
    assert (
        f"plotly.js (cartesian - minified) v{plotly.offline.get_plotlyjs_version()}" in bundle[:300]
    )
    assert "MIT" in (STATIC / "plotly-cartesian.LICENSE").read_text(encoding="utf-8")
    assert "</script" not in bundle
    assert "\r" not in bundle


@pytest.mark.parametrize("figure", find_figures(), ids=lambda figure: figure.name)
@pytest.mark.parametrize("draws", [0, 30])
def test_every_figure_explains_itself(figure: Figure, draws: int) -> None:
    findings = findings_of(scenario_named("trilateral-talks"), draws)
    check_figure(figure, findings)
    assert figure.section in find_sections()

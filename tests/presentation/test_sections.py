"""Sections of the report: one name for section, module and template; a new one is one new file."""

from __future__ import annotations

from pathlib import Path

import pytest

from offramp.core.errors import OfframpError
from offramp.presentation import report
from offramp.presentation import sections as folder
from offramp.presentation.contents import find_sections
from offramp.testing import check_section
from tests.presentation.mock import findings_of, scenario_named

FILE = '''"""A section of one's own."""
from offramp.presentation.contents import Section
SECTION = Section(
    "A section of one's own", 45, lambda findings: {"sentences": ["One sentence & another."]}
)
'''


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is scanned beside the room's own."""
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
    return tmp_path


def test_section_module_and_template_have_one_name() -> None:
    here = Path(folder.__path__[0])
    modules = {path.stem for path in here.glob("*.py")} - {"__init__"}
    assert {*find_sections()} == modules
    assert {path.stem for path in here.glob("*.html")} <= modules


def test_no_two_sections_stand_in_one_place() -> None:
    orders = [section.order for section in find_sections().values()]
    assert orders == sorted({*orders})


def test_a_new_section_is_one_new_file_and_may_have_a_template(another: Path) -> None:
    (another / "my_section.py").write_text(FILE)
    text = report(findings_of(scenario_named("border-standoff"), 0))
    where = text.index('<section id="my_section"')
    assert text.index('<section id="payoffs"') < where < text.index('<section id="time"')
    assert "One sentence &amp; another." in text[where:]
    (another / "my_section.html").write_text("<p>Told: {{ content.sentences[0] }}</p>")
    text = report(findings_of(scenario_named("border-standoff"), 0))
    assert "<p>Told: One sentence &amp; another.</p>" in text


def test_a_file_without_a_section_is_an_error(another: Path) -> None:
    (another / "my_empty_section.py").write_text("SECTIONS = 3\n")
    with pytest.raises(OfframpError, match=r"'my_empty_section\.py' has no Section"):
        find_sections()


@pytest.mark.parametrize("name", find_sections())
def test_every_section_says_something(name: str) -> None:
    findings = findings_of(scenario_named("border-standoff"), 30)
    check_section(find_sections()[name], name, findings)

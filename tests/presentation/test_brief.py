"""The brief: two pages in three forms, with everything that it has to hold."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from offramp.core.errors import ResultError
from offramp.presentation import brief_of, write_brief
from offramp.presentation.brief import MOST_RAMPS, brief_markdown
from offramp.presentation.page import brief_html
from offramp.study.packages.without import without_agreement
from offramp.study.runs.findings import Findings
from offramp.study.runs.flips import find_flips
from offramp.study.solving.precisions import at_precisions
from offramp.study.solving.workspace import Workspace
from tests.presentation.mock import findings_of, scenario_named
from tests.presentation.scenes import border, levered, with_study
from tests.presentation.test_browser import CHROMIUM, browse
from tests.presentation.test_page import BANNED, own_words


@cache
def whole() -> Findings:
    workspace = Workspace(border())
    names = (*border().accounts, "")
    found = with_study(findings_of(border(), 60))
    return replace(
        found,
        without=tuple(one for name in names if (one := without_agreement(workspace, name))),
        precisions=at_precisions(workspace, names, (1.0, 2.0)),
        flips=find_flips(border(), found.nominal, found.draws),
    )


def test_it_holds_what_it_has_to() -> None:
    told = brief_of(whole())
    headings = [part.heading for part in (*told.first, *told.second)]
    assert headings == [
        "Whose premises",
        "How it ends",
        "What each has without agreement",
        "Claims by class",
        "Off-ramps",
        "What is not in the game",
    ]
    assert len(told.answer) == 3
    assert "not a forecast" in told.caveat
    ends, claims, ramps = (
        next(part for part in (*told.first, *told.second) if part.heading == name).table
        for name in ("How it ends", "Claims by class", "Off-ramps")
    )
    assert ends is not None
    assert [row[0] for row in ends.rows][-1] == "The analyst's middle, no account's premises"
    assert len(ends.columns) == 3
    assert claims is not None
    assert {cell.split(",")[0] for row in claims.rows for cell in row[1:]} <= {
        "put in",
        "follows",
        "follows without its premise",
        "mixed",
        "does not follow",
        "open",
    }
    assert ramps is not None
    assert 0 < len(ramps.rows) <= MOST_RAMPS
    assert all("→" in row[3] and "without the change" in row[5] for row in ramps.rows)


def test_every_claim_with_force_has_its_harm_in_the_row() -> None:
    told = brief_of(whole())
    part = next(part for part in told.second if part.name == "claims")
    assert part.table is not None
    forced = list(dict.fromkeys(v.name for v in whole().verdicts if v.force))
    assert forced
    assert sum(bool(text) for text in part.under) == len(forced)
    assert all("North" in text and "→" in text for text in part.under if text)


def test_one_form_says_what_the_others_say(tmp_path: Path) -> None:
    text, page = brief_markdown(brief_of(whole())), brief_html(whole(), brief_of(whole()))
    assert write_brief(whole(), tmp_path / "b.md").read_text("utf-8") == text
    assert write_brief(whole(), tmp_path / "b.html").read_text("utf-8") == page
    assert not re.search(r"https?://|src=|@import", page)
    assert page.count('<div class="page">') == 2
    assert not BANNED.findall(own_words(page, border()))
    with pytest.raises(ResultError, match="no form of a brief"):
        write_brief(whole(), tmp_path / "b.pdf")


def test_a_bare_scenario_has_one_too() -> None:
    told = brief_of(findings_of(scenario_named("border-standoff"), 0))
    assert [part.heading for part in told.first][:2] == ["Whose premises", "How it ends"]
    assert "no combinations were tried" in " ".join(told.second[-1].sentences)
    assert brief_of(levered()).second


def test_a_word_file_opens_and_says_the_same(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    paper = docx.Document(str(write_brief(whole(), tmp_path / "b.docx")))
    said = " ".join(line.text for line in paper.paragraphs)
    told = brief_of(whole())
    assert told.caveat in said
    assert all(part.heading in said for part in (*told.first, *told.second))
    assert len(paper.tables) == sum(p.table is not None for p in (*told.first, *told.second))


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
@pytest.mark.parametrize("paper", ["A4", "letter"])
@pytest.mark.parametrize("scene", ["whole", "bare"])
def test_it_prints_on_exactly_two_pages(tmp_path: Path, paper: str, scene: str) -> None:
    found = whole() if scene == "whole" else findings_of(scenario_named("trilateral-talks"), 0)
    page = brief_html(found, brief_of(found))
    sized = page.replace("@page { margin", f"@page {{ size: {paper}; margin")
    assert sized != page
    path, out = tmp_path / "brief.html", tmp_path / "brief.pdf"
    path.write_text(sized, encoding="utf-8")
    browse(
        "--no-pdf-header-footer",
        f"--print-to-pdf={out}",
        path.as_uri(),
        profile=tmp_path / "profile",
    )
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", out.read_bytes())) == 2

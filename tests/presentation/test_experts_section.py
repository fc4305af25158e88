"""Experts in the report: each with what follows on their premises, and who moves it most."""

from __future__ import annotations

import html
import re

import pytest

import offramp
from offramp.presentation import report
from offramp.presentation.brief import brief_markdown, brief_of
from offramp.presentation.sections.experts import experts_of
from offramp.scenario import understand
from offramp.study import Findings, investigate
from offramp.study.elicitation.driving import driven, driven_in, judged

TEXT = """offramp: 1
title: A prize
parties: {north: {patience: 0.9, precision: 6}}
parameters:
  prize: {note: what north gets; judgement, experts: {EXPERTS}}
round: [{name: act, by: north, moves: {sign: {end: deal}, fight: {end: war, force: true}}}]
outcomes: {deal: {kind: agreement, pay: {north: prize}}, war: {kind: war, pay: {north: 0.5}}}
rounds: 1
at_end: deal
"""
APART = (
    'ann: {range: "uniform(0.2, 0.6)", note: Ann B., weight: 3}, ben: {range: "uniform(0.5, 1)"}'
)
NEAR = 'ann: {range: "uniform(0.5, 0.6)"}, ben: {range: "uniform(0.502, 0.602)"}'


def findings_of(experts: str, draws: int = 256) -> Findings:
    return investigate(
        offramp.read(TEXT.replace("EXPERTS", experts)), draws=draws, seed=1, brief=True
    )


@pytest.fixture(scope="module")
def apart() -> Findings:
    return findings_of(APART)


def test_each_expert_is_told_with_what_follows(apart: Findings) -> None:
    (asked,) = experts_of(apart)
    assert asked.title == "Prize: what north gets"
    assert [row[:2] for row in asked.table.rows] == [
        ("Ann B.", "75 %"),
        ("ben", "25 %"),
        ("All together", "100 %"),
    ]
    assert asked.table.columns[3:] == ("An agreement", "War")
    assert apart.draws is not None
    mean = float(apart.draws.probability.sel(outcome="war").mean())
    assert asked.table.rows[-1][-1] == f"{100 * mean:.0f} %"
    first, second = asked.sentences
    assert first.startswith("The experts differ most on ")
    assert second.startswith("Ann B. moves it most: without Ann B. it would be ")


def test_it_is_what_solving_each_expert_s_own_range_finds(apart: Findings) -> None:
    """`offramp elicit` draws from each range by itself; here nothing is solved again."""
    (own,) = driven(apart.scenario, "P(war)", draws=1024, seed=2)
    assert apart.draws is not None
    ((one, experts),) = judged(understand(apart.scenario))
    drawn = apart.draws.parameters.sel(parameter="prize").values
    war = apart.draws.probability.sel(outcome="war").values
    (found,) = driven_in(one, experts, drawn, {"war": war})
    for here, there in zip(found.voices, own.voices, strict=True):
        assert here.mean == pytest.approx(there.mean, abs=0.01)
        assert here.shift == pytest.approx(there.shift, abs=0.01)
    assert found.share_between == pytest.approx(own.share_between, abs=0.03)


def test_the_brief_tells_whether_it_matters_whom_one_believes(apart: Findings) -> None:
    told = brief_markdown(brief_of(apart))
    assert "## What experts say" in told
    assert "Prize: what north gets. The experts differ most on " in told
    bare = investigate(offramp.read(TEXT.replace("EXPERTS", APART)), draws=0, seed=1, brief=True)
    assert "What experts say" not in brief_markdown(brief_of(bare))


def test_the_section_stands_only_where_there_are_experts(apart: Findings) -> None:
    page = html.unescape(report(apart))
    section = re.search(r'<section id="experts".*?</section>', page, re.DOTALL)
    assert section is not None
    assert "Ann B. moves it most" in section[0]
    bare = TEXT.replace("experts: {EXPERTS}", 'range: "uniform(0, 1)"')
    for scenario, draws in ((bare, 16), (TEXT.replace("EXPERTS", APART), 0)):
        found = investigate(offramp.read(scenario), draws=draws, seed=1, brief=True)
        assert 'id="experts"' not in report(found)


def test_where_it_does_not_matter_whom_one_believes_that_is_said() -> None:
    (asked,) = experts_of(findings_of(NEAR))
    (said,) = asked.sentences
    assert said.startswith("Whichever of them is believed")


def test_a_dash_is_explained() -> None:
    (asked,) = experts_of(findings_of(APART.replace("weight: 3", "weight: 99"), 64))
    assert asked.table.rows[1][-1] == "–"
    assert asked.sentences[0].startswith("A dash stands where too few")

"""The report as a page: complete, self-contained, escaped, small, neutral."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from offramp.core.files import write_text
from offramp.presentation import report
from offramp.presentation.contents import find_sections
from offramp.presentation.headlines import answer
from offramp.presentation.premises import premises_of
from offramp.presentation.sections.ledger import ledger_of
from offramp.scenario import Scenario
from offramp.study.runs.findings import Findings
from tests.presentation.mock import findings_of, scenario_named

LIMIT = 3_000_000
BANNED = re.compile(
    r"\b(should|must|ought|best|optimal(ly)?|recommend\w*|advis\w+|likely true|probably|"
    r"confidence|likelihood|certain(ly)?|has to|have to act|needs to|proves?)\b",
    re.IGNORECASE,
)
IMPERATIVES = re.compile(
    r"(^|[.;:!?]\s+)(read|look|note|see|use|choose|offer|accept|refuse|strike|wait|press|stop|"
    r"make|take|do|avoid|consider|act|threaten|negotiate|sign|ensure|try|let|keep|click|run)\s+"
    r"(?!of\b)[a-z]",
    re.IGNORECASE,
)
HOSTILE = '</script><script>alert(1)</script><img src="https://evil.example/x">&"\'{{7*7}}'


@cache
def page(name: str, draws: int = 60, failed: int = 3) -> str:
    return report(findings_of(scenario_named(name), draws, failed=failed))


def without_scripts(text: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)


def words_of(text: str) -> str:
    """What a reader reads, without what the scenario's own words say."""
    return html.unescape(re.sub(r"<[^>]+>", " ", without_scripts(text)))


def own_words(text: str, scenario: Scenario) -> str:
    """The words of the report less those that stand in the scenario."""
    whole = [" ".join(text.split()) for text in texts_in(scenario.model_dump(mode="json"))]
    parts = [part for text in whole for part in re.split(r"(?<=[.;])\s+", text)]
    said = {one.replace("`", "") for one in (*whole, *parts) if len(one) > 3}
    rest = " ".join(words_of(text).split())
    rest = rest.replace("‘", "").replace("’", "")
    for value in sorted(said, key=len, reverse=True):
        rest = rest.replace(value, " … ")
    return rest


def texts_in(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_in(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in texts_in(one)]
    return []


both = pytest.mark.parametrize("name", ["border-standoff", "trilateral-talks"])


@both
def test_the_page_loads_nothing(name: str) -> None:
    text = page(name)
    assert not re.search(r"<(link|iframe|img|object|embed|base|form)\b", without_scripts(text))
    assert not re.search(
        r"(src|href)\s*=\s*[\"']?\s*(https?:|//|data:|javascript:)", without_scripts(text)
    )
    assert not re.search(r"@import|url\(", re.findall(r"<style>.*?</style>", text, re.DOTALL)[0])
    assert "default-src 'none'" in html.unescape(text)


@both
def test_the_page_is_small(name: str) -> None:
    assert len(page(name, 1000).encode()) < LIMIT


@both
def test_every_section_is_there(name: str) -> None:
    text, findings = page(name), findings_of(scenario_named(name), 60)
    for one, section in find_sections().items():
        if not section.there(findings):
            assert f'id="{one}"' not in text
        elif one != "further":
            assert f'<section id="{one}"' in text
            assert f'href="#{one}"' in text


def test_every_link_leads_somewhere() -> None:
    text = without_scripts(page("trilateral-talks"))
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= ids


def test_no_id_stands_twice() -> None:
    ids = re.findall(r'<\w+[^>]*\bid="([^"]+)"', page("trilateral-talks"))
    assert len(ids) == len(set(ids))


@both
def test_a_report_without_draws(name: str) -> None:
    findings = findings_of(scenario_named(name), 0)
    text = report(findings)
    assert "no combination of them apart from the nominal values was tried" in words_of(text)
    assert "nan" not in words_of(text).lower().split()


def test_a_report_whose_nominal_solution_failed() -> None:
    findings = findings_of(scenario_named("border-standoff"), 20)
    nominal = findings.nominal.copy(deep=True)
    for name in nominal.data_vars:
        if nominal[name].dtype.kind == "f" and name != "parameters":
            nominal[name][:] = np.nan
    nominal["status"][:], nominal["message"] = "failed", nominal["message"].astype("<U40")
    nominal["message"][:] = "iteration stalled"
    text = words_of(report(dataclasses.replace(findings, nominal=nominal)))
    assert "no equilibrium was found" in text
    assert "iteration stalled" in text


def test_a_brief_report() -> None:
    findings = findings_of(scenario_named("trilateral-talks"), 20)
    nominal = findings.nominal.drop_vars(["by_round", "move_uses"])
    assert findings.draws is not None
    few = dataclasses.replace(
        findings,
        nominal=nominal,
        draws=findings.draws.drop_vars(["by_round", "move_uses"]),
        histories=(),
        history_by_outcome=(),
        state_by_round=(),
        mechanism_effects=(),
    )
    text = report(few)
    assert "No histories were looked for" in text
    assert "figure-move_shares" not in text


def test_ranges_that_are_all_fixed_are_not_called_a_spread() -> None:
    text = words_of(page("border-standoff"))
    assert "none of them has a range" in text
    assert "Middle nine tenths of" not in text


def hostile(findings: Findings) -> Findings:
    scenario = findings.scenario
    outcomes = {
        name: outcome.model_copy(update={"label": HOSTILE})
        for name, outcome in scenario.outcomes.items()
    }
    parties = {
        name: party.model_copy(update={"label": HOSTILE, "colour": "red;background:url(//evil)"})
        for name, party in scenario.parties.items()
    }
    state = {
        name: one.model_copy(update={"label": HOSTILE}) for name, one in scenario.state.items()
    }
    steps = tuple(
        step.model_copy(
            update={
                "label": HOSTILE,
                "moves": {
                    name: move.model_copy(update={"label": HOSTILE})
                    for name, move in step.moves.items()
                },
            }
        )
        for step in scenario.round
    )
    sources = {
        name: source.model_copy(
            update=dict.fromkeys(("title", "speaker", "stance", "note"), HOSTILE)
        )
        for name, source in scenario.sources.items()
    }
    changed = scenario.model_copy(
        update={
            "title": HOSTILE,
            "about": HOSTILE,
            "outcomes": outcomes,
            "parties": parties,
            "round": steps,
            "sources": sources,
            "state": state,
        }
    )
    return dataclasses.replace(findings, scenario=changed, provenance={HOSTILE: HOSTILE})


@both
def test_hostile_words_stay_words(name: str) -> None:
    plain, text = page(name), report(hostile(findings_of(scenario_named(name), 60, failed=3)))
    assert text.count("<script") == plain.count("<script")
    assert text.count("</script") == plain.count("</script")
    assert "<img" not in text
    assert "url(//evil)" not in text
    assert "{{7*7}}" in html.unescape(text)
    for block in re.findall(
        r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL
    ):
        assert not set("<>&") & set(block)
        said = [value for value in texts_in(json.loads(block)) if "alert" in value]
        assert not any("<script" in value or "<img" in value for value in said)


@both
def test_every_sentence_begins_with_whose_premises(name: str) -> None:
    findings = findings_of(scenario_named(name), 60)
    lead = premises_of(findings).lead
    assert lead.startswith("On the premises of ")
    assert lead.endswith(", as encoded here,")
    told = answer(findings)
    assert page(name).count('<span class="lead">') == len(told)
    assert sum(not one.folded for one in told) == 3


def test_the_account_is_named_by_its_speaker() -> None:
    scenario = scenario_named("trilateral-talks").model_copy(update={"accounts": {}, "claims": {}})
    found = premises_of(findings_of(scenario, 0))
    assert found.whose.replace("\u00a0", " ") == "the interview of 27 January 2026"
    assert "partisan" in found.stance


def test_where_there_are_accounts_the_text_is_none_of_them() -> None:
    findings = findings_of(scenario_named("trilateral-talks"), 0)
    found = premises_of(findings)
    assert found.whose == "the analyst's middle, no account's premises"
    assert [one.label for one in found.accounts] == [
        one.label for one in findings.scenario.accounts.values()
    ]
    assert "partisan" in found.accounts[0].stance
    told = premises_of(dataclasses.replace(findings, account="kyiv_as_reported"))
    assert told.whose == "the account ‹Kyiv's statements as reported›"
    assert told.speaker == "Ukrainian officials"
    assert not told.accounts


@both
@pytest.mark.parametrize("draws", [0, 60])
def test_no_advice_and_no_likelihood_of_truth(name: str, draws: int) -> None:
    scenario = scenario_named(name)
    text = own_words(page(name, draws, min(draws, 3)), scenario)
    assert not BANNED.findall(text)
    assert not [hit.group() for hit in IMPERATIVES.finditer(text)]


def test_shares_of_draws_are_worded_as_the_house_says() -> None:
    text = words_of(page("trilateral-talks"))
    shares = re.findall(r"holds in [^;]*", text)
    full = [one for one in shares if "combinations of assumptions tried (" in one]
    assert full
    assert text.count("†") > len(full)
    assert text.count("it describes the assumptions, not the world, and other ranges") == 1


def test_numbers_without_a_source_are_marked() -> None:
    text = page("trilateral-talks")
    scenario = scenario_named("trilateral-talks")
    assert text.count('<span class="judged">') > len(scenario.parameters) / 2


def test_failed_draws_are_told_with_their_sentences() -> None:
    text = words_of(page("trilateral-talks")).replace("\u00a0", " ")
    assert "60 combinations of assumptions were tried and 57 solved" in text
    assert "a smaller precision helps" in text


def test_every_drawing_has_words_and_numbers_beside_it() -> None:
    text = page("trilateral-talks")
    drawings = re.findall(r'<div class="drawing"[^>]*>', text)
    assert drawings
    assert all('role="img"' in one and 'aria-label="' in one for one in drawings)
    figures = re.findall(r'<figure class="picture".*?</figure>', text, re.DOTALL)
    assert all("<table" in one for one in figures)


def test_the_report_is_written_whole(tmp_path: Path) -> None:
    findings = findings_of(scenario_named("border-standoff"), 0)
    path = write_text(tmp_path / "run" / "report.html", report(findings))
    assert path == tmp_path / "run" / "report.html"
    assert path.read_text(encoding="utf-8") == report(findings)
    assert [one.name for one in path.parent.iterdir()] == ["report.html"]


def test_a_note_does_not_repeat_the_mark() -> None:
    groups = ledger_of(findings_of(scenario_named("trilateral-talks"), 0))
    judged = [entry for group in groups for entry in group.entries if entry.judged]
    assert judged
    assert not [entry.name for entry in judged if "analyst" in entry.meaning.lower()]


def test_a_crisis_of_one_round_has_no_curves() -> None:
    findings = findings_of(scenario_named("border-standoff"), 0)
    text = report(dataclasses.replace(findings, nominal=findings.nominal.isel(round=[0])))
    assert "The crisis has a single round" in text
    assert "figure-ends_by_round" not in text

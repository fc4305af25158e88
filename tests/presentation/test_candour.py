"""The report, the brief, the terminal and the docs say no more than is known.

What each check finds in sentences of an earlier report stands here too, so that none is blind.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from offramp.apps.claim_tables import claims_words
from offramp.apps.telling import offramps_words
from offramp.presentation import brief_of, report, summary
from offramp.presentation.brief import brief_markdown
from offramp.presentation.page import brief_html
from offramp.scenario import Scenario, read
from offramp.study import investigate
from offramp.study.claims.checking import check
from offramp.study.packages.packaging import packages
from offramp.study.runs.findings import Findings
from tests.presentation.candour import (
    false_expectations,
    false_quotations,
    force_in_the_answer,
    force_without_harm,
    forced_claims,
    losing_steps,
    two_numbers,
    words,
)
from tests.presentation.mock import findings_of, scenario_named
from tests.presentation.scenes import border
from tests.presentation.test_brief import whole

DOCS = Path(__file__).parents[2] / "docs"
EARLIER = {
    "quotation": "<p class='says'>“Waiting is at least as dangerous as climbing.” Somebody</p>",
    "expectation": "<p>the account says lower: moves as the account says.</p>",
    "force": "<tr><th>Waiting is the more dangerous</th><td>does not hold</td><td>38 %</td></tr>",
    "answer": (
        '<section class="answer"><p>of 3 claims tested, 1 holds (‹Waiting is the more dangerous›)'
        "</p></section>"
    ),
    "loses": (
        "<tr><th><b>13</b> The first step ‹South: accepts›</th><td>44 % → 76 %</td>"
        "<td>gain: North; loses: South (holder)</td></tr>"
    ),
    "numbers": (
        "<p>measured by what each gets in this game without an agreement: North 0.07 and South "
        "0.213. </p><p>measured by the reservation values that the scenario itself declares: North "
        "0.45 and South 0.33. </p>"
    ),
}


@cache
def talks() -> Findings:
    """The talks with made-up outcomes and true claims, packages and readings."""
    from offramp.study.packages.without import without_agreement
    from offramp.study.solving.workspace import Workspace

    scenario = scenario_named("trilateral-talks")
    workspace = Workspace(scenario)
    names = (*list(scenario.accounts)[:1], "")
    found = (without_agreement(workspace, name) for name in names)
    return replace(
        findings_of(scenario, 16),
        verdicts=check(workspace, draws=0, accounts=names),
        packages=packages(workspace, draws=0),
        without=tuple(one for one in found if one is not None),
    )


def scenes() -> list[tuple[Findings, Scenario]]:
    return [(whole(), border()), (talks(), talks().scenario)]


@pytest.mark.parametrize("place", [0, 1])
def test_the_report_and_the_brief_say_no_more_than_is_known(place: int) -> None:
    findings, scenario = scenes()[place]
    page = report(findings)
    for text in (words(page), words(brief_html(findings, brief_of(findings)))):
        assert not false_quotations(text, scenario)
        assert not false_expectations(text)
        assert not two_numbers(text)
        assert forced_claims(scenario)
        assert not force_without_harm(text, scenario)
        assert not losing_steps(text)
    assert not force_in_the_answer(page, scenario)
    first = words(page)[:1500]
    assert "Not a forecast" in first
    assert not force_without_harm(brief_markdown(brief_of(findings)), scenario)


def test_the_terminal_says_no_more_than_is_known() -> None:
    scenario, findings = border(), whole()
    assert findings.offramps is not None
    told = offramps_words("", findings.offramps) + claims_words("", findings.verdicts)
    text = re.sub(r"\n(?=  \S)", " ", told)
    assert not false_quotations(text, scenario)
    assert not false_expectations(text)
    for name in forced_claims(scenario):
        said = scenario.claims[name].says.rstrip(".")
        lines = [
            one
            for one in re.split(r"\n\n| {2}(?=\w+: On the premises)", told)
            if said in " ".join(one.split())
        ]
        assert lines
        assert all("act of force" in " ".join(one.split()) for one in lines)


def test_the_docs_say_no_more_than_is_known() -> None:
    every = {path: path.read_text("utf-8") for path in DOCS.rglob("*.md")}
    assert every
    nothing = read("border-standoff")
    for path, text in every.items():
        marked = "".join(re.findall(r"[^\n]*[“”][^\n]*", text))
        assert not false_quotations(marked, nothing), path
        assert not false_expectations(text), path


def test_numbers_carry_their_caveat() -> None:
    told = summary(investigate(read("border-standoff"), draws=0, brief=True))
    assert "not a forecast" in told["caveat"]
    blocks = re.findall(
        r'<script type="application/json"[^>]*>(.*?)</script>', report(whole()), re.DOTALL
    )
    assert blocks
    assert all("not a forecast" in json.loads(block)["caveat"] for block in blocks)


def test_no_check_is_blind() -> None:
    scenario = border()
    seen = {name: words(page) for name, page in EARLIER.items()}
    assert false_quotations(seen["quotation"], scenario)
    assert false_expectations(seen["expectation"])
    assert force_without_harm(seen["force"], scenario)
    assert force_in_the_answer(EARLIER["answer"], scenario)
    assert losing_steps(seen["loses"])
    assert two_numbers(seen["numbers"])

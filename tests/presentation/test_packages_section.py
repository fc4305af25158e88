"""What could be agreed, in the report: section, figures, tables, words."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from functools import cache

import pytest

from offramp.presentation import report
from offramp.presentation.contents import find_sections
from offramp.presentation.figures import package_gains, zone_of_agreement
from offramp.presentation.gallery import alternative
from offramp.presentation.page import signed
from offramp.presentation.sections.packages import package_label, zones_of
from offramp.scenario import read
from offramp.study.packages.packaging import packages
from offramp.study.runs.findings import Findings
from tests.presentation.mock import findings_of, scenario_named
from tests.presentation.test_page import BANNED, IMPERATIVES, own_words, words_of
from tests.study.test_packages import HAGGLE

NAMES = ("trilateral-talks", "border-standoff", "haggle")


@cache
def told(name: str, draws: int = 16, **values: float) -> Findings:
    scenario = read(HAGGLE) if name == "haggle" else scenario_named(name)
    found = packages(scenario, draws=draws, seed=2, reservations=values)
    return dataclasses.replace(findings_of(scenario, 12), packages=found)


@cache
def section(name: str) -> str:
    found = re.search(r'<section id="packages".*?</section>', report(told(name)), re.DOTALL)
    assert found is not None
    return found.group()


def test_it_stands_where_something_was_found() -> None:
    assert "packages" in find_sections()
    bare = report(findings_of(scenario_named("border-standoff"), 0))
    assert '<section id="packages"' not in bare
    assert 'id="figure-zone_of_agreement"' not in bare


@pytest.mark.parametrize("name", NAMES)
def test_sentences_figures_and_tables(name: str) -> None:
    findings, text = told(name), section(name)
    found = findings.packages
    assert found is not None
    for one in (zone_of_agreement, package_gains):
        assert f'id="figure-{one.FIGURE.name}"' in text
        panels, table = one.FIGURE.plot(findings), one.FIGURE.table(findings)
        assert panels
        assert table is not None
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert len(one.FIGURE.caption(findings)) > 300
        assert found.labels[found.parties[0]] in alternative(one.FIGURE, findings)
    words = html.unescape(words_of(text)).replace("\u00a0", " ")
    for zone in zones_of(findings):
        for sentence in zone.sentences:
            assert " ".join(signed(sentence).split()) in " ".join(words.split())
    assert words.count("On the premises of") == len(found.zones)


@pytest.mark.parametrize("name", NAMES)
def test_words(name: str) -> None:
    words = own_words(section(name), told(name).scenario)
    assert not BANNED.search(words), BANNED.search(words)
    assert not IMPERATIVES.search(words), IMPERATIVES.search(words)


def test_pairs_of_three_parties_and_zones_of_two() -> None:
    three = zone_of_agreement.FIGURE.plot(told("trilateral-talks"))
    assert [one.title for one in three or ()] == [  # type: ignore[union-attr]
        "Russia and Ukraine",
        "Russia and Europe (EU and Britain)",
        "Ukraine and Europe (EU and Britain)",
    ]
    two = zone_of_agreement.FIGURE.plot(told("haggle"))
    assert len(two or ()) == 2  # type: ignore[arg-type]
    gains = package_gains.FIGURE.plot(told("trilateral-talks"))
    assert len(gains or ()) == 2  # type: ignore[arg-type]


def test_an_empty_zone_is_drawn_and_told() -> None:
    findings = told("haggle", 0, north=0.9, south=0.9)
    page = html.unescape(words_of(report(findings))).replace("\u00a0", " ")
    assert "no lottery between packages would change that" in page
    found = findings.packages
    assert found is not None
    assert found.zones[-1].count == 0
    assert package_gains.FIGURE.plot(findings)


def test_a_scenario_s_words_cannot_leave_their_place() -> None:
    bad = "<b>$x$</b></script><script>alert(1)</script>"
    text = HAGGLE
    for word in ("North", "Land"):
        text = text.replace(f"label: {word}", f"label: '{bad}'")
    found = packages(read(text), draws=0)
    page = report(dataclasses.replace(findings_of(read(text), 0), packages=found))
    assert "<script>alert" not in page
    for json_text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page):
        json.loads(json_text)


def test_labels_of_packages() -> None:
    found = told("trilateral-talks").packages
    assert found is not None
    labels = [package_label(found, i) for i in found.told]
    assert labels[:3] == ["Stated need", "Counter need", "First offer"]
    assert labels[3:5] == ["Mediator draft", "Counter terms"]
    apart, together = (
        {"Nash package", "Kalai–Smorodinsky package"},
        {"Nash and Kalai–Smorodinsky package"},
    )
    assert {*labels[5:]} <= apart | together
    other = next(i for i in range(len(found.packages)) if i not in found.told)
    assert package_label(found, other).startswith("One without a name")

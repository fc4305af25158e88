"""The conformance kit says all that an extension lacks, and lets the library's own pass."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from offramp.interop import ExtensiveGame, Format
from offramp.interop.formats.efg import FORMAT, parse_efg
from offramp.presentation import Figure, Table
from offramp.presentation.contents import Section
from offramp.scenario.shelf import library_files
from offramp.study import find_quantities
from offramp.study.models import model_named
from offramp.testing import (
    NotConforming,
    check_case,
    check_figure,
    check_format,
    check_mechanism,
    check_model,
    check_quantity,
    check_scenario,
    check_section,
)
from offramp.testing.conformance import POKER
from tests.presentation.mock import findings_of, scenario_named

MANY = """
offramp: 1
mechanism: many
about: An invented one with many needs; it holds where it does.
sources: {memo: {title: An invented memo}}
with:
  door: {kind: switch, about: a switch of the scenario}
  v1: {kind: variable, about: one}
  v2: {kind: variable, about: two}
  v3: {kind: variable, about: three}
  v4: {kind: variable, about: four}
  v5: {kind: variable, about: five}
  v6: {kind: variable, about: six}
parameters: {pace: {value: 0.2, range: "uniform(0, 0.4)"}}
switches: {gate: {options: [ungated, gated], value: gated, range: "choice(ungated, gated)"}}
steps:
  - name: change
    by: nature
    moves:
      happens:
        when: door == 0 and gate == gated and v6 >= 0
        odds: pace
        then: {v1: 0, v2: 0, v3: 0, v4: 0, v5: 0}
      not: {odds: rest}
off: {pace: 0}
expects: {war: higher}
"""
BARE = """
offramp: 1
title: Bare
parties: {north: {patience: 0.9, precision: 2}}
parameters: {cost: {value: 0.2, range: "uniform(0, 1)"}}
round:
  - {name: act, by: north, moves: {stop: {end: over}, go: {pay: {north: -cost}}}}
outcomes: {over: {kind: stalemate}}
rounds: 3
at_end: over
"""
CITED = """sources: {memo: {title: An undated memo}}
claims: {over: {says: It ends., holds_when: P(over) > 0.5}}
accounts: {envoy: {about: The envoy's, source: memo}}"""
TRIES = """from offramp.study import Quantity

QUANTITY = Quantity(about={about!r}, evaluate=lambda play, query: play.uses.sum(axis=1))
"""
MECHANISM = """
offramp: 1
mechanism: other
about: Something happens.
with: {who: {kind: party, about: whoever it happens to}}
parameters: {pace: {value: 0.2, range: "uniform(0, 0.4)"}}
steps:
  - {name: change, by: nature, moves: {happens: {odds: pace, pay: {who: -1}}, not: {odds: rest}}}
"""


def test_a_model_hears_all_that_it_lacks() -> None:
    model = dataclasses.replace(
        model_named("critical_risk"), citation=(), teaches="War is costly", note="", scenario=""
    )
    with pytest.raises(NotConforming) as caught:
        check_model(model, "bare")
    told = str(caught.value)
    assert told.startswith("model 'bare' does not keep to its kind:")
    for part in ("citation: list", "teaches: write", "scenario, note: name"):
        assert part in told


def test_a_figure_hears_of_its_caption_and_its_table() -> None:
    findings = findings_of(scenario_named("border-standoff"), 0)
    figure = Figure(
        "Mine",
        "Mine",
        1,
        lambda findings: "Short",
        lambda findings: [],
        lambda findings: Table(("A", "B"), (("one",),), numeric=frozenset({2})),
    )
    with pytest.raises(NotConforming) as caught:
        check_figure(figure, findings)
    for part in ("name: small letters", "caption: sentences", "has 2 cells", "'numeric' names"):
        assert part in str(caught.value)


def test_a_section_hears_of_its_title_and_its_content() -> None:
    findings = findings_of(scenario_named("border-standoff"), 0)
    with pytest.raises(NotConforming, match=r"(?s)title: .*content: a mapping"):
        check_section(Section("Done.", 1, lambda findings: ["text"]), "", findings)  # type: ignore[arg-type]


def test_a_format_that_takes_anything_hears_of_it(tmp_path: Path) -> None:
    game = parse_efg(POKER)

    def read(path: str | Path) -> ExtensiveGame:
        if Path(path).read_bytes().startswith(b"\x00"):
            raise KeyError(path)
        return game

    with pytest.raises(NotConforming) as caught:
        check_format(Format("", read, FORMAT.text), "efg")
    for part in ("about: a few words", "half a file is read", "noise raises KeyError"):
        assert part in str(caught.value)


def test_a_scenario_without_words_or_sources_hears_of_it(tmp_path: Path) -> None:
    (tmp_path / "bare.yaml").write_text(BARE)
    with pytest.raises(NotConforming, match=r"(?s)about: say whose.*parameters\.cost: give"):
        check_scenario(tmp_path / "bare.yaml")


def test_a_case_hears_of_what_its_end_is_held_against(tmp_path: Path) -> None:
    text = BARE.replace("rounds: 3\nat_end: over", "rounds: unlimited").replace(
        ", range: ", ", x: "
    )
    text = text.replace(', x: "uniform(0, 1)"', "").replace("offramp: 1", "offramp: 1\n" + CITED)
    (tmp_path / "bare.yaml").write_text(text)
    with pytest.raises(NotConforming) as caught:
        check_case(tmp_path / "bare.yaml")
    told = str(caught.value)
    for part in (
        "about: say whose",
        "about: say when it begins",
        "time.round: say what",
        "rounds: a number",
        "accounts: two at least",
        "claims.over: give the source",
        "sources.memo: give its date",
        "parameters.cost: give the range",
    ):
        assert part in told


def test_a_quantity_in_a_file_is_tried_and_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "tries.py"
    path.write_text(TRIES.format(about="expected number of tries"))
    check_quantity(path)
    assert "tries" not in find_quantities()
    path.write_text(TRIES.format(about=""))
    with pytest.raises(NotConforming, match="about: say what it is"):
        check_quantity(path)


def test_a_mechanism_hears_of_what_an_account_needs(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MECHANISM)
    with pytest.raises(NotConforming) as caught:
        check_mechanism(tmp_path / "mine.yaml", examples=1)
    for part in ("one name", "about: say", "sources: name", "off: give", "expects: give"):
        assert part in str(caught.value)


def test_one_that_needs_a_switch_and_six_variables_is_tried(tmp_path: Path) -> None:
    (tmp_path / "many.yaml").write_text(MANY)
    check_mechanism(tmp_path / "many.yaml", examples=2)


def test_one_of_the_library_passes() -> None:
    check_mechanism(library_files("mechanisms")["talks_for_form"], examples=1)

# ruff: noqa: E501
"""What each has without agreement: every reading against closed forms, and who reads the table."""

from __future__ import annotations

import math

import pytest

from offramp.presentation import as_json, sentences
from offramp.presentation.text.offramps import apart_sentence
from offramp.presentation.text.without import without_sentences
from offramp.scenario import read
from offramp.study.offramps.proposals import offramps
from offramp.study.packages.packaging import packages
from offramp.study.packages.without import aim_of, readings, without_agreement
from offramp.study.solving.workspace import Workspace

# One round. South takes north's offer or not; without it north strikes or waits.
ONE_ROUND = """
offramp: 1
title: One round
parties: {north: {label: North, precision: 2}, south: {label: South, precision: 3}}
parameters:
  reservation: {each: {north: 0.2, south: 0.25}}
  office: {value: 0.3, range: "uniform(0.2, 0.4)"}
issues:
  land: {options: [keep, split, give], weight: {north: 1, south: 1}, worth: {north: [0, 0.5, 1], south: [1, 0.5, 0.1]}}
packages: {split: {land: split}, give: {land: give}}
round:
  - name: answer
    by: south
    moves: {accept: {end: deal, label: accepts}, refuse: {}}
  - name: act
    by: north
    moves:
      wait: {end: still}
      strike: {end: war, force: true}
outcomes:
  deal: {kind: agreement, pay: {north: 1, south: 0.1}}
  still: {kind: stalemate, pay: {north: "reservation[north]", south: "reservation[south] + office"}}
  war: {kind: war, pay: {north: -0.5, south: -1}}
rounds: 1
at_end: still
"""


def test_every_reading_is_the_closed_form() -> None:
    workspace = Workspace(read(ONE_ROUND))
    found = without_agreement(workspace)
    assert found is not None
    strike = 1 / (1 + math.exp(2 * (0.2 + 0.5)))
    mixed = {"north": (1 - strike) * 0.2 - strike * 0.5, "south": (1 - strike) * 0.55 - strike}
    assert found.readings["declared"] == {"north": 0.2, "south": 0.25}
    assert found.readings["going on"] == pytest.approx({"north": 0.2, "south": 0.55})
    assert found.readings["game"] == pytest.approx(mixed, abs=1e-12)
    # north's best reply is to wait; south has nothing left to choose
    assert found.readings["best reply"] == pytest.approx(
        {"north": 0.2, "south": mixed["south"]}, abs=1e-12
    )
    assert found.floor("south") == pytest.approx(0.55)
    assert found.below("south", 0.4) == ("going on",)
    assert found.left == 0


def test_readings_over_draws_follow_the_draws() -> None:
    workspace = Workspace(read(ONE_ROUND))
    game = workspace.game()
    draws = game.draws(16, seed=1)
    found = readings(game, aim_of(game.meaning), draws, workspace=workspace)
    office = draws.values[:, draws.names.index("office")]
    assert found.values["going on"][:, 1] == pytest.approx(0.25 + office)
    assert found.floor[:, 1] == pytest.approx(0.25 + office)
    assert (found.values["best reply"] >= found.values["game"] - 1e-12).all()


def test_packages_and_off_ramps_read_the_same_table() -> None:
    text = read(ONE_ROUND)
    table = without_agreement(Workspace(text))
    assert table is not None
    found = packages(text, draws=0)
    assert found.without.readings == table.readings
    names = [one.name for one in found.packages]
    assert found.below(names.index("split")) == {"south": ("going on",)}
    every = ("declared", "going on", "game", "best reply")
    assert found.below(names.index("give"))["south"] == every
    asked = offramps(text, at_least=0.6, draws=0)
    assert asked.without is not None
    assert asked.without.readings == table.readings
    told = as_json(found)
    assert told["without_agreement"]["floor"]["south"] == pytest.approx(0.55)
    assert told["packages"]["split"]["below"]["south"] == ["going on"]


def test_a_step_that_takes_the_whole_offer_is_no_off_ramp() -> None:
    asked = offramps(read(ONE_ROUND), at_least=0.6, draws=0)
    assert not asked.found
    (step,) = asked.apart
    assert step.first_step == "south.answer = accept"
    assert step.apart == "whole offer"
    assert step.imposed_on == ("south",)
    assert step.below["south"] == 1
    said = apart_sentence(step)
    assert "no off-ramp, as South takes by it what another put forward, whole and as it is" in said
    assert "imposed: 100 % on South" in said
    assert said in sentences(asked)
    assert as_json(asked)["apart"][0]["sentence"] == said
    assert as_json(asked)["offramps"] == []


def test_a_step_by_which_its_holder_loses_is_no_off_ramp() -> None:
    text = ONE_ROUND.replace(
        "round:\n",
        "round:\n  - name: open\n    by: south\n    moves: {shut: {then: {door: shut}}, open: {label: opens the door}}\n",
        1,
    )
    text = text.replace(
        "round:\n", "state: {door: {levels: [open, shut], start: open}}\nround:\n", 1
    )
    text = text.replace("accept: {end: deal,", "accept: {when: door == open, end: deal,")
    text = text.replace(
        "deal: {kind: agreement, pay: {north: 1, south: 0.1}}",
        "deal: {kind: agreement, pay: {north: 1, south: -0.1}}",
    )
    asked = offramps(read(text), at_least=0.2, draws=0)
    own = {step.first_step: step for step in asked.apart}
    assert own["south.open = open"].apart == "loses"
    assert own["south.open = open"].gains["south"] < 0
    assert "South loses by it and on its own payoffs would not agree" in apart_sentence(
        own["south.open = open"]
    )
    assert not [ramp for ramp in asked.found if ramp.first_step and ramp.gains[ramp.holders[0]] < 0]


def test_the_sentence_has_every_reading() -> None:
    found = without_agreement(Workspace(read(ONE_ROUND)))
    assert found is not None
    (said,) = without_sentences(found)
    assert said.startswith("On the premises of ‹One round›, as encoded here, without an agreement")
    assert "South has 0.25 (the scenario's own number), 0.55 (going on, all that flows" in said

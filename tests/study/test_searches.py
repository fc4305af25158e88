"""Counts of other equilibria stand on draws in which somebody looked, and say on how many."""

from __future__ import annotations

import json

import numpy as np
import pytest

from offramp import solvers
from offramp.apps.claim_tables import claims_words
from offramp.presentation.records import as_json
from offramp.presentation.run_summary import summary
from offramp.presentation.sections.certificate import assurance_of
from offramp.presentation.text.claims import verdict_remarks
from offramp.presentation.text.searches import (
    of_claims,
    open_cell,
    open_words,
    searches_sentences,
    uniqueness_words,
)
from offramp.scenario import read
from offramp.study import investigate
from offramp.study.claims.checking import Effort, check
from offramp.study.solving.searches import Searches, least_known, searches_of
from offramp.testing.random_information import random_unseen_game

TALKS = """offramp: 1
title: A ceasefire on a border
parties: {north: {patience: 0.95, precision: 4}, south: {patience: 0.9, precision: 4}}
parameters: {cost: {value: 0.1, range: "uniform(0.05, 0.2)", unit: per month, note: judgement}}
round:
  - {name: answer, by: south, moves: {accept: {end: ceasefire}, refuse: {}}}
  - name: act
    by: north
    moves: {wait: {pay: {north: -cost, south: -cost}}, strike: {end: war, force: true}}
outcomes:
  ceasefire: {kind: ceasefire, pay: {north: 0.3, south: 0.2}}
  war: {kind: war, pay: {north: -0.5, south: -1}}
rounds: unlimited
claims: {peace: {says: "peace is likelier than war", holds_when: "P(ceasefire) > P(war)"}}
"""


def test_draws_are_counted_by_what_is_known_of_others() -> None:
    tags = np.array(
        [
            "proved",
            "several found",
            "not refuted by 2 starts",
            "not refuted by 16 starts",
            "not looked for",
            "not looked for",
        ]
    )
    counts = np.array([True, True, True, True, True, False])
    found = searches_of(tags, counts)
    assert found == Searches(draws=5, proved=1, looked=3, several=1, least=2, most=16)
    assert (found.known, found.unlooked) == (4, 1)
    told = " ".join(searches_sentences(found)).replace("\xa0", " ")
    assert told == (
        "Other equilibria were looked for in 3 of 5 combinations solved, from 2 to 16 starts each; "
        "in 1 it is proved that there is no other; in 1 nobody looked. In 1 combination more than "
        "one equilibrium was met."
    )
    assert open_words(0, found) == "0 open of the 4 looked at"
    assert open_cell(0, found) == "0 of 4"


def test_of_several_games_that_counts_of_which_least_is_known() -> None:
    one = np.array(["proved", "proved", "not refuted by 3 starts", "several found"])
    other = np.array(["proved", "not looked for", "not refuted by 2 starts", "proved"])
    assert least_known([one, other]).tolist() == [
        "proved",
        "not looked for",
        "not refuted by 2 starts",
        "several found",
    ]


def test_where_nobody_looked_nothing_is_counted() -> None:
    nothing = Searches(draws=8)
    assert open_words(0, nothing) == "open: not looked for"
    assert open_cell(0, nothing, "–") == "–"
    (said,) = searches_sentences(nothing)
    assert said.replace("\xa0", " ") == (
        "In none of 8 combinations solved were other equilibria looked for."
    )
    assert of_claims([nothing, Searches(8, 8)]).startswith("Of the claim of which least is known")
    assert "not looked for" in uniqueness_words("not refuted by 0 starts")


@pytest.mark.parametrize("starts", [0, 2])
def test_solvers_tag_draws_in_which_nobody_looked(starts: int) -> None:
    structure, tables = random_unseen_game(3, draws=3)
    found = solvers.solve(structure, tables, traced=(), starts=starts)
    looked = found.uniqueness != "not looked for"
    assert looked.all() if starts else not looked.any()


def test_claims_say_in_how_many_draws_others_were_looked_for() -> None:
    (one,) = check(read(TALKS), draws=16, seed=1)
    assert one.searches.looked == one.searches.draws == 16
    assert one.searches.least >= 1
    words = claims_words("", [one])
    assert "looked for in 16 of 16" in words.replace("\xa0", " ")
    assert as_json(one)["searches"]["not_looked_for"] == 0


def test_nobody_says_0_open_of_draws_in_which_nobody_looked() -> None:
    scenario = read(TALKS)
    (one,) = check(scenario, draws=16, seed=1, effort=Effort(0, 8, 0, (1.0,)))
    assert one.searches.unlooked == one.searches.draws == 16
    assert open_words(one.open, one.searches) == "open: not looked for"
    told = as_json(one)
    assert told["searches"]["not_looked_for"] == 16
    assert not told["open_looked_for"]
    words = " ".join(verdict_remarks(one)) + claims_words("", [one])
    assert "0 open" not in words
    assert "at nominal values only" in words


def test_a_run_says_so_in_findings_terminal_report_and_json() -> None:
    found = investigate(read(TALKS), draws=16, seed=1)
    assert found.searches.looked == found.searches.draws == 16
    told = json.loads(json.dumps(summary(found)))
    assert told["certificate"]["draws"]["searches"]["looked_for"] == 16
    sentence = "Other equilibria were looked for in 16 of 16 combinations solved"
    assert sentence in told["certificate"]["sentence"].replace("\xa0", " ")
    report = " ".join(assurance_of(found).sentences).replace("\xa0", " ")
    assert sentence in report
    assert told["claims"]["peace"]["searches"]["draws"] == 16


def test_a_run_tries_claims_of_larger_games_in_fewer_combinations_and_says_in_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("offramp.study.runs.inquiry.SEARCHED_NODES", 0)
    monkeypatch.setattr("offramp.study.runs.inquiry.FEWEST", 8)
    told = summary(investigate(read(TALKS), draws=16, seed=1))
    assert told["certificate"]["draws"]["searches"]["draws"] == 16
    claim = told["claims"]["peace"]
    assert claim["tried"] == 8
    assert "8 of 8 solved" in claim["sentence"].replace("\xa0", " ")

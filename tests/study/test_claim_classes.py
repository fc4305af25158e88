"""Classes of claims, and what an act of force in one does, against numbers known by hand."""

# ruff: noqa: E501
from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pytest

from offramp.presentation import sentences
from offramp.presentation.records import claims_as_json
from offramp.presentation.text.claims import class_words, share_words
from offramp.scenario import read
from offramp.study.claims.checking import check
from offramp.study.claims.verdicts import Verdict
from offramp.study.solving.shares import Share

STANDOFF = """
offramp: 1
title: One move
sources: {talk: {date: "2026-01-02", kind: talk, speaker: Somebody}}
parties: {north: {label: North, precision: 2}, south: {label: South, precision: 1}}
parameters:
  share: {value: 0.6, range: "uniform(0.5, 0.7)"}
  floor: 0.3
  fear: {value: 0.4, range: "uniform(0.3, 0.5)"}
state: {mark: {levels: [none, made], start: none}}
round:
  - name: act
    by: north
    moves:
      wait: {}
      strike: {end: war, force: true, label: strikes}
  - name: speak
    by: south
    moves:
      quiet: {pay: {south: -0.1}}
      threaten: {then: {mark: made}, pay: {south: -fear}}
outcomes:
  war: {kind: war, pay: {north: -0.5, south: -1}}
  quiet: {kind: stalemate}
rounds: 1
at_end: quiet
mechanisms:
  worn: {from: worn, label: Threats wear out (S9), off: {fear: 0}, parameters: [fear], steps: [speak]}
claims:
  worths: {says: It is worth more., source: {talk: part 2}, holds_when: share > floor}
  marked: {says: A threat leaves a mark., holds_when: P(ever mark == made) > P(ever mark == made | bar(south.speak = threaten))}
  quiet: {says: It stays quiet., holds_when: P(quiet) > 0.5}
  threat: {says: Another threat changes nothing (S9)., holds_when: P(war | do(south.speak = threaten)) <= P(war | do(south.speak = quiet)) + 0.01}
  strikes: {says: Striking ends it., holds_when: P(war | do(north.act = strike)) > P(war)}
  half: {says: It is worth a good deal., holds_when: share > 0.6}
"""


@cache
def verdicts() -> dict[str, Verdict]:
    return {one.name: one for one in check(read(STANDOFF), draws=64, seed=1)}


def test_each_class_has_its_claim() -> None:
    assert {name: one.kind for name, one in verdicts().items()} == {
        "worths": "put in",
        "marked": "put in",
        "quiet": "follows",
        "threat": "follows without its premise",
        "strikes": "follows",
        "half": "mixed",
    }
    assert verdicts()["worths"].put_in == "static worths"
    assert verdicts()["marked"].put_in == "tautology"
    assert "one side is 0 by the rules" in class_words(verdicts()["marked"])
    assert "S9 (Threats wear out) off as well" in class_words(verdicts()["threat"])


def test_the_class_follows_the_share_and_not_the_central_values() -> None:
    one = verdicts()["quiet"]
    for share, kind in (
        (0.85, "follows"),
        (0.8, "follows"),
        (0.5, "mixed"),
        (0.2, "does not follow"),
    ):
        told = replace(one, declared=Share(share, share, share, 1, 64, 64), state="does not hold")
        assert told.kind == kind
        assert share_words(told).endswith("of the combinations; not at nominal values")
    assert replace(one, open=40).kind == "open"
    assert replace(one, state="says nothing", declared=Share(None, None, None, 0, 0, 64)).kind == (
        "no verdict"
    )


def test_an_act_of_force_is_told_with_what_it_does() -> None:
    strike = 1 / (1 + math.exp(2 * 0.5))
    speak = {"quiet": math.exp(-0.1), "threaten": math.exp(-0.4)}
    said = -(0.1 * speak["quiet"] + 0.4 * speak["threaten"]) / sum(speak.values())
    (act,) = verdicts()["strikes"].force
    assert act.act == "North: strikes"
    assert act.danger["war"] == pytest.approx((strike, 1.0), abs=1e-12)
    assert "catastrophe" not in act.danger
    assert act.gains["North"] == pytest.approx(-0.5 * (1 - strike), abs=1e-12)
    assert act.gains["South"] == pytest.approx((1 - strike) * (-1 - said), abs=1e-12)
    line = sentences(verdicts()["strikes"])[0]
    assert (
        "the act of force in it (‹North: strikes›) moves the probability of war from 27 % to 100 %"
        in line
    )
    assert all(f"{party} −" in line for party in ("North", "South"))
    assert not any(one.force for name, one in verdicts().items() if name != "strikes")
    told = claims_as_json(verdicts().values())["strikes"]["force"][0]
    assert told["war"] == pytest.approx([strike, 1.0])


def test_a_paraphrase_is_no_quotation() -> None:
    line = sentences(verdicts()["worths"])[0]
    assert "(the analyst's paraphrase of part 2)" in line
    assert not {"“", "”", '"'} & set(line)


def test_where_nobody_looked_it_is_said_that_none_need_be() -> None:
    from offramp.study.claims.checking import Effort

    few = check(read(STANDOFF), draws=16, seed=1, effort=Effort(0, 8, 0, (1.0,)))
    plain = [one for one in few if not one.searched]
    assert plain
    assert all(one.searches.proved == one.searches.draws == 16 for one in plain)
    told = " ".join(sentences(plain[0])).replace("\xa0", " ")
    assert "In all of 16 combinations solved the equilibrium is proved to be the only one." in told
    assert not any(one.searches.unlooked for one in verdicts().values())

"""Whose claim it is, and the numbers beside its verdict."""

from __future__ import annotations

import pytest

from offramp.presentation.text.speaking import numbers_words, speaker_sentences
from offramp.scenario import read
from offramp.study.claims.checking import check
from offramp.study.claims.speakers import NOBODY, by_speaker, find_speakers, speaker_of

TEXT = """\
offramp: 1
title: A quarrel
sources:
  memo: {title: A memo, speaker: An aide}
  letter: {title: A letter, speaker: An aide}
  note: {title: A note, speaker: A clerk}
parties: {south: {patience: 0.9, precision: 4}}
parameters: {slide: 0.3, hurry: 0.2}
round:
  - name: month
    by: nature
    moves:
      war: {odds: slide, end: war}
      peace: {odds: hurry, end: peace}
      on: {odds: rest}
outcomes:
  war: {kind: war, pay: {south: -1}}
  peace: {kind: agreement, pay: {south: 1}}
rounds: unlimited
claims:
  own: {says: Peace, source: memo, holds_when: P(peace) > P(war)}
  kept: {says: Again, source: {letter: p 2}, holds_when: P(peace) + 0.1 > 0.5 and P(war) < 0.6}
  clerks: {says: War, source: note, holds_when: P(war) >= 0.5}
  nobodys: {says: Something, holds_when: 0.2 <= P(peace) < 0.9}
accounts:
  aide: {label: The aide, source: memo, parameters: {hurry: 0.6}}
  note: {label: The clerk, parameters: {slide: 0.1}}
"""


def test_claims_are_those_of_whoever_cites_the_same_source_or_speaker() -> None:
    found = {one.label: (one.accounts, one.claims) for one in find_speakers(read(TEXT))}
    assert found == {
        "‹The aide›": (("aide",), ("own", "kept")),
        "‹The clerk›": (("note",), ("clerks",)),
        NOBODY: ((), ("nobodys",)),
    }
    assert speaker_of(read(TEXT), "kept").label == "‹The aide›"


def test_without_accounts_a_claim_is_the_speakers_of_its_source() -> None:
    text = TEXT[: TEXT.index("accounts:")]
    assert [one.label for one in find_speakers(read(text))] == ["‹An aide›", "‹A clerk›", NOBODY]


def test_own_premises_stand_first_and_the_middle_last() -> None:
    verdicts = check(read(TEXT), draws=0)
    told = by_speaker(verdicts)
    assert [one.account for one in told["‹The aide›"]["own"]] == ["aide", "note", ""]
    assert [one.account for one in told["‹The clerk›"]["clerks"]] == ["note", "aide", ""]
    assert [one.own for one in told["‹The clerk›"]["clerks"]] == [True, False, False]
    said = [one.replace("\u00a0", " ") for one in speaker_sentences(verdicts)]
    assert said[0].startswith(
        "Of ‹The aide›: 2 conclusions. On the speaker's own premises (‹The aide›) 2 follow; "
    )
    assert said[1].startswith(
        "Of ‹The clerk›: 1 conclusion. On the speaker's own premises (‹The clerk›) 1 does not "
        "follow; "
    )


def test_both_numbers_of_every_comparison_and_the_margin() -> None:
    """Against the closed form: an end comes with odds in the ratio of its chances."""
    verdicts = {(one.name, one.account): one for one in check(read(TEXT), draws=0)}
    (one,) = verdicts["own", "aide"].compared
    assert (one.left, one.sign, one.right) == ("P(peace)", ">", "P(war)")
    assert one.left_value == pytest.approx(0.6 / 0.9)
    assert one.right_value == pytest.approx(0.3 / 0.9)
    assert one.margin == pytest.approx(0.3 / 0.9)
    first, second = verdicts["kept", ""].compared
    assert (first.left, first.right) == ("P(peace) + 0.1", "0.5")
    assert (first.left_value, first.right_value) == (pytest.approx(0.5), 0.5)
    assert (second.left_value, second.right_value) == (pytest.approx(0.6), 0.6)
    low, high = verdicts["nobodys", "note"].compared
    assert (low.left, low.sign, low.right) == ("0.2", "<=", "P(peace)")
    assert (high.left, high.sign, high.right_value) == ("P(peace)", "<", 0.9)
    assert high.left_value == pytest.approx(0.2 / 0.3)
    assert numbers_words([one.plain()]) == "0.667, 0.333, +0.333"


def test_close_numbers_are_told_apart() -> None:
    pair = {"left_value": 0.51234, "right_value": 0.51236, "margin": -0.00002}
    left, right, margin = numbers_words([pair]).split(", ")
    assert left < right
    assert margin.startswith("−")

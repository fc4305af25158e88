"""Numbers and shares in words, and the words that no report may use."""

from __future__ import annotations

import numpy as np
import pytest

from offramp.presentation.text.numbers import (
    between,
    figure_of,
    holds,
    listed,
    percent,
    points,
    scientific,
    sentence,
)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (1e-7, "below 0.1 %"),
        (0.009, "0.9 %"),
        (0.0996, "10 %"),
        (0.62, "62 %"),
        (0.925, "92 %"),
        (0.9905, "99.1 %"),
        (0.99999, "above 99.9 %"),
        (1.0, "100 %"),
        (float("nan"), "not known"),
    ],
)
def test_a_share_is_never_rounded_to_certainty(share: float, words: str) -> None:
    assert percent(share).replace("\u00a0", " ") == words


def test_a_share_of_draws_describes_the_assumptions() -> None:
    assert holds(0.62, 988, 1000).replace("\u00a0", " ") == (
        "holds in 62 % of the combinations of assumptions tried (988 of 1,000 solved); "
        "this describes the assumptions, not the world; other ranges give another figure"
    )


def test_a_range_names_the_sign_once() -> None:
    assert between(0.3, 0.62).replace("\u00a0", " ") == "30 to 62 %"
    assert between(0.3, 0.3).replace("\u00a0", " ") == "30 %"
    assert between(0.0001, 0.02).replace("\u00a0", " ") == "below 0.1 % to 2.0 %"


def test_changes_have_a_sign() -> None:
    assert points(-0.041) == "\u22124.1\u00a0points"
    assert points(0.0) == "no change"
    assert points(0.0001) == "+ less than 0.1 points"


def test_numbers_are_plain() -> None:
    assert figure_of(0.12345) == "0.123"
    assert figure_of(-2) == "\u22122"
    assert figure_of(12345) == "12,345"
    assert figure_of(3e-12) == scientific(3e-12) == "3.0 × 10⁻¹²"
    assert figure_of(np.nan) == "not known"


def test_lists_and_sentences() -> None:
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
    assert sentence("it ends") == "It ends."

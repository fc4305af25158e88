"""Tornado and off-ramps where somebody does not see everything: slopes there follow beliefs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from offramp.scenario import read
from offramp.study.offramps.proposals import offramps
from offramp.study.offramps.slopes import LeverSlopes
from offramp.study.sensitivity.hanging_on import sensitivity

BLUFF = """offramp: 1
title: A bluff
parties: {north: {precision: 6}, south: {precision: 6}}
parameters:
  aid: {value: 0, range: "uniform(0, 0.2)", unit: utility, note: judgement}
  fear: {value: 0.6, range: "uniform(0.4, 0.8)", unit: utility, note: judgement}
  tough: {value: 0.3, range: "uniform(0.1, 0.5)", unit: probability, note: judgement}
private: {kind: {levels: [soft, hard], odds: {soft: rest, hard: tough}, known_to: [north]}}
round:
  - {name: demand, by: north, moves: {threaten: {}, wait: {end: status_quo}}}
  - {name: answer, by: south, moves: {settle: {end: deal}, refuse: {}}}
  - {name: act, by: north, moves: {fight: {end: war, force: true}, back_down: {end: status_quo}}}
outcomes:
  deal: {kind: agreement, pay: {north: 0.6, south: "aid - 0.2"}}
  status_quo: {kind: stalemate, pay: {north: 0, south: 0.2}}
  war: {kind: war, pay: {north: "-0.5 + (kind == hard)", south: -fear}}
rounds: 1
at_end: status_quo
levers:
  support:
    {parameter: aid, towards: higher, held_by: [north], effort: {cost: 1, per: 0.1}, limit: 2}
"""


def test_the_tornado_has_exact_slopes_where_types_are_hidden() -> None:
    found = sensitivity(read(BLUFF), "P(deal)", points=0, seed=1, menu=False)
    by = {row["name"]: row["slope"] for row in found.table if row["what"] == "slope"}
    assert by["aid"] > 0.0
    assert all(np.isfinite(value) for value in by.values())


def test_off_ramps_are_found_by_exact_slopes_where_types_are_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No difference is taken, and the change leads as far as it says when solved on its own."""

    def none(*_: Any) -> Any:
        raise AssertionError("slopes were withheld")

    monkeypatch.setattr(LeverSlopes, "_differences", none)
    found = offramps(read(BLUFF), draws=16, seed=1)
    assert found.before < 0.5
    assert found.found
    assert max(one.after for one in found.found) >= 0.5 - 1e-6

"""A scan against the closed form, and against each point solved by itself."""

from __future__ import annotations

import numpy as np
import pytest

import offramp
from offramp.core.errors import OfframpError
from offramp.scenario import read, with_values
from offramp.study import Workspace

QUARREL = """\
offramp: 1
title: A quarrel
parties: {south: {patience: 0.9, precision: 4}}
parameters:
  slide: {value: 0.3, range: "uniform(0.1, 0.5)"}
  hurry: {value: 0.2, range: "normal(0.2, 0.02)"}
  twice: 2 * slide
  cost: {each: {shut: 0.1, open: 0.2}}
  fixed: 0.5
switches:
  door: {options: [shut, open], value: shut}
round:
  - name: month
    by: nature
    moves:
      war: {odds: twice / 2, end: war, pay: {south: "-cost[shut] - cost[open] - 0 * fixed"}}
      peace: {odds: hurry, end: peace}
      way_out: {when: door == open, odds: 0.1, end: peace}
      on: {odds: rest}
outcomes:
  war: {kind: war, pay: {south: -1}}
  peace: {kind: agreement, pay: {south: 1}}
rounds: unlimited
"""


def test_ends_time_and_derived_numbers_against_the_closed_form() -> None:
    """An end comes in the ratio of the odds; play goes on (1 - a - b) / (a + b) times."""
    slides = np.linspace(0, 0.5, 6)
    found = offramp.scan(read(QUARREL), slide=slides, hurry=[0.1, 0.2])
    assert found["rounds"].dims == ("slide", "hurry")
    a, b = slides[:, None], np.array([[0.1, 0.2]])
    war = found["probability"].sel(outcome="war").values
    assert war == pytest.approx(a / (a + b), abs=1e-12)
    assert found["rounds"].values == pytest.approx((1 - a - b) / (a + b))
    assert found["kind_probability"].sel(kind="war").values == pytest.approx(war)
    assert set(found["status"].values.ravel()) == {"solved"}


def test_every_point_is_what_it_is_by_itself() -> None:
    scenario = read("border-standoff")
    slides = [0.02, 0.1, 0.25]
    found = offramp.scan(scenario, {"slide": slides}, quantities=["P(disaster by 3)"])
    for place, slide in enumerate(slides):
        alone = offramp.investigate(with_values(scenario, {"slide": slide}), draws=0, brief=True)
        one = found.isel(slide=place)
        assert one["probability"].values == pytest.approx(
            alone.nominal["probability"].values[0], abs=1e-9
        )
        assert one["payoff"].values == pytest.approx(alone.nominal["payoff"].values[0], abs=1e-9)
    by_three = found["quantity"].sel(asked="P(disaster by 3)").values
    assert (by_three > 0).all()
    assert (by_three <= found["probability"].sel(outcome="disaster").values + 1e-12).all()


def test_families_switches_and_ranges() -> None:
    workspace = Workspace(read(QUARREL))
    whole = offramp.scan(workspace, {"cost": [0, 1]})
    apart = whole["payoff"].values[:, 0]
    assert apart[0] - apart[1] == pytest.approx(
        offramp.scan(workspace, {"cost[shut]": [0, 2]})["payoff"].values[:, 0] @ [1, -1]
    )
    door = offramp.scan(workspace, door=None)
    assert list(door["door"].values) == ["shut", "open"]
    assert door["probability"].sel(outcome="war").values == pytest.approx([0.6, 0.5])
    own = offramp.scan(workspace, slide=None)["slide"].values
    assert (len(own), own[0], own[-1]) == (21, 0.1, 0.5)
    open_ended = offramp.scan(workspace, hurry=None)["hurry"].values
    assert open_ended[0] == pytest.approx(0.2 - 1.959964 * 0.02, abs=1e-6)


def test_an_account_is_scanned_on_its_own_numbers() -> None:
    text = QUARREL + "accounts: {calm: {parameters: {hurry: 0.4}}}\n"
    found = offramp.scan(read(text), slide=[0.1], account="calm")
    assert found["probability"].sel(outcome="war").values == pytest.approx([0.2])


@pytest.mark.parametrize(
    ("over", "near"),
    [
        ({"slid": [1]}, "did you mean 'slide'?"),
        ({"door": ["opn"]}, "did you mean 'open'?"),
        ({"fixed": None}, "fixed=0:1:21"),
        ({"slide": [float("nan")]}, ""),
        ({"slide": [0.1], "hurry": [0.1], "door": None}, ""),
        ({"slide": np.linspace(0, 0.1, 200), "hurry": np.linspace(0, 0.1, 200)}, "sweep"),
        ({}, ""),
    ],
)
def test_what_cannot_be_scanned_is_said(over: dict[str, object], near: str) -> None:
    with pytest.raises(OfframpError) as told:
        offramp.scan(read(QUARREL), over)  # type: ignore[arg-type]  wrong on purpose
    assert near in told.value.repair

"""One switch at another option, against the text edited by hand; what flips the likeliest end."""

from __future__ import annotations

import pytest

from offramp.scenario import read
from offramp.study import investigate
from offramp.study.runs.choices import choice_shares
from offramp.study.runs.flips import find_flips
from offramp.study.runs.switched import ends_switched
from offramp.study.solving.experiment import solve
from offramp.study.solving.workspace import Workspace

BRIDGE = """
offramp: 1
title: A bridge
parties: {north: {precision: 2}, south: {precision: 3}}
parameters: {gain: {value: 0.2, range: "uniform(-1, 1)"}}
switches:
  draft: {options: [absent, present], value: absent, range: "choice(absent, present)", label: Draft}
round:
  - name: propose
    by: north
    moves:
      share: {when: draft == present, end: shared}
      wait: {}
  - name: answer
    by: south
    moves: {yield: {when: draft == present, end: shared}, fight: {end: war}}
outcomes:
  shared: {kind: agreement, pay: {north: 1, south: gain}}
  war: {kind: war, pay: {north: -1, south: -0.2}}
rounds: 1
at_end: war
accounts:
  hopeful: {parameters: {gain: 0.9}}
"""


def test_a_switch_changed_is_the_text_edited_by_hand() -> None:
    workspace = Workspace(read(BRIDGE))
    found = ends_switched(workspace, ("hopeful", ""))
    assert [(one.account, one.switch, one.option) for one in found] == [
        ("hopeful", "draft", "present"),
        ("", "draft", "present"),
    ]
    by_hand = investigate(
        read(BRIDGE.replace("value: absent", "value: present")), draws=0, brief=True
    )
    for name in ("shared", "war"):
        value = float(by_hand.nominal["probability"].sel(outcome=name).values[0])
        assert found[1].outcomes[name] == pytest.approx(value, abs=1e-12)
    assert found[0].outcomes["shared"] > found[1].outcomes["shared"]
    assert not ends_switched(
        Workspace(read(BRIDGE.replace(', range: "choice(absent, present)"', ""))), ("",)
    )


def test_what_flips_the_likeliest_end_is_the_switch() -> None:
    found = investigate(read(BRIDGE), draws=256, seed=1)
    flips = find_flips(found.scenario, found.nominal, found.draws)
    assert flips is not None
    assert flips.outcome == "war"
    assert flips.kept + sum(n for _, n in flips.instead) == flips.counted == 256
    assert flips.regions[0].names[0] == "draft"
    assert flips.regions[0].conditions[0].options


def test_forced_turns_are_no_choices() -> None:
    game = Workspace(read(BRIDGE.replace("value: absent", "value: present"))).game()
    shares = choice_shares(solve(game))
    assert set(shares) == {"propose.share", "propose.wait", "answer.yield", "answer.fight"}
    assert shares["propose.share"] + shares["propose.wait"] == pytest.approx(1)
    bare = Workspace(read(BRIDGE)).game()
    assert not choice_shares(solve(bare))  # without a draft nobody has two moves

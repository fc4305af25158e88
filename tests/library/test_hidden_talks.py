"""The talks with hidden information: what they share with the main text, sizes, verdicts."""

from __future__ import annotations

import pytest

import offramp


@pytest.fixture(scope="module")
def talks() -> offramp.Scenario:
    return offramp.read("trilateral-talks")


@pytest.fixture(scope="module")
def simultaneous() -> offramp.Scenario:
    return offramp.read("trilateral-talks-simultaneous")


@pytest.mark.parametrize(
    "part",
    [
        "time", "parties", "issues", "packages", "state", "outcomes", "rounds",
        "claims", "accounts",
    ],
)  # fmt: skip
def test_the_simultaneous_text_is_the_main_text(talks, simultaneous, part: str) -> None:
    """The language has no way to share these; so they are held together here."""
    assert getattr(simultaneous, part) == getattr(talks, part)


def test_the_numbers_are_those_of_the_main_text(talks, simultaneous) -> None:
    def bare(scenario: offramp.Scenario) -> object:
        left_out = {"first_advantage": {"note": ""}}
        return {
            name: one.model_copy(update=left_out.get(name, {}))
            for name, one in scenario.parameters.items()
        }

    assert bare(simultaneous) == bare(talks)


def test_only_the_strike_differs(talks, simultaneous) -> None:
    old = {step.name: step for step in talks.round}
    new = {step.name: step for step in simultaneous.round}
    assert set(old) == set(new)
    assert [name for name in old if old[name] != new[name]] == ["first_strike"]
    order = [name for name in old if name != "first_strike"]
    assert [name for name in new if name != "first_strike"] == order
    assert new["first_strike"].unseen == ("ladder_act", "ladder_risk")
    for name in set(talks.mechanisms) - {"first"}:
        assert simultaneous.mechanisms[name] == talks.mechanisms[name]


def test_size_and_sets(simultaneous) -> None:
    structure = offramp.build(simultaneous).structure
    assert structure.nodes == 2952
    assert structure.hidden

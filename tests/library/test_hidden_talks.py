"""The talks with hidden information: what they share with the main text, sizes, verdicts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import offramp

EXTENSIONS = Path(__file__).resolve().parents[2] / "docs" / "_ext"


@pytest.fixture(scope="module")
def talks() -> offramp.Scenario:
    """The earlier encoding, which the texts with hidden information share."""
    return offramp.read("trilateral-talks-earlier")


@pytest.fixture(scope="module")
def simultaneous() -> offramp.Scenario:
    return offramp.read("trilateral-talks-simultaneous")


@pytest.mark.parametrize(
    "part",
    ["time", "parties", "issues", "packages", "state", "outcomes", "rounds", "claims", "accounts"],
)
def test_the_simultaneous_text_is_the_main_text(talks, simultaneous, part: str) -> None:
    """The language has no way to share these; so they are held together here."""
    assert getattr(simultaneous, part) == getattr(talks, part)


def numbers(entry: Any) -> object:
    """A parameter's value and range, or those of a family's members."""
    if hasattr(entry, "each"):
        return {key: numbers(one) for key, one in entry.each.items()}
    return getattr(entry, "value", entry), getattr(entry, "range", None)


def test_the_numbers_are_those_of_the_main_text(talks, simultaneous) -> None:
    there = {name: numbers(entry) for name, entry in talks.parameters.items()}
    assert {name: numbers(entry) for name, entry in simultaneous.parameters.items()} == there


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


@pytest.fixture(scope="module")
def private() -> offramp.Scenario:
    return offramp.read("trilateral-talks-private")


def test_the_private_text_keeps_to_the_main_one(talks, private) -> None:
    """What it tells it tells with the same numbers, worths and claims."""
    for name in set(private.parameters) - {"stake", "resolved"}:
        here, there = numbers(private.parameters[name]), numbers(talks.parameters[name])
        if isinstance(here, dict):
            assert isinstance(there, dict)
            there = {key: there[key] for key in here}
        assert here == there, name
    for name, package in private.packages.items():
        assert package == talks.packages[name]
    for name, claim in private.claims.items():
        assert claim.holds_when == talks.claims[name].holds_when
    for name, account in private.accounts.items():
        whole = talks.accounts[name].parameters
        assert account.parameters == {key: whole[key] for key in account.parameters}
    assert list(private.claims) == ["C1", "C2", "C6", "C7", "C8", "C10", "C13"]


def test_size_of_the_private_text(private) -> None:
    structure = offramp.build(private).structure
    assert structure.nodes == 35175
    assert structure.hidden


def states(scenario: offramp.Scenario, account: str) -> dict[str, str]:
    found = offramp.claims(scenario, draws=0, brief=True, accounts=[account])
    return {one.name: one.state for one in found}


def states_of_the_main_text(account: str) -> dict[str, str]:
    """With a draft, at nominal values, as the page on hidden information has them from a run."""
    saved = json.loads((EXTENSIONS.parent / "explanation" / "talks-hidden.json").read_text("utf-8"))
    accounts = ("", "as_broadcast", "kyiv_as_reported", "washington_as_reported")
    return {row[0]: row[1 + accounts.index(account)] for row in saved["main"]["rows"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "account", ["", "as_broadcast", "kyiv_as_reported", "washington_as_reported"]
)
def test_deciding_at_the_same_time_changes_one_verdict(simultaneous, account: str) -> None:
    """At nominal values; it is at the edge, as the page says."""
    found, main = states(simultaneous, account), states_of_the_main_text(account)
    changed = {name: (main[name], state) for name, state in found.items() if state != main[name]}
    edge = {"as_broadcast": {"C3": ("does not hold", "holds")}}
    assert changed == edge.get(account, {})


PRIVATE = {
    "": {"C2", "C6", "C10", "C13"},
    "as_broadcast": {"C2", "C6", "C10", "C13"},
    "kyiv_as_reported": {"C2", "C6", "C13"},
    "washington_as_reported": {"C2", "C13"},
}


@pytest.mark.slow
@pytest.mark.parametrize("account", list(PRIVATE))
@pytest.mark.parametrize("known_to", ["russia", "[russia, ukraine, united_states]"])
def test_private_resolve_changes_no_verdict(private, account: str, known_to: str) -> None:
    text = offramp.scenario_text(private)
    assert "known_to: russia" in text or "known_to: [russia]" in text
    for written in ("known_to: russia", "known_to: [russia]"):
        text = text.replace(written, f"known_to: {known_to}")
    found = states(offramp.read(text), account)
    assert {name for name, state in found.items() if state == "holds"} == PRIVATE[account]
    assert set(found.values()) == {"holds", "does not hold"}


@pytest.mark.slow
def test_certificates_of_both(simultaneous, private) -> None:
    for scenario in (simultaneous, private):
        game = offramp.build(scenario)
        found = offramp.solve(game, game.draws(4, seed=1), starts=0).equilibria
        assert set(found.status) == {"solved"}
        assert found.residual.max() < 1e-11
        assert (found.regret_anywhere <= found.regret_bound + 1e-9).all()


@pytest.mark.slow
def test_the_saved_tables_are_what_comes_out() -> None:
    """Those at nominal values that take seconds; `docs/_ext/hidden_figures.py` writes all."""
    sys.path.insert(0, str(EXTENSIONS))
    try:
        import hidden_figures as figures  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.pop(0)
    saved = json.loads(figures.SAVED.read_text(encoding="utf-8"))
    for name, _, rows in figures.tables():
        if name in ("sizes", "known", "resolve"):
            assert saved[name]["rows"] == [list(row) for row in rows]

"""The claims, accounts and levers of the first account: there, answered, in neutral words."""

from __future__ import annotations

import re

import numpy as np
import pytest

import offramp
from offramp.scenario import Scenario, off_values, read_claims, understand, with_account
from offramp.study.offramps.levers import handles
from offramp.study.quantities.evaluation import QueryValues, evaluate_queries

CLAIMS = tuple(f"C{number}" for number in range(1, 14))
ACCOUNTS = ("as_broadcast", "kyiv_as_reported", "washington_as_reported")
RESTATING = {"C5": "S7", "C6": "S9", "C7": "S10", "C8": "S11", "C10": "S12", "C12": "S13"}
ASKING = re.compile(
    r"\b(best|optimal(ly)?|likely true|should|must|ought|have to|has to|needs? to|recommend\w*|"
    r"advis\w+|choose|avoid|let us|please)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return offramp.read("trilateral-talks")


def entries(scenario: Scenario) -> dict[str, tuple[float, float, float]]:
    """Assumption to its nominal value and both ends of its range."""
    meaning = understand(scenario)
    game = offramp.build(scenario)
    nominal = dict(zip(game.nominal().names, game.nominal().values[0], strict=True))
    found = {}
    for one in meaning.assumptions:
        ends = (nominal[one.name],) * 2
        if one.distribution is not None:
            ends = tuple(one.distribution.quantile(np.array([1e-12, 1 - 1e-12])))
        found[one.name] = (float(nominal[one.name]), float(ends[0]), float(ends[1]))
    return found


def words_of(scenario: Scenario) -> list[str]:
    declared = [*scenario.claims.values(), *scenario.accounts.values(), *scenario.levers.values()]
    texts = [text for one in declared for text in (one.label, one.about) if text]
    return texts + [claim.says for claim in scenario.claims.values()]


def test_all_claims_accounts_and_levers_are_there(scenario: Scenario) -> None:
    assert tuple(scenario.claims) == CLAIMS
    assert tuple(scenario.accounts) == ACCOUNTS
    assert len(scenario.levers) >= 6
    for claim in scenario.claims.values():
        assert isinstance(claim.source, dict)
        assert re.fullmatch(r"parts? \d( and \d)?", claim.source["broadcast"])
        assert claim.label
        assert claim.says.endswith(".")


def test_claims_beside_a_premise_name_it(scenario: Scenario) -> None:
    for name, row in RESTATING.items():
        assert f"premise {row}." in (scenario.claims[name].about or "")


def test_no_text_asks_anybody_to_do_anything(scenario: Scenario) -> None:
    for text in words_of(scenario):
        assert not ASKING.search(text), text


@pytest.mark.parametrize("account", ["", *ACCOUNTS])
def test_every_claim_has_a_verdict_at_nominal_values(scenario: Scenario, account: str) -> None:
    meaning = understand(with_account(scenario, account) if account else scenario)
    claims = read_claims(meaning)
    asked = {query: None for claim in claims for query in claim.quantities.values()}
    found: QueryValues = evaluate_queries(meaning, asked, starts=0)
    barred = scenario.accounts[account].bar if account else ()
    gone = [any(one.split(".")[1] in query.text for one in barred) for query in asked]
    status = found.status.ravel()
    assert set(status[~np.array(gone)]) == {"solved"}
    assert set(status[gone]) <= {"vacuous"}, "nobody can be committed to a move that is not there"
    assert np.isfinite(found.values[0, ~np.array(gone)]).all()
    assert 1 + found.game.max() <= 22, "every further game costs a solve of every draw"
    for claim in claims:
        assert claim.holds(found.columns()).shape == (1,)


def test_no_account_has_sources_for_its_numbers(scenario: Scenario) -> None:
    """What is asserted comes from the account, how much of it is the analyst's judgement."""
    for account in scenario.accounts.values():
        assert account.source
        assert account.label
        for name, entry in account.parameters.items():
            assert getattr(entry, "source", None) is None, name
            assert "judgement" in (getattr(entry, "note", None) or ""), name


def test_accounts_stay_within_the_ranges_or_reach_off(scenario: Scenario) -> None:
    own = entries(scenario)
    meaning = understand(scenario)
    off = {k: v for name in scenario.mechanisms for k, v in off_values(meaning, name).items()}
    for account in ACCOUNTS:
        told = entries(with_account(scenario, account))
        for name in scenario.accounts[account].parameters:
            value, low, high = told[name]
            assert low - 1e-9 <= value <= high + 1e-9, name
            stated_in_full = name == "second_best_binding"
            reach = [*own[name][1:], *([off[name]] if name in off else [])]
            assert stated_in_full or min(reach) - 1e-9 <= low <= high <= max(reach) + 1e-9, name


def test_what_is_asserted_is_on_what_is_denied_is_off_and_the_rest_is_common(
    scenario: Scenario,
) -> None:
    meaning, own = understand(scenario), entries(scenario)
    off = {name: off_values(meaning, name) for name in scenario.mechanisms}
    for account in ACCOUNTS:
        telling, told = scenario.accounts[account], entries(with_account(scenario, account))
        touched = set(telling.parameters) | set(telling.switches)
        touched |= {f"bar {one.split('.')[1].replace(' = ', '.')}" for one in telling.bar}
        for name in set(telling.asserts) & set(off):
            assert any(told[one][1] > value for one, value in off[name].items()), name
        for name in telling.denies:
            touched |= set(off[name])
            for parameter, value in off[name].items():
                assert told[parameter] == pytest.approx((value,) * 3, abs=1e-9), (account, name)
        for name in set(own) - touched:
            assert told[name] == own[name], (account, name)


def test_levers_have_room_within_the_ranges(scenario: Scenario) -> None:
    own = entries(scenario)
    able, idle = handles(offramp.build(scenario))
    assert not idle
    assert {lever.name for lever in able} == set(scenario.levers)
    for lever in able:
        _, low, high = own[lever.assumption]
        assert low - 1e-9 <= lever.limit <= high + 1e-9, lever.name
        assert lever.unit or scenario.levers[lever.name].switch
        assert lever.most > 0


def test_nobody_elses_valuation_is_a_lever(scenario: Scenario) -> None:
    families = ("weight", "worth", "reservation", "red_line", "toll", "patience", "first_", "ruin")
    for name, lever in scenario.levers.items():
        assert not any(part in (lever.parameter or "") for part in families), name

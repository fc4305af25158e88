"""Cases with known ends: they are solved with a certificate, and their pages say what comes out.

No test asks that what comes out be what happened.
"""

from __future__ import annotations

import pytest

import offramp
from offramp.scenario import parse_query, understand
from offramp.scenario.by_the_book import departures
from offramp.scenario.shelf import library_files
from offramp.study import evaluate_queries
from tests.library.case_pages import CASES, DRAWS, SEED, at_nominal, keys_of, over_draws, page_of
from tests.library.refining import document, scenario_of


def test_every_case_of_the_library_has_a_page() -> None:
    cases = {name for name in library_files("scenarios") if name.startswith("case-")}
    assert cases == {f"case-{case}" for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_the_page_says_what_comes_out_at_nominal_values(case: str) -> None:
    page = page_of(case).read_text(encoding="utf-8")
    scenario = offramp.read(f"case-{case}")
    assert {*scenario.claims, *scenario.outcomes} <= set(keys_of(page))
    assert at_nominal(page, case) == page


@pytest.mark.parametrize("case", CASES)
def test_the_page_counts_its_departures_from_the_code_book(case: str) -> None:
    found = departures(offramp.read(f"case-{case}"))
    assert {one.code for one in found} == {"B101"}
    assert f"lists {len(found)} places" in page_of(case).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_draws_over_the_ranges_are_solved_with_a_certificate(case: str) -> None:
    game = offramp.build(offramp.read(f"case-{case}"))
    draws = game.draws(16, seed=1)
    for rows, part in game.parts(draws):
        found = offramp.solve(part, draws.rows(rows), starts=0).equilibria
        assert (found.status == "solved").all(), found.message
        assert (found.residual < 1e-8).all()
        assert (found.regret <= found.regret_bound + 1e-9).all()


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_page_says_what_comes_out_over_the_draws(case: str) -> None:
    page = page_of(case).read_text(encoding="utf-8")
    assert over_draws(page, case) == page


def test_the_end_of_the_window_draws_agreements_to_itself() -> None:
    """As the pages say: where it is the known end, a treaty by then is about twice as likely."""
    found = []
    for rounds in (11, 15):
        words = document("case-egypt-israel") | {"rounds": rounds}
        scenario = scenario_of(words)
        query = parse_query("P(treaty by 11)", understand(scenario))
        found.append(evaluate_queries(scenario, [query], starts=0).values[0, 0])
    assert 1.8 < found[0] / found[1] < 2.2


@pytest.mark.slow
def test_the_dispute_about_korea_is_the_dispute_about_one_switch() -> None:
    rows = {
        "the_patron_kept_it_going": "without a change in Moscow less than half as likely",
        "prisoners_prolonged_it": "proposing the return of all would have been quicker",
    }
    shares: dict[str, list[str]] = {name: [] for name in rows}
    for side in ("moscow_decides", "peking_decides"):
        words = document("case-korea")
        words["switches"]["say"] = {"options": words["switches"]["say"]["options"], "value": side}
        words["accounts"] = {}
        findings = offramp.investigate(scenario_of(words), draws=DRAWS, seed=SEED, brief=True)
        for one in findings.verdicts:
            if one.name in rows and one.share is not None:
                shares[one.name].append(f"{100 * one.share:.0f} %")
    page = page_of("korea").read_text(encoding="utf-8")
    for name, words_ in rows.items():
        assert f"| {words_} | {' | '.join(shares[name])} |" in page

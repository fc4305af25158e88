"""Claims, disagreement, sensitivity and off-ramps in the report, from what the study found."""

from __future__ import annotations

import dataclasses
import html
import re
from functools import cache
from pathlib import Path

import pytest

from offramp.core.files import write_text
from offramp.presentation import report
from offramp.presentation.contents import find_sections
from offramp.presentation.headlines import answer, endings_of
from offramp.presentation.page import signed
from offramp.presentation.sections.claims import claims_of, shown_verdicts
from offramp.presentation.sections.comparison import comparisons_of
from offramp.presentation.sections.offramps import ramps_of
from offramp.presentation.sections.turning import turned_of
from offramp.presentation.text.claims import verdict_sentence
from offramp.presentation.text.comparison import apart
from offramp.study.runs.findings import Findings
from tests.presentation.mock import findings_of
from tests.presentation.scenes import border, levered, studied, with_study
from tests.presentation.test_browser import CHROMIUM, browse
from tests.presentation.test_page import BANNED, IMPERATIVES, LIMIT, own_words, words_of

NEW = ("claims", "turning", "comparison", "sensitivity", "offramps")
TRUTH = re.compile(r"\b(is|are|likely|probably) true\b|\blikely to be right\b", re.IGNORECASE)


@cache
def whole() -> Findings:
    return with_study(findings_of(border(), 60))


@cache
def page() -> str:
    return report(whole())


def section(name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', page(), re.DOTALL)
    assert found is not None
    return found.group()


def plain(text: str) -> str:
    return " ".join(words_of(text).replace("\u00a0", " ").split())


def test_sections_stand_where_something_was_found() -> None:
    bare = report(findings_of(border(), 0))
    for name in NEW:
        assert f'<section id="{name}"' in page()
        assert f'id="{name}"' not in bare
        assert f'href="#{name}"' not in bare
    assert {*NEW} <= {*find_sections()}


def test_no_id_stands_twice() -> None:
    ids = re.findall(r'<\w+[^>]*\bid="([^"]+)"', page())
    assert len(ids) == len(set(ids))


def test_every_claim_is_told_in_the_words_of_the_account() -> None:
    text = plain(section("claims"))
    verdicts = studied()["verdicts"]
    assert {one.name for one in verdicts} == {"waiting", "offers", "threats"}
    for one in verdicts:
        assert f"{one.says} (the analyst's paraphrase of " in text
        assert f"“{one.says}" not in text
        assert " ".join(signed(verdict_sentence(one)).split()) in text
        assert " ".join(one.holds_when.split()) in text
    assert "restates premise S9 (Threats wear out)" in text
    assert "Without Threats wear out (S9): does not hold" in text
    assert "With the precision of all choices ×½" in text
    assert "What studies say of Threats wear out (S9). Holds, in the literature" in text


def test_shares_stand_with_interval_and_both_weightings() -> None:
    text = section("claims")
    told = claims_of(whole())
    read = html.unescape(text).replace("\u00a0", " ")
    bars = [bar for one in told for side in one.sides for bar in (side.declared, side.other)]
    assert all(bars)
    assert text.count('class="share') == len(bars)
    for bar in bars:
        assert bar is not None
        assert 0 <= bar.low <= bar.width <= bar.high <= 100
        assert f"holds in {bar.text} of the combinations tried" in read


def test_the_bare_text_is_left_out_where_an_account_says_the_same() -> None:
    verdicts = studied()["verdicts"]
    same = tuple(
        dataclasses.replace(one, account="as_written") for one in verdicts if not one.account
    )
    shown = shown_verdicts(dataclasses.replace(whole(), verdicts=(*verdicts, *same)))
    assert "" not in {one.account for one in shown}
    assert "" in {one.account for one in shown_verdicts(whole())}


def test_a_difference_is_taken_to_pieces() -> None:
    text = plain(section("comparison"))
    one = comparisons_of(whole())[0]
    assert "the probability of an agreement" in text
    assert "none is the base of another" in text
    assert "As the north tells it" in text
    for part in one.contributions:
        assert ", ".join(part.assumptions) in text
    for row in one.outcomes:
        if max(row.nominal) > 0:  # type: ignore[type-var]
            assert row.outcome in text.lower()


def test_sensitivity_tells_shares_slopes_and_the_list_of_moves() -> None:
    text = plain(section("sensitivity"))
    assert "standard deviation" in text
    assert "Whether the list of moves decides" in text
    for name in ("weariness", "threats_spent", "strike_gain"):
        assert name in text


def test_an_off_ramp_tells_who_gives_and_who_gains() -> None:
    text = plain(section("offramps"))
    asked = ramps_of(whole())[0]
    assert asked.found
    assert asked.apart
    assert all(" ".join(one.split()) in text for one in asked.apart)
    for ramp in asked.found:
        assert ramp.title in text
        assert {one.party for one in ramp.stakes} == {"North", "South"}
        assert ramp.stakes[0].holder
    assert "never added up" in text
    assert "is left out" in text


def test_turning_points_are_told_end_by_end() -> None:
    text = plain(section("turning"))
    turning = studied()["turning"]
    assert turning
    assert all(one.label in text for one in turning if not one.ends)
    assert {one.label for one in turned_of(whole())} == {"Settlement", "Disaster", "Deadlock"}


def test_levers_are_told_with_effort_unit_and_holder() -> None:
    asked = ramps_of(levered())[0]
    moved = [one for ramp in asked.found for one in ramp.moved]
    assert {one.holders for one in moved} == {"North", "South"}
    assert {one.unit for one in moved} == {"per month", ""}
    both = [ramp for ramp in asked.found if len(ramp.moved) == 2]
    assert both
    assert all(" from North and " in ramp.effort for ramp in both)
    text = report(levered())
    assert "figure-effort_frontier" in text
    for ramp in asked.found:
        assert ramp.title in plain(text)
        assert all(one.to in text for one in ramp.moved)
    assert not BANNED.findall(own_words(text, levered().scenario))


def test_nothing_found_is_said_with_how_near_one_comes() -> None:
    from offramp.study.offramps.proposals import offramps

    few = offramps(border(), at_least=0.999, draws=0, seed=3)
    assert not few.found
    text = report(with_study(findings_of(border(), 0), offramps=few))
    assert "The nearest that was found" in text
    assert "no change of its levers" in plain(text)


def test_the_answer_has_a_sentence_on_claims_and_one_on_off_ramps() -> None:
    told = answer(whole())
    assert [one.folded for one in told] == [False] * 3 + [True] * 3
    assert "no forecast" in told[0].text
    assert told[1].text.startswith("the likeliest ends are, at the nominal values of each: on ‹As")
    assert "hangs on the account" in told[2].text or "which account is told" in told[2].text
    assert "claims" in told[4].text
    assert "found that bring" in told[5].text
    assert page().count('<span class="lead">') == 6
    assert all("as encoded here" not in one.text for one in told)


def test_every_headline_says_whose_premises_and_no_account_is_the_base() -> None:
    told = answer(whole())
    assert [one.lead for one in told[:3]] == [
        "On the premises of ‹As the north tells it› and ‹As the south tells it›, as encoded here,",
        "On the premises of these 2 accounts, as encoded here,",
        "On the premises of these 2 accounts, as encoded here,",
    ]
    assert told[1].text.index("As the south") < told[1].text.index("in the analyst's middle")
    assert [one.teller for one in endings_of(whole())] == [
        "As the north tells it",
        "As the south tells it",
        "The analyst's middle, no account's premises",
    ]
    for one in endings_of(whole()):
        assert sum(share for *_, share in one.parts) == pytest.approx(1, abs=1e-6)
        assert one.likeliest.replace("\u00a0", " ") in plain(page())
    single = answer(dataclasses.replace(whole(), account="north_tells"))
    assert single[0].lead.endswith("the account ‹As the north tells it›, as encoded here,")


def test_every_change_is_told_on_every_account() -> None:
    text = plain(section("offramps"))
    asked = ramps_of(whole())[0]
    assert asked.elsewhere
    assert all(" ".join(one.split()) in text for one in asked.elsewhere)
    for ramp in asked.found:
        assert "As the north tells it" in ramp.elsewhere
        assert " ".join(ramp.elsewhere.replace("\u00a0", " ").split()) in text
        assert ramp.fare in text
    assert "several readings, side by side" in text  # what each has without agreement


def test_details_are_folded_and_stand_on_paper() -> None:
    assert ramps_of(whole())[0].found
    for name, folds in (("claims", 3), ("offramps", len(ramps_of(whole())[0].found))):
        assert len(re.findall(r'<details class="(claim|ramp) fold"', section(name))) == folds
    assert 'querySelectorAll("details.fold:not([open])")' in page()


def test_a_disagreement_is_told_once_and_in_words() -> None:
    text = plain(section("comparison"))
    one = comparisons_of(whole())[0]
    assert apart(one).split("; the difference of ")[0].replace("\u00a0", " ") in text
    assert "together add +" not in text
    assert not re.search(r"‹\w+_\w+", text)


def test_no_advice_and_no_likelihood_of_truth() -> None:
    text = own_words(page(), border())
    for one in NEW:
        assert not TRUTH.findall(plain(section(one)))
    assert not BANNED.findall(text)
    assert not [hit.group() for hit in IMPERATIVES.finditer(text)]


def test_every_share_of_combinations_describes_the_assumptions() -> None:
    text = plain(page())
    shares = re.findall(r"holds in [^;.]*combinations of assumptions tried \([^)]*\)[^.;]*", text)
    assert shares
    assert all("†" in one for one in shares)
    assert text.count("describes the assumptions, not the world") == 1


def test_every_drawing_has_words_and_numbers_beside_it() -> None:
    for name in NEW:
        text = section(name)
        drawings = re.findall(r'<div class="drawing"[^>]*>', text)
        assert drawings
        assert all('role="img"' in one and 'aria-label="' in one for one in drawings)
        figures = re.findall(r'<figure class="picture".*?</figure>', text, re.DOTALL)
        assert all("<table" in one and "<p>" in one for one in figures)


def test_the_page_is_small() -> None:
    assert len(page().encode()) < LIMIT


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_a_browser_draws_the_new_figures(tmp_path: Path) -> None:
    path = write_text(tmp_path / "report.html", report(whole()))
    ran = browse(
        "--window-size=1280,900", "--dump-dom", path.as_uri(), profile=tmp_path / "profile"
    )
    places = len(re.findall(r'class="drawing[ "]', ran.stdout))
    assert f'data-drawn="{places}"' in ran.stdout
    assert "CONSOLE" not in ran.stderr

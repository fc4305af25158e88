"""Live assumptions: the same numbers as the command line, layers that say what they are."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from offramp.core.errors import OfframpError
from offramp.scenario import read
from offramp.web.live.answers import at_once, claims_as_of, followed
from offramp.web.live.controls import controls_of
from offramp.web.live.games import Compiled, Games
from offramp.web.live.newest import Newest, Superseded
from offramp.web.live.setting import Setting, setting_of
from tests.apps.asking import Ask, asker
from tests.web.talks import PARLEY

SETTINGS = [
    Setting(),
    Setting("hopeful"),
    Setting("grim", (("cost[north]", 0.19),)),
    Setting("hopeful", (("guard", "present"), ("slide", 0.3)), 2.0),
    Setting("grim", (("guard", "absent"), ("half", 0.01))),
    Setting("", (("cost[north]", 0.07), ("share", 0.7)), 0.5),
]


@pytest.fixture(scope="module")
def parley() -> Compiled:
    return Games().of(read(PARLEY))


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    return asker(capsys)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.query or "as written")
def test_a_setting_gives_what_the_command_line_gives(
    setting: Setting, parley: Compiled, ask: Ask, tmp_path: Path
) -> None:
    file = tmp_path / "parley.yaml"
    file.write_text(PARLEY, encoding="utf-8")
    for layer in (at_once, followed):
        told = layer(parley, setting, str(file))
        code, out, err = ask(*shlex.split(told["command"])[1:], "--json")
        assert code == 0, err
        said = json.loads(out)
        ours = {one["name"]: one["probability"] for one in told["ends"]}
        assert ours == pytest.approx(said["outcomes"], abs=1e-12, rel=0)
        worths = {one["party"]: one["value"] for one in told["payoffs"]}
        assert worths == pytest.approx(said["payoff"], abs=1e-12, rel=0)
        assert told["rounds"] == pytest.approx(said["rounds"], abs=1e-9)


def test_the_band_is_that_of_the_draws_of_the_command_line(
    parley: Compiled, ask: Ask, tmp_path: Path
) -> None:
    file = tmp_path / "parley.yaml"
    file.write_text(PARLEY, encoding="utf-8")
    band = followed(parley, SETTINGS[2], str(file))["band"]
    code, out, err = ask(*shlex.split(band["command"])[1:], "--json")
    assert code == 0, err
    said = json.loads(out)
    assert band["solved"] == said["draws"]["solved"]
    for name, quantiles in band["ends"].items():
        there = [said["outcomes"][name][key] for key in ("q05", "q50", "q95")]
        assert quantiles == pytest.approx(there, abs=1e-12)


def test_claims_are_those_of_the_account_shown(parley: Compiled) -> None:
    told = claims_as_of(parley, Setting("grim", (("slide", 0.05),)))
    (claim,) = told["claims"]
    assert "The grim" in claim["sentence"]
    assert claim["state"] in ("holds", "fails")
    assert told["command"].startswith("offramp claims FILE --draws 64 --seed 1 --account grim")


def test_every_assumption_has_its_control(parley: Compiled) -> None:
    told = controls_of(parley, Setting("grim", (("cost[north]", 0.12),)))
    kinds = {one["name"]: one["kind"] for one in told["controls"]}
    assert kinds == {
        "cost[north]": "slider",
        "share": "slider",
        "slide": "choice",
        "guard": "switch",
    }
    cost = next(one for one in told["controls"] if one["name"] == "cost[north]")
    assert (cost["low"], cost["high"]) == (0.1, 0.2)
    assert (cost["own"], cost["value"], cost["moved"]) == (0.15, 0.12, True)
    half = next(one for one in told["held"] if one["name"] == "half")
    assert half["formula"]
    assert half["value"] == pytest.approx(0.06)  # it follows what was moved
    share = next(one for one in told["controls"] if one["name"] == "share")
    assert share["sources"][0]["where"] == "line 4"
    slide = next(one for one in told["controls"] if one["name"] == "slide")
    assert slide["fixed"]  # the account states it; the range is that of the text
    assert [one["name"] for one in told["accounts"]] == ["hopeful", "grim", ""]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.query or "as written")
def test_an_address_says_a_setting_exactly(setting: Setting) -> None:
    from urllib.parse import parse_qsl

    assert setting_of(parse_qsl(setting.query)) == setting


@pytest.mark.parametrize(
    "pairs", [[("set", "cost=nan")], [("set", "cost=")], [("precision", "0")], [("precision", "x")]]
)
def test_an_address_that_says_no_setting_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(OfframpError):
        setting_of(pairs)


@pytest.mark.parametrize(
    "setting",
    [Setting("nobody"), Setting("", (("costs", 1.0),)), Setting("", (("guard", "asleep"),))],
)
def test_an_unknown_name_is_an_error_with_a_repair(setting: Setting, parley: Compiled) -> None:
    with pytest.raises(OfframpError) as caught:
        at_once(parley, setting)
    assert caught.value.found


def test_numbers_that_make_no_game_are_told(parley: Compiled) -> None:
    with pytest.raises(OfframpError):
        at_once(parley, Setting("", (("slide", 1.5),)))


def test_the_last_few_texts_are_kept_and_others_forgotten() -> None:
    games = Games(most=2)
    first = read(PARLEY)
    kept = games.of(first)
    assert games.of(read(PARLEY)) is kept  # equal content, compiled once
    for title in ("Another", "A third"):
        games.of(first.model_copy(update={"title": title}))
    assert games.of(first) is not kept


def test_the_newest_question_of_an_asker_wins() -> None:
    newest = Newest(threads=1)
    begun, go = Event(), Event()
    try:

        def slow() -> str:
            begun.set()
            go.wait(10)
            return "first"

        first = newest.ask("a", slow)
        assert begun.wait(10)
        second = newest.ask("a", lambda: "second")
        other = newest.ask("b", lambda: "other")
        third = newest.ask("a", lambda: "third")
        with pytest.raises(Superseded):
            second.result(10)
        go.set()
        assert [one.result(10) for one in (first, third, other)] == ["first", "third", "other"]
        failing = newest.ask("a", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            failing.result(10)
    finally:
        newest.close()
    with pytest.raises(Superseded):
        newest.ask("a", lambda: "late").result(10)


def test_a_jump_to_another_branch_is_said() -> None:
    """The account with three equilibria: whatever was told at once, the branch followed is told."""
    signalling = Games().of(read("model-crisis-signalling"))
    told = followed(signalling, Setting("three_eq"))
    quick = at_once(signalling, Setting("three_eq"))
    near = [one["probability"] for one in quick["ends"]]
    far = [one["probability"] for one in told["ends"]]
    assert told["jumped"] == (not np.allclose(near, far, atol=1e-9, rtol=0))
    assert told["certificate"]["others"]

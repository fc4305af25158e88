"""The off-ramp desk: what the command finds, by the levers and holders chosen."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from offramp.core.errors import OfframpError
from offramp.scenario import read
from offramp.study.offramps.proposals import offramps
from offramp.web.desk.searching import DRAWS, SEED, Question, choices_of, find_ramps
from offramp.web.live.answers import at_once
from offramp.web.live.games import Compiled, Games
from offramp.web.live.setting import Setting, setting_of
from tests.web.conftest import Served
from tests.web.talks import PARLEY


@pytest.fixture(scope="module")
def parley() -> Compiled:
    return Games().of(read(PARLEY))


def test_the_desk_finds_what_the_command_finds(parley: Compiled) -> None:
    told = find_ramps(parley, Setting("grim"), Question("agreement", 0.975))
    plain = offramps(
        read(PARLEY), outcome="agreement", at_least=0.975, account="grim", draws=DRAWS, seed=SEED
    )
    assert len(told["offramps"]) == len(plain.found) > 0
    for one, ramp in zip(told["offramps"], plain.found, strict=True):
        if not ramp.changes:
            assert one["query"] is None
            continue
        setting = setting_of(parse_qsl(one["query"]))
        assert setting.account == "grim"
        tried = at_once(parley, setting)  # the sliders say the same of it
        reached = sum(e["probability"] for e in tried["ends"] if e["kind"] == "agreement")
        assert reached == pytest.approx(ramp.after, abs=1e-9)
        assert [each["gain"] for each in one["gains"]] == list(ramp.gains.values())


def test_only_levers_whose_holders_are_chosen_are_moved(parley: Compiled) -> None:
    assert [one["name"] for one in choices_of(parley, Setting())["levers"]] == ["patrol", "better"]
    told = find_ramps(parley, Setting("grim"), Question("agreement", 0.9, (), ("north",)))
    assert "patrol" not in str(told["offramps"])
    with pytest.raises(OfframpError, match="no lever"):
        find_ramps(parley, Setting(), Question("agreement", 0.9, (), ("south",)))
    with pytest.raises(OfframpError, match="off-ramp to 'war'"):
        find_ramps(parley, Setting(), Question("war"))


def test_a_question_that_the_desk_cannot_ask_is_told(served: Served) -> None:
    (served.folder / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    for query in ("outcome=war", "at_least=2", "at_least=x", "lever=nothing"):
        assert served.get(f"/desk/parley.yaml/found.json?{query}").status_code == 400

"""The game view: flows that add up, states whose numbers are those of the solved game."""

from __future__ import annotations

import pytest

from offramp.core.errors import OfframpError
from offramp.scenario import read
from offramp.web.game.views import overview, state_at
from offramp.web.live.games import Compiled, Games
from offramp.web.live.setting import Setting
from tests.web.conftest import Visit
from tests.web.talks import PARLEY


@pytest.fixture(scope="module")
def parley() -> Compiled:
    return Games().of(read(PARLEY))


def test_the_flow_carries_the_probability_of_its_histories(parley: Compiled) -> None:
    told = overview(parley, Setting("hopeful"))
    flow = told["flow"]
    into = dict.fromkeys(range(len(flow["boxes"])), 0.0)
    out = dict(into)
    for line in flow["lines"]:
        into[line["to"]] += line["weight"]
        out[line["from"]] += line["weight"]
    assert flow["told"] <= 1 + 1e-12
    for number, box in enumerate(flow["boxes"]):
        if box["depth"]:
            assert into[number] == pytest.approx(box["weight"])
        if box["node"] is not None:
            assert out[number] == pytest.approx(box["weight"])
    ends = sum(box["weight"] for box in flow["boxes"] if box["node"] is None)
    assert ends == pytest.approx(flow["told"])
    assert told["strip"].startswith("<svg")
    assert not told["tree"]  # rounds are unlimited


def test_every_state_has_moves_that_add_up_and_lead_on(parley: Compiled) -> None:
    nodes = overview(parley, Setting())["solved_nodes"]
    came = 0
    for node in range(nodes):
        told = state_at(parley, Setting(), node)
        assert sum(one["probability"] for one in told["moves"]) == pytest.approx(1)
        for move in told["moves"]:
            if move["node"] is not None:
                back = state_at(parley, Setting(), move["node"])["before"]
                assert node in [one["node"] for one in back]
        came += bool(told["before"])
    assert came >= nodes - 1
    with pytest.raises(OfframpError, match="no state"):
        state_at(parley, Setting(), nodes)


def test_a_small_game_with_an_end_is_a_tree() -> None:
    told = overview(Games().of(read("model-ultimatum")), Setting())
    assert "<svg" in told["tree"]
    assert not told["strip"]


def test_the_game_in_a_browser(visit: Visit) -> None:
    (visit.served.folder / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    page = visit.go("/game/parley.yaml?account=hopeful")
    page.locator("svg.flow a").first.click()
    page.get_by_role("heading", name="Where things stand").wait_for()
    assert "account=hopeful" in page.url
    page.locator("svg.around").wait_for()
    page.get_by_role("region", name="Moves").get_by_role("link").first.click()
    page.locator("svg.around").wait_for()
    visit.go("/game/model-ultimatum").get_by_role("heading", name="As a tree").wait_for()
    visit.clean()
    assert visit.served.get("/game/parley.yaml/state/99999").status_code == 400
    assert visit.served.get("/game/parley.yaml/state/x").status_code in (404, 422)

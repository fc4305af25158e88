"""Quantities and interventions in closed form, on crises that can be solved by hand."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isnan, nan
from pathlib import Path

import numpy as np
import pytest

from offramp.core.errors import OfframpError
from offramp.game import Draws, build
from offramp.scenario import Query, parse_query, read, understand, with_account
from offramp.study import evaluate_queries, find_quantities
from offramp.study.quantities import evaluation as module
from offramp.testing import check_quantity

TRUST = """
offramp: 1
title: Trust, twice
parties: {a: {patience: 0.9, precision: 3}, b: {patience: 0.8, precision: nerve}}
parameters:
  nerve: {value: 2, range: "uniform(1, 3)"}
  gift: {each: {a: 0.2, b: 0.5}}
  lure: {value: 0.6, range: "uniform(0.4, 0.8)"}
  twice: 2 * lure
state:
  record: {range: [0, 2], start: 0}
  kept: {range: [0, 1], start: 0, scope: round}
mechanisms: {bait: {from: bait, off: {lure: 0}}, gifts: {from: gifts, off: {gift: 0}}}
round:
  - {name: offer, by: b, moves: {trust: {}, quit: {end: out}}}
  - name: answer
    by: a
    moves:
      honour: {pay: {a: "gift[a]", b: "gift[b]"}, then: {record: record + 1, kept: 1}}
      cheat: {end: betrayed}
outcomes:
  out: {kind: stalemate, pay: {b: 0.1}}
  betrayed: {kind: war, pay: {a: lure, b: -1}}
  over: {kind: agreement, pay: {a: 0.3, b: 0.3}}
rounds: 2
at_end: over
accounts: {bold: {parameters: {nerve: 1, lure: 0.5}}}
"""
ONE = """
offramp: 1
title: Stop or go on
parties: {one: {patience: 0.95, precision: 4}}
round:
  - {name: act, by: one, moves: {stop: {end: out}, go: {pay: {one: 0.08}}}}
outcomes: {out: {kind: stalemate}}
rounds: unlimited
"""


def chosen(precision: float, gain: float) -> float:
    """Logit chance of a move that is worth ``gain`` more than the only other."""
    return 1 / (1 + exp(-precision * gain))


@dataclass
class Trust:
    """Both rounds worked out by hand: t are b's chances to trust, h are a's to honour."""

    h1: float = nan
    h2: float = nan
    t1: float = nan
    t2: float = nan
    nerve: float = 2
    lure: float = 0.6
    gift_a: float = 0.2
    gift_b: float = 0.5

    def __post_init__(self) -> None:
        last_a, last_b = self.gift_a + 0.9 * 0.3, self.gift_b + 0.8 * 0.3
        self.h2 = chosen(3, last_a - self.lure) if isnan(self.h2) else self.h2
        trusting = self.h2 * last_b - (1 - self.h2)
        self.t2 = chosen(self.nerve, trusting - 0.1) if isnan(self.t2) else self.t2
        second_a = self.t2 * (self.h2 * last_a + (1 - self.h2) * self.lure)
        second_b = self.t2 * trusting + (1 - self.t2) * 0.1
        first_a, first_b = self.gift_a + 0.9 * second_a, self.gift_b + 0.8 * second_b
        self.h1 = chosen(3, first_a - self.lure) if isnan(self.h1) else self.h1
        trusting = self.h1 * first_b - (1 - self.h1)
        self.t1 = chosen(self.nerve, trusting - 0.1) if isnan(self.t1) else self.t1
        self.a = self.t1 * (self.h1 * first_a + (1 - self.h1) * self.lure)
        self.b = self.t1 * trusting + (1 - self.t1) * 0.1
        self.on = self.t1 * self.h1
        self.over = self.on * self.t2 * self.h2
        self.betrayed = self.t1 * (1 - self.h1) + self.on * self.t2 * (1 - self.h2)
        self.out = 1 - self.over - self.betrayed


FREE = Trust()
SAME = {"t1": FREE.t1, "t2": FREE.t2}
HONEST, FIRST, SECOND = Trust(h1=1, h2=1), Trust(h1=1), Trust(h2=1)
LATE = Trust(h2=1, h1=FREE.h1, **SAME)

VALUES = {
    "P(over)": FREE.over,
    "P(out by 1)": 1 - FREE.t1,
    "P(out by 2)": FREE.out,
    "P(out by 99)": FREE.out,
    "P(over by 1)": 0,
    "P(kind war)": FREE.betrayed,
    "P(kind war by 1)": FREE.t1 * (1 - FREE.h1),
    "P(kind catastrophe)": 0,
    "P(unresolved)": 0,
    "E(payoff[a])": FREE.a,
    "E(payoff[b])": FREE.b,
    "E(rounds)": FREE.on,
    # the state after `then`, before a round's variables are reset
    "P(over and record == 2)": FREE.over,
    "P(over and kept == 1)": FREE.over,
    "P(betrayed and record == 1)": FREE.on * FREE.t2 * (1 - FREE.h2),
    "P(betrayed and round_number == 1 by 2)": FREE.t1 * (1 - FREE.h1),
    "P(ever record == 1)": FREE.on,
    "P(ever record == 2)": FREE.over,
    "P(ever kept == 1)": FREE.on,
    "P(ever record == 0)": 1,
    # commitments
    "P(over | do(a.answer = honour))": HONEST.over,
    "E(payoff[a] | do(a.answer = honour))": HONEST.a,
    "P(over | bar(a.answer = cheat))": HONEST.over,
    "P(over | bar(a.answer = cheat), bar(a.answer = honour))": HONEST.over,
    "P(over | do(a.answer = honour, once))": FIRST.over,
    "P(out | bar(a.answer = cheat, once))": FIRST.out,
    "P(over | do(a.answer = honour, when round_number == 2))": SECOND.over,
    "P(over | do(a.answer = honour, once, when record == 1))": SECOND.over,
    "E(rounds | do(b.offer = trust, once))": Trust(t1=1).on,
    "P(over | do(a.answer = honour), do(b.offer = trust))": 1,
    "P(out | do(a.answer = cheat, once))": Trust(h1=0).out,
    # deviations: nobody responds
    "P(over | deviate(a.answer = honour))": Trust(h1=1, h2=1, **SAME).over,
    "E(payoff[a] | deviate(a.answer = honour))": Trust(h1=1, h2=1, **SAME).a,
    "P(over | deviate(a.answer = honour, once))": Trust(h1=1, h2=FREE.h2, **SAME).over,
    "E(payoff[b] | deviate(a.answer = honour, when round_number == 2))": LATE.b,
    "E(payoff[b] | deviate(a.answer = honour), set(nerve = 1))": Trust(
        1, 1, Trust(nerve=1).t1, Trust(nerve=1).t2
    ).b,
    "P(over | deviate(b.offer = trust), do(a.answer = honour, once))": Trust(
        h1=1, h2=FIRST.h2, t1=1, t2=1
    ).over,
    # fixed assumptions
    "P(over | set(lure = 0))": Trust(lure=0).over,
    "P(over | off(bait))": Trust(lure=0).over,
    "P(over | set(gift[a] = 1/2), set(nerve = 3))": Trust(gift_a=0.5, nerve=3).over,
    "P(over | set(gift[a] = 1, nerve = 3))": Trust(gift_a=1, nerve=3).over,
    "P(over | off(bait, gifts))": Trust(lure=0, gift_a=0, gift_b=0).over,
    # numbers
    "lure": 0.6,
    "twice": 1.2,
    "twice | set(lure = 2)": 4,
    "E(gift[a] + 1)": 1.2,
}


def asked(text: str, *texts: str) -> tuple[Query, ...]:
    meaning = understand(read(text))
    return tuple(parse_query(one, meaning) for one in texts)


def test_every_kind_of_quantity_has_its_value_by_hand() -> None:
    found = evaluate_queries(read(TRUST), asked(TRUST, *VALUES))
    expected = dict(zip(VALUES, VALUES.values(), strict=True))
    for query, value in zip(found.queries, found.values[0], strict=True):
        assert value == pytest.approx(expected[query.text], abs=1e-12), query.text
    assert set(found.status[0]) == {"solved"}


def test_a_game_that_several_quantities_share_is_solved_once(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    solved: list[object] = []
    plain = module.solve
    monkeypatch.setattr(module, "solve", lambda *a, **k: solved.append(a) or plain(*a, **k))
    texts = (
        "P(over)",
        "E(rounds)",
        "P(ever kept == 1)",
        "P(over | deviate(a.answer = honour))",
        "lure",
        "P(over | do(a.answer = cheat), do(b.offer = trust))",
        "P(out | do(b.offer=trust), do( a.answer = cheat))",
        "P(over | set(lure = 0))",
        "P(out | off(bait))",
    )
    evaluate_queries(read(TRUST), asked(TRUST, *texts))
    assert len(solved) == 3


def test_draws_that_a_fixed_number_makes_alike_are_solved_once(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    scenario = read(TRUST)
    draws = build(scenario).draws(8, seed=5)
    asking = (
        "P(over | set(nerve = 2), set(lure = 0.6))",
        "P(over | do(a.answer = cheat), set(nerve = 2))",
    )
    queries = asked(TRUST, *asking)
    solved: list[int] = []
    plain = module.solve

    def counted(game, few, **words):  # type: ignore[no-untyped-def]
        solved.append(len(few))
        return plain(game, few, **words)

    monkeypatch.setattr(module, "solve", counted)
    found = evaluate_queries(scenario, queries, draws)
    assert solved == [1, 8]
    assert found.of(queries[0]) == pytest.approx(np.full(8, Trust(nerve=2, lure=0.6).over))
    twice = Draws(draws.names, np.repeat(draws.values[::-1], 2, axis=0), draws.seed)
    again = evaluate_queries(scenario, queries, twice, traced=(1, 5))
    assert solved[2:] == [1, 8]
    assert np.array_equal(again.values, np.repeat(found.values[::-1], 2, axis=0))
    assert np.array_equal(again.status, np.repeat(found.status[::-1], 2, axis=0))
    assert np.array_equal(again.reach[0].reached, np.repeat(found.reach[0].reached[::-1], 2))


def test_a_number_out_of_range_is_named_by_its_own_draw() -> None:
    text = TRUST.replace("quit: {end: out}", "quit: {end: out}, wait: {}").replace(
        "  - name: answer",
        "  - name: luck\n    by: nature\n    moves: {rain: {odds: lure + nerve}, "
        "sun: {odds: rest}}\n  - name: answer",
    )
    scenario = read(text)
    draws = build(scenario).draws(4, seed=5)
    values = np.repeat(draws.values, 2, axis=0)
    values[:4, draws.names.index("nerve")] = 0.1
    given = Draws(draws.names, values, 5)
    with pytest.raises(OfframpError, match="draw 4 of seed 5"):
        evaluate_queries(scenario, asked(text, "P(over)"), given)


def test_draws_are_valued_like_one_by_one_and_in_any_chunks(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    scenario = read(TRUST)
    draws = build(scenario).draws(32, seed=5)
    queries = asked(TRUST, *VALUES)
    whole = evaluate_queries(scenario, queries, draws)
    monkeypatch.setattr(module, "CHUNK_BYTES", 20_000)
    again = evaluate_queries(scenario, queries, draws)
    assert np.array_equal(whole.values, again.values)
    nerve, lure = (draws.values[:, draws.names.index(name)] for name in ("nerve", "lure"))
    (over, without) = asked(TRUST, "P(over)", "P(over | off(bait))")
    for draw in range(32):
        by_hand = Trust(nerve=nerve[draw], lure=lure[draw])
        assert whole.of(over)[draw] == pytest.approx(by_hand.over, abs=1e-12)
        without_lure = Trust(nerve=nerve[draw], lure=0).over
        assert whole.of(without)[draw] == pytest.approx(without_lure, abs=1e-12)


def test_an_account_is_valued_by_its_own_entries() -> None:
    bold = with_account(read(TRUST), "bold")
    found = evaluate_queries(bold, asked(TRUST, "P(over)", "twice"))
    assert found.values[0] == pytest.approx([Trust(nerve=1, lure=0.5).over, 1.0], abs=1e-12)


def test_a_step_that_is_never_reached_makes_a_quantity_vacuous() -> None:
    texts = (
        "P(out | bar(b.offer = trust), do(a.answer = honour))",
        "P(out | bar(b.offer = trust), deviate(a.answer = honour))",
        "P(out | do(a.answer = honour, when record == 2))",
        "P(out | bar(b.offer = trust))",
        "P(out)",
    )
    found = evaluate_queries(read(TRUST), asked(TRUST, *texts))
    assert found.status[0].tolist() == ["vacuous"] * 3 + ["solved"] * 2
    assert found.of(asked(TRUST, texts[0])[0])[0] == pytest.approx(1)


def test_how_often_the_move_is_not_offered() -> None:
    text = TRUST.replace("honour: {pay", "honour: {when: record == 0, pay")
    found = evaluate_queries(read(text), asked(text, "P(over | do(a.answer = honour))"))
    (reach,) = found.reach
    first, second = reach.reached[0], found.values[0, 0]
    assert second == 0
    trusts = (
        1
        - evaluate_queries(read(text), asked(text, "P(out by 1 | do(a.answer = honour))")).values[
            0, 0
        ]
    )
    assert first == pytest.approx(trusts)
    again = evaluate_queries(read(text), asked(text, "P(betrayed | do(a.answer = honour))"))
    assert reach.unoffered[0] == pytest.approx(again.values[0, 0] / (trusts + again.values[0, 0]))


def test_three_equilibria_are_told_apart() -> None:
    texts = ("E(payoff[one])", "P(out)", "E(payoff[one] | do(one.act = stop, once))", "1")
    queries = asked(ONE, *texts)
    found = evaluate_queries(read(ONE), queries)
    assert found.status[0].tolist() == ["open", "solved", "solved", "solved"]
    worlds = sorted(world[queries[0]] for world in found.worlds(0))
    assert worlds == pytest.approx([0.218, 0.485, 1.535], abs=1e-3)
    assert next(found.worlds(0))[queries[0]] == found.values[0, 0]
    assert len(list(found.worlds(0, queries[2:]))) == 1


def test_play_that_may_never_end_has_no_number_of_rounds() -> None:
    texts = (
        "E(rounds | do(one.act = go))",
        "P(unresolved | do(one.act = go))",
        "E(payoff[one] | do(one.act = go))",
        "P(out by 3 | deviate(one.act = go, once))",
    )
    queries = asked(ONE, *texts)
    found = evaluate_queries(read(ONE), queries)
    assert found.status[0].tolist() == ["undefined", "solved", "solved", "open"]
    assert np.isnan(found.values[0, 0])
    assert found.values[0, 1:3] == pytest.approx([1, 0.08 / 0.05])


def test_predicates_read_variables_that_would_be_merged_away() -> None:
    scenario = read(TRUST)
    assert build(scenario, {"record"}).structure.nodes >= build(scenario).structure.nodes
    found = evaluate_queries(scenario, asked(TRUST, "P(ever record == 1 and kept == 0)"))
    assert found.values[0, 0] == pytest.approx(FREE.on)


PLUGIN = '''
"""How often a move is expected to be used."""
import numpy as np
from offramp.study import Quantity

def _uses(play, query):
    number = play.game.moves.index(query.arguments[0])
    return play.uses[:, play.game.edge_move == number].sum(axis=1)

USES = Quantity("expected number of uses", _uses)
'''


def installed(folder: Path, name: str) -> None:
    """A package of somebody else with one quantity."""
    (folder / "somebody_else.py").write_text(PLUGIN, encoding="utf-8")
    about = folder / "somebody_else-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody-else\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[offramp.quantities]\n{name} = somebody_else:USES\n")


def test_a_third_party_adds_a_quantity_with_one_file(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    installed(tmp_path, "uses")
    monkeypatch.syspath_prepend(str(tmp_path))
    (query,) = asked(TRUST, "E(uses[answer.honour] | do(a.answer = honour))")
    assert (query.kind, query.arguments) == ("uses", ("answer.honour",))
    found = evaluate_queries(read(TRUST), [query])
    assert found.values[0, 0] == pytest.approx(HONEST.on + HONEST.over)
    with pytest.raises(OfframpError, match="no outcome"):
        asked(TRUST, "P(use[answer.honour])")


WHOLE = """
from offramp.analysis.responses import lasting
from offramp.scenario import Query
from offramp.study import Quantity

def _read(reader, head):
    word, rest = head.word()
    if word != "delay":
        return None
    if rest.text != "expected":
        reader.fail(rest, f"'{rest.text}' is no delay", "E(delay expected)")
    return Query("", "delay")

QUANTITY = Quantity(
    about="expected delay",
    evaluate=lambda play, query: 2 * play.absorbed.rounds,
    arguments=_read,
    letters="E",
    form="E(delay expected)",
    words=lambda query, meaning: "expected delay",
    slope=lambda query: lambda game: lasting(game.structure),
    reads=lambda meaning, query: ["twice"],
)
"""


def test_one_file_brings_grammar_words_slope_and_what_it_reads(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from offramp.study.quantities import kinds
    from offramp.study.quantities.asking import ask, worded
    from offramp.study.quantities.dependence import behind_query
    from offramp.study.sensitivity.slopes import SlopeFinder

    (tmp_path / "delay.py").write_text(WHOLE, encoding="utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    meaning = understand(read(TRUST))
    query = ask("E(delay expected | bar(a.answer = cheat))", meaning)
    assert query.kind == "delay"
    assert worded(query, meaning) == "expected delay under bar(a.answer = cheat)"
    assert behind_query(meaning, query) == {"twice", "lure"}
    plain, rounds = ask(("delay",), meaning), ask(("rounds",), meaning)
    slopes = SlopeFinder(meaning, [plain, rounds]).at()
    assert set(slopes.message.ravel()) == {""}
    np.testing.assert_array_equal(slopes.slopes[0, 0], slopes.slopes[0, 1])
    found = evaluate_queries(meaning, [plain, rounds]).values[0]
    assert found[0] == 2 * found[1]
    with pytest.raises(OfframpError, match="'lost' is no delay"):
        ask("E(delay lost)", meaning)


def test_two_quantities_of_one_name_are_an_error(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    installed(tmp_path, "rounds")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(OfframpError, match="two extensions are called 'rounds'"):
        find_quantities()


def test_a_file_in_the_folder_is_a_quantity(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from offramp.study.quantities import kinds as quantities

    text = PLUGIN.replace("USES", "QUANTITY")
    (tmp_path / "uses.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(quantities, "__path__", [*quantities.__path__, str(tmp_path)])
    assert "uses" in find_quantities()
    (tmp_path / "uses.py").write_text("USES = 1\n", encoding="utf-8")
    (tmp_path / "empty.py").write_text("nothing = 1\n", encoding="utf-8")
    with pytest.raises(OfframpError, match=r"empty\.py"):
        find_quantities()


def test_the_worked_example() -> None:
    expected = {
        "P(disaster | do(north.act = wait))": 0,
        "P(disaster | do(north.act = climb))": 0.0187379292177,
        "E(payoff[north] | do(north.act = climb))": 0.8052875758762,
        "P(disaster | deviate(north.act = climb))": 0.0362560384736,
        "P(disaster | set(slide = 0.2))": 0.0115696325921,
        "P(settlement and table == compromise)": 0.3120192978873,
        "E(rounds | do(north.act = wait))": 1.1841103586285,
    }
    scenario = read("border-standoff")
    meaning = understand(scenario)
    found = evaluate_queries(scenario, [parse_query(text, meaning) for text in expected])
    for query, value in zip(found.queries, found.values[0], strict=True):
        assert value == pytest.approx(expected[query.text], abs=1e-10), query.text


KINDS = {
    "reach": "P(reach north.act = climb)",
    "times": "E(times north.act = climb)",
    "outcome": "P(settlement)",
    "kind": "P(kind catastrophe by 3)",
    "ever": "P(ever rung == strikes)",
    "payoff": "E(payoff[north])",
    "rounds": "E(rounds)",
    "static": "slide",
}


@pytest.mark.parametrize("name", find_quantities())
def test_every_kind_of_quantity_keeps_to_the_kit(name: str) -> None:
    check_quantity(name, KINDS.get(name, ""))

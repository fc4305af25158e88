"""Offramp against the slow reading of private variables and unseen steps."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from .claims import Change, Played, absorbing, ended_by, ending, further_rounds, holds
from .claims import after as state_after
from .naive import NaiveError, load
from .play import Play, discounted
from .veiled_texts import veiled_text
from .veils import Equations, Veiled, as_veiled, explored, followed, played

offramp = pytest.importorskip("offramp")
from offramp.core.errors import GameError  # noqa: E402
from offramp.game import build  # noqa: E402
from offramp.scenario import parse_query, understand  # noqa: E402
from offramp.solvers import solve  # noqa: E402
from offramp.study import evaluate_queries  # noqa: E402

FOLDER = Path(__file__).parents[1] / "game" / "scenarios"
KINDS: list[dict[str, Any]] = [
    {"limit": 1, "private": True},
    {"limit": 2, "private": True},
    {"limit": 1, "private": True, "entropy": True},
    {"limit": 3},
    {},
    {"entropy": True},
]
LARGEST = 300
"""Nodes of the slow reading up to which a generated scenario is solved by it,"""
MANY_TIMES = 100
"""and up to which it is solved under many interventions."""


def few(seeds: range, count: int) -> list[Any]:
    """The seeds of a test; those behind the first ``count`` are marked slow."""
    slow = [pytest.param(seed, marks=pytest.mark.slow) for seed in seeds[count:]]
    return [*seeds[:count], *slow]


def test_private_resolve_has_the_values_that_the_language_states() -> None:
    text = (FOLDER / "resolve.yaml").read_text()
    one = played(text, [], {})
    expected = {
        "status_quo": 0.354077156526,
        "concession": 0.219374573504,
        "retreat": 0.198872253828,
        "war": 0.227676016142,
    }
    for outcome, value in expected.items():
        assert absorbing(one, ending(one, {outcome})) == pytest.approx(value, abs=1e-12)
    game, equilibria = solved(text)
    strategy = dict(zip(edge_words(game), equilibria.strategy[0], strict=True))
    assert strategy["north at 'act' when resolve = low, round_number = 1: act.press"] == (
        pytest.approx(0.549786197025, abs=1e-11)
    )
    resisting = {p for words, p in strategy.items() if words.endswith("reply.resist")}
    assert len(resisting) == 1
    assert resisting.pop() == pytest.approx(0.660370312460, abs=1e-11)
    start = game.structure.infoset[[3, 4]]
    assert start[0] == start[1] >= 0
    values = evaluate_queries(
        game.scenario, [parse_query(f"P({outcome})", game.meaning) for outcome in expected]
    )
    assert values.values[0] == pytest.approx(list(expected.values()), abs=1e-11)


def test_simultaneous_strikes_have_the_values_that_the_language_states() -> None:
    text = (FOLDER / "first-strike.yaml").read_text()
    game, equilibria = solved(text)
    strategy = dict(zip(edge_words(game), equilibria.strategy[0], strict=True))
    first = strategy[
        "north at 'north_acts' when struck = no_strike, round_number = 1: north_acts.strike"
    ]
    assert first == pytest.approx(0.760602499786, abs=1e-11)
    south = [p for words, p in strategy.items() if words.endswith("south_acts.strike")]
    assert south == pytest.approx([0.853285102984] * 2, abs=1e-11)
    query = parse_query("P(strike_by_south and struck == strike_by_north)", game.meaning)
    found = evaluate_queries(game.scenario, [query]).values[0, 0]
    assert found == pytest.approx(0.649010782359, abs=1e-11)


def solved(text: str) -> tuple[Any, Any]:
    game = build(offramp.read(text))
    return game, solve(game.structure, game.tables(game.nominal()))


def edge_words(game: Any) -> list[str]:
    """Every edge by its node and move."""
    source = np.repeat(np.arange(game.structure.nodes), np.diff(game.structure.first))
    return [
        f"{game.node_words(node)}: {game.moves[move]}"
        for node, move in zip(source, game.edge_move, strict=True)
    ]


@pytest.mark.parametrize("seed", few(range(120), 24))
def test_sets_are_those_of_the_slow_reading(seed: int) -> None:
    """Each set once for every round's start from which it can be reached."""
    text = veiled_text(seed, **KINDS[seed % len(KINDS)])
    ground = explored(text, [], {})
    if len(ground.offers) > 20_000:
        pytest.skip("too large for the slow reading")
    veiled = as_veiled(ground)
    game = build(offramp.read(text))
    structure = game.structure
    sizes = np.bincount(structure.infoset[structure.infoset >= 0])
    assert set(sizes.tolist()) == {len(nodes) for nodes in veiled.sets}
    spots = [spot[0] for spot in ground.offers]
    if "private" in text:
        assert game.nodes == sum(spot[1] >= 0 for spot in spots)
        assert sorted(sizes) == sorted(len(nodes) for nodes in veiled.sets)
    else:
        assert game.nodes == len(set(spots))


@pytest.mark.parametrize("seed", few(range(400, 436), 9))
def test_the_structure_has_the_equilibrium_of_the_slow_reading(seed: int) -> None:
    """The slow solver on the structure's arrays, against itself on histories."""
    text = veiled_text(seed, **KINDS[seed % len(KINDS)])
    if len(explored(text, [], {}).offers) > LARGEST:
        pytest.skip("too large for the slow reading")
    one = played(text, [], {})
    game = build(offramp.read(text))
    veiled = read_arrays(game)
    equations = Equations(veiled)
    _, sigma, _ = equations.back(followed(equations)[:, None], np.ones(1))
    payoff = discounted(veiled.play, [own[:, 0] for own in sigma])
    assert payoff[0] == pytest.approx(one.payoff[0], abs=1e-9)
    first = [own[:, 0] for own, node in zip(sigma, game.structure.step, strict=True) if node == 0]
    slow = [own for own, spot in zip(one.sigma, one.spots, strict=True) if spot[0][1] == 0]
    for own in first:
        assert any(len(own) == len(s) and np.allclose(own, s, atol=1e-9) for s in slow)


def read_arrays(game: Any) -> Veiled:
    """A structure at nominal values as lists."""
    structure, tables = game.structure, game.tables(game.nominal())
    patience = tables.patience[0].tolist()
    play = Play(patience, tables.precision[0].tolist(), tables.entropy, structure.limit)
    play.movers = structure.mover.tolist()
    for node in range(structure.nodes):
        play.edges.append([])
        for edge in range(structure.first[node], structure.first[node + 1]):
            pay, target = tables.pay[0, structure.pay_class[edge]], int(structure.target[edge])
            turns, chance = bool(structure.turns[edge]), structure.odds_class[edge]
            if target < 0:
                pay = pay + (tables.patience[0] if turns else 1) * tables.end_pay[0, -target - 1]
            odds = None if chance < 0 else float(tables.odds[0, chance])
            end = None if target >= 0 else ("end", str(edge))
            play.edges[-1].append((tuple(pay), odds, max(target, -1), turns, end))
    full = game.merged.representative
    names = game.reached.columns.names
    at = names.index("round_number") if "round_number" in names else None
    rounds = np.zeros(len(full), int) if at is None else game.reached.rows[full, at]
    play.rounds = rounds.tolist()
    sets = [
        np.flatnonzero(structure.infoset == i).tolist() for i in range(structure.infoset.max() + 1)
    ]
    steps = list(zip(rounds.tolist(), structure.step.tolist(), strict=True))
    heads = [] if structure.limit else np.flatnonzero(structure.step == 0).tolist()
    return Veiled(play, steps, sets, heads, bool(game.meaning.draws))


@pytest.mark.parametrize("seed", few(range(90), 18))
def test_what_is_offered_in_some_states_only_is_refused(seed: int) -> None:
    """Both readings refuse it, or neither."""
    text = veiled_text(seed, **KINDS[seed % len(KINDS)], broken=True)
    if fits(text):
        build(offramp.read(text))
        return
    with pytest.raises(GameError, match="cannot tell apart") as caught:
        build(offramp.read(text))
    assert caught.value.place is not None
    assert caught.value.place.line > 1


def fits(text: str) -> bool:
    """Whether the slow reading finds the same moves at all nodes of every set."""
    try:
        as_veiled(explored(text, [], {}))
    except NaiveError:
        return False
    return True


def quantities(one: Played, game: Any, tests: list[str]) -> dict[str, float | None]:
    """All kinds of quantities, as they are written."""
    outcomes = list(game.data["outcomes"])
    found: dict[str, float | None] = {"E(rounds": further_rounds(one)}
    for name, test in zip(outcomes, tests, strict=True):
        found[f"P({name}"] = absorbing(one, ending(one, {name}))
        found[f"P({name} and {test}"] = absorbing(one, ending(one, {name}, test))
        found[f"P({name} by 2"] = ended_by(one, {name}, 2, None)
        found[f"P(ever {test}"] = ever(one, test)
    for party, value in zip(game.parties, one.payoff[0], strict=True):
        found[f"E(payoff[{party}]"] = float(value)
    return found


def ever(one: Played, predicate: str) -> float:
    """The chance that a predicate is ever true, at a node of a round or after a `then`."""
    explorer = one.ground.explorer
    marked = [
        [
            spot[0][1] >= 0
            and (
                holds(predicate, explorer.structural(spot[0]))
                or holds(predicate, state_after(one.ground, spot, edge))
            )
            for edge, _ in offers
        ]
        for spot, offers in one.ground.offers.items()
    ]
    return absorbing(one, marked)


def some_changes(game: Any, rng: Random) -> list[list[Change]]:
    """Commitments of every kind at the parties' steps, conditions that the mover knows."""
    steps = [step for step in game.data["round"] if step["by"] != "nature"]

    def one(kind: str, once: bool = False, known: bool = False) -> Change:
        step = rng.choice(steps)
        when = None
        if known:
            own = [
                name
                for name, entry in (game.data.get("private") or {}).items()
                if step["by"] in entry["known_to"]
            ]
            when = f"{rng.choice(own)} == {lowest(game, own)}" if own else "1"
            when = when if len(own) == 1 else "1"
        return Change(kind, step["by"], step["name"], rng.choice(list(step["moves"])), once, when)

    return [
        [],
        [one("do")],
        [one("do", True)],
        [one("do", False, True)],
        [one("bar")],
        [one("deviate")],
        [one("deviate", True)],
        [one("deviate", False, True)],
        [one("do", True), one("deviate")],
    ]


def lowest(game: Any, names: list[str]) -> Any:
    variable = next(v for v in game.variables if v.name == names[0])
    return variable.word(variable.low)


@pytest.mark.parametrize("seed", few(range(30), 9))
def test_quantities_are_the_same(seed: int) -> None:
    kind = KINDS[seed % len(KINDS)]
    text = veiled_text(300 + seed, **kind)
    if len(explored(text, [], {}).offers) > MANY_TIMES:
        pytest.skip("too large for the slow reading")
    game, rng = load(text, veils=True), Random(seed)
    tests = ["rung == hot", "(secret != 1 or rung == calm)", "mark == 1"]
    if kind.get("private"):
        known = list(game.data["private"])
        tests[1] = f"{known[0]} == {lowest(game, known)}"
    expected: dict[str, float | None] = {}
    for changes in some_changes(game, rng):
        try:
            found = quantities(played(text, changes, {}), game, tests)
        except NaiveError:
            continue  # a commitment that its mover cannot keep: the sets offer different moves
        if (found["E(rounds"] or np.inf) > 1e4 and not game.limit:
            continue  # play all but never ends: dense solves lose their digits
        tail = ", ".join(map(str, changes))
        expected |= {f"{q} | {tail})" if tail else f"{q})": v for q, v in found.items()}
    scenario = offramp.read(text)
    meaning = understand(scenario)
    values = evaluate_queries(scenario, [parse_query(q, meaning) for q in expected])
    for query, value, status in zip(
        values.queries, values.values[0], values.status[0], strict=True
    ):
        close = pytest.approx(expected[query.text], abs=1e-8, rel=1e-8)
        assert value == close, (query.text, status)

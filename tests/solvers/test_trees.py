"""Trees with information sets: against the slow reading, closed forms, and laws."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from offramp.core.errors import GameError
from offramp.game.structure import Structure, Tables
from offramp.solvers import Options, limit, solve
from offramp.solvers.imperfect.hidden_sets import find_infosets
from offramp.solvers.imperfect.small.branch_tasks import unknowns_of, write_system
from offramp.solvers.imperfect.small.equations import write_equations
from offramp.solvers.imperfect.small.tape import PLAIN, TIME, Tape, facts_of, load_tape, read_lines
from offramp.solvers.kernels.layout import arrange
from offramp.testing.random_trees import random_tree, signalling_game, signalling_tables
from tests.solvers.slow_information import (
    beliefs_plainly,
    best_reply_plainly,
    decisions_of,
    edges_of,
    respond_plainly,
    solve_slowly,
    values_plainly,
)

ALONE = Options(workers=1)


def take(tables: Tables, draws: list[int]) -> Tables:
    """Some of the draws."""
    names = ("pay", "odds", "end_pay", "patience", "precision")
    return dataclasses.replace(tables, **{name: getattr(tables, name)[draws] for name in names})


def two_by_two(pays: list[list[tuple[float, float]]], precision: float) -> tuple[Structure, Tables]:
    """Two parties choose at once; pays by row and column."""
    structure = Structure(
        mover=np.array([0, 1, 1], np.int16),
        first=np.array([0, 2, 4, 6]),
        target=np.array([1, 2, -1, -2, -3, -4]),
        turns=np.zeros(6, bool),
        pay_class=np.zeros(6, np.int32),
        odds_class=np.full(6, -1, np.int32),
        step=np.array([0, 1, 1], np.int16),
        start=0,
        parties=2,
        terminals=4,
        order=np.array([2, 1, 0]),
        component=np.arange(4),
        cyclic=np.zeros(3, bool),
        limit=1,
        terminal_outcome=np.arange(4, dtype=np.int32),
        terminal_by=np.full(4, -1, np.int32),
        at_end_edge=np.zeros(6, bool),
        infoset=np.array([-1, 0, 0], np.int32),
    )
    tables = Tables(
        pay=np.zeros((1, 1, 2)),
        odds=np.zeros((1, 0)),
        end_pay=np.array([[pair for row in pays for pair in row]]),
        patience=np.ones((1, 2)),
        precision=np.full((1, 2), precision),
    )
    return structure, tables


CHICKEN = [[(0.0, 0.0), (-1.0, 2.0)], [(2.0, -1.0), (-4.0, -4.0)]]


@pytest.mark.parametrize("seed", range(16))
def test_random_trees_equal_the_slow_reading(seed: int) -> None:
    """Values, play, beliefs and best replies; types, unseen steps, rounds, both conventions."""
    structure, tables = random_tree(
        seed,
        types=[(2, 2), (2, 1), (1, 3), (2, 1, 2)][seed % 4],
        rounds=1 + (seed % 5 == 4),
        steps=3 if seed % 5 < 4 else 2,
        moves=2 + seed % 2,
        entropy=seed % 3 == 2,
    )
    found = solve(structure, tables, starts=0, options=ALONE)
    value, strategy = solve_slowly(structure, tables)
    assert structure.hidden
    assert found.status[0] == "solved"
    assert found.residual[0] < 1e-13
    np.testing.assert_allclose(found.value[0], value, atol=1e-10)
    np.testing.assert_allclose(found.strategy[0], strategy, atol=1e-10)
    belief = beliefs_plainly(structure, strategy)
    belief[structure.infoset < 0] = 1.0
    np.testing.assert_allclose(found.belief[0], belief, atol=1e-10)
    raw = dataclasses.replace(tables, entropy=False)
    payoff = values_plainly(structure, raw, 0, strategy)
    np.testing.assert_allclose(found.payoff[0], payoff, atol=1e-10)
    for party in range(structure.parties):
        if sum(structure.mover[group[0]] == party for group in decisions_of(structure)) > 8:
            continue
        best = best_reply_plainly(structure, tables, 0, strategy, party)
        gain = best - payoff[structure.start, party]
        assert found.regret[0, party] == pytest.approx(gain, abs=1e-9)
    assert (found.regret <= found.regret_anywhere).all()
    assert (found.regret_anywhere <= found.regret_bound + 1e-9).all()


@pytest.mark.parametrize("lone", [False, True])
@pytest.mark.parametrize("entropy", [False, True])
def test_slopes_equal_differences(lone: bool, entropy: bool) -> None:
    for seed in range(4):
        structure, tables = random_tree(seed, rounds=2, steps=2, entropy=entropy, ending=0.3)
        infosets = find_infosets(arrange(structure), lone)
        tape = write_equations(infosets, facts_of(tables)).tape
        cells, size = np.zeros(tape.cells), infosets.unknowns
        load_tape.py_func(
            tape,
            cells,
            np.zeros(0),
            tables.pay[0],
            tables.odds[0],
            tables.end_pay[0],
            tables.patience[0],
            tables.precision[0],
            1.0,
        )
        rng = np.random.default_rng(seed)
        point, lean = rng.normal(size=size + 1), rng.normal(size=size)
        point[-1], cells[tape.lean : tape.lean + size] = 0.7, lean
        matrix = cells[tape.slopes : tape.slopes + (size + 1) ** 2].reshape(size + 1, size + 1)

        def gap(x: np.ndarray, tape: Tape = tape, cells: np.ndarray = cells) -> np.ndarray:
            cells[tape.z : tape.z + len(x) - 1], cells[TIME] = x[:-1], x[-1]
            read_lines(tape.runs, tape.lines, tape.weigh, cells, tape.begin[PLAIN], len(tape.runs))
            return cells[tape.gap : tape.gap + len(x) - 1].copy()

        matrix[:] = np.eye(size + 1)
        gap(point)
        exact, unit = matrix[:-1].copy(), 1e-6 * np.eye(size + 1)
        rough = np.stack([(gap(point + e) - gap(point - e)) / 2e-6 for e in unit], axis=1)
        np.testing.assert_allclose(exact, rough, atol=1e-7)


def test_every_decision_as_an_unknown_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    structure, tables = random_tree(3, rounds=2, steps=2, precision=(2.0, 6.0))
    all_unknown = solve(structure, tables, options=ALONE)
    monkeypatch.setattr("offramp.solvers.imperfect.small.branch_tasks.FEW", 0)
    unknowns_of.cache_clear()
    write_system.cache_clear()
    shared = solve(structure, tables, options=ALONE)
    unknowns_of.cache_clear()
    write_system.cache_clear()
    np.testing.assert_allclose(all_unknown.strategy, shared.strategy, atol=1e-10)


def test_a_draw_does_not_depend_on_the_others_or_on_threads() -> None:
    structure, tables = random_tree(5, draws=40)
    whole = solve(structure, tables, options=Options(workers=2))
    for draw in (0, 7, 39):
        alone = solve(structure, take(tables, [draw]), traced=(0,) if draw == 0 else ())
        for name in ("value", "strategy", "belief", "regret", "uniqueness", "sweeps"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(whole, name)[draw])


def test_odds_of_zero_are_the_limit_of_small_odds() -> None:
    """A type that never comes still has beliefs about others, and others about it."""
    structure, tables = random_tree(2, types=(2, 2), steps=3)
    zero = tables.odds.copy()
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    nodes = np.flatnonzero((structure.mover < 0) & (structure.step < 2))
    for node in nodes:
        classes = structure.odds_class[source == node]
        zero[0, classes] = 0.0
        zero[0, classes[0]] = 1.0
    small = np.where(zero == 0.0, 1e-9, zero - 1e-9)
    exact = solve(structure, dataclasses.replace(tables, odds=zero), options=ALONE)
    near = solve(structure, dataclasses.replace(tables, odds=small), options=ALONE)
    assert exact.status[0] == "solved"
    np.testing.assert_allclose(exact.belief, near.belief, atol=1e-7)
    np.testing.assert_allclose(exact.strategy, near.strategy, atol=1e-7)


def test_a_fork_has_two_sides_and_one_is_always_taken() -> None:
    """Chicken at high precision: the symmetric play and one for each who gives way."""
    low = solve(*two_by_two(CHICKEN, 0.3), options=ALONE)
    assert low.strategy[0, 1] == pytest.approx(low.strategy[0, 3], abs=1e-12)
    structure, tables = two_by_two(CHICKEN, 5.0)
    found = solve(structure, tables, options=ALONE)
    plays = [found.strategy[0], *(other.strategy for other in found.others)]
    assert found.uniqueness[0] == "several found"
    assert sorted(round(play[1], 2) for play in plays) == pytest.approx([0.0, 0.41, 1.0], abs=0.01)
    assert found.strategy[0, 1] > 0.9
    assert found.strategy[0, 2] > 0.9
    for play in plays:
        answer = respond_plainly(structure, tables, 0, play, 1.0)
        for group, row in zip(decisions_of(structure), answer, strict=True):
            chance = np.exp(row - row.max())
            for node in group:
                edges = list(edges_of(structure, node))
                np.testing.assert_allclose(play[edges], chance / chance.sum(), atol=1e-12)
    several = solve(*two_by_two(CHICKEN, 5.0), traced=(), starts=0, options=ALONE)
    np.testing.assert_array_equal(several.strategy, found.strategy)


def crisis(types: int, others: int, precision: float) -> tuple[Structure, Tables]:
    """Lewis and Schultz's crisis with normal types on a grid: the case with three equilibria."""
    from scipy.stats import norm

    def grid(count: int) -> np.ndarray:
        return norm.ppf((np.arange(count) + 0.5) / count)

    war, back = np.meshgrid(grid(types) - 1.9, grid(types) - 1.2, indexing="ij")
    even_a, even_b = np.full(types**2, types**-2.0), np.full(others, 1.0 / others)
    return signalling_game(types**2, others), signalling_tables(
        precision, even_a, even_b, war.ravel(), back.ravel(), grid(others) - 2.9
    )


def test_the_crisis_with_three_equilibria_shows_them_all() -> None:
    """Also the unstable one, from which replies move away; a coarse grid of types."""
    structure, tables = crisis(5, 9, 10.0)
    found = solve(structure, tables, options=ALONE)
    nodes = np.flatnonzero(structure.step == 3)[:9]

    def resists(strategy: np.ndarray) -> float:
        return float(strategy[structure.first[nodes] + 1].mean())

    plays = sorted([found.strategy[0], *(other.strategy for other in found.others)], key=resists)
    assert [resists(play) for play in plays] == pytest.approx([0.3465, 0.5688, 0.99995], abs=1e-4)
    for play, stable in zip(plays, (True, False, True), strict=True):
        before = play.copy()
        for node in np.flatnonzero(structure.step == 3):
            before[structure.first[node] + 1] += 1e-4 if resists(play) < 0.9 else -1e-4
            before[structure.first[node]] = 1.0 - before[structure.first[node] + 1]
        away = abs(resists(reply_of_both(structure, tables, before)) - resists(play))
        assert (away < 1e-4) == stable


def reply_of_both(structure: Structure, tables: Tables, strategy: np.ndarray) -> np.ndarray:
    """A answers B's play until it settles, then B answers A's."""
    for movers in ([0] * 30, [1]):
        for mover in movers:
            answer = respond_plainly_fast(structure, tables, strategy)
            for group, row in zip(decisions_of(structure), answer, strict=True):
                if structure.mover[group[0]] == mover:
                    chance = np.exp(row - row.max())
                    for node in group:
                        strategy[list(edges_of(structure, node))] = chance / chance.sum()
    return strategy


def respond_plainly_fast(
    structure: Structure, tables: Tables, strategy: np.ndarray
) -> list[np.ndarray]:
    """``respond_plainly`` without its dense solve, for trees whose nodes stand in order."""
    end, nodes = tables.end_pay[0], structure.nodes
    source = np.repeat(np.arange(nodes), np.diff(structure.first))
    value, reach = np.zeros((nodes, 2)), np.zeros(nodes)
    chance = np.where(
        structure.odds_class >= 0, tables.odds[0, np.maximum(structure.odds_class, 0)], strategy
    )
    worth = np.zeros((structure.edges, 2))
    for step in range(int(structure.step.max()), -1, -1):
        edges = np.flatnonzero(structure.step[source] == step)
        target = structure.target[edges]
        worth[edges] = np.where(
            (target >= 0)[:, None], value[np.maximum(target, 0)], end[np.maximum(-target - 1, 0)]
        )
        np.add.at(value, source[edges], chance[edges, None] * worth[edges])
    reach[structure.start] = 1.0
    for step in range(int(structure.step.max())):
        edges = np.flatnonzero((structure.step[source] == step) & (structure.target >= 0))
        np.add.at(reach, structure.target[edges], reach[source[edges]] * chance[edges])
    answer = []
    for group in decisions_of(structure):
        party = structure.mover[group[0]]
        total = sum(reach[n] * worth[list(edges_of(structure, n)), party] for n in group)
        answer.append(tables.precision[0, party] * np.asarray(total) / reach[group].sum())
    return answer


def test_matching_pennies_in_the_limit() -> None:
    """Uneven stakes: the mixed equilibrium 2/5, 1/5 in closed form."""
    pays = [[(4.0, -3.0), (0.0, 0.0)], [(0.0, 0.0), (1.0, -2.0)]]
    found = limit(*two_by_two(pays, 1.0), regret=1e-8)
    assert (found.regret_anywhere <= 1e-8 * np.array([4.0, 3.0])).all()
    assert found.reached.min() > 1e5
    assert found.strategy[0, 0] == pytest.approx(0.4, abs=1e-9)
    assert found.strategy[0, 2] == pytest.approx(0.2, abs=1e-9)


def test_limits_are_certified_at_every_set() -> None:
    for seed in range(12):
        structure, tables = random_tree(seed, rounds=1 + seed % 2, steps=2 + seed % 2)
        found = limit(structure, tables, regret=1e-8)
        assert found.status[0] == "solved"
        assert found.regret_anywhere.max() <= 1e-8, seed
        assert (found.reached > 0).all()


def test_the_limit_without_information_sets_is_backward_induction() -> None:
    structure, tables = random_tree(1, types=(1, 1), unseen=0.0, rounds=2, steps=2)
    assert not structure.hidden
    found = limit(structure, tables, regret=1e-9)
    assert found.regret_anywhere.max() <= 1e-9


def test_numbers_that_are_no_game_are_said_to_be_none() -> None:
    structure, tables = random_tree(4, draws=3)
    wrong = tables.precision.copy()
    wrong[1] = -1.0
    found = solve(structure, dataclasses.replace(tables, precision=wrong), options=ALONE)
    assert found.status.tolist() == ["solved", "invalid", "solved"]
    assert np.isnan(found.value[1]).all()
    assert "precision" in found.message[1]
    assert not np.isnan(found.strategy).any()


def test_who_forgets_is_told() -> None:
    """A party that does not know whether it has moved before cannot be certified."""
    structure, tables = two_by_two(CHICKEN, 1.0)
    forgetful = dataclasses.replace(
        structure, mover=np.array([0, 0, 0], np.int16), infoset=np.array([0, 0, 0], np.int32)
    )
    with pytest.raises(GameError, match="remember"):
        solve(forgetful, tables)

"""Limits and equilibria of files in any units: scales, constants, orders, and games at random."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from offramp import solvers
from offramp.game.structure import Tables
from offramp.interop.formats.efg import parse_efg
from offramp.interop.formats.nfg import parse_nfg
from offramp.interop.playing import SolvedGame, solve_tree, stakes_of, with_even_precisions
from offramp.interop.unfolding import structure_of
from offramp.presentation import sentences

Array = NDArray[np.float64]


def strategic(row: Array, column: Array) -> str:
    """A file of a game of two players from what they get (row strategy, column strategy)."""
    pairs = np.stack([row, column], axis=2).transpose(1, 0, 2).ravel()
    numbers = " ".join(str(Fraction(float(x))) for x in pairs)
    return f'NFG 1 R "" {{ "A" "B" }} {{ {row.shape[0]} {row.shape[1]} }} {numbers}'


def at_random(seed: int, low: int = 2, high: int = 7) -> tuple[Array, Array]:
    """Payoffs between 0 and 100, whole for even seeds."""
    rng = np.random.default_rng([11, seed])
    shape = (2, *rng.integers(low, high, 2))
    pays = rng.integers(0, 101, shape) if seed % 2 == 0 else 100.0 * rng.random(shape)
    return pays[0].astype(float), pays[1].astype(float)


def both(solved: SolvedGame) -> tuple[Array, Array]:
    one, other = solved.profile
    return np.array(one), np.array(other)


def gain_of(row: Array, column: Array, solved: SolvedGame) -> float:
    """Most that one of two gains by another strategy, as a share of its spread of payoffs."""
    one, other = both(solved)
    gains = (row @ other).max() - one @ row @ other, (one @ column).max() - one @ column @ other
    return float(max(gains[0] / (np.ptp(row) or 1.0), gains[1] / (np.ptp(column) or 1.0)))


def check_limits(seeds: range, low: int = 2, high: int = 7) -> None:
    for seed in seeds:
        row, column = at_random(seed, low, high)
        solved = solve_tree(parse_nfg(strategic(row, column)), limit=True)
        assert solved.solved, (seed, sentences(solved)[0])
        assert gain_of(row, column, solved) <= 1e-8, seed


def test_limits_of_random_games_are_equilibria() -> None:
    check_limits(range(40))
    check_limits(range(3), 11, 13)


@pytest.mark.slow
def test_limits_of_many_random_games_are_equilibria() -> None:
    check_limits(range(2000))
    check_limits(range(40), 8, 13)


def talk(seed: int) -> tuple[list[int], Array]:
    """Odds of the types, and payoffs (type, message, action, player) between 0 and 100."""
    rng = np.random.default_rng([12, seed])
    types, messages, actions = rng.integers(2, 4, 3)
    shape = types, messages, actions, 2
    pays = rng.integers(0, 101, shape) if seed % 2 == 0 else 100.0 * rng.random(shape)
    return rng.integers(1, 10, types).tolist(), pays.astype(float)


def talk_text(odds: list[int], pays: Array) -> str:
    """A type speaks, a receiver who heard the words but knows no type acts."""
    types, messages, actions = pays.shape[:3]
    chances = " ".join(f'"{t}" {odd}/{sum(odds)}' for t, odd in enumerate(odds))
    lines = ['EFG 2 R "" { "Sender" "Receiver" }', f'c "" 1 "" {{ {chances} }} 0']
    for t in range(types):
        words = " ".join(f'"m{m}"' for m in range(messages))
        lines.append(f'p "" 1 {t + 1} "" {{ {words} }} 0')
        for m in range(messages):
            moves = " ".join(f'"a{a}"' for a in range(actions))
            lines.append(f'p "" 2 {m + 1} "" {{ {moves} }} 0')
            for a in range(actions):
                one, other = (Fraction(float(x)) for x in pays[t, m, a])
                number = 1 + (t * messages + m) * actions + a
                lines.append(f't "" {number} "" {{ {one}, {other} }}')
    return "\n".join(lines)


def most_gained(odds: list[int], pays: Array, profile: tuple[tuple[float, ...], ...]) -> float:
    """Most gained at a set, given Bayes' beliefs where it is reached, as a share of the stakes."""
    types, messages = pays.shape[:2]
    said, done = np.array(profile[:types]), np.array(profile[types:])
    worth = np.einsum("tma,ma->tm", pays[..., 0], done)
    sender = (worth.max(axis=1) - (said * worth).sum(axis=1)).max() / np.ptp(pays[..., 0])
    receiver = 0.0
    for m in range(messages):
        reach = np.array(odds) / sum(odds) * said[:, m]
        if reach.sum() > 1e-6:
            value = reach / reach.sum() @ pays[:, m, :, 1]
            receiver = max(receiver, value.max() - done[m] @ value)
    return float(max(sender, receiver / np.ptp(pays[..., 1])))


def check_talks(seeds: range) -> None:
    for seed in seeds:
        odds, pays = talk(seed)
        game = parse_efg(talk_text(odds, pays))
        solved = solve_tree(game, limit=True)
        assert solved.solved, (seed, sentences(solved)[0])
        assert most_gained(odds, pays, solved.profile) <= 1e-8, seed
        stakes = np.array([float(stake) for stake in stakes_of(game)])
        assert (solved.equilibria.regret_anywhere[0] <= 1e-8 * stakes).all(), seed


def test_limits_of_random_talks_are_sequential() -> None:
    check_talks(range(20))


@pytest.mark.slow
def test_limits_of_many_random_talks_are_sequential() -> None:
    check_talks(range(500))


@pytest.mark.parametrize("top", [1, 2, 3])
def test_limits_of_games_with_ties_are_equilibria_or_said_to_be_none(top: int) -> None:
    """Few different payoffs: moves that are dominated weakly, whole rows of equilibria."""
    for seed in range(15):
        rng = np.random.default_rng([13, top, seed])
        row, column = rng.integers(0, top + 1, (2, *rng.integers(2, 6, 2))).astype(float)
        solved = solve_tree(parse_nfg(strategic(row, column)), limit=True)
        assert solved.solved == (gain_of(row, column, solved) <= 1e-8), seed
        assert solved.solved or "not reached" in sentences(solved)[0]


SCALES = st.integers(-12, 12).map(lambda k: 10.0**k)
CONSTANTS = st.sampled_from([0.0, -3.0, 1e3])
PRESS = """EFG 2 R "" { "A" "B" }
c "" 1 "" { "firm" 1/4 "weak" 3/4 } 0
p "" 1 1 "" { "press" "wait" } 0
p "" 2 1 "" { "yield" "resist" } 0
t "" 1 "" { %s, %s }
t "" 2 "" { %s, %s }
t "" 3 "" { %s, %s }
p "" 1 2 "" { "press" "wait" } 0
p "" 2 1 "" { "yield" "resist" } 0
t "" 1
t "" 4 "" { %s, %s }
t "" 3
"""
PRESS_PAYS = np.array([[1.0, -1.0], [0.5, -2.0], [0.0, 0.0], [-2.0, 1.0]])


def press(units: tuple[float, float], constants: tuple[float, float] = (0.0, 0.0)) -> str:
    """A strong and a weak type press or wait; in other units, with constants (in those units)."""
    pays = (PRESS_PAYS + constants) * units
    return PRESS % tuple(str(Fraction(float(x))) for x in pays.ravel())


@given(SCALES, SCALES, CONSTANTS, CONSTANTS)
@settings(max_examples=20, deadline=None)
def test_no_limit_depends_on_units(a: float, b: float, c: float, d: float) -> None:
    """The weak type presses with 1/6 and B yields with 2/3, in whatever units."""
    solved = solve_tree(parse_efg(press((a, b), (c, d))), limit=True)
    assert solved.solved
    found = [chance for chance, _ in solved.profile]
    assert np.allclose(found, [1.0, 1 / 6, 2 / 3], rtol=0, atol=1e-9)


@given(SCALES, CONSTANTS, st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_no_limit_of_several_depends_on_units(a: float, c: float, seed: int) -> None:
    """Games at random have several equilibria: which one is the limit is no matter of units."""
    row, column = at_random(2 * seed)
    plain = solve_tree(parse_nfg(strategic(row, column)), limit=True)
    other = solve_tree(parse_nfg(strategic((row + c) * a, column)), limit=True)
    for one, two in zip(both(plain), both(other), strict=True):
        assert np.allclose(one, two, rtol=0, atol=1e-9)


def raised(tables: Tables, factor: float | Array) -> Tables:
    """The same numbers with other precisions."""
    return replace(tables, precision=factor * tables.precision)


@given(SCALES, CONSTANTS, st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_no_play_at_a_precision_depends_on_units(a: float, c: float, seed: int) -> None:
    """One player's payoffs times a number, and its precision divided by it."""
    row, column = at_random(2 * seed)
    plain = parse_nfg(strategic(row, column)).tree
    other = parse_nfg(strategic((row + c) * a, column)).tree
    one, two = (
        solvers.solve(structure_of(tree), raised(with_even_precisions(tree), 20.0))
        for tree in (plain, other)
    )
    assert np.allclose(one.strategy, two.strategy, rtol=0, atol=1e-9)
    assert len(one.others) == len(two.others)


@given(st.integers(0, 7), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_no_order_of_labels_or_players_changes_play(seed: int, draw) -> None:
    row, column = at_random(2 * seed)
    rows, columns = list(range(row.shape[0])), list(range(row.shape[1]))
    draw.shuffle(rows)
    draw.shuffle(columns)
    plain = both(solve_tree(parse_nfg(strategic(row, column)), limit=True))
    mixed = strategic(row[rows][:, columns], column[rows][:, columns])
    other = both(solve_tree(parse_nfg(mixed), limit=True))
    turned = both(solve_tree(parse_nfg(strategic(column.T, row.T)), limit=True))
    assert np.allclose(plain[0][rows], other[0], rtol=0, atol=1e-8)
    assert np.allclose(plain[1][columns], other[1], rtol=0, atol=1e-8)
    assert np.allclose(plain[0], turned[1], rtol=0, atol=1e-8)
    assert np.allclose(plain[1], turned[0], rtol=0, atol=1e-8)


ARMS = np.array([[3.0, 0.0], [5.0, 1.0]])
SUPPLY = np.array([[2.0, 7.0, 1.0], [3.0, 8.0, 4.0]])
GUARD = np.array([[0.0, 6.0], [1.0, 9.0], [-2.0, 5.0]])
DOMINANT = [(ARMS, ARMS.T, 1, 1), (SUPPLY, -SUPPLY, 1, 0), (GUARD, -0.5 * GUARD, 1, 0)]


@pytest.mark.parametrize(("row", "column", "a", "b"), DOMINANT)
@pytest.mark.parametrize("constant", [1e8, -3e8, 1e10])
def test_constants_make_no_second_equilibrium(
    row: Array, column: Array, a: int, b: int, constant: float
) -> None:
    """Dominance leaves one logit equilibrium at a high precision."""
    solved = solve_tree(parse_nfg(strategic(row + constant, column - constant)), 50.0)
    assert solved.solved
    assert solved.others == ()
    one, other = both(solved)
    assert (int(one.argmax()), int(other.argmax())) == (a, b)


@pytest.mark.parametrize(("row", "column", "a", "b"), DOMINANT)
@pytest.mark.parametrize("constant", [1e13, -1e13])
def test_no_constant_hides_a_limit(
    row: Array, column: Array, a: int, b: int, constant: float
) -> None:
    solved = solve_tree(parse_nfg(strategic(row + constant, column)), limit=True)
    assert solved.solved
    one, other = both(solved)
    assert (one[a], other[b]) == pytest.approx((1.0, 1.0), abs=1e-9)


def test_a_limit_that_is_out_of_reach_is_not_solved() -> None:
    """Precisions that are 1e12 apart, in shares of the stakes, are too far apart for numbers."""
    game = parse_efg(press((1.0, 1.0)))
    tables = raised(with_even_precisions(game), np.array([1.0, 1e-12]))
    found = solvers.limit(structure_of(game), tables)
    regret = found.regret_anywhere[0].max()
    assert (found.status[0] == "solved") == (regret <= 1e-8)
    assert found.status[0] == "solved" or "not reached" in str(found.message[0])


def test_what_is_at_stake() -> None:
    assert stakes_of(parse_efg(press((2.0, 0.25)))) == (Fraction(6), Fraction(3, 4))
    on_the_way = parse_efg(
        'EFG 2 R "" { "A" } p "" 1 1 "" { "x" "y" } 1 "" { 5 } t "" 2 "" { 1 } t "" 3 "" { -1 }'
    )
    assert stakes_of(on_the_way) == (Fraction(2),)


@pytest.mark.parametrize("constant", [10**8, -(10**10), 10**13])
@pytest.mark.parametrize("ask", [{"limit": True}, {"precision": 2.0}, {"precision": 50.0}])
def test_a_constant_paid_on_the_way_means_nothing(constant: int, ask: dict[str, Any]) -> None:
    """Both arm by dominance; what is paid at the first move whatever happens changes nothing."""
    text = f"""EFG 2 R "Arms" {{ "a" "b" }}
p "" 1 1 "" {{ "arm" "hold" }} 1 "toll" {{ {constant}, 7 }}
p "" 2 1 "" {{ "arm" "hold" }} 0
t "" 2 "" {{ 1, 1 }} t "" 3 "" {{ 3, 0 }}
p "" 2 1 "" {{ "arm" "hold" }} 0
t "" 4 "" {{ 0, 3 }} t "" 5 "" {{ 2, 2 }}"""
    plain = text.replace(str(constant), "0")
    found, expected = (solve_tree(parse_efg(one), **ask) for one in (text, plain))
    assert found.solved
    assert not found.others
    np.testing.assert_allclose(found.profile, expected.profile, atol=1e-12)

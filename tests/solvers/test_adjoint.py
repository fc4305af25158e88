"""Slopes by the adjoint against central differences of cold solves, and what is flagged."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from offramp import solvers
from offramp.analysis import absorb, eliminate, outcome_probability
from offramp.analysis.responses import (
    Aim,
    earning,
    ending,
    lasting,
    respond,
    respond_draws,
    valuing,
)
from offramp.core.errors import OfframpError
from offramp.game import Draws, fix, nominal_draw
from offramp.game.structure import Structure, Tables
from offramp.scenario import read, understand
from offramp.solvers.gradients import adjoint
from offramp.solvers.gradients.adjoint_kernels import Known
from offramp.solvers.kernels.certificate import sparse_jacobian
from offramp.solvers.kernels.layout import arrange
from offramp.solvers.perfect import records as teams
from offramp.study.quantities.asking import ask
from offramp.study.quantities.evaluation import evaluate_queries
from offramp.study.sensitivity.slopes import SlopeFinder
from offramp.testing.random_games import random_game
from tests.oracle.generate import scenario_text
from tests.solvers.games import stop_or_continue

NAMES = ("pay", "odds", "end_pay", "patience", "precision")
ACCURACY = 1e-6
"""Of the quantity's largest derivative."""
ROUNDING = 1e-9
"""What differences of numbers near 1 with a step of 1e-5 leave."""
STEP = 1e-5


def aims_of(structure: Structure) -> list[Aim]:
    each = range(structure.parties)
    ends = [ending(structure, [o]) for o in range(structure.terminals)]
    return [*ends, lasting(structure), *map(earning, each), *map(valuing, each)]


def values_of(structure: Structure, tables: Tables) -> tuple[np.ndarray, solvers.Equilibria]:
    """Every quantity of `aims_of`, (draw, quantity), by solving."""
    found = solvers.solve(structure, tables, traced=(), starts=0)
    assert (found.status == "solved").all()
    absorbed = absorb(structure, found.strategy)
    ends = outcome_probability(structure, absorbed, structure.terminals)[:, :-1]
    start = structure.start
    columns = [ends, absorbed.rounds, found.payoff[:, start], found.value[:, start]]
    return np.column_stack(columns), found


def directions(
    structure: Structure, tables: Tables, rng: np.random.Generator
) -> list[dict[str, np.ndarray]]:
    """Changes of one table each, then of all; odds go on adding up to 1."""
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    nature = structure.odds_class >= 0
    found = []
    for which in range(len(NAMES) + 3):
        change = {name: rng.normal(size=getattr(tables, name).shape[1:]) for name in NAMES}
        rows = structure.odds_class[nature]
        weight = tables.odds[0, rows] * change["odds"][rows]
        total = np.bincount(source[nature], weight, structure.nodes)
        change["odds"][rows] = weight - tables.odds[0, rows] * total[source[nature]]
        change["patience"] *= 0.01
        if which < len(NAMES):
            kept = NAMES[which]
            change = {name: array * (name == kept) for name, array in change.items()}
        found.append(change)
    return found


def moved(tables: Tables, changes: list[dict[str, np.ndarray]], by: float) -> Tables:
    arrays = {
        name: np.stack([getattr(tables, name)[0] + by * change[name] for change in changes])
        for name in NAMES
    }
    return Tables(**arrays, entropy=tables.entropy)


def differences(value: Callable[[float], np.ndarray], step: float = STEP) -> np.ndarray:
    """Central differences of fourth order."""
    near, far = value(step) - value(-step), value(2 * step) - value(-2 * step)
    return (8 * near - far) / (12 * step)


GAMES: list[dict[str, Any]] = [
    {"width": 4, "ending": 0.25},
    {"width": 25, "steps": 4, "parties": 3, "levels": 2},
    {"width": 6, "rounds": 4},
    {"width": 12, "steps": 1, "ending": 0.3},
    {"width": 12, "steps": 2, "parties": 5, "ending": 0.3},
    {"width": 10, "precision": (5.0, 20.0)},
    {"width": 8, "nature": False, "ending": 0.3},
]


@pytest.mark.parametrize("entropy", [False, True], ids=["payoff", "entropy"])
@pytest.mark.parametrize("kind", GAMES, ids=str)
@pytest.mark.parametrize("seed", [3, 7])
def test_slopes_by_all_numbers_are_those_of_differences(
    kind: dict[str, Any], entropy: bool, seed: int
) -> None:
    structure, tables = random_game(seed, entropy=entropy, **kind)
    here, found = values_of(structure, tables)
    responses = respond(structure, tables, found, aims_of(structure))
    changes = directions(structure, tables, np.random.default_rng(seed))
    expected = differences(lambda by: values_of(structure, moved(tables, changes, by))[0])
    for position, response in enumerate(responses):
        if np.isnan(here[0, position]):
            assert "may never end" in response.message
            continue
        assert response.message == ""
        assert response.value == pytest.approx(here[0, position], abs=1e-9)
        slope = [sum((response.slopes[n] * c[n]).sum() for n in NAMES) for c in changes]
        allowed = ACCURACY * np.abs(slope).max() + ROUNDING * max(1.0, abs(response.value))
        assert np.abs(slope - expected[:, position]).max() <= allowed


@pytest.mark.parametrize("seed", [1, 3, 5, 8, 13, 14])
def test_slopes_by_assumptions_of_generated_scenarios(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(scenario_text(seed, entropy=seed % 2 == 0))
    meaning = understand(read(path))
    asked = [("outcome", outcome.name) for outcome in meaning.outcomes]
    asked += [("payoff", party) for party in meaning.parties]
    queries = [ask(pair, meaning) for pair in [*asked, ("rounds",)]]
    found = SlopeFinder(meaning, queries).at()
    nominal = nominal_draw(meaning)
    checked = 0
    for column, name in enumerate(nominal.names):
        try:
            values = moved_values(meaning, queries, name)
        except OfframpError:
            continue  # the nominal value is at the edge of what makes a game
        bend = np.abs(values[1] - 2 * values[0] + values[-1]) / STEP
        if (bend > 1e-3).any():
            continue  # and here at a kink
        expected = differences(lambda by, values=values: values[round(by / STEP)])
        fine = np.isfinite(expected) & (found.message[0] == "")
        top = np.abs(found.slopes[0, fine]).max(axis=1)
        allowed = ACCURACY * top + ROUNDING * np.maximum(1, np.abs(found.values[0, fine]))
        error = np.abs(found.slopes[0, fine, column] - expected[fine])
        assert (error <= allowed).all(), name
        checked += int(fine.sum())
    assert checked > len(queries)


def moved_values(meaning: Any, queries: Any, name: str) -> dict[int, np.ndarray]:
    """The quantities with one assumption moved by some steps, each traced on its own."""
    nominal, steps = nominal_draw(meaning), (-2, -1, 0, 1, 2)
    at = nominal.values[0, nominal.names.index(name)]
    rows = [fix(meaning, nominal, {name: at + k * STEP}).values[0] for k in steps]
    given = Draws(nominal.names, np.array(rows), None)
    found = evaluate_queries(meaning, queries, given, traced=range(len(steps)), starts=0)
    return dict(zip(steps, found.values, strict=True))


def test_interventions_and_predicates_have_slopes_too() -> None:
    path = Path(__file__).parents[1] / "oracle" / "worked_example.yaml"
    meaning = understand(read(path))
    texts = [
        "P(disaster | do(north.act = climb))",
        "E(payoff[north] | do(north.act = climb))",
        "P(settlement and table == compromise)",
        "P(disaster | set(slide = 0.2))",
    ]
    queries = [ask(text, meaning) for text in texts]
    found = SlopeFinder(meaning, queries).at()
    assert (found.message == "").all()
    assert found.slopes[0, 3, found.assumptions.index("slide")] == 0.0
    for column, name in enumerate(found.assumptions):
        values = moved_values(meaning, queries, name)
        expected = differences(lambda by, values=values: values[round(by / STEP)])
        assert found.slopes[0, :, column] == pytest.approx(expected, abs=1e-7), name


def test_what_has_no_slope_says_so() -> None:
    path = Path(__file__).parents[1] / "oracle" / "worked_example.yaml"
    meaning = understand(read(path))
    found = SlopeFinder(meaning, [ask("P(disaster by 3)", meaning)]).at()
    assert "not computed" in found.message[0, 0]
    assert np.isnan(found.slopes).all()


def test_near_a_fold_slopes_are_flagged() -> None:
    """Two of the three equilibria of stop-or-continue meet where 1 - dT/dV is 0."""
    structure, tables = stop_or_continue(4.0)
    found = solvers.solve(structure, tables, traced=(0,), starts=4)
    response = respond(structure, tables, found, [earning(0)])[0]
    assert response.message == ""

    def gap(value: float) -> float:
        """1 - dT/dV at a value."""
        total = 0.08 + 0.95 * value
        chance = 1 / (1 + np.exp(-4.0 * total))
        return 1 - 0.95 * chance * (1 + 4.0 * total * (1 - chance))

    low, high = 0.25, 0.45
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if gap(low) * gap(middle) > 0 else (low, middle)
    known = Known(np.array([[[low]]]), np.array([[[low]]]), np.zeros((0, 0)))
    (pulled,) = adjoint.pull_back(structure, tables, [0], known, [adjoint.Quantity(party=0)])
    assert not pulled.sound[0]
    assert pulled.condition[0] > adjoint.NEAR_SINGULAR


def test_a_full_matrix_agrees_with_krylov(monkeypatch: pytest.MonkeyPatch) -> None:
    structure, tables = random_game(5, width=20, parties=3)
    _, found = values_of(structure, tables)
    aims = aims_of(structure)
    one = respond(structure, tables, found, aims)
    monkeypatch.setattr(adjoint, "BASIS", 2)
    other = respond(structure, tables, found, aims)
    for left, right in zip(one, other, strict=True):
        for name in NAMES:
            assert left.slopes[name] == pytest.approx(right.slopes[name], rel=1e-7, abs=1e-10)


def several(entropy: bool) -> tuple[Structure, Tables, solvers.Equilibria]:
    """A game with eleven draws, of which the third was not solved."""
    structure, one = random_game(5, width=20, parties=3, entropy=entropy)
    scale = np.linspace(0.8, 1.2, 11)
    arrays = {name: np.repeat(getattr(one, name), 11, axis=0) for name in NAMES}
    arrays["pay"] = arrays["pay"] * scale[:, None, None]
    arrays["pay"][2] = np.nan
    tables = Tables(**arrays, entropy=entropy)
    return structure, tables, solvers.solve(structure, tables, traced=(), starts=0)


@pytest.mark.parametrize("entropy", [False, True], ids=["payoff", "entropy"])
def test_a_draw_has_the_same_slopes_whoever_stands_beside_it(
    entropy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    structure, tables, found = several(entropy)
    aims = aims_of(structure)
    together = respond_draws(structure, tables, found, aims)
    some = respond_draws(structure, tables, found, aims, draws=[10, 3], workers=1)
    monkeypatch.setattr(teams, "ALONE", 0)  # one after the other, as in large games
    alone = respond_draws(structure, tables, found, aims, draws=[10, 3])
    for all_of_them, two, apart in zip(together, some, alone, strict=True):
        assert list(np.flatnonzero(all_of_them.message != "")) == [2]
        assert np.array_equal(all_of_them.value[[10, 3]], two.value)
        for name in NAMES:
            assert np.isnan(all_of_them.slopes[name][2]).all()
            assert np.array_equal(all_of_them.slopes[name][[10, 3]], two.slopes[name])
            assert np.array_equal(two.slopes[name], apart.slopes[name])
        assert np.array_equal(two.condition, apart.condition)


def test_the_condition_is_that_of_the_whole_system() -> None:
    """From below, and from 1 upwards; a quantity need not feel all of it."""
    structure, tables, found = several(False)
    for draw in (0, 5, 10):
        jacobian = sparse_jacobian(structure, tables, draw, found.value[draw]).toarray()
        responses = respond(structure, tables, found, aims_of(structure), draw=draw)
        most = np.linalg.cond(np.eye(len(jacobian)) - jacobian)
        assert all(1.0 <= response.condition <= most for response in responses)
        assert max(response.condition for response in responses) > 1.5


def test_an_unsolved_draw_has_no_slopes() -> None:
    structure, tables = random_game(5)
    broken = Tables(
        tables.pay * np.nan, tables.odds, tables.end_pay, tables.patience, tables.precision
    )
    found = solvers.solve(structure, broken, traced=(), starts=0)
    response = respond(structure, broken, found, [earning(0)])[0]
    assert "not solved" in response.message
    assert np.isnan(response.slopes["pay"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("entropy", [False, True], ids=["payoff", "entropy"])
def test_a_quantity_costs_at_most_two_solves(entropy: bool) -> None:
    structure, tables = random_game(1, width=400, steps=3, parties=4, ending=0.05, entropy=entropy)
    layout, plan = arrange(structure), eliminate(structure)
    _, found = values_of(structure, tables)
    aims = aims_of(structure)
    options = solvers.Options(workers=1)

    def gradients() -> None:
        respond(structure, tables, found, aims, layout=layout, elimination=plan)

    once = fastest(lambda: solvers.solve(structure, tables, traced=(), starts=0, options=options))
    assert structure.nodes >= 900
    assert fastest(gradients) / len(aims) <= 2 * once


def fastest(work: Callable[[], object]) -> float:
    """Least of some times, in seconds."""
    times = []
    for _ in range(8):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)

"""Batches in JAX: the same equilibria as the compiled solver finds, and a way back to it."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from offramp.analysis import absorb
from offramp.game import build, draw
from offramp.scenario import read, with_values
from offramp.solvers import Equilibria, Options, solve
from offramp.solvers.engine import rows_of
from offramp.solvers.gpu import jax_draws as accelerated
from offramp.solvers.gpu.jax_draws import DeviceError, DeviceSolver, device_for
from offramp.solvers.gpu.waves import lay_out
from offramp.solvers.kernels.layout import arrange
from offramp.testing.random_games import random_game
from offramp.testing.random_information import haggle
from tests.solvers.games import stop_or_continue

jax = pytest.importorskip("jax", reason="JAX is not installed (extra gpu)")
HERE = Options(device="jax")
CHAIN = {"width": 9, "levels": 3, "parties": 3, "precision": (5.0, 60.0), "entropy": True}
"""Three components behind each other; tests share it, since a structure is compiled once."""
TAGS = ("status", "message")


def assert_alike(found: Equilibria, expected: Equilibria, tolerance: float = 1e-9) -> None:
    """The same equilibria, with the same certificates up to rounding and the same tags."""
    for name in TAGS:
        assert list(getattr(found, name)) == list(getattr(expected, name)), name
    proposals = (found.branch == "continued") & (expected.branch == "traced")
    assert ((found.branch == expected.branch) | proposals).all()
    for name in ("value", "payoff", "strategy"):
        assert np.abs(getattr(found, name) - getattr(expected, name)).max() < tolerance, name
    assert found.residual == pytest.approx(expected.residual, abs=1e-11)
    assert found.regret == pytest.approx(expected.regret, abs=1e-8)
    assert found.regret_anywhere == pytest.approx(expected.regret_anywhere, abs=1e-8)
    assert np.array_equal(found.regret_bound, expected.regret_bound)
    for tag in ("proved", "several found"):  # where random starts end, the last digits decide
        assert ((found.uniqueness == tag) == (expected.uniqueness == tag)).mean() > 0.9
    several = set(np.flatnonzero(found.uniqueness == "several found"))
    assert {one.draw for one in found.others} == several
    assert [one.draw for one in found.others] == sorted(one.draw for one in found.others)


def proposed(structure, tables, **options):
    """What the device proposes for all draws, of which there are no more than lanes."""
    batches = DeviceSolver(arrange(structure), jax.devices("cpu")[0], Options(**options))
    return batches.propose(tables, np.arange(tables.draws))


def copies(tables, draws, **changes):
    """Tables of one draw, repeated, with some arrays replaced."""
    names = ("pay", "odds", "end_pay", "patience", "precision")
    repeated = {name: np.repeat(getattr(tables, name), draws, axis=0) for name in names}
    return replace(tables, **{**repeated, **changes})


# The same equilibria


def test_talks_end_alike_on_both_ways():
    outcomes_agree(64)


@pytest.mark.slow
def test_a_thousand_talks_end_alike_on_both_ways():
    outcomes_agree(1000)


def outcomes_agree(draws: int) -> None:
    """Outcomes, values and certificates of so many draws of the talks."""
    game = build(with_values(read("trilateral-talks-earlier"), {"mediator_own_draft": "prepared"}))
    tables = game.tables(draw(game.meaning, draws, seed=5))
    ours = solve(game.structure, tables, traced=(), starts=0)
    theirs = solve(game.structure, tables, traced=(), starts=0, options=HERE)
    assert_alike(theirs, ours)
    ends = [absorb(game.structure, found.strategy).terminal for found in (ours, theirs)]
    assert np.abs(ends[0] - ends[1]).max() < 1e-9
    few = rows_of(tables, np.arange(64))
    found = proposed(game.structure, few)
    assert found.solved.mean() > 0.9, "the device climbs the ladder by itself,"
    confirming = theirs.sweeps[:64] - found.sweeps
    assert (confirming >= 1).all()
    fewer = confirming < ours.sweeps[:64]
    assert fewer[found.solved].mean() > 0.9, "and following the branch would take longer"


@pytest.mark.parametrize(
    "form", [CHAIN, {"rounds": 4, "width": 9}], ids=["components", "limit of rounds"]
)
def test_random_games_are_solved_alike(form):
    structure, tables = random_game(3, draws=12, **form)
    ours = solve(structure, tables, traced=(1,), starts=1)
    theirs = solve(structure, tables, traced=(1,), starts=1, options=HERE)
    assert_alike(theirs, ours)
    found = proposed(structure, tables)
    assert found.solved.mean() > 0.6
    assert np.abs(found.value - ours.value)[found.solved].max() < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("entropy", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("levels", [1, 4])
@pytest.mark.parametrize("precision", [(0.1, 1.0), (5.0, 30.0), (30.0, 90.0)])
def test_many_random_games_are_solved_alike(entropy, steps, levels, precision):
    seed = 100 * steps + 10 * levels + int(precision[0])
    structure, tables = random_game(
        seed,
        draws=64,
        width=8,
        steps=steps,
        levels=levels,
        parties=levels + 2,
        precision=precision,
        patience=(0.8, 0.99),
        entropy=entropy,
    )
    ours = solve(structure, tables, traced=(0,), starts=1)
    theirs = solve(structure, tables, traced=(0,), starts=1, options=HERE)
    assert np.abs(theirs.value - ours.value).max() < 1e-9
    assert np.abs(theirs.strategy - ours.strategy).max() < 1e-7
    assert (theirs.branch == ours.branch).mean() > 0.98
    assert (theirs.status == ours.status).mean() > 0.98


def test_of_several_equilibria_the_same_one_is_reached():
    structure, tables = random_game(3, draws=64, **CHAIN)
    ours = solve(structure, tables, traced=(), starts=12)
    several = ours.uniqueness == "several found"
    assert several.sum() > 0
    assert_alike(solve(structure, tables, traced=(), starts=12, options=HERE), ours)
    assert proposed(structure, tables).solved[several].any()


@pytest.mark.slow
def test_up_to_the_fold_the_branch_is_followed():
    structure, tables = stop_or_continue(4.0)
    tables = copies(tables, 30, precision=np.linspace(0.5, 4.1, 30)[:, None])
    branch = solve(structure, tables, traced=range(30), starts=0)
    assert (branch.uniqueness == "several found").sum() > 3
    found = proposed(structure, tables)
    assert found.solved.all()
    assert np.abs(found.value - branch.value).max() < 1e-9


def test_a_draw_depends_on_itself_only():
    structure, tables = random_game(3, draws=80, **CHAIN)
    whole = solve(structure, tables, traced=(), starts=0, options=HERE)
    rows = np.arange(79, 0, -5)
    part = solve(structure, rows_of(tables, rows), traced=(), starts=0, options=HERE)
    assert np.array_equal(part.value, whole.value[rows])
    assert np.array_equal(part.sweeps, whole.sweeps[rows])


# A way back


def test_what_the_device_cannot_do_the_compiled_solver_does():
    structure, tables = random_game(3, draws=6, **CHAIN)
    pay, patience = np.array(tables.pay), np.array(tables.patience)
    pay[1, 0, 0], patience[2, 0] = np.nan, 1.0
    tables = replace(tables, pay=pay, patience=patience)
    seen = []
    theirs = solve(
        structure,
        tables,
        traced=(4,),
        starts=2,
        seed=3,
        options=HERE,
        progress=lambda done, total: seen.append((done, total)),
    )
    ours = solve(structure, tables, traced=(4,), starts=2, seed=3)
    sound = [0, 3, 4, 5]
    assert list(theirs.status) == list(ours.status)
    assert list(theirs.status[1:3]) == ["invalid", "invalid"]
    proposals = (theirs.branch == "continued") & (ours.branch == "traced")
    assert ((theirs.branch == ours.branch) | proposals).all()
    assert theirs.branch[4] == "traced"
    assert np.abs(theirs.value - ours.value)[sound].max() < 1e-9
    assert seen[-1] == (6, 6)
    few = solve(structure, tables, traced=(), starts=0, options=replace(HERE, sweeps=2))
    assert few.status[0] in ("solved", "failed")


def test_wrong_proposals_are_passed_over(monkeypatch):
    def nonsense(self, tables, rows):
        shape = (len(rows), len(self.waves.row), self.outline.parties)
        fine, swept = np.arange(len(rows)) % 2 == 0, np.full(len(rows), 7)
        return accelerated.Proposal(np.full(shape, 0.3), fine, swept)

    structure, tables = random_game(2, draws=7)
    monkeypatch.setattr(DeviceSolver, "propose", nonsense)
    theirs = solve(structure, tables, traced=(), starts=0, options=HERE)
    ours = solve(structure, tables, traced=(), starts=0)
    assert np.abs(theirs.value - ours.value).max() < 1e-10
    assert (theirs.sweeps > 7).all()


def test_a_device_that_breaks_down_gives_its_draws_back(monkeypatch):
    def broken(self, tables, rows):
        raise RuntimeError("RESOURCE_EXHAUSTED: out of memory\nand much more")

    structure, tables = random_game(2, draws=5)
    monkeypatch.setattr(DeviceSolver, "_propose", broken)
    with pytest.warns(UserWarning, match="gave 5 draws back.*out of memory$"):
        theirs = solve(structure, tables, traced=(), options=HERE)
    assert_alike(theirs, solve(structure, tables, traced=()), 1e-15)


def test_without_a_graphics_processor_a_sentence_says_so(monkeypatch):
    structure, tables = random_game(2, draws=5)
    monkeypatch.setattr(jax, "devices", lambda: [])
    with pytest.warns(UserWarning, match="finds no graphics processor: the compiled solver"):
        theirs = solve(structure, tables, options=Options(device="gpu"))
    assert_alike(theirs, solve(structure, tables), 1e-15)

    def stuck():
        raise RuntimeError("the driver is too old")

    monkeypatch.setattr(jax, "devices", stuck)
    with pytest.warns(UserWarning, match=r"\(the driver is too old\): the compiled solver"):
        assert device_for(structure, "gpu") is None


def test_games_that_are_not_for_it_are_passed_on(monkeypatch):
    tree, figures = haggle(offers=3, rounds=1)
    with pytest.warns(UserWarning, match="without knowing where is solved by the compiled"):
        assert solve(tree, figures, options=HERE).status[0] == "solved"
    layered, _ = random_game(1, rounds=2)
    monkeypatch.setattr(accelerated, "_look_for", lambda name: (object(), ""))
    with pytest.warns(UserWarning, match="solved in one pass"):
        assert device_for(layered, "gpu") is None


def test_without_jax_the_error_says_what_to_install(monkeypatch):
    structure, tables = random_game(2)
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(DeviceError, match="which is not installed") as caught:
        solve(structure, tables, options=Options(device="gpu"))
    assert caught.value.repair == 'pip install "offramp[gpu]"'


def test_an_unknown_device_is_refused():
    structure, tables = random_game(2)
    with pytest.raises(DeviceError, match="no device 'gpus'") as caught:
        solve(structure, tables, options=Options(device="gpus"))
    assert "'gpu'" in caught.value.repair


def test_what_is_known_already_spares_the_device(monkeypatch):
    structure, tables = random_game(2, draws=4)
    ours = solve(structure, tables, traced=())
    monkeypatch.delattr(DeviceSolver, "propose")
    again = solve(structure, tables, traced=(), options=HERE, known=ours.value)
    assert (again.sweeps == 1).all()


# Manners


def test_the_caller_keeps_single_precision():
    structure, tables = random_game(3, draws=1, **CHAIN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert proposed(structure, tables).value.dtype == np.float64
    assert jax.numpy.zeros(1).dtype == np.float32


def test_jax_is_loaded_when_it_is_asked_for():
    code = "import sys, offramp.solvers.gpu.jax_draws; assert 'jax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_speed_is_told_with_a_certificate(capsys):
    from benchmarks.gpu import main

    words = ["--device", "jax", "--draws", "70", "--games", "talks", "--repeats", "1"]
    assert main(words) == 0
    table = json.loads(capsys.readouterr().out)
    (row,) = table["rows"]
    assert row["certificate"]["solved"] == row["draws"] == 70
    assert row["largest_difference"] < 1e-9
    assert set(row["draws_per_second"]) == {"compiled", "proposed", "certified"}


@pytest.mark.parametrize("memory", [1 << 20, 1 << 24, 1 << 40])
def test_batches_fit_the_memory_of_the_device(memory):
    class Device:
        platform = "gpu"

        def memory_stats(self):
            return {"bytes_limit": memory}

    structure, _ = random_game(1, width=30)
    waves, outline, used = lay_out(arrange(structure))
    lanes = accelerated.lanes_for(outline, waves, len(used), Device())
    values = 8 * lanes * outline.parties * (outline.nodes + outline.terminals)
    assert lanes == 1 or values < memory / 4
    assert lanes <= accelerated.MANY_LANES


@pytest.mark.parametrize("form", [{"levels": 5}, {"rounds": 4}, {"steps": 1}, {"nature": False}])
def test_a_wave_waits_for_earlier_ones_only(form):
    structure, _ = random_game(9, width=14, **form)
    layout = arrange(structure)
    waves, outline, used = lay_out(layout)
    assert len(np.unique(waves.row)) == structure.nodes
    assert waves.there.sum() == structure.edges + outline.nodes - structure.nodes
    width = np.repeat(np.array(outline.widths)[waves.kind], outline.rows)
    piece = np.repeat(np.arange(outline.nodes), width) // outline.rows
    inner = waves.there & (waves.target < outline.nodes)
    ahead = waves.target // outline.rows
    part = np.searchsorted(waves.cut, np.arange(len(waves.kind)), "right")
    assert (part[ahead[inner]] <= part[piece[inner]]).all()
    later = inner & (ahead >= piece)
    assert waves.turns[later].all()
    heads = np.concatenate([np.arange(low, high) for low, high in waves.turn])
    assert np.isin(waves.target[later], heads).all()
    assert np.isin(waves.heads, heads).all()
    assert np.array_equal(np.unique(used[waves.pay[waves.pay < len(used)]]), used)

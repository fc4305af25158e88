"""Sensitivity where it is known in closed form, and the words that it is told in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from offramp.core.errors import OfframpError, ResultError
from offramp.presentation import figure, sentences
from offramp.scenario import Scenario, read, understand
from offramp.study.quantities.asking import ask
from offramp.study.sensitivity.hanging_on import Sensitivity, sensitivity
from offramp.study.sensitivity.indices import Indices, grouped, sobol_indices
from offramp.study.sensitivity.menu import menu_changes

HEAD = """
offramp: 1
title: A wager
rounds: unlimited
parties:
  onlooker: {patience: 0.9, precision: 1}
parameters:
"""
PRODUCT = """
  a: {value: 0.5, range: "uniform(0, 1)"}
  b: {value: 0.5, range: "uniform(0, 1)"}
round:
  - name: first
    by: nature
    moves:
      on: {odds: a}
      out: {odds: rest, end: lost}
  - name: second
    by: nature
    moves:
      win: {odds: b, end: won}
      lose: {odds: rest, end: lost}
outcomes:
  won: {kind: agreement, pay: {onlooker: 1}}
  lost: {kind: war}
"""
SUM = """
  one: {value: 0.5, range: "uniform(0, 1)"}
  two: {each: {0: {value: 0.5, range: "uniform(0, 1)"}, 1: {value: 0.5, range: "uniform(0, 1)"}}}
  idle: {value: 3}
round:
  - name: only
    by: nature
    moves:
      win: {odds: "0.1 + 0.5 * one + 0.3 * two[0] + 0.1 * two[1]", end: won}
      lose: {odds: rest, end: lost}
outcomes:
  won: {kind: agreement, pay: {onlooker: 1}}
  lost: {kind: war}
"""
CHOICE = """
  gain: {value: 1, range: "uniform(0, 2)"}
round:
  - name: act
    by: onlooker
    moves:
      stop: {end: lost}
      go: {pay: {onlooker: gain}, end: won}
outcomes:
  won: {kind: agreement}
  lost: {kind: war}
"""


def scenario_of(text: str, folder: Path) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text(HEAD + text)
    return read(path)


@pytest.fixture
def product(tmp_path: Path) -> Scenario:
    return scenario_of(PRODUCT, tmp_path)


def indices_of(scenario: Scenario, seed: int, points: int = 128, groups: Any = None) -> Indices:
    meaning = understand(scenario)
    return sobol_indices(
        meaning, ask(("outcome", "won"), meaning), points=points, seed=seed, groups=groups
    )


def test_a_product_of_two(product: Scenario) -> None:
    """P = a b: first-order 3/7 each, total 4/7, variance 7/144."""
    found = indices_of(product, 1)
    assert found.first == pytest.approx(3 / 7, abs=1e-5)
    assert found.total == pytest.approx(4 / 7, abs=1e-5)
    assert found.together == pytest.approx(1 / 7, abs=1e-5)
    assert found.mean == pytest.approx(0.25, abs=0.01)
    assert found.variance == pytest.approx(7 / 144, rel=1e-5)
    assert found.knowing == pytest.approx(1 / 48, rel=1e-4)
    assert found.evaluations == 128 * 4
    assert found.flags == {"solved": 512}


def test_a_sum_in_groups(tmp_path: Path) -> None:
    """Variances add up: 25, 9 and 1 parts of 35; a group has those of its members together."""
    scenario = scenario_of(SUM, tmp_path)
    single = indices_of(scenario, 2)
    assert list(single.groups) == ["one", "two[0]", "two[1]"]
    parts = np.array([25, 9, 1]) / 35
    assert single.first == pytest.approx(parts, abs=1e-6)
    assert single.total == pytest.approx(parts, abs=1e-6)
    family = indices_of(scenario, 2, groups="family")
    assert list(family.groups) == ["one", "two"]
    assert family.first == pytest.approx([25 / 35, 10 / 35], abs=1e-6)
    named = indices_of(scenario, 2, groups={"the second": ["two"]})
    assert named.groups == {"the second": ("two[0]", "two[1]")}
    assert named.first == pytest.approx(1, abs=1e-6)
    assert named.variance == pytest.approx(0.1 / 12, rel=1e-5)


def test_the_same_seed_gives_the_same_indices(product: Scenario) -> None:
    one, two, other = (indices_of(product, seed, 32) for seed in (0, 0, 1))
    assert (one.first == two.first).all()
    assert (one.first_interval == two.first_interval).all()
    assert (one.first != other.first).any()
    assert indices_of(product, 0, 32).seed == 0


@pytest.mark.parametrize("seed", range(4))
def test_intervals_hold_the_closed_form(product: Scenario, tmp_path: Path, seed: int) -> None:
    found = indices_of(product, seed, 32)
    assert (abs(found.first - 3 / 7) <= np.diff(found.first_interval)[:, 0] / 2 + 1e-12).all()
    assert found.together_interval[0] <= 1 / 7 <= found.together_interval[1]
    added = indices_of(scenario_of(SUM, tmp_path), seed, 32)
    parts = np.array([25, 9, 1]) / 35
    low, high = added.first_interval.T
    assert (low <= parts).all()
    assert (parts <= high).all()
    assert np.isnan(added.together)
    assert (added.total == added.first).all()


def test_flagged_points_withhold_the_indices(
    product: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from offramp.study.sensitivity import indices

    honest = indices.evaluate_queries

    def flagged(count: int):
        def evaluated(*args, **more):
            found = honest(*args, **more)
            status = found.status.copy()
            status[:count] = "open"
            return replace(found, status=status)

        return evaluated

    monkeypatch.setattr(indices, "evaluate_queries", flagged(4))
    few = indices_of(product, 1)
    assert few.flags == {"open": 4, "solved": 508}
    assert few.first == pytest.approx(3 / 7, abs=1e-4)
    monkeypatch.setattr(indices, "evaluate_queries", flagged(8))
    many = indices_of(product, 1)
    assert np.isnan(many.first).all()
    assert "withheld" in many.withheld
    assert many.flagged == pytest.approx(8 / 512)


def test_slopes_and_their_tornado(product: Scenario) -> None:
    found = sensitivity(product, ("outcome", "won"), points=0)
    assert found.nominal == pytest.approx(0.25)
    assert found.indices is None
    assert {one.assumption: one.slope for one in found.local} == pytest.approx({"a": 0.5, "b": 0.5})
    assert found.local[0].half_width == 0.5
    assert found.local[0].change == pytest.approx(0.25)
    assert found.local[0].elasticity == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (("kind", "agreement"), 0.25),
        (("payoff", "onlooker"), 0.25),
        (("rounds",), 0.0),
        ("P(won | set(a = 1))", 0.5),
        (("outcome", "lost"), 0.75),
    ],
)
def test_quantities_can_be_named_in_several_ways(
    product: Scenario, quantity: Any, expected: float
) -> None:
    found = sensitivity(product, quantity, points=0, menu=False)
    assert found.nominal == pytest.approx(expected, abs=1e-12)


def test_a_move_written_twice(tmp_path: Path) -> None:
    """With precision 1 the move `go` has odds e to 1, and twice that when it is there twice."""
    meaning = understand(scenario_of(CHOICE, tmp_path))
    changes = menu_changes(meaning, ask(("outcome", "won"), meaning))
    values = {one.move: one.value for one in changes}
    assert values == pytest.approx({"go": 2 * np.e / (1 + 2 * np.e), "stop": np.e / (2 + np.e)})
    assert [one.before for one in changes] == pytest.approx([np.e / (1 + np.e)] * 2)
    assert abs(changes[0].change) >= abs(changes[1].change)


def test_mechanisms_are_groups() -> None:
    from importlib.resources import files

    path = files("offramp.library") / "scenarios" / "trilateral-talks.yaml"
    meaning = understand(read(str(path)))
    groups = grouped(meaning, "mechanism")
    assert "attention_decay" in groups["mechanism attention"]
    members = [name for names in groups.values() for name in names]
    assert sorted(members) == sorted(grouped(meaning, None))


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"points": 100}, "100 base points"),
        ({"points": 16}, "16 base points"),
        ({"groups": "families"}, "no grouping 'families'"),
        ({"groups": {"one": ["c"]}}, "no assumption 'c'"),
        ({"groups": {"one": ["a"], "two": ["a"]}}, "'a' is in two groups"),
    ],
)
def test_what_cannot_be_done_is_said(product: Scenario, more: dict, found: str) -> None:
    with pytest.raises(ResultError, match=re.escape(found)):
        sensitivity(product, ("outcome", "won"), menu=False, **more)


def test_a_quantity_that_is_none_is_named(product: Scenario) -> None:
    with pytest.raises(ResultError, match="is no quantity"):
        sensitivity(product, ("outcomes", "won"))
    with pytest.raises(OfframpError, match="'wun' is no outcome"):
        sensitivity(product, ("outcome", "wun"))


FORBIDDEN = re.compile(
    r"\b(best|optimal|should|must|likely true|probably|confiden\w+|recommend\w*|choose|avoid)\b",
    re.IGNORECASE,
)


def test_the_sentence_is_neutral_and_says_whose_premises_it_rests_on(tmp_path: Path) -> None:
    found = sensitivity(scenario_of(CHOICE, tmp_path), ("outcome", "won"), points=32, seed=0)
    assert isinstance(found, Sensitivity)
    told = " ".join(sentences(found))
    assert told.startswith("On the premises of ‹A wager›, as encoded here, ")
    assert "describe the assumptions, not the world" in told
    assert "Knowing ‹gain› would reduce the variance" in told
    assert "twice" in told
    assert not FORBIDDEN.search(told)


def test_table_and_figure_show_the_same_numbers(product: Scenario) -> None:
    found = sensitivity(product, ("outcome", "won"), points=32, seed=0)
    kinds = [row["what"] for row in found.table]
    assert kinds.count("share") == 2
    assert kinds.count("slope") == 2
    shares, slopes = figure(found)
    alone = [row["first"] for row in found.table if row["what"] == "share"]
    drawn = [line["x"][1] for line in shares.drawing.data[::4]]
    assert drawn == pytest.approx(sorted(np.clip(alone, 0, 1), reverse=True), abs=1e-4)
    assert [line["x"][1] for line in slopes.drawing.data] == pytest.approx([25, 25])


def test_a_quantity_that_never_varies_says_so(product: Scenario) -> None:
    found = sensitivity(product, ("rounds",), points=32, seed=0)
    assert found.indices is not None
    assert "the same in all points" in found.indices.withheld
    assert "the same in all points" in " ".join(sentences(found))
    assert len(figure(found)) == 1


# what is told of shares

ALONE = {
    "choice": CHOICE,
    "square": """
  only: {value: 0.5, range: "triangular(0, 0.2, 1)"}
  twice: {value: 2 * only}
round:
  - name: fate
    by: nature
    moves:
      win: {odds: 0.25 * twice**2, end: won}
      lose: {odds: rest, end: lost}
outcomes: {won: {kind: agreement}, lost: {kind: war}}
""",
    "threshold": """
  only: {value: 0.5, range: "uniform(0, 1)"}
round:
  - name: fate
    by: nature
    moves:
      win: {odds: only > 0.3, end: won}
      lose: {odds: rest, end: lost}
outcomes: {won: {kind: agreement}, lost: {kind: war}}
""",
}
ADDED = {
    "sum": SUM,
    "bent": """
  one: {value: 0.5, range: "uniform(0, 1)"}
  two: {value: 0.5, range: "choice(0, 0.3, 1)"}
  three: {value: 0.5, range: "beta(2, 3)"}
round:
  - name: fate
    by: nature
    moves:
      win: {odds: 0.1 + 0.2 * one**2 + 0.3 * exp(-two) + 0.2 * three, end: won}
      lose: {odds: rest, end: lost}
outcomes: {won: {kind: agreement}, lost: {kind: war}}
""",
    "idle": """
  one: {value: 0.5, range: "normal(0, 0.1)"}
  two: {value: 0.5, range: "uniform(0, 1)"}
round:
  - name: fate
    by: nature
    moves:
      win: {odds: 0.5 + 0.1 * tanh, end: won}
      lose: {odds: rest, end: lost}
outcomes: {won: {kind: agreement}, lost: {kind: war}}
""".replace("tanh", "(1 / (1 + exp(-9 * one)))"),
}
SEVERAL = "comes from several together"


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
@pytest.mark.parametrize("seed", range(3))
def test_all_comes_from_the_only_assumption(text: str, seed: int, tmp_path: Path) -> None:
    found = sensitivity(scenario_of(text, tmp_path), ("outcome", "won"), points=32, seed=seed)
    assert found.indices is not None
    assert found.indices.first.tolist() == found.indices.total.tolist() == [1]
    assert "100 % of its variance comes from" in " ".join(sentences(found))
    assert SEVERAL not in " ".join(sentences(found))


@pytest.mark.parametrize("text", ADDED.values(), ids=ADDED)
def test_of_a_sum_nothing_is_told_to_come_from_several(text: str, tmp_path: Path) -> None:
    scenario = scenario_of(text, tmp_path)
    for seed in range(4):
        found = sensitivity(scenario, ("outcome", "won"), points=32, seed=seed, menu=False)
        assert SEVERAL not in " ".join(sentences(found))
        assert "adds up to all of it" in " ".join(sentences(found))


def test_what_comes_from_several_is_told_where_it_is_seen(product: Scenario) -> None:
    found = sensitivity(product, ("outcome", "won"), points=32, seed=1, menu=False)
    assert f"About 14 % of it {SEVERAL}" in " ".join(sentences(found))


def test_where_it_is_not_seen_it_is_said_that_draws_are_too_few(tmp_path: Path) -> None:
    """A jump in one assumption and a smaller one in another."""
    text = ADDED["bent"].replace(
        "0.1 + 0.2 * one**2 + 0.3 * exp(-two) + 0.2 * three",
        "0.4 * (one > 0.37) + 0.3 * (three > 0.2)",
    )
    found = sensitivity(scenario_of(text, tmp_path), ("outcome", "won"), points=32, seed=0)
    assert SEVERAL not in " ".join(sentences(found))
    assert "Too few combinations were tried to tell" in " ".join(sentences(found))
    assert found.indices is not None
    assert np.isnan(found.indices.together)


@pytest.mark.parametrize("text", [SUM, PRODUCT, ALONE["square"]], ids=["sum", "product", "square"])
def test_a_run_tells_shares_from_its_own_draws(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from offramp.presentation import as_json
    from offramp.study.runs.investigation import investigate
    from offramp.study.sensitivity import indices

    def none(*args, **more):
        raise AssertionError("draws are solved again")

    monkeypatch.setattr(indices, "evaluate_queries", none)
    text += "claims: {often: {says: Often., holds_when: P(won) > 0.4}}\n"
    scenario = scenario_of(text, tmp_path)
    found: Any = investigate(scenario, draws=128, seed=2).sensitivity
    shares = {row["name"]: row["first"] for row in found.table if row["what"] == "share"}
    expected = {SUM: {"one": 25 / 35, "two": 10 / 35}, PRODUCT: {"a": 3 / 7, "b": 3 / 7}}.get(
        text.partition("claims")[0], {"only": 1}
    )
    assert shares == pytest.approx(expected, abs=1e-4)
    told = as_json(found)["variance"]
    assert told["tried"] == 128
    assert (SEVERAL in " ".join(sentences(found))) == (expected.keys() == {"a", "b"})
    few: Any = investigate(scenario, draws=63, seed=2).sensitivity
    assert few.indices is None


def test_draws_with_several_equilibria_count_as_open() -> None:
    import xarray as xr

    from offramp.scenario import parse_query
    from offramp.study.runs.inquiry import tried_in

    over = xr.Dataset(
        {
            "probability": (("draw", "outcome"), np.array([[0.2, 0.8], [0.4, 0.6], [np.nan] * 2])),
            "rounds": ("draw", np.array([1.0, np.inf, np.nan])),
            "status": ("draw", np.array(["solved", "solved", "failed"])),
            "several": ("draw", np.array([0, 1, 0])),
            "parameters": (("draw", "parameter"), np.zeros((3, 1))),
        },
        {"parameter": ["gain"]},
        {"seed": 3},
    )
    meaning = understand(read(HEAD + CHOICE))
    found = tried_in(over, parse_query("P(won)", meaning))
    assert found.status.tolist() == ["solved", "open", "failed"]
    assert found.unfit.tolist() == [False, True, True]
    assert found.draws.seed == 3

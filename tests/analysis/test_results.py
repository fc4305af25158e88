"""The labelled dataset: shapes, words, summary, table and files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from offramp.analysis import (
    QUANTITIES,
    assemble,
    join,
    load,
    long_table,
    save,
    solved,
    summarise,
    write_table,
)
from offramp.core.errors import ResultError
from offramp.core.files import atomic_write, write_text

LABELS = {
    "outcome": ["settlement", "war"],
    "party": ["north", "south"],
    "package_end": ["settlement: compromise"],
    "move": ["propose.offer", "answer.accept"],
    "parameter": ["cost[north]"],
    "parameter_unit": ["per month"],
}
ATTRS = {"title": "A standoff", "seed": 7, "nodes": 45, "command": None}


def example(draws: int = 4, first_draw: int = 0):
    probability = np.array([[0.6, 0.4, 0.0]] * draws)
    probability[:, 0] -= 0.1 * np.arange(draws)
    probability[:, 1] += 0.1 * np.arange(draws)
    status = np.array(["solved"] * draws, dtype=object)
    rounds = np.arange(draws, dtype=float)
    if draws > 1:
        status[-1] = "no_convergence"
        probability[-1] = np.nan
        rounds[1] = np.nan
    return assemble(
        {
            "probability": probability,
            "probability_by": probability[:, :1],
            "by_round": np.stack([probability * 0.5, probability], axis=2),
            "payoff": np.arange(2.0 * draws).reshape(draws, 2),
            "rounds": rounds,
            "parameters": np.full((draws, 1), 0.04),
            "status": status,
            "several": np.zeros(draws, int),
        },
        LABELS,
        ATTRS,
        units={"rounds": "months"},
        first_draw=first_draw,
    )


def test_every_variable_says_what_it_is() -> None:
    dataset = example()
    for name in dataset.variables:
        assert dataset[name].attrs["units"]
        assert dataset[name].attrs["long_name"]
    assert dataset["rounds"].attrs["units"] == "months"
    assert dataset["parameter_unit"].values.tolist() == ["per month"]
    assert dataset["outcome"].values.tolist() == ["settlement", "war", "unresolved"]
    assert dataset["round"].values.tolist() == [1, 2]
    assert dataset.attrs["title"] == "A standoff"


def test_quantities_without_members_are_left_out() -> None:
    dataset = assemble({"probability_by": np.zeros((2, 0)), "rounds": np.zeros(2)}, {}, {})
    assert "probability_by" not in dataset
    assert dataset.sizes["draw"] == 2


def test_unknown_names_and_wrong_shapes_are_errors() -> None:
    with pytest.raises(ResultError, match="probabilty") as caught:
        assemble({"probabilty": np.zeros((1, 3))}, LABELS, {})
    assert "'probability'" in caught.value.repair
    with pytest.raises(ResultError, match=r"shape \(1, 2\)"):
        assemble({"probability": np.zeros((1, 2))}, LABELS, {})
    with pytest.raises(ResultError, match="shape"):
        assemble({"payoff": np.zeros(2)}, LABELS, {})


def test_chunks_of_draws_are_joined() -> None:
    whole = join([example(3), example(2, first_draw=3)])
    assert whole["draw"].values.tolist() == [0, 1, 2, 3, 4]
    assert whole["payoff"].attrs == example()["payoff"].attrs
    assert whole.attrs["seed"] == 7
    assert solved(whole).tolist() == [True, True, False, True, False]


def test_the_nominal_summary_is_plain_numbers() -> None:
    summary = summarise(example(1))
    assert summary["probability"] == {"settlement": 0.6, "war": 0.4, "unresolved": 0.0}
    assert summary["by_round"]["war"] == [0.2, 0.4]
    assert summary["rounds"] == 0.0
    assert summary["status"] == "solved"
    assert "draws" not in summary
    json.dumps(summary, allow_nan=False)


def test_the_summary_of_draws_is_over_those_that_are_solved() -> None:
    summary = summarise(example(1), example())
    war = summary["probability"]["war"]
    assert war["nominal"] == 0.4
    assert war["mean"] == pytest.approx(0.5)
    assert war["q50"] == pytest.approx(0.5)
    assert war["q05"] == pytest.approx(0.41)
    assert war["draws"] == 3
    assert summary["rounds"] == {
        "nominal": 0.0,
        "mean": 1.0,
        "q05": 0.1,
        "q50": 1.0,
        "q95": 1.9,
        "draws": 2,
    }
    assert summary["draws"]["solved"] == 3
    assert summary["draws"]["status"] == {"no_convergence": 1, "solved": 3}
    assert summary["status"] == "solved"
    json.dumps(summary, allow_nan=False)


def test_a_nominal_number_that_is_none_stays_none() -> None:
    dataset = assemble({"rounds": [np.nan]}, {}, {})
    assert summarise(dataset)["rounds"] is None
    assert summarise(dataset, dataset)["rounds"]["mean"] is None


def test_the_long_table(tmp_path: Path) -> None:
    rows = list(long_table(example()))
    assert (0, "probability", "war", 0.4) in rows
    assert (1, "by_round", "settlement | 2", 0.5) in rows
    assert (3, "status", "", "no_convergence") in rows
    path = write_table(tmp_path / "table.csv", example(1), example())
    with open(path, encoding="utf-8", newline="") as lines:
        read = list(csv.reader(lines))
    assert read[0] == ["draw", "quantity", "key", "value"]
    assert ["nominal", "probability", "war", "0.4"] in read
    assert len(read) == 1 + len(rows) + len(rows) // 4


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    dataset = example()
    path = save(tmp_path / "deep" / "results.nc", dataset)
    again = load(path)
    assert set(again.variables) == set(dataset.variables)
    for name in dataset.variables:
        np.testing.assert_array_equal(again[name].values, dataset[name].values)
        assert again[name].attrs == dataset[name].attrs
    assert again.attrs == dataset.attrs
    assert summarise(again, again) == summarise(dataset, dataset)
    assert [one.name for one in path.parent.iterdir()] == ["results.nc"]


def test_what_is_no_result_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="cannot be read"):
        load(tmp_path / "missing.nc")
    write_text(tmp_path / "words.nc", "no numbers here")
    with pytest.raises(ResultError, match="cannot be read"):
        load(tmp_path / "words.nc")


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.txt", "old\n")

    def writer(temporary: Path) -> None:
        temporary.write_text("half", encoding="utf-8")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        atomic_write(path, writer)
    assert path.read_text(encoding="utf-8") == "old\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_every_quantity_has_words() -> None:
    assert all(one.units and one.long_name for one in QUANTITIES.values())


def test_the_room_opens_without_anything_heavy() -> None:
    code = (
        "import sys, offramp.analysis;"
        "heavy = {'numba', 'scipy', 'xarray', 'netCDF4', 'pandas'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr

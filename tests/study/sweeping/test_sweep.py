"""A sweep from beginning to end: resumed, extended, refused, read and summed up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import offramp
from offramp.analysis.results import QUANTITIES, summarise
from offramp.core.errors import OfframpError, ResultError
from offramp.study.sweeps import (
    Chunk,
    Going,
    Wishes,
    conducting,
    local,
    read_sweep,
    run_sweep,
    sweep,
    sweep_summary,
    write_sweep_table,
)
from offramp.study.sweeps.spreads import find_spreads
from tests.study.sweeping.scenes import TEXT, UNFIT, files_of, scenario

ALL = ("strategy", "move_uses", "by_round")
ASKED = ("P(settlement and rung == clashes)", "P(disaster | do(north.north = hold))")


def swept(store: Path, text: str = TEXT, **given: Any) -> xr.Dataset:
    usual: dict[str, Any] = {"draws": 40, "seed": 3, "chunk": 16}
    return sweep(scenario(text), store, **(usual | given))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 40 draws in chunks of 16, some of which make no game, that keeps everything."""
    store = tmp_path_factory.mktemp("swept") / "S.zarr"
    swept(store, UNFIT, keep=ALL, quantities=ASKED)
    return store


def test_a_store_is_read_by_xarray_alone(made: Path) -> None:
    raw = xr.open_zarr(made)
    assert dict(raw.sizes) | {"draw": 40, "outcome": 3, "party": 2, "quantity": 2} == raw.sizes
    assert raw["draw"].values.tolist() == list(range(40))
    assert raw["outcome"].values.tolist() == ["settlement", "disaster", "unresolved"]
    assert raw["outcome_kind"].values.tolist() == ["agreement", "catastrophe", "unresolved"]
    status = raw["status"]
    meanings = status.attrs["flag_meanings"].split()
    words = [meanings[i] for i in status.values]
    assert words == read_sweep(made)["status"].values.tolist()
    assert raw.attrs["title"] == "A border, swept"
    assert raw.attrs["draws"] == 40


def test_names_and_units_are_those_of_results(made: Path) -> None:
    dataset = read_sweep(made)
    for name in set(QUANTITIES) & set(map(str, dataset.data_vars)):
        assert dataset[name].dims == ("draw", *QUANTITIES[name].dims)
        assert dataset[name].attrs["units"] == QUANTITIES[name].units
        assert dataset[name].attrs["long_name"] == QUANTITIES[name].long_name
    assert all({"units", "long_name"} <= set(one.attrs) for one in dataset.data_vars.values())


def test_draws_are_those_of_a_run_to_the_last_bit(tmp_path: Path) -> None:
    dataset = swept(tmp_path / "S.zarr", starts=2)
    game = offramp.build(scenario())
    traced = range(4)
    solved = offramp.solve(game, game.draws(40, 3), traced=traced)
    found = offramp.outcomes(solved, rounds=0)
    for name in ("probability", "payoff", "parameters", "residual", "status", "uniqueness"):
        assert np.array_equal(dataset[name].values, found[name].values), name


def test_reading_is_lazy_and_by_any_index(made: Path) -> None:
    dataset = read_sweep(made)
    status, message = dataset["status"].values, dataset["message"].values
    lost = np.flatnonzero(status == "unfit")
    assert 0 < len(lost) < 40
    assert all("the odds of 'disaster'" in message[i] for i in lost)
    assert (message[status == "solved"] == "").all()
    assert dataset["message"][lost[::-1]].values.tolist() == message[lost[::-1]].tolist()
    assert dataset["status"].isel(draw=int(lost[0])).item() == "unfit"
    assert dataset.sel(draw=slice(10, 12))["status"].values.tolist() == status[10:13].tolist()
    words = dataset["quantity_status"]
    assert words.dims == ("draw", "quantity")
    assert words[lost].values.tolist() == [["unfit"] * 2] * len(lost)
    assert words.sel(quantity=ASKED[0])[lost[0]].item() == "unfit"
    assert words.isel(draw=[0, 3], quantity=[1]).shape == (2, 1)
    assert words.isel(draw=5, quantity=1).values.tolist() == words.values[5, 1]


def test_statuses_add_up(made: Path) -> None:
    told = sweep_summary(made)
    assert sum(told["draws"]["status"].values()) == told["draws"]["count"] == 40
    assert sum(told["statistics"]["status"].values()) == told["statistics"]["done"] == 40


def test_a_summary_is_that_of_results(made: Path) -> None:
    dataset, told = read_sweep(made), sweep_summary(made)
    nominal = dataset.isel(draw=[0]).load()
    right = summarise(nominal, dataset.load())

    def close(one: dict[str, float], other: dict[str, float]) -> None:
        assert one["draws"] == other["draws"]
        for word in ("q05", "q50", "q95"):
            assert one[word] == other[word]
        assert one["mean"] == pytest.approx(other["mean"], abs=1e-14)

    for name, one in told["outcomes"].items():
        close(one, right["probability"][name])
    for name, one in told["payoff"].items():
        close(one, right["payoff"][name])
    close(told["rounds"], right["rounds"])
    assert told["agreement"] == told["outcomes"]["settlement"]
    assert told["certificate"]["regret_within_bound"]
    assert 0 < told["certificate"]["worst_residual"] < 1e-10
    json.dumps(told, allow_nan=False)


def test_a_table_has_every_number_once(made: Path, tmp_path: Path) -> None:
    lines = write_sweep_table(tmp_path / "t.csv", made).read_text().splitlines()
    assert lines[0] == "draw,quantity,key,value"
    told = read_sweep(made).load()
    kept = [name for name in told.data_vars if name not in ("strategy", "quantity_status")]
    assert len(lines) == 1 + sum(told[name].size for name in kept)
    value = told["probability"].sel(draw=20, outcome="settlement").item()
    assert f"20,probability,settlement,{value}" in lines
    value = told["quantity_value"].sel(draw=39, quantity=ASKED[0]).item()
    assert f"39,quantity_value,{ASKED[0]},{value}" in lines


# going on


def test_chunks_make_no_difference(made: Path, tmp_path: Path) -> None:
    other = swept(tmp_path / "S.zarr", UNFIT, keep=ALL, quantities=ASKED, chunk=7)
    first = read_sweep(made)
    for name in first.data_vars:
        one, two = first[name].values, other[name].values
        assert one.tolist() == two.tolist() or np.array_equal(one, two, equal_nan=True), name


def test_an_extended_store_is_that_of_one_go(made: Path, tmp_path: Path) -> None:
    store = tmp_path / "S.zarr"
    seen: list[Going] = []
    for draws in (10, 20, 16, 40):
        swept(store, UNFIT, keep=ALL, quantities=ASKED, draws=draws, progress=seen.append)
    assert files_of(store) == files_of(made)
    assert [one.solved_now for one in seen if one.done == one.draws] == [10, 10, 0, 20]
    sessions = json.loads((store / "sweep/statistics.json").read_text())["sessions"]
    assert [one["draws"] for one in sessions] == [10, 10, 0, 20]


def test_nothing_is_solved_twice(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> Iterator[Chunk]:
        raise AssertionError

    monkeypatch.setattr(local, "solve_chunks", never)
    before = files_of(made)
    sweep(scenario(UNFIT), made)
    assert files_of(made) == before


def test_options_left_out_are_the_stores(tmp_path: Path) -> None:
    store = tmp_path / "S.zarr"
    swept(store, draws=8, keep=("move_uses",), quantities=("E(rounds)",), starts=1)
    again = sweep(scenario(), store, draws=12)
    assert again.sizes["draw"] == 12
    assert again.attrs["seed"] == 3
    assert {"move_uses", "quantity_value"} <= set(again.data_vars)
    assert "not refuted by 1 starts" in again["uniqueness"].values[8:]


def test_a_chunk_that_comes_twice_counts_once(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = local.solve_chunks

    def twice(*given: object, **named: object) -> Iterator[Chunk]:
        for chunk in usual(*given, **named):  # type: ignore[arg-type]
            yield chunk
            yield chunk

    monkeypatch.setattr(local, "solve_chunks", twice)
    seen: list[Going] = []
    for draws in (10, 40):
        swept(
            tmp_path / "S.zarr",
            UNFIT,
            keep=ALL,
            quantities=ASKED,
            draws=draws,
            progress=seen.append,
        )
    assert seen[-1].done == 40
    assert files_of(tmp_path / "S.zarr") == files_of(made)


def test_a_part_that_never_comes_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = local.solve_chunks
    monkeypatch.setattr(
        local, "solve_chunks", lambda order, parts, **one: usual(order, list(parts)[1:], **one)
    )
    with pytest.raises(ResultError, match="1 parts of the sweep did not come back"):
        swept(tmp_path / "S.zarr")


def test_progress_says_how_it_goes(tmp_path: Path) -> None:
    seen: list[Going] = []
    swept(tmp_path / "S.zarr", UNFIT, progress=seen.append)
    assert [one.draws for one in seen] == [40] * 4
    assert seen[0].done == 0
    assert seen[0].remaining is None
    assert sorted(one.done for one in seen) == [one.done for one in seen]
    assert seen[-1].done == 40
    assert seen[-1].remaining == 0
    assert seen[-1].rate > 0
    assert seen[-1].unsolved.keys() == {"unfit"}


def test_a_store_without_a_seed_draws_one(tmp_path: Path) -> None:
    one = swept(tmp_path / "one.zarr", seed=None, draws=2)
    two = swept(tmp_path / "two.zarr", seed=None, draws=2)
    assert one.attrs["seed"] != two.attrs["seed"]
    again = sweep(scenario(), tmp_path / "again.zarr", draws=2, seed=one.attrs["seed"])
    assert np.array_equal(one["payoff"].values, again["payoff"].values)


# refusing


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("small") / "S.zarr"
    swept(store, draws=4)
    return store


REFUSED = [
    ({"seed": 4}, "seed 3, not 4", "leave --seed out"),
    ({"account": "hawks"}, "account none, not hawks", "say --account as before"),
    ({"precision_scale": 2.0}, "precision scale 1.0, not 2.0", "say it as before"),
    ({"keep": ("strategy",)}, "kept nothing more, not strategy", "leave --keep out"),
    ({"quantities": ("E(rounds)",)}, "quantities nothing more, not E(rounds)", "leave --quantity"),
    ({"starts": 2}, "starts 0, not 2", "leave --starts out"),
    ({"chunk": 8}, "chunks of 16, not 8", "leave --chunk out"),
]


@pytest.mark.parametrize(("given", "found", "repair"), REFUSED)
def test_a_store_of_something_else_is_refused(
    small: Path, given: dict[str, Any], found: str, repair: str
) -> None:
    before = files_of(small)
    with pytest.raises(ResultError) as caught:
        swept(small, **given)
    assert f"is a sweep of something else: {found}" in caught.value.found
    assert caught.value.repair.startswith(repair)
    assert "name another --store" in caught.value.repair
    assert files_of(small) == before


def test_a_scenario_edited_between_runs_is_refused(small: Path) -> None:
    with pytest.raises(ResultError) as caught:
        swept(small, TEXT.replace("gain / 2", "gain / 3"))
    assert "the scenario differs (round.1.moves.climb.pay.south: gain / 2 in the store, " in str(
        caught.value
    )
    with pytest.raises(ResultError, match=r"about: nothing in the store, More of it. here"):
        swept(small, TEXT + "about: More of it.\n")


def test_a_store_of_another_version_is_refused(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conducting, "VERSION", "9.9")
    with pytest.raises(ResultError, match=r"version .*, not 9\.9") as caught:
        swept(small)
    assert caught.value.repair.startswith("go on with that version of Offramp")


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "S.zarr").mkdir()
    (tmp_path / "S.zarr" / "notes.txt").write_text("mine")
    with pytest.raises(ResultError, match="is there and is no store of a sweep"):
        swept(tmp_path / "S.zarr")
    assert [path.name for path in (tmp_path / "S.zarr").iterdir()] == ["notes.txt"]
    with pytest.raises(ResultError, match="is there and is no store of a sweep"):
        swept(tmp_path / "S.zarr" / "notes.txt")
    with pytest.raises(ResultError, match="is no store of a sweep"):
        read_sweep(tmp_path)


@pytest.mark.parametrize(
    ("wishes", "found"),
    [
        (Wishes(draws=0), "draws 0"),
        (Wishes(chunk=0), "chunk 0"),
        (Wishes(seed=-1), "seed -1"),
        (Wishes(workers=0), "workers 0"),
        (Wishes(keep=("strategies",)), "'strategies' cannot be kept"),
        (Wishes(device="tpu"), "there is no device 'tpu'"),
        (Wishes(account="doves"), "no account 'doves'"),
        (Wishes(quantities=("P(peace)",)), "peace"),
    ],
)
def test_a_wish_that_cannot_be_met_makes_no_store(
    wishes: Wishes, found: str, tmp_path: Path
) -> None:
    with pytest.raises(OfframpError) as caught:
        run_sweep(scenario(), tmp_path / "S.zarr", wishes)
    assert found in caught.value.found
    assert caught.value.expected
    assert not (tmp_path / "S.zarr").exists()


def test_accounts_are_swept_as_they_are_told(tmp_path: Path) -> None:
    told = swept(tmp_path / "S.zarr", account="hawks", draws=4)
    assert set(told["parameters"].sel(parameter="slide").values) == {0.1}
    assert told.attrs["account"] == "hawks"
    assert told.attrs["title"] == "A border, swept (The hawks)"
    assert told.attrs["command"] == (
        "offramp.sweep(scenario, store, draws=4, seed=3, account='hawks')"
    )


# quantiles


def test_quantiles_are_numpys() -> None:
    rng = np.random.default_rng(0)
    columns = np.column_stack(
        [
            rng.normal(size=997),
            np.round(rng.uniform(-1, 1, 997), 1),
            np.zeros(997),
            np.where(rng.uniform(size=997) < 0.3, np.nan, rng.lognormal(size=997) * 1e-300),
            np.full(997, np.inf),
        ]
    )
    shares = (0.0, 0.05, 0.5, 0.95, 1.0)
    found = find_spreads(lambda: iter(np.array_split(columns, 7)), shares)
    for column, one in zip(columns.T, found, strict=True):
        there = column[np.isfinite(column)]
        assert one.count == len(there)
        for share in shares:
            right = np.quantile(there, share) if len(there) else None
            assert one.quantiles[share] == right
        assert one.mean == (pytest.approx(there.mean(), rel=1e-12) if len(there) else None)

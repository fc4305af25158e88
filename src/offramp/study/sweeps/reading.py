"""A store read as one labelled dataset, without loading more of it than is asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.results import QUANTITIES, long_table
from offramp.core.files import atomic_write
from offramp.study.sweeps.codes import WORDS, decode
from offramp.study.sweeps.store import Store, Task, unfit

if TYPE_CHECKING:
    import xarray as xr

FLAGS = ("flag_values", "flag_meanings")


def read_sweep(store: str | Path) -> xr.Dataset:
    """The dataset of a sweep's store, in the words of ``analysis.results``; read lazily.

    Values are read from the disk when they are looked at. ``status``, ``branch`` and
    ``uniqueness`` are words, ``message`` says why a draw has no numbers; a draw that is not
    solved yet is 'missing' and its numbers are nan. Raises ResultError where there is no
    store, or it cannot be read.
    """
    import xarray as xr

    root = Path(store)
    task = task_of(root)
    try:
        raw = xr.open_dataset(root, engine="zarr", chunks=None)
    except (OSError, ValueError, KeyError) as error:
        raise unfit(
            f"'{root}' cannot be read: {error}",
            "the metadata of a zarr group",
            "give the sweep's command again: it mends them, and solves what is damaged",
        ) from None
    return _worded(raw, root, task)


def task_of(root: Path) -> Task:
    """What a store is of. Raises ResultError where there is none."""
    task = Store(root).task()
    if task is None:
        raise unfit(
            f"'{root}' is no store of a sweep",
            "a folder that 'offramp sweep' wrote",
            "look at the path",
        )
    return task


def _worded(raw: xr.Dataset, root: Path, task: Task) -> xr.Dataset:
    """The same dataset with words in place of their numbers, and messages."""
    from offramp.study.sweeps.lazily import lazy_variable

    count = raw.sizes["draw"]
    labels: dict[str, Any] = {
        str(name): (one.dims, np.array(one.values.tolist(), dtype=str), one.attrs)
        for name, one in raw.coords.items()
        if one.dtype.kind not in "iuf"
    }
    told = raw.assign_coords({**labels, "draw": ("draw", np.arange(count), raw["draw"].attrs)})
    for name, words in ((name, words) for name, words in WORDS.items() if name in raw):
        about = {key: one for key, one in raw[name].attrs.items() if key not in FLAGS}
        read = partial(_decoded, raw[name], name)
        sizes = {str(dim): size for dim, size in raw[name].sizes.items()}
        told[name] = lazy_variable(sizes, np.array(words).dtype, read, about)
    about = {"units": "1", "long_name": QUANTITIES["message"].long_name}
    read = partial(_messages, Store(root), task.order.chunk)
    told["message"] = lazy_variable({"draw": count}, np.dtype(object), read, about)
    return told


def _decoded(raw: xr.DataArray, name: str, index: NDArray[np.int64]) -> NDArray[Any]:
    return decode(name, raw[_run(index)].values)


def _run(index: NDArray[np.int64]) -> NDArray[np.int64] | slice:
    """Consecutive indices as a slice, which is read faster."""
    if len(index) and (np.diff(index) == 1).all():
        return slice(int(index[0]), int(index[-1]) + 1)
    return index


def _messages(store: Store, chunk: int, index: NDArray[np.int64]) -> NDArray[Any]:
    """Why some draws have no numbers; '' where they have."""
    found = np.full(len(index), "", dtype=object)
    numbers = index // chunk
    for number in np.unique(numbers).tolist():
        record = store.record(number)
        if record is not None and record.messages:
            for place in np.flatnonzero(numbers == number):
                found[place] = record.messages.get(int(index[place]), "")
    return found


def pieces(dataset: xr.Dataset, size: int) -> Iterator[xr.Dataset]:
    """A sweep's dataset, loaded ``size`` draws at a time."""
    for low in range(0, dataset.sizes["draw"], size):
        yield dataset.isel(draw=slice(low, low + size)).load()


def write_sweep_table(path: str | Path, store: str | Path) -> Path:
    """Write a sweep as a long table (CSV: draw, quantity, key, value), chunk by chunk; the path.

    Memory does not grow with the draws. The file is complete or absent.
    """
    size = task_of(Path(store)).order.chunk
    dataset = read_sweep(store)

    def writer(temporary: Path) -> None:
        with open(temporary, "w", encoding="utf-8", newline="") as out:
            lines = csv.writer(out, lineterminator="\n")
            lines.writerow(("draw", "quantity", "key", "value"))
            for piece in pieces(dataset, size):
                lines.writerows(long_table(piece))
                lines.writerows(_asked_rows(piece))

    return atomic_write(path, writer)


def _asked_rows(piece: xr.Dataset) -> Iterator[tuple[Any, ...]]:
    """Rows of the quantities that were asked for besides."""
    if "quantity_value" in piece:
        keys = piece["quantity"].values.tolist()
        rows = piece["quantity_value"].values.tolist()
        for draw, row in zip(piece["draw"].values.tolist(), rows, strict=True):
            for key, value in zip(keys, row, strict=True):
                yield draw, "quantity_value", key, value

"""Arrays along the draws that are worked out only for the draws that are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

Worked = Callable[[NDArray[np.int64]], NDArray[Any]]


class Lazy(BackendArray):
    """Values (draw, …) that ``work`` gives for the indices of draws asked for."""

    __slots__ = ("dtype", "shape", "work")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], work: Worked) -> None:
        self.shape, self.dtype, self.work = shape, dtype, work

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> NDArray[Any]:
        index = np.arange(self.shape[0])[key[0]]
        found = self.work(np.atleast_1d(index))
        found = found if np.ndim(index) else found[0]
        for place, one in enumerate(key[1:]):
            axis = place + np.ndim(index) - (len(self.shape) - 1 - (found.ndim - np.ndim(index)))
            found = found[(slice(None),) * axis + (one,)]
        return found


def lazy_variable(
    sizes: Mapping[str, int], dtype: np.dtype[Any], work: Worked, attrs: Mapping[str, Any]
) -> xr.Variable:
    """A variable along the draws and other dims; ``work`` maps indices of draws to values."""
    array = indexing.LazilyIndexedArray(Lazy(tuple(sizes.values()), dtype, work))
    return xr.Variable(tuple(sizes), array, dict(attrs))

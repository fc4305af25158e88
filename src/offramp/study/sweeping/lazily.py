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
    """Values (draw,) that ``work`` gives for the indices asked for."""

    __slots__ = ("dtype", "shape", "work")

    def __init__(self, count: int, dtype: np.dtype[Any], work: Worked) -> None:
        self.shape, self.dtype, self.work = (count,), dtype, work

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> NDArray[Any]:
        index = np.arange(self.shape[0])[key]
        found = self.work(np.atleast_1d(index))
        return found if np.ndim(index) else found[0]


def lazy_variable(
    count: int, dtype: np.dtype[Any], work: Worked, attrs: Mapping[str, Any]
) -> xr.Variable:
    """A variable along the draws; ``work`` maps indices of draws to values."""
    array = indexing.LazilyIndexedArray(Lazy(count, dtype, work))
    return xr.Variable(("draw",), array, dict(attrs))

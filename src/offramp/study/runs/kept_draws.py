"""Finished parts of a run's draws on disk, so that what was solved need not be solved again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from offramp.analysis.results import load, save
from offramp.core.errors import ResultError

if TYPE_CHECKING:
    import xarray as xr

SIZE = 100
"""Draws of a part."""


@dataclass(frozen=True)
class KeptDraws:
    """A folder for the parts of one request; nothing tells parts of another request apart."""

    folder: Path

    def part(self, first: int, count: int, work: Callable[[], xr.Dataset]) -> xr.Dataset:
        """The part that begins at draw ``first``: from disk where it is whole, else worked out."""
        path = self.folder / f"draws-{first:09d}-{count}.nc"
        if path.is_file():
            try:
                return load(path)
            except ResultError:
                path.unlink()
        found = work()
        save(path, found)
        return found

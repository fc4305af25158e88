"""What a sweep found, in few numbers: outcomes, agreement, statuses, certificates, statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.results import QUANTILES
from offramp.study.sweeps.reading import pieces, read_sweep, task_of
from offramp.study.sweeps.spreads import find_spreads
from offramp.study.sweeps.store import Store

if TYPE_CHECKING:
    import xarray as xr

TOLD = {
    "outcomes": "probability",
    "outcomes_by": "probability_by",
    "payoff": "payoff",
    "value": "value",
    "rounds": "rounds",
    "quantities": "quantity_value",
}
"""Word of the summary to variable."""
AGREEMENT = "agreement"


def sweep_summary(store: str | Path) -> dict[str, Any]:
    """The summary of a store, ready for JSON; memory does not grow with the draws.

    Means and quantiles (``q05``, ``q50``, ``q95``) are over the solved draws that have the
    number; ``draws`` says how many these are.
    """
    root = Path(store)
    task = task_of(root)
    dataset, size = read_sweep(root), task.order.chunk
    look = _Look(dataset, max(size, 4096))
    attrs = dataset.attrs
    told: dict[str, Any] = {
        "store": str(root),
        "title": attrs["title"],
        "scenario_hash": attrs["scenario_hash"],
        "command": attrs["command"],
        "account": attrs["account"],
        "seed": attrs["seed"],
        "draws": look.counts(),
    }
    for word, name in TOLD.items():
        if name in dataset:
            told[word] = look.told(name)
    told[AGREEMENT] = look.agreement()
    told["certificate"] = look.worst()
    statistics = Store(root).get_json("statistics.json")
    return told | ({"statistics": statistics} if statistics else {})


class _Look:
    """Looks at a dataset piece by piece."""

    def __init__(self, dataset: xr.Dataset, size: int) -> None:
        self.dataset, self.size = dataset, size

    def of(self, *names: str) -> Iterator[xr.Dataset]:
        """The solved draws of some variables, a piece at a time."""
        for piece in pieces(self.dataset[["status", *names]], self.size):
            yield piece.isel(draw=np.flatnonzero(piece["status"].values == "solved"))

    def counts(self) -> dict[str, Any]:
        """How many draws there are, and how many have each status, branch and uniqueness.

        The last once more of solved draws only.
        """
        words = ("status", "branch", "uniqueness")
        known: Counter[str] = Counter()
        counts = {name: Counter[str]() for name in words}
        for piece in pieces(self.dataset[list(words)], self.size):
            for name in words:
                counts[name].update(piece[name].values.tolist())
            known.update(piece["uniqueness"].values[piece["status"].values == "solved"].tolist())
        solved = counts["status"]["solved"]
        plain = {name: dict(sorted(count.items())) for name, count in counts.items()}
        own = {"known_of_others": dict(sorted(known.items()))}
        return {"count": self.dataset.sizes["draw"], "solved": solved, **plain, **own}

    def told(self, name: str) -> Any:
        """The spread of a variable, by label."""
        dims = self.dataset[name].dims[1:]

        def columns(piece: xr.Dataset) -> NDArray[np.float64]:
            return piece[name].values if dims else piece[name].values[:, None]

        found = self.spread(name, columns)
        if not dims:
            return found[0]
        return dict(zip(self.dataset[dims[0]].values.tolist(), found, strict=True))

    def agreement(self) -> dict[str, Any] | None:
        """The spread of the probability of any agreement; None where no outcome is one."""
        own = np.flatnonzero(self.dataset["outcome_kind"].values == AGREEMENT)
        if not len(own):
            return None

        def total(piece: xr.Dataset) -> NDArray[np.float64]:
            return piece["probability"].values[:, own].sum(axis=1, keepdims=True)

        return self.spread("probability", total)[0]

    def spread(
        self, name: str, columns: Callable[[xr.Dataset], NDArray[np.float64]]
    ) -> list[dict[str, Any]]:
        """Mean and quantiles of columns that are worked out from a variable."""
        found = find_spreads(
            lambda: (columns(piece) for piece in self.of(name)), tuple(QUANTILES.values())
        )
        return [
            {
                "mean": one.mean,
                **{word: one.quantiles[q] for word, q in QUANTILES.items()},
                "draws": one.count,
            }
            for one in found
        ]

    def worst(self) -> dict[str, Any]:
        """The worst figures of the certificates of the solved draws."""
        residual, share, several = [0.0], [0.0], 0
        for piece in self.of("residual", "regret_anywhere", "regret_bound", "several"):
            regret, bound = piece["regret_anywhere"].values, piece["regret_bound"].values
            residual.append(float(piece["residual"].values.max(initial=0.0)))
            with np.errstate(divide="ignore"):  # a party without a decision has a bound of 0
                share.append(float(((regret - 1e-9) / (bound * (1 + 1e-9))).max(initial=0.0)))
            several += int((piece["several"].values > 0).sum())
        return {
            "worst_residual": max(residual),
            "worst_share_of_regret_bound": max(share),
            "regret_within_bound": max(share) <= 1,
            "with_several_equilibria": several,
        }

"""One row for each draw: what spreadsheets, regressions and other workbenches take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FORMS = (
    ("probability", "outcome", "P({})"),
    ("probability_by", "package_end", "P({})"),
    ("payoff", "party", "payoff[{}]"),
    ("value", "party", "value[{}]"),
)
"""Variable with labels, its labels, and how a column of it is called."""
SINGLE = ("rounds", "status", "branch", "several", "residual")
"""Variables with one number or word for each draw."""


def wide(nominal: xr.Dataset | None = None, draws: xr.Dataset | None = None) -> pd.DataFrame:
    """A row for every draw and a column for every assumption, end, payoff and mark of exactness.

    The column ``draw`` holds the number of the draw, 'nominal' in the first row where
    ``nominal`` is given. A number that is none is nan.
    """
    import pandas as pd

    parts: list[pd.DataFrame] = []
    if nominal is not None:
        parts.append(_rows(nominal, ["nominal"] * nominal.sizes["draw"]))
    if draws is not None:
        parts.append(_rows(draws, draws["draw"].values.tolist()))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def experiments_of(draws: xr.Dataset) -> tuple[pd.DataFrame, dict[str, NDArray[Any]]]:
    """Draws as the EMA workbench has them: a frame of experiments, and outcomes by name (draw,).

    Experiments are the assumptions of every draw, with the columns ``scenario``, ``policy`` and
    ``model`` that its analyses expect; only solved draws are kept.
    """
    frame: Any = wide(draws=draws)
    frame = frame[frame["status"] == "solved"].reset_index(drop=True)
    names = [str(one) for one in draws["parameter"].values]
    experiments: Any = frame[names].copy()
    experiments["scenario"] = frame["draw"]
    experiments["policy"] = "None"
    experiments["model"] = str(draws.attrs.get("title", "offramp"))
    left = [name for name in frame if name not in (*names, "draw", "status", "branch")]
    return experiments, {str(name): frame[name].to_numpy() for name in left}


def _rows(dataset: xr.Dataset, numbers: list[Any]) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {"draw": numbers}
    for place, name in enumerate(dataset["parameter"].values):
        columns[str(name)] = dataset["parameters"].values[:, place]
    for variable, labels, form in FORMS:
        if variable in dataset:
            for place, label in enumerate(dataset[labels].values):
                columns[form.format(label)] = dataset[variable].values[:, place]
    for variable in SINGLE:
        if variable in dataset:
            columns[variable] = dataset[variable].values
    frame = pd.DataFrame(columns)
    return frame.replace([np.inf, -np.inf], np.nan)

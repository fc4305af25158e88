"""One labelled dataset per run: built, put in few words, written and read.

The numbers come from `absorption`, `by_round` and `certificate`.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from offramp.core.errors import ResultError, suggestion
from offramp.core.files import atomic_write, regular_size

if TYPE_CHECKING:
    import xarray as xr

UNRESOLVED = "unresolved"
QUANTILES = {"q05": 0.05, "q50": 0.50, "q95": 0.95}
BY_PACKAGE, END = "probability_by", "package_end"
BETWEEN = " | "
"""Stands between the labels of a value that has several."""


class Quantity(NamedTuple):
    """What a variable of the dataset is; its first dimension is always the draw."""

    dims: tuple[str, ...]
    units: str
    long_name: str


QUANTITIES: dict[str, Quantity] = {
    "probability": Quantity(("outcome",), "1", "Probability of the outcome"),
    "probability_by": Quantity(
        ("package_end",), "1", "Probability of the outcome with this value of its variable"
    ),
    "by_round": Quantity(
        ("outcome", "round"), "1", "Probability of the outcome by the end of the round"
    ),
    "payoff": Quantity(("party",), "payoff units", "Expected discounted payoff"),
    "value": Quantity(("party",), "payoff units", "Expected value under the entropy convention"),
    "rounds": Quantity((), "rounds", "How often play goes on into a further round"),
    "move_uses": Quantity(("move",), "uses per play", "How often the move is used"),
    "move_ever": Quantity(("move",), "1", "Probability that the move is ever used"),
    "parameters": Quantity(("parameter",), "see parameter_unit", "Value of the parameter"),
    "residual": Quantity((), "of the stakes", "Largest error of the equilibrium equations"),
    "regret": Quantity(
        ("party",), "payoff units", "Gain at the start from the best reply to the others' play"
    ),
    "regret_anywhere": Quantity(
        ("party",), "payoff units", "Largest gain anywhere from the best reply"
    ),
    "regret_bound": Quantity(
        ("party",), "payoff units", "Largest regret that a logit equilibrium can have"
    ),
    "condition": Quantity((), "1", "Condition number of the equilibrium equations"),
    "sweeps": Quantity((), "1", "Number of sweeps"),
    "several": Quantity((), "1", "Number of other equilibria found"),
    "status": Quantity((), "1", "Whether the draw was solved"),
    "message": Quantity((), "1", "Why it was not solved, and a cure"),
    "branch": Quantity((), "1", "How the equilibrium was reached"),
    "uniqueness": Quantity((), "1", "What is known of other equilibria"),
}


def assemble(
    values: Mapping[str, ArrayLike],
    labels: Mapping[str, Sequence[str]],
    attrs: Mapping[str, Any],
    *,
    units: Mapping[str, str] | None = None,
    first_draw: int = 0,
) -> xr.Dataset:
    """The dataset of ``values``, by name of ``QUANTITIES``, each (draw, its dimensions).

    ``labels`` names the members of each dimension: ``outcome`` (``unresolved`` is added where it
    is missing), ``party``, ``package_end``, ``move``, ``parameter``; rounds and draws are
    numbered. ``labels["parameter_unit"]`` may give the parameters' units, and ``units`` others
    than those listed. A quantity without members is left out. Raises ResultError for an unknown
    name or a wrong shape.
    """
    import xarray as xr

    names = {dim: list(members) for dim, members in labels.items()}
    if UNRESOLVED not in names.get("outcome", [UNRESOLVED]):
        names["outcome"].append(UNRESOLVED)
    variables = {}
    for name, value in values.items():
        quantity = _known(name)
        array = np.asarray(value)
        if array.dtype.kind in "OU":
            array = array.astype(str)
        _check_shape(name, quantity, array, names)
        if array.size:
            about = {"units": (units or {}).get(name, quantity.units)}
            about["long_name"] = quantity.long_name
            variables[name] = (("draw", *quantity.dims), array, about)
    dataset = xr.Dataset(variables, attrs={key: _plain(value) for key, value in attrs.items()})
    return dataset.assign_coords(_coordinates(dataset, names, first_draw))


def join(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Datasets of successive draws as one; the attributes are those of the first."""
    import xarray as xr

    if len(datasets) == 1:
        return datasets[0]
    return xr.concat(
        with_all_ends(datasets),
        dim="draw",
        data_vars="all",
        coords="minimal",
        compat="override",
        join="exact",
        combine_attrs="override",
    )


def with_all_ends(datasets: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """The same with the package ends of all; one that a game does not have has probability 0.

    Datasets of one game have the same ones and are left as they are.
    """
    listed = [tuple(map(str, one["package_end"].values)) for one in datasets if END in one.sizes]
    every = list(dict.fromkeys(label for labels in listed for label in labels))
    if all(list(labels) == every for labels in listed) and len(listed) in (0, len(datasets)):
        return list(datasets)
    return [with_ends(one, every) for one in datasets]


def with_ends(dataset: xr.Dataset, every: Sequence[str]) -> xr.Dataset:
    """The dataset with these package ends, in this order; what it lacks has probability 0."""
    import xarray as xr

    if not every:
        return dataset

    quantity = _known(BY_PACKAGE)
    known = dataset.get(BY_PACKAGE)
    values = np.zeros((dataset.sizes["draw"], len(every)))
    for place, label in enumerate(every):
        if known is not None and label in known[END].values:
            values[:, place] = known.sel({END: label}).values
    values[~solved(dataset)] = np.nan
    told = dataset.drop_vars([name for name in (BY_PACKAGE, END) if name in dataset.variables])
    own = {"units": quantity.units, "long_name": quantity.long_name}
    attrs = own if known is None else known.attrs
    about = {"units": "1", "long_name": "Name of the package end"}
    column = xr.DataArray(values, dims=("draw", END), attrs=attrs)
    return told.assign({BY_PACKAGE: column}).assign_coords({END: (END, np.array(every), about)})


def join_rows(found: Sequence[tuple[np.ndarray, xr.Dataset]], first_draw: int = 0) -> xr.Dataset:
    """Datasets of some rows each of the same draws as one, in the order of the draws."""
    whole = join([dataset for _, dataset in found])
    order = np.argsort(np.concatenate([rows for rows, _ in found]))
    about = whole["draw"].attrs
    told = whole.isel(draw=order)
    numbers = np.arange(first_draw, first_draw + len(order))
    return told.assign_coords(draw=("draw", numbers, about))


def solved(dataset: xr.Dataset) -> np.ndarray:
    """Which draws (draw,) are solved; all of them where there is no status."""
    if "status" not in dataset:
        return np.ones(dataset.sizes["draw"], bool)
    return np.asarray(dataset["status"].values == "solved")


def summarise(nominal: xr.Dataset, draws: xr.Dataset | None = None) -> dict[str, Any]:
    """Every quantity as plain numbers for JSON, nested by label.

    Without ``draws`` a number is the nominal one. With them it becomes ``{nominal, mean, q05,
    q50, q95, draws}`` over the solved draws in which it is a number; ``draws`` says how many
    these are. What is no number, such as the rounds of a play that may never end, is None. Under
    ``draws`` stand how many there are, how many are solved, and the count of every status.
    """
    kept = None if draws is None else draws.isel(draw=np.flatnonzero(solved(draws)))
    result: dict[str, Any] = {}
    for name in (name for name in QUANTITIES if name in nominal):
        one = nominal[name].isel(draw=0).values
        many = None
        if kept is not None and name in kept and one.dtype.kind in "fiub":
            many = kept[name].values
        result[name] = _nested(_members(nominal, name), one, many)
    if draws is not None:
        result["draws"] = _counts(draws)
    return result


def long_table(dataset: xr.Dataset, draw: str | None = None) -> Iterator[tuple[Any, ...]]:
    """Rows (draw, quantity, key, value) of everything in the dataset; ``draw`` replaces numbers.

    The key is the label, or the labels with `` | `` between them; empty where there is none.
    """
    numbers = [draw if draw is not None else int(one) for one in dataset["draw"].values]
    for name in (name for name in QUANTITIES if name in dataset):
        keys = [BETWEEN.join(map(str, key)) for key in itertools.product(*_members(dataset, name))]
        rows = dataset[name].values.reshape(len(numbers), -1).tolist()
        for number, row in zip(numbers, rows, strict=True):
            for key, value in zip(keys, row, strict=True):
                yield number, name, key, value


def write_table(
    path: str | Path, nominal: xr.Dataset | None = None, draws: xr.Dataset | None = None
) -> Path:
    """Write the long table as CSV, atomically; the nominal rows say ``nominal`` for the draw."""

    def writer(temporary: Path) -> None:
        with open(temporary, "w", encoding="utf-8", newline="") as out:
            lines = csv.writer(out, lineterminator="\n")
            lines.writerow(("draw", "quantity", "key", "value"))
            if nominal is not None:
                lines.writerows(long_table(nominal, "nominal"))
            if draws is not None:
                lines.writerows(long_table(draws))

    return atomic_write(path, writer)


def save(path: str | Path, dataset: xr.Dataset) -> Path:
    """Write the dataset as netCDF, atomically; the path."""

    def writer(temporary: Path) -> None:
        dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4")

    return atomic_write(path, writer)


def load(path: str | Path) -> xr.Dataset:
    """Read a dataset that ``save`` wrote. Raises ResultError where there is none."""
    import xarray as xr

    regular_size(path, expected="a netCDF file that Offramp wrote")
    try:
        dataset = xr.load_dataset(path, engine="netcdf4")
    except (OSError, ValueError) as error:
        raise ResultError(
            f"{path} cannot be read as results: {error}",
            expected="a netCDF file that Offramp wrote",
        ) from error
    for name in list(dataset.variables):
        if dataset[name].dtype.kind not in "fiubU":
            dataset[name] = dataset[name].astype(str)
    return dataset


def _known(name: str) -> Quantity:
    if name not in QUANTITIES:
        raise ResultError(f"there is no quantity '{name}'", repair=suggestion(name, QUANTITIES))
    return QUANTITIES[name]


def _check_shape(
    name: str, quantity: Quantity, array: np.ndarray, names: Mapping[str, Sequence[str]]
) -> None:
    """The array has a draw and then a member for every label."""
    sizes = [
        str(len(names[dim])) if dim in names else dim if dim == "round" else "0"
        for dim in quantity.dims
    ]
    fits = array.ndim == 1 + len(sizes) and all(
        size == "round" or int(size) == there
        for size, there in zip(sizes, array.shape[1:], strict=True)
    )
    if not fits:
        raise ResultError(
            f"'{name}' has the shape {array.shape}",
            expected=f"(draw{''.join(f', {size}' for size in sizes)}) for {quantity.dims}",
        )


def _coordinates(
    dataset: xr.Dataset, names: Mapping[str, Sequence[str]], first_draw: int
) -> dict[str, Any]:
    """Labels of the dimensions that occur, with units and long names."""
    found: dict[str, Any] = {}
    for dim, size in dataset.sizes.items():
        if dim in ("draw", "round"):
            begin = first_draw if dim == "draw" else 1
            about = {"units": "1", "long_name": f"Number of the {dim}"}
            found[str(dim)] = (dim, np.arange(begin, begin + size), about)
        else:
            about = {"units": "1", "long_name": f"Name of the {str(dim).replace('_', ' ')}"}
            found[str(dim)] = (dim, np.array(names[str(dim)], dtype=str), about)
    if "parameter" in dataset.sizes and "parameter_unit" in names:
        about = {"units": "1", "long_name": "Unit of the parameter"}
        found["parameter_unit"] = ("parameter", np.array(names["parameter_unit"], str), about)
    return found


def _members(dataset: xr.Dataset, name: str) -> list[list[Any]]:
    """The labels of each dimension of a variable but the draw."""
    return [dataset[dim].values.tolist() for dim in QUANTITIES[name].dims]


def _nested(members: list[list[Any]], one: np.ndarray, many: np.ndarray | None) -> Any:
    """A number, or a mapping of labels to such; rounds, being numbered, become a list."""
    if not members:
        return _number(one.item()) if many is None else _distribution(one.item(), many)
    inner = [
        _nested(members[1:], one[at], None if many is None else many[:, at])
        for at in range(len(members[0]))
    ]
    if isinstance(members[0][0], str):
        return dict(zip(members[0], inner, strict=True))
    return inner


def _distribution(nominal: Any, many: np.ndarray) -> dict[str, Any]:
    """The nominal number, and mean and quantiles over the draws that have one."""
    there = many[np.isfinite(many)].astype(float)
    found: dict[str, Any] = {"nominal": _number(nominal)}
    found["mean"] = float(there.mean()) if there.size else None
    for name, share in QUANTILES.items():
        found[name] = float(np.quantile(there, share)) if there.size else None
    found["draws"] = int(there.size)
    return found


def _counts(draws: xr.Dataset) -> dict[str, Any]:
    """How many draws there are, how many are solved, and how many have each status."""
    counts: dict[str, Any] = {"count": int(draws.sizes["draw"]), "solved": int(solved(draws).sum())}
    for name in ("status", "branch", "uniqueness"):
        if name in draws:
            kinds, number = np.unique(draws[name].values.astype(str), return_counts=True)
            counts[name] = dict(zip(kinds.tolist(), number.tolist(), strict=True))
    return counts


def _number(value: Any) -> Any:
    """What JSON can hold: None in the place of nan and inf."""
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _plain(value: Any) -> Any:
    """What netCDF can hold as an attribute: text and numbers."""
    if value is None:
        return ""
    return value if isinstance(value, str | int | float) else str(value)

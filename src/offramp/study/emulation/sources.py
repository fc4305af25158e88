"""Where draws come from: a run's folder or its draws.nc, or the store of a sweep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from offramp.core.errors import Place, ResultError
from offramp.core.files import MAX_JSON, read_json, read_regular
from offramp.scenario import Meaning, read, scenario_text, understand
from offramp.study.solving.labels import as_told, whose_premises
from offramp.study.sweeps import Order, read_sweep, task_of

if TYPE_CHECKING:
    import xarray as xr

    from offramp.scenario import Scenario

NEEDED = (
    "parameters",
    "probability",
    "payoff",
    "rounds",
    "status",
    "several",
    "quantity_value",
    "quantity_status",
)
CHUNK = 1024


@dataclass(frozen=True, eq=False)
class Source:
    """Labelled draws, and the order that solves further ones where the scenario is known."""

    draws: xr.Dataset
    name: str
    order: Order | None
    premises: str
    """What stands behind 'On the premises of'."""

    def meaning(self) -> Meaning | None:
        """What the scenario means, as it was told; None where it is not known."""
        return None if self.order is None else meaning_of(self.order)


def open_draws(path: str | Path, scenario: str | Path | None = None) -> Source:
    """Draws from a run's folder, a draws.nc, or a store; ``scenario`` is the file they are of.

    Without ``scenario`` that of the store, or scenario.yaml beside the draws, is taken where
    there is one. Raises ResultError where nothing can be read, or the scenario is another.
    """
    place = Path(path)
    if place.is_dir() and (place / "sweep").is_dir():
        draws, order = read_sweep(place), task_of(place).order
        if scenario is not None:
            _fit(read(scenario), draws, str(scenario), account=order.account)
        whose = whose_premises(read(order.scenario), order.account)
        return Source(_needed(draws), str(path), order, whose)
    if (place / "zarr.json").is_file():
        return source_of(_needed(_group(place)), str(path), scenario)
    if place.is_dir():
        place = place / "draws.nc"
    if place.suffix == ".json":
        raise ResultError(
            f"'{path}' is no file of draws",
            expected="draws.nc, or a store",
            repair=f"a saved emulator is read with --from {path}",
            place=Place(str(path), 1, 1),
        )
    from offramp.analysis.results import load

    beside = place.with_name("scenario.yaml")
    found = scenario if scenario is not None else beside if beside.is_file() else None
    source = source_of(_needed(load(place)), str(path), found)
    return replace(source, premises=_said(place.with_name("summary.json")) or source.premises)


def source_of(
    draws: xr.Dataset, name: str = "", scenario: Scenario | str | Path | None = None
) -> Source:
    """The same from a dataset; a ResultError where the scenario is not the one it is of."""
    title = f"‹{draws.attrs.get('title', name) or 'these draws'}›"
    if scenario is None:
        return Source(draws, name, None, title)
    told = read(scenario) if isinstance(scenario, str | Path) else scenario
    _fit(told, draws, name if not isinstance(scenario, str | Path) else str(scenario))
    seed = draws.attrs.get("seed", "")
    return Source(
        draws,
        name,
        Order(
            scenario_text(told),
            told.content_hash,
            -1 if seed == "" else int(seed),
            CHUNK,
            precision_scale=float(draws.attrs.get("precision_scale", 1.0)),
            traced=0,
        ),
        title,
    )


def meaning_of(order: Order) -> Meaning:
    """What the scenario of an order means, as its account tells it."""
    whole = read(order.scenario)
    return understand(as_told(whole, order.account) if order.account else whole)


def order_to_check(order: Order, texts: tuple[str, ...]) -> Order:
    """The order that keeps outcomes, payoffs and these quantities, and nothing else."""
    return replace(order, quantities=texts, keep=(), rounds=0, starts=0, device="cpu")


def _said(summary: Path) -> str:
    """The premises that a run's summary names; '' where there is none."""
    try:
        return str(read_json(summary)["premises"])
    except (ResultError, KeyError, TypeError):
        return ""


def _fit(scenario: Scenario, draws: xr.Dataset, name: str, account: str = "") -> None:
    """A ResultError where the draws are of another scenario."""
    told = as_told(scenario, account) if account else scenario
    known = str(draws.attrs.get("scenario_hash", ""))
    if known and known != told.content_hash:
        raise ResultError(
            f"'{name}' is not the scenario that the draws are of",
            expected=f"the scenario with the hash {known}, found {told.content_hash}",
            repair="give the scenario.yaml that the run wrote beside them",
        )


def _group(place: Path) -> xr.Dataset:
    """Any zarr group that xarray reads."""
    import xarray as xr

    whole = b"consolidated_metadata" in read_regular(place / "zarr.json", MAX_JSON)
    try:
        return xr.open_zarr(
            place,
            chunks=None,  # pyright: ignore[reportArgumentType]
            consolidated=whole,
        )
    except (OSError, ValueError, KeyError) as error:
        raise ResultError(
            f"'{place}' cannot be read: {error}", expected="a zarr group of labelled draws"
        ) from None


def _needed(draws: xr.Dataset) -> xr.Dataset:
    return draws[[name for name in NEEDED if name in draws]]

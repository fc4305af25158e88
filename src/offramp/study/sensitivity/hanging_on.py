"""Which assumptions a result hangs on: shares of its variance, slopes, and the list of moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from offramp.core.showing import Tabled
from offramp.scenario import Assumption, Meaning, Query, Scenario
from offramp.study.quantities.asking import Asked, ask, worded
from offramp.study.sensitivity.indices import Groups, Indices, Tried, indices_of, sobol_indices
from offramp.study.sensitivity.menu import MenuChange, menu_changes
from offramp.study.sensitivity.slopes import SlopeFinder
from offramp.study.solving.experiment import Progress
from offramp.study.solving.labels import assumption_words, spoken, whose_premises
from offramp.study.solving.workspace import Workspace


@dataclass(frozen=True)
class LocalSlope:
    """What one assumption does to the quantity near nominal values.

    ``half_width`` is half the width of its range (of the middle nine tenths where the range has
    no end), nan without a range; slopes are nan where they are withheld.
    """

    assumption: str
    nominal: float
    slope: float
    half_width: float
    quantity: float

    @property
    def change(self) -> float:
        """What the slope makes of half the width of the range."""
        return self.slope * self.half_width

    @property
    def elasticity(self) -> float:
        """Per cent of the quantity for a per cent of the assumption."""
        return self.slope * self.nominal / self.quantity if self.quantity else float("nan")


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(Tabled):
    """Which assumptions a quantity hangs on.

    ``indices`` is None where no points were asked for; ``local`` has the largest change
    first; ``note`` says why slopes are withheld; ``menu`` is empty where it was not asked for.
    """

    title: str
    quantity: str
    words: str
    nominal: float
    indices: Indices | None
    local: tuple[LocalSlope, ...]
    note: str
    menu: tuple[MenuChange, ...]
    whose: str = ""
    """What stands behind 'On the premises of'."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Assumption, group, party, step or 'step.move' to how it is called."""

    @property
    def table(self) -> list[dict[str, Any]]:
        """Rows of plain numbers: ``what`` is 'share', 'slope' or 'menu', ``name`` of what."""
        rows = [] if self.indices is None else _share_rows(self.indices)
        for one in self.local:
            rows.append(
                {
                    "what": "slope",
                    "name": one.assumption,
                    "nominal": one.nominal,
                    "slope": one.slope,
                    "half_width": one.half_width,
                    "change": one.change,
                    "elasticity": one.elasticity,
                }
            )
        for one in self.menu:
            rows.append(
                {
                    "what": "menu",
                    "name": f"{one.party}.{one.step}.{one.move}",
                    "value": one.value,
                    "change": one.change,
                    "status": one.status,
                }
            )
        return rows

    @property
    def is_probability(self) -> bool:
        """Whether the quantity is a probability, so that differences are percentage points."""
        return self.words.startswith("probability")


def sensitivity(
    scenario: Scenario | Workspace,
    quantity: Asked,
    *,
    points: int = 128,
    seed: int | None = None,
    groups: Groups = None,
    menu: bool = True,
    account: str | None = None,
    tried: Tried | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Which assumptions ``quantity`` hangs on, over their ranges and near nominal values.

    ``quantity`` is a Query, its text, or ('outcome', name), ('kind', kind), ('payoff', party),
    ('rounds',). ``points`` base points (a power of two from 32 on; 0 for none) give Sobol
    indices of ``groups`` (see `sobol_indices`), or ``tried`` draws that are solved already;
    slopes come from one transposed solve; with ``menu`` each move of a party is written twice in
    turn. ``seed`` None draws one; ``account`` tells the scenario as that account does.
    """
    workspace = Workspace.of(scenario)
    meaning = workspace.meaning(account)
    query = ask(quantity, meaning)
    found = SlopeFinder(meaning, [query], workspace=workspace).at()
    value = float(found.values[0, 0])
    note = str(found.message[0, 0])
    local = _local(meaning, found.slopes[0, 0], value)
    if not np.isfinite(value):
        value = _at_nominal(meaning, query)
    indices = None
    if any(a.distribution is not None for a in meaning.assumptions):
        if tried is not None:
            indices = indices_of(meaning, tried, groups)
        elif points:
            indices = sobol_indices(
                meaning,
                query,
                points=points,
                seed=seed,
                groups=groups,
                workspace=workspace,
                progress=progress,
            )
    changes = menu_changes(meaning, query, workspace=workspace, progress=progress) if menu else ()
    return Sensitivity(
        workspace.scenario.title,
        query.text,
        worded(query, meaning),
        value,
        indices,
        local,
        note,
        changes,
        whose_premises(workspace.scenario, account or ""),
        _labels(meaning, indices),
    )


def _labels(meaning: Meaning, indices: Indices | None) -> dict[str, str]:
    """How assumptions, groups, parties, steps and moves are called."""
    scenario = meaning.scenario
    names = [one.name for one in meaning.assumptions]
    names += list(indices.groups) if indices is not None else []
    found = {name: assumption_words(scenario, name) for name in names}
    found |= {name: one.label or spoken(name) for name, one in scenario.parties.items()}
    for step in scenario.round:
        found[step.name] = step.label or spoken(step.name)
        for name, move in step.moves.items():
            found[f"{step.name}.{name}"] = move.label or spoken(name)
    return found


def _at_nominal(meaning: Meaning, query: Query) -> float:
    from offramp.study.quantities.evaluation import evaluate_queries

    return float(evaluate_queries(meaning, [query]).values[0, 0])


def _local(
    meaning: Meaning, slopes: Sequence[float] | np.ndarray, value: float
) -> tuple[LocalSlope, ...]:
    """Rows in order of falling change; those without a range last."""
    from offramp.game import nominal_draw

    nominal = nominal_draw(meaning).values[0]
    numbers = [
        at for one, at in zip(meaning.assumptions, nominal, strict=True) if not one.structural
    ]
    rows = [
        LocalSlope(one.name, float(at), float(slope), half_width(one), value)
        for one, at, slope in zip(
            (a for a in meaning.assumptions if not a.structural), numbers, slopes, strict=True
        )
    ]
    return tuple(sorted(rows, key=lambda one: -np.nan_to_num(abs(one.change), nan=-1.0)))


def half_width(assumption: Assumption) -> float:
    """Half the width of the range; of its middle nine tenths where it has no end."""
    if assumption.distribution is None:
        return float("nan")
    low, high = assumption.distribution.bounds
    if not np.isfinite([low, high]).all():
        low, high = assumption.distribution.quantile(np.array([0.05, 0.95]))
    return float(high - low) / 2


def _share_rows(indices: Indices) -> list[dict[str, Any]]:
    order = np.argsort(-np.nan_to_num(indices.total), kind="stable")
    names = list(indices.groups)
    return [
        {
            "what": "share",
            "name": names[i],
            "first": float(indices.first[i]),
            "first_low": float(indices.first_interval[i, 0]),
            "first_high": float(indices.first_interval[i, 1]),
            "total": float(indices.total[i]),
            "total_low": float(indices.total_interval[i, 0]),
            "total_high": float(indices.total_interval[i, 1]),
            "variance_known": float(indices.knowing[i]),
        }
        for i in order
    ]

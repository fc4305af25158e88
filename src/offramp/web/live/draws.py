"""What stands behind a number: the value in every combination tried, and what it hangs on."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ResultError, suggestion
from offramp.presentation.text.numbers import figure_of, percent
from offramp.study.solving.experiment import outcomes
from offramp.study.solving.labels import assumption_words, spoken
from offramp.web.live.answers import DRAWS, SEED, band, drawn
from offramp.web.live.games import Compiled
from offramp.web.live.setting import Setting

SHOWN = 6
"""Assumptions shown beside a value: those with which it goes up or down most."""
Array = NDArray[np.float64]


def draws_behind(
    compiled: Compiled, setting: Setting, of: str, file: str = "FILE"
) -> dict[str, Any]:
    """The value of ``of`` ('end:war', 'payoff:north', 'rounds') in all draws, the lowest first.

    Raises ResultError for a quantity that is none. Of the assumptions the six are told whose rank
    correlation with the value is largest; that is no cause.
    """
    values, names, columns = _columns(compiled, setting, of)
    fine = np.isfinite(values)
    order = np.argsort(np.where(fine, values, np.inf), kind="stable")[: int(fine.sum())]
    ranked = _hung_on(values[order], columns[order])
    shown = [names[place] for place in ranked]
    say = percent if of.startswith("end:") else figure_of
    scenario = compiled.scenario
    return {
        "of": of,
        "what": _words(compiled, of),
        "query": setting.query,
        "draws": DRAWS,
        "seed": SEED,
        "solved": int(fine.sum()),
        "command": band(compiled, setting, file)["command"],
        "assumptions": [{"name": n, "label": assumption_words(scenario, n)} for n in shown],
        "rows": [
            {
                "draw": int(row),
                "value": float(values[row]),
                "told": say(float(values[row])),
                "assumptions": [figure_of(float(columns[row, place])) for place in ranked],
            }
            for row in order
        ],
    }


def draws_table(compiled: Compiled, setting: Setting, of: str) -> str:
    """The same with every assumption, as CSV text."""
    values, names, columns = _columns(compiled, setting, of)
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("draw", of, *names))
    for row, value in enumerate(values.tolist()):
        lines.writerow((row, value, *columns[row].tolist()))
    return out.getvalue()


def _columns(compiled: Compiled, setting: Setting, of: str) -> tuple[Array, list[str], Array]:
    """Values (draw,) of the quantity, and names and values (draw, assumption) of what was drawn."""
    told = outcomes(drawn(compiled, setting), rounds=0)
    kind, _, name = of.partition(":")
    known = {"end": ("outcome", "probability"), "payoff": ("party", "payoff")}
    if kind in known:
        dim, variable = known[kind]
        there = [str(one) for one in told[dim].values]
        if name not in there:
            raise ResultError(f"no {dim} '{name}'", repair=suggestion(name, there))
        values = told[variable].values[:, there.index(name)]
    elif of == "rounds":
        values = told["rounds"].values
    else:
        raise ResultError(f"'{of}' is no number of this page", expected="end:…, payoff:… or rounds")
    values = np.where(told["status"].values == "solved", values, np.nan)
    columns = np.asarray(told["parameters"].values)
    varied = np.ptp(columns, axis=0) > 0
    names = [str(one) for one in told["parameter"].values[varied]]
    return values, names, columns[:, varied]


def _hung_on(values: Array, columns: Array) -> list[int]:
    """Positions of the assumptions whose ranks go with those of the value, the closest first."""
    if len(values) < 3 or np.ptp(values) == 0:
        return list(range(min(SHOWN, columns.shape[1])))
    own = np.argsort(np.argsort(values))
    ranks = np.argsort(np.argsort(columns, axis=0), axis=0)
    both = np.atleast_2d(np.corrcoef(np.column_stack([own, ranks]), rowvar=False))
    close = np.abs(both[0, 1:])
    return np.argsort(-close, kind="stable")[:SHOWN].tolist()


def _words(compiled: Compiled, of: str) -> str:
    kind, _, name = of.partition(":")
    scenario = compiled.scenario
    if kind == "end":
        words = scenario.outcomes.get(name)
        return f"Probability of ‹{(words.label if words else None) or spoken(name)}›"
    if kind == "payoff":
        return f"Expected payoff of {scenario.parties[name].label or spoken(name)}"
    return f"Expected number of completed rounds ({scenario.time.round})"

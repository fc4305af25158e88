"""What a run found, as records: all that a report is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from offramp.analysis import summarise
from offramp.core.showing import Brief, frame_of, html_of, latex_of
from offramp.study.runs.by_draw import experiments_of, wide
from offramp.study.solving.searches import Searches, searches_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from offramp.scenario import Doubt, Scenario
    from offramp.study.accounts.differences import Comparison
    from offramp.study.claims.verdicts import Verdict
    from offramp.study.histories.likeliest import StateOverTime, Story
    from offramp.study.histories.turning import TurningPoint
    from offramp.study.offramps.records import OffRamps
    from offramp.study.packages.without import WithoutAgreement
    from offramp.study.packages.zones import Packages
    from offramp.study.runs.effects import MechanismEffect
    from offramp.study.runs.flips import Flips
    from offramp.study.runs.knots import Knots
    from offramp.study.runs.switched import Switched
    from offramp.study.sensitivity.hanging_on import Sensitivity
    from offramp.study.solving.precisions import AtPrecision


@dataclass(frozen=True, eq=False, repr=False)
class Findings(Brief):
    """All that a report is made of."""

    scenario: Scenario
    """As the account tells it."""

    nominal: xr.Dataset
    """One draw: the nominal values (see ``results``)."""
    draws: xr.Dataset | None = None
    histories: tuple[Story, ...] = ()
    """The likeliest of all, likeliest first."""
    history_by_outcome: tuple[Story, ...] = ()
    """The likeliest of each outcome that has one."""
    histories_complete: bool = True
    """False where the search for histories was stopped at its bound."""
    state_by_round: tuple[StateOverTime, ...] = ()
    mechanism_effects: tuple[MechanismEffect, ...] = ()
    other_outcomes: tuple[Mapping[str, float], ...] = ()
    """Outcome probabilities in every other equilibrium found at nominal values."""
    provenance: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    """The account as which the scenario is told; '' is the scenario as written."""
    verdicts: tuple[Verdict, ...] = ()
    """Claims on every account, '' (the analyst's middle) first."""
    comparisons: tuple[Comparison, ...] = ()
    """Two accounts compared, pair by pair."""
    sensitivity: Sensitivity | None = None
    packages: Packages | None = None
    """What could be agreed on the scenario's issues; None without any."""
    without: tuple[WithoutAgreement, ...] = ()
    """What each party has without agreement, account by account, the analyst's middle last."""
    offramps: OffRamps | None = None
    turning: tuple[TurningPoint, ...] = ()
    """The moves that decide most about each end, at nominal values."""
    accounts: Mapping[str, xr.Dataset] = field(default_factory=dict)
    """Account to its outcomes at nominal values."""
    precisions: tuple[AtPrecision, ...] = ()
    """Every account ('' as written, or the one chosen) with all choices more or less precise."""
    switched: tuple[Switched, ...] = ()
    """Every account with one switch at another option, the analyst's middle last."""
    flips: Flips | None = None
    """What flips the likeliest end; None without draws."""
    choices: Mapping[str, float] = field(default_factory=dict)
    """'step.move' to how often it is made where its party has a choice, at nominal values."""
    knots: Knots | None = None
    """Solved points for the sliders of the report; None unless they were asked for."""
    doubts: tuple[Doubt, ...] = ()
    """What in the text looks like a slip, as `check` warns of it."""

    @property
    def searches(self) -> Searches:
        """In how many solved draws other equilibria were looked for; all 0 without draws."""
        if self.draws is None or "uniqueness" not in self.draws:
            return Searches()
        solved = self.draws["status"].values.astype(str) == "solved"
        return searches_of(self.draws["uniqueness"].values.astype(str), solved)

    def frame(self) -> pd.DataFrame:
        """A row for every draw: assumptions, ends, payoffs; the nominal values first."""
        return wide(self.nominal, self.draws)

    def latex(self, **more: Any) -> str:
        """Ends at nominal values and over the draws as a LaTeX table; ``more`` goes to pandas."""
        return latex_of(frame_of(ends_of(self)), **more)

    def to_experiments(self) -> tuple[pd.DataFrame, dict[str, NDArray[Any]]]:
        """Experiments and outcomes as the EMA workbench has them; of solved draws only."""
        return experiments_of(self.nominal if self.draws is None else self.draws)

    def _repr_html_(self) -> str:
        return html_of(repr(self), frame_of(ends_of(self)))

    def _shown(self) -> Iterator[str]:
        drawn = 0 if self.draws is None else int(self.draws.sizes["draw"])
        yield f"{self.scenario.title!r}, {drawn:,} draws,"
        best = self.nominal["probability"].values[0]
        if bool((best == best).all()):
            likely = str(self.nominal["outcome"].values[int(best.argmax())])
            yield f"likeliest end {likely} ({100 * float(best.max()):.0f} % at nominal values)"
        yield f"{len(self.verdicts)} verdicts" if self.verdicts else ""


def ends_of(findings: Findings) -> list[dict[str, Any]]:
    """A row for every end: its probability at nominal values, and its spread over the draws."""
    told = summarise(findings.nominal, findings.draws)["probability"]
    return [
        {"outcome": name, **(one if isinstance(one, Mapping) else {"nominal": one})}
        for name, one in told.items()
    ]

"""What a scenario declares beyond its game, put to the test: claims, accounts and levers.

Every claim is looked at on every account; the parts that cost most are bounded (see `Extent`), so
that a run with a thousand draws stays one of minutes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.core.sharing import side_by_side
from offramp.game import Draws, Game
from offramp.scenario import Meaning, Query, Scenario
from offramp.study.accounts.comparison import compare
from offramp.study.accounts.differences import Comparison
from offramp.study.claims.checking import Effort, check
from offramp.study.claims.verdicts import Verdict
from offramp.study.offramps.proposals import AIMS, offramps
from offramp.study.offramps.records import OffRamps
from offramp.study.quantities.asking import ask
from offramp.study.sensitivity.hanging_on import Sensitivity, sensitivity
from offramp.study.sensitivity.indices import LEAST, Tried, stretches
from offramp.study.solving.experiment import Progress, outcomes, solve
from offramp.study.solving.workspace import Workspace

if TYPE_CHECKING:
    import xarray as xr

MOST_NODES = 20_000
"""Solved nodes above which a run leaves sensitivity and off-ramps to their own commands."""
SEARCHED_NODES = 500
"""Solved nodes above which a run looks for further equilibria at nominal values only, tries an
eighth of the draws under the second weighting, 16 (on the premises chosen) with mechanisms off,
and does not trace other accounts at other precisions; the command `claims` does more. A brief
look at nominal values then switches no mechanism off and looks for no off-ramps."""
CLAIMED = 4
"""One draw in so many, but at least 64, is one in which a run tries claims of games so large: each
claim needs several games on every account; the command `claims` takes all."""
FEWEST = 64
PAIRS = 3
"""Most pairs of accounts that a run compares."""


@dataclass(frozen=True)
class Extent:
    """How much of each part is looked at; ``brief`` leaves comparison and sensitivity out."""

    draws: int
    seed: int | None
    brief: bool = False
    precision_scale: float = 1.0

    @property
    def ramp_draws(self) -> int:
        """Draws in which each off-ramp is tried."""
        return min(64, self.draws)


def asked_of(meaning: Meaning) -> Query:
    """The quantity looked at where none is named: agreement, else the first outcome, or rounds."""
    kinds = [outcome.kind for outcome in meaning.outcomes]
    if "agreement" in kinds:
        return ask(("kind", "agreement"), meaning)
    return ask(("outcome", meaning.outcomes[0].name) if kinds else ("rounds",), meaning)


def tried_in(over: xr.Dataset, query: Query) -> Tried:
    """What the probability of some ends, or the number of rounds, is in the draws of a run.

    A draw in which several equilibria were found counts as open. The draws are of one
    scrambling; its stretches serve as batches.
    """
    ends = over["probability"].values[:, list(query.outcomes)].sum(axis=1)
    values = over["rounds"].values if query.kind == "rounds" else ends
    status = np.where(over["status"].values == "solved", "solved", "failed")
    status = np.where((status == "solved") & (over["several"].values > 0), "open", status)
    status = np.where((status == "solved") & ~np.isfinite(values), "undefined", status)
    names = tuple(str(name) for name in over["parameter"].values)
    count, seed = len(values), over.attrs.get("seed")
    draws = Draws(names, np.array(over["parameters"].values), int(seed) if seed else None)
    return Tried(draws, values, status, stretches(count))


@dataclass(frozen=True, eq=False)
class Argument:
    """What a run found of claims, accounts and levers; see the fields of `Findings`."""

    verdicts: tuple[Verdict, ...] = ()
    accounts: Mapping[str, xr.Dataset] = field(default_factory=dict[str, "xr.Dataset"])
    comparisons: tuple[Comparison, ...] = ()
    sensitivity: Sensitivity | None = None
    offramps: OffRamps | None = None


def argument(
    workspace: Workspace,
    game: Game,
    extent: Extent,
    *,
    account: str = "",
    solved: bool = True,
    over: xr.Dataset | None = None,
    progress: Progress | None = None,
) -> Argument | None:
    """What follows from claims, accounts and levers; None without any.

    ``game`` is that of the scenario as ``account`` ('' as written) tells it, ``over`` its
    outcomes over the draws, and ``solved`` whether it is solved at nominal values; without that
    only claims and accounts are told.
    """
    scenario = workspace.scenario
    if not (scenario.claims or scenario.accounts or scenario.levers):
        return None
    asked = _RunQuestions(workspace, game, extent, account, progress)
    works: dict[str, Callable[[], Any]] = {"verdicts": asked.verdicts}
    if not account:
        works["accounts"] = asked.accounts
    whole = solved and game.structure.nodes <= MOST_NODES
    if whole and extent.precision_scale == 1:
        if not (extent.brief and extent.draws == 0 and game.structure.nodes > SEARCHED_NODES):
            works = {"offramps": asked.offramps, **works}  # the longest that nobody can help with
        if not extent.brief:
            works["sensitivity"] = partial(asked.sensitivity, over)
    found = Argument(**dict(zip(works, side_by_side(list(works.values())), strict=True)))
    if whole and not extent.brief and not account and len(scenario.accounts) > 0:
        found = replace(found, comparisons=asked.comparisons(found.verdicts))
    return found


@dataclass(frozen=True, eq=False)
class _RunQuestions:
    """What one run asks of what its scenario declares."""

    workspace: Workspace
    game: Game
    extent: Extent
    account: str
    progress: Progress | None

    @property
    def scenario(self) -> Scenario:
        """What was written."""
        return self.workspace.scenario

    def verdicts(self) -> tuple[Verdict, ...]:
        """Every claim on every account, or on the one that was chosen."""
        chosen, extent, draws = self.account, self.extent, self.extent.draws
        accounts = (chosen,) if chosen else ("", *self.scenario.accounts)
        effort = others = None
        if self.game.structure.nodes > SEARCHED_NODES:
            effort, others = Effort(0, 8, 16), Effort(0, 8, 0)
            draws = min(draws, max(FEWEST, draws // CLAIMED))
        return check(
            self.workspace,
            draws=draws,
            seed=extent.seed,
            accounts=accounts,
            brief=extent.brief and extent.draws == 0 and effort is not None,
            effort=effort,
            others=others,
            precision_scale=extent.precision_scale,
            progress=self.progress,
        )

    def accounts(self) -> Mapping[str, xr.Dataset]:
        """Outcomes of every account at nominal values."""
        found: dict[str, xr.Dataset] = {}
        for done, name in enumerate(self.scenario.accounts):
            self._tell("accounts at nominal values", done, len(self.scenario.accounts))
            game = self.workspace.game(name)
            told = solve(game, precision_scale=self.extent.precision_scale, starts=0)
            found[name] = outcomes(told, rounds=0)
            self._tell("accounts at nominal values", done + 1, len(self.scenario.accounts))
        return found

    def comparisons(self, verdicts: tuple[Verdict, ...]) -> tuple[Comparison, ...]:
        """Every pair of accounts at nominal values; a single one beside the scenario itself."""
        names = tuple(self.scenario.accounts)
        pairs = list(itertools.combinations(names, 2)) or [("", names[0])]
        compared = partial(
            compare,
            self.workspace,
            draws=0,
            seed=self.extent.seed or 0,
            verdicts=verdicts,
            precision_scale=self.extent.precision_scale,
            progress=self.progress,
        )
        return tuple(side_by_side([partial(compared, pair) for pair in pairs[:PAIRS]]))

    def sensitivity(self, over: xr.Dataset | None) -> Sensitivity:
        """Slopes of the probability of agreement, and shares of its variance over the draws."""
        query, tried = asked_of(self.game.meaning), None
        if over is not None and over.sizes["draw"] >= LEAST:
            tried = tried_in(over, query)
        return sensitivity(
            self.workspace,
            query,
            points=0,
            groups="mechanism",
            menu=False,
            account=self.account or None,
            tried=tried,
            progress=self.progress,
        )

    def offramps(self) -> OffRamps | None:
        """Off-ramps to an agreement, or to a ceasefire where no outcome is an agreement."""
        kinds = {outcome.kind for outcome in self.game.meaning.outcomes}
        aim = next((kind for kind in AIMS if kind in kinds), None)
        if aim is None or not self.scenario.levers:
            return None
        return offramps(
            self.workspace,
            outcome=aim,
            draws=self.extent.ramp_draws,
            seed=self.extent.seed,
            account=self.account or None,
            progress=self.progress,
        )

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)

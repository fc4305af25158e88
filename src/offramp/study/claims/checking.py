"""Checking claims: every claim on every account, at nominal values and over draws."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import side_by_side
from offramp.expressions import Binary, Compare, evaluate
from offramp.game import Draws, fix, nominal_draw
from offramp.scenario import Claim, Meaning, Query, Scenario, off_values, read_claims
from offramp.scenario.citing import where_words
from offramp.solvers.equilibria import PROVED
from offramp.study.claims.classes import is_static, is_tautology
from offramp.study.claims.deciding import find_deciding
from offramp.study.claims.force import ForceHarm, force_of
from offramp.study.claims.manners import other_way
from offramp.study.claims.restating import Without, concern_of, literature_of, restated
from offramp.study.claims.speakers import Speaker, speaker_of
from offramp.study.claims.two_sides import compared
from offramp.study.claims.verdicts import (
    FAILS,
    HOLDS,
    OPEN,
    STATES,
    UNSOLVED,
    VACUOUS,
    Verdict,
    Verdicts,
    truth_of,
)
from offramp.study.quantities.dependence import behind
from offramp.study.quantities.evaluation import QueryValues, evaluate_queries
from offramp.study.solving.experiment import Progress
from offramp.study.solving.labels import assumption_words, whose_premises
from offramp.study.solving.precisions import SCALES
from offramp.study.solving.searches import least_known, searches_of
from offramp.study.solving.shares import Share, concentrate, is_ranged, share_of, spread_draws
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
States = NDArray[np.str_]
OTHER = 8
"""One draw in so many is tried under the second weighting,"""
LEAST = 64
"""but no fewer than this, where so many are tried under the first."""
WITHOUT = 64
"""Most draws on which a claim is looked at with a mechanism off."""
SMALL = 200
"""Nodes up to which every draw may be searched thoroughly for further equilibria."""
PILOT = 8
"""Draws of a small game that are searched thoroughly in any case, one of each scrambling."""
THOROUGH = 128
"""Draws of a larger game so searched where its nominal draw has several equilibria."""


@dataclass(frozen=True)
class Effort:
    """What is done beside the draws themselves, which are solved in any case.

    ``starts`` random starts from which every draw is looked at for further equilibria, where
    the nominal ones are from two; one draw in ``other`` is tried again under the second
    weighting; claims are looked at with a mechanism off in at most ``without`` draws, and at
    nominal values with every precision multiplied by ``scales``.
    """

    starts: int = 2
    other: int = OTHER
    without: int = WITHOUT
    scales: tuple[float, ...] = SCALES


def claims(
    scenario: Scenario | Workspace,
    *,
    draws: int = 1000,
    seed: int | None = None,
    accounts: Sequence[str] | None = None,
    precision_scale: float = 1.0,
    brief: bool = False,
    effort: Effort | None = None,
    others: Effort | None = None,
    progress: Progress | None = None,
) -> Verdicts:
    """Every claim of a scenario on the premises of every account.

    ``accounts`` names those wanted, '' being the scenario as written; None is that and all
    accounts. ``draws`` 0 looks at nominal values only; ``seed`` None draws one and records it.
    ``brief`` leaves out the second weighting, other precisions and mechanisms off. Accounts
    with the same numbers are solved once; ``effort`` bounds what is done besides, ``others``
    on the premises of all accounts but the first. Raises ScenarioError for an unknown account.
    """
    workspace = Workspace.of(scenario)
    text = workspace.scenario
    wanted = ("", *text.accounts) if accounts is None else tuple(accounts)
    used = secrets.randbits(32) if seed is None else seed
    same = workspace.alike(wanted)

    def checked(account: str) -> tuple[Verdict, ...]:
        known = is_ranged(workspace.meaning(account))
        tell = _phases(progress, text, account if len(wanted) > 1 else "")
        most = (effort or Effort()) if account in wanted[:1] else (others or effort or Effort())
        one = _AccountClaims(workspace, account, precision_scale, brief, tell, most)
        return one.verdicts(draws, used if known else seed)

    distinct = tuple(dict.fromkeys(same.values()))
    found = dict(
        zip(distinct, side_by_side([partial(checked, one) for one in distinct]), strict=True)
    )
    speakers = {name: speaker_of(text, name) for name in text.claims}
    return Verdicts(
        _on(one, account, whose_premises(text, account), speakers[one.name])
        for account in wanted
        for one in found[same[account]]
    )


check = claims
"""The same as a verb."""


def _on(one: Verdict, account: str, whose: str, speaker: Speaker) -> Verdict:
    """A verdict as it stands on the premises of one account."""
    own = account in speaker.accounts
    return replace(one, account=account, premises=whose, speaker=speaker.label, own=own)


def judge(claim: Claim, found: QueryValues) -> States:
    """What becomes of a claim in every draw, (draw,)."""
    asked = tuple(claim.quantities.values())
    places = [found.queries.index(query) for query in asked]
    status = found.status[:, places]
    truth = np.broadcast_to(claim.holds(found.columns()), (len(status),))
    states = np.where(truth, HOLDS, FAILS).astype(f"<U{max(map(len, STATES))}")
    games = {int(found.game[place]) for place in places}
    for draw in sorted({draw for draw, game in found.alternatives if game in games}):
        worlds = list(found.worlds(draw, asked))
        both = claim.holds({q: np.array([world[q] for world in worlds]) for q in asked})
        if both.any() and not both.all():
            states[draw] = OPEN
    states[(status == "vacuous").any(axis=1)] = VACUOUS
    states[np.isin(status, ("failed", "undefined")).any(axis=1)] = UNSOLVED
    return states


def margins_of(claim: Claim, found: QueryValues) -> Array:
    """Left minus right of a single comparison, (draw,), nan where it has none; else empty."""
    formula = claim.formula
    if not isinstance(formula, Compare) or len(formula.rest) != 1:
        return np.zeros(0)
    draws = len(found.values)
    given = {name: found.of(query) for name, query in claim.quantities.items()}
    fine = np.ones(draws, np.bool_)
    for values in given.values():
        fine &= np.isfinite(values)
    margins = np.full(draws, np.nan)
    if fine.any():
        columns = {name: values[None, fine] for name, values in given.items()}
        apart = evaluate(Binary("-", formula.first, formula.rest[0][1]), columns)
        margins[fine] = np.broadcast_to(apart, (1, int(fine.sum())))[0]
    return margins


class _AccountClaims:
    """All claims on the premises of one account."""

    def __init__(
        self,
        workspace: Workspace,
        account: str,
        scale: float,
        brief: bool,
        tell: Any,
        effort: Effort,
    ) -> None:
        self.workspace, self.effort = workspace, effort
        self.meaning = meaning = workspace.meaning(account)
        self.account, self.scale = account, scale
        self.brief, self.tell = brief, tell
        self.claims = read_claims(meaning)
        self.nominal = nominal_draw(meaning)
        self.nodes = workspace.game(account).structure.nodes if self.claims else 0
        self.labels = {
            name: record.label or name.replace("_", " ")
            for name, record in meaning.scenario.mechanisms.items()
        }

    def verdicts(self, count: int, seed: int | None) -> tuple[Verdict, ...]:
        """One verdict per claim."""
        if not self.claims:
            return ()
        here = self.values(self.claims, self.nominal, "at nominal values", traced=(0,))
        states = {claim.name: str(judge(claim, here)[0]) for claim in self.claims}
        works: list[Callable[[], Any]] = [
            partial(self.over_draws, count, seed, here),
            partial(self.at_precisions, states),
            self.other_ways,
            partial(force_of, self.meaning, self.claims, self.at_nominal),
        ]
        drawn, precisions, others, force = side_by_side(works)
        without = {} if self.brief else self.without(states, drawn)
        return tuple(
            replace(
                self.verdict(
                    claim,
                    here,
                    states[claim.name],
                    drawn[claim.name],
                    precisions[claim.name],
                    without.get(claim.name, {}),
                    force[claim.name],
                ),
                other_way=others.get(claim.name),
            )
            for claim in self.claims
        )

    def at_nominal(self, asked: Sequence[Query]) -> QueryValues:
        """Further quantities at nominal values, on the principal branch."""
        return evaluate_queries(
            self.meaning,
            asked,
            self.nominal,
            precision_scale=self.scale,
            traced=(),
            starts=0,
            workspace=self.workspace,
        )

    def values(
        self,
        claims: Sequence[Claim],
        draws: Draws,
        phase: str,
        *,
        traced: tuple[int, ...] = (),
        starts: int = 2,
        factor: float | Array = 1.0,
    ) -> QueryValues:
        """The quantities of some claims."""
        asked: dict[Query, None] = dict.fromkeys(
            query for claim in claims for query in claim.quantities.values()
        )
        return evaluate_queries(
            self.meaning,
            asked,
            draws,
            precision_scale=self.scale * factor,
            traced=traced,
            starts=starts,
            workspace=self.workspace,
            progress=self.tell(phase),
        )

    def over_draws(self, count: int, seed: int | None, here: QueryValues) -> dict[str, _Drawn]:
        """Per claim the declared ranges and, behind them, the concentrated ones.

        Without any range all draws are the nominal one, which is solved already.
        """
        if count == 0 or not is_ranged(self.meaning):
            draws = Draws(self.nominal.names, self.nominal.values, seed)
            one = _Drawn(draws, 1, here, True) if count else _Drawn(None, 0, None, False)
            return dict.fromkeys((claim.name for claim in self.claims), one)
        first = spread_draws(self.meaning, count, seed)
        whole = first
        if not self.brief:
            other = spread_draws(
                concentrate(self.meaning),
                min(count, max(LEAST, count // self.effort.other)),
                first.seed,
            )
            rows = np.concatenate([first.values, other.values])
            whole = Draws(first.names, rows, first.seed)
        pilot = tuple(range(min(PILOT, count))) if self.small else ()
        found = self.values(
            self.claims, whole, "over draws", traced=pilot, starts=self.effort.starts
        )
        plain = _Drawn(whole, count, found, False)
        drawn = dict.fromkeys((claim.name for claim in self.claims), plain)
        return drawn | self.searched(here, plain, len(pilot))

    def searched(self, here: QueryValues, plain: _Drawn, pilot: int) -> dict[str, _Drawn]:
        """Claims again whose games have several equilibria, each draw searched thoroughly.

        Of a large game only the first draws; they replace the others where the search opens
        more of them than the plain one did.
        """
        assert plain.draws is not None
        assert plain.found is not None
        suspects = [
            claim
            for claim in self.claims
            if _has_several(claim, here, 1) or _has_several(claim, plain.found, pilot)
        ]
        if not suspects:
            return {}
        whole, few = plain.draws, plain.declared
        if not self.small:
            few = min(THOROUGH, plain.declared)
            whole = Draws(whole.names, whole.values[:few], whole.seed)
        found = self.values(
            suspects,
            whole,
            "over draws, searched for further equilibria",
            traced=tuple(range(len(whole))),
        )
        thorough = _Drawn(whole, few, found, False, True)
        return {
            claim.name: thorough
            for claim in suspects
            if _opened(claim, found, few) > _opened(claim, plain.found, few)
        }

    @property
    def small(self) -> bool:
        """Whether a thorough search of every draw takes little time."""
        return self.nodes <= SMALL

    def at_precisions(self, states: Mapping[str, str]) -> dict[str, dict[float, bool | None]]:
        """Verdicts at nominal values with every precision multiplied."""
        scales = (1.0,) if self.brief else self.effort.scales
        found = {name: dict.fromkeys(scales, truth_of(state)) for name, state in states.items()}
        others = np.array([scale for scale in scales if scale != 1])
        if not len(others):
            return found
        here = self.values(
            self.claims,
            Draws(self.nominal.names, np.repeat(self.nominal.values, len(others), axis=0), None),
            "at other precisions",
            starts=0,
            factor=others,
        )
        for claim in self.claims:
            for scale, state in zip(others.tolist(), judge(claim, here).tolist(), strict=True):
                found[claim.name][scale] = truth_of(state)
        return found

    def other_ways(self) -> dict[str, tuple[str, str]]:
        """Claims that commit moves with these coming the other way, at nominal values."""
        turned = {claim.name: other for claim in self.claims if (other := other_way(claim))}
        if self.brief or not turned:
            return {}
        asked = [claim for _, claim in turned.values()]
        found = self.values(asked, self.nominal, "with moves the other way", starts=0)
        return {
            name: (manner, str(judge(claim, found)[0])) for name, (manner, claim) in turned.items()
        }

    def without(
        self, states: Mapping[str, str], drawn: Mapping[str, _Drawn]
    ) -> dict[str, dict[str, Without]]:
        """Every claim with each mechanism that has off values off."""
        mechanisms = {
            name: values
            for name in self.meaning.scenario.mechanisms
            if (values := off_values(self.meaning, name))
        }
        found: dict[str, dict[str, Without]] = {name: {} for name in states}
        if not mechanisms:
            return found
        parts = [fix(self.meaning, self.nominal, off).values for off in mechanisms.values()]
        rows = Draws(self.nominal.names, np.concatenate(parts), None)
        traced = tuple(range(len(rows))) if self.small else ()
        there = self.values(self.claims, rows, "with each mechanism off", traced=traced)
        for claim in self.claims:
            for name, state in zip(mechanisms, judge(claim, there).tolist(), strict=True):
                found[claim.name][name] = Without(name, self.labels[name], truth_of(state))
        for name, off in mechanisms.items():
            concerned = [
                c
                for c in self.claims
                if drawn[c.name].found is not None and self._depends(c, name, states, found)
            ]
            if concerned and self.effort.without:
                for claim, one in self._lost(name, off, concerned, drawn):
                    known = found[claim.name][name]
                    found[claim.name][name] = replace(one, nominal=known.nominal)
        return found

    def _depends(
        self,
        claim: Claim,
        mechanism: str,
        states: Mapping[str, str],
        found: Mapping[str, Mapping[str, Without]],
    ) -> bool:
        """Whether a mechanism may carry a claim, so that draws are worth their time."""
        flipped = found[claim.name][mechanism].nominal is not truth_of(states[claim.name])
        return flipped or concern_of(self.meaning, claim, mechanism).named

    def _lost(
        self,
        mechanism: str,
        off: Mapping[str, float],
        concerned: Sequence[Claim],
        drawn: Mapping[str, _Drawn],
    ) -> Iterable[tuple[Claim, Without]]:
        """Claims over the first draws, which all of them share, with a mechanism off."""
        one = drawn[concerned[0].name]
        assert one.draws is not None
        few = min(self.effort.without, one.declared)
        part = Draws(one.draws.names, one.draws.values[:few], one.draws.seed)
        there = self.values(
            concerned,
            fix(self.meaning, part, off),
            f"over draws, without {self.labels[mechanism]}",
            starts=0,
        )
        for claim in concerned:
            with_it = drawn[claim.name].found
            assert with_it is not None
            before, after = judge(claim, with_it)[:few], judge(claim, there)
            known = np.isin(after, (HOLDS, FAILS))
            held = known & (before == HOLDS)
            share = float((after[known] == HOLDS).mean()) if known.any() else None
            lost = float((after[held] == FAILS).mean()) if held.any() else None
            label = self.labels[mechanism]
            yield claim, Without(mechanism, label, None, share, lost, int(known.sum()))

    def verdict(
        self,
        claim: Claim,
        here: QueryValues,
        state: str,
        drawn: _Drawn,
        precision: Mapping[float, bool | None],
        without: Mapping[str, Without],
        force: tuple[ForceHarm, ...],
    ) -> Verdict:
        """One claim, everything put together."""
        concern = {name: concern_of(self.meaning, claim, name) for name in without}
        restates, rests = restated(truth_of(state), without, concern)
        about = [n for n in self.labels if n in rests or (n in concern and concern[n].any)]
        records = self.meaning.scenario.mechanisms
        texts = {name: literature_of(records[name].about) for name in about}
        at_nominal = margins_of(claim, here)
        lone = drawn.found is None
        over = _nominally(claim, here, state) if lone else drawn.of(claim, self.meaning)
        return Verdict(
            name=claim.name,
            says=claim.says,
            holds_when=claim.holds_when,
            account=self.account,
            premises="",
            state=state,
            margin_nominal=_number(at_nominal[0]) if len(at_nominal) else None,
            quantities={q.text: _number(here.of(q)[0]) for q in claim.quantities.values()},
            precision=precision,
            without=without,
            restates=restates,
            rests_on=rests,
            literature={name: text for name, text in texts.items() if text},
            unoffered=_unoffered(claim, here),
            searched=drawn.searched,
            seed=None if drawn.draws is None else drawn.draws.seed,
            manner=claim.manner,
            source=_places(claim, self.meaning.scenario),
            quoted=self.meaning.scenario.claims[claim.name].quote,
            about=tuple(name for name, own in concern.items() if own.named and not own.varied),
            static=is_static(claim),
            tautology=is_tautology(claim, here),
            force=force,
            compared=compared(claim, here),
            **over,
        )


def _nominally(claim: Claim, here: QueryValues, state: str) -> dict[str, Any]:
    """The fields of a verdict that come from draws, without any."""
    return {
        "searches": searches_of(known_of(claim, here)[:1], np.array([state != UNSOLVED])),
        "declared": _NONE,
        "concentrated": _NONE,
        "solved": int(state != UNSOLVED),
        "open": int(state == OPEN),
        "vacuous": int(state == VACUOUS),
        "margin": None,
        "margins": np.zeros(0),
    }


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Draws of one account and what was found: the first ``declared`` under the declared ranges."""

    draws: Draws | None
    declared: int
    found: QueryValues | None
    only_one: bool
    searched: bool = False
    """Whether every draw was searched thoroughly for further equilibria."""

    def of(self, claim: Claim, meaning: Meaning) -> dict[str, Any]:
        """The fields of a verdict that come from draws."""
        assert self.draws is not None
        assert self.found is not None
        states, margins = judge(claim, self.found), margins_of(claim, self.found)
        own, other = states[: self.declared], states[self.declared :]
        counts = np.isin(own, (HOLDS, FAILS))
        margins = margins[: self.declared].copy()
        if len(margins):
            margins[~counts] = np.nan
        margins.setflags(write=False)
        matter = behind(meaning, claim)
        ranged = [
            i
            for i, a in enumerate(meaning.assumptions)
            if a.distribution is not None and a.name in matter
        ]
        deciding = None
        if ranged:
            names = [meaning.assumptions[i].name for i in ranged]
            values = self.draws.values[: self.declared][:, ranged]
            deciding = find_deciding(names, values, own == HOLDS, counts)
            if deciding is not None:
                labels = {name: assumption_words(meaning.scenario, name) for name in deciding.names}
                options = {a.name: a.options for a in meaning.assumptions}
                deciding = deciding.called(labels, options)
        known = margins[np.isfinite(margins)]
        tags = known_of(claim, self.found)[: self.declared]
        return {
            "searches": searches_of(tags, own != UNSOLVED),
            "declared": share_of(own == HOLDS, counts, only_one=self.only_one),
            "concentrated": share_of(other == HOLDS, np.isin(other, (HOLDS, FAILS))),
            "solved": int((own != UNSOLVED).sum()),
            "open": int((own == OPEN).sum()),
            "vacuous": int((own == VACUOUS).sum()),
            "margins": margins,
            "margin": float(np.median(known)) if len(known) else None,
            "deciding": deciding,
        }


def known_of(claim: Claim, found: QueryValues) -> NDArray[np.str_]:
    """(draw,) what is known of other equilibria of all games that a claim needs."""
    games = {int(found.game[found.queries.index(q)]) for q in claim.quantities.values()}
    proved = np.full(len(found.values), PROVED, dtype="<U40")
    return least_known([proved, *(found.uniqueness[game] for game in sorted(games - {-1}))])


def _has_several(claim: Claim, found: QueryValues, draws: int) -> bool:
    """Whether a game of the claim has several equilibria in one of the first ``draws``."""
    games = {int(found.game[found.queries.index(q)]) for q in claim.quantities.values()}
    return any(draw < draws and game in games for draw, game in found.alternatives)


def _opened(claim: Claim, found: QueryValues, draws: int) -> int:
    """How many of the first ``draws`` are open."""
    return int((judge(claim, found)[:draws] == OPEN).sum())


_NONE = Share(None, None, None, 0, 0, 0)


def _unoffered(claim: Claim, here: QueryValues) -> dict[str, float]:
    """Quantity to the largest share of turns in which a move it commits is not offered."""
    found: dict[str, float] = {}
    for query in claim.quantities.values():
        own = [
            float(one.unoffered[0])
            for one in here.reach
            if one.interventions == query.interventions and one.intervention.kind != "bar"
        ]
        most = max((value for value in own if np.isfinite(value)), default=0.0)
        if most > 1e-9:
            found[query.text] = most
    return found


def _phases(progress: Progress | None, scenario: Scenario, account: str) -> Any:
    """Progress that says of which account and with what."""
    whose = f", {scenario.accounts[account].label or account}" if account else ""

    def phase(what: str) -> Progress | None:
        tell = progress
        if tell is None:
            return None
        return lambda _what, done, total: tell(f"claims {what}{whose}", done, total)

    return phase


def _places(claim: Claim, scenario: Scenario) -> str:
    """Where in its sources a claim stands: 'part 6'; '' where no place is named."""
    if isinstance(claim.source, Mapping):
        told = claim.source.items()
        return " and ".join(where_words(scenario, key, place) for key, place in told)
    return ""


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

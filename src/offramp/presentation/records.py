"""What was found as JSON has it, with its sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import singledispatch
from typing import Any

import numpy as np

from offramp.core.errors import OfframpError
from offramp.presentation.text.claims import verdict_remarks, verdict_sentence
from offramp.presentation.text.comparison import comparison_sentence
from offramp.presentation.text.histories import histories_sentence, turning_sentence
from offramp.presentation.text.offramps import (
    account_sentences,
    apart_sentence,
    left_out_sentence,
    offramp_sentences,
    offramps_remarks,
    offramps_sentence,
)
from offramp.presentation.text.packages import package_remarks, package_sentences
from offramp.presentation.text.sensitivity import sensitivity_sentences
from offramp.presentation.text.without import without_sentences
from offramp.study.accounts.differences import Comparison
from offramp.study.claims.verdicts import Verdict
from offramp.study.histories.retelling import Retold
from offramp.study.histories.turning import TurningPoint
from offramp.study.offramps.records import OffRamp, OffRamps
from offramp.study.packages.without import WithoutAgreement
from offramp.study.packages.zones import MOST_ROWS, Packages, Zone
from offramp.study.sensitivity.hanging_on import Sensitivity
from offramp.study.solving.shares import Share


@singledispatch
def as_json(found: Any) -> dict[str, Any]:
    """What a study found as numbers, strings, lists and dicts, with its sentences."""
    raise OfframpError(f"no record of a {type(found).__name__}", expected="what a study found")


@as_json.register
def _(found: Verdict) -> dict[str, Any]:
    deciding = None if found.deciding is None else found.deciding.plain()
    return {
        "share": found.share,
        "interval": _listed(found.interval),
        "nominal": found.nominal,
        "open": found.open,
        "vacuous": found.vacuous,
        "restates": found.restates,
        "quantities": dict(found.quantities),
        "state": found.state,
        "says": found.says,
        "holds_when": found.holds_when,
        "tried": found.declared.tried,
        "solved": found.solved,
        "counted": found.declared.counted,
        "share_other": found.share_other,
        "interval_other": _listed(found.concentrated.interval),
        "tried_other": found.concentrated.tried,
        **_speaking(found),
        "rests_on": list(found.rests_on),
        "precision": {f"{k:g}": v for k, v in found.precision.items()},
        "without": {k: v.plain() for k, v in found.without.items()},
        "deciding": deciding,
        "literature": dict(found.literature),
        "unoffered": dict(found.unoffered),
        "searched": found.searched,
        "manner": found.manner,
        "other_way": None if found.other_way is None else dict([found.other_way]),
        "seed": found.seed,
        "class": found.kind,
        "put_in": found.put_in,
        "source": found.source,
        "open_looked_for": found.looked,
        "searches": found.searches.plain(),
        "force": [act.plain() for act in found.force],
        "sentence": verdict_sentence(found),
        "remarks": list(verdict_remarks(found)),
    }


def _speaking(found: Verdict) -> dict[str, Any]:
    """Who speaks, and what is compared."""
    return {
        "speaker": found.speaker,
        "own_premises": found.own,
        "compared": [one.plain() for one in found.compared],
        "margin": found.margin,
        "margin_nominal": found.margin_nominal,
    }


def claims_as_json(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Claim to its verdict as JSON has it: that on the first account, and `accounts` with all."""
    told: dict[str, Any] = {}
    for one in verdicts:
        first = told.setdefault(one.name, as_json(one) | {"account": one.account, "accounts": {}})
        if one.account:
            first["accounts"][one.account] = as_json(one)
    return told


@as_json.register
def _(found: Comparison) -> dict[str, Any]:
    return {
        "accounts": list(found.accounts),
        "quantity": found.quantity,
        "nominal": list(found.nominal),
        "mean": list(found.mean),
        "outcomes": {
            one.outcome: {"nominal": list(one.nominal), "mean": list(one.mean)}
            for one in found.outcomes
        },
        "claims": {
            account: {v.name: as_json(v) for v in found.verdicts if v.account == account}
            for account in found.accounts
        },
        "contributions": [
            {
                **asdict(one),
                "assumptions": list(one.assumptions),
                "standing": dict(zip(found.accounts, one.standing, strict=True)),
            }
            for one in found.contributions
        ],
        "interactions": [asdict(one) for one in found.interactions],
        "exact": found.exact,
        "orders": found.orders,
        "draws": found.draws,
        "counted": found.counted,
        "seed": found.seed,
        "words": found.words,
        "sentence": comparison_sentence(found),
    }


@as_json.register
def _(found: TurningPoint) -> dict[str, Any]:
    return vars(found) | {"sentence": turning_sentence(found)}


@as_json.register
def _(found: Retold) -> dict[str, Any]:
    return {
        "outcome": found.outcome or None,
        "probability": found.probability,
        "complete": found.complete,
        "sentence": histories_sentence(found),
        "turning_points": [as_json(one) for one in found.turning],
        "seed": found.seed,
        "histories": [
            {
                "probability": one.probability,
                "outcome": one.outcome,
                "share": one.probability / found.probability if found.probability else None,
                "moments": [vars(moment) for moment in one.moments],
            }
            for one in found.histories
        ],
    }


@as_json.register
def _(found: Sensitivity) -> dict[str, Any]:
    told = {
        "quantity": found.quantity,
        "nominal": found.nominal,
        "note": found.note,
        "sentence": " ".join(sensitivity_sentences(found)),
        "rows": found.table,
    }
    one = found.indices
    if one is not None:
        told["variance"] = {
            "tried": one.evaluations,
            "withheld": one.withheld,
            "unassigned": one.unassigned,
            "together": one.together,
            "together_low": one.together_interval[0],
            "together_high": one.together_interval[1],
        }
    return told


@as_json.register
def _(found: OffRamp) -> dict[str, Any]:
    only = found.changes[0] if len(found.changes) == 1 else None
    return {
        "lever": only.lever if only else None,
        "parameter": only.parameter if only else None,
        "from": only.start if only else None,
        "to": only.to if only else None,
        "effort": only.effort if only else None,
        "holders": list(found.holders),
        "efforts": dict(found.effort),
        "changes": [change.plain() for change in found.changes],
        "first_step": found.first_step or None,
        "probability_before": found.before,
        "probability_after": found.after,
        "danger_before": found.danger_before,
        "danger_after": found.danger_after,
        "works": _share(found.works),
        "works_other": _share(found.works_other),
        "works_without": _share(found.without),
        "interval": _interval(found.works),
        "solved": found.works.counted if found.works else 0,
        "tried": found.works.tried if found.works else 0,
        "gains": dict(found.gains),
        "imposed": found.imposed,
        "imposed_on": list(found.imposed_on),
        "settlement": _numbers(found.settlement),
        "going_on": _numbers(found.going_on),
        "without_agreement": _numbers(found.floor),
        "apart": found.apart,
        "below": _numbers(found.below),
        "jump": list(found.jump) if found.jump else None,
        "open": found.open,
        "balanced": found.balanced,
        "residual": found.residual,
        "branch": found.branch,
        "uniqueness": found.uniqueness,
        "accounts": _numbers(found.accounts),
        "sentences": list(offramp_sentences(found)),
    }


@as_json.register
def _(found: OffRamps) -> dict[str, Any]:
    return {
        "offramps": [as_json(one) for one in found.found],
        "apart": [as_json(one) | {"sentence": apart_sentence(one)} for one in found.apart],
        "without_agreement": None if found.without is None else as_json(found.without),
        "outcome": found.outcome,
        "at_least": found.at_least,
        "halved": found.halved,
        "groups": [[place + 1 for place in group] for group in found.groups],
        "curves": [one.plain() for one in found.curves],
        "account": found.account,
        "probability": found.before,
        "danger": found.danger,
        "met": found.met,
        "nearest": None if found.nearest is None else as_json(found.nearest),
        "left_out": {one.name: left_out_sentence(one) for one in found.excluded},
        "frontier": [
            {
                "holders": list(one.holders),
                "levers": list(one.levers),
                "effort": one.effort.tolist(),
                "probability": one.probability.tolist(),
            }
            for one in found.frontier
        ],
        "draws": found.draws,
        "seed": found.seed,
        "accounts": _numbers(found.accounts),
        "sentence": offramps_sentence(found),
        "elsewhere": list(account_sentences(found)),
        "remarks": list(offramps_remarks(found)),
    }


@as_json.register
def _(found: WithoutAgreement) -> dict[str, Any]:
    return {
        "account": found.account,
        "readings": {name: _numbers(own) for name, own in found.readings.items()},
        "floor": _numbers({party: found.floor(party) for party in found.labels}),
        "agreement_left": _number(found.left),
        "sentences": list(without_sentences(found)),
    }


@as_json.register
def _(found: Packages) -> dict[str, Any]:
    sentences = list(package_sentences(found))
    named = {found.packages[i].name: i for i in found.told if found.packages[i].name}
    front: list[int] = np.flatnonzero(found.frontier).tolist()
    return {
        "parties": list(found.parties),
        "parties_from": found.parties_from,
        "combinations": found.combinations,
        "complete": found.complete,
        "searched": found.searched,
        "packages": {
            name: {
                **_package(found, i),
                "below": {party: list(names) for party, names in found.below(i).items()},
                "zones": {zone.basis: _placed(found, zone, i) for zone in found.zones},
            }
            for name, i in named.items()
        },
        "zones": {zone.basis: _zone(found, zone) for zone in found.zones},
        "frontier": [_package(found, i) for i in front[:MOST_ROWS]] if found.searched else None,
        "frontier_count": found.ties(front) if found.searched else None,
        "without_agreement": as_json(found.without),
        "draws": found.draws,
        "seed": found.seed,
        "sentence": sentences[0],
        "sentences": sentences,
        "remarks": list(package_remarks(found)),
    }


def _package(found: Packages, package: int) -> dict[str, Any]:
    one = found.packages[package]
    return {
        "name": one.name,
        "options": dict(one.options),
        "worth": {party: found.worth_of(package, party) for party in found.labels},
        "frontier": found.on_frontier(package),
    }


def _placed(found: Packages, zone: Zone, package: int) -> dict[str, Any]:
    """Where a package stands beside a zone, at nominal values and over the draws."""
    share, other = zone.shares.get(package), zone.shares_other.get(package)
    return {
        "inside": bool(zone.inside[package]) if zone.known else None,
        "short": _numbers(found.short(zone, package)),
        **_shared(share),
        "share_other": None if other is None else other.share,
    }


def _zone(found: Packages, zone: Zone) -> dict[str, Any]:
    return {
        "reservation": _numbers(zone.reservation),
        "count": zone.count if found.complete else None,
        "empty": found.empty(zone),
        "ideal": _numbers(zone.ideal),
        "nash": [_package(found, i) for i in zone.nash[:MOST_ROWS]],
        "nash_ties": found.ties(zone.nash),
        "kalai_smorodinsky": [_package(found, i) for i in zone.kalai_smorodinsky[:MOST_ROWS]],
        "kalai_smorodinsky_ties": found.ties(zone.kalai_smorodinsky),
        "lottery_gain": _number(zone.lottery),
        "agreement_left": _number(zone.left),
        **{f"some_{key}": value for key, value in _shared(zone.some).items()},
        "some_share_other": None if zone.some_other is None else zone.some_other.share,
    }


def _share(share: Share | None) -> float | None:
    return None if share is None else share.share


def _interval(share: Share | None) -> list[float] | None:
    return None if share is None else _listed(share.interval)


def _listed(pair: tuple[float, float] | None) -> list[float] | None:
    return None if pair is None else list(pair)


def _shared(share: Share | None) -> dict[str, Any]:
    return {
        "share": _share(share),
        "interval": _interval(share),
        "solved": share.counted if share else 0,
        "tried": share.tried if share else 0,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _numbers(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in values.items()}


def plain(value: Any) -> Any:
    """Numbers, strings, lists and dicts; what is no finite number is None."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return value if not isinstance(value, float) or math.isfinite(value) else None

"""A run in one plain object, as `run --json` prints it and `summary.json` keeps it."""

from __future__ import annotations

from typing import Any

import numpy as np

from offramp.analysis.results import solved, summarise
from offramp.presentation.records import as_json, claims_as_json, plain
from offramp.presentation.text.numbers import caveat
from offramp.presentation.text.precisions import precision_sentence
from offramp.presentation.text.searches import searches_sentences, uniqueness_words
from offramp.presentation.text.speaking import speaker_sentences
from offramp.study.runs.findings import Findings
from offramp.study.runs.flips import Flips
from offramp.study.solving.labels import whose_premises


def summary(findings: Findings) -> dict[str, Any]:
    """Outcomes, payoffs, rounds and certificate of a run as numbers, strings and lists.

    Without draws a probability is a number; with draws it is {nominal, mean, q05, q50, q95}
    over the solved draws. What is no number is None, with a sentence in ``notes``.
    """
    nominal, draws = findings.nominal, findings.draws
    found = summarise(nominal, draws)
    ends: dict[str, dict[str, Any]] = {}
    for label, value in found.get("probability_by", {}).items():
        outcome, _, by = label.partition(": ")
        ends.setdefault(outcome, {})[by] = value
    told: dict[str, Any] = {
        "title": findings.scenario.title,
        "premises": whose_premises(findings.scenario, findings.account),
        "caveat": caveat(whose_premises(findings.scenario, findings.account)),
        "scenario_hash": findings.scenario.content_hash,
        "nodes": int(nominal.attrs["nodes"]),
        "solved_nodes": int(nominal.attrs["solved_nodes"]),
        "outcomes": found["probability"],
        "outcomes_by": ends,
        "payoff": found["payoff"],
        "rounds": found["rounds"],
        "certificate": _certificate(findings),
        "warnings": [one.as_dict() for one in findings.doubts],
    }
    if "value" in found:
        told["value"] = found["value"]
    if not np.isfinite(nominal["rounds"].values[0]):
        told["notes"] = ["play may never end, so the expected number of rounds has no value"]
    if findings.other_outcomes:
        told["other_equilibria"] = [dict(other) for other in findings.other_outcomes]
    if draws is not None:
        told["draws"] = found["draws"] | {"seed": draws.attrs.get("seed")}
    if findings.precisions:
        told["precisions"] = _precisions(findings)
    return told | plain(_argument(findings))


def _precisions(findings: Findings) -> dict[str, Any]:
    """Account ('' as written) to its ends at every precision, and what precision means."""
    parties = findings.scenario.parties
    labels = {name: one.label for name, one in parties.items() if one.label}
    told: dict[str, Any] = {}
    for account in dict.fromkeys(one.account for one in findings.precisions):
        own = [one for one in findings.precisions if one.account == account]
        told[account] = {
            "at": [one.plain() for one in own],
            "sentence": precision_sentence(own, labels),
        }
    return told


def _argument(findings: Findings) -> dict[str, Any]:
    """What the scenario declares beyond its game: claims, accounts, off-ramps and the rest."""
    told: dict[str, Any] = {}
    if findings.scenario.claims:
        told["claims"] = _claims(findings)
        told["claims_by_speaker"] = list(speaker_sentences(findings.verdicts))
    if findings.accounts:
        told["accounts"] = {
            name: _account(findings.scenario.accounts[name], dataset)
            for name, dataset in findings.accounts.items()
        }
    if findings.comparisons:
        told["comparisons"] = [_compared(one) for one in findings.comparisons]
    if findings.sensitivity is not None:
        told["sensitivity"] = as_json(findings.sensitivity)
    if findings.turning:
        told["turning_points"] = [as_json(one) for one in findings.turning]
    if findings.packages is not None:
        about = as_json(findings.packages)
        told["packages"], told["packages_about"] = about.pop("packages"), about
    if findings.without:
        told["without_agreement"] = [as_json(one) for one in findings.without]
    if findings.switched:
        told["switched"] = [
            dict(vars(one)) | {"outcomes": dict(one.outcomes)} for one in findings.switched
        ]
    if findings.flips is not None:
        told["flips"] = _flips(findings.flips)
    if findings.offramps is not None:
        about = as_json(findings.offramps)
        told["offramps"], told["offramps_about"] = about.pop("offramps"), about
    return told


def _flips(found: Flips) -> dict[str, Any]:
    """What makes another end the likeliest in the combinations tried."""
    return {
        "outcome": found.outcome,
        "kept": found.kept,
        "counted": found.counted,
        "instead": dict(found.instead),
        "regions": [one.plain() for one in found.regions],
    }


def _claims(findings: Findings) -> dict[str, Any]:
    """Verdicts; ``restates`` is None where mechanisms were not switched off to see."""
    told = claims_as_json(findings.verdicts)
    switched = any(record.off for record in findings.scenario.mechanisms.values())
    for first in told.values():
        for one in (first, *first["accounts"].values()):
            if switched and not one["without"]:
                one["restates"] = None
    return told


def _account(account: Any, dataset: Any) -> dict[str, Any]:
    """Label and outcomes at nominal values of an account."""
    found = summarise(dataset)
    return {
        "label": account.label,
        "outcomes": found["probability"],
        "payoff": found["payoff"],
        "rounds": found["rounds"],
        "status": str(dataset["status"].item()),
    }


def _compared(comparison: Any) -> dict[str, Any]:
    """A comparison without its verdicts, which stand under ``claims``."""
    return {key: value for key, value in as_json(comparison).items() if key != "claims"}


def _certificate(findings: Findings) -> dict[str, Any]:
    """The certificate of the nominal draw, and the worst of the draws."""
    nominal = findings.nominal.isel(draw=0)
    parties = [str(party) for party in findings.nominal["party"].values]

    def by_party(name: str) -> dict[str, float | None]:
        return {
            party: plain(value)
            for party, value in zip(parties, nominal[name].values.tolist(), strict=True)
        }

    told: dict[str, Any] = {
        "status": str(nominal["status"].item()),
        "message": str(nominal["message"].item()),
        "residual": plain(nominal["residual"].item()),
        "regret": by_party("regret"),
        "regret_anywhere": by_party("regret_anywhere"),
        "regret_bound": by_party("regret_bound"),
        "branch": str(nominal["branch"].item()),
        "uniqueness": str(nominal["uniqueness"].item()),
        "condition": plain(nominal["condition"].item()),
        "other_equilibria": int(nominal["several"].item()),
    }
    if findings.draws is not None:
        told["draws"] = _worst(findings)
    return told | {"sentence": _sentence(findings)}


def _worst(findings: Findings) -> dict[str, Any]:
    draws = findings.draws
    assert draws is not None
    fine = solved(draws)
    kept = draws.isel(draw=np.flatnonzero(fine))
    within = kept["regret_anywhere"].values <= kept["regret_bound"].values * (1 + 1e-9) + 1e-9
    return {
        "count": len(fine),
        "solved": int(fine.sum()),
        "worst_residual": plain(float(kept["residual"].max())) if fine.any() else None,
        "regret_within_bound": bool(within.all()),
        "with_several_equilibria": int((kept["several"].values > 0).sum()),
        "searches": findings.searches.plain(),
    }


def _sentence(findings: Findings) -> str:
    """The certificate in one plain sentence."""
    nominal = findings.nominal.isel(draw=0)
    if str(nominal["status"].item()) != "solved":
        return f"Not solved at nominal values: {nominal['message'].item()}"
    said = (
        f"Nominal values: solved, residual {float(nominal['residual']):.1e}, "
        f"branch {nominal['branch'].item()}; {uniqueness_words(nominal['uniqueness'].item())}."
    )
    if findings.draws is None:
        return said
    worst = _worst(findings)
    looked = " ".join(searches_sentences(findings.searches))
    return f"{said} Draws: {worst['solved']:,} of {worst['count']:,} solved. {looked}".strip()

"""The certificate in words: what was solved, how exactly, on which branch, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.text.numbers import (
    count_of,
    figure_of,
    listed,
    percent,
    scientific,
    sentence,
)
from offramp.presentation.text.searches import searches_sentences
from offramp.solvers.equilibria import PROVED, SEVERAL, UNSEARCHED

if TYPE_CHECKING:
    import xarray as xr

    from offramp.study.runs.findings import Findings

BRANCHES: Mapping[str, str] = {
    "traced": (
        "traced: followed step by step from play at random, with all precisions raised together. "
        "This is the equilibrium that the method names as its answer"
    ),
    "continued": (
        "continued: confirmed from values that were proposed, by a neighbouring game or a graphics "
        "processor, or found past a place where the branch from play at random was lost, which the "
        "draw's message then says. Whether that branch leads there was not checked step by step"
    ),
    "fixed_point": (
        "fixed point: found by iteration alone. It satisfies the equations, but where several "
        "equilibria exist it may be another one than a traced solution"
    ),
}
UNIQUENESS: Mapping[str, str] = {
    PROVED: "proved: there is no other equilibrium",
    "not refuted": (
        "not refuted: searches from other starts came back to the same equilibrium, which is no "
        "proof that there is no other"
    ),
    SEVERAL: "several found: other starts led to other equilibria",
    UNSEARCHED: (
        "not looked for: nobody searched for other equilibria, or no start ended in one; "
        "nothing is known of them"
    ),
}
SINGULAR = 1e10


@dataclass(frozen=True)
class RegretRow:
    """What a party could gain by another plan, against what its precision allows."""

    party: str
    nominal: str
    worst: str
    bound: str
    within: str


@dataclass(frozen=True)
class Assurance:
    """Everything that the certificate section says."""

    sentences: tuple[str, ...]
    regrets: tuple[RegretRow, ...]
    branches: tuple[tuple[str, str], ...]
    uniqueness: tuple[tuple[str, str], ...]
    failures: tuple[tuple[str, str], ...]
    others: tuple[str, ...]


def assurance_of(findings: Findings) -> Assurance:
    """The certificate of the nominal solution and of all draws."""
    parts = [findings.nominal] if findings.draws is None else [findings.nominal, findings.draws]
    return Assurance(
        sentences=tuple(_sentences(findings, parts)),
        regrets=tuple(_regrets(findings)),
        branches=_explained(findings, "branch", BRANCHES),
        uniqueness=_explained(findings, "uniqueness", UNIQUENESS),
        failures=_failures(findings),
        others=tuple(_other(findings, one) for one in getattr(findings, "other_outcomes", ())),
    )


def _sentences(findings: Findings, parts: list[xr.Dataset]) -> list[str]:
    solved, tried = facts.counts(findings)
    told = [_nominal(findings)]
    if findings.draws is not None:
        told.append(
            f"{count_of(tried, 'combination')} of assumptions {'was' if tried == 1 else 'were'} "
            f"tried and {solved:,} solved."
        )
    worst = _worst(parts, "residual")
    if np.isfinite(worst):
        told.append(
            f"The largest error left in the equilibrium equations of any of them is "
            f"{scientific(worst)} of what a party has at stake."
        )
    told += _others(findings)
    return [sentence(one) for one in told if one]


def _other(findings: Findings, probability: Mapping[str, float]) -> str:
    """The ends in another equilibrium at the nominal values."""
    parts = [
        f"{facts.outcome_label(findings, name)} {percent(share)}"
        for name, share in probability.items()
        if name != "unresolved" or share > 0
    ]
    return sentence(listed(parts))


def _nominal(findings: Findings) -> str:
    status = str(findings.nominal["status"].values.reshape(-1)[0])
    if status == "solved":
        return "At the nominal values an equilibrium was found and checked."
    message = str(findings.nominal["message"].values.reshape(-1)[0])
    return f"At the nominal values no equilibrium was found ({status}): {message}"


def _worst(parts: list[xr.Dataset], variable: str) -> float:
    """The largest finite value over nominal and solved draws."""
    found = [
        np.asarray(part[variable].values, float)[part["status"].values.astype(str) == "solved"]
        for part in parts
        if variable in part
    ]
    flat = np.concatenate([one.reshape(-1) for one in found]) if found else np.zeros(0)
    flat = flat[np.isfinite(flat)]
    return float(flat.max()) if flat.size else float("nan")


def _others(findings: Findings) -> list[str]:
    told = []
    at_nominal = (
        int(findings.nominal["several"].values.reshape(-1)[0])
        if "several" in findings.nominal
        else 0
    )
    if at_nominal:
        met = count_of(at_nominal, "other equilibrium", "other equilibria")
        told.append(
            f"At the nominal values {met} of the same rules and numbers came up; the figures show "
            "the one named here."
        )
    if findings.draws is not None and "several" in findings.draws:
        told += searches_sentences(findings.searches)
    if findings.draws is not None and "condition" in findings.draws:
        close = np.asarray(findings.draws["condition"].values, float)[facts.solved(findings)]
        near = int((close > SINGULAR).sum())
        if near:
            told.append(
                f"In {count_of(near, 'combination')} the equations are nearly singular, so that a "
                "small change of an assumption may move the result much."
            )
    return told


def _regrets(findings: Findings) -> list[RegretRow]:
    if "regret" not in findings.nominal or "regret_bound" not in findings.nominal:
        return []
    rows = []
    for name in facts.names_along(findings.nominal, "party"):
        regret = facts.spread_of(findings, "regret", party=name)
        bound = facts.spread_of(findings, "regret_bound", party=name)
        all_regret = np.append(regret.values if regret.values is not None else [], regret.nominal)
        all_bound = np.append(bound.values if bound.values is not None else [], bound.nominal)
        inside = all_regret <= all_bound * (1 + 1e-9) + 1e-9
        worst = np.nanmax(all_regret) if np.isfinite(all_regret).any() else np.nan
        beyond = int((~inside).sum())
        rows.append(
            RegretRow(
                facts.party_label(findings, name),
                figure_of(regret.nominal),
                figure_of(worst),
                figure_of(bound.nominal),
                f"beyond its bound in {beyond:,}" if beyond else "within its bound in all",
            )
        )
    return rows


def _explained(
    findings: Findings, variable: str, meanings: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """(meaning, how many) for every tag that occurs, nominal and draws apart."""
    if variable not in findings.nominal:
        return ()
    nominal = _stem(str(findings.nominal[variable].values.reshape(-1)[0]), meanings)
    tags: Counter[str] = Counter()
    if findings.draws is not None and variable in findings.draws:
        said = findings.draws[variable].values.astype(str)[facts.solved(findings)]
        tags.update(_stem(tag, meanings) for tag in said.tolist())
    rows = []
    for tag in dict.fromkeys([nominal, *sorted(tags)]):
        where = ["the nominal values"] if tag == nominal else []
        if tags[tag]:
            where.append(count_of(tags[tag], "combination"))
        rows.append((meanings.get(tag, tag), " and ".join(where)))
    return tuple(rows)


def _stem(tag: str, meanings: Mapping[str, str]) -> str:
    """'not refuted by 2 starts' as 'not refuted': how many starts differs from draw to draw."""
    return next((start for start in meanings if tag.startswith(start)), tag)


def _failures(findings: Findings) -> tuple[tuple[str, str], ...]:
    if findings.draws is None or "message" not in findings.draws:
        return ()
    lost = ~facts.solved(findings)
    pairs = zip(
        findings.draws["status"].values.astype(str)[lost],
        findings.draws["message"].values.astype(str)[lost],
        strict=True,
    )
    counted = Counter((status, message) for status, message in pairs)
    return tuple(
        (
            f"{count_of(number, 'combination')} ({percent(number / len(lost))})",
            sentence(message or status),
        )
        for (status, message), number in counted.most_common(12)
    )


def _content(findings: Findings) -> Content:
    return {"assurance": assurance_of(findings), "entropy": findings.scenario.values == "entropy"}


SECTION = Section("How exact the arithmetic is", 180, _content, folded=True)

"""Sliders in the report, without a server: solved points, and between them only what is trusted."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.palette import KINDS
from offramp.presentation.text.numbers import figure_of, listed, percent
from offramp.scenario import understand
from offramp.study.solving.labels import assumption_words

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings
    from offramp.study.runs.knots import Knots


def knots_of(findings: Findings) -> Knots | None:
    """The solved points, where they were asked for."""
    return findings.knots


def knots_json(findings: Findings, knots: Knots) -> dict[str, Any]:
    """What the sliders need: the points as 64-bit floats (little-endian, base64), and words."""
    units = {one.name: one.unit or "" for one in understand(findings.scenario).assumptions}
    colours = facts.colours_of(findings)
    raw = np.ascontiguousarray(knots.probability, "<f8").tobytes()
    return {
        "assumptions": [
            {
                "name": name,
                "label": assumption_words(findings.scenario, name),
                "unit": units.get(name, ""),
                "knots": values.tolist(),
                "nominal": place,
            }
            for name, values, place in zip(knots.names, knots.values, knots.nominal, strict=True)
        ],
        "ends": [
            {
                "label": facts.outcome_label(findings, name),
                "colour": colours.get(name, KINDS["unresolved"]),
            }
            for name in knots.outcomes
        ],
        "between": knots.between,
        "points": base64.b64encode(raw).decode("ascii"),
    }


def knots_sentences(findings: Findings, knots: Knots) -> tuple[str, ...]:
    """What the sliders move, how many points were solved, and what stands between them."""
    names = [assumption_words(findings.scenario, name) for name in knots.names]
    count = int(np.prod(knots.probability.shape[:-1]))
    told = [
        f"The sliders move {listed(names)}, which alone move the ends most; all other assumptions "
        f"stay at their nominal values. {count:,} points are solved and stand in this page."
    ]
    if knots.between:
        told.append(
            "Between solved points the figures are interpolated; on 200 points held out they "
            f"were off by at most {figure_of(100 * knots.error, 2)} percentage points."
        )
    else:
        told.append(
            "The sliders go from solved point to solved point: between them interpolation was "
            "off by more than 2 percentage points on points held out, so that none is shown."
        )
    return tuple(told)


def _content(findings: Findings) -> Content:
    knots = findings.knots
    if knots is None:
        return {"sentences": (), "json": "", "assumptions": (), "ends": ()}
    nominal = knots.probability[knots.nominal]
    told = knots_json(findings, knots)
    plain = json.dumps(told, ensure_ascii=False, allow_nan=False)
    for mark in "<>&":
        plain = plain.replace(mark, f"\\u{ord(mark):04x}")
    return {
        "sentences": knots_sentences(findings, knots),
        "json": Markup(plain),
        "assumptions": told["assumptions"],
        "ends": [
            {**end, "share": float(share) if np.isfinite(share) else 0.0, "told": percent(share)}
            for end, share in zip(told["ends"], nominal.tolist(), strict=True)
        ],
    }


SECTION = Section("Move an assumption", 35, _content, knots_of)

"""Two runs beside each other: what was asked, what differs in the text, what came of it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from offramp.presentation.text.numbers import figure_of, percent, points
from offramp.web.runs.jobs import Job

MOST_LINES = 400
"""Lines of a difference that are shown."""


def compared(first: Job, second: Job) -> dict[str, Any]:
    """Requests, ends, payoffs and claims of two finished runs, and the difference of their texts.

    Raises Missing where one has no results.
    """
    one, two = first.summary(), second.summary()
    both = first.text.splitlines(), second.text.splitlines()
    lines = list(difflib.unified_diff(both[0], both[1], lineterm="", n=2))[2:]
    return {
        "runs": [_about(first, one), _about(second, two)],
        "same_text": not lines,
        "difference": lines[:MOST_LINES],
        "left_out": max(0, len(lines) - MOST_LINES),
        "requests": list(_requests(first.request, second.request)),
        "ends": list(_rows(one["outcomes"], two["outcomes"], percent, points)),
        "payoffs": list(_rows(one["payoff"], two["payoff"], figure_of, _change)),
        "claims": list(_claims(one.get("claims", {}), two.get("claims", {}))),
    }


def _about(job: Job, summary: Mapping[str, Any]) -> dict[str, Any]:
    told = job.request
    return {
        "name": job.name,
        "title": told["title"],
        "file": told["file"],
        "asked": told["asked"],
        "command": told["command"],
        "premises": summary["premises"],
        "certificate": summary["certificate"]["sentence"],
    }


def _requests(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What was asked for differently."""
    for name in ("file", "scenario_hash"):
        if one[name] != two[name]:
            yield {"what": name.replace("_", " "), "first": one[name], "second": two[name]}
    mine, other = one["options"], two["options"]
    for name in ("draws", "seed", "account", "precision_scale"):
        if mine[name] != other[name]:
            told = [str(each[name]) or "as written" for each in (mine, other)]
            yield {"what": name.replace("_", " "), "first": told[0], "second": told[1]}
    for name in dict.fromkeys((*mine["settings"], *other["settings"])):
        told = [str(each["settings"].get(name, "not moved")) for each in (mine, other)]
        if told[0] != told[1]:
            yield {"what": name, "first": told[0], "second": told[1]}


def _rows(one: Mapping[str, Any], two: Mapping[str, Any], say: Any, change: Any) -> Iterator[Any]:
    """A row for everything that either has: nominal values, their change, spreads over draws."""
    for name in dict.fromkeys((*one, *two)):
        mine, other = one.get(name), two.get(name)
        before, after = _nominal(mine), _nominal(other)
        moved = None if before is None or after is None else after - before
        yield {
            "name": name,
            "first": "–" if before is None else say(before),
            "second": "–" if after is None else say(after),
            "change": "–" if moved is None else change(moved),
            "first_spread": _spread(mine, say),
            "second_spread": _spread(other, say),
        }


def _nominal(told: Any) -> float | None:
    return told["nominal"] if isinstance(told, Mapping) else told


def _spread(told: Any, say: Any) -> str:
    if not isinstance(told, Mapping) or told["q05"] is None:
        return ""
    return f"{say(told['q05'])} to {say(told['q95'])}"


def _change(value: float) -> str:
    return f"{'+' if value > 0 else ''}{figure_of(value, 3)}"


def _claims(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name in dict.fromkeys((*one, *two)):
        told = [each.get(name) for each in (one, two)]
        says = next(each["says"] for each in told if each is not None)
        words = ["–" if each is None else _verdict(each) for each in told]
        yield {"name": name, "says": says, "first": words[0], "second": words[1]}


def _verdict(told: Mapping[str, Any]) -> str:
    share = "" if told["share"] is None else f", in {percent(told['share'])} of the combinations"
    return f"{told['class']}{share}"

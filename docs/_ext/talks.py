"""The directives ``talks`` and ``hidden-talks``: tables of pages, from figures that a run wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table_of

SAVED = Path(__file__).resolve().parents[1] / "explanation" / "talks.json"
HIDDEN = SAVED.with_name("talks-hidden.json")
CALLED = {
    "as_broadcast": "the broadcast",
    "kyiv_as_reported": "Kyiv as reported",
    "washington_as_reported": "Washington as reported",
    "": "the analyst's middle",
}
KINDS = ("agreement", "ceasefire", "stalemate", "capitulation", "war", "catastrophe")
DRAFTS = {"not_prepared": "none", "prepared": "a draft"}
SIGNS = {one: one for one in ("holds", "does not hold", "open", "says nothing")}
SMALL = 0.01
"""A change below this is negligible."""

Rows = Iterator[Sequence[str]]


def _ends(told: dict[str, Any], date: str) -> tuple[Sequence[str], Rows]:
    head = ("premises", "mediator's own draft", "precision", *KINDS)
    return head, (
        (
            CALLED[one["account"]],
            DRAFTS[one["draft"]],
            f"×{one['scale']:g}",
            *(f"{one['kinds'][kind]:.2f}" if one["kinds"] else "not solved" for kind in KINDS),
        )
        for one in told["ends"]
        if one["date"] == date
    )


def _effects(told: dict[str, Any]) -> tuple[Sequence[str], Rows]:
    names = {one["name"]: one["label"] for one in told["effects"]}
    rows = {(one["account"], one["name"]): one["change"] for one in told["effects"]}
    return ("mechanism", *CALLED.values()), (
        (label, *(_changes(rows[account, name]) for account in CALLED))
        for name, label in names.items()
    )


def _changes(change: dict[str, float]) -> str:
    said = [
        f"{kind} {100 * by:+.0f}".replace("-", "−")
        for kind, by in change.items()
        if abs(by) >= SMALL
    ]
    if not any(change.values()):
        return "off"
    return ", ".join(said) or "negligible"


def _verdicts(told: dict[str, Any], draft: str) -> tuple[Sequence[str], Rows]:
    rows = {
        (one["account"], one["scale"]): one["states"]
        for one in told["verdicts"]
        if one["draft"] == draft
    }
    claims = list(next(iter(rows.values())))
    scales = " ".join(f"×{scale:g}" for scale in told["scales"])
    return ("claim", *CALLED.values()), (
        (
            claim,
            *(
                _states([rows[account, scale][claim] for scale in told["scales"]], scales)
                for account in CALLED
            ),
        )
        for claim in claims
    )


def _classes(told: dict[str, Any]) -> tuple[Sequence[str], Rows]:
    rows = {(one["account"], one["name"]): one for one in told["classes"]}
    claims = dict.fromkeys(one["name"] for one in told["classes"])
    return ("claim", *CALLED.values()), (
        (claim, *(_class(rows[account, claim]) for account in CALLED)) for claim in claims
    )


def _class(one: dict[str, Any]) -> str:
    return one["class"] if one["share"] is None else f"{one['class']}, {100 * one['share']:.0f} %"


def _states(states: Sequence[str], scales: str) -> str:
    if len(set(states)) == 1:
        return f"{SIGNS[states[0]]} at all"
    named = zip(scales.split(), states, strict=True)
    holds = [scale for scale, state in named if state == "holds"]
    return f"holds at {', '.join(holds)}" if holds else "does not"


def _flips(told: dict[str, Any]) -> tuple[Sequence[str], Rows]:
    return ("premises", "assumption", "at", "likeliest end", "instead of"), (
        (CALLED[one["account"]], one["name"], f"{one['value']:g}", one["to"], one["from"])
        for one in told["flips"]
    )


def _chain(told: dict[str, Any]) -> tuple[Sequence[str], Rows]:
    head = ("made", "promoted", "held_over", "countered", "forgotten", "accepted")
    named = ("offer made", "promoted", "held over", "countered", "forgotten", "accepted")
    return ("premises", *named), (
        (CALLED[one["account"]], *(f"{one[name]:.2f}" for name in head)) for one in told["chain"]
    )


class Talks(SphinxDirective):
    """One table by its name, with what it is narrowed to."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table."""
        self.env.note_dependency(str(SAVED))
        told = json.loads(SAVED.read_text(encoding="utf-8"))
        tables = {
            "ends": _ends,
            "effects": _effects,
            "verdicts": _verdicts,
            "classes": _classes,
            "flips": _flips,
            "chain": _chain,
        }
        return [table_of(*tables[self.arguments[0]](told, *self.arguments[1:]))]


class HiddenTalks(SphinxDirective):
    """One table of the page on the talks with hidden information, by its name."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table as the run wrote it."""
        self.env.note_dependency(str(HIDDEN))
        told = json.loads(HIDDEN.read_text(encoding="utf-8"))[self.arguments[0]]
        return [table_of(told["head"], told["rows"])]


def setup(app: Sphinx) -> dict[str, Any]:
    """Give Sphinx the directives."""
    app.add_directive("talks", Talks)
    app.add_directive("hidden-talks", HiddenTalks)
    return {"parallel_read_safe": True}

"""What `run` prints of accounts, claims and off-ramps: short tables, own premises first."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from offramp.apps.telling import MIDDLE, outcome_rows, paragraph, share_cell, table_of
from offramp.presentation.text.speaking import numbers_words

MOST_ACCOUNTS = 6
"""Accounts with a column of their own."""


def run_words(told: Mapping[str, Any]) -> list[str]:
    """Accounts, claims and off-ramps of a run in a few lines; none where none are declared."""
    lines: list[str] = []
    if told.get("accounts"):
        lines += _outcomes_on_accounts(told)
    if told.get("claims"):
        lines += _claims_on_accounts(told)
    lines += [
        part for one in told.get("comparisons", ()) for part in ("", paragraph(one["sentence"]))
    ]
    about = told.get("offramps_about")
    if about is not None:
        lines += ["", paragraph(about["sentence"])]
        lines += [paragraph(text) for text in about.get("elsewhere", ())]
    return lines


def _outcomes_on_accounts(told: Mapping[str, Any]) -> list[str]:
    """Probabilities of the ends at nominal values: every account, then the analyst's middle."""
    own = {
        name: one["nominal"] if isinstance(one, Mapping) else one
        for name, one in told["outcomes"].items()
    }
    accounts = list(told["accounts"])[:MOST_ACCOUNTS]
    columns = [*(told["accounts"][name]["outcomes"] for name in accounts), own]
    happens = {name for name in own if any(column.get(name) for column in columns)}
    columns = [{name: column.get(name) for name in own if name in happens} for column in columns]
    rows = outcome_rows(columns)
    heads = ("outcome, nominal", *accounts, MIDDLE)
    return [
        "",
        "  No account is the base; each at its own nominal values:",
        *table_of(heads, rows),
        *_left_out(len(told["accounts"])),
    ]


def _left_out(accounts: int) -> list[str]:
    """A line that says how many accounts a table leaves out; none where it has them all."""
    more = accounts - MOST_ACCOUNTS
    return [f"  and {more:,} other accounts, in the report and with --json"] if more > 0 else []


def _claims_on_accounts(told: Mapping[str, Any]) -> list[str]:
    """Every speaker's claims: on own premises with both numbers, then on the others'."""
    lines = [part for one in told["claims_by_speaker"] for part in ("", paragraph(one))]
    lines += ["", "  Claims by class, and the share of the combinations tried in which each holds:"]
    speakers = dict.fromkeys(one["speaker"] for one in told["claims"].values())
    for speaker in speakers:
        own = {name: one for name, one in told["claims"].items() if one["speaker"] == speaker}
        lines += ["", f"  Claims of {speaker}:", *_claims_of(own)]
    accounts = {name for one in told["claims"].values() for name in one["accounts"]}
    return [*lines, *_left_out(len(accounts)), *_harms(told["claims"])]


def _claims_of(claims: Mapping[str, Any]) -> list[str]:
    """The table of one speaker's claims, the speaker's own accounts in the first columns."""
    first = next(iter(claims.values()))["accounts"]
    names = sorted(first, key=lambda name: not first[name]["own_premises"])[:MOST_ACCOUNTS]
    plain = any(not one["account"] for one in claims.values())
    base = names[0] if names else ""
    heads = (
        "claim",
        *(f"{name} (own)" if first[name]["own_premises"] else name for name in names),
        *([MIDDLE] if plain else []),
        f"left, right, margin{f' ({base})' if base else ''}",
        "says",
    )
    rows = [
        (
            name,
            *(_verdict_word(one["accounts"].get(account)) for account in names),
            *([_verdict_word(one)] if plain else []),
            numbers_words((one["accounts"].get(base) or one)["compared"]),
            textwrap.shorten(one["says"], 44, placeholder=" …") + _manner(one["manner"]),
        )
        for name, one in claims.items()
    ]
    return table_of(heads, rows)


def _manner(manner: str) -> str:
    """How the moves that a claim commits come, behind what it says."""
    return f" ({manner})" if manner else ""


def _harms(claims: Mapping[str, Any]) -> list[str]:
    """The sentence of every claim that commits an act of force, with what that act does."""
    shown = [
        next(iter(one["accounts"].values()), one) for one in claims.values() if one.get("force")
    ]
    return [part for one in shown for part in ("", paragraph(one["sentence"]))]


def _verdict_word(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "–"
    told = one["class"] if one["share"] is None else f"{one['class']}, {share_cell(one['share'])}"
    return f"{told} (force)" if one["force"] else told

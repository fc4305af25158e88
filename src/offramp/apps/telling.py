"""What the commands print for people: short tables, and the sentences under them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from offramp.presentation.text.numbers import GAP, figure_of, percent, tied

WIDTH = 96
TINY = 1e-12
"""Amounts below this are rounding."""
MOST_ENDS = 8
"""Outcomes in a table; of more, the rest is told together."""
MOST_ACCOUNTS = 6
"""Accounts with a column of their own."""
FEW = 12
"""Most rows of a table of assumptions."""
MIDDLE = "middle (no account)"
NOMINALLY = {True: "holds", False: "does not", None: "–"}


def folded(shares: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """Names of outcomes, the likeliest first, and of many those that are told together."""
    names = sorted(shares, key=lambda name: -shares[name])
    return (names, []) if len(names) <= MOST_ENDS + 2 else (names[:MOST_ENDS], names[MOST_ENDS:])


def others_word(rest: Sequence[str]) -> str:
    """How outcomes that are told together are called."""
    return f"{len(rest):,} other outcomes"


def table_of(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table, every column as wide as its widest entry."""
    every = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in every) for i in range(len(heads))]
    return [
        (
            "  " + "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        ).rstrip()
        for row in every
    ]


def paragraph(text: str) -> str:
    """A sentence or more, in lines that a terminal holds."""
    lines = textwrap.fill(
        tied(text),
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace(GAP, " ")


def share_cell(value: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return "–" if value is None else percent(value)


def number_cell(value: float | None) -> str:
    """A number with three digits; a dash where there is none."""
    if value is None or value != value:
        return "–"
    return figure_of(0.0 if abs(value) < TINY else value)


def value_cell(value: float | str | None) -> str:
    """An option of a switch, or a number."""
    return value if isinstance(value, str) else number_cell(value)


def claims_words(title: str, verdicts: Sequence[Any]) -> str:
    """Verdicts as a table, account by account, and a sentence for each."""
    from offramp.presentation.text.claims import verdict_remarks, verdict_sentence
    from offramp.presentation.text.searches import of_claims

    lines = [title]
    for account in sorted(
        dict.fromkeys(one.account for one in verdicts), key=lambda name: not name
    ):
        own = [one for one in verdicts if one.account == account]
        lines += ["", f"On the premises of {own[0].premises}:"]
        lines += table_of(
            (
                "claim",
                "class",
                "central",
                "share",
                "interval",
                "other weighting",
                "open",
                "vacuous",
                "restates",
                "moves",
            ),
            (_verdict_row(one) for one in own),
        )
        if said := of_claims([one.searches for one in own if one.declared.tried]):
            lines.append(paragraph(said))
    accounts = [one.account for one in verdicts if one.account] or [""]
    for one in verdicts:
        if one.account == accounts[0] or one.force:
            lines += ["", paragraph(f"{one.name}: {verdict_sentence(one)}")]
            if one.put_in:
                lines += [
                    paragraph(text)
                    for text in verdict_remarks(one)
                    if text.startswith(("It restates", "Put in"))
                ]
    return "\n".join(lines)


def _verdict_row(one: Any) -> tuple[str, ...]:
    from offramp.presentation.text.searches import open_cell

    said = NOMINALLY[one.nominal] if one.nominal is not None else one.state
    low_high = "–"
    if one.interval is not None:
        low_high = f"{share_cell(one.interval[0])} – {share_cell(one.interval[1])}"
    return (
        one.name,
        one.kind,
        said,
        share_cell(one.share),
        low_high,
        share_cell(one.share_other),
        open_cell(one.open, one.searches, "–"),
        str(one.vacuous),
        one.restates or "–",
        one.manner or "–",
    )


def compared_words(title: str, found: Sequence[Any]) -> str:
    """Outcomes and verdicts of two accounts side by side, and what explains the difference."""
    from offramp.presentation.text.comparison import comparison_sentence

    first = found[0]
    names = [name or MIDDLE for name in first.accounts]
    lines = [title, "", "Probabilities at nominal values:"]
    columns = [
        {one.outcome: one.nominal[place] for one in first.outcomes} for place in range(len(names))
    ]
    lines += table_of(("outcome", *names), _outcome_rows(columns))
    claims: dict[str, dict[str, Any]] = {}
    for verdict in first.verdicts:
        claims.setdefault(verdict.name, {})[verdict.account] = verdict
    if claims:
        lines += [
            "",
            "Claims by class, and the share of the combinations tried in which each holds:",
        ]
        lines += table_of(
            ("claim", *names),
            (
                (name, *(_both(own.get(account)) for account in first.accounts))
                for name, own in claims.items()
            ),
        )
    for one in found:
        lines += ["", f"What explains the difference in {one.quantity}:"]
        lines += table_of(
            ("assumptions", "nominal", "mean of draws"),
            (
                (piece.label, number_cell(piece.nominal), number_cell(piece.mean))
                for piece in one.contributions[:FEW]
            ),
        )
        lines += ["", paragraph(comparison_sentence(one))]
    return "\n".join(lines)


def _both(verdict: Any) -> str:
    if verdict is None:
        return "–"
    told = verdict.kind if verdict.share is None else f"{verdict.kind}, {share_cell(verdict.share)}"
    return f"{told} (force)" if verdict.force else told


def sensitivity_words(title: str, found: Sequence[Any]) -> str:
    """Shares of the variance and slopes, each as a short table, and the sentences."""
    from offramp.presentation.text.sensitivity import sensitivity_sentences

    lines = [title]
    for one in found:
        lines += ["", f"{one.quantity} = {number_cell(one.nominal)} at nominal values"]
        shares = [row for row in one.table if row["what"] == "share"]
        if shares:
            lines += table_of(
                ("varied", "alone", "with others"),
                (
                    (r["name"], share_cell(_held(r["first"])), share_cell(_held(r["total"])))
                    for r in shares[:FEW]
                ),
            )
        slopes = [row for row in one.table if row["what"] == "slope"][:FEW]
        lines += [""] if shares else []
        lines += table_of(
            ("assumption", "nominal", "slope", "change over half its range"),
            (
                (r["name"], *(number_cell(r[key]) for key in ("nominal", "slope", "change")))
                for r in slopes
            ),
        )
        lines += ["", paragraph(" ".join(sensitivity_sentences(one)))]
    return "\n".join(lines)


def _held(value: float) -> float | None:
    return None if value != value else min(max(value, 0.0), 1.0)


def offramps_words(title: str, found: Any) -> str:
    """Every change found with its effort and effect, and the sentences."""
    from offramp.presentation.text.offramps import (
        offramp_sentences,
        offramps_remarks,
        offramps_sentence,
    )

    lines = [title, "", paragraph(offramps_sentence(found))]
    if found.found:
        lines += [""]
        lines += table_of(
            ("", "change", "from", "to", "effort", "held by", "before", "after", "works in"),
            (_ramp_row(row) for row in found.table),
        )
    told = [*found.found] or ([found.nearest] if found.nearest else [])
    for number, ramp in enumerate(told, 1):
        lines += ["", paragraph(f"{number}: {' '.join(offramp_sentences(ramp))}")]
    return "\n".join([*lines, "", *(paragraph(text) for text in offramps_remarks(found))])


def _ramp_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(row["offramp"]),
        row["first_step"] or row["lever"],
        value_cell(row["from"]),
        value_cell(row["to"]),
        number_cell(row["effort"]),
        row["held_by"],
        share_cell(row["probability_before"]),
        share_cell(row["probability_after"]),
        share_cell(row["works"]),
    )


def histories_words(title: str, found: Any) -> str:
    """Every history as a line for each round."""
    from offramp.presentation.text.histories import histories_sentence, turning_sentence

    lines = [title, "", paragraph(histories_sentence(found))]
    for number, one in enumerate(found.histories, 1):
        lines += ["", f"{number}: {100 * one.probability:.3g} %, ends in {one.outcome}"]
        rounds: dict[int, list[str]] = {}
        for moment in one.moments:
            rounds.setdefault(moment.round, []).append(moment.sentence)
        lines += [paragraph(f"{count}: {'; '.join(moves)}") for count, moves in rounds.items()]
    if found.turning:
        lines += ["", *(paragraph(turning_sentence(one)) for one in found.turning)]
    if not found.complete:
        lines += [
            "",
            paragraph("The search was stopped at its bound; likelier ones may be missing."),
        ]
    return "\n".join(lines)


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
    rows = _outcome_rows(columns)
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


def _outcome_rows(columns: Sequence[Mapping[str, float | None]]) -> list[tuple[str, ...]]:
    """A row for each outcome of several columns, the likeliest in any first; of many, few."""
    highest = {name: max(column.get(name) or 0.0 for column in columns) for name in columns[0]}
    shown, rest = folded(highest)
    rows = [(name, *(share_cell(column.get(name)) for column in columns)) for name in shown]
    if rest:
        sums = (sum(column.get(name) or 0.0 for name in rest) for column in columns)
        rows.append((others_word(rest), *map(share_cell, sums)))
    return rows


def _claims_on_accounts(told: Mapping[str, Any]) -> list[str]:
    """Verdicts at nominal values and shares of the combinations, account by account."""
    every = list(
        dict.fromkeys(
            account for one in told["claims"].values() for account in one.get("accounts", {})
        )
    )
    names = every[:MOST_ACCOUNTS]
    plain = any(not one.get("account") for one in told["claims"].values())
    heads = ("claim", *names, *([MIDDLE] if plain else []), "says")
    rows = [
        (
            name,
            *(_verdict_word(one["accounts"].get(account)) for account in names),
            *([_verdict_word(one)] if plain else []),
            textwrap.shorten(one["says"], 44, placeholder=" …") + _manner(one["manner"]),
        )
        for name, one in told["claims"].items()
    ]
    return [
        "",
        "  Claims by class, and the share of the combinations tried in which each holds:",
        *table_of(heads, rows),
        *_left_out(len(every)),
        *_harms(told["claims"]),
    ]


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

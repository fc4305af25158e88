"""What the commands print for people: short tables, and the sentences under them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from offramp.presentation.text.numbers import GAP, figure_of, listed, percent, tied

WIDTH = 96
TINY = 1e-12
"""Amounts below this are rounding."""
MOST_ENDS = 8
"""Outcomes in a table; of more, the rest is told together."""
FEW = 12
"""Most rows of a table of assumptions."""
MIDDLE = "middle (no account)"


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


def compared_words(title: str, found: Sequence[Any]) -> str:
    """Outcomes and verdicts of two accounts side by side, and what explains the difference."""
    from offramp.presentation.text.comparison import comparison_sentence

    first = found[0]
    names = [name or MIDDLE for name in first.accounts]
    lines = [title, "", "Probabilities at nominal values:"]
    columns = [
        {one.outcome: one.nominal[place] for one in first.outcomes} for place in range(len(names))
    ]
    lines += table_of(("outcome", *names), outcome_rows(columns))
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
    if found.curves:
        lines += ["", "Each lever alone, at nominal values, on the way to its limit:"]
        lines += table_of(*_curve_table(found.curves))
    for group in found.groups:
        first = group[0]
        told = " ".join(offramp_sentences(found.found[first]))
        more = listed([str(place + 1) for place in group[1:]])
        mixes = f" Other mixes of the same levers: {more}." if more else ""
        lines += ["", paragraph(f"{first + 1}: {told}{mixes}")]
    if not found.found and found.nearest:
        lines += ["", paragraph(f"1: {' '.join(offramp_sentences(found.nearest))}")]
    return "\n".join([*lines, "", *(paragraph(text) for text in offramps_remarks(found))])


def _curve_table(curves: Sequence[Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Each lever at its start, a quarter, a half, three quarters of its way, and its limit."""
    heads = ("lever", "from", "to", "start", "1/4", "1/2", "3/4", "limit", "war there")
    rows: list[tuple[str, ...]] = []
    for one in curves:
        last = len(one.values) - 1
        places = [round(last * part) for part in (0, 0.25, 0.5, 0.75, 1)]
        shares = [share_cell(_known(one.probability[i])) for i in places]
        if last < 4:
            shares = [shares[0], "", "", "", shares[-1]]
        ends = [value_cell(one.option(i) or float(one.values[i])) for i in (0, last)]
        rows.append((one.label, *ends, *shares, share_cell(_known(one.danger[last]))))
    return heads, rows


def _known(value: float) -> float | None:
    return None if value != value else float(value)


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


def outcome_rows(columns: Sequence[Mapping[str, float | None]]) -> list[tuple[str, ...]]:
    """A row for each outcome of several columns, the likeliest in any first; of many, few."""
    highest = {name: max(column.get(name) or 0.0 for column in columns) for name in columns[0]}
    shown, rest = folded(highest)
    rows = [(name, *(share_cell(column.get(name)) for column in columns)) for name in shown]
    if rest:
        sums = (sum(column.get(name) or 0.0 for name in rest) for column in columns)
        rows.append((others_word(rest), *map(share_cell, sums)))
    return rows

"""Rows in words: the cells of the table as they are read on screen, in Markdown and on a page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from benchmarks.table import Certificate, Row, Table

HEADINGS = ("work", "Offramp", "beside it", "ratio", "to reach", "reached", "certificate")
BUSY = 0.5
"""Load before a run above which times of the wall clock say little."""
SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def cells(row: Row, cores: int | None = None) -> tuple[str, ...]:
    """The cells of a row in the order of ``HEADINGS``; ``cores`` tells what the wall clock saw."""
    return (
        row.work,
        own_words(row, cores),
        peer_words(row),
        ratio_words(row),
        aim_words(row),
        {True: "yes", False: "no", None: "–"}[row.met],
        "–" if row.certificate is None else certificate_words(row.certificate),
    )


def own_words(row: Row, cores: int | None = None) -> str:
    """Our figure, or why there is none."""
    if row.own is None:
        return f"none: {row.note}"
    told = figure(row.own, row.unit)
    if row.clock != "wall":
        return told
    return f"{told} (wall{'' if cores is None else f', {cores} cores'})"


def peer_words(row: Row) -> str:
    """The peer's name and figure, or why there is none."""
    peer = row.peer
    if peer is None:
        return "–"
    if peer.figure is None:
        return peer.missing if peer.name == "none" else f"{peer.name}: {peer.missing}"
    more = "over " if peer.beyond else ""
    note = f"; {peer.note}" if peer.note else ""
    return f"{peer.name}: {more}{figure(peer.figure, row.unit)}{note}"


def ratio_words(row: Row) -> str:
    """How many times our figure the peer's is."""
    if row.ratio is None:
        return "–"
    assert row.peer is not None
    digits = f"{row.ratio:,.0f}" if row.ratio >= 10 else f"{row.ratio:.2g}"
    return f"{'over ' if row.peer.beyond else ''}{digits}×"


def aim_words(row: Row) -> str:
    """What is to be reached."""
    if row.aim is None:
        return "–"
    stretch = " (stretch)" if row.aim.stretch else ""
    if row.aim.of == "ratio":
        return f"≥ {row.aim.bound:,.0f}×{stretch}"
    return f"≤ {figure(row.aim.bound, row.unit)}{stretch}"


def certificate_words(found: Certificate) -> str:
    """Draws solved, residual, regret beside its bound, and the gap to the peer."""
    parts = [f"{found.solved:,} of {found.draws:,} solved", f"residual {found.residual:.0e}"]
    if found.regret is not None and found.bound is not None:
        parts.append(f"regret {found.regret:.2g} (bound {found.bound:.2g})")
    if found.difference is not None:
        parts.append(f"equal to {found.difference:.0e}")
    return ", ".join(parts)


def figure(value: float, unit: str) -> str:
    """A number with its unit; seconds in the largest unit that leaves a digit before the point."""
    if unit == "exponent":
        return f"{value:.2f}"
    if unit != "s":
        return f"{_digits(value)} {unit}"
    for scale, name in SCALES:
        if value >= 0.9995 * scale or scale == SCALES[-1][0]:
            return f"{_digits(value / scale)} {name}"
    raise AssertionError("the last unit takes everything")


def facts_words(facts: Mapping[str, float | str]) -> str:
    """Everything else that was measured, on one line."""
    return "; ".join(f"{name} {_fact(value)}" for name, value in facts.items())


def _fact(value: float | str | None) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, str):
        return value
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return _digits(value)


def _digits(value: float) -> str:
    """Three digits, grouped by thousands."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-3 else f"{value:.1e}"


def machine_words(table: Table) -> str:
    """When, on what and with which versions the figures were taken, in a sentence or two."""
    machine = table.machine
    versions = ", ".join(f"{name} {number}" for name, number in table.versions.items())
    memory, load = machine.get("memory_GiB"), machine.get("load_before")
    busy = "It was busy: times of the wall clock are too long. " if load and load > BUSY else ""
    return (
        f"Taken on {table.taken} in one run of {table.seconds / 60:.0f} minutes on "
        f"{machine.get('cores')} cores of a machine with {machine.get('processor')}, "
        f"{'unknown' if memory is None else f'{memory:g} GiB of'} memory, {machine.get('system')}, "
        f"whose load before the run was {machine.get('load_before')}. {busy}Versions: {versions}."
    )


def markdown(table: Table) -> Iterator[str]:
    """The table as lines of Markdown."""
    yield machine_words(table)
    for group in table.groups:
        rows = table.rows_of(group.name)
        if not rows:
            continue
        yield from ("", f"## {group.title}", "", group.about, "")
        yield f"| {' | '.join(HEADINGS)} |"
        yield f"|{' --- |' * len(HEADINGS)}"
        for row in rows:
            told = cells(row, table.machine.get("cores"))
            yield f"| {' | '.join(cell.replace('|', '/') for cell in told)} |"

"""The figures on the wall: what a figure is, and the folder scan that finds every one.

A new figure is one new file in `figures/` that names a ``FIGURE``, or an entry point of the
group ``offramp.figures`` in another package; nothing else has to be edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.core.errors import OfframpError
from offramp.core.registry import FIGURES, plugins

if TYPE_CHECKING:
    from offramp.presentation.plots import Plotted
    from offramp.study.runs.findings import Findings

ELSEWHERE = "further"
"""The section of figures that belong to no other."""


@dataclass(frozen=True)
class Fold:
    """Rows of a table from ``after`` on stand behind a fold with these words."""

    after: int
    words: str


@dataclass(frozen=True)
class Table:
    """The numbers of a figure as text, for readers without scripts and for reading aloud.

    ``numeric`` are the positions of the columns that are set to the right.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    note: str = ""
    fold: Fold | None = None


@dataclass(frozen=True)
class Key:
    """One entry of a legend.

    ``mark`` is dot, ring, bar, tick, strip, line, dash, band, box or hollow.
    """

    mark: str
    colour: str
    text: str


@dataclass(frozen=True)
class Panel:
    """One of several small drawings of a figure, with a heading and a note of its own."""

    title: str
    drawing: Plotted
    note: str = ""
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure of the report.

    ``caption`` tells a reader who knows no game theory how to read it; ``plot`` gives a `Plot`
    or a figure of plotly's own, several panels, or None where there is nothing to draw; ``table``
    gives the same numbers as text. ``section`` says where in the report it stands: ``outcomes``,
    ``payoffs``, ``time``, ``moves``, ``levels``, ``mechanisms``; any other place is `Further
    figures`.
    ``beside`` puts the table beside the drawing instead of behind a fold.
    """

    name: str
    title: str
    order: int
    caption: Callable[[Findings], str]
    plot: Callable[[Findings], Plotted | Sequence[Panel] | None]
    table: Callable[[Findings], Table | None]
    section: str = ""
    keys: Callable[[Findings], Sequence[Key]] | None = None
    beside: bool = False


def own_figure(number: int, given: Figure | tuple[str, Plotted]) -> Figure:
    """A figure of somebody's own for one report; a pair is a title and a drawing.

    Raises OfframpError for what is neither.
    """
    if isinstance(given, Figure):
        return given
    fits = isinstance(given, tuple) and len(given) == 2 and hasattr(given[1], "to_plotly_json")
    if not fits:
        raise OfframpError(
            f"no figure: {type(given).__name__}",
            expected="a Figure, or a pair of a title and a drawing of plotly",
            repair="say figures=[('Its title', drawing)]",
        )
    title, drawing = given
    return Figure(
        f"own_{number}",
        str(title),
        1000 + number,
        lambda findings: "",
        lambda findings: drawing,
        lambda findings: None,
    )


def find_figures() -> tuple[Figure, ...]:
    """Every figure of the folder and of installed packages, in their order.

    Raises OfframpError where two share a name or a file names no FIGURE.
    """
    found: dict[str, str] = {}
    figures = plugins(*FIGURES, "FIGURE", Figure)
    for origin, figure in figures.items():
        if figure.name in found:
            raise OfframpError(
                f"two figures are called '{figure.name}': {found[figure.name]} and {origin}",
                expected="every figure a name of its own",
                repair=f"rename the one in {origin}",
            )
        found[figure.name] = origin
    return tuple(sorted(figures.values(), key=lambda one: (one.order, one.name)))


def alternative(figure: Figure, findings: Findings) -> str:
    """What a screen reader says in place of the drawing: title, then the first rows of numbers."""
    table = figure.table(findings)
    if table is None or not table.rows:
        return figure.title
    rows = [
        f"{row[0]}: "
        + ", ".join(f"{column} {value}" for column, value in _paired(table, row) if value)
        for row in table.rows[:6]
    ]
    more = f"; and {len(table.rows) - 6} more rows" if len(table.rows) > 6 else ""
    return f"{figure.title}. {'; '.join(rows)}{more}. The table below holds all numbers."


def _paired(table: Table, row: Sequence[str]) -> Iterator[tuple[str, str]]:
    columns = (column[:1].lower() + column[1:] for column in table.columns[1:])
    return zip(columns, row[1:], strict=True)


def placed(figures: Sequence[Figure], sections: Sequence[str]) -> dict[str, list[Figure]]:
    """Figures by section; a section that the report lacks is ``ELSEWHERE``."""
    found: dict[str, list[Figure]] = {name: [] for name in (*sections, ELSEWHERE)}
    for figure in figures:
        found[figure.section if figure.section in sections else ELSEWHERE].append(figure)
    return found

"""``python -m benchmarks``: measure, show one table, and save it with one figure.

    python -m benchmarks [--only ROW …] [--quick] [--beside FOLDER] [--save FILE.json] [--list]
    python -m benchmarks --branch [TEXT …] [--quick]

Rows are chosen by their name or by their heading's. With ``--save`` the table is written as JSON
and the figure beside it as SVG; with ``--only`` as well, the rows measured replace those of the
same name in the file. With ``--branch`` draws are held against a slow and careful trace instead
(`branching`), those of the texts named as well. A full run compiles the solver anew, so that what
is timed is what is in the tree. ``--quick`` cuts sizes down to see that everything runs; such
figures are not published.
"""

# ruff: noqa: E402 - one thread has to be asked for before numpy is imported

from __future__ import annotations

import os

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import argparse
import contextlib
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Screen

from benchmarks.table import Row, Table, read_table, write_table
from benchmarks.words import HEADINGS, cells, machine_words, markdown


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; 2 where a row is not known."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=False)
    if asked.branch is not None:
        from benchmarks.branching import show_branches

        return show_branches(asked.branch, quick=asked.quick)
    with warnings.catch_warnings(), _kernels(fresh=not (asked.quick or asked.only)):
        warnings.simplefilter("ignore")
        from benchmarks.rows import chosen
        from benchmarks.timing import Effort

        try:
            groups = chosen(asked.only)
        except KeyError as unknown:
            known = ", ".join(name for rows in chosen([]).values() for name in rows)
            print(f"There is no row or heading {unknown}. Rows: {known}.", file=sys.stderr)
            return 2
        if asked.list:
            for group, rows in groups.items():
                print(f"{group}: {', '.join(rows)}")
            return 0
        effort = Effort(asked.quick, asked.beside)
        table = measure(groups, effort, console=console)
    show(table, console)
    if asked.save is not None:
        save(table, asked.save, joining=bool(asked.only))
    return 0


def measure(
    groups: Mapping[str, Mapping[str, Callable[[Any], Row]]],
    effort: Any,
    *,
    console: Console | None = None,
) -> Table:
    """Every chosen row, one after the other; what cannot be measured says why."""
    from benchmarks.machine import describe_machine, find_versions
    from benchmarks.rows import headings

    machine, known, begun, rows = describe_machine(), headings(), time.perf_counter(), []
    for group, named in groups.items():
        for name, work in named.items():
            started = time.perf_counter()
            row = _measured(name, work, effort)
            rows.append(Row(**{**vars(row), "group": group}))
            if console is not None:
                seconds = time.perf_counter() - started
                console.print(f"{name}  [dim]{seconds:.1f} s[/dim]", highlight=False)
    return Table(
        taken=datetime.now(UTC).date().isoformat(),
        machine=machine,
        versions=find_versions(),
        groups=known,
        rows=tuple(rows),
        quick=effort.quick,
        seconds=time.perf_counter() - begun,
    )


def show(table: Table, console: Console) -> None:
    """The table on a screen; as Markdown where the output goes elsewhere."""
    if not console.is_terminal:
        print("\n".join(markdown(table)))
        return
    console.print(machine_words(table), highlight=False)
    for group in table.groups:
        rows = table.rows_of(group.name)
        if not rows:
            continue
        screen = Screen(*HEADINGS, title=group.title, title_justify="left", show_lines=False)
        for row in rows:
            screen.add_row(*cells(row, table.machine.get("cores")))
        console.print(screen)


def save(table: Table, path: Path, *, joining: bool) -> None:
    """Write the JSON and, beside it, the figure; ``joining`` keeps the rows not measured now."""
    from benchmarks.drawing import draw

    if joining and path.is_file():
        table = read_table(path).with_rows(table.rows)
    write_table(table, path)
    path.with_suffix(".svg").write_text(draw(read_table(path)) + "\n", encoding="utf-8")


def _measured(name: str, work: Callable[[Any], Row], effort: Any) -> Row:
    from benchmarks.timing import ChildError
    from offramp.core.errors import OfframpError

    try:
        return work(effort)
    except (ChildError, OfframpError) as failed:
        return Row(name=name, work=name, own=None, unit="s", note=f"not measured, {failed}")


@contextlib.contextmanager
def _kernels(*, fresh: bool) -> Iterator[None]:
    """Keep compiled code in an empty folder: a cache does not see changes of what is called."""
    if not fresh:
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Offramp beside other programs, in one table."
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="ROW", help="rows or headings")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all runs")
    parser.add_argument(
        "--beside", type=Path, metavar="FOLDER", help="an earlier commit's checkout, for whole jobs"
    )
    parser.add_argument("--save", type=Path, metavar="FILE.json", help="where to keep the table")
    parser.add_argument(
        "--branch", nargs="*", metavar="TEXT", help="hold draws against careful traces"
    )
    parser.add_argument("--list", action="store_true", help="name the rows and stop")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

"""The directive ``benchmarks`` and the role ``measured``: figures from the saved benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from tables import table_of

ROOT = Path(__file__).resolve().parents[2]
SAVED = ROOT / "docs" / "reference" / "benchmarks.json"
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from benchmarks import words  # noqa: E402 - the folder stands beside docs
from benchmarks.drawing import draw  # noqa: E402
from benchmarks.table import Group, Row, Table, read_table  # noqa: E402

HEAD = ("work", "Offramp", "beside it", "ratio", "to reach")
REACHED = {True: "reached", False: "missed", None: "not known"}


class Benchmarks(SphinxDirective):
    """When and where figures were taken, the figure, and one section for each heading."""

    def run(self) -> list[nodes.Node]:
        """All of the saved table."""
        self.env.note_dependency(str(SAVED))
        table = read_table(SAVED)
        taken = nodes.paragraph("", words.machine_words(table))
        if table.quick:
            taken += nodes.strong(text=" These are of a quick run, with sizes cut down.")
        sections = [
            self._section(table, group) for group in table.groups if table.rows_of(group.name)
        ]
        return [taken, nodes.paragraph("", _summary(table)), _figure(table), *sections]

    def _section(self, table: Table, group: Group) -> nodes.section:
        section = nodes.section("", nodes.title("", group.title))
        section["ids"] = [nodes.make_id(f"benchmarks-{group.name}")]
        section += nodes.paragraph("", "", *self.parse_inline(group.about)[0])
        rows, cores = table.rows_of(group.name), table.machine.get("cores")
        section += table_of(HEAD, [_cells(row, cores) for row in rows])
        told = [item for row in rows if (item := _also(row)) is not None]
        if told:
            section += nodes.bullet_list("", *told, bullet="-")
        sources = dict.fromkeys(row.peer.source for row in rows if row.peer and row.peer.source)
        section += [nodes.paragraph("", f"Source: {source}") for source in sources]
        return section


class Measured(SphinxRole):
    """A figure of the saved run: ``ROW``, or ``ROW: FACT`` for what else was measured."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The number in words."""
        self.env.note_dependency(str(SAVED))
        name, _, fact = (part.strip() for part in self.text.partition(":"))
        try:
            row = read_table(SAVED).row(name)
            told = fact_words(row.facts[fact]) if fact else words.own_words(row)
        except KeyError as missing:
            problem = self.inliner.reporter.error(
                f"the saved benchmarks have no {missing}", line=self.lineno
            )
            return [], [problem]
        return [nodes.Text(told)], []


def fact_words(value: float | str | None) -> str:
    """One fact as it is read in a sentence: exponents and the like with two digits."""
    if isinstance(value, float) and value < 10:
        return f"{value:.2f}"
    return words.facts_words({"": value if value is not None else "unknown"}).strip()


def _summary(table: Table) -> str:
    aims = [row for row in table.rows if row.aim is not None and not row.aim.stretch]
    met = sum(row.met is True for row in aims)
    return (
        f"Of {len(aims)} targets {met} are reached. A time is that of one processor, unless it "
        "says wall. Every time stands beside the certificate of what was solved in it."
    )


def _figure(table: Table) -> nodes.raw:
    return nodes.raw("", f"<figure>{draw(table)}</figure>", format="html")


def _cells(row: Row, cores: int | None) -> tuple[str, ...]:
    aim = words.aim_words(row)
    if row.aim is not None:
        aim = f"{aim}: {REACHED[row.met]}"
    return (
        row.work.replace("`", ""),
        words.own_words(row, cores),
        words.peer_words(row),
        words.ratio_words(row),
        aim,
    )


def _also(row: Row) -> nodes.list_item | None:
    """Certificate and facts of a row."""
    parts = []
    if row.certificate is not None:
        parts.append(words.certificate_words(row.certificate))
    if row.facts:
        parts.append(words.facts_words(row.facts))
    if row.note and row.own is not None:
        parts.append(row.note)
    if not parts:
        return None
    work = nodes.strong(text=row.work.replace("`", ""))
    return nodes.list_item("", nodes.paragraph("", "", work, nodes.Text(f": {'; '.join(parts)}.")))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directive and role."""
    app.add_directive("benchmarks", Benchmarks)
    app.add_role("measured", Measured())
    return {"parallel_read_safe": True, "parallel_write_safe": True}

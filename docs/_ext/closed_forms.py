"""The directive ``models``: the gallery of canonical models, made from their records."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table_of

from offramp.presentation.charts.svg import draw_svg
from offramp.study.models import Model, find_models, said

MARKED = re.compile(r"(``?[^`]+``?|(?<!\S)\*[^*\s][^*]*\*)")
LONGEST_CELL, FEW_CASES = 40, 3


class Models(SphinxDirective):
    """Every model by family: the game, its lesson, figure, parameters, and values by case."""

    def run(self) -> list[nodes.Node]:
        """One section for each family, holding one for each of its models."""
        found = find_models()
        sections = []
        for family in sorted({one.family for one in found.values()}):
            section = nodes.section("", nodes.title("", family))
            section["ids"] = [nodes.make_id(f"family-{family}")]
            for name, model in found.items():
                if model.family == family:
                    self._note(model)
                    section += _model_section(name, model)
            sections.append(section)
        return sections

    def _note(self, model: Model) -> None:
        path = sys.modules[model.solve.__module__].__file__
        if path is not None:
            self.env.note_dependency(str(Path(path)))


def _model_section(name: str, model: Model) -> nodes.section:
    section = nodes.section("", nodes.title("", model.title))
    section["ids"] = [nodes.make_id(name)]
    section += nodes.paragraph("", "", nodes.literal(text=name), nodes.Text(f": {model.status}."))
    section += [*_prose(model.definition)]
    section += nodes.paragraph(
        "", "", nodes.strong(text="What it teaches. "), *_inline(model.teaches)
    )
    section += _figure(model)
    section += _part("Parameters", _parameters(model))
    section += _part("Cases", [*_cases(model), _commands(name, model)])
    if model.scenario:
        played = nodes.paragraph("", "Played as a scenario: ")
        played += nodes.literal(text=f"offramp run {model.scenario}")
        section += played
    if model.note:
        section += nodes.paragraph("", "", *_inline(model.note))
    works = [nodes.list_item("", nodes.paragraph("", one)) for one in model.citation]
    section += _part("Sources", [nodes.bullet_list("", *works, bullet="-")])
    return section


def _part(title: str, content: Sequence[nodes.Node]) -> list[nodes.Node]:
    return [nodes.paragraph("", "", nodes.strong(text=title)), *content]


def _figure(model: Model) -> nodes.raw:
    chart = model.figure()
    caption = escape(chart.caption, quote=False)
    drawing = f"<figure>{draw_svg(chart)}<figcaption>{caption}</figcaption></figure>"
    return nodes.raw("", drawing, format="html")


def _prose(text: str) -> Iterable[nodes.Node]:
    """Paragraphs, and lists of lines that begin with a dash."""
    for block in re.split(r"\n\s*\n", text):
        if block.lstrip().startswith("- "):
            entries = re.split(r"\n- ", "\n" + block.strip())[1:]
            items = [
                nodes.list_item("", nodes.paragraph("", "", *_inline(_joined(one))))
                for one in entries
            ]
            yield nodes.bullet_list("", *items, bullet="-")
        else:
            yield nodes.paragraph("", "", *_inline(_joined(block)))


def _joined(text: str) -> str:
    return " ".join(text.split())


def _inline(text: str) -> list[nodes.Node]:
    """Text with ``code`` and *stress*."""
    parts: list[nodes.Node] = []
    for part in MARKED.split(text):
        if part.startswith("`"):
            parts.append(nodes.literal(text=part.strip("`")))
        elif len(part) > 2 and part.startswith("*") and part.endswith("*"):
            parts.append(nodes.emphasis(text=part.strip("*")))
        elif part:
            parts.append(nodes.Text(part))
    return parts


def _parameters(model: Model) -> list[nodes.Node]:
    rows = [
        (nodes.literal(text=name), one.about, one.span, one.unit, _short(one.default))
        for name, one in model.parameters.items()
    ]
    return [table_of(("name", "meaning", "range", "unit", "default"), rows)]


def _cases(model: Model) -> list[nodes.Node]:
    """A row for each result, a column for each case; first the parameters that differ.

    Of many cases the meanings stand in a table of their own, and lists are left out.
    """
    cases = list(model.cases)
    results = {case: model.evaluate(case=case) for case in cases}
    changed = [
        name for name in model.parameters if any(name in one for one in model.cases.values())
    ]
    given = [
        (name, "given", [_short(model.values(case=case)[name]) for case in cases])
        for name in changed
    ]
    names = dict.fromkeys(name for one in results.values() for name in one)
    worked = [
        (name, model.meaning(name), [_short(results[case].get(name, "")) for case in cases])
        for name in names
    ]
    if len(cases) <= FEW_CASES:
        rows = [(nodes.literal(text=name), text, *cells) for name, text, cells in given + worked]
        return [table_of(("name", "meaning", *cases), rows)]
    meanings = [(nodes.literal(text=name), text) for name, text in model.results.items()]
    rows = [
        (nodes.literal(text=name), *cells)
        for name, _, cells in given + worked
        if name in changed or not any("," in cell for cell in cells)
    ]
    return [table_of(("result", "meaning"), meanings), table_of(("name", *cases), rows)]


def _commands(name: str, model: Model) -> nodes.literal_block:
    case = list(model.cases)[-1]
    text = (
        f'$ offramp model {name} --case {case}\n>>> model_named("{name}").evaluate(case="{case}")'
    )
    block = nodes.literal_block(text, text)
    block["language"] = "text"
    return block


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        text = ", ".join(_short(one) for one in value)
        return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
    return said(value)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("models", Models)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

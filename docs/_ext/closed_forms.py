"""The directive ``closed-form``: the page of one canonical model, made from its record."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table_of
from typeset import symbol, typeset

from offramp.presentation.charts.svg import draw_svg
from offramp.study.models import Model, find_models, said

MARKED = re.compile(r"(``?[^`]+``?|(?<![^\s(])\*[^*\s][^*]*\*)")
LONGEST_CELL, FEW_CASES = 40, 3


class ClosedForm(SphinxDirective):
    """One model: the game, its lesson, figure, parameters, values by case, and sources."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What stands on its page."""
        name = self.arguments[0]
        model = find_models()[name]
        path = sys.modules[model.solve.__module__].__file__
        if path is not None:
            self.env.note_dependency(str(Path(path)))
        return _model_page(name, model)


def _model_page(name: str, model: Model) -> list[nodes.Node]:
    names = {*model.parameters, *model.results}
    page: list[nodes.Node] = [
        nodes.paragraph("", "", nodes.literal(text=name), nodes.Text(f": {model.status}.")),
        *_figure(model, names),
        nodes.paragraph(
            "", "", nodes.strong(text="What it teaches. "), *_inline(model.teaches, names)
        ),
        *_part("The game", [*_prose(model.definition, names)]),
        *_part("Parameters", _parameters(model)),
        *_part("Cases", [*_cases(model), _commands(name, model)]),
    ]
    if model.scenario:
        played = nodes.paragraph("", "Played as a scenario: ")
        played += nodes.reference(
            "",
            "",
            nodes.literal(text=f"offramp run {model.scenario}"),
            refuri=f"../scenarios/{model.scenario}.html",
        )
        page.append(played)
    if model.note:
        page.append(nodes.paragraph("", "", *_inline(model.note, names)))
    works = [nodes.list_item("", nodes.paragraph("", one)) for one in model.citation]
    return [*page, *_part("Sources", [nodes.bullet_list("", *works, bullet="-")])]


def _part(title: str, content: Sequence[nodes.Node]) -> list[nodes.Node]:
    return [nodes.paragraph("", "", nodes.strong(text=title)), *content]


def _figure(model: Model, names: set[str]) -> list[nodes.Node]:
    chart = model.figure()
    caption = nodes.paragraph("", "", *typeset(chart.caption, names), classes=["caption"])
    return [nodes.raw("", draw_svg(chart), format="html"), caption]


def _prose(text: str, names: set[str]) -> Iterable[nodes.Node]:
    """Paragraphs, and lists of lines that begin with a dash."""
    for block in re.split(r"\n\s*\n", text):
        if block.lstrip().startswith("- "):
            entries = re.split(r"\n- ", "\n" + block.strip())[1:]
            items = [
                nodes.list_item("", nodes.paragraph("", "", *_inline(_joined(one), names)))
                for one in entries
            ]
            yield nodes.bullet_list("", *items, bullet="-")
        else:
            yield nodes.paragraph("", "", *_inline(_joined(block), names))


def _joined(text: str) -> str:
    return " ".join(text.split())


def _inline(text: str, names: set[str]) -> list[nodes.Node]:
    """Text with ``code``, *stress* and formulas."""
    parts: list[nodes.Node] = []
    for part in MARKED.split(text):
        if part.startswith("`"):
            parts.append(nodes.literal(text=part.strip("`")))
        elif len(part) > 2 and part.startswith("*") and part.endswith("*"):
            parts.append(nodes.emphasis(text=part.strip("*")))
        elif part:
            parts += typeset(part, names)
    return parts


def _parameters(model: Model) -> list[nodes.Node]:
    rows = [
        (
            nodes.math(text=symbol(name)),
            nodes.literal(text=name),
            _cell(one.about, {*model.parameters}),
            one.span,
            one.unit,
            _short(one.default),
        )
        for name, one in model.parameters.items()
    ]
    return [table_of(("", "name", "meaning", "range", "unit", "default"), rows)]


def _cases(model: Model) -> list[nodes.Node]:
    """A row for each result, a column for each case; first the parameters that differ.

    Of many cases the meanings stand in a table of their own, and lists are left out.
    """
    cases = list(model.cases)
    known = {*model.parameters, *model.results}
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
        rows = [
            (nodes.literal(text=name), _cell(text, known), *cells)
            for name, text, cells in given + worked
        ]
        return [table_of(("name", "meaning", *cases), rows)]
    meanings = [
        (nodes.literal(text=name), _cell(text, known)) for name, text in model.results.items()
    ]
    rows = [
        (nodes.literal(text=name), *cells)
        for name, _, cells in given + worked
        if name in changed or not any("," in cell for cell in cells)
    ]
    return [table_of(("result", "meaning"), meanings), table_of(("name", *cases), rows)]


def _cell(text: str, names: set[str]) -> nodes.inline:
    return nodes.inline("", "", *typeset(text, names))


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
    app.add_directive("closed-form", ClosedForm)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

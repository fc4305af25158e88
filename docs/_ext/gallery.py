"""The gallery: a page for each scenario, mechanism and model, and the directive ``gallery``.

Pages are written before the build, one line each; the directives of `closed_forms`, `listings`
and this module fill them. Thumbnails are written beside the pages when the build is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from strips import drawn, mechanism_strip, scenario_strip
from typeset import typeset

import offramp
from offramp.presentation.charts.svg import draw_svg
from offramp.presentation.shelves import CASES, EXAMPLES, library_entries
from offramp.presentation.showing import scenario_facts
from offramp.scenario import Scenario
from offramp.scenario.shelf import library_files
from offramp.study.models import find_models

PAGES = Path("reference") / "gallery"
KINDS = {"scenarios": "scenario", "mechanisms": "mechanism", "models": "closed-form"}
"""Shelf to the directive that fills a page of it."""
PARTS = {
    "parties": "Parties",
    "outcomes": "Ends",
    "mechanisms": "Mechanisms",
    "switches": "Switches",
    "accounts": "Accounts",
    "claims": "Claims",
    "levers": "Levers",
    "sources": "Sources",
}


@dataclass(frozen=True)
class Card:
    """One thing of the library as a card: its shelf and name, title, group and first sentence."""

    shelf: str
    name: str
    title: str
    group: str
    told: str

    @property
    def file(self) -> str:
        """The file of its thumbnail."""
        return f"{self.shelf}-{self.name}.svg"


def _cards() -> Iterator[Card]:
    for one in library_entries():
        told = one.about.split(". ")[0].rstrip(".:") + "." if one.about else ""
        told = f"{', '.join(one.parties)}." if one.name.startswith("case-") else told
        title = one.title.removeprefix("Model: ").removeprefix("Case: ")
        yield Card(one.shelf, one.name, title[:1].upper() + title[1:], one.group, told)


def _picture(card: Card) -> str:
    if card.shelf == "models":
        return draw_svg(find_models()[card.name].figure())
    strip = scenario_strip if card.shelf == "scenarios" else mechanism_strip
    return strip(card.name)


class Gallery(SphinxDirective):
    """Cards of a shelf under the headings of its groups; cases first, then examples."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One block of HTML for each group."""
        cards = [one for one in _cards() if one.shelf == self.arguments[0]]
        first = [CASES, EXAMPLES]
        groups = sorted({one.group for one in cards}, key=lambda g: (g not in first, g))
        found: list[nodes.Node] = []
        for group in groups:
            own = [one for one in cards if one.group == group]
            if len(groups) > 1:
                section = nodes.section("", nodes.title("", group))
                section["ids"] = [nodes.make_id(f"group-{group}")]
                found.append(section)
                section += _shown(own)
            else:
                found.append(_shown(own))
        return found


def _shown(cards: Sequence[Card]) -> nodes.raw:
    inner = "".join(
        f'<a class="card" href="gallery/{one.shelf}/{one.name}.html">'
        f'<span class="thumb{"" if one.shelf == "scenarios" else " whole"}"><img loading="lazy" '
        f'alt="" src="../_images/gallery/{one.file}"></span>'
        f"<b>{escape(one.title)}</b><code>{one.name}</code><span>{escape(one.told)}</span></a>"
        for one in cards
    )
    return nodes.raw("", f'<div class="gallery">{inner}</div>', format="html")


class ScenarioPage(SphinxDirective):
    """One scenario of the library: what it is about, its round as a picture, and what it holds."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What stands on its page."""
        name = self.arguments[0]
        self.env.note_dependency(str(library_files("scenarios")[name]))
        scenario = offramp.read(name)
        facts = scenario_facts(name, scenario)
        names = {*scenario.parameters, *scenario.state}
        page: list[nodes.Node] = [
            nodes.paragraph("", "", *typeset(facts["about"], names)),
            *_beside(name),
            drawn(scenario_strip(name), "One round: its steps, with the moves of each."),
        ]
        for key, title in PARTS.items():
            if facts[key]:
                lines = _linked(scenario) if key == "mechanisms" else map(_line, facts[key])
                items = [nodes.list_item("", one) for one in lines]
                page.append(nodes.paragraph("", "", nodes.strong(text=title)))
                page.append(nodes.bullet_list("", *items, bullet="-"))
        text = f"offramp describe {name}   # tells all of it\nofframp run {name}   # solves it"
        block = nodes.literal_block(text, text)
        block["language"] = "text"
        return [*page, block]


def _line(text: str) -> nodes.paragraph:
    return nodes.paragraph("", text)


def _linked(scenario: Scenario) -> Iterator[nodes.paragraph]:
    """Mechanisms by their labels, each with a link to the page of what it is made from."""
    for key, one in scenario.mechanisms.items():
        told = nodes.paragraph("", f"{one.label or key}, from ")
        uri = f"../mechanisms/{one.from_}.html"
        told += nodes.reference("", "", nodes.literal(text=one.from_), refuri=uri)
        yield told


def _beside(name: str) -> Iterator[nodes.Node]:
    """Where more stands about it: the page of a case, or the model in closed form."""
    if name.startswith("case-"):
        told = nodes.paragraph("", "What came out beside what happened stands on ")
        told += nodes.reference("", "its own page", refuri=f"../../../explanation/{name}.html")
        told += nodes.Text(".")
        yield told
    for key, model in find_models().items():
        if model.scenario == name:
            told = nodes.paragraph("", "In closed form: ")
            told += nodes.reference("", model.title, refuri=f"../models/{key}.html")
            told += nodes.Text(".")
            yield told


def _write_pages(app: Sphinx) -> None:
    wanted = set()
    for card in _cards():
        path = Path(app.srcdir) / PAGES / card.shelf / f"{card.name}.rst"
        text = (
            f"{card.title}\n{'=' * (2 * len(card.title))}\n\n.. {KINDS[card.shelf]}:: {card.name}\n"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        wanted.add(path)
    for path in (Path(app.srcdir) / PAGES).rglob("*.rst"):
        if path not in wanted:
            path.unlink()


def _write_thumbnails(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        folder = Path(app.outdir) / "_images" / "gallery"
        folder.mkdir(parents=True, exist_ok=True)
        for card in _cards():
            (folder / card.file).write_text(_picture(card), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages, register the directives, and write the thumbnails at the end."""
    app.add_directive("gallery", Gallery)
    app.add_directive("scenario", ScenarioPage)
    app.connect("builder-inited", _write_pages)
    app.connect("build-finished", _write_thumbnails)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The report: findings become one page that holds all it needs and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FunctionLoader,
    PackageLoader,
    StrictUndefined,
    pass_context,
)
from markupsafe import Markup

from offramp.core.directions import Isolation
from offramp.presentation import facts
from offramp.presentation.contents import find_sections, section_template
from offramp.presentation.describing import Passage, describe
from offramp.presentation.drawing import plain
from offramp.presentation.gallery import (
    ELSEWHERE,
    Figure,
    Panel,
    Table,
    alternative,
    find_figures,
    own_figure,
    placed,
)
from offramp.presentation.headlines import answer, bars_of, endings_of
from offramp.presentation.premises import premises_of
from offramp.presentation.sections.comparison import account_ends
from offramp.presentation.text.numbers import caveat, percent, points, tied

if TYPE_CHECKING:
    from offramp.presentation.brief import Brief
    from offramp.presentation.plots import Plotted
    from offramp.scenario import Scenario
    from offramp.study.runs.findings import Findings

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("plotly-cartesian.min.js", "report.js")
"""What a report runs, whatever it tells."""
SIGN = "†"
"""Stands for what is said once, at the top: a share of combinations describes the assumptions."""
DISCLAIMED = re.compile(
    r"(?:(?:;|\.) |^)(?:this|that|it|they|these shares|the last column) describes? the "
    r"assumptions, not the world(?:; other ranges give (?:another figure|other shares))?"
    r"(?P<end>\.?)",
    re.IGNORECASE,
)
ELSEWHERE_TOLD = ("Claims", "Best and worst")
"""Headings of what is described that the report tells in places of its own."""
LONG_TEXT, LONG_WORD = 40, 22
"""Letters of a text that has a column to itself, and of a word that may be broken."""
Context = Mapping[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A figure made ready for the page; ``panels`` are (number, panel, JSON)."""

    figure: Figure
    caption: str
    alternative: str
    panels: tuple[tuple[str, Panel, Markup], ...]
    table: Table | None
    keys: tuple[Any, ...]


def report(findings: Findings, *, figures: Iterable[Figure | tuple[str, Plotted]] = ()) -> str:
    """The findings as one HTML page: text, figures, tables, ledger, certificate, provenance.

    ``figures`` of one's own are a `Figure`, or a pair of a title and a drawing (a `Plot`, or a
    figure of plotly); a pair stands under *Further figures*.
    """
    isolation = Isolation(_texts_of(findings.scenario))
    own = [own_figure(number, one) for number, one in enumerate(figures, 1)]
    told = list(_told(findings, isolation, figures=own))
    return (
        _workshop()
        .get_template("report.html")
        .render(
            isolation=isolation,
            title=findings.scenario.title,
            about=" ".join((findings.scenario.about or "").split()),
            premises=premises_of(findings),
            answer=answer(findings),
            told=told,
            described=_described(findings.scenario),
            bars=bars_of(findings),
            endings=facts.parted(endings_of(findings)),
            ends=account_ends(findings),
            style=_asset("report.css"),
            bundle=_asset("plotly-cartesian.min.js"),
            script=_asset("report.js"),
            sliders=_asset("knots.js") if findings.knots else "",
            policy=_policy(*SCRIPTS, *(["knots.js"] if findings.knots else [])),
        )
    )


@lru_cache(maxsize=8)
def _described(scenario: Scenario) -> tuple[Passage, ...]:
    """What the text says; a scenario is told once for several reports.

    Claims stand further down, each with the harm of its force; what is worth most to whom does
    with the payoffs.
    """
    return tuple(
        part for part in describe(scenario).parts if not part.heading.startswith(ELSEWHERE_TOLD)
    )


def brief_html(findings: Findings, told: Brief) -> str:
    """The brief as a page of its own that prints on two."""
    return (
        _workshop()
        .get_template("brief.html")
        .render(
            isolation=Isolation(_texts_of(findings.scenario)),
            told=told,
            style=_asset("brief.css"),
            script=_asset("brief.js"),
            policy=_policy("brief.js"),
            unsigned=True,
        )
    )


def section_html(name: str, findings: Findings) -> str:
    """One section as it stands in the report; '' where it is left out."""
    isolation = Isolation(_texts_of(findings.scenario))
    template = _workshop().get_template("section.html")
    told = _told(findings, isolation, only=name)
    return "".join(template.render(one=one, isolation=isolation) for one in told)


def _texts_of(scenario: Scenario) -> Iterator[str]:
    """Every text of the scenario, whatever it is for."""
    left: list[Any] = [scenario.model_dump(mode="json")]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            left += one.values()
        elif isinstance(one, Sequence):
            left += one


def _told(
    findings: Findings, isolation: Isolation, only: str = "", figures: Sequence[Figure] = ()
) -> Iterator[Context]:
    """What the template shows of every section, or ``only`` of one, in the order of the report."""
    sections = find_sections()
    for name, wanted in placed((*find_figures(), *figures), tuple(sections)).items():
        if only in ("", name) and sections[name].there(findings):
            drawn = [_drawn(figure, findings, isolation) for figure in wanted]
            shown = [one for one in drawn if one is not None]
            if name != ELSEWHERE or shown:
                content = sections[name].content(findings)
                title = sections[name].title
                yield {
                    "name": name,
                    "title": title,
                    "figures": shown,
                    "content": content,
                    "folded": sections[name].folded,
                }


def _drawn(figure: Figure, findings: Findings, isolation: Isolation) -> Drawn | None:
    """The figure with its JSON, or None where it has neither drawing nor numbers."""
    from offramp.presentation.drawing import figure_json

    panels, table = _panels(figure.plot(findings)), figure.table(findings)
    if not panels and not (table and table.rows):
        return None
    return Drawn(
        figure,
        figure.caption(findings),
        alternative(figure, findings),
        tuple(
            (
                f"{figure.name}-{number}",
                panel,
                Markup(_cautioned(findings, figure_json(panel.drawing, isolation))),
            )
            for number, panel in enumerate(panels, 1)
        ),
        table,
        tuple(figure.keys(findings)) if figure.keys and panels else (),
    )


def _cautioned(findings: Findings, drawing: str) -> str:
    """The JSON of a drawing with the caveat in it, which goes with it wherever it is taken."""
    said = json.dumps(plain(caveat(premises_of(findings).whose)), ensure_ascii=False)
    for mark in "<>&":
        said = said.replace(mark, f"\\u{ord(mark):04x}")
    return f'{{"caveat":{said},{drawing[1:]}' if drawing.startswith("{") else drawing


def _panels(plotted: Plotted | Sequence[Panel] | None) -> Sequence[Panel]:
    """A drawing as its only panel; none where there is none."""
    if plotted is None:
        return ()
    return plotted if isinstance(plotted, Sequence) else [Panel("", plotted)]


@cache
def _workshop() -> Environment:
    """The templates; every value is isolated and escaped, and a missing one is an error."""
    workshop = Environment(
        loader=ChoiceLoader(
            [PackageLoader("offramp.presentation", "templates"), FunctionLoader(section_template)]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_isolated,
    )
    workshop.filters["percent"] = percent
    workshop.filters["points"] = points
    workshop.filters["roomy"] = _roomy
    workshop.filters["tall"] = _tall
    return workshop


@pass_context
def _isolated(context: Context, value: Any) -> Any:
    """What a template shows, unable to turn round what stands beside it; markup as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    told = value if context.get("unsigned") else signed(value)
    return context["isolation"](tied(told))


def signed(text: str) -> str:
    """The text with the sign that is explained at the top in place of every further disclaimer."""
    return DISCLAIMED.sub(lambda found: SIGN + found["end"], text)


@pass_context
def _roomy(context: Context, text: str) -> str | Markup:
    """The text of a cell; a long one keeps its column wide, a word too long for it is broken."""
    torn = any(len(word) > LONG_WORD for word in text.split())
    if len(text) <= LONG_TEXT and not torn:
        return text
    kind = "roomy torn" if torn else "roomy"
    return Markup('<span class="{}">{}</span>').format(kind, _isolated(context, text))


def _tall(panel: Panel) -> int:
    """Height of a drawing in pixels, so that the page does not jump when it is drawn."""
    return panel.drawing.to_plotly_json()["layout"].get("height") or 200


@cache
def _asset(name: str) -> Markup:
    """A file of our own that stands in the page as it is."""
    return Markup((STATIC / name).read_text(encoding="utf-8"))


def _policy(*scripts: str) -> str:
    """What the browser is told: our own scripts may run, nothing may be fetched."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()}'"
        for name in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )

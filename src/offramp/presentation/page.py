"""The report: findings become one page that holds all it needs and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from markupsafe import Markup

from offramp.core.directions import Isolation
from offramp.core.files import write_text
from offramp.presentation import facts
from offramp.presentation.assurance import assurance_of
from offramp.presentation.bargaining import bargaining_of, zones_of
from offramp.presentation.branching_out import drawable, tree_drawn
from offramp.presentation.claiming import claims_of
from offramp.presentation.deciding_moves import points_of
from offramp.presentation.disagreeing import account_ends, comparisons_of, disputes_of
from offramp.presentation.gallery import (
    ELSEWHERE,
    Figure,
    Panel,
    Table,
    alternative,
    find_figures,
    placed,
)
from offramp.presentation.headlines import answer, bars_of, endings_of
from offramp.presentation.hinging import found_of, menu_of, told_of
from offramp.presentation.ledger import ledger_of, ledger_sentence, references_of
from offramp.presentation.mechanics import effect_sentences, mechanisms_of
from offramp.presentation.narration import likeliest_tales, outcome_tales
from offramp.presentation.premises import premises_of
from offramp.presentation.questions import question_of
from offramp.presentation.ramping import asked_of, ramps_of
from offramp.presentation.setting import packages_of, rules_in_words, texts_of
from offramp.presentation.wording import percent, points, tied

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from offramp.analysis.findings import Findings

NAME = "report.html"
STATIC = Path(__file__).parent / "static"
LONG_TEXT, LONG_WORD = 40, 22
"""Letters of a text that has a column to itself, and of a word that may be broken."""
Context = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A section of the report: its template is `templates/sections/NAME.html`."""

    name: str
    title: str
    context: Callable[[Findings], Context]
    there: Callable[[Findings], object] = lambda findings: True
    """Whether there is anything to tell; the section is left out where there is not."""


@dataclass(frozen=True)
class Drawn:
    """A figure made ready for the page; ``panels`` are (number, panel, JSON)."""

    figure: Figure
    caption: str
    alternative: str
    panels: tuple[tuple[str, Panel, Markup], ...]
    table: Table | None
    keys: tuple[Any, ...]


def report(findings: Findings) -> str:
    """The findings as one HTML page: text, figures, tables, ledger, certificate, provenance."""
    isolation = Isolation(texts_of(findings.scenario))
    figures = {
        name: [drawn for figure in wanted if (drawn := _drawn(figure, findings, isolation))]
        for name, wanted in placed(find_figures(), [one.name for one in SECTIONS]).items()
    }
    told = [
        {"section": section, "figures": figures[section.name], "content": section.context(findings)}
        for section in SECTIONS
        if section.there(findings) and (section.name != ELSEWHERE or figures[ELSEWHERE])
    ]
    return _workshop().get_template("report.html").render(
        isolation=isolation, title=findings.scenario.title,
        about=" ".join((findings.scenario.about or "").split()),
        premises=premises_of(findings), answer=answer(findings), told=told,
        bars=bars_of(findings), endings=facts.parted(endings_of(findings)),
        ends=account_ends(findings),
        style=_asset("report.css"), bundle=_asset("plotly-cartesian.min.js"),
        script=_asset("report.js"), policy=_policy(),
    )  # fmt: skip


def write_report(findings: Findings, folder: str | Path) -> Path:
    """Write the report as `report.html` in ``folder``, whole or not at all; the path."""
    return write_text(Path(folder) / NAME, report(findings))


def _nothing(findings: Findings) -> Context:
    return {}


def _outcomes(findings: Findings) -> Context:
    solved, tried = facts.counts(findings)
    return {"solved": solved, "tried": tried, "packages": packages_of(findings)}


def _claims(findings: Findings) -> Context:
    return {"claims": claims_of(findings)}


def _disagreement(findings: Findings) -> Context:
    return {"disputes": disputes_of(findings)}


def _sensitivity(findings: Findings) -> Context:
    return {
        "spread": any(one.indices is not None for one in found_of(findings)),
        "found": [
            {"sentences": told_of(one),
             "words": one.words, "menu": menu_of(findings, one)}
            for one in found_of(findings)
        ]
    }  # fmt: skip


def _packages(findings: Findings) -> Context:
    found = bargaining_of(findings)
    return {"zones": zones_of(findings), "remarks": found.remarks if found else ()}


def _offramps(findings: Findings) -> Context:
    return {"asked": ramps_of(findings)}


def _tree(findings: Findings) -> Context:
    return {"picture": tree_drawn(findings)}


def _histories(findings: Findings) -> Context:
    return {
        "likeliest": likeliest_tales(findings),
        "by_outcome": facts.parted(outcome_tales(findings)),
        "complete": findings.histories_complete,
    }


def _mechanisms(findings: Findings) -> Context:
    switched = max((effect.draws for effect in findings.mechanism_effects), default=0)
    _, tried = facts.counts(findings)
    told = [
        (one, [(effect, effect_sentences(effect)) for effect in one.effects])
        for one in mechanisms_of(findings)
    ]
    return {"mechanisms": told, "switched": switched, "tried": tried}


def _ledger(findings: Findings) -> Context:
    groups = ledger_of(findings)
    return {
        "groups": groups,
        "sentence": ledger_sentence(groups),
        "references": references_of(findings),
    }


def _certificate(findings: Findings) -> Context:
    return {"assurance": assurance_of(findings), "entropy": findings.scenario.values == "entropy"}


def _provenance(findings: Findings) -> Context:
    return {"asked": question_of(findings)}


def _reading(findings: Findings) -> Context:
    return {
        "unit": facts.time_unit(findings),
        "draws": facts.varied(findings) is not None,
        "game": rules_in_words(findings),
    }


SECTIONS = (
    Section("reading", "How to read this report", _reading),
    Section("claims", "Which claims follow", _claims, lambda findings: findings.verdicts),
    Section("outcomes", "How the crisis ends", _outcomes),
    Section("payoffs", "What each party gets", _nothing),
    Section("time", "When it ends", _nothing),
    Section("moves", "Who moves when", _nothing),
    Section("tree", "The game as a tree", _tree, drawable),
    Section("histories", "The likeliest histories", _histories),
    Section("turning", "Turning points", _nothing, points_of),
    Section("levels", "Where things stand over time", _nothing),
    Section("disagreement", "Why accounts disagree", _disagreement, comparisons_of),
    Section("sensitivity", "Which assumptions matter", _sensitivity, found_of),
    Section("packages", "What could be agreed", _packages, bargaining_of),
    Section("offramps", "Off-ramps", _offramps, asked_of),
    Section("mechanisms", "The mechanisms of the account", _mechanisms),
    Section(ELSEWHERE, "Further figures", _nothing),
    Section("ledger", "The ledger of assumptions", _ledger),
    Section("certificate", "How exact the arithmetic is", _certificate),
    Section("limits", "What this cannot tell", _nothing),
    Section("provenance", "Provenance", _provenance),
)


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
            (f"{figure.name}-{number}", panel, Markup(figure_json(panel.drawing, isolation)))
            for number, panel in enumerate(panels, 1)
        ),
        table,
        tuple(figure.keys(findings)) if figure.keys and panels else (),
    )


def _panels(plotted: go.Figure | Sequence[Panel] | None) -> Sequence[Panel]:
    """A drawing as its only panel; none where there is none."""
    if plotted is None:
        return ()
    return plotted if isinstance(plotted, Sequence) else [Panel("", plotted)]


@cache
def _workshop() -> Environment:
    """The templates; every value is isolated and escaped, and a missing one is an error."""
    workshop = Environment(
        loader=PackageLoader("offramp.presentation", "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=_isolated,
    )  # fmt: skip
    workshop.filters["percent"] = percent
    workshop.filters["points"] = points
    workshop.filters["tied"] = tied
    workshop.filters["roomy"] = _roomy
    return workshop


@pass_context
def _isolated(context: Context, value: Any) -> Any:
    """What a template shows, unable to turn round what stands beside it; markup as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return context["isolation"](value)


@pass_context
def _roomy(context: Context, text: str) -> str | Markup:
    """The text of a cell; a long one keeps its column wide, a word too long for it is broken."""
    torn = any(len(word) > LONG_WORD for word in text.split())
    if len(text) <= LONG_TEXT and not torn:
        return text
    kind = "roomy torn" if torn else "roomy"
    return Markup('<span class="{}">{}</span>').format(kind, _isolated(context, text))


@cache
def _asset(name: str) -> Markup:
    """A file of our own that stands in the page as it is."""
    return Markup((STATIC / name).read_text(encoding="utf-8"))


def _policy() -> str:
    """What the browser is told: our own two scripts may run, nothing may be fetched."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()}'"
        for name in ("plotly-cartesian.min.js", "report.js")
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )

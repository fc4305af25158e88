"""The canonical models on the command line: a list of them, and the values of one."""

from __future__ import annotations

import math
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from offramp.apps.options import Json
from offramp.core.errors import Place, ScenarioError
from offramp.core.files import check_target, write_text

if TYPE_CHECKING:
    from offramp.study.models import Model

Given = Annotated[
    tuple[str, ...],
    Parameter(
        name="--set",
        negative="",
        help="Give a parameter a value: name=value, or name=value,value for a list; may be "
        "repeated.",
    ),
]


def model_command(
    name: str, *, set_: Given = (), case: str = "", picture: Path | None = None, json: Json = False
) -> None:
    """Work out the canonical model NAME in closed form, a name from 'offramp list --models'.

    For example: offramp model fearon1995_two_type --set p=0.3

    Parameters
    ----------
    case
        One of the model's own sets of parameters, which --set then changes.
    picture
        Write the model's figure as this SVG file.
    """
    from offramp.study.models import model_named

    if picture is not None:
        check_target(picture, option="--picture")
    model = model_named(name)
    facts = model_facts(name, model, _settings(set_), case)
    if picture is not None:
        from offramp.presentation.charts.svg import draw_svg

        write_text(picture, draw_svg(model.figure()))
    if json:
        import json as writing

        sys.stdout.write(writing.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        sys.stdout.write(model_words(facts, model) + "\n")


def model_facts(name: str, model: Model, given: dict[str, str], case: str) -> dict[str, Any]:
    """What is known of a model and its results, ready for JSON; infinite numbers are 'inf'."""
    values = model.values(given, case)
    return {
        "model": name,
        "title": model.title,
        "status": model.status,
        "citation": list(model.citation),
        "parameters": {key: _plain(one) for key, one in values.items()},
        "results": {key: _plain(one) for key, one in model.solve(**values).items()},
        "cases": list(model.cases),
        "scenario": model.scenario,
        "note": model.note,
    }


def model_words(facts: dict[str, Any], model: Model) -> str:
    """The model in words: what it is, its parameters with their ranges, its results."""
    from offramp.study.models import said

    lines = [f"{facts['title']} ({facts['status']})", ""]
    lines += textwrap.wrap(model.teaches, 96)
    parameters = [
        (f"{key} = {said(value)}", f"{model.parameters[key].about} [{model.parameters[key].span}]")
        for key, value in facts["parameters"].items()
    ]
    results = [
        (f"{key} = {said(value)}", model.meaning(key)) for key, value in facts["results"].items()
    ]
    for heading, rows in (("Parameters", parameters), ("Results", results)):
        width = min(34, max(len(one) for one, _ in rows))
        lines += ["", f"{heading}:", *(f"  {one:{width}}  {text}" for one, text in rows)]
    if facts["cases"]:
        lines += ["", f"Cases (--case): {', '.join(facts['cases'])}"]
    if facts["scenario"]:
        lines += ["", f"Played as a scenario: offramp run {facts['scenario']}"]
    if facts["note"]:
        lines += ["", *textwrap.wrap(facts["note"], 96)]
    return "\n".join([*lines, "", *facts["citation"]])


def models_table() -> dict[str, list[dict[str, str]]]:
    """Name, title, family, status and scenario of every model."""
    from offramp.study.models import find_models

    return {
        "models": [
            {
                "name": name,
                "title": one.title,
                "family": one.family,
                "status": one.status,
                "scenario": one.scenario,
            }
            for name, one in find_models().items()
        ]
    }


def models_list() -> str:
    """The models by family, a line each."""
    table = models_table()["models"]
    width = max(len(one["name"]) for one in table)
    lines: list[str] = []
    for family in dict.fromkeys(sorted(one["family"] for one in table)):
        own = [one for one in table if one["family"] == family]
        lines += [f"{family}:", *(f"  {one['name']:{width}}  {one['title']}" for one in own)]
    return "\n".join([*lines, "", "offramp model NAME   works one out"])


def _settings(given: tuple[str, ...]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not value.strip():
            raise ScenarioError(
                f"--set '{one}'",
                expected="name=value",
                repair=f"write --set {name.strip() or 'p'}=0.4",
                place=Place("--set", 1, 1),
            )
        settings[name.strip()] = value.strip()
    return settings


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return "inf" if isinstance(value, float) and math.isinf(value) else value

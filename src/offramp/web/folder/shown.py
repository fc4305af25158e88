"""What is shown of a scenario in the folder or the library: facts, picture, or why it cannot be."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.core.errors import OfframpError
from offramp.presentation.charts.round_strip import round_picture
from offramp.presentation.showing import mechanism_facts, model_facts, scenario_facts
from offramp.scenario import read
from offramp.scenario.shelf import library_files
from offramp.web.folder.files import Missing, mark_of
from offramp.web.folder.withheld import closed, read_shown

if TYPE_CHECKING:
    from offramp.web.server.site import Site

KINDS = ("scenarios", "mechanisms", "models")


def library_facts(shelf: str, name: str) -> dict[str, Any]:
    """A thing of the library, with its text where it has one. Raises Missing."""
    if shelf == "models":
        from offramp.study.models import find_models

        models = find_models()
        if name not in models:
            raise Missing(f"there is no model '{name}'")
        return {**model_facts(name, models[name]), "shelf": shelf, "text": ""}
    path = _library_path(shelf, name)
    text = path.read_text(encoding="utf-8")
    if shelf == "mechanisms":
        from offramp.scenario.expansion import read_mechanism

        facts = mechanism_facts(read_mechanism(path)[0])
    else:
        facts = scenario_facts(name, read(name))
    return {"title": name.replace("_", " ").capitalize(), **facts, "shelf": shelf, "text": text}


@lru_cache(maxsize=256)
def library_picture(shelf: str, name: str) -> str:
    """The picture of a scenario or model of the library as SVG. Raises Missing."""
    if shelf == "models":
        from offramp.presentation.charts.svg import draw_svg
        from offramp.study.models import find_models

        models = find_models()
        if name not in models:
            raise Missing(f"there is no model '{name}'")
        return draw_svg(models[name].figure())
    if shelf != "scenarios":
        raise Missing("mechanisms have no picture")
    _library_path(shelf, name)
    return round_picture(read(name))


def library_text(name: str) -> str:
    """The text of a scenario of the library, as it stands in a folder of its own."""
    text = _library_path("scenarios", name).read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    return rest if first.startswith("# yaml-language-server:") else text


def _library_path(shelf: str, name: str) -> Path:
    known = library_files(shelf) if shelf in KINDS[:2] else {}
    if name not in known:
        raise Missing(f"the library has no '{name}' among its {shelf}")
    return known[name]


def file_facts(site: Site, name: str) -> dict[str, Any]:
    """What a file of the folder is: a scenario's facts, or the first thing that is wrong.

    ``closed`` says that its text is not shown.
    """
    text = site.folder.text(name)
    shut = closed(site, text)
    told: dict[str, Any] = {"file": name, "mark": mark_of(text), "closed": shut}
    told |= {"text": "" if shut else text, "wrong": None}
    try:
        return {**scenario_facts(name, read_shown(site, name)), **told}
    except OfframpError as error:
        where = error.place.line if error.place else None
        return {"title": name, **told, "wrong": {"found": error.found, "line": where}}

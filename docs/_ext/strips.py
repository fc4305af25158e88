"""Pictures of rounds on the pages of the library: of scenarios, and of the steps of mechanisms."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from types import SimpleNamespace
from typing import Any

from docutils import nodes

import offramp
from offramp.presentation.charts.round_strip import round_picture
from offramp.scenario.expansion import read_mechanism
from offramp.scenario.model import Use
from offramp.scenario.shelf import library_files


@cache
def scenario_strip(name: str) -> str:
    """One round of a scenario of the library as SVG text."""
    return round_picture(offramp.read(name))


@cache
def mechanism_strip(name: str) -> str:
    """The steps of a mechanism as SVG text, its parties and ends by their names in it.

    What another mechanism does inside it is left out.
    """
    mechanism = read_mechanism(library_files("mechanisms")[name])[0]
    steps = [one for one in mechanism.steps if not isinstance(one, Use)]
    ends = {move.end for step in steps for move in step.moves.values() if move.end}
    movers = dict.fromkeys(step.by for step in steps if step.by != "nature")
    told: Any = SimpleNamespace(
        title=name.replace("_", " "),
        round=steps,
        parties={one: SimpleNamespace(label=one.replace("_", " ")) for one in movers},
        outcomes={one: SimpleNamespace(label=None, kind=_kind(one)) for one in ends},
        time=SimpleNamespace(round="round"),
        at_end=None,
        rounds="unlimited",
    )
    svg = round_picture(told).replace("One round of: ", "Steps of: ")
    return re.sub(r"<text [^>]*>then the next round begins[^<]*</text>", "", svg)


def _kind(end: str) -> str:
    return end if end in ("war", "catastrophe") else "stalemate"


def drawn(svg: str, caption: str) -> nodes.raw:
    """A picture inside the page, which is as wide as the page at most."""
    inner = svg.replace("<svg ", '<svg class="strip" ', 1)
    text = f"<figure>{inner}<figcaption>{escape(caption, quote=False)}</figcaption></figure>"
    return nodes.raw("", text, format="html")

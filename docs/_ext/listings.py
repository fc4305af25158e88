"""The directives ``mechanism``, ``quantities``, ``limits`` and ``engines``: lists from code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from strips import drawn, mechanism_strip
from tables import table_of
from typeset import typeset

from offramp.presentation.showing import cited, use_block
from offramp.scenario.expansion import read_mechanism
from offramp.scenario.model import Source
from offramp.scenario.shelf import library_files


class MechanismPage(SphinxDirective):
    """One mechanism of the library: what it does, needs and adds, and where it comes from."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What stands on its page."""
        name = self.arguments[0]
        path = library_files("mechanisms")[name]
        self.env.note_dependency(str(path))
        mechanism, tree = read_mechanism(path)
        told = tree.plain()
        use = use_block(mechanism)
        block = nodes.literal_block(use, use)
        block["language"] = "yaml"
        return [
            nodes.paragraph("", "", nodes.literal(text=f"use: {name}")),
            nodes.paragraph("", "", *typeset(" ".join(told["about"].split()))),
            drawn(mechanism_strip(name), "Its steps in a round, with the moves of each."),
            *_part("Needs", _needs(told.get("with", {}))),
            *_part("Adds", _adds(told)),
            *_part("Gives the scenario to read", _gives(told.get("gives", {}))),
            *_part("To paste into the round of a scenario", [block]),
            *_part("Sources", _sources(mechanism.sources)),
        ]


class Quantities(SphinxDirective):
    """Every variable of the dataset of results, with its dimensions and unit."""

    def run(self) -> list[nodes.Node]:
        """One table."""
        from offramp.analysis.results import QUANTITIES

        rows = [
            (nodes.literal(text=name), ", ".join(("draw", *one.dims)), one.units, one.long_name)
            for name, one in QUANTITIES.items()
        ]
        return [table_of(("variable", "dims", "unit", "meaning"), rows)]


class Limits(SphinxDirective):
    """How large a text, a formula and a game may be."""

    def run(self) -> list[nodes.Node]:
        """One table."""
        from offramp.expressions import parsing
        from offramp.game import exploration, valuation
        from offramp.scenario import expansion, meaning, yaml_text

        bits = exploration.MAX_CODE.bit_length() - 1
        rows = [
            ("file", f"{yaml_text.MAX_BYTES:,} bytes"),
            ("values in a file", f"{yaml_text.MAX_VALUES:,}, nested {yaml_text.MAX_DEPTH} deep"),
            ("name", "64 characters: a letter or _, then letters, digits and _"),
            (
                "expression",
                f"{parsing.MAX_LENGTH:,} characters, {parsing.MAX_NESTING} open brackets, "
                f"{parsing.MAX_HEIGHT} operations inside one another",
            ),
            (
                "variable",
                f"{meaning.MAX_RANGE + 1:,} values from -{meaning.MAX_INTEGER:,} "
                f"to {meaning.MAX_INTEGER:,}",
            ),
            ("rounds", "1 to 10,000, or unlimited"),
            ("mechanisms inside mechanisms", f"{expansion.MAX_NESTING} deep"),
            (
                "nodes that can be reached",
                f"{exploration.MAX_NODES:,}, and as many as fit into half of the free memory and "
                f"into {exploration.MAX_BYTES / 1e9:g} GB",
            ),
            ("payoffs and precisions", f"{valuation.LARGEST:g} in size"),
            ("steps × combinations of the variables' values", f"2 to the power of {bits}"),
        ]
        return [table_of(("what", "at most"), rows)]


class Engines(SphinxDirective):
    """Every engine in the order in which it is asked: what it takes, and its policy."""

    def run(self) -> list[nodes.Node]:
        """One numbered list."""
        from offramp.solvers.engine import find_engines

        items = [
            nodes.list_item("", nodes.paragraph("", engine.policy)) for engine in find_engines()
        ]
        return [nodes.enumerated_list("", *items)]


def _part(title: str, content: Sequence[nodes.Node]) -> list[nodes.Node]:
    return [nodes.paragraph("", "", nodes.strong(text=title)), *content] if content else []


def _needs(needs: Mapping[str, Any]) -> list[nodes.Node]:
    rows = [
        (
            nodes.literal(text=name),
            need["kind"],
            "" if need.get("default") is None else str(need["default"]),
            need.get("about", ""),
        )
        for name, need in needs.items()
    ]
    return [table_of(("name", "kind", "default", "what it is"), rows)] if rows else []


def _adds(told: Mapping[str, Any]) -> list[nodes.Node]:
    """Its parameters and switches as tables, its variables and steps in a line each."""
    rows = [
        (nodes.literal(text=name), *_numbers(entry), str(told.get("off", {}).get(name, "")))
        for family, whole in told.get("parameters", {}).items()
        for name, entry in _entries(family, whole)
    ]
    added: list[nodes.Node] = []
    if rows:
        added.append(table_of(("parameter", "value", "range", "unit", "off at"), rows))
    switches = [
        (
            nodes.literal(text=name),
            ", ".join(one["options"]),
            str(one["value"]),
            str(told.get("off", {}).get(name, "")),
        )
        for name, one in told.get("switches", {}).items()
    ]
    if switches:
        added.append(table_of(("switch", "options", "value", "off at"), switches))
    lines = [
        (kind, list(names))
        for kind, names in (
            ("variables", told.get("state", {})),
            ("steps", [step.get("name", step.get("use")) for step in told.get("steps", [])]),
        )
        if names
    ]
    for kind, names in lines:
        text = nodes.paragraph("", f"{kind}: ")
        for position, name in enumerate(names):
            text += [nodes.Text(", ")] * (position > 0)
            text += nodes.literal(text=str(name))
        added.append(text)
    return added


def _gives(told: Mapping[str, Any]) -> list[nodes.Node]:
    """What a scenario is expected to read, and the line that reads it."""
    rows = [
        (nodes.literal(text=name), one["about"], nodes.literal(text=one.get("line", "")))
        for name, one in told.items()
    ]
    return [table_of(("name", "what it is", "line"), rows)] if rows else []


def _entries(name: str, entry: Any) -> Iterable[tuple[str, Any]]:
    """A parameter, or the entries of a family with the unit of the family."""
    if not isinstance(entry, dict) or "each" not in entry:
        yield name, entry
        return
    for key, one in entry["each"].items():
        own = one if isinstance(one, dict) else {"value": one}
        yield f"{name}[{key}]", {"unit": entry.get("unit", ""), **own}


def _numbers(entry: Any) -> tuple[str, str, str]:
    if not isinstance(entry, dict):
        return str(entry), "", ""
    return tuple(str(entry.get(word, "")) for word in ("value", "range", "unit"))  # type: ignore[return-value]


def _sources(sources: Mapping[str, Source]) -> list[nodes.Node]:
    items = [nodes.list_item("", nodes.paragraph("", cited(one))) for one in sources.values()]
    return [nodes.bullet_list("", *items, bullet="-")] if items else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("mechanism", MechanismPage)
    app.add_directive("quantities", Quantities)
    app.add_directive("limits", Limits)
    app.add_directive("engines", Engines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

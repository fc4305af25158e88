"""Writing out every `use`: a mechanism's text becomes part of the scenario's text.

What a mechanism adds is prefixed by the name it is used as; what it needs stands for
what the scenario gives in `with`. The result is a tree of the same language, in which
each value keeps the place where a person wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from offramp.core.errors import MechanismError, Place, suggestion
from offramp.scenario.model import Document, Mechanism, Need, Use
from offramp.scenario.naming import SPOKEN
from offramp.scenario.retelling import in_rounds, relabelled, replacing
from offramp.scenario.shape import shaped
from offramp.scenario.shelf import mechanism_path
from offramp.scenario.yaml_text import Node, parse_yaml, read_text

MAX_NESTING = 8
FORMULAS = ("expression", "condition")
"""Kinds of needs that a formula or a number meets."""
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def expand_uses(document: Node, folder: Path | None) -> Node:
    """The document with every `use` written out; the document itself where there is none."""
    pieces = document.mapping.get("round")
    if pieces is None or not any("use" in piece.mapping for piece in pieces.items):
        return document
    shaped(Document, document)
    whole = _Sections.of(document)
    steps: list[Node] = []
    for piece in pieces.items:
        steps.extend(_written_out(piece, whole, folder, ()))
    expanded = whole.joined(document, steps)
    for kind, node in whole.promised:
        _check_kind(kind, node, expanded)
    return expanded


def _check_kind(kind: str, node: Node, document: Node) -> None:
    """What `with` gives as a party, variable, … must be one, once all uses are written out."""
    section = {
        "party": "parties",
        "variable": "state",
        "outcome": "outcomes",
        "package": "packages",
        "parameter": "parameters",
        "switch": "switches",
        "level": "state",
        "step": "round",
    }[kind]
    listed = section in document.mapping and kind != "step"
    entries = document.mapping[section].mapping if listed else {}
    if section == "state" and "private" in document.mapping:
        entries = {**entries, **document.mapping["private"].mapping}
    known = set(entries)
    if kind == "level":
        switches = document.mapping["switches"].mapping if "switches" in document.mapping else {}
        levels = (
            entry.mapping.get(word)
            for word, listed in (("levels", entries), ("options", switches))
            for entry in listed.values()
        )
        known = {str(level.value) for one in levels if one for level in one.items}
    if kind == "step":
        pieces = document.mapping[section].items
        known = {str(piece.mapping["name"].value) for piece in pieces if "name" in piece.mapping}
    name = str(node.value).partition("[")[0]
    if name not in known:
        article = "an" if kind == "outcome" else "a"
        raise MechanismError(
            f"'{name}' is no {kind}",
            expected=f"{article} {kind} of this scenario",
            repair=suggestion(name, known),
            place=node.place,
        )


class _Sections:
    """The parts of a scenario to which mechanisms add; ``promised`` is what `with` gave as what."""

    def __init__(self, sections: dict[str, dict[str, Node]], round_word: str) -> None:
        self.sections = sections
        self.round_word = round_word
        self.promised: list[tuple[str, Node]] = []

    @staticmethod
    def of(document: Node) -> _Sections:
        names = ("sources", "parameters", "switches", "define", "state", "mechanisms")
        time = document.mapping["time"].mapping if "time" in document.mapping else {}
        return _Sections(
            {
                name: dict(document.mapping[name].mapping) if name in document.mapping else {}
                for name in names
            },
            str(time["round"].plain()) if "round" in time else "round",
        )

    def add(self, section: str, name: str, node: Node, place: Place) -> None:
        entries = self.sections[section]
        if name in entries and section == "sources" and entries[name].plain() == node.plain():
            return
        if name in entries:
            raise MechanismError(
                f"the mechanism adds '{name}', which is there already",
                code="E301",
                expected=f"every name once in '{section}'",
                repair="use it under another name with 'as:'",
                place=place,
            )
        entries[name] = node

    def joined(self, document: Node, steps: list[Node]) -> Node:
        entries: dict[str, Node] = {}
        for key, node in document.mapping.items():
            if key == "round":
                for section, added in self.sections.items():
                    if added and section not in document.mapping:
                        entries[section] = _mapping(added, node.place)
                entries[key] = replace(node, value=tuple(steps))
            elif key in self.sections:
                entries[key] = _mapping(self.sections[key], node.place)
            else:
                entries[key] = node
        return replace(document, value=entries)


def _mapping(entries: dict[str, Node], place: Place) -> Node:
    return Node(entries, place, {name: node.place for name, node in entries.items()})


def _written_out(
    piece: Node, whole: _Sections, folder: Path | None, above: tuple[str, ...]
) -> list[Node]:
    """The steps that a piece of a round stands for."""
    if "use" not in piece.mapping:
        return [piece]
    use = shaped(Use, piece)
    place = piece.mapping["use"].place
    if use.use in above or len(above) >= MAX_NESTING:
        chain = " → ".join((*above, use.use))
        raise MechanismError(
            f"mechanisms use each other in a circle: {chain}",
            code="E601",
            expected="mechanisms that do not come back to themselves",
            repair="remove one 'use' of the circle",
            place=place,
        )
    path = mechanism_path(use.use, folder, place)
    mechanism, tree = read_mechanism(path, whole.round_word)
    part = _Part(mechanism, tree, use, piece)
    for section, name, node in part.additions():
        whole.add(section, name, node, place)
    whole.promised.extend(part.promises())
    steps: list[Node] = []
    for step in part.steps():
        steps.extend(_written_out(step, whole, path.parent, (*above, use.use)))
    return steps


def read_mechanism(path: Path, round_word: str = "round") -> tuple[Mechanism, Node]:
    """The mechanism in a file, and its text as a tree; a ScenarioError where it is none.

    In its texts ``{round}`` stands for what a round is.
    """
    tree = in_rounds(parse_yaml(read_text(path), str(path)), round_word)
    return shaped(Mechanism, tree), tree


@dataclass(frozen=True)
class _Part:
    """One use of one mechanism: its names in the scenario, and its text under these names."""

    mechanism: Mechanism
    tree: Node
    use: Use
    piece: Node

    @property
    def alias(self) -> str:
        return self.use.as_ or self.mechanism.mechanism

    @property
    def own(self) -> tuple[str, ...]:
        mechanism = self.mechanism
        return (*mechanism.parameters, *mechanism.switches, *mechanism.define, *mechanism.state)

    def names(self) -> dict[str, Node]:
        """What each name of the mechanism stands for: its prefixed self, or what `with` gives."""
        given = self.piece.mapping.get("with")
        entries = given.mapping if given else {}
        needs = self.mechanism.with_
        own_parameters = {**self.mechanism.parameters, **self.mechanism.switches}
        for name in entries:
            if name not in needs and name not in own_parameters:
                known = (*needs, *own_parameters)
                raise MechanismError(
                    f"the mechanism '{self.mechanism.mechanism}' does not know '{name}'",
                    expected="one of: " + ", ".join(known) if known else "no 'with'",
                    repair=suggestion(name, known),
                    place=given.at((name,)) if given else None,
                )
        table = {name: Node(f"{self.alias}_{name}", self.tree.place) for name in self.own}
        for name, need in needs.items():
            table[name] = self._given(name, need, entries.get(name))
        return table

    def _given(self, name: str, need: Need, node: Node | None) -> Node:
        if node is None:
            if need.default is None:
                raise MechanismError(
                    f"the mechanism '{self.mechanism.mechanism}' needs '{name}'",
                    expected=f"a {need.kind}: {need.about or name}",
                    repair=f"add 'with: {{{name}: …}}'",
                    place=self.piece.mapping["use"].place,
                )
            return Node(need.default, self.tree.at(("with", name)))
        number = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
        word = isinstance(node.value, str)
        fits = (
            number
            if need.kind == "number"
            else (
                number or word
                if need.kind in FORMULAS
                else word and bool(re.fullmatch(r"[A-Za-z_]\w*(\[[\w ]+\])?", str(node.value)))
            )
        )
        if not fits:
            raise MechanismError(
                f"'{node.plain()}' is given for '{name}'",
                expected=f"a {need.kind}",
                repair=need.about or "",
                place=node.place,
            )
        return node

    def promises(self) -> list[tuple[str, Node]]:
        """What `with` gave by name, and of what kind it must be."""
        table = self.names()
        return [
            (need.kind, table[name])
            for name, need in self.mechanism.with_.items()
            if need.kind not in ("number", *FORMULAS)
        ]

    def additions(self) -> list[tuple[str, str, Node]]:
        """Entries that the mechanism adds to sources, parameters, state and mechanisms."""
        renamer = self._renamer()
        given = self.piece.mapping.get("with")
        added: list[tuple[str, str, Node]] = []
        for key, node in self._section("sources").items():
            added.append(("sources", f"{self.mechanism.mechanism}_{key}", node))
        for name, node in self._section("parameters").items():
            replaced = given.mapping.get(name) if given else None
            entry = renamer.parameter(node)
            entry = entry if replaced is None else replacing(entry, replaced)
            added.append(("parameters", f"{self.alias}_{name}", entry))
        for name, node in self._section("switches").items():
            replaced = given.mapping.get(name) if given else None
            entry = renamer.switch(node, replaced)
            added.append(("switches", f"{self.alias}_{name}", entry))
        for name, node in self._section("define").items():
            added.append(("define", f"{self.alias}_{name}", renamer.formula(node)))
        for name, node in self._section("state").items():
            added.append(("state", f"{self.alias}_{name}", renamer.variable(node)))
        added.append(("mechanisms", self.alias, self._record(renamer)))
        return added

    def steps(self) -> list[Node]:
        """The mechanism's steps, renamed; nested uses still unwritten."""
        steps = self.tree.mapping.get("steps")
        renamer = self._renamer()
        if steps is None:
            return []
        called = self.piece.mapping.get("moves")
        told = steps.items if called is None else relabelled(steps.items, called)
        return [renamer.piece(step) for step in told]

    def _renamer(self) -> _Renamer:
        levels = {
            str(level.value)
            for variable in self._section("state").values()
            for level in (variable.mapping.get("levels") or Node((), self.tree.place)).items
        } | {
            str(option.value)
            for switch in self._section("switches").values()
            for option in (switch.mapping.get("options") or Node((), self.tree.place)).items
        }
        steps = self.tree.mapping["steps"].items if "steps" in self.tree.mapping else ()
        named = frozenset(str(s.mapping["name"].value) for s in steps if "name" in s.mapping)
        return _Renamer(
            self.alias, self.mechanism.mechanism, self.names(), frozenset(levels), named
        )

    def _section(self, name: str) -> dict[str, Node]:
        return self.tree.mapping[name].mapping if name in self.tree.mapping else {}

    def _record(self, renamer: _Renamer) -> Node:
        at = self.piece.place
        record: dict[str, Node] = {"from": Node(self.mechanism.mechanism, at)}
        label = self.piece.mapping.get("label")
        record |= {"label": label} if label else {}
        record["about"] = Node(self.mechanism.about.strip(), at)
        if "source" in self.piece.mapping:
            record["source"] = self.piece.mapping["source"]
            if "quote" in self.piece.mapping:
                record["quote"] = self.piece.mapping["quote"]
        elif "source" in self.tree.mapping:
            record["source"] = renamer.citation(self.tree.mapping["source"])
        if self.mechanism.off:
            record["off"] = self._off(renamer)
        if self.mechanism.gives:
            record["gives"] = self._gives()
        if self.use.expects is not None:
            record["expects"] = self.piece.mapping["expects"]
            record["expects_here"] = Node(True, at)
        elif self.mechanism.expects:
            record["expects"] = self.tree.mapping["expects"]
        for section in ("parameters", "switches", "define", "state"):
            names = tuple(Node(f"{self.alias}_{name}", at) for name in self._section(section))
            record |= {section: Node(names, at)} if names else {}
        named = [step.mapping["name"] for step in self.steps() if "name" in step.mapping]
        record |= {"steps": Node(tuple(named), at)} if named else {}
        return _mapping(record, at)

    def _gives(self) -> Node:
        """What the scenario is expected to read, in the scenario's names."""
        given: dict[str, Node] = {}
        for name, words in self.tree.mapping["gives"].mapping.items():
            if name not in self.own:
                raise MechanismError(
                    f"'gives' names '{name}'",
                    code="E603",
                    expected="a parameter, switch, definition or variable of this mechanism",
                    repair=suggestion(name, self.own),
                    place=self.tree.at(("gives", name)),
                )
            entries = dict(words.mapping)
            if "line" in entries:
                line = _WORD.sub(self._prefixed, str(entries["line"].plain()))
                entries["line"] = replace(entries["line"], value=line)
            given[f"{self.alias}_{name}"] = _mapping(entries, words.place)
        return _mapping(given, self.tree.place)

    def _prefixed(self, match: re.Match[str]) -> str:
        word = match.group()
        return f"{self.alias}_{word}" if word in self.own else word

    def _off(self, renamer: _Renamer) -> Node:
        entries: dict[str, Node] = {}
        for key, value in self.tree.mapping["off"].mapping.items():
            name = key.partition("[")[0].strip()
            if name in self.mechanism.switches:
                options = self.mechanism.switches[name].options
                if value.value not in options:
                    raise MechanismError(
                        f"'{value.plain()}' is no option of '{name}'",
                        code="E603",
                        expected="one of: " + ", ".join(options),
                        repair=suggestion(str(value.value), options),
                        place=value.place,
                    )
            elif name not in self.mechanism.parameters:
                known = (*self.mechanism.parameters, *self.mechanism.switches)
                raise MechanismError(
                    f"'off' names '{key}'",
                    code="E603",
                    expected="parameters and switches of this mechanism",
                    repair=suggestion(name, known),
                    place=self.tree.at(("off", key)),
                )
            entries[renamer.formula(Node(key, value.place)).value] = value  # type: ignore[index]
        return _mapping(entries, self.tree.mapping["off"].place)


@dataclass(frozen=True)
class _Renamer:
    """Puts the scenario's names for the mechanism's, place by place."""

    alias: str
    mechanism: str
    table: dict[str, Node]
    levels: frozenset[str]
    steps: frozenset[str]

    def formula(self, node: Node) -> Node:
        """A formula with the names replaced; a name the mechanism does not declare is an error."""
        if not isinstance(node.value, str):
            return node
        whole = node.value.strip()
        if whole in self.table:
            meant = self.table[whole]
            given = meant.place.file != node.place.file
            return replace(node, value=meant.value, place=meant.place if given else node.place)
        text = _WORD.sub(lambda m: self._word(m, node.place), node.value)
        at = node.place if text == node.value else replace(node.place, whole=True)
        return replace(node, value=text, place=at)

    def _word(self, match: re.Match[str], place: Place) -> str:
        word = match.group()
        if word in self.table:
            value = self.table[word].value
            text = str(value)
            return text if re.fullmatch(r"[\w.]+(\[\w+\])?", text) else f"({text})"
        if word in SPOKEN or word in self.levels:
            return word
        raise MechanismError(
            f"'{word}' is not declared by the mechanism '{self.mechanism}'",
            code="E603",
            expected="a name of its 'with', 'parameters', 'switches', 'define' or 'state'",
            repair=suggestion(word, (*self.table, *self.levels)),
            place=place.shifted(match.start()),
        )

    def name(self, text: str) -> str:
        return str(self.table[text].value) if text in self.table else text

    def _entries(self, node: Node, section: str) -> Node:
        """A mapping from names to formulas, both renamed; pays of one party add up."""
        entries: dict[str, Node] = {}
        for key, value in node.mapping.items():
            name, formula = self.declared(key, node.at((key,))), self.formula(value)
            if name in entries and section == "then":
                raise MechanismError(
                    f"'{key}' stands for '{name}', which is set here already",
                    expected="every variable once in 'then'",
                    repair="give different variables in 'with'",
                    place=node.at((key,)),
                )
            if name in entries:
                both = f"({entries[name].value}) + ({formula.value})"
                formula = replace(formula, value=both)
            entries[name] = formula
        return _mapping(entries, node.place)

    def declared(self, word: str, place: Place) -> str:
        """The scenario's name for a party, variable or outcome that the mechanism declares."""
        if word in self.table or word == "nature":
            return self.name(word)
        raise MechanismError(
            f"'{word}' is not declared by the mechanism '{self.mechanism}'",
            code="E603",
            expected="a name of its 'with' or 'state'",
            repair=suggestion(word, self.table),
            place=place,
        )

    def citation(self, node: Node) -> Node:
        def prefixed(key: str) -> str:
            return f"{self.mechanism}_{key}"

        if isinstance(node.value, str):
            return replace(node, value=prefixed(node.value))
        return _mapping({prefixed(k): v for k, v in node.mapping.items()}, node.place)

    def parameter(self, node: Node) -> Node:
        if not isinstance(node.value, dict):
            return self.formula(node)
        entries = dict(node.mapping)
        for key in ("value", "range"):
            if key in entries:
                entries[key] = (
                    self._range(entries[key]) if key == "range" else (self.formula(entries[key]))
                )
        if "source" in entries:
            entries["source"] = self.citation(entries["source"])
        if "each" in entries:
            each = entries["each"]
            entries["each"] = _mapping(
                {self.name(k): self.parameter(v) for k, v in each.mapping.items()}, each.place
            )
        return _mapping(entries, node.place)

    def switch(self, node: Node, given: Node | None) -> Node:
        """A switch; one option that a scenario gives by `with` fixes it."""
        entries = dict(node.mapping)
        if "source" in entries:
            entries["source"] = self.citation(entries["source"])
        if given is None:
            return _mapping(entries, node.place)
        if given.mapping:
            kept = {
                key: one for key, one in entries.items() if key in ("options", "label", "about")
            }
            return _mapping({**kept, **given.mapping}, given.place)
        kept = {key: one for key, one in entries.items() if key not in ("range", "weights")}
        return _mapping({**kept, "value": given}, node.place)

    def _range(self, node: Node) -> Node:
        text = str(node.value)
        swapped = _WORD.sub(lambda m: self.name(m.group()), text)
        return replace(node, value=swapped)

    def variable(self, node: Node) -> Node:
        entries = dict(node.mapping)
        if "start" in entries:
            entries["start"] = self.formula(entries["start"])
        if "range" in entries:
            ends = entries["range"]
            entries["range"] = replace(ends, value=tuple(self.formula(e) for e in ends.items))
        return _mapping(entries, node.place)

    def piece(self, node: Node) -> Node:
        entries = dict(node.mapping)
        if "use" in entries:
            default = str(entries.get("as", entries["use"]).value)
            entries["as"] = Node(f"{self.alias}_{default}", entries["use"].place)
            if "with" in entries:
                given = entries["with"]
                entries["with"] = _mapping(
                    {k: self.parameter(v) for k, v in given.mapping.items()}, given.place
                )
            return _mapping(entries, node.place)
        entries["name"] = replace(entries["name"], value=f"{self.alias}_{entries['name'].plain()}")
        entries["by"] = self._named(entries["by"])
        if "unseen" in entries:
            unseen = entries["unseen"]
            names = unseen.items if isinstance(unseen.value, tuple) else (unseen,)
            entries["unseen"] = replace(unseen, value=tuple(self._own_step(n) for n in names))
        if "source" in entries:
            entries["source"] = self.citation(entries["source"])
        moves = entries["moves"]
        entries["moves"] = _mapping(
            {k: self.move(v) for k, v in moves.mapping.items()}, moves.place
        )
        return _mapping(entries, node.place)

    def _own_step(self, node: Node) -> Node:
        """The scenario's name for a step of the mechanism, or for one that `with` gives."""
        name = str(node.plain())
        if name in self.table and name not in self.steps:
            return replace(node, value=self.name(name))
        if name not in self.steps:
            raise MechanismError(
                f"'{name}' is no step of the mechanism '{self.mechanism}'",
                code="E603",
                expected="one of its own steps, or one that its 'with' names",
                repair=suggestion(name, self.steps),
                place=node.place,
            )
        return replace(node, value=f"{self.alias}_{name}")

    def _named(self, node: Node) -> Node:
        return replace(node, value=self.declared(str(node.plain()), node.place))

    def move(self, node: Node) -> Node:
        entries = dict(node.mapping)
        for key in ("when", "odds", "weight"):
            if key in entries:
                entries[key] = self.formula(entries[key])
        for key in ("pay", "then"):
            if key in entries:
                entries[key] = self._entries(entries[key], key)
        if "end" in entries:
            entries["end"] = self._named(entries["end"])
        if "source" in entries:
            entries["source"] = self.citation(entries["source"])
        return _mapping(entries, node.place)

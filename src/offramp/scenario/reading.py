"""Reading a scenario: a file, a library name or a text becomes a checked Scenario."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from offramp.core.errors import Place, ScenarioError
from offramp.core.registry import FORMATS, plugin_names
from offramp.scenario.accounts import check_accounts, check_levers
from offramp.scenario.claims import read_claims
from offramp.scenario.expansion import expand_uses
from offramp.scenario.meaning import understand
from offramp.scenario.model import Scenario
from offramp.scenario.shape import shaped
from offramp.scenario.shelf import SUFFIXES, scenario_path
from offramp.scenario.transcripts.attaching import with_evidence
from offramp.scenario.yaml_text import Node, parse_yaml, read_text

GAME = re.compile(r"\s*([EN]FG)\s+\d")
"""How their texts begin."""


def read(source: str | Path | Mapping[str, Any]) -> Scenario:
    """The scenario in a file, of the library, in a YAML text or in a mapping.

    A text is told from a name by its line break. Every `use` is written out and every
    name checked. Raises ScenarioError with file, line and column, what was expected and
    the nearest repair.
    """
    if isinstance(source, Mapping):
        return read(_json(source) + "\n")
    if isinstance(source, str) and source.splitlines() not in ([], [source]):
        return _understood(source, "text", None)
    path = scenario_path(str(source))
    refuse_game(path)
    return _understood(read_text(path), str(source_name(path, source)), path)


def read_unproved(source: str | Path) -> Scenario:
    """The scenario in a file or of the library, though passages that it cites may be gone.

    For whoever looks at the evidence; `read` makes such a passage an error.
    """
    path = scenario_path(str(source))
    refuse_game(path)
    name = str(source_name(path, source))
    return with_evidence(
        _checked(parse_yaml(read_text(path), name), path.parent), path, strict=False
    )


def read_as(text: str, file: str, path: Path | None) -> Scenario:
    """The scenario in a text that need not be saved; errors call it ``file``.

    Mechanisms and the files of sources are looked for as beside ``path``, there or not.
    """
    return _understood(text, file, path)


def refuse_game(path: Path) -> None:
    """A ScenarioError for a file whose name is that of a game, whatever its letters are."""
    if _names_game(path) and path.exists():
        raise _is_game(str(path), f"{path}; the name of a scenario ends in .yaml")


def _names_game(path: Path) -> bool:
    """Whether the name ends as those of games of other programs do."""
    suffix = path.suffix.lower()
    return suffix not in SUFFIXES and suffix[1:] in plugin_names(*FORMATS)


def _understood(text: str, file: str, path: Path | None) -> Scenario:
    game = GAME.match(text)
    if game:
        raise _is_game(file, f"NAME.{game[1].lower()}, under such a name")
    scenario = _checked(parse_yaml(text, file), None if path is None else path.parent)
    return with_evidence(scenario, path)


def _is_game(file: str, named: str) -> ScenarioError:
    return ScenarioError(
        "a game in Gambit's format where a scenario is asked for",
        code="E106",
        expected="a scenario in YAML",
        repair=f"games are solved with: offramp solve {named}",
        place=Place(file, 1, 1),
    )


def _json(content: Mapping[str, Any]) -> str:
    try:
        return json.dumps(content)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScenarioError(
            f"the mapping is not a scenario: {error}",
            code="E106",
            expected="texts, numbers, lists and mappings, as in YAML",
            repair="turn other values into numbers or texts",
            place=Place("mapping", 1, 1),
        ) from None


def source_name(path: Path, source: str | Path) -> Path:
    """The name by which errors call the file: as the person wrote it where that is a path."""
    return path if str(source) == path.stem else Path(source)


def _checked(document: Node, folder: Path | None) -> Scenario:
    if not document.mapping:
        raise ScenarioError(
            "the text is not a scenario",
            code="E106",
            expected="a mapping that begins with 'offramp: 1'",
            repair="'offramp new NAME' writes one to start from",
            place=Place(document.place.file, 1, 1),
        )
    if "mechanism" in document.mapping and "round" not in document.mapping:
        name = document.mapping["mechanism"].plain()
        raise ScenarioError(
            "this file is a mechanism, not a scenario",
            code="E106",
            expected="a scenario",
            repair=f"put it into a scenario's round: '- use: {name}'",
            place=document.place,
        )
    return understood_tree(expand_uses(document, folder))


def understood_tree(expanded: Node) -> Scenario:
    """The scenario that a tree without any `use` says, every name checked."""
    scenario = shaped(Scenario, expanded).from_text(expanded)
    meaning = understand(scenario)
    read_claims(meaning)
    check_accounts(meaning)
    check_levers(meaning)
    return scenario

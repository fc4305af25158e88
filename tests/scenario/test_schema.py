"""The schema files beside the library are the language's own, and the library fits them."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest

from offramp.scenario.json_schema import language_schema
from offramp.scenario.shelf import library_files
from offramp.scenario.yaml_text import parse_yaml, read_text

FOLDER = resources.files("offramp") / "library" / "schema"
FILES = [
    *(("scenario", path) for path in library_files("scenarios").values()),
    *(("mechanism", path) for path in library_files("mechanisms").values()),
]


@pytest.mark.parametrize("of", ["scenario", "mechanism"])
def test_the_file_is_what_the_language_says(of: str) -> None:
    """Mend with: offramp schema [--mechanism] > src/offramp/library/schema/..."""
    written = json.loads((FOLDER / f"{of}.schema.json").read_text(encoding="utf-8"))
    assert written == language_schema(of)


@pytest.mark.parametrize(("of", "path"), FILES, ids=[path.stem for _, path in FILES])
def test_the_library_fits_the_schema_and_names_it(of: str, path) -> None:  # type: ignore[no-untyped-def]
    text = read_text(path)
    assert text.startswith(f"# yaml-language-server: $schema=../schema/{of}.schema.json")
    jsonschema.validate(parse_yaml(text, str(path)).plain(), language_schema(of))

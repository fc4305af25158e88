"""The JSON Schema of the language, for completion and checking in an editor."""

from __future__ import annotations

from typing import Any

from offramp.scenario.model import Document, Mechanism


def language_schema(of: str = "scenario") -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of files of a kind: 'scenario' or 'mechanism'."""
    record = Document if of == "scenario" else Mechanism
    whole = record.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": f"Offramp {of}",
    }

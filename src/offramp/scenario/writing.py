"""A scenario back to YAML text that reads as the same scenario."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from offramp.scenario.model import Scenario

WIDTH = 100
_Plain = str | int | float | bool | list["_Plain"] | dict[str, "_Plain"] | None
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*[A-Za-z0-9_]\Z|[A-Za-z_]\Z")
_WORDS = {"null", "true", "false", "~"}


def scenario_text(scenario: Scenario, *, header: str = "") -> str:
    """YAML text of ``scenario``: one entry of a section per line where it fits."""
    content = scenario.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    content = {"offramp": scenario.offramp, **content}
    lines = [header] if header else []
    for key, value in content.items():
        lines.append(_block(key, _listed(value), 0))
    return "".join(lines)


def _listed(value: Any) -> _Plain:
    if isinstance(value, dict):
        return {key: _listed(entry) for key, entry in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_listed(entry) for entry in cast("list[Any]", value)]
    return value


def _block(key: str, value: _Plain, depth: int) -> str:
    """``key: value`` on one line where it fits, otherwise indented below."""
    margin = "  " * depth
    flow = f"{margin}{_scalar(key)}: {_flow(value)}\n"
    if not isinstance(value, (dict, list)) or not value or (depth > 0 and len(flow) <= WIDTH):
        return flow
    head = f"{margin}{_scalar(key)}:\n"
    if isinstance(value, dict):
        return head + "".join(_block(name, entry, depth + 1) for name, entry in value.items())
    return head + "".join(_item(entry, depth + 1) for entry in value)


def _item(value: _Plain, depth: int) -> str:
    margin = "  " * depth
    flow = f"{margin}- {_flow(value)}\n"
    if not isinstance(value, dict) or len(flow) <= WIDTH:
        return flow
    entries = "".join(_block(name, entry, depth + 1) for name, entry in value.items())
    return f"{margin}- {entries[len(margin) + 2 :]}"


def _flow(value: _Plain) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    return _scalar(value)


def _scalar(value: str | int | float | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if _PLAIN.match(value) and value.lower() not in _WORDS:
        return value
    return "".join(
        c if c.isprintable() else _escaped(c) for c in json.dumps(value, ensure_ascii=False)
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"

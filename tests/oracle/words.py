"""How a generated scenario is written down: small YAML with quotes only where they are needed."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

PLAIN = re.compile(r"[A-Za-z(\-0-9.][A-Za-z0-9_ ()+\-*/.<>=!]*")


def scalar(value: Any, rng: Random) -> str:
    """A number, or a text that is quoted where YAML would read something else."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if PLAIN.fullmatch(value) and not value.startswith("- ") and rng.random() < 0.8:
        return value
    return json.dumps(value) if "'" in value or rng.random() < 0.7 else f"'{value}'"


def flow(value: Any, rng: Random) -> str:
    """One line: `{a: 1, b: [x, y]}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item, rng)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, rng) for item in value) + "]"
    return scalar(value, rng)


def block(key: str, value: dict[Any, Any], rng: Random) -> list[str]:
    """A top-level mapping: one line per entry, now and then all on one line."""
    if rng.random() < 0.15:
        return [f"{key}: {flow(value, rng)}"]
    return [f"{key}:", *(f"  {name}: {flow(entry, rng)}" for name, entry in value.items())]


def steps_block(steps: list[dict[str, Any]], rng: Random) -> list[str]:
    """The list of steps, in block style or on one line each."""
    lines = ["round:"]
    for step in steps:
        if rng.random() < 0.2:
            lines.append(f"  - {flow(step, rng)}")
            continue
        lines += [f"  - name: {step['name']}", f"    by: {step['by']}", "    moves:"]
        lines += [f"      {name}: {flow(move, rng)}" for name, move in step["moves"].items()]
    return lines


def written(data: dict[str, Any], rng: Random) -> str:
    """The whole text, keys in the order given; sometimes with comments."""
    lines = []
    for key, value in data.items():
        if key == "round":
            lines += steps_block(value, rng)
        elif isinstance(value, dict) and key != "time":
            lines += block(key, value, rng)
        else:
            lines.append(f"{key}: {flow(value, rng)}")
        if rng.random() < 0.1:
            lines.append("# a remark: with a colon, [brackets] and {braces}")
    return "\n".join(lines) + "\n"

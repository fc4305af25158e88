"""The canonical scenarios as data, with finer offers or more types than their files have."""

from __future__ import annotations

import json
from io import StringIO
from statistics import NormalDist
from typing import Any

import ruamel.yaml

import offramp
from offramp.scenario.shelf import library_files

Document = dict[str, Any]


def document(name: str) -> Document:
    """The file of the library as plain mappings and lists."""
    text = library_files("scenarios")[name].read_text(encoding="utf-8")
    return ruamel.yaml.YAML(typ="safe", pure=True).load(StringIO(text))


def scenario_of(changed: Document) -> offramp.Scenario:
    """Read again what was changed; JSON is YAML, and with line breaks it is taken for a text."""
    return offramp.read(json.dumps(changed, indent=1))


def step(whole: Document, name: str) -> Document:
    """One step of the round."""
    return next(one for one in whole["round"] if one["name"] == name)


def with_types(name: str, count: int) -> Document:
    """Every private variable of the model drawn from ``count`` equally likely types."""
    whole = document(name)
    for private in whole["private"].values():
        stem = private["levels"][0].rpartition("_")[0]
        levels = [f"{stem}_{k}" for k in range(count)]
        private |= {"levels": levels, "odds": dict.fromkeys(levels, f"1/{count}")}
    whole["parameters"]["kinds"]["value"] = count
    return whole


def with_parts(whole: Document, count: int) -> Document:
    """The ultimatum with demands in steps of 1/``count``."""
    whole["state"]["asked"]["range"] = [0, count]
    step(whole, "demand")["moves"] = {f"ask_{k}": {"then": {"asked": k}} for k in range(count + 1)}
    whole["parameters"]["parts"]["value"] = count
    return whole


def with_fine(name: str, count: int) -> Document:
    """Shares in tenths and in ``count`` parts of a tenth."""
    whole = document(name)
    for one in whole["round"]:
        if "plus_1" not in one["moves"]:
            continue
        pattern = one["moves"]["plus_1"]
        kept = {key: move for key, move in one["moves"].items() if not key.startswith("plus_")}
        first = {"plus_0": one["moves"]["plus_0"]}
        more = {f"plus_{k}": {**pattern, "then": {"ones": k}} for k in range(1, count)}
        one["moves"] = kept | first | more
    whole["state"]["ones"]["range"] = [0, count - 1]
    whole["parameters"]["fine"]["value"] = count
    return whole


def with_errors(name: str, count: int) -> Document:
    """The signalling game with ``count`` equally likely values in place of every normal one."""
    whole = document(name)
    levels = [f"error_{k}" for k in range(count)]
    quantiles = [NormalDist().inv_cdf((k + 0.5) / count) for k in range(count)]
    for private in whole["private"].values():
        private |= {"levels": levels, "odds": dict.fromkeys(levels, f"1/{count}")}
    whole["parameters"]["error"]["each"] = dict(zip(levels, quantiles, strict=True))
    whole["outcomes"]["war"]["pay"]["a"] = "barW_A + error[a_war]"
    whole["outcomes"]["backing_down"]["pay"]["a"] = "bar_a + error[a_shame]"
    return whole

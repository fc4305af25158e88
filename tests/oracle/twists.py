"""Twists of generated scenarios: switches, definitions and weights put into their texts.

`twisted(seed)` gives the same text for ever; `by_hand(text, options)` is the text that a person
would have written who fixes every switch: its name and those of its options become numbers.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import ruamel.yaml

from .generate import scenario_text
from .words import written

SWITCHES = {"draft": ["absent", "present"], "limit_said": ["mild_word", "firm_word", "last_word"]}


def loaded(text: str) -> dict[str, Any]:
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    return yaml.load(text)


def twisted(
    seed: int, *, limit: int | None = None, entropy: bool = False, weights: bool = False
) -> str:
    """A generated text whose moves, pays, starts and numbers read two switches."""
    rng = Random(f"twist {seed}")
    data = loaded(scenario_text(seed, limit=limit, entropy=entropy))
    data["switches"] = {
        name: {
            "options": options,
            "value": rng.choice(options),
            "range": f"choice({', '.join(options)})",
        }
        for name, options in SWITCHES.items()
    }
    if rng.random() < 0.5:
        data["switches"]["limit_said"]["weights"] = {"firm_word": 2.5}
    data["define"] = definitions(data, rng)
    for step in data["round"]:
        twist_step(step, data, rng, weights)
    for entry in data["state"].values():
        if rng.random() < 0.4 and not str(entry["start"]).startswith("-"):
            top = len(entry["levels"]) - 1 if "levels" in entry else entry["range"][1]
            entry["start"] = f"if(draft == present, {top}, {entry['start']})"
    order = ["offramp", "title", "time", "parties", "sources", "parameters", "switches", "define"]
    rest = [key for key in data if key not in order]
    return written({key: data[key] for key in [*order, *rest]}, rng)


def definitions(data: dict[str, Any], rng: Random) -> dict[str, str]:
    """Two names for formulas over the state, one of which reads parameters and the other."""
    name, entry = rng.choice(list(data["state"].items()))
    low = 0 if "levels" in entry else entry["range"][0]
    plain = [key for key, one in data["parameters"].items() if not isinstance(one, dict)]
    number = rng.choice(plain) if plain else "0.3"
    return {
        "at_bottom": f"{name} == {low}",
        "tension": f"0.1 * at_bottom + if(limit_said == firm_word, {number}, 0.2) * (1 + draft)",
    }


def twist_step(step: dict[str, Any], data: dict[str, Any], rng: Random, weights: bool) -> None:
    """Some moves hang on a switch, some pays and weights on a definition."""
    names = list(step["moves"])
    free = [n for n in names if "when" not in (step["moves"][n] or {})]
    for name in names:
        move = dict(step["moves"][name] or {})
        others = [one for one in free if one != name]
        if step["by"] != "nature" and others and rng.random() < 0.45:
            test = rng.choice(["draft == present", "limit_said != mild_word", "limit_said > draft"])
            move["when"] = f"({move['when']}) and {test}" if "when" in move else test
            if name in free:
                free.remove(name)
        if rng.random() < 0.4:
            party = rng.choice(list(data["parties"]))
            pay = dict(move.get("pay") or {})
            pay[party] = f"({pay.get(party, 0)}) + 0.3 * tension - 0.2 * at_bottom"
            move["pay"] = pay
        if weights and step["by"] != "nature" and rng.random() < 0.5:
            move["weight"] = rng.choice(["0.5", "0.2 + tension", "1 + 2 * at_bottom", "3"])
        step["moves"][name] = move


def by_hand(text: str, options: dict[str, int]) -> str:
    """The text with every switch fixed by hand."""
    data = loaded(text)
    numbers = dict(options)
    for name, entry in data.pop("switches").items():
        assert name in options
        numbers |= {option: place for place, option in enumerate(entry["options"])}
    word = re.compile(r"\b(" + "|".join(numbers) + r")\b")

    def put(value: Any, deep: bool = True) -> Any:
        if isinstance(value, str):
            return word.sub(lambda match: str(numbers[match[0]]), value)
        if isinstance(value, dict) and deep:
            return {key: put(one) for key, one in value.items()}
        return [put(one) for one in value] if isinstance(value, list) else value

    for key in ("define", "state", "round", "parameters", "outcomes", "parties"):
        data[key] = put(data[key])
    return written(data, Random(0))

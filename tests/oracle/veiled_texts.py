"""Seeded random scenarios with private variables or unseen steps.

`veiled_text(seed, …)` gives the same text for ever, as JSON, which is YAML. Texts are valid by
construction: nobody forgets, `when` reads only what its mover has seen. With `broken` one `when`
reads what its mover may not have seen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

PARTIES = ["north", "south", "broker"]
RUNG = ["calm", "tense", "hot"]


@dataclass
class Draft:
    """What has been decided so far."""

    rng: Random
    limit: int
    private: dict[str, Any] = field(default_factory=dict)
    parties: list[str] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def number(self, low: float = -1.0, high: float = 1.0) -> float:
        return round(self.rng.uniform(low, high), 3)


def veiled_text(
    seed: int, *, limit: int = 0, private: bool = False, entropy: bool = False, broken: bool = False
) -> str:
    """A scenario; without a limit its rounds are unlimited, and then nothing is private."""
    draft = Draft(Random(f"veiled {seed}"), limit, broken=broken)
    rng = draft.rng
    draft.parties = PARTIES[: rng.choice([2, 2, 3])]
    if private:
        add_private(draft)
    count = rng.choice([2, 3]) if limit > 1 and private else rng.choice([2, 3, 3, 4])
    for number in range(count):
        draft.steps.append(step(draft, number))
    if not any(one.get("unseen") for one in draft.steps) and not private:
        last = draft.steps[-1]
        if last["by"] == "nature" or last["by"] == draft.steps[0]["by"]:
            return veiled_text(seed + 10_000, limit=limit, entropy=entropy, broken=broken)
        last["unseen"] = recalled(draft, count - 1, last["by"], every=True)
        for move in last["moves"].values():
            move.pop("when", None)
    if broken:
        spoil(draft)
    return json.dumps(whole(draft, entropy), indent=1)


def whole(draft: Draft, entropy: bool) -> dict[str, Any]:
    rng, outcomes = draft.rng, {}
    kinds = ["agreement", "war", "stalemate"]
    for name, kind in zip(["deal", "clash", "drift"], kinds, strict=True):
        outcomes[name] = {"kind": kind, "pay": pays(draft, 1.0)}
        if draft.chance(0.5):
            outcomes[name]["by"] = rng.choice(["rung", *draft.private])
    text: dict[str, Any] = {
        "offramp": 1,
        "title": "Veils",
        "parties": {
            party: {"patience": round(rng.uniform(0.6, 0.97), 3), "precision": draft.number(0.5, 5)}
            for party in draft.parties
        },
        "parameters": {
            "cost": {"each": dict.fromkeys(RUNG, 0) | {"hot": draft.number(0, 1)}},
            "odd": draft.number(0.1, 0.9),
        },
        "state": {
            "rung": {"levels": RUNG, "start": rng.choice(RUNG)},
            "mark": {"range": [0, 1], "start": 0, "scope": "round"},
            "secret": {"range": [0, 2], "start": 1},
        },
        "round": draft.steps,
        "outcomes": outcomes,
        "rounds": draft.limit or "unlimited",
    }
    if draft.private:
        text["private"] = draft.private
    text |= {"at_end": "drift"} if draft.limit else {}
    text |= {"values": "entropy"} if entropy else {}
    return text


def add_private(draft: Draft) -> None:
    rng = draft.rng
    for name in ["resolve", "means"][: rng.choice([1, 1, 2])]:
        known = rng.sample(draft.parties, rng.choice([1, 1, len(draft.parties)]))
        if name == "resolve":
            entry = {"levels": ["weak", "firm"], "odds": {"weak": "odd", "firm": "rest"}}
        else:
            low = rng.choice([0, 3])
            odds = {str(low): 0.2, str(low + 1): "rest"}
            entry = {"range": [low, low + 1], "odds": odds}
            if draft.chance(0.4):
                entry = {"range": [low, low + 2], "odds": {**odds, str(low + 2): "rest"}}
        draft.private[name] = {**entry, "known_to": known if draft.chance(0.8) else known[0]}


def step(draft: Draft, number: int) -> dict[str, Any]:
    rng = draft.rng
    by = "nature" if number and draft.chance(0.2) else rng.choice(draft.parties)
    one: dict[str, Any] = {"name": f"step_{number}", "by": by}
    if by != "nature" and draft.chance(0.6):
        one["unseen"] = recalled(draft, number, by)
        if not one["unseen"]:
            del one["unseen"]
    count = rng.choice([2, 2, 3])
    one["moves"] = {f"move_{number}_{i}": move(draft, one, i) for i in range(count)}
    if by == "nature":
        give_odds(draft, one)
    return one


def recalled(draft: Draft, number: int, by: str, every: bool = False) -> list[str]:
    """Some earlier steps that may be unseen without anything being forgotten."""
    chosen = []
    for place, earlier in enumerate(draft.steps[:number]):
        own = [one for one in draft.steps[place + 1 : number] if one["by"] == by]
        veiled = all(earlier["name"] in one.get("unseen", []) for one in own)
        if earlier["by"] != by and veiled and (every or draft.chance(0.7)):
            chosen.append(earlier["name"])
    return chosen


def move(draft: Draft, one: dict[str, Any], place: int) -> dict[str, Any]:
    rng, by = draft.rng, one["by"]
    found: dict[str, Any] = {}
    if place and draft.chance(0.4):
        found["when"] = condition(draft, one)
    if draft.chance(0.6):
        found["pay"] = pays(draft, 0.4)
    if draft.chance(0.6):
        known = [n for n, v in draft.private.items() if by == "nature" or by in v["known_to"]]
        change = rng.choice(["clip(rung + 1, 0, 2)", "max(rung - 1, 0)", "tense", "2 - rung"])
        found["then"] = {"rung": change}
        if draft.chance(0.4):
            found["then"]["mark"] = "1 - mark"
        if known and draft.chance(0.5):
            found["then"]["secret"] = f"clip({rng.choice(known)}, 0, 2)"
    if draft.chance(0.3):
        found["end"] = rng.choice(["deal", "clash", "drift"])
    return found


def condition(draft: Draft, one: dict[str, Any]) -> str:
    """Something that the mover knows for sure; 1 where there is nothing."""
    rng, by, safe = draft.rng, one["by"], ["1"]
    if draft.limit:
        safe.append("round_number == 1")
    if not one.get("unseen"):
        safe += ["rung < hot", "mark == 0 or rung == calm"]
    for name, entry in draft.private.items():
        if by == "nature" or by in entry["known_to"]:
            low = entry["range"][0] if "range" in entry else "weak"
            safe += [f"{name} == {low}"] * 2
    return rng.choice(safe)


def pays(draft: Draft, size: float) -> dict[str, Any]:
    rng, found = draft.rng, {}
    terms = ["rung", "secret", "mark", "(rung == hot)", "cost[rung]"]
    terms += [f"{name} * {1 if name == 'resolve' else 0.3}" for name in draft.private]
    terms += ["round_number"] if draft.limit else []
    for party in draft.parties:
        if draft.chance(0.8):
            weight = round(rng.uniform(-size, size), 3)
            found[party] = f"{draft.number(-size, size)} + {weight} * {rng.choice(terms)}"
    return found


def give_odds(draft: Draft, one: dict[str, Any]) -> None:
    terms = ["odd", "0.2 + 0.1 * rung", "0.1 * secret + 0.05"]
    terms += [
        f"if({name} == {v['range'][0] if 'range' in v else 'weak'}, 0.1, 0.5)"
        for name, v in draft.private.items()
    ]
    names = list(one["moves"])
    for name in names[1:]:
        one["moves"][name]["odds"] = f"0.5 * ({draft.rng.choice(terms)})"
    one["moves"][names[0]]["odds"] = "rest"


def spoil(draft: Draft) -> None:
    """A move of a party's last step that is open in some states only."""
    own = [one for one in draft.steps if one["by"] != "nature"]
    list(own[-1]["moves"].values())[-1]["when"] = draft.rng.choice(
        ["rung != tense", "secret == 1", "mark == 1"]
    )

"""Seeded random scenarios that together use every word of a whole crisis.

`scenario_text(seed)` gives the same text for ever. Texts are valid by construction: a step always
offers a move, `then` stays in range, odds add to one. Where the language is silent (what `by`
says of a round's variable at `at_end`, say) the generator stays away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from .naive import survey
from .words import written

PARTIES = ["north", "south", "broker", "island"]
LADDERS = [
    ["calm", "skirmish", "strikes", "war_footing"],
    ["low", "middle", "high"],
    ["off", "on"],
    ["cold", "warm", "hot", "boiling"],
]
PACKAGES = ["compromise", "dictate", "swap", "freeze"]
BANDS = {"small": (15, 200), "medium": (300, 2000), "large": (1000, 8000)}
"""Fewest and most nodes without a limit."""
BANDS_PER_ROUND = {"small": (5, 120), "medium": (60, 500), "large": (800, 3000)}
"""The same with a limit, times the number of rounds."""


@dataclass
class Var:
    """A variable as the generator sees it."""

    name: str
    low: int
    high: int
    levels: list[str] | None = None
    of_round: bool = False
    start: Any = None

    def at(self, value: int, rng: Random) -> str:
        """A value in words: a level's name, mostly, or the number."""
        return self.levels[value] if self.levels and rng.random() < 0.85 else str(value)


@dataclass
class Draft:
    """What has been decided so far."""

    rng: Random
    size: str
    limit: int | None
    parties: list[str] = field(default_factory=list)
    variables: list[Var] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)  # readable parameters, all in [0, 1]
    lookups: list[str] = field(default_factory=list)  # family readings, all in [0, 1]
    outcomes: dict[str, Any] = field(default_factory=dict)
    locks: bool = False  # whether play can come into a class that it never leaves
    touched: set[str] = field(default_factory=set)
    used_ends: set[str] = field(default_factory=set)

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def number(self, low: float, high: float) -> float:
        return round(self.rng.uniform(low, high), 3)


# --- state ------------------------------------------------------------------------------------


def add_state(draft: Draft) -> None:
    rng, big = draft.rng, draft.size != "small"
    ladder = rng.choice(LADDERS)[: rng.choice([2, 3, 3, 4])]
    if big:
        ladder = rng.choice([LADDERS[0], LADDERS[3]])
    draft.variables.append(Var("rung", 0, len(ladder) - 1, ladder))
    if draft.packages and draft.chance(0.8 if not big else 1):
        levels = ["empty", *draft.packages] if draft.chance(0.7) else [*draft.packages, "empty"]
        draft.variables.append(Var("table", 0, len(levels) - 1, levels))
        if draft.chance(0.15):  # shares every level name with the table, at the same positions
            draft.variables.append(Var("last_offer", 0, len(levels) - 1, list(levels)))
    if draft.chance(0.25 if not big else 0.5):  # shares its first names with the ladder
        own = [*ladder[: rng.randint(1, len(ladder))], "frantic"]
        draft.variables.append(Var("mood", 0, len(own) - 1, own))
    if draft.chance(0.45 if not big else 1):
        low = rng.choice([-2, -1, -1, 0, 1]) - big
        draft.variables.append(Var("trust", low, low + rng.choice([1, 2, 2 + 2 * big])))
    if draft.size == "large":
        draft.variables.append(Var("credit", -2, 2))
    if draft.chance(0.6 if not big else 0.9):
        draft.variables.append(Var("warned", 0, 1, None, True))
    if draft.chance(0.2 if not big else 0.5):
        draft.variables.append(Var("signal", 0, 2, ["silent", "soft", "loud"], True))
    for variable in draft.variables:
        start = rng.randint(variable.low, variable.high)
        if variable.name in ("table", "warned") and draft.chance(0.8):
            start = variable.levels.index("empty") if variable.levels else 0
        variable.start = variable.at(start, rng) if variable.levels else start


def state_block(draft: Draft) -> dict[str, Any]:
    result = {}
    for variable in draft.variables:
        entry: dict[str, Any] = {}
        if variable.levels:
            entry["levels"] = variable.levels
        else:
            entry["range"] = [variable.low, variable.high]
        entry["start"] = variable.start
        if isinstance(entry["start"], str) and entry["start"].isdigit():
            entry["start"] = int(entry["start"])
        if variable.of_round:
            entry["scope"] = "round"
        if draft.chance(0.1):
            entry["label"] = f"The {variable.name}"
        result[variable.name] = entry
    if draft.locks:
        result["locked"] = {"range": [0, "3 - 2"], "start": 0}
    return result


# --- parameters -------------------------------------------------------------------------------

RANGES = [
    "uniform(0.1, 0.7)",
    "triangular(0, 0.2, 0.9)",
    "pert(0.1, 0.3, 0.8)",
    "normal(0.4, 0.05)",
    "lognormal(-1.2, 0.3)",
    "beta(2, 5)",
    "choice(0.1, 0.5, 0.2, 0.7)",
    "choice(0.6, 0.3, 0.2)",
]


def entry(draft: Draft, derived: bool = True) -> Any:
    """A parameter whose nominal value lies in [0, 1]."""
    rng, kind = draft.rng, draft.rng.random()
    if kind < 0.4:
        return draft.number(0.02, 0.9)
    if kind < 0.65:
        return {"range": rng.choice(RANGES)}
    if kind < 0.85 or not derived or not draft.plain:
        full = {"value": draft.number(0.02, 0.9), "range": rng.choice(RANGES)}
        full |= {"unit": "per month"} if draft.chance(0.3) else {}
        full |= {"source": rng.choice(["talk", {"talk": "part 3"}])} if draft.chance(0.3) else {}
        return full | ({"note": "guessed; see the talk"} if draft.chance(0.3) else {})
    other, third = rng.choice(draft.plain), rng.choice(draft.plain + draft.lookups[:0])
    return {
        "value": rng.choice(
            [
                f"0.5 * {other} + 0.3 * {third}",
                f"{other} ** 2",
                f"1 - {other}",
                f"min({other}, 0.3)",
                f"if({other} > {third}, {other}, {third} / 2)",
                f"clip(2 * {other}, 0.1, 0.9)",
                f"sqrt({other}) * exp(-{third})",
                f"1 / (1 + {third})",
            ]
        )
    }


def add_parameters(draft: Draft) -> None:
    rng = draft.rng
    for name in rng.sample(["gain", "slide", "toll", "nerve", "drift", "haste"], rng.randint(2, 5)):
        draft.parameters[name] = entry(draft)
        draft.plain.append(name)
    if draft.chance(0.8):
        family(draft, "cost", draft.parties, [str(p) for p in draft.parties])
    if draft.chance(0.8):
        add_level_family(draft)
    table = next((v for v in draft.variables if v.name == "table"), None)
    if table and draft.chance(0.5):
        keys = draft.packages if draft.chance(0.4) else table.levels
        family(draft, "bonus", keys or [], [rng.choice(draft.packages)])
        safe = "bonus[table]" if keys == table.levels else "if(table != empty, bonus[table], 0)"
        draft.lookups.append(safe)
    whole = rng.choice(draft.variables)
    if draft.chance(0.6):
        shift = rng.choice([-1, 0, 1])
        keys = list(range(whole.low + shift, whole.high + shift + 1))
        family(draft, "weight_of", keys, [str(rng.choice(keys))])
        index = whole.name if shift == 0 else f"{whole.name} {'+' if shift > 0 else '-'} 1"
        draft.lookups.append(f"weight_of[{index}]")
    if draft.lookups and draft.chance(0.3):
        fixed = [text for text in draft.lookups if text.split("[")[0] == "cost"]
        draft.parameters["blend"] = {"value": f"0.4 * {rng.choice(fixed or draft.plain)} + 0.1"}
        draft.plain.append("blend")
    if draft.chance(0.4):  # a cycle-free chain declared in the wrong order
        draft.parameters = {"early": {"value": f"0.5 * {draft.plain[0]}"}, **draft.parameters}
        draft.plain.append("early")


def family(draft: Draft, name: str, keys: list[Any], reads: list[str]) -> None:
    draft.parameters[name] = {"each": {key: entry(draft) for key in keys}}
    draft.lookups += [f"{name}[{read}]" for read in reads]


def add_level_family(draft: Draft) -> None:
    """Keys: the levels of the ladder (and of the mood that shares them), or all but the lowest."""
    rung = draft.variables[0]
    assert rung.levels
    mood = next((v for v in draft.variables if v.name == "mood"), None)
    keys = list(rung.levels)
    if draft.chance(0.25):
        family(draft, "heat", keys[1:], [draft.rng.choice(keys[1:])])
        draft.lookups.append(f"if(rung > {keys[0]}, heat[rung], 0)")
        return
    extra = [level for level in (mood.levels or [] if mood else []) if level not in keys]
    family(draft, "heat", keys + extra, [draft.rng.choice(keys)])
    draft.lookups.append("heat[rung]")
    if mood:
        draft.lookups.append("heat[mood]")


def issues_block(draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """Issues that may leave parties out, and packages that may leave issues out."""
    rng, issues = draft.rng, {}
    for name in ["land", "troops", "money"][: rng.randint(1, 3)]:
        options = [f"{name}_{word}" for word in ["little", "half", "much"][: rng.randint(2, 3)]]
        inside = [p for p in draft.parties if draft.chance(0.8)] or draft.parties[:1]
        options = ["stay", "leave"] if name == "troops" and len(options) == 2 else options
        worth = {p: [amount(draft) for _ in options] for p in inside}
        weight = {p: amount(draft) for p in inside}
        issues[name] = {"options": options, "weight": weight, "worth": worth}
    packages = {}
    for package in draft.packages:
        covered = [name for name in issues if draft.chance(0.85)] or list(issues)[:1]
        packages[package] = {name: rng.choice(issues[name]["options"]) for name in covered}
    return issues, packages


def amount(draft: Draft) -> Any:
    if draft.plain and draft.chance(0.25):
        other = draft.rng.choice(draft.plain)
        return draft.rng.choice([other, f"1 - {other}", f"0.5 * {other}"])
    return draft.rng.choice([0, 1, draft.number(0, 1), draft.number(0, 1)])


# --- expressions ------------------------------------------------------------------------------


def condition(draft: Draft, depth: int = 0) -> str:
    """What `when` may read: numbers, levels, variables, and the round where rounds are limited."""
    rng, kind = draft.rng, draft.rng.random()
    if depth < 2 and kind < 0.3:
        left, right = condition(draft, depth + 1), condition(draft, depth + 1)
        return rng.choice(
            [
                f"{left} and {right}",
                f"{left} or {right}",
                f"not ({left})",
                f"not {left} or {right}",
                f"({left} or {right}) and {left}",
            ]
        )
    if draft.limit and kind > 0.93:
        return rng.choice([f"round_number <= {rng.randint(1, draft.limit)}", "1 < round_number"])
    v = rng.choice(draft.variables)
    value = v.at(rng.randint(v.low, v.high), rng)
    other = rng.choice(draft.variables)
    return rng.choice(
        [
            f"{v.name} {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {value}",
            f"{v.name} {rng.choice(['==', '!='])} {value}",
            f"{v.low} <= {v.name} < {value}",
            f"{v.name} + {other.name} > {rng.randint(-1, 3)}",
            f"abs({v.name}) <= {rng.randint(0, 2)}",
            f"({v.name} != 0 and 2 / {v.name} >= 1)",
            f"max({v.name}, {other.name}) > min({other.name}, 1)",
        ]
    )


def unit(draft: Draft, party: str | None = None, depth: int = 0) -> str:
    """An expression in [0, 1] that may read everything."""
    rng, kind = draft.rng, draft.rng.random()
    if depth < 2 and kind < 0.3:
        left, right = unit(draft, party, depth + 1), unit(draft, party, depth + 1)
        return rng.choice(
            [
                f"({left}) * ({right})",
                f"min({left}, {right})",
                f"max({left}, {right})",
                f"abs({left} - ({right}))",
                f"if({condition(draft)}, {left}, {right})",
                f"exp(-({left}) - {right})",
                f"log(1 + ({left}) * ({right}))",
                f"1 - ({left})",
                f"clip({left} + {right}, 0.1, 1)",
                f"sqrt({left})",
                f"2 ** -({left})",
                f"min({left}, {right}, 0.9)",
                f"({left}) / 2 / (1 + {right}) + 0.4 - 0.2 - 0.1",
                f"({left}) ** 2 / (1 + {right})",
            ]
        )
    v = rng.choice(draft.variables)
    pool = [
        *([rng.choice(draft.plain)] * 2 if draft.plain else []),
        *([rng.choice(draft.lookups)] * 3 if draft.lookups else []),
        f"({condition(draft, 1)})",
        f"({v.name} - {v.low}) / {v.high - v.low}".replace("- -", "+ "),
        f"if({v.name} > 0, 1 / {v.name}, 0)",
        f"({v.name} and {rng.choice(draft.variables).name})",
        str(draft.number(0, 1)),
    ]
    if draft.packages and party:
        pool += [f"worth[{party}, {rng.choice(draft.packages)}] / 3"]
        if any(w.name == "table" for w in draft.variables):
            pool.append(f"worth[{party}, table] / 3")
    if draft.limit and draft.chance(0.3):
        pool += [f"round_number / {draft.limit}", "1 / round_number"]
    return rng.choice(pool)


def pay(draft: Draft, scale: float) -> dict[str, Any]:
    """Pays for some of the parties."""
    result: dict[str, Any] = {}
    for party in draft.parties:
        if draft.chance(0.4):
            continue
        one, two = draft.number(-scale, scale), draft.number(-scale, scale)
        forms = [one, f"{one} * {unit(draft, party)}", f"-({unit(draft, party)}) * {abs(two)}"]
        forms.append(f"{one} * {unit(draft, party)} + {two} * {unit(draft, party)}")
        forms.append(f"{one} * -({unit(draft, party)}) ** 2 - {abs(two)} * ({condition(draft)})")
        result[party] = draft.rng.choice(forms)
    return result


def effect(draft: Draft) -> tuple[str | None, dict[str, Any]]:
    """A guard (or None) and a `then` that stays in range under it."""
    rng = draft.rng
    fresh = [v for v in draft.variables if v.name not in draft.touched]
    v = rng.choice(fresh if fresh and draft.chance(0.6) else draft.variables)
    w = rng.choice(draft.variables)
    draft.touched.add(v.name)
    n, low, high = v.name, v.low, v.high
    up, down = f"clip({n} + 1, {low}, {high})", f"max({n} - 1, {low})"
    forms: list[tuple[str | None, dict[str, Any]]] = [
        (f"{n} < {v.at(high, rng)}", {n: f"{n} + 1"}),
        (f"{n} > {low}", {n: f"{n} - 1"}),
        (None, {n: up}),
        (None, {n: down}),
        (None, {n: v.at(rng.randint(low, high), rng)}),
        (None, {n: v.at(rng.randint(low, high), rng)}),
        (None, {n: f"if({condition(draft, 1)}, {v.at(rng.randint(low, high), rng)}, {n})"}),
        (None, {n: f"{low + high} - {n}"}),
        (None, {n: f"clip({w.name}, {low}, {high})"}),
        (None, {n: f"({n} + {n}) / 2"}),
    ]
    if v is not w:
        other = w.at(rng.randint(w.low, w.high), rng)
        forms.append((None, {n: up, w.name: f"if({n} == {v.at(low, rng)}, {other}, {w.name})"}))
        if (v.low, v.high) == (w.low, w.high):
            forms.append((None, {n: w.name, w.name: n}))
        else:
            near = f"min({high}, max({w.name}, {low}))"
            forms.append((None, {n: near, w.name: f"clip({n}, {w.low}, {w.high})"}))
    guard, then = rng.choice(forms[:6] if draft.size == "large" and draft.chance(0.6) else forms)
    return guard, {k: int(t) if t.lstrip("-").isdigit() else t for k, t in then.items()}


# --- steps ------------------------------------------------------------------------------------


def outcome(draft: Draft, wanted: str | None = None) -> str:
    name = wanted or draft.rng.choice(list(draft.outcomes))
    draft.used_ends.add(name)
    return name


def decorated(draft: Draft, move: dict[str, Any]) -> dict[str, Any]:
    if draft.chance(0.1):
        move["label"] = draft.rng.choice(["Hold, and wait", "Strike: at dawn", "Offer"])
    if draft.chance(0.06):
        move["force"] = True
    if draft.chance(0.06):
        move["source"] = {"talk": "part 1, 0:30"}
    return move


def some_move(draft: Draft, ends: float, free: bool, nature: bool = False) -> dict[str, Any]:
    """A move; `free` ones are offered always, nature's may not be locked by their guard."""
    move: dict[str, Any] = {}
    guard, then = (
        effect(draft) if draft.chance(0.75 if draft.size == "small" else 0.9) else (None, {})
    )
    if free and guard:
        guard, then = None, {}
    if not free and draft.chance(0.35):
        more = condition(draft)
        guard = f"{guard} and ({more})" if guard else more
    if guard:
        move["when"] = guard
    if draft.chance(0.5):
        move["pay"] = pay(draft, 0.25)
    if then:
        move["then"] = then
    if draft.chance(ends):
        move["end"] = outcome(draft)
        if draft.locks and not nature:
            move["when"] = f"({guard}) and locked == 0" if guard else "locked == 0"
        if draft.chance(0.5):
            move.pop("then", None)
    items = list(decorated(draft, move).items())
    draft.rng.shuffle(items)
    return dict(items)


def party_step(draft: Draft, name: str, by: str) -> dict[str, Any]:
    rng = draft.rng
    pool = ["hold", "offer", "climb", "yield_to", "warn", "press"]
    names = rng.sample(pool, rng.choice([1, 2, 2, 3, 3, 4]))
    moves = {name: some_move(draft, 0.08, False) for name in names}
    if draft.chance(0.2) and len(names) > 1:  # two that between them always offer something
        test = condition(draft)
        moves[names[0]] = {"when": test, "pay": pay(draft, 0.3)}
        moves[names[1]] = {"when": f"not ({test})", **some_move(draft, 0, True)}
    else:
        moves[rng.choice(names)] = some_move(draft, 0.0, True) if draft.chance(0.8) else {}
    return {"name": name, "by": by, "moves": moves}


def answer_step(draft: Draft, name: str, by: str) -> dict[str, Any]:
    """Somebody may accept what is on the table."""
    test = "table != empty and not locked" if draft.locks else "table != empty"
    accept: dict[str, Any] = {"when": test, "end": outcome(draft, "settlement")}
    if draft.chance(0.3):
        accept["then"] = {"rung": 0}
    refuse = some_move(draft, 0, True)
    return {"name": name, "by": by, "moves": {"accept": accept, "refuse": refuse}}


def propose_step(draft: Draft, name: str, by: str) -> dict[str, Any]:
    moves: dict[str, Any] = {"hold": decorated(draft, {})}
    for package in draft.packages:
        moves[f"offer_{package}"] = {"then": {"table": package}, "pay": pay(draft, 0.1)}
    if draft.chance(0.3):
        moves["withdraw"] = {"when": "table != empty", "then": {"table": "empty"}}
    return {"name": name, "by": by, "moves": moves}


def nature_step(draft: Draft, name: str, ends: float) -> dict[str, Any]:
    rng, kind = draft.rng, draft.rng.random()
    moves: dict[str, Any] = {}
    if kind < 0.1:
        moves["nothing"] = {"odds": rng.choice(["rest", 1]), **some_move(draft, 0, True)}
        return {"name": name, "by": "nature", "moves": moves}
    if kind < 0.25:
        odds = unit(draft)
        odds = f"(1 - locked) * ({odds})" if draft.locks else odds
        moves["left"] = {"odds": odds, **some_move(draft, ends, True, True)}
        moves["right"] = {"odds": f"1 - ({odds})", **some_move(draft, 0, True)}
        return {"name": name, "by": "nature", "moves": moves}
    share = 0.25 if rng.random() < 0.7 else 0.45
    for move in ["disaster", "lapse"][: rng.randint(1, 2)]:
        v = rng.choice(draft.variables)
        odds = rng.choice(
            [
                f"{share} * ({unit(draft)})",
                f"{share} * ({unit(draft)})",
                draft.number(0.02, share),
                f"{share} * ({v.name} > {v.low})",
                f"if({condition(draft)}, 0, {share})",
                f"{share} * ({v.name} - {v.low}) / {v.high - v.low}".replace("- -", "+ "),
            ]
        )
        odds = f"(1 - locked) * ({odds})" if draft.locks else odds
        moves[move] = {"odds": odds, **some_move(draft, ends, draft.chance(0.6), True)}
    for move in ["nothing", "wobble", "shift"][: rng.choice([1, 1, 2, 3])]:
        moves[move] = {"odds": "rest", **some_move(draft, 0, move == "nothing")}
    return {"name": name, "by": "nature", "moves": moves}


def steps_block(draft: Draft) -> list[dict[str, Any]]:
    rng, has_table = draft.rng, any(v.name == "table" for v in draft.variables)
    count = {"small": rng.choice([2, 3, 3, 4]), "medium": 5, "large": 6}[draft.size]
    names = ["opening", "reply", "act", "fortune", "late", "closing"]
    steps: list[dict[str, Any]] = []
    for position in range(count):
        by = draft.parties[position % len(draft.parties)]
        by = by if draft.chance(0.7) else rng.choice(draft.parties)
        if has_table and position == 0 and draft.chance(0.6):
            steps.append(propose_step(draft, names[position], by))
        elif has_table and position == 1 and draft.chance(0.8):
            steps.append(answer_step(draft, names[position], by))
        elif position > 0 and draft.chance(0.45 if position < count - 1 else 0.8):
            steps.append(nature_step(draft, names[position], 0.6))
        else:
            steps.append(party_step(draft, names[position], by))
    if not draft.used_ends:
        guard = {"when": "locked < 1"} if draft.locks else {}
        steps[-1]["moves"]["give_up"] = {"end": outcome(draft)} | guard
        if steps[-1]["by"] == "nature":
            steps[-1]["by"] = rng.choice(draft.parties)
            for move in steps[-1]["moves"].values():
                move.pop("odds", None)
    locking = [
        move
        for step in steps
        for move in step["moves"].values()
        if step["by"] != "nature" and "end" not in move
    ]
    if draft.locks and locking:
        move = rng.choice(locking)
        move["then"] = move.get("then", {}) | {"locked": 1}
    return steps


def outcomes_block(draft: Draft) -> None:
    """Empty outcomes; their pays come when everything else is known."""
    kinds = {
        "settlement": "agreement",
        "disaster": "war",
        "victory": "capitulation",
        "truce": "ceasefire",
        "abyss": "catastrophe",
    }
    more = draft.rng.sample(list(kinds)[1:], draft.rng.randint(1, 3))
    draft.outcomes = {name: {"kind": kinds[name]} for name in ["settlement", *more]}


def fill_outcomes(draft: Draft, at_end: str | None) -> None:
    rng, limit = draft.rng, draft.limit
    for name, described in draft.outcomes.items():
        if at_end == name:
            draft.limit = None  # which round at_end belongs to when pays are read is left open
        if draft.chance(0.9):
            described["pay"] = pay(draft, 1.2)
        draft.limit = limit
        lasting = [v for v in draft.variables if at_end != name or not v.of_round]
        if lasting and draft.chance(0.6):
            described["by"] = rng.choice(lasting).name
        if draft.chance(0.1):
            described["label"] = name.capitalize()


# --- the whole --------------------------------------------------------------------------------


def parties_block(draft: Draft) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for party in draft.parties:
        p, cost = draft.plain[0], "cost" in draft.parameters
        patience: Any = draft.rng.choice(
            [
                draft.number(0.6, 0.97),
                draft.number(0.6, 0.97),
                f"1 - 0.4 * {p} - 0.02",
                f"clip({p} + 0.5, 0.5, 0.95)",
                f"0.9 - 0.2 * cost[{party}]" if cost else 0.9,
            ]
        )
        sharp = draft.number(0.5, 20 if draft.chance(0.1) else 7)
        precision = draft.rng.choice([sharp, sharp, f"1 + 5 * {p}", f"{sharp} / (1 + {p})", 3])
        result[party] = {"patience": patience, "precision": precision}
        if draft.limit and draft.chance(0.4):
            result[party]["patience"] = 1
            if draft.chance(0.5):
                del result[party]["patience"]
        if draft.chance(0.2):
            result[party] |= {"label": party.capitalize(), "colour": "#336699"}
        if draft.chance(0.1):
            result[party]["about"] = "One side, among others"
    return result


def draft_data(rng: Random, limit: int | None, entropy: bool, size: str) -> dict[str, Any]:
    """One candidate, as the mapping that its text will hold."""
    draft = Draft(rng, size, limit)
    count = 4 if size == "large" else rng.choice([1, 2, 2, 2, 3])
    draft.parties = rng.sample(PARTIES, count)
    if size == "large" or draft.chance(0.7):
        draft.packages = rng.sample(PACKAGES, rng.randint(1, 2))
    draft.locks = draft.chance(0.12)
    add_state(draft)
    add_parameters(draft)
    outcomes_block(draft)
    data: dict[str, Any] = {"offramp": 1, "title": "A generated crisis", "time": {"round": "month"}}
    data["parties"] = parties_block(draft)
    data["sources"] = {"talk": {"title": "A talk, in parts", "kind": "video"}}
    data["parameters"] = draft.parameters
    if draft.packages:
        data["issues"], data["packages"] = issues_block(draft)
    data["state"] = state_block(draft)
    data["round"] = steps_block(draft)
    at_end = rng.choice([*draft.outcomes, "stalled"]) if limit else None
    if at_end == "stalled":
        draft.outcomes["stalled"] = {"kind": "stalemate"}
    fill_outcomes(draft, at_end)
    data["outcomes"] = draft.outcomes
    data["rounds"] = limit or "unlimited"
    if limit:
        data["at_end"] = at_end
    if entropy:
        data["values"] = "entropy"
    return data


def scenario_text(
    seed: int, *, limit: int | None = None, entropy: bool = False, size: str = "small"
) -> str:
    """The text of the seed's scenario; `size` is small, medium or large.

    Candidates outside the size's band of nodes are passed over. `large` has four parties and, if
    nothing else is said, ten rounds.
    """
    limit = 10 if size == "large" and limit is None else limit
    least, high = BANDS[size] if limit is None else BANDS_PER_ROUND[size]
    least, high = least * (limit or 1), high * (limit or 1)
    wanted = least * Random(seed).choice([1, 1, 2, 3]) if size == "small" else least
    for attempt in range(3000):
        rng = Random(f"{seed} {size} {limit} {entropy} {attempt}")
        data = draft_data(rng, limit, entropy, size)
        nodes, ends, open_share = survey(data, high)
        if not (wanted if attempt < 80 else least) <= nodes <= high:
            continue
        # mostly several ends, and an end in reach from everywhere; now and then a closed class
        if (len(ends) > 1 or rng.random() < 0.05) and (open_share == 1 or rng.random() < 0.5):
            return written(data, rng)
    raise ValueError(f"no {size} scenario for seed {seed}")

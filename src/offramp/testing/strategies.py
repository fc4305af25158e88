"""Hypothesis strategies: sound small scenarios, and uses of a mechanism in them.

For people who write mechanisms, and for our own laws. Needs the package `hypothesis`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from offramp.core.errors import Place
from offramp.scenario.model import Mechanism, Need
from offramp.scenario.shape import shaped
from offramp.scenario.shelf import mechanism_path
from offramp.scenario.yaml_text import parse_yaml, read_text

Words = dict[str, Any]
"""A scenario as plain mappings, lists, numbers and texts: what `offramp.scenario.read` takes."""

PARTIES = ("north", "south", "east")
VARIABLES: Mapping[str, Words] = {
    "rung": {"levels": ["calm", "tense", "fight"]},
    "left": {"range": [0, 2]},
    "trust": {"range": [-1, 1]},
    "table": {"levels": ["empty", "deal", "swap"]},
    "warned": {"range": [0, 1], "scope": "round"},
}
FREE = ("table", "rung", "left", "warned")
"""Variables that a mechanism may be handed: none of them goes below 0."""
SPARE = "spare"
"""Stem of further variables, for mechanisms that need more than four."""
SWITCH = "door"
"""A switch of the scenario, for mechanisms that need one."""
STEP = "weather"
"""A step of nature that changes nothing, for mechanisms that stand after some step."""
HIGHEST = {"rung": 2, "left": 2, "trust": 1, "table": 2, "warned": 1}
LOWEST = {"rung": 0, "left": 0, "trust": -1, "table": 0, "warned": 0}
RANGES = (
    "uniform(0.1, 0.6)",
    "triangular(0, 0.2, 0.9)",
    "pert(0.1, 0.3, 0.8)",
    "normal(0.4, 0.05)",
    "lognormal(-1.2, 0.3)",
    "beta(2, 5)",
    "choice(0.1, 0.5, 0.2)",
)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=30
)
"""Labels and notes: any printable text."""


def odds_shares() -> st.SearchStrategy[float]:
    """Numbers from 0 to 1 with two digits."""
    return st.integers(0, 100).map(lambda n: n / 100)


@st.composite
def scenario_words(
    draw: st.DrawFn, *, limited: bool | None = None, entropy: bool | None = None
) -> Words:
    """A sound scenario of at most a few hundred nodes.

    ``limited`` and ``entropy`` choose rounds with a limit and the entropy convention; None
    leaves both open. Every step offers a move everywhere and no `then` leaves its range.
    """
    parties = PARTIES[: draw(st.integers(1, 3))]
    variables = draw(
        st.lists(st.sampled_from(sorted(VARIABLES)), min_size=1, max_size=3, unique=True)
    )
    limit = draw(st.integers(1, 4)) if draw(_choice(limited)) else None
    words: Words = {"offramp": 1, "title": draw(TEXTS)}
    words["parties"] = {party: _party(draw) for party in parties}
    words["parameters"] = _parameters(draw, parties)
    words["sources"] = {"memo": {"title": draw(TEXTS), "date": "2026-01-31"}}
    words |= _packages(draw, parties, variables)
    words["state"] = {name: _variable(draw, name) for name in variables}
    words["round"] = [
        _step(draw, f"step_{i}", parties, variables)
        for i in range(draw(st.sampled_from((3, 2, 1, 4))))
    ]
    words["outcomes"] = {
        "settled": {"kind": "agreement", "pay": _pay(draw, parties, variables)},
        "war": {"kind": "war", "pay": _pay(draw, parties, variables)},
    }
    if variables and draw(st.booleans()):
        words["outcomes"]["settled"]["by"] = draw(st.sampled_from(variables))
    words["rounds"] = limit or "unlimited"
    words |= {"at_end": "war"} if limit else {}
    return words | ({"values": "entropy"} if draw(_choice(entropy)) else {})


@st.composite
def uses_of(
    draw: st.DrawFn,
    name: str,
    folder: Path | None = None,
    *,
    limited: bool | None = None,
    entropy: bool | None = None,
) -> Words:
    """A sound scenario that uses the mechanism ``name``, its needs met by something of their kind.

    The mechanism stands in ``folder`` or in the library; write the words into a file of that
    folder to read them from there. ``limited`` and ``entropy`` are those of `scenario_words`.
    """
    path = mechanism_path(name, folder, Place("strategies", 1, 1))
    mechanism = shaped(Mechanism, parse_yaml(read_text(path), str(path)))
    words = draw(scenario_words(limited=limited, entropy=entropy))
    for variable in VARIABLES:
        words["state"].setdefault(variable, _variable(draw, variable))
    kinds = [about.kind for about in mechanism.with_.values()]
    spare = [f"{SPARE}_{k}" for k in range(1, 1 + max(0, kinds.count("variable") - len(FREE)))]
    words["state"] |= {name: {"range": [0, 2], "start": 0} for name in spare}
    if "switch" in kinds:
        words["switches"] = {SWITCH: {"options": ["shut", "ajar"], "value": "shut"}}
    given: Words = {}
    for need, about in mechanism.with_.items():
        if about.default is None or draw(st.booleans()):
            given[need] = _given(draw, need, about, tuple(words["parties"]), given, spare)
    first = 0
    if "step" in kinds:
        idle: Words = {"name": STEP, "by": "nature", "moves": {"fair": {"odds": "rest"}}}
        words["round"].insert(0, idle)
        first = 1
    at = draw(st.integers(first, len(words["round"])))
    words["round"].insert(at, {"use": name, "as": "part", "with": given})
    return words


def _choice(wanted: bool | None) -> st.SearchStrategy[bool]:
    return st.booleans() if wanted is None else st.just(wanted)


def _given(
    draw: st.DrawFn, name: str, need: Need, parties: tuple[str, ...], given: Words, spare: list[str]
) -> Any:
    """Something of the kind that is needed; two needs never stand for one variable."""
    if need.kind == "variable":
        free = [v for v in (*FREE, *spare) if v not in given.values()]
        return name if name in free else draw(st.sampled_from([v for v in free if v not in given]))
    choices = {
        "party": parties,
        "number": (1,),
        "expression": ("gain", "0.1 * gain", 0.2),
        "condition": (0, 1, "1 - 1"),
        "level": ("deal", "swap"),
        "outcome": ("settled", "war"),
        "package": ("deal", "swap"),
        "parameter": ("gain", "odd"),
        "step": (STEP,),
        "switch": (SWITCH,),
    }
    return draw(st.sampled_from(choices[need.kind]))


def _party(draw: st.DrawFn) -> Words:
    return {
        "patience": draw(st.integers(50, 95)) / 100,
        "precision": draw(st.sampled_from((0.5, 1, 2, 4.5, "1 + 4 * odd"))),
        **({"label": draw(TEXTS)} if draw(st.booleans()) else {}),
    }


def _parameters(draw: st.DrawFn, parties: tuple[str, ...]) -> Words:
    odd: Words = {"value": draw(odds_shares()), "range": draw(st.sampled_from(RANGES[:3]))}
    gain: Any = draw(st.sampled_from((0.3, {"range": draw(st.sampled_from(RANGES))})))
    return {
        "odd": odd | ({"note": draw(TEXTS), "source": "memo"} if draw(st.booleans()) else {}),
        "gain": gain,
        "derived": {"value": "0.5 * odd + gain", "unit": draw(TEXTS)},
        "cost": {"each": {party: draw(odds_shares()) for party in parties}},
    }


def _packages(draw: st.DrawFn, parties: tuple[str, ...], variables: list[str]) -> Words:
    worth = {party: [draw(odds_shares()), "1 - gain"] for party in parties}
    land = {"options": ["all", "half"], "weight": dict.fromkeys(parties, 1), "worth": worth}
    return {
        "issues": {"land": land},
        "packages": {"deal": {"land": "all"}, "swap": {"land": "half"}},
    }


def _variable(draw: st.DrawFn, name: str) -> Words:
    start = draw(st.integers(LOWEST[name], HIGHEST[name]))
    levels = VARIABLES[name].get("levels")
    return {**VARIABLES[name], "start": levels[start] if levels else start}


def _condition(draw: st.DrawFn, variables: list[str]) -> str:
    name = draw(st.sampled_from(variables))
    sign = draw(st.sampled_from(("<", "<=", "==", "!=", ">", ">=")))
    one = f"{name} {sign} {draw(st.integers(LOWEST[name], HIGHEST[name]))}"
    more = draw(st.sampled_from(("{}", "not {}", "{} or 1 < {} + 1", "0 <= ({}) < 1")))
    return more.format(one, name)


def _then(draw: st.DrawFn, variables: list[str]) -> Words:
    chosen = draw(st.lists(st.sampled_from(variables), min_size=1, max_size=2, unique=True))
    forms = ("min({0} + 1, {2})", "max({0} - 1, {1})", "{1} + {2} - {0}", "{2}", "({0} + {0}) / 2")
    return {
        name: draw(st.sampled_from(forms)).format(name, LOWEST[name], HIGHEST[name])
        for name in chosen
    }


def _amount(draw: st.DrawFn, parties: tuple[str, ...], variables: list[str]) -> Any:
    number = draw(st.integers(-100, 100)) / 100
    forms = [number, f"{number} * gain", f"{number} * cost[{parties[0]}]"]
    forms += [f"{number} * ({_condition(draw, variables)})"] if variables else []
    forms += [f"worth[{parties[-1]}, table] - 0.5"] if "table" in variables else []
    return draw(st.sampled_from(forms))


def _pay(draw: st.DrawFn, parties: tuple[str, ...], variables: list[str]) -> Words:
    paid = draw(st.lists(st.sampled_from(parties), max_size=len(parties), unique=True))
    return {party: _amount(draw, parties, variables) for party in paid}


def _move(draw: st.DrawFn, parties: tuple[str, ...], variables: list[str]) -> Words:
    move: Words = {"pay": _pay(draw, parties, variables)}
    if variables:
        move["then"] = _then(draw, variables)
        if draw(st.booleans()):
            move["when"] = _condition(draw, variables)
    if draw(st.sampled_from((False, False, False, True))):
        move["end"] = draw(st.sampled_from(("settled", "war")))
    return move


def _step(draw: st.DrawFn, name: str, parties: tuple[str, ...], variables: list[str]) -> Words:
    by = draw(st.sampled_from((*parties, "nature")))
    count = draw(st.sampled_from((3, 2, 1)))
    moves = {f"move_{i}": _move(draw, parties, variables) for i in range(count)}
    last = moves[f"move_{count - 1}"]
    last.pop("when", None)
    if by == "nature":
        for move in moves.values():
            move["odds"] = draw(st.sampled_from((0.2, "0.3 * odd", "odd / 4", 0)))
        last["odds"] = "rest"
    return {"name": name, "by": by, "moves": moves}

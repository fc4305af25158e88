"""The figures of the page on the talks, worked out by a run: `python docs/_ext/talks_figures.py`.

At nominal values, where one game takes about a second: ends and verdicts by telling, precision and
switch; what every mechanism does; which single change flips the likeliest end; how often the
account's own causal chain happens. Over draws, which take minutes: the class of every claim.
Written to docs/explanation/talks.json; with names of tables only these are worked out again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import offramp
from offramp.analysis import visits
from offramp.game import Game, build, fix
from offramp.scenario import Scenario, fixed, understand, with_account
from offramp.study import mechanism_effects
from offramp.study.claims.checking import Effort

HERE = Path(__file__).resolve().parents[1] / "explanation" / "talks.json"
SCALES = (0.5, 1.0, 2.0, 5.0)
DRAFT = "mediator_own_draft"
OPTIONS = ("not_prepared", "prepared")
DRAWS = 256
DATES = ("january_2026", "before_the_offer")
KINDS = ("agreement", "ceasefire", "stalemate", "capitulation", "war", "catastrophe")


def tellings(scenario: Scenario) -> tuple[str, ...]:
    """The accounts, then the analyst's middle."""
    return (*scenario.accounts, "")


def game_of(scenario: Scenario, account: str, options: Mapping[str, str] | None = None) -> Game:
    """The game as an account tells it, with some of its switches set."""
    told = with_account(scenario, account) if account else scenario
    return build(understand(fixed(told, dict(options or {}))))


def kinds_of(game: Game, scale: float = 1.0, draws: Any = None) -> list[dict[str, float]]:
    """Kind of end to probability, of every draw; empty where it is not solved."""
    solved = offramp.solve(game, draws or game.nominal(), precision_scale=scale, starts=0)
    found = offramp.outcomes(solved, rounds=0)
    of_kind = {
        kind: [name for name, one in game.scenario.outcomes.items() if one.kind == kind]
        for kind in KINDS
    }
    rows = {
        kind: found.probability.sel(outcome=names).sum("outcome").values
        for kind, names in of_kind.items()
    }
    return [
        {kind: float(rows[kind][i]) for kind in KINDS} if fine else {}
        for i, fine in enumerate(solved.equilibria.status == "solved")
    ]


def ends(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Ends by telling, precision, draft and date."""
    for account, date, draft in product(tellings(scenario), DATES, OPTIONS):
        game = game_of(scenario, account, {DRAFT: draft, "date": date})
        for scale in SCALES:
            yield {
                "account": account,
                "date": date,
                "draft": draft,
                "scale": scale,
                "kinds": kinds_of(game, scale)[0],
            }


def verdicts(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """State of every claim by telling, precision and draft."""
    for draft in OPTIONS:
        whole = fixed(scenario, {DRAFT: draft})
        for account in tellings(scenario):
            for scale in SCALES:
                found = offramp.claims(
                    whole, draws=0, brief=True, accounts=[account], precision_scale=scale
                )
                states = {one.name: one.state for one in found}
                yield {"account": account, "draft": draft, "scale": scale, "states": states}


def classes(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Class and share of every claim over draws, by telling, with the effort of a run."""
    found = offramp.claims(
        scenario,
        draws=DRAWS,
        seed=1,
        accounts=tellings(scenario),
        effort=Effort(starts=0, without=16),
    )
    for one in found:
        yield {
            "account": one.account,
            "name": one.name,
            "class": one.kind,
            "share": one.share,
            "draws": one.declared.counted,
        }


def effects(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """What every mechanism does to the kinds of ends, by telling."""
    for account in tellings(scenario):
        for one in mechanism_effects(game_of(scenario, account), None):
            yield {
                "account": account,
                "name": one.name,
                "label": one.label,
                "change": dict(one.change),
            }


def flips(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Single assumptions at an end of their range, with which another end is the likeliest."""
    for account in tellings(scenario):
        game = game_of(scenario, account)
        plain = kinds_of(game)[0]
        likeliest = max(plain, key=lambda kind: plain[kind])
        for one in game.meaning.assumptions:
            if one.distribution is None or getattr(one, "options", ()):
                continue
            for end in one.distribution.quantile(np.array([1e-9, 1 - 1e-9])):
                value = round(float(end), 6)
                found = kinds_of(game, draws=fix(game.meaning, game.nominal(), {one.name: value}))[
                    0
                ]
                top = max(found, key=lambda kind: found[kind]) if found else "not solved"
                if top != likeliest:
                    yield {
                        "account": account,
                        "name": one.name,
                        "value": value,
                        "from": likeliest,
                        "to": top,
                        "kinds": found,
                    }


def chain(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """How often the chain of S2 to S5 happens."""
    for account in tellings(scenario):
        game = game_of(scenario, account, {"date": "before_the_offer"})
        play = offramp.solve(game, starts=0).equilibria.strategy
        yield {
            "account": account,
            "made": times(game, play, "propose", "offer"),
            "promoted": times(game, play, "mediator_turn", "promote", on_offer=True),
            "held_over": times(game, play, "absent_stance", "delay", on_offer=True)
            + times(game, play, "kyiv_answer", "delay", on_offer=True),
            "countered": times(game, play, "kyiv_answer", "counter", on_offer=True),
            "forgotten": times(game, play, "attention_drift", "lapse", on_offer=True),
            "accepted": times(game, play, "kyiv_answer", "accept", on_offer=True),
        }


def times(game: Game, play: Any, step: str, move: str, *, on_offer: bool = False) -> float:
    """Expected times that a move is made, or made with the first offer on the table."""
    structure, strategy = game.unmerged, game.unmerged_strategy(play)
    steps = [one.name for one in game.meaning.steps]
    before, own = game.meaning.steps[: steps.index(step)], game.meaning.steps[steps.index(step)]
    at = sum(len(one.moves) for one in before) + [one.name for one in own.moves].index(move)
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    edges = (structure.step[source] == steps.index(step)) & (game.reached.move == at)
    if on_offer:
        table = game.reached.rows[:, game.reached.columns.names.index("table")]
        edges &= table[source] == 1
    return float((visits(structure, strategy)[0][source] * strategy[0] * edges).sum())


TABLES: dict[str, Callable[[Scenario], Iterator[dict[str, Any]]]] = {
    "ends": ends,
    "effects": effects,
    "chain": chain,
    "flips": flips,
    "verdicts": verdicts,
    "classes": classes,
}


def main(*names: str) -> None:
    """Work everything out, or the tables that are named, and write it down."""
    scenario = offramp.read("trilateral-talks")
    told = json.loads(HERE.read_text(encoding="utf-8")) if names else {}
    told |= {"nodes": int(build(scenario).structure.nodes), "scales": SCALES}
    told |= {name: list(TABLES[name](scenario)) for name in names or TABLES}
    HERE.write_text(json.dumps(_short(told), indent=1) + "\n", encoding="utf-8")


def _short(value: Any) -> Any:
    """Numbers to five places."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    return [_short(one) for one in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The tables of the page on the talks with hidden information, worked out by a run.

`python docs/_ext/hidden_figures.py` writes docs/explanation/talks-hidden.json: by the name of a
table its head and its rows, as they are printed. It takes some ten minutes of one core.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import offramp
from offramp.game import Game, build
from offramp.scenario import Scenario, fixed, parse_query, understand, with_account
from offramp.study import evaluate_queries

SAVED = Path(__file__).resolve().parents[1] / "explanation" / "talks-hidden.json"
BROADCAST = "as_broadcast"
DRAWS, SEED = 64, 1
UNSEEN, KNOWN = "    unseen: [ladder_act, ladder_risk]\n", "known_to: [russia]"
ENDS = ("settlement", "truce", "stalemate", "escalation", "catastrophe")
Row = Sequence[str]


def orders() -> dict[str, Scenario]:
    """The three orders of strike and act, with their numbers in one order and so the same draws."""
    together = offramp.read("trilateral-talks-simultaneous")
    text = offramp.scenario_text(together)
    assert UNSEEN in text
    main = fixed(offramp.read("trilateral-talks-earlier"), {"mediator_own_draft": "prepared"})
    order = list(together.parameters)
    numbers = dict(sorted(main.parameters.items(), key=lambda pair: order.index(pair[0])))
    first = main.model_copy(update={"parameters": numbers})
    return {
        "Ukraine first, seen": first,
        "at the same time": together,
        "Russia first, seen": offramp.read(text.replace(UNSEEN, "")),
    }


def knowing() -> dict[str, Scenario]:
    """The text with resolve, by who knows it."""
    private = offramp.read("trilateral-talks-private")
    text = offramp.scenario_text(private)
    assert text.count(KNOWN) == 1
    everybody = text.replace(KNOWN, "known_to: [russia, ukraine, united_states]")
    nobody = text.replace(KNOWN, "known_to: []")
    return {
        "private": private,
        "known to all": offramp.read(everybody),
        "known to nobody": offramp.read(nobody),
    }


def shares(scenarios: dict[str, Scenario], accounts: Sequence[str]) -> Iterator[Row]:
    """Claim by claim, in how many draws with a verdict it holds: by scenario, then by account."""
    columns = [
        {one.name: one.declared for one in found}
        for scenario in scenarios.values()
        for account in accounts
        for found in [
            offramp.claims(scenario, draws=DRAWS, seed=SEED, brief=True, accounts=[account])
        ]
    ]
    for name in columns[0]:
        yield name, *(f"{one[name].held} of {one[name].counted}" for one in columns)


def ends(game: Game, scale: float = 1.0) -> list[float]:
    """Probabilities of the ends at nominal values."""
    found = offramp.outcomes(offramp.solve(game, precision_scale=scale, starts=0), rounds=0)
    return [float(found.probability.sel(outcome=name)[0]) for name in ENDS]


def sizes(scenarios: dict[str, Scenario]) -> Iterator[Row]:
    """Ends and payoffs where strikes weigh more and the one who acts has the whole advantage."""
    for gain, harm in ((0.02, 0.04), (0.1, 0.2), (0.2, 0.4)):
        for number, (order, scenario) in enumerate(scenarios.items()):
            game = build(understand(with_account(scenario, BROADCAST)))
            draws = game.nominal()
            values = draws.values.copy()
            for name, value in (("gain", gain), ("harm", harm), ("advantage", 1.0)):
                values[:, draws.names.index(f"first_{name}")] = value
            draws = replace(draws, values=values)
            found = offramp.outcomes(offramp.solve(game, draws, starts=0), rounds=0)
            told = {one: float(found.probability.sel(outcome=one)[0]) for one in ENDS}
            worse = told["escalation"] + told["catastrophe"]
            pays = [float(found.payoff.sel(party=one)[0]) for one in ("russia", "ukraine")]
            numbers = (told["settlement"], told["truce"], worse, *pays)
            yield (
                f"{gain:g} and {harm:g}" if number == 0 else "",
                order.removesuffix(", seen"),
                *(f"{one:.2f}".replace("-", "−") for one in numbers),
            )


def by_resolve(scenarios: dict[str, Scenario]) -> Iterator[Row]:
    """What Russia does and how it ends, at low and at high resolve."""
    asked = {
        "settlement": "settlement",
        "ever makes the offer": "ever table == first_offer",
        "ever threatens": "ever threats_made > 0",
        "ever at the intermediate rung": "ever ladder_rung == intermediate",
    }
    columns = []
    for scenario in scenarios.values():
        meaning = understand(scenario)
        for level in ("low", "high"):
            told = f"resolve == {level}"
            texts = [f"P({what} and {told})" for what in asked.values()]
            queries = [parse_query(one, meaning) for one in (*texts, f"P(ever {told})")]
            values = evaluate_queries(scenario, queries, starts=0).values[0]
            columns.append([float(one / values[-1]) for one in values[:-1]])
    for row, what in enumerate(asked):
        yield what, *(f"{column[row]:.2f}" for column in columns)


def states(scenario: Scenario) -> Iterator[Row]:
    """Claim by claim its state at nominal values, on the common ground and on each account."""
    columns = [
        {one.name: one.state for one in found}
        for account in ("", *scenario.accounts)
        for found in [offramp.claims(scenario, draws=0, brief=True, accounts=[account])]
    ]
    for name in columns[0]:
        yield name, *(one[name] for one in columns)


def tables() -> Iterator[tuple[str, Row, Iterator[Row]]]:
    """Name, head and rows of every table."""
    order, known = orders(), knowing()
    yield "orders", ("holds in", *order), shares(order, [BROADCAST])
    head = ("a strike gains and harms", "", "settlement", "truce", "escalation and catastrophe")
    yield "sizes", (*head, "Russia gets", "Ukraine gets"), sizes(order)
    columns = np.array([ends(build(one)) for one in known.values()]).T
    rows = ((end, *(f"{x:.3f}" for x in row)) for end, row in zip(ENDS, columns, strict=True))
    yield "known", ("at nominal values, common ground", *known), rows
    two = {name: known[name] for name in ("private", "known to all")}
    levels = [f"{name}, {level}" for name in two for level in ("low", "high")]
    yield "resolve", ("by resolve", *levels), by_resolve(two)
    tellings = ("", "common ground", "broadcast", "Kyiv", "Washington")
    yield "states", tellings, states(known["private"])
    yield "main", tellings, states(order["Ukraine first, seen"])
    columns = [f"{name}, {who}" for name in two for who in ("common ground", "broadcast")]
    yield "draws", ("holds in", *columns), shares(two, ["", BROADCAST])


if __name__ == "__main__":
    told = {}
    for name, head, rows in tables():
        told[name] = {"head": head, "rows": list(rows)}
        SAVED.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

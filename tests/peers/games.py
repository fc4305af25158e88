"""Turn-based stochastic games, made once for two solvers: as arrays and as a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

PRECISION = 3.0
PARTIES = ("ash", "birch", "cedar")
ODDS_UNIT = 10_000
PRICES = 12
PRICE_GAME_FILE = Path(__file__).with_name("price_game.yaml")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TurnGame:
    """A stochastic game in which exactly one party chooses in every state and play never ends.

    owner: the party that moves in each state, (state,).
    moves: how many moves it has there, (state,).
    pay: what a move gives, (state, move, party), zero where there is no such move.
    odds: where a move leads, (state, move, next state), zero where there is no such move.
    patience: discount from one period to the next, (party,).
    variables: (state,) each state in the scenario's words, such as {"state": 3}.
    text: the same game as an Offramp scenario that starts in state 0.
    """

    name: str
    owner: tuple[int, ...]
    moves: tuple[int, ...]
    pay: Floats
    odds: Floats
    patience: tuple[float, ...]
    variables: tuple[dict[str, int], ...]
    text: str

    @property
    def states(self) -> int:
        """How many states the game has."""
        return len(self.owner)


def random_game(
    states: int,
    seed: int,
    *,
    patience: Sequence[float] = (0.9, 0.9, 0.9),
    successors: int | None = None,
    fewest: int = 3,
    most: int = 3,
    stakes: float = 1.0,
) -> TurnGame:
    """A random game of three parties; every state can be reached from every other.

    successors: how many states a move can lead to, None for all of them.
    fewest, most: bounds on the number of moves of a state.
    stakes: pays of a period are drawn from [0, stakes] in hundredths of it.
    Only `random.Random.random` is used, whose sequence Python promises to keep.
    """
    chance = Random(seed)
    parties = len(PARTIES)
    owner = _shuffled(chance, [state % parties for state in range(states)])
    moves = tuple(fewest + _below(chance, most - fewest + 1) for _ in range(states))
    pay = np.zeros((states, most, parties))
    odds = np.zeros((states, most, states))
    for state in range(states):
        for move in range(moves[state]):
            pay[state, move] = [stakes * _below(chance, 101) / 100 for _ in range(parties)]
            reached = _reached(chance, states, successors, (state + 1 + move) % states)
            odds[state, move, reached] = _shares(chance, len(reached))
    kind = "dense" if successors is None else f"sparse{successors}"
    return TurnGame(
        name=f"random_{kind}_{states}_states_seed_{seed}",
        owner=owner,
        moves=moves,
        pay=pay,
        odds=odds,
        patience=tuple(patience),
        variables=tuple({"state": state} for state in range(states)),
        text=_scenario_text(owner, moves, pay, odds, patience),
    )


def price_game() -> TurnGame:
    """Alternating price competition with 24 states (Maskin & Tirole 1988, Econometrica 56:3).

    Two firms without costs set prices in turn on the grid 0.0, 0.1, ..., 1.1; the price of the
    other firm stands. Demand is 2 - price and goes to the cheaper firm, halved at equal prices;
    patience is 0.95. State (firm to move, price of the other) = 12 * firm + 10 * price, which are
    the numbers of the example "Stochastic game with sequential moves" in sgamesolver's manual.
    """
    states = 2 * PRICES
    pay = np.zeros((states, PRICES, 2))
    odds = np.zeros((states, PRICES, states))
    for firm in range(2):
        for standing in range(PRICES):
            state = PRICES * firm + standing
            for chosen in range(PRICES):
                pay[state, chosen, firm] = _profit(chosen, standing)
                pay[state, chosen, 1 - firm] = _profit(standing, chosen)
                odds[state, chosen, PRICES * (1 - firm) + chosen] = 1.0
    return TurnGame(
        name="price_competition_24_states",
        owner=(0,) * PRICES + (1,) * PRICES,
        moves=(PRICES,) * states,
        pay=pay,
        odds=odds,
        patience=(0.95, 0.95),
        variables=tuple(
            {"turn": firm, "price": price} for firm in range(2) for price in range(PRICES)
        ),
        text=PRICE_GAME_FILE.read_text(encoding="utf-8"),
    )


def shared_games() -> tuple[TurnGame, ...]:
    """The games on which the two programs must agree, small ones first."""
    return (
        random_game(5, 1),
        random_game(8, 2, patience=(0.95, 0.95, 0.95)),
        random_game(12, 3),
        random_game(6, 4, fewest=1, most=4),
        random_game(10, 5, patience=(0.85, 0.9, 0.95)),
        random_game(10, 6, stakes=3.0),
        random_game(20, 7),
        random_game(16, 8, successors=1, patience=(0.95, 0.95, 0.95)),
        random_game(20, 9, successors=3, stakes=2.0),
        random_game(30, 10, successors=3, patience=(0.95, 0.95, 0.95)),
        random_game(40, 11, successors=2, fewest=2, most=4),
        random_game(50, 12, successors=3, patience=(0.9, 0.93, 0.96)),
        price_game(),
    )


def arrays(game: TurnGame) -> tuple[list[Floats], list[Floats], list[float]]:
    """Pays (party, *moves) and odds (*moves, next state) for each state, and the discounts.

    This is how sgamesolver's `SGame` takes a game; parties who do not move have one dummy move.
    """
    parties = len(game.patience)
    payoffs: list[Floats] = []
    transitions: list[Floats] = []
    for state, (owner, moves) in enumerate(zip(game.owner, game.moves, strict=True)):
        shape = [1] * parties
        shape[owner] = moves
        payoffs.append(game.pay[state, :moves].T.reshape(parties, *shape))
        transitions.append(game.odds[state, :moves].reshape(*shape, game.states))
    return payoffs, transitions, list(game.patience)


def _below(chance: Random, bound: int) -> int:
    return int(chance.random() * bound)


def _shuffled(chance: Random, values: Sequence[int]) -> tuple[int, ...]:
    keyed = [(chance.random(), value) for value in values]
    return tuple(value for _, value in sorted(keyed))


def _profit(own: int, other: int) -> float:
    """Profit of a period in a market that pays (2 - price) * price, prices in tenths."""
    if own > other:
        return 0.0
    return own / 10 * (2 - own / 10) * (0.5 if own == other else 1.0)


def _reached(chance: Random, states: int, successors: int | None, first: int) -> list[int]:
    """Distinct next states in ascending order, `first` among them."""
    if successors is None:
        return list(range(states))
    found = {first}
    while len(found) < successors:
        found.add(_below(chance, states))
    return sorted(found)


def _shares(chance: Random, count: int) -> list[float]:
    """Positive odds in ten-thousandths that add up to one."""
    weights = [0.05 + chance.random() for _ in range(count)]
    units = [max(1, round(ODDS_UNIT * weight / sum(weights))) for weight in weights]
    units[units.index(max(units))] += ODDS_UNIT - sum(units)
    return [unit / ODDS_UNIT for unit in units]


def _scenario_text(
    owner: Sequence[int], moves: Sequence[int], pay: Floats, odds: Floats, patience: Sequence[float]
) -> str:
    """A round is a period: the owner of the state chooses a row, nature draws the next state."""
    states, most, parties = pay.shape
    names = PARTIES[:parties]
    rows = [state * most + move for state in range(states) for move in range(moves[state])]
    flat_pay = pay.reshape(states * most, parties)
    flat_odds = odds.reshape(states * most, states)
    lines = ["offramp: 1", "title: A random turn-based game", "parties:"]
    lines += [
        f"  {name}: {{patience: {value}, precision: {PRECISION:g}}}"
        for name, value in zip(names, patience, strict=True)
    ]
    lines.append("parameters:")
    for party, name in enumerate(names):
        lines.append(_family(f"gain_{name}", {row: flat_pay[row, party] for row in rows}))
    for state in range(states):
        known = {row: flat_odds[row, state] for row in rows if flat_odds[row, state] > 0}
        if known:
            lines.append(_family(f"to_{state}", known))
    lines += [
        "state:",
        f"  state: {{range: [0, {states - 1}], start: 0}}",
        f"  row: {{range: [0, {states * most - 1}], start: 0, scope: round}}",
        "round:",
    ]
    for party, name in enumerate(names):
        lines += _party_step(party, name, owner, moves, most, names)
    lines += _nature_step(flat_odds, rows)
    lines += ["outcomes: {}", "rounds: unlimited"]
    return "\n".join(lines) + "\n"


def _party_step(
    party: int,
    name: str,
    owner: Sequence[int],
    moves: Sequence[int],
    most: int,
    names: Sequence[str],
) -> list[str]:
    mine = [state for state, who in enumerate(owner) if who == party]
    others = [state for state, who in enumerate(owner) if who != party]
    lines = [f"  - name: {name}_turn", f"    by: {name}", "    moves:"]
    for move in range(most):
        offered = [state for state in mine if moves[state] > move]
        if offered:
            row = f"{most} * state + {move}"
            pays = ", ".join(f'{each}: "gain_{each}[{row}]"' for each in names)
            when = _one_of("state", offered)
            lines.append(
                f'      move_{move}: {{when: "{when}", then: {{row: {row}}}, pay: {{{pays}}}}}'
            )
    if others:
        lines.append(f'      pass: {{when: "{_one_of("state", others)}"}}')
    return lines


def _nature_step(flat_odds: Floats, rows: Sequence[int]) -> list[str]:
    lines = ["  - name: chance", "    by: nature", "    moves:"]
    for state in range(flat_odds.shape[1]):
        sources = [row for row in rows if flat_odds[row, state] > 0]
        if sources:
            when = "" if len(sources) == len(rows) else f'when: "{_one_of("row", sources)}", '
            lines.append(
                f'      go_{state}: {{{when}odds: "to_{state}[row]", then: {{state: {state}}}}}'
            )
    return lines


def _one_of(name: str, values: Sequence[int]) -> str:
    """A condition that holds where the variable is one of the ascending values."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return " or ".join(
        f"{name} == {low}" if low == high else f"{low} <= {name} <= {high}" for low, high in runs
    )


def _family(name: str, entries: dict[int, float]) -> str:
    inside = ", ".join(f"{key}: {float(value)!r}" for key, value in entries.items())
    return f"  {name}: {{each: {{{inside}}}}}"

"""A tree in strategic form: every player's reduced strategies and what they are worth."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod

from offramp.interop.recall import require_recall
from offramp.interop.strategic import StrategicGame
from offramp.interop.tokens import FormatError
from offramp.interop.trees import CHANCE, NONE, ExtensiveGame, Outcome

MAX_COMBINATIONS = 20_000

Strategy = dict[int, int]
"""Information set to action, where the strategy itself does not exclude the set."""


def strategic_form(game: ExtensiveGame) -> StrategicGame:
    """The reduced strategic form, with expected payoffs; names are actions' numbers, '*' for none.

    Its logit equilibria are those of strategies, not of agents, and so differ from the tree's.
    FormatError for imperfect recall and for more than MAX_COMBINATIONS combinations.
    """
    require_recall(game)
    counts = [_count(game, player) for player in range(len(game.players))]
    if prod(counts) > MAX_COMBINATIONS:
        raise FormatError(
            f"a strategic form of {float(prod(counts)):.3g} combinations of strategies",
            expected=f"at most {MAX_COMBINATIONS:,}",
            repair="write the tree instead: --to game.efg",
        )
    plans = [list(_strategies(game, player)) for player in range(len(game.players))]
    outcomes = []
    for reverse in product(*reversed(plans)):
        chosen = {i: action for plan in reverse for i, action in plan.items()}
        outcomes.append(Outcome(len(outcomes) + 1, "", _expected(game, chosen)))
    return StrategicGame(
        title=game.title,
        players=game.players,
        strategies=tuple(
            tuple(_name(game, player, plan) for plan in own) for player, own in enumerate(plans)
        ),
        outcomes=tuple(outcomes),
        cells=tuple(range(len(outcomes))),
        comment=game.comment,
        listed=True,
    )


def _followers(game: ExtensiveGame, player: int) -> dict[tuple[int, int], list[int]]:
    """A player's information sets by the own move (set, action) just before; (NONE, NONE) first."""
    following: dict[tuple[int, int], list[int]] = {}
    for i in game.decisions:
        if game.infosets[i].player == player:
            parent, action = game.parents[game.members[i][0]]
            while parent != NONE and game.infosets[game.nodes[parent].infoset].player != player:
                parent, action = game.parents[parent]
            before = (NONE, NONE) if parent == NONE else (game.nodes[parent].infoset, action)
            following.setdefault(before, []).append(i)
    return following


def _count(game: ExtensiveGame, player: int) -> int:
    """How many reduced strategies a player has."""
    following = _followers(game, player)
    count: dict[int, int] = {}
    for i in reversed(game.decisions):
        if game.infosets[i].player == player:
            count[i] = sum(
                prod(count[k] for k in following.get((i, a), []))
                for a in range(len(game.infosets[i].actions))
            )
    return prod(count[i] for i in following.get((NONE, NONE), []))


def _strategies(game: ExtensiveGame, player: int) -> Iterator[Strategy]:
    """Every reduced strategy of a player, the first actions first."""
    following = _followers(game, player)
    stack: list[tuple[Strategy, list[int]]] = [({}, following.get((NONE, NONE), []))]
    while stack:
        plan, ahead = stack.pop()
        if not ahead:
            yield plan
            continue
        i, rest = ahead[0], ahead[1:]
        for action in reversed(range(len(game.infosets[i].actions))):
            stack.append(({**plan, i: action}, [*following.get((i, action), []), *rest]))


def _expected(game: ExtensiveGame, chosen: Strategy) -> tuple[Fraction, ...]:
    """Expected payoffs when everybody follows a strategy."""
    total = [Fraction(0)] * len(game.players)
    stack = [(0, Fraction(1))]
    while stack:
        node, chance = stack.pop()
        record = game.nodes[node]
        if record.outcome != NONE:
            for k, value in enumerate(game.outcomes[record.outcome].payoffs):
                total[k] += chance * value
        if record.infoset == NONE:
            continue
        one = game.infosets[record.infoset]
        if one.player == CHANCE:
            stack += [
                (child, chance * p)
                for child, p in zip(game.children[node], one.odds, strict=True)
                if p
            ]
        else:
            stack.append((game.children[node][chosen[record.infoset]], chance))
    return tuple(total)


def _name(game: ExtensiveGame, player: int, plan: Strategy) -> str:
    """A strategy as the numbers of its actions."""
    own = [i for i in game.decisions if game.infosets[i].player == player]
    wide = any(len(game.infosets[i].actions) > 9 for i in own)
    return ("." if wide else "").join(str(plan[i] + 1) if i in plan else "*" for i in own) or "1"

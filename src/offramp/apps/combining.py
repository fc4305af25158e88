"""What `check` says of switches: every combination with its nodes, and options that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offramp.core.errors import GameError

if TYPE_CHECKING:
    from offramp.game import Game
    from offramp.scenario import Scenario


def combinations(game: Game) -> list[dict[str, Any]]:
    """The combinations that draws can have, the nominal one first; none without switches."""
    from offramp.game import combinations_in_use

    switches = [one for one in game.meaning.assumptions if one.path[0] == "switches"]
    if not switches or game.family is None:
        return []
    found: list[dict[str, Any]] = []
    for values in combinations_in_use(game.whole):
        there, own = game.family.at(values), dict(zip(game.whole.structural, values, strict=True))
        _check_numbers(game, there, own)
        told = {one.name: one.word(own[one.name]) for one in switches}
        found.append(
            {"switches": told, "nodes": there.nodes, "solved_nodes": there.structure.nodes}
        )
    return found


def _check_numbers(game: Game, there: Game, own: dict[str, float]) -> None:
    from offramp.game import fix

    there.valuation.tables(fix(game.whole, game.nominal(), own))


def without_effect(game: Game) -> list[str]:
    """Options, as 'switch = option', that change neither rules nor numbers of the nominal game."""
    from offramp.game import alike, combinations_of, draw, fix, nominal_draw

    meaning, idle = game.whole, list[str]()
    ranged = any(one.distribution is not None for one in meaning.assumptions)
    base = draw(meaning, 8, 0) if ranged else nominal_draw(meaning)
    nominal = nominal_draw(meaning)
    at_nominal = {
        one.name: float(nominal.values[0, i])
        for i, one in enumerate(meaning.assumptions)
        if one.path[0] == "switches"
    }
    here = fix(meaning, base, at_nominal)
    for one in meaning.assumptions:
        for number, option in enumerate(one.options if one.path[0] == "switches" else ()):
            if number == at_nominal[one.name]:
                continue
            there = fix(meaning, base, {**at_nominal, one.name: float(number)})
            ((values, _),) = combinations_of(meaning, there)[:1]
            try:
                other = game if game.family is None else game.family.at(values)
                same = alike(game, here, other, there)
            except GameError:
                same = False
            if same:
                idle.append(f"{one.name} = {option}")
    return idle


def check_tellings(scenario: Scenario) -> None:
    """The game of every account that changes the rules; a GameError that names the account."""
    from offramp.game import build
    from offramp.scenario import understand, with_account

    for name, account in scenario.accounts.items():
        if not (account.switches or account.start or account.bar or account.denies):
            continue
        try:
            for game in build(understand(with_account(scenario, name))).every():
                del game
        except GameError as error:
            raise GameError(
                f"{error.found} (in the account '{name}')",
                expected=error.expected,
                repair=error.repair,
                place=error.place or scenario.place("accounts", name),
                path=error.path,
            ) from None

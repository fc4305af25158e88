"""What each party has without an agreement: every reading of it, in one table.

Four readings are in use, and they can lie far apart:

- *declared*: the scenario's own number, a family of parameters called ``reservation``;
- *going on*: what an end by stalemate pays, with office and whatever else flows while nothing is
  agreed (of several such ends the one that pays the party most);
- *barred*: what the party expects at the start of the game with every move into an agreement
  taken away (see `reservations`), by its own noisy play and that of the others;
- *best reply*: the same, were it to answer that play of the others without any error.

Claims on a zone of agreement, packages, off-ramps and the word *imposed* read this table: a
settlement below any of the readings is called imposed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.core.showing import Brief
from offramp.game import Draws, Game
from offramp.scenario import Meaning, parse_query
from offramp.study.packages.reservations import Reservations, reservation_values
from offramp.study.quantities.kinds.static import static_value
from offramp.study.solving.labels import spoken, whose_premises
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
FAMILY = "reservation"
DECLARED, GOING_ON, BARRED, REPLY = "declared", "going on", "game", "best reply"
READINGS = (DECLARED, GOING_ON, BARRED, REPLY)
"""By the names that packages give to what a zone is measured by, in the order of the table."""
AIMS = ("agreement", "ceasefire")
LEAST = 1e-9
"""What a worth may lie below a reading and still count as equal."""


@dataclass(frozen=True, eq=False)
class Readings:
    """Every reading of what each party has without an agreement, in every draw; read-only."""

    values: Mapping[str, Array]
    """Reading to (draw, party); nan where the scenario has none or a game was not solved."""
    left: Array
    """(draw,) probability of agreement that stays in the game in which it is barred."""

    def __post_init__(self) -> None:
        for array in (*self.values.values(), self.left):
            array.setflags(write=False)

    @property
    def floor(self) -> Array:
        """(draw, party) the largest reading: a settlement below it is below one of them."""
        every = np.stack(list(self.values.values()))
        return np.fmax.reduce(every, axis=0)


@dataclass(frozen=True, repr=False)
class WithoutAgreement(Brief):
    """The table at nominal values on one account ('' is the analyst's middle)."""

    account: str
    whose: str
    """What stands behind 'On the premises of'."""
    labels: Mapping[str, str]
    """Party to how it is called."""
    readings: Mapping[str, Mapping[str, float]]
    """Reading to party to value; nan where there is none."""
    left: float

    def floor(self, party: str) -> float:
        """The largest reading of a party; nan where there is none."""
        known = [own[party] for own in self.readings.values() if np.isfinite(own[party])]
        return max(known, default=float("nan"))

    def known(self) -> tuple[str, ...]:
        """The readings that have a number for some party."""
        return tuple(
            name
            for name, own in self.readings.items()
            if any(np.isfinite(value) for value in own.values())
        )

    def below(self, party: str, worth: float) -> tuple[str, ...]:
        """The readings of a party that lie above ``worth``."""
        return tuple(
            name
            for name, own in self.readings.items()
            if np.isfinite(own[party]) and worth < own[party] - LEAST
        )


def aim_of(meaning: Meaning) -> tuple[int, ...]:
    """Positions of the outcomes that are agreements; of ceasefires where none is."""
    kinds = [outcome.kind for outcome in meaning.outcomes]
    aim = next((kind for kind in AIMS if kind in kinds), "")
    return tuple(i for i, kind in enumerate(kinds) if kind == aim)


def readings(
    game: Game,
    aim: Sequence[int],
    draws: Draws | None = None,
    *,
    workspace: Workspace | None = None,
    implied: Reservations | None = None,
    progress: Callable[[int], None] | None = None,
) -> Readings:
    """Every reading for ends in ``aim`` (positions), without ``draws`` at nominal values.

    ``implied`` are the values of the game with the aim barred, where they are known.
    """
    rows = game.nominal() if draws is None else draws
    own = implied or reservation_values(game, aim, draws, workspace=workspace, progress=progress)
    return Readings(
        {
            DECLARED: _declared(game.meaning, rows),
            GOING_ON: _going_on(game, rows),
            BARRED: own.values,
            REPLY: own.replies,
        },
        own.left,
    )


def without_agreement(workspace: Workspace, account: str = "") -> WithoutAgreement | None:
    """The table at nominal values on one account; None where no end is aimed at."""
    game = workspace.game(account)
    aim = aim_of(game.meaning)
    if not aim:
        return None
    return table_of(game, readings(game, aim, workspace=workspace), account)


def table_of(game: Game, found: Readings, account: str = "") -> WithoutAgreement:
    """The first draw of what was found, by names."""
    parties = game.meaning.parties
    own = game.scenario.parties
    return WithoutAgreement(
        account,
        whose_premises(game.scenario, account),
        {name: own[name].label or spoken(name) for name in parties},
        {
            reading: dict(zip(parties, map(float, values[0]), strict=True))
            for reading, values in found.values.items()
        },
        float(found.left[0]),
    )


def _declared(meaning: Meaning, rows: Draws) -> Array:
    """(draw, party) of the family that declares them; nan for whoever has no entry there."""
    keys = meaning.vocabulary.families.get(FAMILY, {})
    found = np.full((len(rows), len(meaning.parties)), np.nan)
    for place, party in enumerate(meaning.parties):
        if party in keys:
            query = parse_query(f"{FAMILY}[{party}]", meaning)
            found[:, place] = static_value(rows, query)
    return found


def _going_on(game: Game, rows: Draws) -> Array:
    """(draw, party) the most that an end by stalemate pays; nan where no end is one."""
    shape = len(rows), len(game.meaning.parties)
    still = [i for i, one in enumerate(game.meaning.outcomes) if one.kind == "stalemate"]
    found = np.full(shape, np.nan)
    for places, part in game.parts(rows):
        own = np.isin(part.structure.terminal_outcome, still)
        try:
            if own.any():
                found[places] = part.tables(rows.rows(places)).end_pay[:, own].max(axis=1)
        except GameError:
            continue
    return found

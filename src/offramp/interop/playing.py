"""A game from a file, solved: who does what at each information set, with its certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp import solvers
from offramp.core.errors import Place
from offramp.core.numbers import told_apart
from offramp.core.showing import Tabled
from offramp.game.structure import Tables
from offramp.interop.strategic import StrategicGame
from offramp.interop.tokens import FormatError
from offramp.interop.trees import NONE, ExtensiveGame
from offramp.interop.unfolding import edge_slices, first_edges, structure_of, tables_of
from offramp.solvers import Equilibria

MAX_PRECISION = 1e6
Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class SolvedGame(Tabled):
    """Agent logit play of a finite game (McKelvey & Palfrey 1998); figures of one draw.

    ``asked`` is the precision that was asked for, 0 where the limit was; ``reached`` the one
    that the play has, by player. Everything in a list is ordered by player, information set
    (by first node) and action, as in the file.
    """

    game: ExtensiveGame
    equilibria: Equilibria
    asked: float
    reached: tuple[float, ...]

    @property
    def solved(self) -> bool:
        """Whether the solver vouches for it."""
        return str(self.equilibria.status[0]) == "solved"

    @property
    def precision(self) -> float:
        """The precision of the play: the smallest of all players'."""
        return min(self.reached, default=self.asked)

    @property
    def profile(self) -> tuple[tuple[float, ...], ...]:
        """Probability of every action, by information set of a player."""
        return self._profile(self.equilibria.strategy[0])

    @property
    def play(self) -> dict[str, dict[str, dict[str, float]]]:
        """Player to information set to action to its probability, by the names of the file.

        A set is called by its label where no other of the player has it, else by its number.
        """
        found: dict[str, dict[str, dict[str, float]]] = {}
        rows = self.table
        for row in rows:
            alike = {
                r["set"] for r in rows if (r["player"], r["label"]) == (row["player"], row["label"])
            }
            name = row["label"] if row["label"] and len(alike) == 1 else f"set {row['set']}"
            chances = found.setdefault(row["player"], {}).setdefault(name, {})
            chances[row["action"]] = row["probability"]
        return found

    @property
    def others(self) -> tuple[tuple[tuple[float, ...], ...], ...]:
        """Profiles of the other equilibria that were found at this precision."""
        return tuple(self._profile(other.strategy) for other in self.equilibria.others_of(0))

    @property
    def residual(self) -> float:
        """By how much the equations are missed, relative to what each player has at stake."""
        return float(self.equilibria.residual[0])

    @property
    def regrets(self) -> tuple[float, ...]:
        """Most that a best reply to the others' play gains each player at the start."""
        return tuple(map(float, self.equilibria.regret[0]))

    @property
    def regret(self) -> float:
        """The largest regret of a player."""
        return max(self.regrets, default=0.0)

    @property
    def regret_anywhere(self) -> float:
        """The largest regret of a player at any information set, given beliefs there."""
        return max(map(float, self.equilibria.regret_anywhere[0]), default=0.0)

    @property
    def payoffs(self) -> tuple[float, ...]:
        """Expected payoff of every player."""
        return tuple(map(float, self.equilibria.payoff[0, 0]))

    @cached_property
    def reach(self) -> Array:
        """(node,) probability that play comes to a node, over all nodes of the game."""
        return reach_of(self.game, self.equilibria.strategy[0])

    @cached_property
    def beliefs(self) -> dict[int, tuple[float, ...]]:
        """Probability of every node of a player's information set, given that play is there."""
        spot = {node: k for k, node in enumerate(self.game.inner)}
        return {
            i: tuple(float(self.equilibria.belief[0, spot[n]]) for n in self.game.members[i])
            for i in self.game.decisions
        }

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for every action: player, information set, action, probability, and more."""
        rows = []
        for (i, _, _), chances in zip(edge_slices(self.game), self.profile, strict=True):
            one, members = self.game.infosets[i], list(self.game.members[i])
            for action, chance in zip(one.actions, chances, strict=True):
                rows.append(
                    {
                        "player": self.game.players[one.player],
                        "set": one.number,
                        "label": one.label,
                        "nodes": len(members),
                        "reached": float(self.reach[members].sum()),
                        "action": action,
                        "probability": chance,
                    }
                )
        return rows

    def _profile(self, strategy: Array) -> tuple[tuple[float, ...], ...]:
        return tuple(
            tuple(map(float, strategy[low:high])) for _, low, high in edge_slices(self.game)
        )


def solve_tree(
    game: ExtensiveGame | StrategicGame, precision: float = 1.0, *, limit: bool = False
) -> SolvedGame:
    """Agent logit play at a precision common to all players, or its limit.

    On the way to the limit precisions count in shares of what each player has at stake, so that
    it does not depend on anybody's units.

    FormatError for a precision that is not above 0 and for games that are outside (imperfect
    recall); a game that is not solved has ``solved`` False and a sentence.
    """
    if not 0 < precision <= MAX_PRECISION:
        told = told_apart(precision, MAX_PRECISION)
        raise FormatError(
            f"precision {told}",
            place=Place("precision", 1, 1),
            expected=f"a number above 0, at most {MAX_PRECISION:,.0f}",
        )
    tree = game.tree if isinstance(game, StrategicGame) else game
    if limit:
        limited = solvers.limit(structure_of(tree), with_even_precisions(tree))
        return SolvedGame(tree, limited, 0.0, tuple(map(float, limited.reached[0])))
    tables = with_common_precision(paid_at_the_ends(tree), precision)
    found = solvers.solve(structure_of(tree), tables)
    return SolvedGame(tree, found, precision, (precision,) * len(tree.players))


def with_common_precision(tables: Tables, precision: float) -> Tables:
    """The same numbers with one precision for everybody."""
    return replace(tables, precision=np.full_like(tables.precision, precision))


def paid_at_the_ends(game: ExtensiveGame) -> Tables:
    """The numbers of a game with all that a play pays on its way paid at its end.

    Sums are exact, so that what is common to all ends, wherever it is paid, can be taken off.
    """
    tables, totals = tables_of(game), totals_of(game)
    ends = np.array([[float(value) for value in sums] for sums in totals])
    return replace(
        tables, pay=np.zeros_like(tables.pay), end_pay=ends.reshape(tables.end_pay.shape)
    )


def with_even_precisions(game: ExtensiveGame) -> Tables:
    """The numbers of a game, with precisions that are one over what each player has at stake."""
    precision = [[1.0 / (float(stake) or 1.0) for stake in stakes_of(game)]]
    return replace(paid_at_the_ends(game), precision=np.array(precision).reshape(1, -1))


def stakes_of(game: ExtensiveGame) -> tuple[Fraction, ...]:
    """By player, the difference between the most and the least that a play of the game pays."""
    return tuple(max(column) - min(column) for column in zip(*totals_of(game), strict=True))


def totals_of(game: ExtensiveGame) -> list[tuple[Fraction, ...]]:
    """By end, what a play that comes there has paid each player, exactly."""
    nothing = (Fraction(0),) * len(game.players)
    paid: list[tuple[Fraction, ...]] = []
    for record, (parent, _) in zip(game.nodes, game.parents, strict=True):
        before = nothing if parent == NONE else paid[parent]
        if record.outcome != NONE:
            before = tuple(map(add, before, game.outcomes[record.outcome].payoffs))
        paid.append(before)
    return [sums for sums, record in zip(paid, game.nodes, strict=True) if record.infoset == NONE]


def reach_of(game: ExtensiveGame, strategy: Array) -> Array:
    """(node,) probability of coming to every node of a game under ``strategy`` (edge,)."""
    reach = np.ones(len(game.nodes))
    first = first_edges(game)
    spot = {node: k for k, node in enumerate(game.inner)}
    for node, (parent, action) in enumerate(game.parents):
        if parent != NONE:
            reach[node] = reach[parent] * strategy[first[spot[parent]] + action]
    return reach

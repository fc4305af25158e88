"""A canonical scenario solved, and read in the words of its closed form."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np

import offramp
from offramp.analysis import absorb, outcome_probability
from offramp.scenario import with_account
from offramp.study import evaluate_queries
from offramp.study.quantities.asking import ask
from tests.library.refining import Document, scenario_of


class Played:
    """A scenario solved at nominal values: how often moves are made, and any quantity."""

    def __init__(self, scenario: offramp.Scenario) -> None:
        self.game = offramp.build(scenario)
        self.solved = offramp.solve(self.game)
        assert self.solved.equilibria.status.item() == "solved", self.solved.equilibria.message
        made = offramp.outcomes(self.solved, rounds=0)["move_uses"].isel(draw=0)
        self.uses = dict(zip(map(str, made["move"].values), map(float, made.values), strict=True))

    def value(self, text: str) -> float:
        """A quantity as in claims, or the result of one of the readings below."""
        return self.values(text)[0]

    def values(self, *texts: str) -> list[float]:
        """Quantities as in claims, ``P(war)``, and readings, ``share act.strike act.wait``."""
        readings = {"share": self.share, "mean": self.mean}
        meaning = self.game.meaning
        asked = {text: ask(text, meaning) for text in texts if text.split()[0] not in readings}
        found = evaluate_queries(meaning, asked.values(), starts=0) if asked else None
        return [
            float(found.of(asked[text])[0])
            if found is not None and text in asked
            else readings[text.split()[0]](*text.split()[1:])
            for text in texts
        ]

    def everywhere(self, outcome: str) -> tuple[np.ndarray, np.ndarray]:
        """Its probability (equilibrium,) and payoffs (equilibrium, party), the branch's first."""
        structure, found = self.game.structure, self.solved.equilibria
        names = [one.name for one in self.game.meaning.outcomes]
        play = np.array([found.strategy[0], *(one.strategy for one in found.others)])
        pay = np.array([found.payoff[0], *(one.value for one in found.others)])
        ends = outcome_probability(structure, absorb(structure, play), len(names))
        return ends[:, names.index(outcome)], pay[:, structure.start]

    def share(self, *moves: str) -> float:
        """How often the first move is made of all times that one of the moves is."""
        return self.uses[moves[0]] / sum(self.uses[one] for one in moves)

    def mean(self, stem: str, parts: str) -> float:
        """The mean number at the end of the names of moves such as ``ask_13``, in parts."""
        made = {
            int(name[len(stem) :]): count
            for name, count in self.uses.items()
            if re.fullmatch(re.escape(stem) + r"\d+", name)
        }
        return sum(k * count for k, count in made.items()) / sum(made.values()) / int(parts)


@cache
def played(name: str, account: str = "") -> Played:
    """A scenario of the library, as written or as an account tells it."""
    scenario = offramp.read(name)
    return Played(with_account(scenario, account) if account else scenario)


def replayed(whole: Document, **parameters: float) -> Played:
    """With other nominal values; a key of a family is written ``rate__one``."""
    for name, value in parameters.items():
        family, _, key = name.partition("__")
        if key:
            whole["parameters"][family]["each"][int(key) if key.isdigit() else key] = value
        else:
            whole["parameters"][family] = value
    return Played(scenario_of(whole))


def made_of(game: Any, strategy: np.ndarray, *moves: str) -> float:
    """How often the first move is made of all times that one of them is; games without cycles."""
    structure = game.structure
    reach = np.zeros(structure.nodes)
    reach[structure.start] = 1
    for node in structure.order[::-1]:
        edges = slice(structure.first[node], structure.first[node + 1])
        inside = structure.target[edges] >= 0
        np.add.at(reach, structure.target[edges][inside], reach[node] * strategy[edges][inside])
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    uses = [
        (reach[source] * strategy)[game.edge_move == game.moves.index(one)].sum() for one in moves
    ]
    return float(uses[0] / sum(uses))

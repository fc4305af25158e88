"""What the solvers hand on: values, play and certificates of every draw, read-only.

The equations that these solve are those of `engine`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.showing import Brief

Array = NDArray[np.float64]
PROVED, SEVERAL, UNSEARCHED = "proved", "several found", "not looked for"
"""What may be known of other equilibria of a draw, beside ``not_refuted``."""
_TRIED = re.compile(r"not refuted by (\d+) starts")


def not_refuted(starts: int) -> str:
    """The tag of a draw in which so many starts ended, none in another equilibrium."""
    return f"not refuted by {starts} starts"


def starts_tried(tag: str) -> int | None:
    """How many starts a tag of ``not_refuted`` speaks of; None of any other."""
    match = _TRIED.fullmatch(tag)
    return int(match[1]) if match else None


class Other(NamedTuple):
    """Another equilibrium of a draw, found beside the reported one."""

    draw: int
    value: Array
    """(node, party)."""
    strategy: Array
    """(edge,)."""
    residual: float = float("nan")
    """Largest |V - T(V)|, relative to the party's stakes, and"""
    regret: Array = np.zeros(0)
    """(party,) most that a best reply gains anywhere; empty where an engine keeps neither."""


@dataclass(frozen=True, repr=False)
class Equilibria(Brief):
    """Equilibria of D draws; payoffs and regrets in payoff units; arrays are read-only.

    A 'failed' draw keeps its last values and the play they mean, with their residual; an
    'invalid' one has nan values and plays every move alike. Neither has a regret (nan).
    """

    value: Array
    """(draw, node, party) V under the convention of the game."""
    payoff: Array
    """(draw, node, party) discounted raw pays under the strategy; ``value`` itself if that is V."""
    strategy: Array
    """(draw, edge) probability of the edge at its node; nature's odds at nature's nodes."""
    residual: Array
    """(draw,) largest |V - T(V)|, recomputed from scratch, relative to the party's stakes."""
    regret: Array
    """(draw, party) most that a best reply to the others' play gains at the start: a bound."""
    regret_anywhere: Array
    """(draw, party) the same, the largest over all nodes."""
    regret_bound: Array
    """(draw, party) most that logit play can lose; a larger regret is a bug."""
    branch: NDArray[np.str_]
    """(draw,) 'traced', 'continued' or 'fixed_point'."""
    uniqueness: NDArray[np.str_]
    """(draw,) 'proved', 'not refuted by k starts', 'several found', or 'not looked for' where
    nobody looked or no start ended in a solution."""
    others: tuple[Other, ...]
    """Other equilibria found, by draw."""
    condition: Array
    """(draw,) estimate of the condition of I - J in the 1-norm; nan where it was not computed."""
    sweeps: NDArray[np.int64]
    """(draw,) backward passes, or steps along the branch where it was traced."""
    status: NDArray[np.str_]
    """(draw,) 'solved', or 'failed', 'invalid' or 'uncertified'."""
    message: NDArray[np.str_]
    """(draw,) what went wrong and what to do about it; empty where nothing did."""
    belief: Array = field(default_factory=lambda: np.zeros((0, 0)))
    """(draw, node) probability of the node given its information set; one where it is known."""
    reached: Array = field(default_factory=lambda: np.zeros((0, 0)))
    """(draw, party) the precision really reached where the limit was asked for, else nan."""

    def __post_init__(self) -> None:
        if not self.belief.size:
            object.__setattr__(self, "belief", np.broadcast_to(1.0, self.value.shape[:2]))
        if not self.reached.size:
            object.__setattr__(self, "reached", np.broadcast_to(np.nan, self.regret.shape))
        for one in fields(self):
            array = getattr(self, one.name)
            if isinstance(array, np.ndarray):
                array.setflags(write=False)

    def others_of(self, draw: int) -> tuple[Other, ...]:
        """The other equilibria found for one draw."""
        return tuple(other for other in self.others if other.draw == draw)


@dataclass(frozen=True)
class Options:
    """How hard to try; the defaults suit games of up to a million nodes on a small machine."""

    tolerance: float = 1e-12
    """Bound on the error of values, relative to their scale."""
    sweeps: int = 500
    """Most steps along a branch, and most backward passes from a random start."""
    trace_nodes: int = 50_000
    """Largest game (nodes) of which draws are traced where a device is asked for."""
    rescue_nodes: int = 20_000
    """Largest game (nodes) whose branch is followed around turning points."""
    start_nodes: int = 100_000
    """Largest game (nodes) that is solved again from random starts."""
    newton_starts: int = 16
    """Random starts for a traced draw of up to ``newton_nodes`` nodes."""
    newton_nodes: int = 500
    """Above this many nodes a traced draw gets proportionally fewer such starts, at least 4."""
    condition_unknowns: int = 8_000
    """Largest game (nodes times parties) whose condition is estimated."""
    sharpen_unknowns: int = 60_000
    """Largest game (nodes times parties) whose values are sharpened where sweeps are not enough."""
    certified: bool = True
    """Whether regrets and uniqueness are worked out; without, regrets are nan."""
    workers: int = 0
    """Threads; 0 means one for every processor."""
    device: str = "cpu"
    """'gpu' first solves draws on a graphics processor, where there is one and JAX is installed
    (extra ``gpu``); 'jax' does so on whatever JAX runs on, for tests. Certificates and traced
    draws are always the processor's."""

"""What a sweep is of: everything that its numbers depend on, in one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

KEPT = ("strategy", "move_uses", "by_round")
"""What a sweep may keep besides outcomes, payoffs, assumptions and certificates."""


class Part(NamedTuple):
    """Consecutive draws inside one chunk: a whole chunk, or what is missing of one."""

    number: int
    """Of the chunk, from 0."""
    first: int
    """Index of the first draw."""
    count: int

    @property
    def stop(self) -> int:
        """Index after the last draw."""
        return self.first + self.count


@dataclass(frozen=True)
class Order:
    """Everything that the numbers of a sweep depend on, and how they are cut into chunks.

    Frozen, hashable, picklable, and equal to ``Order.of(order.plain())``, so that it can be
    sent to other processes and machines and written beside the results. How many draws are
    wanted, who solves them and where they are written is no part of it: a draw depends on the
    order and its index only.
    """

    scenario: str
    """The scenario as YAML, every mechanism written out and what --set fixes fixed."""
    scenario_hash: str
    seed: int
    chunk: int
    """Draws of a chunk; chunk k holds draws k * chunk to (k + 1) * chunk - 1."""
    account: str = ""
    """Whose telling is solved; '' is the scenario as written."""
    precision_scale: float = 1.0
    starts: int = 0
    """Random starts from which each draw is solved again, to look for other equilibria."""
    traced: int = 64
    """The first so many draws of the seed follow the principal branch; the others climb to it."""
    keep: tuple[str, ...] = ()
    """What is kept besides the usual, of ``KEPT``."""
    quantities: tuple[str, ...] = ()
    """Further quantities as claims write them, evaluated in every draw."""
    rounds: int = 0
    """Rounds of probabilities by round; 0 unless ``by_round`` is kept."""
    device: str = "cpu"
    """Where it is solved: 'cpu' or 'gpu'."""
    version: str = ""
    """Of Offramp."""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            name: list(one) if isinstance(one, tuple) else one for name, one in asdict(self).items()
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Order:
        """The order that ``plain`` wrote down. Raises TypeError and KeyError for anything else."""
        given: dict[str, Any] = {field.name: plain[field.name] for field in fields(cls)}
        for name in ("keep", "quantities"):
            given[name] = tuple(given[name])
        return cls(**given)

    def parts(self, first: int, stop: int) -> list[Part]:
        """The draws from ``first`` up to ``stop`` (not included), chunk by chunk."""
        return [
            Part(number, low, min((number + 1) * self.chunk, stop) - low)
            for number in range(first // self.chunk, -(-stop // self.chunk))
            if (low := max(number * self.chunk, first)) < stop
        ]

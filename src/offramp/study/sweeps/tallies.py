"""How a sweep is going: draws by status, draws per second, and what is still to do.

Durations come from a clock that only moves on; the time of day is written down for people
and nothing depends on it.
"""

from __future__ import annotations

import os
import platform
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic
from typing import Any

from offramp.core.provenance import now, versions

WINDOW = 60.0
"""Seconds over which the present rate is taken."""


@dataclass(frozen=True)
class Going:
    """How a sweep is going, at one moment."""

    draws: int
    """Wanted."""
    done: int
    """In the store."""
    status: Mapping[str, int]
    """Word to number of draws in the store; they add up to ``done``."""
    solved_now: int
    """Draws solved since this run began."""
    solved_again: int
    """Draws that were in the store, damaged, and had to be solved again."""
    seconds: float
    """Since this run began."""
    rate: float
    """Draws per second at present; 0 before the first."""
    remark: str = ""

    @property
    def remaining(self) -> float | None:
        """Seconds still to go; None where nothing can be said yet."""
        left = self.draws - self.done
        return 0.0 if not left else left / self.rate if self.rate else None

    @property
    def unsolved(self) -> dict[str, int]:
        """Status to number of draws, of those that are not solved."""
        return {word: count for word, count in self.status.items() if word != "solved"}


Watch = Callable[[Going], None]


@dataclass(eq=False)
class Tally:
    """Counts what is committed; one for each run of a sweep."""

    draws: int
    status: Counter[str] = field(default_factory=Counter[str])
    again: int = 0
    remark: str = ""

    def __post_init__(self) -> None:
        self.begun, self.began = now(), monotonic()
        self.new = 0
        self.lately = deque([(self.began, 0)])

    @cached_property
    def versions(self) -> dict[str, str]:
        """Of what computes."""
        return versions()

    def add(self, status: Mapping[str, int], before: Mapping[str, int], count: int) -> None:
        """A chunk is committed in place of what was there ``before``; ``count`` draws are new."""
        self.status.update(status)
        self.status.subtract(before)
        self.new += count
        self.lately.append((monotonic(), self.new))
        while len(self.lately) > 2 and self.lately[-1][0] - self.lately[1][0] > WINDOW:
            self.lately.popleft()

    def going(self) -> Going:
        """How it is going now."""
        (since, before), (last, count) = self.lately[0], self.lately[-1]
        rate = (count - before) / (last - since) if last > since else 0.0
        status = {word: number for word, number in sorted(self.status.items()) if number}
        return Going(
            self.draws,
            sum(status.values()),
            status,
            self.new,
            self.again,
            monotonic() - self.began,
            rate,
            self.remark,
        )

    def session(self, ended: str, by: str) -> dict[str, Any]:
        """This run as the statistics keep it."""
        at = self.going()
        return {
            "begun": self.begun,
            "ended": ended,
            "by": by,
            "process": os.getpid(),
            "machine": platform.platform(),
            "processors": os.cpu_count(),
            "versions": self.versions,
            "draws": at.solved_now,
            "solved_again": at.solved_again,
            "seconds": round(at.seconds, 3),
            "draws_per_second": round(at.solved_now / max(at.seconds, 1e-9), 3),
            **({"remark": at.remark} if at.remark else {}),
        }


def statistics_of(at: Going, sessions: list[dict[str, Any]]) -> dict[str, Any]:
    """What the store keeps about its runs, the last one last."""
    remaining = at.remaining
    return {
        "draws": at.draws,
        "done": at.done,
        "status": dict(at.status),
        "draws_per_second": round(at.rate, 3),
        "remaining_seconds": None if remaining is None else round(remaining, 1),
        "sessions": sessions,
    }

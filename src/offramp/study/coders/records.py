"""What is found when encodings of one account are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Aligned:
    """One thing that some coders have: its name and what each says of it, None where one has not.

    ``by`` says how it was found to be the same: 'name', 'label' or 'passage'; 'alone' where one
    coder has it.
    """

    kind: str
    names: tuple[str | None, ...]
    says: tuple[str | None, ...]
    by: str

    @property
    def name(self) -> str:
        """How the first coder that has it calls it."""
        return next(name for name in self.names if name is not None)

    @property
    def differs(self) -> bool:
        """Whether somebody has it not, or says something else of it."""
        return len(set(self.says)) > 1


@dataclass(frozen=True)
class Split:
    """A quantity by coder, and its variance parted into that within and that between coders.

    ``means`` and ``variances`` are over each coder's own ranges (population variance, over draws
    with a value, None without any); ``nominal`` at nominal values. Every coder counts alike, so
    that within + between is the variance of all their draws together where each has as many.
    """

    quantity: str
    nominal: tuple[float | None, ...]
    means: tuple[float | None, ...]
    variances: tuple[float | None, ...]
    counted: tuple[int, ...]
    within: float | None
    between: float | None

    @property
    def total(self) -> float | None:
        """The variance of all coders' draws together."""
        if self.within is None or self.between is None:
            return None
        return self.within + self.between

    @property
    def share_between(self) -> float | None:
        """The part of it that lies between coders; None where nothing varies."""
        return None if not self.total or self.between is None else self.between / self.total


@dataclass(frozen=True)
class Agreement:
    """Cohen's kappa of two coders over the claims that both have, with an interval of 95 %.

    ``observed`` is the share of claims with the same class, ``expected`` what independent coders
    with the same frequencies would share. ``kappa`` is None where there is no claim, or where
    nothing but one class occurs, ``low`` and ``high`` also where the error is 0.
    """

    first: int
    second: int
    claims: int
    observed: float | None
    expected: float | None
    kappa: float | None
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "coders": [self.first, self.second],
            "claims": self.claims,
            "observed": self.observed,
            "expected": self.expected,
            "kappa": self.kappa,
            "interval": [self.low, self.high],
        }


@dataclass(frozen=True)
class Coders:
    """Several encodings of one account; ``print`` is for the sentences of presentation."""

    files: tuple[str, ...]
    titles: tuple[str, ...]
    aligned: tuple[Aligned, ...]
    splits: tuple[Split, ...]
    verdicts: Mapping[str, tuple[str | None, ...]]
    """Claim, as the first coder calls it, to its class by coder."""
    agreements: tuple[Agreement, ...]
    draws: int
    seed: int | None

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "files": list(self.files),
            "titles": list(self.titles),
            "draws": self.draws,
            "seed": self.seed,
            "entries": [
                {
                    "kind": one.kind,
                    "names": list(one.names),
                    "says": list(one.says),
                    "same_by": one.by,
                    "differs": one.differs,
                }
                for one in self.aligned
            ],
            "results": [
                {
                    "quantity": one.quantity,
                    "nominal": list(one.nominal),
                    "mean": list(one.means),
                    "variance": list(one.variances),
                    "counted": list(one.counted),
                    "within": one.within,
                    "between": one.between,
                    "share_between": one.share_between,
                }
                for one in self.splits
            ],
            "verdicts": {name: list(told) for name, told in self.verdicts.items()},
            "agreement": [one.as_dict() for one in self.agreements],
        }

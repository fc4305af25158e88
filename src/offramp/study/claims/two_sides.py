"""The numbers that a claim compares: both sides of every comparison in it, at nominal values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.expressions import Compare, Expression, children, evaluate

if TYPE_CHECKING:
    from offramp.scenario import Claim, Query
    from offramp.study.quantities.evaluation import QueryValues


@dataclass(frozen=True)
class TwoSides:
    """Both sides of one comparison as written, and their values at nominal assumptions.

    Values are None where a game was not solved or a condition never comes true. ``elsewhere``
    are the two values in every further equilibrium that was found there.
    """

    left: str
    sign: str
    right: str
    left_value: float | None
    right_value: float | None
    elsewhere: tuple[tuple[float, float], ...] = ()

    @property
    def margin(self) -> float | None:
        """Left minus right."""
        if self.left_value is None or self.right_value is None:
            return None
        return self.left_value - self.right_value

    @property
    def text(self) -> str:
        """The comparison as it is written."""
        return f"{self.left} {self.sign} {self.right}"

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "left": self.left,
            "sign": self.sign,
            "right": self.right,
            "left_value": self.left_value,
            "right_value": self.right_value,
            "margin": self.margin,
            "elsewhere": [list(pair) for pair in self.elsewhere],
        }


def compared(claim: Claim, found: QueryValues) -> tuple[TwoSides, ...]:
    """Every comparison of a claim with its numbers in the first draw of ``found``."""
    asked = tuple(claim.quantities.values())
    here = {query: float(found.of(query)[0]) for query in asked}
    others = [world for world in found.worlds(0, asked) if _apart(world, here)]
    return tuple(
        _one(claim, sign, left, right, here, others)
        for left, sign, right in _comparisons(claim.formula)
    )


def _apart(world: Mapping[Query, float], here: Mapping[Query, float]) -> bool:
    return any(world[query] != value for query, value in here.items() if value == value)


def _one(
    claim: Claim,
    sign: str,
    left: Expression,
    right: Expression,
    here: Mapping[Query, float],
    others: list[dict[Query, float]],
) -> TwoSides:
    values = (_value(claim, left, here), _value(claim, right, here))
    pairs = [(_value(claim, left, one), _value(claim, right, one)) for one in others]
    known = [pair for pair in pairs if np.isfinite(pair).all() and pair != values]
    return TwoSides(
        _text(claim, left),
        sign,
        _text(claim, right),
        *(value if np.isfinite(value) else None for value in values),
        elsewhere=tuple(dict.fromkeys(known)),
    )


def _comparisons(node: Expression) -> Iterator[tuple[Expression, str, Expression]]:
    """(left, sign, right) of every comparison, links of a chain one by one."""
    if isinstance(node, Compare):
        left = node.first
        for sign, right in node.rest:
            yield left, sign, right
            left = right
        return
    for part in children(node):
        yield from _comparisons(part)


def _value(claim: Claim, node: Expression, values: Mapping[Query, float]) -> float:
    columns: dict[str, NDArray[np.float64]] = {}
    for name, query in claim.quantities.items():
        if not np.isfinite(values[query]):
            if re.search(rf"(?<!\w){name}(?!\w)", str(node)):
                return float("nan")
            continue
        columns[name] = np.array([[values[query]]])
    return float(np.asarray(evaluate(node, columns)).ravel()[0])


def _text(claim: Claim, node: Expression) -> str:
    """A side as it is written, quantities in place of what stands for them."""
    text = str(node)
    for name, query in claim.quantities.items():
        text = re.sub(rf"(?<!\w){name}(?!\w)", query.text.replace("\\", ""), text)
    return text

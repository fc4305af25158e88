"""P(kind agreement): the probability of all outcomes of one kind together."""

from __future__ import annotations

from offramp.study.quantities import Quantity
from offramp.study.quantities.kinds.outcome import end_probability

QUANTITY = Quantity("probability that play ends in an outcome of a kind", end_probability)

"""Certificates of what was solved, in a form that stands beside a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.table import Certificate
from offramp.solvers import Equilibria


def certificate_of(found: Equilibria, difference: float | None = None) -> Certificate:
    """The worst residual and regret over the draws that were solved, and the rarest tags."""
    fine = found.status == "solved"
    return Certificate(
        draws=len(fine),
        solved=int(fine.sum()),
        residual=_largest(found.residual[fine]),
        regret=_largest(found.regret[fine]),
        bound=_largest(found.regret_bound[fine]),
        branch=", ".join(sorted(set(found.branch.tolist()))),
        uniqueness=", ".join(sorted(set(found.uniqueness.tolist()))),
        difference=difference,
    )


def _largest(values: Any) -> float:
    return float(np.max(values, initial=-np.inf)) if np.size(values) else float("nan")

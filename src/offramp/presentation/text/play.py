"""A solved game of a file in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation.text.searches import uniqueness_words

if TYPE_CHECKING:
    from offramp.interop import SolvedGame


def play_sentence(found: SolvedGame) -> str:
    """What was solved and how well."""
    if not found.solved:
        return f"not solved: {found.equilibria.message[0]}"
    kind = (
        f"limit of the agent logit equilibria on the principal branch, followed to precision "
        f"{found.precision:.4g}"
        if not found.asked
        else f"agent logit equilibrium at precision {found.precision:g}"
    )
    note = str(found.equilibria.message[0])
    more = f"; {len(found.others)} other found" if found.others else ""
    known = uniqueness_words(str(found.equilibria.uniqueness[0]))
    return (
        f"{kind}: no player gains more than {found.regret:.2g} by another strategy; "
        f"residual {found.residual:.1e}; {known}{more}" + (f". {note}" if note else "")
    )

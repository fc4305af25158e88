"""Names and amounts in the sentences of a study, as plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from offramp.scenario import Scenario


def amount_in_words(value: float, digits: int = 3) -> str:
    """A number with ``digits`` significant digits."""
    if not math.isfinite(value):
        return "not known"
    return f"{float(f'{value:.{digits}g}'):g}".replace("-", "\u2212")


def joined(parts: Sequence[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def spoken(name: str) -> str:
    """A name of the scenario as words."""
    return name.replace("_", " ")


def said(text: str) -> str:
    """The text with a capital at the front and a full stop at the end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def whose_premises(scenario: Scenario, account: str) -> str:
    """What stands behind 'On the premises of': the account's label, else the scenario's title."""
    if not account:
        return f"“{scenario.title}”"
    return f"the account “{scenario.accounts[account].label or spoken(account)}”"

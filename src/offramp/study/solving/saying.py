"""Names and amounts in the sentences of a study, as plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from offramp.scenario import Scenario, with_account


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


def assumption_words(scenario: Scenario, name: str) -> str:
    """An assumption, family or mechanism as words: a mechanism's label, 'red line (Ukraine)'."""
    record = scenario.mechanisms.get(name.removeprefix("mechanism "))
    if record is not None:
        return record.label or spoken(name.removeprefix("mechanism "))
    base, bracket, key = name.partition("[")
    if not bracket:
        return spoken(name)
    key = key.removesuffix("]")
    party = scenario.parties.get(key)
    return f"{spoken(base)} ({(party.label if party else None) or spoken(key)})"


def said(text: str) -> str:
    """The text with a capital at the front and a full stop at the end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


AS_WRITTEN = "the scenario as written, before any account's own premises"
"""What stands behind 'On the premises of' where there are accounts and none is told."""


def whose_premises(scenario: Scenario, account: str) -> str:
    """What stands behind 'On the premises of'.

    The account's label; without an account the scenario's title, or, where it has accounts,
    that none of them is told: they are of equal standing and the text is none of them.
    """
    if not account:
        return AS_WRITTEN if scenario.accounts else f"“{scenario.title}”"
    return f"the account “{scenario.accounts[account].label or spoken(account)}”"


def as_told(scenario: Scenario, account: str) -> Scenario:
    """The scenario as an account tells it, with the account's name in its title."""
    told = with_account(scenario, account)
    label = scenario.accounts[account].label or account.replace("_", " ")
    return told.model_copy(update={"title": f"{scenario.title} ({label})"})

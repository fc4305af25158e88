"""Fixing assumptions on every account: what `--set` does, and what a slider of the page does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from offramp.scenario.model import Quantity, Scenario
from offramp.scenario.setting import BY_HAND, entry_values, with_values


def fixed(scenario: Scenario, values: Mapping[str, float | str]) -> Scenario:
    """The scenario with assumptions fixed, in its own entries and in those of every account.

    A mechanism that an account denies is no longer denied by it where a number of it is given.
    """
    told = with_values(scenario, values)
    values = entry_values(scenario, values)
    given = {
        name.replace(" ", ""): Quantity(value=value, note=BY_HAND)
        for name, value in values.items()
        if name.strip() not in told.switches
    }
    put = {name: told.switches[name].value for name in values if name in told.switches}
    accounts = {
        name: account.model_copy(
            update={
                "parameters": {
                    **{
                        key: one
                        for key, one in account.parameters.items()
                        if key.replace(" ", "") not in given
                    },
                    **given,
                },
                "switches": {**account.switches, **put},
                "denies": _left(told, account.denies, (*given, *put)),
            }
        )
        for name, account in scenario.accounts.items()
    }
    return told.model_copy(update={"accounts": accounts}) if accounts else told


def _left(scenario: Scenario, denied: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """The mechanisms that stay denied: none of what they add is given by hand."""
    bases = {name.partition("[")[0] for name in given}
    own = {
        name: {*record.parameters, *record.switches} for name, record in scenario.mechanisms.items()
    }
    return tuple(name for name in denied if not own.get(name, set()) & bases)

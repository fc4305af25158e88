"""How parties, assumptions and accounts are called: by their labels, else by their names."""

from __future__ import annotations

from offramp.scenario import Scenario, with_account


def spoken(name: str) -> str:
    """A name of the scenario as words."""
    return name.replace("_", " ")


def assumption_words(scenario: Scenario, name: str) -> str:
    """An assumption, family or mechanism as words: a mechanism's label, 'red line (Ukraine)'."""
    record = scenario.mechanisms.get(name.removeprefix("mechanism "))
    if record is not None:
        return record.label or spoken(name.removeprefix("mechanism "))
    if name in scenario.switches:
        return scenario.switches[name].label or spoken(name)
    rule, _, about = name.partition(" ")
    if about and rule in ("start", "bar"):
        return _of_the_rules(scenario, rule, about)
    base, bracket, key = name.partition("[")
    if not bracket:
        return spoken(name)
    key = key.removesuffix("]")
    party = scenario.parties.get(key)
    return f"{spoken(base)} ({(party.label if party else None) or spoken(key)})"


def _of_the_rules(scenario: Scenario, rule: str, about: str) -> str:
    """Where a variable begins, or a move that is barred, as words."""
    if rule == "start":
        return f"where {scenario.state[about].label or spoken(about)} begins"
    step, _, move = about.partition(".")
    words = next(one for one in scenario.round if one.name == step)
    told = words.moves[move].label or spoken(move)
    return f"no ‹{told}› at ‹{words.label or spoken(step)}›"


AS_WRITTEN = "the analyst's middle, no account's premises"
"""What stands behind 'On the premises of' where there are accounts and none is told."""


def whose_premises(scenario: Scenario, account: str) -> str:
    """What stands behind 'On the premises of'.

    The account's label; without an account the scenario's title, or, where it has accounts,
    that none of them is told: they are of equal standing and the text is none of them.
    """
    if not account:
        return AS_WRITTEN if scenario.accounts else f"‹{scenario.title}›"
    return f"the account ‹{scenario.accounts[account].label or spoken(account)}›"


def as_told(scenario: Scenario, account: str) -> Scenario:
    """The scenario as an account tells it, with the account's name in its title."""
    told = with_account(scenario, account)
    label = scenario.accounts[account].label or account.replace("_", " ")
    return told.model_copy(update={"title": f"{scenario.title} ({label})"})

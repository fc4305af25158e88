"""Accounts and levers: the same crisis as others tell it, and what somebody could change.

An account's entry replaces the whole entry of ``parameters``: a number fixes it, `cost[north]`
replaces one key of a family, and a family given by `each` replaces the keys that it names. What
it says of the rules (switches, where the crisis begins, moves that are not there) is in
``standing``, and what it denies is put at its off values.
"""

from __future__ import annotations

from typing import Any, NoReturn

from offramp.core.errors import OfframpError, ScenarioError, suggestion
from offramp.core.numbers import told_apart
from offramp.scenario.meaning import Meaning, understand
from offramp.scenario.model import Account, Family, Lever, Quantity, Scenario
from offramp.scenario.setting import nominal_values, off_values, with_values
from offramp.scenario.standing import (
    check_number_lever,
    check_standing,
    check_switch_lever,
    given_by,
    rules_told,
)
from offramp.scenario.switching import fail
from offramp.scenario.yaml_text import Node


def with_account(scenario: Scenario, name: str) -> Scenario:
    """The scenario as the account called ``name`` tells it; a ScenarioError for an unknown one."""
    if name not in scenario.accounts:
        known = scenario.accounts
        raise ScenarioError(
            f"no account '{name}'",
            code="E702",
            expected="an account of this scenario" if known else "a scenario with accounts",
            repair=suggestion(name, known),
            place=scenario.place("accounts"),
            path="accounts",
        )
    account = scenario.accounts[name]
    if not (account.denies or account.switches or account.start or account.bar):
        return _numbers_told(scenario, name, account)
    told = rules_told(_numbers_told(scenario, name, account), name)
    return told if not account.denies else _denied(told, name)


def _numbers_told(scenario: Scenario, name: str, account: Account) -> Scenario:
    """With the account's entries of parameters."""
    telling = _Telling(scenario, name, account)
    for entry in account.parameters:
        telling.replace(entry)
    return telling.scenario_told()


def _denied(told: Scenario, name: str) -> Scenario:
    """With the mechanisms that the account denies at their off values."""
    meaning = understand(told)
    values: dict[str, float] = {}
    for place, mechanism in enumerate(told.accounts[name].denies):
        off = off_values(meaning, mechanism)
        own = given_by(told, name)
        twice = sorted(own & {one.partition("[")[0] for one in off} | own & off.keys())
        if twice:
            fail(
                told,
                ("accounts", name, "denies", place),
                f"'{mechanism}' is denied, and '{twice[0]}' of it has an entry",
                "one of the two",
                f"take '{twice[0]}' out of the account",
            )
        values |= off
    return with_values(told, values, note=f"denied by {told.accounts[name].label or name}")


def check_accounts(meaning: Meaning) -> None:
    """Every account read as a scenario of its own; a ScenarioError with the account's place."""
    for name in meaning.scenario.accounts:
        check_standing(meaning, name)
        told = with_account(meaning.scenario, name)
        try:
            understand(told)
        except OfframpError as error:
            within = error.saying(f"{error.found} (in the account '{name}')")
            within.path = f"accounts.{name}: {error.path}"
            raise within from None


def check_levers(meaning: Meaning) -> None:
    """Every lever moves an assumption and is held by parties; a ScenarioError otherwise."""
    own = [assumption.name for assumption in meaning.assumptions]
    nominal = nominal_values(meaning) if meaning.scenario.levers else {}
    for name, lever in meaning.scenario.levers.items():
        path = ("levers", name)
        _check_holders(meaning, name, lever)
        if lever.parameter is None or lever.switch is not None:
            check_switch_lever(meaning.scenario, name, lever)
            continue
        check_number_lever(meaning.scenario, name, lever)
        entry = lever.parameter.replace(" ", "")
        if entry not in own:
            families = meaning.vocabulary.families
            repair = suggestion(entry, own)
            if entry in families:
                repair = f"write {next(iter(families[entry].values()))}"
            fail(
                meaning.scenario,
                (*path, "parameter"),
                f"'{entry}' is no parameter",
                "a parameter or family[key]",
                repair,
            )
        if entry in nominal:
            _check_side(meaning.scenario, name, lever, nominal[entry])


def _check_holders(meaning: Meaning, name: str, lever: Lever) -> None:
    """Whoever holds a lever is a party."""
    for position, party in enumerate(lever.held_by):
        if party not in meaning.parties:
            fail(
                meaning.scenario,
                ("levers", name, "held_by", position),
                f"'{party}' is no party",
                "the parties that would have to move the lever",
                suggestion(party, meaning.parties),
            )


def _check_side(scenario: Scenario, name: str, lever: Lever, start: float) -> None:
    """A lever that moves lower has its limit below the nominal value, and the other way round."""
    assert lever.limit is not None
    beyond = lever.limit - start if lever.towards == "lower" else start - lever.limit
    if beyond > 1e-9 * max(1.0, abs(start)):
        side, other = ("below", "higher") if lever.towards == "lower" else ("above", "lower")
        wrong = "above" if side == "below" else "below"
        told = told_apart(start, lever.limit)
        fail(
            scenario,
            ("levers", name, "limit"),
            f"the limit {told_apart(lever.limit, start)} lies {wrong} the nominal value {told}, "
            f"and the lever moves {lever.towards}",
            f"a limit {side} {told}",
            f"write 'towards: {other}', or a limit {side} {told}",
        )


class _Telling:
    """Puts an account's entries, and where they stand in the text, for those of the scenario."""

    def __init__(self, scenario: Scenario, name: str, account: Account) -> None:
        self.scenario, self.name, self.account = scenario, name, account
        self.entries: dict[str, Any] = dict(scenario.parameters)
        text = scenario.text
        self.nodes = dict(text.mapping["parameters"].mapping) if text and self.entries else {}

    def replace(self, entry: str) -> None:
        """One entry of the account."""
        base, _, key = entry.replace(" ", "").partition("[")
        key, given = key.removesuffix("]"), self.account.parameters[entry]
        known = self.entries.get(base)
        if known is None:
            self.fail(
                entry, f"'{entry}' is no parameter of the scenario", suggestion(base, self.entries)
            )
        if key and not isinstance(known, Family):
            self.fail(entry, f"'{base}' is a single number", f"write '{base}'")
        if isinstance(known, Family):
            self._family(entry, base, key, known, given)
            return
        if isinstance(given, Family):
            self.fail(entry, f"'{base}' is a single number, not a family", "write a number")
        self.entries[base] = self._single(given, getattr(known, "unit", None))
        if (node := self._node(entry)) is not None:
            self.nodes[base] = node

    def _family(self, entry: str, base: str, key: str, known: Family, given: Any) -> None:
        listed = ", ".join(f"{base}[{one}]" for one in known.each)
        if not key and not isinstance(given, Family):
            self.fail(entry, f"'{base}' is a family, and one number is given", f"write {listed}")
        if isinstance(given, Family) and key:
            self.fail(entry, f"a family stands for one entry '{entry}'", "write a number")
        told = given.each if isinstance(given, Family) else {key: given}
        unknown = [one for one in told if one not in known.each]
        if unknown:
            self.fail(
                entry,
                f"the family '{base}' has no entry '{unknown[0]}'",
                suggestion(unknown[0], known.each),
            )
        each = {one: self._single(value, None) for one, value in told.items()}
        about = {}
        if isinstance(given, Family):
            about = {w: getattr(given, w) for w in ("unit", "source", "note") if getattr(given, w)}
        self.entries[base] = known.model_copy(update={"each": {**known.each, **each}, **about})
        self._family_node(entry, base, key)

    def _family_node(self, entry: str, base: str, key: str) -> None:
        """Where the replaced keys stand now."""
        node, old = self._node(entry), self.nodes.get(base)
        if node is None or old is None:
            return
        each = old.mapping["each"]
        told = {key: node} if key else node.mapping["each"].mapping
        places = {**(each.keys or {}), **{one: child.place for one, child in told.items()}}
        merged = Node({**each.mapping, **told}, each.place, places)
        self.nodes[base] = Node({**old.mapping, "each": merged}, old.place, old.keys)

    def _single(self, given: Any, unit: str | None) -> Quantity:
        """An entry with the account's source where it has none of its own."""
        quantity = given if isinstance(given, Quantity) else Quantity(value=given)
        return quantity.model_copy(
            update={"source": quantity.source or self.account.source, "unit": quantity.unit or unit}
        )

    def _node(self, entry: str) -> Node | None:
        node = self.scenario.text
        for part in ("accounts", self.name, "parameters", entry):
            node = node.mapping.get(part) if node else None
        return node

    def fail(self, entry: str, found: str, repair: str) -> NoReturn:
        fail(
            self.scenario,
            ("accounts", self.name, "parameters", entry),
            found,
            "an entry that replaces one of 'parameters'",
            repair,
            key=True,
        )

    def scenario_told(self) -> Scenario:
        """The scenario with all entries replaced."""
        copy = self.scenario.model_copy(update={"parameters": self.entries})
        text = self.scenario.text
        if text is None:
            return copy
        parameters = text.mapping.get("parameters")
        if parameters is None:
            return copy.from_text(text)
        told = Node(self.nodes, parameters.place, parameters.keys)
        return copy.from_text(Node({**text.mapping, "parameters": told}, text.place, text.keys))

"""What an account says of the rules, and of what it states, denies or is silent.

Silence is no assent and no denial: what an account neither asserts nor denies, and gives no
entry for, keeps the common values and ranges in every telling.
"""

from __future__ import annotations

from typing import Any, Literal

from offramp.core.errors import suggestion
from offramp.scenario.meaning import Meaning
from offramp.scenario.model import Effort, Lever, Scenario, Switch, SwitchEntry
from offramp.scenario.switching import barred, barred_move, begins, fail
from offramp.scenario.yaml_text import Node

Standing = Literal["stated", "denied", "analyst", "silent"]


def rules_told(scenario: Scenario, name: str) -> Scenario:
    """The scenario with an account's switches, beginning, and moves that are not there."""
    account, text = scenario.accounts[name], scenario.text
    switches, state = dict(scenario.switches), dict(scenario.state)
    for switch, given in account.switches.items():
        if switch not in switches:
            fail(
                scenario,
                ("accounts", name, "switches", switch),
                f"'{switch}' is no switch of the scenario",
                "an entry that replaces one of 'switches'",
                suggestion(switch, switches),
                key=True,
            )
        switches[switch] = _switch(switches[switch], given, account.source)
        text = _moved(text, ("accounts", name, "switches", switch), ("switches", switch), "value")
    for variable, level in account.start.items():
        if variable not in state:
            fail(
                scenario,
                ("accounts", name, "start", variable),
                f"'{variable}' is no variable of the state",
                "a variable that begins elsewhere",
                suggestion(variable, state),
                key=True,
            )
        state[variable] = state[variable].model_copy(update={"start": level})
        text = _moved(text, ("accounts", name, "start", variable), ("state", variable, "start"))
    told = scenario.model_copy(update={"switches": switches, "state": state})
    if text is not None:
        told = told.from_text(text)
    steps = {step.name: step for step in scenario.round}
    gone = [
        barred_move(scenario, steps, written, ("accounts", name, "bar", place))
        for place, written in enumerate(account.bar)
    ]
    return told.without_moves(frozenset(gone))


def _switch(known: Switch, given: str | SwitchEntry, source: Any) -> Switch:
    """A switch as an account has it; one option alone fixes it."""
    entry = given if isinstance(given, SwitchEntry) else SwitchEntry(value=given)
    return known.model_copy(
        update={
            "value": entry.value,
            "range": entry.range,
            "weights": entry.weights,
            "source": entry.source or source,
            "note": entry.note or known.note,
        }
    )


def _moved(
    text: Node | None, here: tuple[str, ...], there: tuple[str, ...], inner: str = ""
) -> Node | None:
    """The text in which the value at ``there`` is the one at ``here``, with its place."""
    if text is None:
        return None
    node = text
    for part in here:
        if part not in node.mapping:  # put in by hand, and nowhere in the text
            return text
        node = node.mapping[part]
    if inner and not node.mapping:
        there = (*there, inner)
    elif inner:
        for key in ("value", "range", "weights"):
            if key in node.mapping:
                text = _put(text, (*there, key), node.mapping[key])
        return text
    return _put(text, there, node)


def _put(text: Node, path: tuple[str, ...], node: Node) -> Node:
    first, rest = path[0], path[1:]
    known = text.mapping.get(first, Node({}, node.place, {}))
    value = _put(known, rest, node) if rest else node
    keys = {**(text.keys or {})}
    keys.setdefault(first, node.place)
    return Node({**text.mapping, first: value}, text.place, keys)


def given_by(scenario: Scenario, name: str) -> frozenset[str]:
    """Parameters (family or family[key]) and switches that an account has an entry for."""
    account = scenario.accounts[name]
    entries = {entry.replace(" ", "") for entry in account.parameters}
    return frozenset(entries | set(account.switches))


def check_standing(meaning: Meaning, name: str) -> None:
    """What an account asserts and denies is there, and nothing is both."""
    scenario, account = meaning.scenario, meaning.scenario.accounts[name]
    numbers = [one.name for one in meaning.assumptions if not one.structural]
    families = list(meaning.vocabulary.families)
    known = [*scenario.mechanisms, *scenario.switches, *families, *numbers]
    for place, entry in enumerate(account.asserts):
        path = ("accounts", name, "asserts", place)
        if entry.replace(" ", "") not in known:
            fail(
                scenario,
                path,
                f"'{entry}' is no mechanism, switch or parameter",
                "what the speaker states",
                suggestion(entry, known),
            )
        if entry in account.denies:
            fail(
                scenario,
                path,
                f"'{entry}' is asserted and denied",
                "one of the two",
                "take one out",
            )
    _check_denied(scenario, name)


def _check_denied(scenario: Scenario, name: str) -> None:
    """What an account denies are mechanisms that can be off."""
    account = scenario.accounts[name]
    able = [one for one, record in scenario.mechanisms.items() if record.off]
    for place, mechanism in enumerate(account.denies):
        path = ("accounts", name, "denies", place)
        if mechanism not in scenario.mechanisms:
            fail(
                scenario,
                path,
                f"'{mechanism}' is no mechanism of this scenario",
                "mechanisms that the speaker denies",
                suggestion(mechanism, able),
            )
        if mechanism not in able:
            fail(
                scenario,
                path,
                f"the mechanism '{mechanism}' has no off value",
                "one that has",
                "give the account's own values under 'parameters'",
            )


def standing_of(scenario: Scenario, name: str, assumption: str) -> Standing:
    """How an account stands to an assumption ('' is the scenario as written, silent on all).

    *stated* where it asserts it, its family or its mechanism, bars the move or says where the
    variable begins; *denied* where it denies the mechanism; *analyst* where the account has an
    entry that it does not assert, beside others that it does; else *silent*. An account that
    asserts and denies nothing states every entry that it has.
    """
    if not name:
        return "silent"
    account, base = scenario.accounts[name], assumption.partition("[")[0]
    mechanism = next(
        (
            one
            for one, record in scenario.mechanisms.items()
            if base in record.parameters or base in record.switches
        ),
        "",
    )
    if assumption in {begins(variable) for variable in account.start}:
        return "stated"
    steps = {step.name: step for step in scenario.round}
    gone = (barred_move(scenario, steps, text, ("accounts", name, "bar")) for text in account.bar)
    if assumption in {barred(*one) for one in gone}:
        return "stated"
    if mechanism and mechanism in account.denies:
        return "denied"
    asserted = {entry.replace(" ", "") for entry in account.asserts}
    if {assumption, base, mechanism} & asserted:
        return "stated"
    if not {assumption, base} & given_by(scenario, name):
        return "silent"
    return "analyst" if account.asserts or account.denies else "stated"


def check_switch_lever(scenario: Scenario, name: str, lever: Lever) -> None:
    """A lever of a switch names an option to which it is put, other than the nominal one."""
    path = ("levers", name)
    if (lever.switch is None) == (lever.parameter is None):
        both = "both a parameter and a switch" if lever.switch else "neither parameter nor switch"
        fail(scenario, path, f"'{name}' has {both}", "one of the two", "keep one", key=True)
    assert lever.switch is not None
    if lever.switch not in scenario.switches:
        fail(
            scenario,
            (*path, "switch"),
            f"'{lever.switch}' is no switch",
            "a switch of this scenario",
            suggestion(lever.switch, scenario.switches),
        )
    for word in ("towards", "limit"):
        if getattr(lever, word) is not None:
            fail(
                scenario,
                (*path, word),
                f"'{word}' beside a switch",
                "'to: option'",
                f"remove '{word}'",
                key=True,
            )
    if isinstance(lever.effort, Effort):
        fail(
            scenario,
            (*path, "effort"),
            "cost and per beside a switch",
            "the effort of putting it, a number",
            f"write 'effort: {lever.effort.cost:g}'",
        )
    _check_option(scenario, name, lever, scenario.switches[lever.switch])


def _check_option(scenario: Scenario, name: str, lever: Lever, switch: Switch) -> None:
    """The option is there, and another than the nominal one."""
    path = ("levers", name)
    if lever.to is None or lever.to not in switch.options:
        found = "'to' is missing" if lever.to is None else f"'{lever.to}' is no option"
        other = next((one for one in switch.options if one != switch.value), switch.value)
        at = path if lever.to is None else (*path, "to")
        fail(scenario, at, found, "one of: " + ", ".join(switch.options), f"write 'to: {other}'")
    if lever.to == switch.value:
        fail(
            scenario,
            (*path, "to"),
            f"'{lever.switch}' is at '{lever.to}' already",
            "another option than the nominal one",
            f"the options are: {', '.join(switch.options)}",
        )


def check_number_lever(scenario: Scenario, name: str, lever: Lever) -> None:
    """A lever of a parameter says which way it goes, how far, and what it costs per unit."""
    path = ("levers", name)
    for word in ("towards", "limit"):
        if getattr(lever, word) is None:
            fail(
                scenario,
                path,
                f"'{word}' is missing",
                f"an entry '{word}: …' here",
                f"add '{word}:'",
                key=True,
            )
    if not isinstance(lever.effort, Effort):
        fail(
            scenario,
            (*path, "effort"),
            "one number as the effort of a parameter",
            "{cost: …, per: …}",
            f"write 'effort: {{cost: {lever.effort:g}, per: 1}}'",
        )
    if lever.to is not None:
        fail(scenario, (*path, "to"), "'to' beside a parameter", "'limit'", "remove 'to'", key=True)

"""What of the game itself is an assumption: switches, and where accounts differ in the rules.

Each is an assumption whose values are whole numbers, so that it is drawn, fixed, told by accounts
and attributed as numbers are; rules that read it are those of one game for every combination of
its values (see ``offramp.game.combinations``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from offramp.core.codes import section_code
from offramp.core.errors import ScenarioError, suggestion
from offramp.expressions import Number
from offramp.scenario.distributions import Distribution
from offramp.scenario.meant import Assumption, Path
from offramp.scenario.model import Scenario, Step, Switch

CHOICE = re.compile(r"\s*choice\s*\((.*)\)\s*\Z", re.DOTALL)
MOVE = re.compile(r"\s*([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)\s*=\s*([A-Za-z_]\w*)\s*\Z")
FORM = "party.step = move"


def begins(variable: str) -> str:
    """The assumption of where a variable begins; its name is none that a person can write."""
    return f"start {variable}"


def barred(step: str, move: str) -> str:
    """The assumption of whether a move is barred; its name is none that a person can write."""
    return f"bar {step}.{move}"


def switch_assumptions(scenario: Scenario) -> Iterator[Assumption]:
    """One assumption per switch, in order; a ScenarioError for an option that there is not."""
    for name, words in scenario.switches.items():
        path: Path = ("switches", name)
        yield Assumption(
            name,
            Number(option_number(scenario, name, words.value, (*path, "value"))),
            _spread(scenario, name, words, path),
            None,
            words.source,
            words.note,
            path,
            words.options,
            structural=True,
        )


def option_number(scenario: Scenario, switch: str, option: str, path: Path) -> int:
    """The number of an option of a switch."""
    options = scenario.switches[switch].options
    if option not in options:
        fail(
            scenario,
            path,
            f"'{option}' is no option of '{switch}'",
            "one of: " + ", ".join(options),
            suggestion(option, options),
        )
    return options.index(option)


def _spread(scenario: Scenario, name: str, words: Switch, path: Path) -> Distribution | None:
    """The options that draws vary over, and how often."""
    at = (*path, "range")
    if words.range is None:
        if words.weights:
            fail(
                scenario,
                (*path, "weights"),
                f"'{name}' has weights and no range",
                "a 'range' of options beside them",
                f"add 'range: \"choice({', '.join(words.options)})\"'",
                key=True,
            )
        return None
    match = CHOICE.match(words.range)
    listed = [one.strip() for one in match[1].split(",")] if match else []
    every = f'write "choice({", ".join(words.options)})"'
    if not listed:
        fail(scenario, at, f"'{words.range}' is no range of a switch", "choice(option, …)", every)
    numbers = [option_number(scenario, name, option, at) for option in listed]
    if len(set(numbers)) < len(numbers):
        fail(scenario, at, "an option stands twice", "every option once", "use 'weights'")
    for option in words.weights:
        if option not in listed:
            fail(
                scenario,
                (*path, "weights", option),
                f"'{option}' is not in the range of '{name}'",
                "one of: " + ", ".join(listed),
                suggestion(option, listed),
                key=True,
            )
    weights = tuple(words.weights.get(option, 1.0) for option in listed) if words.weights else ()
    return Distribution("choice", tuple(map(float, numbers)), weights)


def moves_barred_by_accounts(scenario: Scenario) -> dict[tuple[str, str], Path]:
    """Step and move of all that some account bars, and where that is written first."""
    steps = {step.name: step for step in scenario.round}
    found: dict[tuple[str, str], Path] = {}
    for name, account in scenario.accounts.items():
        for place, text in enumerate(account.bar):
            path: Path = ("accounts", name, "bar", place)
            found.setdefault(barred_move(scenario, steps, text, path), path)
    return found


def barred_move(
    scenario: Scenario, steps: Mapping[str, Step], text: str, path: Path
) -> tuple[str, str]:
    """Step and move of ``party.step = move``."""
    match = MOVE.match(text)
    if match is None:
        fail(scenario, path, f"'{text}' names no move", FORM, f"write {FORM}")
    party, step, move = match[1], match[2], match[3]
    if party not in scenario.parties:
        fail(scenario, path, f"'{party}' is no party", FORM, suggestion(party, scenario.parties))
    own = [name for name, one in steps.items() if one.by == party]
    if step not in own:
        fail(scenario, path, f"'{step}' is no step of '{party}'", FORM, suggestion(step, own))
    moves = steps[step].moves
    if move not in moves:
        found = f"the step '{step}' has no move '{move}'"
        fail(scenario, path, found, "one of: " + ", ".join(moves), suggestion(move, moves))
    return step, move


def begun_by_accounts(scenario: Scenario) -> tuple[str, ...]:
    """The variables that some account begins elsewhere; a ScenarioError for one that is none."""
    found: dict[str, None] = {}
    for name, account in scenario.accounts.items():
        for variable in account.start:
            if variable not in scenario.state:
                fail(
                    scenario,
                    ("accounts", name, "start", variable),
                    f"'{variable}' is no variable of the state",
                    "a variable that begins elsewhere",
                    suggestion(variable, scenario.state),
                    key=True,
                )
            found[variable] = None
    return tuple(found)


def fail(
    scenario: Scenario, path: Path, found: str, expected: str, repair: str, key: bool = False
) -> NoReturn:
    """A ScenarioError at ``path``."""
    raise ScenarioError(
        found,
        expected=expected,
        repair=repair,
        place=scenario.place(*path, of_value=not key),
        path=".".join(map(str, path)),
        code=section_code(path),
    )


def structural(name: str, value: Any, path: Path, options: tuple[str, ...] = ()) -> Assumption:
    """An assumption of the rules that is no switch."""
    return Assumption(name, value, None, None, None, None, path, options, structural=True)

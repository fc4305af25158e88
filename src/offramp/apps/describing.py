"""The commands that say what is written: `describe` a file, `show` a part of the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from offramp.apps.options import Account, Json, NoPassages, read_told, refuse
from offramp.apps.speaking import hand_over, say
from offramp.core.errors import suggestion
from offramp.core.files import check_target, write_text


def describe_command(
    file: str,
    *,
    account: Account = None,
    picture: Path | None = None,
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Say in plain sentences what FILE says: who moves when and sees what, ends, every number.

    Nothing is solved.

    For example: offramp describe border-standoff --picture round.svg

    Parameters
    ----------
    picture
        Write one round, its steps with their moves, as this SVG file.
    """
    from offramp.presentation import describe
    from offramp.presentation.charts.round_strip import round_picture
    from offramp.scenario import with_account

    if picture is not None:
        if picture.suffix != ".svg":
            raise refuse(f"--picture {picture}", "a name that ends in .svg", "say round.svg")
        check_target(picture, option="--picture")
    scenario = read_told(file, no_passages)
    if account is not None:
        scenario = with_account(scenario, account)
    told = describe(scenario)
    if picture is not None:
        write_text(picture, round_picture(scenario))
    if json:
        hand_over({"file": file, **told.as_dict()})
        return
    say(str(told) if picture is None else f"{told}\n\npicture: {picture}")


def show_command(name: str, *, json: Json = False) -> None:
    """Show a mechanism, scenario or model of the library: what it is, needs and gives.

    A mechanism ends with a block to paste into the round of a scenario.

    For example: offramp show mediator_attention
    """
    facts, words = _shown(name)
    hand_over(facts) if json else say(words(facts))


def _shown(name: str) -> tuple[dict[str, Any], Callable[[Mapping[str, Any]], str]]:
    """The facts of a part of the library, and how they are told."""
    from offramp.presentation import showing
    from offramp.scenario import read
    from offramp.scenario.expansion import read_mechanism
    from offramp.scenario.shelf import library_files

    mechanisms, scenarios = library_files("mechanisms"), library_files("scenarios")
    path = Path(name) if name.endswith((".yaml", ".yml")) else mechanisms.get(name)
    if path is not None and name not in scenarios:
        return showing.mechanism_facts(read_mechanism(path)[0]), showing.mechanism_words
    if name in scenarios:
        return showing.scenario_facts(name, read(name)), showing.scenario_words
    from offramp.study.models import find_models

    models = find_models()
    if name not in models:
        raise refuse(
            f"'{name}' is no mechanism, scenario or model",
            "a name from 'offramp list', or the path of a mechanism",
            suggestion(name, (*mechanisms, *scenarios, *models)),
        )
    return showing.model_facts(name, models[name]), showing.model_words

"""The commands for a text at hand: begin one, check it, write it out, and what the library has."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from offramp.apps.options import Json, NoPassages, Watch, read_told
from offramp.apps.speaking import complain, hand_over, say


def list_command(
    *, models: Annotated[bool, Parameter(negative="")] = False, json: Json = False
) -> None:
    """Show the scenarios and mechanisms of the library.

    For example: offramp list --models

    Parameters
    ----------
    models
        The canonical models in closed form instead.
    """
    from offramp.apps.listing import library_words
    from offramp.apps.modelling import models_list, models_table
    from offramp.presentation.shelves import library_table

    if models:
        hand_over(models_table()) if json else say(models_list())
    else:
        hand_over(library_table()) if json else say(library_words())


def new_command(
    *name: str, example: str = "small", from_: Annotated[str, Parameter(name="--from")] = ""
) -> None:
    """Write NAME.yaml, a small scenario to start from; an existing file is left alone.

    With a kind before NAME (mechanism, scenario, case, figure or quantity): a
    file of that kind, and a test that it is what Offramp asks of its kind.

    For example: offramp new first-try --example full

    Parameters
    ----------
    name
        What it is called, or a kind and that.
    example
        small, or full: with mechanisms, claims, accounts and levers, every line explained.
    from_
        questions: asks who decides, what lies on the table, how it can end and what each end is
        worth, and writes that.
    """
    from offramp.apps.template import written_words

    say(written_words(name, example, from_))


def check_command(
    file: str,
    *,
    code_book: Annotated[bool, Parameter(negative="")] = False,
    no_passages: NoPassages = False,
    halve_rounds: Annotated[bool, Parameter(negative="")] = False,
    watch: Watch = False,
    json: Json = False,
) -> None:
    """Read FILE, explore its game and check its numbers, without solving; warn of slips.

    All errors of a text are told at once. A warning has a code, a place and a repair, and changes
    no exit code: 0 when all is well, 2 with file, line and column when not.

    For example: offramp check border-standoff

    Parameters
    ----------
    code_book
        List too where FILE departs from the code book, by which words become numbers.
    halve_rounds
        Solve it besides at nominal values, and again with rounds half as long, and say how far
        ends and timing move.
    """
    if watch:
        from offramp.apps.watching import watched

        watched(file, lambda: _checked(file, json, no_passages, code_book, halve_rounds))
        return
    _checked(file, json, no_passages, code_book, halve_rounds)


def _checked(file: str, json: bool, no_passages: bool, code_book: bool, halve_rounds: bool) -> None:
    from offramp.apps.listing import check_words, checked, errors_of
    from offramp.core.errors import OfframpError

    try:
        facts = checked(file, no_passages, code_book, halve_rounds)
    except OfframpError as error:
        errors = errors_of(file) or [error]
        if json:
            told = [one.as_dict() for one in errors]
            hand_over({"file": file, "errors": told, "warnings": []})
        for one in errors:
            complain(f"error: {one}")
        sys.exit(2)
    hand_over(facts) if json else say(check_words(facts))


def expand_command(file: str, *, no_passages: NoPassages = False) -> None:
    """Print FILE with every mechanism written out: nothing is hidden.

    For example: offramp expand trilateral-talks
    """
    from offramp.scenario import scenario_text

    sys.stdout.write(scenario_text(read_told(file, no_passages)).rstrip("\n") + "\n")


def schema_command(*, mechanism: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Print the JSON Schema of the scenario language, for completion in an editor.

    For example: offramp schema > scenario.schema.json

    Parameters
    ----------
    mechanism
        The schema of mechanism files instead.
    """
    from offramp.scenario.json_schema import language_schema

    hand_over(language_schema("mechanism" if mechanism else "scenario"))

"""The commands: thin, and quick to start; everything heavy is imported by the command."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from shlex import join
from typing import Annotated

from cyclopts import App, CycloptsError, Group, Parameter

from offramp import __version__
from offramp.apps.briefing import add_brief
from offramp.apps.coding import add_coders
from offramp.apps.describing import add_descriptions
from offramp.apps.differing import add_diff
from offramp.apps.drafting import add_drafting
from offramp.apps.eliciting import add_elicitation
from offramp.apps.emulating import add_emulation
from offramp.apps.evidencing import add_evidence
from offramp.apps.formats import add_formats
from offramp.apps.modelling import add_models
from offramp.apps.options import (
    NO_MORE,
    Account,
    Asked,
    Draws,
    Files,
    Json,
    Nominal,
    NoPassages,
    Scale,
    Seed,
    Settings,
    Watch,
    read_told,
)
from offramp.apps.scanning import add_scan
from offramp.apps.serving import add_serving
from offramp.apps.speaking import complain, hand_over, say
from offramp.apps.studies import add_studies
from offramp.apps.sweeping import add_sweeps
from offramp.core.compiling import tell_compiling

app = App(
    name="offramp",
    version=__version__,
    help="An account of a crisis becomes a game, the game is solved, a report says what "
    "follows.\n\nFILE is the path of a scenario or a name from 'offramp list'.",
    version_flags=["--version"],
    suppress_keyboard_interrupt=False,
    help_format="plaintext",  # the default loads a Markdown renderer: a fifth of the time of --help
)


@app.command(name="list")
def list_library(
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


@app.command
def new(
    name: str, *, example: str = "small", from_: Annotated[str, Parameter(name="--from")] = ""
) -> None:
    """Write NAME.yaml, a small scenario to start from; an existing file is left alone.

    For example: offramp new first-try --example full

    Parameters
    ----------
    example
        small, or full: with mechanisms, claims, accounts and levers, every line explained.
    from_
        questions: asks who decides, what lies on the table, how it can end and what each end is
        worth, and writes that.
    """
    from offramp.apps.template import new_scenario

    path = new_scenario(name, example, from_)
    say(f"wrote {path}; try: {join(['offramp', 'check', str(path)])}")


@app.command
def check(
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


@app.command
def expand(file: str, *, no_passages: NoPassages = False) -> None:
    """Print FILE with every mechanism written out: nothing is hidden.

    For example: offramp expand trilateral-talks
    """
    from offramp.scenario import scenario_text

    sys.stdout.write(scenario_text(read_told(file, no_passages)).rstrip("\n") + "\n")


@app.command
def schema(*, mechanism: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Print the JSON Schema of the scenario language, for completion in an editor.

    For example: offramp schema > scenario.schema.json

    Parameters
    ----------
    mechanism
        The schema of mechanism files instead.
    """
    from offramp.scenario.json_schema import language_schema

    hand_over(language_schema("mechanism" if mechanism else "scenario"))


@app.command
def run(
    file: str | None = None,
    *,
    draws: Draws = 1000,
    seed: Seed = None,
    account: Account = None,
    nominal: Nominal = False,
    set: Settings = (),
    no_passages: NoPassages = False,
    out: Path | None = None,
    json: Json = False,
    precision_scale: Scale = 1.0,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    files: Annotated[Files, Parameter(name="*")] = NO_MORE,
) -> None:
    """Solve FILE for many combinations of its assumptions and write a report.

    Where FILE has claims, accounts or levers, every claim is tried in every
    combination on every account, accounts are compared, and off-ramps are looked
    for.

    Limits of a run, and in brackets the command that does more:

    Claims (claims): of a game with more than 500 solved nodes, further equilibria
    are looked for at nominal values only; one combination in 8, but at least 64,
    is tried with the ranges concentrated; claims are looked at with a mechanism off
    in at most 16 combinations, on accounts at nominal values only; on accounts no
    other precisions are tried.

    Accounts (compare): the first 3 pairs, at nominal values.

    Sensitivity (sensitivity): of the probability of an agreement, in games with
    at most 20,000 solved nodes; slopes at nominal values; from 64 combinations
    on shares of its variance.

    Off-ramps (offramps): to an agreement, or else a ceasefire, of probability
    0.5, or where it is as probable already, to half of what is missing; in games
    with at most 20,000 solved nodes; each change is tried in at most 64
    combinations.

    Histories and turning points (histories), effects of mechanisms: in games with
    at most 200,000 nodes; effects in at most 64 combinations.

    With --precision-scale other than 1 neither sensitivity nor off-ramps; with
    --json and no --out neither comparison, sensitivity, histories nor effects;
    with --json --nominal and more than 500 solved nodes no off-ramps and no
    mechanism off either.

    For example: offramp run border-standoff --draws 64 --out results

    Parameters
    ----------
    draws
        How many combinations of assumptions to try, for outcomes and claims.
    out
        Folder for report.html, summary.json, draws.csv, results.csv, nominal.nc, draws.nc
        and scenario.yaml.
        Default: offramp-results/NAME, or nothing is written when --json is given.
    from_
        A bundle in place of FILE and of all options but --out and --json: its run is
        repeated, and told is whether every number is the same to the last bit.
    """
    from offramp.apps.running import repeat_bundle, require_file, run_file, show

    if from_ is not None:
        others = nominal, set, files.live, no_passages, file, account
        plain = (draws, seed, precision_scale) == (1000, None, 1) and not any(others)
        told, same = repeat_bundle(from_, out, json, plain, files)
        hand_over(told) if json else say(told)
        if not same:
            sys.exit(1)
        return
    file = require_file(file)
    more = {"--live": files.live} if files.live else {}
    options = draws, seed, nominal, json, tuple(set), account, precision_scale
    asked = replace(Asked("run", file, *options, more), no_passages=no_passages)

    def ran(files: Files) -> None:
        said, solved, report = run_file(asked, out, files)
        hand_over(said) if json else say(said)
        if files.open and report is not None:
            show(report)
        if not solved:
            sys.exit(1)

    if not files.watch:
        ran(files)
        return
    from offramp.apps.watching import watched

    turns = iter([files])
    watched(file, lambda: ran(next(turns, replace(files, force=True, open=False))))


add_brief(app)
add_descriptions(app)
add_evidence(app)
add_drafting(app)
add_coders(app)
add_elicitation(app)
add_diff(app)
add_studies(app)
add_scan(app)
add_formats(app)
add_models(app)
add_sweeps(app)
add_emulation(app)
add_serving(app)

GROUPS = {
    "Write": ("serve", "new", "check", "describe", "show", "list", "expand", "diff", "schema"),
    "Sources": ("briefing", "evidence", "coders", "elicit"),
    "Solve": ("run", "brief", "scan", "histories"),
    "Argue": ("claims", "compare", "sensitivity", "packages", "offramps"),
    "Scale": ("sweep", "emulate"),
    "Exchange": ("solve", "export", "model"),
}
"""Heading of the help to the commands under it, as one comes to need them."""


def _grouped() -> None:
    for place, (heading, names) in enumerate(GROUPS.items()):
        group = Group(heading, sort_key=place)
        for name in names:
            app[name].group = group
    always = Group("Always", sort_key=len(GROUPS))
    for flag in ("--help", "--version"):
        app[flag].group = always


_grouped()


MISSING = re.compile(r'Command "(\S+)" parameter --(\S+) requires an argument\.')


def _misused(error: CycloptsError) -> str:
    """What is wrong with the words of a command; what stands without an option by its name."""
    missing = MISSING.fullmatch(str(error))
    positional = ("file", "name", "game", "scenario")
    if missing is None or missing[2] not in positional:
        return str(error)
    return f"offramp {missing[1]}: {missing[2].upper()} is missing"


def _help_of(arguments: list[str] | None) -> str:
    """How the help of the command that was meant is asked for."""
    words = sys.argv[1:] if arguments is None else arguments
    known = bool(words) and words[0] in app and not words[0].startswith("-")
    return f"offramp {words[0]} --help" if known else "offramp --help"


def obey(arguments: list[str] | None) -> int:
    """Do what the words of a command line ask for; the exit code."""
    if sys.stderr.isatty():
        tell_compiling(lambda words: sys.stderr.write(f"{words}\n"))
    try:
        app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        complain(f"error: {_misused(error)}\n  try: {_help_of(arguments)}")
        return 2
    return 0

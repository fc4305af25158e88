"""The commands by name: what a command needs is imported when it is asked for."""

from __future__ import annotations

import re
import sys

from cyclopts import App, CycloptsError, Group

from offramp import __version__
from offramp.apps.speaking import complain
from offramp.core.compiling import tell_compiling

GROUPS = {
    "Write": {
        "serve": "serving",
        "new": "writing",
        "check": "writing",
        "describe": "describing",
        "show": "describing",
        "list": "writing",
        "expand": "writing",
        "diff": "differing",
        "schema": "writing",
    },
    "Sources": {
        "briefing": "drafting",
        "evidence": "evidencing",
        "coders": "coding",
        "elicit": "eliciting",
    },
    "Solve": {
        "run": "investigating",
        "brief": "briefing",
        "scan": "scanning",
        "histories": "studies",
    },
    "Argue": {
        "claims": "studies",
        "compare": "studies",
        "sensitivity": "studies",
        "packages": "studies",
        "offramps": "studies",
    },
    "Scale": {"sweep": "sweeping", "emulate": "emulating"},
    "Exchange": {"solve": "formats", "export": "formats", "model": "modelling"},
}
"""Heading of the help to the commands under it, as one comes to need them, and to their modules.

A command NAME is the function NAME_command of its module.
"""


def _application() -> App:
    app = App(
        name="offramp",
        version=__version__,
        help="An account of a crisis becomes a game, the game is solved, a report says what "
        "follows.\n\nFILE is the path of a scenario or a name from 'offramp list'.",
        version_flags=["--version"],
        suppress_keyboard_interrupt=False,
        help_format="plaintext",  # the default loads a Markdown renderer: a fifth of the time
    )
    for place, (heading, commands) in enumerate(GROUPS.items()):
        group = Group(heading, sort_key=place)
        for name, module in commands.items():
            app.command(f"offramp.apps.{module}:{name}_command", name=name, group=group)
    always = Group("Always", sort_key=len(GROUPS))
    for flag in ("--help", "--version"):
        app[flag].group = always
    return app


app = _application()
MISSING = re.compile(r'Command "(\S+)" parameter --(\S+) requires an argument\.')


def _misused(error: CycloptsError) -> str:
    """What is wrong with the words of a command; what stands without an option by its name."""
    missing = MISSING.fullmatch(str(error))
    positional = ("file", "name", "game", "scenario")
    if missing is None or missing[2] not in positional:
        return str(error)
    return f"offramp {missing[1]}: {missing[2].upper()} is missing"


def _help_of(words: list[str]) -> str:
    """How the help of the command that was meant is asked for."""
    known = bool(words) and words[0] in app and not words[0].startswith("-")
    return f"offramp {words[0]} --help" if known else "offramp --help"


def obey(arguments: list[str] | None) -> int:
    """Do what the words of a command line ask for; the exit code."""
    if sys.stderr.isatty():
        tell_compiling(lambda words: sys.stderr.write(f"{words}\n"))
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0].startswith("-"):
        app.resolved_commands()  # their first sentences stand in the help of all
    try:
        app(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        complain(f"error: {_misused(error)}\n  try: {_help_of(words)}")
        return 2
    return 0

"""The commands by name: what a command needs is imported when it is asked for."""

from __future__ import annotations

import re
import sys

from cyclopts import App, CycloptsError, Group

from offramp import __version__
from offramp.apps.speaking import complain
from offramp.core.compiling import tell_compiling

GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "Write": {
        "serve": (
            "serving",
            "Open Offramp in a browser: write, check and change scenarios in a folder, "
            "without YAML.",
        ),
        "new": (
            "writing",
            "Write NAME.yaml, a small scenario to start from; an existing file is left alone.",
        ),
        "check": (
            "writing",
            "Read FILE, explore its game and check its numbers, without solving; warn of slips.",
        ),
        "describe": (
            "describing",
            "Say in plain sentences what FILE says: who moves when and sees what, ends, "
            "every number.",
        ),
        "show": (
            "describing",
            "Show a mechanism, scenario or model of the library: what it is, needs and gives.",
        ),
        "list": ("writing", "Show the scenarios and mechanisms of the library."),
        "expand": ("writing", "Print FILE with every mechanism written out: nothing is hidden."),
        "diff": (
            "differing",
            "Say what changed from OLD to NEW, each a text or the folder of a run.",
        ),
        "schema": (
            "writing",
            "Print the JSON Schema of the scenario language, for completion in an editor.",
        ),
    },
    "Sources": {
        "briefing": (
            "drafting",
            "Print one text from which a person, or any assistant, can write a scenario of "
            "TRANSCRIPT.",
        ),
        "evidence": (
            "evidencing",
            "Say which assumptions of FILE cite no passage, and which passages no assumption uses.",
        ),
        "coders": (
            "coding",
            "Compare FILES, independent encodings of one account: what differs, and what "
            "comes of it.",
        ),
        "elicit": (
            "eliciting",
            "Pool what several experts say of numbers of FILE, keep and show each, say who "
            "drives what.",
        ),
    },
    "Solve": {
        "run": (
            "investigating",
            "Solve FILE for many combinations of its assumptions and write a report.",
        ),
        "brief": (
            "briefing",
            "Solve FILE as `run` does and tell it on two pages, for A4 and letter.",
        ),
        "scan": (
            "scanning",
            "Follow the ends of FILE as one or two assumptions go through values, the others "
            "nominal.",
        ),
        "histories": (
            "studies",
            "Tell the likeliest histories of FILE and the turning points, at nominal values.",
        ),
    },
    "Argue": {
        "claims": (
            "studies",
            "Say which claims of FILE follow from its premises, on every account.",
        ),
        "compare": (
            "studies",
            "Set two accounts of FILE side by side and say what explains their difference.",
        ),
        "sensitivity": (
            "studies",
            "Say which assumptions of FILE a quantity hangs on, over their ranges and locally.",
        ),
        "packages": (
            "studies",
            "Say what could be agreed on the issues of FILE, beside what parties have without it.",
        ),
        "offramps": (
            "studies",
            "Look for the smallest changes of FILE that make an agreement as probable as asked.",
        ),
    },
    "Scale": {
        "sweep": ("sweeping", "Solve very many draws of FILE's assumptions into a store on disk."),
        "emulate": (
            "emulating",
            "Fit a quick stand-in for the solver to solved DRAWS, with its error; never unasked.",
        ),
    },
    "Exchange": {
        "solve": (
            "formats",
            "Solve GAME, a file of another program: agent logit play and its certificate.",
        ),
        "export": ("formats", "Write the game of SCENARIO, at nominal values, as a file."),
        "model": (
            "modelling",
            "Work out the canonical model NAME in closed form, a name from 'offramp list "
            "--models'.",
        ),
    },
}
"""Heading of the help to the commands under it, as one comes to need them.

A command NAME is the function NAME_command of its module. What it does stands here too, in the
first words of that function, so that the help of all loads none.
"""


def _application(brief: bool = False) -> App:
    """All commands; ``brief`` says of each what stands in the table, and none is loaded for it."""
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
        for name, (module, does) in commands.items():
            where = f"offramp.apps.{module}:{name}_command"
            told = {"help": does} if brief else {}
            app.command(where, name=name, group=group, **told)
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
    all_of_them = not words or words[0].startswith("-")
    asked = _application(brief=True) if all_of_them else app
    try:
        asked(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        complain(f"error: {_misused(error)}\n  try: {_help_of(words)}")
        return 2
    return 0

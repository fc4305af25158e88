"""Help that a newcomer can use: groups, an example for each command, at once; one set of words."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from inspect import getdoc
from pathlib import Path

import pytest

from offramp.apps import commands
from offramp.apps.claim_tables import claims_words
from offramp.presentation import report, sentences
from offramp.presentation.records import claims_as_json
from offramp.presentation.text.offramps import offramps_sentences
from offramp.study.claims.classes import CLASSES
from offramp.study.claims.verdicts import STATES
from tests.apps.asking import Ask, asker
from tests.presentation.mock import findings_of
from tests.presentation.scenes import border, with_study

ROOT = Path(__file__).parents[2]
NAMES = sorted(name for name in commands.app if not name.startswith("-"))
QUICK = ("check", "describe", "list", "show", "expand", "schema", "model", "scan")
"""Commands whose example takes next to no time."""


@pytest.fixture(name="ask")
def _ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ask:
    monkeypatch.chdir(tmp_path)
    return asker(capsys)


def example_of(ask: Ask, name: str) -> str:
    told = " ".join(ask(name, "--help")[1].split())
    found = re.search(rf"For example: (offramp {name} .*?) ╭", told)
    assert found, f"no example in the help of {name}"
    return found[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_an_example_that_parses(ask: Ask, name: str) -> None:
    words = shlex.split(example_of(ask, name).partition(">")[0])
    commands.app.parse_args(words[1:], exit_on_error=False, print_error=False)
    if name in QUICK:
        code, _, err = ask(*words[1:])
        assert code == 0, err


def test_commands_stand_in_groups_in_the_order_of_work(ask: Ask) -> None:
    told = ask("--help")[1]
    places = [told.index(f"─ {heading} ─") for heading in commands.GROUPS]
    assert places == sorted(places)
    assert {*NAMES} == {name for names in commands.GROUPS.values() for name in names}


def test_the_help_of_all_says_what_each_says_of_itself() -> None:
    for group in commands.GROUPS.values():
        for name, (module, does) in group.items():
            command = getattr(import_module(f"offramp.apps.{module}"), f"{name}_command")
            words = " ".join((getdoc(command) or "").split())
            assert words.startswith(does), name


def test_help_comes_at_once() -> None:
    """Processor time, which does not hang on what else runs; the quickest of three."""
    seconds: list[float] = []
    for _ in range(3):
        done = subprocess.Popen(
            [sys.executable, "-m", "offramp.apps.cli", "run", "--help"], stdout=subprocess.DEVNULL
        )
        _, _, used = os.wait4(done.pid, 0)
        done.returncode = 0
        seconds.append(used.ru_utime + used.ru_stime)
    assert min(seconds) < 0.3


OLD = (
    "second weighting",
    "other weighting",
    "central values",
    "no single verdict",
    "the tellings",
    "does not at",
)
"""Words that said the same as others that stay."""
HOUSE = re.compile(r"\b(?:the house|rooms?|doors?)\b(?! \w* to write)", re.IGNORECASE)


def everything_said(ask: Ask) -> dict[str, str]:
    """All texts that a user meets: report, terminal, JSON, help."""
    found = with_study(findings_of(border(), 20))
    assert found.offramps is not None
    texts = {f"help of {name}": ask(name, "--help")[1] for name in NAMES}
    return texts | {
        "report": re.sub(r"<script.*?</script>", "", report(found), flags=re.DOTALL),
        "claims": claims_words("", found.verdicts),
        "off-ramps": " ".join(offramps_sentences(found.offramps)),
        "sentences": " ".join(sentences(found.verdicts)),
        "json": str(claims_as_json(found.verdicts)),
    }


def test_one_word_for_one_thing(ask: Ask) -> None:
    pages = {
        path.name: path.read_text("utf-8")
        for folder in ("tutorials", "how-to", "reference", "explanation")
        for path in (ROOT / "docs" / folder).glob("*.md")
        if path.name != "glossary.md"
    }
    for where, text in (everything_said(ask) | pages).items():
        told = " ".join(text.split())
        assert [word for word in OLD if word in told] == [], where


def test_verdicts_have_one_vocabulary(ask: Ask) -> None:
    del ask
    found = with_study(findings_of(border(), 20))
    for one in found.verdicts:
        assert one.state in STATES
        assert one.kind in CLASSES
    told = claims_as_json(found.verdicts)
    for claim in told.values():
        for one in (claim, *claim["accounts"].values()):
            assert one["state"] in STATES
            assert one["class"] in CLASSES
    words = claims_words("", found.verdicts)
    page = report(found)
    for one in found.verdicts:
        assert one.state in words
        assert one.state in page
        assert one.kind in words
        assert one.kind in page


def test_pages_of_users_speak_no_private_words() -> None:
    mine = re.compile(r"add-|extend|write-a-mechanism")
    for folder in ("tutorials", "how-to", "reference"):
        for path in (ROOT / "docs" / folder).glob("*.md"):
            if not mine.match(path.name):
                text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
                text = re.sub(r"customs house|front door|room on the disk", "", text)
                assert HOUSE.findall(text) == [], path.name


def test_the_page_to_read_is_what_the_library_is() -> None:
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        import readable  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.pop(0)
    assert readable.PAGE.read_text("utf-8") == readable.page(), (
        "renew it: python docs/_ext/readable.py"
    )

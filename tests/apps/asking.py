"""Commands run in this process, as the tests of the applications ask them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from offramp.apps.cli import main

Ask = Callable[..., tuple[int, str, str]]


def asker(capsys: pytest.CaptureFixture[str]) -> Ask:
    """A function that runs one command: exit code, standard output and error."""

    def run(*words: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(list(words))
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def answer(ask: Ask, *words: str) -> dict[str, Any]:
    """The JSON object of a command that succeeds."""
    code, out, err = ask(*words, "--json")
    assert code == 0, err
    return json.loads(out)

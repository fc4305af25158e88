"""A first scenario to change: small, complete, and solved at once."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from offramp.core.errors import Place, ScenarioError
from offramp.core.files import refuse_address, write_text

TEXT = """\
# Try: offramp check {file}    then: offramp run {file}
offramp: 1
title: {title}
time: {{round: month}}
sources:
  memo: {{title: "The text this is taken from", date: "2026", speaker: "its author", kind: memo}}
parties:
  north: {{label: North, patience: 0.95, precision: 4}}
  south: {{label: South, patience: 0.90, precision: 4}}
parameters:
  cost:                       # a family, read as cost[north]
    each:
      north: {{value: 0.05, range: "uniform(0.02, 0.10)"}}
      south: {{value: 0.08, range: "uniform(0.04, 0.12)"}}
    unit: per month
    note: what another month costs; analyst's judgement
  share: {{value: 0.55, range: "uniform(0.4, 0.7)", note: "what the offer gives the north"}}
state:
  offer: {{levels: [none, made], start: none}}
round:
  - name: propose
    by: north
    moves:
      hold: {{}}
      offer: {{when: offer == none, then: {{offer: made}}, source: {{memo: page 1}}}}
  - name: answer
    by: south
    moves:
      accept: {{when: offer == made, end: settlement}}
      refuse: {{}}
      leave: {{end: breakdown}}
  - name: month
    by: nature
    moves:
      passes: {{odds: 1, pay: {{north: "-cost[north]", south: "-cost[south]"}}}}
outcomes:
  settlement: {{kind: agreement, pay: {{north: share, south: 1 - share}}}}
  breakdown: {{kind: stalemate, pay: {{north: -0.2, south: -0.1}}}}
rounds: unlimited
"""


EXAMPLES = ("small", "full")
QUESTIONS = "questions"


def new_scenario(name: str, example: str = "small", source: str = "") -> Path:
    """Write NAME.yaml in the current folder; a ScenarioError where it exists or cannot be.

    ``example`` is small or full; with ``source`` 'questions' the text is made of answers.
    """
    _check_wishes(example, source)
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    title = path.stem.replace("-", " ").replace("_", " ").strip().capitalize()
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    refuse_address(name, ScenarioError)
    if not name.isprintable() or not path.parent.is_dir():
        raise ScenarioError(
            f"'{path}' cannot be written",
            expected="a name, or a folder that is there and a name",
            repair="say offramp new first-try",
            place=Place(str(path), 1, 1),
        )
    if os.path.lexists(path):
        raise ScenarioError(
            f"'{path}' exists already",
            expected="a new name",
            repair="choose another name; nothing was changed",
            place=Place(str(path), 1, 1),
        )
    try:
        return write_text(path, _text_of(example, source, shlex.quote(str(path)), quoted))
    except OSError as error:
        raise ScenarioError(
            f"'{path}' cannot be written: {error.strerror}",
            expected="a folder in which a file can be made",
            place=Place(str(path), 1, 1),
        ) from None


def _check_wishes(example: str, source: str) -> None:
    from offramp.apps.options import refuse

    if example not in EXAMPLES:
        raise refuse(f"--example {example}", "small or full", "say --example full")
    if source not in ("", QUESTIONS):
        raise refuse(f"--from {source}", "questions", "say --from questions")


def _text_of(example: str, source: str, file: str, title: str) -> str:
    """The text that is written."""
    if source:
        from offramp.apps.questions import asked_text

        head = f"# Try: offramp check {file}    then: offramp run {file}\n"
        return head + asked_text(title)
    if example == "full":
        template = Path(__file__).parents[1] / "library" / "templates" / "full.yaml"
        return template.read_text(encoding="utf-8").format(file=file, title=title)
    return TEXT.format(file=file, title=title)

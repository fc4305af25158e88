"""Something to start from and to change: a scenario, or a file of another kind with its test."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from string import Template

from offramp.apps.options import refuse
from offramp.core.errors import Place, ScenarioError, suggestion
from offramp.core.files import refuse_address, write_text

TEXT = """\
# Try: offramp check {file}    then: offramp run {file}
offramp: 1
title: {title}
about: An invented crisis, to be replaced by the account that is encoded.
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
TEMPLATES = Path(__file__).parents[1] / "library" / "templates"
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""A name that formulas, links and Python take."""


@dataclass(frozen=True)
class Kind:
    """What is written of a kind: its template and ending, and how a package names it."""

    template: str
    suffix: str
    entry: str = ""

    @property
    def spoken(self) -> bool:
        """Whether its name is a word of formulas or of Python; other files may be called freely."""
        return self.template not in ("", "case.yaml")


KINDS = {
    "mechanism": Kind("mechanism.yaml", ".yaml"),
    "scenario": Kind("", ".yaml"),
    "case": Kind("case.yaml", ".yaml"),
    "figure": Kind("figure.txt", ".py", '"offramp.figures"]\n{name} = "PACKAGE.{name}:FIGURE"'),
    "quantity": Kind(
        "quantity.txt", ".py", '"offramp.quantities"]\n{name} = "PACKAGE.{name}:QUANTITY"'
    ),
}
BESIDE = {
    "mechanism": "a scenario in this folder takes it by: use: {name}",
    "scenario": "then: offramp run {file}",
    "case": "then: offramp run {file}",
}


def written_words(words: tuple[str, ...], example: str = "small", source: str = "") -> str:
    """Write what NAME, or KIND NAME, asks for, and say what was written and what to try.

    Raises ScenarioError where a file exists already or cannot be, and nothing is written then.
    """
    if len(words) != 2 or words[0] not in KINDS:
        name = _only_name(words)
        path = new_scenario(name, example, source)
        return f"wrote {path}; try: {shlex.join(['offramp', 'check', str(path)])}"
    kind, name = words
    if kind != "scenario" and (example, source) != ("small", ""):
        option = "--from" if source else "--example"
        raise refuse(f"{option} beside '{kind}'", "it with a scenario only", f"leave out {option}")
    path, test = _new_pair(kind, name, example, source)
    lines = [f"wrote {path} and {test}; try: {shlex.join(['python', '-m', 'pytest', str(test)])}"]
    told = {"name": path.stem, "file": shlex.quote(str(path))}
    if kind in BESIDE:
        lines.append(BESIDE[kind].format(**told))
    if KINDS[kind].entry:
        lines.append("once a package of yours holds it, its pyproject.toml says where it is found:")
        entry = KINDS[kind].entry.format(**told)
        lines += [f"  {line}" for line in f"[project.entry-points.{entry}".splitlines()]
    return "\n".join(lines)


def _only_name(words: tuple[str, ...]) -> str:
    """The name where no kind stands before it; a ScenarioError where that cannot be."""
    kinds = ", ".join(KINDS)
    if len(words) == 1 and words[0] not in KINDS:
        return words[0]
    if len(words) == 1:
        raise refuse(
            f"'{words[0]}' without a name",
            f"KIND NAME, where KIND is one of {kinds}, or NAME",
            f"say offramp new {words[0]} first_try",
        )
    raise refuse(
        f"'{' '.join(words)}'" if words else "nothing to call it by",
        f"NAME, or KIND NAME, where KIND is one of {kinds}",
        suggestion(words[0], KINDS) if len(words) == 2 else "say offramp new first-try",
    )


def _new_pair(kind: str, name: str, example: str, source: str) -> tuple[Path, Path]:
    """The file of a kind and its test, both written."""
    _check_wishes(example, source)
    made = KINDS[kind]
    path = Path(name if name.endswith(made.suffix) else f"{name}{made.suffix}")
    if made.spoken and not NAME.fullmatch(path.stem):
        like = re.sub(r"\W+", "_", path.stem.lower()).strip("_")
        raise refuse(
            f"'{path.stem}' as the name of a {kind}",
            "small letters, digits and _, a letter first",
            f"say offramp new {kind} {like}" if NAME.fullmatch(like) else "choose another name",
        )
    stem = re.sub(r"\W+", "_", path.stem).strip("_")
    test = path.with_name(f"test_{stem}.py")
    for one in (path, test):
        _check_place(one, name)
    title = _title_of(path)
    told = {"name": path.stem, "title": title, "file": path.name, "stem": stem, "test": test.name}
    if kind == "scenario":
        text = _text_of(example, source, shlex.quote(str(path)), _quoted(title))
    else:
        text = _filled(made.template, told)
    return _put(path, text), _put(test, _filled("test.txt", told | _checking(kind, path)))


def _checking(kind: str, path: Path) -> dict[str, str]:
    """What a test imports, and the line that checks."""
    if kind == "figure":
        dot = "." if (path.parent / "__init__.py").exists() else ""
        imports = f"from offramp.testing import check_figure\n\nfrom {dot}{path.stem} import FIGURE"
        return {"imports": imports, "check": "check_figure(FIGURE)"}
    imports = f"from pathlib import Path\n\nfrom offramp.testing import check_{kind}"
    return {"imports": imports, "check": f'check_{kind}(Path(__file__).with_name("{path.name}"))'}


def _filled(template: str, told: dict[str, str]) -> str:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(told)


def new_scenario(name: str, example: str = "small", source: str = "") -> Path:
    """Write NAME.yaml in the current folder; a ScenarioError where it exists or cannot be.

    ``example`` is small or full; with ``source`` 'questions' the text is made of answers.
    """
    _check_wishes(example, source)
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    _check_place(path, name)
    title = _quoted(_title_of(path))
    return _put(path, _text_of(example, source, shlex.quote(str(path)), title))


def _title_of(path: Path) -> str:
    """A file's name as words."""
    return path.stem.replace("-", " ").replace("_", " ").strip().capitalize()


def _quoted(title: str) -> str:
    return '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _check_place(path: Path, name: str) -> None:
    """A ScenarioError where a file cannot be, or is already."""
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


def _put(path: Path, text: str) -> Path:
    try:
        return write_text(path, text)
    except OSError as error:
        raise ScenarioError(
            f"'{path}' cannot be written: {error.strerror}",
            expected="a folder in which a file can be made",
            place=Place(str(path), 1, 1),
        ) from None


def _check_wishes(example: str, source: str) -> None:
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
        return (TEMPLATES / "full.yaml").read_text(encoding="utf-8").format(file=file, title=title)
    return TEXT.format(file=file, title=title)

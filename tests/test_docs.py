"""Every code block of README and docs runs, in the order of its page, in a folder of its own.

On one page the blocks share that folder and their Python names:

- ``python`` and ``{code-cell}`` blocks run; ``>>>`` lines in them are checked like doctests;
- ``console`` blocks run their ``$ offramp …`` lines; lines under a command must appear in that
  order in what it prints, and a line ``…`` stands for anything;
- a block under ``<!-- file: NAME -->`` is written to that file;
- a block under ``<!-- not run: REASON -->`` is left alone, and so are the languages in ``PLAIN``.
"""

from __future__ import annotations

import doctest
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts),
]
PLAIN = {"text", "sh", "json", "toml"}
BINARIES = Path(sys.executable).parent
FENCE = re.compile(
    r"^(?P<bars>```+|:::+)(?P<language>[^`\n]*)\n(?P<body>.*?)^(?P=bars)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
NOTE = re.compile(r"<!--\s*(?P<kind>file|not run):\s*(?P<text>[^>]+?)\s*-->\s*\Z")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, first line on the page, and the comment above it."""

    language: str
    text: str
    line: int
    note: str = ""
    detail: str = ""


def blocks_of(page: str) -> Iterator[Block]:
    for fence in FENCE.finditer(page):
        note = NOTE.search(page[: fence.start()])
        yield Block(
            language=fence["language"].strip(),
            text=fence["body"],
            line=page.count("\n", 0, fence.start("body")) + 1,
            note=note["kind"] if note else "",
            detail=note["text"] if note else "",
        )


def run_python(block: Block, folder: Path, names: dict[str, Any]) -> dict[str, Any]:
    """Run the block with the page's names and return them with what it added."""
    if block.text.lstrip().startswith(">>>"):
        examples = doctest.DocTestParser().get_doctest(
            block.text, names, folder.name, folder.name, block.line - 1
        )
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        runner.run(examples, clear_globs=False)
        assert runner.failures == 0
        return examples.globs
    script = folder / f"line_{block.line}.py"
    code = re.sub(r"^:\w.*$", "", block.text, flags=re.MULTILINE)  # a code-cell's options
    script.write_text("\n" * (block.line - 1) + code, encoding="utf-8")
    return {**names, **runpy.run_path(str(script), init_globals=names)}


def run_console(block: Block, folder: Path) -> None:
    """Run every command of the block; what is printed under it must be what it says."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        words = shlex.split(command)
        assert words[0] == "offramp", f"line {block.line}: only offramp is run, not {words[0]}"
        ran = subprocess.run(
            [str(BINARIES / words[0]), *words[1:]],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        )
        printed = ran.stdout + ran.stderr
        assert ran.returncode == 0, f"line {block.line}: $ {command}\n{printed}"
        assert_shown(shown, printed)


def assert_shown(shown: str, printed: str) -> None:
    """The lines of ``shown`` stand in ``printed`` in their order."""
    start = 0
    for line in (line.strip() for line in shown.splitlines()):
        if line and line != "…":
            found = printed.find(line, start)
            assert found >= 0, f"not printed: {line}\n{printed}"
            start = found + len(line)


@pytest.mark.parametrize("page", PAGES, ids=[p.relative_to(ROOT).as_posix() for p in PAGES])
def test_the_blocks_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)  # what a page writes as a Python file can be imported
    names: dict[str, Any] = {}
    for block in blocks_of(page.read_text(encoding="utf-8")):
        if block.note == "not run":
            continue
        if block.note == "file":
            target = tmp_path / block.detail
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "python" or block.language.startswith("{code-cell}"):
            names = run_python(block, tmp_path, names)
        elif block.language == "console":
            run_console(block, tmp_path)
        elif not block.language.startswith("{"):
            assert block.language in PLAIN, f"line {block.line}: nothing runs '{block.language}'"


PAGE = """
<!-- file: notes.txt -->
```text
kept
```

```python
kept = open("notes.txt").read()
```

```python
>>> kept
'kept\\n'
```

<!-- not run: it would never end -->
```python
while True: pass
```
"""


def test_blocks_know_their_line_and_the_comment_above() -> None:
    assert [(block.language, block.line, block.note) for block in blocks_of(PAGE)] == [
        ("text", 4, "file"),
        ("python", 8, ""),
        ("python", 12, ""),
        ("python", 18, "not run"),
    ]


def test_names_last_from_block_to_block(tmp_path: Path) -> None:
    _, first, second, _ = blocks_of(PAGE.replace('open("notes.txt").read()', '"kept\\n"'))
    names = run_python(second, tmp_path, run_python(first, tmp_path, {}))
    assert names["kept"] == "kept\n"


def test_a_wrong_example_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        run_python(Block("python", ">>> 1 + 1\n3\n", 1), tmp_path, {})
    with pytest.raises(AssertionError):
        assert_shown("first\n…\nsecond\n", "second\nfirst\n")

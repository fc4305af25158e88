"""The command `evidence`, passages beside what rests on them, and words that are withheld."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from offramp.apps.cli import main
from tests.scenario.made_transcript import made_turns, written

WORD = re.compile(r"[a-z]{6,}")
GIVEN = ("talks.txt", "border.yaml", "shorter.yaml", "parcels.yaml")
"""What is written by hand: all else is written by commands."""
OWN = frozenset({"tarvel"})
"""A coined name that nobody has to guess: it is no word of what was said."""


def said(*words: str, code: int = 0) -> None:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    assert (end.value.code or 0) == code, words


def words_of_the_transcript() -> set[str]:
    told = " ".join(text for _, sentences in made_turns() for text in sentences)
    return set(WORD.findall(told.lower())) - OWN


def all_texts(folder: Path) -> str:
    """Everything below a folder, unpacked, but for the transcript and the scenario themselves."""
    told: list[str] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name in GIVEN:
            continue
        content = path.read_bytes()
        if path.suffix in (".docx", ".xlsx", ".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                content = b"\n".join(packed.read(name) for name in packed.namelist())
        told += [str(path), content.decode("utf-8", errors="ignore")]
    return "\n".join(told)


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("run", "border.yaml", "--draws", "16", "--seed", "1", "--out", "results"),
    ("run", "border.yaml", "--nominal", "--json"),
    ("run", "border.yaml", "--draws", "4", "--seed", "1", "--xlsx", "--live", "2", "--out", "live"),
    ("brief", "border.yaml", "--draws", "16", "--seed", "1", "--out", "brief.html"),
    ("brief", "border.yaml", "--nominal", "--out", "brief.md"),
    ("brief", "border.yaml", "--nominal", "--out", "brief.docx"),
    ("sweep", "border.yaml", "--draws", "16", "--seed", "1", "--store", "store.zarr"),
    ("claims", "border.yaml", "--nominal"),
    ("claims", "border.yaml", "--nominal", "--json"),
    ("compare", "border.yaml", "--accounts", ",envoy", "--nominal", "--json"),
    ("sensitivity", "border.yaml", "--nominal", "--json"),
    ("histories", "border.yaml", "--nominal", "--json"),
    ("describe", "border.yaml"),
    ("describe", "border.yaml", "--json"),
    ("describe", "border.yaml", "--picture", "round.svg"),
    ("export", "shorter.yaml", "--to", "game.svg"),
    ("export", "shorter.yaml", "--to", "game.efg"),
    ("check", "border.yaml", "--json"),
    ("packages", "parcels.yaml", "--nominal"),
    ("offramps", "border.yaml", "--nominal", "--json"),
    ("scan", "border.yaml", "--over", "cost=0.1,0.2", "--csv", "scan.csv", "--picture", "scan.svg"),
    ("coders", "border.yaml", "parcels.yaml", "--draws", "4", "--seed", "1"),
    ("coders", "border.yaml", "parcels.yaml", "--draws", "4", "--seed", "1", "--json"),
    ("elicit", "border.yaml", "experts.csv", "--draws", "4", "--seed", "1", "--out", "pooled.yaml"),
    ("diff", "border.yaml", "parcels.yaml"),
    ("diff", "results", "live", "--json"),
    ("expand", "border.yaml"),
    ("evidence", "border.yaml", "--accept", "--csv", "evidence.csv"),
    ("evidence", "border.yaml", "--json"),
)


EXPERTS = """assumption,expert,weight,share,value,low,high,chips
cost,Anna,1,0,0.05,,,
cost,Anna,,1,0.2,,,
"""


def parcelled(text: str) -> str:
    """The crisis with something to share, told in a sentence that was said, and another claim."""
    turns = made_turns()
    words = json.dumps(turns[11][1][0])
    claim, other = (repr(turns[at][1][1]) for at in (14, 16))
    assert claim in text
    text = text.replace(f"says: {claim}", f"says: {other}").replace("{talks: 15}", "{talks: 17}")
    worth = "weight: {north: 1, south: 1}, worth: {north: [1, 0], south: [0, 1]}"
    issue = f"{{options: [here, there], {worth}, source: {{talks: 12}}, about: {words}}}"
    return f"{text}issues: {{land: {issue}}}\npackages: {{near: {{land: here}}}}\n"


def test_withheld_words_are_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, made_turns())
    monkeypatch.chdir(tmp_path)
    text = Path("border.yaml").read_text("utf-8")
    Path("parcels.yaml").write_text(parcelled(text), "utf-8")
    Path("experts.csv").write_text(EXPERTS, "utf-8")
    Path("shorter.yaml").write_text(text.replace("unlimited", "1\nat_end: war"), "utf-8")
    coined = words_of_the_transcript()
    assert len(coined) > 1_000
    for command in COMMANDS:
        said(*command, "--no-passages")
        out, err = capsys.readouterr()
        found = coined & set(WORD.findall((out + err).lower()))
        assert not found, command
    assert (tmp_path / "results" / "report.html").is_file()
    found = coined & set(WORD.findall(all_texts(tmp_path).lower()))
    assert not found
    assert "[words withheld]" in (tmp_path / "results" / "report.html").read_text("utf-8")


def test_words_in_folders_of_runs_that_had_them_are_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of results has no transcript beside it, by which a word that is not marked shows."""
    turns = made_turns()
    words = " ".join(re.findall(r"[a-z]{6,}", " ".join(turns[25][1]).lower())[:7])
    path = written(tmp_path, turns)
    path.write_text(
        path.read_text("utf-8").replace("what a month of waiting costs", words), "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    said("run", "border.yaml", "--nominal", "--out", "then")
    path.write_text(path.read_text("utf-8").replace(words, f"now {words}"), "utf-8")
    said("run", "border.yaml", "--nominal", "--out", "now")
    capsys.readouterr()
    said("diff", "then", "now")
    assert words in capsys.readouterr().out
    for more in ((), ("--json",)):
        said("diff", "then", "now", "--no-passages", *more)
        out, err = capsys.readouterr()
        assert not words_of_the_transcript() & set(WORD.findall((out + err).lower()))


def test_words_stand_beside_what_rests_on_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same commands without --no-passages do show them: the test above can fail."""
    turns = made_turns()
    written(tmp_path, turns)
    monkeypatch.chdir(tmp_path)
    first = turns[11][1][0][:40]
    said("describe", "border.yaml")
    out = capsys.readouterr().out
    assert f"     - “{first}" in out
    assert "passages 12:1-2" in out
    said("run", "border.yaml", "--nominal", "--out", "results")
    page = (tmp_path / "results" / "report.html").read_text("utf-8")
    assert page.count(f'<q class="passage">{first}') == 2  # in the ledger, and among what is cited
    assert "The ledger of evidence" in page
    assert "in the words of passage 15" in page
    said("brief", "border.yaml", "--nominal", "--out", "brief.md")
    brief = (tmp_path / "brief.md").read_text("utf-8")
    assert "## What the sources say, word for word" in brief
    assert turns[14][1][0][:40] in brief
    assert "1 does not" in brief
    assert not words_of_the_transcript() & set(
        WORD.findall((tmp_path / "results" / "summary.json").read_text("utf-8").lower())
    ) - set(WORD.findall(" ".join((*turns[6][1], *turns[14][1])).lower()))


def test_the_three_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = made_turns()
    turns[8] = (turns[8][0], ["=1+1 is what a spreadsheet would work out."])
    written(tmp_path, turns)
    monkeypatch.chdir(tmp_path)
    said("evidence", "border.yaml", "--accept", "--csv", "evidence.csv")
    out = capsys.readouterr().out
    assert "accepted: border.evidence.json" in out
    assert "Of 6 assumptions" in out
    rows = list(csv.DictReader(io.StringIO((tmp_path / "evidence.csv").read_text("utf-8"))))
    tables = {row["table"] for row in rows}
    assert tables == {"cited", "without passage", "unused passage"}
    assert next(row for row in rows if row["passage"] == "9")["words"].startswith("'=1+1")
    said("evidence", "border.yaml", "--json")
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["without_passage"]] == ["harm"]
    assert told["transcripts"][0]["turns"] == 60
    assert {one["status"] for one in told["cited"]} == {"held"}


def test_an_orphan_is_an_error_at_its_line_everywhere_but_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, made_turns())
    monkeypatch.chdir(tmp_path)
    said("evidence", "border.yaml", "--accept")
    text = (tmp_path / "talks.txt").read_text("utf-8").replace("!", "?")
    (tmp_path / "talks.txt").write_text(text, encoding="utf-8")
    capsys.readouterr()
    said("check", "border.yaml", "--json", code=2)
    errors = json.loads(capsys.readouterr().out)["errors"]
    assert errors
    lines = (tmp_path / "border.yaml").read_text("utf-8").splitlines()
    assert all("talks" in lines[one["line"] - 1] for one in errors)
    assert {one["code"] for one in errors} == {"E801"}
    said("evidence", "border.yaml")
    assert "no longer there" in capsys.readouterr().out
    said("evidence", "border.yaml", "--accept")
    said("check", "border.yaml", "--json")

"""Habits of the office: versions compared, finished runs kept, tables, a text from answers."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from offramp.apps import watching
from offramp.apps.questions import asked_text
from offramp.scenario import doubts_of, read, understand
from tests.apps.asking import Ask, answer, asker
from tests.apps.test_studies import QUARREL


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(QUARREL)
    Path("new.yaml").write_text(QUARREL.replace("slide: {value: 0.3", "slide: {value: 0.1", 1))
    return asker(capsys)


def test_two_texts_are_compared_in_text_ends_and_verdicts(ask: Ask) -> None:
    assert Path("old.yaml").read_text() != Path("new.yaml").read_text()
    told = answer(ask, "diff", "old.yaml", "new.yaml")
    assert told["texts"] == [{"path": "parameters.slide.value", "before": "0.3", "after": "0.1"}]
    ends = {(row["account"], row["outcome"]): row for row in told["ends"]}
    assert ends["", "war"]["before"] == pytest.approx(0.6)
    assert ends["", "war"]["after"] == pytest.approx(1 / 3)
    assert {"claim": "C1", "account": "", "before": "does not hold", "after": "holds"}.items() <= (
        told["claims"][0].items()
    )
    code, out, _ = ask("diff", "old.yaml", "old.yaml")
    assert (code, out.count("nothing")) == (0, 3)


def test_two_runs_are_compared_and_a_finished_one_is_kept(ask: Ask) -> None:
    for name in ("old", "new"):
        words = ("run", f"{name}.yaml", "--draws", "8", "--seed", "1", "--out", name)
        assert ask(*words)[0] == 0
    told = answer(ask, "diff", "old", "new")
    assert {row["of"] for row in told["ends"]} == {"nominal"}  # the ranges are the same
    before = Path("old/report.html").read_bytes()
    code, _, err = ask("run", "new.yaml", "--nominal", "--out", "old")
    assert code == 2
    assert "--force" in err
    assert Path("old/report.html").read_bytes() == before
    assert ask("run", "new.yaml", "--nominal", "--out", "old", "--force")[0] == 0
    assert Path("old/report.html").read_bytes() != before
    Path("empty").mkdir()
    assert "holds no finished run" in ask("diff", "old", "empty")[2]
    rows = list(csv.DictReader(Path("new/draws.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["draw"] for row in rows] == ["nominal", *map(str, range(8))]


def test_a_full_example_reads_without_a_warning(ask: Ask) -> None:
    assert ask("new", "whole case", "--example", "full")[0] == 0
    told = answer(ask, "check", "whole case.yaml")
    assert told["warnings"] == []
    assert len(told["mechanisms"]) == 2
    scenario = read("whole case.yaml")
    assert scenario.claims
    assert scenario.accounts
    assert scenario.levers
    assert "say --example full" in ask("new", "other", "--example", "big")[2]


def test_answers_become_a_text(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        "Upper town, Lower town",
        "week",
        "Upper town",
        "0.4, 0.3",
        "leave",
        "stalemate",
        "0, -0.1",
        "blow up the dam!",
        "war",
        "-0.5, -0.8",
        "0.03",
        "0.05",
        "It will be settled: in the end.",
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    code, _, err = ask("new", "dam", "--from", "questions")
    assert code == 0
    assert "Who decides?" in err
    scenario = read("dam.yaml")
    assert list(scenario.outcomes) == [
        "settlement",
        "leave_by_upper_town",
        "blow_up_the_dam_by_lower_town",
    ]
    assert scenario.claims["conclusion"].says == "It will be settled: in the end."
    assert list(doubts_of(understand(scenario))) == []
    assert answer(ask, "run", "dam.yaml", "--nominal")["certificate"]["status"] == "solved"


def test_no_answer_at_all_takes_what_is_proposed() -> None:
    read(asked_text("t", lambda question, otherwise: otherwise))


def test_a_watched_file_is_done_again_when_it_changes(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter(["broken: [", QUARREL])

    def sleep(seconds: float) -> None:
        del seconds
        text = next(turns, None)
        if text is None:
            raise KeyboardInterrupt
        path = Path("old.yaml")
        path.write_text(text)
        stamp = path.stat().st_mtime_ns
        os.utime(path, ns=(stamp, stamp + 1_000_000_000 * (1 + len(text))))

    monkeypatch.setattr(watching.time, "sleep", sleep)
    code, out, err = ask("check", "old.yaml", "--watch")
    assert code == 0
    assert out.count("reads well") == 2
    assert "YAML" in err
    assert "Ctrl-C" in err
    assert "path of a file" in ask("check", "border-standoff", "--watch")[2]


def test_json_says_what_the_words_say(ask: Ask) -> None:
    told = json.loads(ask("diff", "old.yaml", "new.yaml", "--json")[1])
    assert {"old", "new", "texts", "ends", "claims"} == set(told)

"""Transcripts: the same passages in every form, and what becomes of them after every edit."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import offramp
from offramp.core.errors import ScenarioError
from offramp.scenario import doubts_of, understand
from offramp.scenario.every_error import all_errors
from offramp.scenario.transcripts import formats
from offramp.scenario.transcripts.formats import blocks_of
from offramp.scenario.transcripts.ledger import accept
from offramp.scenario.transcripts.quoting import without_passages
from offramp.scenario.transcripts.records import parts_of
from offramp.scenario.transcripts.turns import passages_of, sentences_of
from tests.scenario.base import family_of, quantity_of
from tests.scenario.made_transcript import FORMS, Turn, as_docx, crisis, made_turns, written

CITED = ("12:1-2", "20", "30-31", "7:1", "45", "60", "21:1", "15", "2")


def sentences(turns: list[Turn]) -> list[tuple[int, int, str, str]]:
    return [
        (turn, number, who, text)
        for turn, (who, said) in enumerate(turns, 1)
        for number, text in enumerate(said, 1)
    ]


@pytest.mark.parametrize("suffix", FORMS)
def test_every_form_gives_the_same_passages(suffix: str) -> None:
    turns = made_turns()
    assert len(turns) == 60
    found = passages_of(blocks_of(FORMS[suffix](turns), suffix))
    assert [(p.turn, p.sentence, p.speaker, p.text) for p in found] == sentences(turns)


# twenty-four edits

Edit = Callable[[list[Turn]], list[Turn]]


def changed(turn: int, sentence: int, change: Callable[[str], str]) -> Edit:
    def edit(turns: list[Turn]) -> list[Turn]:
        turns[turn - 1][1][sentence - 1] = change(turns[turn - 1][1][sentence - 1])
        return turns

    return edit


def put(turn: int, sentence: int, text: str) -> Edit:
    def edit(turns: list[Turn]) -> list[Turn]:
        turns[turn - 1][1].insert(sentence - 1, text)
        return turns

    return edit


def without(turn: int, sentence: int = 0) -> Edit:
    def edit(turns: list[Turn]) -> list[Turn]:
        del (turns[turn - 1][1] if sentence else turns)[(sentence or turn) - 1]
        return turns

    return edit


def split(turns: list[Turn]) -> list[Turn]:
    who, said = turns[44]
    return [*turns[:44], (who, said[:2]), (who, said[2:]), *turns[45:]]


def merged(turns: list[Turn]) -> list[Turn]:
    return [*turns[:44], (turns[44][0], turns[44][1] + turns[45][1]), *turns[46:]]


def swapped(one: int, other: int) -> Edit:
    def edit(turns: list[Turn]) -> list[Turn]:
        turns[one - 1], turns[other - 1] = turns[other - 1], turns[one - 1]
        return turns

    return edit


def shifted(by: int, behind: int, upto: int = 60) -> dict[str, str]:
    """What is expected of citations behind a turn: moved by so many, said twice an orphan."""

    def later(number: str) -> str:
        return str(int(number) + by)

    told: dict[str, str] = {}
    for at in CITED:
        parts = at.split(":")
        if not behind < int(parts[0].split("-")[0]) <= upto:
            continue
        turns = "-".join(map(later, parts[0].split("-")))
        told[at] = ":".join([turns, *parts[1:]])
        if at == "12:1-2":  # the whole of its turn
            told[at] = turns
    if "21:1" in told:
        told["21:1"] = "orphan 2"
    return told


NEW: Turn = ("Host", ["A new question is put here."])
EDITS: dict[str, tuple[Edit, dict[str, str]]] = {
    "nothing": (lambda turns: turns, {}),
    "a turn put before all": (lambda turns: [NEW, *turns], shifted(1, 0)),
    "a turn put in the middle": (lambda turns: [*turns[:25], NEW, *turns[25:]], shifted(1, 25)),
    "a turn put at the end": (lambda turns: [*turns, NEW], {}),
    "a turn without a name put before all": (
        lambda turns: [("", ["Talks on the border"]), *turns],
        shifted(1, 0),
    ),
    "a turn taken away that nobody cites": (without(3), shifted(-1, 3)),
    "a turn taken away that is cited": (without(45), {"45": "orphan 0", "60": "59"}),
    "a word changed": (changed(12, 1, lambda text: "Not " + text), {"12:1-2": "orphan 0"}),
    "a word changed that nobody cites": (changed(7, 2, lambda text: "Not " + text), {}),
    "a comma put": (changed(60, 1, lambda text: text.replace(" ", ", ", 1)), {"60": "orphan 0"}),
    "a letter made small": (changed(2, 1, str.lower), {"2": "orphan 0"}),
    "a mark at the end changed": (changed(45, 5, lambda text: text[:-1] + "…"), {"45": "orphan 0"}),
    "a sentence put before": (put(7, 1, "Well now."), {"7:1": "7:2"}),
    "a sentence put behind a whole turn": (put(15, 6, "So be it."), {"15": "15:1-5"}),
    "a sentence put between": (put(30, 2, "So be it."), {"30-31": "orphan 0"}),
    "a sentence taken away": (without(15, 5), {"15": "orphan 0"}),
    "two turns exchanged": (swapped(20, 45), {"20": "45", "45": "20"}),
    "two turns of one passage exchanged": (swapped(30, 31), {"30-31": "orphan 0"}),
    "another speaker": (
        lambda turns: [*turns[:44], ("Nobody", turns[44][1]), *turns[45:]],
        {"45": "orphan 0"},
    ),
    "a turn parted in two": (split, {"45": "45-46", "60": "61"}),
    "two turns made one": (merged, {"45": "45:1-5", "60": "59"}),
    "a turn said again behind": (lambda turns: [*turns[:45], turns[44], *turns[45:]], {"60": "61"}),
    "a turn said again before all": (
        lambda turns: [turns[44], *turns],
        shifted(1, 0) | {"45": "orphan 2"},
    ),
    "the end cut off": (lambda turns: turns[:50], {"60": "orphan 0"}),
    "one of two that say the same changed": (
        lambda turns: [("Host", ["So."]), *changed(41, 1, str.lower)(turns)],
        shifted(1, 0) | {"21:1": "22"},
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_is_told_rightly(name: str, tmp_path: Path) -> None:
    turns = made_turns()
    path = written(tmp_path, turns)
    accept(path)
    assert not evidence_codes(path)
    edit, expected = EDITS[name]
    text = FORMS[".txt"](edit(copy.deepcopy(turns)))
    (tmp_path / "talks.txt").write_bytes(text.replace(b"\n\n: ", b"\n\n").removeprefix(b": "))
    found = {
        at: f"orphan {one.times}" if one.status == "orphan" else one.now
        for (_, at), one in offramp.evidence(path).evidence.spans.items()
        if one.status != "held"
    }
    assert found == expected
    orphans = [at for at, what in expected.items() if what.startswith("orphan")]
    if orphans:
        errors = all_errors(str(path))
        assert {at for at in orphans if any(f"passage {at} of" in e.found for e in errors)} == set(
            orphans
        )
        lines = path.read_text("utf-8").splitlines()
        assert all(one.place and "talks" in lines[one.place.line - 1] for one in errors)
        with pytest.raises(ScenarioError, match="as they were accepted"):
            offramp.read(path)
    else:
        assert evidence_codes(path) == ["W114"] * len(expected)


def evidence_codes(path: Path) -> list[str]:
    return [
        one.code
        for one in doubts_of(understand(offramp.read(path)))
        if one.code in ("W112", "W113", "W114")
    ]


def test_lines_wrapped_anew_change_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    accept(path)
    text = (tmp_path / "talks.txt").read_text("utf-8").replace("\n\n", "\0").replace("\n", "  ")
    (tmp_path / "talks.txt").write_text(text.replace("\0", "\r\n\r\n\r\n"), encoding="utf-8")
    assert not evidence_codes(path)


def test_what_was_accepted_is_hashes_only(tmp_path: Path) -> None:
    turns = made_turns()
    accept(written(tmp_path, turns))
    lock = json.loads((tmp_path / "border.evidence.json").read_text("utf-8"))
    spans = {one["at"]: one for one in lock["sources"]["talks"]}
    assert set(spans) == set(CITED)
    told = [[turns[14][0], text] for text in turns[14][1]]
    by_hand = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
    assert spans["15"] == {"at": "15", "sentences": 5, "sha256": by_hand}


def test_words_that_moved_are_accepted_where_they_are_cited_anew(tmp_path: Path) -> None:
    turns = made_turns()
    path = written(tmp_path, turns)
    accept(path)
    (tmp_path / "talks.txt").write_bytes(FORMS[".txt"](swapped(20, 45)(turns)))
    with pytest.raises(ScenarioError, match="passage 20 have moved to 45") as error:
        accept(path)
    assert error.value.repair == "write 45 for 20, then accept"
    text = path.read_text("utf-8").replace("[20,", "[45,").replace("{talks: 45}", "{talks: 20}")
    path.write_text(text, encoding="utf-8")
    # each number was accepted with other words: both are told until somebody accepts them
    with pytest.raises(ScenarioError):
        accept(path)


def test_a_number_mended_by_hand_needs_no_second_look(tmp_path: Path) -> None:
    turns = made_turns()
    path = written(tmp_path, turns)
    accept(path)
    (tmp_path / "talks.txt").write_bytes(FORMS[".txt"]([*turns[:59], NEW, turns[59]]))
    assert evidence_codes(path) == ["W114"]
    path.write_text(path.read_text("utf-8").replace("[60,", "[61,"), encoding="utf-8")
    assert not evidence_codes(path)
    accept(path)
    assert not evidence_codes(path)


def test_nothing_accepted_is_one_warning_and_one_more_for_each_new_passage(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    assert evidence_codes(path) == ["W113"]
    accept(path)
    path.write_text(path.read_text("utf-8").replace("talks: 2}", "talks: 3}"), encoding="utf-8")
    assert evidence_codes(path) == ["W113"]
    (tmp_path / "talks.txt").unlink()
    assert evidence_codes(path) == ["W112"]


# quotations


def test_words_in_quotation_marks_are_literally_there(tmp_path: Path) -> None:
    turns = made_turns()
    path = written(tmp_path, turns)
    right = path.read_text("utf-8")
    first = turns[6][1][0].split()
    for said, fits in (
        (" ".join(first[1:4]), True),
        (f"{first[0]} […] {first[3]}", True),
        (f"{first[3]} […] {first[0]}", False),
        (first[0][:-1], False),
        (first[0].upper(), False),
        (f"{first[0]} not {first[1]}", False),
    ):
        path.write_text(right.replace(" ".join(first[:4]), said), encoding="utf-8")
        if fits:
            offramp.read(path)
            continue
        with pytest.raises(ScenarioError, match="is not literally in passage 7:1") as error:
            offramp.read(path)
        assert error.value.place is not None
        assert 'says "' in path.read_text("utf-8").splitlines()[error.value.place.line - 1]


def test_a_quotation_needs_a_passage(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    text = path.read_text("utf-8").replace("source: {talks: 15}", "source: talks")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="without a passage"):
        offramp.read(path)


# what is cited


@pytest.mark.parametrize(
    ("where", "spans"),
    [
        ("12", [((12, 0), (12, 0))]),
        ("12-14", [((12, 0), (14, 0))]),
        ("12:3", [((12, 3), (12, 3))]),
        ("12:3-5", [((12, 3), (12, 5))]),
        ("12:3-14:1", [((12, 3), (14, 1))]),
        ("12-14:1", [((12, 1), (14, 1))]),
        ("3, 12 – 14", [((3, 0), (3, 0)), ((12, 0), (14, 0))]),
        ("part 3", None),
        ("0", None),
        ("12:0", None),
        ("14-12", None),
        ("12:5-3", None),
        ("12.3", None),
        ("", None),
    ],
)
def test_places_are_read(where: str, spans: list[tuple[int, int]] | None) -> None:
    found = parts_of(where)
    assert (None if found is None else [(one.first, one.last) for one in found]) == spans


def test_a_decimal_point_is_told_as_a_colon(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    path.write_text(path.read_text("utf-8").replace('"7:1"', "7.1"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="names no passage") as error:
        offramp.read(path)
    assert error.value.repair.endswith("write 7:1")


def test_a_colon_needs_no_quotes_in_braces(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    path.write_text(path.read_text("utf-8").replace('"7:1"', "7:1"), encoding="utf-8")
    assert ("talks", "7:1") in offramp.read(path).evidence.spans


def test_a_source_without_a_file_is_cited_in_any_words() -> None:
    text = crisis(made_turns()).replace(", file: talks.txt", "").replace("quote: true", "")
    text = text.replace("[20, 30-31]", "part 3").replace(", }", "}")
    assert offramp.read(text).evidence.spans == {}


def test_the_ledger_tells_what_is_bare_and_what_is_not_used(tmp_path: Path) -> None:
    turns = made_turns()
    ledger = offramp.evidence(written(tmp_path, turns))
    assert [(one.kind, one.name, one.why) for one in ledger.bare] == [
        ("parameter", "harm", "no source")
    ]
    used = sum(len(one.passages) for one in ledger.evidence.spans.values())
    unused = sum(len(one.passages) for one in ledger.unused)
    assert used + unused == sum(len(said) for _, said in turns)
    assert "7:2" in [one.at for one in ledger.unused]
    assert ledger.assumptions == 6
    assert {row[0] for row in ledger.rows()} == {"cited", "without passage", "unused passage"}
    bare = offramp.evidence(tmp_path / "border.yaml", words=False)
    assert not any(row[-1] for row in bare.rows())


def test_words_are_withheld_whether_they_are_marked_or_not(tmp_path: Path) -> None:
    turns = made_turns()
    path = written(tmp_path, turns)
    told = (text.rstrip(".?!").split() for _, said in turns[25:] for text in said)
    words = next(one for one in told if all(word.isalpha() for word in one[:5]))
    five, four = " ".join(words[:5]), " ".join(words[:4])
    text = path.read_text("utf-8")
    text = text.replace("note: what a month of waiting costs", f"note: so {five} it is")
    path.write_text(text.replace("note: judgement}", f"note: so {four} it is}}", 1), "utf-8")
    bare = without_passages(offramp.read(path))
    assert quantity_of(bare, "cost").note == "so [words withheld] it is"
    assert family_of(bare, "gain").note == f"so {four} it is"
    path.write_text(text.replace(f"so {five} it is", f"'so \"{four}\" it is'"), "utf-8")
    bare = without_passages(offramp.read(path))
    assert quantity_of(bare, "cost").note == "so [words withheld] it is"
    assert bare.round[0].moves["accept"].label == "says [words withheld]"
    assert not any(one.text for span in bare.evidence.spans.values() for one in span.passages)
    assert not bare.round[0].moves["accept"].quote


def test_without_the_file_every_text_is_withheld_that_may_be_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    text = path.read_text("utf-8").replace("note: judgement}", "note: 'so \"is it\"'}", 1)
    path.write_text(text, "utf-8")
    assert quantity_of(without_passages(offramp.read(path)), "cost").note is not None
    (tmp_path / "talks.txt").unlink()
    told = without_passages(offramp.read(path))
    assert told.claims["sooner"].says == "[words withheld]"
    assert told.round[0].moves["accept"].label == "[words withheld]"
    assert quantity_of(told, "cost").note == "[words withheld]"  # six words, not marked
    assert family_of(told, "gain").note == "so [words withheld]"
    assert quantity_of(told, "harm").note == "judgement"


def test_a_mechanism_has_no_transcript(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    text = path.read_text("utf-8").replace("round:\n", "round:\n  - use: luck\n", 1)
    path.write_text(text, encoding="utf-8")
    (tmp_path / "luck.yaml").write_text(
        "offramp: 1\nmechanism: luck\nabout: Nothing happens.\n"
        "sources: {talks: {file: talks.txt}}\nsource: talks\n"
        "steps: [{name: turn, by: nature, moves: {none: {odds: 1}}}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError, match="a mechanism's source has a file"):
        offramp.read(path)


# files that lead elsewhere, and such as are made to do harm


@pytest.mark.parametrize(
    "name",
    [
        "../talks.txt",
        "/etc/hostname",
        "a/../../talks.txt",
        "C:/talks.txt",
        "..\\talks.txt",
        "file://talks.txt",
        "https://host/talks.txt",
    ],
)
def test_paths_stay_in_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "talks.txt").write_bytes(FORMS[".txt"](made_turns()))
    path = folder / "border.yaml"
    path.write_text(crisis(made_turns(), json.dumps(name)), encoding="utf-8")
    with pytest.raises(ScenarioError, match="leads out of"):
        offramp.read(path)


def test_links_stay_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "secret.txt").write_bytes(FORMS[".txt"](made_turns()))
    os.symlink(tmp_path / "secret.txt", folder / "talks.txt")
    path = folder / "border.yaml"
    path.write_text(crisis(made_turns()), encoding="utf-8")
    with pytest.raises(ScenarioError, match="is a link that leads out"):
        offramp.read(path)


def test_scripts_are_no_words() -> None:
    page = b"<p>Host: One.<script>Two.</script> <style>b{}</style>Three.</p><svg>Four</svg>"
    found = passages_of(blocks_of(page, ".html"))
    assert [one.text for one in found] == ["One.", "Three."]


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(**{"word/document.xml": b"0" * (formats.MAX_UNPACKED + 1)})
    assert len(bomb) < 200_000
    with pytest.raises(ScenarioError, match="unpacks to"):
        blocks_of(bomb, ".docx")
    entities = archive(**{"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'})
    with pytest.raises(ScenarioError, match="declares entities"):
        blocks_of(entities, ".docx")
    monkeypatch.setattr(formats, "MAX_TEXT", 100)
    with pytest.raises(ScenarioError, match="characters"):
        blocks_of(b"a " * 100, ".txt")


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        (b"<!--", ".md"),
        (b"*a ", ".md"),
        (b"_", ".md"),
        (b"[a](", ".md"),
        (b". ", ".txt"),
        (b"A. b-\n", ".txt"),
        (b"<p>", ".html"),
        (b"<!--", ".html"),
        (b'<a b="', ".html"),
        (b"<svg>", ".html"),
        (b"&a", ".html"),
    ],
)
def test_no_text_takes_the_square_of_its_length(text: bytes, suffix: str) -> None:
    """Four times the text takes far less than sixteen times as long."""
    times = []
    for count in (20_000, 80_000):
        begun = time.process_time()
        passages_of(blocks_of(text * count, suffix))
        times.append(time.process_time() - begun)
    assert times[1] < 9 * times[0] + 0.5


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.4\n%%EOF", bytes(range(256)) * 8])
def test_broken_files_are_told(suffix: str, content: bytes) -> None:
    with pytest.raises(ScenarioError):
        blocks_of(content, suffix)


def test_a_broken_word_file_is_told_at_any_place() -> None:
    whole = as_docx(made_turns()[:2])
    for cut in range(0, len(whole), len(whole) // 12):
        with pytest.raises(ScenarioError):
            blocks_of(whole[:cut], ".docx")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He came. She left? So!", 3),
        ("Mr. Smith met Dr. Jones in the U.S. Senate. Then he left.", 2),
        ("No. We did not. See No. 5 for it.", 3),
        ("It rose by 3.5 per cent. “Enough.” They said so.", 3),
        ("He said … nothing. and went on.", 1),
        ("一句话。又一句。", 2),
    ],
)
def test_sentences_end_where_they_end(text: str, sentences: int) -> None:
    assert len(list(sentences_of(text))) == sentences


def test_a_memo_without_speakers_counts_paragraphs() -> None:
    found = passages_of(blocks_of(b"First one. Second.\n\nThird: it follows\nhere.\n", ".txt"))
    assert [(one.turn, one.sentence, one.speaker) for one in found] == [
        (1, 1, ""),
        (1, 2, ""),
        (2, 1, "Third"),
    ]
    memo = passages_of(blocks_of(b"First one. Second.\n\nit follows: here.\n", ".txt"))
    assert [one.at for one in memo] == ["1:1", "1:2", "2:1"]

"""Every kind of bad input ends in one sentence with place, expectation and repair."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.scenario import read

from .base import BASE, changed

CODED: dict[str, str] = json.loads(Path(__file__).with_name("error_codes.json").read_text("utf-8"))
"""Name of a case to the code of its error, which stays whatever the words become."""
MANY = "[" * 40 + "]" * 40

# name: (text, what the message must contain, how the line it points to begins)
CASES: dict[str, tuple[str, str, str]] = {
    "unknown word": (changed(("title: A test", "titel: A test")), "'titel'", "titel: A test"),
    "unknown word in a move": (
        changed(("wait: {}", "wait: {wen: rung == calm}")),
        "'when'",
        "wait: {wen: rung == ca",
    ),
    "missing word": (changed(("title: A test\n", "")), "'title' is missing", "offramp: 1"),
    "missing precision": (
        changed((", precision: 6}", "}")),
        "'precision' is missing",
        "south: {patience: 0.90",
    ),
    "unknown name": (changed(("odds: odd", "odds: od")), "'od'", "slide: {when: rung == "),
    "unknown name, nearest": (
        changed(("north: gain", "north: gian")),
        "'gain'",
        "climb: {when: rung == ",
    ),
    "unknown party": (changed(("by: south", "by: souht")), "did you mean 'south'", "by: souht"),
    "unknown party in pay": (
        changed(("pay: {north: gain}", "pay: {nort: gain}")),
        "'north'",
        "climb: {when: rung == ",
    ),
    "unknown variable in then": (
        changed(("then: {rung: tense}", "then: {rnug: tense}")),
        "'rung'",
        "climb: {when: rung == ",
    ),
    "unknown outcome": (
        changed(("end: settled", "end: setled")),
        "'settled'",
        "accept: {when: table =",
    ),
    "unknown source": (
        changed(("source: memo", "source: meno")),
        "'memo'",
        "gain: {value: 0.1, ran",
    ),
    "unknown issue": (
        changed(("deal: {land: all}", "deal: {lnd: all}")),
        "'land'",
        "deal: {lnd: all}",
    ),
    "unknown option": (
        changed(("deal: {land: all}", "deal: {land: al}")),
        "'all'",
        "deal: {land: al}",
    ),
    "unknown level": (
        changed(("when: rung == calm", "when: rung == clam")),
        "'calm'",
        "climb: {when: rung == ",
    ),
    "unknown kind": (
        changed(("kind: agreement", "kind: agrement")),
        "'agreement'",
        "settled: {kind: agreme",
    ),
    "clash": (
        changed(("  odd: 0.25", "  rung: 0.25\n  odd: 0.25")),
        "one name, one meaning",
        "rung: {levels: [calm, ",
    ),
    "clash with the language": (
        changed(("  odd: 0.25", "  odd: 0.25\n  rest: 1")),
        "rest",
        "rest: 1",
    ),
    "duplicate key": (
        changed(("  odd: 0.25", "  odd: 0.25\n  odd: 0.3")),
        "stands twice",
        "odd: 0.3",
    ),
    "duplicate step": (changed(("name: answer", "name: act")), "stands twice", "- name: act"),
    "missing comma quotes": (
        changed(('left: "max(left - 1, 0)"', "left: max(left - 1, 0)")),
        "quotes",
        "nothing: {odds: rest, ",
    ),
    "odds too large": (changed(("odd: 0.25", "odd: 1.25")), "1.25", "slide: {when: rung == "),
    "odds negative": (changed(("odd: 0.25", "odd: -0.25")), "-0.25", "slide: {when: rung == "),
    "odds do not add up": (
        changed(("nothing: {odds: rest", "nothing: {odds: 0.5")),
        "add up",
        "- name: chance",
    ),
    "no odds": (
        changed(("nothing: {odds: rest, ", "nothing: {")),
        "no odds",
        "nothing: {pay: {north:",
    ),
    "odds at a party": (
        changed(("wait: {}", "wait: {odds: 0.5}")),
        "has odds",
        "wait: {odds: 0.5}",
    ),
    "out of range": (
        changed(('"max(left - 1, 0)"', "left - 1")),
        "outside its range",
        "nothing: {odds: rest, ",
    ),
    "no whole number": (
        changed(('"max(left - 1, 0)"', "left / 2")),
        "no whole number",
        "nothing: {odds: rest, ",
    ),
    "no move": (
        changed(("refuse: {}", "refuse: {when: rung == tense}")),
        "offers no move",
        "- name: answer",
    ),
    "patience 1, unlimited": (
        changed(("patience: 0.95", "patience: 1")),
        "below 1",
        "north: {patience: 1, p",
    ),
    "patience 0": (
        changed(("patience: 0.95", "patience: 0")),
        "patience",
        "north: {patience: 0, p",
    ),
    "precision 0": (changed(("precision: 4", "precision: 0")), "above 0", "north: {patience: 0.95"),
    "nan": (changed(("odd: 0.25", "odd: .nan")), "finite", "odd: .nan"),
    "infinity": (changed(("odd: 0.25", "odd: .inf")), "finite", "odd: .inf"),
    "overflow": (changed(("odd: 0.25", "odd: 1e999")), "too large", "odd: 1e999"),
    "division by zero": (
        changed(("north: gain", "north: 1 / left * 0 / (rung - rung)")),
        "state",
        "climb: {when: rung == ",
    ),
    "truth value as formula": (changed(("odd: 0.25", "odd: true")), "a truth value", "odd: true"),
    "truth value as name": (
        changed(("title: A test", "title: A test\ntrue: 1")),
        "true",
        "true: 1",
    ),
    "list for a mapping": (changed(("  memo: {title: A memo}", "  - memo")), "mapping", "- memo"),
    "wrong version": (changed(("offramp: 1", "offramp: 2")), "offramp", "offramp: 2"),
    "rounds no number": (
        changed(("rounds: unlimited", "rounds: many")),
        "unlimited",
        "rounds: many",
    ),
    "rounds zero": (changed(("rounds: unlimited", "rounds: 0")), "1 to 10000", "rounds: 0"),
    "limit without at_end": (changed(("rounds: unlimited", "rounds: 3")), "at_end", "rounds: 3"),
    "at_end without limit": (BASE + "at_end: war\n", "without a limit", "at_end: war"),
    "reserved outcome": (
        changed(("  war: {kind: war", "  unresolved: {kind: war"), ("end: war", "end: unresolved")),
        "unresolved",
        "unresolved: {kind: war",
    ),
    "levels and range": (
        changed(("range: [0, 2], start: 2", "range: [0, 2], levels: [a, b], start: 1")),
        "both",
        "left: {range: [0, 2], ",
    ),
    "start outside": (
        changed(("range: [0, 2], start: 2", "range: [0, 2], start: 3")),
        "starts at 3",
        "left: {range: [0, 2], ",
    ),
    "level at two positions": (
        changed(
            ("levels: [empty, deal]", "levels: [calm0, calm, deal]"),
            ("table: {levels", "table: {levels"),
            ("start: empty", "start: deal"),
            ("when: table == empty", "when: table == deal"),
        ),
        "position",
        "table: {levels: [calm0",
    ),
    "parameter in structure": (
        changed(("when: rung == calm", "when: gain > 0")),
        "structure",
        "climb: {when: gain > 0",
    ),
    "family without key": (
        changed(('"-cost[north]"', "-cost")),
        "without a key",
        "nothing: {odds: rest, ",
    ),
    "family key missing": (
        changed(('"-cost[north]"', '"-cost[deal]"')),
        "no entry",
        "nothing: {odds: rest, ",
    ),
    "circle of values": (
        changed(("odd: 0.25", "odd: odd2 * 2\n  odd2: odd / 2")),
        "itself",
        "odd: odd2 * 2",
    ),
    "bad range": (
        changed(("uniform(0, 0.2)", "unifrom(0, 0.2)")),
        "uniform",
        "gain: {value: 0.1, ran",
    ),
    "range backwards": (
        changed(("uniform(0, 0.2)", "uniform(0.2, 0)")),
        "a <= b",
        "gain: {value: 0.1, ran",
    ),
    "no call": (
        changed(("north: gain", "north: gain.__class__")),
        "gain",
        "climb: {when: rung == ",
    ),
    "unknown function": (
        changed(("north: gain", 'north: "open(gain)"')),
        "open",
        "climb: {when: rung == ",
    ),
    "power sign": (changed(("north: gain", "north: gain ^ 2")), "**", "climb: {when: rung == "),
    "half a formula": (changed(("north: gain", "north: gain +")), "gain", "climb: {when: rung == "),
    "deep formula": (
        changed(("north: gain", f"north: {'(' * 200}gain{')' * 200}")),
        "deep",
        "climb: {when",
    ),
    "long formula": (
        changed(("north: gain", f"north: {'gain + ' * 1000}gain")),
        "2000",
        "climb: {when",
    ),
    "one worth too few": (
        changed(("north: [1, 0]", "north: [1]")),
        "1 worths for 2 options",
        "land: {options: [all, ",
    ),
    "weight without worth": (
        changed(("weight: {north: 1, south: 0.5}", "weight: {north: 1}")),
        "weight",
        "land: {options: [all, ",
    ),
    "deep nesting": (BASE + f"extra: {MANY}\n", "deep", "extra: [[[[[[[[[[[[[[["),
    "anchor": (
        changed(("memo: {title: A memo}", "memo: &a {title: A memo}\n  two: *a")),
        "alias",
        "memo: &a {title: A mem",
    ),
    "tag": (
        changed(("title: A test", "title: !!python/object:os.system A")),
        "tag",
        "title: !!python/object",
    ),
    "two documents": (BASE + "---\nofframp: 1\n", "second document", "---"),
    "tab": (changed(("  odd: 0.25", "\todd: 0.25")), "tab", "odd: 0.25"),
    "unclosed bracket": (changed(("wait: {}", "wait: {")), "YAML", "offer: {when: table =="),
    "empty": ("\n\n", "empty", ""),
    "not a mapping": ("- a\n- b\n", "not a scenario", "- a"),
    "no mechanism": (
        changed(("  - name: act", "  - use: nothing_like_it\n  - name: act")),
        "no mechanism",
        "- use: nothing_like_it",
    ),
    "bad name": (changed(("  odd: 0.25", "  odd: 0.25\n  my-odd: 1")), "my_odd", "my-odd: 1"),
    "huge range": (
        changed(("range: [0, 2], start: 2", "range: [0, 2000000], start: 2")),
        "range",
        "left: {range: [0, 2000",
    ),
    "huge number in a range": (
        changed(("range: [0, 2], start: 2", "range: [3000000000, 3000000002], start: 3000000001")),
        "too large",
        "left: {range: [30000",
    ),
    "state too wide": (
        changed(
            (
                "  left:",
                "".join(f"  v{i}: {{range: [0, 9], start: 0}}\n" for i in range(20)) + "  left:",
            )
        ),
        "combinations",
        "rung: {levels",
    ),
    "level twice": (
        changed(("levels: [calm, tense]", "levels: [calm, tense, tense]")),
        "stands twice",
        "rung: {levels",
    ),
    "option twice": (
        changed(("options: [all, none]", "options: [all, all]")),
        "stands twice",
        "land: {options",
    ),
    "range beyond numbers": (
        changed(("uniform(0, 0.2)", "uniform(-1e308, 1e308)")),
        "largest number",
        "gain: {value: 0.1, ran",
    ),
    "name in a range": (
        changed(("uniform(0, 0.2)", "uniform(0, odd)")),
        "numbers only",
        "gain: {value: 0.1, ran",
    ),
    "escape": (changed(("title: A test", r'title: "A\atest"')), "control character", "title: "),
    "no value in when": (
        changed(("when: rung == calm", "when: 1 / rung > 0")),
        "divided by 0",
        "climb: {when: 1 / rung",
    ),
    "no value in then": (
        changed(('"max(left - 1, 0)"', "1 / (left - 2)")),
        "divided by 0",
        "nothing: {odds: rest, ",
    ),
    "no value in odds": (
        changed(("odds: odd", "odds: odd / (rung - 1)")),
        "divided by 0",
        "slide: {when: rung == ",
    ),
    "no value in a patience": (
        changed(("patience: 0.95", "patience: log(0 * odd)")),
        "not defined",
        "north: {patience: log",
    ),
    "no value in a worth": (
        changed(("north: [1, 0]", "north: [1 / (odd - 0.25), 0]")),
        "divided by 0",
        "settled: {kind: agree",
    ),
    "no value in a parameter": (
        changed(("odd: 0.25", "odd: sqrt(gain - 1)")),
        "no value at nominal",
        "odd: sqrt",
    ),
    "no entry for a value": (
        changed(
            ("  odd: 0.25", "  odd: 0.25\n  toll: {each: {1: 0.1, 2: 0.2}}"),
            ("north: gain", 'north: "toll[left - 1]"'),
            ("climb: {when: rung == calm", "climb: {when: rung == calm"),
        ),
        "no entry",
        "climb: {when: rung",
    ),
    "same key twice in numbers": (
        changed(
            ("  odd: 0.25", "  odd: 0.25\n  toll: {each: {1: 0.1, '-0': 0, 0: 1}}"),
            ("north: gain", 'north: "toll[left]"'),
        ),
        "same number 0 twice",
        "climb: {when: rung",
    ),
    "parameter changes in play": (
        changed(("odd: 0.25", "odd: 0.1 * rung")),
        "changes during play",
        "odd: 0.1 * rung",
    ),
    "round without a limit": (
        changed(("odds: odd", "odds: odd / round_number")),
        "without a limit",
        "slide: {when: rung",
    ),
    "outcome by a party": (
        changed(("by: table", "by: south")),
        "no variable",
        "settled: {kind: agree",
    ),
    "nothing spread": (
        changed(('{value: 0.1, range: "uniform(0, 0.2)", source: memo}', "{source: memo}")),
        "neither value nor range",
        "gain: {source",
    ),
}


def complaint(text: str) -> OfframpError:
    """The error that reading, building and valuing ``text`` ends in."""
    with pytest.raises(OfframpError) as caught:
        game = build(read(text))
        game.tables(game.nominal())
    return caught.value


@pytest.mark.parametrize("name", CASES)
def test_complaint_names_place_expectation_and_repair(name: str) -> None:
    text, contained, line = CASES[name]
    error = complaint(text)
    assert contained in str(error), str(error)
    assert error.exit_code == 2
    assert error.place is not None, f"no place: {error}"
    assert str(error).startswith("text:"), str(error)
    assert text.splitlines()[error.place.line - 1].strip().startswith(line), str(error)
    assert error.expected, f"no expectation: {error}"
    assert error.repair, f"no repair: {error}"
    assert error.code == CODED[name]


def test_the_base_is_fine() -> None:
    game = build(read(BASE))
    assert len(game.tables(game.nominal()).patience) == 1


def test_the_column_points_into_the_formula() -> None:
    error = complaint(changed(("when: table == empty", "when: table == emtpy")))
    text = changed(("when: table == empty", "when: table == emtpy"))
    (column,) = (line.index("emtpy") for line in text.splitlines() if "emtpy" in line)
    assert error.place is not None
    assert error.place.column == column + 1


def test_unfit_draw_names_draw_and_parameter() -> None:
    text = changed(("  odd: 0.25", '  odd: {value: 0.25, range: "uniform(0.5, 1.5)"}'))
    game = build(read(text))
    with pytest.raises(OfframpError, match=r"draw \d+ of seed 7.*odd = 1\."):
        game.tables(game.draws(64, seed=7))


def test_unreadable_files(tmp_path) -> None:  # type: ignore[no-untyped-def]
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    big = tmp_path / "big.yaml"
    big.write_text("a: " + "x" * 2_000_000)
    for path, word in (
        (binary, "UTF-8"),
        (big, "bytes"),
        (tmp_path, "not a file"),
        (tmp_path / "absent.yaml", "cannot be read"),
    ):
        with pytest.raises(OfframpError, match=word) as caught:
            read(path)
        assert str(path) in str(caught.value)
    if os.geteuid() != 0:
        locked = tmp_path / "locked.yaml"
        locked.write_text(BASE)
        locked.chmod(0)
        with pytest.raises(OfframpError, match="cannot be read"):
            read(locked)


def test_mechanisms_in_a_circle(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.yaml").write_text(
            f"offramp: 1\nmechanism: {name}\nabout: A circle.\nsteps:\n  - use: {other}\n"
        )
    path = tmp_path / "circle.yaml"
    path.write_text(changed(("  - name: act", "  - use: one\n  - name: act")))
    with pytest.raises(OfframpError, match="circle: one → two → one"):
        read(path)

"""Private variables and unseen steps: what is read, and what is refused with place and repair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.scenario import parse_query, read, scenario_text, understand

BASE = """\
offramp: 1
title: Who knows what
parties:
  north: {precision: 4}
  south: {precision: 6}
  broker: {precision: 2}
parameters:
  cost: {each: {weak: 0.4, firm: 0.1}}
  share: 0.3
state:
  rung: {levels: [calm, tense], start: calm}
private:
  resolve: {levels: [weak, firm], odds: {weak: share, firm: rest}, known_to: [north]}
  means: {range: [1, 3], odds: {1: rest, 2: 0.2, 3: rest}, known_to: [south, broker]}
round:
  - name: act
    by: north
    moves:
      wait: {}
      climb: {then: {rung: tense}, pay: {north: "-cost[resolve]"}}
      boast: {when: resolve == firm}
  - name: answer
    by: south
    unseen: [act]
    moves:
      refuse: {pay: {south: -0.1 * means}}
      accept: {end: settled}
  - name: advise
    by: broker
    unseen: [act, answer]
    moves:
      talk: {}
      leave: {}
  - name: close
    by: south
    moves:
      hold: {}
      yield: {end: settled}
  - name: chance
    by: nature
    moves:
      slide: {odds: 0.1 * means * (rung == tense), end: war}
      nothing: {odds: rest}
outcomes:
  settled: {kind: agreement, pay: {north: 1, south: 0.4}, by: resolve}
  war: {kind: war, pay: {north: -1, south: -1}}
rounds: 2
at_end: war
"""


def changed(*changes: tuple[str, str]) -> str:
    """BASE with texts replaced, each of which must be there exactly once."""
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


# name: (text, what the message must contain, how the line it points to begins)
CASES: dict[str, tuple[str, str, str]] = {
    "no limit": (
        changed(("rounds: 2\nat_end: war", "rounds: unlimited")),
        "without a limit of rounds",
        "resolve: {levels",
    ),
    "no levels": (
        changed(("levels: [weak, firm], odds", "odds")),
        "neither levels and range",
        "resolve: {odds",
    ),
    "unknown party": (
        changed(("known_to: [north]", "known_to: [nroth]")),
        "did you mean 'north'",
        "resolve: {levels",
    ),
    "missing odds": (
        changed(("{weak: share, firm: rest}", "{weak: share}")),
        "no odds of 'firm'",
        "resolve: {levels",
    ),
    "odds of nothing": (
        changed(("{weak: share, firm: rest}", "{weak: share, firn: rest}")),
        "did you mean 'firm'",
        "resolve: {levels",
    ),
    "odds that read the state": (
        changed(("weak: share", "weak: 0.1 * rung")),
        "changes during play",
        "resolve: {levels",
    ),
    "odds that read another": (
        changed(("weak: share", "weak: 0.1 * means")),
        "is drawn with the game",
        "resolve: {levels",
    ),
    "odds too large": (changed(("share: 0.3", "share: 1.3")), "1.3", "resolve: {levels"),
    "odds that do not add up": (
        changed(("firm: rest}", "firm: 0.5}")),
        "add up to 0.8",
        "resolve: {levels",
    ),
    "one name, two things": (
        changed(("  means: {range", "  rung: {range")),
        "'rung' is a private variable here and a variable already",
        "rung: {range",
    ),
    "a level elsewhere": (
        changed(
            ("levels: [weak, firm]", "levels: [weak, calm]"),
            ("firm: rest}", "calm: rest}"),
            ("firm: 0.1", "calm: 0.1"),
            ("== firm", "== calm"),
        ),
        "at the same position",
        "resolve: {levels",
    ),
    "set by a move": (
        changed(("refuse: {", "refuse: {then: {means: 1}, ")),
        "the private variable 'means' is set",
        "refuse: {then",
    ),
    "when reads what others know": (
        changed(("accept: {", "accept: {when: resolve == weak, ")),
        "is known to north, not to 'south'",
        "accept: {when",
    ),
    "then reads what others know": (
        changed(("talk: {}", 'talk: {then: {rung: "if(resolve == weak, 0, 1)"}}')),
        "is known to north, not to 'broker'",
        "talk: {then",
    ),
    "a start that is drawn": (
        changed(("start: calm", "start: resolve")),
        "where a number or level is needed",
        "rung: {levels",
    ),
    "unknown step": (
        changed(("unseen: [act]", "unseen: [atc]")),
        "did you mean 'act'",
        "unseen: [atc]",
    ),
    "itself": (changed(("unseen: [act]", "unseen: [answer]")), "itself", "unseen: [answer]"),
    "later": (
        changed(("unseen: [act]", "unseen: [act, close]")),
        "comes later",
        "unseen: [act, close]",
    ),
    "nature": (
        changed(("    by: nature", "    by: nature\n    unseen: [act]")),
        "chance observes nothing",
        "unseen: [act]",
    ),
    "own move": (
        changed(
            (
                "  - name: close\n    by: south",
                "  - name: close\n    by: south\n    unseen: [act, answer]",
            )
        ),
        "'south' would forget its own move at 'answer'",
        "unseen: [act, answer]",
    ),
    "a move it has seen": (
        changed(
            ("    by: south\n    unseen: [act]\n", "    by: south\n"),
            ("  - name: close\n    by: south", "  - name: close\n    by: south\n    unseen: [act]"),
        ),
        "'south' would forget the move at 'act', which it has observed at 'answer'",
        "unseen: [act]",
    ),
    "other moves on offer": (
        changed(
            (
                "refuse: {pay: {south: -0.1 * means}}",
                "refuse: {}\n      resist: {when: rung == tense}",
            )
        ),
        "'south' cannot tell apart",
        "resist: {when",
    ),
    "unknown word": (
        changed(("unseen: [act]\n", "unsen: [act]\n")),
        "did you mean 'unseen'",
        "unsen: [act]",
    ),
    "a mapping for a list": (
        changed(("unseen: [act]\n", "unseen: {act: 1}\n")),
        "a list",
        "unseen: {act",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_complaint_names_place_expectation_and_repair(name: str) -> None:
    text, word, line = CASES[name]
    with pytest.raises(OfframpError) as caught:
        numbers_of(text)
    error = caught.value
    assert word in str(error)
    assert error.expected
    assert error.place is not None
    assert text.splitlines()[error.place.line - 1].strip().startswith(line)


def numbers_of(text: str) -> None:
    """Read, built, and evaluated at nominal values."""
    game = build(read(text))
    game.tables(game.nominal())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("known_to: [north]", "known_to: north"),
        ("unseen: [act]\n", "unseen: act\n"),
        ("known_to: [north]", "known_to: []"),
        ("when: resolve == firm", "when: rung == calm"),
    ],
)
def test_other_ways_to_write_it(old: str, new: str) -> None:
    without = ("      boast: {when: resolve == firm}\n", "")
    build(read(changed((old, new), *([without] if new.endswith("[]") else []))))


def test_it_reads_back() -> None:
    scenario = read(BASE)
    again = read(scenario_text(scenario))
    assert again == scenario
    assert again.content_hash == scenario.content_hash
    other = read(changed(("unseen: [act]\n", "unseen: []\n")))
    assert other.content_hash != scenario.content_hash


def test_what_it_means() -> None:
    meaning = understand(read(BASE))
    assert [variable.known_to for variable in meaning.variables] == [None, (0,), (1, 2)]
    assert [step.unseen for step in meaning.steps] == [(), (0,), (0, 1), (), ()]
    assert [len(draw.moves) for draw in meaning.draws] == [2, 3]
    assert meaning.rules[-1] is meaning.draws[-1]
    game = build(meaning)
    odds = game.tables(game.nominal()).odds[0, game.structure.odds_class[:5]]
    assert odds == pytest.approx([0.3, 0.7, 0.4, 0.2, 0.4])


def test_conditions_of_commitments_read_what_the_party_knows() -> None:
    meaning = understand(read(BASE))
    parse_query("P(war and resolve == weak | do(north.act = wait, when resolve == weak))", meaning)
    with pytest.raises(OfframpError, match="is known to north, not to 'south'") as caught:
        parse_query("P(war | do(south.answer = accept, when resolve == weak))", meaning)
    assert caught.value.place is not None
    assert caught.value.place.column == 1 + len("P(war | do(south.answer = accept, when ")


MECHANISM = """\
offramp: 1
mechanism: simultaneous
about: Two parties strike or wait without seeing each other.
with:
  one: {kind: party}
  other: {kind: party}
  strength: {kind: variable}
steps:
  - {name: first, by: one, moves: {wait: {}, strike: {pay: {one: 0.1 * strength}}}}
  - {name: second, by: other, unseen: UNSEEN, moves: {wait: {}, strike: {}}}
"""


def with_mechanism(tmp_path: Path, unseen: str) -> Any:
    (tmp_path / "simultaneous.yaml").write_text(MECHANISM.replace("UNSEEN", unseen))
    path = tmp_path / "crisis.yaml"
    path.write_text(
        changed(
            (
                "  - name: chance",
                "  - use: simultaneous\n    as: duel\n    with: {one: north, other: south, "
                "strength: means}\n  - name: chance",
            )
        )
    )
    return read(path)


@pytest.mark.parametrize("unseen", ["[first]", "first"])
def test_a_mechanism_names_its_own_steps(tmp_path: Path, unseen: str) -> None:
    scenario = with_mechanism(tmp_path, unseen)
    step = next(step for step in scenario.round if step.name == "duel_second")
    assert step.unseen == ("duel_first",)
    assert read(scenario_text(scenario)) == scenario


def with_rival(tmp_path: Path, rival: str) -> Any:
    (tmp_path / "blind.yaml").write_text(
        "offramp: 1\nmechanism: blind\nabout: One decides without seeing another step.\n"
        "with: {mover: {kind: party}, rival: {kind: step}}\nsteps:\n"
        "  - {name: reply, by: mover, unseen: rival, moves: {wait: {}, strike: {}}}\n"
    )
    path = tmp_path / "crisis.yaml"
    path.write_text(
        changed(
            (
                "  - name: chance",
                f"  - use: blind\n    with: {{mover: broker, rival: {rival}}}\n  - name: chance",
            )
        )
    )
    return read(path)


def test_a_mechanism_may_be_given_a_step_that_it_does_not_see(tmp_path: Path) -> None:
    scenario = with_rival(tmp_path, "act")
    step = next(step for step in scenario.round if step.name == "blind_reply")
    assert step.unseen == ("act",)
    with pytest.raises(OfframpError, match="'acts' is no step") as caught:
        with_rival(tmp_path, "acts")
    assert caught.value.repair is not None
    assert "act" in caught.value.repair


def test_a_mechanism_knows_no_other_steps(tmp_path: Path) -> None:
    with pytest.raises(OfframpError, match="'act' is no step of the mechanism") as caught:
        with_mechanism(tmp_path, "[act]")
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("simultaneous.yaml")

"""Slips of meaning: a sound text, small edits of it, and the page that shows what is said of each.

`python -m tests.study.slips` renews the page; a test holds it to what `offramp check` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from offramp.apps.listing import checked

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "slips.md"
SOUND = """offramp: 1
title: A text without slips
sources:
  memo: {title: A memo, date: "2020"}
parties:
  north: {precision: 4, patience: 0.9}
  south: {precision: 4, patience: 0.9}
parameters:
  cost: {each: {north: 0.1, south: 0.2}, source: memo}
  gain: {value: 0.3, range: "uniform(0, 1)"}
  tired: {value: 0.1, range: "uniform(0, 0.2)"}
switches:
  ally: {options: [absent, there], value: absent, range: "choice(absent, there)"}
define: {weary: tired * rung}
issues:
  land:
    options: [kept, shared]
    weight: {north: 1, south: 1}
    worth: {north: [1, 0], south: [0, 1]}
packages:
  share: {land: shared}
state:
  rung: {levels: [calm, tense], start: calm}
  table: {levels: [empty, share], start: empty}
round:
  - name: act
    by: north
    moves:
      wait: {pay: {north: "-cost[north] - weary"}}
      climb: {when: rung == calm, then: {rung: tense}, force: true}
      call: {when: ally == there, end: helped}
      offer: {then: {table: share}}
  - name: answer
    by: south
    moves:
      refuse: {pay: {south: "-cost[south]"}}
      accept: {when: table == share, end: settled}
outcomes:
  settled: {kind: agreement, pay: {north: "worth[north, table]", south: "worth[south, table]"}}
  helped: {kind: war, pay: {north: gain, south: -1}}
rounds: unlimited
claims:
  likely: {says: it is likely, holds_when: "P(settled) > 0.5"}
"""


class Slip(NamedTuple):
    """A slip, the code and the path of the warning that finds it, and the edits that make it."""

    name: str
    code: str
    at: str
    edits: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The sound text with the slip in it."""
        text = SOUND
        for old, new in self.edits:
            assert old in text, self.name
            text = text.replace(old, new, 1)
        return text


def _slip(name: str, code: str, at: str, *edits: tuple[str, str]) -> Slip:
    return Slip(name, code, at, edits)


MOOD = ("state:", "state:\n  mood: {range: [0, 1], start: 0}")
"""A variable more."""
SLIPS = (
    _slip(
        "a nominal value outside its range",
        "W101",
        "gain.value",
        ("gain: {value: 0.3", "gain: {value: 3"),
    ),
    _slip("a parameter nobody reads", "W102", "parameters.gain", ("north: gain", "north: 0.3")),
    _slip("a parameter of an unread formula", "W102", "parameters.tired", (" - weary", "")),
    _slip(
        "a parameter that is only set in a claim",
        "W102",
        "parameters.gain",
        ("P(settled) > 0.5", "P(settled | set(gain = 1)) > 0.5"),
        ("north: gain", "north: 0.3"),
    ),
    _slip(
        "a key of a family nobody reads",
        "W103",
        "each.south",
        ('south: "-cost[south]"', 'south: "-cost[north]"'),
    ),
    _slip("a switch nobody reads", "W104", "switches.ally", ("ally == there", "rung == tense")),
    _slip(
        "a variable that is only set",
        "W105",
        "state.mood",
        ("force: true}", "force: true}\n      sulk: {then: {mood: 1}}"),
        MOOD,
    ),
    _slip(
        "a variable that only reads itself",
        "W105",
        "state.mood",
        ("force: true}", "force: true}\n      sulk: {then: {mood: 1 - mood}}"),
        MOOD,
    ),
    _slip("an unread formula", "W106", "define.weary", (" - weary", "")),
    _slip("a source nobody cites", "W107", "sources.memo", (", source: memo", "")),
    _slip(
        "a package that never lies on the table",
        "W108",
        "packages.keep",
        ("  share: {land: shared}", "  share: {land: shared}\n  keep: {land: kept}"),
    ),
    _slip(
        "a package that leaves an issue out",
        "W109",
        "packages.share",
        (
            "issues:",
            "issues:\n  aid: {options: [no_aid, some], weight: {north: 1}, worth: {north: [0, 1]}}",
        ),
    ),
    _slip(
        "a mechanism whose cost nobody pays",
        "W110",
        "mechanisms.words",
        ("round:\n", "round:\n  - {use: audience_costs, as: words, with: {maker: north}}\n"),
    ),
    _slip(
        "a transcript that is not there",
        "W112",
        "sources.memo",
        ("memo: {title: A memo,", "memo: {file: memo.txt, title: A memo,"),
    ),
    _slip(
        "an end that no move leads to", "W201", "outcomes.helped", ("end: helped", "force: true")
    ),
    _slip(
        "an end behind a condition that never holds",
        "W201",
        "outcomes.settled",
        ("table == share", "table == share and table == empty"),
    ),
    _slip(
        "a move that is never offered",
        "W202",
        "moves.accept",
        ("when: table == share,", "when: rung > tense,"),
    ),
    _slip(
        "a move behind an option that nobody has",
        "W202",
        "moves.call",
        ("ally == there", "ally > there"),
    ),
    _slip(
        "a step that is never reached",
        "W203",
        "round.1",
        (' - weary"}}', ' - weary"}, end: helped}'),
        ("      climb: {when: rung == calm, then: {rung: tense}, force: true}\n", ""),
        ("      offer: {then: {table: share}}\n", ""),
    ),
    _slip(
        "a party without a step",
        "W204",
        "parties.west",
        ("parties:", "parties:\n  west: {precision: 4, patience: 0.9}"),
    ),
    _slip(
        "a party with one move only",
        "W204",
        "parties.south",
        ("      accept: {when: table == share, end: settled}\n", ""),
    ),
    _slip(
        "a party to whom nothing is paid",
        "W205",
        "parties.south",
        ('refuse: {pay: {south: "-cost[south]"}}', "refuse: {}"),
        (', south: "worth[south, table]"', ""),
        (", south: -1", ""),
        ("cost: {each: {north: 0.1, south: 0.2}", "cost: {each: {north: 0.1}"),
    ),
    _slip(
        "a party that only delays or uses force",
        "W206",
        "parties.north",
        ("      offer: {then: {table: share}}", "      stall: {then: {table: share}}"),
        ("call: {", "call: {force: true, "),
    ),
    _slip(
        "choices that are near to dice",
        "W207",
        "north.precision",
        ("north: {precision: 4", "north: {precision: 0.001"),
    ),
    _slip(
        "choices that are near to certain",
        "W208",
        "south.precision",
        ("south: {precision: 4", "south: {precision: 4000"),
    ),
    _slip(
        "a claim about a probability above 1",
        "W301",
        "claims.likely",
        ("P(settled) > 0.5", "P(settled) > 1.5"),
    ),
    _slip("a claim in per cent", "W301", "claims.likely", ("P(settled) > 0.5", "P(settled) < 50")),
    _slip(
        "a claim that compares a thing with itself",
        "W301",
        "claims.likely",
        ("P(settled) > 0.5", "P(settled) >= P(settled)"),
    ),
    _slip(
        "a claim that no sum can fail",
        "W301",
        "claims.likely",
        ("P(settled) > 0.5", "P(settled) + P(helped) >= 0"),
    ),
    _slip(
        "a claim with an impossible half",
        "W301",
        "claims.likely",
        ("P(settled) > 0.5", "P(settled) > 0.5 and E(rounds) < 0"),
    ),
    _slip(
        "a claim of a kind of end that no end has",
        "W301",
        "claims.likely",
        ("P(settled) > 0.5", "P(kind ceasefire) > 0.5"),
    ),
    _slip(
        "a claim of a time after the last round",
        "W302",
        "claims.likely",
        ("P(settled)", "P(settled by 12)"),
        ("rounds: unlimited", "rounds: 6\nat_end: settled"),
    ),
)


@cache
def warnings_of(text: str) -> tuple[dict[str, Any], ...]:
    """What `offramp check --json` warns of in a text that stands in a file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "slip.yaml"
        file.write_text(text, encoding="utf-8")
        return tuple(checked(str(file))["warnings"])


def found(slip: Slip) -> dict[str, Any] | None:
    """The warning of a slip's code at its place."""
    own = [one for one in warnings_of(slip.text) if one["code"] == slip.code]
    return next((one for one in own if slip.at in one["path"]), None)


def page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *map(_row, SLIPS), ""])


def _head() -> Iterator[str]:
    yield from ("# Slips of meaning", "")
    yield (
        f"Each of the {len(SLIPS)} edits below leaves a text that reads well and no longer says "
        "what was meant. `offramp check` finds each, says where, and offers a repair. The codes "
        "are explained under [warnings](warnings.md). The text without a slip, of which nothing "
        "is said:"
    )
    yield from ("", "<!-- file: sound.yaml -->", "```yaml", SOUND.rstrip(), "```", "")
    yield from ("```console", "$ offramp check sound.yaml", "A text without slips: reads well")
    yield from ("```", "", "What is changed in it is `in place of → is written`; ∅ is nothing.", "")
    yield from ("| slip | changed | code, line:column | what `check` says |", "|---|---|---|---|")


def _row(slip: Slip) -> str:
    told = found(slip)
    assert told is not None, slip.name
    edits = "; ".join(f"{_code(old)} → {_code(new)}" for old, new in slip.edits)
    says = f"{told['found']}; {told['repair']}"
    where = f"{told['code']}, {told['line']}:{told['column']}"
    return f"| {slip.name} | {edits} | {where} | {_escaped(says)} |"


def _code(text: str) -> str:
    """A piece of YAML on one line; lines are parted by ↵."""
    told = " ↵ ".join(line.strip() for line in text.strip().splitlines())
    return f"`{_escaped(told)}`" if told else "∅"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

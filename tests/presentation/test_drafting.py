"""From a transcript to a scenario: briefing, hand-made answers, errors, repairs, solved play."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import offramp
from offramp.apps.cli import main
from offramp.core.errors import ScenarioError
from offramp.presentation.drafting import briefing, source_key
from offramp.scenario.by_the_book import departures
from offramp.scenario.code_book import TERMS
from offramp.scenario.every_error import all_errors
from offramp.scenario.shelf import library_files
from offramp.study import find_doubts
from tests.scenario.made_transcript import FORMS, as_txt, made_turns

TEMPLATES = Path(offramp.__file__).parent / "presentation" / "templates"


@pytest.mark.parametrize("suffix", FORMS)
def test_the_briefing_holds_what_it_promises(suffix: str, tmp_path: Path) -> None:
    turns = made_turns()
    path = tmp_path / f"the talks{suffix}"
    path.write_bytes(FORMS[suffix](turns))
    text = briefing(path)
    assert "{{" not in text
    for number, (who, said) in enumerate(turns, 1):
        assert f"[{number}] {who}\n" in text
        for position, sentence in enumerate(said, 1):
            assert f"  {number}:{position}  {sentence}\n" in text
    assert all(f"- `{name}`: " in text for name in library_files("mechanisms"))
    assert all(f"*{one.word}*" in text for one in TERMS)
    assert "the_talks: {title: WHAT IT IS, speaker: WHO SPEAKS, date: YYYY-MM-DD" in text
    language = text.partition("## The language on two pages")[2].partition("- `absent_parties`")[0]
    assert len(language.split()) < 1_000


def test_names_of_sources_are_names() -> None:
    told = [source_key(name) for name in ("Talks 3.txt", "2031-talks.md", "会谈.pdf", "_a.txt")]
    assert told == ["talks_3", "transcript", "transcript", "a"]


def test_the_worked_example_is_by_the_book(tmp_path: Path) -> None:
    (tmp_path / "river.txt").write_text((TEMPLATES / "briefing-example.txt").read_text("utf-8"))
    path = tmp_path / "river.yaml"
    path.write_text((TEMPLATES / "briefing-example.yaml").read_text("utf-8"), encoding="utf-8")
    scenario = offramp.read(path)
    assert departures(scenario) == ()
    assert {one.code for one in find_doubts(scenario)} == {"W113"}
    assert {one.status for one in scenario.evidence.spans.values()} == {"new"}
    assert float(nominal(scenario).probability.sum()) == pytest.approx(1)


def nominal(scenario: offramp.Scenario) -> xr.Dataset:
    return offramp.outcomes(offramp.solve(offramp.build(scenario))).isel(draw=0)


def test_what_the_language_part_names_is_the_language(tmp_path: Path) -> None:
    """Every top-level word of the table stands in the schema, and the required ones are named."""
    from offramp.scenario.json_schema import language_schema

    text = (TEMPLATES / "briefing.md").read_text("utf-8")
    table = text.partition("| word | what it holds |")[2].partition("**A step**")[0]
    words = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    schema = language_schema()
    assert set(words) <= set(schema["properties"])
    assert set(schema["required"]) <= {*words, "offramp", "title"}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "talks.txt"
    path.write_bytes(as_txt(made_turns()))
    for words in (["--json"], ["--schema"], ["--out", str(tmp_path / "b.md")]):
        with pytest.raises(SystemExit) as end:
            main(["briefing", str(path), *words])
        assert not end.value.code
        said = capsys.readouterr().out
        if words == ["--json"]:
            assert len(json.loads(said)["passages"]) == sum(len(t) for _, t in made_turns())
        if words == ["--schema"]:
            assert '"$schema"' in said
    assert (tmp_path / "b.md").read_text("utf-8") == briefing(path)
    (tmp_path / "b.md.xyz").write_text("", encoding="utf-8")
    with pytest.raises(ScenarioError, match="no form of a transcript"):
        briefing(tmp_path / "b.md.xyz")


# the loop: a draft as somebody wrote it, what check says, the repair that it names


@dataclass(frozen=True)
class Told:
    """An account of ours: its transcript, our encoding, and somebody else's first draft.

    Names, order and layout differ; ``ends`` pairs the outcomes and ``parties`` the parties.
    """

    transcript: str
    ours: str
    draft: str
    ends: dict[str, str]
    parties: dict[str, str]


RIVER = Told(
    "Envoy: We answer their offer every month. Then they wait or strike.\n\n"
    "Envoy: Waiting costs them a tenth and us as much. War would cost us all that we have.\n",
    """offramp: 1
title: A ceasefire on a border
parties: {north: {patience: 0.95, precision: 4}, south: {patience: 0.9, precision: 4}}
parameters: {cost: {value: 0.1, range: "uniform(0.05, 0.2)", unit: per month, note: judgement}}
round:
  - {name: answer, by: south, moves: {accept: {end: ceasefire}, refuse: {}}}
  - name: act
    by: north
    moves: {wait: {pay: {north: -cost, south: -cost}}, strike: {end: war, force: true}}
outcomes:
  ceasefire: {kind: ceasefire, pay: {north: 0.3, south: 0.2}}
  war: {kind: war, pay: {north: -0.5, south: -1}}
rounds: unlimited
""",
    """offramp: 1
title: Shall it hold?
sources: {talk: {file: talk.txt}}
parties:
  us: {patience: 0.9, precision: 4}
  them: {patience: 0.95, precision: 4}
parameters:
  waiting: {value: 0.1, range: "unifrom(0.05, 0.2)", source: {talk: 2.1}}
round:
  - name: we_answer
    by: us
    moves:
      no: {}
      yes_we_do: {end: truce, sorce: {talk: 1}}
  - name: they_act
    by: thm
    moves:
      strike: {end: war, force: true, source: {talk: "1:2"}}
      wait: {pay: {them: -waiting, us: -wating}}
outcomes:
  war: {kind: war, pay: {us: -1, them: -0.5}, source: {talk: "2:2"}}
  truce: {kind: ceasefre, pay: {us: 0.2, them: 0.3}}
rounds: unlimited
""",
    {"ceasefire": "truce", "war": "war"},
    {"north": "them", "south": "us"},
)
RESOLVE = Told(
    "Minister: Nobody but us knows whether we are weak or firm. The odds are six in ten that we "
    "are weak. We press once or we do not.\n\nMinister: They resist or they yield.\n",
    """offramp: 1
title: Resolve
parties: {north: {precision: 3}, south: {precision: 3}}
private: {resolve: {levels: [low, high], odds: {low: 0.6, high: rest}, known_to: [north]}}
round:
  - {name: press, by: north, moves: {hold: {end: calm}, press: {}}}
  - {name: answer, by: south, moves: {yield: {end: gain}, resist: {end: clash, force: true}}}
outcomes:
  calm: {kind: stalemate, pay: {}}
  gain: {kind: capitulation, pay: {north: 1, south: -0.5}}
  clash: {kind: war, pay: {north: "if(resolve == high, 0.3, -0.6)", south: -0.4}}
rounds: 1
at_end: calm
""",
    """offramp: 1
title: Weak or firm
sources: {minister: {file: talk.txt}}
parties:
  rival: {precision: 3}
  we: {precision: 3}
private:
  type:
    {levels: [weak, firm], odds: {weak: 0.6, firm: rest}, known_to: [wee], source: {minister: 1}}
round:
  - name: first
    by: we
    moves:
      press: {source: {minister: "1:3"}}
      leave: {ends: quiet}
  - name: second
    by: rival
    moves:
      resist: {end: fight, force: true, source: {minister: 2}}
      give_way: {end: won, source: {minister: 3}}
outcomes:
  won: {kind: capitulation, pay: {we: 1, rival: -0.5}}
  fight: {kind: war, pay: {we: "if(type == frm, 0.3, -0.6)", rival: -0.4}}
  quiet: {kind: stalemate, pay: {}}
rounds: 1
at_end: quiet
""",
    {"calm": "quiet", "gain": "won", "clash": "fight"},
    {"north": "we", "south": "rival"},
)
CROSSING = Told(
    "General: Both sides decide in the same night, and neither sees what the other does.\n\n"
    "General: Who strikes at one who waits gains. If both strike, both lose half.\n\n"
    "General: After three nights the snow ends it.\n",
    """offramp: 1
title: The same night
parties: {north: {precision: 5, patience: 0.9}, south: {precision: 5, patience: 0.9}}
parameters: {gain: 0.2, loss: 0.5}
state: {struck: {range: [0, 1], start: 0, scope: round}}
round:
  - {name: north_acts, by: north, moves: {wait: {}, strike: {force: true, then: {struck: 1}}}}
  - name: south_acts
    by: south
    unseen: [north_acts]
    moves: {wait: {}, strike: {force: true, pay: {south: gain}}}
  - name: night
    by: nature
    moves:
      war: {odds: "0.5 * struck", end: war}
      quiet: {odds: rest, pay: {north: gain * struck}}
outcomes:
  war: {kind: war, pay: {north: -loss, south: -loss}}
  snow: {kind: stalemate, pay: {}}
rounds: 3
at_end: snow
""",
    """offramp: 1
title: Three nights
sources: {general: {file: talk.txt}}
time: {rond: night}
parties: {red: {precision: 5, patience: 0.9}, blue: {precision: 5, patience: 0.9}}
parameters:
  harm: {value: 0.5, source: {general: "2:2"}, note: half}
  lead: {value: 0.2, source: {general: "2:1"}}
state:
  red_struck: {levels: [waited, went], start: waited, scope: round}
round:
  - name: red_night
    by: red
    moves:
      strike: {then: {red_struck: wnt}, force: true}
      wait: {}
  - name: blue_night
    by: blue
    unseen: [red_nigth]
    moves:
      strike: {pay: {blue: lead}, force: true}
      wait: {}
  - name: dawn
    by: nature
    moves:
      nothing: {odds: rest, pay: {red: lead * red_struck}}
      war: {odds: 0.5 * (red_struck == went), end: war}
outcomes:
  winter: {kind: stalemate, source: {general: 3}}
  war: {kind: war, pay: {red: -harm, blue: -harm}}
rounds: 3
at_end: wintr
""",
    {"war": "war", "snow": "winter"},
    {"north": "red", "south": "blue"},
)


def mended(text: str, errors: Sequence[dict[str, str | int]]) -> str:
    """The text with what each error names as its repair, put in at its line."""
    lines = text.splitlines()
    for error in errors:
        at = int(error["line"]) - 1
        found, repair = str(error["found"]), str(error["repair"])
        if gone := re.search(r"has no passage ([\d:-]+)", found):
            old, new = f"{gone[1]}}}", re.findall(r"the last turn is (\d+)", repair)[0] + "}"
        else:
            old = re.findall(r"'([^']+)'", found)[0].partition("(")[0]
            new = re.findall(r"did you mean '([^']+)'|write ([\d:]+)$", repair)[0]
            new = new[0] or f'"{new[1]}"'
        assert old in lines[at], error
        lines[at] = lines[at].replace(old, new, 1)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("told", [RIVER, RESOLVE, CROSSING], ids=["river", "resolve", "crossing"])
def test_a_draft_is_mended_by_what_check_says_until_it_plays_as_ours(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "talk.txt").write_text(told.transcript, encoding="utf-8")
    assert "## The transcript" in briefing(tmp_path / "talk.txt")
    path = tmp_path / "draft.yaml"
    text, rounds = told.draft, 0
    while True:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit):
            main(["check", str(path), "--json"])
        errors = json.loads(capsys.readouterr().out)["errors"]
        if not errors:
            break
        assert all(re.fullmatch(r"E[1-8]\d\d", one["code"]) for one in errors)
        rounds += 1
        assert rounds <= 3, errors
        text = mended(text, errors)
    assert rounds > 0
    ours, theirs = nominal(offramp.read(told.ours)), nominal(offramp.read(path))
    for own, other in told.ends.items():
        a, b = (float(one.probability.sel(outcome=n)) for one, n in ((ours, own), (theirs, other)))
        assert a == pytest.approx(b, abs=1e-12)
    for own, other in told.parties.items():
        a, b = (float(one.payoff.sel(party=n)) for one, n in ((ours, own), (theirs, other)))
        assert a == pytest.approx(b, abs=1e-12)
    assert float(np.abs(ours.payoff).sum()) > 0


def test_all_errors_of_a_draft_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text(RIVER.draft, encoding="utf-8")
    assert len(all_errors(str(path))) > 1

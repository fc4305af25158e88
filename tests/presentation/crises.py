"""Crises in other scripts, with long names, and with many ends."""

from __future__ import annotations

from functools import cache

from offramp.scenario import read
from offramp.study import investigate
from offramp.study.runs.findings import Findings

WORDS = {
    "hebrew": (
        "הפסקת אש בגבול",
        "הצפון",
        "הדרום",
        "תשובה",
        "קבלה",
        "סירוב",
        "מעשה",
        "המתנה",
        "תקיפה",
        "הידרדרות",
        "רגיעה",
        "מלחמה",
        "אסון",
        "האלוף במילואים",
        "המתווך",
    ),
    "arabic": (
        "هدنة على الحدود",
        "الشمال",
        "الجنوب",
        "جواب",
        "قبول",
        "رفض",
        "فعل",
        "انتظار",
        "ضربة",
        "انزلاق",
        "هدوء",
        "حرب",
        "كارثة",
        "اللواء المتقاعد",
        "الوسيط",
    ),
    "turned": tuple(
        f"\u202e{word}\u202c"
        for word in (
            "a truce",
            "north",
            "south",
            "answer",
            "accept",
            "refuse",
            "act",
            "wait",
            "strike",
            "slide",
            "calm",
            "war",
            "disaster",
            "the general",
            "the mediator",
        )
    ),
    "english": (
        "A truce on a border",
        "North",
        "South",
        "Answer",
        "accept",
        "refuse",
        "Act",
        "wait",
        "strike",
        "slide",
        "calm",
        "War",
        "Disaster",
        "The general",
        "The mediator",
    ),
    "long": tuple(
        f"{word}, with observers on both sides, monitors on a third and a clause for each"
        for word in (
            "A truce",
            "North",
            "South",
            "Answer",
            "accept",
            "refuse",
            "act",
            "wait",
            "strike",
            "slide",
            "calm",
            "war",
            "disaster",
            "the general",
            "the mediator",
        )
    ),
    "unbroken": tuple(
        word * 8
        for word in (
            "Borderland",
            "Northwards",
            "Southwards",
            "Answerable",
            "Acceptance",
            "Refusalnow",
            "Activities",
            "Waitingfor",
            "Strikeback",
            "Slidedownn",
            "Calmnesses",
            "Warfarings",
            "Disastrous",
            "Generalist",
            "Mediations",
        )
    ),
}
"""Title, parties, steps and moves, ends and accounts, in the order of the crisis below."""


@cache
def crisis(words: str, number: str = "") -> Findings:
    """A small crisis in which every text is of one kind; ``number`` stands behind each label."""
    (
        title,
        north,
        south,
        answer,
        accept,
        refuse,
        act,
        wait,
        strike,
        slide,
        calm,
        war,
        disaster,
        general,
        mediator,
    ) = (word + number for word in WORDS[words])
    text = f"""\
offramp: 1
title: "{title}"
about: "{title}. {wait}."
sources:
  talk: {{title: "{title}", speaker: "{general}", stance: "{north}", kind: interview, date: 2026-01-27, note: "{war}"}}
parties:
  north: {{label: "{north}", patience: 0.95, precision: 4}}
  south: {{label: "{south}", patience: 0.9, precision: 4}}
parameters:
  cost: {{value: 0.1, range: "uniform(0.05, 0.2)", unit: "{wait}", note: "{wait}", source: talk}}
  risk: {{value: 0.03, range: "uniform(0.01, 0.06)", unit: "{slide}", note: "{slide}"}}
round:
  - name: answer
    by: south
    label: "{answer}"
    moves: {{accept: {{label: "{accept}", end: truce}}, refuse: {{label: "{refuse}"}}}}
  - name: act
    by: north
    label: "{act}"
    moves:
      wait: {{label: "{wait}", pay: {{north: -cost, south: -cost}}}}
      strike: {{label: "{strike}", end: war, force: true}}
  - name: slip
    by: nature
    label: "{slide}"
    moves: {{slide: {{label: "{slide}", odds: risk, end: disaster}}, calm: {{label: "{calm}", odds: rest}}}}
outcomes:
  truce: {{label: "{title}", kind: ceasefire, pay: {{north: 0.3, south: 0.2}}}}
  war: {{label: "{war}", kind: war, pay: {{north: -0.5, south: -1}}}}
  disaster: {{label: "{disaster}", kind: catastrophe, pay: {{north: -2, south: -2}}}}
rounds: unlimited
claims:
  waiting: {{label: "{wait}", says: "{wait}", source: talk, holds_when: P(disaster) >= P(war)}}
  peace: {{label: "{title}", says: "{accept}", source: talk, holds_when: P(truce) > 0.5}}
accounts:
  hawk: {{label: "{general}", source: talk, parameters: {{cost: 0.2}}}}
  dove: {{label: "{mediator}", source: talk, parameters: {{cost: 0.06, risk: 0.05}}}}
levers:
  monitor: {{label: "{mediator}", parameter: risk, towards: lower, held_by: [south], effort: {{cost: 1, per: 0.01}}, limit: 0.005}}
"""  # noqa: E501
    return investigate(read(text), draws=16, seed=1)


def many_ends(count: int) -> str:
    """A crisis that can end in ``count`` ways, the likeliest of which stand last in its text."""
    kinds = ("agreement", "ceasefire", "war", "stalemate", "capitulation", "catastrophe")
    moves = ", ".join(f"m{i}: {{end: end_{i}}}" for i in range(count))
    ends = "\n".join(
        f"  end_{i}: {{kind: {kinds[i % 6]}, pay: {{north: {i} * step}}}}" for i in range(count)
    )
    return f"""\
offramp: 1
title: Many ways to end
parties: {{north: {{patience: 0.9, precision: 4}}, south: {{patience: 0.9, precision: 4}}}}
parameters: {{step: {{value: 0.02, range: "uniform(0.01, 0.03)"}}}}
round:
  - {{name: choose, by: north, moves: {{{moves}}}}}
outcomes:
{ends}
rounds: unlimited
accounts:
  hawk: {{label: The general, parameters: {{step: 0.03}}}}
"""

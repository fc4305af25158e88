"""A first scenario from answers: who decides, what is offered, how it ends, what that is worth.

Questions go to standard error and answers are read from standard input, one a line; an empty
answer takes what stands in brackets.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from offramp.apps.options import number_of, refuse
from offramp.scenario.queries import KINDS

Reply = Callable[[str, str], str]
NAME = re.compile(r"[a-z]\w*", re.ASCII)
FORCE = "!"
"""Stands behind a move that is an act of force."""


@dataclass(frozen=True)
class Ending:
    """How the crisis can end: by whose move, of what kind, worth what to each party."""

    name: str
    label: str
    kind: str
    worth: dict[str, float]
    by: str = ""
    force: bool = False


def asked_text(title: str, reply: Reply | None = None) -> str:
    """The text of a scenario made of the answers to some ten questions."""
    ask = reply or _from_input
    parties = _named(ask("Who decides? Two or more parties, with commas between", "north, south"))
    if len(parties) < 2:
        raise refuse("fewer than two parties", "two or more, with commas", "say north, south")
    names = list(parties)
    unit = ask("How long is a round: day, week, month?", "month").strip() or "month"
    maker = _chosen(
        ask(f"Who can put an offer on the table? ({', '.join(names)})", names[0]), names
    )
    others = [name for name in names if name != maker]
    taker = (
        others[0]
        if len(others) == 1
        else _chosen(ask(f"Who can accept it? ({', '.join(others)})", others[0]), others)
    )
    endings = [Ending("settlement", "Settlement", "agreement", _worths(ask, "a settlement", names))]
    for party in names:
        told = ask(
            f"By which moves can {party} end it alone? With commas; {FORCE} behind an act of "
            "force; or none",
            "none",
        )
        endings += _endings(ask, party, told, names)
    cost = {
        name: _number(ask(f"What does a further {unit} cost {name}, in the same units?", "0.05"))
        for name in names
    }
    claim = ask("What does the account conclude? One sentence, or none", "none").strip()
    return _text(title, unit, parties, maker, taker, endings, cost, claim)


def _from_input(question: str, otherwise: str) -> str:
    sys.stderr.write(f"{question} [{otherwise}]: ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        sys.stderr.write("\n")
    return answer.strip() or otherwise


def _named(text: str) -> dict[str, str]:
    """Name to label of what stands between commas."""
    found: dict[str, str] = {}
    for part in (one.strip() for one in text.split(",")):
        name = re.sub(r"\W+", "_", part.lower(), flags=re.ASCII).strip("_")
        if part and NAME.fullmatch(name):
            found[name] = part[:1].upper() + part[1:]
    return found


def _chosen(answer: str, among: list[str]) -> str:
    name = next(iter(_named(answer)), "")
    return name if name in among else among[0]


def _number(answer: str) -> float:
    try:
        return number_of(answer)
    except ValueError as error:
        raise refuse(f"'{answer}'", "a number with a decimal point", f"say {error}") from None


def _worths(ask: Reply, what: str, names: list[str], otherwise: str = "0.5") -> dict[str, float]:
    answer = ask(
        f"What is {what} worth to {', '.join(names)}? One number each, with commas; 0 is how it "
        "stands now, 1 the best for a party",
        ", ".join([otherwise] * len(names)),
    )
    numbers = [part for part in re.split(r"[;,]\s+|\s+", answer.strip()) if part]
    if len(numbers) != len(names):
        raise refuse(
            f"{len(numbers)} numbers for {len(names)} parties",
            "one number for each",
            f"say {', '.join(['0.5'] * len(names))}",
        )
    return {name: _number(one) for name, one in zip(names, numbers, strict=True)}


def _endings(ask: Reply, party: str, told: str, names: list[str]) -> list[Ending]:
    if told.strip().lower() in ("", "none", "no"):
        return []
    found: list[Ending] = []
    for part in (one.strip() for one in told.split(",")):
        bare = part.rstrip(FORCE + " ")
        name = next(iter(_named(bare)), "")
        if not name:
            continue
        force = part.endswith(FORCE)
        kind = ask(
            f"What kind of end is that, {bare}? ({', '.join(KINDS)})",
            "war" if force else "stalemate",
        ).strip()
        if kind not in KINDS:
            raise refuse(f"'{kind}'", f"one of: {', '.join(KINDS)}", "say stalemate")
        worth = _worths(ask, f"an end by {bare}", names, "-0.5")
        found.append(Ending(f"{name}_by_{party}", bare, kind, worth, party, force))
    return found


def _text(
    title: str,
    unit: str,
    parties: dict[str, str],
    maker: str,
    taker: str,
    endings: list[Ending],
    cost: dict[str, float],
    claim: str,
) -> str:
    lines = [
        "offramp: 1",
        f"title: {title}",
        f"time: {{round: {json.dumps(unit)}}}",
        *_sources(claim),
        "parties:",
        *(
            f"  {name}: {{label: {json.dumps(label, ensure_ascii=False)}, patience: 0.95, "
            "precision: 5}"
            for name, label in parties.items()
        ),
        "parameters:  # numbers from the questions, each with a range around it",
        "  cost:",
        "    each:",
        *(f"      {name}: {_ranged(value)}" for name, value in cost.items()),
        f"    unit: per {unit}",
        f"    note: what another {unit} costs; analyst's judgement",
        *(line for one in endings for line in _worth_lines(one)),
        "state:",
        "  offer: {levels: [none, made], start: none}",
        "round:",
    ]
    for name in (maker, taker, *(one for one in parties if one not in (maker, taker))):
        lines += _step(name, maker, taker, endings)
    pays = ", ".join(f'{name}: "-cost[{name}]"' for name in parties)
    lines += [
        "  - name: time_passes",
        "    by: nature",
        "    moves:",
        f"      passes: {{odds: 1, pay: {{{pays}}}}}",
        "outcomes:",
    ]
    lines += [*_outcomes(endings, list(parties)), "rounds: unlimited", *_claims(claim)]
    return "\n".join(lines) + "\n"


def _outcomes(endings: list[Ending], parties: list[str]) -> list[str]:
    lines: list[str] = []
    for one in endings:
        pay = ", ".join(f'{name}: "worth_of_{one.name}[{name}]"' for name in parties)
        lines.append(f"  {one.name}: {{kind: {one.kind}, pay: {{{pay}}}}}")
    return lines


def _claims(claim: str) -> list[str]:
    if not _concluded(claim):
        return []
    return [
        "claims:",
        "  conclusion:",
        f"    says: {json.dumps(claim, ensure_ascii=False)}",
        "    source: account",
        "    holds_when: P(settlement) > 0.5  # see the how-to 'Write a claim'",
    ]


def _concluded(claim: str) -> bool:
    return claim.lower() not in ("", "none", "no")


def _sources(claim: str) -> list[str]:
    """The account as a source, where a claim cites it."""
    told = '  account: {title: "The account that this is taken from", kind: memo}'
    return ["sources:", told] if _concluded(claim) else []


def _ranged(value: float) -> str:
    if value == 0:
        return "{value: 0}"
    low, high = sorted((0.5 * value, 1.5 * value))
    return f'{{value: {value:g}, range: "uniform({low:g}, {high:g})"}}'


def _worth_lines(one: Ending) -> list[str]:
    return [
        f"  worth_of_{one.name}:",
        "    each:",
        *(f"      {name}: {_ranged(value)}" for name, value in one.worth.items()),
        "    unit: worth",
        "    note: analyst's judgement",
    ]


def _step(name: str, maker: str, taker: str, endings: list[Ending]) -> list[str]:
    moves = ["      waits: {}"]
    if name == maker:
        moves.append("      offers: {when: offer == none, then: {offer: made}}")
    if name == taker:
        moves.append("      accepts: {when: offer == made, end: settlement}")
    for one in endings:
        if one.by == name:
            force = ", force: true" if one.force else ""
            move = one.name.removesuffix(f"_by_{name}")
            moves.append(f"      {move}: {{end: {one.name}{force}}}")
    if len(moves) == 1:
        return []
    return [f"  - name: turn_of_{name}", f"    by: {name}", "    moves:", *moves]

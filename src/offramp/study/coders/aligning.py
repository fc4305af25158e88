"""What is the same in several encodings: by name, by label, or by citing the same passages.

Never by likeness. Two entries that cite the same sentences of the same transcript are the same
where no other entry of that kind cites just these; so coders need not agree on names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from offramp.core.numbers import told_apart
from offramp.scenario import Scenario, understand
from offramp.scenario.model import Move, Step
from offramp.scenario.setting import nominal_values
from offramp.scenario.transcripts.records import parts_of
from offramp.study.coders.records import Aligned

Spans = frozenset[tuple[str, int, int]]


@dataclass(frozen=True)
class Item:
    """One entry of one coder."""

    name: str
    label: str
    spans: Spans
    says: str


def aligned(scenarios: Sequence[Scenario]) -> tuple[Aligned, ...]:
    """All parties, moves, ends, switches, numbers, … of several encodings, side by side."""
    parties = _together("party", [list(_parties(one)) for one in scenarios])
    canonical = [
        {names.names[i]: names.name for names in parties if names.names[i] is not None}
        for i in range(len(scenarios))
    ]
    found = list(parties)
    for kind, items in _KINDS.items():
        listed = [
            list(items(one, {str(k): v for k, v in names.items()}))
            for one, names in zip(scenarios, canonical, strict=True)
        ]
        found += _together(kind, listed)
    return tuple(found)


def _together(kind: str, listed: Sequence[Sequence[Item]]) -> list[Aligned]:
    """Entries of one kind that are the same, in the order in which coders have them."""
    groups: list[list[Item | None]] = []
    ways: list[str] = []
    for coder, items in enumerate(listed):
        free = list(range(len(groups)))
        left = list(items)
        for way, key in (("name", _name), ("label", _label), ("passage", _spans)):
            left = _matched(groups, ways, free, coder, left, (way, key))
        for item in left:
            groups.append([None] * len(listed))
            groups[-1][coder] = item
            ways.append("alone")
    return [
        Aligned(
            kind,
            tuple(one.name if one else None for one in group),
            tuple(one.says if one else None for one in group),
            way,
        )
        for group, way in zip(groups, ways, strict=True)
    ]


def _matched(
    groups: list[list[Item | None]],
    ways: list[str],
    free: list[int],
    coder: int,
    items: list[Item],
    rule: tuple[str, Callable[[Item], object]],
) -> list[Item]:
    """Put items into the groups that are the same by one rule; what is left over."""
    way, key = rule
    known = [key(one) for one in items]
    left: list[Item] = []
    for item, own in zip(items, known, strict=True):
        fits = [i for i in free if own and own in {key(one) for one in groups[i] if one}]
        if len(fits) != 1 or known.count(own) != 1:
            left.append(item)
            continue
        groups[fits[0]][coder] = item
        free.remove(fits[0])
        ways[fits[0]] = way if ways[fits[0]] in ("alone", way) else ways[fits[0]]
    return left


def _name(item: Item) -> object:
    return item.name.casefold().replace("_", "").replace(" ", "")


def _label(item: Item) -> object:
    return " ".join(item.label.casefold().split())


def _spans(item: Item) -> object:
    return item.spans


# what each entry is, and what is said of it


def spans_of(scenario: Scenario, source: object) -> Spans:
    """The sentences that a citation points at, by the content of their transcript."""
    if not isinstance(source, Mapping):
        return frozenset()
    found: set[tuple[str, int, int]] = set()
    for key, where in source.items():
        transcript = scenario.evidence.transcripts.get(str(key))
        for part in parts_of(str(where)) or ():
            span = scenario.evidence.spans.get((str(key), part.written))
            if span is not None and transcript is not None:
                found |= {(transcript.sha256, one.turn, one.sentence) for one in span.passages}
    return frozenset(found)


def _parties(scenario: Scenario) -> Iterator[Item]:
    for name, one in scenario.parties.items():
        steps = [step for step in scenario.round if step.by == name]
        moves = sum(len(step.moves) for step in steps)
        cited = [spans_of(scenario, step.source) for step in steps]
        says = f"steps: {len(steps)}, moves: {moves}"
        yield Item(name, one.label or "", frozenset[tuple[str, int, int]]().union(*cited), says)


Names = Mapping[str, str]


def _rules(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for name, says in (("rounds", str(scenario.rounds)), ("what a round is", scenario.time.round)):
        yield Item(name, "", frozenset(), says)


def _steps(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for step in scenario.round:
        unseen = f", does not see {len(step.unseen)} of the steps before it" if step.unseen else ""
        by = parties.get(step.by, step.by)
        yield Item(step.name, step.label or "", spans_of(scenario, step.source), f"{by}{unseen}")


def _moves(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for step in scenario.round:
        for name, move in step.moves.items():
            yield Item(
                f"{parties.get(step.by, step.by)}: {name}",
                move.label or "",
                spans_of(scenario, move.source),
                _move_words(scenario, step, move, parties),
            )


def _move_words(scenario: Scenario, step: Step, move: Move, parties: Names) -> str:
    told = [f"by {parties.get(step.by, step.by)}"]
    told += ["an act of force"] if move.force else []
    told += ["not always on offer"] if move.when is not None else []
    if move.end in scenario.outcomes:
        told.append(f"ends in {scenario.outcomes[str(move.end)].kind}")
    paid = sorted(parties.get(party, party) for party in move.pay)
    told += [f"pays {' and '.join(paid)}"] if paid else []
    return ", ".join(told)


def _outcomes(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for name, one in scenario.outcomes.items():
        yield Item(name, one.label or "", spans_of(scenario, one.source), one.kind)


def _switches(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for name, one in scenario.switches.items():
        varied = f", varied over {one.range}" if one.range else ""
        says = f"{one.value} of {', '.join(one.options)}{varied}"
        yield Item(name, one.label or "", spans_of(scenario, one.source), says)


def _private(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for name, one in scenario.private.items():
        known = " and ".join(sorted(parties.get(party, party) for party in one.known_to))
        says = f"{len(one.odds)} values, known to {known or 'nobody'}"
        yield Item(name, one.label or "", spans_of(scenario, one.source), says)


def _mechanisms(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for name, one in scenario.mechanisms.items():
        yield Item(name, one.label or "", spans_of(scenario, one.source), one.from_)


def _numbers(scenario: Scenario, parties: Names) -> Iterator[Item]:
    meaning = understand(scenario)
    values = nominal_values(meaning)
    for one in meaning.assumptions:
        if one.path[0] != "parameters":
            continue
        value = values.get(one.name)
        told = "" if value is None else told_apart(value, 0.0)
        spread = f", range {one.distribution}" if one.distribution is not None else ""
        unit = f" {one.unit}" if one.unit else ""
        spans = spans_of(scenario, one.source)
        yield Item(_told(one.name, parties), "", spans, f"{told}{unit}{spread}")


def _told(name: str, parties: Names) -> str:
    """`cost[us]` with the party as the first coder calls it."""
    base, bracket, key = name.partition("[")
    return f"{base}[{parties.get(key[:-1], key[:-1])}]" if bracket else name


def _worths(scenario: Scenario, parties: Names) -> Iterator[Item]:
    """Patience and precision of every party, as they are written."""
    for name, one in scenario.parties.items():
        for word in ("patience", "precision"):
            yield Item(
                f"{word}[{parties.get(name, name)}]", "", frozenset(), str(getattr(one, word))
            )


def _claims(scenario: Scenario, parties: Names) -> Iterator[Item]:
    for name, one in scenario.claims.items():
        says = " ".join(one.holds_when.split())
        yield Item(name, one.label or "", spans_of(scenario, one.source), says)


_KINDS: Mapping[str, Callable[[Scenario, Names], Iterator[Item]]] = {
    "rule": _rules,
    "step": _steps,
    "move": _moves,
    "end": _outcomes,
    "switch": _switches,
    "what is private": _private,
    "mechanism": _mechanisms,
    "number": lambda scenario, parties: iter(
        (*_worths(scenario, parties), *_numbers(scenario, parties))
    ),
    "claim": _claims,
}

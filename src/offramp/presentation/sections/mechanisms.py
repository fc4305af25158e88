"""Mechanisms in words: what each is, who asserts it, which ends it moves and which hardly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.premises import cited
from offramp.presentation.text.numbers import holds, listed, points
from offramp.presentation.text.rules import KIND_WORDS
from offramp.scenario.citing import where_words
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

NOTHING = 1e-9
"""Changes of a probability below this are called none."""
NEGLIGIBLE = 0.01
"""Changes below one point are negligible, whatever their direction."""


@dataclass(frozen=True)
class Effect:
    """What one mechanism does to the probability of one kind of end."""

    kind: str
    stated: str
    change: float
    share: float
    draws: int
    held: bool
    connected: bool = True
    whose: str = "library"
    """Whose expectation it is: the library's, or the scenario's own."""

    @property
    def negligible(self) -> bool:
        """Whether the change is below one point, so that its direction says nothing."""
        return abs(self.change) < NEGLIGIBLE

    @property
    def verdict(self) -> str:
        """Whether the change has the direction that the library, or the scenario, expects."""
        if not self.connected:
            return "is not connected"
        if abs(self.change) < NOTHING:
            return "changes nothing"
        if self.negligible:
            return "negligible"
        told = f"as the {self.whose} expects"
        return told if self.held else f"not {told}"


@dataclass(frozen=True)
class Mechanism:
    """A mechanism as the report tells it."""

    name: str
    label: str
    about: str
    finds: str
    limits: str
    asserted: str
    off: str
    library: str
    effects: tuple[Effect, ...]
    other: tuple[tuple[str, float], ...]


def mechanisms_of(findings: Findings) -> tuple[Mechanism, ...]:
    """Every mechanism that the scenario records, in its order, with effects where known."""
    tried = {effect.name: effect for effect in findings.mechanism_effects or ()}
    return tuple(
        _mechanism(findings, name, record, tried.get(name))
        for name, record in findings.scenario.mechanisms.items()
    )


def effect_sentences(effect: Effect) -> tuple[str, ...]:
    """The effect at the nominal values, and over the combinations tried."""
    kind = KIND_WORDS.get(effect.kind, spoken(effect.kind))
    if not effect.connected:
        return (
            "It is not connected: nothing in the scenario reads what it adds, so that nothing can "
            f"be said of its effect on {kind}.",
        )
    first = (
        f"At the nominal values, having it on instead of off changes the probability of {kind} by "
        f"{points(effect.change)} (the {effect.whose}'s expectation: {effect.stated}): "
        f"{effect.verdict}."
        if abs(effect.change) >= NOTHING
        else f"At the nominal values, having it on or off changes nothing in the probability of "
        f"{kind} (the {effect.whose}'s expectation: {effect.stated})."
    )
    if effect.draws < 1 or effect.share != effect.share or effect.negligible:
        return (first,)
    return (
        first,
        f"That it makes {kind} {_likelier(effect.stated)} "
        f"{holds(effect.share, effect.draws, effect.draws)}.",
    )


def _likelier(stated: str) -> str:
    return "less likely" if stated == "lower" else "likelier"


def _mechanism(findings: Findings, name: str, record: Any, tried: Any) -> Mechanism:
    about, finds, limits = _told(record.about or "")
    effects = tuple(_effects(record, tried))
    stated = {effect.kind for effect in effects}
    other = tuple(
        (kind, float(change))
        for kind, change in (getattr(tried, "change", None) or {}).items()
        if kind not in stated and abs(float(change)) >= 0.0005
    )
    return Mechanism(
        name=name,
        label=record.label or spoken(name).capitalize(),
        about=about,
        finds=finds,
        limits=limits,
        asserted=_asserted(findings, record),
        off=listed([f"{key} = {value}" for key, value in record.off.items()]),
        library=record.from_,
        effects=effects,
        other=other,
    )


def _effects(record: Any, tried: Any) -> Iterable[Effect]:
    if tried is None:
        return
    for kind, stated in (getattr(tried, "expects", None) or record.expects).items():
        if kind not in tried.change:
            continue
        share = (tried.share or {}).get(kind, float("nan"))
        yield Effect(
            kind,
            stated,
            float(tried.change[kind]),
            float(share),
            int(tried.draws or 0),
            bool(tried.held(kind)),
            bool(getattr(tried, "connected", True)),
            "scenario" if record.expects_here else "library",
        )


def _told(about: str) -> tuple[str, str, str]:
    """What it does, where the literature finds it, and where not: three parts of one text."""
    about = re.sub(r"`([^`]*)`", r"‘\1’", about)
    parts = re.split(r"(?<=[.;])\s+(?=Holds, |Does not hold)", " ".join(about.split()))
    finds = [part for part in parts if part.startswith("Holds, ")]
    limits = [part for part in parts if part.startswith("Does not hold")]
    rest = [part for part in parts if part not in finds and part not in limits]
    return " ".join(rest), " ".join(finds), " ".join(limits)


def _asserted(findings: Findings, record: Any) -> str:
    """Who asserts it: its own source, else the sources of its steps and numbers."""
    scenario = findings.scenario
    found = [*_citations(record.source, scenario)]
    if not found:
        steps = [step for step in scenario.round if step.name in record.steps]
        for step in steps:
            found += _citations(step.source, scenario)
            for move in step.moves.values():
                found += _citations(move.source, scenario)
        for name in record.parameters:
            entry = scenario.parameters.get(name)
            found += _citations(getattr(entry, "source", None), scenario)
        for name in record.switches:
            found += _citations(scenario.switches[name].source, scenario)
    return listed(list(dict.fromkeys(found)))


def _citations(source: Any, scenario: Any) -> list[str]:
    if source is None:
        return []
    if isinstance(source, str):
        return [cited(source, scenario)]
    return [
        f"{cited(key, scenario)} ({where_words(scenario, key, where)})"
        for key, where in source.items()
    ]


def _content(findings: Findings) -> Content:
    switched = max((effect.draws for effect in findings.mechanism_effects), default=0)
    _, tried = facts.counts(findings)
    told = [
        (one, [(effect, effect_sentences(effect)) for effect in one.effects])
        for one in mechanisms_of(findings)
    ]
    return {"mechanisms": told, "switched": switched, "tried": tried}


SECTION = Section("The mechanisms of the account", 150, _content, folded=True)

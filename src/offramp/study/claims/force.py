"""What an act of force that a claim commits does, beside the same without it.

A claim about such an act is told together with this: what the act does to the probability of war
and of catastrophe, and to what every party expects, at nominal values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from offramp.scenario import Query, parse_query
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.scenario import Claim, Intervention, Meaning
    from offramp.study.quantities.evaluation import QueryValues

Interventions = tuple["Intervention", ...]
DANGERS = ("war", "catastrophe")


@dataclass(frozen=True)
class ForceHarm:
    """An act of force committed, against the same game in which it is decided as everything else.

    Values are nan where a game was not solved, and a danger is left out where no end is one.
    """

    act: str
    """'North: strikes', by the labels of party and move."""
    danger: Mapping[str, tuple[float, float]]
    """'war' and 'catastrophe' to the probability without and with the act."""
    gains: Mapping[str, float]
    """Party, by its label, to what the act adds to its expected payoff."""

    def plain(self) -> dict[str, object]:
        """As numbers and strings."""
        told = {kind: list(pair) for kind, pair in self.danger.items()}
        return {"act": self.act, **told, "payoff": dict(self.gains)}


def commits_force(meaning: Meaning, one: Intervention) -> bool:
    """Whether an intervention makes somebody take a move marked ``force``."""
    if one.step is None or one.move is None or one.kind == "bar":
        return False
    step = meaning.scenario.round[one.step]
    return step.moves[meaning.steps[one.step].moves[one.move].name].force


def force_of(
    meaning: Meaning, claims: Sequence[Claim], values: Callable[[Sequence[Query]], QueryValues]
) -> dict[str, tuple[ForceHarm, ...]]:
    """Claim to what each set of its commitments with an act of force does; none for the others.

    ``values`` gives quantities at nominal values; it is asked once, for all of them.
    """
    sets = {claim.name: _sets(meaning, claim) for claim in claims}
    every = dict.fromkeys(one for own in sets.values() for one in own)
    if not every:
        return dict.fromkeys(sets, ())
    asked = {
        one: (_quantities(meaning, _less(meaning, one)), _quantities(meaning, one)) for one in every
    }
    here = values([query for pair in asked.values() for own in pair for query in own.values()])
    harm = {one: _harm(meaning, one, *pair, here) for one, pair in asked.items()}
    return {name: tuple(harm[one] for one in own) for name, own in sets.items()}


def _sets(meaning: Meaning, claim: Claim) -> tuple[Interventions, ...]:
    """The sets of interventions of a claim that hold an act of force, each once."""
    found = dict.fromkeys(query.interventions for query in claim.quantities.values())
    return tuple(own for own in found if any(commits_force(meaning, one) for one in own))


def _less(meaning: Meaning, own: Interventions) -> Interventions:
    return tuple(one for one in own if not commits_force(meaning, one))


def _quantities(meaning: Meaning, own: Interventions) -> dict[str, Query]:
    """War, catastrophe (where there is such an end) and every payoff, under interventions."""
    kinds = {outcome.kind for outcome in meaning.outcomes}
    words = {kind: f"P(kind {kind})" for kind in DANGERS if kind in kinds}
    words |= {party: f"E(payoff[{party}])" for party in meaning.parties}
    return {
        name: replace(parse_query(text, meaning), interventions=own) for name, text in words.items()
    }


def _harm(
    meaning: Meaning,
    own: Interventions,
    without: Mapping[str, Query],
    done: Mapping[str, Query],
    here: QueryValues,
) -> ForceHarm:
    pairs = {
        name: (float(here.of(query)[0]), float(here.of(done[name])[0]))
        for name, query in without.items()
    }
    parties = meaning.scenario.parties
    return ForceHarm(
        " and ".join(
            dict.fromkeys(_act(meaning, one) for one in own if commits_force(meaning, one))
        ),
        {kind: pairs[kind] for kind in DANGERS if kind in pairs},
        {
            parties[name].label or spoken(name): pairs[name][1] - pairs[name][0]
            for name in meaning.parties
        },
    )


def _act(meaning: Meaning, one: Intervention) -> str:
    assert one.step is not None
    assert one.move is not None
    step, read = meaning.scenario.round[one.step], meaning.steps[one.step]
    name = read.moves[one.move].name
    who = "Chance" if read.mover < 0 else meaning.parties[read.mover]
    label = who if read.mover < 0 else meaning.scenario.parties[who].label or spoken(who)
    when = ", once" if one.once else ""
    return f"{label}: {step.moves[name].label or spoken(name)}{when}"

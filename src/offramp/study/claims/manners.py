"""A claim asked the other way: its committed moves as a surprise where they are foreseen.

A do is foreseen by all; nobody foresees a surprise, and play before it is that without it. Which
of the two a speaker means is seldom said, so that a verdict has the other one beside it.
"""

from __future__ import annotations

from dataclasses import replace

from offramp.scenario import Claim, Intervention, Query

FORESEEN, SURPRISE = "foreseen", "as a surprise"


def other_way(claim: Claim) -> tuple[str, Claim] | None:
    """How its moves come in the other claim, and that claim; None where it commits none.

    What is foreseen comes as a surprise, the first time that the move is on offer; a surprise
    is foreseen. Where moves come in both manners, or go on unanswered, there is no other way.
    """
    if claim.manner not in (FORESEEN, SURPRISE):
        return None
    manner = SURPRISE if claim.manner == FORESEEN else FORESEEN
    queries = {name: _turned(query, manner) for name, query in claim.quantities.items()}
    return manner, replace(claim, quantities=queries)


def _turned(query: Query, manner: str) -> Query:
    turned = tuple(_other(one, manner) for one in query.interventions)
    if turned == query.interventions:
        return query
    return replace(query, text=f"{query.text}, {manner}", interventions=turned)


def _other(one: Intervention, manner: str) -> Intervention:
    if one.kind == "do" and manner == SURPRISE:
        return replace(one, kind="deviate", once=True)
    if one.kind == "deviate" and manner == FORESEEN:
        return replace(one, kind="do")
    return one

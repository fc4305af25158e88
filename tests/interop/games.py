"""Games as other programs write them, and games at random."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import strategies as st

from offramp.apps.cli import main
from offramp.core.errors import OfframpError
from offramp.interop.trees import CHANCE, NONE, ExtensiveGame, InformationSet, Node, Outcome

POKER = """EFG 2 R "One card" { "Fred" "Alice" }
"A comment over
two lines, with \\"quotes\\"."

c "" 1 "" { "Red" 1/2 "Black" 1/2 } 0
p "" 1 1 "" { "Raise" "Fold" } 0
p "" 2 1 "" { "Meet" "Pass" } 0
t "" 1 "Win Big" { 2, -2 }
t "" 2 "Win" { 1, -1 }
t "" 2 "Win" { 1, -1 }
p "" 1 2 "" { "Raise" "Fold" } 0
p "" 2 1 "" { "Meet" "Pass" } 0
t "" 3 "Lose Big" { -2, 2 }
t "" 2 "Win" { 1, -1 }
t "" 4 "Lose" { -1, 1 }
"""
"""A card game of one card; its logit play was worked out by another program, see below."""

POKER_PLAY = {
    0.5: (0.5757446297787995, 0.5209911676746356, 0.6106572982425319),
    2.0: (0.8029593888547454, 0.446534476373703, 0.7024471417141824),
}
"""Precision to the probability of the first action at each information set (pygambit 17.0.0b2)."""

OLD_POKER = """EFG 2 D "One card" { "Fred" "Alice" }
c "deal" 7 "(0,1)" { "Red" 0.500000 "Black" 0.500000 } 0
p "" 1 9 "(1,1)" { "Raise" "Fold" } 0
p "" 2 5 "(2,1)" { "Meet" "Pass" } 0
t "" 1 "Win Big" { 2.000000 -2.000000 }
t "" 2 "Win" { 1 -1 }
t "" 2
p "" 1 3 "(1,2)" { "Raise" "Fold" } 0
p "" 2 5 0
t "" 3 "Lose Big" { -2 2 }
t "" 2 "Win"
t "" 4 "Lose" { -1e0 1.0 }
"""
"""The same in the dialect of old files: no comment, no commas, sets and outcomes by number."""

FORGETFUL = """EFG 2 R "A driver" { "Driver" }
""

p "" 1 1 "motorway" { "stay" "leave" } 0
p "" 1 1 "motorway" { "stay" "leave" } 0
t "" 1 "far" { 1 }
t "" 2 "home" { 4 }
t "" 3 "nowhere" { 0 }
"""


def complaint(read: Callable[[], object]) -> OfframpError | None:
    """The error with which reading ends, if it does."""
    try:
        read()
    except OfframpError as error:
        return error
    return None


def run(*words: object) -> None:
    """Run the command line, which has to end well."""
    with pytest.raises(SystemExit) as ended:
        main([*map(str, words)])
    assert not ended.value.code


TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Direction characters, which have to be closed on their line."""
labels = st.text(
    st.characters(codec="utf-8", exclude_characters="\r" + TURNING), max_size=6
).filter(lambda text: not text.endswith("\\"))
numbers = st.one_of(
    st.integers(-1000, 1000).map(Fraction),
    st.fractions(max_denominator=10**9),
    st.floats(-1e9, 1e9).map(lambda x: Fraction(repr(x))),
)


@st.composite
def trees(draw: st.DrawFn) -> ExtensiveGame:
    """A tree of up to some 40 nodes, with information sets that anybody may have forgotten in."""
    players = draw(st.lists(labels, min_size=1, max_size=3))
    outcomes = tuple(
        Outcome(number + 1, draw(labels), tuple(draw(numbers) for _ in players))
        for number in range(draw(st.integers(0, 4)))
    )
    infosets: list[InformationSet] = []
    nodes: list[Node] = []
    missing = 1
    while missing:
        missing -= 1
        outcome = draw(st.integers(NONE, len(outcomes) - 1))
        if len(nodes) > 25 or draw(st.booleans()):
            nodes.append(Node(draw(labels), NONE, outcome))
            continue
        chosen = draw(st.integers(0, len(infosets)))
        if chosen == len(infosets):
            infosets.append(_infoset(draw, len(players), infosets))
        nodes.append(Node(draw(labels), chosen, outcome))
        missing += len(infosets[chosen].actions)
    order = sorted(range(len(infosets)), key=lambda i: infosets[i].player)
    place = {old: new for new, old in enumerate(order)}
    used = sorted({node.outcome for node in nodes} - {NONE}, key=[n.outcome for n in nodes].index)
    kept = {old: new for new, old in enumerate(used)}
    return ExtensiveGame(
        title=draw(labels),
        players=tuple(players),
        infosets=tuple(infosets[i] for i in order),
        outcomes=tuple(outcomes[i] for i in used),
        nodes=tuple(
            Node(n.label, place.get(n.infoset, NONE), kept.get(n.outcome, NONE)) for n in nodes
        ),
        comment=draw(labels),
    )


def _infoset(draw: st.DrawFn, players: int, known: list[InformationSet]) -> InformationSet:
    player = draw(st.integers(CHANCE, players - 1))
    actions = tuple(draw(st.lists(labels, min_size=1, max_size=3)))
    odds: tuple[Fraction, ...] = ()
    if player == CHANCE:
        weights = [draw(st.integers(0, 9)) for _ in actions]
        weights[0] += 1
        odds = tuple(Fraction(weight, sum(weights)) for weight in weights)
    number = 1 + max((one.number for one in known if one.player == player), default=0)
    return InformationSet(player, number, draw(labels), actions, odds)

"""Mechanisms do what their papers say in the simplest case, and not where the condition fails.

Every crisis here is small enough that the exact result is worked out by hand beside it. Choices
are sharp (precision 300), so that play is close to exact best replies.
"""

from __future__ import annotations

import pytest

from tests.library.conditions import offers, values

SHIFT = """
title: Power that shifts after the first of two rounds
parties: {rising: {precision: 300}, declining: {precision: 300}}
state: {given: {range: [0, 10], start: 0, scope: round}}
round:
  - {name: offer, by: rising, moves: {$offers}}
  - name: reply
    by: declining
    moves:
      accept: {pay: {rising: 1 - given / 10, declining: given / 10}}
      fight: {end: war, force: true}
  - {use: power_shift, as: power, with: {before: 0.3, jump: $jump, pace: 1, held_up: $held}}
outcomes:
  peace: {kind: agreement}
  war:
    kind: war
    pay:
      rising: power_strength * (3 - round_number) - 0.13
      declining: (1 - power_strength) * (3 - round_number) - 0.13
rounds: 2
at_end: peace
"""


@pytest.mark.parametrize(
    ("jump", "held", "war"),
    [(0.4, 0, 1), (0.2, 0, 0), (0, 0, 0), (0.4, 1, 0)],
    ids=["large and fast", "small", "none", "held up by a promise"],
)
def test_a_shift_brings_war_where_today_cannot_make_up_for_it(
    jump: float, held: float, war: float
) -> None:
    """Powell 2006: the declining side fights iff 2(1 - p) - c > 1 + (1 - p') - c, or p' > 2p."""
    found = values(SHIFT, "P(war by 1)", "P(war)", jump=jump, held=held, offers=offers(10))
    assert found == pytest.approx([war, war], abs=0.01)


KEPT = """
title: An agreement in force
parties: {north: $sharp, south: $sharp}
state: {signed: {range: [0, 1], start: 1}}
round:
  - use: terms_to_keep
    as: terms
    with:
      first: north
      second: south
      signed: signed
      broken: war
      temptation: $temptation
      guarded: $guarded
  - {name: fruits, by: nature, moves: {grow: {odds: rest, pay: {north: 0.1, south: 0.1}}}}
outcomes: {war: {kind: war}}
rounds: unlimited
"""


@pytest.mark.parametrize(
    ("temptation", "guarded", "broken"),
    [(0.9, 0, 0), (1.1, 0, 1), (1.1, 0.2, 0)],
    ids=["keeping is worth more", "breaking is worth more", "guaranteed"],
)
def test_terms_last_where_keeping_them_is_worth_more(
    temptation: float, guarded: float, broken: float
) -> None:
    """Walter 2002: 0.1 a round for ever is worth 1 at patience 0.9."""
    asked = "P(war by 10 | bar(south.terms_answer = break))"
    found = values(KEPT, asked, temptation=temptation, guarded=guarded)
    assert found == pytest.approx([broken], abs=0.01)


def test_fear_of_the_other_breaks_terms_that_both_would_keep() -> None:
    """Keeping and breaking are both equilibria where 0.9 is at stake; breaking is found."""
    both, guarded = (values(KEPT, "P(war by 10)", temptation=0.9, guarded=g)[0] for g in (0, 0.9))
    assert both > 0.99
    assert guarded < 0.01


MONITORS = """
title: Incidents under a truce
parties: {north: $sharp, south: $sharp}
state: {truce: {range: [0, 1], start: 1}}
round:
  - name: conduct
    by: north
    moves: {keep: {}, attack: {pay: {north: $gain}, then: {truce: 0}, force: true}}
  - use: incidents_and_monitors
    as: line
    with: {in_force: truce, incidents: 0.2, cleared: 0.75, sent: $sent}
  - name: calm
    by: nature
    moves: {on: {odds: rest, pay: {north: 0.1 * truce, south: 0.1 * truce}}}
outcomes: {never: {kind: stalemate}}
rounds: 4
at_end: never
"""


def test_monitors_help_against_incidents_and_not_against_intent() -> None:
    """Fortna 2004: they clear up accidents; a side that means to fight on, they cannot stop."""
    text = "P(ever truce == 0 by 4)"
    alone, watched = (values(MONITORS, text, gain=-1, sent=n)[0] for n in (0, 1))
    assert alone == pytest.approx(1 - 0.8**4, abs=1e-6)
    assert watched == pytest.approx(1 - 0.95**4, abs=1e-6)
    assert [values(MONITORS, text, gain=1, sent=n)[0] for n in (0, 1)] == pytest.approx([1, 1])


RIPE = """
title: A stalemate with a way out
parties: {north: $sharp, south: $sharp}
state: {offered: {range: [0, 1], start: 0, scope: round}}
round:
  - {name: propose, by: north, moves: {wait: {}, propose: {then: {offered: 1}}}}
  - name: reply
    by: south
    moves: {wait: {}, accept: {when: offered == 1 and $way_out, end: settlement}}
  - use: hurting_stalemate
    as: stalemate
    with: {first: north, second: south, deepens: 1, first_hurt: $north, second_hurt: $south}
outcomes: {settlement: {kind: agreement, pay: {north: -0.5, south: -0.5}}}
rounds: unlimited
"""


@pytest.mark.parametrize(
    ("north", "south", "way_out", "settled"),
    [(0.1, 0.1, 1, 1), (0, 0, 1, 0), (0.1, 0, 1, 0), (0, 0.1, 1, 0), (0.1, 0.1, 0, 0)],
    ids=["hurts both", "hurts nobody", "hurts north", "hurts south", "no way out"],
)
def test_a_stalemate_is_ripe_where_it_hurts_both_and_there_is_a_way_out(
    north: float, south: float, way_out: int, settled: float
) -> None:
    """Zartman: 0.1 a round for ever is worse than a settlement at -0.5; nothing is not."""
    found = values(RIPE, "P(settlement by 6)", north=north, south=south, way_out=way_out)
    assert found == pytest.approx([settled], abs=0.01)


TEACHING = """
title: Hopes and battles
parties: {north: {precision: 600}, south: {precision: 600}}
round:
  - {name: settle, by: north, moves: {fight_on: {}, settle: {end: settlement}}}
  - use: fighting_teaches
    as: war
    with: {telling: $telling, first_hope: 0.9, second_hope: 0.5, truth: 0.5, span: 3}
outcomes:
  settlement: {kind: agreement, pay: {north: 0.5, south: 0.5}}
  fought_out:
    kind: war
    pay: {north: war_first_expects - 0.02, south: 0.98 - war_second_expects}
rounds: 3
at_end: fought_out
"""


def test_battles_that_tell_bring_a_settlement_and_others_do_not() -> None:
    """Filson and Werner 2002: north expects 0.82 and fights; two lost battles make it 0.18."""
    by_two, settled = values(TEACHING, "P(settlement by 2)", "P(settlement)", telling=0.9)
    assert (by_two, settled) == pytest.approx((0, 0.25), abs=0.01), "a quarter lose twice"
    assert values(TEACHING, "P(settlement)", telling=0.55)[0] < 0.01, "they teach too little"
    assert values(TEACHING, "P(settlement)", telling=0.5)[0] > 0.99, "nobody's hopes count"


def test_views_follow_bayes_rule_in_every_sequence_of_battles() -> None:
    """The mean of the view after three battles, by going through all eight by hand."""
    text = """
title: Views
parties: {north: {precision: 1}, south: {precision: 1}}
round:
  - {name: look, by: north, moves: {on: {}}}
  - use: fighting_teaches
    as: war
    with: {telling: 0.8, first_hope: 0.6, second_hope: 0.3, truth: 0.75, span: 3}
outcomes: {over: {kind: war, pay: {north: war_first_view, south: war_second_view}}}
rounds: 3
at_end: over
"""
    won = 0.8 * 0.75 + 0.2 * 0.25
    mean = {0.6: 0.0, 0.3: 0.0}
    for wins in range(4):
        ways = (1, 3, 3, 1)[wins] * won**wins * (1 - won) ** (3 - wins)
        strong, weak = 0.8**wins * 0.2 ** (3 - wins), 0.2**wins * 0.8 ** (3 - wins)
        for hope in mean:
            mean[hope] += ways * hope * strong / (hope * strong + (1 - hope) * weak)
    found = values(text, "E(payoff[north])", "E(payoff[south])")
    assert found == pytest.approx([mean[0.6], mean[0.3]], abs=1e-9)


RATIFIED = """
title: Terms that need consent at home
parties: {abroad: {precision: 300}, home: {precision: 300}, parliament: {precision: 300}}
state: {given: {range: [0, 10], start: 0}, agreed: {range: [0, 1], start: 0}}
round:
  - {name: offer, by: abroad, moves: {$offers}}
  - {name: reply, by: home, moves: {decline: {}, agree: {then: {agreed: 1}}}}
  - use: domestic_ratification
    as: ratification
    with: {ratifier: parliament, negotiator: home, agreed: agreed, consent: $consent}
  - name: seal
    by: nature
    moves:
      sealed: {when: agreed == 1, odds: rest, end: terms}
      none: {when: agreed == 0, odds: rest}
outcomes:
  terms:
    kind: agreement
    pay: {abroad: 1 - given / 10, home: given / 10, parliament: given / 10 - $need}
  none: {kind: stalemate, pay: {abroad: 0.25, home: 0.02}}
rounds: 1
at_end: none
"""


@pytest.mark.parametrize(
    ("consent", "need", "settled", "given"),
    [("not_asked", 0.45, 1, 0.1), ("asked", 0.45, 1, 0.5), ("asked", 0.85, 0, None)],
    ids=["nobody is asked", "tied hands", "hands tied too much"],
)
def test_tied_hands_bring_more_or_nothing(
    consent: str, need: float, settled: float, given: float | None
) -> None:
    """Putnam 1988 after Schelling 1960: abroad gives what parliament needs, up to 0.75."""
    given_to = {"consent": consent, "need": need, "offers": offers(10)}
    share, home = values(RATIFIED, "P(terms)", "E(payoff[home])", **given_to)
    assert share == pytest.approx(settled, abs=0.01)
    if given is not None:
        assert home == pytest.approx(given, abs=0.01)

"""The mechanisms of the talks: at work where the condition of their papers holds, idle elsewhere.

Each crisis is the smallest in which the effect has a threshold that can be worked out by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from offramp.scenario.shelf import library_files
from tests.library.conditions import values

ABSENT = """
title: Somebody who is not at the table
parties: {north: $sharp, away: $sharp}
state: {table: {levels: [nothing, deal], start: deal}}
round:
  - {use: absent_parties, as: away, with: {absent: away, table: table, share: $share, cover: 0}}
  - {name: sign, by: north, moves: {sign: {end: deal}, leave: {end: none}}}
outcomes:
  deal:
    kind: agreement
    pay: {north: 0.5 * (1 - away_share * (away_backing != endorsed)), away: $own}
  none: {kind: stalemate, pay: {north: 0.4}}
rounds: 1
at_end: none
"""


@pytest.mark.parametrize(
    ("share", "own", "signed"), [(0.3, -0.1, 0), (0.1, -0.1, 1), (0.3, 0.1, 1)]
)
def test_an_absent_party_prevents_what_it_dislikes_if_its_word_is_worth_enough(
    share: float, own: float, signed: float
) -> None:
    """Signing is worth 0.5 with endorsement, and not signing 0.4: a share above 0.2 decides."""
    assert values(ABSENT, "P(deal)", share=share, own=own) == pytest.approx([signed], abs=0.01)


WEAK = """
title: An offer that is read
parties: {mediator: {precision: 3000, patience: 0.9}}
state: {table: {levels: [nothing, offer], start: $table}}
round:
  - use: concession_weakness
    as: maker
    with:
      table: table
      offer: offer
      shown: $shown
      reading: 0.4
      contempt: $contempt
      recovery: 0.5
  - name: take
    by: mediator
    moves: {up: {end: taken}, wait: {}}
outcomes:
  taken: {kind: agreement, pay: {mediator: 0.1 - maker_contempt * (maker_standing == lowered)}}
rounds: unlimited
"""


@pytest.mark.parametrize(
    ("contempt", "table", "shown", "first", "second"),
    [
        (0.2, "offer", 0, 0.6, 0.6),
        (0.2, "offer", 1, 0.6, 0.8),
        (0.05, "offer", 0, 1, 1),
        (0.2, "nothing", 0, 1, 1),
    ],
    ids=["read", "and restored", "too little contempt", "no offer"],
)
def test_an_offer_read_as_weakness_is_not_taken_up_before_strength_is_shown(
    contempt: float, table: str, shown: int, first: float, second: float
) -> None:
    """Kreps and Wilson 1982 in one step: read with 0.4; taking it up is worth 0.1 at most."""
    asked = "P(taken by 1)", "P(taken by 2)"
    found = values(WEAK, *asked, contempt=contempt, table=table, shown=shown)
    assert found == pytest.approx([first, second], abs=0.01)


put_off = pytest.mark.parametrize(
    ("price", "ease", "later", "settled"),
    [(0.1, 0.7, 0.35, 0), (0.1, 0.3, 0.35, 1), (0.1, 0.7, 0.25, 1), (0.02, 0, 0.35, 0)],
    ids=["eased", "not enough", "time is against it", "no need of it"],
)
"""Where it pays to put an answer off, worth later - price (1 - ease), and where not: 0.3."""
DEMANDS = """
title: An answer that is none
parties: {south: {precision: 300}}
state: {table: {levels: [nothing, offer, own], start: offer}, support: {range: [0, 1], start: 1}}
round:
  - use: counter_demands
    as: south
    with:
      responder: south
      table: table
      offer: offer
      counter: own
      settlement: settled
      support: support
      price: $price
      ease: $ease
outcomes:
  settled: {kind: agreement, pay: {south: 0.3}}
  later: {kind: stalemate, pay: {south: $later}}
rounds: 1
at_end: later
"""


@put_off
def test_putting_off_pays_where_time_is_on_one_s_side_and_pressure_is_escaped(
    price: float, ease: float, later: float, settled: float
) -> None:
    """Beardsley 2011; Rubinstein 1982: putting off is worth later - price (1 - ease), not 0.3."""
    found = values(DEMANDS, "P(settled)", price=price, ease=ease, later=later)
    assert found == pytest.approx([settled], abs=0.01)


HELD = """
title: An answer that is held over
parties: {south: {precision: 300}}
state:
  table: {levels: [nothing, offer, own], start: offer}
  signed: {levels: [nothing, offer, own], start: nothing}
  support: {range: [0, 1], start: 1}
  behind: {range: [0, 1], start: 0}
  held: {range: [0, 1], start: 0}
  rung: {range: [0, 1], start: 1}
  trace: {levels: [settled_up, open], start: open}
  standing_by: {levels: [absent, there], start: there}
round:
  - use: delayed_answers
    as: south
    with:
      {responder: south, table: table, offer: offer, counter: own, signed: signed, held: held,
       support: support, endorsed: there, behind: behind, rung: rung, mark: trace,
       answered: settled_up, price: $price, ease: $ease}
  - name: keeping
    by: nature
    moves:
      signed: {when: signed != nothing, odds: rest, end: settled}
      not_signed: {when: signed == nothing, odds: rest}
outcomes:
  settled: {kind: agreement, by: signed, pay: {south: 0.3 * behind + rung}}
  later: {kind: stalemate, pay: {south: $later}}
rounds: 1
at_end: later
"""


@put_off
def test_holding_over_pays_as_putting_off_does_and_signing_brings_the_ladder_down(
    price: float, ease: float, later: float, settled: float
) -> None:
    """The same threshold; what is signed is the offer, with support behind it, at rung 0."""
    asked = "P(settled and signed == offer)", "P(ever table == offer and held == 1)"
    found = values(HELD, *asked, price=price, ease=ease, later=later)
    assert found[0] == pytest.approx(settled, abs=0.01)
    assert found[1] <= 1 - settled + 0.01


LIMIT = """
title: A limit that was announced
parties: {south: {precision: 300}}
round:
  - {use: announced_limit, as: limit, with: {cost: $cost}}
  - name: answer
    by: south
    moves: {sign: {pay: {south: -limit_cost}, end: settled}, decline: {}}
outcomes:
  settled: {kind: agreement, pay: {south: 0.3}}
  later: {kind: stalemate, pay: {south: 0.1}}
rounds: 1
at_end: later
"""


@pytest.mark.parametrize(("cost", "settled"), [(0, 1), (0.15, 1), (0.25, 0), (0.6, 0)])
def test_below_the_limit_is_signed_where_words_cost_less_than_it_brings(
    cost: float, settled: float
) -> None:
    """Fearon 1994: 0.3 less the cost, or 0.1 later."""
    assert values(LIMIT, "P(settled)", cost=cost) == pytest.approx([settled], abs=0.01)


LADDER = """
title: A step that may not be heard
parties: {climber: $sharp}
state: {stock: {range: [0, 1], start: 0}}
round:
  - {name: before, by: nature, moves: {so: {odds: rest, then: {ladder_mark: $mark}}}}
  - use: escalation_ladder
    as: ladder
    with: {climber: climber, believed: stock, war: war, catastrophe: disaster, discount: $discount}
  - name: reply
    by: nature
    moves:
      yields: {when: ladder_rung > 0, odds: rest, end: yielded}
      stays: {when: ladder_rung == 0, odds: rest}
outcomes:
  yielded: {kind: capitulation, pay: {climber: 0.5}}
  war: {kind: war, pay: {climber: -1}}
  disaster: {kind: catastrophe, pay: {climber: -1}}
  nothing: {kind: stalemate}
rounds: 1
at_end: nothing
"""


@pytest.mark.parametrize(
    ("discount", "mark", "war"),
    [(0.6, "missed", 0.15), (0.2, "missed", 0.045), (0.6, "answered", 0.045)],
    ids=["unheard", "mostly heard", "nothing was missed"],
)
def test_a_rung_is_skipped_where_the_small_step_goes_unheard(
    discount: float, mark: str, war: float
) -> None:
    """Powell 1990: by hand the leap is better from a discount of 0.32 to 0.33 on."""
    found = values(LADDER, "P(war)", discount=discount, mark=mark)
    assert found == pytest.approx([war], abs=0.002)


STRIKE = """
title: Who acts first
parties: {west: {precision: 3000}, east: {precision: 3000}}
state:
  climbed: {range: [0, 1], start: 0}
  trace: {levels: [settled, open], start: settled}
  stock: {range: [0, 1], start: 0}
  said: {range: [0, 1], start: 0}
round:
  - {name: act, by: west, moves: {wait: {}, act: {then: {climbed: 1}, pay: {west: -0.1}}}}
  - {name: luck, by: nature, moves: {fair: {odds: rest}}}
  - use: $kind
    as: first
    with:
      striker: east
      struck: west
      $unseen
      rung: climbed
      mark: trace
      answered: settled
      open: open
      believed: stock
      made: said
      deterrent: $deterrent
      advantage: $advantage
      gain: 0.4
      harm: 0.8
outcomes: {over: {kind: stalemate}}
rounds: 1
at_end: over
"""
STRUCK = "P(ever trace == open)"
ACTED = "P(ever climbed == 1)"


@pytest.mark.parametrize(
    ("advantage", "deterrent", "acted", "struck"),
    [(0.6, 0.2, 1, 0), (0.1, 0.2, 0, 1), (0.6, 0.5, 0, 0)],
    ids=["disarmed", "too small an advantage", "deterred anyway"],
)
def test_acting_first_disarms_where_the_advantage_exceeds_what_a_strike_costs(
    advantage: float, deterrent: float, acted: float, struck: float
) -> None:
    """Fearon 1995: a strike is worth 0.4 (1 - advantage) - deterrent once the other has acted."""
    given = {"kind": "first_strike", "unseen": "", "advantage": advantage, "deterrent": deterrent}
    found = values(STRIKE, ACTED, "E(payoff[east])", **given)
    worth = struck * (0.4 * (1 - advantage * acted) - deterrent)
    assert found == pytest.approx([acted, worth], abs=0.01)


@pytest.mark.parametrize(
    ("advantage", "acted", "struck"),
    [(0.6, 5 / 6, 5 / 24), (0.4, 1, 1)],
    ids=["mixed", "too small"],
)
def test_unseen_neither_side_can_be_sure_of_the_other(
    advantage: float, acted: float, struck: float
) -> None:
    """Chassang and Padró i Miquel 2010 without types: each makes the other indifferent.

    The striker is, where 0.4 (1 - advantage p) = 0.2; the other, where 0.8 advantage q = 0.1.
    """
    given = {"kind": "simultaneous_strike", "unseen": "rival: act\n      chance: luck"}
    found = values(STRIKE, ACTED, "E(payoff[west])", advantage=advantage, deterrent=0.2, **given)
    loss = -0.1 * acted - 0.8 * struck * (1 - advantage * acted)
    assert found == pytest.approx([acted, loss], abs=0.02)


OFFICE = """
title: A leader in a war
parties: {realm: $sharp}
round:
  - {use: leader_survival, as: throne, with: {led: realm, office: $office}}
  - name: choose
    by: realm
    moves: {go_on: {pay: {realm: -0.01}, force: true}, settle: {end: settlement}}
outcomes: {settlement: {kind: agreement, pay: {realm: $offer}}}
rounds: unlimited
"""


@pytest.mark.parametrize(
    ("office", "offer", "settled"), [(0.04, 0.1, 0), (0.01, 0.1, 1), (0.04, 0.4, 1)]
)
def test_a_war_goes_on_where_office_is_worth_more_than_what_is_offered(
    office: float, offer: float, settled: float
) -> None:
    """Downs and Rocke 1994: going on for good is worth (0.9 office - 0.01) / 0.1."""
    found = values(OFFICE, "P(settlement by 1)", office=office, offer=offer)
    assert found == pytest.approx([settled], abs=0.05)


ATTENTION = """
title: A window that closes
parties: {north: $sharp}
state: {table: {levels: [nothing, deal], start: deal}, ready: {range: [0, 1], start: $ready}}
round:
  - name: sign
    by: north
    moves: {sign: {when: table == deal and ready == 1, end: deal}, wait: {}}
  - use: mediator_attention
    as: mediator
    with: {table: table, span: $span, decay: 0.45, regain: 0}
  - {name: prepare, by: nature, moves: {done: {odds: rest, then: {ready: 1}}}}
outcomes: {deal: {kind: agreement, pay: {north: 1}}, none: {kind: stalemate}}
rounds: 3
at_end: none
"""


@pytest.mark.parametrize(("ready", "span", "signed"), [(0, 1, 0.55), (1, 1, 1), (0, 2, 1)])
def test_attention_that_falls_costs_what_takes_time_and_nothing_else(
    ready: int, span: int, signed: float
) -> None:
    """Beardsley 2008; with nothing to wait for it takes no agreement away (Rubinstein 1982)."""
    assert values(ATTENTION, "P(deal)", ready=ready, span=span) == pytest.approx([signed], abs=0.01)


PROMOTED = """
title: A mediator with leverage
parties: {mediator: $sharp, south: $sharp}
state:
  table: {levels: [nothing, offer, draft, truce], start: offer}
  care: {range: [0, 1], start: $care}
round:
  - use: mediator_promotion
    as: mediator
    with:
      mediator: mediator
      table: table
      offer: offer
      draft: draft
      truce: truce
      attention: care
      pressure: $pressure
      effort: 0.02
  - name: answer
    by: south
    moves:
      accept: {when: table == offer, end: deal}
      refuse: {pay: {south: -mediator_pressure * mediator_promoted}}
outcomes: {deal: {kind: agreement, pay: {south: -0.1, mediator: $own}}, none: {kind: stalemate}}
rounds: 1
at_end: none
"""


@pytest.mark.parametrize(
    ("pressure", "own", "care", "accepted"),
    [(0.2, 0.3, 1, 1), (0.05, 0.3, 1, 0), (0.2, 0, 1, 0), (0.2, 0.3, 0, 0)],
    ids=["leverage", "too little", "not worth the effort", "no attention"],
)
def test_promotion_brings_agreement_where_refusing_costs_more_than_the_offer(
    pressure: float, own: float, care: int, accepted: float
) -> None:
    """The offer costs the party addressed 0.1, promoting it costs the mediator 0.02."""
    found = values(PROMOTED, "P(deal)", pressure=pressure, own=own, care=care)
    assert found == pytest.approx([accepted], abs=0.01)


NORMS = """
title: Norms
parties: {strongest: $sharp, other: $sharp}
round:
  - use: norm_erosion
    as: norms
    with: {strongest: strongest, weight: 0.08, contagion: $contagion, gain: $gain}
  - name: force
    by: other
    moves:
      refrain: {}
      strike:
        pay: {other: $prize - norms_weight * (1 - norms_contagion * norms_ignored)}
        end: war
outcomes: {war: {kind: war}, none: {kind: stalemate}}
rounds: 1
at_end: none
"""


@pytest.mark.parametrize(
    ("contagion", "gain", "prize", "war"),
    [(0.75, 0.04, 0.05, 1), (0.75, -0.04, 0.05, 0), (0.25, 0.04, 0.04, 0), (0, 0.04, 0.05, 0)],
    ids=["breaks down", "kept", "below the threshold", "off"],
)
def test_restraint_breaks_down_at_a_threshold_and_not_by_degrees(
    contagion: float, gain: float, prize: float, war: float
) -> None:
    """After Green and Porter 1984: force pays from a prize of 0.08 (1 - contagion) on."""
    found = values(NORMS, "P(war)", contagion=contagion, gain=gain, prize=prize)
    assert found == pytest.approx([war], abs=0.01)


THREAT = """
title: Threats that were defied
parties: {maker: $sharp, other: $sharp}
round:
  - {use: spent_threats, as: threat, with: {maker: maker, left: $left, fear: 0.12, spent: $spent}}
  - name: choose
    by: other
    moves:
      refrain: {}
      strike:
        pay:
          other: $prize - threat_fear * threat_made * (1 - threat_spent * (threat_believed == 0))
        end: war
outcomes: {war: {kind: war, pay: {maker: -1}}, none: {kind: stalemate}}
rounds: 1
at_end: none
"""


@pytest.mark.parametrize(
    ("left", "spent", "prize", "war"),
    [(0, 0.7, 0.08, 1), (1, 0.7, 0.08, 0), (0, 0.1, 0.08, 0), (1, 0.7, 0.15, 1)],
    ids=["used up", "believed", "short memory", "never enough"],
)
def test_a_threat_deters_only_while_it_is_believed(
    left: int, spent: float, prize: float, war: float
) -> None:
    """Sartori 2002: defying weighs 0.12 in full and 0.12 (1 - spent) once none is left."""
    found = values(THREAT, "P(war)", left=left, spent=spent, prize=prize)
    assert found == pytest.approx([war], abs=0.01)


ELSEWHERE = """
title: Good news from elsewhere
parties: {mediator: $sharp}
round:
  - {use: success_elsewhere, as: news, with: {often: 0.3, demand: $demand}}
  - {name: take, by: mediator, moves: {up: {end: taken}, wait: {end: none}}}
outcomes:
  taken: {kind: agreement, pay: {mediator: 0.1 - news_demand * news_fresh}}
  none: {kind: stalemate, pay: {mediator: -$cost}}
rounds: 1
at_end: none
"""


@pytest.mark.parametrize(("demand", "cost", "taken"), [(0.2, 0, 0.7), (0.05, 0, 1), (0.2, 0.15, 1)])
def test_success_elsewhere_stops_an_offer_where_it_outweighs_what_waiting_costs(
    demand: float, cost: float, taken: float
) -> None:
    """Fearon 1995 on optimism: with the news, taking the offer up is worth 0.1 - demand."""
    found = values(ELSEWHERE, "P(taken)", demand=demand, cost=cost)
    assert found == pytest.approx([taken], abs=0.01)


FORM = """
title: Talks that cover a shift
parties: {member: $sharp, rival: $sharp}
state: {table: {levels: [nothing, deal], start: deal}, care: {range: [0, 1], start: 1}}
round:
  - use: talks_for_form
    as: talks
    with: {member: member, table: table, attention: care, provocation: 0.2, staying: $staying}
  - name: answer
    by: rival
    moves: {wait: {}, act: {when: $can, end: war, force: true}}
outcomes:
  war: {kind: war, pay: {member: -0.5, rival: -0.1}}
  shifted: {kind: capitulation, pay: {member: 0.3, rival: -0.3}}
rounds: 2
at_end: shifted
"""


@pytest.mark.parametrize(
    ("can", "staying", "shifted"),
    [("care == 0", 0.01, 1), ("care >= 0", 0.01, 0)],
    ids=["talks restrain the rival", "the rival acts before the shift"],
)
def test_staying_for_form_pays_only_where_the_other_side_is_held_back_by_it(
    can: str, staying: float, shifted: float
) -> None:
    """Beardsley 2011; Powell 2006: a rival who can acts before what the talks cover has come."""
    asked = "P(shifted)", "P(ever care == 0)"
    found = values(FORM, *asked, can=can, staying=staying)
    assert found == pytest.approx([shifted, 0], abs=0.01)


def test_every_mechanism_of_the_library_is_tried() -> None:
    files = Path(__file__).parent.glob("test_*mechanism_conditions*.py")
    told = "\n".join(one.read_text("utf-8") for one in files)
    kinds = ("first_strike", "simultaneous_strike")
    assert all(f"use: {name}" in told for name in {*library_files("mechanisms")} - {*kinds})
    assert all(f'"kind": "{name}"' in told for name in kinds)

"""A small crisis that has everything which can be moved by hand."""

from __future__ import annotations

PARLEY = """
offramp: 1
title: A parley about a bridge
sources:
  letter: {title: A letter, speaker: A clerk, kind: letter, note: invented}
parties:
  north: {label: North, patience: 0.9, precision: 4}
  south: {label: South, patience: 0.9, precision: 6}
parameters:
  cost:
    each: {north: {value: 0.1, range: "uniform(0.05, 0.2)"}, south: 0.1}
    unit: worth per month
    note: invented
  share: {value: 0.5, range: "triangular(0.2, 0.5, 0.8)", unit: worth, source: {letter: line 4}}
  slide: {value: 0.1, range: "choice(0.05, 0.1, 0.3)", unit: per month}
  half: {value: "cost[north] / 2", unit: worth}
switches:
  guard:
    options: [absent, present]
    value: absent
    range: "choice(absent, present)"
    label: A guard on the bridge
state:
  offer: {levels: [none, made], start: none, label: The offer}
round:
  - name: speak
    by: north
    moves:
      offer: {when: offer == none, then: {offer: made}, label: makes an offer}
      wait: {pay: {north: -half}, label: waits}
  - name: answer
    by: south
    moves:
      accept: {when: offer == made, end: settlement, label: accepts}
      refuse: {label: refuses}
      storm: {when: guard == absent, end: war, force: true, label: storms the bridge}
  - name: month
    by: nature
    moves:
      clash: {odds: slide, end: war, label: a clash becomes a war}
      passes:
        odds: rest
        pay: {north: "-cost[north]", south: "-cost[south]"}
        label: the month passes
outcomes:
  settlement: {kind: agreement, label: Settlement, pay: {north: share, south: 1 - share}}
  war: {kind: war, label: War, pay: {north: -1, south: -0.6}}
rounds: unlimited
claims:
  C1: {says: A settlement is likelier than a war., holds_when: "P(settlement) > P(war)"}
accounts:
  hopeful: {label: The hopeful, parameters: {share: 0.6}}
  grim:
    label: The grim
    parameters: {slide: 0.3, "cost[north]": {value: 0.15, range: "uniform(0.1, 0.2)"}}
    switches: {guard: present}
levers:
  patrol:
    label: A common patrol
    parameter: slide
    towards: lower
    held_by: [north, south]
    effort: {cost: 1, per: 0.1}
    limit: 0.0
  better:
    label: A better offer
    parameter: share
    towards: lower
    held_by: north
    effort: {cost: 1, per: 0.1}
    limit: 0.2
"""
"""With accounts, a switch that changes the rules, a family, a choice and a formula."""

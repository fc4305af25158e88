"""A crisis of chance alone: agreement talk * hurry * 2.5 a month, war slide a month."""

from __future__ import annotations

CHANCE = """
offramp: 1
title: Chance
parties:
  north: {label: North, patience: 0.95, precision: 4}
  south: {label: South, patience: 0.9, precision: 6}
parameters:
  talk: {value: 0.2, range: "uniform(0.1, 0.4)", unit: per month}
  hurry: {value: 0.1}
  slide: {value: 0.2, range: "uniform(0.1, 0.3)", unit: per month}
round:
  - name: month
    by: nature
    moves:
      agree: {odds: talk * hurry * 2.5, end: settlement}
      drift: {odds: slide, end: war}
      on: {odds: rest}
outcomes:
  settlement: {kind: agreement, pay: {north: 1, south: 1}}
  war: {kind: war, pay: {north: -1, south: -1}}
rounds: unlimited
levers:
"""

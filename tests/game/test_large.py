"""A crisis of more than a million nodes is explored in seconds and in little memory."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LARGE = """\
offramp: 1
title: A large crisis
parties:
  north: {patience: 0.95, precision: 4}
  south: {patience: 0.90, precision: 6}
parameters: {slide: 0.02}
state:
  rung: {levels: [calm, tense, skirmish, strikes, raid, war], start: calm}
  north_stock: {range: [0, 11], start: 11}
  south_stock: {range: [0, 11], start: 11}
  trust: {range: [0, 9], start: 3}
  table: {levels: [empty, low, middle, high], start: empty}
  front: {range: [-4, 4], start: 0}
round:
  - name: propose
    by: north
    moves:
      hold: {}
      low: {then: {table: low}}
      middle: {then: {table: middle}}
      high: {then: {table: high}}
  - name: answer
    by: south
    moves:
      accept: {when: table != empty, end: settlement}
      refuse: {then: {trust: "max(trust - 1, 0)"}}
      soothe: {when: table == middle, then: {trust: "min(trust + 1, 9)", table: empty}}
  - name: act
    by: north
    moves:
      wait: {}
      climb:
        when: rung < war and north_stock > 0
        then: {rung: rung + 1, north_stock: north_stock - 1}
      step_down: {when: rung > calm, then: {rung: rung - 1}}
      push:
        when: rung > calm and north_stock > 0
        then: {front: "min(front + 1, 4)", north_stock: north_stock - 1}
  - name: reply
    by: south
    moves:
      wait: {}
      climb:
        when: rung < war and south_stock > 0
        then: {rung: rung + 1, south_stock: south_stock - 1}
      push:
        when: rung > calm and south_stock > 0
        then: {front: "max(front - 1, -4)", south_stock: south_stock - 1}
  - name: fortune
    by: nature
    moves:
      disaster: {when: rung == war, odds: slide, end: disaster}
      nothing: {odds: rest, pay: {north: -0.01 * rung, south: -0.01 * rung}}
outcomes:
  settlement:
    kind: agreement
    pay: {north: 0.3 + 0.05 * front + 0.02 * trust, south: 0.3 - 0.05 * front + 0.02 * trust}
    by: table
  disaster: {kind: war, pay: {north: -2 + 0.01 * north_stock, south: -2 + 0.01 * south_stock}}
rounds: unlimited
"""

MEASURED = """
import json, resource, sys, time
from offramp.game import build
from offramp.scenario import read
text = sys.stdin.read()
small = text.replace("[0, 11], start: 11", "[0, 1], start: 1")
build(read(small))  # compiles, where that has not been done before
wall, cpu = time.perf_counter(), time.process_time()
game = build(read(text))
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
tables = game.tables(game.nominal())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(json.dumps({"nodes": game.nodes, "edges": game.structure.edges, "wall_s": wall, "cpu_s": cpu,
                  "peak_GiB": peak}))
"""


@pytest.mark.slow
def test_a_million_nodes_take_seconds_and_little_memory() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED], input=LARGE, capture_output=True, text=True, check=True
    )
    measured = json.loads(ran.stdout)
    sys.stdout.write(f"{measured}\n")
    assert measured["nodes"] >= 1_000_000
    assert measured["wall_s"] < 15
    assert measured["peak_GiB"] < 4

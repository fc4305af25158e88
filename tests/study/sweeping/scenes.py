"""A small crisis that is swept in these tests, and what a store holds that must not differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from offramp.scenario import Scenario, read, scenario_text
from offramp.study.sweeps import Chunk, Order

TEXT = """
offramp: 1
title: A border, swept
parties:
  north: {patience: 0.9, precision: 6}
  south: {patience: 0.8, precision: 4}
parameters:
  cost: {each: {north: {value: 0.05, range: "uniform(0, 0.2)"}, south: {value: 0.1, range: "uniform(0, 0.3)"}}}
  slide: {value: 0.2, range: "uniform(0.05, 0.4)"}
  gain: {value: 0.3, range: "triangular(0, 0.3, 1)"}
state:
  rung: {levels: [calm, clashes, war], start: calm}
  offered: {range: [0, 1], start: 0}
round:
  - name: north
    by: north
    moves:
      hold: {}
      offer: {when: offered == 0, then: {offered: 1}}
      climb: {when: rung < war, then: {rung: rung + 1}, pay: {north: gain}}
  - name: south
    by: south
    moves:
      accept: {when: offered == 1, end: settlement}
      refuse: {}
      climb: {when: rung < war, then: {rung: rung + 1, offered: 0}, pay: {south: gain / 2}}
  - name: chance
    by: nature
    moves:
      disaster: {when: rung == war, odds: slide, end: disaster}
      nothing: {odds: rest, pay: {north: "-cost[north] * rung", south: "-cost[south] * rung"}}
outcomes:
  settlement: {kind: agreement, pay: {north: 0.5, south: 0.4}}
  disaster: {kind: catastrophe, pay: {north: -1, south: -1}}
rounds: unlimited
accounts:
  hawks: {label: The hawks, parameters: {slide: 0.1}}
"""  # noqa: E501
UNFIT = TEXT.replace("uniform(0.05, 0.4)", "uniform(0.05, 1.2)")
"""The same with odds above 1 in some draws."""
LAST = {"lock", "statistics.json"}
"""Files of a store that tell of its runs, not of its draws."""


def scenario(text: str = TEXT) -> Scenario:
    return read(text)


def order_of(text: str = TEXT, **given: object) -> Order:
    whole = read(text)
    usual = {"seed": 3, "chunk": 16, "traced": 4, "version": "test"}
    return Order(scenario_text(whole), whole.content_hash, **(usual | given))  # type: ignore[arg-type]


def files_of(store: Path) -> dict[str, bytes]:
    """Every file that must not depend on what happened on the way."""
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in sorted(store.rglob("*"))
        if path.is_file() and path.name not in LAST
    }


def same(one: Chunk, other: Chunk) -> None:
    """Two chunks are equal bit for bit."""
    assert one.part == other.part
    assert one.messages == other.messages
    assert one.data.keys() == other.data.keys()
    for name, values in one.data.items():
        assert values.dtype == other.data[name].dtype
        assert values.shape == other.data[name].shape
        assert values.tobytes() == other.data[name].tobytes(), name


def joined(chunks: list[Chunk]) -> dict[str, bytes]:
    """All draws of some chunks, in order, as bytes by variable."""
    ordered = sorted(chunks, key=lambda chunk: chunk.part.first)
    return {
        name: np.concatenate([chunk.data[name] for chunk in ordered]).tobytes()
        for name in ordered[0].data
    }

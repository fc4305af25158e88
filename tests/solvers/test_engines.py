"""Every engine keeps to the contract: what it vouches for is so when worked out plainly."""

from __future__ import annotations

import dataclasses

import pytest

from offramp.core.registry import ENGINES, plugins
from offramp.solvers.engine import Engine
from offramp.testing import NotConforming, check_engine

FOUND: dict[str, Engine] = plugins(*ENGINES, "ENGINE", Engine)
ON_DEVICES = {"graphics_processor"}
"""Engines that take a game only where a device is asked for; `test_accelerated` does."""


@pytest.mark.parametrize("name", [name for name in FOUND if name not in ON_DEVICES])
def test_what_an_engine_vouches_for_is_so(name: str) -> None:
    check_engine(FOUND[name], name, seeds=2)


def test_no_two_engines_are_asked_at_once() -> None:
    orders = [engine.order for engine in FOUND.values()]
    assert len(orders) == len({*orders})


def test_an_engine_that_errs_hears_of_it() -> None:
    engine = FOUND["perfect_information"]

    def wrong(request):  # type: ignore[no-untyped-def]
        found = engine.solve(request)
        return dataclasses.replace(found, value=found.value + 0.1, regret=found.regret + 0.1)

    with pytest.raises(NotConforming) as caught:
        check_engine(dataclasses.replace(engine, solve=wrong, policy="None"), seeds=1)
    for part in ("policy: a sentence", "equations are missed by 0.1", "regret"):
        assert part in str(caught.value)

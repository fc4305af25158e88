"""Sweeps in these tests trace few draws, which takes most of the time of a small sweep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from offramp.study.sweeps import conducting


@pytest.fixture(autouse=True, scope="package")
def few_traced() -> Iterator[None]:
    """Four draws of a store are traced."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conducting, "TRACED", 4)
        yield

"""Every scenario of the library keeps to what the conformance kit asks for."""

from __future__ import annotations

import pytest

from offramp.scenario.shelf import library_files
from offramp.testing import check_case, check_scenario


@pytest.mark.parametrize("name", library_files("scenarios"))
def test_a_scenario_is_sourced_kept_and_solved(name: str) -> None:
    (check_case if name.startswith("case-") else check_scenario)(name)

"""What this package brings is found by Offramp, keeps to what its kind asks for, and is told."""

from __future__ import annotations

import offramp
from offramp.presentation import report
from offramp.scenario.shelf import library_files
from offramp.testing import check_case, check_mechanism, check_quantity


def test_the_mechanism_keeps_to_its_kind() -> None:
    check_mechanism(library_files("mechanisms")["stale_offer"], examples=2)


def test_the_quantity_keeps_to_its_kind() -> None:
    check_quantity("moves_of", "E(moves_of[north])")


def test_the_case_keeps_to_its_kind() -> None:
    check_case("example-toll")


def test_the_case_is_told_in_a_report() -> None:
    findings = offramp.investigate(offramp.read("example-toll"), draws=0, brief=True)
    told = {one.name: one for one in findings.verdicts if not one.account}
    assert told["few_letters"].nominal is True
    assert told["haste_helps"].nominal is False  # what may lapse is accepted less often
    assert 'id="claim-few_letters"' in report(findings)

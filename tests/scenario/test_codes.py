"""Codes of errors: the page lists them all, each is given somewhere, none is left without one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from offramp.core.codes import CODES, SECTIONS
from offramp.scenario.every_error import all_errors_in

from .base import BASE, changed

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "offramp"
MECHANISM = """offramp: 1
mechanism: tiring
about: An invented one.
with: {who: {kind: party, about: whoever tires}}
parameters: {pace: 0.1}
steps: [{name: tire, by: nature, moves: {tires: {odds: PACE, pay: {who: -1}}, not: {odds: rest}}}]
"""
SPOILT: dict[str, str] = {
    "E312": BASE + "switches: {draft: {options: [absent, present], value: presnt}}\n",
    "E313": BASE + "define: {one: two, two: one}\n",
    "E315": changed(
        ("state:", "private: {will: {levels: [a], odds: {a: 1}, known_to: [north]}}\nstate:")
    ),
    "E406": changed(("  odd: 0.25", '  odd: {experts: {one: {range: "normal(0, 1)"}}}')),
    "E602": changed(("round:", "round:\n  - {use: tiring}")),
    "E603": changed(("round:", "round:\n  - {use: spoilt, with: {who: north}}")),
    "E701": BASE + "claims: {one: {says: It ends., holds_when: P(nothing) > 0.5}}\n",
    "E702": BASE + "accounts: {one: {parameters: {nothing: 1}}}\n",
    "E703": BASE + "levers: {one: {parameter: none, towards: lower, held_by: north, effort: 1}}\n",
}


def test_the_page_lists_every_code() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| (E\d+) \| (.*) \|$", page, re.MULTILINE)) == CODES


def test_every_code_is_given_somewhere() -> None:
    given = {"E319", *SECTIONS.values()}
    for path in SOURCES.rglob("*.py"):
        if path.name != "codes.py":
            given |= set(re.findall(r'"(E\d{3})"', path.read_text(encoding="utf-8")))
    assert given == set(CODES)


@pytest.mark.parametrize("code", SPOILT)
def test_a_section_has_its_code(code: str, tmp_path: Path) -> None:
    for name, pace in (("tiring", "pace"), ("spoilt", "pase")):
        text = MECHANISM.replace("tiring", name).replace("PACE", pace)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    errors = all_errors_in(SPOILT[code], "text", tmp_path / "text.yaml")
    assert code in {one.code for one in errors}, [str(one) for one in errors]

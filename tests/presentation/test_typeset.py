"""Formulas in plain text become mathematics on the pages, and nothing else of a text changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from offramp.study.models import find_models

EXTENSIONS = Path(__file__).resolve().parents[2] / "docs" / "_ext"


@pytest.fixture(scope="module")
def typeset() -> Any:
    pytest.importorskip("docutils")
    sys.path.insert(0, str(EXTENSIONS))
    try:
        import typeset  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.pop(0)
    return typeset


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("c_B_low", r"c_{B,\mathrm{low}}"),
        ("mu*", r"\mu ^{*}"),
        ("t_star", "t^{*}"),
        ("barW_A", r"\overline{W_{A}}"),
        ("u24", "u_{24}"),
        ("b^(n−1)", "b^{n-1}"),
        ("√((1 − p4)² + 1)", r"\sqrt{(1 - p_{4})^{2} + 1}"),
        ("∫_{w ≥ c*} dw", r"\int _{w \ge  c^{*}} \,d w"),
    ],
)
def test_a_formula_as_latex(typeset: Any, plain: str, latex: str) -> None:
    assert typeset.latex(plain) == latex


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("i builds where c_i ≤ mu (1 − P) + d P, P being", [r"c_{i} \le  \mu  (1 - P) + d P"]),
        ("A hard B (probability p_B) resists", ["p_{B}"]),
        ("a game of A and B in 1951–53 and/or later, see `three_eq`", []),
        ("an incomplete gamma function", []),
        ("and a > 1 where nobody enters", ["a > 1"]),
    ],
)
def test_what_counts_as_a_formula(typeset: Any, text: str, formulas: list[str]) -> None:
    from docutils import nodes

    found = typeset.typeset(text)
    assert [one.astext() for one in found if isinstance(one, nodes.math)] == formulas


def test_every_model_is_typeset_without_a_word_lost(typeset: Any) -> None:
    from docutils.utils.math import latex2mathml

    for name, model in find_models().items():
        names = {*model.parameters, *model.results}
        for text in (model.definition, model.teaches, model.note):
            runs = list(typeset._runs(text, typeset._short(names)))
            assert "".join(part for _, part in runs) == text, name
            for formula, part in runs:
                if formula:
                    assert latex2mathml.tex2mathml(typeset.latex(part)).startswith("<math"), part
        for parameter in model.parameters:
            assert latex2mathml.tex2mathml(typeset.symbol(parameter)).startswith("<math")

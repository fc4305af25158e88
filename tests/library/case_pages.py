"""The numbers on the pages of the cases, worked out anew: ``python -m tests.library.case_pages``.

A page has three kinds of rows. Their second cell, in code, says what is worked out: a quantity as
in claims, a claim's name, or an outcome's. The last cells of the row are the numbers: of the
middle and of each account in the order of the scenario, or of the draws.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

import offramp
from offramp.scenario import Scenario, parse_query, understand, with_account
from offramp.study import evaluate_queries
from offramp.study.claims.verdicts import Verdict

DOCS = Path(__file__).resolve().parents[2] / "docs" / "explanation"
CASES = ("egypt-israel", "korea", "bosnia", "cuba", "july-1914")
DRAWS, SEED = 256, 1
SECOND = re.compile(r"^\| [^|`]+ \| `([^`]+)` \|")


def page_of(case: str) -> Path:
    """The page of a case."""
    return DOCS / f"case-{case}.md"


def keys_of(page: str) -> list[str]:
    """What stands in code in the second cells of its rows."""
    return [found[1] for line in page.splitlines() if (found := SECOND.match(line))]


def cells_of(page: str, key: str) -> list[str]:
    """The cells of the row ``key``."""
    rows = {found[1]: line for line in page.splitlines() if (found := SECOND.match(line))}
    return rows[key].rstrip().removesuffix(" |").split(" | ")


def with_cells(page: str, key: str, cells: Iterable[str]) -> str:
    """The page with the last cells of the row ``key`` replaced."""
    lines = page.splitlines(keepends=True)
    for at, line in enumerate(lines):
        found = SECOND.match(line)
        if found and found[1] == key:
            new = list(cells)
            kept = line.rstrip().removesuffix(" |").split(" | ")[: -len(new)]
            lines[at] = " | ".join([*kept, *new]) + " |\n"
    return "".join(lines)


def told(value: float) -> str:
    """A number with two digits."""
    return "–" if np.isnan(value) else f"{value:.2f}"


def with_quantities(page: str, scenario: Scenario) -> str:
    """The page with its quantities at nominal values, of the middle and of each account."""
    texts = [key for key in keys_of(page) if key[:2] in ("P(", "E(")]
    columns: list[list[str]] = []
    for account in ("", *scenario.accounts):
        one = with_account(scenario, account) if account else scenario
        meaning = understand(one)
        queries = [parse_query(text.replace("\\|", "|"), meaning) for text in texts]
        columns.append([told(float(v)) for v in evaluate_queries(one, queries, starts=0).values[0]])
    for text, *cells in zip(texts, *columns, strict=True):
        page = with_cells(page, text, cells)
    return page


def with_verdicts(
    page: str,
    scenario: Scenario,
    verdicts: Iterable[Verdict],
    share: Callable[[str, float | None], str],
) -> str:
    """The page with the verdicts at nominal values; ``share(cell, found)`` is what follows them."""
    told = list(verdicts)
    for name in scenario.claims:
        columns = [one for one in told if one.name == name]
        columns.sort(key=lambda one: ("", *scenario.accounts).index(one.account))
        cells = cells_of(page, name)[-len(columns) :]
        new = [
            f"{one.state}; {share(cell, one.share)}"
            for cell, one in zip(cells, columns, strict=True)
        ]
        page = with_cells(page, name, new)
    return page


def with_ends(page: str, scenario: Scenario) -> str:
    """The page with the ends at nominal values, with choices half and twice as precise beside."""
    game = offramp.build(scenario)
    columns = [
        offramp.outcomes(offramp.solve(game, precision_scale=scale, starts=0), rounds=0)
        for scale in (0.5, 1, 2)
    ]
    for name in scenario.outcomes:
        cells = [told(float(one.probability.sel(outcome=name)[0])) for one in columns]
        page = with_cells(page, name, [*cells, cells_of(page, name)[-1]])
    return page


def at_nominal(page: str, case: str) -> str:
    """The page with all that does not take draws worked out anew."""
    scenario = offramp.read(f"case-{case}")
    found = offramp.claims(scenario, draws=0, brief=True)
    page = with_verdicts(page, scenario, found, lambda cell, _: cell.partition("; ")[2])
    return with_ends(with_quantities(page, scenario), scenario)


def over_draws(page: str, case: str) -> str:
    """The page with the shares of draws and the spread of outcomes worked out anew."""
    scenario = offramp.read(f"case-{case}")
    findings = offramp.investigate(scenario, draws=DRAWS, seed=SEED, brief=True)
    found = findings.verdicts
    page = with_verdicts(
        page, scenario, found, lambda _, s: "–" if s is None else f"{100 * s:.0f} %"
    )
    assert findings.draws is not None
    for name in findings.scenario.outcomes:
        low, high = np.quantile(findings.draws.probability.sel(outcome=name), (0.05, 0.95))
        page = with_cells(page, name, [f"{told(low)} to {told(high)}"])
    return page


if __name__ == "__main__":
    for case in CASES:
        path = page_of(case)
        if path.exists():
            text = path.read_text(encoding="utf-8")
            path.write_text(over_draws(at_nominal(text, case), case), encoding="utf-8")

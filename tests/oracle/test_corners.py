"""Corners of the language, one small text each, and random expressions: both sides agree."""

from __future__ import annotations

from random import Random

import pytest

from .naive import Explorer, NaiveError, load, parsed, solve_text, value_of
from .test_agreement import agree_on_rounds, at_nominal_values

offramp = pytest.importorskip("offramp")

TOP = """offramp: 1
title: A corner
parties: {n: {precision: 1, patience: 0.9}, s: {precision: 2, patience: 0.8}}
"""
END = "outcomes: {e: {kind: war}}\n"
FREE = "rounds: unlimited\n"
CORNERS = {
    "steps, moves and outcomes have spaces of their own": """
parameters: {calm_p: 0.3}
state: {x: {levels: [calm, hot], start: calm}}
round:
  - name: calm
    by: n
    moves: {n: {end: hot}, calm_p: {then: {x: hot}, pay: {s: calm_p * x}}, rest: {}}
outcomes: {hot: {kind: war, pay: {n: x, s: calm_p}}}
"""
    + FREE,
    "starts and ranges are expressions, a `by` value may be negative": """
state:
  x: {levels: [calm, hot], start: calm + 1}
  y: {range: [calm - 2, hot * 3], start: -hot}
round:
  - name: a
    by: n
    moves: {go: {end: e, pay: {n: y + x}}, st: {when: y < 3, then: {y: y + 1}}}
outcomes: {e: {kind: war, by: y}}
"""
    + FREE,
    "the round's number in `then` and in the end's pay": """
state: {x: {range: [0, 5], start: 0}}
round: [{name: a, by: n, moves: {up: {then: {x: round_number}, pay: {n: x}}, end: {end: e}}}]
outcomes: {e: {kind: war, pay: {n: x, s: 1 / round_number}, by: x}}
rounds: 4
at_end: e
""",
    "a family without an entry that is never read": """
parameters: {f: {each: {hot: 2}}}
state: {x: {levels: [calm, hot], start: calm}}
round:
  - {name: a, by: n, moves: {go: {when: x == hot, end: e, pay: {n: "f[x]"}}, up: {then: {x: hot}}}}
"""
    + END
    + FREE,
    "two variables share levels that are packages": """
issues: {l: {options: [u, v], weight: {n: 1}, worth: {n: [0.5, 2]}}}
packages: {p: {l: u}, q: {l: v}}
state: {x: {levels: [p, q], start: p}, y: {levels: [p, q, no], start: no}}
round:
  - name: a
    by: n
    moves:
      go: {end: e, pay: {n: "worth[n, x] + worth[n, y] + worth[s, x] + 10 * (x == p) + (x == q)"}}
      up: {then: {x: 1, y: x}}
"""
    + END
    + FREE,
    "neither state nor parameters": """
round: [{name: a, by: n, moves: {go: {end: e, pay: {n: 1, s: -1}}, up: {}}}]
"""
    + END
    + FREE,
    "nothing is left for rest": """
round: [{name: a, by: nature, moves: {go: {odds: 1, end: e}, up: {odds: rest}}}]
"""
    + END
    + FREE,
    "odds that add to one only up to rounding": """
round:
  - name: a
    by: nature
    moves: {go: {odds: 1 / 3, end: e}, up: {odds: 0.1 + 0.2}, v: {odds: 1 - 1 / 3 - 0.3}}
"""
    + END
    + FREE,
    "play that cannot end": """
round: [{name: a, by: n, moves: {go: {pay: {n: 1}}, up: {}}}]
"""
    + END
    + FREE,
    "conditions are numbers": """
state: {x: {range: [0, 3], start: 3}}
round:
  - name: a
    by: n
    moves: {go: {when: x, then: {x: x - 1}}, z: {when: 0.5, end: e}, y: {when: 0, end: e}}
outcomes: {e: {kind: war, pay: {n: x}}}
"""
    + FREE,
    "words that older YAML took for booleans": """
state: {x: {levels: [no, yes, "on", off, y, n_], start: off}}
round:
  - name: a
    by: n
    moves: {go: {when: x == off, end: e}, z: {then: {x: no}}, b: {then: {x: y}}}
outcomes: {e: {kind: war, by: x}}
"""
    + FREE,
    "one round": """
round: [{name: a, by: n, moves: {go: {end: e}, st: {}}}]
outcomes: {e: {kind: war}, f: {kind: stalemate, pay: {n: 1}}}
rounds: 1
at_end: f
""",
}


@pytest.mark.parametrize("name", CORNERS)
@pytest.mark.parametrize("entropy", [False, True])
def test_corners(name: str, entropy: bool):
    text = TOP + CORNERS[name] + "values: entropy\n" * entropy
    expected, found = solve_text(text), at_nominal_values(text)
    assert found["nodes"] == expected["nodes"]
    assert found["outcomes"] == pytest.approx(expected["outcomes"], abs=1e-10)
    assert found["payoff"] == pytest.approx(expected["payoff"], abs=1e-10)
    assert found["value"] == pytest.approx(expected["value"], abs=1e-10)
    agree_on_rounds(found, expected)
    for outcome, by in expected["outcomes_by"].items():
        assert {k: p for k, p in found["outcomes_by"][outcome].items() if p} == pytest.approx(by)


EXPRESSIONS = """offramp: 1
title: One pay each
parties: {{{parties}}}
parameters:
  a: 0.7
  b: {{value: "a ** 2 - 1"}}
  f: {{each: {{cold: 1.5, hot: -0.3}}}}
  g: {{each: {{-2: 1, -1: 0.3, 0: -1, 1: 2, 2: 0.1, 3: 5}}}}
  h: {{each: {{p0: 0.2, p1: 3}}}}
issues: {{land: {{options: [u, v], weight: {{p0: 0.4}}, worth: {{p0: [b, 1]}}}}}}
packages: {{deal: {{land: v}}, other: {{land: u}}}}
state:
  x: {{range: [-2, 3], start: -2}}
  y: {{range: [0, 1], start: 0}}
  m: {{levels: [cold, hot], start: cold}}
  t: {{levels: [nil, other, deal], start: nil}}
round:
  - {{name: s1, by: nature, moves: {{{moves}}}}}
  - name: s2
    by: nature
    moves: {{l: {{odds: rest}}, r: {{odds: rest, then: {{y: 1, m: 1 - m}}}}}}
  - name: s3
    by: nature
    moves:
      l: {{odds: rest}}
      r: {{odds: rest, then: {{t: other}}}}
      k: {{odds: rest, then: {{t: deal}}}}
  - {{name: s4, by: nature, moves: {{only: {{odds: 1, end: done, pay: {{{pays}}}}}}}}}
outcomes: {{done: {{kind: war}}}}
rounds: 1
at_end: done
"""
LEAVES = [
    "x",
    "y",
    "a",
    "b",
    "m",
    "hot",
    "f[m]",
    "f[hot]",
    "g[x]",
    "g[x - 0]",
    "h[p0]",
    "h[p1]",
    "worth[p0, t]",
    "worth[p1, deal]",
    "2",
    "0.5",
    "3e-1",
    ".25",
    "1e1",
]


def expression(rng: Random, depth: int) -> str:
    """A random expression over the variables and parameters of EXPRESSIONS."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(LEAVES)
    one, two, three = (expression(rng, depth - 1) for _ in range(3))
    sign, other = (rng.choice(["<", "<=", ">", ">=", "==", "!="]) for _ in range(2))
    no, word, then = rng.choice(["", "not "]), rng.choice(["and", "or"]), rng.choice(["and", "or"])
    forms = [
        f"{one} + {two}",
        f"{one} - {two}",
        f"{one} * {two}",
        f"{one} / {two}",
        f"-{one}",
        f"{one} - {two} * {three}",
        f"({one}) ** {rng.choice(['2', '-1', '0.5', '-x'])}",
        f"-{rng.choice(['x', 'a', '2'])} ** {rng.choice(['2', '-1', '2 ** 2'])}",
        f"({one} {sign} {two})",
        f"({one} {sign} {two} {other} {three})",
        f"({no}{one} {word} {two} {then} {three})",
        f"if({one}, {two}, {three})",
        f"max({one}, {two})",
        f"min({one}, {two}, {three})",
        f"clip({one}, -1, x + 3)",
        f"{rng.choice(['abs', 'exp', 'sqrt', 'log'])}({one})",
        f"({one})",
    ]
    return rng.choice(forms)


def written(pays: list[str]) -> str:
    moves = [f"m{x + 2}: {{odds: rest, then: {{x: {x}}}}}" for x in range(-2, 4)]
    parties = [f"p{index}: {{precision: 1}}" for index in range(len(pays))]
    said = [f'p{index}: "{pay}"' for index, pay in enumerate(pays)]
    return EXPRESSIONS.format(
        parties=", ".join(parties), moves=", ".join(moves), pays=", ".join(said)
    )


def finite_everywhere(text: str, explorer: Explorer) -> bool:
    """Whether an expression has a moderate value in every state."""
    states = [(x, y, y, t) for x in range(-2, 4) for y in (0, 1) for t in range(3)]
    try:
        tree = parsed(text)
        values = [value_of(tree, explorer.full((1, 0, state))) for state in states]
    except (NaiveError, ArithmeticError, ValueError):
        return False
    return max(abs(value) for value in values) < 1e6


@pytest.mark.parametrize("seed", range(8))
def test_random_expressions(seed: int):
    rng, pays = Random(seed), []
    explorer = Explorer(load(written(["0", "0"])))
    while len(pays) < 25:
        pay = expression(rng, rng.choice([2, 3, 4]))
        if len(pay) < 500 and finite_everywhere(pay, explorer):
            pays.append(pay)
    text = written(pays)
    expected, found = solve_text(text)["payoff"], at_nominal_values(text)["payoff"]
    for index, pay in enumerate(pays):
        party = f"p{index}"
        assert found[party] == pytest.approx(expected[party], rel=1e-9, abs=1e-9), pay

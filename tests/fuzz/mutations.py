"""Ways to spoil a scenario's text; the same seed spoils it in the same way for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

TOKEN = re.compile(r"[A-Za-z_]\w*|[0-9][0-9.eE]*|\*\*|[<>=!]=|\S")
WORD = re.compile(r"[A-Za-z_]\w*")
NUMBER = re.compile(r"(?<![\w.])-?[0-9]+(\.[0-9]+)?(?![\w.])")
KEY = re.compile(r"([A-Za-z_]\w*)(?=:( |$))", re.MULTILINE)
VALUE = re.compile(r"(?<=: )([^,{}\[\]\n]+|\{[^{}\n]*\}|\[[^\[\]\n]*\])")

FORMULA = re.compile(
    r"""((?<=when: |odds: )|(?<=north: |south: |value: |range: |start: ))("[^"\n]*"|[^,{}\[\]"\n]+)"""
)
NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "-0",
    "0.5",
    "1.5",
    "-0.25",
    "1e-300",
    "1e308",
    "-1e308",
    "1e999",
    "5e-324",
    "100000",
    "100001",
    "999999999",
    "2147483648",
    "-2147483649",
    "10**9",
    "99999999999999999",
    "123456789012345678901",
    "0x10",
    "0o17",
    "1_000",
    ".5",
    "5.",
    "+3",
    ".nan",
    "-.inf",
    "1e",
    "0.1.2",
    "00012",
    "10000",
    "1,000",
    "1 000",
)
VALUES = (
    "null",
    "~",
    "true",
    "no",
    "[]",
    "{}",
    "''",
    '""',
    "[1, 2]",
    "{a: 1}",
    "{1: 2}",
    "text",
    "3.7",
    "2026-01-01",
    "12:30:45",
    "unlimited",
    "rest",
    "nature",
    "[[]]",
    "[null]",
    "{value: 1}",
    "{each: {north: 1}}",
    "{range: uniform(0, 1)}",
    "{value: x, range: 'normal(0, 1)'}",
    "|",
    ">",
    "&a 1",
    "*a",
    "!!int 3",
    "!x y",
    "? a",
    "- 1",
    "@x",
    "`x`",
    "%x",
    "# nothing",
    "{? a : b}",
    "{a}",
    "{: 1}",
    "{<<: {a: 1}}",
    "'it''s'",
    '"\\u0000"',
    '"\\uD800"',
    '"\\x07 bell"',
    "\u202eabc",
    "1/0",
    "0/0",
    "worth[north, table]",
    "round_number",
)
ODD = "\x00\x01\x07\x08\x0b\x0c\x1b\x7f\x85\xa0\xad\u200b\u2028\u202e\ufeff\ufffe\U0001f600é²−–×“”’½一\u0301\t\r"
ATOMS = (
    "rung",
    "rung",
    "calm",
    "odd",
    "gain",
    "table",
    "left",
    "left",
    "0",
    "1",
    "2",
    "2.5",
    "1e300",
    "cost[north]",
    "worth[north, table]",
    "north",
    "deal",
    "round_number",
    "empty",
    "slide",
)
OPERATORS = ("+", "-", "*", "/", "**", "<", "<=", "==", "!=", ">", "and", "or")
CALLS = {"min": 2, "max": 2, "abs": 1, "exp": 1, "log": 1, "sqrt": 1, "clip": 3, "if": 3, "open": 1}


def mutated(text: str, seed: object, others: tuple[str, ...] = ()) -> bytes:
    """``text`` spoilt one to five times; ``others`` are texts to borrow lines from."""
    rng = Random(f"{seed}")
    for _ in range(rng.choice((1, 1, 1, 1, 1, 2, 2, 4))):
        way = rng.choice(KEEN if rng.random() < 0.8 else BLUNT)
        text = _borrowed_line(text, rng, others) if way is _borrowed_line else way(text, rng)
    data = text.encode("utf-8", "surrogatepass")
    return _flipped(data, rng) if rng.random() < 0.06 else data


def soup(rng: Random, depth: int = 0) -> str:
    """A random expression, often wrong."""
    kind = rng.random()
    if depth > 4 or kind < 0.3:
        return rng.choice(ATOMS)
    if kind < 0.6:
        return f"{soup(rng, depth + 1)} {rng.choice(OPERATORS)} {soup(rng, depth + 1)}"
    if kind < 0.8:
        name = rng.choice(tuple(CALLS))
        count = CALLS[name] if rng.random() < 0.95 else rng.randint(0, 4)
        return f"{name}({', '.join(soup(rng, depth + 1) for _ in range(count))})"
    if kind < 0.9:
        return f"({soup(rng, depth + 1)})"
    if kind < 0.95:
        return f"{rng.choice(('-', 'not ', '+', '--'))}{soup(rng, depth + 1)}"
    return f"{rng.choice(ATOMS)}[{soup(rng, depth + 1)}]"


def _flipped(data: bytes, rng: Random) -> bytes:
    changed = bytearray(data or b" ")
    for _ in range(rng.choice((1, 1, 2, 8))):
        place = rng.randrange(len(changed))
        changed[place] = rng.choice((changed[place] ^ (1 << rng.randrange(8)), rng.randrange(256)))
    return bytes(changed)


def _replaced(text: str, pattern: re.Pattern[str], rng: Random, new: Callable[[str], str]) -> str:
    """One random match of ``pattern`` replaced."""
    found = list(pattern.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    return text[: match.start()] + new(match.group()) + text[match.end() :]


def _swapped(text: str, pattern: re.Pattern[str], rng: Random) -> str:
    """Two random matches of ``pattern`` in each other's place."""
    found = list(pattern.finditer(text))
    if len(found) < 2:
        return text
    one, two = sorted(rng.sample(found, 2), key=lambda match: match.start())
    return (
        text[: one.start()]
        + two.group()
        + text[one.end() : two.start()]
        + one.group()
        + text[two.end() :]
    )


def _deleted_lines(text: str, rng: Random) -> str:
    lines = text.splitlines(keepends=True)
    start = rng.randrange(len(lines)) if lines else 0
    del lines[start : start + rng.choice((1, 1, 1, 2, 5))]
    return "".join(lines)


def _doubled_line(text: str, rng: Random) -> str:
    lines = text.splitlines(keepends=True) or ["\n"]
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return "".join(lines)


def _swapped_lines(text: str, rng: Random) -> str:
    return _swapped(text, re.compile(r"^.*\n", re.MULTILINE), rng)


def _borrowed_line(text: str, rng: Random, others: tuple[str, ...] = ()) -> str:
    lines = text.splitlines(keepends=True) or ["\n"]
    other = rng.choice(others).splitlines(keepends=True) if others else lines
    lines.insert(rng.randrange(len(lines)), rng.choice(other))
    return "".join(lines)


def _indented(text: str, rng: Random) -> str:
    lines = text.splitlines(keepends=True) or ["\n"]
    place = rng.randrange(len(lines))
    line = lines[place]
    lines[place] = rng.choice((" " + line, "  " + line, line[1:], line.lstrip(" "), "\t" + line))
    return "".join(lines)


def _bracket(text: str, rng: Random) -> str:
    if rng.random() < 0.5:
        return _replaced(text, re.compile(r"[][{}()\"':,]"), rng, lambda _: "")
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice("[]{}()\"':,#&*!|>%@`?-") + text[place:]


def _odd_character(text: str, rng: Random) -> str:
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice(ODD) * rng.choice((1, 1, 3)) + text[place:]


def _nested(text: str, rng: Random) -> str:
    deep = rng.choice((3, 8, 30, 70, 300, 3000))
    left, right = rng.choice((("[", "]"), ("{a: ", "}"), ("(", ")"), ("- ", ""), ("max(1, ", ")")))
    wrapped = rng.random() < 0.5
    return _replaced(
        text, VALUE, rng, lambda old: left * deep + (old if wrapped else "1") + right * deep
    )


def _renamed_key(text: str, rng: Random) -> str:
    keys = [match.group() for match in KEY.finditer(text)] or ["a"]
    spoilt = (
        rng.choice(keys),
        rng.choice(keys).upper(),
        "",
        "x y",
        "1",
        "null",
        "true",
        "é",
        "a-b",
    )
    return _replaced(text, KEY, rng, lambda old: rng.choice((*spoilt, old[:-1], old + "s")))


def _renamed_word(text: str, rng: Random) -> str:
    """Another name of the same text, everywhere or once: valid words at the wrong place."""
    words = WORD.findall(text) or ["a"]
    new = rng.choice(words)
    if rng.random() < 0.3:
        return re.sub(rf"\b{rng.choice(words)}\b", new, text)
    return _replaced(text, WORD, rng, lambda _: new)


def _small_number(text: str, rng: Random) -> str:
    """A number becomes another that might do: limits of ranges, odds, shares."""
    return _replaced(
        text, NUMBER, rng, lambda _: rng.choice(("0", "1", "-1", "2", "0.3", "5", "40"))
    )


def _operator(text: str, rng: Random) -> str:
    found = re.compile(r"(?<= )([-+*/]|\*\*|[<>]=?|[=!]=|and|or)(?= )")
    return _replaced(text, found, rng, lambda _: rng.choice(OPERATORS))


def _token(text: str, rng: Random) -> str:
    doubled = rng.random() < 0.5
    return _replaced(text, TOKEN, rng, lambda old: f"{old} {old}" if doubled else "")


def _long(text: str, rng: Random) -> str:
    times = rng.choice((50, 300, 5000))
    return _replaced(text, TOKEN, rng, lambda old: old * times)


def _cut(text: str, rng: Random) -> str:
    place = rng.randrange(len(text) + 1)
    return text[:place] if rng.random() < 0.7 else text[place:]


BLUNT: tuple[Callable[[str, Random], str], ...] = (
    _deleted_lines,
    _doubled_line,
    _swapped_lines,
    _borrowed_line,
    _indented,
    _bracket,
    _odd_character,
    _nested,
    _renamed_key,
    _token,
    _long,
    _cut,
    lambda text, rng: _swapped(text, TOKEN, rng),
    lambda text, rng: _replaced(text, VALUE, rng, lambda _: rng.choice(VALUES)),
)
"""Ways that mostly hurt the YAML."""

KEEN: tuple[Callable[[str, Random], str], ...] = (
    _renamed_word,
    _small_number,
    _small_number,
    _operator,
    _operator,
    lambda text, rng: _swapped(text, VALUE, rng),
    lambda text, rng: _swapped(text, NUMBER, rng),
    lambda text, rng: _replaced(text, NUMBER, rng, lambda _: rng.choice(NUMBERS)),
    lambda text, rng: _replaced(text, NUMBER, rng, lambda _: rng.choice(NUMBERS)),
    lambda text, rng: _replaced(text, FORMULA, rng, lambda _: f'"{soup(rng)}"'),
    lambda text, rng: _replaced(text, FORMULA, rng, lambda _: f'"{soup(rng)}"'),
    lambda text, rng: _replaced(text, FORMULA, rng, lambda _: rng.choice(VALUES)),
    lambda text, rng: _swapped(text, FORMULA, rng),
)
"""Ways that mostly leave YAML and hurt its meaning."""

"""Colours: each kind of outcome has its own, in every figure, apart in lightness as well as hue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

INK, MUTED, RULE, TRACK = "#1d2329", "#5a6570", "#d9dee3", "#e9edf0"
PAPER = "#ffffff"
ACCENT = "#17505c"
PARTY = "#3f5f8a"
CHANCE = "#8a8f96"

KINDS: Mapping[str, str] = {
    "agreement": "#005c54",
    "ceasefire": "#52b1d6",
    "capitulation": "#825da4",
    "stalemate": "#bbc2c8",
    "war": "#d46c2b",
    "catastrophe": "#651433",
    "unresolved": "#dbe0e5",
}
"""Outcome kinds, each about ten steps of lightness (CIELAB) from the next: told apart in grey print
and with any of three colour blindnesses. Some are too pale for words; see `dark_enough`."""

OTHERS = "#c9c1b1"
"""Several ends together."""

LEVELS = ("#cddde2", "#a6c4cd", "#7ba7b4", "#508897", "#2b6777", "#0f4250")
"""Levels of a variable from the lowest to the highest: one hue, darker upwards."""

DARKEST = "#124652"
"""Certainty, where shades begin with the paper."""

ACCOUNTS = ("#17505c", "#b5832b", "#7a5195", "#5f8f4e", "#8a4b38", "#5a6570")
"""Accounts of one crisis: apart in hue and lightness, none of them a warning colour."""

INSIDE, OUTSIDE = "#5fae9f", "#c3c9cf"
"""Packages inside and outside a zone of agreement."""

PLAYERS = ("#0b62a4", "#b8430f", "#0a7d5a", "#a3457f", "#7a6a00", "#5b4bb5")
"""Players of a game tree, all as dark as words have to be."""

TONES: Mapping[str, str] = {
    "peace": KINDS["agreement"],
    "war": KINDS["war"],
    "risk": KINDS["catastrophe"],
    "first": "#27548a",
    "second": "#a35fb5",
    "third": "#7f9a2e",
    "quiet": "#8b949c",
    "ink": INK,
}
"""Colours of charts by what they stand for; apart in lightness as well as hue."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?|[a-zA-Z]{3,20}")


def outcome_colours(kinds: Sequence[str]) -> tuple[str, ...]:
    """A colour per outcome: that of its kind, lighter for each further one of the same kind."""
    seen: dict[str, int] = {}
    colours = []
    for kind in kinds:
        turn = seen.get(kind, 0)
        seen[kind] = turn + 1
        colours.append(lighter(KINDS.get(kind, MUTED), min(0.22 * turn, 0.66)))
    return tuple(colours)


def level_colours(count: int) -> tuple[str, ...]:
    """``count`` steps from light to dark."""
    if count <= 1:
        return (LEVELS[3],)
    steps = [i * (len(LEVELS) - 1) / (count - 1) for i in range(count)]
    return tuple(_blend(steps[i]) for i in range(count))


def account_colours(count: int) -> tuple[str, ...]:
    """A colour for each of ``count`` accounts, lighter ones where the palette is used up."""
    return tuple(
        lighter(ACCOUNTS[i % len(ACCOUNTS)], min(0.3 * (i // len(ACCOUNTS)), 0.6))
        for i in range(count)
    )


def safe_colour(written: str | None, otherwise: str) -> str:
    """A colour that a scenario names, where it is a plain colour and nothing else."""
    return written if written and _COLOUR.fullmatch(written) else otherwise


def lighter(colour: str, by: float) -> str:
    """The colour mixed with white; 0 leaves it, 1 is white."""
    return _hex([round(part + (255 - part) * by) for part in _parts(colour)])


def dark_enough(colour: str) -> str:
    """The colour, mixed with black until words in it on the paper have a contrast of 4.5 to 1."""
    parts = _parts(colour)
    while 1.05 / (_luminance(parts) + 0.05) < 4.5:
        parts = [int(0.96 * part) for part in parts]
    return _hex(parts)


def clear(colour: str, strength: float) -> str:
    """The colour with an opacity, as plotly and CSS read it."""
    red, green, blue = _parts(colour)
    return f"rgba({red},{green},{blue},{strength:g})"


def _blend(step: float) -> str:
    low = min(int(step), len(LEVELS) - 2)
    one, two = _parts(LEVELS[low]), _parts(LEVELS[low + 1])
    return _hex([round(a + (b - a) * (step - low)) for a, b in zip(one, two, strict=True)])


def _luminance(parts: Sequence[int]) -> float:
    """From 0 (black) to 1 (white), as WCAG has it."""
    shares = [part / 255 for part in parts]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _hex(parts: Sequence[int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in parts)

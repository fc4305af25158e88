"""Colours of ends: apart for whoever sees no red, no green or no blue, and in grey print.

Simulated by the matrices of Machado, Oliveira and Fernandes (2009, severity 1) in linear light;
distances are those of CIELAB (1976), in which about 2.3 can just be noticed.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from offramp.presentation.palette import KINDS, PAPER, dark_enough

GREY = [[0.2126, 0.7152, 0.0722]] * 3
SEEN = {
    "by most": np.eye(3).tolist(),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "grey print": GREY,
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
)
LEAST = 9.0
"""The least distance; four times what can just be noticed."""


def light(colour: str) -> NDArray[np.float64]:
    """Linear red, green and blue, 0 to 1, of a colour as it is written."""
    shares = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lightness, a and b of CIELAB under daylight (D65)."""
    ratio = XYZ @ np.clip(linear, 0, 1) / XYZ.sum(axis=1)
    low = ratio / (3 * (6 / 29) ** 2) + 4 / 29
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), low)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", SEEN)
def test_kinds_of_ends_are_told_apart(seen: str) -> None:
    told = {kind: lab(np.array(SEEN[seen]) @ light(colour)) for kind, colour in KINDS.items()}
    near = {
        (one, two): float(np.linalg.norm(told[one] - told[two]))
        for one, two in combinations(told, 2)
    }
    assert min(near.values()) >= LEAST, sorted(near.items(), key=lambda pair: pair[1])[:3]


def test_what_is_measured_is_the_lightness_of_the_standard() -> None:
    assert lab(light("#ffffff")) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(light("#808080")) == pytest.approx([53.585, 0, 0], abs=0.02)
    assert lab(light("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_words_in_a_colour_can_be_read(kind: str) -> None:
    grey, paper = np.array(GREY[0]), light(PAPER)
    contrast = (grey @ paper + 0.05) / (grey @ light(dark_enough(KINDS[kind])) + 0.05)
    assert contrast >= 4.5

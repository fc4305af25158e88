"""A spoilt text is read as a game or refused with a place: no other error, no warning, no hang.

A failure names its case; `python -m tests.fuzz.test_mutations NUMBER` runs it again alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.scenario import read

from .mutations import mutated
from .seeds import Seed, seeds

MOST_NODES = 50_000
SECONDS = 5.0
LONGEST_MESSAGE = 2_500


def case(number: int) -> tuple[Seed, bytes]:
    """The seed and the spoilt text of a case."""
    known = seeds()
    (seed,) = Random(f"seed {number}").choices(known, [seed.weight for seed in known])
    return seed, mutated(seed.text, number, tuple(other.text for other in known[:12]))


def verdict(seed: Seed, data: bytes, folder: Path) -> OfframpError | None:
    """None where the text is a game, else the complaint; anything else is raised."""
    path = folder / ("scenario.yaml" if not seed.user else f"{seed.name}.yaml")
    path.write_bytes(data)
    if seed.user:
        path = folder / "user.yaml"
        path.write_text(seed.user, encoding="utf-8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            game = build(read(path), most_nodes=MOST_NODES)
            game.tables(game.nominal())
            draws = game.draws(4, seed=0)
            for rows, part in game.parts(draws):
                part.tables(draws.rows(rows))
    except OfframpError as error:
        return error
    return None


def flaws(error: OfframpError, folder: Path) -> list[str]:
    """What a complaint lacks."""
    found: list[str] = []
    text, place = str(error), error.place
    if place is None:
        return [f"no place: {text}"]
    path = Path(place.file)
    if path.parent != folder or not path.is_file():
        found.append(f"the place is in {place.file}")
    else:
        lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
        if not 1 <= place.line <= len(lines) + 1 or place.column < 1:
            found.append(f"the place {place} is not in the text")
    if not error.found or "\n" in error.found:
        found.append(f"found: {error.found!r}")
    if len(text) > LONGEST_MESSAGE + len(place.file):
        found.append(f"a message of {len(text)} characters: {text[:200]}")
    if not text.replace("\n", "").isprintable():
        found.append(f"a message with a character that cannot be printed: {text!r}")
    return found


def survey(numbers: range, folder: Path) -> tuple[list[str], Counter[str]]:
    """What went wrong in the cases, and how often each kind of verdict was given."""
    wrong: list[str] = []
    kinds: Counter[str] = Counter()
    for number in numbers:
        seed, data = case(number)
        began = time.process_time()
        try:
            error = verdict(seed, data, folder)
        except Exception as other:  # every kind: that is the question
            wrong.append(f"case {number} ({seed.name}): {type(other).__name__}: {other}")
            continue
        seconds = time.process_time() - began
        kinds["game" if error is None else type(error).__name__] += 1
        if seconds > SECONDS:
            wrong.append(f"case {number} ({seed.name}): {seconds:.1f} s")
        if error is not None:
            wrong += [f"case {number} ({seed.name}): {flaw}" for flaw in flaws(error, folder)]
    return wrong, kinds


def test_the_texts_to_be_spoilt_are_sound(tmp_path: Path) -> None:
    for seed in seeds():
        assert verdict(seed, seed.text.encode(), tmp_path) is None, seed.name


@pytest.mark.parametrize("block", range(4))
def test_a_spoilt_text_is_a_game_or_a_complaint(block: int, tmp_path: Path) -> None:
    wrong, kinds = survey(range(block * 250, block * 250 + 250), tmp_path)
    assert not wrong, "\n".join(wrong)
    assert kinds["game"] > 20, kinds
    assert kinds["ScenarioError"] > 20, kinds


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_ten_thousand_spoilt_texts(block: int, tmp_path: Path) -> None:
    wrong, _ = survey(range(1_000 + block * 1_000, 2_000 + block * 1_000), tmp_path)
    assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    first, last = int(sys.argv[1]), int(sys.argv[-1])
    with tempfile.TemporaryDirectory() as name:
        if first == last:
            chosen, spoilt = case(first)
            sys.stdout.write(f"{chosen.name}\n{spoilt.decode('utf-8', 'replace')}\n")
            sys.stdout.write(f"{verdict(chosen, spoilt, Path(name)) or 'a game'}\n")
        else:
            told, counted = survey(range(first, last), Path(name))
            sys.stdout.write("\n".join(told) + f"\n{dict(counted)}\n")

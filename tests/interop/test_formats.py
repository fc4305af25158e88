"""File formats: found by a folder scan, one file each, known by how the names of files end."""

from __future__ import annotations

from pathlib import Path

import pytest

from offramp.interop import FormatError, find_formats, formats, read_game, write_game
from offramp.interop.formats.efg import parse_efg
from offramp.testing import check_format

from .games import POKER

FILE = '''"""Gambit's trees with another name."""
from offramp.interop.formats import Format
from offramp.interop.formats.efg import FORMAT as EFG
FORMAT = Format("the tree, again", EFG.read, EFG.text)
'''


def test_a_new_format_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    (tmp_path / "poker.py").write_text(FILE)
    game = parse_efg(POKER)
    assert read_game(write_game(game, tmp_path / "own.poker")) == game
    with pytest.raises(FormatError) as caught:
        read_game(tmp_path / "own.pokr")
    assert caught.value.expected == "a name that ends in .efg, .nfg or .poker"
    assert caught.value.repair == "did you mean 'poker'?"


@pytest.mark.parametrize("name", find_formats())
def test_every_format_reads_what_it_writes_and_refuses_the_rest(name: str) -> None:
    check_format(find_formats()[name], name)

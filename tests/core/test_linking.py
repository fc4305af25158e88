"""Kernels that only kernels call: what they compute, and that no machine code is made of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from offramp.core.compiling import LINKED, njit


@njit(nogil=True, **LINKED)
def _at(values, place):
    return values[place] * 2.0


@njit(nogil=True, **LINKED)
def _sum(values):
    total = 0.0
    for place in range(values.size):
        total += _at(values, place)
    if total < 0.0:
        raise ValueError("less than nothing", total)
    return total


@njit(nogil=True)
def _more(values):
    return _sum(values) + 1.0


@njit(nogil=True, **LINKED)
def _fill(values, other):
    values[:] = other


@njit(nogil=True)
def _filled(values, other):
    _fill(values, other)


def test_a_caller_takes_them_in() -> None:
    assert _more(np.arange(5.0)) == 21.0
    assert _more(np.arange(5, dtype=np.float32)) == 21.0
    with pytest.raises(ValueError, match=r"less than nothing', -20\.0"):
        _more(-np.arange(5.0))


def test_each_kind_of_argument_has_a_function_of_its_own() -> None:
    _more(np.arange(5.0))
    _more(np.arange(5, dtype=np.float32))
    entries = [found.entry_point for found in _sum.overloads.values()]
    assert len(entries) == len(set(entries)) == 2


def test_no_machine_code_is_made_of_them() -> None:
    _more(np.arange(5.0))
    found = next(iter(_sum.overloads.values()))
    name = found.fndesc.llvm_func_name
    assert any(one.name == name for one in found.library._final_module.functions)
    assert not found.library._codegen._engine.is_symbol_defined(name)


KEPT = """
import sys
import numpy as np
sys.path.insert(0, {folder!r})
from kept import more
assert more(np.arange(5.0)) == 21.0
try:
    more(-np.arange(5.0))
except ValueError as error:
    assert error.args == ("less than nothing", -20.0)
    print(sum(more.stats.cache_hits.values()))
"""


def test_what_a_piece_of_numba_complains_of_reaches_python() -> None:
    with pytest.raises(ValueError, match=r"slice of shape \(3,\) from input of shape \(5,\)"):
        _filled(np.zeros(3), np.ones(5))


def test_what_is_kept_of_a_caller_holds_them(tmp_path: Path) -> None:
    """A second process runs the caller's machine code and compiles nothing."""
    text = Path(__file__).read_text(encoding="utf-8")
    kernels = text[text.index("@njit") : text.index("def test_a_caller")]
    kernels = kernels.replace("@njit(nogil=True)", "@njit(nogil=True, cache=True)")
    head = "import numpy as np\nfrom offramp.core.compiling import LINKED, njit\n"
    (tmp_path / "kept.py").write_text(f"{head}{kernels}\nmore = _more\n", encoding="utf-8")
    code = KEPT.format(folder=str(tmp_path))
    told = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [one.stdout.strip() for one in told] == ["0", "1"]

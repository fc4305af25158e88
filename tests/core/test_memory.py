"""Memory that is given back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FREED = """
import sys
from pathlib import Path
import numpy as np
from offramp.core.memory import reuse_memory
if sys.argv[1] == "kept":
    reuse_memory()
def resident():
    return 4096 * int(Path("/proc/self/statm").read_text().split()[1])
before = resident()
arrays = [np.ones(5_000_000) for _ in range(4)]
del arrays
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library is asked")
def test_what_is_freed_stays_with_the_process_where_that_was_asked_for() -> None:
    def left(how: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", FREED, how], capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    assert left("returned") < 40_000_000
    assert left("kept") > 120_000_000

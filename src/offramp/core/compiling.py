"""Compiled kernels: where their machine code is kept, and who is told when it is made.

numba keeps it beside the source or in the user's cache folder. Where neither can be written
(a package that is installed for all, a home that is none) it is kept in a folder of the user's
own among the temporary files, and where that cannot be had either it is not kept at all.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

FOLDER = "offramp-compiled"
LINKED: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Options of kernels that only kernels call: they are compiled as parts of these (`linking`)."""


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """numba's decorator of that name, which never fails for want of a place for what it keeps."""
    from numba import njit as compiling
    from numba.core import config

    settings: Any = config
    _listen()
    from offramp.core.linking import Entry, LinkedOnly

    if options.get("no_cpython_wrapper"):
        linked: dict[str, Any] = {**options, "cache": False, "pipeline_class": LinkedOnly}
        return compiling(**linked)
    options |= {"no_cfunc_wrapper": True, "pipeline_class": Entry}  # none is handed on as a value

    def compiled(kernel: Callable[..., Any]) -> Any:
        try:
            return bound_to_sources(compiling(**options)(kernel))
        except RuntimeError:  # no folder of numba's own can be written
            folder = spare_folder()
        if folder is None:
            uncached: dict[str, Any] = {**options, "cache": False}
            return compiling(**uncached)(kernel)
        usual, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
        try:
            return bound_to_sources(compiling(**options)(kernel))
        finally:
            settings.CACHE_DIR = usual

    return compiled


def bound_to_sources(dispatcher: Any) -> Any:
    """The same compiled function, whose kept code is good for the kernels of today only.

    numba looks at the file of a kernel alone: it would run what was compiled with an older kernel
    of another file, and fail over a record that has moved since. The version that it writes into
    what it keeps, and compares before it reads on, is therefore lengthened by all of our kernels.
    """
    cache: Any = getattr(dispatcher, "_cache", None)
    kept: Any = getattr(cache, "_cache_file", None)
    if isinstance(getattr(kept, "_version", None), str):
        kept._version += f" {kernels_stamp()}"
        cache.load_overload = partial(_load, dispatcher.__name__, cache.load_overload)
    return dispatcher


def _load(kernel: str, usual: Callable[..., Any], *asked: Any) -> Any:
    """What is kept of a kernel; where another process is compiling it, what that will keep."""
    found = usual(*asked)
    while found is None and kernel in _elsewhere and _elsewhere[kernel]():
        time.sleep(0.1)
        found = usual(*asked)
    return found


_elsewhere: dict[str, Callable[[], bool]] = {}


def expect_kernels(kernels: Iterable[str], going_on: Callable[[], bool]) -> None:
    """Wait for these kernels as long as what compiles them is ``going_on``; then compile them."""
    _elsewhere.update(dict.fromkeys(kernels, going_on))


@cache
def kernels_stamp() -> str:
    """A short hash of all files of ours that hold kernels."""
    import hashlib

    found = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text or b"jit_inside" in text:
            found.update(text)
    return found.hexdigest()[:16]


@cache
def spare_folder() -> Path | None:
    """A folder among the temporary files that nobody but this user can write; None if none is.

    What is kept is run when it is read, so a folder that somebody else owns or may write to,
    or a link, is not taken.
    """
    import tempfile

    try:
        user = os.getuid() if hasattr(os, "getuid") else 0
        folder = Path(tempfile.gettempdir()) / f"{FOLDER}-{user}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        own = not hasattr(os, "getuid") or found.st_uid == user
        closed = os.name == "nt" or not stat.S_IMODE(found.st_mode) & 0o022
        with tempfile.TemporaryFile(dir=folder):
            return folder if own and closed and stat.S_ISDIR(found.st_mode) else None
    except OSError:
        return None


_told: list[tuple[str, Callable[[str], object]]] = []


def tell_compiling(say: Callable[[str], object], *, of: str = "") -> None:
    """Have ``say`` told, once, when a kernel is compiled that was not kept from before.

    Only kernels ``of`` modules whose names begin so count.
    """
    _told.append((of, say))


@cache
def _listen() -> None:
    """Have numba tell when it compiles."""
    import gc

    from numba.core import event

    class Compiling(event.Listener):
        depth, collecting = 0, False

        def on_start(self, event: Any) -> None:
            module = event.data["dispatcher"].py_func.__module__
            for one in [one for one in _told if module.startswith(one[0])]:
                _told.remove(one)
                one[1](_compiling_words())
            if not self.depth:  # collecting takes a tenth of the time, and finds little
                self.collecting = gc.isenabled()
                gc.disable()
            self.depth += 1

        def on_end(self, event: Any) -> None:
            self.depth -= 1
            if not self.depth and self.collecting:
                gc.enable()

    event.register("numba:compile", Compiling())


def _compiling_words() -> str:
    if spare_folder.cache_info().currsize and spare_folder() is None:
        return (
            "compiling the solver (about a minute), as every command will: there is no folder to "
            "keep it in; NUMBA_CACHE_DIR may name one"
        )
    return "compiling the solver (about a minute, once on this machine)"

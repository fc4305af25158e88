"""Files: read if they are such, and bounded; written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError, Place, ResultError

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""How an address begins; a drive has one letter."""
BELOW = "n" * 80
"""Stands for the longest name that is ever made in a folder."""
READABLE = "a file that can be read"
MAX_JSON = 1 << 28
PIECE = 1 << 20


def regular_size(
    path: str | Path, *, expected: str = READABLE, kind: type[OfframpError] = ResultError
) -> int:
    """The size of a regular file in bytes.

    Raises ``kind`` where there is none, or it is something else: a folder, a pipe (which waits
    when it is opened), a device (which may do anything then).
    """
    refuse_address(str(path), kind)
    try:
        about = os.stat(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error, expected, kind) from None
    if not stat.S_ISREG(about.st_mode):
        raise kind(
            f"'{path}' is not a file",
            expected=expected,
            repair="name a file",
            place=Place(str(path), 1, 1),
        )
    return about.st_size


def read_regular(
    path: str | Path, most: int, *, expected: str = READABLE, kind: type[OfframpError] = ResultError
) -> bytes:
    """The bytes of a regular file of at most ``most`` bytes; no more are ever read.

    Raises ``kind`` where there is none, it is something else, or it is larger.
    """
    size = regular_size(path, expected=expected, kind=kind)
    try:
        with open(path, "rb") as file:
            content = file.read(min(most, max(size, PIECE)) + 1)
    except OSError as error:
        raise _unreadable(path, error, expected, kind) from None
    if len(content) > most:
        raise kind(
            f"the file has {max(size, len(content)):,} bytes",
            expected=f"at most {most:,} bytes",
            repair="look whether this is the right file",
            place=Place(str(path), 1, 1),
        )
    return content


def _unreadable(
    path: str | Path, error: Exception, expected: str, kind: type[OfframpError]
) -> OfframpError:
    reason = getattr(error, "strerror", None) or str(error)
    return kind(
        f"the file cannot be read: {reason}",
        expected=expected,
        repair="look at its path",
        place=Place(str(path), 1, 1),
    )


def read_json(path: str | Path, most: int = MAX_JSON, *, expected: str = READABLE) -> Any:
    """What a file of JSON holds. Raises ResultError where it cannot be read or is something else.

    Values that are nested too deeply to be read are no mistake of ours and so raise it too.
    """
    try:
        return json.loads(read_regular(path, most, expected=expected))
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ResultError(
            f"'{path}' is not JSON: {why}", expected=expected, place=Place(str(path), 1, 1)
        ) from None


def refuse_address(name: str, kind: type[OfframpError] = ResultError) -> None:
    """Raise ``kind`` where a name is an address of the network, not a path."""
    if URL.match(name):
        raise kind(
            f"'{name}' is an address, not a path",
            expected="a path on this machine",
            repair="copy what is there to a folder, or mount it, and name that",
            place=Place(name, 1, 1),
        )


def check_target(path: str | Path, *, folder: bool = False, option: str = "") -> None:
    """Raise ResultError where a file, or a ``folder`` of files, could not be written.

    Nothing is made or changed. ``option`` is what named it, for the repair.
    """
    path, why = Path(path), ""
    refuse_address(str(path))
    try:
        for name in (path, path / BELOW if folder else path.parent / BELOW):
            with suppress(FileNotFoundError, NotADirectoryError):
                os.lstat(name)
        why = _unfit(path, folder)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
    if why:
        what = "a folder" if folder else "a file"
        raise ResultError(
            f"'{path}' cannot be written: {why}",
            expected=f"{what} that can be written, under a name that is not too long",
            repair=f"name another with {option}" if option else "name another",
            place=Place(option or str(path), 1, 1),
        )


def _unfit(path: Path, folder: bool) -> str:
    """Why a path cannot be written, or the empty string."""
    if path.exists():
        if folder:
            return "" if path.is_dir() else "it is no folder"
        if not path.is_file():
            return "it is a folder" if path.is_dir() else "it is no regular file"
    above = next(one for one in (path if folder else path.parent, *path.parents) if one.exists())
    if not above.is_dir():
        return f"'{above}' is no folder"
    return "" if os.access(above, os.W_OK | os.X_OK) else f"'{above}' may not be written"


def atomic_write(path: str | Path, writer: Callable[[Path], None]) -> Path:
    """Let ``writer`` write a temporary file beside ``path``, then put it in its place at once.

    Whoever reads ``path`` sees the old content or the new, never a part; an error leaves the old
    one. The folder is made where it is missing. Returns the path; raises what ``writer`` raises,
    OSError, and ResultError where ``path`` is there and is no file: a device stays what it is.
    """
    path = Path(path)
    check_target(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        writer(temporary)
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_text(path: str | Path, text: str) -> Path:
    """Write ``text`` as UTF-8 with newlines as they are, whole or not at all; the path."""

    def writer(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8", newline="")

    return atomic_write(path, writer)

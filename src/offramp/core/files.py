"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def atomic_write(path: str | Path, writer: Callable[[Path], None]) -> Path:
    """Let ``writer`` write a temporary file beside ``path``, then put it in its place at once.

    Whoever reads ``path`` sees the old content or the new, never a part; an error leaves the old
    one. The folder is made where it is missing. Returns the path; raises what ``writer`` raises
    and OSError.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(6)}{path.suffix}")
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

"""Every saved version of a file, each a file of its own: numbered, dated and marked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from offramp.core.errors import OfframpError
from offramp.core.files import read_regular, write_text

NAME = re.compile(r"(\d{5})-(\d{8}T\d{6}Z)-([0-9a-f]{16})\.yaml")
MOST = 1_000_000


@dataclass(frozen=True)
class Version:
    """One version: its number from 1, when it was saved (UTC), its mark and its size in bytes."""

    number: int
    saved: datetime
    mark: str
    size: int
    path: Path

    @property
    def when(self) -> str:
        """The day and time in this machine's zone."""
        return self.saved.astimezone().strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class History:
    """The versions of one file, in a folder of their own, which may not be there yet."""

    folder: Path

    def versions(self) -> tuple[Version, ...]:
        """All versions, the oldest first."""
        if not self.folder.is_dir():
            return ()
        found: list[Version] = []
        for path in sorted(self.folder.iterdir()):
            match = NAME.fullmatch(path.name)
            if match and not path.is_symlink():
                saved = datetime.strptime(match[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                size = path.stat().st_size
                found.append(Version(int(match[1]), saved, match[3], size, path))
        return tuple(found)

    def keep(self, text: str) -> None:
        """Keep a text as the newest version, unless it is that already."""
        known = self.versions()
        mark = sha256(text.encode("utf-8")).hexdigest()[:16]
        if known and known[-1].mark == mark:
            return
        number = known[-1].number + 1 if known else 1
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        write_text(self.folder / f"{number:05d}-{now}-{mark}.yaml", text)

    def text(self, number: int) -> str:
        """The text of a version; an OfframpError where there is none of that number."""
        for one in self.versions():
            if one.number == number:
                return read_regular(one.path, MOST, kind=OfframpError).decode("utf-8")
        raise OfframpError(f"there is no version {number}", expected="a version of this file")

    def move(self, other: History) -> None:
        """Become the history of another name; what that name had before stays before it."""
        if not self.folder.is_dir():
            return
        if not other.folder.exists():
            other.folder.parent.mkdir(parents=True, exist_ok=True)
            os.rename(self.folder, other.folder)
            return
        for one in self.versions():
            other.keep(self.text(one.number))

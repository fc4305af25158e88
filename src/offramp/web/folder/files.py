"""The user's folder: files by name, none outside it, none overwritten unseen."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from offramp.core.errors import OfframpError, Place
from offramp.core.files import read_regular, write_text
from offramp.scenario.shelf import SUFFIXES
from offramp.scenario.yaml_text import MAX_BYTES
from offramp.web.folder.versions import History

PART = re.compile(r"[^\W_][\w .()+-]{0,79}")
"""How a folder or file may be called: letters, digits and a few signs."""
DEEPEST, MOST_FILES = 4, 2000
OWN = ".offramp"
"""Where Offramp keeps versions and runs, inside the folder."""
WAIT = 5.0
"""Seconds that a save waits for another."""


class Missing(OfframpError):
    """What was asked for is not there."""


class Changed(OfframpError):
    """The file is no longer what the page was made from."""


@dataclass(frozen=True)
class Folder:
    """A folder that exists; ``root`` is its real path."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> Folder:
        """The folder at a path; an OfframpError where there is none."""
        if not path.is_dir():
            raise OfframpError(f"'{path}' is no folder", expected="a folder that is there")
        return cls(path.resolve(strict=True))

    @property
    def own(self) -> Path:
        """Where Offramp's own files are kept in it."""
        return self.root / OWN

    def files(self) -> tuple[str, ...]:
        """Names of the YAML files in it, folders first by name; links are not followed."""
        found: list[str] = []
        for folder, below, names in os.walk(self.root):
            inside = Path(folder).relative_to(self.root)
            deep = len(inside.parts) + 1 < DEEPEST
            below[:] = sorted(one for one in below if deep and PART.fullmatch(one))
            found += [
                (inside / one).as_posix()
                for one in sorted(names)
                if one.endswith(SUFFIXES) and PART.fullmatch(one) and _regular(Path(folder) / one)
            ]
            if len(found) > MOST_FILES:
                break
        return tuple(found[:MOST_FILES])

    def path(self, name: str) -> Path:
        """The path of a YAML file in it, there or not. Raises OfframpError for any other name."""
        parts = name.split("/")
        fits = len(parts) <= DEEPEST and all(map(PART.fullmatch, parts))
        if not fits or not name.endswith(SUFFIXES) or any(p.endswith((".", " ")) for p in parts):
            raise OfframpError(
                f"'{name}' is no name of a file here",
                expected="letters, digits, spaces and . ( ) + - _, ending in .yaml",
                repair="say first-try.yaml",
            )
        path = self.root
        for part in parts:
            path = path / part
            if path.is_symlink():
                raise _is_link(name)
        return path

    def text(self, name: str) -> str:
        """The text of a file. Raises Missing, and OfframpError where it is no text in UTF-8."""
        path = self.path(name)
        if not path.is_file():
            raise Missing(f"'{name}' is not in this folder", place=Place(name, 1, 1))
        content = read_regular(path, MAX_BYTES, expected="a scenario in YAML", kind=OfframpError)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise OfframpError(
                f"byte {error.start + 1} is not UTF-8",
                expected="a text file in UTF-8",
                repair="save the file as UTF-8",
                place=Place(name, 1, 1),
            ) from None

    def readable(self, name: str) -> Path:
        """The path of a file that is there, for what reads it with the mechanisms beside it."""
        self.refuse_links(name, self.text(name))
        return self.path(name)

    def refuse_links(self, name: str, text: str) -> None:
        """An OfframpError where a text names a mechanism that is a link: it may lead outside."""
        beside = self.path(name).parent
        for folder in (beside, beside / "mechanisms"):
            for path in sorted(folder.glob("*.y*ml")) if folder.is_dir() else ():
                linked = path.is_symlink() or folder.is_symlink()
                if linked and re.search(rf"\b{re.escape(path.stem)}\b", text):
                    raise _is_link(path.relative_to(self.root).as_posix())

    def save(self, name: str, text: str, based_on: str | None) -> str:
        """Write a text as the newest version of a file; its mark.

        ``based_on`` is the mark of what the writer last saw, or None for a file that is new. Every
        version is kept, also one that another program wrote. Raises Changed where the file is no
        longer what the writer saw.
        """
        path = self.path(name)
        _fits(text)
        with self._alone():
            now = self.text(name) if path.exists() else None
            if (None if now is None else mark_of(now)) != based_on:
                raise _changed(name, now, based_on)
            history = self.history(name)
            if now is not None:
                history.keep(now)
            history.keep(text)
            write_text(path, text)
        return mark_of(text)

    def rename(self, name: str, to: str) -> None:
        """Give a file and its versions another name; one that is taken is an OfframpError."""
        old, new = self.path(name), self.path(to)
        with self._alone():
            self.history(name).keep(self.text(name))
            if os.path.lexists(new):
                raise _taken(to)
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)
            self.history(name).move(self.history(to))

    def history(self, name: str) -> History:
        """The versions of a file."""
        return History(self.own / "history" / self.path(name).relative_to(self.root))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change of the folder at a time, of all programs that are Offramp's."""
        from offramp.study.sweeps.lock import Held, locked

        self.own.mkdir(exist_ok=True)
        if self.own.is_symlink():
            raise OfframpError(f"'{OWN}' is a link", expected="a folder in this folder")
        until = time.monotonic() + WAIT
        while True:
            try:
                with locked(self.own / "lock"):
                    yield
                return
            except Held as held:
                if time.monotonic() > until:
                    raise OfframpError(
                        f"the folder is being written by {held}",
                        expected="one that writes at a time",
                        repair="try again",
                    ) from None
                time.sleep(0.05)


def mark_of(text: str) -> str:
    """What a text is known by: the first 16 hexadecimal digits of its SHA-256."""
    return sha256(text.encode("utf-8")).hexdigest()[:16]


def _regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _fits(text: str) -> None:
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise OfframpError(
            f"the text has {len(text):,} characters", expected=f"at most {MAX_BYTES:,} bytes"
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise OfframpError("the text is not Unicode", expected="text in UTF-8") from None


def _is_link(name: str) -> OfframpError:
    return OfframpError(
        f"'{name}' is a link",
        expected="a file that lies in this folder",
        repair="copy the file itself into the folder",
    )


def _taken(name: str) -> OfframpError:
    return OfframpError(
        f"'{name}' exists already", expected="a new name", repair="choose another name"
    )


def _changed(name: str, now: str | None, based_on: str | None) -> OfframpError:
    if based_on is None:
        return _taken(name)
    found = "is no longer there" if now is None else "was changed by another window or program"
    return Changed(
        f"'{name}' {found}; nothing was written",
        expected="the version that this page was made from",
        repair="save under another name, or look at the difference and save again",
    )

"""The scenario that an address names: a file of the folder or a name of the library."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from offramp.core.errors import OfframpError
from offramp.scenario import Scenario, read
from offramp.scenario.shelf import SUFFIXES, library_files
from offramp.scenario.transcripts.lock import lock_path
from offramp.web.folder.files import Missing
from offramp.web.folder.withheld import read_shown

if TYPE_CHECKING:
    from offramp.web.live.games import Compiled, Games
    from offramp.web.server.site import Site

Words = tuple[tuple[int, int] | None, ...]
REMEMBERED = 32
"""Texts whose scenario is remembered."""


class Outdated(OfframpError):
    """The text is no longer the one from which a page was made."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """What a server has read and compiled; one for each site."""

    site: Site
    _read: OrderedDict[str, tuple[Scenario, Words]] = field(
        default_factory=OrderedDict[str, "tuple[Scenario, Words]"]
    )
    _lock: Lock = field(default_factory=Lock)

    @cached_property
    def games(self) -> Games:
        """The compiled games; the solver is loaded with the first."""
        from offramp.web.live.games import Games

        return Games()

    def compiled(self, name: str, key: str = "") -> Compiled:
        """The scenario of that name compiled; with a ``key`` the content that a page was made of.

        Raises Missing where there is none, Outdated where its content has another hash by now, and
        OfframpError where the text does not say what the language allows.
        """

        def fresh() -> Scenario:
            found = self.scenario(name)
            if key and found.content_hash != key:
                raise Outdated(
                    f"'{name}' has changed since this page was opened",
                    expected="the text from which the page was made",
                    repair="load the page again",
                )
            return found

        return self.games.known(key, fresh) if key else self.games.of(fresh())

    def scenario(self, name: str) -> Scenario:
        """The scenario of that name, read again only where a text or transcript has changed."""
        path = self.path(name)
        if self.in_folder(name):
            self.site.folder.text(name)  # refuses what cannot be read
        mark = _mark(path)
        with self._lock:
            known = self._read.get(mark)
            if known is not None and known[1] == _words(path, known[0]):
                self._read.move_to_end(mark)
                return known[0]
        found = read_shown(self.site, name) if self.in_folder(name) else read(path)
        with self._lock:
            self._read[mark] = found, _words(path, found)
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return found

    def path(self, name: str) -> Path:
        """The file; Missing where there is none."""
        if self.in_folder(name):
            path = self.site.folder.path(name)
            if not path.is_file():
                raise Missing(f"'{name}' is not in this folder", expected="a file of the folder")
            return path
        known = library_files("scenarios")
        if name not in known:
            raise Missing(
                f"'{name}' is neither in this folder nor in the library",
                expected="a file of the folder, or a scenario of the library",
            )
        return known[name]

    @staticmethod
    def in_folder(name: str) -> bool:
        """Whether the name is that of a file of the folder, not of the library."""
        return name.endswith(SUFFIXES)


def shelf_of(site: Site) -> Shelf:
    """What this server has read and compiled."""
    return site.keep("live shelf", lambda: Shelf(site))


def _words(path: Path, scenario: Scenario) -> Words:
    """What the transcripts of a scenario, and what was accepted of them, are known by."""
    named = [path.parent / one.file for one in scenario.sources.values() if one.file]
    there = [one.stat() if one.is_file() else None for one in (*named, lock_path(path))]
    return tuple(None if one is None else (one.st_mtime_ns, one.st_size) for one in there)


def _mark(path: Path) -> str:
    """What a scenario's text and the mechanisms that may stand beside it are known by."""
    told = sha256(str(path).encode())
    told.update(path.read_bytes())
    for folder in (path.parent, path.parent / "mechanisms"):
        for beside in sorted(folder.glob("*.y*ml")) if folder.is_dir() else ():
            about = beside.stat()
            told.update(f"{beside.name} {about.st_mtime_ns} {about.st_size}".encode())
    return told.hexdigest()

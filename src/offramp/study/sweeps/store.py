"""A store on disk: files put in their place at once, and a record for every chunk with checksums.

Inside the zarr group stands the group ``sweep`` with what is ours: ``order.json`` (what the
sweep is of, written before anything else), ``records/`` (one file per chunk; a chunk counts
when its record is there and its files are those that the record describes),
``statistics.json`` and ``lock``. One process writes, under the lock.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offramp.core.errors import ResultError
from offramp.core.files import read_json, read_regular
from offramp.study.sweeps.lock import Held, locked
from offramp.study.sweeps.ordering import Order, Part

FORMAT = 1
OURS = "sweep"
DIGITS = 32
"""Hexadecimal digits kept of a SHA-256 checksum."""


@dataclass(frozen=True)
class Task:
    """The order of a store, how many draws are wanted, and where the store comes from."""

    order: Order
    draws: int
    attrs: Mapping[str, Any]
    """Of the whole dataset: title, versions, command and the like."""


@dataclass(frozen=True)
class Record:
    """A chunk that is there: its draws, its files, and what became of the draws."""

    part: Part
    files: Mapping[str, str]
    """Name to checksum."""
    status: Mapping[str, int]
    """Word to number of draws."""
    messages: Mapping[int, str]


class Store:
    """The files of one store; whatever writes raises ResultError where that cannot be done."""

    def __init__(self, root: Path) -> None:
        self.root, self.ours = root, root / OURS

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store's lock, with what an interrupted writer left half-written taken away."""
        fresh = not self.ours.is_dir()
        if fresh and self.root.exists() and (not self.root.is_dir() or any(self.root.iterdir())):
            raise unfit(
                f"'{self.root}' is there and is no store of a sweep",
                "a new name, or a store that 'offramp sweep' wrote",
                "name another --store",
            )
        with ExitStack() as held:
            try:
                (self.ours / "new").mkdir(parents=True, exist_ok=True)
                held.enter_context(locked(self.ours / "lock"))
                self._tidy()
            except OSError as error:
                raise unwritable(self.root, error) from None
            except Held as error:
                raise unfit(
                    f"'{self.root}' is being written by {error}",
                    "one writer at a time",
                    "wait until it is done, or end it: what it has committed is kept",
                ) from None
            yield

    def _tidy(self) -> None:
        """Take away what an interrupted writer left half-written."""
        for left in (self.ours / "new").iterdir():
            left.unlink()

    def put(self, name: str, content: bytes, *, lasting: bool = False) -> None:
        """Write a file whole or not at all; ``lasting``: it is on the disk before we go on."""
        target, new = self.root / name, self.ours / "new" / name.replace("/", "+")
        try:
            with open(new, "wb") as file:
                file.write(content)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            if not target.parent.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(new, target)
        except OSError as error:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise unwritable(self.root, error) from None

    def put_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a file of ours, with its own checksum."""
        sealed = {**content, "checksum": checksum(_plain(content))}
        self.put(f"{OURS}/{name}", _plain(sealed, indent=1) + b"\n", lasting=True)

    def get_json(self, name: str) -> dict[str, Any] | None:
        """A file of ours; None where there is none, or it is not as it was written."""
        try:
            content = read_json(self.ours / name)
            return content if content.pop("checksum") == checksum(_plain(content)) else None
        except (ResultError, ValueError, KeyError, TypeError, AttributeError):
            return None

    # what the sweep is of

    def task(self) -> Task | None:
        """What the store is of; None where nothing was begun. Raises ResultError if damaged."""
        if not (self.ours / "order.json").exists():
            return None
        told = self.get_json("order.json")
        try:
            if told is None or told["format"] != FORMAT:
                raise ValueError
            return Task(Order.of(told["order"]), int(told["draws"]), told["attrs"])
        except (KeyError, TypeError, ValueError):
            raise unfit(
                f"what '{self.root}' is a sweep of cannot be read",
                "the file sweep/order.json in it, as this version of Offramp writes it",
                "name another --store, or take the version that wrote it",
            ) from None

    def put_task(self, task: Task) -> None:
        """Write what the store is of."""
        plain = {
            "format": FORMAT,
            "order": task.order.plain(),
            "draws": task.draws,
            "attrs": dict(task.attrs),
        }
        self.put_json("order.json", plain)

    # chunks

    def commit(
        self,
        part: Part,
        files: Iterable[tuple[str, bytes]],
        status: Mapping[str, int],
        messages: Mapping[int, str],
    ) -> Record:
        """Write the files of a chunk, and then the record that makes them count."""
        sums: dict[str, str] = {}
        for name, content in files:
            self.put(name, content)
            sums[name] = checksum(content)
        record = Record(part, sums, dict(status), dict(sorted(messages.items())))
        told = {str(draw): text for draw, text in record.messages.items()}
        plain = {"part": list(part), "files": sums, "status": dict(status), "messages": told}
        self.put_json(record_name(part.number), plain)
        return record

    def record(self, number: int) -> Record | None:
        """The record of a chunk; None where there is none or it is damaged."""
        told = self.get_json(record_name(number))
        try:
            if told is None:
                return None
            messages = {int(draw): text for draw, text in told["messages"].items()}
            return Record(Part(*told["part"]), told["files"], told["status"], messages)
        except (KeyError, TypeError, ValueError):
            return None

    def sound(self, record: Record) -> bool:
        """Whether all files of a chunk are as its record describes them."""
        try:
            return all(
                checksum(read_regular(self.root / name, sys.maxsize - 1)) == told
                for name, told in record.files.items()
            )
        except ResultError:
            return False

    def recorded(self, number: int) -> bool:
        """Whether a chunk has a record, sound or not."""
        return (self.ours / record_name(number)).exists()


def record_name(number: int) -> str:
    """Where the record of a chunk stands."""
    return f"records/{number // 1000:04}/{number:07}.json"


def checksum(content: bytes) -> str:
    """What tells one content from another."""
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def unfit(found: str, expected: str, repair: str) -> ResultError:
    """An error about a store; ``found`` names it."""
    return ResultError(found, expected=expected, repair=repair)


def unwritable(root: Path, error: OSError) -> ResultError:
    """The error of a disk that is full, or a folder that may not be written."""
    return unfit(
        f"'{root}' cannot be written: {error.strerror or error}",
        "a folder that can be written, with room for the draws",
        "make room or name another --store; what is committed is kept, and the same command "
        "goes on from there",
    )


def _plain(content: Mapping[str, Any], indent: int | None = None) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=indent, sort_keys=False).encode()

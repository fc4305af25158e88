"""A class at play: groups round the same crisis, a code to join, whoever is missing played on."""

from __future__ import annotations

import csv
import io
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from offramp.core.errors import OfframpError
from offramp.study.solving.experiment import Solved
from offramp.study.solving.labels import spoken
from offramp.web.play.looking_back import choice_rows
from offramp.web.play.table import Table

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Those that are not taken for others when they are read aloud."""
MOST_STUDENTS = 200
LONGEST_NAME = 40
AWAY, GRACE = 12.0, 3.0
"""Seconds without a sign after which a student's seat is played on, and after a page was left:
a page that is loaded again is no student who has gone."""


@dataclass(eq=False)
class Student:
    """One who joined: a name, a secret that stands for the seat, and when last heard of."""

    name: str
    group: int
    party: int
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    heard: float = 0.0
    away: bool = False


@dataclass(eq=False)
class Lesson:
    """One class. ``seats`` are the parties that students play; ``odds`` shows the solved play."""

    name: str
    title: str
    solved: Solved
    seats: tuple[int, ...]
    odds: bool = False
    clock: Callable[[], float] = time.monotonic
    code: str = field(default_factory=lambda: "".join(secrets.choice(LETTERS) for _ in range(6)))
    students: list[Student] = field(default_factory=list[Student])
    tables: list[Table] = field(default_factory=list[Table])
    open: bool = True
    begun: bool = False

    def __post_init__(self) -> None:
        self.lock = RLock()

    def join(self, name: str) -> Student:
        """Give somebody the first free seat, also one that was left; a new group where none is."""
        told = " ".join(name.split())[:LONGEST_NAME]
        if not told:
            raise OfframpError("no name was given", expected="a name, or a letter")
        with self.lock:
            if not self.open or len(self.students) >= MOST_STUDENTS:
                raise OfframpError("this class takes nobody any more", expected="another class")
            taken = {(one.group, one.party) for one in self.students if not one.away}
            free = (
                (group, party)
                for group, table in enumerate(self.tables)
                if not table.over
                for party in self.seats
                if (group, party) not in taken
            )
            group, party = next(free, (len(self.tables), self.seats[0]))
            if group == len(self.tables):
                self.tables.append(Table(self.solved, {party}, held=not self.begun))
            else:
                self.tables[group].sit(party)
            if self.tables[group].people >= set(self.seats):
                self.tables[group].begin()
            student = Student(told, group, party, heard=self.clock())
            self.students.append(student)
            return student

    def begin(self) -> None:
        """Begin in every group; the solved play takes the empty seats, and late ones come to it."""
        with self.lock:
            self.begun = True
            for table in self.tables:
                table.begin()

    def student(self, secret: str) -> Student:
        """The student with that secret, who is heard of by asking; back again if away."""
        with self.lock:
            for one in self.students:
                if secrets.compare_digest(one.secret.encode(), secret.encode()):
                    one.heard = self.clock()
                    if one.away and self._seat_free(one):
                        one.away = False
                        self.tables[one.group].sit(one.party)
                    return one
        raise OfframpError("this seat is not known any more", expected="join the class again")

    def leave(self, student: Student) -> None:
        """A student's page was left: the seat is played on unless it is soon there again."""
        with self.lock:
            student.heard = min(student.heard, self.clock() - AWAY + GRACE)

    def move(self, student: Student, place: int, stamp: int) -> None:
        """A student's move, see `Table.choose`."""
        self.tables[student.group].choose(student.party, place, stamp)

    def look(self) -> None:
        """Play on for everybody of whom nothing was heard for a while."""
        with self.lock:
            now = self.clock()
            for one in self.students:
                if not one.away and now - one.heard > AWAY:
                    one.away = True
                    self.tables[one.group].leave(one.party)

    def board(self) -> dict[str, Any]:
        """What the teacher sees: every group with its seats, its way so far and its end."""
        self.look()
        with self.lock:
            return {
                "code": self.code,
                "open": self.open,
                "begun": self.begun,
                "students": len(self.students),
                "groups": [self._group(place) for place in range(len(self.tables))],
                "choices": list(self.rows()),
                "ends": self._ends(),
            }

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every choice of every student, beside the solved play."""
        for group, table in enumerate(self.tables):
            who = {self._party(one.party): one.name for one in self.students if one.group == group}
            for row in choice_rows(table):
                name = row["party"]
                yield {"group": group + 1, "student": who.get(name, "")} | row

    def csv(self) -> str:
        """The same as CSV text; a name that a spreadsheet would take for a formula is marked."""
        names = ("group", "student", "party", "round", "step", "move", "solved_probability", "cost")
        out = io.StringIO()
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(names)
        for row in self.rows():
            lines.writerow([_plain(row[name]) for name in names])
        return out.getvalue()

    def text(self) -> str:
        """The class in plain text: every group, its way and its end."""
        lines = [self.title, f"Class {self.code}, {len(self.students)} students", ""]
        for place, table in enumerate(self.tables):
            group = self._group(place)
            seats = ", ".join(f"{one['party']}: {one['student']}" for one in group["seats"])
            lines += [f"Group {place + 1} ({seats})"]
            lines += [
                f"  {table.game.scenario.time.round} {one['round']}: {one['by']}: {one['says']}"
                for one in table.view(self.seats[0])["history"]
            ]
            lines += [f"  End: {group['outcome'] or 'not yet'}", ""]
        return "\n".join(lines)

    def _seat_free(self, student: Student) -> bool:
        seat = student.group, student.party
        return all(one.away or (one.group, one.party) != seat for one in self.students)

    def _group(self, place: int) -> dict[str, Any]:
        table = self.tables[place]
        here = {one.party: one for one in self.students if one.group == place and not one.away}
        view = table.view(self.seats[0])
        return {
            "group": place + 1,
            "round": table.turn,
            "over": table.over,
            "outcome": view.get("outcome", ""),
            "waits_for": "the others" if table.held else getattr(here.get(table.mover), "name", ""),
            "moves": len(table.past),
            "seats": [
                {
                    "party": self._label(party),
                    "student": here[party].name if party in here else "the solved play",
                    "got": table.got(party) if table.over else None,
                }
                for party in self.seats
            ],
        }

    def _ends(self) -> list[dict[str, Any]]:
        """How many groups have come to each end."""
        counts: dict[str, int] = {}
        for table in self.tables:
            if table.outcome is not None:
                name = table.game.meaning.outcomes[table.outcome].name
                label = table.game.scenario.outcomes[name].label or spoken(name)
                counts[label] = counts.get(label, 0) + 1
        return [{"end": name, "groups": count} for name, count in counts.items()]

    def _party(self, position: int) -> str:
        return self.solved.game.meaning.parties[position]

    def _label(self, position: int) -> str:
        name = self._party(position)
        return self.solved.game.scenario.parties[name].label or spoken(name)


def _plain(value: Any) -> Any:
    """What a spreadsheet does not take for a formula."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@\t\r" else value

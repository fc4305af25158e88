"""What one server has at play: single games by their names, classes by their codes."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from offramp.core.errors import ResultError
from offramp.study.solving.experiment import Solved, solve
from offramp.web.folder.files import Missing
from offramp.web.live.reading import shelf_of
from offramp.web.live.setting import Setting
from offramp.web.play.lesson import Lesson
from offramp.web.play.looking_back import debrief
from offramp.web.play.table import Table

if TYPE_CHECKING:
    from offramp.web.server.site import Site

MOST_GAMES, MOST_LESSONS = 200, 20


@dataclass(frozen=True)
class Single:
    """One person's game."""

    file: str
    query: str
    table: Table
    party: int


@dataclass(frozen=True, eq=False)
class Seats:
    """Games and classes; the oldest are forgotten."""

    site: Site
    games: OrderedDict[str, Single] = field(default_factory=OrderedDict[str, Single])
    lessons: OrderedDict[str, Lesson] = field(default_factory=OrderedDict[str, Lesson])
    lock: Lock = field(default_factory=Lock)

    def solved(self, file: str, setting: Setting) -> tuple[str, Solved]:
        """Title, and the play followed; a ResultError where the game is not solved."""
        compiled = shelf_of(self.site).compiled(file)
        _, game = compiled.telling(setting)
        found = solve(game, precision_scale=setting.precision, starts=0)
        if found.equilibria.status[0] != "solved":
            raise ResultError(
                "the game is not solved at this setting", expected="a setting that is solved"
            )
        return compiled.scenario.title, found

    def begin(self, file: str, setting: Setting, party: str) -> str:
        """A game of one person against the solved play; its name."""
        _, found = self.solved(file, setting)
        place = party_place(found, party)
        name = secrets.token_hex(6)
        with self.lock:
            self.games[name] = Single(file, setting.query, Table(found, {place}), place)
            while len(self.games) > MOST_GAMES:
                self.games.popitem(last=False)
        return name

    def game(self, name: str) -> Single:
        """The game of that name; Missing where it is forgotten."""
        with self.lock:
            if name in self.games:
                return self.games[name]
        raise Missing("this game is not at play any more", expected="a new game")

    def teach(self, file: str, setting: Setting, parties: list[str], *, odds: bool) -> Lesson:
        """Open a class in which students play these parties."""
        title, found = self.solved(file, setting)
        seats = tuple(dict.fromkeys(party_place(found, one) for one in parties))
        if not seats:
            raise ResultError("no seat is for students", expected="at least one party")
        lesson = Lesson(file, title, found, seats, odds)
        with self.lock:
            self.lessons[lesson.code] = lesson
            while len(self.lessons) > MOST_LESSONS:
                self.lessons.popitem(last=False)
        return lesson

    def lesson(self, code: str) -> Lesson:
        """The class of that code, however it is typed; Missing where there is none."""
        told = "".join(code.split()).upper()
        with self.lock:
            if told in self.lessons:
                return self.lessons[told]
        raise Missing("there is no class of this code", expected="the code on the teacher's page")

    def single_view(self, name: str, *, odds: bool) -> dict[str, Any]:
        """What the person of a game sees, with the debrief once it is over."""
        single = self.game(name)
        told = single.table.view(single.party, odds=odds)
        if told["over"]:
            with self.lock:
                same = [
                    one.table
                    for one in self.games.values()
                    if (one.file, one.query) == (single.file, single.query)
                ]
            told["debrief"] = debrief(single.table, single.party, same)
        return told | {"file": single.file, "query": single.query}

    def student_view(self, code: str, secret: str) -> dict[str, Any]:
        """What a student sees, with the debrief once the group's game is over."""
        lesson = self.lesson(code)
        student = lesson.student(secret)
        lesson.look()
        table = lesson.tables[student.group]
        told = table.view(student.party, odds=lesson.odds)
        if told["over"]:
            told["debrief"] = debrief(table, student.party, lesson.tables)
        return told | {"student": student.name, "group": student.group + 1, "title": lesson.title}


def party_place(found: Solved, name: str) -> int:
    """The position of a party; a ResultError for another name."""
    parties = found.game.meaning.parties
    if name not in parties:
        raise ResultError(f"'{name[:60]}' is no party", expected=f"one of {', '.join(parties)}")
    return parties.index(name)

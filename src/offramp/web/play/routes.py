"""The pages of play: choose a seat, play, look back; open a class, join one, watch all groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from offramp.web.live.reading import shelf_of
from offramp.web.live.setting import setting_of
from offramp.web.server.pages import page, view
from offramp.web.server.parts import Link
from offramp.web.server.site import Site, site_of

if TYPE_CHECKING:
    from offramp.web.play.seats import Seats

router = APIRouter()
TABS = (Link(60, "Play", "/play/{name}"),)
UNGUARDED = ("/join",)
"""Students have no token: the code of the class, then the secret of their seat, stand for it."""


class Begun(BaseModel):
    """A game that one person begins."""

    name: str = Field(max_length=400)
    party: str = Field(max_length=100)
    query: str = Field("", max_length=20_000)


class Taught(BaseModel):
    """A class that a teacher opens."""

    name: str = Field(max_length=400)
    parties: list[str] = Field(max_length=50)
    odds: bool = False
    query: str = Field("", max_length=20_000)


class Moved(BaseModel):
    """A move: its place among those on offer, and the length of the history when it was shown."""

    place: int = Field(ge=0, le=10_000)
    stamp: int = Field(ge=0, le=10_000_000)


class Joined(BaseModel):
    """Who joins a class."""

    code: str = Field(max_length=40)
    name: str = Field(max_length=200)


class Seat(BaseModel):
    """A student's seat."""

    code: str = Field(max_length=40)
    secret: str = Field(max_length=80)


class SeatMoved(Moved, Seat):
    """A student's move."""


def seats_of(site: Site) -> Seats:
    """What is at play on a server; the solver is loaded with the first game."""
    from offramp.web.play.seats import Seats

    return site.keep("play seats", lambda: Seats(site))


def _setting(query: str) -> Any:
    from urllib.parse import parse_qsl

    return setting_of(parse_qsl(query))


@router.post("/play", response_model=None)
def begin(request: Request, asked: Begun) -> dict[str, Any]:
    """Begin a game of one person; its name."""
    site = site_of(request)
    return {"game": seats_of(site).begin(asked.name, _setting(asked.query), asked.party)}


@router.post("/play/at/{game}/move", response_model=None)
def move(request: Request, game: str, asked: Moved) -> dict[str, Any]:
    """Make a move in a game of one person."""
    single = seats_of(site_of(request)).game(game)
    single.table.choose(single.party, asked.place, asked.stamp)
    return {"moved": True}


@view(router, "/play/at/{game}", "play/table.html")
def table_page(request: Request, game: str, odds: bool = False) -> dict[str, Any]:
    """A game at play, as the person in its seat sees it."""
    told = seats_of(site_of(request)).single_view(game, odds=odds)
    return told | {"base": f"/play/at/{game}", "odds": odds}


@router.post("/play/class", response_model=None)
def teach(request: Request, asked: Taught) -> dict[str, Any]:
    """Open a class; its code."""
    seats = seats_of(site_of(request))
    lesson = seats.teach(asked.name, _setting(asked.query), asked.parties, odds=asked.odds)
    return {"code": lesson.code}


@router.post("/play/class/{code}/close", response_model=None)
def close_class(request: Request, code: str) -> dict[str, Any]:
    """Take nobody more into a class."""
    seats_of(site_of(request)).lesson(code).open = False
    return {"closed": True}


@router.post("/play/class/{code}/begin", response_model=None)
def begin_class(request: Request, code: str) -> dict[str, Any]:
    """Begin in every group, with the solved play in the empty seats."""
    seats_of(site_of(request)).lesson(code).begin()
    return {"begun": True}


@router.get("/play/class/{code}/choices.csv", response_model=None)
def choices_file(request: Request, code: str) -> Response:
    """Everybody's choices as a table."""
    text = seats_of(site_of(request)).lesson(code).csv()
    told = {"content-disposition": f'attachment; filename="class-{code[:6]}.csv"'}
    return PlainTextResponse(text, media_type="text/csv", headers=told)


@router.get("/play/class/{code}/story.txt", response_model=None)
def story_file(request: Request, code: str) -> Response:
    """Every group's way as text."""
    text = seats_of(site_of(request)).lesson(code).text()
    told = {"content-disposition": f'attachment; filename="class-{code[:6]}.txt"'}
    return PlainTextResponse(text, headers=told)


@view(router, "/play/class/{code}", "play/class.html")
def class_page(request: Request, code: str) -> dict[str, Any]:
    """The teacher's page: all groups, and everybody's choices."""
    site = site_of(request)
    lesson = seats_of(site).lesson(code)
    others = [name for name in site.names if name not in ("127.0.0.1", "localhost", "[::1]")]
    return lesson.board() | {
        "title": lesson.title,
        "file": lesson.name,
        "addresses": [f"http://{name}:{site.port}/join" for name in others or site.names[:1]],
        "network": bool(others),
    }


@view(router, "/play/{name:path}", "play/seats.html")
def seats_page(request: Request, name: str) -> dict[str, Any]:
    """Which seat to take, and what a class can be opened with."""
    from offramp.study.solving.labels import spoken, whose_premises

    setting = setting_of(request.query_params.multi_items())
    scenario = shelf_of(site_of(request)).compiled(name).scenario
    steps = {step.by for step in scenario.round}
    return {
        "name": name,
        "title": scenario.title,
        "about": scenario.about or "",
        "query": setting.query,
        "whose": whose_premises(scenario, setting.account),
        "parties": [
            {"name": key, "label": one.label or spoken(key)}
            for key, one in scenario.parties.items()
            if key in steps
        ],
    }


@router.get("/join", response_model=None)
def join_page(request: Request, code: str = "") -> Response:
    """Where students join a class."""
    return page(request, "play/join.html", {"code": code[:40]})


@router.post("/join", response_model=None)
def join(request: Request, asked: Joined) -> dict[str, Any]:
    """Take a seat in a class: its secret."""
    student = seats_of(site_of(request)).lesson(asked.code).join(asked.name)
    return {"secret": student.secret}


@router.post("/join/seat", response_model=None)
def seat_view(request: Request, asked: Seat) -> dict[str, Any]:
    """What a student sees."""
    return seats_of(site_of(request)).student_view(asked.code, asked.secret)


@router.post("/join/move", response_model=None)
def seat_move(request: Request, asked: SeatMoved) -> dict[str, Any]:
    """A student's move."""
    lesson = seats_of(site_of(request)).lesson(asked.code)
    lesson.move(lesson.student(asked.secret), asked.place, asked.stamp)
    return {"moved": True}


@router.post("/join/leave", response_model=None)
def seat_left(request: Request, asked: Seat) -> dict[str, Any]:
    """A student goes: the solved play takes the seat over."""
    lesson = seats_of(site_of(request)).lesson(asked.code)
    lesson.leave(lesson.student(asked.secret))
    return {"left": True}

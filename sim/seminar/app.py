"""The addresses of the seminar, and who is answered what."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sim.errors import UsageError
from sim.seminar import moves, places
from sim.seminar.desk import Forged, Role, Who
from sim.seminar.entrance import REMOVED, STRANGER, TOO_FAST, Entrance, fields_of
from sim.seminar.live import Page
from sim.seminar.pages.render import asset
from sim.seminar.room import Room
from sim.seminar.security import Application, Guard, Rate
from sim.seminar.wire import Gone, reaching

ASKED_BY_HOST = ("rehearse", "sandbox", "debrief", "slide")
ASKED = ("whatif", *ASKED_BY_HOST)
"""What is answered later, on a page."""

FORGED = "this cookie is not of this session: open the link or scan the code again"
LEADS = "only whoever leads comes in here, by the address in the terminal"


class Line:
    """A socket whose page may go at any moment, which is no fault; all but `heard` raises `Gone` then."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket

    async def accept(self) -> None:
        """Let it in."""
        with reaching(WebSocketDisconnect):
            await self.socket.accept()

    async def send(self, text: str) -> None:
        """Tell it something."""
        with reaching(WebSocketDisconnect):
            await self.socket.send_text(text)

    async def close(self, code: int) -> None:
        """Close it, or refuse it if it was not let in."""
        with reaching(WebSocketDisconnect):
            await self.socket.close(code)

    async def heard(self) -> str | None:
        """What it says next; None when it has gone."""
        try:
            return str(await self.socket.receive_text())
        except (WebSocketDisconnect, KeyError, RuntimeError):
            return None


class Doors(Entrance):
    """What is answered at each address."""

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.moving = Rate(burst=60, a_second=10)

    # ------------------------------------------------------------------------------------------ pages

    async def front(self, request: Request) -> Response:
        """Where one belongs."""
        who = self._who(request, "seat")
        if who is not None and who.person in self.room.session.state.people:
            return RedirectResponse(self._of_phase(who), 303)
        for role in ("host", "screen"):
            if self._who(request, role) is not None:
                return RedirectResponse(f"/{role}", 303)
        notice = REMOVED if self.room.is_removed(who) else ""
        return HTMLResponse(await self.room.looking.page(places.WELCOME, None, notice=notice))

    def _of_phase(self, who: Who) -> str:
        page = places.OF_PHASE[self.room.session.state.phase]
        return self.room.goes_to(page, who) or page

    async def seat(self, request: Request) -> Response:
        """A page of a seat; without a name, the one of the phase."""
        who = self._who(request, "seat")
        if who is None or who.person not in self.room.session.state.people:
            return await self._says(request, 403, self._stranger(who))
        self.room.live.saw(who)
        name = request.path_params.get("screen", "")
        if not name:
            return RedirectResponse(self._of_phase(who), 303)
        return await self._page(request, f"/seat/{name}", who)

    async def host(self, request: Request) -> Response:
        """A page of whoever leads."""
        who = self._who(request, "host")
        if who is None:
            return await self._says(request, 403, LEADS)
        name = request.path_params.get("screen", "")
        if not name:
            phase = self.room.session.state.phase
            first = {"lobby": "lobby", "debrief": "debrief", "closed": "export"}.get(phase, "console")
            return RedirectResponse(f"/host/{first}", 303)
        return await self._page(request, f"/host/{name}", who)

    async def screen(self, request: Request) -> Response:
        """The projector's page."""
        who = self._who(request, "screen")
        if who is None:
            return await self._says(request, 403, "the projector's page is opened from the console")
        return await self._page(request, places.SCREEN, who)

    async def _page(self, request: Request, page: str, who: Who) -> Response:
        if page not in places.PAGES:
            return await self._says(request, 404, "there is no such page")
        if elsewhere := self.room.goes_to(page, who):
            return RedirectResponse(elsewhere, 303)
        trigger = request.query_params.get("trigger", "")  # the question beside which "What if?" was asked
        return HTMLResponse(await self.room.looking.page(page, who, notice="", trigger=trigger))

    async def sheet(self, request: Request) -> Response:
        """A role sheet to be printed: of any seat for whoever leads, of their own for others."""
        seat, who = request.path_params["seat"], self._who(request, "host")
        if seat not in self.room.session.game.seats:
            return await self._says(request, 404, "there is no such seat")
        if who is None:
            who = self._who(request, "seat")
            if who is None or self.room.looking.role(who) != seat:
                return await self._says(request, 403, STRANGER)
        return HTMLResponse(await self.room.looking.sheet(seat, has_code=who.role == "host"))

    async def codes(self, request: Request) -> Response:
        """The codes of all teams, to be printed and cut, for whoever leads."""
        who = self._who(request, "host")
        if who is None:
            return await self._says(request, 403, LEADS)
        return HTMLResponse(await self.room.looking.page("/codes", who))

    async def export(self, request: Request) -> Response:
        """The whole session as one file, for whoever leads."""
        if self._who(request, "host") is None:
            return await self._says(request, 403, LEADS)
        path = await self.room.reckoner.afterwards.exported()
        return FileResponse(path, media_type="application/zip", filename=path.name)

    async def health(self, request: Request) -> Response:
        """That it is there, and how far it is; nothing that a stranger may not know."""
        return JSONResponse({"ok": True, "revision": self.room.session.state.revision})

    # ------------------------------------------------------------------------------------------ moves

    async def do(self, request: Request) -> Response:
        """A move."""
        what = request.path_params["what"]
        role: Role = "host" if what in moves.HOST or what in ASKED_BY_HOST else "seat"
        if what not in (*moves.HOST, *moves.PERSON, *ASKED):
            return await self._says(request, 422, f"there is no move `{what[:40]}`")
        who = self._who(request, role)
        if who is None or (role == "seat" and who.person not in self.room.session.state.people):
            why = self._stranger(who) if role == "seat" else "only whoever leads can do that"
            return await self._says(request, 403, why)
        if not self.moving.lets(who.person or who.role):
            return await self._says(request, 429, TOO_FAST)
        self.room.live.saw(who)
        fields = await fields_of(request)
        back = self._back(request, fields, role)
        if what == "sit" and back == places.CHOOSE:
            back = "/"  # who has sat down goes on
        done = "/host/console" if what == "advance" and back == "/host/lobby" else back  # from the door to the desk
        try:
            await (self.room.ask if what in ASKED else self.room.move)(what, who, fields)
        except UsageError as fault:
            return await self._refused(request, fault, back, who)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"ok": True, "revision": self.room.session.state.revision})
        return RedirectResponse(done, 303)

    async def _refused(self, request: Request, fault: UsageError, back: str, who: Who) -> Response:
        page = back if back in places.PAGES and not self.room.goes_to(back, who) else ""
        return await self._says(request, moves.status_of(fault), str(fault), page=page, who=who)

    def _back(self, request: Request, fields: Mapping[str, str], role: Role) -> str:
        """The page that a plain form came from: one of ours, of the same role, or where one belongs."""
        asked = fields.get("back") or urlsplit(request.headers.get("referer", "")).path
        return (
            asked if asked in places.PAGES and places.role_of(asked) == role else ("/host" if role == "host" else "/")
        )

    # ------------------------------------------------------------------------------------------ open pages

    async def live(self, socket: WebSocket) -> None:
        """A page keeps itself told, until it goes."""
        with contextlib.suppress(Gone):
            await self._live(Line(socket))

    async def _live(self, line: Line) -> None:
        socket = line.socket
        page = socket.query_params.get("page", "")
        try:
            who = self._who(socket, places.role_of(page)) if page in places.PAGES else None
        except Forged:
            who = None
        if self.room.is_removed(who) and who is not None:
            await line.accept()  # a phone that slept when it was taken out is told so
            await line.send(json.dumps({"state": {"goes_to": "/"}}))
            await line.close(1000)
            return
        is_here = who is not None and (who.role != "seat" or who.person in self.room.session.state.people)
        if who is None or not is_here or self.room.live.is_closing or not self.room.live.has_room(who):
            await line.close(1008)
            return
        await line.accept()
        seat = self.room.looking.role(who)
        opened = Page(who, page, self._moment(socket), line.send, line.close, seat)
        await self.room.live.serve(opened, line.heard)

    def _moment(self, socket: WebSocket) -> tuple[str, int]:
        """The phase and turn that a page was made for, if it says so; else those of now."""
        phase, turn = socket.query_params.get("phase", ""), socket.query_params.get("turn", "")
        return (phase, int(turn)) if phase and turn.isdecimal() and len(turn) < 6 else self.room.moment()


async def _forged(request: Request, _: Exception) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"says": FORGED}, 403)
    return PlainTextResponse(FORGED, 403)


async def _ours(request: Request, _: Exception) -> Response:
    return PlainTextResponse(
        "This is a fault of the simulator, not yours; the terminal of whoever leads says more.", 500
    )


def application(room: Room, hosts: tuple[str, ...]) -> Application:
    """The whole application, behind its guard."""
    doors = Doors(room)
    routes = [
        Route("/", doors.front), Route(places.TYPED, doors.typed, methods=["GET", "POST"]),
        Route("/join/{token}", doors.join), Route("/host/{token:str}", _host_or_page(doors)),
        Route("/host", doors.host), Route("/seat", doors.seat), Route("/seat/{screen}", doors.seat),
        Route("/screen", doors.screen), Route("/screen/{token}", doors.project),
        Route("/do/{what}", doors.do, methods=["POST"]), Route("/health", doors.health),
        Route("/codes", doors.codes), Route("/print/{seat}", doors.sheet), Route("/export.zip", doors.export),
        WebSocketRoute("/live", doors.live),
    ]  # fmt: skip
    routes.append(Route("/static/{name}", _static))
    return Guard(Starlette(routes=routes, exception_handlers={Forged: _forged, Exception: _ours}), hosts)


async def _static(request: Request) -> Response:
    found = asset(request.path_params["name"])
    if found is None:
        return PlainTextResponse("there is no such thing", 404)
    return Response(found[0], media_type=found[1], headers={"Cache-Control": "max-age=300"})


def _host_or_page(doors: Doors) -> Any:
    """`/host/...` is a page of the console, or the link that leads there: no token is the name of a page."""

    async def either(request: Request) -> Response:
        name = request.path_params["token"]
        if name in places.HOST:
            request.path_params["screen"] = name
            return await doors.host(request)
        return await doors.lead(request)

    return either

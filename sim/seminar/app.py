"""The addresses of the seminar, and who is answered what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sim.errors import UsageError
from sim.seminar import moves, places
from sim.seminar.desk import COOKIE_SECONDS, Forged, Role, Who
from sim.seminar.lan import LOOPBACK
from sim.seminar.live import Page
from sim.seminar.pages.render import asset
from sim.seminar.room import Room
from sim.seminar.security import Application, Guard, Rate

ASKED_BY_HOST = ("rehearse", "sandbox", "debrief")

FORGED = "this cookie is not of this session: open the link or scan the code again"
NO_CODE = "no team and no room has this code: look at it again, it has no vowels and none of 0, 1, 2, 5, 8"
STRANGER = "you have not joined this session: open the link or scan the code of your team"
REMOVED = ("whoever leads has taken you out of this session; if that was a mistake, ask them, or come in anew with the "
           "code on the wall")  # fmt: skip
LEADS = "only whoever leads comes in here, by the address in the terminal"
TOO_FAST = "that was too fast: wait a moment, and try again"


class Doors:
    """What is answered at each address."""

    def __init__(self, room: Room) -> None:
        self.room, self.desk = room, room.desk
        self.joining = Rate(burst=400, a_second=20)
        self.coming = Rate(burst=60, a_second=1)  # somebody new; a class behind one address takes a minute longer
        self.guessing = Rate(burst=20, a_second=1)
        self.typing = Rate(burst=30, a_second=0.5)  # of codes, right or wrong: nobody finds one in a lesson
        self.moving = Rate(burst=60, a_second=10)
        self._asked = {
            "whatif": room.whatif,
            "rehearse": room.rehearse,
            "sandbox": room.sandbox,
            "debrief": room.debrief,
        }  # what is answered later, on a page

    # ------------------------------------------------------------------------------------------ coming in

    async def join(self, request: Request) -> Response:
        """A link was opened or a code was read: it is changed for a cookie."""
        link = self._link(request, "room", "seat")
        if link is None:
            return await self._lost(request)
        if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
            return Response(status_code=204 if request.method == "HEAD" else 503)  # a preview, and nobody who comes in
        if not self.joining.lets(_asker(request)):
            return await self._says(request, 429, TOO_FAST)
        who = self._who(request, "seat", forgives=True)
        if (who is None or who.person not in self.room.session.state.people) and not self._lets_in(request):
            return await self._says(request, 429, TOO_FAST)
        try:
            who = await self.room.welcome(who, link.seat)
        except UsageError as fault:
            return await self._says(request, moves.status_of(fault), str(fault))
        return self._with_cookie(RedirectResponse("/", 303), who)

    async def typed(self, request: Request) -> Response:
        """Where a code is typed; one that is right leads on as the link it stands for."""
        if request.method != "POST":
            return HTMLResponse(await self.room.looking.page(places.WELCOME, None, notice=""))
        if not self.typing.lets(_asker(request)):
            return await self._says(request, 429, "too many codes: wait a few seconds, and type it again")
        link = self.desk.link_of((await _fields(request)).get("code", "")[:40])
        if link is None:
            return await self._says(request, 404, NO_CODE)
        return RedirectResponse(f"/join/{self.desk.token(link.to, link.seat)}", 303)

    def _lets_in(self, request: Request) -> bool:
        """Whether one more is let in who is new: this computer itself may bring as many as it likes."""
        asker = _asker(request)
        return asker == LOOPBACK or self.coming.lets(asker)

    async def lead(self, request: Request) -> Response:
        """The link of whoever leads."""
        if self._link(request, "host") is None:
            return await self._lost(request)
        return self._with_cookie(RedirectResponse("/host", 303), Who("host"))

    async def project(self, request: Request) -> Response:
        """The link of the projector."""
        if self._link(request, "screen") is None:
            return await self._lost(request)
        return self._with_cookie(RedirectResponse("/screen", 303), Who("screen"))

    def _link(self, request: Request, *kinds: str) -> Any:
        link = self.desk.link(request.path_params["token"])
        return link if link is not None and link.to in kinds else None

    async def _lost(self, request: Request) -> Response:
        """A link that is none; whoever tries many is let wait."""
        if not self.guessing.lets(_asker(request)):
            return await self._says(request, 429, TOO_FAST)
        return await self._says(request, 404, "this link leads nowhere: scan the code on the screen again")

    def _with_cookie(self, answer: Response, who: Who) -> Response:
        answer.set_cookie(self.desk.cookie_name(who.role), self.desk.cookie(who), max_age=COOKIE_SECONDS,
                          httponly=True, samesite="lax", path="/")  # fmt: skip
        return answer

    def _who(self, request: Request | WebSocket, role: Role, *, forgives: bool = False) -> Who | None:
        """Who asks, in a role.

        Raises
        ------
        Forged
            If the cookie is not ours, unless that is forgiven.
        """
        try:
            return self.desk.who(request.cookies, role)
        except Forged:
            if forgives:
                return None
            raise

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

    def _stranger(self, who: Who | None) -> str:
        """What is said to who is not in the room."""
        return REMOVED if self.room.is_removed(who) else STRANGER

    def _of_phase(self, who: Who) -> str:
        page = places.OF_PHASE[self.room.session.state.phase]
        return self.room.goes_to(page, who) or page

    async def seat(self, request: Request) -> Response:
        """A page of a seat; without a name, the one of the phase."""
        who = self._who(request, "seat")
        if who is None or who.person not in self.room.session.state.people:
            return await self._says(request, 403, self._stranger(who))
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
        path = await self.room.reckoner.exported()
        return FileResponse(path, media_type="application/zip", filename=path.name)

    async def health(self, request: Request) -> Response:
        """That it is there, and how far it is; nothing that a stranger may not know."""
        return JSONResponse({"ok": True, "revision": self.room.session.state.revision})

    async def _says(
        self, request: Request, status: int, says: str, *, page: str = "", who: Who | None = None
    ) -> Response:
        """A sentence with a status: as JSON for scripts, on a page for people."""
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"says": says}, status)
        return HTMLResponse(
            await self.room.looking.page(page or places.WELCOME, who if page else None, notice=says), status
        )

    # ------------------------------------------------------------------------------------------ moves

    async def do(self, request: Request) -> Response:
        """A move."""
        what = request.path_params["what"]
        role: Role = "host" if what in moves.HOST or what in ASKED_BY_HOST else "seat"
        if what not in (*moves.HOST, *moves.PERSON, *self._asked):
            return await self._says(request, 422, f"there is no move `{what[:40]}`")
        who = self._who(request, role)
        if who is None or (role == "seat" and who.person not in self.room.session.state.people):
            why = self._stranger(who) if role == "seat" else "only whoever leads can do that"
            return await self._says(request, 403, why)
        if not self.moving.lets(who.person or who.role):
            return await self._says(request, 429, TOO_FAST)
        fields = await _fields(request)
        back = self._back(request, fields, role)
        if what == "sit" and back == places.CHOOSE:
            back = "/"  # who has sat down goes on
        done = "/host/console" if what == "advance" and back == "/host/lobby" else back  # from the door to the desk
        try:
            await (self._asked[what](who, fields) if what in self._asked else self.room.move(what, who, fields))
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
        """A page keeps itself told."""
        page = socket.query_params.get("page", "")
        try:
            who = self._who(socket, places.role_of(page)) if page in places.PAGES else None
        except Forged:
            who = None
        if self.room.is_removed(who) and who is not None:
            await socket.accept()  # a phone that slept when it was taken out is told so
            await socket.send_text(json.dumps({"state": {"goes_to": "/"}}))
            await socket.close(1000)
            return
        is_here = who is not None and (who.role != "seat" or who.person in self.room.session.state.people)
        if who is None or not is_here or self.room.live.is_closing or not self.room.live.has_room(who):
            await socket.close(1008)
            return
        await socket.accept()

        async def heard() -> str | None:
            try:
                return str(await socket.receive_text())
            except (WebSocketDisconnect, KeyError, RuntimeError):
                return None

        seat = self.room.looking.role(who)
        opened = Page(who, page, self._moment(socket), socket.send_text, socket.close, seat)
        await self.room.live.serve(opened, heard)

    def _moment(self, socket: WebSocket) -> tuple[str, int]:
        """The phase and turn that a page was made for, if it says so; else those of now."""
        phase, turn = socket.query_params.get("phase", ""), socket.query_params.get("turn", "")
        return (phase, int(turn)) if phase and turn.isdecimal() and len(turn) < 6 else self.room.moment()


def _asker(request: Request) -> str:
    return request.client.host if request.client else ""


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form as text; of a name that comes several times, the values with commas between them."""
    fields: dict[str, str] = {}
    try:
        form = await request.form(max_files=0, max_fields=100)
    except HTTPException:
        return fields
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields[name] = f"{fields[name]},{value}" if name in fields else value
    return fields


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

"""Coming in: links and codes that are changed for a cookie, and what is said to who is not in the room."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.websockets import WebSocket

from sim.errors import UsageError
from sim.seminar import moves, places
from sim.seminar.desk import COOKIE_SECONDS, Forged, Role, Who
from sim.seminar.lan import LOOPBACK
from sim.seminar.room import Room
from sim.seminar.security import Rate

NO_CODE = "no team and no room has this code: look at it again, it has no vowels and none of 0, 1, 2, 5, 8"
STRANGER = "you have not joined this session: open the link or scan the code of your team"
REMOVED = ("whoever leads has taken you out of this session; if that was a mistake, ask them, or come in anew with the "
           "code on the wall")  # fmt: skip
TOO_FAST = "that was too fast: wait a moment, and try again"


class Entrance:
    """Who comes in by what, and how fast."""

    def __init__(self, room: Room) -> None:
        self.room, self.desk = room, room.desk
        self.joining = Rate(burst=400, a_second=20)
        self.coming = Rate(burst=60, a_second=1)  # somebody new; a class behind one address takes a minute longer
        self.guessing = Rate(burst=20, a_second=1)
        self.typing = Rate(burst=30, a_second=0.5)  # of codes that are wrong: nobody finds one in a lesson

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
        link = self.desk.link_of((await fields_of(request)).get("code", "")[:40])
        if link is None:
            return await self._says(request, 404, NO_CODE)
        self.typing.gives_back(_asker(request))  # a class may stand behind one address
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

    def _stranger(self, who: Who | None) -> str:
        """What is said to who is not in the room."""
        return REMOVED if self.room.is_removed(who) else STRANGER

    async def _says(
        self, request: Request, status: int, says: str, *, page: str = "", who: Who | None = None
    ) -> Response:
        """A sentence with a status: as JSON for scripts, on a page for people."""
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"says": says}, status)
        return HTMLResponse(
            await self.room.looking.page(page or places.WELCOME, who if page else None, notice=says), status
        )


def _asker(request: Request) -> str:
    return request.client.host if request.client else ""


async def fields_of(request: Request) -> dict[str, str]:
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

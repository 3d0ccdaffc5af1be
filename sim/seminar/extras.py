"""What pages show beside the view of the session: links and codes, who is here, what is being reckoned.

`extra` of a page:
  page, role, phase         its address, whose it is ("host", "screen", a seat, "" for a stranger), the phase
  pages                     [{path, title, is_here}]: where one may go from here
  key                       for plain forms: a fresh one for each page, "" in parts that are pushed
  turn                      the number that forms carry, from 0
  now                       seconds since 1970 when the page was made (not in parts that are pushed)
  notice                    a sentence, where a plain form was refused
  links                     host and screen: {room: {url, qr}, host: {screen: url}, seats: [{actor, title, url, qr}]}
  online                    host and screen in the lobby: {seats: {actor: n}, all: n, screen: bool}
  people                    host: [{id, handle, seat, is_here}]
  checks                    host's lobby: [{says, is_ok}]
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.seminar import places

if TYPE_CHECKING:
    from sim.seminar.room import Room

TITLES = {
    "brief": "Brief", "decide": "Decide", "whatif": "What if", "world": "World", "reveal": "Reveal",
    "debrief": "Debrief", "assumptions": "Assumptions", "lobby": "Lobby", "console": "Console",
    "rehearsal": "Rehearsal", "export": "Export",
}  # fmt: skip


def fresh() -> dict[str, Any]:
    """What is of a page as a whole and not of its parts."""
    return {"key": secrets.token_urlsafe(9), "now": time.time()}


class Beside:
    """What a room knows beside its session."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._links: dict[str, Any] | None = None

    def of(self, page: str, role: str) -> dict[str, Any]:
        """What stands beside the view on a page of a role."""
        state = self._room.session.state
        found: dict[str, Any] = {
            "page": page, "role": role, "phase": state.phase, "turn": state.turn, "key": "", "pages": _pages(page, role)
        }  # fmt: skip
        if role == "host" or (role == "screen" and state.phase in ("lobby", "brief")):
            found["links"] = self.links() if role == "host" else {"room": self.links()["room"]}
            found["online"] = self._online()
        if role == "host":
            found["people"] = self._people()
            found["checks"] = self._checks()
        return found

    def links(self) -> dict[str, Any]:
        """All links, with their codes."""
        if self._links is None:
            from sim.seminar.lan import code_of

            room = self._room
            desk, base = room.desk, room.base
            seats = [{"actor": actor, "title": seat.title, "url": f"{base}/join/{desk.token('seat', actor)}"}
                     for actor, seat in room.session.game.seats.items()]  # fmt: skip
            url = f"{base}/join/{desk.token('room')}"
            self._links = {
                "room": {"url": url, "qr": code_of(url)},
                "seats": [{**one, "qr": code_of(one["url"])} for one in seats],
                "screen": f"{base}/screen/{desk.token('screen')}",
            }
        return self._links

    def _online(self) -> dict[str, Any]:
        here = self._room.live.people
        seats: dict[str, int] = dict.fromkeys(self._room.session.game.seats, 0)
        for person in self._room.session.state.people.values():
            if person.seat in seats and here[person.id]:
                seats[person.seat] += 1
        return {"seats": seats, "all": len(here), "screen": self._room.live.has_screen}

    def _people(self) -> list[Mapping[str, Any]]:
        here = self._room.live.people
        return [{"id": one.id, "handle": one.handle, "seat": one.seat, "is_here": bool(here[one.id])}
                for one in self._room.session.state.people.values()]  # fmt: skip

    def _checks(self) -> list[Mapping[str, Any]]:
        room = self._room
        empty = [seat.title for actor, seat in room.session.game.seats.items() if not room.session.members(actor)]
        return [
            {"says": f"Phones and laptops in your network find this address: {room.base}" if room.is_lan else
             "Only this computer finds the seminar: start it with --lan for phones", "is_ok": room.is_lan},
            {"says": "The projector page is open" if room.live.has_screen else
             "Open the projector page on the screen that all can see", "is_ok": room.live.has_screen},
            {"says": "Every seat has somebody" if not empty else
             f"Nobody sits at {', '.join(empty)}: the model plays what is left empty", "is_ok": not empty},
        ]  # fmt: skip

    def close(self) -> None:
        """Whatever is being reckoned is given up."""


def _pages(page: str, role: str) -> list[dict[str, Any]]:
    names, head = {"host": (places.HOST, "/host"), "screen": ((), ""), "": ((), "")}.get(role, (places.SEAT, "/seat"))
    return [{"path": f"{head}/{name}", "title": TITLES[name], "is_here": page == f"{head}/{name}"} for name in names]

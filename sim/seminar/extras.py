"""What pages show beside the view of the session: links and codes, who is here, what has been reckoned.

`extra` of a page:
  page, role, phase, turn   its address, whose it is ("host", "screen", a seat, "" for a stranger), where the game is
  pages                     [{path, title, is_here}]: where one may go from here
  key                       for plain forms: a fresh one for each page, "" in parts that are pushed
  now                       seconds since 1970 when the page was made (not in parts that are pushed)
  notice                    a sentence, where a plain form was refused
  links                     host: {room: {url, qr, code}, seats: [{actor, title, url, qr, code}], screen: url, typed};
                            screen: {room, typed}; `typed` is the address at which a code is typed
  online                    host, screen: {seats: {actor: n}, all: n, screen: bool}
  people                    host: [{id, handle, seat, is_here}]
  left                      handles of who has left for good, as far as one can tell (`sim.seminar.presence`)
  checks                    host: [{says, is_ok}]
  whatif, asking            a seat: {trigger: prospects}, {trigger: futures still to come}
  wall                      screen, host in the debrief: {slide, number, of, before, next, names}
  debrief, assumptions, sandbox, rehearsal    what has been reckoned for the pages of these names
                            what could not be reckoned is {error: why}
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from sim import api
from sim.seminar import places, presence
from sim.seminar.desk import Desk

TITLES = {
    "brief": "Brief", "decide": "Decide", "whatif": "What if", "world": "World", "reveal": "Reveal",
    "debrief": "Debrief", "assumptions": "Assumptions", "lobby": "Lobby", "console": "Console",
    "rehearsal": "Rehearsal", "export": "Export",
}  # fmt: skip


def fresh() -> dict[str, Any]:
    """What is of a page as a whole and not of its parts: a key for its forms, and what time it is here."""
    return {"key": secrets.token_urlsafe(9), "now": time.time()}


class Beside:
    """What a room knows beside its session.

    Parameters
    ----------
    reckoned
        What has been reckoned for a page of a role.
    """

    def __init__(
        self, session: api.Session, desk: Desk, base: str, present: presence.Present, *, is_lan: bool,
        reckoned: Callable[[str, str], Mapping[str, Any]],
    ) -> None:  # fmt: skip
        self._session, self._desk, self._base, self._present = session, desk, base, present
        self._is_lan, self._reckoned = is_lan, reckoned
        self._links: Mapping[str, Any] | None = None
        self._since = presence.moment_of(session.log.events[-1])

    def of(self, page: str, role: str) -> dict[str, Any]:
        """What stands beside the view on a page; `role` is a seat, `host`, `screen` or "" for a stranger."""
        state = self._session.state
        found: dict[str, Any] = {
            "page": page, "role": role, "phase": state.phase, "turn": state.turn, "key": "",
            "pages": _pages(page, role), "left": self._handles(self.left()), **self._reckoned(page, role),
        }  # fmt: skip
        if role == "host":
            found |= {
                "links": self.links(),
                "online": self.online(),
                "people": self._people(),
                "checks": self._checks(),
            }
        elif role == "screen":
            found |= {"links": {name: self.links()[name] for name in ("room", "typed")}, "online": self.online()}
        return found

    def left(self) -> frozenset[str]:
        """Who has left, as far as one can tell."""
        return presence.left(self._session, self._present, since=self._since, now=time.time())

    def _handles(self, people: frozenset[str]) -> list[str]:
        return [one.handle for one in self._session.state.people.values() if one.id in people]

    def links(self) -> Mapping[str, Any]:
        """All links, and their codes."""
        if self._links is None:
            from sim.seminar.lan import code_of

            desk, base = self._desk, self._base
            room = f"{base}/join/{desk.token('room')}"
            seats = [(actor, seat.title, f"{base}/join/{desk.token('seat', actor)}")
                     for actor, seat in self._session.game.seats.items()]  # fmt: skip
            self._links = {
                "room": {"url": room, "qr": code_of(room), "code": desk.code("room")},
                "seats": [{"actor": actor, "title": title, "url": url, "qr": code_of(url),
                           "code": desk.code("seat", actor)} for actor, title, url in seats],
                "screen": f"{base}/screen/{desk.token('screen')}", "typed": f"{base}{places.TYPED}",
            }  # fmt: skip
        return self._links

    def online(self) -> dict[str, Any]:
        """Who has a page open: of each seat, of all, and whether the projector is on."""
        here, people = self._present.people, self._session.state.people
        seats = dict.fromkeys(self._session.game.seats, 0)
        for person in people.values():
            if person.seat in seats and here[person.id]:
                seats[person.seat] += 1
        return {"seats": seats, "all": sum(person in people for person in here), "screen": self._present.has_screen}

    def _people(self) -> list[Mapping[str, Any]]:
        here = self._present.people
        return [{"id": one.id, "handle": one.handle, "seat": one.seat, "is_here": bool(here[one.id])}
                for one in self._session.state.people.values()]  # fmt: skip

    def _checks(self) -> list[Mapping[str, Any]]:
        session, has_screen, gone = self._session, self._present.has_screen, self.left()
        empty = [seat.title for actor, seat in session.game.seats.items()
                 if gone.issuperset(one.id for one in session.members(actor))]  # fmt: skip
        here = self._present.people
        lost = sum(not person.seat and bool(here[person.id]) for person in session.state.people.values())
        missing = [{"is_ok": False, "says": f"No seat: {why}."}
                   for why in api.unseated(session.game, on_purpose=False).values()]  # fmt: skip
        return [
            *missing,
            {"is_ok": self._is_lan,
             "says": f"Phones and laptops of your network find {self._base}." if self._is_lan else
             "Only this computer finds the seminar: for phones end it with Ctrl-C and start it with --lan."},
            {"is_ok": has_screen,
             "says": "The projector's page is open." if has_screen else
             "The projector's page is not open: open its link on the screen that all can see."},
            {"is_ok": not empty,
             "says": f"Nobody sits at {', '.join(empty)}: the model plays what stays empty." if empty else
             "Every seat has somebody."},
            {"is_ok": not lost,
             "says": f"{lost} here without a seat: they choose one on their own page." if lost else
             "Everybody who is here has a seat."},
        ]  # fmt: skip


def _pages(page: str, role: str) -> list[dict[str, Any]]:
    names, head = {"host": (places.HOST, "/host"), "screen": ((), ""), "": ((), "")}.get(role, (places.SEAT, "/seat"))
    return [{"path": f"{head}/{name}", "title": TITLES[name], "is_here": page == f"{head}/{name}"} for name in names]

"""The room: a session, who is in it, and what its pages are to show.

Moves go through one thread, one after another, and looking goes through another, so that a vote never waits for a
picture. The event loop itself does neither.
"""

from __future__ import annotations

import asyncio
import errno
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sim import api
from sim.errors import UsageError
from sim.seminar import extras, moves, places, presence
from sim.seminar.desk import Desk, Who, new_person
from sim.seminar.live import Live, Page, Snapshot
from sim.seminar.looking import Looking
from sim.seminar.reckoner import Reckoner
from sim.seminar.wall import Wall
from sim.seminar.workers import Workers

Result = TypeVar("Result")

MOST_PEOPLE = 300
"""So many may have a seat or a page open."""

MOST_NAMES = 2_000
"""So many may have come in at all: who opened a link and was never seen again takes nobody's place."""

GRACE = 2.0
"""Seconds after the end of a turn's time for what was sent in time, but slowly."""


class Room:
    """A session and its pages. `base` is the address that links begin with."""

    def __init__(self, session: api.Session, desk: Desk, base: str, *, is_lan: bool = False) -> None:
        self.session, self.desk, self.base, self.is_lan = session, desk, base, is_lan
        self.live = Live(self._look, self.stamp, self._came_or_went)
        self.reckoner = Reckoner(session, Workers(), self.changed)
        self.wall = Wall(session.log.folder)
        self.beside = extras.Beside(session, desk, base, self.live, is_lan=is_lan, reckoned=self._reckoned)
        self.looking = Looking(session, self.beside, self.stamp)
        self._moving = ThreadPoolExecutor(1, "moves")
        self._done = {event["key"] for event in session.log.events if "key" in event}
        self._asked: dict[str, asyncio.Future[None]] = {}
        self._version = 0
        self._presence: asyncio.TimerHandle | None = None
        self._folding: asyncio.TimerHandle | None = None

    def _reckoned(self, page: str, role: str) -> Mapping[str, Any]:
        """What was reckoned for a page of a role, and for those who see the wall or turn it, what stands there."""
        found = self.reckoner.of(page, role)
        if page not in places.TURN_THE_WALL or self.session.state.phase not in places.AFTERWARDS:
            return found
        return {**found, "wall": self.wall.shown(self.reckoner.afterwards.debrief)}

    def stamp(self) -> tuple[int, int]:
        """Where things stand: the revision of the session, and a count of what else has changed."""
        return self.session.state.revision, self._version

    def changed(self) -> None:
        """Something beside the session has changed: pages are told."""
        self._version += 1
        self.live.wake()

    def _came_or_went(self) -> None:
        """Who is here is told at most once a second, however many come at once, and later who has left for good."""
        if self._presence is None and not self.live.is_closing:
            loop = asyncio.get_running_loop()
            self._presence = loop.call_later(1.0, self._tell_presence)
            if self._folding is not None:
                self._folding.cancel()
            self._folding = loop.call_later(presence.AWAY + 2.0, self.changed)

    def _tell_presence(self) -> None:
        self._presence = None
        self.changed()

    # ------------------------------------------------------------------------------------------ moves

    async def does(self, what: Callable[[], Result]) -> Result:
        """Carry a move out after those before it; pages are told if it changed anything."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._moving, what)
        except OSError as fault:
            traceback.print_exception(fault)
            why = "the disk is full" if fault.errno == errno.ENOSPC else f"{fault.strerror or fault}".lower()
            raise api.refused(
                f"this could not be written down, so it does not count ({why}): tell whoever leads", "closed"
            ) from None
        finally:
            self.live.wake()

    async def move(self, what: str, who: Who, fields: Mapping[str, str]) -> None:
        """A move of the session, once for each key."""
        move = (moves.HOST if who.role == "host" else moves.PERSON)[what]
        key = _key_of(what, who, fields)

        def done() -> None:
            if key not in self._done:
                move(self.session, who, fields, key)
                if key:
                    self._done.add(key)

        await self.does(done)
        if what == "advance" and self.session.state.phase == "debrief":
            self.wall.turn_to("", None)
        if what in ("advance", "sit", "move"):
            self.reckoner.warm()
        if what in ("advance", "undo", "close", "mark", "note"):
            self.reckoner.afterwards.look()

    async def ask(self, what: str, who: Who, fields: Mapping[str, str]) -> None:
        """What is answered later, on a page: asked once for each key, and each who says it again hears the same."""
        ways = {"whatif": self._whatif, "rehearse": self._rehearse, "sandbox": self._sandbox,
                "debrief": self._debrief, "slide": self._slide}  # fmt: skip
        key = _key_of(what, who, fields)
        asked = self._asked.get(key)
        if asked is None:
            asked = asyncio.ensure_future(ways[what](who, fields))
            if key:
                self._asked[key] = asked
        await asyncio.shield(asked)

    def go_on(self) -> None:
        """What was being reckoned when a server ended is reckoned by the one that goes on with its session."""
        self.reckoner.warm()
        self.reckoner.afterwards.look()

    async def reveal_in_time(self) -> None:
        """From now on a turn is revealed when its time is up, whether or not anybody says so."""
        while True:
            await asyncio.sleep(1.0)
            state = self.session.state
            if state.phase == "decide" and state.clock.ends is not None and time.time() > state.clock.ends + GRACE:
                fields = {"phase": "reveal", "turn": str(state.turn), "key": f"time-{state.revision}"}
                try:
                    await self.move("advance", Who("host"), fields)
                except UsageError:  # whoever leads was first
                    pass
                except Exception:  # as when the disk is full: it is tried again, and whoever leads reads of it
                    traceback.print_exc()
                    await asyncio.sleep(10.0)

    async def _whatif(self, who: Who, fields: Mapping[str, str]) -> None:
        """A team asks what its options lead to; the answer comes to its pages as it is reckoned."""
        trigger, turn = moves.text(fields, "trigger"), moves.whole(fields, "turn")
        options = [option for option in fields.get("options", "").split(",") if option]
        seat, state = self.looking.role(who), self.session.state
        if state.phase != "decide":
            raise api.refused("one looks ahead while a turn is being decided", "closed")
        if turn != state.turn:
            raise api.refused(f"that was turn {turn + 1}; now turn {state.turn + 1} is decided", "stale")
        if not seat:
            raise api.refused("you sit at no seat: choose one first", "closed")
        asked = await asyncio.to_thread(api.ask, self.session, seat, trigger, options=options, person=who.person)
        self.reckoner.whatifs.ask(seat, asked)

    async def _rehearse(self, who: Who, fields: Mapping[str, str]) -> None:
        """Whoever leads has model players play a whole game."""
        self.reckoner.rehearse()

    async def _sandbox(self, who: Who, fields: Mapping[str, str]) -> None:
        """Whoever leads turns levers, beside the session."""
        names = [name for name in fields if name not in moves.NO_TRIGGER]
        values = {name: moves.number(fields, name, least=-1e12, most=1e12) for name in names}
        self.reckoner.sandbox(values)

    async def _debrief(self, who: Who, fields: Mapping[str, str]) -> None:
        """Whoever leads has the debrief reckoned anew, since it could not be before."""
        if self.session.state.phase not in places.AFTERWARDS:
            raise api.refused("there is no debrief before the end", "closed")
        self.reckoner.afterwards.look()

    async def _slide(self, who: Who, fields: Mapping[str, str]) -> None:
        """Whoever leads turns the debrief on the wall."""
        if self.session.state.phase not in places.AFTERWARDS:
            raise api.refused("there is no debrief before the end", "closed")
        record = self.reckoner.afterwards.debrief
        await asyncio.to_thread(self.wall.turn_to, moves.text(fields, "slide"), record)
        self.changed()

    async def welcome(self, who: Who | None, seat: str) -> Who:
        """Let somebody in, or show who is in already to the seat of the link they opened."""

        def joined() -> Who:
            people = self.session.state.people
            if who is not None and who.person in people:
                if seat and people[who.person].seat != seat:
                    self.session.sit(who.person, seat)
                return who
            here, gone = self.live.people, self.beside.left()
            count = sum(bool(one.seat or here[one.id]) and one.id not in gone for one in people.values())
            if count >= MOST_PEOPLE or len(people) >= MOST_NAMES:
                raise api.refused(f"{count} people have joined: no more fit into this session", "closed")
            new = Who("seat", new_person())
            self.session.join(new.person, seat=seat)
            self.live.saw(new)
            return new

        return await self.does(joined)

    # ------------------------------------------------------------------------------------------ pages

    def goes_to(self, page: str, who: Who) -> str:
        """The page that somebody sees who asked for this one: without a seat one chooses a seat first.

        Who has one may choose another, but not while a turn is decided, nor after the last.
        """
        if who.role != "seat":
            return ""
        if self.is_removed(who):
            return "/"
        seat, phase = self.looking.role(who), self.session.state.phase
        if page == places.CHOOSE:
            return places.OF_PHASE[phase] if seat and phase not in places.SEATS_CHANGE else ""
        return "" if seat else places.CHOOSE

    def is_removed(self, who: Who | None) -> bool:
        """Whether whoever leads has taken somebody out."""
        return who is not None and who.person in self.session.state.removed

    def moment(self) -> tuple[str, int]:
        """The phase and the turn."""
        return self.session.state.phase, self.session.state.turn

    async def _look(self, page: Page) -> Snapshot:
        elsewhere = self.goes_to(page.page, page.who)
        if page.page == places.CHOOSE and self.looking.role(page.who) not in ("", page.seat):  # they have sat down
            elsewhere = places.OF_PHASE[self.session.state.phase]
        return await self.looking.look(page, elsewhere)

    def close(self) -> None:
        """Nothing more is done here."""
        for timer in filter(None, (self._presence, self._folding)):
            timer.cancel()
        self.reckoner.close()
        self.looking.close()
        self._moving.shutdown(wait=True, cancel_futures=True)


def _key_of(what: str, who: Who, fields: Mapping[str, str]) -> str:
    """What makes a move one that was said before; "" if nothing does."""
    said = fields.get("key", "")[:80]
    return f"{who.person or who.role}/{what}/{said}" if said else ""

"""Open pages: each is told of what has changed for it, the latest only, in parts.

A snapshot is made once for each (revision, page, role or person) and sent to whoever looks at it; a page that is slow
skips what came in between. Once a second a page hears a beat, so that it can tell a silence from a quiet moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.seminar.desk import Who
from sim.seminar.wire import Gone

BEAT_SECONDS = 1.0
GOING_AWAY, TOO_MANY, REPLACED = 1001, 1008, 1013

RESTS = "Too many of your pages are open, so this one rests. Close some, and reload it."

Regions = Mapping[str, str]

Stamp = tuple[int, int]
"""Where things stand: the revision of the session, and a count of what else the server knows."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a page shows at a stamp: its parts by id, and what is not markup."""

    stamp: Stamp
    regions: Regions
    state: Mapping[str, Any]


@dataclass(eq=False)
class Page:
    """One open page and its socket."""

    who: Who
    page: str
    moment: tuple[str, int]  # phase and turn that it was made for
    send: Callable[[str], Awaitable[None]]
    close: Callable[[int], Awaitable[None]]
    seat: str = ""  # where whoever opened it sat then
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stamp: Stamp = (-1, -1)
    shown: dict[str, str] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None

    def forget(self) -> None:
        """Everything is sent anew: the page says that it does not know where it is."""
        self.stamp, self.shown = (-1, -1), {}
        self.wake.set()


class Live:
    """All open pages.

    Parameters
    ----------
    look
        Makes the snapshot of a page.
    stamp
        Where things stand now.
    """

    MOST = 600
    """Pages of people that may be open at once; whoever leads and the projector come beside them."""

    EACH = 12
    """Pages of one person, of whoever leads, of the projector: when one more is opened, the oldest is closed."""

    def __init__(self, look: Callable[[Page], Awaitable[Snapshot]], stamp: Callable[[], Stamp],
                 left: Callable[[], None]) -> None:  # fmt: skip
        self._look, self._stamp, self._left = look, stamp, left
        self.pages: dict[Page, None] = {}  # the oldest first
        self.seen: dict[str, float] = {}  # when each person opened, asked for or closed a page last
        self._resting: set[asyncio.Task[None]] = set()
        self.is_closing = False

    def wake(self) -> None:
        """Something has changed."""
        for page in self.pages:
            page.wake.set()

    def saw(self, who: Who) -> None:
        """Somebody is here at this moment."""
        if who.role == "seat":
            self.seen[who.person] = time.time()

    @property
    def people(self) -> Counter[str]:
        """How many pages each person has open."""
        return Counter(page.who.person for page in list(self.pages) if page.who.role == "seat")

    @property
    def has_screen(self) -> bool:
        """Whether a projector is on."""
        return any(page.who.role == "screen" for page in list(self.pages))

    def has_room(self, who: Who) -> bool:
        """Whether one more page of somebody may be opened; one that takes the place of their own always may."""
        if who.role != "seat" or sum(page.who == who for page in self.pages) >= self.EACH:
            return True
        return sum(page.who.role == "seat" for page in self.pages) < self.MOST

    async def serve(self, page: Page, heard: Callable[[], Awaitable[str | None]]) -> None:
        """Tell a page what is new until it goes; what it says can only be that it wants everything anew."""
        for oldest in [one for one in self.pages if one.who == page.who][: -(self.EACH - 1)]:
            self._rest(oldest)
        self.pages[page] = None
        self.saw(page.who)
        page.task = asyncio.ensure_future(self._tell(page))
        self._left()
        try:
            while (said := await heard()) is not None:
                with contextlib.suppress(ValueError):
                    if isinstance(asked := json.loads(said), dict) and "want" in asked:
                        page.forget()
        finally:
            self.pages.pop(page, None)
            self.saw(page.who)
            page.task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await page.task
            self._left()

    async def _tell(self, page: Page) -> None:
        try:
            await self._told(page)
        except Gone:  # it was closed or reloaded while it was told something
            with contextlib.suppress(Exception):
                await page.close(REPLACED)
        except Exception:  # a fault of ours: the page comes back by itself, and we read of it
            if not self.is_closing and page in self.pages:
                traceback.print_exc()
            with contextlib.suppress(Exception):
                await page.close(REPLACED)

    async def _told(self, page: Page) -> None:
        while True:
            if page.stamp != self._stamp():
                page.wake.clear()
                snapshot = await self._look(page)
                await self._sent(page, _message(page, snapshot))
                page.stamp = snapshot.stamp
                page.shown.update(snapshot.regions)
                continue
            try:
                await asyncio.wait_for(page.wake.wait(), BEAT_SECONDS)
            except TimeoutError:
                await self._sent(page, {"beat": time.time()})
            page.wake.clear()

    async def _sent(self, page: Page, message: Mapping[str, Any]) -> None:
        """Send, however long it takes: a page that takes nothing any more stops answering pings, and is given up."""
        await page.send(json.dumps(message, ensure_ascii=False))

    async def end(self, says: str) -> None:
        """Tell all pages that it is over, and close their sockets."""
        self.is_closing = True
        await asyncio.gather(*(_ended(page, says, GOING_AWAY) for page in list(self.pages)))

    def _rest(self, page: Page) -> None:
        """Close one page of somebody who has opened too many."""
        self.pages.pop(page, None)
        resting = asyncio.ensure_future(_ended(page, RESTS, TOO_MANY))
        self._resting.add(resting)
        resting.add_done_callback(self._resting.discard)


async def _ended(page: Page, says: str, code: int) -> None:
    if page.task is not None:
        page.task.cancel()
    with contextlib.suppress(Exception):
        await asyncio.wait_for(page.send(json.dumps({"ends": says})), 0.5)
        await asyncio.wait_for(page.close(code), 0.5)


def _message(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    """What is new for a page: the parts that it does not show yet, and the state."""
    new = {name: markup for name, markup in snapshot.regions.items() if page.shown.get(name) != markup}
    return {"revision": snapshot.stamp[0], "version": snapshot.stamp[1], "page": page.page, "regions": new,
            "state": snapshot.state}  # fmt: skip

"""What a page shows: views are made once for each revision and role, parts once for all who see the same in them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sim import api
from sim.seminar import extras, places, presence
from sim.seminar.desk import Who
from sim.seminar.live import Page, Snapshot, Stamp
from sim.seminar.pages.render import regions, render

DRAWN = 2_000
"""So many drawn pages are remembered."""

NOBODY = "\ue000"
"""Stands for a handle in parts that a whole team shares; no text of anybody's holds it."""

SHARED = ("/seat/decide", "/seat/whatif", "/seat/world", "/seat/reveal")
"""Pages on which a person's handle is nothing but shown."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a role sees on a page at a revision: a digest of all of it, and what stands beside the view."""

    revision: int
    digest: str
    beside: Mapping[str, Any]


class Looking:
    """Draws pages in a thread of its own, so that a vote never waits for a picture.

    Parameters
    ----------
    stamp
        Where things stand now.
    """

    def __init__(self, session: api.Session, beside: extras.Beside, stamp: Callable[[], Stamp]) -> None:
        self._session, self._beside, self._stamp = session, beside, stamp
        self._thread = ThreadPoolExecutor(1, "looks")
        self._bases: OrderedDict[tuple[Any, ...], asyncio.Future[Base]] = OrderedDict()
        self._latest: dict[tuple[str, str], Base] = {}
        self._drawn: OrderedDict[tuple[Any, ...], Mapping[str, str]] = OrderedDict()

    def role(self, who: Who) -> str:
        """The seat of a person ("" if none), `host` or `screen`."""
        if who.role != "seat":
            return who.role
        person = self._session.state.people.get(who.person)
        return person.seat if person is not None else ""

    async def _do(self, what: Callable[..., Any], *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, what, *values)

    # ------------------------------------------------------------------------------------------ whole pages

    async def page(self, page: str, who: Who | None, **more: Any) -> str:
        """A page as a whole."""

        def drawn() -> str:
            role = "" if who is None else self.role(who)
            beside = self._beside.of(page, role)
            shown = {} if who is None else presence.without(self._shown(role, who), frozenset(beside["left"]))
            return render(page, shown, {**beside, **extras.fresh(), **more})

        return str(await self._do(drawn))

    async def sheet(self, seat: str, *, has_code: bool = False) -> str:
        """The role sheet of a seat; with the code of its team, where whoever leads prints it."""

        def drawn() -> str:
            page = f"/print/{seat}"
            links = self._beside.links()
            team: Mapping[str, Any] = next((one for one in links["seats"] if has_code and one["actor"] == seat), {})
            beside = {**self._beside.of(page, seat), **extras.fresh(), "team": team, "typed": links["typed"]}
            return render(page, api.view(self._session, seat), beside)

        return str(await self._do(drawn))

    # ------------------------------------------------------------------------------------------ parts

    async def look(self, page: Page, elsewhere: str) -> Snapshot:
        """What an open page is to show now; nothing but where to go, if it is to go `elsewhere`."""
        stamp, state = self._stamp(), self._session.state
        moved = (state.phase, state.turn) != page.moment
        goes_to = elsewhere or (places.follows(page.page, state.phase) if moved else "")
        said = {"phase": state.phase, "turn": state.turn, "is_blank": state.is_blank, "goes_to": goes_to,
                "at": places.OF_PHASE[state.phase],
                "clock": {"ends": state.clock.ends, "left": state.clock.left, "now": time.time()}}  # fmt: skip
        if goes_to and page.page != places.SCREEN:
            return Snapshot(stamp, {}, said)
        return Snapshot(stamp, await self._parts(stamp, page), said)

    async def _parts(self, stamp: Stamp, page: Page) -> Mapping[str, str]:
        role = self.role(page.who)
        base = await self._base(stamp, page.page, role)
        handle, *mine = self._mine(page.who)
        shares = page.page in SHARED and bool(handle)
        found = self._drawn.get(_key(page.page, role, base.digest, mine, "" if shares else handle))
        if found is None:
            found = await self._do(self._draw, page, role, base, shares)
        return {name: text.replace(NOBODY, handle) for name, text in found.items()} if shares else found

    def _draw(self, page: Page, role: str, base: Base, shares: bool) -> Mapping[str, str]:
        """Draw the parts of a page, and remember them by what was seen in them.

        Votes come while a page is drawn. It is kept only if all of it was taken at one revision: kept under the digest
        of another, it would be shown to a team that returns to what it wanted before.
        """
        if base.revision != self._session.state.revision:
            latest = self._latest.get((page.page, role), base)  # of several to be drawn, one has looked already
            base = latest if latest.revision == self._session.state.revision else self._made(page.page, role)
        handle, *mine = self._mine(page.who)
        key = _key(page.page, role, base.digest, mine, "" if shares else handle)
        if key in self._drawn:
            return self._drawn[key]
        shown = self._shown(role, page.who)
        is_one = base.revision == shown["revision"] == self._session.state.revision
        if shares:
            shown = {**shown, "me": {**shown.get("me", {}), "id": "", "handle": NOBODY}}
        drawn = regions(page.page, presence.without(shown, frozenset(base.beside["left"])), base.beside)
        if is_one:
            _keep(self._drawn, key, drawn, DRAWN)
        return drawn

    async def _base(self, stamp: Stamp, page: str, role: str) -> Base:
        """What a role sees on a page: made once for all who look."""
        key = (stamp, page, role)
        if key not in self._bases:
            making = asyncio.ensure_future(self._do(self._made, page, role))
            _keep(self._bases, key, making, 128)
        return await asyncio.shield(self._bases[key])

    def _made(self, page: str, role: str) -> Base:
        beside = self._beside.of(page, role)
        seen = _seen(self._session, role)
        revision = seen.pop("revision")
        text = json.dumps([seen, beside], sort_keys=True, default=str)
        digest = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
        found = self._latest[page, role] = Base(revision, digest, beside)
        return found

    # ------------------------------------------------------------------------------------------ what somebody sees

    def _shown(self, role: str, who: Who) -> dict[str, Any]:
        """What somebody sees; who has no seat yet sees what everybody may."""
        shown = _seen(self._session, role, who.person)
        person = self._session.state.people.get(who.person)
        if not role and person is not None:
            shown = {**shown, "me": {"id": person.id, "handle": person.handle, "seat": "", "title": ""}}
        return shown

    def _mine(self, who: Who) -> tuple[Any, ...]:
        """What is a person's own on a page that their team shares: handle, votes, forecast."""
        state = self._session.state
        person = state.people.get(who.person)
        if person is None:
            return "", (), None
        said = [*state.votes.items(), *((key, "") for key in state.left_open)]
        votes = tuple(sorted((trigger, option) for (turn, trigger, one), option in said
                             if turn == state.turn and one == who.person))  # fmt: skip
        return person.handle, votes, state.forecasts.get((state.turn, who.person))

    def close(self) -> None:
        """Nothing more is drawn."""
        self._thread.shutdown(wait=True, cancel_futures=True)


def _seen(session: api.Session, role: str, person: str = "") -> dict[str, Any]:
    """The view of a role, or of everybody for who has none yet.

    How many of a team have said what they want is for whoever leads: it would have every page drawn at every vote.
    """
    shown = api.view(session, role or "screen", person=person)
    if role != "host":
        shown["seats"] = [{name: one for name, one in seat.items() if name != "votes_in"} for seat in shown["seats"]]
    return shown


def _key(page: str, role: str, digest: str, mine: list[Any], handle: str) -> tuple[Any, ...]:
    """By what the parts of a page are remembered."""
    return (page, role, digest, *mine, handle)


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)

"""What is being reckoned for pages: what-ifs of teams, and what whoever leads asks for.

Each is a job under a name: a team's new question ends its old one, and whoever comes back finds what was reckoned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim import api
from sim.seminar.workers import Workers

FIRST, MORE, MOST = 40, 80, 400
"""Futures of each option: in each of the first pieces, which come within a second; in each later one; in all."""


@dataclass
class WhatIf:
    """What a team asked last in a turn: trigger -> record, and trigger -> futures still to come."""

    turn: int
    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asking: dict[str, int] = field(default_factory=dict)
    said: str = ""  # why there is nothing


class Reckoner:
    """Jobs of a session.

    Parameters
    ----------
    changed
        Tells pages that there is something new.
    """

    def __init__(self, session: api.Session, workers: Workers, changed: Callable[[], None]) -> None:
        self._session, self.workers, self._changed = session, workers, changed
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._whatifs: dict[str, WhatIf] = {}
        self.records: dict[str, Mapping[str, Any]] = {}  # of the pages of these names
        self.kept: list[Mapping[str, Any]] = []  # every what-if as it stood at its end, for the export

    def begin(self, name: str, work: Awaitable[None]) -> None:
        """Begin a job; the one of the same name, if it is under way, is given up."""
        if (old := self._jobs.pop(name, None)) is not None:
            old.cancel()

        async def job() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as fault:  # a page says so; the class goes on
                self.records[name] = {"error": f"this could not be reckoned: {fault}"}
            self._changed()

        self._jobs[name] = asyncio.ensure_future(job())

    def of(self, page: str, role: str) -> Mapping[str, Any]:
        """What was reckoned for a page of a role."""
        found: dict[str, Any] = {}
        whatif = self._whatifs.get(role)
        if page in ("/seat/whatif", "/seat/decide") and whatif is not None and whatif.turn == self._session.state.turn:
            found |= {"whatif": dict(whatif.found), "asking": dict(whatif.asking)}
        return found

    # ------------------------------------------------------------------------------------------ what if

    def warm(self) -> None:
        """Have the processes ready when the first team asks: they start with the brief, and learn each turn."""
        if self._session.state.phase in ("brief", "decide"):
            self.begin("warm", self._warmed())

    async def _warmed(self) -> None:
        await self.workers.warm()
        session = self._session
        if session.state.phase != "decide" or session.course(session.state.turn).is_over:
            return
        for actor, seat in session.game.seats.items():
            if session.is_of_people(actor):
                asked = await asyncio.to_thread(api.ask, session, actor, seat.questions[0].trigger)
                await asyncio.gather(*(self.workers.run(api.warm, asked) for _ in range(self.workers.count)))

    def whatif(self, seat: str, asked: api.Ask) -> None:
        """Play ahead for a team: first bars within a second, then finer."""
        turn, trigger = asked.turn, asked.trigger
        before = self._whatifs.get(seat)
        if before is None or before.turn != turn:
            before = self._whatifs[seat] = WhatIf(turn)
        before.asking.clear()
        before.asking[trigger] = MOST
        before.found.pop(trigger, None)
        self.begin(f"whatif/{seat}", self._played(before, asked))
        self._changed()

    async def _played(self, whatif: WhatIf, asked: api.Ask) -> None:
        chunks: list[Any] = []
        try:
            for pieces in _pieces():
                chunks += await asyncio.gather(*(self.workers.run(api.chunk, asked, *piece) for piece in pieces))
                prospects = await asyncio.to_thread(api.prospects, asked, tuple(chunks))
                whatif.found[asked.trigger] = prospects.record()
                whatif.asking[asked.trigger] = MOST - sum(pieces[-1])  # a piece is (first, how many)
                self._changed()
            self.kept.append(whatif.found[asked.trigger])
        finally:
            whatif.asking.pop(asked.trigger, None)

    def close(self) -> None:
        """Nothing is reckoned any more."""
        for job in self._jobs.values():
            job.cancel()
        self.workers.close()


def _pieces() -> list[list[tuple[int, int]]]:
    """Pieces (first future, how many), by rounds: a round is shown when all of it is there.

    >>> _pieces()[0], sum(count for round in _pieces() for _, count in round)
    ([(0, 40), (40, 40)], 400)
    """
    rounds, first = [[(0, FIRST), (FIRST, FIRST)]], 2 * FIRST
    while first < MOST:
        count = min(MORE, (MOST - first) // 2)
        rounds.append([(first, count), (first + count, count)])
        first += 2 * count
    return rounds

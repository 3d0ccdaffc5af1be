"""What is being reckoned for the pages of a session: what-ifs, the debrief, and what whoever leads asks for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from sim import api
from sim.seminar.afterwards import Afterwards
from sim.seminar.jobs import Jobs
from sim.seminar.whatifs import WhatIfs
from sim.seminar.workers import Workers


class Reckoner:
    """All that processes reckon for a session; whoever comes back to a page finds what was reckoned.

    Parameters
    ----------
    changed
        Tells pages that there is something new.
    """

    def __init__(self, session: api.Session, workers: Workers, changed: Callable[[], None]) -> None:
        self._session, self.workers, self.jobs = session, workers, Jobs(changed)
        self.whatifs = WhatIfs(session, workers, self.jobs)
        self.afterwards = Afterwards(session, workers, self.jobs, self.whatifs.kept)
        self._records: dict[str, Mapping[str, Any]] = {}  # what whoever leads asked for, by the names of its jobs
        self._rehearsals = 0
        self._turned: dict[str, float] = {}

    def of(self, page: str, role: str) -> Mapping[str, Any]:
        """What was reckoned for a page of a role."""
        found: dict[str, Any] = {}
        if page in ("/seat/whatif", "/seat/decide"):
            found |= self.whatifs.of(role)
        name = page.rpartition("/")[2]
        if role == "screen" or name == "debrief":
            found["debrief"] = self.debrief
        if name == "assumptions":
            found["assumptions"] = self._assumptions()
        if name == "export":
            found["digest"] = self._session.digest()
        if role == "host" and name in ("sandbox", "assumptions", "rehearsal"):
            found |= {one: self._told(one, self._records.get(one)) for one in ("sandbox", "rehearsal")}
            found["rehearsing"] = self._records.get("rehearsing")
        return found

    @property
    def debrief(self) -> Mapping[str, Any] | None:
        """The debrief, or why there is none; None while the game goes on, or it is being made."""
        return self._told("debrief", self.afterwards.debrief) if self.afterwards.is_over else None

    def _told(self, name: str, record: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """What was reckoned under a name, or {"error": why it could not be}; None while nothing is there."""
        return {"error": self.jobs.failed[name]} if name in self.jobs.failed else record

    def _assumptions(self) -> Mapping[str, Any]:
        if "assumptions" not in self._records:
            self._records["assumptions"] = api.assumptions(self._session)
        written = api.levers(self._session)
        levers = [{**one, "now": self._turned.get(one["name"], one["value"])} for one in written]
        return {**self._records["assumptions"], "levers": levers}

    def warm(self) -> None:
        """Have the processes ready when the first team asks: they start with the brief, and learn each turn."""
        if self._session.state.phase in ("brief", "decide"):
            self.jobs.begin("warm", self._warmed())

    async def _warmed(self) -> None:
        await self.workers.warm()
        session = self._session
        if session.state.phase != "decide" or session.course(session.state.turn).is_over:
            return
        for actor, seat in session.game.seats.items():
            if session.is_of_people(actor):
                asked = await asyncio.to_thread(api.ask, session, actor, seat.questions[0].trigger)
                await asyncio.gather(*(self.workers.run(api.warm, asked) for _ in range(self.workers.count)))

    def sandbox(self, values: Mapping[str, float]) -> None:
        """The model as it is written beside the model with levers turned; the class keeps the game as it is.

        Raises
        ------
        UsageError
            If a lever is not there, or does not go so far.
        """
        changes = api.turned(self._session, values)
        self._turned = dict(values)
        self._records.pop("sandbox", None)
        self.jobs.begin("sandbox", self._sandboxed(changes))
        self.jobs.changed()

    async def _sandboxed(self, changes: list[tuple[str, str]]) -> None:
        folder = self._session.log.folder
        assert folder is not None
        written = {one["name"]: one for one in api.levers(self._session)}
        found = await self.workers.run(api.sandboxed, folder / "scenario.yaml", changes, self._session.seed)
        for one in found["changed"]:
            lever = written[one["name"]]
            one |= {"says": lever["says"], "was": f"{lever['value']:g} {lever['unit']}".strip()}
        self._records["sandbox"] = found

    def rehearse(self) -> None:
        """A whole game of model players, beside the session.

        Raises
        ------
        UsageError
            If one is being played already.
        """
        if self.jobs.is_under_way("rehearsal"):
            raise api.refused("a game is being played already: wait until it is over", "stale")
        self._rehearsals += 1
        self._records.pop("rehearsal", None)
        self._records["rehearsing"] = {"turns": (), "of": len(self._session.game.turns), "since": time.time()}
        self.jobs.begin("rehearsal", self._rehearsed(self._session.seed + self._rehearsals))
        self.jobs.changed()

    async def _rehearsed(self, seed: int) -> None:
        since, told = time.time(), self._records["rehearsing"]
        try:
            played = api.rehearsal_of(api.copied(self._session), seed)
            while not played.is_over:
                played = await self.workers.run(api.rehearsed, played)
                self._records["rehearsing"] = {**told, "turns": played.turns}
                self.jobs.changed()
            self._records["rehearsal"] = {
                "says": f"{len(played.turns)} turns were played to the end, with nobody's help.", "seed": seed,
                "outcome": played.outcome, "turns": played.turns, "seconds": round(time.time() - since, 1),
            }  # fmt: skip
        finally:
            self._records.pop("rehearsing", None)

    def close(self) -> None:
        """Nothing is reckoned any more."""
        self.jobs.close()
        self.afterwards.close()
        self.workers.close()

"""The debrief of a session and its export: their parts are played while the class plays, so that nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim import api
from sim.seminar.jobs import Jobs
from sim.seminar.workers import Workers

STILL = frozenset({"advanced", "clocked", "blanked"})
"""Events that change nothing in a debrief of the same turns."""


@dataclass(frozen=True)
class Early:
    """A debrief that was made while a turn was revealed: after so many events, of so many turns."""

    events: int
    played: int
    record: Mapping[str, Any]

    def now(self, session: api.Session) -> dict[str, Any]:
        """The record, with the digest of the session as it stands now: the phase is in it."""
        return {**self.record, "facts": {**self.record["facts"], "digest": session.digest()}}

    def holds(self, session: api.Session) -> bool:
        """Whether it is the debrief of the game as it stands now."""
        since = session.log.events[self.events :]
        return len(session.state.played) == self.played and all(event["kind"] in STILL for event in since)


class Afterwards:
    """What a session comes to.

    Parameters
    ----------
    kept
        What teams asked and saw, for the export.
    """

    def __init__(
        self, session: api.Session, workers: Workers, jobs: Jobs, kept: Callable[[], list[Mapping[str, Any]]]
    ) -> None:
        self._session, self._workers, self._jobs, self._kept = session, workers, jobs, kept
        self.debrief: Mapping[str, Any] | None = None
        self.early: Early | None = None
        self._exporting = asyncio.Lock()
        self._playing: dict[str, asyncio.Task[None]] = {}
        self._copy: api.Copied | None = None

    @property
    def is_over(self) -> bool:
        """Whether the last turn is behind the class."""
        return self._session.state.phase in ("debrief", "closed")

    async def exported(self) -> Path:
        """The session as one file, beside its log; its debrief holds the numbers that the pages show."""
        folder = self._session.log.folder
        assert folder is not None
        async with self._exporting:
            await self._parts()
            path = folder / f"seminar-{self._session.opened.name}-{self._session.seed}.zip"
            return await asyncio.to_thread(api.export_session, self._session, path, whatifs=self._kept())

    def look(self) -> None:
        """Something was said: what follows from it for the debrief is played meanwhile, and told when it is time."""
        if self._session.state.phase in ("brief", "decide", "reveal"):
            self._jobs.begin("parts", self._parts_meanwhile())
        self._workers.hurry(self.is_over)
        if not self.is_over:
            self._jobs.end("debrief")
            self.debrief = None
        elif self.early is not None and self.early.holds(self._session):
            self._jobs.end("debrief")
            self.debrief = self.early.now(self._session)
            self._jobs.changed()
        else:
            self._jobs.begin("debrief", self._debriefed())

    async def _parts_meanwhile(self) -> None:
        """What nobody waits for yet, once the processes are ready for the first team that asks."""
        await self._jobs.done("warm")
        await self._parts()
        session = self._session
        if session.state.phase == "reveal":  # it may have been the last
            events, played = len(session.log.events), len(session.state.played)
            found = await asyncio.to_thread(api.debrief, session)
            self.early = Early(events, played, found.record())

    async def _parts(self) -> None:
        """See that all parts of the debrief that can be played by now are there, each played once.

        What was begun for an earlier turn goes on where it is still needed.
        """
        session = self._session
        needed = {part.key: part for part in await asyncio.to_thread(api.debrief_parts, session)}
        self._copy = api.copied(session)
        for key in self._playing.keys() - needed.keys():
            self._playing.pop(key).cancel()
        for key, part in needed.items():
            if key not in self._playing and not api.has_part(session, part):
                self._playing[key] = asyncio.ensure_future(self._part(part))
        await asyncio.gather(*map(asyncio.shield, self._playing.values()), return_exceptions=True)

    async def _part(self, part: Any) -> None:
        try:
            async with self._workers.later():
                found = await self._workers.run(api.part_of, self._copy, part)
            api.lay_part(self._session, part, found)
        finally:
            self._playing.pop(part.key, None)

    async def _debriefed(self) -> None:
        await self._parts()
        found = await asyncio.to_thread(api.debrief, self._session)
        self.debrief = found.record()

    def close(self) -> None:
        """Nothing is played any more."""
        for job in self._playing.values():
            job.cancel()

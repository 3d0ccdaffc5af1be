"""What is being reckoned for pages: what-ifs of teams, and what whoever leads asks for.

Each is a job under a name: a team's new question ends its old one, and whoever comes back finds what was reckoned.
"""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim import api
from sim.errors import UsageError
from sim.seminar.workers import Workers

FIRST, MORE, MOST = 40, 80, 400
"""Futures of each option: in each of the first pieces, which come within a second; in each later one; in all."""


@dataclass
class WhatIf:
    """What a team asked last in a turn: trigger -> record, and trigger -> futures still to come."""

    turn: int
    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asking: dict[str, int] = field(default_factory=dict)


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
        self.failed: dict[str, str] = {}  # name of a job -> why there is no record, as a sentence
        self._exporting = asyncio.Lock()
        self._playing: dict[str, asyncio.Task[None]] = {}
        self._copy: api.Copied | None = None
        self._rehearsals = 0
        self._turned: dict[str, float] = {}
        self._early: Early | None = None

    def begin(self, name: str, work: Awaitable[None]) -> None:
        """Begin a job; the one of the same name, if it is under way, is given up."""
        self._end(name)
        self.failed.pop(name, None)

        async def job() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as fault:  # a page says so; the class goes on
                self.failed[name] = _said(fault)
                if not isinstance(fault, UsageError):
                    traceback.print_exception(fault)
            self._changed()

        self._jobs[name] = asyncio.ensure_future(job())

    def _end(self, name: str) -> None:
        if (old := self._jobs.pop(name, None)) is not None:
            old.cancel()

    def of(self, page: str, role: str) -> Mapping[str, Any]:
        """What was reckoned for a page of a role."""
        found: dict[str, Any] = {}
        whatif = self._whatifs.get(role)
        if page in ("/seat/whatif", "/seat/decide") and whatif is not None and whatif.turn == self._session.state.turn:
            found |= {"whatif": dict(whatif.found), "asking": dict(whatif.asking)}
        name = page.rpartition("/")[2]
        if role == "screen" or name == "debrief":
            found["debrief"] = self._record("debrief") if self._is_over else None
        if name == "assumptions":
            found["assumptions"] = self._assumptions()
        if name == "export":
            found["digest"] = self._session.digest()
        if role == "host" and name in ("sandbox", "assumptions", "rehearsal"):
            found |= {one: self._record(one) for one in ("sandbox", "rehearsal")}
            found["rehearsing"] = self.records.get("rehearsing")
        return found

    def _record(self, name: str) -> Mapping[str, Any] | None:
        """What was reckoned under a name, or {"error": why it could not be}; None while nothing is there."""
        return {"error": self.failed[name]} if name in self.failed else self.records.get(name)

    @property
    def _is_over(self) -> bool:
        return self._session.state.phase in ("debrief", "closed")

    def _assumptions(self) -> Mapping[str, Any]:
        if "assumptions" not in self.records:
            self.records["assumptions"] = api.assumptions(self._session)
        written = api.levers(self._session)
        levers = [{**one, "now": self._turned.get(one["name"], one["value"])} for one in written]
        return {**self.records["assumptions"], "levers": levers}

    def _keep(self, record: Mapping[str, Any]) -> None:
        """Keep what a team asked and saw, for the export."""
        folder = self._session.log.folder
        if folder is not None:
            with (folder / "whatifs.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def kept(self) -> list[Mapping[str, Any]]:
        """All that teams asked and saw, in the order in which it was there."""
        folder = self._session.log.folder
        path = None if folder is None else folder / "whatifs.jsonl"
        if path is None or not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]

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
            self._keep(whatif.found[asked.trigger])
        except Exception as fault:
            whatif.found[asked.trigger] = {"error": _said(fault)}
            raise
        finally:
            whatif.asking.pop(asked.trigger, None)

    # ------------------------------------------------------------------------------------------ afterwards

    async def exported(self) -> Path:
        """The session as one file, beside its log; its debrief holds the numbers that the pages show."""
        folder = self._session.log.folder
        assert folder is not None
        async with self._exporting:
            await self._parts()
            path = folder / f"seminar-{self._session.opened.name}-{self._session.seed}.zip"
            return await asyncio.to_thread(api.export_session, self._session, path, whatifs=self.kept())

    def after(self) -> None:
        """Something was said: what follows from it for the debrief is played meanwhile, and told when it is time."""
        phase = self._session.state.phase
        if phase in ("brief", "decide", "reveal"):
            self.begin("parts", self._parts_meanwhile())
        self.workers.hurry(phase in ("debrief", "closed"))
        if phase in ("debrief", "closed"):
            if self._early is not None and self._early.holds(self._session):
                self._end("debrief")
                self.failed.pop("debrief", None)
                self.records["debrief"] = self._early.now(self._session)
                self._changed()
            else:
                self.begin("debrief", self._debriefed())
        else:
            self._end("debrief")
            self.records.pop("debrief", None)
            self.failed.pop("debrief", None)

    async def _parts_meanwhile(self) -> None:
        """What nobody waits for yet, once the processes are ready for the first team that asks."""
        if (warm := self._jobs.get("warm")) is not None:
            await asyncio.wait([warm])
        await self._parts()
        session = self._session
        if session.state.phase == "reveal":  # it may have been the last
            events, played = len(session.log.events), len(session.state.played)
            found = await asyncio.to_thread(api.debrief, session)
            self._early = Early(events, played, found.record())

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
            async with self.workers.later():
                found = await self.workers.run(api.part_of, self._copy, part)
            api.lay_part(self._session, part, found)
        finally:
            self._playing.pop(part.key, None)

    async def _debriefed(self) -> None:
        await self._parts()
        found = await asyncio.to_thread(api.debrief, self._session)
        self.records["debrief"] = found.record()

    def sandbox(self, values: Mapping[str, float]) -> None:
        """The model as it is written beside the model with levers turned; the class keeps the game as it is.

        Raises
        ------
        UsageError
            If a lever is not there, or does not go so far.
        """
        changes = api.turned(self._session, values)
        self._turned = dict(values)
        self.records.pop("sandbox", None)
        self.begin("sandbox", self._sandboxed(changes))
        self._changed()

    async def _sandboxed(self, changes: list[tuple[str, str]]) -> None:
        folder = self._session.log.folder
        assert folder is not None
        written = {one["name"]: one for one in api.levers(self._session)}
        found = await self.workers.run(api.sandboxed, folder / "scenario.yaml", changes, self._session.seed)
        for one in found["changed"]:
            lever = written[one["name"]]
            one |= {"says": lever["says"], "was": f"{lever['value']:g} {lever['unit']}".strip()}
        self.records["sandbox"] = found

    def rehearse(self) -> None:
        """A whole game of model players, beside the session.

        Raises
        ------
        UsageError
            If one is being played already.
        """
        if "rehearsing" in self.records and not self._jobs["rehearsal"].done():
            raise api.refused("a game is being played already: wait until it is over", "stale")
        self._rehearsals += 1
        self.records.pop("rehearsal", None)
        self.records["rehearsing"] = {"turns": (), "of": len(self._session.game.turns), "since": time.time()}
        self.begin("rehearsal", self._rehearsed(self._session.seed + self._rehearsals))
        self._changed()

    async def _rehearsed(self, seed: int) -> None:
        since, told = time.time(), self.records["rehearsing"]
        try:
            played = api.rehearsal_of(api.copied(self._session), seed)
            while not played.is_over:
                played = await self.workers.run(api.rehearsed, played)
                self.records["rehearsing"] = {**told, "turns": played.turns}
                self._changed()
            self.records["rehearsal"] = {
                "says": f"{len(played.turns)} turns were played to the end, with nobody's help.", "seed": seed,
                "outcome": played.outcome, "turns": played.turns, "seconds": round(time.time() - since, 1),
            }  # fmt: skip
        finally:
            self.records.pop("rehearsing", None)

    def close(self) -> None:
        """Nothing is reckoned any more."""
        for job in (*self._jobs.values(), *self._playing.values()):
            job.cancel()
        self.workers.close()


def _said(fault: Exception) -> str:
    """Why something could not be reckoned: our own sentence, or none; what else is in a fault is for the terminal."""
    if isinstance(fault, UsageError):
        return f"this could not be reckoned: {fault}"
    if isinstance(fault, BrokenExecutor):
        return "this could not be reckoned: the process that did it was ended, as when memory runs out"
    return "this could not be reckoned; the terminal of whoever leads says why"


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

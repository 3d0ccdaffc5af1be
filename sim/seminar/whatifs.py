"""What-ifs of teams: first bars within a second, then finer; a team's new question ends its old one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim import api
from sim.seminar.jobs import Jobs, said
from sim.seminar.workers import Workers

FIRST, MORE, MOST = 40, 80, 400
"""Futures of each option: in each of the first pieces, which come within a second; in each later one; in all."""


@dataclass
class WhatIf:
    """What a team asked last at a moment: trigger -> record, and trigger -> futures still to come."""

    past: object  # what had been played and thrown in: after an undo another past has this turn
    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asking: dict[str, int] = field(default_factory=dict)


class WhatIfs:
    """What the teams of a session ask."""

    def __init__(self, session: api.Session, workers: Workers, jobs: Jobs) -> None:
        self._session, self._workers, self._jobs = session, workers, jobs
        self._of: dict[str, WhatIf] = {}

    def of(self, seat: str) -> Mapping[str, Any]:
        """What a seat asked in this turn, as its pages show it."""
        whatif = self._of.get(seat)
        if whatif is None or whatif.past != self._past():
            return {}
        return {"whatif": dict(whatif.found), "asking": dict(whatif.asking)}

    def ask(self, seat: str, asked: api.Ask) -> None:
        """Play ahead for a team."""
        trigger, past = asked.trigger, self._past()
        whatif = self._of.get(seat)
        if whatif is None or whatif.past != past:
            whatif = self._of[seat] = WhatIf(past)
        whatif.asking.clear()
        whatif.asking[trigger] = MOST
        whatif.found.pop(trigger, None)
        self._jobs.begin(f"whatif/{seat}", self._played(whatif, asked))
        self._jobs.changed()

    async def _played(self, whatif: WhatIf, asked: api.Ask) -> None:
        chunks: list[Any] = []
        try:
            for round_ in pieces():
                chunks += await asyncio.gather(*(self._workers.run(api.chunk, asked, *piece) for piece in round_))
                prospects = await asyncio.to_thread(api.prospects, asked, tuple(chunks))
                whatif.found[asked.trigger] = prospects.record()
                whatif.asking[asked.trigger] = MOST - sum(round_[-1])  # a piece is (first, how many)
                self._jobs.changed()
            self._keep(whatif.found[asked.trigger])
        except asyncio.CancelledError:  # it was asked anew, and that is under way
            raise
        except Exception as fault:
            whatif.found[asked.trigger] = {"error": said(fault)}
            whatif.asking.pop(asked.trigger, None)
            raise
        whatif.asking.pop(asked.trigger, None)
        self._jobs.changed()

    def _past(self) -> object:
        """What has come before this moment."""
        state = self._session.state
        return state.turn, self._session.windows(), tuple(state.thrown.items())

    def _keep(self, record: Mapping[str, Any]) -> None:
        """Keep what a team asked and saw, for the export."""
        if (path := self._path) is not None:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def kept(self) -> list[Mapping[str, Any]]:
        """All that teams asked and saw, in the order in which it was there."""
        path = self._path
        if path is None or not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]

    @property
    def _path(self) -> Path | None:
        folder = self._session.log.folder
        return None if folder is None else folder / "whatifs.jsonl"


def pieces() -> list[list[tuple[int, int]]]:
    """Pieces (first future, how many), by rounds: a round is shown when all of it is there.

    >>> pieces()[0], sum(count for round in pieces() for _, count in round)
    ([(0, 40), (40, 40)], 400)
    """
    rounds, first = [[(0, FIRST), (FIRST, FIRST)]], 2 * FIRST
    while first < MOST:
        count = min(MORE, (MOST - first) // 2)
        rounds.append([(first, count), (first + count, count)])
        first += 2 * count
    return rounds

"""A seminar in this process: the server as it is, in a thread, over real sockets, with a game that opens at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim import api
from sim.game.session import Session
from sim.seminar import keep, lan
from sim.seminar.desk import Desk
from sim.seminar.room import Room
from sim.seminar.run import serve
from tests.game.stage import DUEL
from tests.seminar.client import Client


@dataclass
class Stage:
    """A server, whoever leads, and whoever has come."""

    folder: Path
    room: Room
    _stop: Any
    _threads: ThreadPoolExecutor
    _served: Any
    people: list[Client] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, text: str = DUEL, *, turns: int | None = 3, seed: int = 1) -> Stage:
        """Serve the session of a folder; it is opened if none lies there."""
        if (folder / "log.jsonl").exists():
            session = api.resume_session(folder)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "game.yaml").write_text(text, encoding="utf-8")
            session = api.open_session(folder / "game.yaml", seed=seed, turns=turns, folder=folder)
        listener = lan.bound(lan.LOOPBACK, 0)
        address = f"http://{lan.LOOPBACK}:{listener.getsockname()[1]}"
        threads = ThreadPoolExecutor(1)
        ready: list[Any] = []

        async def served() -> None:
            room, stop = (
                Room(session, Desk(keep.secret_of(folder), tuple(session.game.seats)), address),
                asyncio.Event(),
            )
            ready.extend([room, asyncio.get_running_loop(), stop])
            begun.set()
            with listener:
                await serve(room, listener, stop)

        from threading import Event

        begun = Event()
        done = threads.submit(lambda: asyncio.run(served()))
        assert begun.wait(20), done.exception(1)
        room, loop, stop = ready
        return cls(folder, room, lambda: loop.call_soon_threadsafe(stop.set), threads, done)

    def close(self) -> None:
        """End the server as Ctrl-C does."""
        self._stop()
        self._served.result(20)
        self._threads.shutdown()

    @property
    def session(self) -> Session:
        """The session that is served."""
        return self.room.session

    def link(self, to: str, seat: str = "") -> str:
        """The link of a kind."""
        word = {"room": "join", "seat": "join"}.get(to, to)
        return f"{self.room.base}/{word}/{self.room.desk.token(to, seat)}"

    def host(self) -> Client:
        """Whoever leads."""
        return self._come("host")

    def screen(self) -> Client:
        """The projector."""
        return self._come("screen")

    def person(self, seat: str = "") -> Client:
        """Somebody at a seat, or at none."""
        return self._come("seat" if seat else "room", seat)

    def _come(self, to: str, seat: str = "") -> Client:
        client = Client(self.room.base)
        reply = client.get(self.link(to, seat))
        assert reply.status == 200, reply.text
        return client

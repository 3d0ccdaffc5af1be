"""A room: a server as a teacher starts it, its instructor, its projector, and phones in it, all in one real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from sim import api
from tests.seminar.client import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

SCENARIO = "ukraine-2014"
PHONE = {"width": 390, "height": 844}
PROJECTOR = {"width": 1280, "height": 720}
LAPTOP = {"width": 1366, "height": 768}


@dataclass
class Server:
    """`sim seminar` as a process, and what it printed."""

    process: subprocess.Popen[str]
    lines: list[str]
    until_address: float  # seconds from the command to its address

    @classmethod
    def start(cls, folder: Path, *words: str, scenario: str = SCENARIO, cache: Path | None = None) -> Server:
        """Start it, and wait until it has said where it is."""
        line = [sys.executable, "-m", "sim", "seminar", scenario, "--no-browser", "--session", str(folder), *words]
        env = {**os.environ, "PYTHONUNBUFFERED": "1", **({"SIM_CACHE": str(cache)} if cache else {})}
        before = time.perf_counter()
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
                                   start_new_session=True)  # fmt: skip
        lines: list[str] = []
        Thread(target=_read, args=(process, lines), daemon=True).start()
        while not any("http://" in one for one in tuple(lines)):
            if process.poll() is not None or time.perf_counter() - before > 60:
                raise AssertionError(f"no address was said: {''.join(lines)}")
            time.sleep(0.005)
        return cls(process, lines, time.perf_counter() - before)

    def until(self, words: str, *, seconds: float = 30.0) -> None:
        """Wait until it has said so."""
        end = time.perf_counter() + seconds
        while words not in " ".join("".join(tuple(self.lines)).split()):
            assert time.perf_counter() < end, f"{words!r} is not in {''.join(self.lines)}"
            time.sleep(0.005)

    @property
    def host_link(self) -> str:
        """The link of whoever leads, as it was printed."""
        found = re.search(r"https?://\S+/host/[\w.~-]+", "".join(self.lines))
        assert found, self.lines
        return found.group(0)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return self.host_link.partition("/host/")[0]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.origin.rpartition(":")[2])

    def memory(self) -> float:
        """Megabytes of memory that the process and all that it has started hold."""
        pages = 0
        for pid in [self.process.pid, *_children(self.process.pid)]:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def rest(self, *, seconds: float = 60.0) -> None:
        """Wait until it does next to nothing: a class leaves it minutes in which it plays ahead.

        Twice in a row, for while all browsers of a class draw at once it may come to nothing for a moment.
        """
        until, quiet = time.perf_counter() + seconds, 0
        while time.perf_counter() < until and quiet < 2:
            before = self._spent()
            time.sleep(0.5)
            quiet = quiet + 1 if self._spent() - before < 0.05 else 0

    def _spent(self) -> float:
        """Seconds of work that it and all that it has started have done."""
        ticks = 0
        for pid in [self.process.pid, *_children(self.process.pid)]:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def interrupt(self) -> float:
        """Ctrl-C; how many seconds until it was gone."""
        before = time.perf_counter()
        os.kill(self.process.pid, signal.SIGINT)
        self.process.wait(60)
        return time.perf_counter() - before

    def kill(self) -> None:
        """End it as a power cut does, with all that it has started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)


def _read(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    with process.stdout as printed:
        lines.extend(iter(printed.readline, ""))


def _children(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            yield int(child)
            yield from _children(int(child))


@dataclass
class Watch:
    """What all pages of a room asked for, and what went wrong in them."""

    origins: list[str]
    strangers: list[str] = field(default_factory=list)  # requests to anywhere else
    complaints: list[str] = field(default_factory=list)  # errors on the console, breaches of the rules for scripts
    requests: int = 0

    def over(self, context: BrowserContext, *, excused: str = "(?!)") -> None:
        """Watch a context; a complaint that matches `excused` is what a test provokes on purpose."""
        context.on("request", self._asked)
        context.on("console", lambda message: self._said(message, excused))
        context.on("weberror", lambda error: self.complaints.append(f"{error.error}"))

    def _asked(self, request: Request) -> None:
        self.requests += 1
        if not request.url.startswith((*self.origins, "data:", "blob:", "about:")):
            self.strangers.append(request.url)

    def _said(self, message: ConsoleMessage, excused: str) -> None:
        if message.type in ("error", "warning") and not re.search(excused, message.text):
            self.complaints.append(f"{message.type} at {message.location.get('url', '')}: {message.text}")


def free_port() -> int:
    """A port that nobody uses, so that a server that is killed and started again finds it free."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Room:
    """A server, and everybody in the room."""

    folder: Path
    scenario: str
    cache: Path
    words: tuple[str, ...]
    browser: Browser | None = None  # none for those who come without one
    contexts: list[BrowserContext] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = ("--port", str(free_port()), *self.words)
        self.start()
        self.watch = Watch([self.server.origin])

    def start(self) -> None:
        """Start the server, or start it again: the same command."""
        self.server = Server.start(self.folder, *self.words, scenario=self.scenario, cache=self.cache)

    def leave(self) -> None:
        """Everybody leaves."""
        while self.contexts:
            self.contexts.pop().close()

    # ------------------------------------------------------------------------------------------ what is so

    @cached_property
    def game(self) -> api.Game:
        """The game that is played."""
        return api.game(self.scenario)

    @property
    def seats(self) -> list[str]:
        """The actors that people may play."""
        return list(self.game.seats)

    def link(self, to: str, seat: str = "") -> str:
        """The link of `room`, `screen`, `host`, or of a `seat`: what its code says."""
        from sim.seminar.desk import Desk

        desk = Desk((self.folder / "secret").read_bytes(), tuple(self.seats))
        return f"{self.server.origin}/{'join' if to in ('room', 'seat') else to}/{desk.token(to, seat)}"

    def keys(self) -> list[bytes]:
        """What lets people in, as it might stand in a file: the secret in four ways, and the token of every link."""
        secret = (self.folder / "secret").read_bytes()
        links = [self.link(to) for to in ("room", "screen", "host")] + [self.link("seat", seat) for seat in self.seats]
        ways = [secret, secret.hex().encode(), b64encode(secret).rstrip(b"="), urlsafe_b64encode(secret).rstrip(b"=")]
        return [*ways, *(link.rpartition("/")[2].encode() for link in links)]

    def log(self, kind: str = "") -> list[Mapping[str, Any]]:
        """The events so far, of a kind."""
        lines = (self.folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
        events: list[Mapping[str, Any]] = [json.loads(line) for line in lines]
        return [event for event in events if kind in ("", event["kind"])]

    def digest(self, aside: Path) -> str:
        """What was decided and what followed from it, read from a copy of the folder."""
        aside.mkdir()
        for name in ("log.jsonl", "scenario.yaml"):
            shutil.copy(self.folder / name, aside / name)
        return api.resume_session(aside).digest()

    # ------------------------------------------------------------------------------------------ without a browser

    def client(self, seat: str = "") -> Client:
        """Somebody without a browser, who has joined."""
        client = Client(self.server.origin)
        reply = client.get(self.link("seat", seat) if seat else self.link("room"))
        assert reply.status == 200, reply.text
        return client

    def leader(self) -> Client:
        """Whoever leads, without a browser."""
        client = Client(self.server.origin)
        assert client.get(self.server.host_link).status == 200
        return client

    def lead(self, what: str, *, turn: int | None = None, **fields: object) -> int:
        """Do something as whoever leads; the revision after it."""
        turn = self.turn if turn is None else turn
        reply = self.leader().do(what, turn=turn, **fields)
        assert reply.status == 200, f"{what} {fields}: {reply.status} {reply.text}"
        return int(reply.record["revision"])

    @property
    def turn(self) -> int:
        """The turn that is played, from 0."""
        return int(([event["turn"] for event in self.log("advanced")] or [0])[-1])

    # ------------------------------------------------------------------------------------------ in the browser

    def context(self, *, excused: str = "(?!)", **options: Any) -> BrowserContext:
        """A browser of somebody's own: its cookies are nobody else's."""
        assert self.browser is not None
        context = self.browser.new_context(**{"viewport": PHONE, **options})
        context.set_default_timeout(15_000)
        self.watch.over(context, excused=excused)
        self.contexts.append(context)
        return context

    def page(self, address: str, **options: Any) -> Page:
        """A page of a new browser, at an address."""
        page = self.context(**options).new_page()
        page.goto(address)
        return page

    def host(self, screen: str = "", **options: Any) -> Page:
        """The instructor, at a screen of theirs."""
        page = self.page(self.server.host_link, **{"viewport": LAPTOP, **options})
        if screen:
            page.goto(f"{self.server.origin}/host/{screen}")
        return page

    def projector(self, **options: Any) -> Page:
        """The screen that all see."""
        return self.page(self.link("screen"), **{"viewport": PROJECTOR, **options})

    def phone(self, seat: str, **options: Any) -> Page:
        """A member of a team."""
        return self.page(self.link("seat", seat), **options)

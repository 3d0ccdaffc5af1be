"""A room: a server as a teacher starts it, its instructor, its projector, and phones in it, all in one real browser."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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
    def start(cls, folder: Path, *words: str, scenario: str = SCENARIO, port: int = 0) -> Server:
        """Start it, and wait until it has said where it is."""
        line = [sys.executable, "-m", "sim", "seminar", scenario, "--port", str(port), "--no-browser", "--session",
                str(folder), *words]  # fmt: skip
        before = time.perf_counter()
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   env={**os.environ, "PYTHONUNBUFFERED": "1"}, start_new_session=True)  # fmt: skip
        lines: list[str] = []
        Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")), daemon=True).start()  # type: ignore[union-attr]
        while not any("http://" in one for one in tuple(lines)):
            if process.poll() is not None or time.perf_counter() - before > 60:
                raise AssertionError(f"no address was said: {''.join(lines)}")
            time.sleep(0.01)
        return cls(process, lines, time.perf_counter() - before)

    def address(self, kind: str) -> str:
        """The link of this kind (`host`, `screen`, `join`) that was printed; "" if none was."""
        found = re.search(rf"https?://\S+/{kind}/[\w.~-]+", "".join(self.lines))
        return found.group(0) if found else ""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.address("host"))
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.origin).port or 80

    def memory(self) -> float:
        """Megabytes of memory that the process and its children hold, what they share counted once for each."""
        pages = 0
        for pid in [self.process.pid, *_children(self.process.pid)]:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

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


@dataclass
class Room:
    """A server and everybody in the room."""

    browser: Browser
    server: Server
    folder: Path
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)

    @classmethod
    def open(cls, browser: Browser, folder: Path, *words: str, scenario: str = SCENARIO) -> Room:
        """Start the server; nobody is in yet."""
        server = Server.start(folder, *words, scenario=scenario)
        return cls(browser, server, folder, Watch([server.origin]))

    def close(self) -> None:
        """Everybody leaves."""
        for context in self.contexts:
            context.close()
        self.server.kill()

    def context(self, *, excused: str = "(?!)", **options: Any) -> BrowserContext:
        """A browser of somebody's own: its cookies are nobody else's."""
        context = self.browser.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(15_000)
        self.watch.over(context, excused=excused)
        self.contexts.append(context)
        return context

    def page(self, address: str, **options: Any) -> Page:
        """A page of a new browser, at an address."""
        page = self.context(**options).new_page()
        page.goto(address)
        return page

    def host(self, **options: Any) -> Page:
        """The instructor."""
        return self.page(self.server.address("host"), **{"viewport": LAPTOP, **options})

    def projector(self, **options: Any) -> Page:
        """The screen that all see."""
        return self.page(self.server.address("screen"), **{"viewport": PROJECTOR, **options})

"""The browser of the suite, and the table of what was promised and measured."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.seminar import measured
from tests.seminar.room import SCENARIO, Room

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXTRAS = {"seminar": ("starlette", "uvicorn", "websockets", "segno"),
          "browser": ("playwright", "axe_playwright_python", "zxingcpp")}  # fmt: skip


def lacking(*wanted: str) -> str:
    """What is missing for a browser to play a seminar here, and how to get it; "" if nothing is."""
    extras = [extra for extra in wanted if any(find_spec(name) is None for name in EXTRAS[extra])]
    if extras:
        return f"these tests need what is not installed ({' and '.join(extras)}): `make browser` installs it"
    if "browser" in wanted and shutil.which("chromium") is None:
        return "these tests need Debian's chromium: as root, `apt-get install chromium`"
    return ""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole suite. Where it is missing its tests are skipped, but where changes are taken in."""
    stop_if(lacking("seminar", "browser"))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def blank(chromium: Browser) -> Iterator[Page]:
    """An empty page."""
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def opened(chromium: Browser, served: Callable[..., Room]) -> Iterator[Callable[..., Room]]:
    """Opens rooms with a browser, and closes them at the end."""
    rooms: list[Room] = []

    def open_room(*words: str, scenario: str = SCENARIO) -> Room:
        rooms.append(served(*words, scenario=scenario, browser=chromium))
        return rooms[-1]

    yield open_room
    for room in rooms:
        room.leave()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, _own_cache: Path) -> Iterator[Callable[..., Room]]:
    """Opens rooms without a browser, and ends their servers at the end."""
    stop_if(lacking("seminar"))
    rooms: list[Room] = []
    parts = tmp_path_factory.mktemp("parts")

    def open_room(*words: str, scenario: str = SCENARIO, browser: Browser | None = None) -> Room:
        folder = tmp_path_factory.mktemp("seminar") / "session"
        rooms.append(Room(folder, scenario, _own_cache, words, browser))
        (folder / "debrief").symlink_to(parts)  # futures of the same game are played once for all rooms
        return rooms[-1]

    yield open_room
    for room in rooms:
        room.server.kill()


def stop_if(says: str) -> None:
    """Skip with a sentence where something is missing; where changes are taken in, fail."""
    if says:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(says)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was promised, and what it came to here."""
    for line in measured.table():
        terminalreporter.write_line(line)


@pytest.fixture(scope="module")
def room(opened: Callable[..., Room]) -> Room:
    """A room in its first turn."""
    found = opened()
    found.lead("advance", phase="brief")
    found.lead("advance", phase="decide")
    return found


@pytest.fixture(scope="module")
def asked(room: Room) -> tuple[str, str, tuple[str, ...]]:
    """A seat, a question of it, and its options."""
    seat = room.seats[0]
    question = room.game.seats[seat].questions[0]
    return seat, question.trigger, question.names

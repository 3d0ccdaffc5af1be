"""Every screen of a seminar, played to where it has something to show: to be examined, and to be looked at.

`python -m tests.seminar.screens DIR` keeps a picture of each, light and dark, on a phone, a laptop and a projector.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.seminar import touch
from tests.seminar.room import Room

if TYPE_CHECKING:
    from playwright.sync_api import Page

Screen = tuple[str, "Page"]


def tour(room: Room, *, seconds: float = 60.0) -> Iterator[Screen]:
    """Play a game, and stop at every screen: its name, and a page that shows it.

    Parameters
    ----------
    seconds
        How long a screen may take to show what is reckoned for it; then it is taken as it is.
    """
    host, screen, phone, stranger = (
        room.host("lobby"), room.projector(), room.phone(room.seats[0]), room.page(room.link("room"))
    )  # fmt: skip
    places = _Places(room, host, phone, seconds)
    yield from [("host-lobby", host), ("screen-lobby", screen), ("seat-choose", stranger), ("seat-brief", phone)]
    yield "welcome", places.to(stranger, "/j")
    stranger.context.close()
    yield "host-codes", places.to(host, "/codes")
    mates = [room.client(seat) for seat in (room.seats[0], *room.seats)]
    room.lead("advance", phase="brief")
    screen.wait_for_timeout(300)
    yield "screen-brief", screen
    play_a_turn(room, mates)
    room.lead("advance", phase="decide")
    _decide(room, mates)
    room.lead("clock", do="start")
    phone.wait_for_url("**/seat/decide")
    yield "seat-decide", phone
    yield "screen-decide", screen
    yield "host-console", places.host("console")
    for name in ("world", "brief", "assumptions"):
        yield f"seat-{name}-in-a-turn", places.seat(name)
    yield "seat-whatif", places.asked_ahead()
    yield "host-world", places.host("world")
    yield "host-assumptions", places.changed()
    yield "host-rehearsal", places.rehearsed()
    yield "print", places.to(host, f"/print/{room.seats[0]}")
    places.host("console")
    room.lead("advance", phase="reveal")
    phone.wait_for_url("**/seat/reveal")  # by itself
    yield "seat-reveal", phone
    yield "host-reveal", places.host("reveal")
    yield "screen-reveal", screen
    room.server.rest()
    room.lead("advance", phase="debrief")
    phone.wait_for_url("**/seat/debrief")
    yield "seat-debrief", places.with_charts(phone)
    yield "screen-debrief", places.with_charts(screen)
    for name in ("moments", "regrets", "words", "history", "forecasts", "aims"):
        room.lead("slide", slide=name)
        screen.wait_for_timeout(300)
        yield f"screen-debrief-{name}", screen
    yield "host-debrief", places.with_charts(places.host("debrief"))
    yield "host-export", places.host("export")
    room.lead("close")
    phone.wait_for_timeout(300)
    yield "seat-closed", phone
    yield "screen-closed", screen
    for page in (host, screen, phone):
        page.context.close()


def play_a_turn(room: Room, mates: list[Page]) -> None:
    """A turn up to its reveal, in which everybody wants something."""
    room.lead("advance", phase="decide")
    _decide(room, mates)
    room.lead("advance", phase="reveal")


def _decide(room: Room, mates: list[Page]) -> None:
    """Everybody wants something and foretells; half of the seats seal."""
    turn = room.turn
    for number, (seat, mate) in enumerate(zip((room.seats[0], *room.seats), mates, strict=True)):
        for question in room.game.seats[seat].questions:
            option = question.names[(number + turn + 1) % len(question.names)]
            mate.do("vote", turn=turn, trigger=question.trigger, option=option)
        mate.do("foretell", turn=turn, percent=15 + 20 * number)
        if number % 2:
            question = room.game.seats[seat].questions[0]
            why = "Holding keeps the lever, and costs least at home."
            mate.do("seal", turn=turn, seen=0, why=why, **{question.trigger: question.names[-1]})


class _Places:
    """Where the pages of a room go."""

    def __init__(self, room: Room, host: Page, phone: Page, seconds: float) -> None:
        self.room, self._host, self._phone, self.seconds = room, host, phone, seconds

    def to(self, page: Page, path: str) -> Page:
        """A page at an address of the server."""
        page.goto(f"{self.room.server.origin}{path}")
        return page

    def host(self, name: str) -> Page:
        """The instructor at a screen of theirs."""
        return self.to(self._host, f"/host/{name}")

    def seat(self, name: str) -> Page:
        """The phone at a screen of its seat."""
        return self.to(self._phone, f"/seat/{name}")

    def asked_ahead(self) -> Page:
        """The phone, with the bars of four options."""
        page = self.seat("whatif")
        page.locator('form[data-post="whatif"] button[type=submit]').first.click()
        self._until(page, "() => document.querySelector('#bars svg') && !/still to come/.test(document.body.innerText)")
        return page

    def changed(self) -> Page:
        """The instructor's sandbox, with a lever moved."""
        page = self.host("assumptions")
        slider = page.locator('form[data-post="sandbox"] input[type="range"]')
        if slider.count():
            slider.first.press("End")
            page.locator('form[data-post="sandbox"] button.main').click()
            self._until(page, "() => document.querySelector('#sandbox svg')")
        return page

    def rehearsed(self) -> Page:
        """The instructor, after model players have played."""
        page = self.host("rehearsal")
        page.locator('form[data-post="rehearse"] button').click()
        self._until(page, "() => document.querySelector('#rehearsal .done')")
        return page

    def with_charts(self, page: Page) -> Page:
        """A page, once it has its charts."""
        self._until(page, "() => document.querySelector('main figure svg')")
        return page

    def _until(self, page: Page, script: str) -> None:
        try:
            touch.until(page, script, seconds=self.seconds)
        except AssertionError:
            return  # it is taken as it is, and whoever looks sees it


def main(folder: Path) -> None:
    """Pictures of all screens, light and dark."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        room = Room(aside / "session", "ukraine-2014", aside / "cache", (), browser)
        try:
            for name, page in tour(room):
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    whole = not name.startswith("screen")
                    page.screenshot(path=folder / f"{name}-{scheme}.png", full_page=whole)
                page.emulate_media(color_scheme="light")
                print(name, flush=True)
        finally:
            room.leave()
            room.server.kill()
            browser.close()
    shutil.rmtree(aside)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The wall in a real browser: nobody has to scroll it, and whoever leads turns it by button and by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.seminar import touch
from tests.seminar.measured import measure
from tests.seminar.room import LAPTOP, PHONE, PROJECTOR, Room
from tests.seminar.screens import play_a_turn

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SIZES = (PROJECTOR, {"width": 1920, "height": 1080})

FITS = """() => {
  const root = document.documentElement;
  const part = parseFloat(getComputedStyle(root).fontSize) / (9.6 + innerWidth / 100);
  return [root.scrollHeight <= innerHeight, root.scrollWidth <= innerWidth, part];
}"""
"""Whether nothing of a page lies below or beside the window, and by how much its words were made smaller for that."""

MOST = 12
"""Slides of a debrief that ten minutes have room for."""

SMALLEST = 0.9
"""How much smaller words may become where a class ordered all that it may."""

FILLS = """() => {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) / (9.6 + innerWidth / 100);
  return [size, document.querySelector('.slide').getBoundingClientRect().bottom / innerHeight];
}"""
"""How much larger the words of a slide are than they need be, and how far down the wall it goes."""

FULL, LARGEST = 0.85, 1.9
"""So far down goes a slide, unless its words are as large as words get."""

NAME = "() => document.querySelector('.slide')?.dataset.slide"


@pytest.fixture(scope="module")
def room(opened: Callable[..., Room]) -> Room:
    """A room in which three of five turns are played, each team giving two orders."""
    return opened()


@pytest.fixture(scope="module")
def screen(room: Room) -> Page:
    """The projector of the room."""
    return room.projector()


def unfit(page: Page, what: str) -> list[str]:
    """At which sizes a page would have to be scrolled, or its words are too small."""
    found = []
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_timeout(100)
        is_high, is_wide, part = page.evaluate(FITS)
        if not (is_high and is_wide and part >= SMALLEST):
            found.append(f"{what} at {size['width']}: fits {is_high, is_wide}, words at {part:.2f}")
    page.set_viewport_size(PROJECTOR)  # type: ignore[arg-type]
    return found


def empty(page: Page, what: str) -> list[str]:
    """At which sizes a slide leaves the wall empty below words that might be larger."""
    found = []
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_timeout(100)
        large, down = page.evaluate(FILLS)
        if down < FULL and large < LARGEST:
            found.append(f"{what} at {size['width']}: ends at {down:.2f} of the wall, words at {large:.2f}")
    page.set_viewport_size(PROJECTOR)  # type: ignore[arg-type]
    return found


def test_all_orders_and_what_came_of_them_are_seen_at_one_look(room: Room, screen: Page) -> None:
    """At each of three reveals the wall shows a card for each seat, news and forecast, and need not be scrolled."""
    mates = [room.client(seat) for seat in (room.seats[0], *room.seats)]
    room.lead("advance", phase="brief")
    bad = []
    for turn in range(3):
        play_a_turn(room, mates)
        touch.until(screen, f"() => /Turn {turn + 1}: what everybody did/.test(document.body.innerText)")
        assert screen.locator(".orders .card").count() == len(room.seats)
        assert screen.locator(".came .timeline li").count() >= 3
        bad += unfit(screen, f"turn {turn + 1}")
    assert not bad, "\n".join(bad)


def test_the_world_on_a_phone_is_no_longer_than_four_screens(room: Room, screen: Page) -> None:
    """In mid-game at 390 px the page is under 3,000 px high; all of it is still there, folded."""
    phone = room.phone(room.seats[1])
    phone.goto(f"{room.server.origin}/seat/world")
    high = phone.evaluate("() => document.documentElement.scrollHeight")
    measure(27, "pixels of the world on a phone after three turns", high, promised=3000, unit="px")
    assert phone.viewport_size == PHONE
    folded = phone.locator("details.part:not([open])")
    assert folded.count() >= 6
    phone.evaluate("() => document.querySelectorAll('details.part').forEach(one => { one.open = true })")
    assert phone.evaluate("() => document.documentElement.scrollHeight") > high
    phone.context.close()


def test_each_slide_of_the_debrief_fits_the_wall(room: Room, screen: Page) -> None:
    """From the ending to what it does not say: at both sizes no slide is scrolled, and none leaves the wall empty."""
    room.server.rest()
    room.lead("advance", phase="debrief")
    touch.until(screen, NAME, seconds=90)
    host = room.host("console")
    names = host.locator('.turner select[name="slide"] option').evaluate_all("all => all.map(one => one.value)")
    assert {"ending", "moments", "regrets", "history", "afterwards", "aims", "cautions"} <= set(names)
    bad = []
    for name in names:
        room.lead("slide", slide=name)
        touch.until(screen, f"() => document.querySelector('.slide')?.dataset.slide === '{name}'")
        bad += [*unfit(screen, name), *empty(screen, name)]
    assert not bad, "\n".join(bad)
    assert len(names) <= MOST, names
    host.context.close()


def test_button_and_keys_turn_the_wall_and_phones_stay(room: Room, screen: Page) -> None:
    """Next by the button, next and back by the keys on the console; what the phone shows is not moved."""
    room.lead("slide", slide="ending")
    host, phone = room.host("console"), room.phone(room.seats[0])
    phone.goto(f"{room.server.origin}/seat/debrief")
    before = phone.locator("main").inner_text()
    names = host.locator('.turner select[name="slide"] option').evaluate_all("all => all.map(one => one.value)")

    def shows(name: str) -> None:
        touch.until(screen, f"() => document.querySelector('.slide')?.dataset.slide === '{name}'", seconds=5)
        place = names.index(name) + 1
        touch.until(host, f"() => document.querySelector('.turner').innerText.includes('{place} of {len(names)}')")

    shows(names[0])
    host.get_by_role("button", name="Next slide").click()
    shows(names[1])
    host.keyboard.press("ArrowRight")
    shows(names[2])
    host.keyboard.press("ArrowLeft")
    shows(names[1])
    host.locator('.turner select[name="slide"]').select_option(names[4])
    host.get_by_role("button", name="Show it").click()
    shows(names[4])
    screen.keyboard.press("ArrowRight")  # this browser does not lead: nothing is turned, and nothing said
    screen.wait_for_timeout(300)
    assert screen.evaluate(NAME) == names[4]
    assert not screen.locator("#refused").count()
    wall = host.context.new_page()  # the projector's window on the machine that leads
    wall.goto(room.link("screen"))
    wall.keyboard.press("PageDown")
    shows(names[5])
    assert phone.locator("main").inner_text() == before
    assert host.viewport_size == LAPTOP
    room.server.kill()
    room.start()
    again = room.projector()
    touch.until(again, NAME, seconds=90)
    assert again.evaluate(NAME) == names[5]

"""Every screen on phone, laptop and projector, light and dark: who sees little, or zooms, can use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.seminar import looks
from tests.seminar.measured import measure
from tests.seminar.room import PROJECTOR, Room
from tests.seminar.screens import tour

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE, ZOOMED = (320, 640), (640, 360)
"""The narrowest phone; and a screen of 1,280 by 720 at 200 %."""

ALL_OPEN = """() => {
  document.querySelectorAll('details').forEach(one => { one.open = true });
  const made = row => row.outerHTML.replace(/>[^<]*</g, '><').replace(/ (?!class|type|role)[\\w-]+="[^"]*"/g, '');
  for (const list of document.querySelectorAll('tbody, dl, ul')) {
    const seen = new Map();
    for (const row of [...list.children]) {
      const count = (seen.get(made(row)) ?? 0) + 1;
      seen.set(made(row), count);
      if (count > 3) row.remove();
    }
  }
}"""
"""Everything unfolded; of the rows of a table or list that are made alike three, for all take long to examine."""

Faults = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def room(opened: Callable[..., Room]) -> Room:
    """A room whose game is played through."""
    return opened()


@pytest.fixture(scope="module")
def faults(room: Room) -> Faults:
    """Look -> screen -> what is wrong there."""
    found: Faults = {"axe": {}, "pale": {}, "sideways": {}, "small": {}, "tiny": {}, "seen": {}}
    for name, page in tour(room):
        found["seen"][name] = ["chart"] * page.locator("figure.chart svg").count() or ["no chart"]
        for look, said in examined(page, is_screen=name.startswith("screen")):
            found[look].setdefault(name, []).extend(said)
    return {look: {name: said for name, said in by_screen.items() if said} for look, by_screen in found.items()}


def examined(page: Page, *, is_screen: bool) -> list[tuple[str, list[str]]]:
    """All looks at a page."""
    own = page.viewport_size
    assert own is not None
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate(ALL_OPEN)
        found += [(look, [f"{scheme}: {fault}" for fault in said])
                  for look, said in (("axe", looks.axe(page)), ("pale", looks.pale(page)))]  # fmt: skip
    page.emulate_media(color_scheme="light")
    if is_screen:
        found.append(("tiny", looks.tiny(page, own["height"] / 41)))
    for width, height in [PHONE, ZOOMED]:
        page.set_viewport_size({"width": width, "height": height})
        found += [("sideways", looks.sideways(page)), ("small", looks.small(page))]
        page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        found.append(("sideways", [f"text at 200 %: {one}" for one in looks.sideways(page)] if width == 640 else []))
        page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    page.set_viewport_size(own)
    return found


def listed(found: dict[str, list[str]]) -> str:
    """Faults, one a line, each once for each screen."""
    return "\n".join(f"{name}: {fault}" for name, said in found.items() for fault in dict.fromkeys(said))


def test_25_every_screen_is_there(faults: Faults):
    """All eleven screens are examined, each with its charts where it has some."""
    screens = {name.split("-")[1] for name in faults["seen"] if "-" in name}
    assert screens >= {"lobby", "console", "brief", "decide", "whatif", "world", "reveal", "debrief", "export",
                       "assumptions", "rehearsal", "choose"}  # fmt: skip
    empty = {name for name, charts in faults["seen"].items() if charts == ["no chart"]}
    assert not empty & {"seat-whatif", "seat-world-in-a-turn", "host-world", "host-assumptions", "seat-debrief",
                        "screen-debrief", "host-debrief"}  # fmt: skip
    measure(25, f"of {len(faults['seen'])} screens, those that axe has anything against", len(faults["axe"]),
            promised=0, unit="", is_held=False)  # fmt: skip


def test_25_axe_finds_nothing(faults: Faults):
    """By WCAG 2.2 AA and good practice axe-core finds nothing wrong on any screen, light or dark."""
    assert not faults["axe"], listed(faults["axe"])


def test_25_words_in_charts_can_be_read(faults: Faults):
    """Words in charts stand out from what is behind them by 4.5 to 1, light and dark."""
    assert not faults["pale"], listed(faults["pale"])


def test_27_no_screen_scrolls_sideways(faults: Faults):
    """At 320 px, and at 200 % of a laptop, with text at 200 % too, no screen is wider than the window."""
    assert not faults["sideways"], listed(faults["sideways"])


def test_27_what_is_touched_is_large_enough(faults: Faults):
    """What is touched is 44 px high and wide at least."""
    assert not faults["small"], listed(faults["small"])


def test_27_the_projector_is_read_from_the_last_row(faults: Faults):
    """No word on the projector is smaller than 1/41 of its height."""
    assert PROJECTOR["height"] == 720
    assert not faults["tiny"], listed(faults["tiny"])


def test_22_no_error_on_any_screen(room: Room, faults: Faults):
    """No screen complains, breaks the rules for scripts, or asks anybody else for anything."""
    assert room.watch.complaints == []
    assert room.watch.strangers == []

"""Whatever anybody writes, in a scenario or in a field, stays text on every page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.seminar import touch
from tests.seminar.room import Room

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOSTILE = Path(__file__).with_name("hostile.yaml")
WHY = "</textarea><script>hacked('why')</script><img src=x onerror=hacked('why')>"
NOTE = "<script>hacked('note')</script>"
OURS = "/static/seminar.js"


@pytest.fixture(scope="module")
def room(opened: Callable[..., Room]) -> Room:
    """A room that plays the hostile scenario."""
    return opened(scenario=str(HOSTILE))


def assert_is_text(page: Page) -> None:
    """No script but ours, nothing that would run, no picture that was asked for by text."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('script, iframe, object, embed, img, [onerror], [onload], [onfocus]')]
             .map(one => one.getAttribute('src') ?? one.outerHTML)
             .concat([...document.querySelectorAll('a[href^="javascript:" i]')].map(one => one.outerHTML))"""
    )
    assert found == [OURS], (page.url, found)
    assert page.evaluate("() => typeof window.hacked") == "undefined"


def test_30_a_script_in_any_text_stays_text(room: Room):
    """Titles, briefs, options, reasons, notes, injects and outcomes that are markup are shown as they were written."""
    seat = room.seats[0]
    question = next(one for one in room.game.seats[seat].questions if "hacked" in one.asks)
    host, screen, phone = room.host("lobby"), room.projector(), room.phone(seat)
    stranger = room.page(room.link("room"))
    for page in (host, screen, phone, stranger):
        assert_is_text(page)
        assert "<script>hacked('" in page.inner_text("body"), page.url
    room.lead("advance", phase="brief")
    room.lead("advance", phase="decide")
    phone.wait_for_url("**/seat/decide")
    touch.unfold(phone)
    assert "<script>hacked('option')</script>" in phone.inner_text("main")
    assert "onfocus=hacked('predict')" in phone.inner_text("main")
    touch.choose(phone, question.trigger, question.names[0])
    phone.fill('textarea[name="why"]', WHY)
    phone.locator('form[data-post="seal"] button.main').click()
    phone.locator(".next.done").wait_for()
    phone.reload()
    assert phone.input_value('textarea[name="why"]') == WHY
    host.goto(f"{room.server.origin}/host/console")
    host.fill('textarea[name="text"]', NOTE)
    host.locator('form[data-post="note"] button').click()
    touch.until(host, "text => document.querySelector('#notes').innerText.includes(text)", NOTE)
    room.lead("throw", inject="hostages")
    for page in (host, screen, phone):
        assert_is_text(page)
    room.lead("advance", phase="reveal")
    phone.wait_for_url("**/seat/reveal")
    for address in ("reveal", "world", "whatif", "assumptions", "brief"):
        phone.goto(f"{room.server.origin}/seat/{address}")
        assert_is_text(phone)
    phone.goto(f"{room.server.origin}/print/{seat}")
    assert_is_text(phone)
    for address in ("console", "reveal", "assumptions", "lobby"):
        host.goto(f"{room.server.origin}/host/{address}")
        assert_is_text(host)
    assert_is_text(screen)
    assert room.watch.complaints == []
    assert room.watch.strangers == []

"""What the script of a page does with browsers of other years, with moves that are not heard, and with hasty hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.seminar import touch
from tests.seminar.measured import wait_until
from tests.seminar.room import Room

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = pytest.mark.browser

NETWORK = r"ERR_|WebSocket|Failed to (fetch|load)|NetworkError"
"""What a browser complains of when nobody answers, whatever the page does."""

OLDER = """for (const [of, name] of [
    [AbortSignal, 'timeout'], [AbortSignal, 'any'], [Crypto.prototype, 'randomUUID'], [Array.prototype, 'at'],
    [Object, 'hasOwn'], [window, 'structuredClone'], [Array.prototype, 'findLast'], [Array.prototype, 'toSorted'],
    [SubmitEvent.prototype, 'submitter'], [String.prototype, 'replaceAll'], [Object, 'groupBy'],
  ]) delete of[name];"""
"""A browser of five years ago lacks all of these."""


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


def votes(room: Room) -> int:
    """How many votes are on the record."""
    return len(room.log("voted"))


def test_a_browser_of_five_years_ago_sits_down_and_votes(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """Nothing that the script needs is younger: somebody sits down, votes, and presses a button that has a name."""
    seat, trigger, options = asked
    context = room.context()
    context.add_init_script(OLDER)
    phone = context.new_page()
    phone.goto(room.link("room"))
    assert phone.evaluate("() => 'timeout' in AbortSignal || 'submitter' in SubmitEvent.prototype") is False
    phone.click(f'form:has(input[name="seat"][value="{seat}"]) button')
    phone.wait_for_url("**/seat/decide")
    before = votes(room)
    touch.choose(phone, trigger, options[1])
    wait_until(lambda: votes(room) == before + 1, what="the vote is on the record")

    leading = room.context(viewport={"width": 1280, "height": 720})
    leading.add_init_script(OLDER)
    host = leading.new_page()
    host.goto(room.server.host_link)
    host.locator('button[name="do"][value="start"]').click()
    host.locator('button[name="do"][value="pause"]').click()
    host.locator('button[name="do"][value="start"]').wait_for()
    context.close()
    leading.close()


def test_what_is_not_heard_is_said_kept_and_sent(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """While pages are told but moves do not arrive a banner says so; when they do, the last one counts, once."""
    seat, trigger, options = asked
    phone = room.phone(seat, excused=NETWORK)
    phone.route("**/do/**", lambda route: route.abort())
    before = votes(room)
    touch.choose(phone, trigger, options[0])
    touch.choose(phone, trigger, options[1])
    touch.banner(phone).wait_for(state="visible")
    assert "not sent" in touch.banner(phone).inner_text()
    phone.unroute("**/do/**")
    touch.banner(phone).wait_for(state="hidden")
    assert room.log("voted")[-1]["option"] == options[1]
    assert votes(room) <= before + 2, "the first may have been under way; neither counts twice"
    phone.context.close()


def test_a_move_that_came_too_fast_is_sent_again(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """A vote that is told to wait is not lost: it is sent again by itself, and the page says so meanwhile."""
    seat, trigger, options = asked
    phone = room.phone(seat, excused="429")
    waits: list[int] = []

    def once(route: Route) -> None:
        waits.append(1)
        if len(waits) > 1:
            route.continue_()
        else:
            route.fulfill(status=429, json={"says": "that was too fast"})

    phone.route("**/do/vote", once)
    before = votes(room)
    touch.choose(phone, trigger, options[2])
    phone.locator("#refused").wait_for(state="visible")
    assert votes(room) == before
    phone.locator("#refused").wait_for(state="hidden")
    assert votes(room) == before + 1
    phone.context.close()


def test_after_a_polite_end_the_same_command_brings_every_page_back(opened: Callable[..., Room]):
    """Pages say that it has ended, say of a choice that it is not sent, and go on by themselves when the session does."""
    room = opened()
    room.lead("advance", phase="brief")
    room.lead("advance", phase="decide")
    seat = room.seats[0]
    question = room.game.seats[seat].questions[0]
    phone, screen = room.phone(seat, excused=NETWORK), room.projector(excused=NETWORK)
    me = touch.handle(phone)
    phone.wait_for_timeout(1200)  # until it has heard of something
    address = room.server.origin
    room.server.interrupt()
    for page in (phone, screen):
        touch.banner(page).wait_for(state="visible")
        assert "ended" in touch.banner(page).inner_text()
    touch.choose(phone, question.trigger, question.names[1])
    touch.until(phone, "() => /not sent/.test(document.querySelector('#banner').textContent)")
    phone.wait_for_timeout(1500)  # so that nothing is still under way
    room.start()
    assert room.server.origin == address
    for page in (phone, screen):
        touch.banner(page).wait_for(state="hidden")
    assert touch.handle(phone) == me
    wait_until(lambda: [one["option"] for one in room.log("voted")] == [question.names[1]], what="it was sent")
    assert touch.chosen(phone, question.trigger) == question.names[1]
    room.leave()

"""How people come into the room: the command, codes, links, reloads, tabs, late, and without scripts."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.seminar import touch
from tests.seminar.measured import measure, wait_until
from tests.seminar.room import Room

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def room(opened: Callable[..., Room]) -> Room:
    """A room in the lobby."""
    return opened()


@pytest.fixture(scope="module")
def asked(room: Room) -> tuple[str, str, tuple[str, ...]]:
    """A seat, a question of it, and its options."""
    seat = room.seats[0]
    question = room.game.seats[seat].questions[0]
    return seat, question.trigger, question.names


def people(room: Room) -> int:
    return len(room.log("joined"))


# ------------------------------------------------------------------------------------------------ in the lobby


def test_01_the_address_is_there_at_once(room: Room):
    """The command says its address within 2 s, and holds less than 150 MB before anything is reckoned."""
    measure(1, "from the command to its address", room.server.until_address, promised=2)
    assert room.client().get(room.link("room")).status == 200
    measure(1, "memory before anything is reckoned", room.server.memory(), promised=150, unit="MB", slack=1)


def codes(page: Page) -> set[str]:
    """What the codes on a screenshot of a page say."""
    import zxingcpp
    from PIL import Image

    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
    return {found.text for found in zxingcpp.read_barcodes(picture)}


def test_02_the_codes_on_the_screen_lead_in(room: Room):
    """The codes of the lobby and the projector, read off a screenshot, are links, and each lets somebody in."""
    host, screen = room.host("lobby"), room.projector()
    on_host, on_screen = codes(host), codes(screen)
    assert room.link("room") in on_host & on_screen
    assert {room.link("seat", seat) for seat in room.seats} <= on_host
    for number, link in enumerate(sorted(on_host | on_screen)):
        phone = room.page(link)
        assert people(room) == number + 2, "one was here before"
        assert phone.url.startswith(f"{room.server.origin}/seat/")
        phone.context.close()
    host.context.close()
    screen.context.close()


@pytest.fixture
def elsewhere(room: Room) -> Iterator[str]:
    """A page of another site, with a link to the seminar."""
    link = room.link("seat", room.seats[1])

    class Handler(BaseHTTPRequestHandler):
        """Answers everything with that page."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<link rel=icon href="data:,"><a href="{link}">Join</a>'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://localhost:{server.server_address[1]}/"  # another site: not 127.0.0.1
        server.shutdown()
        thread.join()


def test_04_a_link_on_another_sites_page_joins(room: Room, elsewhere: str):
    """Who clicks a link on a page of another site is in, and who clicks it again is the same person."""
    room.watch.origins.append(elsewhere.rstrip("/"))
    before = people(room)
    page = room.page(elsewhere)
    page.click("text=Join")
    page.wait_for_url(f"{room.server.origin}/seat/**")
    me = touch.handle(page)
    page.goto(elsewhere)
    page.click("text=Join")
    page.wait_for_url(f"{room.server.origin}/seat/**")
    assert touch.handle(page) == me
    assert people(room) == before + 1
    page.context.close()


# ------------------------------------------------------------------------------------------------ in a turn


def test_05_a_latecomer_sees_what_is_current(room: Room, asked):
    """Who comes in the second turn sees that turn at once, its brief too, and can vote; whoever waited is there too."""
    seat, trigger, options = asked
    early = room.phone(seat)
    for phase in ("brief", "decide", "reveal", "decide"):
        room.lead("advance", phase=phase)
    late = room.phone(seat)
    early.wait_for_url("**/seat/decide")
    for page in (early, late):
        assert page.url == f"{room.server.origin}/seat/decide"
        assert re.search(r"Turn 2 of \d", page.inner_text("header")), page.inner_text("header")
    touch.choose(late, trigger, options[1])
    touch.wants(early, trigger, options[1], touch.handle(late))
    late.goto(f"{room.server.origin}/seat/brief")
    stands = re.search(r"As it stands on (\d+\s\w+)\s2014", late.inner_text("main"))
    assert stands and stands[1].split()[1] == "April", "its numbers are of this turn, not of the first"
    screen = room.projector()
    assert room.link("room") in codes(screen), "who comes late scans it on the wall in a turn, too"
    code = screen.inner_text(".late .typed")
    typing = room.page(screen.inner_text(".late .link").join(("http://", "")))
    typing.fill('input[name="code"]', code.lower())
    typing.keyboard.press("Enter")
    typing.wait_for_url("**/seat/choose")
    for page in (screen, typing):
        page.context.close()
    early.context.close()
    late.context.close()


def test_03_reloading_closing_and_reopening_change_nothing(room: Room, asked):
    """After a reload, a closed page and a closed browser somebody is the same person with the same choice, once."""
    seat, trigger, options = asked
    phone = room.phone(seat)
    me, before = touch.handle(phone), people(room)
    votes = len(room.log("voted")) + 1
    touch.choose(phone, trigger, options[1])
    wait_until(lambda: touch.chosen(phone, trigger) == options[1] and len(room.log("voted")) == votes)
    phone.reload()
    assert (touch.handle(phone), touch.chosen(phone, trigger)) == (me, options[1])
    again = phone.context.new_page()
    phone.close()
    again.goto(room.server.origin)
    assert (touch.handle(again), touch.chosen(again, trigger)) == (me, options[1])
    kept = again.context.storage_state()
    again.context.close()
    reopened = room.page(room.link("seat", seat), storage_state=kept)
    assert (touch.handle(reopened), touch.chosen(reopened, trigger)) == (me, options[1])
    reopened.wait_for_timeout(500)
    assert (people(room), len(room.log("voted"))) == (before, votes)
    reopened.context.close()


def test_07_ten_tabs_of_one_browser_all_vote(room: Room, asked):
    """Ten tabs of one browser are one person; each can vote, and all ten show the last vote."""
    seat, trigger, options = asked
    tabs = [room.phone(seat)]
    before, votes = people(room), len(room.log("voted"))
    for _ in range(9):
        tabs.append(tabs[0].context.new_page())
        tabs[-1].goto(f"{room.server.origin}/seat/decide")
    slowest = 0.0
    for number, tab in enumerate(tabs):
        option = options[number % 2]
        tab.bring_to_front()
        touch.unfold(tab)
        card = touch.option_of(tab, trigger, option)
        card.scroll_into_view_if_needed()
        start = time.perf_counter()
        card.click()
        for one in tabs:
            touch.shows(one, trigger, option)
        slowest = max(slowest, time.perf_counter() - start)
    measure(7, "ten tabs: the last of them shows a vote of one", slowest, promised=0.5)
    assert (people(room), len(room.log("voted"))) == (before, votes + 10)
    tabs[0].context.close()


def test_29_without_scripts_one_joins_reads_and_votes(room: Room, asked):
    """With scripts turned off a phone joins, sits down, reads its brief, votes, seals and foretells by plain forms."""
    seat, trigger, options = asked
    phone = room.page(room.link("room"), java_script_enabled=False)
    assert phone.url.endswith("/seat/choose")
    with phone.expect_navigation():
        phone.locator(f'form:has(input[name="seat"][value="{seat}"]) button').click()
    assert phone.url == f"{room.server.origin}/seat/decide"
    phone.goto(f"{room.server.origin}/seat/brief")
    assert room.game.seats[seat].title in phone.inner_text("main")
    phone.goto(f"{room.server.origin}/seat/decide")
    card = touch.option_of(phone, trigger, options[2])
    if not card.is_visible():
        phone.locator(f'details:has([data-vote="{trigger}"]) summary').click()
    card.click()
    with phone.expect_navigation():
        phone.locator(f'button[name="trigger"][value="{trigger}"]').click()
    assert phone.url == f"{room.server.origin}/seat/decide"
    assert touch.chosen(phone, trigger) == options[2]
    assert room.log("voted")[-1]["option"] == options[2]
    with phone.expect_navigation():
        phone.locator('form[data-post="seal"] button.main').click()
    assert room.log("ordered")[-1]["options"] == {trigger: options[2]}
    phone.fill('input[name="percent"]', "35")
    with phone.expect_navigation():
        phone.locator('form[data-post="foretell"] button').click()
    assert room.log("foretold")[-1]["probability"] == 0.35
    phone.context.close()


def test_22_no_error_while_people_come_in(room: Room):
    """No page complained, broke the rules for scripts, or asked anybody else for anything."""
    assert room.watch.complaints == []
    assert room.watch.strangers == []

"""What breaks in a room: a phone loses the network, the server is killed, the teacher stops it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.seminar import touch
from tests.seminar.measured import measure, wait_until
from tests.seminar.proxy import Proxy
from tests.seminar.room import Room

pytestmark = pytest.mark.browser

SECONDS_CUT_OFF = 20.0

NETWORK = r"ERR_|WebSocket|Failed to (fetch|load)|NetworkError"
"""What a browser complains of when the network is gone, whatever the page does."""


def votes_of(room: Room, handle: str, option: str) -> int:
    """How often somebody's vote for an option is on the record."""
    (person,) = [event["person"] for event in room.log("joined") if event["handle"] == handle]
    return sum(event["person"] == person and event["option"] == option for event in room.log("voted"))


def test_08_a_phone_cut_off_for_20_seconds_says_so_comes_back_and_loses_nothing(room: Room, asked):
    """A phone out of the network says so within 3 s, is back within 5 s, and what it chose meanwhile counts once."""
    seat, trigger, options = asked
    mate = room.phone(seat)
    with Proxy(room.server.port) as wire:
        origin = f"http://127.0.0.1:{wire.port}"
        room.watch.origins.append(origin)
        phone = room.page(room.link("seat", seat).replace(room.server.origin, origin), excused=NETWORK)
        me = touch.handle(phone)
        touch.choose(phone, trigger, options[0])
        touch.wants(mate, trigger, options[0], me)

        wire.cut()
        cut = time.perf_counter()
        touch.banner(phone).wait_for(state="visible")
        measure(8, "cut off: the phone says so", time.perf_counter() - cut, promised=3)
        touch.choose(phone, trigger, options[1])
        phone.wait_for_timeout(1000 * max(0.0, SECONDS_CUT_OFF - (time.perf_counter() - cut)))
        assert touch.chosen(phone, trigger) == options[1], "the choice is kept while nothing arrives"
        assert votes_of(room, me, options[1]) == 0

        wire.mend(tells=False)
        back = time.perf_counter()
        touch.wants(mate, trigger, options[1], me)
        measure(8, "back in the network: the choice has arrived", time.perf_counter() - back, promised=5)
        touch.banner(phone).wait_for(state="hidden")
        measure(8, "back in the network: the phone says no more", time.perf_counter() - back, promised=5)
        assert touch.chosen(phone, trigger) == options[1]
        phone.wait_for_timeout(1500)
        assert votes_of(room, me, options[1]) == 1
        phone.context.close()
    assert sum(event["handle"] == me for event in room.log("joined")) == 1
    mate.context.close()


def test_09_a_killed_server_goes_on_where_it_was(room: Room, asked, tmp_path: Path):
    """After a kill in mid-turn the same command goes on: nobody joins anew, what was said stands, pages come back."""
    seat, trigger, options = asked
    phone, host = room.phone(seat, excused=NETWORK), room.host(excused=NETWORK)
    player = room.client(seat)
    assert player.do("vote", turn=0, trigger=trigger, option=options[1]).status == 200
    assert player.do("seal", turn=0, seen=0, why="before", **{trigger: options[1]}).status == 200
    touch.choose(phone, trigger, options[2])
    me = touch.handle(phone)
    wait_until(lambda: votes_of(room, me, options[2]) == 1)
    before, log, address = room.digest(tmp_path / "before"), room.log(), room.server.origin

    room.server.kill()
    touch.banner(phone).wait_for(state="visible")
    start = time.perf_counter()
    room.start()
    assert room.server.origin == address, "phones look where they looked before"
    touch.banner(phone).wait_for(state="hidden")
    measure(9, "killed: phones are back, from the command on", time.perf_counter() - start, promised=5)

    assert room.log()[: len(log)] == log
    assert not [event for event in room.log()[len(log) :] if event["kind"] == "joined"], "nobody joins anew"
    assert room.digest(tmp_path / "after") == before
    assert touch.handle(phone) == me
    assert touch.chosen(phone, trigger) == options[2]
    touch.choose(phone, trigger, options[0])
    wait_until(lambda: votes_of(room, me, options[0]) == 1, what="the phone can vote again")
    assert player.get("/seat/decide").status == 200
    assert host.reload().status == 200  # type: ignore[union-attr]


def test_10_ctrl_c_ends_it_politely(room: Room, asked):
    """Ctrl-C ends the server within 3 s, with code 0 and without a traceback, and open pages say that it has ended."""
    phone, screen = room.phone(asked[0], excused=NETWORK), room.projector(excused=NETWORK)
    phone.wait_for_timeout(1200)  # until it has heard of something
    measure(10, "Ctrl-C: the server is gone", room.server.interrupt(), promised=3)
    assert room.server.process.returncode == 0
    assert not re.search("Traceback|Error", "".join(room.server.lines)), room.server.lines
    for page in (phone, screen):
        touch.banner(page).wait_for(state="visible")
        assert re.search(r"\bended\b|\bover\b", touch.banner(page).inner_text()), touch.banner(page).inner_text()


def test_22_all_that_breaks_leaves_no_error_on_a_page(room: Room):
    """With wires cut and servers killed, pages complain of the network alone, and ask nobody else for anything."""
    assert room.watch.complaints == []
    assert room.watch.strangers == []

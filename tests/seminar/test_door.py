"""The door of the room: codes that are typed, who is counted, who is taken out, and what was pressed twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytest.importorskip("starlette", reason="the seminar is an extra of its own")
pytest.importorskip("uvicorn", reason="the seminar is an extra of its own")

from sim.seminar.desk import CODE, SIGNS, Desk
from sim.seminar.places import TYPED
from sim.seminar.security import Rate
from tests.game.test_too_many import THREE
from tests.seminar.client import Client, Reply
from tests.seminar.stage import Stage

pytestmark = pytest.mark.extra


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A seminar in which the east has three questions, and two orders."""
    found = Stage.open(tmp_path / "session", THREE)
    yield found
    found.close()


def typed(client: Client, code: str) -> Reply:
    """A code, typed on the page where one comes in."""
    return client.ask("POST", TYPED, urlencode({"code": code}).encode(), Accept="text/html", Origin=client.origin,
                      Content_Type="application/x-www-form-urlencoded")  # fmt: skip


# ------------------------------------------------------------------------------------------ codes


def test_codes_are_short_told_apart_and_stay() -> None:
    """Six signs without vowels or doubles of each other, of each link its own, the same after a restart."""
    seats = tuple(f"seat_{number}" for number in range(20))
    desk, again, other = Desk(b"a" * 32, seats), Desk(b"a" * 32, seats), Desk(b"b" * 32, seats)
    codes = [desk.code("room"), *(desk.code("seat", seat) for seat in seats)]
    assert len(set(codes)) == 21 and codes[1:] == [again.code("seat", seat) for seat in seats]
    assert desk.code("room") != other.code("room")
    assert all(re.fullmatch(rf"[{SIGNS}]{{3}} [{SIGNS}]{{3}}", code) for code in codes)
    assert not set(SIGNS) & set("AEIOUY0125SL8BZ") and len(SIGNS) ** CODE > 80_000_000
    found = desk.link_of(f" {codes[3].lower().replace(' ', '-')} ")
    assert found is not None and (found.to, found.seat) == ("seat", "seat_2")
    assert desk.link_of("") is None and desk.link_of("ÄÖÜ 123") is None


def test_a_code_that_is_typed_lets_in(stage: Stage) -> None:
    """Of the room to the choice of a seat, of a team to its table; on the page of a stranger there is the field."""
    desk, visitor, mate = stage.room.desk, Client(stage.room.base), Client(stage.room.base)
    for address in ("/", TYPED):
        assert f'action="{TYPED}"' in visitor.get(f"{visitor.origin}{address}").text
    reply = typed(visitor, desk.code("room").lower())
    assert reply.status == 303 and "Choose a seat" in visitor.get(f"{visitor.origin}{reply.headers['location']}").text
    reply = typed(mate, desk.code("seat", "west"))
    assert "West" in mate.get(f"{mate.origin}{reply.headers['location']}").text
    assert sorted(person.seat for person in stage.session.state.people.values()) == ["", "west"]
    foreign = mate.ask("POST", TYPED, b"code=x", Origin="http://evil.example")
    assert foreign.status == 403


def test_a_class_behind_one_address_is_let_in(stage: Stage) -> None:
    """Codes that are right are not counted: more people than may guess type theirs one after another."""
    visitors = [Client(stage.room.base) for _ in range(40)]
    assert {typed(visitor, stage.room.desk.code("room")).status for visitor in visitors} == {303}


def test_who_guesses_codes_has_to_wait(stage: Stage) -> None:
    """Thirty wrong ones at once, then one in two seconds; each is told in a sentence what is the matter."""
    guesser = Client(stage.room.base)
    replies = [typed(guesser, f"CCC {number:03d}") for number in range(40)]
    assert {reply.status for reply in replies[:29]} == {404} and "No team and no room" in replies[0].text
    assert replies[-1].status == 429 and "wait a few seconds" in replies[-1].text
    assert typed(guesser, stage.room.desk.code("room")).status == 429, "or whoever tries all of them would find it"
    stage_clock = [0.0]
    rate = Rate(burst=30, a_second=0.5, clock=lambda: stage_clock[0])
    assert sum(rate.lets("x") for _ in range(40)) == 30
    stage_clock[0] = 4.0
    assert [rate.lets("x") for _ in range(3)] == [True, True, False]


def test_codes_stand_where_they_are_needed_and_nowhere_else(stage: Stage) -> None:
    """The room's on the projector in every phase before the end; a team's on the pages of whoever leads alone."""
    host, east, screen = stage.host(), stage.person("east"), stage.screen()
    desk = stage.room.desk
    teams = [desk.code("seat", "east"), desk.code("seat", "west")]
    for phase in ("lobby", "brief", "decide", "reveal"):
        if phase != "lobby":
            host.do("advance", phase=phase)
        shown = screen.get(f"{screen.origin}/screen").text
        assert desk.code("room") in shown and f"{stage.room.base.removeprefix('http://')}{TYPED}" in shown, phase
        assert shown.count('<span class="code">') == (phase != "lobby") and not [one for one in teams if one in shown]
        pages = [host.get(f"{host.origin}{path}").text for path in ("/host/lobby", "/host/console", "/codes")]
        assert all(one in page for one in teams for page in pages)
        assert not [one for one in teams if one in east.get(f"{east.origin}/seat/brief").text]
    assert teams[0] in host.get(f"{host.origin}/print/east").text
    assert teams[0] not in east.get(f"{east.origin}/print/east").text
    assert east.get(f"{east.origin}/codes").status == 403


# ------------------------------------------------------------------------------------------ who is here


def test_who_has_left_is_counted_no_more(stage: Stage) -> None:
    """Somebody who looked in without a seat is said to be here while they are."""
    host, visitor = stage.host(), stage.person()
    ready = "Everybody who is here has a seat."
    with visitor.live_now("/seat/choose") as line:
        line.recv()
        page = host.get(f"{host.origin}/host/lobby").text
        assert "1 here without a seat" in page and stage.room.beside.online()["all"] == 1
    stage.room.live.pages.clear()
    assert ready in host.get(f"{host.origin}/host/lobby").text
    assert stage.room.beside.online()["all"] == 0


def test_who_is_taken_out_is_told_and_comes_in_as_somebody_new(stage: Stage) -> None:
    """An open page goes to where it is said, a sleeping one when it wakes; taken back, they are who they were."""
    host, troll = stage.host(), stage.person("east")
    (who,) = (person for person in stage.session.state.people.values() if person.seat == "east")
    host.do("advance", phase="decide")
    assert troll.do("remove", person=who.id).status == 403, "nobody but whoever leads takes anybody out"
    assert f'value="{who.id}">{who.handle}' in host.get(f"{host.origin}/host/console").text
    with troll.live_now("/seat/decide") as line:
        line.recv()
        assert host.do("remove", person=who.id).status == 200
        while (told := json.loads(line.recv(timeout=10))).get("state", {}).get("goes_to") != "/":
            assert "ends" not in told
    assert "has taken you out" in troll.get(f"{troll.origin}/").text
    assert "has taken you out" in troll.get(f"{troll.origin}/seat/decide").text
    assert "has taken you out" in troll.do("vote", trigger="march", option="go").record["says"]
    with troll.live_now("/seat/decide") as line:
        assert json.loads(line.recv(timeout=10))["state"]["goes_to"] == "/"
    newcomer = Client(troll.origin, dict(troll.cookies))
    assert "Choose a seat" in newcomer.get(stage.link("room")).text
    assert newcomer.cookies != troll.cookies and len(stage.session.state.people) == 1
    assert host.do("undo").status == 200
    assert troll.do("vote", trigger="march", option="go").status == 200
    assert stage.session.state.people[who.id] == who


# ------------------------------------------------------------------------------------------ pressed twice


def test_what_is_wanted_twice_counts_twice_and_what_is_sent_again_once(stage: Stage) -> None:
    """Two minutes more are two minutes, by two keys; one that is tried again has the key that it had."""
    host = stage.host()
    host.do("advance", phase="decide")
    before = stage.session.state.clock.left or 0.0
    for key in ("first", "second", "second", "first"):
        assert host.do("clock", do="extend", seconds=60, key=key).status == 200
    assert stage.session.state.clock.left == before + 120
    for key in ("a", "b", "b"):
        assert host.do("note", text="They laughed", key=key).status == 200
    assert [text for _, text in stage.session.state.notes] == ["They laughed"] * 2
    page = host.get(f"{host.origin}/host/console").text
    keys = re.findall(r'name="key" value="([^"]+)"', page)
    assert len(keys) == len(set(keys)) > 5, (
        "of two presses on a plain page each has its own, for the page is drawn anew"
    )


# ------------------------------------------------------------------------------------------ too many, and nothing


def test_one_too_many_is_seen_at_once_with_and_without_a_script(stage: Stage) -> None:
    """A counter in words on the page that answers a plain form and in the part that is pushed; and on the console."""
    host, east = stage.host(), stage.person("east")
    host.do("advance", phase="decide")
    form = {"march": "go", "feed": "sell", "sing": "roar", "turn": 0, "back": "/seat/decide"}
    shown = []
    for number, trigger in enumerate(("march", "feed", "sing")):
        sent = urlencode({**form, "trigger": trigger, "key": f"k{number}"}).encode()
        reply = east.ask("POST", "/do/vote", sent, Accept="text/html", Origin=east.origin,
                         Content_Type="application/x-www-form-urlencoded")  # fmt: skip
        assert reply.status == 303
        shown.append(east.get(f"{east.origin}{reply.headers['location']}").text)
    assert [re.findall(r"<b>(\d of 2 orders)</b>", page) for page in shown] == [["1 of 2 orders"], ["2 of 2 orders"],
                                                                               ["3 of 2 orders"]]  # fmt: skip
    assert ["1 order too many" in page for page in shown] == [False, False, True]
    assert ["Left out" in page for page in shown] == [False, False, True]
    console = host.get(f"{host.origin}/host/console").text
    assert "Left out, too many: A roar" in console
    with east.live_now("/seat/decide") as line:
        regions = json.loads(line.recv(timeout=10))["regions"]
        assert "1 order too many" in regions["count"] and "this would be left out: A roar" in regions["told"]
    host.do("advance", phase="reveal")
    assert "Left out" in east.get(f"{east.origin}/seat/reveal").text
    assert "Left out" in host.get(f"{host.origin}/host/reveal").text
    assert "A roar" not in stage.screen().get(f"{east.origin}/screen").text


def test_an_order_that_was_sealed_can_be_left_open_again(stage: Stage) -> None:
    """It stays unchecked on the page of whoever wants so, and is sealed anew without it."""
    host, east, mate = stage.host(), stage.person("east"), stage.person("east")
    host.do("advance", phase="decide")
    east.do("seal", seen=0, march="go", feed="sell")

    def checked(client: Client) -> list[str]:
        page = client.get(f"{client.origin}/seat/decide").text
        return re.findall(r'name="(?:march|feed|sing)" value="(\w*)" checked', page)

    assert checked(east) == checked(mate) == ["go", "sell", ""]
    east.do("vote", trigger="march", option="")
    assert (checked(east), checked(mate)) == (["", "sell", ""], ["go", "sell", ""])
    with east.live_now("/seat/decide") as line:
        assert "<b>1 of 2 orders</b>" in json.loads(line.recv(timeout=10))["regions"]["count"]


def test_a_seat_of_the_model_has_nothing_to_press(stage: Stage) -> None:
    """Its phones may watch; the console does not wait for it."""
    host, east, _ = stage.host(), stage.person("east"), stage.person("west")
    host.do("advance", phase="decide")
    page = east.get(f"{east.origin}/seat/decide").text
    assert "Seal for the team" in page and " disabled" not in page
    assert re.search(r"Not sealed yet: \S*East\S* and \S*West", host.get(f"{host.origin}/host/console").text)
    host.do("hand", seat="east", to="model")
    page = east.get(f"{east.origin}/seat/decide").text
    assert "The model plays your seat in this turn; you can watch" in page
    assert "Seal" not in page.partition("<main")[2] and "This is what I want" not in page
    assert page.count("<fieldset") == len(re.findall(r"<fieldset[^>]* disabled", page)) == 3
    console = host.get(f"{host.origin}/host/console").text
    assert "Not sealed yet: West." in console and "the model decides (the seat was handed over)" in console


def test_the_console_says_who_would_be_played_by_the_model(stage: Stage) -> None:
    """A team that has said nothing, and one that seals an empty envelope, are told apart there and on phones."""
    host, east, west = stage.host(), stage.person("east"), stage.person("west")
    host.do("advance", phase="decide")
    assert "nobody wants anything,</b> the model plays your seat" in west.get(f"{west.origin}/seat/decide").text
    east.do("seal", seen=0)
    console = host.get(f"{host.origin}/host/console").text
    assert "nobody there has sealed or wants anything" in console and "nothing, for the envelope is empty" in console
    assert "The envelope is empty: your team begins nothing" in east.get(f"{east.origin}/seat/decide").text
    host.do("override", trigger="warn", option="shout")
    assert "put in by you: Shout" in host.get(f"{host.origin}/host/console").text
    page = west.get(f"{west.origin}/seat/decide").text
    assert "Whoever leads has put in for your seat" in page and "the model plays your seat" not in page


def test_handing_out_the_briefs_leads_to_the_console(stage: Stage) -> None:
    """From the lobby, without a script too."""
    host = stage.host()
    sent = urlencode({"phase": "brief", "turn": 0, "from": "lobby", "back": "/host/lobby", "key": "k"}).encode()
    reply = host.ask("POST", "/do/advance", sent, Accept="text/html", Origin=host.origin,
                     Content_Type="application/x-www-form-urlencoded")  # fmt: skip
    assert (reply.status, reply.headers["location"]) == (303, "/host/console")

"""What the server promises to whoever speaks its protocol, without a browser."""

from __future__ import annotations

import errno
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytestmark = pytest.mark.extra
for needed in ("starlette", "uvicorn", "websockets", "itsdangerous", "segno", "python_multipart"):
    pytest.importorskip(needed)

from sim.seminar import places, presence  # noqa: E402
from tests.game.stage import DUEL  # noqa: E402
from tests.seminar.client import Client  # noqa: E402
from tests.seminar.stage import Stage  # noqa: E402

if TYPE_CHECKING:
    from websockets.sync.connection import Connection

SECRET = DUEL.replace("go: {says: One rung further,", "go: {says: One rung further, channel: secret,")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A seminar of the duel."""
    stage = Stage.open(tmp_path / "session")
    yield stage
    stage.close()


def deciding(stage: Stage) -> tuple[Client, Client, Client]:
    """Whoever leads, east and west, in the first turn."""
    host, east, west = stage.host(), stage.person("east"), stage.person("west")
    assert host.do("advance", phase="decide").status == 200
    return host, east, west


def until(line: Connection, holds: Any, *, seconds: float = 10.0) -> dict[str, Any]:
    """The next message of a socket for which something holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message: dict[str, Any] = json.loads(line.recv(timeout=seconds))
        if holds(message):
            return message
    raise AssertionError("nothing of the kind was told")


def at(revision: int) -> Any:
    """Whether a message is of a revision, or of a later one."""
    return lambda message: message.get("revision", -1) >= revision


# ------------------------------------------------------------------------------------------ coming in, coming back


def test_whoever_comes_back_is_the_same_person(stage: Stage) -> None:
    """The cookie makes it so: the link opened anew, the page reloaded, a new connection; and all count once."""
    _, east, _ = deciding(stage)
    assert east.do("vote", trigger="march", option="go").status == 200
    before = dict(stage.session.state.people), dict(stage.session.state.votes)
    again = Client(east.origin, dict(east.cookies))
    assert again.get(stage.link("room")).status == 200
    assert again.get(stage.link("seat", "east")).status == 200
    assert again.do("vote", trigger="march", option="go").status == 200
    assert (dict(stage.session.state.people), dict(stage.session.state.votes)) == before


def test_a_class_that_comes_in_anew_is_not_listed_twice(stage: Stage) -> None:
    """Whom phones were before they were swapped is counted, and not named; the host can still take them out."""
    host, screen = stage.host(), stage.screen()
    lost = [stage.person("east") for _ in range(3)]
    people = stage.session.state.people
    gone = [one.handle for one in people.values()]
    stage.room.live.seen.update(dict.fromkeys(people, time.time() - presence.AWAY - 1))
    anew = stage.person("east")
    name = next(one.handle for one in stage.session.state.people.values() if one.handle not in gone)
    lobby, wall = host.get("/host/lobby").text, screen.get("/screen").text
    assert f"<td>{name} " in lobby and "(3 who left)" in lobby and "0 of 1" in lobby
    assert "1 here" in re.sub("<.*?>", "", wall)
    assert not [handle for handle in gone if handle in lobby or handle in anew.get("/seat/choose").text]
    with anew.live_now("/seat/brief") as line:
        until(line, at(0))
        with host.live_now("/host/console") as led:
            seats = until(led, lambda message: "seats" in message.get("regions", {}))["regions"]["seats"]
    assert "1 of 1" in seats and "(3 who left)" in seats
    assert [f"{handle}, East, left</option>" in seats for handle in gone] == [True] * 3
    before = stage.session.digest()
    assert host.do("remove", person=next(iter(people))).status == 200
    assert "(2 who left)" in host.get("/host/lobby").text
    assert lost[2].get("/seat/brief").status == 200, "who comes back is here again"
    assert "(1 who left)" in host.get("/host/lobby").text
    assert stage.session.digest() == before


def test_a_link_lets_in_whatever_page_it_was_opened_from(stage: Stage) -> None:
    """A link clicked on another site's page joins: its answer sets a cookie that goes with links from elsewhere."""
    client = Client(stage.room.base)
    reply = client.ask("GET", "/join/" + stage.room.desk.token("room"), Referer="http://elsewhere.example/",
                       Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")  # fmt: skip
    cookie = reply.headers["set-cookie"].lower()
    assert reply.status == 303
    assert "samesite=lax" in cookie
    assert "httponly" in cookie
    assert reply.headers["referrer-policy"] == "same-origin"
    assert client.get(client.origin + "/").status == 200
    assert len(stage.session.state.people) == 1


def test_a_latecomer_sees_the_page_of_the_phase(stage: Stage) -> None:
    """Whoever joins in the middle of a turn gets a seat and decides with the others."""
    deciding(stage)
    late = stage.person()
    assert late.ask("GET", "/", Accept="text/html").headers["location"] == "/seat/choose"
    assert late.do("sit", seat="west").status == 200
    assert late.ask("GET", "/", Accept="text/html").headers["location"] == "/seat/decide"
    assert late.do("vote", trigger="warn", option="shout").status == 200


def test_who_sat_down_wrongly_chooses_another_seat(stage: Stage) -> None:
    """Before the first turn and at a reveal, with an open page and without a script; not while a turn is decided."""
    east = stage.person("east")
    assert "/seat/choose" in east.get(f"{east.origin}/seat/brief").text
    page = east.get(f"{east.origin}/seat/choose").text
    assert "Sit down here" in page
    assert "Stay here" in page
    with east.live_now("/seat/choose") as line:
        assert until(line, at(0))["state"]["goes_to"] == ""
        east.do("sit", seat="west")
        assert until(line, lambda message: message.get("state", {}).get("goes_to"))["state"]["goes_to"] == "/seat/brief"
    plain = {"Accept": "text/html", "Origin": east.origin, "Content_Type": "application/x-www-form-urlencoded"}
    reply = east.ask("POST", "/do/sit", b"seat=east&turn=0&back=/seat/choose", **plain)
    assert reply.headers["location"] == "/"
    assert east.ask("GET", "/").headers["location"] == "/seat/brief"
    host = stage.host()
    host.do("advance", phase="decide")
    assert east.ask("GET", "/seat/choose").headers["location"] == "/seat/decide"
    assert "/seat/choose" not in east.get(f"{east.origin}/seat/brief").text
    host.do("advance", phase="reveal")
    assert east.ask("GET", "/seat/choose").status == 200


def test_what_if_beside_a_question_opens_that_question(tmp_path: Path) -> None:
    """The form of the question one came from is unfolded, be it the last; without one, the first is."""
    wave = (
        "  wave: {actor: east, asks: Does it wave?, every: 9 days, options: {no: {usual: 50 %}, yes: {usual: 50 %}}}\n"
    )
    stage = Stage.open(tmp_path / "session", DUEL.replace("  warn:\n", wave + "  warn:\n"))
    try:
        _, east, _ = deciding(stage)

        def opened(query: str) -> list[bool]:
            page = east.get(f"{east.origin}/seat/whatif{query}").text
            return [
                "open" in words for words in re.findall(r'<details class="question"[^>]*data-keep-open([^>]*)>', page)
            ]

        assert opened("") == [True, False]
        assert opened("?trigger=wave") == [False, True]
        assert opened("?trigger=march") == [True, False]
        assert opened("?trigger=nothing") == [True, False]
    finally:
        stage.close()


def test_nothing_of_a_key_or_of_a_link_is_on_a_page_of_the_room(stage: Stage) -> None:
    """Only whoever leads sees the links of teams, and nobody that of whoever leads, nor the numbers of others."""
    host, east, _ = deciding(stage)
    pages = [east.get(f"{east.origin}/seat/{name}").text for name in ("brief", "decide", "world", "whatif")]
    pages.append(stage.screen().get(f"{east.origin}/screen").text)
    desk = stage.room.desk
    hidden = [desk.token("host"), desk.token("screen"), desk.token("seat", "east"), desk.token("seat", "west"),
              next(person.id for person in stage.session.state.people.values() if person.seat == "west")]  # fmt: skip
    assert not [word for page in pages for word in hidden if word in page]
    assert desk.token("host") not in host.get(f"{host.origin}/host/lobby").text


# ------------------------------------------------------------------------------------------ moves


def test_a_vote_is_seen_by_the_team_and_by_whoever_leads(stage: Stage) -> None:
    """Four teams or two, host and projector: each open page is told of each revision."""
    host, east, _ = deciding(stage)
    other, screen = stage.person("east"), stage.screen()
    with (
        other.live_now("/seat/decide") as mate,
        host.live_now("/host/console") as console,
        screen.live_now("/screen") as big,
    ):
        revision = east.do("vote", trigger="march", option="go").record["revision"]
        told = [until(line, at(revision)) for line in (mate, console, big)]
    assert {message["page"] for message in told} == {"/seat/decide", "/host/console", "/screen"}
    assert told[0]["regions"]
    assert told[0]["state"]["phase"] == "decide"


def test_of_two_who_seal_at_once_one_counts_and_the_other_is_told(stage: Stage) -> None:
    """The second had not seen what the first sealed."""
    _, east, _ = deciding(stage)
    mate = stage.person("east")
    with ThreadPoolExecutor(2) as hands:
        replies = [hand.result() for hand in (
            hands.submit(east.do, "seal", march="go", why="Now", seen=0),
            hands.submit(mate.do, "seal", march="stay", why="Not yet", seen=0),
        )]  # fmt: skip
    assert sorted(reply.status for reply in replies) == [200, 409]
    refused = next(reply for reply in replies if reply.status == 409)
    assert "was first" in refused.record["says"]
    assert stage.session.state.sealed[0, "east"].times == 1
    second = (east, mate)[replies.index(refused)]
    assert second.do("seal", march="stay", seen=1).status == 200


def test_a_move_that_is_sent_twice_counts_once(stage: Stage) -> None:
    """A page that did not hear the answer sends the same key again."""
    host, east, _ = deciding(stage)
    for _ in range(3):
        assert east.do("seal", march="go", seen=0, key="k1").status == 200
    assert stage.session.state.sealed[0, "east"].times == 1
    for _ in range(2):
        assert host.do("advance", phase="reveal", key="k2").status == 200
    for _ in range(2):
        assert host.do("advance", phase="decide", key="k3").status == 200
    assert (stage.session.state.phase, stage.session.state.turn) == ("decide", 1)


def test_a_second_click_goes_no_further_than_the_first(stage: Stage) -> None:
    """The button grows into the next one under the pointer: a form that was drawn in another phase is refused."""
    host = stage.host()
    shown = host.get(f"{host.origin}/host/console").text
    assert '<input type="hidden" name="from" value="lobby">' in shown
    assert host.do("advance", phase="brief", **{"from": "lobby"}).status == 200
    late = host.do("advance", phase="decide", **{"from": "lobby"})
    assert (late.status, stage.session.state.phase) == (409, "brief")
    assert "gone on" in late.record["says"]
    assert host.do("undo", **{"from": "lobby"}).status == 409
    assert host.do("advance", phase="decide", **{"from": "brief"}).status == 200


def test_a_key_of_one_person_takes_nothing_from_another(stage: Stage) -> None:
    """Keys are a person's own."""
    _, east, west = deciding(stage)
    assert east.do("vote", trigger="march", option="go", key="same").status == 200
    assert west.do("vote", trigger="warn", option="shout", key="same").status == 200
    assert len(stage.session.state.votes) == 2


def test_what_cannot_be_done_is_told_in_a_sentence(stage: Stage) -> None:
    """A stale turn 409, what there is not 422, a closed phase 423; and nothing of it is in the log."""
    host, east, west = deciding(stage)
    before = stage.session.state.revision
    found = {
        "an option": (east.do("vote", trigger="march", option="fly"), 422),
        "a question": (east.do("vote", trigger="dance", option="go"), 422),
        "another's question": (west.do("vote", trigger="march", option="go"), 422),
        "a turn that is no number": (east.do("vote", trigger="march", option="go", turn="two"), 422),
        "a turn that is infinite": (east.do("vote", trigger="march", option="go", turn="inf"), 422),
        "an earlier turn": (east.do("vote", trigger="march", option="go", turn=1), 409),
        "a missing field": (east.do("vote", trigger="march"), 422),
        "more than all": (east.do("foretell", percent=101), 422),
        "no number": (east.do("foretell", percent="nan"), 422),
        "a move": (east.do("dance"), 422),
        "a phase": (host.do("advance", phase="closed"), 423),
        "an inject": (host.do("throw", inject="rain"), 422),
        "a clock": (host.do("clock", do="burn"), 422),
        "too much of an extension": (host.do("clock", do="extend", seconds=1e9), 422),
        "a what-if": (east.do("whatif", trigger="warn", options="wait"), 422),
    }
    assert {name: reply.status for name, (reply, _) in found.items()} == {
        name: status for name, (_, status) in found.items()
    }
    assert all(reply.record["says"] for reply, _ in found.values())
    assert stage.session.state.revision == before
    host.do("advance", phase="reveal")
    assert east.do("vote", trigger="march", option="go").status == 423


def test_what_cannot_be_written_down_does_not_count_and_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk a vote and somebody new are refused in a sentence; when there is room again both are let in."""
    _, east, _ = deciding(stage)
    before, join = stage.session.state.revision, "/join/" + stage.room.desk.token("room")

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(stage.session.log, "append", full)
        voted = east.do("vote", trigger="march", option="go", key="k")
        late = Client(stage.room.base).ask("GET", join)
    assert (voted.status, late.status) == (423, 423)
    assert "the disk is full" in voted.record["says"]
    assert "the disk is full" in late.text
    assert stage.session.state.revision == before
    assert east.do("vote", trigger="march", option="go", key="k").status == 200
    assert Client(stage.room.base).ask("GET", join).status == 303


def test_nobody_but_whoever_leads_leads(stage: Stage) -> None:
    """A person in the room, the projector and a stranger are refused by every move of the console."""
    _, east, _ = deciding(stage)
    before = stage.session.state.revision
    from sim.seminar.moves import HOST

    for client in (east, stage.screen(), Client(stage.room.base)):
        assert {client.do(move, phase="reveal", seat="east", to="model").status for move in HOST} == {403}
        assert client.get(f"{client.origin}/host/console").status == 403
    assert stage.session.state.revision == before
    assert Client(stage.room.base).do("vote", trigger="march", option="go").status == 403


def test_plain_forms_lead_back_to_their_page(stage: Stage) -> None:
    """Without a script a move is a form: 303 to the page it came from, or that page again with the sentence."""
    _, east, _ = deciding(stage)
    sent = {"Accept": "text/html", "Origin": east.origin, "Content_Type": "application/x-www-form-urlencoded"}
    reply = east.ask("POST", "/do/vote", b"trigger=march&march=go&turn=0&back=/seat/decide", **sent)
    assert (reply.status, reply.headers["location"]) == (303, "/seat/decide")
    reply = east.ask("POST", "/do/vote", b"trigger=march&option=go&turn=0&back=//elsewhere.example/", **sent)
    assert (reply.status, reply.headers["location"]) == (303, "/")
    reply = east.ask("POST", "/do/vote", b"trigger=march&option=go&turn=4&back=/seat/decide", **sent)
    assert reply.status == 409
    assert "That was turn 5" in reply.text


# ------------------------------------------------------------------------------------------ what is hidden


def test_nothing_of_a_sealed_move_is_in_the_traffic_of_another_team(tmp_path: Path) -> None:
    """What a team wants, seals, writes and asks comes to its own pages and the console, before and after the reveal."""
    stage = Stage.open(tmp_path / "session", SECRET)
    try:
        host, east, west = deciding(stage)
        with west.live_now("/seat/decide") as line, stage.screen().live_now("/screen") as big:
            traffic = [line.recv(timeout=5), big.recv(timeout=5)]
            east.do("vote", trigger="march", option="go")
            east.do("seal", march="go", why="Xyzzy before dawn", seen=0)
            revision = east.do("foretell", percent=37).record["revision"]
            for one in (line, big):
                traffic.append(json.dumps(until(one, at(revision))))
            traffic += [west.get(f"{west.origin}/seat/{name}").text for name in places.SEAT]
            mine = east.get(f"{east.origin}/seat/decide").text
            host.do("advance", phase="reveal")
            traffic += [west.get(f"{west.origin}/seat/{name}").text for name in ("reveal", "world")]
        assert "Xyzzy before dawn" in mine
        assert not [text for text in traffic if "Xyzzy" in text or "One rung further" in text]
    finally:
        stage.close()


# ------------------------------------------------------------------------------------------ the clock, steps back


def test_pause_stops_every_clock_and_undo_returns_to_the_former_digest(stage: Stage) -> None:
    """All pages are told the same clock; a step that is taken back was never taken."""
    host, east, _ = deciding(stage)
    screen = stage.screen()
    with east.live_now("/seat/decide") as phone, screen.live_now("/screen") as big:
        host.do("clock", do="start", seconds=300)
        revision = host.do("clock", do="pause").record["revision"]
        clocks = [until(line, at(revision))["state"]["clock"] for line in (phone, big)]
    assert all(clock["ends"] is None and 290 < clock["left"] <= 300 for clock in clocks)
    host.do("clock", do="extend", seconds=60)
    assert 350 < (stage.session.state.clock.left or 0) <= 360
    east.do("seal", march="go", seen=0)
    before = stage.session.digest()
    host.do("advance", phase="reveal")
    assert stage.session.digest() != before
    assert host.do("undo").status == 200
    assert stage.session.digest() == before


def test_time_that_is_up_changes_nothing_by_itself(stage: Stage) -> None:
    """What is sent after the end counts until whoever leads reveals."""
    host, east, _ = deciding(stage)
    stage.session.set_clock(ends=time.time() - 60)
    assert east.do("seal", march="go", seen=0).status == 200
    assert stage.session.state.phase == "decide"
    assert host.do("clock", do="extend", seconds=60).status == 200
    assert (stage.session.state.clock.remaining(time.time()) or 0) > 50


def test_an_absent_team_is_played_by_the_model_and_may_come_back(stage: Stage) -> None:
    """A seat that nobody sits at, or that was handed over, decides as the model does; handed back it is the team's."""
    host, east = stage.host(), stage.person("east")
    host.do("advance", phase="decide")
    assert host.do("hand", seat="east", to="model").status == 200
    assert east.do("seal", march="go", seen=0).status == 423
    host.do("advance", phase="reveal")
    assert stage.session.state.played[0] == {}
    assert stage.session.course().runs is not None
    host.do("hand", seat="east", to="people")
    host.do("advance", phase="decide")
    assert east.do("seal", march="go", seen=0, turn=1).status == 200
    host.do("advance", phase="reveal", turn=1)
    assert dict(stage.session.state.played[1]) == {"east": {"march": "go"}}


def test_while_a_turn_is_decided_the_host_alone_moves_people(stage: Stage) -> None:
    """Nobody looks in at another team's orders and goes back, by the form or by the other team's link."""
    host, east, west = deciding(stage)
    west.do("seal", warn="shout", seen=0, why="A secret")
    reply = east.do("sit", seat="west")
    assert reply.status == 423 and "everybody keeps their seat" in reply.text
    link = f"{stage.room.base}/seat/{stage.room.desk.token('seat', 'west')}"
    assert "A secret" not in east.ask("GET", link.removeprefix(stage.room.base), Accept="text/html").text
    assert "A secret" not in east.get(f"{east.origin}/seat/decide").text
    mine = next(one.id for one in stage.session.state.people.values() if one.seat == "east")
    assert f'value="{mine}"' in host.get(f"{host.origin}/host/console").text
    assert east.do("move", person=mine, seat="west").status in (403, 404)
    assert host.do("move", person=mine, seat="west").status == 200
    assert stage.session.state.people[mine].seat == "west"


# ------------------------------------------------------------------------------------------ open pages


def test_a_page_that_was_away_asks_for_all_anew(stage: Stage) -> None:
    """A phone that wakes up sends what it wants, and is sent every part."""
    _, east, _ = deciding(stage)
    with east.live_now("/seat/decide") as line:
        first = until(line, at(0))
        line.send(json.dumps({"want": 0}))
        again = until(line, at(0))
        assert set(again["regions"]) == set(first["regions"])
        line.send("this is no JSON")
        line.send(json.dumps(["nor", "this"]))
        line.send(json.dumps({"want": 0}))
        assert set(until(line, at(0))["regions"]) == set(first["regions"])


def test_a_quiet_page_hears_a_beat(stage: Stage) -> None:
    """So that it can tell a silence from a quiet moment."""
    _, east, _ = deciding(stage)
    with east.live_now("/seat/decide") as line:
        assert until(line, lambda message: "beat" in message, seconds=5)["beat"] > 0


def test_a_page_is_told_where_the_game_has_gone(stage: Stage) -> None:
    """Pages of a phase go with the phase, and whoever looks at the world to a reveal; who reads of the model stays."""
    host, east, _ = deciding(stage)
    with (
        east.live_now("/seat/decide") as line,
        east.live_now("/seat/world") as world,
        east.live_now("/seat/assumptions") as other,
    ):
        for one in (line, world, other):
            until(one, at(0))
        revision = host.do("advance", phase="reveal").record["revision"]
        found = [until(one, at(revision))["state"]["goes_to"] for one in (line, world, other)]
        assert found == ["/seat/reveal", "/seat/reveal", ""]


def test_the_end_is_told(tmp_path: Path) -> None:
    """When the server ends, every open page is told in a sentence, and its socket is closed politely."""
    from websockets.exceptions import ConnectionClosed

    stage = Stage.open(tmp_path / "session")
    east = stage.person("east")
    with east.live_now("/seat/brief") as line:
        until(line, at(0))
        before = time.monotonic()
        stage.close()
        assert time.monotonic() - before < 3
        assert "ended" in until(line, lambda message: "ends" in message)["ends"]
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(timeout=5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001


# ------------------------------------------------------------------------------------------ foreigners


def test_foreigners_are_refused(stage: Stage) -> None:
    """A foreign Host 400, a form or a socket from elsewhere 403, a forged cookie 403, a body without end 413."""
    from websockets.exceptions import InvalidStatus

    _, east, _ = deciding(stage)
    before = stage.session.state.revision
    form = {"Accept": "application/json", "Content_Type": "application/x-www-form-urlencoded"}
    body = b"trigger=march&option=go&turn=0"
    for host in ("elsewhere.example", "127.0.0.1.elsewhere.example", "", "127.0.0.1@elsewhere.example"):
        assert east.ask("GET", "/", Host=host).status == 400, host
    for origin in ("http://elsewhere.example", "null", "http://127.0.0.1:1", "https://localhost"):
        assert east.ask("POST", "/do/vote", body, Origin=origin, **form).status == 403, origin
        with pytest.raises(InvalidStatus) as refused, east.live_now("/seat/decide", origin=origin):
            pass
        assert refused.value.response.status_code == 403
    assert east.ask("POST", "/do/vote", body, Sec_Fetch_Site="cross-site", **form).status == 403
    name, value = next(iter(east.cookies.items()))
    # The last letter of a signature has bits that say nothing, so one before it is changed.
    forged = Client(east.origin, {name: f"{value[:-5]}{'A' if value[-5] != 'A' else 'B'}{value[-4:]}"})
    assert forged.get(f"{east.origin}/seat/decide").status == 403
    assert forged.do("vote", trigger="march", option="go").status == 403
    with pytest.raises(InvalidStatus), forged.live_now("/seat/decide"):
        pass
    long = b"why=" + b"x" * 70_000
    assert east.ask("POST", "/do/seal", long, Origin=east.origin, **form).status == 413
    assert stage.session.state.revision == before


def test_a_cookie_of_a_person_opens_no_console(stage: Stage) -> None:
    """The role stands in what is signed: a cookie renamed is forged."""
    east = stage.person("east")
    desk = stage.room.desk
    other = Client(east.origin, {desk.cookie_name("host"): east.cookies[desk.cookie_name("seat")]})
    assert other.get(f"{east.origin}/host/console").status == 403


def test_a_preview_of_a_link_brings_nobody_in(stage: Stage) -> None:
    """Chats and browsers look at a link before anybody opens it."""
    path = "/join/" + stage.room.desk.token("seat", "east")
    client = Client(stage.room.base)
    assert client.ask("HEAD", path).status == 204
    assert client.ask("GET", path, Sec_Purpose="prefetch").status == 503
    assert not stage.session.state.people
    assert not client.cookies
    assert client.ask("GET", path).status == 303
    assert len(stage.session.state.people) == 1


def test_one_device_does_not_shut_the_others_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one address sixty come in at once, then one a second; who never sat down nor looked takes nobody's place."""
    from sim.seminar import entrance, room

    monkeypatch.setattr(entrance, "_asker", lambda request: "192.168.0.9")
    monkeypatch.setattr(room, "MOST_PEOPLE", 2)
    path = "/join/" + stage.room.desk.token("room")
    begun = time.monotonic()
    found = [Client(stage.room.base).ask("GET", path).status for _ in range(70)]
    let = found.count(303)
    assert 60 <= let <= 61 + (time.monotonic() - begun)
    assert set(found) == {303, 429}
    monkeypatch.setattr(entrance, "_asker", lambda request: "192.168.0.10")
    late = [stage.person("east"), stage.person("west")]
    assert len(stage.session.state.people) == let + 2
    full = Client(stage.room.base).ask("GET", path)
    assert (full.status, "2 people have joined" in full.text) == (423, True)
    assert late[0].get(stage.link("seat", "east")).status == 200


def test_the_oldest_page_of_somebody_who_opens_too_many_rests(stage: Stage) -> None:
    """Twelve pages of one person stay open; the first hears why it does not; whoever leads always finds room."""
    from websockets.exceptions import ConnectionClosed, InvalidStatus

    live = stage.room.live
    east, west, host = stage.person("east"), stage.person("west"), stage.host()
    live.MOST = live.EACH
    with ExitStack() as stack:
        lines = [stack.enter_context(east.live_now("/seat/brief")) for _ in range(live.EACH + 1)]
        assert "rests" in until(lines[0], lambda message: "ends" in message)["ends"]
        with pytest.raises(ConnectionClosed):
            lines[0].recv(timeout=5)
        for line in lines[1:]:
            until(line, lambda message: "regions" in message)
        assert live.people.total() == live.EACH
        with pytest.raises(InvalidStatus):
            stack.enter_context(west.live_now("/seat/brief"))
        for client, page in ((host, "/host/lobby"), (stage.screen(), "/screen")):
            until(stack.enter_context(client.live_now(page)), lambda message: "regions" in message)


def test_who_guesses_links_has_to_wait(stage: Stage) -> None:
    """Twenty wrong links, and then one a second."""
    client = Client(stage.room.base)
    found = [client.ask("GET", f"/join/{'x' * 20}").status for _ in range(25)]
    assert found[:20] == [404] * 20
    assert 429 in found[20:]
    assert stage.person("east")


def test_pages_forbid_what_they_do_not_need(stage: Stage) -> None:
    """Every answer says that nothing comes from elsewhere and that nothing is kept."""
    east = stage.person("east")
    for path in ("/", "/seat/brief", "/health", "/nowhere", "/static/nothing.css"):
        headers = east.ask("GET", path).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_script_in_any_text_stays_text(tmp_path: Path) -> None:
    """What a scenario says and what people write comes to pages as text."""
    evil = "<script>alert(1)</script>"
    text = DUEL.replace("asks: Does the army march?", f"asks: 'Does {evil} march?'")
    stage = Stage.open(tmp_path / "session", text.replace("question: Does the army march?", f"question: 'Q {evil}'"))
    try:
        host, east, _ = deciding(stage)
        east.do("seal", march="go", why=evil, seen=0)
        host.do("note", text=evil)
        refused = east.do("vote", trigger=evil, option="go")
        assert refused.headers["content-type"].startswith("application/json")
        plain = east.ask("POST", "/do/vote", f"trigger={evil}&option=go&turn=0".encode(), Accept="text/html",
                         Origin=east.origin, Content_Type="application/x-www-form-urlencoded")  # fmt: skip
        pages = [plain.text, *(east.get(f"{east.origin}/seat/{one}").text for one in ("brief", "decide", "world")),
                 *(host.get(f"{host.origin}/host/{one}").text for one in ("lobby", "console"))]  # fmt: skip
        assert not [page for page in pages if evil in page]
        assert any("&lt;script&gt;" in page for page in pages)
    finally:
        stage.close()

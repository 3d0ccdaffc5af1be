"""Who is let in and what is refused, without a browser: addresses, hosts, origins, cookies, bodies, races, crowds."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.seminar.client import Client, Reply
from tests.seminar.crowd import crowd
from tests.seminar.measured import measure
from tests.seminar.room import Room, Server

pytestmark = pytest.mark.browser

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def room(served: Callable[..., Room]) -> Room:
    """A room in its first turn."""
    found = served()
    found.lead("advance", phase="brief")
    found.lead("advance", phase="decide")
    return found


@pytest.fixture(scope="module")
def first(room: Room) -> tuple[str, str, tuple[str, ...]]:
    """A seat, a question of it, and its options."""
    seat = room.seats[0]
    question = room.game.seats[seat].questions[0]
    return seat, question.trigger, question.names


# ------------------------------------------------------------------------------------------------ check 24


def listens_at(server: Server) -> set[str]:
    """The addresses at which a process listens for connections, by the kernel."""
    inodes = set()
    for handle in Path(f"/proc/{server.process.pid}/fd").iterdir():
        target = str(handle.readlink()) if handle.is_symlink() else ""
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[3] == "0A" and parts[9] in inodes:
            number = bytes.fromhex(parts[1].split(":")[0])[::-1]
            found.add(".".join(map(str, number)))
    for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[3] == "0A" and parts[9] in inodes:
            found.add(f"ip6 {parts[1]}")
    return found


def test_24_it_listens_at_loopback_and_nowhere_else(room: Room):
    """Without `--lan` nobody but this machine can reach the seminar."""
    assert listens_at(room.server) == {"127.0.0.1"}


def test_24_with_lan_it_listens_at_one_address_of_the_machine(served: Callable[..., Room]):
    """With `--lan` it listens at the one address that was chosen, and nowhere else."""
    from sim.seminar.lan import addresses

    there = [one.ip for one in addresses()]
    if not there:
        pytest.skip("this machine is in no network: it has no address but loopback")
    found = served("--lan", there[0])
    assert listens_at(found.server) == {there[0]}
    assert found.server.origin.startswith(f"http://{there[0]}:")
    assert found.client().get(found.link("room")).status == 200
    found.server.kill()


# ------------------------------------------------------------------------------------------------ check 23


def test_23_a_foreign_host_is_refused(room: Room):
    """A request under another name, as of a page that has bent its own name to this address, gets 400."""
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", ""):
        assert room.client().ask("GET", "/", Host=host).status == 400, host


def test_23_a_form_of_another_page_is_refused(room: Room, first):
    """A form that another page sends along with our cookie gets 403, and changes nothing."""
    seat, trigger, options = first
    client, before = room.client(seat), len(room.log())
    body = urlencode({"key": "k", "turn": 0, "trigger": trigger, "option": options[0]}).encode()
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
                    {"Origin": f"http://127.0.0.1:{room.server.port + 1}"}):  # fmt: skip
        assert client.ask("POST", "/do/vote", body, Content_Type=FORM, **headers).status == 403, headers
    assert len(room.log()) == before


def test_23_a_socket_of_another_page_is_refused(room: Room, first):
    """A socket that another page opens along with our cookie is refused."""
    from websockets.exceptions import InvalidStatus

    client = room.client(first[0])
    with client.live_now("/seat/decide") as line:
        assert line.recv(timeout=10)
    with pytest.raises(InvalidStatus) as refused, client.live_now("/seat/decide", origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_23_a_forged_cookie_is_refused(room: Room, first):
    """A cookie that was changed by one letter, or signed elsewhere, gets 403 on a page, a form and a socket."""
    from websockets.exceptions import InvalidStatus

    seat, trigger, options = first
    good = room.client(seat)
    ((name, value),) = good.cookies.items()
    other = "A" if value[-3] != "A" else "B"
    for forged in (value[:-3] + other + value[-2:], "WyJzZWF0IiwieCJd.AAAA", "nonsense"):
        client = Client(room.server.origin, {name: forged})
        assert client.ask("GET", "/seat/decide").status == 403
        assert client.do("vote", trigger=trigger, option=options[0]).status == 403
        with pytest.raises(InvalidStatus) as refused, client.live_now("/seat/decide"):
            pass
        assert refused.value.response.status_code == 403
    assert good.get("/seat/decide").status == 200


def test_23_a_body_without_end_is_refused(room: Room, first):
    """More than 64 kB in a form gets 413, whether it says so before or not."""
    client = room.client(first[0])
    body = b"why=" + b"x" * 70_000
    own = {"Origin": room.server.origin, "Content_Type": FORM}
    assert client.ask("POST", "/do/seal", body, **own).status == 413


def test_23_an_unknown_move_is_refused(room: Room, first):
    """A move, a question or an option that does not exist gets 422 with a sentence; so do values that are none."""
    seat, trigger, options = first
    client = room.client(seat)

    def says(reply: Reply) -> bool:
        return reply.status == 422 and len(reply.record["says"]) > 10

    assert says(client.do("conquer"))
    assert says(client.do("vote", trigger="no.such_question", option=options[0]))
    assert says(client.do("vote", trigger=trigger, option="no_such_option"))
    assert says(client.do("vote", trigger=trigger))
    assert says(client.do("vote", turn="now", trigger=trigger, option=options[0]))
    assert says(client.do("foretell", percent="often"))
    assert client.do("advance", phase="reveal").status == 403, "a player is not whoever leads"


def test_23_a_stale_turn_is_told_so(room: Room, first):
    """A move for a turn that is over, or has not begun, gets 409 with a sentence."""
    seat, trigger, options = first
    reply = room.client(seat).do("vote", turn=3, trigger=trigger, option=options[0])
    assert (reply.status, bool(reply.record["says"])) == (409, True)


# ------------------------------------------------------------------------------------------------ checks 12 and 13


def test_12_of_two_who_seal_at_once_one_counts_and_the_other_is_told(room: Room, first):
    """Two members of a team who seal at the same moment: one is on the record, the other gets 409 with a sentence."""
    seat, trigger, options = first
    pair = [room.client(seat), room.client(seat)]
    start, replies = threading.Barrier(2), []

    def seal(client: Client, option: str) -> None:
        start.wait()
        replies.append(client.do("seal", turn=0, seen=0, why="", **{trigger: option}))

    hands = [threading.Thread(target=seal, args=pair) for pair in zip(pair, options, strict=False)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(reply.status for reply in replies) == [200, 409]
    assert next(len(reply.record["says"]) for reply in replies if reply.status == 409) > 20
    assert len([event for event in room.log("ordered") if event["seat"] == seat]) == 1


PAGES = ("decide", "whatif", "world", "brief", "assumptions")


def everything(client: Client, kind: str = "seat", pages: tuple[str, ...] = PAGES) -> dict[str, object]:
    """All that somebody is sent, page by page."""
    found: dict[str, object] = {}
    for page in [f"/{kind}/{name}" for name in pages] if pages else [f"/{kind}"]:
        with client.live_now(page) as line:
            while "regions" not in (record := json.loads(line.recv(timeout=20))):
                pass
        found[page] = record["regions"]
    return found


def test_13_nothing_that_a_team_has_sealed_is_in_what_others_are_sent(room: Room):
    """Whatever a team wants, seals and gives as its reason, others and the projector are sent the very same bytes."""
    mine, other = room.seats[1], room.seats[2]
    question = room.game.seats[mine].questions[0]
    player, rival, screen = room.client(mine), room.client(other), Client(room.server.origin)
    screen.get(room.link("screen"))
    shown = []
    for seen, (option, why) in enumerate(zip(question.names, ("SEALED-ONE", "SEALED-TWO"), strict=False)):
        assert player.do("vote", turn=0, trigger=question.trigger, option=option).status == 200
        sealed = player.do("seal", turn=0, seen=seen, why=why, **{question.trigger: option})
        assert sealed.status == 200, sealed.text
        shown.append((everything(rival), everything(screen, "screen", ())))
    assert shown[0] == shown[1]
    assert "SEALED-" not in str(shown)
    assert "SEALED-TWO" in player.get("/seat/decide").text, "the team itself is shown what it has sealed"


# ------------------------------------------------------------------------------------------------ check 11


@pytest.fixture(scope="module")
def hundred(room: Room) -> list[Client]:
    """A hundred people, spread over the seats."""
    return [room.client(room.seats[number % len(room.seats)]) for number in range(100)]


def test_11_a_hundred_clients_miss_no_revision(room: Room, hundred: list[Client]):
    """A hundred open pages are told of each of twenty votes, 95 % of them within 100 ms."""
    changes = []
    for number in range(20):
        seat = room.seats[number % len(room.seats)]
        question = room.game.seats[seat].questions[0]
        option = question.names[number // len(room.seats) % len(question.names)]
        changes.append((hundred[number], "vote", {"turn": 0, "trigger": question.trigger, "option": option}))
    heard = crowd(hundred, "/seat/decide", changes, pause=0.15)
    assert heard.missed == 0
    assert sum(map(len, heard.latencies)) == 20 * 100
    measure(11, "100 clients: half have heard of a vote", heard.share(0.5), promised=0.1)
    measure(11, "100 clients: 95 % have heard of a vote", heard.share(0.95), promised=0.1)


# ------------------------------------------------------------------------------------------------ check 20


def test_20_nothing_in_the_export_lets_anybody_in(room: Room):
    """Neither the secret nor the token of a link is in the file that is taken home; each is where it should be."""
    room.client(room.seats[0])
    reply = room.leader().ask("GET", "/export.zip")
    assert reply.status == 200
    with zipfile.ZipFile(io.BytesIO(reply.body)) as taken:
        said = b"".join(taken.read(name) for name in taken.namelist())
    keys = room.keys()
    assert not [key for key in keys if key in said]
    lobby = room.leader().get("/host/lobby").text.encode()
    assert [key in lobby for key in keys[-len(room.seats) :]] == [True] * len(room.seats), "these are what links hold"

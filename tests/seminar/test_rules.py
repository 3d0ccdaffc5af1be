"""Rules of the server that need no server: who is let in, which page follows, what a form says, who is told what."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.errors import UsageError
from sim.game.state import PHASES
from sim.seminar import keep, lan, moves, places
from sim.seminar.desk import Who
from sim.seminar.live import Live, Page, Snapshot
from sim.seminar.run import Wanted, run
from sim.seminar.security import MOST_BODY, Guard, Rate, body_of, host_of, is_own
from sim.seminar.whatifs import MOST, pieces
from sim.verbs.serving import copied, session_of
from tests.game.stage import seated

TODAY = date(2030, 1, 2)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ------------------------------------------------------------------------------------------ who is let in


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"origin": "http://192.0.2.7:8642"}, True),
        ({"origin": "https://192.0.2.7:8642"}, True),
        ({"origin": "http://192.0.2.7"}, False),
        ({"origin": "http://192.0.2.7:8642.evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({}, True),
    ],
)
def test_a_form_comes_from_our_own_pages(headers: dict[str, str], own: bool) -> None:
    """Scheme, host and port of the origin are ours; what sends none is no page of somebody else's."""
    assert is_own(headers, "192.0.2.7:8642") is own


@pytest.mark.parametrize("host", ["a@127.0.0.1", "127.0.0.1/x", "127.0.0.1?x", "[::1", "127.0.0.1 x", ""])
def test_what_is_no_host_is_none(host: str) -> None:
    """A Host header that is put together to look like ours has no name."""
    assert host_of(host) == ""


@pytest.mark.parametrize(
    ("said", "chunks", "whole"),
    [(None, [10, 10], True), ("20", [20], True), ("99999999", [1], False), ("x", [1], False), ("-1", [1], False),
     (None, [MOST_BODY, 1], False), ("1", [MOST_BODY, MOST_BODY], False)],
)  # fmt: skip
def test_a_body_has_an_end(said: str | None, chunks: list[int], whole: bool) -> None:
    """It is refused by what it says of itself, and by what comes, whatever it says."""
    last = len(chunks) - 1
    messages: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": b"x" * size, "more_body": at < last} for at, size in enumerate(chunks)]
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    body = asyncio.run(body_of({} if said is None else {"content-length": said}, receive))
    assert (body is not None) is whole
    assert body is None or len(body) == sum(chunks)


@pytest.mark.parametrize(
    ("host", "trusted"), [("127.0.0.1:8642", True), ("[::1]:8642", True), ("192.0.2.7:8642", False)]
)
def test_a_page_of_the_network_has_no_header_of_which_browsers_complain(host: str, trusted: bool) -> None:
    """Phones reach us by plain http at an address: there a window's policy is ignored with an error on the console."""
    sent: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    async def nothing() -> Any:
        raise AssertionError("nobody asks for a body")

    scope = {"type": "http", "method": "GET", "headers": [(b"host", host.encode())]}
    asyncio.run(Guard(inner, {"127.0.0.1", "::1", "192.0.2.7"})(scope, nothing, send))
    named = dict(sent[0]["headers"])
    assert (b"cross-origin-opener-policy" in named) is trusted
    assert named[b"content-security-policy"].startswith(b"default-src 'self'")


def test_who_asks_without_rest_waits() -> None:
    """So many at once, then so many a second, each asker apart; and many askers take no memory without end."""
    now = [0.0]
    rate = Rate(burst=3, a_second=2, clock=lambda: now[0])
    assert [rate.lets("a") for _ in range(5)] == [True, True, True, False, False]
    assert rate.lets("b")
    now[0] = 1.0
    assert [rate.lets("a") for _ in range(3)] == [True, True, False]
    for number in range(Rate.MOST_ASKERS + 10):
        rate.lets(str(number))
    assert len(rate._askers) == Rate.MOST_ASKERS


# ------------------------------------------------------------------------------------------ which page follows


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_has_its_page(phase: str) -> None:
    """Pages of a phase go to that of the new one, and there they stay; what one reads beside the game is left alone."""
    there = places.OF_PHASE[phase]
    assert there in places.PAGES
    assert places.follows(there, phase) == ""
    assert all(places.follows(page, phase) in ("", there) for page in places.PAGES if page != places.SCREEN)
    assert places.follows("/seat/assumptions", phase) == ""
    assert places.follows("/seat/world", phase) == (there if phase in ("reveal", "debrief") else "")
    assert not any(places.follows(f"/host/{name}", phase) for name in places.HOST)


# ------------------------------------------------------------------------------------------ what a form says


@pytest.mark.parametrize(("said", "value"), [("37", 37), (" 37 % ", 37), ("2,5", 2.5), ("1e2", 100)])
def test_a_number_is_read_as_people_write_it(said: str, value: float) -> None:
    """With a sign for percent, with a comma, with room around it."""
    assert moves.number({"percent": said}, "percent", least=0, most=100) == value


@pytest.mark.parametrize("said", ["", "much", "nan", "inf", "-1", "101", "0x10", "3 4"])
def test_what_is_no_number_in_bounds_is_told_so(said: str) -> None:
    """In a sentence that names the field."""
    with pytest.raises(moves.Wrong, match="`percent`"):
        moves.number({"percent": said}, "percent", least=0, most=100)


def test_every_refusal_has_its_status() -> None:
    """Stale 409, unknown and wrong 422, closed 423."""
    found = {reason: moves.status_of(api.refused("No", reason)) for reason in ("stale", "unknown", "wrong", "closed")}
    assert found == {"stale": 409, "unknown": 422, "wrong": 422, "closed": 423}
    assert moves.status_of(moves.Wrong("No")) == 422


# ------------------------------------------------------------------------------------------ the folder


def test_the_same_command_goes_on_with_the_session_of_the_day(here: Path) -> None:
    """Until it is closed, or another is wanted; a folder that is named is taken as it is."""
    first = keep.folder_for("duel", 1, out=None, anew=False, today=TODAY)
    assert first == Path("results/seminars/duel-1-2030-01-02")
    first.mkdir(parents=True)
    (first / "log.jsonl").write_text('{"kind": "opened"}\n')
    assert keep.folder_for("duel", 1, out=None, anew=False, today=TODAY) == first
    second = keep.folder_for("duel", 1, out=None, anew=True, today=TODAY)
    assert second == Path("results/seminars/duel-1-2030-01-02-2")
    (first / "log.jsonl").write_text('{"kind": "advanced", "phase": "closed"}\n')
    assert keep.folder_for("duel", 1, out=None, anew=False, today=TODAY) == second
    assert keep.folder_for("duel", 1, out="mine", anew=True, today=TODAY) == Path("mine")


def test_the_secret_is_made_once_and_is_its_owners(here: Path) -> None:
    """The same at every start, mode 600; one that was half written is made anew."""
    made = keep.secret_of(here)
    assert len(made) == keep.SECRET_BYTES
    assert keep.secret_of(here) == made
    assert stat.S_IMODE((here / "secret").stat().st_mode) == 0o600
    (here / "secret").write_bytes(made[:5])
    assert len(keep.secret_of(here)) == keep.SECRET_BYTES


def test_one_program_leads_a_session(here: Path) -> None:
    """A second one is refused while the first is there, and comes in after it."""
    first, second = keep.alone(here / "session"), keep.alone(here / "session")
    with first, pytest.raises(UsageError, match="is led by another"), second:
        pass
    with keep.alone(here / "session"):
        pass


def test_settings_are_those_of_the_opening(here: Path) -> None:
    """Others are another game, which is told with both ways out."""
    keep.same_words(here, ("--policy calm",), goes_on=False)
    keep.same_words(here, ("--policy calm",), goes_on=True)
    with pytest.raises(UsageError, match="was opened with --policy calm; go on so, or open another: `--new`"):
        keep.same_words(here, (), goes_on=True)


def test_a_session_has_a_folder_of_its_own(here: Path) -> None:
    """Somebody's other files are named and left as they are, and a game of one person goes on at the terminal."""
    (here / "full").mkdir()
    (here / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    seated(here, keep=True).log.release()
    (here / "session" / "play.json").write_text("{}", encoding="utf-8")
    for folder, says in (("full", "`full` holds no session but `notes.txt`.* such as `full/session`"),
                         ("session", "lies a game of one person: `sim play --resume session` goes on")):  # fmt: skip
        with pytest.raises(UsageError, match=says):
            run(lambda: api.load(here / "game.yaml"), "game", Wanted(folder=folder, opens_browser=False), say=print)
    assert [one.name for one in (here / "full").iterdir()] == ["notes.txt"]
    assert not (here / "session" / "lock").exists()


def test_a_port_is_found_again_or_one_near_it() -> None:
    """The one that it had before, if that is free; a port that is asked for is taken or refused."""
    with lan.bound(lan.LOOPBACK, 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 is taken"):
            lan.bound(lan.LOOPBACK, port)
        with lan.bound(lan.LOOPBACK, None, before=port) as other:
            assert other.getsockname()[1] != port
    with lan.bound(lan.LOOPBACK, None, before=port) as again:
        assert again.getsockname()[1] == port


# ------------------------------------------------------------------------------------------ who is told what


class Wire:
    """A page's socket of which a test decides when it takes a message."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def send(self, text: str) -> None:
        """Take a message when there is room."""
        await self.free.wait()
        self.told.append(json.loads(text))

    async def close(self, code: int) -> None:
        """Closed."""

    @property
    def revisions(self) -> list[int]:
        """Of what was told."""
        return [message["revision"] for message in self.told if "revision" in message]


def test_a_slow_page_is_told_the_latest_and_never_an_older_state() -> None:
    """What came in between is skipped, others do not wait for it, and parts that have not changed are not sent."""

    async def played() -> tuple[Wire, Wire]:
        state = {"revision": 0}

        async def look(page: Page) -> Snapshot:
            revision = state["revision"]
            regions: Mapping[str, str] = {"moving": f"at {revision}", "still": "the same"}
            return Snapshot((revision, 0), regions, {})

        live = Live(look, lambda: (state["revision"], 0), lambda: None)
        wires, gone = (Wire(), Wire()), asyncio.Event()

        async def heard() -> str | None:
            await gone.wait()
            return None

        serving = [
            asyncio.ensure_future(
                live.serve(Page(Who("seat", str(at)), "/seat/decide", ("decide", 0), wire.send, wire.close), heard)
            )
            for at, wire in enumerate(wires)
        ]
        await settled()
        wires[1].free.clear()
        for _ in range(5):
            state["revision"] += 1
            live.wake()
            await settled()
        wires[1].free.set()
        await settled()
        gone.set()
        await asyncio.gather(*serving)
        return wires

    async def settled() -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    quick, slow = asyncio.run(played())
    assert quick.revisions == [0, 1, 2, 3, 4, 5]
    assert slow.revisions == [0, 1, 5]
    assert set(quick.told[0]["regions"]) == {"moving", "still"}
    assert all(set(message["regions"]) == {"moving"} for message in quick.told[1:])


def test_pieces_of_a_what_if_are_all_its_futures_once() -> None:
    """The first round is small, and together they are as many as are promised."""
    futures = [future for around in pieces() for first, count in around for future in range(first, first + count)]
    assert futures == list(range(MOST))
    assert sum(count for _, count in pieces()[0]) <= 100


def test_a_copy_of_a_session_is_the_same_and_tells_nobody(tmp_path: Path) -> None:
    """Another process sees the same state and digest, and what it does to them is on no disk."""
    session = seated(tmp_path, keep=True)
    session.advance("decide")
    session.order("e", {"march": "go"}, turn=0, seen=0)
    session.advance("reveal")
    before = (tmp_path / "session" / "log.jsonl").read_bytes()
    copy = session_of(copied(session))
    assert (copy.state, copy.digest()) == (session.state, session.digest())
    copy.note("only here")
    assert (tmp_path / "session" / "log.jsonl").read_bytes() == before
    assert session_of(copied(session)) is copy
    session.note("a word more")
    assert session_of(copied(session)).state == session.state

"""Who goes while being told something is no fault; what is one is still printed."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.extra
for needed in ("starlette", "uvicorn", "websockets", "itsdangerous", "segno", "python_multipart"):
    pytest.importorskip(needed)

from starlette.websockets import WebSocket  # noqa: E402

from sim.seminar.app import Line  # noqa: E402
from sim.seminar.desk import Who  # noqa: E402
from sim.seminar.live import Live, Page, Snapshot  # noqa: E402
from sim.seminar.security import Guard  # noqa: E402
from sim.seminar.wire import Ours  # noqa: E402
from tests.seminar.client import Client  # noqa: E402
from tests.seminar.stage import Stage  # noqa: E402


def by_itself(work: Coroutine[Any, Any, None]) -> None:
    """Carry something out in a loop of its own: a browser of other tests may run in this thread's."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


class Closed(OSError):
    """As the server says it of a connection that is not there any more."""


async def told(fault: Exception, *, ours: bool) -> None:
    """Tell a page something once: its connection has this fault, or what it is to be shown has."""
    ends = asyncio.Event()
    messages = iter([{"type": "websocket.connect"}])

    async def receive() -> Any:
        for message in messages:
            return message
        await ends.wait()
        return {"type": "websocket.disconnect", "code": 1006}

    async def send(message: Any) -> None:
        if message["type"] == "websocket.accept":
            return
        ends.set()
        if not ours:
            raise fault

    async def look(_: Page) -> Snapshot:
        if ours:
            raise fault
        return Snapshot((0, 0), {}, {})

    line = Line(WebSocket({"type": "websocket", "path": "/live", "headers": []}, receive, send))
    await line.accept()
    page = Page(Who("screen"), "/screen", ("lobby", 0), line.send, line.close)
    await asyncio.wait_for(Live(look, lambda: (0, 0), lambda: None).serve(page, line.heard), 10)


@pytest.mark.parametrize("fault", [Closed(), RuntimeError("after sending 'websocket.close'")])
def test_a_page_that_goes_while_it_is_told_something_prints_nothing(
    fault: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither where its connection was reset nor where it was closed under our hands."""
    by_itself(told(fault, ours=False))
    assert capsys.readouterr() == ("", "")


def test_a_fault_of_ours_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be drawn says where and why, also if its fault looks like one of a connection."""
    for fault in (KeyError("no such part"), RuntimeError("no such part"), OSError("no such part")):
        by_itself(told(fault, ours=True))
        printed = capsys.readouterr().err
        assert "Traceback" in printed and "no such part" in printed


def test_half_a_form_is_none() -> None:
    """Of who breaks off in the middle of a move nothing is handed on, and nothing is answered."""
    handed_on: list[str] = []

    async def inner(*_: Any) -> None:
        handed_on.append("a form")

    messages = iter([{"type": "http.request", "body": b"trigger=ma", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        handed_on.append(message["type"])

    scope = {"type": "http", "method": "POST", "path": "/do/vote", "headers": [(b"host", b"127.0.0.1:1")]}
    by_itself(Guard(inner, ("127.0.0.1",))(scope, receive, send))
    assert not handed_on


@pytest.mark.parametrize(
    ("says", "fault", "printed"),
    [("Exception in ASGI application\n", ValueError(), True), ("Exception in ASGI application\n", Closed(), True),
     ("Exception in ASGI application\n", asyncio.CancelledError(), False),
     ("Invalid UTF-8 sequence received from client.", UnicodeDecodeError("utf-8", b"x", 0, 1, ""), False),
     ("Cancel %d running task(s), timeout graceful shutdown exceeded", None, False)],
)  # fmt: skip
def test_the_server_prints_faults_of_ours_alone(says: str, fault: BaseException | None, printed: bool) -> None:
    """What Ctrl-C breaks off and what is no text is none of them."""
    info = None if fault is None else (type(fault), fault, None)
    assert Ours().filter(logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, says, (), info)) is printed


def opened(client: Client, page: str) -> socket.socket:
    """The socket of a page, with nobody behind it who would close it as one should."""
    line = socket.create_connection(("127.0.0.1", int(client.host.rpartition(":")[2])), timeout=10)
    lines = [f"GET /live?page={page} HTTP/1.1", f"Host: {client.host}", f"Origin: {client.origin}",
             f"Cookie: {client.cookie}", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", "", ""]  # fmt: skip
    line.sendall("\r\n".join(lines).encode())
    return line


def test_sockets_that_are_reset_while_everybody_votes_print_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Sixty pages of the class, the wall and the console, gone without a word or in the middle of one."""
    stage = Stage.open(tmp_path / "session")
    try:
        host, east, screen = stage.host(), stage.person("east"), stage.screen()
        assert host.do("advance", phase="decide").status == 200
        for number in range(20):
            east.do("vote", trigger="march", option=("stay", "go")[number % 2])
            for client, page in ((east, "/seat/decide"), (screen, "/screen"), (host, "/host/console")):
                with opened(client, page) as line:
                    if number % 2:
                        line.recv(4096)
                    line.sendall((b"", b"\x88\x82\0\0\0\0\x03\xe9", b"\x81\x82\0\0\0\0\xff\xfe")[number % 3])
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert east.get(f"{stage.room.base}/seat/decide").status == 200
    finally:
        stage.close()
    assert capfd.readouterr() == ("", "")

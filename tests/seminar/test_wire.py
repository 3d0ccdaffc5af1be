"""Connections that say nothing, and how many files may be open."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.extra
for needed in ("starlette", "uvicorn", "websockets", "itsdangerous", "segno", "python_multipart"):
    pytest.importorskip(needed)

from sim.seminar import wire  # noqa: E402
from tests.seminar.stage import Stage  # noqa: E402
from tests.seminar.test_protocol import until  # noqa: E402


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A seminar with little patience."""
    patient = wire.patient
    monkeypatch.setattr(wire, "patient", lambda made: patient(made, silence=0.2, pause=0.2))
    stage = Stage.open(tmp_path / "session")
    yield stage
    stage.close()


def connected(stage: Stage) -> socket.socket:
    """A connection on which nothing was said yet."""
    host, port = stage.room.base.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def ended(line: socket.socket) -> bool:
    """Whether the other side closes a connection, however it does."""
    try:
        while line.recv(4096):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def test_who_connects_and_says_nothing_is_let_go(stage: Stage) -> None:
    """So is who begins a request and never ends it, at once or after a first one; open pages stay."""
    east = stage.person("east")
    whole = f"GET /health HTTP/1.1\r\nHost: {east.host}\r\n\r\n".encode()
    with east.live_now("/seat/brief") as page:
        for said in (b"", whole[:30], whole + whole[:30]):
            with connected(stage) as line:
                line.sendall(said)
                assert ended(line), said
        for _ in range(3):
            until(page, lambda message: "beat" in message)


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind there")
def test_as_many_files_as_one_may_have() -> None:
    """A limit of 256, as some systems set it, is raised to what the system allows."""
    code = ("import resource; hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; "
            "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard)); from sim.seminar import wire; "
            "print(wire.raise_open_files(), resource.getrlimit(resource.RLIMIT_NOFILE)[0], hard)")  # fmt: skip
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    most, soft, hard = map(int, told.stdout.split())
    assert most == soft == (wire.ENOUGH_FILES if hard < 0 else min(hard, wire.ENOUGH_FILES))

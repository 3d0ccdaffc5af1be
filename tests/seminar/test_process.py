"""`sim seminar` as a process: where it listens, how it ends, and what is left when it is killed."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.extra, pytest.mark.kills]
for needed in ("starlette", "uvicorn", "websockets", "itsdangerous", "segno", "python_multipart"):
    pytest.importorskip(needed)

from sim import api  # noqa: E402
from sim.seminar import lan  # noqa: E402
from tests.game.stage import DUEL  # noqa: E402
from tests.seminar.client import Client  # noqa: E402
from tests.seminar.measured import measure  # noqa: E402
from tests.seminar.room import Server  # noqa: E402
from tests.seminar.test_protocol import at, until  # noqa: E402


def printed(server: Server, kind: str) -> str:
    """The link of this kind (`host`, `screen`, `join`) that was printed."""
    found = re.search(rf"http://\S+/{kind}/[\w-]+", "".join(server.lines))
    return found.group(0) if found else ""


DULL = """
scenario: dull
start: 2030-01-01
horizon: 60 days
quantities:
  rain: {start: 0}
outcomes:
  dry: {otherwise: true}
"""


@pytest.fixture
def duel(tmp_path: Path) -> str:
    """The file of a small game."""
    (tmp_path / "duel.yaml").write_text(DUEL, encoding="utf-8")
    return str(tmp_path / "duel.yaml")


def test_the_address_comes_at_once_and_takes_little_memory(tmp_path: Path) -> None:
    """The class game: within two seconds, under 150 MB before anything is reckoned."""
    server = Server.start(tmp_path / "session")
    try:
        measure(1, "seconds from the command to the address", server.until_address, promised=2.0)
        measure(1, "megabytes before anything is reckoned", server.memory(), promised=150.0, unit="MB", slack=1)
        assert all(printed(server, kind) for kind in ("host", "screen", "join"))
    finally:
        server.kill()


def test_ctrl_c_ends_it_politely(tmp_path: Path, duel: str) -> None:
    """Within three seconds, code 0, no traceback, with workers at work; and every page is told."""
    server = Server.start(tmp_path / "session", scenario=duel)
    try:
        host, east = Client(server.origin), Client(server.origin)
        host.get(printed(server, "host"))
        east.get(printed(server, "join"))
        east.do("sit", seat="east")
        host.do("advance", phase="decide")
        assert east.do("whatif", trigger="march", options="stay,go").status == 200
        with east.live_now("/seat/decide") as line:
            until(line, at(0))
            measure(10, "seconds from Ctrl-C to the end", server.interrupt(), promised=3.0, slack=2)
            assert "ended" in until(line, lambda message: "ends" in message)["ends"]
        said = "".join(server.lines)
        assert server.process.returncode == 0, said
        assert "Traceback" not in said
        assert api.resume_session(tmp_path / "session").digest() in said
    finally:
        server.kill()


def test_killed_in_mid_turn_it_goes_on_with_everybody(tmp_path: Path, duel: str) -> None:
    """The same command again: the same people by the same cookies, the same address, the same digest, the same vote."""
    folder = tmp_path / "session"
    server = Server.start(folder, scenario=duel)
    people = [Client(server.origin) for _ in range(4)]
    host = Client(server.origin)
    host.get(printed(server, "host"))
    for number, person in enumerate(people):
        assert person.get(printed(server, "join")).status == 200
        assert person.do("sit", seat=("east", "west")[number % 2]).status == 200
    host.do("advance", phase="decide")
    people[0].do("vote", trigger="march", option="go")
    people[1].do("seal", warn="shout", seen=0)
    links = [printed(server, kind) for kind in ("host", "screen", "join")]
    server.kill()
    before = api.resume_session(folder, reads_only=True)
    again = Server.start(folder, scenario=duel)
    try:
        assert [printed(again, kind) for kind in ("host", "screen", "join")] == links
        assert "go" in people[0].get(f"{again.origin}/seat/decide").text
        with people[0].live_now("/seat/decide") as line:
            assert until(line, at(0))["state"]["phase"] == "decide"
        assert people[1].do("seal", warn="wait", seen=1).status == 200
        after = api.resume_session(folder, reads_only=True)
        assert after.state.people == before.state.people
        assert after.state.votes == before.state.votes
        assert before.digest() == _digest_at(folder, before.state.revision)
        assert host.do("advance", phase="reveal").status == 200
    finally:
        again.kill()
    mode = stat.S_IMODE(os.stat(folder / "secret").st_mode)
    assert mode == 0o600


def _digest_at(folder: Path, revision: int) -> str:
    """The digest of a session as it stood after so many events."""
    copy = folder.parent / "copy"
    copy.mkdir()
    lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / "log.jsonl").write_text("".join(lines[:revision]), encoding="utf-8")
    (copy / "scenario.yaml").write_bytes((folder / "scenario.yaml").read_bytes())
    return api.resume_session(copy, reads_only=True).digest()


def test_a_session_has_one_leader(tmp_path: Path, duel: str) -> None:
    """A second `sim seminar` with the same folder is refused in a sentence, and the first goes on."""
    server = Server.start(tmp_path / "session", scenario=duel)
    try:
        second = _run(duel, "--session", str(tmp_path / "session"))
        assert second.returncode == 2
        assert "is led by another `sim seminar` already" in second.stderr
        assert Client(server.origin).get(f"{server.origin}/health").record["ok"]
    finally:
        server.kill()


def test_with_lan_it_is_found_at_one_address_alone(tmp_path: Path, duel: str) -> None:
    """Neither loopback nor another name leads to it."""
    there = [one.ip for one in lan.addresses()]
    if not there:
        pytest.skip("this machine is in no network")
    server = Server.start(tmp_path / "other", "--lan", there[0], "--port", "0", scenario=duel)
    try:
        assert server.origin.startswith(f"http://{there[0]}:")
        assert Client(server.origin).get(printed(server, "join")).status == 200
        assert Client(server.origin).ask("GET", "/", Host="localhost").status == 400
        assert not _answers("127.0.0.1", server.port)
    finally:
        server.kill()


def _answers(ip: str, port: int) -> bool:
    with socket.socket() as line:
        line.settimeout(2)
        return line.connect_ex((ip, port)) == 0


def _run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "sim", "seminar", *words, "--no-browser"], capture_output=True,
                          text=True, timeout=60, env={**os.environ, **more}, check=False)  # fmt: skip


def test_what_cannot_be_served_is_told_in_a_sentence(tmp_path: Path, duel: str) -> None:
    """A port that is taken, an address that is not ours, a scenario nobody plays, no scenario: code 2, no folder."""
    (tmp_path / "dull.yaml").write_text(DULL, encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        cases = {
            f"port {port} of 127.0.0.1 is taken": _run(duel, "--port", port, "--session", str(tmp_path / "a")),
            "is no address of this machine": _run(duel, "--lan", "203.0.113.7", "--session", str(tmp_path / "b")),
            "no actor in it chooses anything": _run(str(tmp_path / "dull.yaml"), "--session", str(tmp_path / "c")),
            "say which scenario is played": _run("--session", str(tmp_path / "d")),
            "between 5": _run(duel, "--minutes", "1"),
        }
    for says, done in cases.items():
        assert done.returncode == 2, done.stderr
        assert says in done.stderr or "from 5 on" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "c").exists()


def test_a_session_goes_on_as_it_was_opened(tmp_path: Path, duel: str) -> None:
    """With another setting the same folder is refused: it is another game."""
    folder = tmp_path / "session"
    server = Server.start(folder, "-s", "horizon=50 days", scenario=duel)
    server.kill()
    refused = _run(duel, "--session", str(folder))
    assert refused.returncode == 2
    assert "was opened with -s horizon=50 days" in refused.stderr
    other = Server.start(folder, "-s", "horizon=50 days", "--seed", "99", scenario="nonsense-typo")
    other.until("goes on as it was opened, and not as this command says: what it names cannot be read")
    other.kill()
    other = Server.start(folder, "-s", "horizon=50 days", "--seed", "99", "--minutes", "50", scenario="first-lesson")
    other.until("not as this command says: it is of `duel`, not of `first-lesson`. `--new` opens another")
    other.kill()
    edited = Path(duel)
    edited.write_text(edited.read_text(encoding="utf-8").replace("usual: 70 %", "usual: 60 %"), encoding="utf-8")
    other = Server.start(folder, "-s", "horizon=50 days", "--seed", "99", "--minutes", "50", scenario=duel)
    other.until("its scenario or the settings of it are others; it has seed 1, not seed 99; it has 75 minutes, not 50")
    other.kill()
    edited.write_text(edited.read_text(encoding="utf-8").replace("usual: 60 %", "usual: 70 %"), encoding="utf-8")
    same = Server.start(folder, "-s", "horizon=50 days", scenario=duel)
    same.interrupt()  # it waits for what is compared
    assert "not as this command says" not in "".join(same.lines)


def test_a_log_that_breaks_off_goes_on_and_says_so(tmp_path: Path, duel: str) -> None:
    """In a sentence with the line; a file in place of the folder is named as one."""
    folder = tmp_path / "session"
    Server.start(folder, scenario=duel).kill()
    with (folder / "log.jsonl").open("ab") as file:
        file.write(b'{"n": 1, "kind": "adva')
    again = Server.start(folder, scenario=duel)
    again.until("Note: line 2 of the log breaks off in the middle (22 bytes): what it said is lost")
    again.kill()
    third = Server.start(folder, scenario=duel)
    third.interrupt()
    assert "breaks off" not in "".join(third.lines), "the broken line was taken away"
    done = _run(duel, "--session", duel)
    assert (done.returncode, "is a file, and a session lies in a folder" in done.stderr) == (2, True), done.stderr


def test_a_session_that_is_opened_says_what_was_played(tmp_path: Path, duel: str) -> None:
    """Its first line is the event that opens it."""
    folder = tmp_path / "session"
    Server.start(folder, scenario=duel).kill()
    first = json.loads((folder / "log.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["kind"] == "opened"

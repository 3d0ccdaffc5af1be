"""The log: one program writes it, a failure leaves nothing behind, and who only reads changes nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import api
from sim.errors import UsageError
from sim.game.log import Log, read_log
from tests.game.stage import seated

HOLDS = """
import sys
from pathlib import Path
from sim.game.log import Log
log = Log(Path(sys.argv[1]))
print("here", flush=True)
sys.stdin.read()
"""


def test_a_second_program_is_told_that_the_session_is_open(tmp_path: Path) -> None:
    """By a sentence; who only reads may; and once the first has ended, killed or not, the second may."""
    session = seated(tmp_path, keep=True)
    digest, folder = session.digest(), tmp_path / "session"
    session.log.release()
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(folder)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as other:  # fmt: skip
        assert other.stdout is not None and other.stdout.readline() == b"here\n"
        with pytest.raises(UsageError, match="open in another program"):
            api.resume_session(folder)
        assert api.resume_session(folder, reads_only=True).digest() == digest
        other.kill()
    assert api.resume_session(folder).advance("decide").phase == "decide"


def test_of_two_in_one_program_the_last_goes_on(tmp_path: Path) -> None:
    """The first says so instead of spoiling the log."""
    first = seated(tmp_path, keep=True)
    second = api.resume_session(tmp_path / "session")
    second.note("Second")
    with pytest.raises(UsageError, match="opened anew"):
        first.note("First")
    assert api.resume_session(tmp_path / "session").state == second.state


def test_who_only_reads_changes_nothing(tmp_path: Path) -> None:
    """Not even a half line: whoever leads may be writing it."""
    session = seated(tmp_path, keep=True)
    path = tmp_path / "session" / "log.jsonl"
    with path.open("ab") as file:
        file.write(b'{"n": 3, "kind"')
    before = path.read_bytes()
    read = api.resume_session(tmp_path / "session", reads_only=True)
    assert read.state == session.state and path.read_bytes() == before
    with pytest.raises(UsageError, match="only to be read"):
        read.note("Nothing")


@pytest.mark.parametrize("fails", ["write", "short", "fsync"])
def test_what_a_failed_write_left_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    """The event does not count, and those after it are not lost."""
    session = seated(tmp_path, keep=True)
    real = os.write

    def full(file: int, line: bytes) -> int:
        written = real(file, line[: len(line) // 2])
        if fails == "short":
            return written
        raise OSError(errno.ENOSPC, "full")

    def unsynced(file: int) -> None:
        raise OSError(errno.EIO, "broken")

    before = session.state
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync" if fails == "fsync" else "write", unsynced if fails == "fsync" else full)
        with pytest.raises(OSError):
            session.advance("decide")
    assert session.state == before
    session.advance("decide")
    session.vote("e", "march", "go", turn=0)
    assert api.resume_session(tmp_path / "session").state == session.state


def test_a_last_line_that_lacks_its_end_alone_counts(tmp_path: Path) -> None:
    """An editor took the newline away; the next event stands on a line of its own."""
    log = Log(tmp_path)
    log.append("opened")
    log.append("noted", turn=0, text="zwölf\u2028")
    path = tmp_path / "log.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    again = Log(tmp_path)
    again.append("noted", turn=0, text="more")
    assert [event["n"] for event in read_log(path)] == [0, 1, 2] and again.events[:2] == log.events


def test_a_session_of_another_kind_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """Its first line lacks what opens a session."""
    seated(tmp_path, keep=True)
    (tmp_path / "session" / "log.jsonl").write_text('{"n": 0, "at": "2030", "kind": "opened"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="that this version can read"):
        api.resume_session(tmp_path / "session")

"""The log of a session: one line of JSON for each event, on the disk before anybody is told that it counts.

session/
  scenario.yaml    what is played, as it was read; later edits of the user's file change no session under way
  log.jsonl        the first line opens the session, the rest are its events, in order
  secret           the key of the cookies (mode 600), so that a restart throws nobody out
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import weakref
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from sim.errors import UsageError
from sim.locks import lock

Event = Mapping[str, Any]
"""`kind`, `n` (its number), `at` (when, ISO 8601), and what the kind brings."""

FORMAT = 1


_OWNERS: WeakValueDictionary[Path, Log] = WeakValueDictionary()
"""Who writes which log in this process; other processes are kept off by a lock on the file."""


class Log:
    """An append-only log; without a folder it lives in memory alone.

    One program writes a log at a time. Opened again in the same process, as after a crash, it goes over to whoever
    opened it last.

    Parameters
    ----------
    reads_only
        Read what is there, lock nothing and change nothing: then nothing can be added.

    Raises
    ------
    UsageError
        If another program writes it, or a line in the middle is no event.
    """

    def __init__(self, folder: Path | None, *, reads_only: bool = False) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self._file: int | None = None
        self._length, self._is_torn = 0, False  # of all that counts; whether more may lie behind it
        self.torn = 0  # bytes of a last line that was not whole when the log was opened
        if folder is not None and reads_only:
            self.events = list(read_log(folder / "log.jsonl"))
        elif folder is not None:
            self._own(folder)

    def append(self, kind: str, **fields: Any) -> Event:
        """Add one event; when this returns it is on the disk, and when it raises it is not."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        event = {"n": len(self.events), "at": now, "kind": kind, **fields}
        if self.folder is not None:
            self._write((json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n").encode())
        self.events.append(event)
        return event

    def release(self) -> None:
        """Let go of the file: somebody else goes on with it."""
        if self._file is not None:
            self._closes()
            self._file = None

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = (folder / "log.jsonl").resolve()
        before = _OWNERS.pop(path, None)
        if before is not None:
            before.release()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
        self._closes = weakref.finalize(self, os.close, self._file)
        if not lock(self._file):
            self.release()
            raise UsageError(
                f"the session in `{folder}` is open in another program: end it there, or name another folder"
            )
        self.events = list(read_log(path))
        self._mend(path)
        _OWNERS[path] = self

    def _mend(self, path: Path) -> None:
        """Cut off a last line that a crash left half written: nobody was told that it counts."""
        lines = path.read_bytes().splitlines(keepends=True)
        whole = b"".join(lines[: len(self.events)])
        self._length, self._is_torn = len(whole), len(lines) > len(self.events)
        self.torn = sum(map(len, lines)) - len(whole)
        self._write(b"" if not whole or whole.endswith(b"\n") else b"\n")

    def _write(self, line: bytes) -> None:
        """Write behind all that counts, and have it on the disk; what a failure left there is cut off."""
        if self._file is None:
            raise UsageError(f"the session in `{self.folder}` was opened anew since, or only to be read: go on there")
        if self._is_torn:
            os.ftruncate(self._file, self._length)
        if not line:
            return
        self._is_torn = True
        try:
            if os.write(self._file, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
            os.fsync(self._file)
        except OSError:
            with contextlib.suppress(OSError):  # then it is tried again before the next event
                os.ftruncate(self._file, self._length)
            raise
        self._length, self._is_torn = self._length + len(line), False


def read_log(path: Path) -> Iterator[Event]:
    """The events of a log, up to a last line that is not whole.

    Raises
    ------
    UsageError
        If a line in the middle is no event: somebody has edited the log.
    """
    if not path.exists():
        return
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines):
        if not line:
            continue
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if isinstance(event, dict) and event.get("n") == number and "kind" in event:
            yield event
        elif any(lines[number + 1 :]):
            raise UsageError(f"`{path}`: line {number + 1} is no event of a session, so the file is damaged: take "
                             "it from a copy, or name another folder")  # fmt: skip

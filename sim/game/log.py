"""The log of a session: one line of JSON for each event, on the disk before anybody is told that it counts.

session/
  scenario.yaml    what is played, as it was read; later edits of the user's file change no session under way
  log.jsonl        the first line opens the session, the rest are its events, in order
  secret           the key of the cookies (mode 600), so that a restart throws nobody out
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.errors import UsageError

Event = Mapping[str, Any]
"""`kind`, `n` (its number), `at` (when, ISO 8601), and what the kind brings."""

FORMAT = 1


class Log:
    """An append-only log; without a folder it lives in memory alone."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.events: list[Event] = []
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self.events = list(read_log(folder / "log.jsonl"))
            self._mend(folder / "log.jsonl")

    def append(self, kind: str, **fields: Any) -> Event:
        """Add one event; when this returns it is on the disk."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        event = {"n": len(self.events), "at": now, "kind": kind, **fields}
        if self.folder is not None:
            with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")
                file.flush()
                os.fsync(file.fileno())
        self.events.append(event)
        return event

    def _mend(self, path: Path) -> None:
        """Cut off a line that a crash left half written: nobody was told that it counts."""
        whole = "".join(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n" for event in self.events)
        if path.exists() and path.read_text(encoding="utf-8", errors="replace") != whole:
            aside = path.with_suffix(".new")
            aside.write_text(whole, encoding="utf-8")
            aside.replace(path)


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
            raise UsageError(f"`{path}`: line {number + 1} is no event of a session; take the file from a copy")

"""The machine code of one program: quick at first, better once it has been played long enough to be worth it.

Quick code is there at once. When it has been played for a while, a process of its own makes the better code and keeps
it on the disk, where the next command finds it; meanwhile the quick one goes on playing. Which of the two plays makes
no difference to any bit.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sim.engine.native import machine as machines
from sim.engine.native.machine import (
    OPTIMISED,
    QUICK,
    Machine,
    can_keep,
    find_machine,
    load,
    machine_of,
    name_of,
    read,
)

SECONDS_PER_LINE = 4e-5
"""About how long a line of assembly takes to optimise. Measured: 0.25 s for 3,200 lines, 2 s for 58,000."""

QUICKER = 0.25
"""Quick code is made in about this part of the time."""

WORTH_WHILE = 0.25
"""Better code is made when the quick one has been played for this part of the time that making it will take."""

PATIENCE_SECONDS = 4.0
"""A command that is done waits so long for better code that is nearly made, so that the next one finds it."""


class Code:
    """What plays a program. Several threads may play it at once.

    Parameters
    ----------
    level
        The quality to use, now and later; None to begin with what is there and to better it.
    on_making
        Told, if nothing is there yet, about how many seconds it will take to make it, just before that.
    """

    def __init__(
        self, text: str, *, cache: Path | None, level: int | None = None,
        on_making: Callable[[float], None] = lambda seconds: None,
    ) -> None:  # fmt: skip
        self.text, self.cache = text, cache
        self.making = text.count("\n") * SECONDS_PER_LINE
        self.seconds = 0.0  # played with quick code
        self.work: Work | None = None
        self.lock = threading.Lock()
        best = find_machine(text, OPTIMISED, cache=cache) if level is None else None
        first = QUICK if level is None else level
        found = best or find_machine(text, first, cache=cache)
        if found is None:
            on_making(self.making if first == OPTIMISED else self.making * QUICKER)
        self.machine: Machine = found or machine_of(text, first, cache=cache)
        self.may_improve = level is None and best is None and bool(sys.executable)

    def played(self, seconds: float) -> None:
        """Quick code has been played for so much longer: make better code if it is time, take it if it is there."""
        if not self.may_improve or not self.lock.acquire(blocking=False):
            return  # another thread is looking
        try:
            self.seconds += seconds
            if self.work is None:
                if self.seconds > WORTH_WHILE * self.making:
                    self._begin_work()
            elif self.work.is_done:
                self.may_improve = False
                made = self.work.result()
                self.machine = self.machine if made is None else load(made, OPTIMISED, was_made=True)
        finally:
            self.lock.release()

    def _begin_work(self) -> None:
        """Where no process can be started, or nothing can be written for it, quick code is good enough."""
        try:
            self.work = Work(self.text, self.cache, self.making)
        except OSError:
            self.may_improve = False


class Work:
    """A process that optimises a text of assembly, which takes about so many seconds."""

    def __init__(self, text: str, cache: Path | None, seconds: float) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="sim-", ignore_cleanup_errors=True)
        self.due = time.monotonic() + seconds
        kept = cache / name_of(text, OPTIMISED) if cache is not None and can_keep(cache) else None
        self.target = kept or Path(self.scratch.name) / "code.o"
        try:
            self.process = self._started(text)
        except OSError:
            self.scratch.cleanup()
            raise
        _works.append(self)

    def _started(self, text: str) -> subprocess.Popen[bytes]:
        source = Path(self.scratch.name) / "assembly.ll"
        source.write_text(text)
        command = [sys.executable, "-P", machines.__file__, str(source), str(self.target)]
        silent = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=silent, stderr=silent)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.process.poll() is not None

    def result(self) -> bytes | None:
        """The object code, or None if none came of it."""
        made = read(self.target)
        self.end()
        return made

    def end(self) -> None:
        """Stop, if it still works, and leave nothing behind."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        self.scratch.cleanup()
        if self in _works:
            _works.remove(self)


_works: list[Work] = []


def abandon() -> None:
    """Stop making better code at once: nobody waits for it any more."""
    for work in _works.copy():  # each takes itself out
        work.end()


@atexit.register
def _finish() -> None:
    """At the end of a command, wait a moment for what is nearly made, and not for what takes longer than that."""
    until = time.monotonic() + PATIENCE_SECONDS
    nearly = [work for work in _works if work.due < until]
    while time.monotonic() < until and not all(work.is_done for work in nearly):
        time.sleep(0.02)
    abandon()

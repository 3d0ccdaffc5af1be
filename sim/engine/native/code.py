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

from sim.engine.native.machine import OPTIMISED, QUICK, Machine, find_machine, load, machine_of, name_of, read

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
                    self.work = Work(self.text, self.cache)
            elif self.work.is_done:
                self.may_improve = False
                made = self.work.result()
                self.machine = self.machine if made is None else load(made, OPTIMISED, was_made=True)
        finally:
            self.lock.release()


class Work:
    """A process that optimises a text of assembly."""

    def __init__(self, text: str, cache: Path | None) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="sim-", ignore_cleanup_errors=True)
        source = Path(self.scratch.name) / "assembly.ll"
        source.write_text(text)
        kept = cache / name_of(text, OPTIMISED) if cache is not None and cache.is_dir() else None
        self.target = kept or Path(self.scratch.name) / "code.o"
        command = [sys.executable, "-m", "sim.engine.native.machine", str(source), str(self.target)]
        silent = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=silent, stderr=silent)
        _works.append(self)

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
    for work in _works:
        work.end()


@atexit.register
def _finish() -> None:
    """At the end of a command, wait a moment for what is nearly made."""
    until = time.monotonic() + PATIENCE_SECONDS
    while _works and time.monotonic() < until and not all(work.is_done for work in _works):
        time.sleep(0.02)
    abandon()

"""Jobs under names: one that is begun anew ends the one of its name, and what failed is kept as a sentence."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor

from sim.errors import UsageError


class Jobs:
    """What is being reckoned for pages.

    Parameters
    ----------
    changed
        Tells pages that there is something new.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.changed = changed
        self.failed: dict[str, str] = {}  # name -> why there is no record
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, work: Awaitable[None]) -> None:
        """Begin a job; the one of the same name, if it is under way, is given up."""
        self.end(name)

        async def job() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as fault:  # a page says so; the class goes on
                self.failed[name] = said(fault)
                if not isinstance(fault, UsageError):
                    traceback.print_exception(fault)
            self.changed()

        self._tasks[name] = asyncio.ensure_future(job())

    def end(self, name: str) -> None:
        """Give up a job, if it is under way, and forget that it failed."""
        self.failed.pop(name, None)
        if (old := self._tasks.pop(name, None)) is not None:
            old.cancel()

    def is_under_way(self, name: str) -> bool:
        """Whether a job was begun and is not done."""
        return name in self._tasks and not self._tasks[name].done()

    async def done(self, name: str) -> None:
        """Wait for a job, if it is under way, however it ends."""
        if (job := self._tasks.get(name)) is not None:
            await asyncio.wait([job])

    def close(self) -> None:
        """Nothing is reckoned any more."""
        for job in self._tasks.values():
            job.cancel()


def said(fault: Exception) -> str:
    """Why something could not be reckoned: our own sentence, or none; what else is in a fault is for the terminal."""
    if isinstance(fault, UsageError):
        return f"this could not be reckoned: {fault}"
    if isinstance(fault, BrokenExecutor):
        return "this could not be reckoned: the process that did it was ended, as when memory runs out"
    return "this could not be reckoned; the terminal of whoever leads says why"

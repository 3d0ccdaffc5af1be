"""Processes that reckon, so that the one that serves never stands still.

They are started anew (`spawn`) when first needed, take turns by whoever waits longest, and are ended with the server.
A piece of work is a function of a module and plain values; it is small, and whoever asked decides after each whether
there is to be another: that is how work is cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")

COUNT = 2


class Workers:
    """A few processes and the queue before them."""

    def __init__(self, count: int = COUNT) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None
        self._places = asyncio.Semaphore(count)  # first come, first served: many askers take turns piece by piece
        self._busy, self._most = 0, 1  # pieces that nobody waits for: how many there are, and how many there may be
        self._room = asyncio.Event()
        self._is_closed = False

    def hurry(self, hurries: bool = True) -> None:
        """Whether somebody waits for what is otherwise done `later`: then it may have all processes."""
        self._most = self.count if hurries else 1
        self._room.set()

    @contextlib.asynccontextmanager
    async def later(self) -> AsyncIterator[None]:
        """What nobody waits for goes through here first: one piece at a time, which leaves room for others."""
        while self._busy >= self._most:
            self._room.clear()
            await self._room.wait()
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._room.set()

    async def run(self, function: Callable[..., Result], *values: Any) -> Result:
        """Carry out one piece; once more if a process died over it, as when memory ran out elsewhere."""
        async with self._places:
            try:
                return await self._given(function, *values)
            except BrokenProcessPool:
                if self._is_closed:
                    raise
                self._pool = None
                return await self._given(function, *values)

    async def _given(self, function: Callable[..., Result], *values: Any) -> Result:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.count, mp_context=get_context("spawn"), initializer=_settle)
        with _deaf():  # the first piece starts the processes
            future = self._pool.submit(function, *values)
        return await asyncio.wrap_future(future)

    async def warm(self) -> None:
        """Start all processes, so that the first who asks does not wait for them."""
        with contextlib.suppress(BrokenProcessPool, RuntimeError):
            await asyncio.gather(*(self.run(ready) for _ in range(self.count)))

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that there are."""
        processes = getattr(self._pool, "_processes", None) or {}
        return tuple(processes)

    def close(self) -> None:
        """End all processes at once: what they reckon is of no use any more."""
        self._is_closed = True
        if self._pool is not None:
            running = list((getattr(self._pool, "_processes", None) or {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in running:
                process.kill()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """What is started in here does not hear Ctrl-C, from its first moment on: it is for the server, which ends us."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _settle() -> None:
    """Ctrl-C is for the server; and without it, which may have been killed, there is nobody to reckon for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_server, daemon=True).start()


def _end_with_the_server() -> None:
    server = parent_process()
    if server is not None:
        wait([server.sentinel])
        os._exit(0)


def ready() -> None:
    """Import what every piece of work needs."""
    import_module("sim.api")

"""Local worker processes that leave nothing behind: not on Ctrl-C, not when their parent is killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")

PRELOADED = ["sim.study.parts", "sim.engine.choose", "sim.engine.reference"]
"""Imported once, before the workers are forked from a process that has no threads."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Pool(ProcessPoolExecutor):
    """A pool whose processes do not import the caller's script again."""

    def submit(self, function: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        """Hand in a task; this is where processes are started."""
        with _uninterrupted(), _nameless_main():
            return super().submit(function, *args, **named)


@contextlib.contextmanager
def local_workers(count: int) -> Iterator[Executor]:
    """A pool of processes, ended when the block ends; at once if it ends by an exception, Ctrl-C included."""
    before = set(multiprocessing.active_children())
    pool = _Pool(count, mp_context=_context(), initializer=_live_with_parent)
    try:
        yield pool
    except BaseException:
        # First, so that the pool's own thread lets go of what is waiting before it finds its processes dead.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _context() -> multiprocessing.context.BaseContext:
    """Never plain `fork`: a copy of a process with threads can hang."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    _start_forkserver()
    return context


def _start_forkserver() -> None:
    """Start the process that workers are forked from deaf to Ctrl-C, which the terminal sends to all alike.

    It would ignore Ctrl-C by itself, but only after its imports. A blocked signal stays blocked in a new process and
    in its children; here it waits until the block ends, so none is lost.
    """
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # first, because it lifts the block when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put Ctrl-C off until the block ends: a process whose start was cut short is known to nobody who could end it."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


@contextlib.contextmanager
def _nameless_main() -> Iterator[None]:
    """Keep new processes from importing the caller's script again, which without a `__main__` guard never ends.

    Workers need the package alone: everything they are sent is importable by its own name.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _live_with_parent() -> None:
    """In a worker: leave Ctrl-C to the parent, and end when the parent ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

"""Ctrl-C ends a command with one line and code 130, at whatever moment it comes.

Python turns Ctrl-C into an exception between any two steps, so also in the middle of an import, in a library that
takes it for an error of its own, and at exit. There is nothing to tidy up at those moments, and the process ends at
once. Only while a study is played is it an exception, which ends the workers and writes down how far it came.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, NoReturn

CODE = 130
SAYS = "interrupted; nothing finished is lost, the same command goes on"


class _State:
    """Of this process: whether Ctrl-C is ours to answer, has come while a study was played, and was answered."""

    ours = came = told = False


def answer() -> None:
    """From now on Ctrl-C ends this process; not if it was started deaf to Ctrl-C, as a shell's background job is."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
        _State.ours = True


def tell() -> int:
    """Say that the command was interrupted, once; the exit code.

    What Python could not finish after that, as when it wakes a pool whose pipe is closed already, is no news.
    """
    if not _State.told:
        _State.told = True
        sys.unraisablehook = _nothing
        with contextlib.suppress(OSError):  # nobody may be there to read it
            os.write(2, f"sim: {SAYS}\n".encode())
    return CODE


def leave() -> NoReturn:
    """End the process at once, with the code of an interrupted command.

    Python remembers for ever that Ctrl-C passed through an `exec`, as when it comes while a library makes a data class,
    and would end by a signal however the exception was handled, and not with our code.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(CODE)


def _nothing(unraisable: object) -> None:
    """Say nothing of an error that nobody could be told of otherwise."""


def has_come() -> bool:
    """Whether Ctrl-C came while a study was played: an error after that is its doing."""
    return _State.came


@contextlib.contextmanager
def tidied() -> Iterator[None]:
    """While the block runs, Ctrl-C is a KeyboardInterrupt in it."""
    if not _State.ours:
        yield
        return
    signal.signal(signal.SIGINT, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _leave)


def _raise(number: int, frame: FrameType | None) -> Any:
    _State.came = True
    raise KeyboardInterrupt


def _leave(number: int, frame: FrameType | None) -> Any:
    os._exit(tell())

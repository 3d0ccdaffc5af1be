"""Connections and open files: who is silent is let go, who is gone is no fault, and files are as many as may be."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

SILENCE = 10.0
"""Seconds that a new connection has for its first request."""

PAUSE = 30.0
"""Seconds that an old one may be silent; a browser that has more to say opens another."""

ENOUGH_FILES = 65_536

SPOILT = "Invalid UTF-8 sequence received"
"""How the server begins what it says of somebody who sent what is no text."""

CUT_SHORT = "Cancel "
"""How it begins what it says of answers that were under way at the end."""


class Gone(Exception):
    """Whoever is told something, or has begun to say something, is not there any more: nobody's fault."""


@contextlib.contextmanager
def reaching(fault: type[Exception]) -> Iterator[None]:
    """Speak to somebody who may have gone in the meantime.

    Raises
    ------
    Gone
        In place of this fault, and of those that a connection has which was closed under one's hands.
    """
    try:
        yield
    except (OSError, RuntimeError, fault) as found:
        raise Gone from found


class Ours(logging.Filter):
    """Lets through what is a fault of ours, of all that the server would print.

    What somebody sends who cannot speak, and what Ctrl-C breaks off, is none.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is printed."""
        kind = record.exc_info[0] if record.exc_info else None
        is_broken_off = kind is not None and issubclass(kind, asyncio.CancelledError)
        return not is_broken_off and not str(record.msg).startswith((SPOILT, CUT_SHORT))


def quiet() -> None:
    """From now on the server prints faults of ours alone."""
    log = logging.getLogger("uvicorn.error")
    if not any(isinstance(one, Ours) for one in log.filters):
        log.addFilter(Ours())


def raise_open_files() -> int | None:
    """Let this process open as many files as it may: a class of phones needs more than the 256 of some systems.

    How many that is; None where nobody says.
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for most in (ENOUGH_FILES, 10_240):  # some systems refuse more than this whatever their limit says
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                return wanted
    return soft


def patient(made: Callable[..., Any], *, silence: float = SILENCE, pause: float = PAUSE) -> Callable[..., Any]:
    """A protocol of the server whose connections are closed when they have been silent for too long.

    The server itself ends silent connections after their first answer alone: one that never asks would stay.
    """

    def protocol(*values: Any, **named: Any) -> Any:
        found = made(*values, **named)
        connected = found.connection_made

        def connection_made(transport: asyncio.Transport) -> None:
            connected(transport)
            asyncio.get_running_loop().call_later(silence, _look, found, transport, None, pause)

        found.connection_made = connection_made
        return found

    return protocol


def _look(protocol: Any, transport: asyncio.Transport, before: Any, pause: float) -> None:
    """Close a connection on which no request was answered or begun since the last look; else look again later."""
    if transport.is_closing() or transport.get_protocol() is not protocol:  # a page keeps itself told over it
        return
    now = getattr(protocol, "cycle", protocol)  # the last request; one that is being answered may take its time
    if now is before and (now is None or getattr(now, "response_complete", False)):
        transport.abort()
        return
    asyncio.get_running_loop().call_later(pause, _look, protocol, transport, now, pause)

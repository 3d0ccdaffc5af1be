"""What is refused before anybody looks at it: foreign hosts and origins, bodies without end, askers without rest."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from sim.seminar.wire import Gone

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY = 64 * 1024

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",  # `no-referrer` would send `Origin: null` with our own forms
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

TRUSTED_HEADERS = {**HEADERS, "cross-origin-opener-policy": "same-origin"}
"""Of pages that are not fetched over a network: a browser that does not trust an address complains of this header."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """Stands before the application and lets in what comes from its own pages, or from a link to it."""

    def __init__(self, inner: Application, hosts: Collection[str]) -> None:
        self.inner, self.hosts = inner, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on."""
        if scope["type"] not in ("http", "websocket"):
            await self.inner(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if host_of(host) not in self.hosts:
            await _refuse(scope, send, 400, "this address is not the one under which the seminar is found")
            return
        writes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if writes and not is_own(headers, host):
            await _refuse(scope, send, 403, "that came from a page of somebody else's")
            return
        if scope["type"] == "http":
            if writes:
                try:
                    body = await body_of(headers, receive)
                except Gone:  # half a form is none
                    return
                if body is None:
                    await _refuse(scope, send, 413, f"that is more than {MOST_BODY // 1024} kB")
                    return
                receive = _said_again(body, receive)
            send = _with_headers(send, TRUSTED_HEADERS if host_of(host) in LOOPBACK else HEADERS)
        await self.inner(scope, receive, send)


def host_of(host: str) -> str:
    """The name in a Host header, without the port.

    >>> host_of("127.0.0.1:8642"), host_of("[::1]:80"), host_of("evil@localhost:1")
    ('127.0.0.1', '::1', '')
    """
    if any(sign in host for sign in "@/\\?# "):
        return ""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_own(headers: MutableMapping[str, str], host: str) -> bool:
    """Whether a form or a socket comes from our own pages. What is no browser says nothing of where it comes from.

    >>> is_own({"origin": "http://localhost:1"}, "localhost:1"), is_own({"origin": "null"}, "localhost:1")
    (True, False)
    """
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower() in (f"http://{host}".lower(), f"https://{host}".lower())
    return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


async def body_of(headers: MutableMapping[str, str], receive: Receive) -> bytes | None:
    """The whole body; None if it is too long.

    Raises
    ------
    Gone
        If whoever sends it breaks off.
    """
    said = headers.get("content-length", "0")
    if not said.isdecimal() or len(said) > 12 or int(said) > MOST_BODY:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        body += message.get("body", b"")
        if len(body) > MOST_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _said_again(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name for name, _ in message["headers"]}
            more = [(name.encode(), value.encode()) for name, value in headers.items()]
            if b"cache-control" not in there:
                more.append((b"cache-control", b"no-store"))  # pages are somebody's own, and change
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, status: int, says: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the answer is 403
        return
    send = _with_headers(send, HEADERS)
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": says.encode()})


class Rate:
    """So many at once, and so many a second after that, for each asker (a token bucket; Turner 1986)."""

    MOST_ASKERS = 5_000

    def __init__(self, *, burst: float, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst, self.a_second, self._clock = burst, a_second, clock
        self._askers: dict[str, tuple[float, float]] = {}  # asker -> (left, when)

    def lets(self, asker: str) -> bool:
        """Whether one more is let in."""
        now = self._clock()
        left, when = self._askers.pop(asker, (self.burst, now))
        left = min(self.burst, left + (now - when) * self.a_second)
        if len(self._askers) >= self.MOST_ASKERS:
            del self._askers[next(iter(self._askers))]  # the one that was quiet the longest
        self._askers[asker] = (left - 1 if left >= 1 else left, now)
        return left >= 1

    def gives_back(self, asker: str) -> None:
        """What was let in is not counted after all."""
        if asker in self._askers:
            left, when = self._askers[asker]
            self._askers[asker] = (left + 1, when)

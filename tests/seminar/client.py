"""Somebody in the room without a browser: speaks the protocol of the pages, and sees every byte of it."""

from __future__ import annotations

import http.client
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """As text."""
        return self.body.decode("utf-8", "replace")

    @property
    def record(self) -> dict[str, Any]:
        """As JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Client:
    """One person with a cookie."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Name and port."""
        return urlsplit(self.origin).netloc

    @property
    def cookie(self) -> str:
        """The header that says who this is."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """One request, its answer as it is: no redirect is followed. Underscores in names of headers are hyphens."""
        line = http.client.HTTPConnection(self.host, timeout=30)
        try:
            sent = {"Cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
            line.request(method, path, body, sent)
            answer = line.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())
        finally:
            line.close()

    def get(self, address: str) -> Reply:
        """A page, wherever it leads."""
        for _ in range(6):
            parts = urlsplit(address)
            reply = self.ask("GET", parts.path + ("?" + parts.query if parts.query else ""), Accept="text/html")
            if reply.status not in (302, 303, 307):
                return reply
            address = reply.headers["location"]
        raise AssertionError(f"{address} leads round in a circle")

    def do(self, what: str, *, turn: int = 0, **fields: object) -> Reply:
        """What a form of a page does, asked for as JSON; each with a key of its own unless one is given."""
        sent = {"key": secrets.token_hex(8), "turn": turn, **fields}
        return self.ask(
            "POST", f"/do/{what}", urlencode(sent).encode(), Accept="application/json", Origin=self.origin,
            Content_Type="application/x-www-form-urlencoded",
        )  # fmt: skip

    def live(self, page: str) -> Any:
        """The socket of a page, for `async with` or `await`."""
        from websockets.asyncio.client import connect

        return connect(self._socket(page), origin=self.origin, additional_headers={"Cookie": self.cookie},
                       max_size=None, compression=None)  # type: ignore[arg-type]  # fmt: skip

    def live_now(self, page: str, *, origin: str | None = None) -> Any:
        """The same for `with`, without a loop of events."""
        from websockets.sync.client import connect

        return connect(self._socket(page), origin=origin or self.origin, additional_headers={"Cookie": self.cookie},
                       max_size=None, compression=None)  # type: ignore[arg-type]  # fmt: skip

    def _socket(self, page: str) -> str:
        return f"ws://{self.host}/live?page={page}"

"""Whose request it is: tokens in links, and signed cookies that they are changed for.

Everything follows from one secret that lies beside the log, so a restart throws nobody out and no link goes stale.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Literal

Role = Literal["host", "screen", "seat"]

COOKIE_SECONDS = 14 * 86_400


SIGNS, CODE = "CDFGHJKMNPQRTVWX34679", 6
"""Of what codes to be typed are made, and how long they are: no two signs look alike, and without vowels there are no
words. 86 million codes; who types lets in or is let wait (`sim.seminar.entrance`)."""


class Forged(Exception):
    """A cookie of this session that this session has not signed."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: whoever leads, the projector, or a person in the room."""

    role: Role
    person: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What a token is for: `room`, `host`, `screen`, or `seat` with the actor."""

    to: str
    seat: str = ""


class Desk:
    """The tokens and cookies of one session."""

    def __init__(self, secret: bytes, seats: tuple[str, ...]) -> None:
        from itsdangerous import URLSafeSerializer

        self._secret = secret
        self._signer = URLSafeSerializer(self._derived("cookies"), salt="seminar")
        self.name = self._derived("name").hex()[:8]  # two sessions on one machine do not mix up their cookies
        links = [Link("room"), Link("host"), Link("screen"), *(Link("seat", seat) for seat in seats)]
        self._tokens = {link: self._token(link) for link in links}
        self._codes = self._short([link for link in links if link.to in ("room", "seat")])

    def _derived(self, what: str) -> bytes:
        return hmac.new(self._secret, what.encode(), hashlib.sha256).digest()

    def _token(self, link: Link) -> str:
        """120 bits: short enough for a code that a phone reads from the last row, too many to guess."""
        return base64.urlsafe_b64encode(self._derived(f"link/{link.to}/{link.seat}")[:15]).decode()

    def _short(self, links: list[Link]) -> dict[Link, str]:
        """A code for each of these links, no two alike."""
        codes: dict[Link, str] = {}
        for link in links:
            tries = (self._derived(f"code/{link.to}/{link.seat}/{number}") for number in count())
            spelled = ("".join(SIGNS[one % len(SIGNS)] for one in found[:CODE]) for found in tries)
            codes[link] = next(code for code in spelled if code not in codes.values())
        return codes

    def code(self, to: str, seat: str = "") -> str:
        """The code of a link that lets people in, to be typed: in two halves, as one reads it aloud."""
        code = self._codes[Link(to, seat)]
        return f"{code[: CODE // 2]} {code[CODE // 2 :]}"

    def link_of(self, typed: str) -> Link | None:
        """The link that a code is for, however it is typed: small, with blanks or hyphens; None if it is of none."""
        said = "".join(sign for sign in typed.upper() if sign.isalnum())
        found = None
        for link, code in self._codes.items():
            if hmac.compare_digest(code.encode(), said.encode("utf-8", "replace")):
                found = link
        return found

    def token(self, to: str, seat: str = "") -> str:
        """The token of a link."""
        return self._tokens[Link(to, seat)]

    def link(self, token: str) -> Link | None:
        """What a token is for; None if it is for nothing. It takes as long whatever is asked."""
        found = None
        for link, known in self._tokens.items():
            if hmac.compare_digest(known.encode(), token.encode("utf-8", "replace")):
                found = link
        return found

    def cookie_name(self, role: Role) -> str:
        """One cookie for each role, so that the laptop that leads can also sit at a seat."""
        return f"sim-{self.name}-{role}"

    def cookie(self, who: Who) -> str:
        """The value of the cookie of somebody."""
        value: str = self._signer.dumps([who.role, who.person])
        return value

    def who(self, cookies: Mapping[str, str], role: Role) -> Who | None:
        """Who carries these cookies, in a role; None if nobody.

        Raises
        ------
        Forged
            If there is a cookie that was not signed here.
        """
        from itsdangerous import BadSignature

        value = cookies.get(self.cookie_name(role))
        if value is None:
            return None
        try:
            found = self._signer.loads(value)
        except BadSignature:
            raise Forged from None
        if not (isinstance(found, list) and len(found) == 2 and found[0] == role):
            raise Forged
        return Who(role, str(found[1]))


def new_person() -> str:
    """The number of somebody new; it is in no page of anybody else."""
    return secrets.token_hex(8)

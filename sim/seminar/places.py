"""Which pages there are, who may open them, and which one belongs to a phase."""

from __future__ import annotations

from sim.seminar.desk import Role

SEAT = ("brief", "decide", "whatif", "world", "reveal", "debrief", "assumptions")
HOST = ("lobby", "console", "world", "reveal", "debrief", "assumptions", "rehearsal", "export")
CHOOSE, SCREEN, WELCOME, TYPED = "/seat/choose", "/screen", "/welcome", "/j"

OF_PHASE = {
    "lobby": "/seat/brief", "brief": "/seat/brief", "decide": "/seat/decide", "reveal": "/seat/reveal",
    "debrief": "/seat/debrief", "closed": "/seat/debrief",
}  # fmt: skip
"""The page of a seat that belongs to a phase."""

AFTERWARDS = ("debrief", "closed")
"""Phases in which the debrief is shown."""

TURN_THE_WALL = (SCREEN, "/host/console", "/host/debrief")
"""Pages on which the slides of the debrief are, or are turned."""

SEATS_CHANGE = ("lobby", "brief", "reveal")
"""Phases in which who has a seat may choose another."""

PAGES = (CHOOSE, SCREEN, *(f"/seat/{name}" for name in SEAT), *(f"/host/{name}" for name in HOST))


def role_of(page: str) -> Role:
    """Who opens a page of this address."""
    return "host" if page.startswith("/host") else "screen" if page.startswith(SCREEN) else "seat"


def follows(page: str, phase: str) -> str:
    """Where a page goes when a phase begins; "" if it stays.

    Whoever leads goes where they like, and who reads the assumptions is not taken away from them. What is opened is
    opened before all eyes at once: a reveal and the debrief take who looks at the world with them.

    >>> follows("/seat/decide", "reveal"), follows("/seat/world", "reveal"), follows("/host/console", "reveal")
    ('/seat/reveal', '/seat/reveal', '')
    >>> follows("/seat/world", "decide"), follows("/seat/assumptions", "reveal")
    ('', '')
    """
    if page == SCREEN:
        return SCREEN
    bound = {*OF_PHASE.values(), "/seat/whatif", *(["/seat/world"] if phase in ("reveal", "debrief") else [])}
    there = OF_PHASE[phase]
    return there if page in bound and page != there else ""

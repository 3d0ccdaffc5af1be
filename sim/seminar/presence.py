"""Who has left, as far as one can tell from here. It only shortens lists: what is decided follows from the log alone.

After phones were swapped or cookies lost a class comes in anew, and whom it was before stays in the log. They are
folded away until somebody comes back as them, or whoever leads takes them out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sim import api

AWAY = 300.0
"""Seconds away after which somebody may have left: phones sleep while a team talks, but not for so long."""


class Present(Protocol):
    """Who has a page open."""

    @property
    def people(self) -> Counter[str]:
        """How many pages each person has open."""

    @property
    def has_screen(self) -> bool:
        """Whether a projector is on."""

    @property
    def seen(self) -> Mapping[str, float]:
        """When each person opened, asked for or closed a page last, in seconds since 1970."""


def left(session: api.Session, present: Present, *, since: float, now: float) -> frozenset[str]:
    """The people who have no page open, were not here in this turn, said nothing in it, and have been away for long.

    Before the first turn it is enough to have been away for long.

    Parameters
    ----------
    since
        When anything was told before this server began: who was not seen by it was away since then.
    """
    state, here, seen = session.state, present.people, present.seen
    latest = min(now - AWAY, _began(session, state.turn, now))
    told = {who for turn, _, who in (*state.votes, *state.left_open) if turn == state.turn}
    told |= {who for turn, who in state.forecasts if turn == state.turn}
    told |= {sealed.person for (turn, _), sealed in state.sealed.items() if turn == state.turn}
    return frozenset(one for one in state.people if not here[one] and one not in told and seen.get(one, since) < latest)


def _began(session: api.Session, turn: int, now: float) -> float:
    """When this turn was begun; now if none was."""
    if session.state.phase in ("lobby", "brief"):
        return now
    steps = (one for one in reversed(session.log.events) if one["kind"] == "advanced")
    return next((moment_of(one) for one in steps if (one["phase"], one["turn"]) == ("decide", turn)), now)


def moment_of(event: Mapping[str, Any]) -> float:
    """When something was told, in seconds since 1970."""
    return datetime.fromisoformat(event["at"]).timestamp()


def without(view: Mapping[str, Any], left: frozenset[str]) -> dict[str, Any]:
    """A view whose lists of people are without those of these handles: `left` counts them, the host's are marked."""
    shown = dict(view)
    if "seats" in view:
        shown["seats"] = [
            {**one, "members": [name for name in one["members"] if name not in left],
             "left": sum(name in left for name in one["members"])}
            for one in view["seats"]
        ]  # fmt: skip
    if "people" in view:
        marked = [{**one, "has_left": one["handle"] in left} for one in view["people"]]
        shown["people"] = sorted(marked, key=lambda one: bool(one["has_left"]))
    return shown

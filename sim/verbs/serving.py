"""What the seminar's server asks beside the verbs of a game."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.game.session import Refused


def refused(says: str, reason: str) -> Refused:
    """What a face raises where it refuses by itself, in the way of a session."""
    from sim.game.session import Refused

    return Refused(says, reason)

"""What a team foresees: the same in whatever chunks, from what it knows alone, and as the game is really played."""

from __future__ import annotations

import pickle
from pathlib import Path

from sim import api
from tests.game.stage import seated


def test_the_same_is_asked_and_the_same_is_answered_whatever_the_chunks(tmp_path: Path) -> None:
    """Equal asks have equal prospects, whether their futures are played at once or in pieces, in whatever order."""
    session = seated(tmp_path)
    session.advance("decide")
    asked = api.ask(session, "east", "march")
    whole = api.prospects(asked, [api.chunk(asked, 0, 40)])
    pieces = [api.chunk(pickle.loads(pickle.dumps(asked)), first, 10) for first in (30, 0, 20, 10)]
    assert api.prospects(asked, pieces).record() == whole.record()
    assert whole.n == 40

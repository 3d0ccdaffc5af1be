"""Whole games with crashes, restarts, steps taken back and things said twice: nothing is lost, every export replays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.game.soak import SCENARIOS, soak
from tests.statistics.claims import SEED


def test_games_in_a_rough_room_lose_nothing(tmp_path: Path) -> None:
    """Six small games: no error, no lost move, every export replays to the same digest."""
    tally = soak(6, tmp_path, seed=SEED % 10**6, scenarios=("duel",))
    assert tally.errors == [] and tally.counts["lost moves"] == 0
    assert tally.counts["exports replayed"] == tally.counts["games"] == 6
    assert all(tally.counts[name] for name in ("moves", "votes", "restarts", "torn lines", "undos", "overrides"))


@pytest.mark.soak
def test_many_games_in_a_rough_room_lose_nothing(tmp_path: Path) -> None:
    """The same over thirty games of shipped scenarios."""
    tally = soak(30, tmp_path, seed=SEED % 10**6, scenarios=SCENARIOS)
    assert tally.errors == [] and tally.counts["lost moves"] == 0 and tally.counts["exports replayed"] == 30

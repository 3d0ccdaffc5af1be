"""The nine-trigger model compiled by numba: the plain Python loop, word for word.

Nothing is cached on disk, so that the compilation can be timed; it is not counted among the runs.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numba

from benchmarks.peers import plain_python
from benchmarks.peers.played import Played


def compiled() -> Callable[..., Played]:
    """A player, compiled already."""
    history = numba.njit(plain_python.history)

    @numba.njit(nogil=True)
    def loop(seed, outcome, day, worst, incidents, events):  # type: ignore[no-untyped-def]
        random.seed(seed)
        for run in range(len(outcome)):
            outcome[run], day[run], worst[run], incidents[run], events[run] = history()

    def play(runs: int, /, *, seed: int) -> Played:
        played = Played.blank(runs)
        loop(seed % 2**32, *played.columns)
        return played

    play(1, seed=0)
    return play

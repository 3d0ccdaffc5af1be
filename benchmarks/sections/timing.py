"""Interleaved rounds: every way to play takes its turn in every round, so that other work on the machine moves all.

Time is processor time of this process, all its threads together, unless a section needs the clock on the wall.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.peers.played import Played
from sim.engine.choose import choose
from sim.engine.compiled import CompiledEngine
from sim.engine.native.machine import OPTIMISED
from sim.engine.record import Recording, Runs
from sim.program.ir import Program
from sim.streams import Luck

Play = Callable[[int, int], "Played | Runs"]
"""(how many runs, seed) -> what came of them."""

OUTCOMES_ONLY = Recording(series=False)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often is measured."""

    rounds: int = 5
    seconds: float = 0.25  # for one way in one round, about
    engine: str = "compiled"  # the engine that is looked at closely
    quick: bool = False  # tiny numbers, to see that everything runs


@dataclass(frozen=True, slots=True)
class Sample:
    """One way to play in one round."""

    seconds: float
    runs: int
    events: int

    @property
    def rate(self) -> float:
        """Runs per second."""
        return self.runs / self.seconds

    @property
    def nanoseconds(self) -> float:
        """Time per event, or per turn of an engine."""
        return self.seconds / self.events * 1e9


def by_engine(
    name: str, program: Program, recording: Recording = OUTCOMES_ONLY, *, level: int = OPTIMISED
) -> Callable[[int, int], Runs]:
    """An engine of the project as a way to play; machine code of one quality, made at the first call."""
    engine = CompiledEngine(level=level) if name == CompiledEngine.name else choose(name)

    def play(runs: int, seed: int) -> Runs:
        return engine.run(program, luck=Luck(seed), runs=np.arange(runs, dtype=np.uint32), recording=recording)

    return play


def by_peer(player: Any) -> Play:
    """A model written by hand as a way to play."""
    return lambda runs, seed: player(runs, seed=seed)


def events_of(played: Played | Runs) -> int:
    """Events of a model written by hand, turns of an engine."""
    return int(played.turns.sum() if isinstance(played, Runs) else played.events.sum())


def fitting(play: Play, seconds: float, clock: Callable[[], float] = time.process_time) -> int:
    """How many runs take about so long; the first of them warms up whatever has to be warm."""
    play(1, 0)
    runs = 1
    while True:
        began = clock()
        play(runs, 1)
        took = clock() - began
        if took >= seconds / 4:
            return max(1, round(runs * seconds / took))
        runs *= 4


def interleaved(
    ways: dict[str, Play],
    *,
    runs: dict[str, int],
    effort: Effort,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, list[Sample]]:
    """What each way takes, round by round; a short call is made again until the time is worth reading."""
    samples: dict[str, list[Sample]] = {name: [] for name in ways}
    for play in ways.values():
        play(1, 0)
    for turn in range(effort.rounds):
        for name, play in ways.items():
            calls = events = 0
            began = clock()
            while not calls or clock() - began < effort.seconds / 5:
                played = play(runs[name], 1_000 * turn + calls + 1)
                calls += 1
            took = clock() - began
            events = events_of(played) * calls  # of the last call: to add up all would be timed too
            samples[name].append(Sample(took, runs[name] * calls, events))
    return samples


def median_rate(samples: Sequence[Sample]) -> float:
    """Runs per second, the median of the rounds."""
    return statistics.median(sample.rate for sample in samples)


def ratio(mine: Sequence[Sample], other: Sequence[Sample]) -> float:
    """How many times as fast as another way, the median of the rounds' ratios."""
    return statistics.median(a.rate / b.rate for a, b in zip(mine, other, strict=True))


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Within, this process stays on one core, where the system can be told so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)

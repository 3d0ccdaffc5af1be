"""Two threads of one process against one, on the clock on the wall."""

from __future__ import annotations

import contextlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.nine_triggers import nine_triggers
from benchmarks.peers import in_c
from benchmarks.peers.played import Played
from benchmarks.sections.table import NotHere, Table, three
from benchmarks.sections.timing import OUTCOMES_ONLY, Effort, Play, fitting, interleaved, median_rate, ratio
from sim.engine.choose import choose
from sim.engine.record import Runs
from sim.streams import Luck


def by_engine(name: str, threads: ThreadPoolExecutor | None) -> Play:
    """An engine that plays all runs in this thread, or a half in each of two."""
    program = nine_triggers()

    def play(runs: int, seed: int) -> Runs:
        def part(numbers: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> Runs:
            return choose(name).run(program, luck=Luck(seed), runs=numbers, recording=OUTCOMES_ONLY)

        numbers = np.arange(runs, dtype=np.uint32)
        if threads is None:
            return part(numbers)
        *_, last = threads.map(part, np.array_split(numbers, 2))
        return last

    return play


def by_c(threads: ThreadPoolExecutor | None) -> Play:
    """The C, the same way: what two threads of this machine can give at best."""
    player = in_c.straightforward()

    def play(runs: int, seed: int) -> Played:
        if threads is None:
            return player(runs, seed=seed)
        halves = (runs - runs // 2, 2 * seed), (runs // 2, 2 * seed + 1)
        *_, last = threads.map(lambda half: player(half[0], seed=half[1]), halves)
        return last

    return play


def measured(effort: Effort) -> Table:
    """One thread and two."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < 2:
        raise NotHere("there is one core only: two threads cannot be faster than one.")
    clock = time.perf_counter
    with ThreadPoolExecutor(2) as pool:
        mine = f"engine `{effort.engine}`"
        pairs = {mine: (by_engine(effort.engine, None), by_engine(effort.engine, pool))}
        with contextlib.suppress(in_c.NoCompiler):
            pairs["C, straightforward"] = (by_c(None), by_c(pool))
        ways = {f"{name} {threads}": play for name, pair in pairs.items() for threads, play in enumerate(pair, 1)}
        runs = {}
        for name, (one, _) in pairs.items():
            runs[f"{name} 1"] = runs[f"{name} 2"] = max(2, fitting(one, effort.seconds, clock))
        samples = interleaved(ways, runs=runs, effort=effort, clock=clock)
    rows = [
        (name, *(three(median_rate(samples[f"{name} {n}"])) for n in (1, 2)),
         three(ratio(samples[f"{name} 2"], samples[f"{name} 1"])),
         three(max(two.rate / one.rate for two, one in zip(samples[f"{name} 2"], samples[f"{name} 1"], strict=True))))
        for name in pairs
    ]  # fmt: skip
    columns = ("", "one thread", "two threads", "times one", "best round")
    notes = ("Runs per second on the wall. The C says what two threads can give while others work on this machine.",)
    return Table("Two threads", columns, tuple(rows), notes)

"""Runs per second of every way to play the nine triggers, on one core."""

from __future__ import annotations

from benchmarks import nine_triggers as by_simpy
from benchmarks.peers import roster
from benchmarks.sections.table import Table, three
from benchmarks.sections.timing import Effort, Play, by_engine, by_peer, fitting, interleaved, median_rate, ratio
from sim.engine.choose import ENGINES

PLAIN, C = "SimPy, a process for each trigger", "C, straightforward"
AT_ONCE = 100_000  # runs of NumPy in lock-step: it needs many to be fast


def measured(effort: Effort) -> Table:
    """The race."""
    peers, left_out = roster.players()
    ways: dict[str, Play] = {name: by_peer(player) for name, player in peers.items()}
    program = by_simpy.nine_triggers()
    ways |= {f"**engine `{name}`**": by_engine(name, program) for name in ENGINES}
    runs = {name: fitting(play, effort.seconds) for name, play in ways.items()}
    if not effort.quick:
        runs |= {name: AT_ONCE for name in ways if name.startswith("NumPy")}
    samples = interleaved(ways, runs=runs, effort=effort)
    rows = [
        (
            name,
            three(median_rate(mine)),
            three(min(sample.nanoseconds for sample in mine)) if mine[0].events else "-",
            three(ratio(mine, samples[C])) if C in samples else "-",
            three(ratio(mine, samples[PLAIN])),
        )
        for name, mine in samples.items()
    ]
    notes = [f"NumPy plays {AT_ONCE:,} runs at once; the sweep says what it does with fewer.", *left_out]
    columns = ("", "runs per second", "ns per event, best round", "of the straightforward C", "times plain SimPy")
    return Table("Nine triggers, one thread", columns, tuple(rows), tuple(notes))

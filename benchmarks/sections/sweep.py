"""Runs per second against the number of runs asked for in one call: what small studies and large ones get."""

from __future__ import annotations

from benchmarks.nine_triggers import nine_triggers
from benchmarks.peers import roster
from benchmarks.sections.table import Table, three
from benchmarks.sections.timing import Effort, Play, by_engine, by_peer, interleaved, median_rate, ratio

SIZES = (1, 10, 100, 1_000, 10_000, 100_000)
BESIDE = ("NumPy, lock-step", "NumPy, lock-step over tables", "numba, the plain loop", "C, straightforward")


def measured(effort: Effort) -> Table:
    """The sweep."""
    peers, left_out = roster.players()
    mine = f"engine `{effort.engine}`"
    ways: dict[str, Play] = {mine: by_engine(effort.engine, nine_triggers())}
    ways |= {name: by_peer(peers[name]) for name in BESIDE if name in peers}
    rows = []
    for size in SIZES[:3] if effort.quick else SIZES:
        samples = interleaved(ways, runs=dict.fromkeys(ways, size), effort=effort)
        rates = [three(median_rate(samples[name])) for name in ways]
        against = [three(ratio(samples[mine], samples[name])) for name in list(ways)[1:]]
        rows.append((f"{size:,}", *rates, *against))
    columns = ("runs asked for", *ways, *(f"engine / {name}" for name in list(ways)[1:]))
    notes = ("Runs per second, then how many times as fast the engine is. Compilation is not counted.", *left_out)
    return Table("The number of runs", columns, tuple(rows), notes)

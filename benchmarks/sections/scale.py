"""Time per turn with 9, 45, 450 and 4,500 triggers, against the C with nine."""

from __future__ import annotations

import statistics

from benchmarks.peers import in_c
from benchmarks.sections.copies import copies
from benchmarks.sections.table import NotHere, Table, three
from benchmarks.sections.timing import Effort, Play, by_engine, by_peer, fitting, interleaved
from sim.engine.native.machine import OPTIMISED, QUICK

COPIES = (1, 5, 50, 500)
QUALITIES = {"quick": QUICK, "optimised": OPTIMISED}


def measured(effort: Effort) -> Table:
    """Copies of the model in one scenario."""
    try:
        ways: dict[str, Play] = {"C": by_peer(in_c.straightforward())}
    except in_c.NoCompiler as reason:
        raise NotHere(f"{reason}.") from None
    for count in COPIES[:2] if effort.quick else COPIES:
        program = copies(count)
        for quality, level in QUALITIES.items():
            ways[f"{9 * count:,}, {quality}"] = by_engine(effort.engine, program, level=level)
    samples = interleaved(
        ways, runs={name: fitting(play, effort.seconds) for name, play in ways.items()}, effort=effort
    )
    c = samples.pop("C")
    rows = [
        (
            name,
            three(statistics.median(sample.nanoseconds for sample in mine)),
            three(statistics.median(a.nanoseconds / b.nanoseconds for a, b in zip(mine, c, strict=True))),
        )
        for name, mine in samples.items()
    ]
    of_c = three(statistics.median(sample.nanoseconds for sample in c))
    notes = (f"Copies know nothing of one another and run to the horizon. The C with nine takes {of_c} ns per event.",)
    return Table("Many triggers", ("triggers, code", "ns per turn", "times the C with nine"), tuple(rows), notes)

"""What it costs to keep more than outcomes and metrics: sampled series, and every firing."""

from __future__ import annotations

from benchmarks.nine_triggers import nine_triggers
from benchmarks.sections.copies import with_series
from benchmarks.sections.table import Table, three
from benchmarks.sections.timing import Effort, by_engine, fitting, interleaved, median_rate, ratio
from sim.engine.record import Recording

BARE = "outcomes and metrics"


def measured(effort: Effort) -> Table:
    """The same runs, with more and more of them kept."""
    nine = nine_triggers()
    ways = {
        BARE: by_engine(effort.engine, nine),
        "and three quantities every 7 days": by_engine(effort.engine, with_series(), Recording()),
        "and every firing": by_engine(effort.engine, nine, Recording(events=True, series=False)),
    }
    samples = interleaved(
        ways, runs={name: fitting(play, effort.seconds) for name, play in ways.items()}, effort=effort
    )
    rows = [
        (name, three(median_rate(mine)), f"{three(100 * (ratio(samples[BARE], mine) - 1))} %")
        for name, mine in samples.items()
    ]
    return Table(f"What is kept, engine `{effort.engine}`", ("", "runs per second", "more time"), tuple(rows))

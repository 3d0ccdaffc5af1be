"""The tables of a study of plain runs, as sheets: how they ended, and the metrics."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sim.analysis.metrics import MetricSummary
from sim.analysis.percent import percent
from sim.analysis.sheet import Column, Sheet, sheet_from
from sim.analysis.summary import Summary
from sim.counted import counted

WIDE = 0.05
"""A share whose half-width is larger is said to be known badly; a rare one is, when that is more than half of it."""

OUTCOMES = (
    Column("outcome", "outcome"),
    Column("share", "share [95 % interval]", "share", "low", "high"),
    Column("count", "runs", "count"),
    Column("hundred", "of 100 futures", "count", says="rounded so that they sum to 100"),
)

METRICS = (
    Column("metric", "metric"),
    Column("mean", "mean [95 % interval]", "number", "low", "high"),
    Column("q05", "5 % of runs below", "number"),
    Column("median", "median", "number"),
    Column("q95", "95 % below", "number"),
    Column("happened", "came in", "share", says="of a moment: the share of runs in which it came at all"),
    Column("runs", "runs", "count"),
)


def run_sheets(summary: Summary, records: Mapping[str, str]) -> tuple[Sheet, ...]:
    """Outcomes, with what the record says of their like in `records`, then metrics, then rungs of ladders."""
    notes = [f"Beside {name}: {said} (MID 5.0)." for name, said in records.items() if said]
    rows = [
        {
            "outcome": row.outcome if row.sort == "outcome" else f"({row.outcome})",
            "share": row.share,
            "low": row.low,
            "high": row.high,
            "count": row.count,
            "hundred": hundred,
        }
        for row, hundred in zip(summary.outcomes, summary.hundred, strict=True)
    ]
    title = f"How {counted(summary.runs, 'run')} ended"
    sheets = [sheet_from("outcomes", title, OUTCOMES, rows, notes=["95 % intervals of luck, by Wilson.", *notes])]
    numbers = [_metric(row) for row in summary.metrics if not row.rungs]
    if numbers:
        note = "Of a moment (`came in`), quantiles are of the runs in which it came, and a mean is not said."
        sheets.append(sheet_from("metrics", "Metrics over all runs", METRICS, numbers, notes=[note]))
    rungs = [
        {
            "metric": row.metric,
            "rung": one.name,
            "share": one.share,
            "low": one.low,
            "high": one.high,
            "count": one.count,
        }
        for row in summary.metrics
        for one in row.rungs
    ]
    if rungs:
        columns = (Column("metric", "metric"), Column("rung", "rung"), OUTCOMES[1], OUTCOMES[2])
        sheets.append(sheet_from("rungs", "Metrics that stand on a ladder: shares of its rungs", columns, rungs))
    return tuple(sheets)


def _metric(row: MetricSummary) -> dict[str, Any]:
    ends = {one.probability: one.value for one in row.quantiles}
    moment = row.how == "first"
    return {
        "metric": f"{row.metric} ({row.unit})" if row.unit else row.metric,
        "mean": None if moment else row.mean,
        "low": None if moment else row.low,
        "high": None if moment else row.high,
        "q05": ends.get(0.05),
        "median": ends.get(0.5),
        "q95": ends.get(0.95),
        "happened": row.happened.share if row.happened else None,
        "runs": row.runs,
    }


def wide_intervals(summary: Summary) -> Iterator[str]:
    """A sentence for each outcome whose share is known badly, with how many runs would do."""
    for row in summary.outcomes:
        half = (row.high - row.low) / 2
        if row.sort != "outcome" or not row.count:
            continue
        if half > WIDE:
            enough = math.ceil(summary.runs * (half / WIDE) ** 2 / 100) * 100
            yield (
                f"The share of {row.outcome} is known badly, from {percent(row.low)} to {percent(row.high)}: "
                f"some {enough:,} runs would bring it to within 5 points."
            )
        elif half > row.share / 2:
            enough = math.ceil(summary.runs * (2 * half / row.share) ** 2 / 100) * 100
            yield (
                f"{row.outcome} is rare and rests on {row.count} of {summary.runs:,} runs, so it may be half "
                f"or twice that; some {enough:,} runs would bring it to within half of itself."
            )

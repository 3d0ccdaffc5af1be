"""The tables of a study on the terminal: outcomes, metrics, the ledger, chains of causes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.api import Enough, Explanation, MetricSummary, Number, OutcomeShare, Summary

from sim.cli.paper import Paint, number, painted, percent, table, width, wrapped
from sim.counted import counted
from sim.digits import decimals_of, fixed


def outcome_table(rows: Sequence[OutcomeShare], paint: Paint) -> list[str]:
    """Outcomes with share, Wilson interval, count and a bar; runs that failed stand in rows of their own."""
    cells = []
    for row in rows:
        name = row.outcome if row.sort == "outcome" else f"({row.outcome})"
        cells.append([name, percent(row.share), interval(row.low, row.high), f"{row.count:,}"])
    head, *lines = table(("outcome", "share", "95 % interval", "runs"), cells, paint=paint)
    wide = max((len(line) for line in lines), default=0)
    room = max(0, min(40, width() - wide - 2))
    bars = [paint("date", bar(row.share, room)) for row in rows]
    return [head, *(f"{line.ljust(wide)}  {mark}".rstrip() for line, mark in zip(lines, bars, strict=True))]


def bar(share: float, room: int) -> str:
    """A share as a bar, at least one mark wide when it is not 0."""
    mark = "#" if (sys.stdout.encoding or "ascii").lower() in ("ascii", "us-ascii", "ansi_x3.4-1968") else "\u2588"
    return mark * max(int(share > 0), round(share * room)) if room >= 10 else ""


def interval(low: float, high: float) -> str:
    """Two shares as a range, in hundredths."""
    digits = 1 if high >= 0.0995 else 2
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f} %"


def metric_table(rows: Sequence[MetricSummary], paint: Paint, *, of: str = "metric") -> list[str]:
    """Metrics with mean, interval and quantiles; of a ladder the shares of its rungs, because rungs are no scale.

    Units stand beside the names, or below the table where it would be too wide.
    """
    heads = (of, "mean", "95 % interval", "5 %", "median", "95 %")
    numbers = [row for row in rows if not row.rungs]
    notes = [line for row in rows if row.rungs for line in _rung_lines(row)]
    units = {row.metric: row.unit for row in numbers if row.unit and row.how != "first"}
    cells = [_metric_cells(row, units.get(row.metric, "")) for row in numbers]
    lines = table(heads, cells, paint=paint) if cells else []
    if units and max(len(line) for line in lines[1:]) > width():
        lines = table(heads, [_metric_cells(row, "") for row in numbers], paint=paint)
        notes += [line for metric, unit in units.items() for line in wrapped(f"{metric} in {unit}", hang=2)]
    return [*lines, *painted(notes, "quiet", paint)]


def _metric_cells(row: MetricSummary, unit: str) -> list[str]:
    """One row: name, mean and interval (or why there is none) where there is a mean, three quantiles."""
    ends = {one.probability: one.value for one in row.quantiles}
    quantiles = [number(ends[at]) if at in ends else "" for at in (0.05, 0.5, 0.95)]
    mean = ["", ""]
    if row.how != "first" and row.high - row.low == row.high - row.low:  # neither NaN nor infinite
        places = decimals_of((row.high - row.low) / 2)
        mean = [fixed(row.mean, places), f"{fixed(row.low, places)} to {fixed(row.high, places)}"]
    elif row.how != "first" and row.no_interval:
        mean = [number(row.mean), row.no_interval]
    return [f"{row.metric} ({unit})" if unit else row.metric, *mean, *quantiles]


def _rung_lines(row: MetricSummary) -> list[str]:
    shares = ", ".join(f"{share.name} {percent(share.share)}" for share in row.rungs if share.count)
    return wrapped(shares, lead=f"{row.metric}  ")


def metrics_by_outcome(summary: Summary, paint: Paint) -> list[str]:
    """Each metric over all runs and over those of each outcome: shares given an outcome, not its effects."""
    lines: list[str] = []
    for metric in summary.by_outcome:
        named = [("all", metric.whole), *zip(metric.outcomes, metric.parts, strict=True)]
        rows = [replace(part, metric=f"{name} (n = {part.runs:,})", unit="") for name, part in named]
        unit = f" ({metric.whole.unit})" if metric.whole.unit and metric.whole.how != "first" else ""
        lines += [
            paint("title", f"{metric.whole.metric}{unit}, given how the run ended"),
            *metric_table(rows, paint, of="outcome"),
            "",
        ]
    return lines


def enough_table(rows: Sequence[Enough], paint: Paint) -> list[str]:
    """How many runs in all each share and each mean takes, for half-widths from wide to narrow."""
    lines: list[str] = []
    for kind, of, unit in (("outcome", "share of", "pp"), ("metric", "mean of", "%")):
        some = [row for row in rows if row.kind == kind]
        if not some:
            continue
        heads = [f"+-{100 * need.half_width:g} {unit}" for need in some[0].needs]
        cells = [[row.name, *("-" if need.runs is None else f"{need.runs:,}" for need in row.needs)] for row in some]
        lines += ["", *table((of, *heads), cells, paint=paint)]
    if not lines:
        return []
    note = (
        "Runs in all, to go by those seen here, before half of the 95 % interval is so small: pp are points of a "
        "share, % parts of the mean itself. To stop there: --until."
    )
    return [paint("title", "How many runs would be enough"), *lines, *painted(wrapped(note), "quiet", paint), ""]


def precision_lines(says: Sequence[str], paint: Paint) -> list[str]:
    """Whether each target of `--until` was reached; what was not is a warning."""
    return [
        line for one in says for line in painted(wrapped(one, hang=2), "warning" if " NOT " in one else "quiet", paint)
    ]


def ledger_lines(rows: Sequence[Number], paint: Paint) -> list[str]:
    """The ledger, an entry for each number: where it stands, what it says, from whom, how sure."""
    lines = []
    for row in rows:
        spread = f"{row.low} to {row.high}" if row.low and row.high else ""
        unit = f" {row.unit}" if row.unit else ""
        sure = f", confidence {row.confidence}" if row.confidence else ""
        source = {"default": f"default, {row.source}", "lever": "lever"}.get(row.role, row.source or "no source")
        first, *rest = wrapped(f"{row.value or spread}{unit} [{source}{sure}]", lead=f"{row.path}: ", hang=4)
        lines += [paint("date", f"{row.path}:") + first.removeprefix(f"{row.path}:"), *rest]
    return lines


def chain_lines(explanation: Explanation, study: str, most: int, paint: Paint, *, experiment: int = 0) -> list[str]:
    """The commonest chains behind an outcome: share with interval, count, chain, a run to look at."""
    head = f"{explanation.outcome}: {explanation.ended_so:,} of {counted(explanation.of, 'run')}"
    if explanation.looked_at < explanation.ended_so:
        head += f", {explanation.looked_at:,} looked at"
    lines = [paint("title", head)]
    if not explanation.chains:
        return [*lines, "  no run ended so"]
    if explanation.says:
        lines += wrapped(explanation.says, lead="  ")
    shown = explanation.chains[:most]
    for chain in shown:
        ends = f"{100 * chain.low:.0f} to {100 * chain.high:.0f} %"
        lines.append(f"  {100 * chain.share:>3.0f} % ({ends}, n = {chain.count:,})")
        lines += wrapped(str(chain), lead="        ", hang=10)
    left = explanation.chains[most:]
    if left:
        rest = sum(chain.count for chain in left)
        lines.append(f"  {100 * rest / explanation.looked_at:>3.0f} % in {len(left)} other chains")
    command = f"sim replay {study} {shown[0].example}" + (f" --experiment {experiment}" if experiment else "")
    return [*lines, paint("quiet", "  one of them told in full: ") + paint("command", command)]

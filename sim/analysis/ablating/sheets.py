"""The tables of an ablation."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from sim.analysis.ablating.crossed import Crossed
from sim.analysis.ablating.effects import Effect, Without
from sim.analysis.ablating.shapley import Shapley
from sim.analysis.outcomes import Share
from sim.analysis.paired import FEWEST_DISCORDANT, mean_difference
from sim.analysis.sheet import Column, Sheet, sheet_from
from sim.counted import counted
from sim.program.ir import Metric
from sim.program.removing import Thing

FEW = 10
"""Of fewer runs a share is an anecdote, and is said to be one."""

CHANGE = Column(
    "change", "change (points)", "points", "low", "high", says="share without it less share with it, paired by run"
)


def ranked_sheet(rows_of: Sequence[Without], n: int) -> Sheet:
    """Each thing with the outcome that it moves most; for machines all outcomes stand beside it."""
    rows, hidden = [], ["sort", "fired", "runs", "silent"]
    for row in rows_of:
        told = record_of(row.largest, n) | {"sort": row.thing.sort, "fires": row.fires_in.share}
        told |= {"sure": "yes" if row.largest.is_sure else ""}
        if row.is_silent:
            told |= {"outcome": "never fired", "low": None, "high": None, "chance": None, "adjusted": None}
        told |= {"fired": row.fires_in.count, "runs": n, "silent": row.is_silent}
        for effect in row.effects:
            told |= {f"{effect.outcome}.{key}": value for key, value in record_of(effect, n).items()}
        rows.append(told)
    keys = [key for key in record_of(rows_of[0].largest, n) if key not in ("without", "outcome")]
    hidden += [f"{name}.{key}" for name in [effect.outcome for effect in rows_of[0].effects] for key in keys]
    columns = (
        Column("without", "without"), Column("outcome", "moves most"), CHANGE,
        Column("fires", "fires in", "share", says="runs of the whole in which one of its triggers fired"),
        Column("sure", "sure", says="told from luck among all rows at once"),
    )  # fmt: skip
    return sheet_from("ablation", f"Without each, on the same luck: {counted(n, 'run')}", columns, rows,
                      notes=_notes(rows_of), hidden=hidden)  # fmt: skip


def _notes(rows: Sequence[Without]) -> tuple[str, ...]:
    count = sum(len(row.effects) for row in rows if not row.is_silent)
    return (
        "Change: share of runs that end so without it, less the share with it, with a 95 % interval of pairs "
        f"(Tango 1998). Of {count} changes, about {max(1, round(count / 20))} would leave out nought by luck alone; "
        "`sure` are those that hold all at once (Holm 1979).",
    )


def necessity_sheet(moved: Sequence[Effect], n: int) -> Sheet:
    """How often what brings an outcome about was necessary, and how often enough."""
    brought = [effect for effect in moved if effect.high < 0]
    rows = [{"which": f"{effect.thing.name} for {effect.outcome}", **record_of(effect, n)} for effect in brought]
    few = [f"{one['without']} for {one['outcome']}" for one in rows if min(one["ended_so"], one["not_so"]) < FEW]
    notes = [
        "Necessary: of the runs that ended so, those that do not without it. Enough: of the runs that do not end "
        "so without it, those that do with it. 95 % Wilson intervals."
    ]
    if few:
        notes.append(f"Of fewer than {FEW} runs, an anecdote: {', '.join(few)}.")
    columns = (
        Column("which", "what, for which outcome"),
        Column("necessary", "necessary", "share", "necessary_low", "necessary_high"),
        Column("ended_so", "of", "count", says="runs that ended so"),
        Column("enough", "enough", "share", "enough_low", "enough_high"),
        Column("not_so", "of", "count", says="runs that do not end so without it"),
    )  # fmt: skip
    title = "Necessary and enough: what brings an outcome about, for sure"
    return sheet_from("necessity", title, columns, rows, notes=notes, hidden=("without", "outcome"))


def changes_sheet(rows_of: Sequence[Without], n: int) -> Sheet:
    """Every outcome without each thing."""
    rows = [record_of(effect, n) for row in rows_of if not row.is_silent for effect in row.effects]
    columns = (
        Column("without", "without"), Column("outcome", "outcome"), Column("with", "with it", "share"),
        Column("share", "without", "share"), CHANGE, Column("chance", "by luck", "number"),
    )  # fmt: skip
    hidden = ("adjusted", "necessary", "necessary_low", "necessary_high", "ended_so",
              "enough", "enough_low", "enough_high", "not_so", "runs")  # fmt: skip
    return sheet_from("changes", "Every outcome without each", columns, rows, hidden=hidden)


def record_of(effect: Effect, n: int) -> dict[str, Any]:
    """One change, as the tables and machines have it."""
    necessary, enough = effect.necessary, effect.enough
    return {
        "without": effect.thing.name, "outcome": effect.outcome, "with": effect.ended_so / max(1, n),
        "share": effect.ended_so_without / max(1, n), "change": effect.change, "low": effect.low,
        "high": effect.high, "chance": effect.chance, "adjusted": effect.adjusted, "runs": n,
        "necessary": _known(necessary), "necessary_low": necessary.low, "necessary_high": necessary.high,
        "ended_so": necessary.of, "enough": _known(enough), "enough_low": enough.low, "enough_high": enough.high,
        "not_so": enough.of,
    }  # fmt: skip


def metrics_sheet(
    rows_of: Sequence[Without], things: Sequence[Thing], found: Crossed, metrics: Sequence[Metric]
) -> Sheet:
    """Every metric without each thing."""
    place = {thing.name + thing.sort: number + 1 for number, thing in enumerate(things)}
    rows = []
    for row in rows_of:
        at = place[row.thing.name + row.thing.sort]
        for number, metric in enumerate(metrics if not row.is_silent else ()):
            pairs = int(found.valid[at, number])
            change = mean_difference(float(found.change[at, number]), float(found.variance[at, number]), pairs,
                                     int(found.differ[at, number]))  # fmt: skip
            before = float(found.before[at, number])
            rows.append({"without": row.thing.name, "metric": metric.name, "with": before, "change": change.value,
                         "low": _finite(change.low), "high": _finite(change.high), "pairs": pairs,
                         "unit": metric.unit})  # fmt: skip
    columns = (
        Column("without", "without"), Column("metric", "metric"), Column("with", "mean with it", "number"),
        Column("change", "change", "number", "low", "high"), Column("pairs", "pairs", "count"),
    )  # fmt: skip
    note = (
        "Means over the pairs of runs in which both have a finite value; 95 % intervals by Student's t, where "
        f"{FEWEST_DISCORDANT} pairs or more differ."
    )
    return sheet_from("metrics", "Metrics without each", columns, rows, notes=(note,), hidden=("unit",))


def shapley_sheet(found: Shapley, things: Sequence[Thing]) -> Sheet:
    """What each member of a group adds to each outcome."""
    rows = []
    for total in found.sums:
        for value in (*found.of(total.outcome), total):
            name = "all of them" if value is total else things[value.members[0]].name
            rows.append({"outcome": total.outcome, "member": name, "value": value.value,
                         "low": value.low, "high": value.high})  # fmt: skip
    names = ", ".join(things[member].name for member in found.group)
    how = f"over {found.orders:,} sampled orders" if found.orders else f"over all {2 ** len(found.group):,} coalitions"
    source = "Castro et al. 2009" if found.orders else "Shapley 1953"
    columns = (
        Column("outcome", "outcome"), Column("member", "what it adds"),
        Column("value", "points", "points", "low", "high", says="to the share that ends so, when it is there"),
    )  # fmt: skip
    note = (
        f"What each adds to the share of runs that end so, averaged {how} of the group ({source}), all else as it "
        f"is; 95 % intervals over {counted(found.runs, 'run')}. They sum to the whole less the scenario without the "
        "group."
    )
    return sheet_from("shapley", f"Shapley values of {names}", columns, rows, notes=(note,))


def pairs_sheet(found: Shapley, things: Sequence[Thing]) -> Sheet:
    """What two members of a group add together."""
    rows = []
    for value in found.pairs:
        one, other = (things[member].name for member in value.members)
        rows.append({"outcome": value.outcome, "one": one, "other": other, "value": value.value,
                     "low": value.low, "high": value.high})  # fmt: skip
    columns = (
        Column("outcome", "outcome"), Column("one", "of"), Column("other", "and"),
        Column("value", "points", "points", "low", "high"),
    )  # fmt: skip
    note = (
        "What two add together beyond what each adds alone (Grabisch and Roubens 1999): above nought they need one "
        "another, below it one is as good as both."
    )
    return sheet_from("interactions", "Two together", columns, rows, notes=(note,))


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _known(share: Share) -> float | None:
    return share.share if share.of else None

"""The tables of a sweep: for readers along one axis, over two, or along each of many; for machines a row a point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.analysis.sheet import Column, Sheet, sheet_from
from sim.analysis.sweeping.responses import AxisRead, Estimate, groups_of
from sim.analysis.sweeping.swept import Swept
from sim.counted import counted
from sim.digits import decimals_of, fixed
from sim.study.tables import distinct

WIDE = 3
"""Outcomes, or metrics, that stand beside each other in a table."""

MOST_ACROSS = 11
"""Columns of a table of two axes."""

MOST_LINES = 25
"""Points of which each has its line on the terminal; of more, groups have."""

RESERVED = ("experiment", "outcome", "metric", "moment", "count", "n", "share", "mean", "median", "low", "high")


def sheets_of(study: Swept) -> tuple[Sheet, ...]:
    """Tables for readers first, then a row for each point and outcome, metric, and moment that may not come."""
    first: list[Sheet] = []
    if len(study.moving) == 1 and len(study.axes[0].values) <= MOST_LINES:
        first = [_curve(study, "outcomes", study.outcomes)]
        first += [_curve(study, "means", study.metrics)] if study.metrics else []
    elif len(study.moving) == 2 and study.is_full and len(study.moving[1].distinct) <= MOST_ACROSS:
        first = [_matrix(study, name) for name in study.outcomes]
    else:
        first = [_along(study, axis, "along", study.outcomes) for axis in study.moving]
        first += [_along(study, axis, "means", study.metrics) for axis in study.moving if study.metrics]
    tidy = [_tidy(study, "shares", "outcome", "share", study.tallies.outcome_names)]
    if study.metrics:
        tidy.append(_tidy(study, "metrics", "metric", "mean", study.metrics))
    if study.moments:
        tidy.append(_moments(study))
    return (*first, *tidy)


def _keys(study: Swept) -> dict[str, str]:
    """Path of an axis -> its key in records."""
    paths = [axis.path for axis in study.axes]
    taken = (*RESERVED, *study.tallies.outcome_names, *study.metrics)
    return dict(zip(paths, distinct(paths, taken), strict=True))


def _columns(study: Swept, axes: Sequence[AxisRead]) -> list[Column]:
    keys = _keys(study)
    sorts: dict[str, Any] = {"share": "share", "text": "text"}
    return [
        Column(
            keys[axis.path],
            f"{axis.path}{' (days)' if axis.sort == 'days' else ''}",
            sorts.get(axis.sort, "number"),
        )
        for axis in axes
    ]


def _at(study: Swept, experiment: int) -> dict[str, Any]:
    """The record of a point, without what came of it."""
    keys = _keys(study)
    return {"experiment": experiment, **{keys[axis.path]: axis.values[experiment] for axis in study.axes}}


def _ordered(study: Swept) -> list[int]:
    """The points along the only axis that moves."""
    axis = study.moving[0]
    order = {value: place for place, value in enumerate(axis.distinct)}
    return sorted(range(len(axis.values)), key=lambda at: order[axis.values[at]])


def _curve(study: Swept, name: str, what: Sequence[str]) -> Sheet:
    """A row for each point of one axis, a column for each outcome."""
    rows = [
        {**_at(study, at), **_cells((one, study.estimate(at, one)) for one in what[:WIDE])} for at in _ordered(study)
    ]
    shown = [axis for axis in study.axes if len(axis.distinct) > 1]
    return sheet_from(
        name, _titled(study, "How runs ended" if name == "outcomes" else "Means of metrics"),
        [*_columns(study, shown), *_wide(study, what)], rows, notes=[_intervals(study, name), *_unshown(study, what)],
    )  # fmt: skip


def _titled(study: Swept, what: str) -> str:
    return f"{what}, by {' and '.join(axis.path for axis in study.axes if len(axis.distinct) > 1)}"


def _cells(found: Iterable[tuple[str, Estimate]]) -> dict[str, Any]:
    """Estimates as a record, each with the ends of its interval."""
    cells: dict[str, Any] = {}
    for name, one in found:
        cells |= {name: one.value, f"{name}.low": one.low, f"{name}.high": one.high}
    return cells


def _wide(study: Swept, what: Sequence[str]) -> list[Column]:
    names = study.tallies.outcome_names
    return [
        Column(name, name, "share" if name in names else "number", f"{name}.low", f"{name}.high")
        for name in what[:WIDE]
    ]


def _unshown(study: Swept, what: Sequence[str]) -> list[str]:
    left = what[WIDE:]
    if not left:
        return []
    kind = "outcomes move" if left[0] in study.tallies.outcome_names else "metrics come"
    chosen = f"Those that {'move most' if kind.startswith('outcomes') else 'come first'} are shown"
    return [f"{chosen}; not shown: {', '.join(left)}; the table of every point has them"]


def _intervals(study: Swept, name: str) -> str:
    runs = study.tallies.runs
    least, most = int(runs.min()), int(runs.max())
    n = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    kind = "Wilson's interval" if name == "outcomes" else "Student's interval of the mean"
    partly = name != "outcomes" and any(study.is_partly_void(metric) for metric in study.metrics[:WIDE])
    void = " (without those in which it has no finite value)" if partly else ""
    wider = ""
    if study.settings.get("tip"):
        wider = " For each point by itself; the search's own hold for all its looks together and are wider."
    return f"In brackets: 95 %, {kind} of {n} {'run' if n == '1' else 'runs'} at each point{void}.{wider}"


def _matrix(study: Swept, name: str) -> Sheet:
    """The share of one outcome, a row for each value of the first axis, a column for each of the second."""
    down, across = study.moving
    where = {pair: at for at, pair in enumerate(zip(down.values, across.values, strict=True))}
    found = {pair: study.estimate(at, name) for pair, at in where.items()}
    widest = max(one.half_width for one in found.values())
    digits = decimals_of(100 * widest)

    def said(pair: tuple[Any, Any]) -> str:
        return fixed(100 * found[pair].value, digits) if found[pair].n else ""

    rows = [
        {"value": down.said(value), **{f"{place}": said((value, other)) for place, other in enumerate(across.distinct)}}
        for value in down.distinct
    ]  # fmt: skip
    columns = [Column("value", down.path)]
    columns += [Column(f"{at}", across.said(other).removesuffix(" %").removesuffix(" days"), "written")
                for at, other in enumerate(across.distinct)]  # fmt: skip
    unit = {"share": " (%)", "days": " (days)"}.get(across.sort, "")
    least = int(study.tallies.runs.min())
    note = (
        f"Half of a 95 % interval (Wilson) is at most {100 * widest:.2g} points; {counted(least, 'run')} or more in "
        "a cell."
    )
    title = f"{name}, % of runs: {study.named(down)} down, {study.named(across)}{unit} across"
    return sheet_from(f"grid-{name}", title, columns, rows, notes=[note])


def _along(study: Swept, axis: AxisRead, kind: str, what: Sequence[str]) -> Sheet:
    """A row for each group of points along one axis."""
    rows = [
        {"values": group.says, "points": len(group.members),
         **_cells((one, study.over(group, one)) for one in what[:WIDE])}
        for group in groups_of(axis)
    ]  # fmt: skip
    each = sorted({len(group.members) for group in groups_of(axis)})
    points = f"{each[0]}" if len(each) == 1 else f"{each[0]} to {each[-1]}"
    if each == [1]:
        note = f"One point in each row. {_intervals(study, 'outcomes' if kind == 'along' else 'means')}"
    else:
        note = f"Means over the {points} points of each row; in brackets 95 %, {_held(study, each[0])}."
    return sheet_from(
        f"{kind}-{axis.path}", f"Along {study.named(axis)}, whatever the others are",
        [Column("values", axis.path), *_wide(study, what)], rows, notes=[note, *_unshown(study, what)],
        hidden=["points"],
    )  # fmt: skip


def _held(study: Swept, fewest: int) -> str:
    """What the interval of a mean over points holds."""
    if not study.settings.get("spread"):
        return "of luck alone, at most"
    alone = " (of one point alone: luck)" if fewest == 1 else ""
    shared = "" if "luck" in study.settings else ", without the luck that all points share"
    return f"Student's interval over points{alone}: how they differ{shared}"


def _tidy(study: Swept, name: str, what: str, value: str, of: Sequence[str]) -> Sheet:
    """A row for each point and outcome, or metric."""
    rows = []
    for at in range(len(study.axes[0].values)):
        for number, one in enumerate(of):
            found = study.estimate(at, one)
            count = int(study.tallies.outcomes[at, number]) if what == "outcome" else found.n
            rows.append({**_at(study, at), what: one, value: found.value, "low": found.low, "high": found.high,
                         "count": count, "n": found.n})  # fmt: skip
    sort: Any = "share" if what == "outcome" else "number"
    counts = [Column("count", "count", "count")] if what == "outcome" else []
    columns = [Column("experiment", "experiment", "count"), *_columns(study, study.axes), Column(what, what),
               Column(value, value, sort, "low", "high"), *counts, Column("n", "n", "count")]  # fmt: skip
    title = f"Every point: {'shares of outcomes' if what == 'outcome' else 'means of metrics'}"
    return sheet_from(name, title, columns, rows)


def _moments(study: Swept) -> Sheet:
    """A row for each point and moment: in which share of runs it came, and the median day of those."""
    tallies, rows = study.tallies, []
    for at in range(len(study.axes[0].values)):
        for number, name in enumerate(study.moments):
            found, median = study.estimate(at, name), float(tallies.medians[at, number])
            rows.append({**_at(study, at), "moment": name, "share": found.value, "low": found.low, "high": found.high,
                         "median": median if median == median else None,
                         "count": int(tallies.valid[at, tallies.metric_names.index(name)]), "n": found.n})  # fmt: skip
    columns = [Column("experiment", "experiment", "count"), *_columns(study, study.axes), Column("moment", "moment")]
    columns += [Column("share", "it comes in", "share", "low", "high")]
    columns += [Column("median", "median day of those", "number")]
    columns += [Column("count", "count", "count"), Column("n", "n", "count")]
    note = (
        "Shares of finished runs, with Wilson's 95 % interval. The median days are of different runs at each point: "
        "given that it comes, not an effect."
    )
    return sheet_from("moments", "Every point: when it comes at all, and when", columns, rows, notes=[note])

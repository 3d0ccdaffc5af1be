"""Ladders over time: strips of rungs, and the path that was played over the fan of what might have been.

Rungs have an order and no distance, so that a rung is a line of its own, as on the map of an underground, and a mean
of rungs is never drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from sim.figures.inline.chart import NARROW, WIDE, Chart, Table, chart, dot, line, paragraph, rect, text

LEFT, RIGHT = 2.0, 98.0
"""Where time begins and ends across, in percent."""

SHADES = 20
"""So many strengths of what might have been: finer steps are not told apart by eye, and the table has the numbers."""


def _x(day: float, days: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, day / days if days else 0.0))


def ladders(world: Mapping[str, Any], *, wide: bool = False, standalone: bool = False) -> Chart:
    """Where every ladder stood, day by day until now: a strip each, darker for a higher rung, named where it turned.

    Parameters
    ----------
    world
        `ladders` (each `title`, `rungs`, `rung`, `steps`: (day, rung) pairs), `days` so far, `start` and `date`.
    """
    days, listed = max(1.0, float(world["days"])), list(world["ladders"])
    drawn, y = [], 0.2
    for one in listed:
        now, title = f"{one['rungs'][one['rung']]} ({one['rung']})", one["title"]
        words, y = paragraph(0, y + 1.1, title, wide=wide, class_="t b")
        drawn += [words, *_strip(one, y + 0.4, days)]
        if len(title) + len(now) <= (WIDE if wide else NARROW) - 4:
            drawn.append(text(100, y, now, "t e"))
            y += 2.1
        else:
            drawn.append(text(0, y + 2.7, f"now: {now}", "t"))
            y += 3.3
    drawn += [text(0, y + 0.9, world["start"], "t small"), text(100, y + 0.9, world["date"], "t small e")]
    said = "; ".join(f"{one['title']}: {one['rungs'][one['rung']]}" for one in listed)
    rows = tuple(
        (one["title"], f"day {day:.0f}", one["rungs"][rung]) for one in listed for day, rung in one["steps"]
    )  # fmt: skip
    table = Table("Every step on a ladder; n = 1 history, the one that was played", ("ladder", "when", "rung"), rows)
    return chart(drawn, y + 1.4, title="The ladders so far", says=f"On {world['date']}: {said}.", table=table,
                 note="The number is the rung, 0 the lowest; rungs have an order, no distance. One history: yours.",
                 standalone=standalone)  # fmt: skip


def _strip(ladder: Mapping[str, Any], y: float, days: float) -> Iterator[str]:
    steps, most = list(ladder["steps"]), max(1, len(ladder["rungs"]) - 1)
    shade = [round(4 * rung / most) if ladder.get("is_ordered", True) else 1 for rung in range(len(ladder["rungs"]))]
    ends = [*(day for day, _ in steps[1:]), days]
    for (day, rung), end in zip(steps, ends, strict=True):
        width = _x(end, days) - _x(day, days)
        yield rect(_x(day, days), y, width, 1.3, f"cell r{shade[rung]}")
        if width > 6:
            yield text(_x(day, days) + width / 2, y + 0.97, str(rung), f"t small m onr{shade[rung]}")


def fan(record: Mapping[str, Any], *, wide: bool = False, standalone: bool = False) -> Chart:
    """The path that was played, thick, over the futures that might have been: a line for every rung.

    Parameters
    ----------
    record
        `title`, `rungs`, `days` (moments of the columns), `shares` (a row for each moment, a share for each rung),
        `path` ((day, rung) pairs), `turns` ((day, label) pairs), `n`, `start`, `end`.
    """
    rungs, moments, n = list(record["rungs"]), list(record["days"]), int(record["n"])
    last, gap = float(moments[-1]) or 1.0, 2.6
    y = {rung: 1.4 + gap * (len(rungs) - 1 - rung) for rung in range(len(rungs))}
    drawn = []
    for rung in range(len(rungs)):
        drawn.append(line(LEFT, y[rung] + 0.9, RIGHT, y[rung] + 0.9, "axis"))
        drawn += _futures(record["shares"], moments, rung, y[rung] + 0.35, last)
    drawn += _path(list(record["path"]), y, last)
    drawn += [text(0, y[rung], name, "t small haloed") for rung, name in enumerate(rungs)]
    foot = 1.4 + gap * len(rungs)
    for day, label in record.get("turns", ()):
        drawn.append(line(_x(day, last), 1.2, _x(day, last), foot - 0.6, "turn"))
        drawn.append(text(_x(day, last), foot + 0.3, str(label), "t small m"))
    drawn += [text(0, foot + 1.6, record["start"], "t small"), text(100, foot + 1.6, record["end"], "t small e")]
    return chart(drawn, foot + 2.1, title=record["title"], says=_told(record, n), standalone=standalone,
                 note=f"Thick line: your path. Behind it, stronger where more of n = {n:,} futures stood, "
                      "all seats played by the model. Rungs have an order, no distance.",
                 table=_numbers(record, n))  # fmt: skip


def _futures(
    shares: Sequence[Sequence[float]], moments: Sequence[float], rung: int, y: float, last: float
) -> Iterator[str]:
    """Cells of one rung over time, each as strong as its share; what looks alike side by side is one."""
    edges = [moments[0], *((a + b) / 2 for a, b in pairwise(moments)), moments[-1]]
    strengths = [math.ceil(SHADES * row[rung]) for row in shares]
    for strength, cells in groupby(range(len(shares)), key=strengths.__getitem__):
        if strength:
            alike = list(cells)
            x = _x(edges[alike[0]], last)
            opacity = 0.08 + 0.8 * strength / SHADES
            yield rect(x, y, _x(edges[alike[-1] + 1], last) - x, 1.1, "cloud", fill_opacity=f"{opacity:.2f}")


def _path(path: Sequence[Sequence[float]], y: Mapping[int, float], last: float) -> Iterator[str]:
    """The steps of the path, with a station where it changes; drawn twice, so that it stands off what lies behind."""
    ends = [*(day for day, _ in path[1:]), last]
    for class_ in ("path under", "path"):
        before: float | None = None
        for (day, rung), end in zip(path, ends, strict=True):
            here = y[int(rung)] + 0.9
            if before is not None:
                yield line(_x(day, last), before, _x(day, last), here, class_)
            yield line(_x(day, last), here, _x(end, last), here, class_)
            before = here
    for day, rung in path:
        yield dot(_x(day, last), y[int(rung)] + 0.9, 0.34, "station")


def _told(record: Mapping[str, Any], n: int) -> str:
    rungs = record["rungs"]
    steps = "; ".join(f"day {day:.0f} {rungs[int(rung)]}" for day, rung in record["path"])
    final = list(record["shares"][-1])
    most = max(range(len(final)), key=final.__getitem__)
    return (
        f"Your path: {steps}. At the end {100 * final[int(record['path'][-1][1])]:.0f} of a hundred futures stood "
        f"where you stand; most often {rungs[most]}, {100 * final[most]:.0f} of a hundred; n = {n:,}."
    )


def _numbers(record: Mapping[str, Any], n: int) -> Table:
    head = ("day", *record["rungs"], "your path")
    rows = []
    for at, day in enumerate(record["days"]):
        stands = [rung for when, rung in record["path"] if when <= day] or [record["path"][0][1]]
        cells = (f"{100 * share:.0f} %" for share in record["shares"][at])
        rows.append((f"{day:.0f}", *cells, record["rungs"][int(stands[-1])]))
    return Table(f"Where n = {n:,} futures stood, in percent, and your path", head, tuple(rows))

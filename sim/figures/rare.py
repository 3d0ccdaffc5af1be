"""A rare outcome: how few come from level to level, and the estimate beside what brute force would say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from sim.analysis.percent import percent
from sim.analysis.splitting.levels import Level
from sim.analysis.splitting.rare import RareEvent
from sim.analysis.splitting.small import one_in, tiny
from sim.figures.looks import ENDS, FAINT, GRID, INK, OKABE_ITO
from sim.figures.slide import LABEL, SMALLEST, TICK, in_house_style, new_slide
from sim.figures.words import plain
from sim.study.splitting.repeated import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

MOST_ROWS = 20
"""Of more levels, these many are shown, evenly spaced, the outcome always."""

THICKEST = 100.0
"""Pixels from one row to the next, at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture: a chance with its interval; `low` 0 reaches to the left edge."""

    name: str
    chance: float
    low: float
    high: float
    beside: str
    colour: str
    marker: str


def pictures(study: RareEvent) -> dict[str, Callable[[], Figure]]:
    """What can be drawn of a study of a rare outcome."""
    return {"levels": partial(draw_levels, study)}


def rows_of(study: RareEvent) -> tuple[Row, ...]:
    """The levels from the most to the least frequent, then the outcome as splitting and as brute force find it."""
    found, name = study.found, plain(study.outcome)
    levels = found.rows[:-1] if found.rows[-1].name == study.outcome else found.rows
    shown = _spread([level for level in levels if level.chance.mean > 0], MOST_ROWS)
    skipped = len(shown) < len(levels)
    rows: list[Row] = []
    for level in shown:
        whom = "those before" if rows else "all runs"
        beside = tiny(level.chance.mean) if skipped else f"{percent(level.share.mean)} of {whom}"
        rows.append(_row(plain(level.name), level.chance, beside, OKABE_ITO[0], "o"))
    if found.bound is None:
        rows.append(_row(name, found.estimate, f"1 in {one_in(found.estimate.mean)}", ENDS[0], "D"))
    else:
        high = found.bound.high
        rows.append(Row(name, 0.0, 0.0, high, f"rarer than 1 in {one_in(high)}", ENDS[0], "D"))
    low, high = found.plain_interval
    count = f"{found.plain_hits:,} of {found.plain_runs:,} runs"
    return (*rows, Row(f"{name}, by brute force", found.plain_hits / found.plain_runs, low, high, count, FAINT, "s"))


def _row(name: str, chance: Estimate, beside: str, colour: str, marker: str) -> Row:
    return Row(name, chance.mean, chance.low, chance.high, beside, colour, marker)


def _spread(found: Sequence[Level], most: int) -> Sequence[Level]:
    """At most so many of a sequence, evenly spaced, the first and the last among them."""
    if len(found) <= most:
        return found
    return [found[round(at * (len(found) - 1) / (most - 1))] for at in range(most)]


@in_house_style
def draw_levels(study: RareEvent) -> Figure:
    """The chance to come to each level on a logarithmic axis, each with its interval."""
    rows = rows_of(study)
    slide = new_slide(f"How often it comes to {plain(study.outcome)}", _caption(study), subtitle=study.question)
    height = min(THICKEST, (slide.top - slide.bottom - 60) / len(rows))
    size = max(SMALLEST, min(LABEL, 0.62 * height * 72 / slide.figure.dpi))
    names = [slide.wrapped(row.name, 330, size, lines=2 if height > 2.6 * size else 1) for row in rows]
    width = max(slide.measure(name, size)[0] for name in names)
    beside = max(slide.measure(row.beside, min(size, TICK))[0] for row in rows)
    axes = slide.axes(slide.left + width + 20, slide.top - height * len(rows), slide.right - beside - 24, slide.top)
    floor = _axis(axes, rows)
    for place, (row, name) in enumerate(zip(rows, names, strict=True)):
        _draw_row(axes, place, row, floor)
        y = slide.top - (place + 0.5) * height
        slide.text(slide.left + width, y, name, size, ha="right")
        slide.text(slide.right - beside, y, row.beside, min(size, TICK), color=FAINT)
    return slide.figure


def _axis(axes: Axes, rows: Sequence[Row]) -> float:
    """A logarithmic axis that holds every interval; where it begins, which stands for 0."""
    ends = [end for row in rows for end in (row.low, row.chance, row.high) if 0 < end < math.inf]
    floor = 10.0 ** math.floor(math.log10(min(ends)) - 0.3)
    axes.set_xscale("log")
    axes.set_xlim(floor, 1.0)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    decades = round(-math.log10(floor))
    axes.xaxis.set_major_locator(LogLocator(base=10 ** max(1, math.ceil(decades / 8))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: "1" if value >= 1 else f"1e{round(math.log10(value))}")
    axes.grid(axis="x", color=GRID, linewidth=1)
    axes.set_axisbelow(True)
    axes.set_xlabel("chance that a run comes so far (logarithmic)", fontsize=TICK, color=INK)
    return floor


def _draw_row(axes: Axes, place: int, row: Row, floor: float) -> None:
    low, high = max(row.low, floor), min(row.high, 1.0)
    axes.plot([low, high], [place, place], color=row.colour, linewidth=2.5, solid_capstyle="butt", label="interval")
    ends = [high] if row.low < floor else [low, high]
    axes.plot(ends, [place] * len(ends), linestyle="", marker="|", markersize=11, mew=2.5, color=row.colour)
    if row.low < floor:
        axes.plot([floor], [place], linestyle="", marker="<", markersize=9, color=row.colour, clip_on=False)
    if row.chance > 0:
        axes.plot([row.chance], [place], linestyle="", marker=row.marker, markersize=9, color=row.colour,
                  markeredgecolor=INK, markeredgewidth=0.8, label="chance")  # fmt: skip


def _caption(study: RareEvent) -> str:
    count = len(study.found.pilot.levels)
    cut = f" {MOST_ROWS} of {count} levels are shown." if count > MOST_ROWS else ""
    return (
        f"{study.ensemble.program.name}: multilevel splitting, {study.repetitions} repetitions of "
        f"{study.particles:,} runs a level, seed {study.ensemble.seed}. Points: chance to come so far; lines: 95 % "
        f"intervals of luck alone (brute force: Wilson's); an arrow reaches to 0.{cut}"
    )

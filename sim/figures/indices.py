"""Panels of Sobol' indices: first and total of each parameter, the noise floor, and how much of a run is luck."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from sim.analysis.percent import percent
from sim.analysis.sensing.indices import Estimate, Indices
from sim.figures.looks import FAILURE, FAINT, GRID, INK, OKABE_ITO
from sim.figures.slide import CAPTION, Slide, number_axis

TITLE = "Which uncertain number moves what comes of it"
NAMES_AT_THE_LEFT = True
HEAD = 58.0
GAP = 28.0
"""Pixels above the axes, for the name and the bar of luck, and between panels."""

FIRST, TOTAL = OKABE_ITO[0], OKABE_ITO[1]


def caption(found: Sequence[Indices]) -> str:
    """What the panels show."""
    return (
        "Share of the variance that parameters explain: by one alone (first-order index), and with all it takes part "
        "in (total). Lines: 95 % intervals (bootstrap over base samples). Grey: indices that cannot be told from noise."
    )


def order(found: Sequence[Indices]) -> tuple[str, ...]:
    """Parameters from top to bottom: the largest total index of any panel first."""
    most = {row.parameter: max(one.rows[at].total.value for one in found) for at, row in enumerate(found[0].rows)}
    return tuple(sorted(most, key=lambda name: -most[name]))


def legend(slide: Slide, found: Sequence[Indices]) -> float:
    """The two kinds of bars with their words; where the panels begin."""
    x, y = slide.left, slide.top - 8
    for colour, hatch, says in ((FIRST, "", "first: alone"), (TOTAL, "//", "total: with others"),
                                (GRID, "", "noise floor")):  # fmt: skip
        axes = slide.axes(x, y - 7, x + 22, y + 7)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_facecolor(colour)
        axes.bar(0.5, 1, width=1, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        slide.text(x + 30, y, says, CAPTION)
        x += 30 + slide.measure(says, CAPTION)[0] + 28
    return slide.top - 30


def draw(slide: Slide, axes: Axes, one: Indices, rows: tuple[str, ...]) -> None:
    """Two bars for each parameter, their intervals, the floors, and the split above them."""
    by_name = {row.parameter: row for row in one.rows}
    for place, name in enumerate(rows):
        row = by_name[name]
        for shift, estimate, colour, hatch, floor in (
            (-0.2, row.first, FIRST, "", one.floor_first),
            (0.2, row.total, TOTAL, "//", one.floor_total),
        ):
            axes.barh(place + shift, floor * 2, left=-floor, height=0.4, color=GRID, linewidth=0, zorder=0)
            axes.barh(place + shift, estimate.value, height=0.34, color=colour, hatch=hatch, edgecolor="white",
                      linewidth=0, zorder=2)  # fmt: skip
            _interval(axes, estimate, place + shift)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.set_yticks([])
    ends = [end for row in one.rows for each in (row.first, row.total) for end in (each.low, each.high)]
    known = [end for end in ends if math.isfinite(end)]
    axes.set_xlim(min([-0.05, *known]) - 0.02, max([1.0, *known]) + 0.02)
    number_axis(axes, "x")
    axes.tick_params(axis="x", labelsize=11)
    _split(slide, axes, one)


def _interval(axes: Axes, estimate: Estimate, place: float) -> None:
    ends = [estimate.low, estimate.high]
    axes.plot(ends, [place, place], color=INK, linewidth=1.3, marker="|", markersize=6, mew=1.3, zorder=3)


def _split(slide: Slide, axes: Axes, one: Indices) -> None:
    """A bar above the panel: how much of the variance of a single run is luck, and how much parameters explain."""
    width, height = slide.size
    box = axes.get_position()
    left, right, bottom = box.x0 * width, box.x1 * width, box.y1 * height + 6
    says = f"luck within a run {percent(one.luck.value)}, parameters {percent(1 - one.luck.value)}"
    bar = slide.axes(left, bottom, right, bottom + 8)
    bar.barh(0, one.luck.value, height=1, color=FAILURE, linewidth=0)
    bar.barh(0, 1 - one.luck.value, left=one.luck.value, height=1, color=OKABE_ITO[2], linewidth=0)
    bar.set_xlim(0, 1)
    bar.set_ylim(-0.5, 0.5)
    bar.set_xticks([])
    bar.set_yticks([])
    slide.text(left, bottom + 19, slide.wrapped(says, right - left, 10, lines=1), 10, color=FAINT)

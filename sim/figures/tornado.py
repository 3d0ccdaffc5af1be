"""Panels of a tornado: where a number of a run stands when each parameter is low, and when it is high."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from sim.analysis.sensing.tornado import Tornado
from sim.figures.looks import FAINT, INK, OKABE_ITO, PAPER
from sim.figures.slide import CAPTION, Slide, number_axis

TITLE = "Each uncertain number low and high, one at a time"
NAMES_AT_THE_LEFT = True
HEAD, GAP = 30.0, 28.0
LOW, HIGH = OKABE_ITO[4], OKABE_ITO[3]


def caption(found: Sequence[Tornado]) -> str:
    """What the panels show."""
    unit = "Percent of runs" if found[0].output.sort == "outcome" else "Mean of the metric"
    return (
        f"{unit} with each parameter at its 5 % point and at its 95 % point. Bars: the others drawn; whiskers "
        "at the high end: 95 % interval of its distance from the low end, run by run on the same luck. Diamonds: the "
        "others at their medians."
    )


def order(found: Sequence[Tornado]) -> tuple[str, ...]:
    """Parameters from top to bottom: the widest swing of any panel first, beside the widest of that panel."""
    most: dict[str, float] = {}
    for one in found:
        widest = max(abs(row.swing.value) for row in one.drawn) or 1.0
        for row in one.drawn:
            most[row.parameter] = max(most.get(row.parameter, 0.0), abs(row.swing.value) / widest)
    return tuple(sorted(most, key=lambda name: -most[name]))


def legend(slide: Slide, found: Sequence[Tornado]) -> float:
    """The colours with their words; where the panels begin."""
    x, y = slide.left, slide.top - 8
    for colour, marker, says in ((LOW, "s", "parameter low (5 %)"), (HIGH, "o", "parameter high (95 %)"),
                                 (PAPER, "D", "others at medians")):  # fmt: skip
        axes = slide.axes(x, y - 8, x + 20, y + 8)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.plot([0.5], [0.5], marker=marker, color=colour, markeredgecolor=INK, markersize=9)
        slide.text(x + 28, y, says, CAPTION)
        x += 28 + slide.measure(says, CAPTION)[0] + 28
    return slide.top - 30


def draw(slide: Slide, axes: Axes, one: Tornado, rows: tuple[str, ...]) -> None:
    """A bar from low to high for each parameter, its interval, and the same with the others at their medians."""
    scale = 100.0 if one.output.sort == "outcome" else 1.0
    by_name = {row.parameter: row for row in one.drawn}
    middle = scale * one.middle[1]
    for place, name in enumerate(rows):
        row, plain_row = by_name[name], one.beside(name)
        for end, colour, marker in ((row.low, LOW, "s"), (row.high, HIGH, "o")):
            axes.barh(place, scale * end - middle, left=middle, height=0.5, color=colour, linewidth=0, zorder=1)
            axes.plot([scale * end], [place], marker=marker, color=colour, markeredgecolor=INK, markersize=6, zorder=4)
        ends = [scale * (row.low + end) for end in (row.swing.low, row.swing.high)]
        axes.plot(ends, [place, place], color=INK, linewidth=1.3, marker="|", markersize=7, mew=1.3, zorder=3)
        for end, colour in ((plain_row.low, LOW), (plain_row.high, HIGH)):
            axes.plot([scale * end], [place - 0.38], marker="D", color=colour, markeredgecolor=INK, markersize=4.5,
                      zorder=4)  # fmt: skip
    axes.axvline(middle, color=FAINT, linewidth=1, zorder=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.margins(x=0.06)
    number_axis(axes, "x")
    axes.tick_params(axis="x", labelsize=11)

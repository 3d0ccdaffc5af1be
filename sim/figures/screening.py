"""Panels of a Morris screening: the size of the effects of each parameter against how uneven they are."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from sim.analysis.sensing.screening import Screening
from sim.figures.looks import FAILURE, INK, PAPER, category_looks
from sim.figures.slide import CAPTION, Slide, number_axis
from sim.figures.words import plain

ROUNDING = 1e-9
"""Which part of the sizes of effects is none, as a spread."""

TITLE = "How much a step of each uncertain number does"
NAMES_AT_THE_LEFT = False
HEAD, GAP = 30.0, 70.0


def caption(found: Sequence[Screening]) -> str:
    """What the panels show."""
    unit = "percentage points" if found[0].output.sort == "outcome" else "units of the metric"
    return (
        f"Across: mean size of the effect of a step of half the distribution (mu*), in {unit}, with 95 % intervals "
        "(bootstrap over trajectories). Up: how uneven the steps are (sigma, without luck): interactions and curves. "
        "Grey ticks: the size that luck alone would show; hollow: not above it."
    )


def order(found: Sequence[Screening]) -> tuple[str, ...]:
    """The parameters in file order."""
    return tuple(row.parameter for row in found[0].rows)


def legend(slide: Slide, found: Sequence[Screening]) -> float:
    """The symbol of each parameter with its name, in lines; where the panels begin."""
    x, y = slide.left, slide.top - 8
    rows = order(found)
    for name, look in zip(rows, category_looks(len(rows)), strict=True):
        says = plain(name)
        wide = 24 + slide.measure(says, CAPTION)[0] + 22
        if x + wide > slide.right and x > slide.left:
            x, y = slide.left, y - 22
        axes = slide.axes(x, y - 8, x + 18, y + 8)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.plot([0.5], [0.5], marker=look.marker, color=look.colour, markeredgecolor=INK, markersize=9)
        slide.text(x + 24, y, says, CAPTION)
        x += wide
    return y - 22


def draw(slide: Slide, axes: Axes, one: Screening, rows: tuple[str, ...]) -> None:
    """A point for each parameter, its interval, and the size that luck alone would show."""
    scale = 100.0 if one.output.sort == "outcome" else 1.0
    looks = dict(zip(rows, category_looks(len(rows)), strict=True))
    known = [row for row in one.rows if row.size.value == row.size.value]
    right = max(scale * max(row.size.high, row.noise) for row in known) * 1.05
    spread = max((scale * row.spread.value for row in known), default=0.0)
    top = 1.12 * spread if spread > ROUNDING * right else right  # steps that are even throughout: no noise is shown
    axes.set_xlim(-0.04 * right, right)
    axes.set_ylim(-0.1 * top, top)
    for row in known:
        x, y, look = scale * row.size.value, scale * row.spread.value, looks[row.parameter]
        ends = [max(0.0, scale * row.size.low), scale * row.size.high]
        axes.plot(ends, [y, y], color=look.colour, linewidth=1.5, zorder=1)
        axes.plot([scale * row.noise], [y], linestyle="", marker="|", color=FAILURE, markersize=12, mew=2, zorder=0)
        axes.plot([x], [y], linestyle="", marker=look.marker, color=look.colour if row.is_told else PAPER,
                  markeredgecolor=INK, markersize=9, zorder=2, clip_on=False)  # fmt: skip
    number_axis(axes, "x")
    number_axis(axes, "y")
    axes.tick_params(labelsize=10)

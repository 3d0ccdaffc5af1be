"""The share of one outcome over two axes of a sweep: a cell for each point, and lines where runs can draw them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.percent import percent
from sim.analysis.sweeping.responses import AxisRead, Estimate
from sim.figures.looks import INK, PAPER, ink_on, ramp_colour
from sim.figures.points import described_points
from sim.figures.slide import CAPTION, TICK, in_house_style, new_slide
from sim.figures.words import titled
from sim.study.designs.points import say_value

if TYPE_CHECKING:
    from sim.analysis.sweeping.sweep import Sweep

    Cells = Sequence[Sequence[Estimate]]

LEAST_TOP = 0.1
"""The darkest colour is at least this share, so that next to nothing does not look like much."""

ROOM = (46.0, 19.0)
"""How far from the middle of a cell, in pixels, the label of a line stands clear of the number there."""


@in_house_style
def draw_heat(study: Sweep, name: str) -> Figure:
    """The share of one outcome over two axes: a cell for each point, hatched where a line may pass."""
    down, across = study.moving
    cells, levels = study.grid(name)
    widest = max(one.half_width for row in cells for one in row)
    top = max([LEAST_TOP, *(one.value for row in cells for one in row if one.n)])
    slide = new_slide(
        f"{titled('', name)}, by {study.named(across)} and {study.named(down)}",
        described_points(study, _says(levels, widest, top)), subtitle=study.question,
    )  # fmt: skip
    left = slide.left + 40 + max(slide.measure(down.said(value), TICK)[0] for value in down.distinct) + 20
    axes = slide.axes(left, slide.bottom + 60, slide.right - 10, slide.top - 10)
    width, height = (slide.right - left) / len(across.distinct), (slide.top - slide.bottom - 70) / len(down.distinct)
    _cells(axes, cells, levels, top, digits=(0 if widest > 0.005 else 1) if width > 58 and height > 24 else None)
    if levels and all(one.n for line in cells for one in line) and len(cells) > 1 and len(cells[0]) > 1:
        _lines(axes, cells, levels, (width, height))
    axes.set_xlim(-0.5, len(across.distinct) - 0.5)
    axes.set_ylim(-0.5, len(down.distinct) - 0.5)
    wide = max(slide.measure(across.said(value), TICK)[0] for value in across.distinct) + 12
    axes.set_xticks(*_ticks(across, width, wide))
    axes.set_yticks(*_ticks(down, height, 26))
    axes.set_xlabel(study.named(across), fontsize=TICK, color=INK).set_parse_math(False)
    axes.set_ylabel(study.named(down), fontsize=TICK, color=INK).set_parse_math(False)
    return slide.figure


def _says(levels: Sequence[float], widest: float, top: float) -> str:
    shown = ", ".join(say_value(level, "share") for level in levels)
    cells = (f"Cells: share of runs, darkest {percent(top, 0)}; half of a 95 % Wilson interval is at most "
             f"{100 * widest:.2g} points.")  # fmt: skip
    if not levels:
        return f"{cells} No line: of no round level do these runs show cells on both sides."
    return (
        f"{cells} Lines: {shown}, drawn between cells. Hatched: the interval holds such a level; luck decides the side."
    )


def _cells(axes: Axes, cells: Cells, levels: Sequence[float], top: float, *, digits: int | None) -> None:
    """The cells, with their shares if there is room for so many digits."""
    for row, line in enumerate(cells):
        for column, one in enumerate(line):
            if not one.n:
                continue
            colour = ramp_colour(max(0.0, min(1.0, one.value / top)))
            unsure = any(one.low <= level <= one.high for level in levels)
            ink = ink_on(colour)
            axes.bar(column, 1, bottom=row - 0.5, width=1, color=colour, edgecolor=ink if unsure else PAPER,
                     hatch="//" if unsure else "", linewidth=0, alpha=1, zorder=1)  # fmt: skip
            if digits is not None:
                axes.text(column, row, percent(one.value, digits), ha="center", va="center", fontsize=CAPTION,
                          color=ink, zorder=4, bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.5})  # fmt: skip


def _lines(axes: Axes, cells: Cells, levels: Sequence[float], cell: tuple[float, float]) -> None:
    """A line for each level, light around dark so that it is seen on every colour, its label clear of the numbers."""
    from matplotlib.patheffects import withStroke

    drawn = axes.contour([[one.value for one in line] for line in cells], levels=levels, colors=INK, linewidths=2.2,
                         zorder=3)  # fmt: skip
    drawn.set_path_effects([withStroke(linewidth=5.0, foreground=PAPER)])
    taken: list[tuple[float, float]] = []
    for level, segments in zip(drawn.levels, drawn.allsegs, strict=True):
        spots = [spot for segment in segments for spot in _along(segment.tolist())]
        if not spots:
            continue
        x, y = max(spots, key=lambda spot: (_is_free(spot, taken, cell), _clear(spot, cell)))
        taken.append((x, y))
        axes.text(x, y, say_value(float(level), "share"), ha="center", va="center", fontsize=CAPTION, color=INK,
                  weight="bold", zorder=5,
                  bbox={"facecolor": PAPER, "edgecolor": INK, "lw": 0.8, "pad": 1.5})  # fmt: skip


def _along(corners: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Places along a line from corner to corner."""
    return [
        (a[0] + part / 8 * (b[0] - a[0]), a[1] + part / 8 * (b[1] - a[1]))
        for a, b in pairwise(corners)
        for part in range(9)
    ]


def _clear(spot: tuple[float, float], cell: tuple[float, float]) -> float:
    """How clear a place is of the middle of its cell: 1 and more where a label hides no number."""
    return min(1.0, max(abs(at - round(at)) * size / room for at, size, room in zip(spot, cell, ROOM, strict=True)))


def _is_free(spot: tuple[float, float], taken: Sequence[tuple[float, float]], cell: tuple[float, float]) -> bool:
    """Whether no other label stands there."""
    return all(
        any(abs(at - other) * size > 1.3 * room for at, other, size, room in zip(spot, one, cell, ROOM, strict=True))
        for one in taken
    )


def _ticks(axis: AxisRead, room: float, need: float) -> tuple[list[int], list[str]]:
    """The values of an axis beside its cells; where they would touch, every second, third, ..."""
    step = max(1, ceil(need / room))
    places = list(range(0, len(axis.distinct), step))
    return places, [axis.said(axis.distinct[place]) for place in places]

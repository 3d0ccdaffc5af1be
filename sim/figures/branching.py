"""Futures of one past: how they ended under each option, side by side, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from sim.analysis.branching.futures import OUTCOMES, Futures
from sim.analysis.percent import percent
from sim.analysis.sheet import cell
from sim.figures.looks import FAINT, GRID, INK, PAPER, Look, category_looks
from sim.figures.shares import names_in
from sim.figures.slide import (
    LABEL,
    SMALLEST,
    TICK,
    Slide,
    in_house_style,
    new_slide,
    nothing_to_draw,
    percent_axis,
)
from sim.figures.words import counted, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THICKEST = 34.0
"""Pixels from one option to the next, at most."""


def pictures(study: Any) -> dict[str, Callable[[], Figure]]:
    """What can be drawn of a stored study of futures."""
    return {"futures": partial(draw_futures, study.futures)}


@in_house_style
def draw_futures(futures: Futures) -> Figure:
    """For each outcome its share under each option, with Wilson's interval; options in the order of the table."""
    trigger = futures.settings["trigger"]
    title = f"What comes of {plain(trigger)}" if trigger else "What comes of this past"
    slide = new_slide(title, _caption(futures), subtitle=futures.programs[0].question)
    if not futures.count:
        return nothing_to_draw(slide, "no future has this past")
    looks = category_looks(len(futures.labels))
    top = _legend(slide, futures, looks) if len(futures.labels) > 1 else slide.top
    each = min(THICKEST, (top - slide.bottom - 50) / (len(futures.names) * (len(futures.labels) + 0.8)))
    height = each * (len(futures.labels) + 0.8)
    names, size, width = names_in(slide, [plain(name) for name in futures.names], 260, 0.95 * height)
    small = max(SMALLEST, min(TICK, 0.72 * each * 72 / 100))
    room = max(slide.measure(_said(one), small)[0] for name in futures.names for one in futures.shares(name)) + 20
    bottom = top - height * len(names)
    axes = slide.axes(slide.left + width + 16, bottom, slide.right - room, top)
    percent_axis(axes, "x", top=min(1.0, 1.04 * max(one[2] for name in futures.names for one in futures.shares(name))))
    axes.set_ylim(len(names) * (len(looks) + 0.8), 0)
    axes.set_yticks([])
    axes.set_xlabel("share of futures", fontsize=TICK, color=INK)
    for place, (name, text) in enumerate(zip(futures.names, names, strict=True)):
        slide.text(slide.left + width, top - (place + 0.5) * height, text, size, ha="right")
        first = place * (len(looks) + 0.8) + 0.4
        if place:
            axes.axhline(first - 0.4, color=GRID, linewidth=1.0, clip_on=False)
        for option, (one, look) in enumerate(zip(futures.shares(name), looks, strict=True)):
            at = first + option + 0.5
            _draw(axes, one, at, look, min(11.0, each * 0.42))
            slide.text(slide.right, top - at * each, _said(one), small, ha="right", color=FAINT)
    return slide.figure


def _draw(axes: Axes, one: Sequence[float], at: float, look: Look, size: float) -> None:
    """A point and its interval; a white edge keeps both visible where they lie on a line."""
    share, low, high = one[0], one[1], one[2]
    axes.plot([low, high], [at, at], color=PAPER, linewidth=5, solid_capstyle="butt", clip_on=False)
    axes.plot([low, high], [at, at], color=look.colour, linewidth=2.5, marker="|", markersize=size, mew=2,
              solid_capstyle="butt", clip_on=False)  # fmt: skip
    axes.plot([share], [at], linestyle="", marker=look.marker, markersize=size, color=look.colour,
              markeredgecolor=INK, markeredgewidth=0.8, clip_on=False, zorder=3)  # fmt: skip


def _said(one: Sequence[float]) -> str:
    return cell({"share": one[0], "low": one[1], "high": one[2]}, OUTCOMES[2])


def _legend(slide: Slide, futures: Futures, looks: Sequence[Look]) -> float:
    """Symbols and names of the options above the axes, in as many lines as it takes; where the axes may begin."""
    own = futures.settings["shares"] or [None] * len(looks)
    says = [plain(label) + ("" if share is None else f" (the model: {percent(share)})")
            for label, share in zip(futures.labels, own, strict=True)]  # fmt: skip
    x, y, line = slide.left, slide.top - 12, 28.0
    for text, look in zip(says, looks, strict=True):
        wide = slide.measure(text, LABEL)[0] + 58
        if x > slide.left and x + wide > slide.right:
            x, y = slide.left, y - line
        axes = slide.axes(x, y - 10, x + 24, y + 10)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.plot([0.5], [0.5], linestyle="", marker=look.marker, markersize=11, color=look.colour,
                  markeredgecolor=INK, markeredgewidth=0.8)  # fmt: skip
        slide.text(x + 30, y, slide.wrapped(text, slide.right - x - 30, LABEL, lines=1), LABEL)
        x += wide
    return y - line


def _caption(futures: Futures) -> str:
    trigger = futures.settings["trigger"]
    where = f"before {plain(trigger)} decides" if trigger else "and from then on"
    left = len(futures.kept) - futures.count
    out = f"; {left:,} that did not keep the past are left out" if left else ""
    return (
        f"Points: share of {counted(futures.count, 'future')} that ended so{out}. Brackets: 95 % Wilson intervals, of "
        f"luck alone. One past: run {futures.run} up to {futures.settings['when']}, {where}; future j has the same "
        f"fresh luck everywhere. Scenario {futures.programs[0].name}, seed {futures.seed}."
    )

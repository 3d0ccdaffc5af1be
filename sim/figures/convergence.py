"""How many runs were enough: running shares and metrics with their intervals against the number of runs."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.convergence import Convergence, Running
from sim.analysis.percent import percent
from sim.analysis.summary import Summary
from sim.figures.looks import FAINT, GRID, INK, OKABE_ITO, Look, category_looks
from sim.figures.over_time import Label, room_beside, set_labels
from sim.figures.shares import level_text, outcome_looks
from sim.figures.slide import (
    TICK,
    described,
    in_house_style,
    new_slide,
    nothing_to_draw,
    number_axis,
    percent_axis,
)
from sim.figures.words import counted, number, plain


@in_house_style
def draw_convergence(summary: Summary, found: Convergence) -> Figure:
    """A curve for each outcome: its share among the first so many runs, with its Wilson interval, runs on a log axis.

    Dashed lines are the width that was asked for, about the last share.
    """
    slide = new_slide(
        f"How shares settled over {counted(summary.runs, 'run')}",
        described(
            summary,
            f"Curves: share among the first so many runs; bands: {level_text(summary)} Wilson intervals at each number "
            f"of runs alone, of luck alone. {_lines_say(found, any(row.asked for row in found.outcomes))}",
        ),
        subtitle=_reached(found) or summary.program.question,
    )
    looks = outcome_looks(summary)
    says = [f"{percent(float(row.value[-1]))}  {plain(row.name)}{_asked(row)}" for row in found.outcomes]
    left, right, bottom = slide.left + 80, slide.right - room_beside(slide, says) - 12, slide.bottom + 60
    axes = slide.axes(left, bottom, right, slide.top)
    early = len(found.runs) // 4  # the first intervals are as wide as the picture
    percent_axis(axes, top=min(1.0, 1.05 * max(float(row.high[early:].max()) for row in found.outcomes)))
    axes.set_ylabel("share of runs so far", fontsize=TICK, color=INK)
    _runs_axis(axes, found)
    pale = 0.22 if len(found.outcomes) < 8 else 0.1
    for row in found.outcomes:
        _draw_running(axes, found, row, looks[row.name], pale)
    labels = [
        Label(float(row.value[-1]), text, looks[row.name].colour, faint=row.value[-1] == 0)
        for row, text in zip(found.outcomes, says, strict=True)
    ]
    set_labels(slide, axes, labels, right + 12, bottom, slide.top)
    return slide.figure


@in_house_style
def draw_metric_convergence(summary: Summary, found: Convergence, row: Running) -> Figure:
    """The curve of one mean or quantile over the first so many runs, with its interval, runs on a log axis."""
    kind = "Student intervals" if row.says.startswith("the mean") else "intervals between order statistics"
    slide = new_slide(
        f"How {plain(row.says)} settled over {counted(summary.runs, 'run')}",
        described(
            summary,
            f"Curve: {plain(row.says)} over the first so many runs; band: {level_text(summary)} {kind} at each number "
            f"of runs alone, of luck alone. {_lines_say(found, row.asked is not None)}",
        ),
        subtitle=_reached(found),
    )
    if not np.isfinite(row.value[-1]):
        return nothing_to_draw(slide, "Nothing to draw: no run has a finite value of it.")
    says = [f"{number(float(row.value[-1]))} {row.unit}".strip()]
    left, right, bottom = slide.left + 100, slide.right - room_beside(slide, says) - 12, slide.bottom + 60
    axes = slide.axes(left, bottom, right, slide.top)
    look = category_looks(1, colours=OKABE_ITO)[0]
    _draw_running(axes, found, row, look, 0.22)
    axes.set_ylim(*_room(row, len(found.runs) // 4))
    number_axis(axes, "y")
    _runs_axis(axes, found)
    axes.set_ylabel(row.unit, fontsize=TICK, color=INK)
    set_labels(slide, axes, [Label(float(row.value[-1]), says[0], look.colour)], right + 12, bottom, slide.top)
    return slide.figure


def _draw_running(axes: Axes, found: Convergence, row: Running, look: Look, pale: float) -> None:
    bounded = np.isfinite(row.low) & np.isfinite(row.high)
    axes.fill_between(found.runs, row.low, row.high, where=list(bounded), color=look.colour, alpha=pale, linewidth=0)
    axes.plot(
        found.runs, row.value, color=look.colour, linewidth=2.6, label=row.name, dashes=look.dashes or (None, None)
    )
    axes.plot(found.runs[-1:], row.value[-1:], marker=look.marker, color=look.colour, markeredgecolor=INK, markersize=9,
              linestyle="", clip_on=False)  # fmt: skip
    for end in row.asked or ():
        axes.axhline(end, color=look.colour, linewidth=1.6, linestyle=(0, (5, 3)), label="asked")


def _runs_axis(axes: Axes, found: Convergence) -> None:
    """Numbers of runs on a logarithmic axis, and where it was narrow enough (dotted) and stopped (full)."""
    first, last = int(found.runs[0]), int(found.runs[-1])
    axes.set_xscale("log")
    axes.set_xlim(first if first < last else 0.9 * first, last if first < last else 1.1 * last)
    steps = (1, 2, 5) if last < 1_000 * first else (1,)
    marks = [step * 10**power for power in range(12) for step in steps if first <= step * 10**power <= last] or [last]
    axes.set_xticks(marks, [f"{mark:,}" for mark in marks], fontsize=TICK)
    axes.set_xticks([], minor=True)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel("runs so far", fontsize=TICK, color=INK)
    if found.since is not None and found.since >= first:
        axes.axvline(found.since, color=FAINT, linewidth=1.8, linestyle=(0, (1, 1.5)), label="since")
    if found.stopped is not None:
        axes.axvline(found.stopped, color=INK, linewidth=1.8, label="stopped", clip_on=False)


def _room(row: Running, early: int) -> tuple[float, float]:
    """The ends of the vertical axis: all but the first intervals, which are as wide as the picture."""
    kept = np.concatenate([row.value, row.low[early:], row.high[early:], np.array(row.asked or ())])
    kept = kept[np.isfinite(kept)]
    low, high = float(kept.min()), float(kept.max())
    pad = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - pad, high + pad


def _lines_say(found: Convergence, asked: bool) -> str:
    """What dashed and upright lines are."""
    says = "Dashed: the width asked for, about the last value." if asked else ""
    if found.stopped is None:
        return says
    return (
        f"{says} Dotted upright: all that was asked for is reached; full: it has lasted, and the study stops.".strip()
    )


def _reached(found: Convergence) -> str:
    """How far the targets are, in a line."""
    if found.stopped is not None and found.since is not None:
        return f"What was asked for was reached after {found.since:,} runs, and had lasted at {found.stopped:,}"
    return " ".join(found.says).replace("`", "").replace("+-", "±")


def _asked(row: Running) -> str:
    if row.asked is None:
        return ""
    return f", asked ±{number(50 * (row.asked[1] - row.asked[0]))}"

"""How runs end along the axes of a sweep: response curves, heat maps, drawn points with means, a crossing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.percent import percent
from sim.analysis.sweeping.responses import AxisRead, Estimate, groups_of
from sim.figures.looks import ENDS, FAINT, GRID, INK, OKABE_ITO, PAPER, Look, category_looks, ink_on, ramp_colour
from sim.figures.slide import (
    CAPTION,
    TICK,
    PlainNumbers,
    Slide,
    in_house_style,
    new_slide,
    number_axis,
    percent_axis,
    spread,
)
from sim.figures.words import counted, number, plain, titled

if TYPE_CHECKING:
    from sim.analysis.sweeping.sweep import Sweep

FEW_LINES = 4
"""So many values of a second axis of numbers are lines of their own; more make a heat map."""

MOST_PANELS = 6


def pictures(study: Sweep) -> dict[str, Callable[[], Figure]]:
    """What can be drawn of a sweep, by name."""
    if study.tip is not None:
        return {"tip": partial(draw_tip, study)}
    moving, both = study.moving, (*study.outcomes, *study.metrics, *study.moments)
    if not moving:  # the rows of a table may all be one point
        return {}
    if len(moving) == 1:
        drawn: dict[str, Callable[[], Figure]] = {"response-outcomes": partial(draw_outcomes, study)}
        return drawn | {
            f"response-{_file(name)}": partial(draw_lines, study, name) for name in (*study.metrics, *study.moments)
        }
    if len(moving) == 2 and study.is_full and (not moving[1].is_number or len(moving[1].distinct) <= FEW_LINES):
        return {f"response-{_file(name)}": partial(draw_lines, study, name) for name in both}
    if len(moving) == 2 and study.is_full:
        return {f"heat-{_file(name)}": partial(draw_heat, study, name) for name in study.outcomes}
    return {f"along-{_file(name)}": partial(draw_along, study, name) for name in both}


def _file(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)


def _described(study: Sweep, says: str) -> str:
    """A caption: what the picture shows, of what, with how many runs and which luck."""
    runs = study.tallies.runs
    least, most = int(runs.min()), int(runs.max())
    each = counted(least, "run") if least == most else f"{least:,} to {most:,} runs"
    luck = "each with luck of its own" if "luck" in study.settings else "on the same luck"
    what = f"{counted(len(runs), 'point')} of {each} each, {luck}, seed {study.ensemble.seed}"
    return f"{says} Scenario {study.ensemble.program.name}, {what}."


# ---------------------------------------------------------------------------------------------- curves


def _places(axis: AxisRead) -> dict[Any, float]:
    """Where each value of an axis stands: numbers where they are, words side by side."""
    return {value: float(value) if axis.is_number else float(at) for at, value in enumerate(axis.distinct)}


def _label(axis: AxisRead) -> str:
    return f"{axis.path} (days)" if axis.sort == "days" else axis.path


SKEWED = 100.0
"""Positive numbers of which the largest is so many times the least lie at equal ratios."""


def _along_x(axes: Axes, axis: AxisRead, room: float, slide: Slide) -> None:
    """Put the values of an axis along the bottom."""
    places = _places(axis)
    low, high = min(places.values()), max(places.values())
    if not axis.is_number:
        each = room / max(1, len(places))
        axes.set_xticks(list(places.values()), [slide.wrapped(plain(str(value)), each - 8, TICK) for value in places])
        axes.set_xlim(low - 0.5, high + 0.5)
    elif axis.scale == "log" or (low > 0 and high > SKEWED * low):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(PlainNumbers())
        axes.set_xlim(low, high)
    elif axis.sort == "share" and low >= 0:
        percent_axis(axes, "x", top=high)
        axes.set_xlim(low, high)
    else:
        number_axis(axes, "x")
        axes.set_xlim(low, high)
    axes.set_xlabel(_label(axis), fontsize=TICK, color=INK).set_parse_math(False)


def _along_y(axes: Axes, found: Sequence[Estimate], *, share: bool) -> None:
    highs = [one.high for one in found if one.high == one.high and abs(one.high) != float("inf")]
    lows = [one.low for one in found if one.low == one.low and abs(one.low) != float("inf")]
    if share:
        percent_axis(axes, top=min(1.0, 1.06 * max(highs, default=1.0)))
        return
    low, high = min(lows, default=0.0), max(highs, default=1.0)
    low = 0.0 if 0 <= low < 0.5 * high else low
    axes.set_ylim(low, high + 0.06 * (high - low or 1.0))
    number_axis(axes, "y")


def _line(axes: Axes, axis: AxisRead, xs: Sequence[Any], found: Sequence[Estimate], look: Look, name: str) -> None:
    """Points with their intervals: a band along numbers, brackets at words."""
    places = _places(axis)
    x, y = [places[value] for value in xs], [one.value for one in found]
    low, high = [one.low for one in found], [one.high for one in found]
    if axis.is_number:
        axes.fill_between(x, low, high, color=look.colour, alpha=0.22, linewidth=0)
        axes.plot(x, y, color=look.colour, marker=look.marker, markersize=8, markeredgecolor=PAPER, linewidth=2.2,
                  dashes=look.dashes or (None, None), label=name, clip_on=False)  # fmt: skip
        return
    for place, one, other in zip(x, low, high, strict=True):
        axes.plot([place] * 2, [one, other], color=look.colour, linewidth=2.2, marker="_", markersize=12, mew=2.2)
    axes.plot(x, y, color=look.colour, marker=look.marker, markersize=9, linestyle="", label=name)


def _named_at_the_end(slide: Slide, axes: Axes, ends: Sequence[tuple[str, float, Look]], right: float) -> None:
    """The names of lines beside their last points, pushed apart."""
    low, high = axes.get_ylim()
    box = axes.get_position()
    bottom, top = box.y0 * slide.size[1], box.y1 * slide.size[1]
    wanted = [
        bottom + (value - low) / (high - low) * (top - bottom) if value == value else bottom for _, value, _ in ends
    ]
    for (name, _, look), y in zip(ends, spread(wanted, 26, bottom, top), strict=True):
        text = slide.wrapped(plain(name), slide.right - right - 38, TICK, lines=1)
        slide.figure.add_artist(_mark(slide, right + 24, y, look))
        slide.text(right + 38, y, text, TICK)


def _mark(slide: Slide, x: float, y: float, look: Look) -> Any:
    from matplotlib.lines import Line2D

    width, height = slide.size
    return Line2D([x / width], [y / height], marker=look.marker, color=look.colour, markersize=9, linestyle="")


@in_house_style
def draw_outcomes(study: Sweep) -> Figure:
    """The share of each outcome along the only axis that moves."""
    (axis,) = study.moving
    caption = _described(study, "Points: share of runs. Bands or brackets: 95 % Wilson intervals at each point.")
    slide = new_slide(f"How runs end, by {axis.path}", caption, subtitle=study.question)
    names = study.tallies.outcome_names
    looks = dict(zip(names, category_looks(len(names), colours=ENDS), strict=True))
    lines = [(name, looks[name], study.line(axis, name)) for name in names]
    return _drawn(slide, axis, lines, share=True, y="share of runs")


@in_house_style
def draw_lines(study: Sweep, name: str) -> Figure:
    """An outcome's share or a metric's mean along one axis, a line for each value of a second."""
    share = study.is_share(name)
    axis, *others = study.moving
    kind = "share of runs, 95 % Wilson interval" if share else "mean of runs, 95 % Student's interval"
    if name in study.moments:
        kind = "share of finished runs in which it came, 95 % Wilson interval"
    elif not share and study.is_partly_void(name):
        kind = kind.replace("of runs", "of the runs in which it is finite")
    says = f"Points: {kind} at each point (band or bracket)."
    by = f" and {others[0].path}" if others else ""
    program = study.ensemble.program
    told = next((metric.says for metric in program.metrics if metric.name == name and name not in study.outcomes), "")
    slide = new_slide(f"{titled(told, name)}, by {axis.path}{by}", _described(study, says), subtitle=study.question)
    if not others:
        lines = [(name, category_looks(1)[0], study.line(axis, name))]
    else:
        looks = category_looks(len(others[0].distinct), colours=OKABE_ITO)
        lines = [
            (f"{others[0].path} {others[0].said(value)}", look, study.line(axis, name, others[0], value))
            for look, value in zip(looks, others[0].distinct, strict=True)
        ]
    return _drawn(slide, axis, lines, share=share, y="share of runs" if share else study.unit(name) or plain(name))


def _drawn(slide: Slide, axis: AxisRead, lines: Sequence[Any], *, share: bool, y: str) -> Figure:
    names = max(slide.measure(plain(name), TICK)[0] for name, _, _ in lines)
    right = slide.right - min(300.0, names + 50)
    axes = slide.axes(slide.left + 74, slide.bottom + 64, right, slide.top - 10)
    _along_x(axes, axis, right - slide.left - 74, slide)
    _along_y(axes, [one for _, _, line in lines for _, one in line], share=share)
    axes.set_ylabel(y, fontsize=TICK, color=INK).set_parse_math(False)
    for name, look, line in lines:
        _line(axes, axis, [value for value, _ in line], [one for _, one in line], look, name)
    _named_at_the_end(slide, axes, [(name, line[-1][1].value, look) for name, look, line in lines], right)
    return slide.figure


# ---------------------------------------------------------------------------------------------- heat maps


@in_house_style
def draw_heat(study: Sweep, name: str) -> Figure:
    """The share of one outcome over two axes: a cell for each point, hatched where its interval holds a contour."""
    down, across = study.moving
    cells, levels = study.grid(name)
    widest = max(one.half_width for row in cells for one in row)
    shown = ", ".join(percent(level) for level in levels)
    caption = _described(
        study,
        f"Cells: share of runs; half of a 95 % Wilson interval is at most {100 * widest:.2g} points."
        + (f" Lines: {shown}, drawn between cells. Hatched: the interval holds such a level, so that luck decides the "
           "side." if levels else ""),
    )  # fmt: skip
    slide = new_slide(f"{titled('', name)}, by {across.path} and {down.path}", caption, subtitle=study.question)
    left = slide.left + 40 + max(slide.measure(down.said(value), TICK)[0] for value in down.distinct) + 20
    axes = slide.axes(left, slide.bottom + 60, slide.right - 10, slide.top - 10)
    highest = max((one.value for row in cells for one in row if one.n), default=0.0) or 1.0
    width, height = (slide.right - left) / len(across.distinct), (slide.top - slide.bottom - 70) / len(down.distinct)
    for row, line in enumerate(cells):
        for column, one in enumerate(line):
            if not one.n:
                continue
            colour = ramp_colour(max(0.0, min(1.0, one.value / highest)))
            unsure = any(one.low <= level <= one.high for level in levels)
            ink = ink_on(colour)
            axes.bar(column, 1, bottom=row - 0.5, width=1, color=colour, edgecolor=ink if unsure else PAPER,
                     hatch="//" if unsure else "", linewidth=0, alpha=1, zorder=1)  # fmt: skip
            if width > 58 and height > 24:
                axes.text(column, row, percent(one.value, 0 if widest > 0.005 else 1), ha="center", va="center",
                          fontsize=CAPTION, color=ink, zorder=4,
                          bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.5})  # fmt: skip
    whole = all(one.n for line in cells for one in line)
    if levels and whole and len(cells) > 1 and len(cells[0]) > 1:
        drawn = axes.contour([[one.value for one in line] for line in cells], levels=levels, colors=INK, linewidths=2.2,
                             zorder=3)  # fmt: skip
        axes.clabel(drawn, fmt={level: percent(level) for level in levels}, fontsize=CAPTION)
    axes.set_xlim(-0.5, len(across.distinct) - 0.5)
    axes.set_ylim(-0.5, len(down.distinct) - 0.5)
    wide = max(slide.measure(across.said(value), TICK)[0] for value in across.distinct) + 12
    axes.set_xticks(*_ticks(across, width, wide))
    axes.set_yticks(*_ticks(down, height, 26))
    axes.set_xlabel(across.path, fontsize=TICK, color=INK).set_parse_math(False)
    axes.set_ylabel(down.path, fontsize=TICK, color=INK).set_parse_math(False)
    return slide.figure


def _ticks(axis: AxisRead, room: float, need: float) -> tuple[list[int], list[str]]:
    """The values of an axis beside its cells; where they would touch, every second, third, ..."""
    step = max(1, ceil(need / room))
    places = list(range(0, len(axis.distinct), step))
    return places, [axis.said(axis.distinct[place]) for place in places]


# ---------------------------------------------------------------------------------------------- drawn points


@in_house_style
def draw_along(study: Sweep, name: str) -> Figure:
    """One outcome or metric over each axis in a panel: every point, and means of groups with their intervals."""
    share = study.is_share(name)
    shown = study.moving[:MOST_PANELS]
    kind = "Student's interval over points" if study.settings.get("spread") else "interval of luck alone, at most"
    left_out = len(study.moving) - len(shown)
    says = (f"Small: {'share' if share else 'mean'} of each point, whatever the other axes are there. Large: means of "
            f"groups of points, 95 % {kind}.")  # fmt: skip
    says += f" {counted(left_out, 'axis').replace('axiss', 'axes')} more not drawn." if left_out else ""
    slide = new_slide(f"{titled('', name)}, along each axis", _described(study, says), subtitle=study.question)
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    wide, high = (slide.right - slide.left) / columns, (slide.top - slide.bottom) / rows
    found = [study.estimate(at, name) for at in range(len(study.tallies.runs))]
    for number_, axis in enumerate(shown):
        row, column = divmod(number_, columns)
        left, top = slide.left + column * wide, slide.top - row * high
        axes = slide.axes(left + 66, top - high + 62, left + wide - 24, top - 10)
        _along_x(axes, axis, wide - 90, slide)
        _along_y(axes, [Estimate(one.value, one.value, one.value, one.n) for one in found], share=share)
        places, look = _places(axis), category_looks(1)[0]
        axes.plot([places[value] for value in axis.values], [one.value for one in found], linestyle="", marker="o",
                  markersize=4, color=FAINT, alpha=0.55, clip_on=False)  # fmt: skip
        for group in groups_of(axis):
            one, x = study.over(group, name), places[group.middle]
            axes.plot([x, x], [one.low, one.high], color=look.colour, linewidth=2.5, marker="_", markersize=12, mew=2.5)
            axes.plot(
                [x], [one.value], color=look.colour, marker="D", markersize=8, linestyle="", markeredgecolor=PAPER
            )
        if column == 0:
            axes.set_ylabel("share of runs" if share else study.unit(name) or plain(name), fontsize=TICK, color=INK)
    return slide.figure


# ---------------------------------------------------------------------------------------------- a crossing


@in_house_style
def draw_tip(study: Sweep) -> Figure:
    """The points of a search with their joint intervals, the level, and between which values it is crossed."""
    tip = study.tip
    assert tip is not None
    share = tip.of == "outcome"
    (axis,) = study.axes
    kind = "Clopper and Pearson's" if share else "Student's"
    caption = _described(
        study,
        f"Brackets: {kind} intervals, of which all together hold with 95 %. Filled: clearly above or below the level; "
        "open: these runs cannot tell. Grey: the interval of the crossing.",
    )
    says = tip.says[0].partition(" (")[0].rstrip(".")
    slide = new_slide(f"Where {tip.what.replace('`', '')}", caption, subtitle=says.replace("`", ""))
    axes = slide.axes(slide.left + 74, slide.bottom + 64, slide.right - 20, slide.top - 10)
    _along_x(axes, axis, slide.right - slide.left - 94, slide)
    looks = [Estimate(look.value, look.low, look.high, tip.runs) for look in tip.looks]
    _along_y(axes, [*looks, Estimate(tip.level, tip.level, tip.level, 0)], share=share)
    axes.axhline(tip.level, color=INK, linewidth=1.6, dashes=(6, 3))
    for crossing in tip.crossings:
        axes.axvspan(tip.value(crossing.low), tip.value(crossing.high), color=GRID, alpha=0.9, zorder=0.5, linewidth=0)
        axes.axvline(tip.value(crossing.best), color=FAINT, linewidth=1.6, zorder=0.6)
    colour = OKABE_ITO[0]
    for look in tip.looks:
        x = tip.value(look.part)
        axes.plot([x, x], [look.low, look.high], color=colour, linewidth=1.8, marker="_", markersize=8, mew=1.8)
        axes.plot([x], [look.value], marker="o", markersize=8, color=colour if look.side else PAPER,
                  markeredgecolor=colour, markeredgewidth=1.8, linestyle="", clip_on=False)  # fmt: skip
    name = number(tip.level) if not share else percent(tip.level)
    axes.annotate(name, (1.0, tip.level), xycoords=("axes fraction", "data"), xytext=(-4, 6), ha="right",
                  textcoords="offset points", fontsize=TICK, color=INK)  # fmt: skip
    axes.set_ylabel("share of runs" if share else study.unit(tip.name) or plain(tip.name), fontsize=TICK, color=INK)
    return slide.figure

"""How runs end along the axes of a sweep: response curves, heat maps, drawn points with means, a crossing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.sweeping.effects import mixed
from sim.analysis.sweeping.responses import AxisRead, Estimate, groups_of
from sim.figures.heat import draw_heat
from sim.figures.looks import ENDS, FAINT, GRID, INK, OKABE_ITO, PAPER, Look, category_looks
from sim.figures.points import described_points
from sim.figures.slide import (
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
from sim.study.designs.points import say_value

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


# ---------------------------------------------------------------------------------------------- curves


def _places(axis: AxisRead) -> dict[Any, float]:
    """Where each value of an axis stands: numbers where they are, words side by side."""
    return {value: float(value) if axis.is_number else float(at) for at, value in enumerate(axis.distinct)}


def _label(axis: AxisRead, others: Sequence[AxisRead] = ()) -> str:
    """The name of an axis, and beside it what moves together with it."""
    path = f"{axis.path} (days)" if axis.sort == "days" else axis.path
    if not others:
        return path
    first, last = (axis.values.index(value) for value in (axis.distinct[0], axis.distinct[-1]))
    told = [f"{one.path} from {one.said(one.values[first])} to {one.said(one.values[last])}" for one in others]
    return f"{path}, together with {' and '.join(told)}"


SKEWED = 100.0
"""Positive numbers of which the largest is so many times the least lie at equal ratios."""


def _along_x(axes: Axes, bundle: Sequence[AxisRead], room: float, slide: Slide) -> None:
    """Put the values of an axis along the bottom, and name all that move together with it."""
    axis, *others = bundle
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
    axes.set_xlabel(slide.wrapped(_label(axis, others), room, TICK, lines=1), fontsize=TICK, color=INK).set_parse_math(
        False
    )


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


def _line(
    axes: Axes, axis: AxisRead, line: Sequence[tuple[Any, Estimate]], look: Look, name: str, aside: float
) -> None:
    """Points with their intervals: a band along numbers, brackets at words, so far aside of them."""
    places, found = _places(axis), [one for _, one in line]
    x, y = [places[value] + (0.0 if axis.is_number else aside) for value, _ in line], [one.value for one in found]
    low, high = [one.low for one in found], [one.high for one in found]
    if axis.is_number:
        axes.fill_between(x, low, high, color=look.colour, alpha=0.22, linewidth=0)
        axes.plot(x, y, color=look.colour, marker=look.marker, markersize=8, markeredgecolor=PAPER, linewidth=2.2,
                  dashes=look.dashes or (None, None), label=name, clip_on=False)  # fmt: skip
        return
    for place, one, other in zip(x, low, high, strict=True):
        axes.plot([place] * 2, [one, other], color=look.colour, linewidth=2.2, marker="_", markersize=12, mew=2.2,
                  clip_on=False)  # fmt: skip
    axes.plot(x, y, color=look.colour, marker=look.marker, markersize=9, linestyle="", label=name, clip_on=False)


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
    caption = described_points(study, "Points: share of runs. Bands or brackets: 95 % Wilson intervals at each point.")
    slide = new_slide(f"How runs end, by {study.named(axis)}", caption, subtitle=study.question)
    names = study.tallies.outcome_names
    looks = dict(zip(names, category_looks(len(names), colours=ENDS), strict=True))
    lines = [(name, looks[name], study.line(axis, name)) for name in names]
    return _drawn(slide, study.bundle(axis), lines, share=True, y="share of runs")


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
    by = f" and {study.named(others[0])}" if others else ""
    program = study.ensemble.program
    told = next((metric.says for metric in program.metrics if metric.name == name and name not in study.outcomes), "")
    slide = new_slide(
        f"{titled(told, name)}, by {study.named(axis)}{by}", described_points(study, says), subtitle=study.question
    )
    if not others:
        lines = [(name, category_looks(1)[0], study.line(axis, name))]
    else:
        looks = category_looks(len(others[0].distinct), colours=OKABE_ITO)
        lines = [
            (f"{others[0].path} {others[0].said(value)}", look, study.line(axis, name, others[0], value))
            for look, value in zip(looks, others[0].distinct, strict=True)
        ]
    return _drawn(
        slide, study.bundle(axis), lines, share=share, y="share of runs" if share else study.unit(name) or plain(name)
    )


def _drawn(slide: Slide, bundle: Sequence[AxisRead], lines: Sequence[Any], *, share: bool, y: str) -> Figure:
    names = max(slide.measure(plain(name), TICK)[0] for name, _, _ in lines)
    right = slide.right - min(300.0, names + 50)
    axes = slide.axes(slide.left + 74, slide.bottom + 64, right, slide.top - 10)
    _along_x(axes, bundle, right - slide.left - 74, slide)
    _along_y(axes, [one for _, _, line in lines for _, one in line], share=share)
    axes.set_ylabel(y, fontsize=TICK, color=INK).set_parse_math(False)
    step = min(0.12, 0.7 / len(lines))
    for place, (name, look, line) in enumerate(lines):
        _line(axes, bundle[0], line, look, name, step * (place - (len(lines) - 1) / 2))
    _named_at_the_end(slide, axes, [(name, line[-1][1].value, look) for name, look, line in lines], right)
    return slide.figure


# ---------------------------------------------------------------------------------------------- drawn points


@in_house_style
def draw_along(study: Sweep, name: str) -> Figure:
    """One outcome or metric over each axis in a panel: every point, and means of groups with their intervals."""
    share = study.is_share(name)
    shown = study.moving[:MOST_PANELS]
    kind = "Student's interval over points, without the luck that they share" if study.settings.get("spread") else (
        "interval of luck alone, at most")  # fmt: skip
    if "luck" in study.settings:
        kind = kind.partition(",")[0]
    left_out = len(study.moving) - len(shown)
    says = (f"Small: {'share' if share else 'mean'} of each point, whatever the other axes are there. Large: means of "
            f"groups of points, 95 % {kind}.")  # fmt: skip
    if any(len(group.members) == 1 for axis in shown for group in groups_of(axis)):
        says += " Of a group of one point: its own interval, of luck."
    if found := mixed(shown):
        says += f" Axes are correlated by rank, up to {found[0][2]:+.2f}: each panel shows the others' effects too."
    says += f" {counted(left_out, 'axis').replace('axiss', 'axes')} more not drawn." if left_out else ""
    slide = new_slide(f"{titled('', name)}, along each axis", described_points(study, says), subtitle=study.question)
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    wide, high = (slide.right - slide.left) / columns, (slide.top - slide.bottom) / rows
    each = [study.estimate(at, name) for at in range(len(study.tallies.runs))]
    for number_, axis in enumerate(shown):
        row, column = divmod(number_, columns)
        left, top = slide.left + column * wide, slide.top - row * high
        axes = slide.axes(left + 66, top - high + 62, left + wide - 24, top - 10)
        _along_x(axes, study.bundle(axis), wide - 90, slide)
        groups = [(group.middle, study.over(group, name)) for group in groups_of(axis)]
        alone = [Estimate(one.value, one.value, one.value, one.n) for one in each]
        _along_y(axes, [*alone, *(one for _, one in groups)], share=share)
        places, look = _places(axis), category_looks(1)[0]
        axes.plot([places[value] for value in axis.values], [one.value for one in each], linestyle="", marker="o",
                  markersize=4, color=FAINT, alpha=0.55, clip_on=False)  # fmt: skip
        for middle, one in groups:
            x = places[middle]
            axes.plot([x, x], [one.low, one.high], color=look.colour, linewidth=2.5, marker="_", markersize=12, mew=2.5,
                      clip_on=False)  # fmt: skip
            axes.plot([x], [one.value], color=look.colour, marker="D", markersize=8, linestyle="",
                      markeredgecolor=PAPER, clip_on=False)  # fmt: skip
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
    caption = described_points(
        study,
        f"Brackets: {kind} intervals, of which all together hold with 95 %. Filled: clearly above or below the level; "
        "open: these runs cannot tell. Grey: the interval of the crossing.",
    )
    says = tip.says[0].partition(" (")[0].partition(". ")[0].rstrip(".")
    slide = new_slide(f"Where {tip.what.replace('`', '')}", caption, subtitle=says.replace("`", ""))
    axes = slide.axes(slide.left + 74, slide.bottom + 64, slide.right - 20, slide.top - 10)
    _along_x(axes, [axis], slide.right - slide.left - 94, slide)
    looks = [Estimate(look.value, look.low, look.high, tip.runs) for look in tip.looks]
    _along_y(axes, [*looks, Estimate(tip.level, tip.level, tip.level, 0)], share=share)
    axes.axhline(tip.level, color=INK, linewidth=1.6, dashes=(6, 3))
    for crossing in tip.crossings:
        axes.axvspan(tip.value(crossing.low), tip.value(crossing.high), color=GRID, alpha=0.9, zorder=0.5, linewidth=0)
        axes.axvline(tip.value(crossing.best), color=FAINT, linewidth=1.6, zorder=0.6)
    colour = OKABE_ITO[0]
    for look in tip.looks:
        x = tip.value(look.part)
        axes.plot([x, x], [look.low, look.high], color=colour, linewidth=1.8, marker="_", markersize=8, mew=1.8,
                  clip_on=False)  # fmt: skip
        axes.plot([x], [look.value], marker="o", markersize=8, color=colour if look.side else PAPER,
                  markeredgecolor=colour, markeredgewidth=1.8, linestyle="", clip_on=False)  # fmt: skip
    name = number(tip.level) if not share else say_value(tip.level, "share")
    axes.annotate(name, (1.0, tip.level), xycoords=("axes fraction", "data"), xytext=(-4, 6), ha="right",
                  textcoords="offset points", fontsize=TICK, color=INK)  # fmt: skip
    axes.set_ylabel("share of runs" if share else study.unit(tip.name) or plain(tip.name), fontsize=TICK, color=INK)
    return slide.figure

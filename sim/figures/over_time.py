"""What happens when: rungs over time, outcomes over time, and fans of numbers, on dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.courses import Fan, Occupancy
from sim.analysis.percent import percent
from sim.analysis.summary import Summary
from sim.clock import days
from sim.figures.looks import FAINT, INK, PAPER, category_looks, ladder_looks
from sim.figures.shares import level_text, outcome_looks
from sim.figures.slide import (
    LABEL,
    SMALLEST,
    TICK,
    Slide,
    date_axis,
    described,
    in_house_style,
    new_slide,
    nothing_to_draw,
    number_axis,
    percent_axis,
    spread,
)
from sim.figures.words import number, plain, titled

NONE = "Nothing to draw: every run failed."

BESIDE = 400.0
"""Pixels at the right for the labels of curves and areas, at most."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands beside a curve: where the curve ends, what it is called, its colour."""

    at: float  # in the unit of the vertical axis
    says: str
    colour: str
    faint: bool = False


def set_labels(slide: Slide, axes: Axes, labels: Sequence[Label], left: float, bottom: float, top: float) -> None:
    """Labels beside the right end of the axes, pushed apart, with a thin line from each to where it belongs."""
    low, high = axes.get_ylim()
    room = slide.right - left - 34
    height = (top - bottom) / max(1, len(labels))
    size = LABEL
    while True:
        lines = max(1, min(4, int(height / (size * 1.2 * 100 / 72))))
        texts = [slide.wrapped(label.says, room, size, lines=lines) for label in labels]
        if size <= SMALLEST or (not any("…" in text for text in texts) and size * 1.2 * 100 / 72 <= height):
            break
        size -= 0.5
    tallest = max((slide.measure(text, size)[1] for text in texts), default=0.0)
    wanted = [bottom + (label.at - low) / (high - low) * (top - bottom) for label in labels]
    width, depth = slide.size
    for label, text, at, place in zip(
        labels, texts, wanted, spread(wanted, tallest + 2, bottom + tallest / 2, top - tallest / 2), strict=True
    ):
        line = axes.plot([left / width, (left + 8) / width, (left + 22) / width, (left + 28) / width],
                         [at / depth, at / depth, place / depth, place / depth], color=label.colour, linewidth=3,
                         transform=slide.figure.transFigure, clip_on=False, solid_joinstyle="round")  # fmt: skip
        line[0].set_label("_leader")
        slide.text(left + 34, place, text, size, color=FAINT if label.faint else INK)


def room_beside(slide: Slide, says: Sequence[str]) -> float:
    """Pixels that labels at the right need, up to a limit."""
    return min(BESIDE, max((slide.measure(text, LABEL)[0] for text in says), default=0.0) + 44)


@in_house_style
def draw_occupancy(summary: Summary, occupancy: Occupancy) -> Figure:
    """Areas stacked from the lowest rung up: the share of runs that stand on each rung, on dates."""
    what = "with that value" if occupancy.numbers else "on that rung"
    slide = new_slide(
        _title(occupancy),
        described(
            summary,
            f"Height of an area: share of runs {what} at that date; {level_text(summary)} Wilson intervals, of "
            f"luck alone, are nowhere wider than ±{100 * occupancy.widest:.2g} points. {_held(summary)}",
        ),
        subtitle=f"Share of runs {what.replace('that', 'each')}, at the right on the last day{_policy(summary)}",
    )
    if not occupancy.runs:
        return nothing_to_draw(slide, NONE)
    looks = ladder_looks(len(occupancy.rungs)) if occupancy.ordered else category_looks(len(occupancy.rungs))
    last = occupancy.shares[-1]
    names = [f"at {rung}" if occupancy.numbers else plain(rung) for rung in occupancy.rungs]
    says = [
        f"{percent(share) if occupancy.shares[:, place].any() else 'never'}  {name}"
        for place, (name, share) in enumerate(zip(names, last, strict=True))
    ]
    left, right, bottom = slide.left + 70, slide.right - room_beside(slide, says), slide.bottom + 60
    axes = slide.axes(left, bottom, right, slide.top)
    date_axis(axes, summary.program.start, days(summary.program.horizon))
    percent_axis(axes)
    areas = axes.stackplot(occupancy.days, occupancy.shares.T, colors=[look.colour for look in looks],
                           labels=list(occupancy.rungs), linewidth=0.8, edgecolor=PAPER)  # fmt: skip
    for area, look in zip(areas, looks, strict=True):
        area.set_hatch(look.hatch)
    axes.set_axisbelow(False)
    axes.set_ylabel("share of runs", fontsize=TICK, color=INK)
    middles = [float(last[:place].sum() + share / 2) for place, share in enumerate(last)]
    labels = [
        Label(middle, text, look.colour, faint=text.startswith("never"))
        for middle, text, look in zip(middles, says, looks, strict=True)
    ]
    set_labels(slide, axes, labels, right, bottom, slide.top)
    return slide.figure


def _named(quantity: str, says: str) -> str:
    """The name of a quantity and its words: of what an agent keeps, the words alone do not say whose it is."""
    name = titled("", quantity)
    told = titled(says, quantity)
    return f"{name}: {told[0].lower()}{told[1:]}" if says else name


def _title(occupancy: Occupancy) -> str:
    """What the areas are of: a ladder, a flag, or a number with few values."""
    if occupancy.numbers:
        return _named(occupancy.quantity, occupancy.says)
    if occupancy.rungs == ("no", "yes"):
        return f"{plain(occupancy.quantity)}: yes or no"
    return f"Where {plain(occupancy.quantity)} stands"


def _held(summary: Summary) -> str:
    """What becomes of runs that have ended, and how many do so early."""
    early = percent(summary.ended_early.share)
    return f"A run that has ended is held as it ended: {early} of runs end before the last day."


def _policy(summary: Summary) -> str:
    return f"; policy: {plain(summary.policy)}" if summary.policy else ""


@in_house_style
def draw_incidence(summary: Summary) -> Figure:
    """A curve for each outcome: the share of runs that have ended so by each date, with its interval."""
    found = summary.incidence
    slide = new_slide(
        "When runs end, and how",
        described(
            summary,
            f"Curves: share of runs that have ended so by that date; bands: {level_text(summary)} Wilson intervals at "
            "each date alone, of luck alone. Outcomes that are named at the end stand as symbols on the last day.",
        ),
        subtitle=summary.program.question,
    )
    looks = outcome_looks(summary)
    says = [
        f"{percent(float(share))}  {plain(name)}" + (", at the end" if late else "")
        for name, share, late in zip(found.outcomes, found.shares[:, -1], found.at_horizon, strict=True)
    ]
    left, right, bottom = slide.left + 80, slide.right - room_beside(slide, says) - 12, slide.bottom + 60
    axes = slide.axes(left, bottom, right, slide.top)
    date_axis(axes, summary.program.start, days(summary.program.horizon))
    percent_axis(axes, top=min(1.0, 1.05 * float(found.high[:, -1].max())))
    axes.set_ylabel("share of runs that have ended so", fontsize=TICK, color=INK)
    pale = 0.22 if len(found.outcomes) < 8 else 0.1  # many bands on each other would hide the curves
    for place, name in enumerate(found.outcomes):
        look = looks[name]
        if not found.at_horizon[place]:
            axes.fill_between(found.days, found.low[place], found.high[place], color=look.colour, alpha=pale,
                              step="post", linewidth=0)  # fmt: skip
            axes.step(found.days, found.shares[place], where="post", color=look.colour, linewidth=2.6, label=name,
                      dashes=look.dashes or (None, None))  # fmt: skip
            continue
        at, share = found.days[-1], found.shares[place, -1]
        axes.plot(
            [at, at], [found.low[place, -1], found.high[place, -1]], color=look.colour, linewidth=3, clip_on=False
        )
        axes.plot([at], [share], marker=look.marker, color=look.colour, markeredgecolor=INK, markersize=12, label=name,
                  linestyle="", clip_on=False)  # fmt: skip
    labels = [
        Label(float(share), text, looks[name].colour, faint=share == 0)
        for name, share, text in zip(found.outcomes, found.shares[:, -1], says, strict=True)
    ]
    set_labels(slide, axes, labels, right + 12, bottom, slide.top)
    return slide.figure


def edge_labels(ends: Sequence[float]) -> list[tuple[int, str]]:
    """Words for the ends of a fan from the 95 % quantile down, those that read alike as one: (which end, words).

    A quantile is a value that so many runs do not exceed, so it reads `at most`: of whole numbers, many may equal it.

    >>> edge_labels([21, 18, 16, 14, 6])[0], edge_labels([0.5, 0.5, 0.5, 0.3, 0.2])[0]
    ((0, '95 %: at most 21'), (2, 'median to 95 %: 0.5'))
    """
    names = ("95 %", "75 %", "median", "25 %", "5 %")
    groups: list[list[int]] = []
    for place, end in enumerate(ends):
        if groups and number(ends[groups[-1][0]]) == number(end):
            groups[-1].append(place)
        else:
            groups.append([place])
    labels = []
    for group in groups:
        first, last = names[group[0]], names[group[-1]]
        says = f"{last} to {first}:" if len(group) > 1 else "median" if first == "median" else f"{first}: at most"
        labels.append((2 if 2 in group else group[0], f"{says} {number(ends[group[0]])}"))
    return labels


@in_house_style
def draw_fan(summary: Summary, fan: Fan) -> Figure:
    """The median, the middle half and the middle 90 % of runs of a number, on dates."""
    slide = new_slide(
        _named(fan.quantity, fan.says),
        described(
            summary,
            "Bands hold the middle 50 % and 90 % of runs at each date: they show how runs differ, and are no interval "
            f"of a mean. No single run need follow an edge. {_held(summary)}",
        ),
        subtitle=f"Median, middle half and middle 90 % of runs{_policy(summary)}",
    )
    if not fan.runs:
        return nothing_to_draw(slide, NONE)
    low, lower, middle, upper, high = fan.values
    looks = ladder_looks(5)
    bands = (("90 % of runs", low, high, looks[1].colour), ("middle half of runs", lower, upper, looks[2].colour))
    colours = (looks[1].colour, looks[2].colour, INK, looks[2].colour, looks[1].colour)
    ends = [float(values[-1]) for values in (high, upper, middle, lower, low)]
    merged = edge_labels(ends)
    says = [text for _, text in merged]
    left, right, bottom = slide.left + 110, slide.right - room_beside(slide, says), slide.bottom + 60
    axes = slide.axes(left, bottom, right, slide.top)
    date_axis(axes, summary.program.start, days(summary.program.horizon))
    for name, below, above, colour in bands:
        axes.fill_between(fan.days, below, above, color=colour, linewidth=0, label=name)
    axes.plot(fan.days, middle, color=INK, linewidth=3, label="median")
    axes.set_ylabel(fan.unit or plain(fan.quantity), fontsize=TICK, color=INK).set_parse_math(False)
    number_axis(axes, "y")
    labels = [Label(ends[place], text, colours[place]) for place, text in merged]
    set_labels(slide, axes, labels, right, bottom, slide.top)
    return slide.figure

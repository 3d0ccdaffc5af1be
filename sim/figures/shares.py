"""How runs ended: shares with their intervals, and a hundred futures to look at one by one."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from sim.analysis.percent import percent, percent_range
from sim.analysis.summary import Summary
from sim.analysis.terciles import Terciles
from sim.figures.looks import ENDS, FAINT, INK, PAPER, Look, category_looks, failure_look
from sim.figures.slide import (
    CAPTION,
    LABEL,
    SMALLEST,
    TICK,
    TITLE,
    Slide,
    described,
    in_house_style,
    new_slide,
    percent_axis,
)
from sim.figures.words import counted, plain

THICKEST = 170.0
"""Pixels from one bar to the next, at most: a lone bar is no wall."""


def outcome_looks(summary: Summary) -> dict[str, Look]:
    """The look of each row of outcomes, the same in every picture of a study.

    In file order, vermillion first and then the calmer colours: files name the worst end first, and a program does
    not tell which of its ends is peace.
    """
    rows = summary.outcomes
    named = category_looks(len(rows), colours=ENDS)
    return {
        row.outcome: look if row.sort == "outcome" else failure_look() for row, look in zip(rows, named, strict=True)
    }


def symbol_size(size: float, look: Look) -> float:
    """The size of a symbol so that all look equally large: a diamond of the same side is wider than a square."""
    return size * {"D": 0.78, "o": 1.0, "s": 0.92, "*": 1.2, "d": 1.1}.get(look.marker, 1.0)


def level_text(summary: Summary) -> str:
    """The level of the intervals, as words on a picture say it."""
    return f"{100 * summary.level:.3g} %"


def names_in(slide: Slide, names: list[str], room: float, height: float) -> tuple[list[str], float, float]:
    """Names wrapped into a column of at most `room` pixels and rows of `height`: the texts, the size, the width."""
    size = LABEL
    while True:
        lines = max(1, int(height / (size * 1.2 * 100 / 72)))
        texts = [slide.wrapped(name, room, size, lines=lines) for name in names]
        fits = size * 1.2 * 100 / 72 <= height and not any("…" in text for text in texts)
        if fits or size <= SMALLEST:
            return texts, size, max(slide.measure(text, size)[0] for text in texts)
        size -= 0.5


@in_house_style
def draw_outcome_shares(summary: Summary, knowledge: Sequence[Terciles] = ()) -> Figure:
    """A bar for each outcome with its share and Wilson interval, in the order of the scenario.

    Parameters
    ----------
    knowledge
        For outcomes that a parameter moves by more than luck does, how far: a dotted line below the bar.
    """
    known = {each.outcome: each for each in knowledge}
    slide = new_slide(f"How {counted(summary.runs, 'run')} ended", described(summary, _caption(summary, known)),
                      subtitle=summary.program.question)  # fmt: skip
    rows, looks = summary.outcomes, outcome_looks(summary)
    height = min(THICKEST, (slide.top - slide.bottom - 60) / len(rows))
    bottom = slide.top - height * len(rows)
    names, size, width = names_in(slide, [plain(row.outcome) for row in rows], 300, 0.9 * height)
    left, right = slide.left + width + 16, _beside(slide, summary, known, size, height)
    axes = slide.axes(left, bottom, right, slide.top)
    highest = [row.high for row in rows] + [each.high for each in known.values()]
    percent_axis(axes, "x", top=min(1.0, 1.04 * max(highest)))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xlabel("share of runs", fontsize=TICK, color=INK)
    for place, (row, name) in enumerate(zip(rows, names, strict=True)):
        look = looks[row.outcome]
        axes.barh(place, row.share, height=0.58, color=look.colour, hatch=look.hatch, edgecolor="white", linewidth=0)
        for colour, extra in ((PAPER, 3.0), (INK, 0.0)):  # a white edge keeps the line visible on dark bars
            axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.5 + extra, marker="|",
                      markersize=11 + extra, mew=2.5 + extra, solid_capstyle="butt", clip_on=False)  # fmt: skip
        if row.outcome in known:
            ends = [known[row.outcome].low, known[row.outcome].high]
            axes.plot(ends, [place + 0.4] * 2, color=FAINT, linewidth=2, linestyle=(0, (1, 1.2)), marker="D",
                      markersize=5, clip_on=False, label="thirds")  # fmt: skip
        slide.text(slide.left + width, slide.top - (place + 0.5) * height, name, size, ha="right")
    return slide.figure


def _caption(summary: Summary, known: dict[str, Terciles]) -> str:
    says = f"Bars: share of runs that ended so. Brackets: {level_text(summary)} Wilson intervals, of luck alone."
    if not known:
        return f"{says} They do not hold what is unknown about the parameters." if summary.program.parameters else says
    moving = sorted({plain(each.parameter) for each in known.values()})
    which = moving[0] if len(moving) == 1 else "the parameter that moves it most"
    return f"{says} Dotted: the share over thirds of {which}; more runs do not make that narrower."


def _beside(slide: Slide, summary: Summary, known: dict[str, Terciles], size: float, height: float) -> float:
    """Set share, interval and range over a parameter at the right of each bar; where the bars must end."""
    rows, small = summary.outcomes, min(size, TICK)
    large = min(TITLE, size + 6)
    shares = [percent(row.share) for row in rows]
    ends = [percent_range(row.low, row.high) for row in rows]
    two_lines = height >= 2.6 * small * slide.figure.dpi / 72
    for place, row in enumerate(rows):
        if row.outcome in known and two_lines:
            each = known[row.outcome]
            ends[place] += f"\n{percent_range(each.low, each.high)}"
            if height >= 80:
                ends[place] += "\n" + slide.wrapped(f"by {plain(each.parameter)}", 190, small, lines=1)
    wide = max(slide.measure(share, large, "bold")[0] for share in shares) + 14
    room = wide + max(slide.measure(text, small)[0] for text in ends)
    for place, (share, text) in enumerate(zip(shares, ends, strict=True)):
        y = slide.top - (place + 0.5) * height
        slide.text(slide.right - room, y, share, large, weight="bold")
        slide.text(slide.right - room + wide, y, text, small, color=FAINT)
    return slide.right - room - 24


@in_house_style
def draw_hundred_futures(summary: Summary) -> Figure:
    """A hundred futures, each with the symbol of how it ended; rounded so that they sum to a hundred."""
    slide = new_slide(
        "A hundred futures from here",
        described(
            summary,
            "Each symbol stands for a hundredth of the runs, rounded to whole symbols by largest remainders; "
            "no symbol does not mean never.",
        ),
        subtitle=summary.program.question,
    )
    looks = outcome_looks(summary)
    side = min(slide.top - slide.bottom, 560.0)
    axes = slide.axes(slide.left, slide.top - side, slide.left + side, slide.top)
    axes.set_xlim(-0.6, 9.6)
    axes.set_ylim(9.6, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    first = 0
    for row, count in zip(summary.outcomes, summary.hundred, strict=True):
        places = range(first, first + count)
        look = looks[row.outcome]
        x, y = [place % 10 for place in places], [place // 10 for place in places]
        axes.plot(x, y, linestyle="", marker=look.marker, markersize=symbol_size(26, look), color=look.colour,
                  markeredgecolor=INK, markeredgewidth=1.0, label=row.outcome)  # fmt: skip
        first += count
    _legend(slide, summary, looks, slide.left + side + 50)
    return slide.figure


def _legend(slide: Slide, summary: Summary, looks: dict[str, Look], left: float) -> None:
    """The symbols with their words: how many of a hundred, and how many of all runs where there is room for it."""
    rows = summary.outcomes
    height = min(100.0, (slide.top - slide.bottom) / len(rows))
    roomy = height >= 60
    names = [f"{count} of 100: {plain(row.outcome)}" for row, count in zip(rows, summary.hundred, strict=True)]
    texts, size, _ = names_in(slide, names, slide.right - left - 50, (0.66 if roomy else 0.95) * height)
    axes = slide.axes(left, slide.top - height * len(rows), left + 40, slide.top)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rows), 0)
    axes.set_xticks([])
    axes.set_yticks([])
    for place, (row, text) in enumerate(zip(rows, texts, strict=True)):
        look = looks[row.outcome]
        axes.plot([0.5], [place + 0.5], linestyle="", marker=look.marker, color=look.colour, markeredgecolor=INK,
                  markersize=symbol_size(min(24.0, height / 2.2), look))  # fmt: skip
        y = slide.top - (place + 0.5) * height
        if not roomy:
            slide.text(left + 50, y, text, size)
            continue
        slide.text(left + 50, y + 0.13 * height, text, size)
        says = f"{row.count:,} of {counted(summary.runs, 'run')}: {percent(row.share)}"
        says += f" ({percent_range(row.low, row.high)})"
        slide.text(left + 50, y - 0.34 * height, says, CAPTION, color=FAINT)

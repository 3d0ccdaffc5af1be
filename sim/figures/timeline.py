"""One run on shared dates: ladders, commitments, talks and the calendar, one lane each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.timeline import Band, Ladder, Mark, Timeline
from sim.clock import days, say_date, ticks
from sim.figures.looks import FAINT, GRID, INK, OKABE_ITO, PAPER, category_looks, ladder_looks
from sim.figures.slide import CAPTION, LABEL, SMALLEST, TICK, Slide, date_axis, in_house_style, new_slide, spread
from sim.figures.words import plain

NAMES = 240.0
"""Pixels for the names of lanes; those of rungs stand right of them."""

RUNGS = 130.0
MOST_LANES = 10

DATES = 56.0
"""Pixels below the lanes for the dates."""

Lane = Ladder | Band | tuple[Mark, ...]


@in_house_style
def draw_timeline(told: Timeline) -> Figure:
    """One run: where each ladder stood, which commitments stood and what became of them, when talks met."""
    program = told.program
    end = say_date(program.start, ticks(told.ended)).split(" ")[0]
    seed = "" if told.seed is None else f", seed {told.seed}"
    slide = new_slide(
        f"One run: {plain(told.outcome) if told.outcome else 'it failed'}, {end}",
        "One run of very many: no forecast, and not the likeliest history. Thick lines: the rung on which something "
        "stands. Bars: while a commitment stands or a track is open; triangles: what became of it; dots: rounds of "
        f"talks. Scenario {program.name}, run {told.run}{seed}.",
        subtitle=program.question,
    )
    lanes = _chosen(told)
    slide, key = _with_key(slide, lanes, told)
    whole = _frame(slide, told)
    room = slide.top - slide.bottom - DATES
    top = slide.top
    numbers = 0
    for lane, height in zip(lanes, _heights(lanes, room), strict=True):
        axes = slide.axes(slide.left + NAMES + RUNGS, top - height, slide.right, top)
        axes.set_xlim(whole.get_xlim())
        axes.set_xticks([])
        axes.set_yticks([])
        axes.patch.set_alpha(0)
        axes.plot([0, 1], [0, 0], color=GRID, linewidth=1.6, transform=axes.transAxes, clip_on=False, label="_edge")
        first = numbers + 1 if plain(_name_of(lane)) in key else 0
        numbers += _lane(slide, axes, lane, top, height, first)
        top -= height
    return slide.figure


def _frame(slide: Slide, told: Timeline) -> Axes:
    """Axes with dates behind all lanes, and the end of the run in them."""
    axes = slide.axes(slide.left + NAMES + RUNGS, slide.bottom + DATES, slide.right, slide.top)
    horizon = days(told.program.horizon)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    date_axis(axes, told.program.start, horizon)
    axes.axvspan(told.ended, max(told.ended, horizon), color="#F2F2F2", linewidth=0)
    axes.axvline(told.ended, color=INK, linewidth=2, clip_on=False)
    return axes


def _name_of(lane: Lane) -> str:
    return lane.name if isinstance(lane, Ladder | Band) else "calendar"


def _lane(slide: Slide, axes: Axes, lane: Lane, top: float, height: float, first: int) -> int:
    """The name of a lane and what it shows; if `first` is not 0, triangles bear numbers from it: how many do."""
    _name(slide, _name_of(lane), top, height)
    if isinstance(lane, Ladder):
        _ladder(slide, axes, lane, top, height)
        return 0
    if isinstance(lane, Band):
        _band(slide, axes, lane)
    triangles = _triangles(lane)
    _marks(slide, axes, triangles, height, OKABE_ITO[3] if isinstance(lane, Band) else INK, first)
    return len(triangles) if first else 0


def _triangles(lane: Lane) -> dict[float, str]:
    """The triangles of a lane: day -> its words, in order of events."""
    marks = lane.marks if isinstance(lane, Band) else () if isinstance(lane, Ladder) else lane
    by_day: dict[float, list[str]] = {}
    for mark in marks:
        if mark.says:
            by_day.setdefault(mark.day, []).append(plain(mark.says))
    return {day: ", ".join(by_day[day]) for day in sorted(by_day)}


def _size_of_marks(height: float) -> float:
    return max(SMALLEST, min(CAPTION, height * 0.3))


def _with_key(slide: Slide, lanes: Sequence[Lane], told: Timeline) -> tuple[Slide, set[str]]:
    """Lanes whose words do not all fit beside their triangles get numbers, with a key below the dates.

    Returns
    -------
    The room that is left above the key, and the names of those lanes.
    """
    heights = _heights(lanes, slide.top - slide.bottom - DATES)
    left, horizon = slide.left + NAMES + RUNGS, days(told.program.horizon)
    entries, names, number = [], set(), 0
    for lane, height in zip(lanes, heights, strict=True):
        triangles = _triangles(lane)
        at = [left + day / horizon * (slide.right - left) for day in triangles]
        if _starts(slide, at, list(triangles.values()), _size_of_marks(height)) is not None:
            continue
        names.add(plain(_name_of(lane)))
        said = [f"{number + place}\N{NO-BREAK SPACE}{text}" for place, text in enumerate(triangles.values(), 1)]
        entries.append(f"{plain(_name_of(lane))}: {', '.join(said)}")
        number += len(triangles)
    if not entries:
        return slide, names
    text = slide.wrapped("; ".join(entries) + ".", slide.right - slide.left, CAPTION, lines=3)
    slide.text(slide.left, slide.bottom + 4, text, CAPTION, va="bottom")
    return replace(slide, bottom=slide.bottom + 12 + slide.measure(text, CAPTION)[1]), names


def _starts(slide: Slide, at: Sequence[float], texts: Sequence[str], size: float) -> list[float] | None:
    """Where the words of triangles begin, in pixels, each touching its own triangle; None if they do not all fit.

    From the last to the first: as far right as its triangle and the words after it allow.
    """
    starts, free = [], slide.right
    for x, text in zip(reversed(at), reversed(texts), strict=True):
        wide = slide.measure(text, size)[0]
        start = min(x - 6, free - wide)
        if start < max(slide.left + NAMES, x + 6 - wide):
            return None
        starts.append(start)
        free = start - 12
    return starts[::-1]


def _chosen(told: Timeline) -> list[Lane]:
    """At most `MOST_LANES` lanes; where there are more, those in which nothing happens are left out first."""
    ladders = [lane for lane in told.ladders if lane.ordered]
    lanes: list[Lane] = [*ladders, *told.bands]
    if told.calendar:
        lanes.append(told.calendar)
    lanes += [lane for lane in told.ladders if not lane.ordered]
    happens = [len(lane.since) > 1 if isinstance(lane, Ladder) else True for lane in lanes]
    order = sorted(range(len(lanes)), key=lambda place: (not happens[place], place))
    return [lanes[place] for place in sorted(order[:MOST_LANES])]


def _heights(lanes: Sequence[Lane], room: float) -> list[float]:
    """Pixels of each lane: ladders by their rungs, the rest alike; never higher than they need."""
    weights = [min(6.0, 0.6 + 0.65 * len(lane.names)) if isinstance(lane, Ladder) else 1.3 for lane in lanes]
    unit = min(100.0, room / sum(weights)) if weights else 0.0
    return [unit * weight for weight in weights]


def _name(slide: Slide, name: str, top: float, height: float) -> None:
    size = LABEL
    while True:
        text = slide.wrapped(plain(name), NAMES - 16, size, weight="bold", lines=max(1, int(height / (size * 1.7))))
        if size <= SMALLEST or ("…" not in text and slide.measure(text, size)[1] <= height):
            break
        size -= 0.5
    slide.text(slide.left, top - height / 2, text, size, weight="bold")


def _ladder(slide: Slide, axes: Axes, ladder: Ladder, top: float, height: float) -> None:
    """A thick line on the rung where it stands, a thin one where it moves, names of rungs at the left."""
    n = len(ladder.names)
    looks = ladder_looks(n) if ladder.ordered else category_looks(n)
    axes.set_ylim(-0.5 - 0.2, n - 0.5 + 0.2)
    per_rung = height / (n + 0.4)
    until = (*ladder.since[1:], ladder.until)
    for rung in range(n):
        axes.axhline(rung, color=GRID, linewidth=0.6, zorder=1)
    axes.step([*ladder.since, ladder.until], [*ladder.rungs, ladder.rungs[-1]], where="post", color=INK, linewidth=1.4,
              zorder=2, label=ladder.name)  # fmt: skip
    for start, end, rung in zip(ladder.since, until, ladder.rungs, strict=True):
        for colour, extra in ((INK, 2.0), (looks[rung].colour, 0.0)):  # an edge keeps pale rungs visible
            axes.plot([start, end], [rung, rung], color=colour, linewidth=min(9.0, 0.42 * per_rung) + extra,
                      solid_capstyle="butt", zorder=3)  # fmt: skip
    size = max(SMALLEST, min(TICK - 1, per_rung * 0.57))
    line = slide.measure("X", size)[1]
    placed: list[float] = []
    for rung in sorted(range(n), key=lambda rung: (rung not in ladder.rungs, rung)):
        y = top - height + (rung + 0.7) * per_rung
        if all(abs(y - other) >= line for other in placed):
            text = slide.wrapped(plain(ladder.names[rung]), RUNGS - 12, size, lines=1)
            used = rung in ladder.rungs
            slide.text(slide.left + NAMES + RUNGS - 10, y, text, size, ha="right", color=INK if used else FAINT)
            placed.append(y)


def _band(slide: Slide, axes: Axes, band: Band) -> None:
    """Bars while it lasts, and dots for rounds."""
    axes.set_ylim(0, 1)
    for start, end in band.spans:
        axes.barh(0.24, end - start, left=start, height=0.28, color=OKABE_ITO[4], edgecolor=INK, linewidth=0.8)
    rounds = [mark.day for mark in band.marks if not mark.says]
    axes.plot(rounds, [0.24] * len(rounds), linestyle="", marker="o", markersize=6, color=INK, zorder=4, label="rounds",
              clip_on=False)  # fmt: skip


def _marks(slide: Slide, axes: Axes, triangles: dict[float, str], height: float, colour: str, first: int) -> None:
    """A triangle for each day with its words above it, or with its number in the key."""
    axes.set_ylim(0, 1)
    axes.plot(list(triangles), [0.24] * len(triangles), linestyle="", marker="v", markersize=11, color=colour,
              markeredgecolor=PAPER, zorder=5, clip_on=False, label="marks")  # fmt: skip
    box = axes.get_window_extent()
    low, high = axes.get_xlim()
    at = [box.x0 + (day - low) / (high - low) * box.width for day in triangles]
    size = _size_of_marks(height)
    texts = [str(first + place) if first else text for place, text in enumerate(triangles.values())]
    starts = None if first else _starts(slide, at, texts, size)
    if starts is None:
        widths = [slide.measure(text, size)[0] for text in texts]
        gap = max(widths, default=0.0) + 4
        middles = spread(at, gap, slide.left + NAMES + gap / 2, slide.right - gap / 2)
        starts = [middle - wide / 2 for middle, wide in zip(middles, widths, strict=True)]
    for start, text in zip(starts, texts, strict=True):
        slide.text(start, box.y0 + 0.72 * height, text, size, zorder=6,
                   bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1, "alpha": 0.85})  # fmt: skip

"""One run on shared dates: ladders, commitments, talks and the calendar, one lane each."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.timeline import Band, Ladder, Mark, Timeline
from sim.clock import days, say_date, ticks
from sim.figures.looks import FAINT, GRID, INK, OKABE_ITO, PAPER, category_looks, ladder_looks
from sim.figures.slide import CAPTION, LABEL, SMALLEST, TICK, Slide, date_axis, in_house_style, new_slide
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
    whole = _frame(slide, told)
    room = slide.top - slide.bottom - DATES
    top = slide.top
    for lane, height in zip(lanes, _heights(lanes, room), strict=True):
        axes = slide.axes(slide.left + NAMES + RUNGS, top - height, slide.right, top)
        axes.set_xlim(whole.get_xlim())
        axes.set_xticks([])
        axes.set_yticks([])
        axes.patch.set_alpha(0)
        axes.plot([0, 1], [0, 0], color=GRID, linewidth=1.6, transform=axes.transAxes, clip_on=False, label="_edge")
        _lane(slide, axes, lane, top, height)
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


def _lane(slide: Slide, axes: Axes, lane: Lane, top: float, height: float) -> None:
    """The name of a lane and what it shows."""
    _name(slide, lane.name if isinstance(lane, Ladder | Band) else "calendar", top, height)
    if isinstance(lane, Ladder):
        _ladder(slide, axes, lane, top, height)
    elif isinstance(lane, Band):
        _band(slide, axes, lane, height)
    else:
        _marks(slide, axes, lane, height, colour=INK)


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


def _band(slide: Slide, axes: Axes, band: Band, height: float) -> None:
    """Bars while it lasts, dots for rounds, triangles with words for what became of it."""
    axes.set_ylim(0, 1)
    for start, end in band.spans:
        axes.barh(0.24, end - start, left=start, height=0.28, color=OKABE_ITO[4], edgecolor=INK, linewidth=0.8)
    rounds = [mark.day for mark in band.marks if not mark.says]
    axes.plot(rounds, [0.24] * len(rounds), linestyle="", marker="o", markersize=6, color=INK, zorder=4, label="rounds",
              clip_on=False)  # fmt: skip
    _marks(slide, axes, tuple(mark for mark in band.marks if mark.says), height, colour=OKABE_ITO[3])


def _marks(slide: Slide, axes: Axes, marks: tuple[Mark, ...], height: float, *, colour: str) -> None:
    """A triangle for each day, and its words where there is room for them."""
    axes.set_ylim(0, 1)
    by_day: dict[float, list[str]] = {}
    for mark in marks:
        by_day.setdefault(mark.day, []).append(plain(mark.says))
    axes.plot(list(by_day), [0.24] * len(by_day), linestyle="", marker="v", markersize=11, color=colour,
              markeredgecolor=PAPER, zorder=5, clip_on=False, label="marks")  # fmt: skip
    box = axes.get_window_extent()
    low, high = axes.get_xlim()
    free = box.x0
    size = min(CAPTION, height * 0.3)
    for day, words in sorted(by_day.items()):
        x = box.x0 + (day - low) / (high - low) * box.width
        text = ", ".join(words)
        room = slide.right - max(x - 6, free)
        if max(x - 6, free) > x + 40 or room < 40 or size < SMALLEST:
            continue  # the triangle stands alone where there is no room for its words
        text = slide.wrapped(text, room, size, lines=1)
        slide.text(max(x - 6, free), box.y0 + 0.72 * height, text, size, zorder=6,
                   bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1, "alpha": 0.85})  # fmt: skip
        free = max(x - 6, free) + slide.measure(text, size)[0] + 12

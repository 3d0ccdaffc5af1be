"""Alternatives on the same luck: differences from the baseline, shares, and regret world by world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from sim.analysis.comparing.comparison import Comparison
from sim.analysis.comparing.worlds import Fared
from sim.analysis.percent import percent
from sim.digits import decimals_of
from sim.figures.looks import FAINT, GRID, INK, OKABE_ITO, PAPER
from sim.figures.slide import (
    LABEL,
    SMALLEST,
    TICK,
    Slide,
    in_house_style,
    new_slide,
    nothing_to_draw,
    number_axis,
    thin_numbers,
)
from sim.figures.words import counted, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

STANDS, OPEN, WORLD = OKABE_ITO[0], FAINT, OKABE_ITO[4]
"""What differs taken together; what does not; one world. The first two differ in filling too."""

ROW = 300.0
"""Pixels from one alternative to the next, at most."""

BESIDE = 8.0
"""Points from the end of a panel to the shares beside it."""

LONGEST = 420.0
"""Pixels that a name takes at most."""

MOST_PANELS = 6
"""Outcomes side by side on a slide; for more the sheet is larger."""

Row = Mapping[str, Any]


def pictures(study: Comparison) -> dict[str, Callable[[], Figure]]:
    """What can be drawn of a comparison, by name."""
    drawn: dict[str, Callable[[], Figure]] = {
        "differences": partial(draw_differences, study),
        "shares": partial(draw_shares, study),
    }
    return drawn | {told.name: partial(draw_regret, study, told) for told in study.fared}


@in_house_style
def draw_differences(study: Comparison) -> Figure:
    """For each outcome the difference of every alternative from its baseline, with its interval and the zero line."""
    whom = "each other" if study.reading.all_pairs else _in_words(study.reading.baseline)
    title = f"How often runs end so, compared with {whom}"
    rows = [row for row in study.by_name["differences"].rows if row.get("difference") is not None]
    together = "for the whole picture together" if study.reading.simultaneous else "each by itself"
    caption = (
        f"Differences of shares of runs on the same luck; bars are 95 % intervals ({together}) by Tango's score. Each "
        "outcome has a scale of its own. Filled: differs from 0 taken together with all others (Holm, 5 %). Beside "
        "each: its own share."
    )
    slide = new_slide(title, _described(study, caption), subtitle=study.question, scale=_scale(*_extent(rows)))
    if not rows:
        return nothing_to_draw(slide, "nothing was held against anything")
    shares = [_share(row) for row in rows]
    widest = max(slide.measure(text, TICK - 3)[0] for text in shares)
    for axes, mine in _panels(slide, study, rows, "points", room_beside=widest + 2.5 * BESIDE):
        reach = 105 * max(abs(row[end]) for row in mine for end in ("difference_low", "difference_high"))
        axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
        axes.set_xlim(-reach, reach)
        number_axis(axes, "x")
        thin_numbers(slide, axes, TICK - 3)
        for place, row in enumerate(mine):
            stands = row["p_holm"] is not None and row["p_holm"] <= 0.05
            told = [100 * row[key] for key in ("difference", "difference_low", "difference_high")]
            _dot(axes, place, told, stands=stands)
            axes.annotate(
                _share(row), (1.0, place), xycoords=axes.get_yaxis_transform(), xytext=(BESIDE, 0), va="center",
                textcoords="offset points", fontsize=TICK - 3, color=FAINT, annotation_clip=False,
            )  # fmt: skip
    return slide.figure


def _share(row: Row) -> str:
    """The share of an alternative, with the digits that its interval leaves."""
    return percent(row["share"], max(0, decimals_of(50 * (row["high"] - row["low"]))))


@in_house_style
def draw_shares(study: Comparison) -> Figure:
    """For each outcome the share of runs of every alternative, with its interval."""
    caption = "Share of runs that end so; bars are 95 % intervals from luck (Wilson), each by itself. What is compared "
    caption += "is in the picture of differences: on the same luck these intervals overlap where differences do not."
    seen: dict[tuple[str, str], Row] = {}
    for row in study.by_name["differences"].rows:
        seen.setdefault((row["outcome"], row["alternative"]), {**row, "against": None})
    rows = list(seen.values())
    slide = new_slide("How runs end under each alternative", _described(study, caption), subtitle=study.question,
                      scale=_scale(*_extent(rows)))  # fmt: skip
    reach = 105 * max(row["high"] for row in rows)
    for axes, mine in _panels(slide, study, rows, "% of runs", room_beside=14):
        axes.set_xlim(0, reach)
        number_axis(axes, "x")
        thin_numbers(slide, axes, TICK - 3)
        for place, row in enumerate(mine):
            _dot(axes, place, [100 * row[key] for key in ("share", "low", "high")])
    return slide.figure


@in_house_style
def draw_regret(study: Comparison, told: Fared) -> Figure:
    """For each alternative its regret in every world, the expected regret with its interval, and the noise floor."""
    scale = 100.0 if told.objective.is_outcome else 1.0
    unit = "percentage points" if told.objective.is_outcome else told.objective.unit
    caption = (
        f"Strokes: what is lost in each of {counted(told.worlds, 'world')} ({counted(told.runs, 'run')} of "
        "each alternative on the same "
        "luck) against the best there, too high by about the grey band. Diamonds: expected regret, judged on other "
        "runs, 95 % interval. Triangles: the largest is at least that; strokes beyond it may be luck. None: noise."
    )
    slide = new_slide(f"Regret when {plain(told.objective.says.replace('`', ''))}", _described(study, caption),
                      subtitle=study.question, scale=_scale(len(told.alternatives)))  # fmt: skip
    names = [one.name for one in told.alternatives]
    texts, width, size, height = _names(slide, names)
    axes = slide.axes(slide.left + width + 16, slide.top - height * len(names), slide.right - 20, slide.top)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), texts, fontsize=size)
    regrets = told.regrets
    largest = max(float(regrets.by_world.max()), regrets.floor, *(one.high for one in regrets.each)) * scale
    axes.set_xlim(0, 1.05 * largest if largest > 0 else 1.0)
    number_axis(axes, "x")
    axes.set_xlabel(f"regret{f' ({unit})' if unit else ''}", fontsize=TICK, color=INK)
    axes.axvspan(0, regrets.floor * scale, color=GRID, zorder=0)
    for place, one in enumerate(regrets.each):
        axes.vlines(scale * regrets.by_world[place], place - 0.3, place + 0.05, color=WORLD, linewidth=1.4)
        _dot(axes, place + 0.25, [scale * value for value in (one.expected, one.low, one.high)], "D")
        if one.is_largest_told:
            axes.plot([scale * one.largest], [place - 0.36], "v", markersize=6, color=INK, clip_on=False, zorder=3)
    return slide.figure


def _dot(axes: Axes, place: float, told: Sequence[float], marker: str = "o", *, stands: bool = True) -> None:
    """A value with its interval, filled if it stands."""
    value, low, high = told
    colour = STANDS if stands else OPEN
    axes.hlines(place, low, high, color=colour, linewidth=2.0, zorder=2)
    filling = colour if stands else PAPER
    axes.plot([value], [place], marker, markersize=6, color=colour, markerfacecolor=filling, zorder=3, clip_on=False)


def _panels(
    slide: Slide, study: Comparison, rows: Sequence[Row], unit: str, *, room_beside: float
) -> list[tuple[Axes, list[Row]]]:
    """Axes side by side, one for each outcome, with names at the left of the first: a row for each alternative."""
    by_outcome: dict[str, list[Row]] = {}
    for row in rows:
        by_outcome.setdefault(row["outcome"], []).append(row)
    names = [_called(row, study) for row in next(iter(by_outcome.values()))]
    texts, width, size, height = _names(slide, names)
    left, top = slide.left + width + 16, slide.top - 30
    each = (slide.right - left) / len(by_outcome)
    found = []
    for number, (outcome, mine) in enumerate(by_outcome.items()):
        start = left + number * each
        axes = slide.axes(start, top - height * len(names), start + each - room_beside, top)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_yticks(range(len(names)), texts if number == 0 else [""] * len(names), fontsize=size)
        text = slide.wrapped(plain(outcome), each - 10, TICK, lines=1)
        slide.text(start, top + 12, text, TICK, weight="bold", va="baseline")
        axes.set_xlabel(unit, fontsize=TICK - 3, color=FAINT)
        axes.grid(axis="y", color=GRID, linewidth=0.8)
        found.append((axes, mine))
    return found


def _extent(rows: Sequence[Row]) -> tuple[int, int]:
    """Rows in each panel, and panels."""
    outcomes = len({row["outcome"] for row in rows})
    return len(rows) // max(1, outcomes), outcomes


def _called(row: Row, study: Comparison) -> str:
    several = study.reading.all_pairs and row.get("against")
    return f"{row['alternative']} against {row['against']}" if several else str(row["alternative"])


def _names(slide: Slide, names: Sequence[str]) -> tuple[list[str], float, float, float]:
    """The names at the left, long ones in two lines; their width and size, and the height of a row."""
    height = min(ROW, (slide.top - slide.bottom - 90) / max(1, len(names)))
    size = max(SMALLEST, min(LABEL - 2, height * 72 / 100 / 1.3))
    lines = 2 if height > 2.6 * size * 100 / 72 else 1
    texts = [slide.wrapped(_in_words(name), LONGEST, size, lines=lines) for name in names]
    return texts, max(slide.measure(text, size)[0] for text in texts), size, height


def _in_words(name: str) -> str:
    """A name as words; settings stay as they were typed, for the dot in a number is no space.

    >>> _in_words("act_at_once"), _in_words("tripwire.hurts=0.4")
    ('act at once', 'tripwire.hurts=0.4')
    """
    return name if "=" in name else plain(name)


def _scale(rows: int, panels: int = 1) -> float:
    """How much larger than a slide the sheet has to be."""
    return max(1.0, panels / MOST_PANELS, rows / 30)


def _described(study: Comparison, says: str) -> str:
    played = f"Scenario {study.ensemble.program.name}, {counted(study.runs, 'run')} of each alternative"
    return f"{says} {played}, seed {study.ensemble.seed}."

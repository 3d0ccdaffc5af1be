"""Pictures of an ablation: what each outcome is without each thing, and what the members of a group add."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sim.analysis.ablating.ablation import Ablation
from sim.analysis.ablating.effects import Effect, Without
from sim.analysis.ablating.shapley import Shapley
from sim.figures.looks import ENDS, FAINT, GRID, INK, MARKERS
from sim.figures.slide import LABEL, SMALLEST, TICK, Slide, in_house_style, new_slide, nothing_to_draw
from sim.figures.words import counted, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 20
MOST_PANELS = 5
"""Things and outcomes that fit on one slide: those that matter most."""

Pictures = dict[str, Callable[[], Figure]]


def pictures(ablation: Ablation) -> Pictures:
    """What can be drawn of an ablation, by name."""
    drawn: Pictures = {"ablation": partial(draw_changes, ablation)}
    if ablation.shapley is not None and ablation.shapley.sums:
        drawn["shapley"] = partial(draw_shapley, ablation, ablation.shapley)
    return drawn


@in_house_style
def draw_changes(ablation: Ablation) -> Figure:
    """For each outcome a panel, for each thing a row: the change of the share without it, with its interval."""
    fired = [row for row in ablation.rows if not row.is_silent]
    shown, others = fired[:MOST_ROWS], len(fired) - MOST_ROWS
    outcomes = _outcomes(ablation)
    slide = new_slide(
        f"What changes without each: {plain(ablation.ensemble.program.name)}", _caption(ablation, others),
        subtitle="Change of the share of runs that end so, in points, when this alone is taken out",
    )  # fmt: skip
    if not shown or not ablation.n:
        return nothing_to_draw(slide, "nothing that was taken out ever fired" if ablation.n else "no run yet")
    names = [f"{plain(row.thing.name)} ({row.thing.sort})" for row in shown]
    panels = _panels(slide, names, [plain(name) for name in outcomes])
    for number, (axes, outcome) in enumerate(zip(panels, outcomes, strict=True)):
        effects = [row.of(outcome) for row in shown]
        colour, marker = ENDS[number % len(ENDS)], MARKERS[number % len(MARKERS)]
        for place, effect in enumerate(effects):
            _draw_interval(axes, place, effect, colour, marker)
        _finish(axes, [(effect.low, effect.high) for effect in effects])
    return slide.figure


def _outcomes(ablation: Ablation) -> list[str]:
    """The outcomes that are drawn, in file order: those that are moved most."""

    def moved(name: str) -> float:
        return max((row.of(name).distance for row in ablation.rows), default=0.0)

    names = ablation.ensemble.outcome_names
    kept = sorted(names, key=moved, reverse=True)[:MOST_PANELS]
    return [name for name in names if name in kept]


def _caption(ablation: Ablation, others: int) -> str:
    more = [f"{others} more moved less" if others > 0 else ""]
    more.append(_names_silent(ablation.rows))
    left = len(ablation.ensemble.outcome_names) - MOST_PANELS
    more.append(f"{counted(left, 'outcome')} moved less and not drawn" if left > 0 else "")
    return (
        "Each mark: share of runs without it less share with it, the same luck in both, "
        f"{counted(ablation.n, 'run')}; bars: "
        "95 % intervals of paired differences. Filled: told from luck among all of them at once (Holm). "
        + "".join(f"{part}. " for part in more if part)
        + f"Scenario {ablation.ensemble.program.name}, seed {ablation.ensemble.seed}."
    )


def _names_silent(rows: tuple[Without, ...]) -> str:
    names = [plain(row.thing.name) for row in rows if row.is_silent]
    return f"Never fired: {', '.join(names)}" if names else ""


def _panels(slide: Slide, names: list[str], titles: list[str]) -> list[Axes]:
    """Axes side by side, the names of the rows at their left, a title above each."""
    top, bottom = slide.top - 34, slide.bottom + 48
    height = (top - bottom) / len(names)
    size = max(SMALLEST, min(TICK, 0.72 * height * 72 / 100))
    texts = [slide.wrapped(name, 330, size, lines=1) for name in names]
    left = slide.left + max(slide.measure(text, size)[0] for text in texts) + 14
    for place, text in enumerate(texts):
        slide.text(left - 14, top - (place + 0.5) * height, text, size, ha="right")
    room, panels = (slide.right - left) / len(titles), []
    widest = max(slide.measure(title, LABEL)[0] for title in titles)
    head = max(SMALLEST, LABEL * min(1.0, (room - 22) / widest))
    for number, title in enumerate(titles):
        begin = left + number * room
        axes = slide.axes(begin, bottom, begin + room - 22, top)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_yticks([])
        slide.text(begin, slide.top - 24, slide.wrapped(title, room - 20, head, lines=1), head, va="baseline")
        panels.append(axes)
    return panels


def _draw_interval(axes: Axes, place: int, effect: Effect, colour: str, marker: str) -> None:
    axes.plot([100 * effect.low, 100 * effect.high], [place, place], color=INK if effect.is_sure else FAINT, lw=1.5)
    axes.plot(
        [100 * effect.change], [place], marker=marker, ms=8, color=colour, markeredgecolor=INK, linestyle="",
        markerfacecolor=colour if effect.is_sure else "white",
    )  # fmt: skip


def _finish(axes: Axes, ends: list[tuple[float, float]]) -> None:
    """A line at nought, stripes to read along, and the same room at both ends of the widest interval."""
    low, high = 100 * min(0.0, *(end[0] for end in ends)), 100 * max(0.0, *(end[1] for end in ends))
    margin = max(0.05 * (high - low), 0.2)
    axes.set_xlim(low - margin, high + margin)
    axes.axvline(0, color=INK, lw=1)
    for place in range(len(ends)):
        axes.axhline(place, color=GRID, lw=0.6, zorder=0)
    axes.tick_params(axis="x", labelsize=TICK - 2)
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel("points", fontsize=TICK - 2)


@in_house_style
def draw_shapley(ablation: Ablation, found: Shapley) -> Figure:
    """For each outcome a panel, for each member a row: what it adds to the share, with its interval."""
    outcomes = _outcomes(ablation)
    totals = {total.outcome: total.value for total in found.sums}
    how = f"{found.orders:,} sampled orders" if found.orders else f"all {2 ** len(found.group):,} coalitions"
    slide = new_slide(
        f"What each of a group adds: {plain(ablation.ensemble.program.name)}",
        f"Each mark: Shapley value, over {how} of the group, {counted(found.runs, 'run')} of each on the same luck; "
        "bars: 95 % "
        f"intervals over runs. The values of a panel sum to what the whole group adds, which stands above it. "
        f"Scenario {ablation.ensemble.program.name}, seed {ablation.ensemble.seed}.",
        subtitle="Points that it adds to the share of runs that end so, when it is there",
    )
    names = [plain(ablation.things[member].name) for member in found.group]
    titles = [f"{plain(name)} {100 * totals[name]:+.1f}" for name in outcomes]
    for number, (axes, outcome) in enumerate(zip(_panels(slide, names, titles), outcomes, strict=True)):
        values = found.of(outcome)
        for place, value in enumerate(values):
            axes.plot([100 * value.low, 100 * value.high], [place, place], color=INK, lw=1.5)
            axes.plot([100 * value.value], [place], marker=MARKERS[number % len(MARKERS)], ms=9, linestyle="",
                      color=ENDS[number % len(ENDS)], markeredgecolor=INK)  # fmt: skip
        _finish(axes, [(value.low, value.high) for value in values])
    return slide.figure

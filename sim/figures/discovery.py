"""Pictures of a discovery: the trade-off of coverage and density, and the box among all the parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.analysis.discovering.box import Group, Limit
from sim.analysis.discovering.discovery import Discovery
from sim.analysis.percent import percent, percent_range
from sim.figures.looks import FAINT, GRID, INK, MARKERS, OKABE_ITO
from sim.figures.slide import LABEL, TICK, in_house_style, new_slide, nothing_to_draw, number_axis, percent_axis
from sim.figures.words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 3
"""Parameters of the box that are drawn."""

Pictures = dict[str, Callable[[], Figure]]


def pictures(discovery: Discovery) -> Pictures:
    """What can be drawn of a discovery, by name."""
    name = discovery.target.name
    return {
        f"discover-{name}-trade-off": partial(draw_trade_off, discovery),
        f"discover-{name}-box": partial(draw_box, discovery),
    }


@in_house_style
def draw_trade_off(discovery: Discovery) -> Figure:
    """Each box of the method by its coverage and density; the chosen one is ringed, and judged beside."""
    told = plain(discovery.target.says.replace("`", ""))
    slide = new_slide(
        f"What a smaller box gains and loses: {told}",
        f"Each mark is a box of parameters on the {discovery.found_on:,} runs that found it; its shape says how many "
        f"parameters it limits. The bracket is the chosen box on {discovery.base.of:,} other runs, with 95 % Wilson "
        f"intervals. Scenario {discovery.ensemble.program.name}, seed {discovery.ensemble.seed}.",
        subtitle="Coverage: of the runs that ended so, those inside. Density: of the runs inside, those that ended so.",
    )
    axes = slide.axes(slide.left + 80, slide.bottom + 60, slide.right - 250, slide.top - 10)
    steps = discovery.steps
    for limits in sorted({step.limits for step in steps}):
        these = [step for step in steps if step.limits == limits]
        marker, color = MARKERS[limits % len(MARKERS)], OKABE_ITO[limits % len(OKABE_ITO)]
        label = "no limit" if limits == 0 else f"{limits} parameter{'s' if limits > 1 else ''}"
        axes.plot(
            [step.coverage for step in these], [step.density for step in these], linestyle="", ms=9, label=label,
            marker=marker, color=color, markeredgecolor=INK,
        )  # fmt: skip
    chosen = steps[discovery.chosen]
    axes.plot([chosen.coverage], [chosen.density], marker="o", ms=20, mfc="none", mec=INK, mew=2, linestyle="")
    if discovery.limits:
        coverage, density = discovery.coverage, discovery.density
        axes.errorbar(
            [coverage.share], [density.share],
            xerr=[[coverage.share - coverage.low], [coverage.high - coverage.share]],
            yerr=[[density.share - density.low], [density.high - density.share]],
            color=INK, capsize=5, lw=1.8, label="on other runs",
        )  # fmt: skip
    axes.axhline(discovery.base.share, color=FAINT, lw=1, ls="--")
    top = max([step.density for step in steps] + [discovery.density.high if discovery.limits else 0.0])
    percent_axis(axes, "y", top=min(1.0, 1.1 * top))
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    percent_axis(axes, "x", top=1.0)
    axes.set_xlim(0, 1.03)
    axes.set_xlabel("coverage", fontsize=LABEL)
    axes.set_ylabel("density", fontsize=LABEL)
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=TICK)
    axes.annotate(
        f"all runs: {percent(discovery.base.share)}", (1.0, discovery.base.share), xytext=(12, 0),
        textcoords="offset points", xycoords=axes.get_yaxis_transform(), fontsize=TICK, color=FAINT, va="center",
    )  # fmt: skip
    return slide.figure


@in_house_style
def draw_box(discovery: Discovery) -> Figure:
    """How often the target came over the values of each limited parameter; what the box keeps is shaded."""
    told = plain(discovery.target.says.replace("`", ""))
    density, base = discovery.density, discovery.base
    inside = f"{percent(density.share)} ({percent_range(density.low, density.high)}) inside the box"
    slide = new_slide(
        f"Where {told} lives",
        f"Of {base.of:,} runs that judged the box. Points: groups of runs of equal size by the parameter's value, with "
        f"95 % Wilson intervals, of luck. Shaded: what the box keeps; inside, {discovery.hits:,} of "
        f"{discovery.inside:,} runs ended so. Scenario {discovery.ensemble.program.name}, "
        f"seed {discovery.ensemble.seed}.",
        subtitle=f"{inside}, {percent(base.share)} of all runs" if discovery.limits else "",
    )
    if not discovery.limits:
        return nothing_to_draw(slide, "no box was found that other runs bear out")
    shown = list(zip(discovery.limits, discovery.profiles, strict=True))[:MOST_PANELS]
    top = max(group.ended_so.high for _, groups in shown for group in groups)
    room = (slide.right - slide.left - 90) / len(shown)
    for place, (limit, groups) in enumerate(shown):
        left = slide.left + 70 + place * room
        axes = slide.axes(left, slide.bottom + 70, left + room - 40, slide.top - 40)
        _draw_panel(axes, limit, groups, top=min(1.0, 1.1 * top))
        axes.axhline(base.share, color=FAINT, lw=1, ls="--")
        slide.text(left, slide.top - 16, _ends(limit), TICK)
        if place == 0:
            axes.set_ylabel("share of runs that ended so", fontsize=LABEL)
    return slide.figure


def _draw_panel(axes: Axes, limit: Limit, groups: Sequence[Group], *, top: float) -> None:
    """Shares over the values of one parameter."""
    at = [float(place) if group.name else group.at for place, group in enumerate(groups)]
    shares = [group.ended_so for group in groups]
    if limit.names:
        for place, group in enumerate(groups):
            if group.name in limit.names:
                axes.axvspan(place - 0.4, place + 0.4, color=OKABE_ITO[4], alpha=0.3, lw=0)
        axes.set_xticks(at, [plain(group.name) for group in groups], fontsize=TICK)
    else:
        margin = 0.05 * (at[-1] - at[0])
        ends = at[0] - margin, at[-1] + margin
        low, high = max(limit.low or ends[0], ends[0]), min(limit.high or ends[1], ends[1])
        axes.axvspan(low, high, color=OKABE_ITO[4], alpha=0.3, lw=0)
        axes.set_xlim(*ends)
        number_axis(axes, "x")
        axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.errorbar(
        at, [one.share for one in shares],
        yerr=[[one.share - one.low for one in shares], [one.high - one.share for one in shares]],
        color=OKABE_ITO[0], marker="o", ms=8, capsize=4, lw=1.5, linestyle="",
    )  # fmt: skip
    percent_axis(axes, "y", top=top)
    axes.set_xlabel(f"{plain(limit.parameter)}{f' ({limit.unit})' if limit.unit else ''}", fontsize=LABEL)


def _ends(one: Limit) -> str:
    if one.names:
        return " or ".join(plain(name) for name in one.names)
    if one.low is not None and one.high is not None:
        return f"kept: {number(one.low)} to {number(one.high)}"
    return f"kept: above {number(one.low)}" if one.low is not None else f"kept: below {number(one.high or 0.0)}"

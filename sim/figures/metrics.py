"""What a metric was in the runs of each outcome: histograms with quantiles, or shares of rungs."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.metrics import MetricByOutcome, MetricSummary
from sim.analysis.percent import percent
from sim.analysis.summary import Summary
from sim.figures.looks import FAILURE, FAINT, INK, PAPER, Look, category_looks, ink_on, ladder_looks
from sim.figures.shares import names_in, outcome_looks
from sim.figures.slide import (
    CAPTION,
    TICK,
    Slide,
    described,
    in_house_style,
    new_slide,
    nothing_to_draw,
    number_axis,
    percent_axis,
)
from sim.figures.words import counted, number, plain, titled

ALL = Look(FAILURE, "", "o", ())
"""The look of all runs together, which are no outcome."""

TALLEST = 130.0
"""Pixels from one row to the next, at most."""


@in_house_style
def draw_metric(summary: Summary, metric: MetricByOutcome) -> Figure:
    """A row for all runs and one for each outcome: how the metric is distributed there."""
    whole = metric.whole
    slide = new_slide(
        f"{titled(whole.says, whole.metric)}, by outcome", _caption(summary, metric), subtitle=_subtitle(whole)
    )
    if not whole.runs or not (whole.rungs or len(metric.edges)):
        never = whole.happened is not None and whole.happened.of > 0
        return nothing_to_draw(slide, "It came in no run." if never else "Nothing to draw: no run has a value.")
    return _rungs(slide, summary, metric) if whole.rungs else _histograms(slide, summary, metric)


def _caption(summary: Summary, metric: MetricByOutcome) -> str:
    shows = (
        "Bars: shares of runs by rung, within each outcome."
        if metric.whole.rungs
        else "Shapes: histograms, each scaled to its own highest bar. Thick line: middle half of the runs; thin line: "
        "middle 90 %; dot: median."
    )
    void = f" {counted(metric.whole.void, 'run')} failed and left out." if metric.whole.void else ""
    early = percent(summary.ended_early.share)
    return described(
        summary,
        f"{shows}{void} Runs differ in length: {early} end before the last day. What is seen in one outcome is a "
        "conditional share, not an effect.",
    )


def _subtitle(whole: MetricSummary) -> str:
    """The name of the metric, as tables have it; of a `first` metric always the pair: how many runs, their median."""
    if whole.happened is None:
        return f"Metric {whole.metric}" if whole.says else ""
    return (
        f"It came in {percent(whole.happened.share)} of {whole.happened.of:,} runs; median day "
        f"{number(whole.median)} of those. Rows show those alone."
    )


def _rows(metric: MetricByOutcome) -> list[tuple[str, MetricSummary]]:
    return [("all runs", metric.whole), *zip(metric.outcomes, metric.parts, strict=True)]


def _lay_out(slide: Slide, metric: MetricByOutcome, beside: list[str], bottom: float) -> tuple[Axes, float, float]:
    """Axes with a row for each group, names at the left and sentences at the right: axes, row height, their top."""
    names = [f"{plain(name)}\n{counted(part.runs, 'run')}" for name, part in _rows(metric)]
    height = min(TALLEST, (slide.top - bottom) / len(names))
    heads = [name.split("\n")[0] for name in names]
    texts, size, width = names_in(slide, heads, 290, (0.6 if height > 44 else 0.95) * height)
    width = max(width, *(slide.measure(name.split("\n")[1], CAPTION)[0] for name in names))
    room = max((slide.measure(says, min(size, TICK))[0] for says in beside), default=0.0)
    axes = slide.axes(slide.left + width + 20, slide.top - height * len(names), slide.right - room - 20, slide.top)
    axes.set_ylim(len(names), 0)
    axes.set_yticks([])
    for place, (text, name) in enumerate(zip(texts, names, strict=True)):
        y = slide.top - (place + 0.5) * height
        if height > 44:
            slide.text(slide.left + width, y + 0.14 * height, text, size, ha="right")
            slide.text(slide.left + width, y - 0.3 * height, name.split("\n")[1], CAPTION, ha="right", color=FAINT)
        else:
            slide.text(slide.left + width, y, text, size, ha="right")
        if beside:
            slide.text(slide.right - room, y, beside[place], min(size, TICK))
    return axes, height, size


def _histograms(slide: Slide, summary: Summary, metric: MetricByOutcome) -> Figure:
    """Silhouettes of histograms with median and quantiles on their base lines."""
    rows, looks = _rows(metric), outcome_looks(summary)
    says = [f"median {number(part.median)}" if part.quantiles else "none" for _, part in rows]
    axes, _, _ = _lay_out(slide, metric, says, slide.bottom + 60)
    axes.set_xlim(float(metric.edges[0]), float(metric.edges[-1]))
    number_axis(axes, "x", whole=_is_counted(metric))
    axes.set_xlabel(metric.whole.unit or plain(metric.whole.metric), fontsize=TICK, color=INK).set_parse_math(False)
    counts = [metric.counts.sum(axis=0), *metric.counts]
    for place, ((name, part), bars) in enumerate(zip(rows, counts, strict=True)):
        look = looks.get(name, ALL) if place else ALL
        highest = max(1, int(bars.max(initial=0)))
        axes.stairs(place + 0.78 - 0.68 * bars / highest, metric.edges, baseline=place + 0.78, fill=True,
                    facecolor=look.colour, hatch=look.hatch, edgecolor=PAPER, linewidth=0, label=name)  # fmt: skip
        if part.quantiles:
            low, lower, median, upper, high = (each.value for each in part.quantiles)
            axes.plot([low, high], [place + 0.87] * 2, color=INK, linewidth=1.5, clip_on=False)
            axes.plot([lower, upper], [place + 0.87] * 2, color=INK, linewidth=5, solid_capstyle="butt", clip_on=False)
            axes.plot([median], [place + 0.87], marker="o", markersize=9, color=PAPER, markeredgecolor=INK,
                      markeredgewidth=2, linestyle="", clip_on=False)  # fmt: skip
    return slide.figure


def _is_counted(metric: MetricByOutcome) -> bool:
    """Whether the bars of the histogram stand for whole numbers, one each."""
    return bool((metric.edges % 1 == 0.5).all())


def _rungs(slide: Slide, summary: Summary, metric: MetricByOutcome) -> Figure:
    """A bar for each outcome, cut into the shares of rungs."""
    rungs = metric.whole.rungs
    kind = ladder_looks if len(rungs) != 2 else category_looks
    looks = kind(len(rungs))
    top = _legend(slide, [plain(rung.name) for rung in rungs], list(looks))
    below = Slide(slide.figure, slide.left, slide.bottom, slide.right, top)
    axes, _, size = _lay_out(below, metric, [], slide.bottom + 60)
    percent_axis(axes, "x")
    axes.set_xlabel("share of the runs that ended so", fontsize=TICK, color=INK)
    for place, (_, part) in enumerate(_rows(metric)):
        left = 0.0
        for rung, look in zip(part.rungs, looks, strict=True):
            axes.barh(place + 0.5, rung.share, left=left, height=0.66, color=look.colour, hatch=look.hatch,
                      edgecolor=PAPER, linewidth=0.8, label=rung.name)  # fmt: skip
            if rung.share > 0.09:
                axes.text(left + rung.share / 2, place + 0.5, percent(rung.share), ha="center", va="center",
                          fontsize=min(size, TICK), color=ink_on(look.colour),
                          bbox={"facecolor": look.colour, "edgecolor": "none", "pad": 1.5})  # fmt: skip
            left += rung.share
    return slide.figure


def _legend(slide: Slide, names: list[str], looks: list[Look]) -> float:
    """Rungs with their colours in lines below the title; returns the top of what is left."""
    x, y, box = slide.left, slide.top - 14, 22.0
    for name, look in zip(names, looks, strict=True):
        text = slide.wrapped(name, slide.right - slide.left - 60, TICK, lines=1)
        wide = slide.measure(text, TICK)[0] + box + 34
        if x + wide > slide.right and x > slide.left:
            x, y = slide.left, y - 30
        patch = slide.axes(x, y - box / 2, x + box, y + box / 2)
        patch.set_axis_off()
        patch.bar(0.5, 1, 1, color=look.colour, hatch=look.hatch, edgecolor=PAPER, linewidth=0)
        patch.set_xlim(0, 1)
        patch.set_ylim(0, 1)
        slide.text(x + box + 8, y, text, TICK)
        x += wide
    return y - 26

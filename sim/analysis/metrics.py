"""What metrics were over many runs: means and quantiles with their intervals, as a whole and outcome by outcome.

Metrics of failed runs are void and left out; the number left in is said. Never a mean rung: what stands on a ladder
is told in shares of its rungs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import held_to, mean_interval, quantile, quantile_interval
from sim.analysis.outcomes import Share, share_of
from sim.clock import TICKS_PER_DAY
from sim.language.tree import Read, ReadDerived
from sim.language.words import NUMBER, TRUTH, Kind
from sim.program.ir import Metric, Program

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles that every metric and every fan shows: the median, the middle half and the middle 90 % of runs."""

FEW = 10
"""Below this number of runs a mean has no interval: Student's asks for values that are nearly normal, or for many."""

BINS = 40
"""Bars of a metric's histogram."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value that a share `probability` of runs does not exceed, and its distribution-free interval."""

    probability: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What a metric was over `runs` runs.

    Of a `first` metric, `happened` says in which share of runs it came at all; mean and quantiles are of those alone.
    Of a metric that is a rung, `rungs` are the shares of runs on each, and there is no mean. The mean is NaN where
    there is none, infinite where some run's value is. Its ends `low` and `high` are NaN where there is no finite mean,
    of fewer than `FEW` runs, and where all values are alike: runs that agree do not show how far others may lie.
    """

    metric: str
    how: str
    unit: str
    says: str
    runs: int  # with a value; of `first`, with a finite one
    void: int  # without: failed or runaway
    mean: float
    low: float
    high: float
    quantiles: tuple[Quantile, ...]
    happened: Share | None = None
    rungs: tuple[Share, ...] = ()

    @property
    def no_interval(self) -> str:
        """Why a mean has no interval, in two words; "" where it has one or there is no mean."""
        if self.runs == 0 or not np.isfinite(self.mean) or np.isfinite(self.low):
            return ""
        return "too few" if self.runs < FEW else f"always {self.mean:,.4g}"

    @property
    def median(self) -> float:
        """The value that half of these runs do not exceed; NaN if there are none."""
        return next((each.value for each in self.quantiles if each.probability == 0.5), float("nan"))


@dataclass(frozen=True, slots=True, eq=False)
class MetricByOutcome:
    """A metric in the runs that ended in each outcome. `counts[k]` is their histogram between the shared `edges`.

    A share given an outcome is a conditional share, not an effect.
    """

    whole: MetricSummary
    outcomes: tuple[str, ...]  # those with at least one run
    parts: tuple[MetricSummary, ...]
    edges: Floats  # (B + 1,); empty for rungs and where no value is finite
    counts: Integers  # (K, B)


def metric_kind(program: Program, metric: Metric) -> Kind:
    """What a metric's values are: a rung where it is the highest, lowest or last rung of a ladder, else a number."""
    if metric.how not in ("max", "min", "final"):
        return NUMBER
    match metric.tree:
        case Read(slot):
            return program.quantities[slot].kind
        case ReadDerived(slot):
            return program.derived[slot].kind
        case _:
            return NUMBER


def metric_unit(metric: Metric) -> str:
    """The unit of a metric: as the file says, else days for days and moments, and firings for counts."""
    return metric.unit or {"days": "days", "first": "days after the start", "count": "firings"}.get(metric.how, "")


def possible_range(program: Program, metric: Metric) -> tuple[float, float]:
    """The least and the greatest value that a metric can have, as far as its definition says; else infinite.

    Counts and days are not negative, and days no more than the horizon; a quantity stays `within` its range.
    """
    length = program.horizon / TICKS_PER_DAY
    if metric.how in ("days", "first"):
        return 0.0, length
    if metric.how == "count":
        times = [program.triggers[trigger].times for trigger, _ in metric.counted]
        return 0.0, float(sum(times)) if times and None not in times else np.inf  # type: ignore[arg-type]
    if not isinstance(metric.tree, Read):
        return -np.inf, np.inf
    quantity = program.quantities[metric.tree.slot]
    low, high = (0.0, 1.0) if quantity.kind == TRUTH else (quantity.low, quantity.high)
    return (min(0.0, low * length), max(0.0, high * length)) if metric.how == "integral" else (low, high)


def metric_summary(
    program: Program, metric: Metric, values: Floats, *, seen: tuple[float, float] | None = None
) -> MetricSummary:
    """What a metric was over these runs.

    Parameters
    ----------
    values : (R,)
        NaN where void; of `first`, infinite where it never came.
    seen
        Least and greatest value in the whole study, where these runs are a part of it.
    """
    known = np.sort(values[~np.isnan(values)])
    void = len(values) - len(known)
    happened = None
    if metric.how == "first":
        came = known[np.isfinite(known)]
        happened = share_of(metric.name, len(came), len(known))
        known = came
    kind = metric_kind(program, metric)
    if kind.names or kind == TRUTH:
        names = kind.names or ("no", "yes")
        rungs = tuple(share_of(name, int((known == rung).sum()), len(known)) for rung, name in enumerate(names))
        mean = low = high = float("nan")
    else:
        rungs = ()
        mean, low, high = _mean(known)
        if np.isfinite(low):
            low, high = held_to(low, high, _bounds(possible_range(program, metric), seen or _ends(known)))
    quantiles = tuple(Quantile(p, quantile(known, p), *quantile_interval(known, p)) for p in PROBABILITIES)
    return MetricSummary(
        metric.name,
        metric.how,
        metric_unit(metric),
        metric.says,
        len(known),
        void,
        mean,
        low,
        high,
        quantiles if len(known) else (),
        happened,
        rungs,
    )


def _mean(known: Floats) -> tuple[float, float, float]:
    """Mean and interval; where some value is infinite the mean is too, and has no interval."""
    if np.isfinite(known).all():
        mean, low, high = mean_interval(known)
        alike = len(known) > 0 and known[0] == known[-1]  # they are in order
        return (float(known[0]) if alike else mean, np.nan, np.nan) if alike or len(known) < FEW else (mean, low, high)
    mean = float(np.sum(known)) if np.isinf(known).any() and not _both_signs(known) else float("nan")
    return mean, float("nan"), float("nan")


def _ends(known: Floats) -> tuple[float, float]:
    return float(known[0]), float(known[-1])


def _bounds(possible: tuple[float, float], seen: tuple[float, float]) -> tuple[float, float]:
    """The range that a mean is held to: what is possible, and where the definition leaves that open, what was seen."""
    low, high = (one if np.isfinite(one) else other for one, other in zip(possible, seen, strict=True))
    return min(low, seen[0]), max(high, seen[1])


def _both_signs(values: Floats) -> bool:
    return bool((values == np.inf).any() and (values == -np.inf).any())


def metric_by_outcome(
    program: Program, metric: Metric, values: Floats, names: Sequence[str], row: Integers
) -> MetricByOutcome:
    """A metric in the runs of each outcome that any run ended in."""
    whole = metric_summary(program, metric, values)
    places = [place for place in range(len(names)) if (row == place).any() and (~np.isnan(values[row == place])).any()]
    finite = values[np.isfinite(values)]
    seen = (float(finite.min()), float(finite.max())) if len(finite) else None
    parts = tuple(metric_summary(program, metric, values[row == place], seen=seen) for place in places)
    if whole.rungs or not len(finite):
        edges = np.empty(0)
        counts = np.zeros((len(places), 0), dtype=np.int64)
    else:
        edges = _edges(finite)
        counts = np.array([np.histogram(values[(row == place) & np.isfinite(values)], edges)[0] for place in places],
                          dtype=np.int64).reshape(len(places), len(edges) - 1)  # fmt: skip
    return MetricByOutcome(whole, tuple(names[place] for place in places), parts, edges, counts)


def _edges(finite: Floats) -> Floats:
    """Edges of a histogram: one bar for each whole number where there are few of them, else `BINS` equal bars."""
    low, high = float(finite.min()), float(finite.max())
    if (finite == np.rint(finite)).all() and high - low < BINS and abs(low) < 1e15:
        return np.arange(low - 0.5, high + 1.0)
    if high == low:
        pad = max(abs(low), 1.0) * 1e-3
        low, high = low - pad, high + pad
    steps = np.linspace(0.0, 1.0, BINS + 1)
    edges = low * (1 - steps) + high * steps  # high - low may be too large for a number
    edges[0], edges[-1] = low, high
    return edges if (np.diff(edges) > 0).all() else np.array([np.nextafter(low, -np.inf), np.nextafter(high, np.inf)])

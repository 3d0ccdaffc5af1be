"""How shares, and what else was asked for, settled as runs were added: running values with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import quantile, quantile_interval, wilson
from sim.analysis.metrics import metric_unit
from sim.analysis.outcomes import rows_of
from sim.analysis.summary import Summary
from sim.special import special
from sim.study.stopping import Until

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOMENTS = 120
"""Numbers of runs at which running values are told, evenly apart on a logarithmic axis."""

FIRST = 10
"""Of fewer runs nothing is told."""


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """One share, mean or quantile over the first so many runs, with its 95 % interval; NaN where there is none.

    `asked` are the ends of an interval as narrow as was asked for, about the last value; None if none was.
    """

    name: str
    value: Floats  # (T,), and so are the next two
    low: Floats
    high: Floats
    says: str = ""  # what it is, where the name alone does not say it
    unit: str = ""
    asked: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Convergence:
    """All rows of outcomes, and the metrics that were asked for, over the first so many runs.

    `since`: after so many runs all that was asked for was known well enough, and stayed so; `stopped`: after so many a
    study ended for it. None where it was not reached, or nothing was asked for.
    """

    runs: Integers  # (T,), ascending
    outcomes: tuple[Running, ...]
    metrics: tuple[Running, ...] = ()
    since: int | None = None
    stopped: int | None = None
    says: tuple[str, ...] = ()  # how far each target is, a sentence each


def convergence(
    summary: Summary, targets: Sequence[Until] = (), precision: Sequence[Mapping[str, Any]] = ()
) -> Convergence:
    """How the runs of a summary settled.

    Parameters
    ----------
    targets, precision
        What was asked for, and how far it came, as a study's manifest has them.
    """
    total = summary.runs
    first = min(FIRST, max(1, total))
    runs = np.unique(np.rint(np.geomspace(first, max(1, total), MOMENTS)).astype(np.int64))
    places = {metric.name: number for number, metric in enumerate(summary.program.metrics)}
    asked = {target.name: target for target in targets if target.of == "outcome"}
    names, row = rows_of(summary.program, summary.columns.outcome, summary.columns.ending)
    lasted = bool(precision) and all(each["lasted"] for each in precision)
    return Convergence(
        runs,
        tuple(_share(name, row == place, runs, asked.get(name)) for place, name in enumerate(names)),
        tuple(_metric(summary, places[target.name], runs, target) for target in targets if target.of == "metric"),
        max(int(each["since"]) for each in precision) if lasted else None,
        max(int(each["runs"]) for each in precision) if lasted else None,
        tuple(str(each["says"]) for each in precision),
    )


def _share(name: str, hits: NDArray[np.bool_], runs: Integers, target: Until | None) -> Running:
    """The running share of one row of outcomes, with Wilson's interval."""
    counts = np.cumsum(hits)[runs - 1] if len(hits) else np.zeros(len(runs), dtype=np.int64)
    ends = np.array([wilson(int(count), int(n)) for count, n in zip(counts, runs, strict=True)])
    value = counts / runs
    return Running(name, value, ends[:, 0], ends[:, 1], asked=_band(value, target))


def _metric(summary: Summary, number: int, runs: Integers, target: Until) -> Running:
    """A running mean or quantile of a metric; of a `first` metric, over the runs in which it came."""
    values, metric = summary.columns.metric(number), summary.program.metrics[number]
    told = _quantiles if target.quantile is not None else _means
    if target.quantile is None or metric.how == "first":
        values = np.where(np.isfinite(values), values, np.nan)
    value, low, high = told(values, runs, target.quantile or 0.5)
    which = "the mean" if target.quantile is None else f"the {100 * target.quantile:g} % quantile"
    says = f"{'the median' if target.quantile == 0.5 else which} of {metric.name}"
    return Running(target.what, value, low, high, says, metric_unit(metric), _band(value, target))


def _means(values: Floats, runs: Integers, _: float) -> tuple[Floats, Floats, Floats]:
    """Means of the first so many values, with Student's interval (1908); of fewer than two there is none."""
    known = ~np.isnan(values)
    middle = float(values[known].mean()) if known.any() else 0.0  # squares about it lose no digits
    apart = np.where(known, values - middle, 0.0)
    n = np.cumsum(known)[runs - 1].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.cumsum(apart)[runs - 1] / n
        variance = np.maximum(np.cumsum(apart**2)[runs - 1] - n * mean**2, 0.0) / np.where(n > 1, n - 1, np.nan)
        half = special().stdtrit(np.maximum(n - 1, 1), 0.975) * np.sqrt(variance / n)
    return middle + mean, middle + mean - half, middle + mean + half


def _quantiles(values: Floats, runs: Integers, probability: float) -> tuple[Floats, Floats, Floats]:
    """A quantile of the first so many values, with the interval between order statistics; infinite ends are open."""
    rows = []
    for count in runs:
        ordered = np.sort(values[:count][~np.isnan(values[:count])])
        rows.append((quantile(ordered, probability), *quantile_interval(ordered, probability)))
    found = np.array(rows)
    return found[:, 0], found[:, 1], found[:, 2]


def _band(value: Floats, target: Until | None) -> tuple[float, float] | None:
    if target is None or not np.isfinite(value[-1]):
        return None
    last = float(value[-1])
    half = target.half_width * (abs(last) if target.relative else 1.0)
    return last - half, last + half

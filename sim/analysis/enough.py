"""How many runs are enough: what it takes to know each share and each mean to a given half-width, by what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.analysis.summary import Summary
from sim.study.precision import rounded_up, runs_for_mean, runs_for_share

POINTS = (0.05, 0.01, 0.005, 0.001)
"""Half-widths of shares."""

PARTS = (0.1, 0.05, 0.01, 0.005)
"""Half-widths of means, as parts of the mean itself."""

LEAST = 100
"""Fewer runs are never said to be enough: of so few, what was seen is no guide."""


@dataclass(frozen=True, slots=True)
class Need:
    """Runs in all, to two figures, that make half of the 95 % interval so small; None where no number would."""

    half_width: float
    runs: int | None


@dataclass(frozen=True, slots=True)
class Enough:
    """What it takes for one share or mean, if further runs are like those that were seen."""

    name: str
    kind: Literal["outcome", "metric"]
    seen: float  # the share or the mean
    needs: tuple[Need, ...]

    @property
    def unit(self) -> str:
        """What half-widths are counted in: percentage points, or percent of the mean."""
        return "pp" if self.kind == "outcome" else "%"


def enough(summary: Summary) -> tuple[Enough, ...]:
    """Runs for every outcome, then for every metric that has a mean with an interval.

    Of an outcome that never came (or always) the whole interval, which then has one end, is to be so small. Of a
    `first` metric only the runs in which it came count, and all runs that takes are said.

    Source
    ------
    Wilson (1927), J. Amer. Stat. Assoc. 22, 209-212; for means Student (1908), Biometrika 6, 1-25, in its limit.
    """
    outcomes = tuple(
        Enough(row.outcome, "outcome", row.share,
               tuple(Need(points, _whole(runs_for_share(row.share, points))) for points in POINTS))
        for row in summary.outcomes
        if row.sort == "outcome"
    )  # fmt: skip
    return outcomes + tuple(
        Enough(row.metric, "metric", row.mean, _of_mean(summary.columns.metric(number), row.mean))
        for number, row in enumerate(summary.metrics)
        if not row.rungs and np.isfinite(row.low)
    )


def _of_mean(values: np.ndarray, mean: float) -> tuple[Need, ...]:
    """What the mean of the finite ones among R values takes."""
    known = values[np.isfinite(values)]
    deviation, share = float(known.std(ddof=1)), len(known) / len(values)
    return tuple(Need(part, _whole(runs_for_mean(deviation, part * abs(mean)) / share)) for part in PARTS)


def _whole(runs: float) -> int | None:
    return rounded_up(max(LEAST, runs)) if np.isfinite(runs) else None

"""What an ensemble shows, as one value: the end of the way for numbers, the beginning for tables and pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from sim.analysis.courses import Blocks, Fan, Occupancy, over_time
from sim.analysis.intervals import LEVEL
from sim.analysis.metrics import MetricByOutcome, MetricSummary, metric_by_outcome, metric_summary
from sim.analysis.outcomes import (
    Incidence,
    OutcomeShare,
    Share,
    ended_early,
    incidence,
    of_a_hundred,
    outcome_shares,
    rows_of,
)
from sim.engine.record import Runs
from sim.program.ir import Program
from sim.study.ensemble import Ensemble

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_AT_ONCE = 2**23
"""Sampled values that are in memory at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """R runs as columns, each read when it is looked at, so that memory holds a few of them at a time."""

    outcome: NDArray[np.int16]  # (R,), and so are the next two
    ending: NDArray[np.int8]
    ended: Integers
    metric: Callable[[int], Floats]  # number of a metric -> (R,)
    sampled: tuple[Blocks, ...] | None  # the sampled columns; None where series were not kept


@dataclass(frozen=True, eq=False)
class Summary:
    """What an ensemble of one program shows. All intervals are from luck, at `level`.

    Tables and pictures that not every reader asks for are computed when they are first asked for.
    """

    program: Program
    columns: Columns = field(repr=False)
    seed: int | None
    outcomes: tuple[OutcomeShare, ...]
    ended_early: Share
    metrics: tuple[MetricSummary, ...]
    level: float = LEVEL
    policy: str = ""
    variant: str = ""
    digest: str = ""  # of the study, where there is one

    @property
    def runs(self) -> int:
        """How many runs, failed ones included."""
        return len(self.columns.outcome)

    @property
    def hundred(self) -> tuple[int, ...]:
        """Of a hundred futures, how many end in each row of `outcomes`."""
        return of_a_hundred([share.count for share in self.outcomes])

    @cached_property
    def by_outcome(self) -> tuple[MetricByOutcome, ...]:
        """Each metric in the runs that ended in each outcome."""
        names, row = rows_of(self.program, self.columns.outcome, self.columns.ending)
        return tuple(
            metric_by_outcome(self.program, metric, self.columns.metric(number), names, row)
            for number, metric in enumerate(self.program.metrics)
        )

    @cached_property
    def incidence(self) -> Incidence:
        """Shares of runs that have ended in each outcome up to each moment."""
        return incidence(self.program, self.columns.outcome, self.columns.ending, self.columns.ended)

    @property
    def occupancy(self) -> tuple[Occupancy, ...]:
        """Every sampled ladder and flag over time."""
        return self._over_time[0]

    @property
    def few_valued(self) -> tuple[Occupancy, ...]:
        """Every sampled number that has few values."""
        return self._over_time[1]

    @property
    def fans(self) -> tuple[Fan, ...]:
        """Every other sampled number."""
        return self._over_time[2]

    @cached_property
    def _over_time(self) -> tuple[tuple[Occupancy, ...], tuple[Occupancy, ...], tuple[Fan, ...]]:
        sampled = self.columns.sampled
        return ((), (), ()) if sampled is None else over_time(self.program, sampled)


def summary_of(
    program: Program,
    *,
    outcome: NDArray[np.int16],
    ending: NDArray[np.int8],
    ended: Integers,
    metrics: Floats,
    columns: Iterable[Floats] | None = None,
    seed: int | None = None,
    policy: str = "",
    variant: str = "",
    digest: str = "",
) -> Summary:
    """The summary of R runs of one program that are in memory.

    Parameters
    ----------
    outcome, ending, ended : (R,)
    metrics : (R, M)
    columns
        Sampled columns, (R, S) each, or None where series were not kept.
    """
    sampled = None if columns is None else tuple(partial(_alone, values) for values in columns)
    found = Columns(outcome, ending, ended, lambda number: metrics[:, number], sampled)
    return _summary(program, found, seed=seed, policy=policy, variant=variant, digest=digest)


def _alone(values: Floats) -> tuple[Floats]:
    return (values,)


def _summary(
    program: Program, columns: Columns, *, seed: int | None, policy: str = "", variant: str = "", digest: str = ""
) -> Summary:
    return Summary(
        program,
        columns,
        seed,
        outcome_shares(program, columns.outcome, columns.ending),
        ended_early(columns.outcome, columns.ending),
        tuple(metric_summary(program, metric, columns.metric(number)) for number, metric in enumerate(program.metrics)),
        policy=policy,
        variant=variant,
        digest=digest,
    )


def summarise(ensemble: Ensemble) -> Summary:
    """The summary of one experiment of a stored study, read column by column."""
    names = [metric.name for metric in ensemble.program.metrics]
    sampled = tuple(partial(_read_blocks, ensemble, name) for name in ensemble.series_names)
    return _summary(
        ensemble.program,
        Columns(
            ensemble.outcome,
            ensemble.ending,
            ensemble.ended,
            lambda number: ensemble.metric(names[number]),
            sampled if len(ensemble.moments) else None,
        ),
        seed=ensemble.seed,
        policy=ensemble.policy,
        variant=ensemble.variant,
        digest=str(ensemble.manifest.get("digest", "")),
    )


def _read_blocks(ensemble: Ensemble, name: str) -> Iterator[Floats]:
    """A sampled column, as many moments at a time as memory is to hold."""
    moments = len(ensemble.moments)
    size = max(1, MOST_AT_ONCE // max(1, len(ensemble)))
    for first in range(0, moments, size):
        yield ensemble.series(name, slice(first, min(first + size, moments)))


def summarise_runs(runs: Runs, *, seed: int | None = None) -> Summary:
    """The summary of runs that are in memory."""
    kept = runs.program.series is not None and runs.series.size > 0
    return summary_of(
        runs.program,
        outcome=runs.outcome,
        ending=runs.ending,
        ended=runs.ended,
        metrics=runs.metrics,
        columns=(runs.series[:, :, column] for column in range(runs.series.shape[2])) if kept else None,
        seed=seed,
    )

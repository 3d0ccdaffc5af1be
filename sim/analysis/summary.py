"""What an ensemble shows, as one value: the end of the way for numbers, the beginning for tables and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.courses import Fan, Occupancy, over_time
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


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What an ensemble of one program shows. All intervals are from luck, at `level`."""

    program: Program
    runs: int
    seed: int | None
    outcomes: tuple[OutcomeShare, ...]
    ended_early: Share
    metrics: tuple[MetricSummary, ...]
    by_outcome: tuple[MetricByOutcome, ...]
    incidence: Incidence
    occupancy: tuple[Occupancy, ...]
    few_valued: tuple[Occupancy, ...]  # of numbers that have few values
    fans: tuple[Fan, ...]
    hundred: tuple[int, ...]  # of a hundred futures, how many end in each row of `outcomes`
    level: float = LEVEL
    policy: str = ""
    variant: str = ""
    digest: str = ""  # of the study, where there is one


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
    """The summary of R runs of one program.

    Parameters
    ----------
    outcome, ending, ended : (R,)
    metrics : (R, M)
    columns
        Sampled columns, (R, S) each, or None where series were not kept.
    """
    names, row = rows_of(program, outcome, ending)
    shares = outcome_shares(program, outcome, ending)
    ladders, steps, fans = ((), (), ()) if columns is None else over_time(program, columns)
    each = list(zip(program.metrics, metrics.T, strict=True))
    return Summary(
        program=program,
        runs=len(row),
        seed=seed,
        outcomes=shares,
        ended_early=ended_early(outcome, ending),
        metrics=tuple(metric_summary(program, metric, values) for metric, values in each),
        by_outcome=tuple(metric_by_outcome(program, metric, values, names, row) for metric, values in each),
        incidence=incidence(program, outcome, ending, ended),
        occupancy=ladders,
        few_valued=steps,
        fans=fans,
        hundred=of_a_hundred([share.count for share in shares]),
        policy=policy,
        variant=variant,
        digest=digest,
    )


def summarise(ensemble: Ensemble) -> Summary:
    """The summary of one experiment of a stored study; its series are read column by column."""
    sampled = len(ensemble.moments) > 0
    return summary_of(
        ensemble.program,
        outcome=ensemble.outcome,
        ending=ensemble.ending,
        ended=ensemble.ended,
        metrics=ensemble.metrics,
        columns=(ensemble.series(name) for name in ensemble.series_names) if sampled else None,
        seed=ensemble.seed,
        policy=ensemble.policy,
        variant=ensemble.variant,
        digest=str(ensemble.manifest.get("digest", "")),
    )


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

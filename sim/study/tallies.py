"""Counts and moments of every experiment of a study at once, by one query: memory does not grow with the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.study import store
from sim.study.ensemble import Ensemble
from sim.study.tables import metric_columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """What came of E experiments: K outcomes, M metrics, by name, in the order of their first appearance.

    Values of metrics that are void or infinite are left out; `valid` says how many are in. A share is of all runs.
    """

    outcome_names: tuple[str, ...]
    metric_names: tuple[str, ...]
    runs: Whole  # (E,) runs that are there
    outcomes: Whole  # (E, K) of them, runs that ended so
    failed: Whole  # (E,) runs that failed or ran away
    valid: Whole  # (E, M)
    means: Floats  # (E, M); NaN where nothing is valid
    variances: Floats  # (E, M), of single runs; NaN where fewer than two are valid
    moment_names: tuple[str, ...]  # metrics that are a moment, which may not come: no mean is told of these
    medians: Floats  # (E, moments) of the runs in which it came; NaN where it came in none

    @property
    def shares(self) -> Floats:
        """(E, K) share of runs that ended so; NaN where there is no run."""
        import numpy as np

        with np.errstate(invalid="ignore"):
            found: Floats = self.outcomes / self.runs[:, None]
        return found


@store.one_thread_each()  # sums of numbers depend on their order, and the same study says the same to the last digit
def tallies_of(ensemble: Ensemble) -> Tallies:
    """What came of all experiments of a stored study, of the runs that are there."""
    import numpy as np

    experiments = ensemble.experiments
    programs = {str(row.scenario_path): row for row in experiments}  # one experiment of each different scenario
    outcome_names = _names([one.outcome_names for one in programs.values()])
    metric_names = _names([[metric.name for metric in one.program.metrics] for one in programs.values()])
    columns = {
        metric.name: column
        for one in programs.values()
        for metric, column in zip(one.program.metrics, metric_columns(one.program), strict=True)
    }
    runs, failed = np.zeros((2, len(experiments)), dtype=np.int64)
    outcomes = np.zeros((len(experiments), len(outcome_names)), dtype=np.int64)
    valid = np.zeros((len(experiments), len(metric_names)), dtype=np.int64)
    means, variances = np.full((2, len(experiments), len(metric_names)), np.nan)
    how = {metric.name: metric.how for one in programs.values() for metric in one.program.metrics}
    moment_names = tuple(name for name in metric_names if how[name] == "first")
    medians = np.full((len(experiments), len(moment_names)), np.nan)
    files = ensemble.done_files("runs")
    if files:
        counts = "count(*), count(*) FILTER (outcome IS NULL)"
        for name in outcome_names:
            counts += f", count(*) FILTER (outcome = {store.literal(name)})"
        for name in metric_names:
            known = f"FILTER (isfinite({store.quoted(columns[name])}))"
            column = store.quoted(columns[name])
            counts += f", count({column}) {known}, avg({column}) {known}, var_samp({column}) {known}"
        for name in moment_names:
            column = store.quoted(columns[name])
            counts += f", quantile_disc({column}, 0.5) FILTER (isfinite({column}))"
        # A design that grows may have been larger before.
        where = f"run < {ensemble.limit} AND experiment < {len(experiments)} GROUP BY experiment"
        for experiment, *row in store.read(files, f"experiment, {counts}", where, as_rows=True, by_name=True):
            runs[experiment], failed[experiment] = row[:2]
            outcomes[experiment] = row[2 : 2 + len(outcome_names)]
            of_metrics = row[2 + len(outcome_names) : len(row) - len(moment_names)]
            medians[experiment] = [np.nan if value is None else value for value in row[len(row) - len(moment_names) :]]
            valid[experiment] = of_metrics[0::3]
            means[experiment] = [np.nan if value is None else value for value in of_metrics[1::3]]
            variances[experiment] = [np.nan if value is None else value for value in of_metrics[2::3]]
    return Tallies(
        outcome_names, metric_names, runs, outcomes, failed, valid, means, variances, moment_names, medians
    )  # fmt: skip


def _names(lists: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))

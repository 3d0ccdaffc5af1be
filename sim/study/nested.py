"""Points of a design, each played many times: what came of each, and how much luck it shares with another point.

Where two points have the same luck, run by run, luck moves both means together. The covariance of such pairs of runs
says how much of it is left in their difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sim.study import store
from sim.study.ensemble import Ensemble
from sim.study.tables import metric_columns

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AT_ONCE = 300_000
"""Runs that are paired together: memory does not grow beyond them."""

ROUNDING = 1e-9
"""Less than this part of two noises is rounding: the same luck, run by run."""

Sort = Literal["outcome", "metric"]


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """One number of each run (1 or 0 for an outcome, else a metric) at E points: moments within each point.

    Failed runs are runs: an outcome did not happen in them. Values of metrics that are void or infinite are left out.
    Of a metric that is a moment it is told whether it comes (1) or not (0): it has no day in runs in which it does not.
    """

    name: str
    sort: Sort
    runs: Floats  # (E,) runs that count
    means: Floats  # (E,) of these; NaN where there is none
    within: Floats  # (E,) variance of single runs, divided by runs - 1; NaN where there are fewer than two
    shared: Floats  # (E,) covariance of the mean with that of the point it is paired with; 0 where there is none
    is_moment: bool = False

    @property
    def noise(self) -> Floats:
        """(E,) variance of the mean of each point that is luck."""
        import numpy as np

        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = self.within / self.runs
        return found

    @property
    def says(self) -> str:
        """What it is called in a sentence: a probability, or the metric."""
        return f"P({self.name})" if self.sort == "outcome" or self.is_moment else self.name


def noise_left(here: Floats, there: Floats, shared: Floats) -> Floats:
    """Variance of the difference of two means that is luck: the noise of both, less what they share; NaN for NaN."""
    import numpy as np

    both = here + there
    left = both - 2 * shared
    return np.where(left < ROUNDING * both, 0.0, left)


def nested(ensemble: Ensemble, partner: str) -> tuple[Nested, ...]:
    """Every outcome and every metric of a stored study of one scenario, at each of its experiments.

    Parameters
    ----------
    partner
        With which experiment each one is paired, in SQL: `experiment - 1`. It lies in the same part.
    """
    import numpy as np

    count = len(ensemble.manifest["experiments"])
    program = ensemble.program
    names: list[tuple[str, Sort]] = [(name, "outcome") for name in program.outcome_names]
    names += [(metric.name, "metric") for metric in program.metrics]
    values = [f"(outcome IS NOT DISTINCT FROM {store.literal(name)})::INT::DOUBLE" for name in program.outcome_names]
    values += [
        _value(store.quoted(column), is_moment=metric.how == "first")
        for metric, column in zip(program.metrics, metric_columns(program), strict=True)
    ]
    moments = {metric.name for metric in program.metrics if metric.how == "first"}
    table = np.zeros((4, count, len(names)))
    table[1:3] = np.nan
    for files in _batches(ensemble):
        rows = store.ask(_query(files, values, partner, (count, ensemble.limit)), files)
        for experiment, *row in rows:
            found = np.array([np.nan if value is None else value for value in row], dtype=np.float64).reshape(-1, 6).T
            runs, means, within, others, pairs, together = found
            with np.errstate(invalid="ignore", divide="ignore"):
                shared = np.where(pairs >= 2, pairs * together / (runs * others), 0.0)
            table[:, experiment] = runs, means, within, shared
    told = []
    for place, (name, sort) in enumerate(names):
        runs, means, within, shared = table[:, :, place]
        told.append(Nested(name, sort, runs, means, within, shared, sort == "metric" and name in moments))
    return tuple(told)


def _value(column: str, *, is_moment: bool) -> str:
    """A metric of a finished run, in SQL; of a moment, whether it came."""
    if is_moment:
        return f"CASE WHEN outcome IS NOT NULL THEN isfinite({column})::INT::DOUBLE END"
    return f"CASE WHEN isfinite({column}) THEN {column} END"


def _query(files: Sequence[Path], values: Sequence[str], partner: str, most: tuple[int, int]) -> str:
    """Moments of each experiment by name, and its covariance with its partner over the runs that both have."""
    columns = ", ".join(f"{value} AS y{place}" for place, value in enumerate(values))
    asked = ", ".join(
        f"count(a.y{n})::DOUBLE, avg(a.y{n}), var_samp(a.y{n}), count(b.y{n})::DOUBLE, "
        f"regr_count(a.y{n}, b.y{n})::DOUBLE, covar_samp(a.y{n}, b.y{n})"
        for n in range(len(values))
    )
    return (
        f"WITH runs AS (SELECT experiment::BIGINT AS experiment, run, {columns} FROM "
        f"read_parquet({store.listed(files)}) WHERE experiment < {most[0]} AND run < {most[1]}) "
        f"SELECT a.experiment, {asked} FROM (SELECT *, {partner} AS partner FROM runs) a "
        f"LEFT JOIN runs b ON b.run = a.run AND b.experiment = a.partner GROUP BY a.experiment"
    )


def _batches(ensemble: Ensemble) -> list[list[Path]]:
    """Files of whole blocks, so that partners are read together, at most some runs at a time."""
    blocks: dict[str, list[Any]] = {}
    for path in ensemble.done_files("runs"):
        blocks.setdefault(path.stem.split("-")[1], []).append(path)
    each = max(1, len(ensemble.manifest["experiments"]) * ensemble.limit // max(1, len(blocks)))
    size, groups = max(1, AT_ONCE // each), list(blocks.values())
    return [[path for group in groups[at : at + size] for path in group] for at in range(0, len(groups), size)]

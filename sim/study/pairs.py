"""Runs of two experiments joined by their luck, counted by SQL a stretch at a time: memory does not grow with the runs.

Everything is counted by group of runs (`run % GROUPS`), so that whoever reads it can see how far groups differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.study import store
from sim.study.ensemble import Ensemble
from sim.study.tables import metric_columns

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

GROUPS = 20
"""Groups of runs, enough for Student's t of them to be near the normal (2.09 against 1.96)."""

STRETCH = 200
"""Parts that are joined at once: half a million runs of each of two experiments at most."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that is true or false of a finished run: an outcome, a moment that came, a rung that a metric names."""

    name: str
    metric: str = ""  # "" for an outcome
    rung: int | None = None  # of a metric that names a rung; else the question is whether the metric is finite

    def sql(self, side: str, columns: dict[str, str]) -> str:
        """The condition on one side of a pair."""
        if not self.metric:
            return f"coalesce({side}.outcome = {store.literal(self.name)}, false)"
        column = f"{side}.{store.quoted(columns[self.metric])}"
        asked = f"isfinite({column})" if self.rung is None else f"{column} = {self.rung}"
        return f"coalesce({asked}, false)"


@dataclass(frozen=True, slots=True)
class Change:
    """How the same luck ended under either: `None` for a run that failed. `example` is the first such run."""

    first: str | None
    second: str | None
    pairs: int
    example: int


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """What came of the pairs of two experiments: T truths, M metrics, G groups of runs; failed pairs only counted."""

    pairs: int  # in which both runs finished
    failed: int  # in which one or both failed or ran away
    apart: int  # of the finished ones, those that ended on different days
    changes: tuple[Change, ...]  # the commonest first
    truths: Whole  # (G, T, 4): both, the first alone, the second alone, neither
    valid: Whole  # (G, M): pairs in which the metric is finite on both sides
    differ: Whole  # (M,) of them, pairs in which it is not the same
    means: Floats  # (G, M, 3): of the first, the second, the second less the first
    variances: Floats  # (G, M, 3), by n


@store.one_thread_each()  # sums of numbers depend on their order, and the same study says the same to the last digit
def pairs_of(first: Ensemble, second: Ensemble, truths: Sequence[Truth], metrics: Sequence[str]) -> Pairs:
    """The runs of two experiments of a study, joined by their numbers.

    Raises
    ------
    UsageError
        If a file of the study is damaged.
    """
    import numpy as np

    counts = np.zeros((GROUPS, len(truths), 4), dtype=np.int64)
    valid = np.zeros((GROUPS, len(metrics)), dtype=np.int64)
    differ = np.zeros(len(metrics), dtype=np.int64)
    means, variances = np.zeros((2, GROUPS, len(metrics), 3))
    totals = np.zeros(3, dtype=np.int64)
    changes: dict[tuple[str | None, str | None], tuple[int, int]] = {}
    asked = _asked(truths, metrics, _columns(first), _columns(second))
    for here, there in _stretches(first, second):
        joined = _joined(first, second, here, there)
        query = f"SELECT a.run % {GROUPS} AS g, {asked} FROM {joined} GROUP BY g"
        for group, finished, failed, apart, *row in store.ask(query, [*here, *there]):
            totals += (finished, failed, apart)
            given = np.array(row[: 3 * len(truths)], dtype=np.int64).reshape(-1, 3)
            counts[group, :, :3] += given
            counts[group, :, 3] += finished - given.sum(axis=1)
            told = np.array([value or 0.0 for value in row[3 * len(truths) :]]).reshape(-1, 8)
            differ += told[:, 7].astype(np.int64)
            _merge(valid[group], means[group], variances[group], told)
        query = f"SELECT a.outcome AS x, b.outcome AS y, count(*), min(a.run) FROM {joined} GROUP BY x, y"
        for one, other, number, example in store.ask(query, [*here, *there]):
            before, least = changes.get((one, other), (0, example))
            changes[one, other] = before + number, min(least, example)
    ends = [Change(one, other, number, example) for (one, other), (number, example) in changes.items()]
    ends.sort(key=lambda change: (-change.pairs, change.example))
    finished, failed, apart = totals.tolist()
    return Pairs(finished, failed, apart, tuple(ends), counts, valid, differ, means, variances)


def _merge(valid: Whole, means: Floats, variances: Floats, told: Floats) -> None:
    """Add (M, 8) of a stretch, number, three means and three variances of each metric, to what stands of a group.

    Source
    ------
    Chan, Golub and LeVeque (1983), Am. Stat. 37, 242-247.
    """
    import numpy as np

    old, new = valid[:, None].astype(np.float64), told[:, :1]
    both = np.maximum(old + new, 1.0)
    apart = told[:, 1:4] - means
    variances[:] = (old * variances + new * told[:, 4:7] + apart**2 * old * new / both) / both
    means += apart * new / both
    valid += told[:, 0].astype(np.int64)


def _asked(truths: Sequence[Truth], metrics: Sequence[str], first: dict[str, str], second: dict[str, str]) -> str:
    """Sums over the pairs of a group: how many finished, failed, ended apart; then truths, then metrics."""
    fine = "a.finished AND b.finished"
    parts = [f"count(*) FILTER ({fine})", f"count(*) FILTER (NOT ({fine}))"]
    parts.append(f"count(*) FILTER ({fine} AND a.ended <> b.ended)")
    for truth in truths:
        here, there = truth.sql("a", first), truth.sql("b", second)
        for case in (f"{here} AND {there}", f"{here} AND NOT {there}", f"NOT {here} AND {there}"):
            parts.append(f"count(*) FILTER ({fine} AND {case})")
    for name in metrics:
        here, there = f"a.{store.quoted(first[name])}", f"b.{store.quoted(second[name])}"
        known = f"FILTER ({fine} AND isfinite({here}) AND isfinite({there}))"
        values = (here, there, f"{there} - {here}")
        parts.append(f"count(*) {known}")
        parts += [f"avg({value}) {known}" for value in values]
        parts += [f"var_pop({value}) {known}" for value in values]
        parts.append(f"count(*) {known[:-1]} AND {here} <> {there})")
    return ", ".join(parts)


def _columns(experiment: Ensemble) -> dict[str, str]:
    """The column of each metric of an experiment."""
    names = (metric.name for metric in experiment.program.metrics)
    return dict(zip(names, metric_columns(experiment.program), strict=True))


def files_of(experiment: Ensemble) -> list[Path]:
    """The files of runs of one experiment, in the order of the runs."""
    row = experiment.manifest["experiments"][experiment.experiment]
    block = int(row.get("block", experiment.experiment))
    files = experiment.done_files("runs", f"{block:05d}")
    return [path for path in files if _first(path) < experiment.limit]


def endings_of(experiment: Ensemble) -> dict[str | None, int]:
    """How many runs of one experiment ended in each outcome; None for those that failed."""
    files = files_of(experiment)
    where = f"experiment = {experiment.experiment} AND run < {experiment.limit}"
    query = f"SELECT outcome, count(*) FROM read_parquet({store.listed(files)}) WHERE {where} GROUP BY outcome"
    return dict(store.ask(query, files)) if files else {}


def first_failed(ensemble: Ensemble) -> tuple[int, int] | None:
    """(experiment, run) of the first run of a study that failed; None if none did."""
    files = ensemble.done_files("runs")
    source = f"FROM read_parquet({store.listed(files)}, union_by_name = true)"
    there = f"run < {ensemble.limit} AND experiment < {len(ensemble.experiments)}"
    where = f"outcome IS NULL AND {there} ORDER BY experiment, run LIMIT 1"
    rows = store.ask(f"SELECT experiment, run {source} WHERE {where}", files) if files else []
    return rows[0] if rows else None


def finite_values(experiment: Ensemble, metric: str, places: Sequence[int] = ()) -> tuple[int, list[float]]:
    """In how many runs a metric is finite, and its values at these places of their ascending order."""
    files, column = files_of(experiment), store.quoted(_columns(experiment)[metric])
    where = f"experiment = {experiment.experiment} AND run < {experiment.limit} AND isfinite({column})"
    source = f"FROM read_parquet({store.listed(files)}) WHERE {where}"
    ((count,),) = store.ask(f"SELECT count(*) {source}", files)
    wanted = (f"SELECT {column} {source} ORDER BY {column} LIMIT 1 OFFSET {place}" for place in places)
    return count, [store.ask(query, files)[0][0] for query in wanted]


def _first(path: Path) -> int:
    return int(path.stem.split("-")[2])


def _stretches(first: Ensemble, second: Ensemble) -> list[tuple[list[Path], list[Path]]]:
    """Files of the two that hold the same runs, so many at a time: parts are fixed ranges of runs."""
    here, there = ({_first(path): path for path in files_of(one)} for one in (first, second))
    both = sorted(here.keys() & there.keys())
    starts = range(0, len(both), STRETCH)
    return [
        ([here[at] for at in both[start : start + STRETCH]], [there[at] for at in both[start : start + STRETCH]])
        for start in starts
    ]


def _joined(first: Ensemble, second: Ensemble, here: list[Path], there: list[Path]) -> str:
    """The pairs as a table expression: `a` and `b` are the two runs, `fine` whether both finished."""

    def side(experiment: Ensemble, files: list[Path]) -> str:
        where = f"run < {experiment.limit} AND experiment = {experiment.experiment}"
        return f"(SELECT *, outcome IS NOT NULL AS finished FROM read_parquet({store.listed(files)}) WHERE {where})"

    return f"{side(first, here)} a JOIN {side(second, there)} b USING (run)"

"""Every experiment of a study beside its first, run by run on the same luck: counts of pairs, whatever their number.

Read in slices of runs, so that memory does not grow with the study.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.study import store
from sim.study.ensemble import Ensemble
from sim.study.tables import metric_columns

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

AT_ONCE = 8_000_000
"""About so many numbers are held together."""

ABSENT = -1


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """The runs of a range that every one of E experiments has: r of them; K outcomes, M metrics."""

    outcomes: NDArray[np.int16]  # (E, r) which outcome; K for runs that none names
    metrics: Floats  # (E, r, M); NaN where void


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """What came of E experiments beside the first of them: K outcomes, M metrics, n runs."""

    runs: int
    pairs: Whole  # (E, K + 1, K + 1) runs by their outcome in the first and here; the last is of runs none names
    alike: NDArray[np.bool_]  # (E,) whether every run is as in the first, by its outcome and all its metrics
    valid: Whole  # (E, M) pairs of which both have a finite value
    differ: Whole  # (E, M) of them, those of which both do not have the same
    before: Floats  # (E, M) mean of these in the first
    change: Floats  # (E, M) mean of here less there; NaN where nothing is valid
    variance: Floats  # (E, M) of single differences


def crossed(ensemble: Ensemble, experiments: Sequence[int]) -> Crossed:
    """These experiments beside the first one of them."""
    kinds, metrics = len(ensemble.outcome_names) + 1, len(ensemble.program.metrics)
    pairs = np.zeros((len(experiments), kinds, kinds), dtype=np.int64)
    alike = np.ones(len(experiments), dtype=bool)
    valid, differ = np.zeros((2, len(experiments), metrics), dtype=np.int64)
    before, change, squares = np.zeros((3, len(experiments), metrics))
    runs = 0
    for part in slices(ensemble, experiments):
        runs += part.outcomes.shape[1]
        for number in range(len(experiments)):
            both = part.outcomes[0].astype(np.int64) * kinds + part.outcomes[number]
            pairs[number] += np.bincount(both, minlength=kinds * kinds).reshape(kinds, kinds)
            same = np.array_equal(part.outcomes[0], part.outcomes[number])
            alike[number] &= same and np.array_equal(part.metrics[0], part.metrics[number], equal_nan=True)
            with np.errstate(invalid="ignore"):
                differ[number] += (np.isfinite(gap := part.metrics[number] - part.metrics[0]) & (gap != 0)).sum(axis=0)
            _add(part.metrics[0], part.metrics[number], (valid, before, change, squares), number)
    with np.errstate(invalid="ignore", divide="ignore"):
        empty = valid == 0
        mean = [np.where(empty, np.nan, values) for values in (before, change)]
        variance = np.where(valid > 1, squares / (valid - 1), np.nan)
    return Crossed(runs, pairs, alike, valid, differ, mean[0], mean[1], variance)


def _add(first: Floats, here: Floats, sums: tuple[Whole, Floats, Floats, Floats], number: int) -> None:
    """Moments of some runs more; Chan, Golub and LeVeque (1983), Am. Stat. 37, 242-247: nothing cancels."""
    valid, before, change, squares = sums
    known = np.isfinite(first) & np.isfinite(here)
    more = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.where(known, here - first, 0.0)
        mean = np.where(more > 0, gap.sum(axis=0) / more, 0.0)
        spread = np.where(known, (gap - mean) ** 2, 0.0).sum(axis=0)
        there = np.where(more > 0, np.where(known, first, 0.0).sum(axis=0) / more, 0.0)
        total = valid[number] + more
        part = np.where(total > 0, more / total, 0.0)
    off = mean - change[number]
    squares[number] += spread + off**2 * valid[number] * part
    change[number] += off * part
    before[number] += (there - before[number]) * part
    valid[number] = total


def slices(ensemble: Ensemble, experiments: Sequence[int], *, metrics: bool = True) -> Iterator[Slice]:
    """The runs of these experiments range by range, those that all have; without metrics if they are not wanted."""
    columns = metric_columns(ensemble.program) if metrics else ()
    size = max(1, AT_ONCE // ((len(columns) + 1) * len(experiments)))
    place = {experiment: number for number, experiment in enumerate(experiments)}
    for first, files in _ranges(ensemble):
        last = max(int(row[0]) for row in store.read(files, "max(run)", "true", as_rows=True)) + 1
        for begin in range(first, min(last, ensemble.limit), size):
            end = min(begin + size, last, ensemble.limit)
            yield _slice(ensemble, files, place, columns, begin, end)


def _slice(
    ensemble: Ensemble, files: list[Path], place: dict[int, int], columns: Sequence[str], begin: int, end: int
) -> Slice:
    names = ensemble.outcome_names
    cases = "".join(f" WHEN {store.literal(name)} THEN {number}" for number, name in enumerate(names))
    wanted = ["experiment", "run", f"(CASE outcome{cases} ELSE {len(names)} END)::SMALLINT AS outcome"]
    wanted += [f"coalesce({store.quoted(name)}, 'nan')::DOUBLE AS m{at}" for at, name in enumerate(columns)]
    which = ", ".join(map(str, place))
    found = store.read(files, ", ".join(wanted), f"run >= {begin} AND run < {end} AND experiment IN ({which})")
    of = np.array([place.get(number, 0) for number in range(max(place) + 1)])[found["experiment"]]
    at = found["run"].astype(np.int64) - begin
    outcomes = np.full((len(place), end - begin), ABSENT, dtype=np.int16)
    values = np.full((*outcomes.shape, len(columns)), np.nan)
    outcomes[of, at] = found["outcome"]
    for number in range(len(columns)):
        values[of, at, number] = found[f"m{number}"]
    there = (outcomes != ABSENT).all(axis=0)
    if not there.all():  # a study that was stopped early
        outcomes, values = outcomes[:, there], values[:, there]
    return Slice(outcomes, values)


def _ranges(ensemble: Ensemble) -> Iterator[tuple[int, list[Path]]]:
    """The files of each range of runs, by its first run."""

    def first(path: Path) -> int:
        return int(path.stem.split("-")[2])

    files = [path for path in ensemble.done_files("runs") if first(path) < ensemble.limit]
    for begin, some in groupby(sorted(files, key=first), key=first):
        yield begin, list(some)

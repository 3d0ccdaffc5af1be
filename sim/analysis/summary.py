"""What an ensemble shows: shares, quantiles, occupancy and incidence over time, each with its interval.

Failed and runaway runs are runs: they have rows of their own among the outcomes, and count in every denominator of
outcome shares. Their metrics and series are void, so that there they are left out, and the number left in is said.
Never a mean rung: what stands on a ladder is told in shares of its rungs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import (
    LEVEL,
    cumulative_incidence,
    mean_interval,
    quantile,
    quantile_interval,
    wilson,
    wilson_bounds,
)
from sim.clock import TICKS_PER_DAY
from sim.engine.record import UNNAMED, Ending, Runs
from sim.language.tree import Read, ReadDerived
from sim.language.words import NUMBER, TRUTH, Kind
from sim.program.ir import Metric, Program
from sim.study.ensemble import Ensemble

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles that every metric and every fan shows: the median, the middle half and the middle 90 % of runs."""

BINS = 40
"""Bars of a metric's histogram."""

MOMENTS = 240
"""Equal steps at which incidence is told, from the start to the horizon."""

FAILED = {Ending.RUNAWAY: "runaway", Ending.FAULT: "failed"}
"""Names of the rows of runs that no outcome names."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some runs something holds of, with the Wilson interval of the share."""

    name: str
    count: int
    of: int
    share: float
    low: float
    high: float


def share_of(name: str, count: int, of: int) -> Share:
    """A share with its interval; 0 of 0 is 0, and may be anything."""
    low, high = wilson(count, of)
    return Share(name, count, of, count / of if of else 0.0, low, high)


@dataclass(frozen=True, slots=True)
class OutcomeShare:
    """How many runs ended so. `sort` tells outcomes of the scenario from runs that failed or ran away."""

    outcome: str
    count: int
    share: float
    low: float
    high: float
    says: str = ""
    sort: Literal["outcome", "failure"] = "outcome"


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
    Of a metric that is a rung, `rungs` are the shares of runs on each, and there is no mean. Mean, low and high are
    NaN where there is none, infinite where some run's value is.
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


@dataclass(frozen=True, slots=True, eq=False)
class Occupancy:
    """Share of runs that stand on each rung at each sampled moment, with pointwise Wilson intervals.

    A run that has ended is held in the state in which it ended.
    """

    quantity: str
    rungs: tuple[str, ...]
    ordered: bool
    days: Floats  # (S,)
    shares: Floats  # (S, L); rows sum to 1
    low: Floats  # (S, L)
    high: Floats  # (S, L)
    runs: int

    @property
    def widest(self) -> float:
        """Half of the widest interval of any rung at any moment."""
        return float((self.high - self.low).max() / 2) if self.shares.size else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Quantiles over runs of a number at each sampled moment; a run that has ended is held as it ended."""

    quantity: str
    unit: str
    days: Floats  # (S,)
    probabilities: tuple[float, ...]
    values: Floats  # (len(probabilities), S)
    runs: int


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Share of runs that have ended in each outcome up to each moment, with pointwise Wilson intervals.

    `at_horizon` marks outcomes that are only named at the horizon; their curves rise at the last moment alone.
    """

    outcomes: tuple[str, ...]
    at_horizon: tuple[bool, ...]
    days: Floats  # (T,)
    shares: Floats  # (K, T)
    low: Floats  # (K, T)
    high: Floats  # (K, T)
    runs: int


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
    fans: tuple[Fan, ...]
    hundred: tuple[int, ...]  # of a hundred futures, how many end in each row of `outcomes`
    level: float = LEVEL
    policy: str = ""
    variant: str = ""
    digest: str = ""  # of the study, where there is one


# ------------------------------------------------------------------------------------------------ outcomes


def rows_of(program: Program, outcome: NDArray[np.int16], ending: NDArray[np.int8]) -> tuple[tuple[str, ...], Integers]:
    """Names of the rows (outcomes in file order, then `runaway`, `failed` if there are such runs) and each run's row.

    Parameters
    ----------
    outcome, ending : (R,)
        As `sim.engine.record.Runs` has them.
    """
    names = list(program.outcome_names)
    row = outcome.astype(np.int64)
    for end, name in FAILED.items():
        those = (outcome == UNNAMED) & (ending == end)
        if those.any():
            row[those] = len(names)
            names.append(f"{name} run" if name in program.outcome_names else name)
    return tuple(names), row


def outcome_shares(program: Program, outcome: NDArray[np.int16], ending: NDArray[np.int8]) -> tuple[OutcomeShare, ...]:
    """Every outcome of the program, those of no run too, then failures if there are any. Shares of all runs."""
    names, row = rows_of(program, outcome, ending)
    rows = []
    for place, name in enumerate(names):
        share = share_of(name, int((row == place).sum()), len(row))
        named = program.outcomes[place] if place < len(program.outcomes) else None
        end = Ending.RUNAWAY if name.startswith(FAILED[Ending.RUNAWAY]) else Ending.FAULT
        rows.append(
            OutcomeShare(
                name,
                share.count,
                share.share,
                share.low,
                share.high,
                named.says if named else end.says,
                "outcome" if named else "failure",
            )
        )
    return tuple(rows)


def ended_early(outcome: NDArray[np.int16], ending: NDArray[np.int8]) -> Share:
    """Share of runs that an outcome ended before the horizon would have."""
    return share_of("ended early", int((ending == Ending.OUTCOME).sum()), len(outcome))


def of_a_hundred(counts: Sequence[int]) -> tuple[int, ...]:
    """How many of 100 futures each count stands for: rounded so that they sum to 100; all 0 if the counts are.

    The largest remainders get what rounding down leaves over; of equal ones, the earlier.

    >>> of_a_hundred([1, 1, 1])
    (34, 33, 33)
    """
    total = sum(counts)
    if total == 0:
        return tuple(0 for _ in counts)
    whole = [100 * count // total for count in counts]
    remainders = [100 * count % total for count in counts]
    largest = sorted(range(len(counts)), key=lambda place: (-remainders[place], place))
    for place in largest[: 100 - sum(whole)]:
        whole[place] += 1
    return tuple(whole)


def incidence(program: Program, outcome: NDArray[np.int16], ending: NDArray[np.int8], ended: Integers) -> Incidence:
    """Cumulative incidence of each row of outcomes, at equal steps from the start to the horizon."""
    names, row = rows_of(program, outcome, ending)
    steps = min(MOMENTS, max(1, program.horizon))
    at = np.array([program.horizon * step // steps for step in range(steps + 1)], dtype=np.int64)
    shares, low, high = cumulative_incidence(ended, row, len(names), at)
    late = tuple(each.how != "when" for each in program.outcomes) + (False,) * (len(names) - len(program.outcomes))
    return Incidence(names, late, at / TICKS_PER_DAY, shares, low, high, len(row))


# ------------------------------------------------------------------------------------------------ metrics


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


def metric_summary(program: Program, metric: Metric, values: Floats) -> MetricSummary:
    """What a metric was over these runs.

    Parameters
    ----------
    values : (R,)
        NaN where void; of `first`, infinite where it never came.
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
        return mean_interval(known)
    mean = float(np.sum(known)) if np.isinf(known).any() and not _both_signs(known) else float("nan")
    return mean, float("nan"), float("nan")


def _both_signs(values: Floats) -> bool:
    return bool((values == np.inf).any() and (values == -np.inf).any())


def metric_by_outcome(
    program: Program, metric: Metric, values: Floats, names: Sequence[str], row: Integers
) -> MetricByOutcome:
    """A metric in the runs of each outcome that any run ended in."""
    whole = metric_summary(program, metric, values)
    places = [place for place in range(len(names)) if (row == place).any() and (~np.isnan(values[row == place])).any()]
    parts = tuple(metric_summary(program, metric, values[row == place]) for place in places)
    finite = values[np.isfinite(values)]
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


# ------------------------------------------------------------------------------------------------ over time


def occupancy(quantity: str, kind: Kind, days: Floats, values: Floats) -> Occupancy:
    """Share of runs on each rung at each moment; a truth has the rungs `no` and `yes`.

    Parameters
    ----------
    days : (S,)
    values : (R, S)
        Indices of rungs; runs with NaN are void and left out.
    """
    names = kind.names or ("no", "yes")
    known = values[~np.isnan(values).any(axis=1)]
    counts = np.stack([(known == rung).sum(axis=0) for rung in range(len(names))], axis=1).astype(np.int64)
    low, high = wilson_bounds(counts, len(known))
    shares = counts / max(1, len(known))
    return Occupancy(quantity, names, kind.ordered, days, shares, low, high, len(known))


def fan(quantity: str, unit: str, days: Floats, values: Floats) -> Fan:
    """Quantiles over runs at each moment.

    Parameters
    ----------
    days : (S,)
    values : (R, S)
        Runs with NaN are void and left out.
    """
    known = np.sort(values[~np.isnan(values).any(axis=1)], axis=0)
    table = np.array([[quantile(column, p) for column in known.T] for p in PROBABILITIES], dtype=np.float64)
    return Fan(quantity, unit, days, PROBABILITIES, table.reshape(len(PROBABILITIES), len(days)), len(known))


def sampled_days(program: Program) -> Floats:
    """The sampled moments of a program, in days since the start; empty if it has no series."""
    if program.series is None:
        return np.empty(0)
    return np.array(program.series.moments(program.horizon), dtype=np.float64) / TICKS_PER_DAY


def over_time(program: Program, columns: Iterable[Floats]) -> tuple[tuple[Occupancy, ...], tuple[Fan, ...]]:
    """Occupancy of every sampled ladder and flag, and a fan of every other sampled quantity.

    Parameters
    ----------
    columns
        The sampled columns one after another, (R, S) each, so that only one need be in memory.
    """
    if program.series is None:
        return (), ()
    ladders, fans = [], []
    days = sampled_days(program)
    for name, kind, tree, values in zip(
        program.series.names, program.series.kinds, program.series.columns, columns, strict=True
    ):
        if kind.names or kind == TRUTH:
            ladders.append(occupancy(name, kind, days, values))
        else:
            unit = program.quantities[tree.slot].unit if isinstance(tree, Read) else ""
            fans.append(fan(name, unit, days, values))
    return tuple(ladders), tuple(fans)


# ------------------------------------------------------------------------------------------------ the whole


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
    ladders, fans = ((), ()) if columns is None else over_time(program, columns)
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

"""What sampled quantities did over time: shares of runs on each rung, and fans of numbers.

A run that has ended is held in the state in which it ended; failed runs are void and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import quantile, wilson_bounds
from sim.analysis.metrics import PROBABILITIES
from sim.clock import TICKS_PER_DAY
from sim.language.tree import Read, ReadDerived, Tree
from sim.language.words import TRUTH, Kind
from sim.program.ir import Program

Floats = NDArray[np.float64]

Blocks = Callable[[], Iterable[Floats]]
"""A sampled column, handed out in blocks of moments: each (R, s), together (R, S), so that not all is in memory."""

FEW_VALUES = 12
"""A number with at most so many values is told in shares of runs at each: a fan of it would be steps and no band."""


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
    numbers: bool = False  # whether the rungs are the few values of a number
    says: str = ""

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
    says: str = ""


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


def _occupancy(quantity: str, kind: Kind, days: Floats, blocks: Blocks) -> Occupancy:
    """As `occupancy`, block by block."""
    parts = [occupancy(quantity, kind, some, values) for some, values in _dated(days, blocks)]
    shares, low, high = (np.concatenate([getattr(one, name) for one in parts]) for name in ("shares", "low", "high"))
    return replace(parts[0], days=days, shares=shares, low=low, high=high)


def _dated(days: Floats, blocks: Blocks) -> Iterator[tuple[Floats, Floats]]:
    """Each block with the days of its moments."""
    first = 0
    for values in blocks():
        yield days[first : first + values.shape[1]], values
        first += values.shape[1]


def few_values(quantity: str, days: Floats, values: Floats, *, unit: str = "", says: str = "") -> Occupancy | None:
    """Share of runs at each value of a number, from the lowest, at each moment; None if it has many values or one.

    Parameters
    ----------
    days : (S,)
    values : (R, S)
        Runs with NaN are void and left out.
    """
    return _few_values(quantity, days, lambda: (values,), unit=unit, says=says)


def _few_values(quantity: str, days: Floats, blocks: Blocks, *, unit: str, says: str) -> Occupancy | None:
    levels = _few_levels(blocks())
    if levels is None:
        return None
    short = [f"{level:,.3g}" for level in levels]
    words = tuple(short if len(set(short)) == len(levels) else (f"{level:,.6g}" for level in levels))
    words = tuple(f"{word} {unit}".rstrip() for word in words)
    kind, borders = Kind("level", names=words, ordered=True), (levels[1:] + levels[:-1]) / 2

    def rungs() -> Iterator[Floats]:
        for values in blocks():
            known = values[~np.isnan(values).any(axis=1)]
            yield np.searchsorted(borders, known).astype(np.float64)  # each value to the nearest level

    return replace(_occupancy(quantity, kind, days, rungs), numbers=True, says=says)


def _few_levels(blocks: Iterable[Floats]) -> Floats | None:
    """The values of a number, ascending, if there are few of them and more than one."""
    names = np.array([], dtype="U32")
    for values in blocks:
        for column in values[~np.isnan(values).any(axis=1)].T:  # a number with many values is given up at once
            names = np.union1d(names, [f"{value + 0.0:.6g}" for value in np.unique(column)])
            if len(names) > FEW_VALUES:
                return None
    levels = np.array(sorted(float(name) for name in names))
    return levels if len(levels) >= 2 and np.isfinite(levels).all() else None


def fan(quantity: str, unit: str, days: Floats, values: Floats, *, says: str = "") -> Fan:
    """Quantiles over runs at each moment.

    Parameters
    ----------
    days : (S,)
    values : (R, S)
        Runs with NaN are void and left out.
    """
    known = np.sort(values[~np.isnan(values).any(axis=1)], axis=0)
    table = np.array([[quantile(column, p) for column in known.T] for p in PROBABILITIES], dtype=np.float64)
    return Fan(quantity, unit, days, PROBABILITIES, table.reshape(len(PROBABILITIES), len(days)), len(known), says)


def _fan(quantity: str, unit: str, days: Floats, blocks: Blocks, *, says: str) -> Fan:
    """As `fan`, block by block."""
    parts = [fan(quantity, unit, some, values, says=says) for some, values in _dated(days, blocks)]
    return replace(parts[0], days=days, values=np.concatenate([one.values for one in parts], axis=1))


def sampled_days(program: Program) -> Floats:
    """The sampled moments of a program, in days since the start; empty if it has no series."""
    if program.series is None:
        return np.empty(0)
    return np.array(program.series.moments(program.horizon), dtype=np.float64) / TICKS_PER_DAY


def over_time(
    program: Program, columns: Iterable[Blocks]
) -> tuple[tuple[Occupancy, ...], tuple[Occupancy, ...], tuple[Fan, ...]]:
    """Occupancy of every sampled ladder and flag, of every number with few values, and a fan of every other number.

    Parameters
    ----------
    columns
        The sampled columns one after another.
    """
    if program.series is None:
        return (), (), ()
    ladders, steps, fans = [], [], []
    days = sampled_days(program)
    for name, kind, tree, blocks in zip(
        program.series.names, program.series.kinds, program.series.columns, columns, strict=True
    ):
        if kind.names or kind == TRUTH:
            ladders.append(_occupancy(name, kind, days, blocks))
        else:
            unit, says = _words(program, tree)
            few = _few_values(name, days, blocks, unit=unit, says=says)
            if few is not None:
                steps.append(few)
            else:
                fans.append(_fan(name, unit, days, blocks, says=says))
    return tuple(ladders), tuple(steps), tuple(fans)


def _words(program: Program, tree: Tree) -> tuple[str, str]:
    """The unit of what a column reads, and what the file says of it; an expression has neither."""
    match tree:
        case Read(slot):
            return program.quantities[slot].unit, program.quantities[slot].says
        case ReadDerived(slot):
            return program.derived[slot].unit, program.derived[slot].says
        case _:
            return "", ""

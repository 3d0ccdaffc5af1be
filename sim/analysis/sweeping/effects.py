"""What each axis of a drawn design does by itself: a regression on all axes, and which of them the design mixes up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from sim.analysis.intervals import LEVEL
from sim.analysis.sweeping.responses import AxisRead, Estimate
from sim.special import special

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MIXED = 0.2
"""Rank correlation of two axes from which on a reader is told of it."""

LEAST_LEFT = 3
"""Points that a regression needs beyond its coefficients: fewer leave nothing to judge it by."""


def are_one(one: AxisRead, other: AxisRead) -> bool:
    """Whether two axes move together at every point, so that nothing can tell what each of them does."""
    pairs = set(zip(one.values, other.values, strict=True))
    if not len(pairs) == len(one.distinct) == len(other.distinct):
        return False
    return not (one.is_number and other.is_number) or abs(rank_correlation(one, other)) > 1 - 1e-9


def is_balanced(axis: AxisRead, others: Sequence[AxisRead]) -> bool:
    """Whether the other axes have the same values at each value of this one, so that means over them compare."""
    found = {
        value: sorted(str([other.values[at] for other in others]) for at, one in enumerate(axis.values) if one == value)
        for value in axis.distinct
    }
    return len({tuple(rows) for rows in found.values()}) == 1


def mixed(axes: Sequence[AxisRead]) -> list[tuple[str, str, float]]:
    """The pairs of axes of numbers that the design correlates by rank, the strongest first."""
    found = [
        (one.path, other.path, rank_correlation(one, other))
        for one, other in combinations([axis for axis in axes if axis.is_number], 2)
    ]
    return sorted((pair for pair in found if abs(pair[2]) > MIXED), key=lambda pair: -abs(pair[2]))


def rank_correlation(one: AxisRead, other: AxisRead) -> float:
    """Spearman's (1904, Am. J. Psychol. 15, 72-101): the correlation of ranks, 0 where an axis does not move."""
    a, b = (column - column.mean() for column in (_ranks(one), _ranks(other)))
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale else 0.0


def _ranks(axis: AxisRead) -> Floats:
    """The place of each point among the values of an axis, 0 for the lowest and 1 for the highest; ties share one."""
    import numpy as np

    values = np.asarray(axis.values, dtype=np.float64)
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - (counts + 1) / 2
    span = middles[-1] - middles[0]
    found: Floats = (middles[which.ravel()] - middles[0]) / (span or 1.0)
    return found


@dataclass(frozen=True, slots=True)
class Fit:
    """Straight lines in the ranks of all axes at once: what each axis does by itself, and how well they fit."""

    effects: tuple[Estimate, ...]  # of each axis of numbers, from its lowest value to its highest
    explained: float  # share of the variance between points
    n: int


def fitted(axes: Sequence[AxisRead], values: Sequence[float]) -> Fit | None:
    """The least squares fit over points; None where the design cannot tell the axes apart, or has too few points.

    The response is regressed on the ranks of all axes (Iman and Conover 1979, Technometrics 21, 499-509, rank both
    sides; here the response stays a share), words as indicators. Intervals are Student's over the residuals: they hold
    how far points lie off the lines, and luck only as far as it differs between points.
    """
    import numpy as np

    known = np.isfinite(np.asarray(values, dtype=np.float64))
    numbers = [axis for axis in axes if axis.is_number]
    words = [(axis, value) for axis in axes if not axis.is_number for value in axis.distinct[1:]]
    columns = [np.ones(len(known)), *(_ranks(axis) for axis in numbers)]
    columns += [np.asarray([one == value for one in axis.values], dtype=np.float64) for axis, value in words]
    x, y = np.stack(columns, axis=1)[known], np.asarray(values, dtype=np.float64)[known]
    left = len(y) - x.shape[1]
    if left < LEAST_LEFT or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    inverse = np.linalg.inv(x.T @ x)
    found = inverse @ x.T @ y
    residual, total = (float(part @ part) for part in (y - x @ found, y - y.mean()))
    reach = float(special().stdtrit(left, 0.5 + LEVEL / 2))
    halves = reach * np.sqrt(residual / left * np.diag(inverse))
    effects = tuple(
        Estimate(float(found[at]), float(found[at] - halves[at]), float(found[at] + halves[at]), len(y))
        for at in range(1, len(numbers) + 1)
    )
    return Fit(effects, 1 - residual / total if total > 0 else 1.0, len(y))

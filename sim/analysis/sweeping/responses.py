"""How outcomes and metrics respond to the axes of a sweep: estimates at each point, and over groups of points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.analysis.intervals import LEVEL, held_to, wilson
from sim.special import special
from sim.study.designs.points import CHOICES, Sort, say_value
from sim.study.tallies import Tallies

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Value = float | str

FEWEST = 10
"""Means of fewer runs than this have no interval, as in every other table."""


@dataclass(frozen=True, slots=True)
class AxisRead:
    """An axis as it was played: its path, how its values are said, and its value at each experiment."""

    path: str
    sort: Sort
    scale: str
    values: tuple[Value, ...]  # (E,)

    @property
    def is_number(self) -> bool:
        """Whether its values lie on a line."""
        return self.sort != "text"

    @property
    def distinct(self) -> tuple[Value, ...]:
        """Its different values: numbers ascending, words in the order of the experiments."""
        found = dict.fromkeys(self.values)
        return tuple(sorted(found, key=float)) if self.is_number else tuple(found)

    def said(self, value: Value) -> str:
        """One value for readers."""
        return say_value(value, self.sort)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or a mean with its 95 % interval, and of how many runs (or points) it is."""

    value: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.high - self.low) / 2


def axes_of(settings: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[AxisRead, ...]:
    """The axes of a stored sweep, from its settings and the rows of its manifest."""
    points: list[dict[str, Value]] = [
        {**dict(row.get("point", ())), **{what: str(row[what]) or "none" for what in CHOICES}} for row in rows
    ]
    return tuple(
        AxisRead(axis["path"], axis["sort"], axis["scale"], tuple(point[axis["path"]] for point in points))
        for axis in settings["axes"]
    )


def share_at(tallies: Tallies, experiment: int, outcome: int) -> Estimate:
    """The share of one experiment's runs that ended so, with Wilson's interval."""
    n, count = int(tallies.runs[experiment]), int(tallies.outcomes[experiment, outcome])
    low, high = wilson(count, n)
    return Estimate(count / n if n else math.nan, low, high, n)


def came_at(tallies: Tallies, experiment: int, metric: int) -> Estimate:
    """The share of one experiment's finished runs in which a moment came, with Wilson's interval."""
    n, count = int(tallies.runs[experiment] - tallies.failed[experiment]), int(tallies.valid[experiment, metric])
    low, high = wilson(count, n)
    return Estimate(count / n if n else math.nan, low, high, n)


def mean_at(tallies: Tallies, experiment: int, metric: int, bounds: tuple[float, float]) -> Estimate:
    """The mean of a metric over one experiment's runs, with Student's interval, held to what is possible.

    Of fewer than ten runs, and where all runs agree, there is no interval: see docs/decisions/what-intervals-hold.md.
    """
    n = int(tallies.valid[experiment, metric])
    mean, variance = (float(each[experiment, metric]) for each in (tallies.means, tallies.variances))
    if n < FEWEST or not variance > 0.0:
        return Estimate(mean, math.nan, math.nan, n)
    half = _student(n) * math.sqrt(variance / n)
    return Estimate(mean, *held_to(mean - half, mean + half, bounds), n)


def mean_of_draws(values: Sequence[float], bounds: tuple[float, float]) -> Estimate:
    """The mean of what several drawn points show, with Student's interval over the points, held to what is possible.

    The points are taken for independent draws. Those of a Latin hypercube or a Sobol' sequence lie more evenly, so that
    the interval is rather too wide than too narrow (McKay, Beckman and Conover 1979, Technometrics 21, 239-245).
    """
    known = [value for value in values if math.isfinite(value)]
    n = len(known)
    mean = sum(known) / n if n else math.nan
    if n < 2:
        return Estimate(mean, *bounds, n)
    half = _student(n) * math.sqrt(sum((value - mean) ** 2 for value in known) / (n - 1) / n)
    return Estimate(mean, *held_to(mean - half, mean + half, bounds), n)


def mean_of_chosen(found: Sequence[Estimate]) -> Estimate:
    """The mean of what several chosen points show; its interval is of luck alone, and not too narrow on common luck.

    However the points depend on each other, the standard error of a mean is at most the mean of standard errors
    (Minkowski's inequality), so that the mean of the intervals' ends is an interval of the mean.
    """
    known = [one for one in found if math.isfinite(one.value)]
    n = len(known)
    if not n:
        return Estimate(math.nan, math.nan, math.nan, 0)
    value, low, high = (sum(getattr(one, end) for one in known) / n for end in ("value", "low", "high"))
    return Estimate(value, low, high, n)


def _student(n: int) -> float:
    return float(special().stdtrit(n - 1, 0.5 + LEVEL / 2))


@dataclass(frozen=True, slots=True)
class Group:
    """Points that lie near each other on one axis, whatever the other axes are."""

    says: str
    middle: Value
    members: tuple[int, ...]  # experiments


MOST_GROUPS = 5
"""Groups into which the values of an axis are put, with as many points in each as can be, if there are more values."""


def values_of(axis: AxisRead) -> tuple[Group, ...]:
    """The points by their value on an axis, a group for each value."""
    return tuple(
        Group(axis.said(value), value, tuple(at for at, one in enumerate(axis.values) if one == value))
        for value in axis.distinct
    )


def groups_of(axis: AxisRead) -> tuple[Group, ...]:
    """The points by their value on an axis: each value a group if there are few, else ranges of it."""
    if not axis.is_number or len(axis.distinct) <= MOST_GROUPS + 1:
        return values_of(axis)
    numbers = [float(value) for value in axis.values]
    order = sorted(range(len(numbers)), key=lambda at: numbers[at])
    found = []
    for number in range(MOST_GROUPS):
        first, last = (len(order) * (number + end) // MOST_GROUPS for end in (0, 1))
        members = order[first:last]
        ends = [say_value(numbers[at], axis.sort, 3) for at in (members[0], members[-1])]
        unit = next((unit for unit in (" %", " days") if all(end.endswith(unit) for end in ends)), "")
        says = ends[0] if ends[0] == ends[1] else f"{ends[0].removesuffix(unit)} to {ends[1]}"
        found.append(Group(says, numbers[members[len(members) // 2]], tuple(members)))
    return tuple(found)


def round_levels(low: float, high: float) -> tuple[float, ...]:
    """Round shares strictly between two, at most three of them.

    >>> round_levels(0.11, 0.48), round_levels(0.02, 0.034), round_levels(0.3, 0.3)
    ((0.2, 0.3, 0.4), (0.025, 0.03), ())
    """
    for step in (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25):
        levels = tuple(round(step * place, 6) for place in range(1, round(1 / step)) if low < step * place < high)
        if len(levels) <= 3:
            return levels
    return ()

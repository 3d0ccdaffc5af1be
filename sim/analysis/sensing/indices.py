"""Sobol' indices of what a run may be expected to give, estimated from points that are each played a number of times.

The mean of R runs at a point is its expectation and luck. Luck swells the variance between points, so that indices
read off the means are too small, and differences between points look like effects. All estimators here take away what
luck adds; with no luck they are SALib's. How far they can be trusted stands beside them: a bootstrap over base samples,
and the noise floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.analysis.intervals import LEVEL, held_to, normal_quantile
from sim.study.nested import Nested, noise_left

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESAMPLES = 500
CONSTANT = 1e-12
"""Points that differ by less than this part of their mean differ by rounding."""

Z = normal_quantile(LEVEL)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; NaN where it cannot be told."""

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Index:
    """How much of what parameters explain is due to one of them: alone (first), and with all it takes part in (total).

    `naive_first` and `naive_total` are read off the means as if there were no luck.
    """

    parameter: str
    first: Estimate
    total: Estimate
    naive_first: float
    naive_total: float


@dataclass(frozen=True, slots=True)
class Pair:
    """How much is due to two parameters together, beyond what each does alone."""

    one: str
    other: str
    second: Estimate


@dataclass(frozen=True, slots=True)
class Indices:
    """What moves one number of a run: the variance of a single run split into luck and parameters, and the indices."""

    output: Nested
    samples: int  # base samples that count
    left_out: int  # of which a point had no run, or a single one, to go by
    mean: Estimate
    explained: Estimate  # variance of the expectation over the parameters
    luck: Estimate  # share of the variance of a single run that is luck within the run
    rows: tuple[Index, ...]
    pairs: tuple[Pair, ...]
    floor_first: float  # what a parameter that moves nothing but luck may reach
    floor_total: float

    @property
    def is_told(self) -> bool:
        """Whether parameters move it by more than luck may pretend: otherwise there is nothing to share out."""
        return self.explained.low > 0.0

    @property
    def varies(self) -> bool:
        """Whether it differs at all, between points or between the runs of one."""
        return self.luck.value == self.luck.value

    @property
    def is_shown(self) -> bool:
        """Whether its indices stand in tables and pictures: only what can be told at all."""
        return self.is_told

    @property
    def ranked(self) -> tuple[Index, ...]:
        """The rows, largest total first."""
        return tuple(sorted(self.rows, key=lambda row: -row.total.value))


def indices(output: Nested, names: Sequence[str], *, second: bool = False, seed: int = 0) -> Indices:
    """Indices of one number, from the points of a Sobol' design.

    Parameters
    ----------
    output
        At the points in the order of `sim.study.designs.sampling`, N base samples of W points.
    seed
        Of the bootstrap.

    Source
    ------
    First and total: Saltelli et al. (2010), Comput. Phys. Commun. 181, 259-270, table 2 (b) and (f); pairs: Saltelli
    (2002), Comput. Phys. Commun. 145, 280-297. What luck adds is taken away as in the one-way random effects model,
    within / R (Searle, Casella and McCulloch 1992, Variance Components, section 3.5); that it must be: Hart,
    Alexanderian and Gremaud (2017), SIAM J. Sci. Comput. 39, A1514-A1530. Intervals: normal, from a bootstrap over
    base samples (Archer, Saltelli and Sobol' 1997, J. Stat. Comput. Simul. 58, 99-120).
    """
    import numpy as np

    width = (2 if second else 1) * len(names) + 2
    columns = (output.means, output.noise, output.within, output.shared, output.runs)
    means, noise, within, shared, runs = (column.reshape(-1, width) for column in columns)
    known = np.isfinite(noise).all(axis=1)
    terms = _Terms(means[known], noise[known], within[known], shared[known], len(names))
    weights = _weights(len(terms.means), seed)
    variance, naive = terms.variance(weights), float(terms.naive_variance(weights)[0])
    rows = tuple(
        Index(
            name,
            interval_of(_ratio(weights @ terms.first(place), variance)),
            interval_of(_ratio(weights @ terms.total(place), variance)),
            float(_ratio(weights[0] @ terms.first(place), naive)),
            float(_ratio(weights[0] @ terms.naive_total(place), naive)),
        )
        for place, name in enumerate(names)
    )
    pairs = tuple(
        Pair(names[j], names[k], interval_of(_ratio(weights @ terms.pair(j, k), variance)))
        for j, k in combinations(range(len(names) if second else 0), 2)
    )
    luck = interval_of(_ratio(weights @ terms.luck, weights @ terms.luck + np.maximum(variance, 0.0)))
    return Indices(
        output, len(terms.means), int((~known).sum()), interval_of(weights @ terms.middle + terms.centre),
        interval_of(variance), Estimate(luck.value, *held_to(luck.low, luck.high, (0.0, 1.0))), rows, pairs,
        *terms.floors(runs[known]),
    )  # fmt: skip


class _Terms:
    """What is averaged over base samples: columns of N numbers, of which every estimate is a ratio of means."""

    def __init__(self, means: Floats, noise: Floats, within: Floats, shared: Floats, count: int) -> None:
        self.centre = float(means.mean()) if len(means) else 0.0
        apart = means - self.centre
        if len(means) and abs(apart).max() <= CONSTANT * abs(self.centre):  # a number that is the same everywhere
            apart = 0.0 * apart
        self.means, self.noise, self.shared, self.count = apart, noise, shared, count
        self.a, self.b = self.means[:, 0], self.means[:, -1]
        self.luck = (within[:, 0] + within[:, -1]) / 2
        self.square = (self.a**2 + self.b**2) / 2
        self.middle = (self.a + self.b) / 2
        self.added = (noise[:, 0] + noise[:, -1]) / 2

    def first(self, place: int) -> Floats:
        """Luck of B is luck of its own, so nothing of it is left in the mean of this product."""
        return self.b * (self.means[:, 1 + place] - self.a)

    def naive_total(self, place: int) -> Floats:
        """Half the squared difference that a column makes."""
        found: Floats = (self.a - self.means[:, 1 + place]) ** 2 / 2
        return found

    def total(self, place: int) -> Floats:
        """The same without what luck adds: both points have the same luck, so less than the sum of their noise."""
        left = noise_left(self.noise[:, 0], self.noise[:, 1 + place], self.shared[:, 1 + place])
        return self.naive_total(place) - left / 2

    def pair(self, one: int, other: int) -> Floats:
        """What two columns do together, less what each does alone."""
        both = self.means[:, 1 + self.count + one] * self.means[:, 1 + other] - self.a * self.b
        return both - self.first(one) - self.first(other)

    def naive_variance(self, weights: Floats) -> Floats:
        """Variance between points as it is seen: divided by their number, for they lie more evenly than at random."""
        found: Floats = weights @ self.square - (weights @ self.middle) ** 2
        return found

    def variance(self, weights: Floats) -> Floats:
        """Variance between points without what luck adds."""
        found: Floats = self.naive_variance(weights) - weights @ self.added
        return found

    def floors(self, runs: Floats) -> tuple[float, float]:
        """What the first and the total index of a parameter that changes nothing but luck reach in 1 study of 20.

        Its point has the expectation of A and fresh luck e' beside A's e: the first is the mean of B (e' - e), the
        total that of (e - e')^2 / 2 less the noise as R runs estimate it, whose variance is known if e is normal.
        """
        import numpy as np

        count = len(self.a)
        variance = float(self.square.mean() - self.middle.mean() ** 2 - self.added.mean()) if count else np.nan
        if not variance > 0.0:
            return np.nan, np.nan
        noise = self.noise[:, 0]
        first = np.sqrt((self.b**2 * 2 * noise).sum()) / count
        total = np.sqrt((noise**2 * (2 + 1 / (runs[:, 0] - 1))).sum()) / count
        return float(Z * first / variance), float(Z * total / variance)


@lru_cache(maxsize=2)
def _weights(count: int, seed: int) -> Floats:
    """(RESAMPLES + 1, N): how often each base sample is drawn, as shares; in row 0 each of them once."""
    import numpy as np

    if not count:
        return np.zeros((RESAMPLES + 1, 0))
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES)
    weights: Floats = np.vstack([np.ones(count), drawn]) / count
    return weights


def _ratio(above: Any, below: Any) -> Any:
    """A quotient; NaN where there is nothing to share out."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0.0, above / below, np.nan)


def interval_of(values: Floats) -> Estimate:
    """The first value, with the normal interval of the spread of the others."""
    import numpy as np

    value, rest = float(values[0]), values[1:][np.isfinite(values[1:])]
    if not len(rest) == len(values) - 1 > 1:
        return Estimate(value, np.nan, np.nan)
    spread = Z * float(rest.std(ddof=1))
    spread = spread if spread > CONSTANT * abs(value) else 0.0  # less is rounding
    return Estimate(value, value - spread, value + spread)

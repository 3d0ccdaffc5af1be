"""Intervals: how far luck alone may have taken what a finite number of runs shows.

Every interval here is about the number of runs and nothing else: more runs make it as narrow as one likes, however
little is known of the crisis. What is not known of the parameters is another interval, see `sim.analysis.terciles`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.special import special
from sim.study.precision import quantile_ranks

if TYPE_CHECKING:  # numpy and scipy are imported where they are used: `sim validate` asks for a Wilson interval alone
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LEVEL = 0.95
"""How often an interval of ours covers the truth, when nothing else is said."""


def normal_quantile(level: float) -> float:
    """How many standard deviations about the mean hold a share `level` of a normal distribution.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    if level == LEVEL:  # the common case needs no scipy
        return 1.959963984540054
    ndtri = special().ndtri

    return float(ndtri(0.5 + level / 2))


def wilson(count: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson score interval of a share, `count` out of `n`; (0, 1) when n is 0, for then nothing is known.

    Source
    ------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; recommended by Brown, Cai and DasGupta (2001), Stat. Sci. 16,
    101-133.

    >>> [round(end, 6) for end in wilson(50, 1000)]
    [0.03813, 0.065314]
    """
    if n == 0:
        return 0.0, 1.0
    z = normal_quantile(level)
    share, spread = count / n, z * z / n
    centre = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    # At the ends the formula gives 0 and 1 exactly, which rounding would miss.
    low = 0.0 if count == 0 else (centre - half) / (1 + spread)
    high = 1.0 if count == n else (centre + half) / (1 + spread)
    return low, high


def share_interval(values: Floats, level: float = LEVEL) -> tuple[float, float, float]:
    """Mean of values from 0 to 1 and an interval of it that has a width even where all values agree: (mean, low, high).

    Wilson's interval at a count of mean times n. It is conservative: of all variables from 0 to 1 with mean p, one that
    is 0 or 1 has the largest variance, p (1 - p). Of truths it is Wilson's own. (NaN, 0, 1) when there is no value.

    Source
    ------
    The bound: Bhatia and Davis (2000), Am. Math. Mon. 107, 353-357. The interval: Wilson (1927), as `wilson`.
    """
    n = len(values)
    if n == 0:
        return math.nan, 0.0, 1.0
    mean = min(1.0, max(0.0, float(values.mean())))
    low, high = wilson(n if mean == 1.0 else mean * n, n, level)
    return mean, low, high


def wilson_bounds(counts: Integers, n: int, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Wilson intervals of many shares of the same `n`: lower and upper bounds, each in the shape of `counts`."""
    import numpy as np

    each, where = np.unique(counts, return_inverse=True)
    ends = np.array([wilson(int(count), n, level) for count in each], dtype=np.float64).reshape(-1, 2)
    where = where.reshape(counts.shape)
    return ends[where, 0], ends[where, 1]


def quantile(ordered: Floats, probability: float) -> float:
    """The value that at least a share `probability` of the ordered values does not exceed; one of the values itself.

    Infinite values are values like others. NaN when there is no value.

    Source
    ------
    Hyndman and Fan (1996), Am. Stat. 50, 361-365, definition 1: the inverse of the empirical distribution.
    """
    n = len(ordered)
    if n == 0:
        return math.nan
    # The nudge keeps 0.95 * 20 = 19.000000000000004 from asking for the twentieth value.
    return float(ordered[min(n, max(1, math.ceil(n * probability - 1e-9))) - 1])


def quantile_interval(ordered: Floats, probability: float, level: float = LEVEL) -> tuple[float, float]:
    """Distribution-free interval of a quantile, from one order statistic to another.

    It covers the quantile at least as often as `level` says, whatever the distribution. An end is infinite when there
    are too few values to bound it.

    Parameters
    ----------
    ordered : (n,)
        Values in ascending order; they may be infinite, never NaN.
    probability
        Strictly between 0 and 1.

    Source
    ------
    Thompson (1936), Ann. Math. Stat. 7, 122-128; David and Nagaraja (2003), Order Statistics, section 7.1.
    """
    n = len(ordered)
    if n == 0:
        return -math.inf, math.inf
    lower, upper = quantile_ranks(n, probability, level)
    low = float(ordered[lower - 1]) if lower >= 1 else -math.inf
    high = float(ordered[upper - 1]) if upper <= n else math.inf
    return low, high


def mean_interval(values: Floats, level: float = LEVEL) -> tuple[float, float, float]:
    """Mean of finite values and Student's t interval of it: (mean, low, high).

    Exact for normal values, and near enough for hundreds of runs unless a few of them dominate the mean. One value
    gives an infinite interval, none gives NaN.

    Source
    ------
    Student (1908), Biometrika 6, 1-25.
    """
    import numpy as np

    n = len(values)
    if n == 0:
        return math.nan, math.nan, math.nan
    with np.errstate(over="ignore", invalid="ignore"):  # of values near the largest number little can be said
        mean = float(values.mean())
        if n == 1:
            return mean, -math.inf, math.inf
        deviation = float(values.std(ddof=1))
    stdtrit = special().stdtrit

    half = float(stdtrit(n - 1, 0.5 + level / 2)) * deviation / math.sqrt(n)
    return mean, mean - half, mean + half


def held_to(low: float, high: float, bounds: tuple[float, float]) -> tuple[float, float]:
    """An interval cut to where the truth can lie.

    What is cut off holds no possible value, so that the interval covers the truth as often as before.

    >>> held_to(-4.0, 22.0, (0.0, 180.0))
    (0.0, 22.0)
    """
    return max(low, bounds[0]), min(high, bounds[1])


def cumulative_incidence(
    ended: Integers, causes: Integers, kinds: int, at: Integers, level: float = LEVEL
) -> tuple[Floats, Floats, Floats]:
    """Share of runs that ended by each cause up to each moment, with Wilson intervals at each moment alone.

    Every run is followed until it ends, at the horizon at the latest: nothing is censored, so that the estimator of
    Aalen and Johansen is the plain share, and with one cause it is 1 - Kaplan-Meier.

    Parameters
    ----------
    ended : (R,) ticks
        When each run ended.
    causes : (R,)
        Why, 0 <= cause < kinds.
    at : (T,) ticks
        Ascending moments.

    Returns
    -------
    Shares, lower and upper bounds: (kinds, T) each.

    Source
    ------
    Aalen and Johansen (1978), Scand. J. Stat. 5, 141-150; Kaplan and Meier (1958), J. Am. Stat. Assoc. 53, 457-481.
    """
    import numpy as np

    counts = np.array(
        [np.searchsorted(np.sort(ended[causes == cause]), at, side="right") for cause in range(kinds)], dtype=np.int64
    ).reshape(kinds, len(at))
    low, high = wilson_bounds(counts, len(ended), level)
    return counts / max(1, len(ended)), low, high

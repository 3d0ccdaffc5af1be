"""How far luck may have taken a share, a mean or a quantile after so many runs, and how many runs would be enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.special import special

if TYPE_CHECKING:  # numpy and scipy are imported where they are used
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 0.95
Z95 = 1.959963984540054  # the 97.5 % point of the standard normal

FEW = 10
"""Values below which a mean has no interval: Student's asks for values that are nearly normal, or for many."""


def wilson_half_width(hits: int, runs: int, *, z: float = Z95) -> float:
    """Half the length of Wilson's interval of a share; infinite without runs.

    Source
    ------
    Wilson (1927), J. Amer. Stat. Assoc. 22, 209-212.

    >>> round(wilson_half_width(0, 250), 4)
    0.0076
    """
    if runs == 0:
        return math.inf
    share = hits / runs
    return z / (1.0 + z * z / runs) * math.sqrt(share * (1.0 - share) / runs + z * z / (4.0 * runs * runs))


def share_half_width(hits: int, runs: int) -> float:
    """Half of Wilson's interval; the whole of it where no run or every run ended so, for then it has one end only.

    >>> round(share_half_width(0, 250), 4), round(share_half_width(125, 250), 4)
    (0.0151, 0.0615)
    """
    half = wilson_half_width(hits, runs)
    return half if 0 < hits < runs else 2.0 * half


def runs_for_share(share: float, half_width: float) -> float:
    """How many runs make half of Wilson's interval of this share so small; of 0 and of 1, the whole of it.

    The half-width, squared, is an equation of second degree in z^2 / n.

    >>> round(runs_for_share(0.5, 0.05)), round(runs_for_share(0.0, 0.01))
    (380, 380)
    """
    if share in (0.0, 1.0):
        return Z95 * Z95 * (1.0 / half_width - 1.0)
    wide, spread = half_width * half_width, share * (1.0 - share)
    first, second = 0.25 - wide, spread - 2.0 * wide
    if first <= 0.0:
        return 0.0
    return Z95 * Z95 * (second + math.sqrt(second * second + 4.0 * first * wide)) / (2.0 * wide)


def mean_half_width(n: int, deviation: float) -> float:
    """Half of Student's interval of the mean of n values; infinite for fewer than `FEW`, or where all are alike.

    Source
    ------
    Student (1908), Biometrika 6, 1-25. Values that agree do not show how far others may lie.
    """
    if n < FEW or deviation == 0.0:
        return math.inf
    return float(special().stdtrit(n - 1, 0.5 + LEVEL / 2)) * deviation / math.sqrt(n)


def runs_for_mean(deviation: float, half_width: float) -> float:
    """How many values with this standard deviation make half the interval of their mean so small."""
    return (Z95 * deviation / half_width) ** 2 if half_width > 0.0 else math.inf


def quantile_ranks(n: int, probability: float, level: float = LEVEL) -> tuple[int, int]:
    """Between which of n ordered values, counted from 1, a quantile lies; 0 and n + 1 where none bounds it.

    The number of values below the true quantile is binomial whatever the distribution, so the interval from the l-th to
    the u-th value covers it with probability P(l <= B < u) >= `level`; each tail is at most (1 - level) / 2.

    Source
    ------
    Thompson (1936), Ann. Math. Stat. 7, 122-128; David and Nagaraja (2003), Order Statistics, section 7.1.

    >>> quantile_ranks(100, 0.5)
    (40, 61)
    """
    import numpy as np

    tail = (1 - level) / 2
    # Both ends lie within a few deviations of the middle; further out the binomial need not be asked.
    middle, wide = n * probability, 8 * math.sqrt(n * probability * (1 - probability)) + 20
    first, last = max(0, math.floor(middle - wide)), min(n - 1, math.ceil(middle + wide))
    # P(B <= k), k from first on
    below = np.asarray(special().bdtr(np.arange(first, last + 1, dtype=np.float64), n, probability))
    lower = first + int(np.searchsorted(below, tail, side="right"))  # the largest l with P(B <= l - 1) <= tail
    upper = first + int(np.searchsorted(below, 1 - tail, side="left")) + 1  # the smallest u: P(B <= u - 1) >= 1 - tail
    return lower, upper


def quantile_half_width(values: NDArray[np.float64], probability: float) -> float:
    """Half of the distribution-free interval of a quantile; infinite where too few values bound it.

    Parameters
    ----------
    values : (n,)
        In any order, none NaN.
    """
    import numpy as np

    n = len(values)
    lower, upper = quantile_ranks(n, probability) if n else (0, 0)
    if lower < 1 or upper > n:
        return math.inf
    placed = np.partition(values, (lower - 1, upper - 1))
    low, high = float(placed[lower - 1]), float(placed[upper - 1])
    return (high - low) / 2 if math.isfinite(low) and math.isfinite(high) else math.inf


def rounded_up(runs: float) -> int:
    """A number of runs as one may ask for it: two figures, none of them too few.

    >>> rounded_up(381.2), rounded_up(9_601), rounded_up(7.0)
    (390, 9700, 7)
    """
    unit: int = 10 ** max(0, math.floor(math.log10(max(runs, 1.0))) - 1)
    return math.ceil(runs / unit - 1e-9) * unit

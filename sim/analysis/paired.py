"""Differences between alternatives on the same luck: their intervals, what stands of many, and what the pairing saved.

Run r of one alternative and run r of another make a pair. Of a share, a pair says one of four things: both, the first
alone, the second alone, neither; of a metric it says a difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import LEVEL, normal_quantile
from sim.special import special

Floats = NDArray[np.float64]

FEWEST_DISCORDANT = 10
"""Pairs that differ, below which a difference of means has no interval, and it is not said what pairing was worth."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An alternative less its baseline, with the interval that luck leaves, and the p value of no difference at all."""

    value: float
    low: float
    high: float
    p: float


def share_difference(first_alone: int, second_alone: int, pairs: int, level: float = LEVEL) -> Difference:
    """The second share less the first, of pairs that share their luck: Tango's score interval, McNemar's test.

    Which pairs agree, and on what, does not enter. Where none differ the interval reaches z²/(n + z²) to either side,
    so that "no pair differed" is not read as "none can". NaN when there is no pair.

    Parameters
    ----------
    first_alone, second_alone
        Pairs in which only the first, only the second, has the property.

    Source
    ------
    Tango (1998), Stat. Med. 17, 891-908; recommended by Fagerland, Lydersen and Laake (2014), Stat. Med. 33, 2850-2875.
    McNemar (1947), Psychometrika 12, 153-157, without correction: the same score at a difference of 0.

    >>> [round(end, 6) for end in (lambda d: (d.low, d.high))(share_difference(0, 0, 1000))]
    [-0.003827, 0.003827]
    """
    if pairs == 0:
        return Difference(math.nan, -1.0, 1.0, 1.0)
    z = normal_quantile(level)
    value = (second_alone - first_alone) / pairs

    def score(difference: float) -> float:
        return tango_score(second_alone, first_alone, pairs, difference)

    low, high = _root(score, z, -1.0, value), _root(score, -z, value, 1.0)
    chi = (second_alone - first_alone) ** 2 / max(1, first_alone + second_alone)
    return Difference(value, low, high, math.erfc(math.sqrt(chi / 2)))


def tango_score(gained: int, lost: int, pairs: int, difference: float) -> float:
    """How many standard errors the observed difference lies above a hypothetical one; it falls as that rises.

    Source
    ------
    Tango (1998), equations 7 to 10: the share of `lost` at its greatest likelihood under the hypothesis.
    """
    linear = -gained - lost + (2 * pairs - gained + lost) * difference
    constant = -lost * difference * (1.0 - difference)
    root = math.sqrt(max(0.0, linear * linear - 8.0 * pairs * constant))
    # The other form of the same root where subtraction would lose digits.
    rate = (root - linear) / (4.0 * pairs) if linear <= 0 else -2.0 * constant / (root + linear)
    variance = pairs * (2.0 * rate + difference * (1.0 - difference))
    above = gained - lost - pairs * difference
    if variance <= 0.0:
        return 0.0 if above == 0 else math.copysign(math.inf, above)
    return above / math.sqrt(variance)


def _root(score: Callable[[float], float], level: float, low: float, high: float) -> float:
    """Where a falling function passes a level, to 1e-12, by halving."""
    for _ in range(60):
        middle = (low + high) / 2
        if score(middle) > level:
            low = middle
        else:
            high = middle
        if high - low < 1e-13:
            break
    return (low + high) / 2


def mean_difference(mean: float, variance: float, pairs: int, differ: int, level: float = LEVEL) -> Difference:
    """The mean of differences of pairs, with Student's t interval of it.

    No interval (NaN) where few pairs differ: Student's asks for differences that are nearly normal, or for many, and
    zeros say nothing of how large the others are; or where all differences are alike.

    Source
    ------
    Student (1908), Biometrika 6, 1-25: it was made for differences of pairs.
    """
    if differ < FEWEST_DISCORDANT or not variance > 0.0:
        return Difference(mean, math.nan, math.nan, math.nan)
    error = math.sqrt(variance / pairs)
    half = float(special().stdtrit(pairs - 1, 0.5 + level / 2)) * error
    # Twice the tail of Student's t: an incomplete beta function.
    t = mean / error
    p = float(special().betainc((pairs - 1) / 2, 0.5, (pairs - 1) / (pairs - 1 + t * t)))
    return Difference(mean, mean - half, mean + half, p)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P values that hold for all hypotheses together, whatever depends on what; NaN is left out, and stays NaN.

    Source
    ------
    Holm (1979), Scand. J. Stat. 6, 65-70.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p == p)
    found, largest = [math.nan] * len(p_values), 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        found[place] = largest
    return tuple(found)


def bonferroni(level: float, intervals: int) -> float:
    """The level of each of so many intervals, so that all of them cover together as often as one did.

    Source
    ------
    Dunn (1961), J. Am. Stat. Assoc. 56, 52-64.

    >>> round(bonferroni(0.95, 10), 6)
    0.995
    """
    return 1.0 - (1.0 - level) / max(1, intervals)


# ---------------------------------------------------------------------------------------- what the pairing saved


@dataclass(frozen=True, slots=True)
class Worth:
    """With how many times as many runs of fresh luck a difference were as exact; NaN where it is not said."""

    times: float
    low: float
    high: float


UNKNOWN = Worth(math.nan, math.nan, math.nan)


def worth_of_shares(counts: NDArray[np.int64]) -> Worth:
    """What the pairing was worth to a difference of shares.

    Parameters
    ----------
    counts : (G, 4)
        Pairs by group of runs: both, the first alone, the second alone, neither.
    """
    total = counts.sum(axis=0)
    if int(total[1] + total[2]) < FEWEST_DISCORDANT:
        return UNKNOWN
    return _worth(np.array([_share_ratio(total - left_out) for left_out in (0 * total, *counts)]))


def _share_ratio(counts: NDArray[np.int64]) -> float:
    n = float(counts.sum())
    both, first, second, _ = (float(count) / n for count in counts)
    one, other = both + first, both + second
    paired = first + second - (first - second) ** 2
    return (one * (1 - one) + other * (1 - other)) / paired if paired > 0 else math.inf


def worth_of_means(pairs: Floats, means: Floats, variances: Floats, differ: int) -> Worth:
    """What the pairing was worth to a difference of means.

    Parameters
    ----------
    pairs : (G,)
        Pairs in each group of runs.
    means, variances : (G, 3)
        Of the first, the second and their difference, in each group; variances by n.
    differ
        Pairs in which the two are not the same.
    """
    rows = np.arange(len(pairs))
    if differ < FEWEST_DISCORDANT or not (pooled(pairs, means, variances)[2] > 0).all():
        return UNKNOWN
    kept = [rows, *(rows[rows != left_out] for left_out in rows)]
    spreads = np.array([pooled(pairs[some], means[some], variances[some])[2] for some in kept])
    with np.errstate(divide="ignore", invalid="ignore"):
        return _worth((spreads[:, 0] + spreads[:, 1]) / spreads[:, 2])


def pooled(pairs: Floats, means: Floats, variances: Floats) -> tuple[float, Floats, Floats]:
    """Number, means and variances (by n - 1) of groups taken together.

    Source
    ------
    Chan, Golub and LeVeque (1983), Am. Stat. 37, 242-247.
    """
    n = float(pairs.sum())
    weights = pairs[:, None]
    if n == 0:
        return 0.0, np.full(means.shape[1], np.nan), np.full(means.shape[1], np.nan)
    known = np.where(weights > 0, means, 0.0)
    mean = (weights * known).sum(axis=0) / n
    squares = (weights * (np.where(weights > 0, variances, 0.0) + (known - mean) ** 2)).sum(axis=0)
    return n, mean, squares / (n - 1) if n > 1 else np.full(len(mean), np.nan)


def _worth(ratios: Floats) -> Worth:
    """The first ratio, and Student's interval of its logarithm by the jackknife over groups of runs.

    Source
    ------
    Tukey (1958), Ann. Math. Stat. 29, 614; Miller (1974), Biometrika 61, 1-15: variances want their logarithm.
    """
    if not (np.isfinite(ratios) & (ratios > 0)).all():
        return UNKNOWN
    whole, *others = np.log(ratios)
    groups = len(others)
    error = math.sqrt((groups - 1) / groups * float(((np.array(others) - np.mean(others)) ** 2).sum()))
    half = float(special().stdtrit(groups - 1, 0.5 + LEVEL / 2)) * error
    return Worth(math.exp(whole), math.exp(whole - half), math.exp(whole + half))

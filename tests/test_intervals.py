"""Intervals are those of the books, and cover as often as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.analysis.intervals import (
    cumulative_incidence,
    mean_interval,
    normal_quantile,
    quantile,
    quantile_interval,
    share_interval,
    wilson,
    wilson_bounds,
)
from tests.statistics.claims import SEED, assert_share


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(50, 1000, 0.038130, 0.065314), (0, 1000, 0.0, 0.003827), (1000, 1000, 0.996173, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson_gives_the_textbook_numbers(count, n, low, high):
    """Wilson's interval to six digits, its ends exact at 0 and 1."""
    assert wilson(count, n) == pytest.approx((low, high), abs=5e-7)


@given(some.lists(some.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=200))
def test_a_mean_of_shares_has_an_interval_even_where_all_agree(values):
    """Never without a width, Wilson's own of truths, and never narrower than the spread of the values makes it."""
    found = np.array(values)
    mean, low, high = share_interval(found)
    assert 0.0 <= low <= mean <= high <= 1.0 and low < high
    if not (found == 0.5).any():
        assert (low, high) == pytest.approx(wilson(int(found.sum()), len(found)))
    n, z = len(found), normal_quantile(0.95)
    spread = z * math.sqrt(float(found.var()) / n) / (1 + z * z / n)
    assert high - low >= 2 * spread - 1e-12


@given(some.integers(0, 500), some.integers(1, 500), some.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_solves_its_equation(count, n, level):
    """Each end is a share from which the observed one lies exactly z standard errors away."""
    count = min(count, n)
    for end in wilson(count, n, level):
        if 0 < end < 1:
            error = math.sqrt(end * (1 - end) / n)
            assert abs(count / n - end) == pytest.approx(normal_quantile(level) * error, rel=1e-6)


def test_many_wilson_intervals_are_the_single_ones():
    """The table of shares has the intervals that each share has alone, in its own shape."""
    counts = np.array([[0, 3, 7], [10, 3, 1]])
    low, high = wilson_bounds(counts, 10)
    for place in np.ndindex(counts.shape):
        assert (low[place], high[place]) == wilson(int(counts[place]), 10)


def test_a_quantile_is_one_of_the_values():
    """The median of ten is the fifth; 0.95 of twenty is the nineteenth; infinite values are values."""
    assert quantile(np.arange(1.0, 11.0), 0.5) == 5
    assert quantile(np.arange(1.0, 21.0), 0.95) == 19
    assert quantile(np.array([1.0, 2.0, math.inf, math.inf]), 0.75) == math.inf
    assert math.isnan(quantile(np.array([]), 0.5))


def test_the_interval_of_the_median_is_that_of_the_tables():
    """Sample of 100: from the 40th to the 61st value; of 3: no bound at 95 %."""
    assert quantile_interval(np.arange(1.0, 101.0), 0.5) == (40, 61)
    assert quantile_interval(np.arange(1.0, 4.0), 0.5) == (-math.inf, math.inf)
    assert quantile_interval(np.array([]), 0.5) == (-math.inf, math.inf)


@given(some.integers(1, 400), some.floats(0.01, 0.99))
def test_the_interval_of_a_quantile_covers_by_the_binomial(n, probability):
    """P(l <= B < u) is at least 95 %, and each end cannot be drawn in by one value."""
    low, high = quantile_interval(np.arange(1.0, n + 1), probability)
    lower = 0 if low == -math.inf else int(low)
    upper = n + 1 if high == math.inf else int(high)
    weights = [math.comb(n, k) * probability**k * (1 - probability) ** (n - k) for k in range(n + 1)]
    assert sum(weights[lower:upper]) >= 0.95 - 1e-9
    assert sum(weights[:lower]) <= 0.025 + 1e-9 < sum(weights[: lower + 1]) + 2e-9
    assert sum(weights[upper:]) <= 0.025 + 1e-9
    assert upper == lower + 1 or sum(weights[upper - 1 :]) > 0.025 - 1e-9


def test_the_interval_of_a_mean_is_students():
    """For 1 .. 5 the t table gives 3 +- 2.776445 * sqrt(2.5 / 5); one value bounds nothing."""
    half = 2.776445 * math.sqrt(0.5)
    assert mean_interval(np.arange(1.0, 6.0)) == pytest.approx((3, 3 - half, 3 + half), abs=1e-6)
    assert mean_interval(np.array([2.0])) == (2, -math.inf, math.inf)
    assert all(math.isnan(value) for value in mean_interval(np.array([])))


def product_limit(ended: np.ndarray, causes: np.ndarray, kinds: int, at: np.ndarray) -> np.ndarray:
    """Aalen and Johansen's estimator as it is written: survival just before each time, times the hazard there."""
    shares, survival, total = np.zeros((kinds, len(at))), 1.0, np.zeros(kinds)
    for moment in range(int(at.max()) + 1):
        risk = (ended >= moment).sum()
        if risk:
            hazards = np.array([((ended == moment) & (causes == cause)).sum() / risk for cause in range(kinds)])
            total = total + survival * hazards
            survival *= 1 - hazards.sum()
        shares[:, at == moment] = total[:, None]
    return shares


@given(some.lists(some.tuples(some.integers(0, 12), some.integers(0, 2)), min_size=1, max_size=40))
def test_without_censoring_incidence_is_aalen_johansens(runs):
    """The plain share of runs that ended so equals the product-limit estimator, and its interval is Wilson's."""
    ended, causes = (np.array(column, dtype=np.int64) for column in zip(*runs, strict=True))
    at = np.arange(13)
    shares, low, high = cumulative_incidence(ended, causes, 3, at)
    assert shares == pytest.approx(product_limit(ended, causes, 3, at))
    count = int(((ended <= 6) & (causes == 1)).sum())
    assert (low[1, 6], high[1, 6]) == wilson(count, len(runs))
    assert shares[:, -1].sum() == pytest.approx(1)


@pytest.mark.parametrize("n", [50, 1000])
def test_wilson_covers_as_often_as_it_says(n):
    """Over all true shares the interval covers 95 % of the time on the average, and never under 83 %.

    Computed exactly from the binomial distribution. The least coverage, at shares near 1/n, is that of Brown, Cai and
    DasGupta (2001), Stat. Sci. 16, section 4.1.
    """
    low, high = wilson_bounds(np.arange(n + 1), n)
    shares = np.arange(1, 2000) / 2000
    counts = np.arange(n + 1)
    log_ways = np.array([math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in counts])
    weights = np.exp(log_ways + counts * np.log(shares)[:, None] + (n - counts) * np.log1p(-shares)[:, None])
    covered = (low <= shares[:, None]) & (shares[:, None] <= high)
    coverage = (weights * covered).sum(axis=1)
    assert coverage.mean() == pytest.approx(0.95, abs=0.005)
    assert coverage.min() > 0.83


def test_the_interval_of_a_median_covers_as_often_as_it_says():
    """Of skewed samples the interval holds the true median at least 95 % of the time, and not always."""
    luck = np.random.default_rng(SEED)
    median = math.log(2)
    held = []
    for _ in range(5_000):
        low, high = quantile_interval(np.sort(luck.exponential(size=40)), 0.5)
        held.append(low <= median <= high)
    exact = sum(math.comb(40, k) for k in range(14, 27)) / 2**40  # the 14th to the 27th value
    assert_share(held, expected=exact, detects=0.08)
    assert exact > 0.95


def test_the_interval_of_a_mean_covers_as_often_as_it_says():
    """Of small normal samples Student's interval holds the mean 95 % of the time, exactly."""
    luck = np.random.default_rng(SEED)
    samples = luck.normal(3.0, 2.0, size=(5_000, 5))
    held = [low <= 3.0 <= high for _, low, high in map(mean_interval, samples)]
    assert_share(held, expected=0.95, detects=0.08)

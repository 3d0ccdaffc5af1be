"""Differences on the same luck: intervals that cover as often as they say, also where hardly any pair differs."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from sim.analysis.paired import (
    FEWEST_DISCORDANT,
    holm,
    mean_difference,
    share_difference,
    tango_score,
    worth_of_means,
    worth_of_shares,
)
from tests.statistics.claims import SEED, assert_share

RATES = (0.001, 0.01, 0.05, 0.2, 0.4)


@cache
def ends(first: int, second: int, pairs: int) -> tuple[float, float]:
    found = share_difference(first, second, pairs)
    return found.low, found.high


def coverage(pairs: int, first: float, second: float) -> float:
    """How often the interval covers, summed over everything that can come of so many pairs: no luck in it."""
    told = 0.0
    for lost in range(pairs + 1):
        for gained in range(pairs + 1 - lost):
            rest = pairs - lost - gained
            ways = math.lgamma(pairs + 1) - sum(math.lgamma(count + 1) for count in (lost, gained, rest))
            chance = ways + lost * math.log(first) + gained * math.log(second) + rest * math.log(1 - first - second)
            if chance > -30:
                low, high = ends(lost, gained, pairs)
                told += math.exp(chance) * (low <= second - first <= high)
    return told


@pytest.mark.parametrize("pairs", [15, 50])
def test_interval_of_a_difference_covers_as_often_as_it_says(pairs: int) -> None:
    """Tango's interval covers in 95 % of studies on average, and never in fewer than 93 %, with few and rare pairs."""
    found = [coverage(pairs, first, second) for first in RATES for second in RATES if first + second < 1]
    assert min(found) >= 0.93
    assert 0.95 <= np.mean(found) <= 0.985


def test_wald_would_not_have_covered() -> None:
    """What the plain interval of a difference does where pairs rarely differ, which is why it was not taken."""
    pairs, first, second = 50, 0.01, 0.02
    told = 0.0
    for lost in range(8):
        for gained in range(8):
            rest = pairs - lost - gained
            ways = math.lgamma(pairs + 1) - sum(math.lgamma(count + 1) for count in (lost, gained, rest))
            chance = ways + lost * math.log(first) + gained * math.log(second) + rest * math.log(1 - first - second)
            half = 1.96 * math.sqrt(lost + gained - (gained - lost) ** 2 / pairs) / pairs
            told += math.exp(chance) * (abs((gained - lost) / pairs - (second - first)) <= half)
    assert told < 0.8


def test_interval_is_the_published_one() -> None:
    """1 and 7 discordant of 21 children give 0.026 to 0.517, as Fagerland, Lydersen and Laake (2014) print."""
    found = share_difference(1, 7, 21)
    assert (round(found.low, 3), round(found.high, 3)) == (0.026, 0.517)
    assert found.p == pytest.approx(0.0339, abs=5e-5)  # McNemar: (7 - 1)² / 8 = 4.5


@pytest.mark.parametrize(
    ("lost", "gained", "pairs"), [(0, 0, 7), (0, 0, 10**7), (3, 0, 1000), (0, 9, 9), (40, 41, 10**6)]
)
def test_interval_ends_where_the_score_says(lost: int, gained: int, pairs: int) -> None:
    """At each end that is not the edge of what is possible the observed difference is 1.96 standard errors away."""
    found = share_difference(lost, gained, pairs)
    assert found.low < found.value < found.high or found.value in (-1.0, 1.0)
    for end, score in ((found.low, 1.96), (found.high, -1.96)):
        assert abs(end) > 1 - 1e-9 or tango_score(gained, lost, pairs, end) == pytest.approx(score, abs=1e-3)
    mirrored = share_difference(gained, lost, pairs)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low), abs=1e-12)


def test_pairs_that_never_differ_are_no_proof() -> None:
    """Where no pair of n differs the interval reaches z²/(n + z²) to both sides, and p is 1."""
    z = 1.959963984540054
    found = share_difference(0, 0, 1000)
    assert found.value == 0.0
    assert found.p == 1.0
    assert found.high == pytest.approx(z * z / (1000 + z * z), abs=1e-9)
    assert found.low == pytest.approx(-found.high, abs=1e-12)


def test_mean_of_few_differing_pairs_has_no_interval() -> None:
    """Nine pairs that differ among a thousand say nothing of how far the mean may lie; ten say it by Student's t."""
    assert math.isnan(mean_difference(0.01, 0.5, 1000, FEWEST_DISCORDANT - 1).low)
    found = mean_difference(0.1, 0.5, 1000, FEWEST_DISCORDANT)
    assert found.low == pytest.approx(0.1 - 1.96234 * math.sqrt(0.5 / 1000), abs=1e-5)
    found = mean_difference(0.04, 0.5, 1000, 400)
    assert found.p == pytest.approx(math.erfc(0.04 / math.sqrt(0.5 / 1000) / math.sqrt(2)), rel=0.02)


def test_holm_rejects_no_more_than_it_may() -> None:
    """Of true hypotheses alone, Holm's procedure finds one that differs in at most 5 % of studies."""
    luck = np.random.default_rng(SEED)
    wrong = [min(holm(luck.random(8).tolist())) <= 0.05 for _ in range(4_600)]
    assert_share(wrong, expected=1 - (1 - 0.05 / 8) ** 8, detects=0.08)


def test_worth_of_pairing_covers_what_theory_says() -> None:
    """The interval of what pairing was worth covers the ratio of variances in 95 % of studies."""
    luck = np.random.default_rng(SEED)
    chances = np.array([0.25, 0.05, 0.1, 0.6])  # both, the first alone, the second alone, neither
    one, other = 0.3, 0.35
    truth = (one * (1 - one) + other * (1 - other)) / (0.15 - 0.05**2)
    covers = []
    for _ in range(4_600):
        found = worth_of_shares(luck.multinomial([30] * 20, chances))
        covers.append(found.low <= truth <= found.high)
    assert_share(covers, expected=0.95, detects=0.08)


@pytest.mark.parametrize(("together", "truth"), [(0.8, 5.0), (0.0, 1.0), (-0.5, 1 / 1.5)])
def test_worth_of_pairing_means(together: float, truth: float) -> None:
    """With correlation r between pairs of equal spread pairing is worth 1/(1 - r): also nothing, and less than that."""
    luck = np.random.default_rng(SEED)
    values = luck.multivariate_normal([0, 1], [[1, together], [together, 1]], size=(20, 500))
    three = np.concatenate([values, values[:, :, 1:] - values[:, :, :1]], axis=2)
    found = worth_of_means(np.full(20, 500.0), three.mean(axis=1), three.var(axis=1), 10_000)
    error = math.log(found.high / found.low) / 2 / 2.093
    assert abs(math.log(found.times / truth)) < 6 * error < 0.3  # six standard errors: once in ten thousand, by t
    assert truth == 1.0 or (found.low <= 1) == (truth < 1)


def test_worth_is_not_told_of_a_handful() -> None:
    """Where fewer than ten pairs differ it is not said what the pairing was worth."""
    counts = np.zeros((20, 4), dtype=np.int64)
    counts[:, 3] = 50
    counts[:9, 1] = 1
    assert math.isnan(worth_of_shares(counts).times)
    counts[9, 1] = 1
    assert worth_of_shares(counts).times > 0

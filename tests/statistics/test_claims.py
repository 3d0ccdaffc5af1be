"""The helper of the statistical claims is as strict as it says."""

from __future__ import annotations

import random

import pytest

from tests.statistics import claims
from tests.statistics.claims import WeakClaim, assert_mean, assert_share, half_width, runs_needed


@pytest.fixture(autouse=True)
def _off_the_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims made to test the helper do not count in the suite's account."""
    monkeypatch.setattr(claims, "account", [])


def test_a_true_share_passes_and_a_share_off_by_what_it_detects_fails():
    """Correct code passes; code off by `detects` cannot hide."""
    chance = random.Random(claims.SEED)
    hits = [chance.random() < 0.3 for _ in range(5_000)]
    assert_share(hits, expected=0.3, detects=0.08)
    with pytest.raises(AssertionError, match=r"expected 0\.38"):
        assert_share(hits, expected=0.38, detects=0.08)


def test_a_claim_too_weak_to_matter_is_refused_with_the_number_of_runs_it_needs():
    """A claim that could pass wrong code is a fault of the test, whatever the data say."""
    with pytest.raises(WeakClaim, match=f"{runs_needed(0.05)} can"):
        assert_share([True] * 100, expected=1.0, detects=0.05)
    with pytest.raises(WeakClaim):
        assert_share([], expected=0.5, detects=0.5)


def test_the_number_of_runs_said_to_be_needed_is_just_enough():
    """One run fewer is refused."""
    needed = runs_needed(0.1)
    assert_share([True, False] * (needed // 2) + [True] * (needed % 2), expected=0.5, detects=0.1)
    with pytest.raises(WeakClaim):
        assert_share([True] * (needed - 1), expected=1.0, detects=0.1)


def test_the_bound_holds_for_the_least_kind_distribution_that_can_be_counted_exactly():
    """Of all outcomes of n fair coins, no more than the stated chance lies beyond the half width."""
    from math import comb

    for n, chance in ((50, 1e-2), (200, 1e-4), (1_000, 1e-6)):
        width = half_width(n, chance)
        beyond = sum(comb(n, k) for k in range(n + 1) if k / n - 0.5 > width) / 2**n
        assert 0 < beyond <= chance


def test_a_mean_of_values_outside_their_range_is_refused():
    """Hoeffding's bound would not hold, so the claim is not made."""
    with pytest.raises(ValueError, match="claimed to lie between"):
        assert_mean([0.5, 1.5], expected=1.0, between=(0.0, 1.0), detects=0.5)


def test_the_account_adds_the_false_alarms_up(monkeypatch: pytest.MonkeyPatch):
    """The suite can state its total."""
    monkeypatch.setattr(claims, "account", [1e-6] * 60)
    assert "60 statistical claims" in claims.say_account()
    assert "once in 16,667 times" in claims.say_account()

"""Statistical claims that say how often they cry wolf and what they are able to see.

`false_alarm` is the chance that correct code fails under a fresh seed. `detects` is a difference that wrong code
cannot hide: code that is off by `detects` passes at most half as often as correct code fails. The bounds are
Hoeffding's (1963, J. Amer. Stat. Assoc. 58, 13-30, theorems 1 and 2), so they need no normality, only independent runs.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable

SEED = int(os.environ.get("TEST_SEED", "20140330"))
"""The seed of all claims: fixed in `make test`, fresh in `make test-all`, where the suite prints it."""

account: list[float] = []
"""The false alarms of the claims made so far in this session."""


class WeakClaim(ValueError):
    """A claim that could not see what it promises to see: it needs more runs, or should promise less."""


def half_width(runs: int, chance: float) -> float:
    """Distance that a mean of `runs` values in [0, 1] exceeds, on one given side, at most with this chance."""
    return math.sqrt(math.log(1.0 / chance) / (2.0 * runs))


def runs_needed(detects: float, *, false_alarm: float = 1e-6) -> int:
    """How many runs a claim about a share needs to see a difference of `detects`.

    >>> runs_needed(0.08)
    4534
    """
    both = math.sqrt(math.log(2.0 / false_alarm) / 2.0)
    return math.ceil((2.0 * both / detects) ** 2)


def assert_mean(
    values: Iterable[float],
    *,
    expected: float,
    between: tuple[float, float],
    detects: float,
    false_alarm: float = 1e-6,
) -> None:
    """The mean of independent values, each within `between`, is what theory says.

    `detects` and `expected` have the unit of the values.

    Raises
    ------
    WeakClaim
        If there are too few values to see a difference of `detects`.
    ValueError
        If a value lies outside `between`: the bound would not hold.
    """
    seen = [float(value) for value in values]
    low, high = between
    if not all(low <= value <= high for value in seen):
        raise ValueError(f"values from {min(seen):g} to {max(seen):g}, claimed to lie between {low:g} and {high:g}")
    # A two-sided alarm of 2a leaves a chance of a on each side; wrong code passes only by an error of that chance.
    allowed = half_width(max(len(seen), 1), false_alarm / 2.0) * (high - low)
    if not seen or 2.0 * allowed > detects:
        needed = runs_needed(detects / (high - low), false_alarm=false_alarm)
        raise WeakClaim(f"{len(seen)} runs cannot see a difference of {detects:g}: {needed} can")
    account.append(false_alarm)
    mean = math.fsum(seen) / len(seen)
    assert abs(mean - expected) <= allowed, (
        f"mean {mean:.6g} over {len(seen)} runs, expected {expected:.6g} +- {allowed:.3g}; "
        f"correct code fails so once in {1 / false_alarm:,.0f} times"
    )


def assert_share(hits: Iterable[object], *, expected: float, detects: float, false_alarm: float = 1e-6) -> None:
    """The share of true values among independent ones is what theory says.

    Raises
    ------
    WeakClaim
        If there are too few runs to see a difference of `detects`.
    """
    truths = (1.0 if hit else 0.0 for hit in hits)
    assert_mean(truths, expected=expected, between=(0.0, 1.0), detects=detects, false_alarm=false_alarm)


def say_account() -> str:
    """One sentence on how often the claims made so far cry wolf, all together."""
    total = math.fsum(account)
    return (
        f"{len(account)} statistical claims; correct code fails under a fresh seed "
        f"at most once in {1 / total:,.0f} times"
    )

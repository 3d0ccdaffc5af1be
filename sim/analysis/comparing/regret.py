"""How an alternative fares over states of the world: regret, and where it does well enough.

A regret is what one loses, in one world, against the alternative that is best there. Within a world luck is averaged:
nobody who decides knows it. The least of several noisy means is too low, so that regrets read off the same runs are too
high; here the best alternative, and the worst world, are chosen on some of the runs and judged on the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import LEVEL
from sim.special import special
from sim.streams import digest_of, uniforms

Floats = NDArray[np.float64]

TAIL = 0.95
"""Which quantile of regrets over worlds is told beside their mean and their maximum."""

DRAWS = 200
"""Draws of pure noise, to see what regret it would show."""

NOISE = 1e-12
"""What of a number is rounding: regrets below so much of the largest loss are none."""

HALVES = 20
"""Ways in which runs are halved; each half chooses once, and is once judged on."""


@dataclass(frozen=True, slots=True)
class Regret:
    """The regret of one alternative over N worlds, in the unit of the objective.

    `naive` and its kin are read off the same runs on which the best alternative was chosen: they are too high. The
    others are chosen and judged on different runs: too low if anything. The truth lies between, but for luck; a
    quantile of noisy regrets (`tail`) may err to either side.
    Expected regrets order alternatives as their means do; the least of them is what it would be worth to know the world
    before one chooses.
    """

    mean: float  # of the objective, over worlds
    expected: float
    low: float  # interval of the expected regret: luck, and which worlds were looked at
    high: float
    tail: float
    largest: float
    naive: float
    naive_tail: float
    naive_largest: float
    worst: int  # the world of the largest regret
    best_in: int  # worlds in which it is better than every other, and luck does not leave that open
    is_behind: bool  # its mean is worse than the best mean by more than luck and the choice of worlds leave open


@dataclass(frozen=True, slots=True, eq=False)
class Regrets:
    """The regrets of A alternatives over N worlds, by one objective."""

    each: tuple[Regret, ...]
    by_world: Floats  # (A, N), read off all runs: for pictures
    undecided: int  # worlds in which it is open which alternative is best
    floor: float  # what regret would be expected, and
    floor_largest: float  #   largest, on average, if all alternatives were alike


def regrets(losses: Floats, runs: Floats) -> Regrets:
    """Regrets from means of groups of runs on common luck; a loss is to be small.

    Parameters
    ----------
    losses : (G, A, N)
        Mean loss in each group of runs, of each alternative in each world.
    runs : (G,)
        Runs in each group.

    Source
    ------
    Savage (1951), J. Am. Stat. Assoc. 46, 55-67, for regret; Mak, Morton and Wood (1999), Oper. Res. Lett. 24, 47-56,
    for bounding it from both sides when means are simulated; McPhail et al. (2018), Earth's Future 6, 169-191, for the
    kin of such measures.
    """
    weights = runs / runs.sum()
    whole = np.tensordot(weights, losses, axes=1)
    least = rounding(losses)
    by_world = _above(whole - whole.min(axis=0), least)
    expected, half = (_above(each, least) for each in expected_regrets(losses, weights))
    tail, largest = (_above(each, least) for each in _judged_by_halves(losses))
    first = int(whole.mean(axis=1).argmin())
    gap = losses - losses[:, first][:, None]
    ahead = _above((whole - whole[first]).mean(axis=1), least)
    behind = ahead > _half_width(gap.mean(axis=2), whole - whole[first])
    best = clearly_best(losses, weights)
    floor, floor_largest = (float(_above(np.array(each), least)) for each in _floors(losses - whole, weights))
    place = tail_place(by_world.shape[1])
    each = tuple(
        Regret(
            float(whole[one].mean()), max(0.0, float(expected[one])), max(0.0, float(expected[one] - half[one])),
            max(0.0, float(expected[one] + half[one])), max(0.0, float(tail[one])), max(0.0, float(largest[one])),
            float(by_world[one].mean()), float(np.sort(by_world[one])[place]), float(by_world[one].max()),
            int(by_world[one].argmax()), int((best == one).sum()), bool(behind[one]),
        )
        for one in range(len(whole))
    )  # fmt: skip
    return Regrets(each, by_world, int((best < 0).sum()), floor, floor_largest)


def rounding(losses: Floats) -> float:
    """Differences of losses that are no more than this are made by rounding."""
    return NOISE * float(np.abs(losses).max())


def _above(values: Floats, least: float) -> Floats:
    """The values, with 0 for those that are rounding."""
    return np.where(np.abs(values) > least, values, 0.0)


def expected_regrets(losses: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """(A,) each: mean regret over worlds, judged on other runs than chose the best, and half of its 95 % interval."""
    whole = np.tensordot(weights, losses, axes=1)
    in_groups = _judged_by_the_rest(losses, weights)
    return weights @ in_groups, _half_width(in_groups, whole - whole.min(axis=0))


def _half_width(in_groups: Floats, by_world: Floats) -> Floats:
    """(A,) half of the interval of means over worlds: luck by groups of runs, (G, A), and the worlds, (A, N).

    Worlds count as if they were drawn at random, which is too wide for a hypercube (Stein 1987, Technometrics 29, 143).
    """
    groups, worlds = len(in_groups), by_world.shape[1]
    variance = in_groups.var(axis=0, ddof=1) / groups
    if worlds > 1:
        variance = variance + by_world.var(axis=1, ddof=1) / worlds
    found: Floats = float(special().stdtrit(groups - 1, 0.5 + LEVEL / 2)) * np.sqrt(variance)
    return found


def tail_place(worlds: int) -> int:
    """The place, among N ascending regrets, of the least that a share `TAIL` does not exceed.

    >>> tail_place(64), tail_place(1)
    (60, 0)
    """
    return max(0, math.ceil(TAIL * worlds - 1e-9) - 1)


def _judged_by_the_rest(losses: Floats, weights: Floats) -> Floats:
    """(G, A) mean regret over worlds in each group of runs, the best alternatives chosen on all other groups."""
    whole = np.tensordot(weights, losses, axes=1)
    worlds = np.arange(losses.shape[2])
    found = np.empty(losses.shape[:2])
    for group, weight in enumerate(weights):
        elsewhere = (whole - weight * losses[group]) / (1.0 - weight)
        found[group] = (losses[group] - losses[group][elsewhere.argmin(axis=0), worlds]).mean(axis=1)
    return found


def _judged_by_halves(losses: Floats) -> tuple[Floats, Floats]:
    """(A,) each: tail and largest regret, the best alternatives and the worst world chosen on the other half of runs.

    One world alone is noisy, so that its runs are halved, not split unevenly, and halved in several ways.
    """
    groups, alternatives, worlds = losses.shape
    every, rows = np.arange(worlds), np.arange(alternatives)
    found = np.zeros((2, alternatives))
    for number in range(HALVES):
        order = np.argsort(uniforms(number, np.arange(groups, dtype=np.uint64), digest_of("halves of runs")))
        sides = [losses[some].mean(axis=0) for some in (order[: groups // 2], order[groups // 2 :])]
        for chosen, judged in (sides, sides[::-1]):
            ranks = np.argsort(chosen - chosen.min(axis=0), axis=1, kind="stable")
            regret = judged - judged[chosen.argmin(axis=0), every]
            found += regret[rows, ranks[:, tail_place(worlds)]], regret[rows, ranks[:, -1]]
    tail, largest = found / (2 * HALVES)
    return tail, largest


def clearly_best(losses: Floats, weights: Floats) -> NDArray[np.int64]:
    """(N,) which alternative is best in each world; -1 where luck leaves it open against any other.

    The difference to each other alternative is held against Student's t over groups of runs, at 95 %.
    """
    whole = np.tensordot(weights, losses, axes=1)
    best = whole.argmin(axis=0)
    worlds = np.arange(whole.shape[1])
    gaps = losses - losses[:, best, worlds][:, None, :]
    error = gaps.std(axis=0, ddof=1) / math.sqrt(len(weights))
    bound = float(special().stdtrit(len(weights) - 1, 0.5 + LEVEL / 2)) * error
    clear = np.tensordot(weights, gaps, axes=1) > np.maximum(bound, rounding(losses))
    clear[best, worlds] = True
    return np.where(clear.all(axis=0), best, -1)


def _floors(noise: Floats, weights: Floats) -> tuple[float, float]:
    """Expected and largest naive regret that luck alone would show, averaged over draws and over alternatives.

    Groups of runs, less their mean, are added up with normal weights: noise with the covariances that it has here.

    Source
    ------
    The multiplier bootstrap: van der Vaart and Wellner (1996), Weak Convergence, section 2.9.
    """
    numbers = np.arange(DRAWS, dtype=np.uint64)
    groups = len(weights)
    drawn = [uniforms(0, numbers, digest_of(f"noise floor/{group}")) for group in range(groups)]
    multipliers = special().ndtri(np.array(drawn)).T / math.sqrt(groups * (groups - 1))
    expected = largest = 0.0
    flat = noise.reshape(groups, -1)
    for row in multipliers:
        shown = (row @ flat).reshape(noise.shape[1:])
        shown -= shown.min(axis=0)
        expected, largest = expected + shown.mean() / DRAWS, largest + shown.max(axis=1).mean() / DRAWS
    return float(expected), float(largest)


# ------------------------------------------------------------------------------------------------ well enough


@dataclass(frozen=True, slots=True)
class Kept:
    """In how many worlds a condition is kept, missed, or left open by luck; `low` and `high` bound the share kept."""

    kept: int
    undecided: int
    missed: int
    low: float
    high: float


def kept_in(low: Floats, high: Floats, *, least: float, most: float, strictly: bool = False) -> Kept:
    """In how many worlds a number with an interval stays within bounds: the domain criterion.

    `strictly`: a number that is on a bound is beyond it, as `war > 0` is not kept where no war has been seen.

    The bounds of the share treat open worlds as missed below and as kept above, and worlds as a sample of the space.

    Parameters
    ----------
    low, high : (N,)
        Interval of the number in each world.

    Source
    ------
    Starr (1963), Product Design and Decision Theory; Schneller and Sphicas (1983), Theory and Decision 15, 321-336.
    """
    from sim.analysis.intervals import wilson

    if strictly:
        kept = int(((low > least) & (high < most)).sum())
        missed = int(((high <= least) | (low >= most)).sum())
    else:
        kept = int(((low >= least) & (high <= most)).sum())
        missed = int(((high < least) | (low > most)).sum())
    undecided = len(low) - kept - missed
    return Kept(kept, undecided, missed, wilson(kept, len(low))[0], wilson(kept + undecided, len(low))[1])

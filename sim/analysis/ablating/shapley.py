"""Shapley values of a named group: what each member adds to a share, averaged over the orders they may come in.

A coalition is the group without some of its members, all else as it is. Everything is a sum over coalitions of single
runs, which share their luck: so a member's value has a mean and an interval over runs, and the values of all members
sum to the whole less the group, in every run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.analysis.ablating.crossed import slices
from sim.analysis.intervals import normal_quantile
from sim.study.ensemble import Ensemble

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Value:
    """What one member, or two of them together, add to the share of one outcome; a 95 % interval over runs."""

    members: tuple[int, ...]
    outcome: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How often each coalition counts for each column (a member, or a pair): whole numbers over `scale`."""

    counts: Whole  # (E, columns)
    scale: int


def coalition_weights(taken: Sequence[tuple[int, ...]], group: Sequence[int]) -> Weights:
    """Weights of every coalition for each member.

    Source: Shapley (1953), A value for n-person games, in Contributions to the Theory of Games II, 307-317.
    """
    k, members = len(group), set(group)
    counts = np.zeros((len(taken), k), dtype=np.int64)
    for number, gone in enumerate(taken):
        if members.issuperset(gone):
            size = k - len(gone)
            for at, member in enumerate(group):
                there = member not in gone
                counts[number, at] = (
                    factorial(size - 1) * factorial(k - size) if there else -factorial(size) * factorial(k - size - 1)
                )
    return Weights(counts, factorial(k))


def pair_weights(taken: Sequence[tuple[int, ...]], group: Sequence[int]) -> Weights:
    """Weights of every coalition for each pair: what two add together beyond what they add alone.

    Source: Grabisch and Roubens (1999), Int. J. Game Theory 28, 547-565: the Shapley interaction index.
    """
    k, members, pairs = len(group), set(group), list(combinations(group, 2))
    counts = np.zeros((len(taken), len(pairs)), dtype=np.int64)
    for number, gone in enumerate(taken):
        if members.issuperset(gone):
            for at, pair in enumerate(pairs):
                there = sum(member not in gone for member in pair)
                others = k - len(gone) - there
                counts[number, at] = (-1 if there == 1 else 1) * factorial(others) * factorial(k - 2 - others)
    return Weights(counts, factorial(k - 1))


def order_weights(
    taken: Sequence[tuple[int, ...]], group: Sequence[int], orders: Sequence[Sequence[int]]
) -> tuple[Weights, Whole]:
    """Weights of sampled orders, and (orders, k + 1) the experiments that each order comes by, nobody in it first.

    Source: Castro, Gomez and Tejada (2009), Comput. Oper. Res. 36, 1726-1730.
    """
    number = {gone: place for place, gone in enumerate(taken)}
    column = {member: at for at, member in enumerate(group)}
    ways = [[number[tuple(sorted(order[at:]))] for at in range(len(order) + 1)] for order in orders]
    counts = np.zeros((len(taken), len(group)), dtype=np.int64)
    for order, way in zip(orders, ways, strict=True):
        for at, member in enumerate(order):
            counts[way[at + 1], column[member]] += 1
            counts[way[at], column[member]] -= 1
    return Weights(counts, len(orders)), np.array(ways, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Shapley:
    """The values of a group, and of its pairs where every coalition was played."""

    group: tuple[int, ...]
    runs: int
    orders: int  # that were sampled; 0 if all coalitions were played
    values: tuple[Value, ...]  # outcome by outcome, in the order of the group
    pairs: tuple[Value, ...]
    sums: tuple[Value, ...]  # of each outcome: its share in the whole less that without the group

    def of(self, outcome: str) -> tuple[Value, ...]:
        """The members' values for one outcome."""
        return tuple(value for value in self.values if value.outcome == outcome)


def shapley(
    ensemble: Ensemble, taken: Sequence[tuple[int, ...]], group: Sequence[int], orders: Sequence[Sequence[int]]
) -> Shapley:
    """The Shapley values of a group, from the experiments without `taken`.

    The interval is that of a mean over runs, as wide as if two more runs had been seen, one in which all was gained and
    one in which all was lost: so what never came in these runs has an interval, too. Where orders were sampled, the
    variance over orders is added to it, which counts what the two share twice: it is rather too wide.

    Source
    ------
    Bonett and Price (2012), J. Educ. Behav. Stat. 37, 479-488, for the two more runs of differences in pairs; theirs
    move the middle, too, and values here sum to the whole.
    """
    used = [number for number, gone in enumerate(taken) if set(group).issuperset(gone)]
    gone = [taken[number] for number in used]
    ways = None
    if orders:
        weights, ways = order_weights(gone, group, orders)
        columns = [weights.counts]
    else:
        weights = coalition_weights(gone, group)
        columns = [weights.counts, pair_weights(gone, group).counts]
    both = np.hstack([weights.counts.sum(axis=1, keepdims=True), *columns])
    names = ensemble.outcome_names
    sums, squares = np.zeros((2, len(names), both.shape[1]))
    ended, runs = np.zeros((len(names), len(gone)), dtype=np.int64), 0
    for part in slices(ensemble, used, metrics=False):
        runs += part.outcomes.shape[1]
        for place in range(len(names)):
            so = part.outcomes == place
            ended[place] += so.sum(axis=1)
            each = both.T.astype(np.float64) @ so.astype(np.float64)  # whole numbers, so that sums are exact
            sums[place] += each.sum(axis=1)
            squares[place] += (each**2).sum(axis=1)
    k, scale = len(group), weights.scale
    totals = tuple(_values(names, [tuple(group)], sums[:, :1], squares[:, :1], runs, scale, None))
    sums, squares = sums[:, 1:], squares[:, 1:]
    over_orders = _variance_over_orders(ended / max(1, runs), ways, orders, group)
    values = tuple(_values(names, [(one,) for one in group], sums[:, :k], squares[:, :k], runs, scale, over_orders))
    pairs = tuple(
        _values(
            names,
            [] if orders else list(combinations(group, 2)),
            sums[:, k:],
            squares[:, k:],
            runs,
            max(1, scale // k),
            None,
        )
    )
    return Shapley(tuple(group), runs, len(orders), values, pairs, totals)


def _values(
    names: Sequence[str],
    members: Sequence[tuple[int, ...]],
    sums: Floats,
    squares: Floats,
    runs: int,
    scale: int,
    more: Floats | None,
) -> Iterator[Value]:
    for place, name in enumerate(names):
        for at, who in enumerate(members) if runs else ():
            mean = sums[place, at] / (runs * scale)
            square = (squares[place, at] / scale**2 + 2.0) / (runs + 2)
            variance = max(0.0, square - (mean * runs / (runs + 2)) ** 2) / (runs + 2)
            half = normal_quantile(0.95) * sqrt(variance + (float(more[place, at]) if more is not None else 0.0))
            yield Value(who, name, float(mean), float(mean - half), float(mean + half))


def _variance_over_orders(
    shares: Floats, ways: Whole | None, orders: Sequence[Sequence[int]], group: Sequence[int]
) -> Floats | None:
    """(K, k) variance of the mean over orders of what each member adds; None if none were sampled."""
    if ways is None:
        return None
    added = np.diff(shares[:, ways], axis=2)  # (K, orders, k) in the order in which they come in
    place = np.array([[order.index(member) for member in group] for order in orders])
    sorted_ = np.take_along_axis(added, np.broadcast_to(place, added.shape), axis=2)
    found: Floats = sorted_.var(axis=1, ddof=1) / len(orders) if len(orders) > 1 else np.full(sorted_.shape[::2], 1.0)
    return found

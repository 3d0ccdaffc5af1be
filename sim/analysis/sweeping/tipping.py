"""Where an outcome's share, or a metric's mean, crosses a level: points looked at, and the interval of the crossing.

At each point a one-sided test says whether the truth there lies above the level or below it, or that its runs cannot
tell. So many tests at places that are fixed err together with at most 5 %: each has that error divided by the most
points there can be (Bonferroni), whatever luck the points share. Places beyond the first are chosen by what was seen on
that luck, which the bound does not cover; a test on known answers says how often the interval misses.

Between a point found below and a neighbour found above, a response without jumps crosses the level; if it moves in one
direction, it crosses nowhere else. The next points halve what separates the two, from both sides where runs cannot
tell in the middle.

Source: bisection in which a test decides each step, as in Waeber, Frazier and Henderson (2013), SIAM J. Control
Optim. 51, 2261-2279, here with a fixed number of runs a point and one bound for all; Clopper and Pearson (1934),
Biometrika 26, 404-413, for shares; Student (1908), Biometrika 6, 1-25, for means, which is exact for normal values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from sim.analysis.sheet import figures
from sim.counted import counted
from sim.digits import decimals_of
from sim.errors import UsageError, did_you_mean
from sim.special import special
from sim.study.designs.axes import Range, number_of
from sim.study.designs.points import Sort, say_value

if TYPE_CHECKING:
    from sim.program.ir import Program

FIRST_POINTS, MOST_POINTS = 9, 33
"""Points that are looked at first, at equal distances, and at most."""

ERROR = 0.05
"""How often anything at all may be said that is not so."""

FINEST = 1e-3
"""Parts of a range that are not halved further."""

LEAST_GAIN = 0.08
"""A gap is halved while it is a larger part of the interval than this: else nearly nothing is gained."""

TOGETHER = "The intervals of a search hold for all its looks together, so they are wider than those of single points."
"""Why a search may not tell where the table of single points seems to."""

Side = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True)
class Look:
    """One point: where in the range it lies (0 to 1), what was seen there, and on which side of the level it is."""

    part: float
    value: float
    low: float
    high: float
    side: Side  # -1 below, 1 above, 0 if these runs cannot tell


@dataclass(frozen=True, slots=True)
class Crossing:
    """Between these parts of the range the level is crossed; `best` is where the points put it."""

    low: float
    high: float
    best: float
    rises: bool


def share_look(part: float, count: int, n: int, level: float) -> Look:
    """A point at which `count` of `n` runs ended so; its interval is Clopper and Pearson's for all points together."""
    tail = ERROR / (MOST_POINTS + 1)
    inverse = special().betaincinv
    low = float(inverse(count, n - count + 1, tail)) if count else 0.0
    high = float(inverse(count + 1, n - count, 1 - tail)) if count < n else 1.0
    return Look(part, count / n if n else math.nan, low, high, _side(low, high, level))


def mean_look(
    part: float, mean: float, variance: float, n: int, level: float, bounds: tuple[float, float] = (-math.inf, math.inf)
) -> Look:
    """A point at which `n` runs have this mean and variance; its interval is Student's for all points together.

    Where all runs agree, a width of nothing would claim to be certain: then the share of runs that are otherwise is
    bounded as that of an event that was never seen, and those could be anything within `bounds`.
    """
    tail = ERROR / (MOST_POINTS + 1)
    if n < 2:
        return Look(part, mean, -math.inf, math.inf, 0)
    if variance == 0.0:
        unseen = 1.0 - tail ** (1.0 / n)
        low, high = mean - unseen * (mean - bounds[0]), mean + unseen * (bounds[1] - mean)
        return Look(part, mean, low, high, _side(low, high, level))
    half = -float(special().stdtrit(n - 1, tail)) * math.sqrt(variance / n)
    return Look(part, mean, mean - half, mean + half, _side(mean - half, mean + half, level))


def _side(low: float, high: float, level: float) -> Side:
    return 1 if low > level else -1 if high < level else 0


def crossings(looks: Sequence[Look], level: float) -> tuple[Crossing, ...]:
    """Where the level is crossed, from the low end of the range to the high one."""
    ordered = sorted(looks, key=lambda look: look.part)
    decided = [look for look in ordered if look.side]
    return tuple(
        Crossing(a.part, b.part, _best([one for one in ordered if a.part <= one.part <= b.part], level), b.side > 0)
        for a, b in pairwise(decided)
        if a.side != b.side
    )


def _best(looks: Sequence[Look], level: float) -> float:
    """Where a curve through the points, made to move in one direction, meets the level.

    Source: Ayer, Brunk, Ewing, Reid and Silverman (1955), Ann. Math. Stat. 26, 641-647: neighbours in the wrong order
    are pooled.
    """
    up = 1.0 if looks[-1].side > 0 else -1.0
    pools: list[list[float]] = []  # sum and number of the values of a pool
    for look in looks:
        pools.append([up * look.value, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, number = pools.pop()
            pools[-1] = [pools[-1][0] + total, pools[-1][1] + number]
    values = [total / number for total, number in pools for _ in range(int(number))]
    for (one, low), (other, high) in pairwise(zip(looks, values, strict=True)):
        if low <= up * level <= high and high > low:
            return one.part + (other.part - one.part) * (up * level - low) / (high - low)
    return (looks[0].part + looks[-1].part) / 2


def next_parts(looks: Sequence[Look], level: float) -> tuple[float, ...]:
    """Where to look next, as parts of the range; nowhere when the interval is as narrow as these runs can make it."""
    found: list[float] = []
    ordered = sorted(looks, key=lambda look: look.part)
    for crossing in crossings(looks, level):
        inside = [look.part for look in ordered if crossing.low < look.part < crossing.high]
        gaps = [(crossing.low, inside[0]), (inside[-1], crossing.high)] if inside else [(crossing.low, crossing.high)]
        width = crossing.high - crossing.low
        found += [(a + b) / 2 for a, b in gaps if b - a > max(FINEST, LEAST_GAIN * width)]
    return tuple(found[: max(0, MOST_POINTS - len(looks))])


# ---------------------------------------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class Tip:
    """The search along one range: what was seen at each point, and what that says of the crossing."""

    of: Literal["outcome", "metric"]
    name: str
    level: float
    along: Range
    path: str
    sort: Sort
    looks: tuple[Look, ...]
    runs: int  # of each point

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """Where the level is crossed."""
        return crossings(self.looks, self.level)

    @property
    def next_parts(self) -> tuple[float, ...]:
        """Where to look next."""
        return next_parts(self.looks, self.level)

    @property
    def undecided(self) -> tuple[Look, ...]:
        """Points at which these runs cannot tell on which side of the level the truth lies."""
        return tuple(sorted((look for look in self.looks if not look.side), key=lambda look: look.part))

    def value(self, part: float) -> float:
        """The value of the axis at a part of the range, as engines have it."""
        found = number_of(self.along.at(part))
        return math.nan if found is None else found[0]

    def said(self, part: float, within: float = 0.0) -> str:
        """The same as text; of what is known to `within` of the range only, no more digits than that leaves."""
        value = self.value(part)
        if within:
            scale = 100.0 if self.sort == "share" else 1.0
            apart = abs(self.value(min(1.0, part + within / 2)) - self.value(max(0.0, part - within / 2)))
            value = round(scale * value, decimals_of(apart / 2 * scale)) / scale
        return say_value(value, self.sort)

    @property
    def what(self) -> str:
        """What crosses which level, as the middle of a sentence."""
        if self.of == "outcome":
            return f"the share of `{self.name}` crosses {say_value(self.level, 'share')}"
        return f"the mean of `{self.name}` crosses {figures(self.level)}"

    @property
    def says(self) -> tuple[str, ...]:
        """What is known of the crossing, and what is not."""
        points = f"{counted(len(self.looks), 'point')} of {counted(self.runs, 'run')} each"
        ends = f"{self.said(0.0)} to {self.said(1.0)}"
        found = self.crossings
        if not found:
            return (self._none(points, ends),)
        told = [self._crossing(one) for one in found]
        if len(found) == 1:
            sure = "With 95 % confidence it crosses there; nowhere else if it moves in one direction only."
            return (f"{told[0][:1].upper()}{told[0][1:]} ({points}). {sure}",)
        head = f"{self.what[:1].upper()}{self.what[1:]} {len(found)} times along `{self.path}` ({points}): "
        return (f"{head}there is no single tipping point.", *(f"{one[:1].upper()}{one[1:]}." for one in told))

    def _crossing(self, one: Crossing) -> str:
        way = "upwards" if one.rises else "downwards"
        width = one.high - one.low
        low, high = self.said(one.low, width / 4), self.said(one.high, width / 4)
        return f"{self.what} {way} at `{self.path}` {self.said(one.best, width)}, between {low} and {high}"

    def _none(self, points: str, ends: str) -> str:
        sides = {look.side for look in self.looks}
        if sides == {0}:
            return (f"These runs cannot tell where {self.what} along `{self.path}` from {ends}: at none of {points} "
                    f"is it clear on which side it is. {TOGETHER} More runs (-n) may.")  # fmt: skip
        side = "above" if 1 in sides else "below"
        if not self.undecided:
            return f"No crossing was found along `{self.path}` from {ends}: it stays {side} at all {points}."
        first, last = self.undecided[0], self.undecided[-1]
        where = f"from {self.said(first.part)} to {self.said(last.part)}" if first != last else (
            f"at {self.said(first.part)}")  # fmt: skip
        return (f"No crossing is established along `{self.path}` from {ends}: it is {side} wherever {points} tell, "
                f"but {where} they cannot. {TOGETHER} More runs (-n), or a wider range, may.")  # fmt: skip


def read_level(text: str, program: Program) -> dict[str, Any]:
    """`open_war=10%` or `pain=5`: an outcome and a share, or a metric and a number.

    Raises
    ------
    UsageError
        If it is spelled otherwise, or the program has no such outcome or metric.
    """
    name, _, value = (part.strip() for part in text.partition("="))
    outcomes, metrics = list(program.outcome_names), [metric.name for metric in program.metrics]
    if name not in outcomes and name not in metrics:
        hint = did_you_mean(name, [*outcomes, *metrics]) or f"outcomes: {', '.join(outcomes)}"
        raise UsageError(f"there is no outcome or metric `{name}`; {hint}")
    found = number_of(value) if value else None
    if found is None:
        raise UsageError(
            f"`--tip {text}` names no level; write such as `--tip {name}={'10%' if name in outcomes else 5}`"
        )
    if name not in outcomes and next(one for one in program.metrics if one.name == name).how == "first":
        raise UsageError(
            f"`--tip {text}`: `{name}` is a moment that does not come in every run, so it has no mean over all of "
            "them; an outcome, or a metric of `days`, does"
        )
    if name in metrics and not (name in outcomes and value.endswith("%")):
        return {"of": "metric", "name": name, "level": found[0]}
    if not 0.0 < found[0] < 1.0:
        raise UsageError(f"`--tip {text}`: a share is crossed between 0 % and 100 %; write such as `--tip {name}=10%`")
    return {"of": "outcome", "name": name, "level": found[0]}

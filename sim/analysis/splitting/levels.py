"""What the repetitions of multilevel splitting show: the chance of the outcome, level by level, and its price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import normal_quantile, wilson
from sim.program.importance import level_text, must_pass
from sim.program.ir import Importance, Program
from sim.study.splitting.repeated import Estimate, estimate_of, none_seen, ratio_of
from sim.study.splitting.splitting import Pilot, Stage

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """One level over all repetitions; the last one is the outcome itself."""

    name: str
    level: float  # infinite for the outcome
    share: Estimate  # of those who came to the level before
    chance: Estimate  # to come so far
    aside: float  # share of the whole estimate that came to the outcome without having reached this level
    particles: int
    turns: int
    ancestors: float  # different runs that its particles began as, on average over repetitions
    variance: float | None  # share of the variance of the estimate; None where it cannot be said


@dataclass(frozen=True, slots=True)
class Bound:
    """How frequent an outcome may be of which no run was seen: the upper end of a 95 % interval."""

    high: float
    level: str = ""  # the level that comes before it and is no more frequent; "" if the plain runs say it


@dataclass(frozen=True)
class Levels:
    """R repetitions over K levels, and what follows from them."""

    program: Program
    importance: Importance
    pilot: Pilot
    stages: tuple[tuple[Stage, ...], ...]  # of each repetition; fewer than K + 1 where a level was not reached

    @cached_property
    def reached(self) -> Floats:
        """(R, K + 1) chance to come to each level, from 1 at the start; 0 from a level on that no particle reached."""
        reached = np.zeros((len(self.stages), len(self.pilot.levels) + 1))
        reached[:, 0] = 1.0
        for row, stages in enumerate(self.stages):
            for at, stage in enumerate(stages[: len(self.pilot.levels)]):
                reached[row, at + 1] = reached[row, at] * stage.reached / stage.particles
        return reached

    @cached_property
    def hit(self) -> Floats:
        """(R, K + 1) what each stage adds to the estimate of each repetition."""
        hit = np.zeros_like(self.reached)
        for row, stages in enumerate(self.stages):
            for at, stage in enumerate(stages):
                hit[row, at] = self.reached[row, at] * stage.hit / stage.particles
        return hit

    @cached_property
    def estimate(self) -> Estimate:
        """The chance of the outcome with its 95 % interval."""
        return estimate_of(self.hit.sum(axis=1))

    @cached_property
    def rows(self) -> tuple[Level, ...]:
        """Each level that was come to, then the outcome."""
        names = [level_text(self.program, self.importance, level) for level in self.pilot.levels]
        ends = zip((*names, self.importance.outcome), (*self.pilot.levels, math.inf), strict=True)
        variances, found = self._variances(), []
        for at, (name, level) in enumerate(ends):
            stages = [row[at] for row in self.stages if at < len(row)]
            if not stages:
                break
            found.append(self._row(at, name, level, stages, variances[at] if variances else None))
        return tuple(found)

    def _row(self, at: int, name: str, level: float, stages: list[Stage], variance: float | None) -> Level:
        last, whole = math.isinf(level), self.estimate.mean
        above = self.hit[:, at] if last else self.reached[:, at + 1]
        return Level(
            name=name,
            level=level,
            share=ratio_of(above, self.reached[:, at]),
            chance=self.estimate if last else estimate_of(above),
            aside=0.0 if last or not whole else float(self.hit[:, at].mean()) / whole,
            particles=sum(stage.particles for stage in stages),
            turns=sum(stage.turns for stage in stages),
            ancestors=float(np.mean([stage.ancestors for stage in stages])),
            variance=variance,
        )

    def _variances(self) -> tuple[float, ...]:
        """Share of each level in the variance of the estimate over repetitions; nothing where one of them is 0.

        The logarithm of an estimate is the sum of those of the shares; the covariance of each with the sum, over the
        variance of the sum, are shares that sum to 1.
        """
        whole = self.hit[:, -1]
        if self.hit[:, :-1].any() or not whole.all() or len(whole) < 2:
            return ()
        parts = np.diff(np.log(np.column_stack([self.reached, whole])), axis=1)
        total = parts.sum(axis=1)
        spread = float(total.var(ddof=1))
        if not spread > 0:
            return ()
        away = total - total.mean()
        return tuple(float(part @ away) / (len(whole) - 1) / spread for part in parts.T)

    @cached_property
    def bound(self) -> Bound | None:
        """How frequent the outcome may be if no run came to it; None if one did.

        If no run can miss the levels, the outcome is not more frequent than the highest level on which the repetitions
        agree; else nothing in n independent runs says less than 3 / n. One bound is looked at, and not the best of
        several, which would err more often than it says.
        """
        if self.estimate.mean > 0:
            return None
        certain = must_pass(self.program, self.importance)
        for at, level in reversed(list(enumerate(self.pilot.levels))):
            chance = estimate_of(self.reached[:, at + 1])
            if level <= certain and chance.mean > 0 and not chance.is_wild:
                return Bound(chance.high, level_text(self.program, self.importance, level))
        return Bound(none_seen(self.plain_runs))

    # ------------------------------------------------------------------------------------------ brute force

    @property
    def plain_runs(self) -> int:
        """Runs among the particles that nobody chose: the first clones of first clones, independent of each other."""
        return sum(stages[0].particles for stages in self.stages)

    @property
    def plain_hits(self) -> int:
        """Those of them that came to the outcome."""
        return sum(stage.plain_hit for stages in self.stages for stage in stages)

    @property
    def plain_interval(self) -> tuple[float, float]:
        """Wilson's interval of their share."""
        return wilson(self.plain_hits, self.plain_runs)

    @property
    def runs(self) -> int:
        """Runs that were played, the pilot's and every clone included."""
        return self.pilot.runs + sum(stage.particles for stages in self.stages for stage in stages)

    @property
    def work(self) -> float:
        """What was played, in whole runs of brute force: turns over the turns of a run."""
        turns = self.pilot.turns + sum(stage.turns for stages in self.stages for stage in stages)
        return turns / max(1.0, self.pilot.turns_a_run)

    @property
    def brute_runs(self) -> float:
        """Runs that brute force would need for an interval as narrow, as a share of the estimate; NaN without one.

        Source
        ------
        The normal interval of a share: n = (z / h)^2 (1 - p) / p for a half-width of h p.
        """
        chance = self.estimate
        if not 0 < chance.mean < chance.high < math.inf:
            return math.nan
        half = math.log(chance.high / chance.mean)
        return (normal_quantile(0.95) / half) ** 2 * (1 - chance.mean) / chance.mean

"""One parameter at a time: what a number of a run is when each is low and when it is high."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.intervals import LEVEL, normal_quantile
from sim.analysis.sensing.indices import Estimate
from sim.study.nested import Nested, noise_left

Z = normal_quantile(LEVEL)


@dataclass(frozen=True, slots=True)
class Swing:
    """One parameter low and high, the others as they are held or drawn: the number there, and the difference."""

    parameter: str
    values: tuple[float, float]  # the parameter, low and high
    low: float
    high: float
    swing: Estimate  # high less low, on the same luck


@dataclass(frozen=True, slots=True)
class Tornado:
    """What moves one number of a run: with the others at their medians, and with the others drawn."""

    output: Nested
    at_medians: tuple[Swing, ...]
    drawn: tuple[Swing, ...]
    middle: tuple[float, float]  # the number with all at their medians, and with all drawn

    @property
    def is_told(self) -> bool:
        """Whether any swing can be told from none, the others drawn."""
        return any(row.swing.low > 0.0 or row.swing.high < 0.0 for row in self.drawn)

    @property
    def is_shown(self) -> bool:
        """Whether its swings stand in tables and pictures: all that ever varied."""
        return any(row.swing.value != 0.0 and row.swing.value == row.swing.value for row in self.drawn)

    @property
    def ranked(self) -> tuple[Swing, ...]:
        """With the others drawn, widest swing first; those that are void last."""
        return tuple(
            sorted(self.drawn, key=lambda row: -abs(row.swing.value) if math.isfinite(row.swing.value) else 1.0)
        )

    def beside(self, parameter: str) -> Swing:
        """The same parameter with the others at their medians."""
        return next(row for row in self.at_medians if row.parameter == parameter)


def tornado(output: Nested, names: Sequence[str], values: Sequence[tuple[float, float]]) -> Tornado:
    """Swings of one number, from the points of a tornado design.

    Parameters
    ----------
    output
        At the points in the order of `sim.study.designs.sampling`, each paired with the one before it.
    values
        Low and high of each parameter.
    """
    half = 2 * len(names) + 1
    both = [
        tuple(
            Swing(name, pair, float(output.means[at]), float(output.means[at + 1]), _difference(output, at + 1))
            for name, pair, at in zip(names, values, range(first + 1, first + half, 2), strict=True)
        )
        for first in (0, half)
    ]
    return Tornado(output, both[0], both[1], (float(output.means[0]), float(output.means[half])))


def _difference(output: Nested, high: int) -> Estimate:
    """The number at a point less that at the point before it, run by run on the same luck.

    Source
    ------
    Of shares: Agresti and Min (2005), Stat. Med. 24, 729-740: half a run is added to each cell of the table of pairs.
    Of means: the normal interval of paired differences.
    """
    runs, other = float(output.runs[high]), float(output.runs[high - 1])
    here, there = float(output.means[high]), float(output.means[high - 1])
    if output.sort == "metric":
        spread = math.sqrt(noise_left(output.noise[high], output.noise[high - 1], output.shared[high]))
        return Estimate(here - there, here - there - Z * spread, here - there + Z * spread)
    if not runs == other > 0:
        return Estimate(math.nan, math.nan, math.nan)
    both = float(output.shared[high]) * (runs - 1) + here * there  # share of runs in which it happens at both
    only_here, only_there = runs * (here - both) + 0.5, runs * (there - both) + 0.5
    total = runs + 2
    middle = (only_here - only_there) / total
    spread = math.sqrt(max(0.0, only_here + only_there - (only_here - only_there) ** 2 / total)) / total
    return Estimate(here - there, middle - Z * spread, middle + Z * spread)

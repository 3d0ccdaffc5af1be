"""Morris's screening: what a step of half its distribution does to a number of a run, parameter by parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.analysis.sensing.indices import RESAMPLES, Estimate, Z, interval_of
from sim.study.nested import ROUNDING, Nested, noise_left

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effect:
    """What steps of one parameter do, in the unit of the number: how much (size), which way (mean), how unevenly."""

    parameter: str
    size: Estimate  # mu*: the mean of the absolute effects
    mean: Estimate  # mu: up and down may cancel
    spread: Estimate  # sigma, without what luck adds: interactions and curves
    noise: float  # the size that luck alone would show at these steps, in 39 studies of 40 at most
    steps: int  # that count

    @property
    def is_told(self) -> bool:
        """Whether the size is more than luck would show."""
        return self.size.value > self.noise


@dataclass(frozen=True, slots=True)
class Screening:
    """What moves one number of a run, from trajectories in which one parameter after another takes a step."""

    output: Nested
    samples: int
    left_out: int  # steps of which an end had no run, or a single one, to go by
    rows: tuple[Effect, ...]

    @property
    def is_told(self) -> bool:
        """Whether any parameter stands out of the noise."""
        return any(row.is_told for row in self.rows)

    @property
    def is_shown(self) -> bool:
        """Whether its effects stand in tables and pictures: all that ever varied."""
        return any(row.size.value > 0.0 for row in self.rows)

    @property
    def ranked(self) -> tuple[Effect, ...]:
        """The rows, largest effect first; those without one last."""
        return tuple(sorted(self.rows, key=lambda row: -row.size.value if row.steps else 1.0))


def screening(output: Nested, names: Sequence[str], steps: Sequence[tuple[str, int]], *, seed: int = 0) -> Screening:
    """Elementary effects of one number, from the points of a Morris design.

    Parameters
    ----------
    output
        At E points, trajectory by trajectory, each point paired with the one before it.
    steps : (E,)
        Which parameter moved to come there, and whether up (1) or down (-1); 0 at the start of a trajectory.

    Source
    ------
    Morris (1991), Technometrics 33, 161-174; mu*: Campolongo, Cariboni and Saltelli (2007), Environ. Model. Softw. 22,
    1509-1518. Intervals: normal, from a bootstrap over trajectories. An effect of nothing, seen through normal luck of
    variance v, has a mean size of sqrt(2 v / pi), so that small sizes are too large: the noise says how small.
    """
    import numpy as np

    named = np.array([name for name, _ in steps])
    signs = np.array([sign for _, sign in steps], dtype=np.float64)
    effect, luck = np.full((2, len(steps)), np.nan)
    effect[1:] = (output.means[1:] - output.means[:-1]) * signs[1:]
    luck[1:] = noise_left(output.noise[1:], output.noise[:-1], output.shared[1:])
    moved = signs != 0
    known = moved & np.isfinite(effect) & np.isfinite(luck)
    rows = []
    for name in names:
        mine = known & (named == name)
        rows.append(_effect(name, effect[mine], luck[mine], seed))
    return Screening(output, len(steps) // (len(names) + 1), int((moved & ~known).sum()), tuple(rows))


def _effect(name: str, effects: Floats, luck: Floats, seed: int) -> Effect:
    import numpy as np

    count = len(effects)
    if count < 2:
        nothing = Estimate(np.nan, np.nan, np.nan)
        return Effect(name, nothing, nothing, nothing, np.nan, count)
    drawn = np.random.default_rng(seed).integers(count, size=(RESAMPLES, count))
    places = np.vstack([np.arange(count), drawn])
    some = effects[places]
    spread = some.var(axis=1, ddof=1) - luck[places].mean(axis=1)
    noise = np.sqrt(2 / np.pi * luck).mean() + Z * np.sqrt((1 - 2 / np.pi) * luck.mean() / count)
    return Effect(
        name,
        interval_of(np.abs(some).mean(axis=1)),
        interval_of(some.mean(axis=1)),
        interval_of(np.sqrt(np.where(spread > ROUNDING * (some**2).mean(axis=1), spread, 0.0))),
        float(noise),
        count,
    )

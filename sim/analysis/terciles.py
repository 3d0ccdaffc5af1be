"""What is not known, beside luck: how an outcome's share moves with each uncertain parameter.

Runs are cut into three equal thirds by a parameter's drawn value. Where the share of an outcome in the lowest third
and in the highest differ by more than luck explains, the range over the thirds stands beside the interval from luck:
more runs do not narrow it, only more knowledge does. A difference between thirds is a conditional share; parameters
that were drawn together move together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import LEVEL, normal_quantile
from sim.analysis.outcomes import Share, share_of
from sim.program.ir import Program

FEWEST_RUNS = 90
"""Below this many runs a third is too small to tell anything. Source: chosen so that a third has 30 runs."""


@dataclass(frozen=True, slots=True)
class Terciles:
    """Share of an outcome in the lowest, middle and highest third of one parameter."""

    outcome: str
    parameter: str
    cuts: tuple[float, float]  # the values that part the thirds
    thirds: tuple[Share, Share, Share]

    @property
    def low(self) -> float:
        """The smallest share of the three."""
        return min(third.share for third in self.thirds)

    @property
    def high(self) -> float:
        """The largest share of the three."""
        return max(third.share for third in self.thirds)


def terciles(outcome: str, ended_so: NDArray[np.bool_], parameter: str, values: NDArray[np.float64]) -> Terciles:
    """The share of runs that ended so, in each third of a parameter; equal values fall into thirds by run number.

    Parameters
    ----------
    ended_so, values : (R,)
    """
    return _terciles(outcome, ended_so, parameter, values, np.argsort(values, kind="stable"))


def _terciles(
    outcome: str,
    ended_so: NDArray[np.bool_],
    parameter: str,
    values: NDArray[np.float64],
    order: NDArray[np.intp],
) -> Terciles:
    """As `terciles`, the order of the values known."""
    parts = np.array_split(order, 3)
    first, second, third = (
        share_of(name, int(ended_so[part].sum()), len(part))
        for name, part in zip(("lowest third", "middle third", "highest third"), parts, strict=True)
    )
    cuts = (float(values[parts[1][0]]), float(values[parts[2][0]])) if len(values) >= 3 else (math.nan, math.nan)
    return Terciles(outcome, parameter, cuts, (first, second, third))


def stands_out(found: Terciles, *, comparisons: int, level: float = LEVEL) -> bool:
    """Whether lowest and highest third differ by more than luck explains, among so many comparisons.

    Source
    ------
    The pooled z test of two shares (Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions,
    section 3.1), at a level shared out over the comparisons (Bonferroni).
    """
    lowest, _, highest = found.thirds
    pooled = (lowest.count + highest.count) / (lowest.of + highest.of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / lowest.of + 1 / highest.of))
    return abs(highest.share - lowest.share) > normal_quantile(1 - (1 - level) / max(1, comparisons)) * error


def from_parameters(
    program: Program, outcome: NDArray[np.int16], columns: Iterable[NDArray[np.float64]]
) -> tuple[Terciles, ...]:
    """For each outcome the parameter that moves it most, if any moves it by more than luck explains.

    Parameters
    ----------
    outcome : (R,)
    columns
        The parameters one after another, (R,) each.
    """
    if len(outcome) < FEWEST_RUNS:
        return ()
    each: dict[str, list[Terciles]] = {name: [] for name in program.outcome_names}
    uncertain = 0
    for parameter, values in zip(program.parameters, columns, strict=True):
        if not np.ptp(values) > 0:
            continue
        uncertain += 1
        order = np.argsort(values, kind="stable")
        for place, name in enumerate(program.outcome_names):
            each[name].append(_terciles(name, outcome == place, parameter.name, values, order))
    found: list[Terciles] = []
    for row in each.values():
        found.extend(_most([one for one in row if stands_out(one, comparisons=uncertain * len(program.outcomes))]))
    return tuple(found)


def _most(told: list[Terciles]) -> Iterator[Terciles]:
    """The one of widest range, if there is any; of equal ones, the first."""
    if told:
        yield max(told, key=lambda one: one.high - one.low)

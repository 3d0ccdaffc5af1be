"""How runs ended, and when: shares of outcomes with their intervals.

Failed and runaway runs are runs: they have rows of their own among the outcomes, and count in every share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import cumulative_incidence, wilson
from sim.clock import TICKS_PER_DAY
from sim.engine.record import UNNAMED, Ending
from sim.program.ir import Program

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOMENTS = 240
"""Equal steps at which incidence is told, from the start to the horizon."""

FAILED = {Ending.RUNAWAY: "runaway", Ending.FAULT: "failed"}
"""Names of the rows of runs that no outcome names."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some runs something holds of, with the Wilson interval of the share."""

    name: str
    count: int
    of: int
    share: float
    low: float
    high: float


def share_of(name: str, count: int, of: int) -> Share:
    """A share with its interval; 0 of 0 is 0, and may be anything."""
    low, high = wilson(count, of)
    return Share(name, count, of, count / of if of else 0.0, low, high)


@dataclass(frozen=True, slots=True)
class OutcomeShare:
    """How many runs ended so. `sort` tells outcomes of the scenario from runs that failed or ran away."""

    outcome: str
    count: int
    share: float
    low: float
    high: float
    says: str = ""
    sort: Literal["outcome", "failure"] = "outcome"


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Share of runs that have ended in each outcome up to each moment, with pointwise Wilson intervals.

    `at_horizon` marks outcomes that are only named at the horizon; their curves rise at the last moment alone.
    """

    outcomes: tuple[str, ...]
    at_horizon: tuple[bool, ...]
    days: Floats  # (T,)
    shares: Floats  # (K, T)
    low: Floats  # (K, T)
    high: Floats  # (K, T)
    runs: int


def rows_of(program: Program, outcome: NDArray[np.int16], ending: NDArray[np.int8]) -> tuple[tuple[str, ...], Integers]:
    """Names of the rows (outcomes in file order, then `runaway`, `failed` if there are such runs) and each run's row.

    Parameters
    ----------
    outcome, ending : (R,)
        As `sim.engine.record.Runs` has them.
    """
    names = list(program.outcome_names)
    row = outcome.astype(np.int64)
    for end, name in FAILED.items():
        those = (outcome == UNNAMED) & (ending == end)
        if those.any():
            row[those] = len(names)
            names.append(f"{name} run" if name in program.outcome_names else name)
    return tuple(names), row


def outcome_shares(program: Program, outcome: NDArray[np.int16], ending: NDArray[np.int8]) -> tuple[OutcomeShare, ...]:
    """Every outcome of the program, those of no run too, then failures if there are any. Shares of all runs."""
    names, row = rows_of(program, outcome, ending)
    rows = []
    for place, name in enumerate(names):
        share = share_of(name, int((row == place).sum()), len(row))
        named = program.outcomes[place] if place < len(program.outcomes) else None
        end = Ending.RUNAWAY if name.startswith(FAILED[Ending.RUNAWAY]) else Ending.FAULT
        rows.append(
            OutcomeShare(
                name,
                share.count,
                share.share,
                share.low,
                share.high,
                named.says if named else end.says,
                "outcome" if named else "failure",
            )
        )
    return tuple(rows)


def ended_early(outcome: NDArray[np.int16], ending: NDArray[np.int8]) -> Share:
    """Share of runs that an outcome ended before the horizon would have."""
    return share_of("ended early", int((ending == Ending.OUTCOME).sum()), len(outcome))


def of_a_hundred(counts: Sequence[int]) -> tuple[int, ...]:
    """How many of 100 futures each count stands for: rounded so that they sum to 100; all 0 if the counts are.

    The largest remainders get what rounding down leaves over; of equal ones, the earlier.

    >>> of_a_hundred([1, 1, 1])
    (34, 33, 33)
    """
    total = sum(counts)
    if total == 0:
        return tuple(0 for _ in counts)
    whole = [100 * count // total for count in counts]
    remainders = [100 * count % total for count in counts]
    largest = sorted(range(len(counts)), key=lambda place: (-remainders[place], place))
    for place in largest[: 100 - sum(whole)]:
        whole[place] += 1
    return tuple(whole)


def incidence(program: Program, outcome: NDArray[np.int16], ending: NDArray[np.int8], ended: Integers) -> Incidence:
    """Cumulative incidence of each row of outcomes, at equal steps from the start to the horizon."""
    names, row = rows_of(program, outcome, ending)
    steps = min(MOMENTS, max(1, program.horizon))
    at = np.array([program.horizon * step // steps for step in range(steps + 1)], dtype=np.int64)
    shares, low, high = cumulative_incidence(ended, row, len(names), at)
    late = tuple(each.how != "when" for each in program.outcomes) + (False,) * (len(names) - len(program.outcomes))
    return Incidence(names, late, at / TICKS_PER_DAY, shares, low, high, len(row))

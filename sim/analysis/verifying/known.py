"""What a known answer is: a case of a textbook, what theory claims of it, and how that is read off the runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.clock import days

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.engine.record import Runs
    from sim.program.ir import Program

Values = Callable[["Runs"], "NDArray[np.float64]"]


Design = Callable[["Program", int, int], "NDArray[np.float64]"]
"""(program, seed, runs) -> (N, P) parameters of N runs, perhaps more than were asked for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What theory says of one quantity of the runs: its mean, and how it spreads."""

    quantity: str
    values: Values  # Runs -> (R,), or fewer if only some runs bear on it
    expected: float
    spread: float = 0.0  # standard deviation over runs, by theory; 0 if luck does not touch it
    tolerance: float = 0.0  # relative, for what luck does not touch: rounding, and no more


@dataclass(frozen=True, slots=True)
class Case:
    """A textbook model at some values of its parameters."""

    name: str
    scenario: str  # file in TEXTBOOK
    settings: tuple[tuple[str, float], ...]
    claims: tuple[Claim, ...]
    formula: str
    source: str
    by_luck: bool = True  # False: every run is the same, and one is enough
    design: Design | None = None  # parameters that differ from run to run; `settings` is empty then


# ------------------------------------------------------------------------------------- what is read off the runs


def ended_as(outcome: str) -> Values:
    """Whether a run ended with this outcome, as 0 or 1."""

    def values(runs: Runs) -> NDArray[np.float64]:
        ended: NDArray[np.float64] = (runs.outcome == runs.program.outcome_names.index(outcome)).astype(float)
        return ended

    return values


def days_run(runs: Runs) -> NDArray[np.float64]:
    """How long a run lasted, in days."""
    import numpy as np

    return np.array([days(int(tick)) for tick in runs.ended])


def days_before(deadline: float) -> Values:
    """How long those runs lasted that ended before the deadline, in days."""

    def values(runs: Runs) -> NDArray[np.float64]:
        lasted = days_run(runs)
        return lasted[lasted < deadline]

    return values


def metric(name: str) -> Values:
    """A metric of the scenario."""

    def values(runs: Runs) -> NDArray[np.float64]:
        (column,) = (at for at, known in enumerate(runs.program.metrics) if known.name == name)
        return runs.metrics[:, column]

    return values


def share(quantity: str, values: Values, expected: float) -> Claim:
    """A claim on a chance: its spread is that of a coin."""
    return Claim(quantity, values, expected, spread=math.sqrt(expected * (1.0 - expected)))


def certain(quantity: str, values: Values, expected: float, *, tolerance: float = 1e-9) -> Claim:
    """A claim on a quantity that luck does not touch."""
    return Claim(quantity, values, expected, tolerance=tolerance)

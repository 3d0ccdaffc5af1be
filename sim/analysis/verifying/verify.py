"""The simulator against textbook cases whose answers are known.

Each case is a small scenario in `textbook/`, written in the core of the language, and a formula with its
source. The runs of every engine are held against the formula: a share or mean may be off by its Monte Carlo error,
what luck does not touch may not be off at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.verifying.answers import cases
from sim.analysis.verifying.known import Case, Claim
from sim.engine.choose import choose, engines_here
from sim.program.build import build_program
from sim.program.ir import Program
from sim.scenario.read import read_scenario
from sim.streams import Luck

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RUNS = 2_000
SEED = 1960
STANDARD_ERRORS = 5.0
"""How far a simulated mean may lie from theory: correct code is further off in about 6 of 10 million rows."""

TEXTBOOK = Path(__file__).parent / "textbook"


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity of one case: theory, simulation, and whether they agree."""

    case: str
    engine: str  # empty where no run is needed
    quantity: str
    expected: float
    simulated: float
    error: float  # Monte Carlo standard error of `simulated`; 0 if luck does not touch it
    off: float  # how far off: in standard errors, or relative where the error is 0
    bound: float  # how far off it may be, in the same unit
    runs: int
    formula: str
    source: str

    @property
    def agrees(self) -> bool:
        """Whether simulation and theory agree."""
        return self.off <= self.bound


def verify(*, seed: int = SEED, runs: int = RUNS, engines: Sequence[str] | None = None) -> tuple[Row, ...]:
    """Every textbook case on every engine, then the statistics that need no engine.

    Parameters
    ----------
    runs
        Runs of each case, 100 or more: below that the rare outcomes are too few to be told from a fault.

    Raises
    ------
    ValueError
        If `runs` is too small.
    """
    if runs < 100:
        raise ValueError(f"{runs} runs cannot tell a fault from luck; take 100 or more")
    played = (
        row
        for case in cases()
        for engine in engines or engines_here()
        for row in play(case, engine=engine, seed=seed, runs=runs)
    )
    against = (comparison_row(engine, seed=seed, runs=runs) for engine in engines or engines_here())
    return (*played, *against, *interval_rows())


def play(case: Case, *, engine: str, seed: int, runs: int) -> list[Row]:
    """One case on one engine: a row for each claim."""
    import numpy as np

    program = program_of(case.scenario)
    if case.design is not None:
        table = case.design(program, seed, runs)
    else:
        settings = dict(case.settings)
        values = np.array([settings[parameter.name] for parameter in program.parameters], dtype=np.float64)
        table = np.tile(values, (runs if case.by_luck else 1, 1))
    finished = choose(engine).run(program, luck=Luck(seed), runs=range(len(table)), parameters=table)
    return [_row(case, claim, engine, claim.values(finished)) for claim in case.claims]


@cache
def program_of(file: str) -> Program:
    """The program of a scenario in TEXTBOOK."""
    return build_program(read_scenario(str(TEXTBOOK / file)))


def _row(case: Case, claim: Claim, engine: str, values: NDArray[np.float64]) -> Row:
    simulated = math.fsum(values) / len(values)
    error = claim.spread / math.sqrt(len(values))
    distance = abs(simulated - claim.expected)
    off, bound = (distance / error, STANDARD_ERRORS) if error else (distance / abs(claim.expected), claim.tolerance)
    return Row(
        case.name, engine, claim.quantity, claim.expected, simulated, error, off, bound, len(values),
        case.formula, case.source,
    )  # fmt: skip


SAME = "competing_triggers.yaml"
"""The scenario that is compared with itself."""


def comparison_row(engine: str, *, seed: int, runs: int) -> Row:
    """A scenario and a policy that changes nothing, on the same luck: in how many runs they differ at all.

    The policy gives a number the value it has. It makes another program, which is to be the same history bit for bit.
    """
    plain = read_scenario(str(TEXTBOOK / SAME))
    same = read_scenario(str(TEXTBOOK / SAME), overrides=(("war_rate", "0.010"),))
    left, right = (
        choose(engine).run(build_program(scenario), luck=Luck(seed), runs=range(runs)) for scenario in (plain, same)
    )
    differs = (left.outcome != right.outcome) | (left.ended != right.ended)
    for column in range(left.metrics.shape[1]):
        differs |= left.metrics[:, column] != right.metrics[:, column]
    off = float(differs.sum())
    return Row(
        "a policy that changes nothing", engine, "runs that differ", 0.0, off, 0.0, off, 0.0,
        runs, "run r of both has the luck of (seed, r): the difference is 0 in every run",
        "common random numbers: Law (2015), Simulation Modeling and Analysis, ch. 11",
    )  # fmt: skip


def interval_rows() -> list[Row]:
    """Wilson's interval at two counts, against published digits."""
    from sim.analysis.intervals import wilson

    known = ((50, 1_000, 0.038130, 0.065314), (0, 1_000, 0.0, 0.003827))
    rows = []
    for hits, runs, low, high in known:
        for end, expected, simulated in zip(("lower", "upper"), (low, high), wilson(hits, runs), strict=True):
            rows.append(
                Row(
                    "Wilson's interval",
                    "",
                    f"{end} end, {hits} of {runs}",
                    expected,
                    simulated,
                    0.0,
                    abs(simulated - expected),
                    5e-7,
                    runs,
                    "(p + z^2/2n +- z sqrt(p q / n + z^2/4n^2)) / (1 + z^2/n)",
                    "Wilson (1927), JASA 22, 209-212",
                )
            )
    return rows

"""The instructor's sandbox: the model as it is written beside the model with some assumptions changed, never mixed.

Both are played from the start with everybody the model, run by run on the same luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import wilson
from sim.analysis.paired import share_difference
from sim.engine.choose import choose
from sim.engine.record import LEAN, Engine
from sim.program.ir import Program
from sim.program.sides import movers, side_of
from sim.scenario.schema import Scenario
from sim.streams import Luck

RUNS = 1_000
"""Histories of each baseline."""

WRITTEN, CHANGED = "as written", "changed"
POLICY = "a policy"


@dataclass(frozen=True, slots=True)
class Lever:
    """What was changed, to what, and what that is: an actor acts otherwise, or the world is another."""

    path: str
    value: str
    sort: str  # `a move of eu`, `an assumption`, or a policy
    movers: tuple[str, ...] = ()  # whose move it is


@dataclass(frozen=True, slots=True)
class Row:
    """How often one outcome came in both baselines, with Wilson's intervals; the difference in pairs, with Tango's."""

    name: str
    says: str
    written: tuple[float, float, float, int]  # share, low, high, count
    changed: tuple[float, float, float, int]
    more: float
    more_low: float
    more_high: float


@dataclass(frozen=True, slots=True)
class Baselines:
    """Two baselines side by side."""

    levers: tuple[Lever, ...]
    rows: tuple[Row, ...]
    n: int  # histories of each

    @property
    def says(self) -> str:
        """What was changed, in one sentence."""
        if not self.levers:
            return "Nothing is changed: both baselines are the model as it is written"
        told = "; ".join(f"{one.path} = {one.value} ({one.sort})" for one in self.levers)
        return f"Changed: {told}. The game goes on with the model as it is written"

    def record(self) -> dict[str, Any]:
        """All of it as one object that JSON can hold."""
        return {"labels": [WRITTEN, CHANGED], "says": self.says, **asdict(self)}


def baselines_of(
    written: Program, changed: Program, changes: Sequence[tuple[str, str]], *, scenario: Scenario, seed: int,
    runs: int = RUNS, policy: str = "", engine: str | Engine = "auto",
) -> Baselines:  # fmt: skip
    """Play both.

    Parameters
    ----------
    changes
        (path, value) each, as they were laid over the file.
    scenario
        The file as it is written.
    policy
        A policy of the file that is in force in the changed baseline.
    """
    ends = [_ended(program, seed, runs, engine) for program in (written, changed)]
    levers = [Lever(path, value, side_of(path, scenario), movers(path, scenario)) for path, value in changes]
    if policy:
        levers.insert(0, Lever("policy", policy, POLICY))
    return Baselines(tuple(levers), tuple(_rows(written, changed, ends, runs)), runs)


def _ended(program: Program, seed: int, runs: int, engine: str | Engine) -> list[str]:
    player = choose(engine, runs=runs) if isinstance(engine, str) else engine
    found = player.run(program, luck=Luck(seed), runs=range(runs), recording=LEAN).outcome
    return ["" if one < 0 else program.outcome_names[one] for one in found.tolist()]


def _rows(written: Program, changed: Program, ends: Sequence[Sequence[str]], runs: int) -> Iterator[Row]:
    says = {one.name: " ".join(one.says.split()) for program in (changed, written) for one in program.outcomes}
    for name in dict.fromkeys([*written.outcome_names, *changed.outcome_names]):
        first, other = (np.array([end == name for end in each], dtype=bool) for each in ends)
        more = share_difference(int((first & ~other).sum()), int((other & ~first).sum()), runs)
        yield Row(name, says[name] or name.replace("_", " "), _share(first), _share(other), more.value, more.low,
                  more.high)  # fmt: skip


def _share(ended: NDArray[np.bool_]) -> tuple[float, float, float, int]:
    count = int(ended.sum())
    return count / max(1, len(ended)), *wilson(count, len(ended)), count

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
from sim.streams import Luck

RUNS = 1_000
"""Histories of each baseline."""

WRITTEN, CHANGED = "as written", "changed"
MOVE, ASSUMPTION = "a move", "an assumption"

DEEDS = frozenset({"start", "when", "while", "then", "after", "channel", "by", "to", "do"})
WORDS = frozenset({"threats", "offers", "proposals"})
"""What an actor says or does stands under these names, in these blocks; all other numbers say how the world is."""


@dataclass(frozen=True, slots=True)
class Lever:
    """What was changed, to what, and what that is: an actor acts otherwise, or the world is another."""

    path: str
    value: str
    sort: str


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
    written: Program, changed: Program, changes: Sequence[tuple[str, str]], *, seed: int, runs: int = RUNS,
    policy: str = "", engine: str | Engine = "auto",
) -> Baselines:  # fmt: skip
    """Play both.

    Parameters
    ----------
    changes
        (path, value) each, as they were laid over the file.
    policy
        A policy of the file that is in force in the changed baseline.
    """
    ends = [_ended(program, seed, runs, engine) for program in (written, changed)]
    levers = [Lever(path, value, sort_of(path)) for path, value in changes]
    if policy:
        levers.insert(0, Lever("policy", policy, MOVE))
    return Baselines(tuple(levers), tuple(_rows(written, changed, ends, runs)), runs)


def sort_of(path: str) -> str:
    """Whether a change of the file is something that an actor does, or something that is assumed of the world.

    >>> sort_of("threats.raft_of_new_measures.then"), sort_of("parameters.russian_resolve")
    ('a move', 'an assumption')
    """
    first, *_, last = path.split(".") if "." in path else (path, path)
    return MOVE if first in WORDS and last in DEEDS else ASSUMPTION


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

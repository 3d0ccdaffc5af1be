"""What every way to play the nine-trigger model hands back: one row a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

WAR, SETTLEMENT, FROZEN = range(3)
OUTCOMES = ("war", "settlement", "frozen")


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """R finished runs. `events` counts firings and rounds that agreed on nothing; 0 where nobody counted."""

    outcome: NDArray[np.int8]  # (R,) index into OUTCOMES
    day: NDArray[np.float64]  # (R,) at which the run ended
    worst_economy: NDArray[np.float64]
    incidents: NDArray[np.int32]
    events: NDArray[np.int64]

    @classmethod
    def blank(cls, runs: int) -> Played:
        """Rows to be filled."""
        return cls(
            np.zeros(runs, dtype=np.int8),
            np.zeros(runs),
            np.zeros(runs),
            np.zeros(runs, dtype=np.int32),
            np.zeros(runs, dtype=np.int64),
        )

    @property
    def columns(self) -> tuple[NDArray[np.generic], ...]:
        """The columns, in order."""
        return self.outcome, self.day, self.worst_economy, self.incidents, self.events

    @property
    def counts(self) -> dict[str, int]:
        """How many runs ended so."""
        return {name: int(np.count_nonzero(self.outcome == at)) for at, name in enumerate(OUTCOMES)}

    def say(self) -> str:
        """The run of the mill, in one line."""
        shares = ", ".join(f"{name} {count / len(self.day):.4f}" for name, count in self.counts.items())
        return (
            f"{shares}; mean end {self.day.mean():.2f} days, worst economy {self.worst_economy.mean():.3f}, "
            f"incidents {self.incidents.mean():.3f}, events {self.events.mean():.1f}"
        )


class Player(Protocol):
    """One way to play the model: so many runs, from this seed."""

    def __call__(self, runs: int, /, *, seed: int) -> Played: ...

"""Small core scenarios, written in place, and what is asked of their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sim.clock import TICKS_PER_DAY
from sim.engine.record import COUNTERS, Ending, Engine, EventRow, Recording, Runs
from sim.program.build import build_core
from sim.program.ir import Program
from sim.scenario.schema import Scenario
from sim.streams import Luck
from tests.strategies import with_texts

HEADER: dict[str, Any] = {
    "scenario": "smallest",
    "start": "2030-01-01",
    "horizon": "10 days",
    "outcomes": {"end": {"otherwise": "true"}},
}
"""What every scenario needs and few rulings are about."""


def scenario(text: str) -> Scenario:
    """A core scenario from its YAML; what the text leaves out of the header is filled in."""
    return Scenario.model_validate(with_texts(HEADER | yaml.load(text, Loader=yaml.BaseLoader)))


def program(text: str) -> Program:
    """The program of a core scenario."""
    return build_core(scenario(text))


@dataclass(frozen=True)
class Told:
    """One run, told in the names and days of the file."""

    runs: Runs

    @property
    def program(self) -> Program:
        return self.runs.program

    @property
    def events(self) -> tuple[EventRow, ...]:
        return self.runs.events[0]

    @property
    def rows(self) -> list[str]:
        """Each firing as `DAY TRIGGER` or `DAY TRIGGER.BRANCH` where there is more than one branch."""
        return [f"{row.tick / TICKS_PER_DAY:g} {self.branch(row)}" for row in self.events]

    @property
    def full_rows(self) -> list[str]:
        """Each firing with its cause, by number, and the quantities it changed: `1 a <- 0: x 0 -> 1`."""
        lines = []
        for row, short in zip(self.events, self.rows, strict=True):
            cause = "" if row.cause < 0 else f" <- {row.cause}"
            changes = ", ".join(
                f"{self.program.quantities[slot].name} {old:g} -> {new:g}" for slot, old, new in row.changes
            )
            lines.append(f"{short}{cause}" + (f": {changes}" if changes else ""))
        return lines

    def branch(self, row: EventRow) -> str:
        trigger = self.program.triggers[row.trigger]
        return f"{trigger.name}.{trigger.branches[row.branch].name}" if len(trigger.branches) > 1 else trigger.name

    def days(self, trigger: str) -> list[float]:
        """The days on which a trigger fired."""
        place = self.program.trigger(trigger)
        return [row.tick / TICKS_PER_DAY for row in self.events if row.trigger == place]

    def ticks(self, trigger: str) -> list[int]:
        """The ticks at which a trigger fired."""
        place = self.program.trigger(trigger)
        return [row.tick for row in self.events if row.trigger == place]

    def counted(self, trigger: str) -> dict[str, int]:
        """The counters of a trigger that are not 0."""
        numbers = self.runs.counters[0, self.program.trigger(trigger)].tolist()
        return {name: number for name, number in zip(COUNTERS, numbers, strict=True) if number}

    def metric(self, name: str) -> float:
        return float(self.runs.metrics[0, [metric.name for metric in self.program.metrics].index(name)])

    def sampled(self, name: str) -> list[float]:
        """A column of the series."""
        assert self.program.series is not None
        return [float(value) for value in self.runs.series[0, :, self.program.series.names.index(name)]]

    @property
    def ending(self) -> Ending:
        return Ending(int(self.runs.ending[0]))

    @property
    def outcome(self) -> str:
        number = int(self.runs.outcome[0])
        return "" if number < 0 else self.program.outcomes[number].name

    @property
    def ended(self) -> float:
        """The day on which the run ended."""
        return int(self.runs.ended[0]) / TICKS_PER_DAY


def play(
    engine: Engine,
    text: str | Program,
    *,
    run: int = 0,
    seed: int = 1,
    switches: tuple[tuple[int, int], ...] = (),
    decisions: Mapping[tuple[int, int], int] | None = None,
) -> Told:
    """One run of a core scenario, recorded in full."""
    played = program(text) if isinstance(text, str) else text
    luck = Luck(seed, switches)
    return Told(engine.run(played, luck=luck, runs=[run], recording=Recording(events=True), decisions=decisions))

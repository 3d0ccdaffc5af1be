"""Runs per second of the reference engine, beside the same model written by hand for SimPy.

The hand-written model is what a modeller writes who knows SimPy and nothing of this project: a process for each
trigger, that waits for a timeout or for the bell that rings when anything has changed. A thrifty modeller sees that
nobody waits for the economy, and leaves the bell alone when it moves, day by day: that model is timed as well, as the
harder mark. All are timed in interleaved rounds, because other work on a machine moves all rates together.

    python benchmarks/nine_triggers.py
"""

from __future__ import annotations

import math
import platform
import random
import statistics
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import simpy

from sim.engine.choose import ENGINES, choose
from sim.engine.record import Recording, Runs
from sim.program.build import build_program
from sim.program.ir import Program
from sim.scenario.read import read_scenario
from sim.streams import Luck

HORIZON = 365.0
LOG_P90 = 1.2815515655446004  # the normal quantile of .9
HOME, ALERT, MASSED, RAIDS, SIEGE, WAR = range(6)

Process = Generator[simpy.Event, object, None]


@dataclass(frozen=True)
class Ended:
    """How one hand-written run ended: its outcome, the day, and the worst of the economy."""

    outcome: str
    day: float
    worst_economy: float
    incidents: int


class Crisis:
    """The nine-trigger model, written for SimPy alone."""

    def __init__(self, seed: int, *, thrifty: bool = False) -> None:
        self.thrifty = thrifty
        self.env = simpy.Environment()
        self.luck = random.Random(seed)
        self.army, self.tier, self.talks, self.tension, self.economy = ALERT, 0, "closed", 1, 100.0
        self.worst_economy, self.incidents = 100.0, 0
        self.changed = self.env.event()
        self.over = self.env.event()
        for process in (self.escalate, self.step_down, self.incident, self.calm, self.impose, self.relief,
                        self.invite, self.rounds, self.accounts):  # fmt: skip
            self.env.process(process())

    def play(self) -> Ended:
        """One run to its end."""
        end = self.env.timeout(HORIZON)
        self.env.run(until=self.over | end)
        outcome = "war" if self.army >= WAR else "settlement" if self.talks == "agreed" else "frozen"
        return Ended(outcome, self.env.now, self.worst_economy, self.incidents)

    def ring(self) -> None:
        """Wake whoever waits for a change."""
        bell, self.changed = self.changed, self.env.event()
        bell.succeed()
        if (self.army >= WAR or self.talks == "agreed") and not self.over.triggered:
            self.over.succeed()

    def escalate(self) -> Process:
        while True:
            rate = 0.03 * math.exp(-0.4 * self.tier) * (1 + 0.1 * self.tension) if self.army < WAR else 0.0
            if rate == 0.0:
                yield self.changed
                continue
            due = self.env.timeout(self.luck.expovariate(rate))
            yield due | self.changed
            if due.processed:
                self.army += 1
                self.ring()

    def step_down(self) -> Process:
        while True:
            if self.army == HOME:
                yield self.changed
                continue
            due = self.env.timeout(self.luck.expovariate(0.04 + 0.02 * self.tier))
            yield due | self.changed
            if due.processed:
                self.army -= 1
                self.ring()

    def incident(self) -> Process:
        while True:
            due = self.env.timeout(self.luck.expovariate(0.1 if self.army >= MASSED else 0.03))
            yield due | self.changed
            if due.processed:
                self.incidents += 1
                self.tension = min(self.tension + 1, 10)
                self.ring()

    def calm(self) -> Process:
        while True:
            if self.tension == 0:
                yield self.changed
                continue
            due = self.env.timeout(self.luck.expovariate(0.05 * self.tension))
            yield due | self.changed
            if due.processed:
                self.tension -= 1
                self.ring()

    def impose(self) -> Process:
        while True:
            while not (self.army >= MASSED and self.tier < 3):
                yield self.changed
            spread = math.log(17 / 9) / LOG_P90
            yield self.env.timeout(9 * math.exp(spread * self.luck.gauss(0.0, 1.0)))
            self.tier = min(self.tier + 1, 3)
            self.ring()
            while self.army >= MASSED and self.tier < 3:  # only a new crossing sets it off again
                yield self.changed

    def relief(self) -> Process:
        while True:
            while not (self.army <= ALERT and self.tier > 0):
                yield self.changed
            due = self.env.timeout(30.0)
            while self.army <= ALERT and self.tier > 0 and not due.processed:
                yield due | self.changed
            if due.processed:
                self.tier -= 1
                self.ring()

    def invite(self) -> Process:
        while True:
            while not (self.tier >= 1 and self.talks == "closed"):
                yield self.changed
            due = self.env.timeout(10.0)
            while self.tier >= 1 and self.talks == "closed" and not due.processed:
                yield due | self.changed
            if due.processed:
                self.talks = "open"
                self.ring()

    def rounds(self) -> Process:
        while True:
            yield self.env.timeout(7.0)
            chance = 1.0 / (1.0 + math.exp(2.5 - 0.25 * (100.0 - self.economy)))
            if self.talks == "open" and self.luck.random() < chance:
                self.talks = "agreed"
                self.ring()

    def accounts(self) -> Process:
        while True:
            yield self.env.timeout(1.0)
            self.economy = min(max(self.economy - 0.1 * self.tier + 0.02 * (100.0 - self.economy), 0.0), 200.0)
            self.worst_economy = min(self.worst_economy, self.economy)
            if not self.thrifty:
                self.ring()


def by_hand(runs: int, *, seed: int, thrifty: bool = False) -> list[Ended]:
    """Runs of the hand-written model."""
    return [Crisis(seed * 1_000_003 + run, thrifty=thrifty).play() for run in range(runs)]


def nine_triggers() -> Program:
    """The same model as a scenario."""
    return build_program(read_scenario(str(Path(__file__).with_suffix(".yaml"))))


def by_engine(program: Program, runs: int, *, seed: int, engine: str = "simpy") -> Runs:
    """Runs of the scenario."""
    return choose(engine).run(program, luck=Luck(seed), runs=range(runs), recording=Recording(series=False))


def timed(rounds: int = 6, runs: int = 200) -> dict[str, list[float]]:
    """Runs per second of each way to play the model, in interleaved rounds."""
    program = nine_triggers()
    ways: dict[str, Callable[[int], object]] = {
        "hand-written SimPy": lambda seed: by_hand(runs, seed=seed),
        "the same, thrifty": lambda seed: by_hand(runs, seed=seed, thrifty=True),
        **{f"engine {name}": partial(_play, program, runs, name) for name in ENGINES},
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for seed in range(rounds + 1):
        for name, play in ways.items():
            started = time.perf_counter()
            play(seed)
            rates[name].append(runs / (time.perf_counter() - started))
    return {name: all_rounds[1:] for name, all_rounds in rates.items()}  # the first round warms up


def _play(program: Program, runs: int, engine: str, seed: int) -> Runs:
    return by_engine(program, runs, seed=seed, engine=engine)


def main() -> None:
    """Print the medians, and how they stand to the hand-written model."""
    rates = timed()
    first = rates["hand-written SimPy"]
    turns = by_engine(nine_triggers(), 500, seed=1).turns.mean()
    print(f"nine triggers, {turns:.0f} turns a run; Python {platform.python_version()}, SimPy {simpy.__version__},")
    print(f"{platform.system()} on {platform.machine()}; medians of {len(first)} interleaved rounds")
    for name, rounds in rates.items():
        ratio = statistics.median(mine / hand for mine, hand in zip(rounds, first, strict=True))
        print(f"  {name:22} {statistics.median(rounds):8,.0f} runs per second   {ratio:6.2f} x hand-written")


if __name__ == "__main__":
    main()

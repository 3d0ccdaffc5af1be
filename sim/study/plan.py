"""A study before it is played: what, where, how much of it is there already, and about how long the rest will take."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.counted import counted
from sim.engine.choose import REMEDY, choose, has_compiler
from sim.engine.record import Recording
from sim.errors import UsageError
from sim.program.parameters import draw_parameters
from sim.streams import Luck
from sim.study import store
from sim.study.cluster import Cluster, look_at
from sim.study.design import Design
from sim.study.parts import sendable
from sim.study.stopping import parse_untils
from sim.study.workers import processors

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

TIMED_SECONDS, TIMED_RUNS = 0.06, (2, 8, 32)
"""Runs that are timed: 2, then 8, then 32 more, until more than that time is gone."""

STORING = 5e-5
"""Seconds that it takes to store a run of the larger shipped scenario."""

MAKING = 1e-3
"""Seconds for each trigger of each further program that was built, to write it down for the machine."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command would play. `seconds` is an estimate for the runs that are not there yet."""

    design: Design
    asked: str  # how the scenario was called in the command
    runs: int  # of each experiment
    workers: int
    engine: str
    until: str | None
    out: Path
    recording: Recording
    done: int  # runs that are there, of all experiments
    seconds: float
    scenario: Scenario | None = field(default=None, repr=False)  # for whoever tells of the study
    more: int = 0  # experiments that may be added once these are played
    cluster: Cluster | None = None  # who plays it, if not this machine

    @property
    def folder(self) -> Path:
        """Where the study lies or will lie."""
        return self.out / self.design.folder_name

    def claim(self) -> None:
        """Make the study's folder, and a file in it that is removed again: what cannot be kept is not to be announced.

        Raises
        ------
        OSError
            If it cannot be written to.
        """
        store.claim(self.folder)

    @property
    def total(self) -> int:
        """Runs of all experiments."""
        return self.runs * len(self.design.experiments)

    @property
    def to_play(self) -> int:
        """Runs that are not there yet."""
        return max(0, self.total - self.done)

    @property
    def says(self) -> str:
        """How many experiments and runs and about how long, in a sentence."""
        experiments = len(self.design.experiments)
        what = counted(self.runs, "run")
        if experiments > 1:
            what = f"{counted(experiments, 'experiment')} of {what} each, {self.total:,} in all,"
        what = f"{what} of {self.design.name}, seed {self.design.seed}"
        if self.until:
            what = f"up to {what}, until {self.until}"
        if self.more:
            what = f"{what}, and up to {counted(self.more, 'experiment')} more where they tell most"
        if not self.to_play:
            return f"{what}: all there already{self._by_another}, in {self.folder}"
        there = f", {self.done:,} of them there already" if self.done else ""
        wait = f"{'at most' if self.until or self.more else 'about'} {say_wait(self.seconds)}"
        workers = "1 worker" if self.workers == 1 else f"{self.workers} workers"
        if self.cluster is not None:
            workers = self.cluster.says
        return f"{what}{there}: {wait} on {workers}, into {self.folder}"

    @property
    def _by_another(self) -> str:
        """Who played what is there, if somebody else was asked for: it is the same, and yet not what was asked."""
        with contextlib.suppress(UsageError):
            played = str(store.read_manifest(self.folder).get("engine", ""))
            if self.engine not in ("auto", *played.split(", ")):
                return f", played by the engine `{played}` (another `-o` plays them anew)"
        return ""

    def record(self) -> dict[str, Any]:
        """The plan as one flat record."""
        experiment = self.design.experiments[0]
        return {
            "scenario": self.design.name,
            "kind": self.design.kind,
            "policy": experiment.policy or None,
            "variant": experiment.variant or None,
            "seed": self.design.seed,
            "experiments": len(self.design.experiments),
            "runs": self.runs,
            "done": self.done,
            "workers": self.workers,
            "cluster": self.cluster.address if self.cluster else None,
            "seconds": round(self.seconds, 1),
            "study": str(self.folder),
        }


def make_plan(
    design: Design,
    *,
    asked: str,
    runs: int,
    workers: int | None = None,
    engine: str = "auto",
    until: str | None = None,
    out: Path,
    recording: Recording = Recording(),
    scenario: Scenario | None = None,
    more: int = 0,
    tell: Callable[[str], None] = lambda says: None,
) -> Plan:
    """The plan of a design, a few of its runs timed if any are to be played; `tell` hears what has to be waited for.

    Raises
    ------
    UsageError
        If `until` is misspelled or names nothing, or there is no such engine.
    """
    if until is not None:
        asked_for = [parse_untils(until, program) for program in design.distinct_programs]
        until = ", ".join(map(str, asked_for[0]))
    folder = out / design.folder_name
    parts = list(design.parts(runs))  # whether what is there can be read is looked at when it is played
    there = store.parts_done(folder, parts, design, recording, thorough=False) if folder.exists() else ()
    total, done = runs * len(design.experiments), sum(part.runs for part in there)
    hands = max(1, min(workers or processors(), len(parts) - len(there)))
    seconds = 0.0
    if done < total:
        seconds = seconds_a_run(design, engine, recording=recording, tell=tell)
        seconds *= (total - done + more * runs) / hands
        built = [program for program in design.distinct_programs[1:] if program.origin is None]
        seconds += MAKING * sum(len(program.triggers) for program in built)
    return Plan(design, asked, runs, hands, engine, until, out, recording, done, seconds, scenario, more)


def on_cluster(plan: Plan, address: str) -> Plan:
    """The same plan, to be played by the workers of a scheduler.

    Raises
    ------
    UsageError
        If it cannot be reached, or its workers cannot play.
    """
    there = look_at(address, sendable(plan.engine))
    hands = max(1, min(there.threads, plan.to_play // plan.design.part_sizes[0][1]))
    return replace(plan, cluster=there, workers=hands, seconds=plan.seconds * plan.workers / hands)


def seconds_a_run(design: Design, engine: str, *, recording: Recording, tell: Callable[[str], None]) -> float:
    """How long one run takes here and now; the first one, which pays for what is made once, is not counted."""
    player, program = choose(engine), design.experiments[0].program
    if engine == "auto" and not has_compiler():
        tell(f"without llvmlite the SimPy model plays, some hundred times slower; mend it by {REMEDY}")
    prepare = getattr(player, "prepare", None)
    if prepare is not None:
        prepare(program, tell)
    drawn = draw_parameters(program, design.seed, np.arange(max(TIMED_RUNS)))

    def play(runs: int) -> None:
        player.run(program, luck=Luck(design.seed), runs=range(runs), parameters=drawn[:runs], recording=recording)

    play(1)
    began, played, seconds = time.perf_counter(), 0, 0.0
    for runs in TIMED_RUNS:
        play(runs)
        played, seconds = played + runs, time.perf_counter() - began
        if seconds > TIMED_SECONDS:
            break
    return seconds / played + STORING


def say_wait(seconds: float) -> str:
    """A time to wait, as people say it.

    >>> say_wait(0.4), say_wait(42), say_wait(600)
    ('a second', '42 seconds', '10 minutes')
    """
    if seconds < 1.5:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"

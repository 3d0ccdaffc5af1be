"""A study of a rare outcome: repetitions of multilevel splitting on threads, stored as they finish, taken up again.

Its runs are repetitions, a part each; `sim.study.splitting.tables` has the tables.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from sim.engine.choose import choose
from sim.engine.record import LEAN
from sim.errors import UsageError
from sim.program.ir import Importance
from sim.study import manifest, store
from sim.study.design import Design, Experiment
from sim.study.ensemble import Ensemble
from sim.study.execute import Progress
from sim.study.splitting.repeated import estimate_of
from sim.study.splitting.splitting import Pilot, Repetition, Splitter, Task
from sim.study.splitting.tables import (
    TABLES,
    read_pilot,
    repetitions_there,
    stored_estimates,
    write_pilot,
    write_repetition,
)
from sim.study.workers import processors

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

KIND = "rare"
METHOD = 1
"""Raised whenever the same scenario, seed and particles give other repetitions."""

PARTICLES, REPETITIONS = 1_000, 30
"""Played when nothing is said: so many that the interval covers the truth about as often as it says."""

FEWEST_PARTICLES, FEWEST_REPETITIONS, MOST_REPETITIONS = 10, 10, 2_000
PILOT = 1_000
"""Runs of brute force that find the levels."""


@dataclass(frozen=True, slots=True)
class RarePlan:
    """Everything that is known before a rare outcome is looked for."""

    design: Design
    importance: Importance
    asked: str
    particles: int
    repetitions: int
    until: float | None  # the upper half of the interval, as a share of the estimate
    workers: int
    engine: str
    out: Path
    done: int  # repetitions that are there
    scenario: Scenario | None = field(default=None, repr=False)
    tell: Callable[[str], None] = field(default=lambda says: None, repr=False, compare=False)

    seconds = 0.0  # nothing is timed before the levels are known

    @property
    def task(self) -> Task:
        """What is to be estimated."""
        return Task(self.design.programs[0], self.importance, self.design.seed, self.particles)

    @property
    def folder(self) -> Path:
        """Where the study lies or will lie."""
        return self.out / self.design.folder_name

    @property
    def most(self) -> int:
        """Repetitions that may be played."""
        return max(self.repetitions, MOST_REPETITIONS) if self.until is not None else self.repetitions

    @property
    def to_play(self) -> int:
        """Repetitions that are not there yet; with `until`, as many as there may be."""
        return max(0, self.most - self.done)

    def claim(self) -> None:
        """Make the study's folder, and a file in it that is removed again: what cannot be kept is not to be announced.

        Raises
        ------
        OSError
            If it cannot be written to.
        """
        store.claim(self.folder)

    @property
    def says(self) -> str:
        """What is about to be played, in a sentence."""
        what = f"{self.repetitions} repetitions of {self.particles:,} runs a level"
        of = f"`{self.importance.outcome}` of {self.design.name}, seed {self.design.seed}"
        until = f", and more until the interval is within {self.until:.3g} of it" if self.until is not None else ""
        there = f", {self.done} of them there already" if self.done else ""
        workers = "1 worker" if self.workers == 1 else f"{self.workers} workers"
        return f"{of}: {what}{until}{there}, on {workers}, into {self.folder}"

    def record(self) -> dict[str, Any]:
        """The plan as one flat record."""
        experiment = self.design.experiments[0]
        return {
            "scenario": self.design.name,
            "kind": KIND,
            "policy": experiment.policy or None,
            "variant": experiment.variant or None,
            "seed": self.design.seed,
            "outcome": self.importance.outcome,
            "particles": self.particles,
            "repetitions": self.repetitions,
            "until": self.until,
            "done": self.done,
            "workers": self.workers,
            "study": str(self.folder),
        }


def plan_rare(
    experiment: Experiment,
    importance: Importance,
    *,
    asked: str,
    seed: int,
    particles: int,
    repetitions: int,
    until: float | None,
    workers: int | None,
    engine: str,
    out: Path,
    scenario: Scenario | None = None,
    tell: Callable[[str], None] = lambda says: None,
) -> RarePlan:
    """The plan of a study of a rare outcome.

    Raises
    ------
    UsageError
        If a number makes no sense, or there is no such engine.
    """
    if particles < FEWEST_PARTICLES:
        raise UsageError(f"{particles} runs a level are too few to split: ask for {FEWEST_PARTICLES} or more (`-n`)")
    if repetitions < FEWEST_REPETITIONS:
        raise UsageError(f"an interval from {repetitions} repetitions is none: ask for {FEWEST_REPETITIONS} or more")
    if until is not None and not 0.0 < until < 1.0:
        raise UsageError("`--until` is a share of the estimate, such as 0.1 or 10 %")
    if max(repetitions, MOST_REPETITIONS) * particles > 2**32:
        raise UsageError(f"{particles:,} runs a level are too many: they could not all have a number of their own")
    settings = {"outcome": importance.outcome, "particles": particles, "pilot": PILOT, "method": METHOD}
    design = Design((experiment,), seed, part_sizes=((0, 1),), kind=KIND, settings=settings)
    player = choose(engine)
    hands = max(1, workers or processors()) if player.threads else 1
    done = len(repetitions_there(out / design.folder_name))
    return RarePlan(
        design, importance, asked, particles, repetitions, until, hands, player.name, out, done, scenario, tell
    )


# ------------------------------------------------------------------------------------------------ playing


def run_rare(
    plan: RarePlan,
    *,
    progress: Callable[[Progress], None] | None = None,
    fail_fast: bool = False,
    command: Sequence[str] | None = None,
) -> Ensemble:
    """Play the repetitions that are not there yet, and open the study; `fail_fast` stops where a run failed.

    With `until`, repetitions are added in their order until the interval is narrow enough, so that how many there are
    does not depend on the workers.

    Raises
    ------
    UsageError
        If another process holds the folder, or it belongs to another study.
    KeyboardInterrupt
        After the threads were stopped. What was finished is kept; the same call goes on from there.
    """
    plan.folder.mkdir(parents=True, exist_ok=True)
    with store.locked(plan.folder):
        store.sweep(plan.folder)
        playing = _Playing(plan, progress, command, fail_fast=fail_fast)
        playing.play()
        return Ensemble(plan.folder, playing.said, int(playing.said["runs"]), programs=plan.design.programs)


class _Playing:
    """One call of `run_rare` on a folder that is held."""

    def __init__(
        self,
        plan: RarePlan,
        progress: Callable[[Progress], None] | None,
        command: Sequence[str] | None,
        *,
        fail_fast: bool,
    ) -> None:
        self.plan, self.progress, self.fail_fast = plan, progress, fail_fast
        self.engine = choose(plan.engine)
        self.stop = Event()
        self.splitter = Splitter(plan.task, self.engine, go_on=lambda: not self.stop.is_set())
        self.began = time.monotonic()
        self.found = stored_estimates(plan.folder)
        self.before, self.failed = len(self.found), 0
        self.looked = 0  # repetitions in their order that `until` was not content with
        self.said = manifest.begin(
            plan.folder, plan.design, runs=plan.repetitions, engine=self.engine, recording=LEAN, until=(),
            command=command, plays=len(self.found) < plan.repetitions or plan.until is not None,
        )  # fmt: skip
        self.said |= {"tables": sorted(TABLES), "until": plan.until}
        store.write_manifest(plan.folder, self.said)

    def play(self) -> None:
        """Play what is to do, and write down how it ended, however it ended."""
        status: manifest.Status = "interrupted"
        try:
            status = "complete" if self._play_all() else "stopped"
        except Exception:
            status = "failed"
            raise
        finally:
            self.stop.set()
            store.sweep(self.plan.folder)
            self.said["failed"] = max(self.said["failed"], self.failed)
            if status != "complete" and hasattr(self.engine, "abandon"):
                self.engine.abandon()
            manifest.end(self.plan.folder, self.said, status)

    def _play_all(self) -> bool:
        """Play what is to do. False if failed runs stopped it before the end."""
        enough, levels = self._enough(), self._pilot().levels
        if enough is None:
            self._prepare()
            todo = (number for number in range(self.plan.most) if number not in self.found)
            # Closed at once when the loop is left, however it is left: that is what stops the threads.
            with closing(self._finished(todo, levels)) as finished:
                for repetition in finished:
                    write_repetition(self.plan.folder, repetition)
                    self.found[repetition.number] = repetition.estimate
                    self.failed += sum(stage.failed for stage in repetition.stages)
                    self._tell(len(levels) + 1)
                    enough = self._enough()
                    if enough is not None:
                        break
                    if self.failed and self.fail_fast:
                        return False
        assert enough is not None
        self.said["runs"] = self.said["complete"] = max(enough, self.said["complete"])
        manifest.drop_surplus(self.plan.folder, self.plan.design, self.said["runs"])
        return True

    def _pilot(self) -> Pilot:
        """The levels: those that are stored, or found now."""
        folder = self.plan.folder
        if not store.rows_in([folder / "pilot.parquet"]):
            self._prepare()
            write_pilot(folder, self.splitter.pilot(PILOT))
        return read_pilot(folder)

    def _prepare(self) -> None:
        """Make what an engine makes once for a program."""
        prepare = getattr(self.engine, "prepare", None)
        if prepare is not None:
            prepare(self.splitter.program, self.plan.tell)

    def _tell(self, stages: int) -> None:
        """How far it is, in runs."""
        if self.progress is not None:
            each, seconds = stages * self.plan.particles, time.monotonic() - self.began
            done = Progress(len(self.found) * each, self.plan.most * each, self.before * each, seconds, self.failed)
            self.progress(done)

    def _enough(self) -> int | None:
        """How many repetitions, in their order, are enough; None if those that are there are not yet."""
        plan = self.plan
        in_order = next(number for number in count(self.looked) if number not in self.found)
        first, self.looked = max(self.looked, plan.repetitions - 1), in_order
        if plan.until is None:
            return plan.repetitions if in_order >= plan.repetitions else None
        for number in range(first + 1, min(in_order, plan.most) + 1):
            if estimate_of([self.found[one] for one in range(number)]).relative <= plan.until:
                return number
        return plan.most if in_order >= plan.most else None

    def _finished(self, todo: Iterator[int], levels: Sequence[float]) -> Generator[Repetition, None, None]:
        """Repetitions as they finish; those under way are given up when it is left."""
        workers = self.plan.workers
        if workers == 1:
            yield from (self.splitter.repetition(number, levels) for number in todo)
            return
        with ThreadPoolExecutor(workers, "repetition") as pool:
            running: set[Future[Repetition]] = set()
            try:
                while True:
                    for number in todo:
                        running.add(pool.submit(self.splitter.repetition, number, levels))
                        if len(running) > workers:
                            break
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            finally:
                self.stop.set()
                for future in running:
                    future.cancel()

"""Plays a study: parts on any number of workers, stored as they finish, taken up again where they stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.record import Engine, Recording
from sim.errors import UsageError, did_you_mean
from sim.program.ir import Program
from sim.program.parameters import draw_parameters
from sim.study import manifest, store
from sim.study.design import Design, Experiment, Part
from sim.study.ensemble import Ensemble
from sim.study.manifest import status_of
from sim.study.parts import Job, engine_of, play, sendable, spread, spread_on_threads
from sim.study.stopping import Until, columns_of, parse_untils
from sim.study.watch import Watch
from sim.study.workers import local_workers, processors

__all__ = ["Progress", "run_design", "run_study", "status_of"]

LARGEST_RUN = 2**32


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is. `before` of the done runs were there when this command began."""

    done: int
    total: int
    before: int
    seconds: float
    failed: int  # of the runs played by this command

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at the pace so far; None before anything was played."""
        played = self.done - self.before
        return self.seconds / played * (self.total - self.done) if played else None


def run_study(
    program: Program,
    *,
    scenario_text: str,
    seed: int,
    runs: int,
    policy: str = "",
    variant: str = "",
    overrides: Sequence[tuple[str, str]] = (),
    **options: Any,
) -> Ensemble:
    """Play one program many times and keep what comes of it; see `run_design` for the options.

    Parameters
    ----------
    scenario_text
        The scenario after policy, variant and overrides: all it takes to build the program again.
    policy, variant, overrides
        How it came about, for the manifest and the digest.
    """
    experiment = Experiment(program, scenario_text, policy, variant, tuple(overrides))
    return run_design(Design((experiment,), seed), runs=runs, **options)


def run_design(
    design: Design,
    *,
    runs: int,
    workers: int | None = None,
    out: str | Path = "results",
    engine: str | Engine = "auto",
    recording: Recording = Recording(),
    until: str | Sequence[Until] | None = None,
    progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
    fail_fast: bool = False,
    command: Sequence[str] | None = None,
) -> Ensemble:
    """Play `runs` runs of each experiment, those apart that are there already, and open them.

    Parameters
    ----------
    workers
        Threads of this process if the engine works on threads, else processes; as many as there are processors if
        None, and this process alone if 1.
    out
        The folder in which the study's own folder is made.
    until
        Stop sooner, when intervals are narrow enough in every experiment, and have stayed so. Looked at after each
        whole part, in order, so that the number of runs does not depend on the workers.
    executor
        Where to play instead of on local workers. Its processes must see the same file system.
    fail_fast
        Stop at the first part in which a run failed.
    command
        What was typed, for the manifest; `sys.argv` if None.

    Returns
    -------
    The first experiment's runs; the others are its `experiments`.

    Raises
    ------
    UsageError
        If a number makes no sense, another process holds the folder, or the folder belongs to another study.
    ScenarioError
        If scipy does not know a parameter's distribution for the arguments it has.
    KeyboardInterrupt
        After the workers were ended. What was finished is kept; the same call goes on from there.
    """
    _check_request(design, runs, workers)
    stop, player = _stop_of(design, until), sendable(engine)
    for program in design.distinct_programs:  # what only a draw can tell is told before there is a folder
        draw_parameters(program, design.seed, np.zeros(1, dtype=np.uint32))
    folder = Path(out) / design.folder_name
    folder.mkdir(parents=True, exist_ok=True)
    with store.locked(folder):
        store.sweep(folder)
        study = _Study(design, folder, runs, player, recording, stop, progress, fail_fast, command)
        study.play(executor, workers or processors())
        return Ensemble(folder, study.manifest, study.runs, programs=design.programs)


def _stop_of(design: Design, until: str | Sequence[Until] | None) -> tuple[Until, ...]:
    """When to stop; what it names is to be found in every experiment."""
    if not isinstance(until, str):
        return tuple(until or ())
    targets, *_ = [parse_untils(until, program) for program in design.distinct_programs]
    return targets


def _check_request(design: Design, runs: int, workers: int | None) -> None:
    if not 1 <= runs <= LARGEST_RUN:
        raise UsageError(f"{runs} runs cannot be played: ask for 1 or more, at most 4,294,967,296")
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers cannot work: ask for 1 or more")
    if not 0 <= design.seed < 2**64:
        raise UsageError(f"the seed {design.seed} does not fit: it is a whole number from 0 to 2^64 - 1")
    names = {id(one): [parameter.name for parameter in one.parameters] for one in design.distinct_programs}
    for experiment in design.experiments:
        known = names[id(experiment.program)]
        for name, _ in experiment.held:
            if name not in known:
                raise UsageError(f"there is no parameter `{name}` to hold; {did_you_mean(name, known)}".rstrip("; "))


# ------------------------------------------------------------------------------------------------ a study


class _Study:
    """One call of `run_design` on a folder that is held: what is done, what is to do, when to stop."""

    def __init__(
        self,
        design: Design,
        folder: Path,
        runs: int,
        engine: str | Engine,
        recording: Recording,
        until: tuple[Until, ...],
        progress: Callable[[Progress], None] | None,
        fail_fast: bool,
        command: Sequence[str] | None,
    ) -> None:
        self.design, self.folder, self.runs, self.until = design, folder, runs, until
        self.engine, self.recording, self.progress, self.fail_fast = engine, recording, progress, fail_fast
        self.programs = design.programs
        self.player = engine_of(engine)
        self.parts = list(design.parts(runs))
        self.done = store.parts_done(folder, self.parts, design, recording)
        self.before = self.played = sum(part.runs for part in self.done)
        self.failed = 0
        self.began = time.monotonic()
        self.looked = 0  # parts already looked at by `until`
        self.watch = Watch(until, len(self.programs))
        self.manifest = manifest.begin(
            folder, design, runs=runs, engine=engine, recording=recording, until=until, command=command,
            plays=len(self.done) < len(self.parts),
        )  # fmt: skip

    # -------------------------------------------------------------------------------------------- to play

    def play(self, executor: Executor | None, workers: int) -> None:
        """Play what is to do, and write down how it ended, however it ended."""
        status: manifest.Status = "interrupted"
        try:
            status = "complete" if self._play_all(executor, workers) else "stopped"
        except Exception:
            status = "failed"
            raise
        finally:
            store.sweep(self.folder)
            if status == "complete":
                self._complete()
            else:
                self.manifest["failed"] = max(self.manifest["failed"], self.failed)
                if hasattr(self.player, "abandon"):
                    self.player.abandon()
            self.manifest["precision"] = self.watch.records()
            manifest.end(self.folder, self.manifest, status)

    def _play_all(self, executor: Executor | None, workers: int) -> bool:
        """Play the parts that are to do. False if a failed run stopped it before the end."""
        self._tell()
        if self._may_stop():
            return True
        todo = [part for part in self.parts if part not in self.done]
        # Closed at once when the loop is left, however it is left: that is what ends the workers.
        with closing(self._finished(todo, executor, min(workers, len(todo)))) as finished:
            for part, failed in finished:
                self.done.add(part)
                self.played += part.runs
                self.failed += failed
                self._tell()
                if self._may_stop():
                    return True
                if failed and self.fail_fast:
                    return False
        return True

    def _finished(
        self, todo: list[Part], executor: Executor | None, workers: int
    ) -> Generator[tuple[Part, int], None, None]:
        """Parts as they finish, with the number of failed runs in each."""
        if executor is not None:
            yield from spread(executor, self.job_for, todo, at_once=64)
        elif workers > 1 and self.player.threads:
            yield from spread_on_threads(self._job_here, todo, workers=workers)
        elif workers > 1:
            with local_workers(workers) as pool:
                yield from spread(pool, self.job_for, todo, at_once=2 * workers)
        else:
            for part in todo:
                yield part, play(self._job_here(part), part)

    def job_for(self, part: Part) -> Job:
        """What whoever plays a part has to know of its experiments."""
        rows = [self.design.experiments[number] for number in part.experiments]
        played = tuple(row.played for row in rows)
        recording = self.design.recorded(part, self.recording)
        return Job(rows[0].program, played, self.design.seed, self.folder.absolute(), recording, self.engine)

    def _job_here(self, part: Part) -> Job:
        """The same, for this process, with the engine itself."""
        return replace(self.job_for(part), engine=self.player)

    def _tell(self) -> None:
        if self.progress is not None:
            seconds, total = time.monotonic() - self.began, self.runs * len(self.programs)
            self.progress(Progress(self.played, total, self.before, seconds, self.failed))

    # ----------------------------------------------------------------------------------------- when to stop

    def _may_stop(self) -> bool:
        """Whether `until` is content with the parts up to the first that is not done; then those are the study."""
        each = len(self.design.blocks)
        while self.until and self.looked < len(self.parts):
            row = self.parts[self.looked : self.looked + each]
            if not self.done.issuperset(row):
                return False
            for part in row:
                self._count(part)
            self.looked += each
            if self.watch.look():
                self.runs = self.watch.runs
                self.parts = self.parts[: self.looked]
                return True
        return False

    def _count(self, part: Part) -> None:
        """Have the runs of a part watched; its rows stand experiment by experiment."""
        columns = columns_of(self.until, self.programs[part.experiments[0]])
        found = store.read([store.path_of(self.folder, "runs", part)], columns, f"run < {part.first + part.count}")
        each = [found[f"c{number}"].reshape(len(part.experiments), -1) for number in range(len(self.until))]
        for place, experiment in enumerate(part.experiments):
            self.watch.add(experiment, [column[place] for column in each])

    def _complete(self) -> None:
        """All runs are there: gather the failed ones, and remove parts that workers were ahead with."""
        self.manifest["runs"] = self.manifest["complete"] = max(self.manifest["complete"], self.runs)
        if self.until:
            manifest.drop_surplus(self.folder, self.design, self.manifest["complete"])
        whole = Ensemble(self.folder, self.manifest, self.manifest["runs"], programs=self.programs)
        self.manifest["failed"] = manifest.write_failures(whole)

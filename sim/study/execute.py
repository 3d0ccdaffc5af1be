"""Plays a study: parts on any number of workers, stored as they finish, taken up again where they stopped."""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim import provenance
from sim.engine.choose import choose
from sim.engine.record import Engine, Recording
from sim.errors import UsageError
from sim.program.ir import Program
from sim.program.parameters import draw_parameters
from sim.streams import Luck
from sim.study import store
from sim.study.design import Design, Experiment, Part
from sim.study.ensemble import Ensemble
from sim.study.stopping import Tally, Until, parse_until
from sim.study.tables import FAULT_COLUMNS, metric_columns
from sim.study.workers import local_workers, processors

LARGEST_RUN = 2**32


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker has to know of an experiment, once."""

    experiment: Experiment
    seed: int
    part_size: int
    folder: Path
    recording: Recording
    engine: str | Engine  # a name, or an engine of somebody's own


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
    until: str | Until | None = None,
    progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
    fail_fast: bool = False,
    command: Sequence[str] | None = None,
) -> Ensemble:
    """Play `runs` runs of each experiment, those apart that are there already, and open them.

    Parameters
    ----------
    workers
        Processes; as many as there are processors if None, and this process alone if 1.
    out
        The folder in which the study's own folder is made.
    until
        Stop sooner, when an interval is narrow enough in every experiment. Looked at after each whole part, in order,
        so that the number of runs does not depend on the workers.
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
    _check_numbers(design, runs, workers)
    stop = parse_until(until, design.experiments[0].program) if isinstance(until, str) else until
    for program in dict.fromkeys(_programs(design)):  # what only a draw can tell is told before there is a folder
        draw_parameters(program, design.seed, np.zeros(1, dtype=np.uint32))
    folder = Path(out) / design.folder_name
    folder.mkdir(parents=True, exist_ok=True)
    with store.locked(folder):
        store.sweep(folder)
        player, whole = _sendable(engine), folder.absolute()
        jobs = [
            Job(experiment, design.seed, design.part_size, whole, recording, player)
            for experiment in design.experiments
        ]
        study = _Study(design, jobs, folder, runs, stop, progress, fail_fast, command)
        study.play(executor, workers or processors())
        return Ensemble(folder, study.manifest, study.runs, programs=_programs(design))


def _programs(design: Design) -> tuple[Program, ...]:
    return tuple(experiment.program for experiment in design.experiments)


def _check_numbers(design: Design, runs: int, workers: int | None) -> None:
    if not 1 <= runs <= LARGEST_RUN:
        raise UsageError(f"{runs} runs cannot be played: ask for 1 or more, at most 4,294,967,296")
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers cannot work: ask for 1 or more")
    if not 0 <= design.seed < 2**64:
        raise UsageError(f"the seed {design.seed} does not fit: it is a whole number from 0 to 2^64 - 1")


# ------------------------------------------------------------------------------------------------ a part


def play_part(payload: bytes, part: Part) -> int:
    """Play one part and store it: how many of its runs failed. What a worker does."""
    return _play(_job_of(payload), part)


@lru_cache(maxsize=64)
def _job_of(payload: bytes) -> Job:
    """The job, unpickled once in each process."""
    job: Job = pickle.loads(payload)
    return job


def _play(job: Job, part: Part) -> int:
    program = job.experiment.program
    first = part.number * job.part_size
    numbers = np.arange(first, first + part.count, dtype=np.uint32)
    parameters = draw_parameters(program, job.seed, numbers)
    names = [parameter.name for parameter in program.parameters]
    for name, value in job.experiment.held:
        parameters[:, names.index(name)] = value
    played = _engine_of(job).run(
        program, luck=Luck(job.seed), runs=numbers, parameters=parameters, recording=job.recording
    )
    store.write_part(job.folder, part, played, job.recording)
    return len(played.failures)


def _engine_of(job: Job) -> Engine:
    return choose(job.engine) if isinstance(job.engine, str) else job.engine


def _sendable(engine: str | Engine) -> str | Engine:
    """The name of an engine that there is, for machine code does not travel; an engine of somebody's own as it is."""
    if isinstance(engine, str):
        return choose(engine).name
    try:
        return engine.name if type(choose(engine.name)) is type(engine) else engine
    except UsageError:
        return engine


# ------------------------------------------------------------------------------------------------ a study


class _Study:
    """One call of `run_design` on a folder that is held: what is done, what is to do, when to stop."""

    def __init__(
        self,
        design: Design,
        jobs: Sequence[Job],
        folder: Path,
        runs: int,
        until: Until | None,
        progress: Callable[[Progress], None] | None,
        fail_fast: bool,
        command: Sequence[str] | None,
    ) -> None:
        self.design, self.jobs, self.folder, self.runs, self.until = design, jobs, folder, runs, until
        self.progress, self.fail_fast = progress, fail_fast
        self.programs = _programs(design)
        self.parts = list(design.parts(runs))
        self.done = store.parts_done(folder, self.parts, self.programs, jobs[0].recording)
        self.before = self.played = sum(part.count for part in self.done)
        self.failed = 0
        self.began = time.monotonic()
        self.looked = 0  # parts already looked at by `until`
        self.tallies = [Tally() for _ in self.programs]
        self.manifest = self._open(command)

    # -------------------------------------------------------------------------------------------- to play

    def play(self, executor: Executor | None, workers: int) -> None:
        """Play what is to do, and write down how it ended, however it ended."""
        status: Literal["complete", "interrupted", "failed", "stopped"] = "interrupted"
        try:
            status = "complete" if self._play_all(executor, workers) else "stopped"
        except Exception:
            status = "failed"
            raise
        finally:
            self._close(status)

    def _play_all(self, executor: Executor | None, workers: int) -> bool:
        """Play the parts that are to do. False if a failed run stopped it before the end."""
        self._tell()
        if self._may_stop():
            return True
        todo = [part for part in self.parts if part not in self.done]
        for part, failed in self._finished(todo, executor, min(workers, len(todo))):
            self.done.add(part)
            self.played += part.count
            self.failed += failed
            self._tell()
            if self._may_stop():
                return True
            if failed and self.fail_fast:
                return False
        return True

    def _finished(self, todo: list[Part], executor: Executor | None, workers: int) -> Iterator[tuple[Part, int]]:
        """Parts as they finish, with the number of failed runs in each."""
        if executor is not None:
            yield from _spread(executor, self.jobs, todo, at_once=64)
        elif workers > 1:
            with local_workers(workers) as pool:
                yield from _spread(pool, self.jobs, todo, at_once=2 * workers)
        else:
            for part in todo:
                yield part, _play(self.jobs[part.experiment], part)

    def _tell(self) -> None:
        if self.progress is not None:
            seconds, total = time.monotonic() - self.began, self.runs * len(self.programs)
            self.progress(Progress(self.played, total, self.before, seconds, self.failed))

    # ----------------------------------------------------------------------------------------- when to stop

    def _may_stop(self) -> bool:
        """Whether `until` is content with the parts up to the first that is not done; then those are the study."""
        if self.until is None:
            return False
        each = len(self.programs)
        while self.looked < len(self.parts):
            row = self.parts[self.looked : self.looked + each]
            if not self.done.issuperset(row):
                return False
            for part in row:
                self._count(part, self.until)
            self.looked += each
            if all(tally.half_width(self.until.of) <= self.until.half_width for tally in self.tallies):
                self.runs = self.tallies[0].runs
                self.parts = self.parts[: self.looked]
                return True
        return False

    def _count(self, part: Part, until: Until) -> None:
        """Add a part's runs to the tally of its experiment."""
        path = store.listed([store.path_of(self.folder, "runs", part)])
        first = part.number * self.design.part_size
        tally, program = self.tallies[part.experiment], self.programs[part.experiment]
        if until.of == "outcome":
            query = f"SELECT count(*) FROM read_parquet({path}) WHERE run < {first + part.count} AND outcome = ?"
            ((hits,),) = store.connection().execute(query, [until.name]).fetchall()
            tally.add_share(part.count, int(hits))
            return
        names = [metric.name for metric in program.metrics]
        column = store.quoted(metric_columns(program)[names.index(until.name)])
        query = f"SELECT {column} FROM read_parquet({path}) WHERE run < {first + part.count}"
        for (value,) in store.connection().execute(query).fetchall():
            tally.add_value(float("nan") if value is None else float(value))

    # ------------------------------------------------------------------------------------------ the manifest

    def _open(self, command: Sequence[str] | None) -> dict[str, Any]:
        """Write the scenario, the design and the manifest of a study that begins or goes on."""
        design, earlier, engine = self.design, {}, self.jobs[0].engine
        if (self.folder / store.MANIFEST).exists():
            earlier = store.read_manifest(self.folder)
            if earlier.get("digest") != design.digest:
                raise UsageError(f"`{self.folder}` holds another study; choose another folder with `--out`")
        argv = list(sys.argv if command is None else command)
        argv[:1] = [Path(argv[0]).name] if argv else []
        names = {text: f"scenario.resolved{f'.{n}' if n else ''}.yaml" for n, text in enumerate(design.texts)}
        for text, name in names.items():
            store.write_text(self.folder / name, text)
        experiments = [{**row.says, "scenario": names[row.text]} for row in design.experiments]
        manifest = {
            "scenario": design.name,
            "digest": design.digest,
            "seed": design.seed,
            "status": "running",
            "runs": max(self.runs, earlier.get("complete", 0)),
            "complete": earlier.get("complete", 0),
            "failed": earlier.get("failed", 0),
            "part_size": design.part_size,
            "engine": engine if isinstance(engine, str) else engine.name,
            "until": None if self.until is None else f"{self.until.name}:{self.until.half_width:g}",
            "began": earlier.get("began", _now()),
            "ended": None,
            **provenance.origin(argv),
            "experiments": experiments,
        }
        self._write_design()
        store.write_manifest(self.folder, manifest)
        return manifest

    def _write_design(self) -> None:
        """The table of experiments, with a column for each parameter that one of them holds."""
        rows = self.design.experiments
        held = [dict(row.held) for row in rows]
        names = list(dict.fromkeys(name for row in held for name in row))
        words = {
            "policy": [row.policy for row in rows],
            "variant": [row.variant for row in rows],
            "overrides": [" ".join(f"{path}={value}" for path, value in row.overrides) for row in rows],
        }
        table: dict[str, Any] = {"experiment": ("UINTEGER", np.arange(len(rows)))}
        table |= {name: ("VARCHAR", np.array(values, dtype=object)) for name, values in words.items()}
        table |= {f"parameters.{name}": ("DOUBLE", np.array([row.get(name, np.nan) for row in held])) for name in names}
        store.write_table(self.folder / "design.parquet", table)

    def _close(self, status: str) -> None:
        """Write down how it ended; once complete, the failed runs are gathered in one table."""
        if status == "complete":
            self.manifest["complete"] = max(self.manifest["complete"], self.runs)
            self.manifest["runs"] = self.manifest["complete"]
            self._drop_surplus()
            self.manifest["failed"] = self._write_failures()
        self.manifest |= {"status": status, "ended": _now()}
        store.write_manifest(self.folder, self.manifest)

    def _drop_surplus(self) -> None:
        """Remove the parts that workers were ahead with when `until` was content: equal studies hold equal rows."""
        if self.until is None:
            return
        kept = {part.stem for part in self.design.parts(self.manifest["complete"])}
        for table in reversed(store.TABLES):  # `runs` go last, as they come last
            for path in (self.folder / table).glob("part-*.parquet"):
                if path.stem not in kept:
                    path.unlink(missing_ok=True)

    def _write_failures(self) -> int:
        """`failures.parquet`: every failed run of the study, with the command that plays it again."""
        whole = Ensemble(self.folder, self.manifest, self.manifest["runs"], programs=self.programs)
        failures = [failure for ensemble in whole.experiments for failure in ensemble.failures]
        kinds = {"experiment": "UINTEGER", "run": "UINTEGER", "tick": "BIGINT"}
        columns = ("experiment", "run", *(name.removeprefix("fault.") for name in FAULT_COLUMNS), "command")
        table = {
            name: (
                kinds.get(name, "VARCHAR"),
                np.array([getattr(failure, name) for failure in failures], dtype=np.int64 if name in kinds else object),
            )
            for name in columns
        }
        store.write_table(self.folder / "failures.parquet", table)
        return len(failures)


def _spread(
    executor: Executor, jobs: Sequence[Job], todo: Iterable[Part], *, at_once: int
) -> Iterator[tuple[Part, int]]:
    """Hand parts to an executor, never more than `at_once`, so that memory does not grow with the study."""
    payloads, waiting = [pickle.dumps(job) for job in jobs], iter(todo)
    running: dict[Future[int], Part] = {}
    try:
        while True:
            for part in waiting:
                running[executor.submit(play_part, payloads[part.experiment], part)] = part
                if len(running) >= at_once:
                    break
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def status_of(folder: str | Path) -> dict[str, Any]:
    """How far a study is: what its manifest says, and how many runs of each experiment are on the disk.

    Raises
    ------
    UsageError
        If the folder holds no study.
    """
    folder = Path(folder)
    manifest = store.read_manifest(folder)
    rows = store.rows_in(sorted((folder / "runs").glob("part-*.parquet")))
    done = [0] * len(manifest["experiments"])
    for path, count in rows.items():
        done[int(path.stem.split("-")[1])] += count
    return {**manifest, "done": done}

"""Plays parts: one after another, on threads, or on any executor, each stored by whoever played it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Event, Semaphore
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.choose import choose
from sim.engine.record import Engine, Recording
from sim.errors import UsageError
from sim.program.parameters import draw_parameters
from sim.streams import Luck
from sim.study import store
from sim.study.design import Experiment, Part
from sim.study.tables import tables_of

if TYPE_CHECKING:
    from sim.study.tables import Table

SLICE, SLICE_WITH_EVENTS = 500, 100
"""Runs that an engine is asked for at once: what it hands back is the largest thing in memory."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker has to know of an experiment, once."""

    experiment: Experiment
    seed: int
    folder: Path
    recording: Recording
    engine: str | Engine  # a name, or an engine of somebody's own


class Stopped(Exception):
    """A part was given up before its end, because nobody waits for it any more."""


def play_part(payload: bytes, part: Part) -> int:
    """Play one part and store it: how many of its runs failed. What a worker process does."""
    with store.one_thread_each():
        return play(job_of(payload), part)


@lru_cache(maxsize=64)
def job_of(payload: bytes) -> Job:
    """The job, unpickled once in each process."""
    job: Job = pickle.loads(payload)
    return job


class Threads:
    """What threads that play the parts of one study share."""

    def __init__(self, workers: int) -> None:
        self.stop = Event()  # set when nobody waits for parts any more
        self.playing = Semaphore(workers)  # there is a thread more, so that none waits while another waits for the disk


def play(job: Job, part: Part, among: Threads | None = None) -> int:
    """Play one part here and store it: how many of its runs failed.

    Raises
    ------
    Stopped
        If the threads that it is played among are to stop before all of it is played; nothing is stored then.
    """
    with nullcontext() if among is None else among.playing:
        pieces, failed = _played(job, part, Event() if among is None else among.stop)
    store.write_part(job.folder, part, pieces)
    return failed


def _played(job: Job, part: Part, stop: Event) -> tuple[list[dict[str, Table]], int]:
    """The tables of each slice of a part, and how many of its runs failed."""
    pieces, failed = [], 0
    numbers = np.arange(part.first, part.first + part.count, dtype=np.uint32)
    parameters = _parameters(job, numbers)
    size = SLICE_WITH_EVENTS if job.recording.events else SLICE
    for some in (slice(first, first + size) for first in range(0, part.count, size)):
        if stop.is_set():
            raise Stopped
        runs = engine_of(job.engine).run(
            job.experiment.program,
            luck=Luck(job.seed),
            runs=numbers[some],
            parameters=parameters[some],
            recording=job.recording,
        )
        pieces.append(tables_of(part.experiment, runs, job.recording))
        failed += len(runs.failures)
    return pieces, failed


def _parameters(job: Job, numbers: NDArray[np.uint32]) -> NDArray[np.float64]:
    """(R, P) drawn, but for those that the experiment holds."""
    program = job.experiment.program
    parameters = draw_parameters(program, job.seed, numbers)
    names = [parameter.name for parameter in program.parameters]
    for name, value in job.experiment.held:
        parameters[:, names.index(name)] = value
    return parameters


def engine_of(engine: str | Engine) -> Engine:
    """The engine that plays, made where it plays."""
    return choose(engine) if isinstance(engine, str) else engine


def sendable(engine: str | Engine) -> str | Engine:
    """The name of an engine that there is, for machine code does not travel; an engine of somebody's own as it is."""
    if isinstance(engine, str):
        return choose(engine).name
    try:
        return engine.name if type(choose(engine.name)) is type(engine) else engine
    except UsageError:
        return engine


def spread(
    executor: Executor, jobs: Sequence[Job], todo: Iterable[Part], *, at_once: int
) -> Iterator[tuple[Part, int]]:
    """Hand parts to any executor, whatever its processes; a part and how many of its runs failed, as they finish.

    Raises
    ------
    UsageError
        If a worker process was ended from outside.
    """
    payloads = [pickle.dumps(job) for job in jobs]
    try:
        yield from _handed_out(
            lambda part: executor.submit(play_part, payloads[part.experiment], part), todo, at_once=at_once
        )
    except BrokenExecutor as error:
        raise UsageError(
            "a worker process was ended from outside, perhaps for want of memory; nothing finished is lost, "
            "the same command goes on, with fewer workers (`-j`) if it happens again"
        ) from error


def spread_on_threads(jobs: Sequence[Job], todo: Iterable[Part], *, workers: int) -> Iterator[tuple[Part, int]]:
    """Hand parts to threads of this process; when it is left early, parts that are under way are given up."""
    among = Threads(workers)
    with store.one_thread_each(), ThreadPoolExecutor(workers + 1, "part") as pool:
        try:
            yield from _handed_out(
                lambda part: pool.submit(play, jobs[part.experiment], part, among), todo, at_once=2 * workers + 1
            )
        finally:
            among.stop.set()


def _handed_out(
    submit: Callable[[Part], Future[int]], todo: Iterable[Part], *, at_once: int
) -> Iterator[tuple[Part, int]]:
    """Never more than `at_once` parts under way, so that memory does not grow with the study."""
    waiting = iter(todo)
    running: dict[Future[int], Part] = {}
    try:
        while True:
            for part in waiting:
                running[submit(part)] = part
                if len(running) >= at_once:
                    break
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()

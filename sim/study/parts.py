"""Plays parts: one in this process, or many on an executor, each stored by the process that played it."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.engine.choose import choose
from sim.engine.record import Engine, Recording
from sim.errors import UsageError
from sim.program.parameters import draw_parameters
from sim.streams import Luck
from sim.study import store
from sim.study.design import Experiment, Part


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker has to know of an experiment, once."""

    experiment: Experiment
    seed: int
    part_size: int
    folder: Path
    recording: Recording
    engine: str | Engine  # a name, or an engine of somebody's own


def play_part(payload: bytes, part: Part) -> int:
    """Play one part and store it: how many of its runs failed. What a worker does."""
    return play(job_of(payload), part)


@lru_cache(maxsize=64)
def job_of(payload: bytes) -> Job:
    """The job, unpickled once in each process."""
    job: Job = pickle.loads(payload)
    return job


def play(job: Job, part: Part) -> int:
    """Play one part in this process and store it: how many of its runs failed."""
    program = job.experiment.program
    first = part.number * job.part_size
    numbers = np.arange(first, first + part.count, dtype=np.uint32)
    parameters = draw_parameters(program, job.seed, numbers)
    names = [parameter.name for parameter in program.parameters]
    for name, value in job.experiment.held:
        parameters[:, names.index(name)] = value
    played = engine_of(job).run(
        program, luck=Luck(job.seed), runs=numbers, parameters=parameters, recording=job.recording
    )
    store.write_part(job.folder, part, played, job.recording)
    return len(played.failures)


def engine_of(job: Job) -> Engine:
    """The engine that plays, made where it plays."""
    return choose(job.engine) if isinstance(job.engine, str) else job.engine


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
    except BrokenExecutor as error:
        raise UsageError(
            "a worker process was ended from outside, perhaps for want of memory; nothing finished is lost, "
            "the same command goes on, with fewer workers (`-j`) if it happens again"
        ) from error
    finally:
        for future in running:
            future.cancel()

"""Plays parts: one after another, on threads, or on any executor, each stored by whoever played it, if that can be."""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from threading import Event, Lock, Semaphore
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.engine.choose import choose
from sim.engine.record import Engine, Recording, numbered
from sim.errors import UsageError
from sim.program.ir import Program
from sim.program.parameters import draw_parameters
from sim.streams import Luck, future_seed
from sim.study import store
from sim.study.design import Part, Past, Played
from sim.study.tables import tables_of

if TYPE_CHECKING:
    from sim.study.tables import Table

T = TypeVar("T")

SLICE, SLICE_WITH_EVENTS = 500, 100
"""Runs that an engine is asked for at once: what it hands back is the largest thing in memory."""

SAMPLED_AT_ONCE, SAMPLED_IN_MEMORY = 2**21, 2**23
"""Sampled numbers that an engine is asked for at once, and that a part may hold in memory: with more of them, each
slice's are set aside on the disk until the part is whole."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker has to know of the experiments of a block, once."""

    program: Program
    played: tuple[Played, ...]  # of each experiment of the block
    seed: int
    folder: Path
    recording: Recording
    engine: str | Engine  # a name, or an engine of somebody's own

    @property
    def luck(self) -> int:
        """The seed of the block: its experiments share a luck of their own, or have that of the study."""
        own = self.played[0].seed
        return self.seed if own is None else own


class Stopped(Exception):
    """A part was given up before its end, because nobody waits for it any more."""


def play_part(program: bytes, job: bytes, part: Part) -> int:
    """Play one part and store it: how many of its runs failed. What a worker process does."""
    with store.one_thread_each():
        return play(job_of(program, job), part)


def job_of(program: bytes, job: bytes) -> Job:
    """The job, its program unpickled once in each process: machine code belongs to one program in memory."""
    bare: Job = pickle.loads(job)
    return replace(bare, program=program_of(program))


def play_away(program: bytes, job: bytes, part: Part) -> tuple[int, dict[str, bytes]]:
    """Play one part and hand its files over: what is done where the study's folder may not be seen."""
    with store.one_thread_each():
        return parcel(program, job, part)


def parcel(program: bytes, job: bytes, part: Part) -> tuple[int, dict[str, bytes]]:
    """One part, played: how many of its runs failed, and the files of its tables."""
    whole = job_of(program, job)
    large = _slice_of(whole, part)[1]
    with tempfile.TemporaryDirectory(prefix="sim-", dir=None if large else _in_memory()) as folder:
        failed = play(replace(whole, folder=Path(folder)), part)
        return failed, store.part_as_bytes(Path(folder), part)


@cache
def _in_memory() -> str | None:
    """A folder that is no disk, for files that are read at once: making one on a disk may take longer than a part."""
    folder = "/dev/shm"
    with contextlib.suppress(OSError):
        room = os.statvfs(folder)
        if room.f_bavail * room.f_frsize > 32_000_000 and os.access(folder, os.W_OK):
            return folder
    return None


_unpickling = Lock()


def program_of(payload: bytes) -> Program:
    """The program, the same one however many threads of this process ask: it is made machine code once."""
    with _unpickling:
        return _unpickled(payload)


@lru_cache(maxsize=256)
def _unpickled(payload: bytes) -> Program:
    """The program; one without some of its triggers is made anew of its origin, whose code it shares."""
    sent = pickle.loads(payload)
    if isinstance(sent, Program):
        return sent
    origin, names = sent
    return _unpickled(origin).without(names)


class Payloads:
    """Jobs as bytes: each program is pickled once, however many jobs play it."""

    def __init__(self) -> None:
        self.programs: dict[int, bytes] = {}

    def of(self, job: Job) -> tuple[bytes, bytes]:
        """(the program, the job without it)."""
        return self._program(job.program), pickle.dumps(replace(job, program=None))  # type: ignore[arg-type]

    def _program(self, program: Program) -> bytes:
        key = id(program)
        if key not in self.programs:
            origin = program.origin
            sent = program if origin is None else (self._program(origin), program.disabled)
            self.programs[key] = pickle.dumps(sent)
        return self.programs[key]


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
        pieces, failed = played(job, part, None if among is None else among.stop)
    store.write_part(job.folder, part, pieces)
    return failed


def played(job: Job, part: Part, stop: Event | None = None) -> tuple[list[dict[str, Table | Path]], int]:
    """The tables of each slice of a part (or where one is set aside), and how many of its runs failed.

    Raises
    ------
    Stopped
        If `stop` is set before all of it is played.
    """
    pieces: list[dict[str, Table | Path]] = []
    failed = 0
    rows = _rows_of(job, part)
    size, aside = _slice_of(job, part)
    engine, decisions = engine_of(job.engine), _decisions(job)
    for some in (slice(first, first + size) for first in range(0, part.runs, size)):
        if stop is not None and stop.is_set():
            raise Stopped
        runs = engine.run(
            job.program,
            luck=rows.luck if isinstance(rows.luck, Luck) else rows.luck[some],
            runs=rows.played[some],
            parameters=rows.parameters[some],
            recording=job.recording,
            decisions=decisions,
        )
        tables = tables_of(rows.experiments[some], numbered(runs, rows.numbers[some]), job.recording)
        kept: dict[str, Table | Path] = dict(tables)
        if aside:
            kept["series"] = store.set_aside(job.folder, part, "series", len(pieces), tables["series"])
        pieces.append(kept)
        failed += len(runs.failures)
    return pieces, failed


def _slice_of(job: Job, part: Part) -> tuple[int, bool]:
    """How many runs an engine is asked for at once, and whether what it sampled is set aside on the disk.

    Where runs have long and wide series, it is fewer runs: parts count runs, and memory counts numbers.
    """
    size, series = SLICE_WITH_EVENTS if job.recording.events else SLICE, job.program.series
    if series is None or not job.recording.series:
        return size, False
    numbers = len(series.names) * (job.program.horizon // series.every + 2)
    if numbers * part.runs <= SAMPLED_IN_MEMORY:
        return size, False
    return max(1, min(size, SAMPLED_AT_ONCE // numbers)), True


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The runs of a part, experiment by experiment: N of them."""

    experiments: NDArray[np.uint32]  # (N,)
    numbers: NDArray[np.uint32]  # (N,) as they are called
    played: NDArray[np.uint32]  # (N,) whose luck they have: of an experiment with a past, the run it branches from
    parameters: NDArray[np.float64]  # (N, P)
    luck: Luck | list[Luck]  # for all, or for each


def _rows_of(job: Job, part: Part) -> _Rows:
    numbers = np.arange(part.first, part.first + part.count, dtype=np.uint32)
    drawn: dict[tuple[int, bool], NDArray[np.float64]] = {}  # most experiments share one table
    names = [parameter.name for parameter in job.program.parameters]
    each, parameters, lucks = [], [], []
    for one in job.played:
        past = one.past
        first = one.first_run if past is None else past.run
        runs = numbers + np.uint32(first) if past is None else np.full(part.count, first, dtype=np.uint32)
        if (first, past is None) not in drawn:
            drawn[first, past is None] = draw_parameters(job.program, job.luck, runs)
        values = drawn[first, past is None].copy()
        for name, value in one.held:
            values[:, names.index(name)] = value
        each.append(runs)
        parameters.append(values)
        lucks += [luck_of(job.luck, past, int(number)) for number in numbers] if past else []
    return _Rows(
        np.repeat(np.array(part.experiments, dtype=np.uint32), part.count),
        np.tile(numbers, len(part.experiments)),
        np.concatenate(each),
        np.concatenate(parameters),
        lucks or Luck(job.luck),
    )


def luck_of(seed: int, past: Past | None, run: int) -> Luck:
    """The luck of a run: the study's, or from a past's turn on that of the future of this number."""
    return Luck(seed) if past is None else Luck(seed, ((past.turn, future_seed(seed, run)),))


def _decisions(job: Job) -> dict[tuple[int, int], int]:
    """The decisions that are dictated, by place; they are the same for all experiments of a block."""
    return dict(placed_decision(job.program, *one) for one in job.played[0].decisions)


def placed_decision(program: Program, trigger: str, occasion: int, option: str) -> tuple[tuple[int, int], int]:
    """A decision by names as engines have it: ((place of the trigger, occasion), option)."""
    place = program.trigger(trigger)
    choice = program.triggers[place].choice
    names = [one.name for one in choice.options] if choice is not None else []
    return (place, occasion), names.index(option)


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
    executor: Executor, job_for: Callable[[Part], Job], todo: Iterable[Part], *, at_once: int
) -> Iterator[tuple[Part, int]]:
    """Hand parts to any executor, wherever its workers are; a part and how many of its runs failed, as they finish.

    Threads and processes of this machine store what they play. Of any other executor nobody knows what its workers see:
    they hand the files over, and it is stored here.

    Raises
    ------
    UsageError
        If a worker process was ended from outside, or would be a copy of this one.
    """
    payloads = Payloads()
    _refuse_copies(executor)
    try:
        if isinstance(executor, ThreadPoolExecutor | ProcessPoolExecutor):
            yield from _handed_out(
                lambda part: executor.submit(play_part, *payloads.of(job_for(part)), part), todo, at_once=at_once
            )
            return
        for part, (failed, files) in _handed_out(
            lambda part: executor.submit(play_away, *payloads.of(job_for(part)), part), todo, at_once=at_once
        ):
            store.store_part(job_for(part).folder, part, files)
            yield part, failed
    except BrokenExecutor as error:
        raise UsageError(
            "a worker process was ended from outside, perhaps for want of memory; nothing finished is lost, "
            "the same command goes on, with fewer workers (`-j`) if it happens again"
        ) from error


def _refuse_copies(executor: Executor) -> None:
    """Processes that are forked wait for ever for the threads that the database had here."""
    context = getattr(executor, "_mp_context", None)
    if context is not None and context.get_start_method() == "fork":
        raise UsageError(
            "an executor whose processes are copies of this one (`fork`) would wait for ever: make it with "
            '`ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"))`'
        )


def spread_on_threads(
    job_for: Callable[[Part], Job], todo: Iterable[Part], *, workers: int
) -> Iterator[tuple[Part, int]]:
    """Hand parts to threads of this process; when it is left early, parts that are under way are given up."""
    among = Threads(workers)
    with store.one_thread_each(), ThreadPoolExecutor(workers + 1, "part") as pool:
        try:
            yield from _handed_out(
                lambda part: pool.submit(play, job_for(part), part, among), todo, at_once=2 * workers + 1
            )
        finally:
            among.stop.set()


def _handed_out(submit: Callable[[Part], Future[T]], todo: Iterable[Part], *, at_once: int) -> Iterator[tuple[Part, T]]:
    """Never more than `at_once` parts under way, so that memory does not grow with the study."""
    waiting = iter(todo)
    running: dict[Future[T], Part] = {}
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

"""Plays parts on a cluster: a scheduler of dask hands them to workers anywhere, and whoever asked stores them.

Nothing but the scheduler's address is shared. The scenario travels with the tasks, and a worker hands over the files of
the parts that it played, so it needs the simulator and no file system of ours. The scheduler needs dask alone: what it
unpickles are bytes and one function that is sent by value.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import re
import time
import uuid
import warnings
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import metadata
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from sim import provenance
from sim.engine.choose import choose
from sim.engine.record import Engine
from sim.errors import UsageError
from sim.study import store
from sim.study.design import Part
from sim.study.parts import Job, parcel

if TYPE_CHECKING:
    from distributed import Client, Future

REMEDY = "pip install 'escalation-sim[cluster]'"

TASK_SECONDS, TASK_BYTES = 0.25, 8_000_000
"""What a task is to take and to bring back: a millisecond of the scheduler is little of it, and little is lost with it.

On many threads tasks are longer, so that the scheduler is asked for no more than `MOST_TASKS` a second.
"""

MOST_TASKS = 200
"""Tasks a second that one scheduler and one who asks are given; see docs/clusters.md for what they could do."""

AHEAD = 2
"""Tasks for each thread of the cluster that are handed in: one is played, one waits."""

GATHERED = 8
"""Tasks whose results are fetched and held at once."""

CONNECTING, WAITING, LOOKING = 10.0, 60.0, 1.0
"""Seconds: to reach a scheduler, to wait for a first worker or for another one when all are gone, between two looks."""

TRIES = 3
"""So often a part may be with workers that die before it is said to be what kills them."""


ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss)://)?(?:[\w.-]+|\[[0-9a-fA-F:.%\w]+\]):[0-9]{1,5}")

# ----------------------------------------------------------------------------------------------- on the worker


def play_task(expected: tuple[int, str], programs: list[bytes], work: bytes) -> tuple[float, bytes, list[Any]]:
    """Play some parts on a worker: (seconds, who it is, failed runs and files of each part).

    Raises
    ------
    UsageError
        If another version of the simulator asks.
    """
    began, answers = time.perf_counter(), []
    here = (provenance.LAWS_VERSION, provenance.version())
    if here != expected:
        raise UsageError(_other_version("a worker", here, expected))
    whole = [_whole(program) for program in programs]
    with store.one_thread_each():
        for place, job, part in pickle.loads(zlib.decompress(work)):
            answers.append(parcel(whole[place], job, part))
    return time.perf_counter() - began, pickle.dumps(_who()), answers


_inflated: dict[bytes, bytes] = {}


def _whole(program: bytes) -> bytes:
    """A program as bytes, the same object each time, whose hash is worked out once."""
    found = _inflated.get(program)
    if found is None:
        while len(_inflated) > 256:
            _inflated.pop(next(iter(_inflated)), None)
        found = _inflated.setdefault(program, zlib.decompress(program))
    return found


def _who() -> dict[str, Any]:
    """What of a worker can reach a last digit, as a manifest says it."""
    return {"versions": provenance.versions(), "machine": provenance.machine()}


def look_here(engine: str) -> dict[str, Any]:
    """What a worker says of itself before anything is played; `fault` if an engine of ours cannot work there."""
    fault = ""
    try:
        choose(engine) if engine else None
    except UsageError as error:
        fault = str(error)
    return {"laws": provenance.LAWS_VERSION, "version": provenance.version(), **_who(), "fault": fault}


def _launcher() -> Callable[..., Any]:
    """A function that calls one of this module, sent by value: the scheduler may be without the simulator."""

    def launch(name: str, *arguments: Any) -> Any:
        from importlib import import_module

        return getattr(import_module("sim.study.cluster"), name)(*arguments)

    launch.__module__ = "__main__"
    return launch


def _itself() -> Callable[[bytes], bytes]:
    """A function that hands back what it is given: how a program comes to lie on workers, and again when they die."""

    def itself(value: bytes) -> bytes:
        return value

    itself.__module__ = "__main__"
    return itself


# ------------------------------------------------------------------------------------------------ the connection


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers that a scheduler knew of when it was asked."""

    address: str
    workers: int
    threads: int
    differences: tuple[str, ...] = ()  # sentences: what of the workers may change last digits

    @property
    def says(self) -> str:
        """How many there are, in words."""
        threads = f"{self.threads} thread{'' if self.threads == 1 else 's'}"
        return f"{threads} of {self.workers} worker{'' if self.workers == 1 else 's'} at {self.address}"


@contextlib.contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of a scheduler; the log of dask is silent meanwhile, for what matters is told in a sentence.

    Raises
    ------
    UsageError
        If the extra is not installed, or nothing answers at the address.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError(f"a cluster needs the extra `cluster`: `{REMEDY}`, here and on each worker") from None
    _check_address(address)
    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    client: Client | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: `look_at` says which of them matter
            client = distributed.Client(address, timeout=CONNECTING, set_as_default=False, name="sim")
        yield client
    except OSError as error:
        if client is not None:
            raise
        raise UsageError(
            f"no scheduler answers at `{address}`: start one with `dask scheduler`, which prints its address"
        ) from error
    finally:
        if client is not None:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                client.close(timeout=2)
        log.setLevel(before)


def _check_address(address: str) -> None:
    """Let pass what dask can read; what it cannot leaves it half alive.

    Raises
    ------
    UsageError
        If it is none.
    """
    if not ADDRESS.fullmatch(address):
        raise UsageError(
            f"`{address}` is no address of a scheduler: write it as the scheduler prints it, tcp://HOST:8786"
        )


def look_at(address: str, engine: str | Engine) -> Cluster:
    """Ask a cluster who works for it, and whether what they play is what would be played here.

    Raises
    ------
    UsageError
        If the scheduler cannot be reached, has no workers, or one of them cannot play or would play something else.
    """
    with connected(address) as client:
        return look_round(client, address, engine)


def look_round(client: Client, address: str, engine: str | Engine) -> Cluster:
    """The same over a connection that there is."""
    from distributed import TimeoutError as TooLong

    try:
        client.wait_for_workers(1, timeout=CONNECTING)
    except (TimeoutError, TooLong):
        raise UsageError(
            f"the scheduler at {address} has no workers: start some with `dask worker {address}`"
        ) from None
    _check_pythons(client.get_versions())
    name = engine if isinstance(engine, str) else ""  # one of somebody's own travels with the tasks
    answers = client.run(_launcher(), "look_here", name, on_error="return")
    here = look_here(name)
    differences = [sentence for worker, there in answers.items() if (sentence := _compared(worker, there, here))]
    threads = sum(client.nthreads().values())
    return Cluster(address, len(answers), max(1, threads), tuple(dict.fromkeys(differences)))


def _check_pythons(versions: Mapping[str, Any]) -> None:
    """Code and values travel between Pythons of one minor version alone."""

    def minor(node: Mapping[str, Any]) -> str:
        return ".".join(str(node["host"]["python"]).split(".")[:2])

    here = minor(versions["client"])
    nodes = {"the scheduler": versions["scheduler"]}
    nodes |= {f"the worker {address}": node for address, node in versions["workers"].items()}
    for called, node in nodes.items():
        if node is not None and minor(node) != here:
            raise UsageError(
                f"{called} runs Python {minor(node)} and this is {here}: both must be of one minor version"
            )


def _compared(worker: str, there: Any, here: Mapping[str, Any]) -> str:
    """What of a worker may change a last digit, in a sentence; empty if nothing may.

    Raises
    ------
    UsageError
        If it cannot play, or would play something else.
    """
    if isinstance(there, ModuleNotFoundError) or (isinstance(there, Exception) and "No module named" in str(there)):
        raise UsageError(
            f"the worker {worker} has no simulator: install the same version there, "
            f"`pip install 'escalation-sim[cluster]=={provenance.version()}'`"
        )
    if isinstance(there, Exception):
        raise there
    ours, theirs = ((one["laws"], one["version"]) for one in (here, there))
    if ours != theirs:
        raise UsageError(_other_version(f"the worker {worker}", theirs, ours))
    if there["fault"]:
        raise UsageError(f"the worker {worker} cannot play: {there['fault']}")
    return difference(there, here)


def _other_version(who: str, there: tuple[int, str], here: tuple[int, str]) -> str:
    return (
        f"{who} has version {there[1]} of the simulator (laws {there[0]}), and {here[1]} (laws {here[0]}) asks: "
        "install the same version on both"
    )


def difference(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """What of another machine may change the last digit of an exp or log, in a sentence; empty if it is alike."""
    told = []
    for key, called in (("processor", "processor"), ("cpu_features", "CPU features"), ("libm", "C library")):
        left, right = there["machine"].get(key), here["machine"].get(key)
        if left != right:
            told.append(f"{called} {left or 'unknown'} there and {right or 'unknown'} here")
    if there["versions"].get("numpy") != here["versions"].get("numpy"):
        told.append(f"numpy {there['versions'].get('numpy')} there and {here['versions'].get('numpy')} here")
    if not told:
        return ""
    return (
        f"a worker is not like this machine: {', '.join(told)}; last digits of exp and log may differ, and with them, "
        "now and then, a run: for rows that are equal to the last bit let like machines play"
    )


# --------------------------------------------------------------------------------------------------- the parts


@dataclass(slots=True)
class _Task:
    """Parts that are played by one worker, one after another, and how often workers died over them."""

    parts: list[Part]
    programs: list[Future] = field(default_factory=list)  # held on to, so that the scheduler does
    deaths: int = 0

    @property
    def runs(self) -> int:
        """Runs of all its parts."""
        return sum(part.runs for part in self.parts)


class Spread:
    """One study that is played on a cluster: what is under way, and how fast it comes."""

    def __init__(self, address: str, job_for: Callable[[Part], Job], engine: str | Engine) -> None:
        self.address, self.job_for, self.engine = address, job_for, engine
        self.elsewhere: list[dict[str, Any]] = []  # workers that are not like this machine, as a manifest says it
        self.expected = (provenance.LAWS_VERSION, provenance.version())
        self.name = f"sim-{uuid.uuid4().hex}"
        self.number = 0
        self.running: dict[Future, _Task] = {}
        self.done: SimpleQueue[Future] = SimpleQueue()
        self.programs: dict[int, Future] = {}
        self.pace, self.weight = 0.0, 0.0  # runs a second of one thread; bytes of a run

    def finished(self, todo: Iterable[Part]) -> Generator[tuple[Part, int], None, None]:
        """Parts as they are stored, with the number of failed runs in each.

        Raises
        ------
        UsageError
            If the scheduler or all workers are gone, or a part ends each worker that plays it.
        """
        with connected(self.address) as client, ThreadPoolExecutor(4, "store") as writers:
            threads = look_round(client, self.address, self.engine).threads
            waiting = iter(todo)
            try:
                while self._hand_in(client, waiting, threads) or self.running:
                    some = self._next_done(client)
                    threads = max(1, sum(client.nthreads().values())) if self.number % 64 == 0 else threads
                    yield from self._stored(client, some, writers)
            finally:
                with contextlib.suppress(Exception):  # the scheduler may be gone
                    client.cancel([*self.running, *self.programs.values()], force=True)

    # -------------------------------------------------------------------------------------------- to hand in

    def _hand_in(self, client: Client, waiting: Iterator[Part], threads: int) -> bool:
        """Keep each thread of the cluster busy; whether anything was handed in."""
        before = self.number
        while len(self.running) < AHEAD * threads + 1:
            parts = list(self._some(waiting, threads))
            if not parts:
                break
            self._submit(client, _Task(parts))
        return self.number > before

    def _some(self, waiting: Iterator[Part], threads: int) -> Iterator[Part]:
        """Parts for one task: as many as take the time that a task is to take, one while nothing is known of it."""
        room = self.pace * max(TASK_SECONDS, threads / MOST_TASKS)
        if self.weight:
            room = min(room, TASK_BYTES / self.weight)
        for part in waiting:
            yield part
            room -= part.runs
            if room < part.runs / 2:
                return

    def _submit(self, client: Client, task: _Task) -> None:
        programs: dict[int, Future] = {}
        work = []
        for part in task.parts:
            job = self.job_for(part)
            programs.setdefault(id(job.program), self._program(client, job))
            bare = replace(job, program=None, folder=None)  # type: ignore[arg-type]
            work.append((list(programs).index(id(job.program)), pickle.dumps(bare), part))
        task.programs = list(programs.values())
        self.number += 1
        future = client.submit(
            _launcher(), "play_task", self.expected, task.programs, zlib.compress(pickle.dumps(work), 1),
            key=f"{self.name}-{self.number}", pure=False, retries=2,
        )  # fmt: skip
        self.running[future] = task
        future.add_done_callback(self.done.put)

    def _program(self, client: Client, job: Job) -> Future:
        """A program as it lies on the cluster: sent once, and made again by the scheduler when its worker dies."""
        key = id(job.program)
        found = self.programs.pop(key, None)
        if found is None:
            content = zlib.compress(pickle.dumps(job.program), 1)
            found = client.submit(_itself(), content, key=f"{self.name}-program-{uuid.uuid4().hex}", pure=False)
        self.programs[key] = found
        while len(self.programs) > 64:  # those that tasks under way need are held by them
            del self.programs[next(iter(self.programs))]
        return found

    # ------------------------------------------------------------------------------------------- to take over

    def _next_done(self, client: Client) -> list[Future]:
        """Some tasks that have ended, at least one."""
        alone_since: float | None = None
        while True:
            try:
                first = self.done.get(timeout=LOOKING)
            except Empty:
                workers = client.scheduler_info(n_workers=-1)["workers"]
                alone_since = None if workers else (alone_since or time.monotonic())
                if alone_since is not None and time.monotonic() - alone_since > WAITING:
                    raise UsageError(
                        f"the scheduler at {self.address} has lost all its workers, and for {WAITING:.0f} seconds "
                        "no other came; nothing finished is lost, the same command goes on"
                    ) from None
                continue
            return [first, *islice(self._at_hand(), GATHERED - 1)]

    def _at_hand(self) -> Iterator[Future]:
        with contextlib.suppress(Empty):
            while True:
                yield self.done.get_nowait()

    def _stored(self, client: Client, some: list[Future], writers: ThreadPoolExecutor) -> Iterator[tuple[Part, int]]:
        """Fetch what some tasks bring, and store it; a task that its worker took along is handed in again."""
        good = []
        for future in some:
            task = self.running.pop(future)
            if future.status == "finished":
                good.append((future, task))
            else:
                self._again(client, future, task)
        if not good:
            return
        brought = client.gather([future for future, _ in good], errors="skip")
        if len(brought) < len(good):  # a worker died between its last word and ours: all of them once more
            for _, task in good:
                self._submit(client, task)
            return
        for (_, task), (seconds, who, answers) in zip(good, brought, strict=True):
            self._learn(task, seconds, who, answers)
            list(writers.map(self._store, task.parts, [files for _, files in answers]))
            yield from zip(task.parts, (failed for failed, _ in answers), strict=True)

    def _store(self, part: Part, files: Mapping[str, bytes]) -> None:
        store.store_part(self.job_for(part).folder, part, files)

    def _learn(self, task: _Task, seconds: float, who: bytes, answers: list[Any]) -> None:
        """How fast runs come and how heavy they are, of late; and who plays them."""
        pace = task.runs / max(seconds, 1e-6)
        weight = sum(len(content) for _, files in answers for content in files.values()) / task.runs
        self.pace = pace if not self.pace else 0.8 * self.pace + 0.2 * pace
        self.weight = weight if not self.weight else 0.8 * self.weight + 0.2 * weight
        there = pickle.loads(who)
        if there not in self.elsewhere and difference(there, _who()):
            self.elsewhere.append(there)

    def _again(self, client: Client, future: Future, task: _Task) -> None:
        """Hand in anew what ended with its worker.

        Raises
        ------
        UsageError
            If that cannot help.
        """
        from distributed import KilledWorker

        if future.status == "lost":  # it was played, and its worker died before it was fetched
            self._submit(client, task)
            return
        if future.status == "cancelled":
            raise UsageError(
                f"the scheduler at {self.address} is gone; nothing finished is lost: when it is there again, the same "
                "command goes on"
            )
        error = future.exception()
        if not isinstance(error, KilledWorker):
            raise _told(error)
        self.programs = {key: held for key, held in self.programs.items() if held.status != "error"}
        if "-program-" in str(error.task):  # what died was on its way to get a program: no part is to blame
            self._submit(client, task)
            return
        if task.deaths + 1 >= TRIES:
            part = task.parts[0]
            raise UsageError(
                f"each worker that played runs {part.first:,} to {part.first + part.count - 1:,} died, perhaps for "
                "want of memory; nothing finished is lost, the same command goes on"
            )
        for part in task.parts:  # one by one, to find which of them it is
            self._submit(client, _Task([part], deaths=task.deaths + 1))


def _told(error: BaseException | None) -> BaseException:
    """A fault on a worker as it is told here."""
    if isinstance(error, ModuleNotFoundError) or "No module named" in str(error):
        return UsageError(
            f"a worker that came later has no simulator: install it there, `pip install "
            f"'escalation-sim[cluster]=={provenance.version()}'`; nothing finished is lost, the same command goes on"
        )
    if isinstance(error, CancelledError):
        return UsageError("the cluster gave the study up; nothing finished is lost, the same command goes on")
    return error or RuntimeError("a task of the cluster ended without a word")


def extra_version() -> str | None:
    """Which version of dask's scheduler is installed; None if the extra is not."""
    try:
        return metadata.version("distributed")
    except metadata.PackageNotFoundError:
        return None

"""A study played by a cluster is the study that one machine plays, row for row, whoever dies meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim import api, provenance
from sim.engine.choose import choose
from sim.engine.record import LEAN, Runs
from sim.errors import UsageError
from sim.program.ir import Program
from sim.study import cluster
from sim.study.cluster import Spread, difference
from sim.study.design import Design, Experiment
from sim.study.execute import Progress, run_design, status_of
from tests.grid import HOUSE, Grid, grid
from tests.rulings.core import program as core_program
from tests.studies import EVENTS, TEXT, design, tables

RUNS = 47
LONG = 1_000
"""Runs of the small study that a cluster plays for a second or two by the SimPy model."""


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All tables; of the failures all but the command, which names the folder."""
    found = tables(folder)
    return {**found, "failures": [row[:-1] for row in found["failures"]]}


def long_design() -> Design:
    """Two experiments in 100 parts each."""
    return design(policies=("", "b"))


def several_programs() -> Design:
    """Seven experiments of three programs, three of them in one block."""
    other = TEXT.replace("times: 2", "times: 3")
    first, second = core_program(TEXT), core_program(other)
    held = [Experiment(first, TEXT, held=(("pace", pace),), label=f"pace {pace:g}") for pace in (0.05, 0.1, 0.2)]
    more = [Experiment(second, other), Experiment(second, other, held=(("pace", 0.15),))]
    without = [Experiment(first.without(["impose"]), TEXT, disabled=("impose",)), Experiment(first, TEXT)]
    return Design((*held, *more, *without), 7, ((0, 10),), kind="sweep", block=3)


# --------------------------------------------------------------------------- executors that everybody has


class Elsewhere(Executor):
    """An executor of a machine that sees nothing of this one: what goes there and comes back are bytes."""

    def __init__(self) -> None:
        self.pool, self.brought = ThreadPoolExecutor(1), 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Play there, with a folder that does not exist there."""
        program, job, part = arguments
        job = pickle.dumps(replace(pickle.loads(job), folder=Path("/not/there")))
        sent = pickle.dumps((function, program, job, part))
        return self.pool.submit(self.carry, sent)

    def carry(self, sent: bytes) -> Any:
        """Unpickle, play, pickle."""
        function, *arguments = pickle.loads(sent)
        answer = pickle.dumps(function(*arguments))
        self.brought += len(answer)
        return pickle.loads(answer)


def in_processes() -> Executor:
    """Processes that are not copies of this one, whose threads a copy would wait for in vain."""
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("make", [lambda: ThreadPoolExecutor(2), in_processes, Elsewhere])
def test_any_executor_plays_the_same_study(tmp_path: Path, make: Callable[[], Executor]) -> None:
    """Threads, processes and a machine that does not see the folder leave the same tables as this process alone."""
    here = run_design(several_programs(), runs=RUNS, workers=1, out=tmp_path / "here", recording=EVENTS)
    executor = make()
    there = run_design(several_programs(), runs=RUNS, out=tmp_path / "there", recording=EVENTS, executor=executor)
    executor.shutdown()
    assert rows(there.folder) == rows(here.folder)
    assert status_of(there.folder)["status"] == "complete"
    if isinstance(executor, Elsewhere):
        assert executor.brought > 10_000


def test_processes_that_are_copies_of_this_one_are_refused(tmp_path: Path) -> None:
    """They would wait for ever for threads that a copy does not have, so there is a sentence instead."""
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool,
        pytest.raises(UsageError, match=r"`ProcessPoolExecutor\(mp_context="),
    ):
        run_design(design(), runs=20, out=tmp_path, executor=pool)


# ----------------------------------------------------------------------------------------- what is told


@pytest.mark.parametrize("address", ["somewhere", "tcp://", "http://here:1", "tcp://a b:1", "tcp://here"])
def test_what_is_no_address_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that dask cannot read gets a sentence that shows what one looks like."""
    monkeypatch.setitem(sys.modules, "distributed", object())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no address of a scheduler: write it as the scheduler prints it, tcp://HOST"):
        cluster.look_at(address, "simpy")


def test_without_the_extra_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cluster without dask is a sentence with the command of pip."""
    monkeypatch.setitem(sys.modules, "distributed", None)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"pip install 'escalation-sim\[cluster\]'"):
        api.run("first-lesson", runs=5, cluster="tcp://127.0.0.1:8786", out=tmp_path)


@pytest.mark.parametrize(("words", "says"), [
    (["--executor", "dask"], "needs the address of a scheduler"),
    (["--executor", "local", "--cluster", "tcp://a:1"], "exclude each other"),
    (["--cluster", "tcp://a:1", "-j", "2"], "a cluster has its own"),
])  # fmt: skip
def test_options_that_contradict_each_other_are_told(
    words: list[str], says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A cluster is asked for by its address, and by nothing that speaks against it."""
    from sim.cli.group import code_of

    assert code_of(["run", "first-lesson", "-n", "5", "-q", "-o", str(tmp_path), *words]) == 2
    assert says in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_another_machine_is_told_apart_by_what_reaches_a_last_digit() -> None:
    """CPU features, the C library and numpy may change a last bit; the version of DuckDB may not."""
    here = {"versions": {"numpy": "2.0", "duckdb": "1.1"}, "machine": {"libm": "glibc 2.36", "cpu_features": "avx fma"}}
    assert difference(here, here) == ""
    assert difference({**here, "versions": {"numpy": "2.0", "duckdb": "1.2"}}, here) == ""
    there = {"versions": {"numpy": "2.1"}, "machine": {"libm": "glibc 2.31", "cpu_features": "avx"}}
    told = difference(there, here)
    for words in ("glibc 2.31 there and glibc 2.36 here", "CPU features avx there", "numpy 2.1 there"):
        assert words in told


def test_doctor_tells_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a cluster can be asked, and what to type if not; that it cannot is no fault."""
    monkeypatch.setattr("sim.study.doctor.extra_version", lambda: None)
    (row,) = [row for row in api.doctor() if row["what"] == "cluster"]
    assert row == {"what": "cluster", "state": "ok", "says": f"not installed: {cluster.REMEDY}"}


# ----------------------------------------------------------------------------------- a scheduler and workers

needs_dask = [pytest.mark.extra, pytest.mark.kills]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    """A cluster of two workers, one with two threads, that no test hurts."""
    with grid(tmp_path_factory.mktemp("grid"), 1, 2) as made:
        yield made


@pytest.fixture
def frail(tmp_path: Path) -> Iterator[Grid]:
    """A cluster of two workers for one test that kills."""
    folder = tmp_path / "grid"
    folder.mkdir()
    with grid(folder, 1, 1) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """The tables of the long study, played here."""
    out = tmp_path_factory.mktemp("undisturbed")
    return rows(run_design(long_design(), runs=LONG, workers=1, out=out, engine="compiled").folder)


class TestPlayed:
    """A cluster in peace."""

    pytestmark = needs_dask

    @pytest.mark.parametrize("engine", ["simpy", "compiled"])
    def test_a_cluster_plays_the_same_study(self, two: Grid, tmp_path: Path, engine: str) -> None:
        """Several programs, blocks, failures, events: every table is what one machine writes, in the same order."""
        here = run_design(several_programs(), runs=RUNS, workers=1, out=tmp_path / "here", recording=EVENTS)
        there = run_design(
            several_programs(), runs=RUNS, out=tmp_path / "there", recording=EVENTS, engine=engine, cluster=two.address
        )
        assert rows(there.folder) == rows(here.folder)
        assert (status_of(there.folder)["status"], there.manifest["elsewhere"]) == ("complete", [])
        assert there.manifest["engine"] == engine

    def test_a_cluster_goes_on_with_what_one_machine_began(self, two: Grid, tmp_path: Path) -> None:
        """Parts that are there are not played again, and `until` stops at the same run."""
        whole = run_design(design(), runs=4_000, workers=1, out=tmp_path / "here", until="war:2pp", recording=LEAN)
        run_design(design(), runs=100, workers=1, out=tmp_path / "there", recording=LEAN)
        told: list[Progress] = []
        both = run_design(
            design(), runs=4_000, out=tmp_path / "there", until="war:2pp", recording=LEAN, cluster=two.address,
            progress=told.append,
        )  # fmt: skip
        assert told[0].before == 100
        assert 100 < len(both) == len(whole) < 4_000
        assert rows(both.folder) == rows(whole.folder)

    def test_tasks_under_way_are_few_and_grow_to_their_length(
        self, two: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However long the study, no more tasks are handed in than the threads have to do, of several parts each."""
        most, sizes, submit = [0], [], Spread._submit

        def watched(self: Spread, client: Any, task: Any) -> None:
            submit(self, client, task)
            most[0] = max(most[0], len(self.running))
            sizes.append(len(task.parts))

        monkeypatch.setattr(Spread, "_submit", watched)
        monkeypatch.setattr(cluster, "TASK_SECONDS", 60)
        run_design(long_design(), runs=LONG, out=tmp_path, cluster=two.address, recording=LEAN)
        assert most[0] == cluster.AHEAD * 3 + 1
        assert sizes[0] == 1
        assert max(sizes) > 100  # as soon as it is known how long a part takes
        assert sum(sizes) == 2 * LONG / 10

    def test_the_executor_of_dask_plays_the_same(self, tmp_path: Path) -> None:
        """`client.get_executor(pure=False)` is an executor as any other, if the scheduler has the simulator too."""
        import distributed

        here = run_design(several_programs(), runs=RUNS, workers=1, out=tmp_path / "here", recording=EVENTS)
        with grid(tmp_path, 2, simulator=True) as made, distributed.Client(made.address) as client:
            there = run_design(
                several_programs(), runs=RUNS, out=tmp_path / "there", recording=EVENTS,
                executor=client.get_executor(pure=False),
            )  # fmt: skip
        assert rows(there.folder) == rows(here.folder)

    def test_the_command_says_who_plays(self, two: Grid, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        """`--cluster` plays there, and the plan says on how many threads of whose."""
        from sim.cli.group import code_of

        words = ["run", "first-lesson", "-n", "200", "--no-plots", "-o", str(tmp_path)]
        assert code_of([*words, "--executor", "dask", "--cluster", two.address]) == 0
        said = capfd.readouterr()
        assert f"on 3 threads of 2 workers at {two.address}" in said.err
        assert "200 runs" in said.out
        assert code_of([*words, "--cluster", two.address, "--dry-run"]) == 0
        assert "all there already" in capfd.readouterr().out

    def test_other_versions_and_other_machines_are_told(
        self, two: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Another simulator is refused; another C library is told before, and stands in the manifest."""
        plan = api.plan(api.load("first-lesson"), runs=20, out=tmp_path)
        assert api.on_cluster(plan, two.address).cluster.differences == ()
        monkeypatch.setattr(provenance, "machine", lambda: {"libm": "glibc 1.0"})
        (told,) = api.on_cluster(plan, two.address).cluster.differences
        assert "C library" in told
        assert "glibc 1.0 here" in told
        (origin,) = api.run(plan, cluster=two.address).ensemble.manifest["elsewhere"]
        assert origin["machine"]["libm"] != "glibc 1.0"
        monkeypatch.setattr(provenance, "version", lambda: "99.0")
        with pytest.raises(UsageError, match=r"has version .* of the simulator .*, and 99.0 .* asks"):
            api.on_cluster(plan, two.address)


class Deadly:
    """An engine that ends the process in which it plays run 20."""

    name = "deadly"
    threads = False

    def run(self, program: Program, **named: Any) -> Runs:
        """Play, unless it is that run."""
        if 20 in named["runs"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return choose("simpy").run(program, **named)


class TestKilled:
    """A cluster of which something dies."""

    pytestmark = needs_dask

    def test_a_worker_that_is_killed_costs_no_row(
        self, frail: Grid, tmp_path: Path, undisturbed: dict[str, list[tuple[object, ...]]]
    ) -> None:
        """kill -9 of one worker in the middle: another plays its parts, and the study is the same."""
        told: list[Progress] = []

        def watch(now: Progress) -> None:
            if len(told) == 3:
                frail.kill(frail.workers[0])
            told.append(now)

        found = run_design(
            long_design(), runs=LONG, out=tmp_path, engine="simpy", cluster=frail.address, progress=watch
        )
        assert len(told) > 50
        assert rows(found.folder) == undisturbed

    def test_when_all_workers_are_killed_others_take_over(
        self, frail: Grid, tmp_path: Path, undisturbed: dict[str, list[tuple[object, ...]]]
    ) -> None:
        """Also what lay in the workers' memory, the programs, comes to those that are started afterwards."""
        told: list[Progress] = []

        def watch(now: Progress) -> None:
            if len(told) == 3:
                for worker in frail.workers:
                    frail.kill(worker)
                frail.add_worker()
            told.append(now)

        found = run_design(
            long_design(), runs=LONG, out=tmp_path, engine="simpy", cluster=frail.address, progress=watch
        )
        assert rows(found.folder) == undisturbed

    def test_workers_that_are_gone_for_good_are_told(
        self, frail: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When no worker comes after the last has died, one is told, and what is finished stays."""
        monkeypatch.setattr(cluster, "WAITING", 0.2)
        monkeypatch.setattr(cluster, "LOOKING", 0.1)
        told: list[Progress] = []

        def watch(now: Progress) -> None:
            if len(told) == 3:
                for worker in frail.workers:
                    frail.kill(worker)
            told.append(now)

        with pytest.raises(UsageError, match="has lost all its workers"):
            run_design(long_design(), runs=LONG, out=tmp_path, engine="simpy", cluster=frail.address, progress=watch)
        assert 0 < sum(status_of(tmp_path / long_design().folder_name)["done"]) < 2 * LONG

    def test_a_scheduler_that_is_killed_is_told_and_nothing_is_lost(
        self, frail: Grid, tmp_path: Path, undisturbed: dict[str, list[tuple[object, ...]]]
    ) -> None:
        """The parts that are there stay, and this machine can go on with the study."""
        told: list[Progress] = []

        def watch(now: Progress) -> None:
            if len(told) == 3:
                frail.kill(frail.scheduler)
            told.append(now)

        with pytest.raises(UsageError, match="is gone; nothing finished is lost"):
            run_design(long_design(), runs=LONG, out=tmp_path, engine="simpy", cluster=frail.address, progress=watch)
        found = run_design(long_design(), runs=LONG, out=tmp_path, engine="compiled", workers=1, progress=told.append)
        assert told[-1].before > 0
        assert rows(found.folder) == undisturbed

    def test_a_part_that_ends_its_workers_is_named(
        self, frail: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is tried on another worker, alone, and then told with its runs; the other parts may be played."""
        monkeypatch.setattr(cluster, "TRIES", 2)
        with pytest.raises(UsageError, match="each worker that played runs 20 to 29 died"):
            run_design(design(), runs=30, out=tmp_path, engine=Deadly(), cluster=frail.address)

    @pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGINT])
    def test_whoever_asked_may_be_killed(
        self, frail: Grid, tmp_path: Path, undisturbed: dict[str, list[tuple[object, ...]]], way: int
    ) -> None:
        """After kill -9 or Ctrl-C the cluster forgets the study within a moment, and the same call goes on."""
        import distributed

        words = [sys.executable, "-m", "tests.test_cluster", str(tmp_path), frail.address]
        child = subprocess.Popen(words, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(5):
            finished = int(child.stdout.readline())
        child.send_signal(way)
        _, said = child.communicate(timeout=60)
        assert child.returncode == -way, said
        assert sum(status_of(tmp_path / long_design().folder_name)["done"]) >= finished > 0
        with distributed.Client(frail.address, set_as_default=False) as client:

            def emptied(dask_scheduler: Any) -> int:
                return len(dask_scheduler.tasks)

            emptied.__module__ = "__main__"
            looks = (client.run_on_scheduler(emptied) for _ in range(10_000))
            assert any(left == 0 for left in looks)
        told: list[Progress] = []
        found = run_design(long_design(), runs=LONG, out=tmp_path, cluster=frail.address, progress=told.append)
        assert told[0].before >= finished
        assert rows(found.folder) == undisturbed


class TestWrong:
    """A cluster that cannot play."""

    pytestmark = needs_dask

    def test_a_scheduler_that_does_not_answer_is_told(self) -> None:
        """Nothing listens there."""
        with pytest.raises(UsageError, match=r"no scheduler answers at `tcp://127.0.0.1:1`"):
            cluster.look_at("tcp://127.0.0.1:1", "simpy")

    def test_a_worker_without_the_simulator_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A scheduler without workers, and one whose worker lacks the simulator, each get a sentence and a remedy."""
        monkeypatch.setattr(cluster, "CONNECTING", 3.0)
        with grid(tmp_path) as made:
            with pytest.raises(UsageError, match="has no workers: start some with `dask worker tcp"):
                cluster.look_at(made.address, "simpy")
            made.add_worker(simulator=False)
            with pytest.raises(UsageError, match=r"has no simulator: install the same version there, `pip install"):
                cluster.look_at(made.address, "simpy")

    def test_a_worker_that_comes_later_without_the_simulator_is_told(self, frail: Grid, tmp_path: Path) -> None:
        """Also when the study is under way already."""

        def watch(now: Progress) -> None:
            if now.done and len(frail.workers) == 2:
                frail.add_worker(simulator=False)
                for worker in frail.workers[:2]:
                    frail.kill(worker)

        with pytest.raises(UsageError, match="a worker that came later has no simulator"):
            run_design(long_design(), runs=LONG, out=tmp_path, engine="simpy", cluster=frail.address, progress=watch)


def main() -> None:
    """Play the long study on a cluster, and say after each part how far it is."""
    out, address = sys.argv[1:]
    run_design(
        long_design(), runs=LONG, out=out, engine="simpy", cluster=address,
        progress=lambda now: print(now.done, flush=True),
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""What a cluster costs: tasks a second that do nothing, and processor time and bytes of runs that are played there.

    python benchmarks/cluster.py            needs the extra `cluster`; a scheduler and two workers on this machine

Processor time of each process, so that other work on the machine does not move it.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODELS = {"nine triggers": str(HERE / "nine_triggers.yaml"), "ukraine-2014": "ukraine-2014"}


@contextlib.contextmanager
def cluster(folder: str) -> Iterator[tuple[str, list[Any]]]:
    """The address of a scheduler with two workers of one thread each, and all three processes."""
    import psutil

    def started(words: list[str], sign: str) -> tuple[Any, str]:
        log = Path(folder) / f"{len(found)}.log"
        with open(log, "w") as out:
            child = psutil.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"], stdout=out, stderr=out, cwd=folder
            )
        found.append(child)
        while sign not in log.read_text():
            if child.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.05)
        return child, re.findall(r"tcp://[\d.:]+", log.read_text().partition(sign)[2])[0]

    found: list[Any] = []
    try:
        _, address = started(["scheduler", "--host", "127.0.0.1", "--port", "0"], "Scheduler at:")
        for _ in range(2):
            started(["worker", address, "--nthreads", "1", "--no-nanny"], "Registered to:")
        yield address, found
    finally:
        for child in found:
            child.kill()
            child.wait()


def seconds(process: Any) -> float:
    """Processor time of a process so far."""
    used = process.cpu_times()
    return float(used.user + used.system)


def empty_tasks(address: str, processes: list[Any], tasks: int, *, weight: int = 0) -> None:
    """Tasks that do nothing, or bring so many bytes, through the same window and the same hands as real ones."""
    import psutil

    from sim.study import cluster as ours

    here, bare = psutil.Process(), ours._itself()
    payload = os.urandom(weight) if weight else b""
    with ours.connected(address) as client:
        held = client.submit(bare, payload, pure=False)
        before, wall = [seconds(one) for one in (here, *processes)], time.perf_counter()
        done: Any = ours.SimpleQueue()
        running: set[Any] = set()
        handed = taken = 0
        while taken < tasks:
            while handed < tasks and len(running) < 16:
                future = client.submit(bare, held, key=f"empty-{weight}-{handed}", pure=False, retries=2)
                future.add_done_callback(done.put)
                running.add(future)
                handed += 1
            some = [done.get()]
            while not done.empty() and len(some) < ours.GATHERED:
                some.append(done.get())
            client.gather(some)
            running.difference_update(some)
            taken += len(some)
        wall = time.perf_counter() - wall
        spent = [now - then for now, then in zip([seconds(one) for one in (here, *processes)], before, strict=True)]
    told = f"{tasks} tasks" + (f" of {weight / 1e6:.0f} MB" if weight else " that do nothing")
    asking, scheduler, *workers = (1e3 * one / tasks for one in spent)
    print(f"{told}: {tasks / wall:,.0f} a second; ms of processor time a task: {asking:.2f} who asks, "
          f"{scheduler:.2f} scheduler, {sum(workers):.2f} worker", flush=True)  # fmt: skip


def real_tasks(address: str, processes: list[Any], name: str, runs: int, *, lean: bool) -> None:
    """Runs played there and stored here, beside the same runs on one thread of this process."""
    import psutil

    from sim import api
    from sim.engine.record import LEAN, Recording
    from sim.study.cluster import Spread
    from sim.study.design import Design
    from sim.study.execute import run_design

    tasks, submit = [0], Spread._submit

    def counted(self: Spread, client: Any, task: Any) -> None:
        tasks[0] += 1
        submit(self, client, task)

    here = psutil.Process()
    recording = LEAN if lean else Recording()
    design = Design((api.experiment_of(api.load(MODELS[name])),), 1)
    spent = {}
    for where in ("here", "there"):
        with tempfile.TemporaryDirectory() as out:
            asked: dict[str, Any] = {"cluster": address} if where == "there" else {"workers": 1}
            run_design(design, runs=1_000, out=f"{out}/warm", recording=recording, **asked)
            Spread._submit, tasks[0] = counted, 0  # type: ignore[method-assign]
            before, wall = [seconds(one) for one in (here, *processes)], time.perf_counter()
            found = run_design(design, runs=runs, out=out, recording=recording, **asked)
            wall = time.perf_counter() - wall
            spent[where] = [n - t for n, t in zip([seconds(p) for p in (here, *processes)], before, strict=True)]
            Spread._submit = submit  # type: ignore[method-assign]
            files = list(found.folder.rglob("part-*.parquet"))
            size = sum(path.stat().st_size for path in files)
    asking, scheduler, *workers = spent["there"]
    played = sum(workers)
    kept = "outcomes and metrics" if lean else "and counters, series"
    print(
        f"{name}, {kept}: {size / runs:.0f} bytes a run in {len(files)} files, {tasks[0]} tasks; "
        f"runs a second of one core: {runs / played:,.0f} on workers, {runs / spent['here'][0]:,.0f} on one thread "
        f"here with storing; per million runs who asks takes {asking / runs * 1e6:.1f} s, the scheduler "
        f"{scheduler / runs * 1e6:.1f} s; who asks stores {size / 1e6 / asking:.0f} MB a second of processor time; "
        f"{runs / wall:,.0f} runs a second on the wall", flush=True,
    )  # fmt: skip


def main() -> None:
    """Print what was measured."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--quick", action="store_true", help="a few tasks and runs, to see that it works")
    quick = read.parse_args().quick
    if importlib.util.find_spec("distributed") is None:
        print("the extra `cluster` is not installed: pip install 'escalation-sim[cluster]'")
        return
    with tempfile.TemporaryDirectory() as folder, cluster(folder) as (address, processes):
        for weight, tasks in ((0, 3_000), (1_000_000, 300)):
            empty_tasks(address, processes, tasks // 100 if quick else tasks, weight=weight)
        for name, runs in (("nine triggers", 400_000), ("ukraine-2014", 100_000)):
            for lean in (True, False):
                real_tasks(address, processes, name, 2_000 if quick else runs, lean=lean)
    print(f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}")


if __name__ == "__main__":
    main()

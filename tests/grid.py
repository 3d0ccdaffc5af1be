"""A cluster on this machine for tests: a scheduler that has no simulator, and workers, each a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

HOUSE = Path(__file__).resolve().parent.parent

WITHOUT = "import sys; sys.modules['sim'] = None; "
"""What makes a Python process one in which the simulator cannot be imported."""

DASK = "from dask.__main__ import main; sys.argv[0] = 'dask'; main()"


class Grid:
    """A scheduler and its workers, in a folder of their own."""

    def __init__(self, folder: Path, *, simulator: bool = False) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[str]] = []
        self.readers: list[threading.Thread] = []
        # One death is enough to suspect a task, so that a test of that ends soon; its workers find the tests.
        settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0", "PYTHONPATH": str(HOUSE)}
        self.environment = {**os.environ, **settings, "SIM_CACHE": str(folder / "cache")}
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self.scheduler, line = self._started(words, "Scheduler at:", simulator=simulator)
        self.address = line.split()[-1]

    def add_worker(self, *, threads: int = 1, simulator: bool = True) -> subprocess.Popen[str]:
        """Start a worker and wait until the scheduler has it."""
        words = ["worker", self.address, "--nthreads", str(threads), "--no-nanny", "--no-dashboard"]
        worker, _ = self._started(words, "Registered to:", simulator=simulator)
        self.workers.append(worker)
        return worker

    def _started(self, words: list[str], sign: str, *, simulator: bool) -> tuple[subprocess.Popen[str], str]:
        code = ("import sys; " if simulator else WITHOUT) + DASK
        process = subprocess.Popen(
            [sys.executable, "-c", code, *words], cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if sign in line:
                reader = threading.Thread(target=_drained, args=(process.stderr,))  # or it would wait for one
                reader.start()
                self.readers.append(reader)
                return process, line
        raise AssertionError("".join(said))

    def kill(self, process: subprocess.Popen[str]) -> None:
        """kill -9, as a machine that fails."""
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)

    def end(self) -> None:
        """End what is left."""
        for process in [*self.workers, self.scheduler]:
            self.kill(process)
        for reader in self.readers:
            reader.join(timeout=60)


def _drained(pipe: IO[str]) -> None:
    with pipe:
        pipe.read()


@contextmanager
def grid(folder: Path, *threads: int, simulator: bool = False) -> Iterator[Grid]:
    """A cluster with a worker for each number of threads; whether its scheduler has the simulator."""
    made = Grid(folder, simulator=simulator)
    try:
        for count in threads:
            made.add_worker(threads=count)
        yield made
    finally:
        made.end()

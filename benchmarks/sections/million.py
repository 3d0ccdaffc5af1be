"""A million runs: how fast they come, and how much memory they take, as the whole command and as one call.

Each is a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.sections.copies import SCENARIO
from benchmarks.sections.table import NotHere, Table, three
from benchmarks.sections.timing import Effort

SIZES = (10_000, 100_000, 1_000_000)


# On Linux a process begins with the peak of whoever started it, so a small one stands between.
STARTER = """
import os, sys, time
began = time.perf_counter()
child = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
print(used.ru_maxrss, time.perf_counter() - began, os.waitstatus_to_exitcode(status), file=sys.stderr)
"""


def peak_and_seconds(words: list[str]) -> tuple[float, float]:
    """Peak memory in MB of the largest process of a command, and its seconds on the wall."""
    starting = [sys.executable, "-I", "-S", "-c", STARTER, *words]
    done = subprocess.run(starting, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    *said, measured = done.stderr.splitlines()
    peak, seconds, status = measured.split()
    if status != "0":
        raise NotHere("\n".join([f"`{' '.join(words[1:])}` failed:", *said]))
    return float(peak) / (1_024**2 if sys.platform == "darwin" else 1_024), float(seconds)


def one_call(engine: str, runs: int) -> None:
    """All runs in one call of the engine, in this process and thread."""
    from benchmarks.nine_triggers import nine_triggers
    from benchmarks.sections.timing import by_engine

    by_engine(engine, nine_triggers())(runs, 1)


def measured(effort: Effort) -> Table:
    """Ten thousand runs, a hundred thousand, a million."""
    if not hasattr(os, "wait4"):
        raise NotHere("this system does not say how much memory a process took.")
    rows = []
    sizes = (20, 40) if effort.quick else SIZES
    for runs in sizes:
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-m", "sim", "run", str(SCENARIO), "-n", str(runs), "--engine", effort.engine,
                     "--no-plots", "-q", "-o", folder]  # fmt: skip
            rows.append(_row(f"`sim run -n {runs}`, stored, without pictures", runs, *peak_and_seconds(words)))
    words = [sys.executable, "-m", "benchmarks.sections.million", effort.engine]
    for runs in (sizes[0], sizes[-1]):
        rows.append(_row(f"one call of the engine, {runs:,} runs", runs, *peak_and_seconds([*words, str(runs)])))
    columns = ("", "seconds", "runs per second", "peak MB")
    notes = ("On the wall, whole processes with their start. The call is one thread; it hands back every row at once.",)
    return Table("A million runs", columns, tuple(rows), notes)


def _row(name: str, runs: int, peak: float, seconds: float) -> tuple[str, ...]:
    return name, three(seconds), three(runs / seconds), f"{peak:,.0f}"


if __name__ == "__main__":
    one_call(sys.argv[1], int(sys.argv[2]))

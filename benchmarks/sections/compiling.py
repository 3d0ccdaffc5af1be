"""How long a scenario takes to compile: with no cache, and from the cache on disk; each in a fresh process."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.sections.copies import copies
from benchmarks.sections.table import NotHere, Table, three
from benchmarks.sections.timing import Effort
from sim.engine.native.machine import OPTIMISED, QUICK

COPIES = (1, 5, 10, 50, 500)
MOST_OPTIMISED = 50  # copies; more take a minute
OFTEN = 10  # so many copies or fewer are compiled in several rounds, the others once


def compiled(count: int, cache: Path, level: int) -> float:
    """Seconds to compile so many copies of the model in this process, which should have compiled nothing yet."""
    import llvmlite.binding  # noqa: F401 - the import is not what is timed

    from sim.engine.compiled import compile_program

    program = copies(count)
    began = time.perf_counter()
    compile_program(program, cache=cache, level=level)
    return time.perf_counter() - began


def in_fresh_process(count: int, cache: str, level: int = QUICK) -> float:
    """The same in another process."""
    words = [sys.executable, "-m", "benchmarks.sections.compiling", str(count), cache, str(level)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(f"`{' '.join(words[1:])}` failed:\n{done.stderr}")
    return float(done.stdout)


def cold_and_warm(count: int) -> tuple[float, float, float]:
    """Seconds with an empty cache folder, and again with what was left there; and for optimised code."""
    with tempfile.TemporaryDirectory() as cache:
        better = in_fresh_process(count, cache, OPTIMISED) if count <= MOST_OPTIMISED else math.nan
        return in_fresh_process(count, cache), in_fresh_process(count, cache), better


def measured(effort: Effort) -> Table:
    """Copies of the model, compiled."""
    try:
        from sim.engine.compiled import compile_program  # noqa: F401
    except ImportError:
        raise NotHere("there is no `sim.engine.compiled.compile_program` here: nothing is compiled.") from None
    rows = []
    for count in COPIES[:2] if effort.quick else COPIES:
        rounds = [cold_and_warm(count) for _ in range(3 if count <= OFTEN and not effort.quick else 1)]
        cold, warm, better = (statistics.median(column) for column in zip(*rounds, strict=True))
        rows.append((f"{9 * count:,}", f"{cold:.3f} s", f"{warm:.3f} s", f"{three(cold / (9 * count) * 1e3)} ms",
                     f"{better:.2f} s" if better == better else "-"))  # fmt: skip
    columns = ("triggers", "no cache", "from the cache", "per trigger, no cache", "optimised")
    notes = (
        "Until the first run can be played, on the wall, in fresh processes; imports and reading not counted.",
        "Optimised code is made beside the playing, once.",
    )
    return Table("Compilation", columns, tuple(rows), notes)


if __name__ == "__main__":
    print(compiled(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))

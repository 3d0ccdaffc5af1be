"""The road not taken: a loop compiled by numba calls the machine code of each trigger through pointers.

The machine code is the engine's own, turn for turn; only what walks from one turn to the next is numba's, compiled once
for all scenarios and cached. `docs/decisions/machine-code.md` says what follows from it.

    python benchmarks/numba_loop.py
"""

from __future__ import annotations

import ctypes
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping

import numpy as np

from benchmarks.nine_triggers import nine_triggers
from benchmarks.sections import compiling
from benchmarks.sections.timing import Effort, Play, interleaved, one_core
from sim.engine.compiled import Compiled, Player, compile_program
from sim.engine.native import machine
from sim.engine.native.machine import OPTIMISED, Machine, object_code
from sim.engine.record import Recording, Runs
from sim.streams import Luck

RUNS = 4_000
OFTEN = 5
EFFORT = Effort(rounds=9, seconds=0.5)
AFTER = "import llvmlite.binding, numba, numba.extending, sim.engine.native.layout"
LOOP = "import benchmarks.peers.numba_turns"

_kept: list[np.ndarray] = []  # tables that machine code reads


def with_outer_loop() -> Compiled:
    """The nine triggers as the engine compiles them, but for the loop over turns, which is numba's."""
    from benchmarks.peers import numba_turns

    compiled = compile_program(nine_triggers(), cache=None, level=OPTIMISED)
    layout, text = compiled.module.layout, compiled.code.text
    names = re.findall(r"ptr @(turn_of_\w+)", re.findall(r"^@turns = .*$", text, re.M)[0])
    outside = ["sample", "look_out", *names]
    text = re.sub(r"^@turns = .*\n", "@table = external global i64\n", text, flags=re.M)
    text = re.sub(r"^define internal fastcc i64 @take_turns\(.*?^}$", "declare i64 @take_turns(ptr, ptr, ptr)", text,
                  flags=re.M | re.S)  # fmt: skip
    text = text.replace("call fastcc i64 @take_turns(ptr %state, ptr %data, i64 %now)",
                        "call i64 @take_turns(ptr %state, ptr %data, ptr @table)")  # fmt: skip
    for name in outside:
        text = re.sub(rf"define internal fastcc (i64 @{name}\()", r"define \1", text)
        text = re.sub(rf"call fastcc (i64 @{name}\()", r"call \1", text)
    table = np.zeros(numba_turns.FIRST_TURN + len(names), dtype=np.int64)
    wanted = {"table": table.ctypes.data, "take_turns": numba_turns.take_turns.address}
    compiled.code.machine, addresses = linked(text, wanted, outside)
    root, ring = layout.agenda + layout.key_size, layout.last_turns
    table[:] = [root, layout.depth, layout.leaves - 1, ring, *addresses]
    _kept.append(table)
    return compiled


def linked(text: str, wanted: Mapping[str, int], outside: list[str]) -> tuple[Machine, list[int]]:
    """`sim.engine.native.machine.load`, with more that the code asks for by name, and where its functions are."""
    import llvmlite.binding as llvm

    linking = llvm.JITLibraryBuilder().add_object_img(object_code(text, OPTIMISED)).export_symbol("play")
    libm = {f"libm_{name}": address for name, address in machine._library().items()}
    for name, address in {**wanted, **libm}.items():
        linking.import_symbol(name, address)
    for name in outside:
        linking.export_symbol(name)
    library = linking.link(machine._linker(), f"numba_loop{len(_kept)}")
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * 2)
    made = Machine(library, kind(library["play"]), OPTIMISED, was_made=True)
    return made, [library[name] for name in outside]


def way(compiled: Compiled) -> Play:
    """Machine code as a way to play."""

    def play(runs: int, seed: int) -> Runs:
        numbers, nothing = np.arange(runs, dtype=np.uint32), np.zeros((runs, 0))
        return Player(compiled, Luck(seed), numbers, nothing, Recording(series=False), {}).play()

    return play


def seconds_of(words: str, cache: str = "", *, after: str = "import time") -> float:
    """What some Python takes in a fresh process, `after` some that is not timed."""
    timed = f"{after}; import time; began = time.perf_counter(); {words}; print(time.perf_counter() - began)"
    environment = {**os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {})}
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


def median_of(words: str) -> float:
    """The median of several fresh processes, the first of which is not counted."""
    return statistics.median([seconds_of(words) for _ in range(OFTEN + 1)][1:])


def cold_and_warm() -> tuple[float, float]:
    """Seconds for numba's loop with an empty cache folder, and again with what was left there."""
    with tempfile.TemporaryDirectory() as cache:
        cold = seconds_of(LOOP, cache, after=AFTER)
        return cold, seconds_of(LOOP, cache, after=AFTER)


def main() -> None:
    """Both ways, in interleaved rounds, and what each takes to begin."""
    try:
        mixed = way(with_outer_loop())
    except ImportError:
        print("numba is not installed here; it is in the extra `benchmarks`")
        return
    own = way(compile_program(nine_triggers(), cache=None, level=OPTIMISED))
    one, other = own(500, 7), mixed(500, 7)
    assert np.array_equal(one.metrics, other.metrics) and np.array_equal(one.turns, other.turns)
    with one_core():
        samples = interleaved({"own": own, "numba": mixed}, runs={"own": RUNS, "numba": RUNS}, effort=EFFORT)
    for name, rounds in samples.items():
        print(f"{name:6} {statistics.median(sample.nanoseconds for sample in rounds):6.1f} ns per turn")
    ratios = [b.nanoseconds / a.nanoseconds for a, b in zip(samples["own"], samples["numba"], strict=True)]
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print(f"numba's loop takes {middle:.2f} times as long, from {low:.2f} to {high:.2f}")
    print(f"import llvmlite.binding           {median_of('import llvmlite.binding'):.3f} s")
    print(f"import numba                      {median_of('import numba'):.3f} s")
    cold, warm = map(statistics.median, zip(*[cold_and_warm() for _ in range(OFTEN)], strict=True))
    print(f"the loop, compiled by numba       {cold:.3f} s")
    print(f"the loop, from numba's cache      {warm:.3f} s")
    processes = [compiling.cold_and_warm(1) for _ in range(OFTEN)]
    cold, warm, better = map(statistics.median, zip(*processes, strict=True))
    print(f"the engine's own, quick code      {cold:.3f} s")
    print(f"the engine's own, from its cache  {warm:.3f} s")
    print(f"the engine's own, optimised code  {better:.3f} s")


if __name__ == "__main__":
    main()

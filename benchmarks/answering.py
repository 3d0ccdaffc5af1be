"""How long commands take to answer, as whole processes and over bare Python.

    python benchmarks/answering.py

Budgets on a quiet machine with warm caches: `sim --help` 60 ms and `sim validate` 250 ms over bare Python.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time

ROUNDS = 15
COMMANDS = {
    "sim --help": (["--help"], 60),
    "sim list": (["list"], None),
    "sim validate first-lesson": (["validate", "first-lesson"], 250),
    "sim validate ukraine-2014": (["validate", "ukraine-2014"], 250),
}


# The budgets are for warm caches, so the compiled modules are kept even where the shell forbids it.
WARM = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def milliseconds(words: list[str]) -> float:
    """The time of one process from start to end."""
    started = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True, env=WARM)
    return (time.perf_counter() - started) * 1e3


def main() -> None:
    """Print the median of each command, bare Python taken off."""
    ways = {"": [sys.executable, "-c", "pass"]}
    ways |= {name: [sys.executable, "-m", "sim", *words] for name, (words, _) in COMMANDS.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):  # interleaved: other work moves all of them together
        for name, words in ways.items():
            times[name].append(milliseconds(words))
    bare = statistics.median(times.pop(""))
    print(f"bare Python {platform.python_version()}: {bare:.0f} ms; medians of {ROUNDS} interleaved rounds, over that:")
    for name, seen in times.items():
        budget = COMMANDS[name][1]
        over = statistics.median(seen) - bare
        print(f"  {name:28} {over:5.0f} ms" + (f"   (budget {budget} ms)" if budget else ""))


if __name__ == "__main__":
    main()

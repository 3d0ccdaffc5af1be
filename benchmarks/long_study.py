"""A long study in its folder: time, disk and the peak of memory of each command that works on it.

    python benchmarks/long_study.py                 a million runs of the nine triggers
    python benchmarks/long_study.py -n 10000000     what docs/queries.md and docs/clusters.md speak of, in half an hour

Each command is a process of its own; memory must not grow with what is stored, but for a few columns of a summary.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.sections.copies import SCENARIO
from benchmarks.sections.million import peak_and_seconds

MOST_MB = 1_000
"""What no command may need, at ten million runs."""


def main() -> int:
    """Print a line for each command; 1 if one of them needs too much memory."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("-n", "--runs", type=int, default=1_000_000)
    runs, worst = read.parse_args().runs, 0.0
    with tempfile.TemporaryDirectory() as out:
        run = ["run", str(SCENARIO), "-n", str(runs), "--no-plots", "-q", "-o", out]
        commands = [
            run,
            run,
            ["status"],
            ["export", "--table", "runs", "-o", f"{out}/csv"],
            ["plot"],
            ["export", "-o", f"{out}/csv"],
        ]
        for words in commands:
            (*_, study) = [Path(out), *Path(out).glob("nine-triggers-*")]
            whole = words if words is run else [words[0], str(study), *words[1:]]
            peak, seconds = peak_and_seconds([sys.executable, "-m", "sim", *whole])
            worst = max(worst, peak)
            disk = sum(path.stat().st_size for path in Path(out).rglob("*.parquet")) / 1e6
            said = " ".join(words[:3:2] if words[0] == "export" else words[:1])
            print(f"sim {said}: {seconds:.1f} s, peak {peak:,.0f} MB; the study takes {disk:,.0f} MB", flush=True)
    return 1 if worst > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main())

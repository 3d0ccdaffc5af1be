"""How fast the engines are, beside the same model written by hand; see README.md in this folder.

python benchmarks/compiled.py                     everything, in some ten minutes
python benchmarks/compiled.py race sweep          these sections alone
python benchmarks/compiled.py --markdown          and write the tables into README.md
python benchmarks/compiled.py --quick --engine simpy    tiny numbers, to see that everything runs
"""

from __future__ import annotations

import argparse
import datetime
import platform
import re
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from benchmarks.sections import compiling, million, profile, race, records, scale, sweep, threads
from benchmarks.sections.table import NotHere, Table
from benchmarks.sections.timing import Effort, one_core
from sim.engine.choose import ENGINES

PAGE = Path(__file__).with_name("README.md")
SECTIONS: dict[str, Callable[[Effort], Table]] = {
    "race": race.measured,
    "profile": profile.measured,
    "sweep": sweep.measured,
    "threads": threads.measured,
    "scale": scale.measured,
    "compiling": compiling.measured,
    "records": records.measured,
    "million": million.measured,
}
ON_ONE_CORE = ("race", "profile", "sweep", "scale", "records")
FOR_ALL_ENGINES = ("race",)


def machine() -> str:
    """What it was measured on, in one sentence."""
    processor = platform.machine()
    if Path("/proc/cpuinfo").exists():
        named = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        processor = f"{processor} ({named[1]})" if named else processor
    today = datetime.date.today()
    return f"{platform.system()} on {processor}, Python {platform.python_version()}, NumPy {np.__version__}, {today}."


def section(name: str, effort: Effort) -> Table:
    """One section, measured."""
    if name not in FOR_ALL_ENGINES and effort.engine not in ENGINES:
        raise NotHere(f"there is no engine `{effort.engine}` here (engines: {', '.join(ENGINES)}).")
    with one_core() if name in ON_ONE_CORE else nullcontext():
        return SECTIONS[name](effort)


def written_into(page: str, name: str, text: str) -> str:
    """The page with what stands between the marks of a section replaced."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{text}\n{end}{after}"


def asked() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all if none is named"
    )
    parser.add_argument("--engine", default="compiled", help="the engine that is looked at closely")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    parser.add_argument("--quick", action="store_true", help="tiny numbers, to see that everything runs")
    parser.add_argument("--markdown", action="store_true", help="write the tables into README.md")
    typed = parser.parse_args()
    if unknown := set(typed.sections) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return typed


def main() -> None:
    """Measure, print, and write if that was asked for."""
    typed = asked()
    effort = Effort(engine=typed.engine, rounds=typed.rounds)
    if typed.quick:
        effort = Effort(engine=typed.engine, rounds=2, seconds=0.02, quick=True)
    print(machine(), f"Medians of {effort.rounds} interleaved rounds.", flush=True)
    for name in typed.sections or SECTIONS:
        try:
            table = section(name, effort)
        except NotHere as reason:
            print(f"\n{name}: {reason}", flush=True)
            continue
        print(f"\n{table.plain()}".replace("**", "").replace("`", ""), flush=True)
        if typed.markdown:
            said = f"{table.markdown()}\n\n{machine()}"
            PAGE.write_text(written_into(PAGE.read_text(encoding="utf-8"), name, said), encoding="utf-8")


if __name__ == "__main__":
    main()

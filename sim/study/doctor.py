"""What is installed, what the machine has, and what is missing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from sim import provenance
from sim.engine.choose import ENGINES, REMEDY, choose, engines_here, has_compiler
from sim.engine.record import Recording
from sim.program.build import build_program
from sim.scenario.read import read_scenario
from sim.streams import Luck
from sim.study.cluster import REMEDY as REMEDY_OF_CLUSTER
from sim.study.cluster import extra_version
from sim.study.workers import processors

NEEDED = ("click", "duckdb", "llvmlite", "matplotlib", "numpy", "pydantic", "PyYAML", "rich", "scipy", "simpy")
"""Distributions that the simulator cannot do without."""

REMEDY_OF_SEMINAR = "pip install 'escalation-sim[seminar]'"

SPEED_OF, SPEED_SECONDS = "first-lesson", 0.1
"""What is played to tell how fast the engines are, and for how long at least."""


def checks(*, scenarios: int) -> list[dict[str, str]]:
    """One flat record for each thing looked at: what, state (`ok` or `missing`), and a few words."""
    return [
        {"what": what, "state": state, "says": says}
        for what, state, says in (*_versions(), *_machine(), *_house(scenarios))
    ]


def _versions() -> Iterator[tuple[str, str, str]]:
    yield "escalation-sim", "ok", provenance.version()
    enough = sys.version_info >= (3, 11)
    yield "python", "ok" if enough else "missing", sys.version.split()[0] + ("" if enough else ", 3.11 is needed")
    for name in NEEDED:
        try:
            yield name, "ok", metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, "missing", f"pip install {name}"


def _machine() -> Iterator[tuple[str, str, str]]:
    yield "processors", "ok", f"{processors()} to work with"
    machine = provenance.machine()
    yield "arithmetic", "ok", f"{machine['libm']}, {machine['processor']} {machine['cpu_features']}".strip()
    yield from _engines()
    found = extra_version()
    yield (
        "cluster",
        "ok",
        f"dask {found}: `--cluster tcp://HOST:8786`" if found else f"not installed: {REMEDY_OF_CLUSTER}",
    )
    yield "seminar", "ok", "`sim seminar` can lead a class" if _has_seminar() else f"not installed: {REMEDY_OF_SEMINAR}"


def _has_seminar() -> bool:
    """Whether all that `sim seminar` needs is installed."""
    needed = ("starlette", "uvicorn", "websockets", "itsdangerous", "multipart", "segno", "ifaddr")
    return all(find_spec(name) is not None for name in needed)


def _engines() -> Iterator[tuple[str, str, str]]:
    """Which engines can play, where machine code is kept, and how fast both are here."""
    if has_compiler():
        yield "engines", "ok", f"{', '.join(ENGINES)}; ensembles are played as machine code"
        yield _kept_code()
    else:
        yield "engines", "ok", f"simpy alone, some hundred times slower than machine code: {REMEDY}"
    for engine in engines_here():
        yield f"speed, {engine}", "ok", f"{_runs_per_second(engine):,.0f} runs of {SPEED_OF} a second on one processor"


def _kept_code() -> tuple[str, str, str]:
    """Where machine code is kept, and how much of it there is."""
    folder = provenance.cache_folder("code")
    if folder is None:
        return "machine code", "missing", "no place to keep it; set SIM_CACHE to a folder"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sizes = [entry.stat().st_size for entry in os.scandir(folder) if entry.name.endswith(".o") and entry.is_file()]
    except OSError as error:
        return "machine code", "missing", f"cannot be kept in {folder} ({error.strerror}); set SIM_CACHE to a folder"
    if not os.access(folder, os.W_OK):
        return "machine code", "missing", f"{folder} cannot be written to; set SIM_CACHE to a folder"
    return "machine code", "ok", f"{len(sizes)} files, {sum(sizes) / 1e6:.1f} MB, in {folder}"


def _runs_per_second(engine: str) -> float:
    """How fast an engine plays a small scenario here and now."""
    player, program = choose(engine), build_program(read_scenario(SPEED_OF))
    luck, recording, count, took = Luck(1), Recording(series=False), 10, 0.0
    player.run(program, luck=luck, runs=range(count), recording=recording)
    while took < SPEED_SECONDS:
        count *= 2
        began = time.perf_counter()
        player.run(program, luck=luck, runs=range(count), recording=recording)
        took = time.perf_counter() - began
    return count / took


def _house(scenarios: int) -> Iterator[tuple[str, str, str]]:
    yield "scenarios", "ok" if scenarios else "missing", f"{scenarios} shipped"
    here = Path.cwd()
    writable = os.access(here, os.W_OK)
    says = "studies can be stored below it" if writable else "nothing can be written here; give `sim run` a folder, -o"
    yield "this folder", "ok" if writable else "missing", says

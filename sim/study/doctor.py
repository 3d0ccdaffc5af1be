"""What is installed, what the machine has, and what is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from sim import provenance
from sim.engine.choose import ENGINES
from sim.study.workers import processors

NEEDED = ("click", "duckdb", "matplotlib", "numpy", "pydantic", "PyYAML", "rich", "scipy", "simpy")
"""Distributions that the simulator cannot do without."""


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
    yield "engines", "ok", ", ".join(ENGINES)


def _house(scenarios: int) -> Iterator[tuple[str, str, str]]:
    yield "scenarios", "ok" if scenarios else "missing", f"{scenarios} shipped"
    here = Path.cwd()
    writable = os.access(here, os.W_OK)
    says = "studies can be stored below it" if writable else "nothing can be written here; give `sim run` a folder, -o"
    yield "this folder", "ok" if writable else "missing", says

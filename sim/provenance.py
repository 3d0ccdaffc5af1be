"""What it takes to get a result again: digests, versions, and what of the machine can reach a last digit."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from importlib import metadata
from pathlib import Path

LAWS_VERSION = 1
"""Raised whenever a law, a site's name or a default changes what a scenario, a seed and a run give."""

LIBRARIES = ("numpy", "scipy", "simpy", "duckdb", "pydantic", "PyYAML", "numba", "llvmlite", "SALib")
ARITHMETIC = ("avx", "avx2", "avx512f", "fma", "asimd")
"""CPU features by which a C library chooses its exp and log: they differ in the last bit now and then."""


def digest(value: object) -> str:
    """32 hex digits of anything JSON can say; the order of keys does not matter.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def folder_name(scenario: str, digest: str) -> str:
    """The name of a study's folder: the scenario and the first 8 hex digits of the study's digest."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in scenario).strip(".")
    return f"{plain or 'scenario'}-{digest[:8]}"


def cache_folder(kind: str) -> Path | None:
    """Where what can be made again is kept between commands, by kind; None if the machine has no such place.

    `SIM_CACHE` names the folder; else it is `escalation-sim` in the user's folder for such things.
    """
    chosen = os.environ.get("SIM_CACHE")
    if chosen:
        return Path(chosen).expanduser() / kind
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # a user without a home
        return None
    return Path(base) / "escalation-sim" / kind


@cache
def version() -> str:
    """The version of the simulator."""
    import sim

    return str(getattr(sim, "__version__", "unknown"))


def versions() -> dict[str, str]:
    """Versions of the simulator, Python and the libraries that are installed."""
    return dict(_versions())


@cache
def _versions() -> Mapping[str, str]:
    found = {"escalation-sim": version(), "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # an extra that is not installed
            continue
    return found


def machine() -> dict[str, str]:
    """System, processor family, the CPU features that reach arithmetic, and the C library."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cpu_features": " ".join(cpu_features()),
        "libm": libm_name(),
    }


@cache
def cpu_features() -> tuple[str, ...]:
    """Which of `ARITHMETIC` this processor has; empty where the system does not say."""
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return ()
    words = {
        word
        for line in text.splitlines()
        if line.startswith(("flags", "Features"))
        for word in line.partition(":")[2].split()
    }
    return tuple(name for name in ARITHMETIC if name in words)


@cache
def libm_name() -> str:
    """The C library whose exp and log are used, such as `glibc 2.36`; else the system's name and release."""
    name, release = platform.libc_ver()
    return f"{name} {release}" if name else f"{platform.system()} {platform.release()}"


def origin(argv: list[str] | None = None) -> Mapping[str, object]:
    """What a manifest says of where a result comes from."""
    return {
        "laws": LAWS_VERSION,
        "versions": versions(),
        "machine": machine(),
        "command": list(sys.argv if argv is None else argv),
    }

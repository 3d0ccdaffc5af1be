"""Which engine plays."""

from __future__ import annotations

from functools import cache

from sim.engine.record import Engine
from sim.errors import UsageError, did_you_mean

ENGINES = ("simpy", "compiled")
"""The engines there are; every one gives the same histories."""

LEAST_LLVM = (20,)
"""The first LLVM that reads the assembly as it is written; llvmlite 0.45 brings it."""

REMEDY = "pip install 'llvmlite>=0.45'"

FEW = 8
"""So few runs are played by the SimPy model before a larger scenario is machine code."""


def choose(name: str = "auto", *, runs: int | None = None) -> Engine:
    """The engine of this name; `auto` takes the SimPy model for a few runs, and machine code for an ensemble.

    Parameters
    ----------
    runs
        How many are to be played; an ensemble if None.

    Raises
    ------
    UsageError
        If there is no such engine, or it cannot work here.
    """
    if name == "auto":
        name = "compiled" if (runs is None or runs > FEW) and has_compiler() else "simpy"
    if name == "simpy":
        from sim.engine.reference import ReferenceEngine

        return ReferenceEngine()
    if name == "compiled":
        if not has_compiler():
            raise UsageError(f"the compiled engine needs llvmlite: `{REMEDY}`, or use `--engine simpy`")
        from sim.engine.compiled import CompiledEngine

        return CompiledEngine()
    raise UsageError(
        f"there is no engine `{name}`; {did_you_mean(name, ENGINES) or 'engines: auto, ' + ', '.join(ENGINES)}"
    )


@cache
def has_compiler() -> bool:
    """Whether there is an llvmlite that works and is not too old; where there is none, the SimPy model plays all."""
    try:
        from llvmlite.binding import llvm_version_info
    except (ImportError, OSError):  # it is not there, or not its library
        return False
    return bool(llvm_version_info >= LEAST_LLVM)


def engines_here() -> tuple[str, ...]:
    """The engines that can play on this machine."""
    return ENGINES if has_compiler() else ENGINES[:1]
